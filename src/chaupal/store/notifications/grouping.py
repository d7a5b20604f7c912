"""Which notifications are told together: of one kind about one thing, within half a day."""

from chaupal.kernel.clock import HOUR

# Many people's likes of one post are one line. Others stand alone.
GROUPED = ("favourite", "reblog", "follow", "admin.sign_up")
SPAN = 12 * HOUR


def group_key(kind: str, about: int | None, at: int) -> str:
    """Empty for a notification that stands alone. `about`: the post it is about, if any; `at`: ms since 1970 UTC."""
    if kind not in GROUPED:
        return ""
    return f"{kind}-{at // SPAN}" if about is None else f"{kind}-{about}-{at // SPAN}"

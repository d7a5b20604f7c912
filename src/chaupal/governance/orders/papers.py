"""Forms that staff fill in: every field is looked at, every complaint is kept, and a bad form is refused as a whole."""

from datetime import datetime

from chaupal.kernel.errors import Invalid, NotAllowed
from chaupal.policy.epitaph import SQUARE_TIME
from chaupal.policy.may import may
from chaupal.policy.viewer import Viewer
from chaupal.text.clean import BadText, letters_seen, normalise_post, trimmed

LINE = 300  # characters in a field of one line
PAGE = 4_000  # in a field of many
REASON_AT_LEAST = 20  # fewer letters explain nothing


def check_may(viewer: Viewer, what: str) -> int:
    """The staff member's account. Raises NotAllowed where their role does not open `what`."""
    if viewer.account is None or not may(viewer, what):
        raise NotAllowed("This is not for your role to do")
    return viewer.account


def check_reason(text: str) -> str:
    """The reason that an act is given, where nothing else is filled in. Raises Invalid for one that explains nothing."""
    paper = Paper()
    reason = paper.reason("reason", text)
    paper.check()
    return reason


class Paper:
    """One form being read. Call `check` when all its fields are."""

    def __init__(self) -> None:
        self.wrong: dict[str, str] = {}

    def line(self, name: str, text: str, *, needed: bool = True) -> str:
        """One line of text, its spaces put in order."""
        return self._taken(name, " ".join(self._clean(name, text).split()), LINE, needed)

    def page(self, name: str, text: str, *, needed: bool = True, most: int = PAGE) -> str:
        """Text of many lines."""
        return self._taken(name, self._clean(name, text), most, needed)

    def reason(self, name: str, text: str) -> str:
        """A reason that explains something; it becomes public."""
        reason = self.page(name, text)
        if name not in self.wrong and letters_seen(reason) < REASON_AT_LEAST:
            self.wrong[name] = "say why in a whole sentence"
        return reason

    def moment(self, name: str, text: str, *, needed: bool = False) -> int | None:
        """Milliseconds from an ISO date or time; without an offset it is the time in India."""
        text = text.strip()
        if not text:
            return self.complain(name, "can't be blank") if needed else None
        try:
            found = datetime.fromisoformat(text)
            found = found if found.tzinfo else found.replace(tzinfo=SQUARE_TIME)
            ms = int(found.timestamp() * 1000)
        except (ValueError, OverflowError):
            return self.complain(name, "must be a date such as 2026-11-24 or 2026-11-24T18:00")
        return ms if 0 <= ms < 2**47 else self.complain(name, "is too far away")

    def complain(self, name: str, about: str) -> None:
        """The first complaint about a field stands."""
        self.wrong.setdefault(name, about)

    def check(self) -> None:
        """Raises Invalid with all complaints."""
        if self.wrong:
            raise Invalid("Validation failed: " + "; ".join(f"{k}: {v}" for k, v in self.wrong.items()), **self.wrong)

    def _clean(self, name: str, text: str) -> str:
        try:
            return normalise_post(text)
        except BadText:
            self.complain(name, "holds characters that cannot be kept")
            return ""

    def _taken(self, name: str, text: str, most: int, needed: bool) -> str:
        text = trimmed(text)
        if needed and not text:
            self.complain(name, "can't be blank")
        if len(text) > most:
            self.complain(name, "is too long")
        return text

"""The one family of errors; each surface says them in its own shape."""

import errno
from collections.abc import Sequence

from chaupal.kernel.faults import FAULTS
from chaupal_audit.errors import Malformed as Malformed
from chaupal_audit.errors import NotFound as NotFound
from chaupal_audit.errors import Problem as Problem
from chaupal_audit.errors import TooLarge as TooLarge
from chaupal_audit.errors import Unsound as Unsound


class Invalid(Unsound):
    """What was sent cannot be accepted; `details` maps a field to what is wrong with it.

    Either a code of `kernel/faults.py` with its values (`code`, `values`), or a sentence with what is wrong by field.
    """

    def __init__(self, message: str = "", *, field: str = "", **values: str | int) -> None:
        fault = FAULTS.get(message)
        self.code = message if fault is not None else ""
        self.values = values if fault is not None else {}
        if fault is None:
            super().__init__(
                message, **{name: str(text) for name, text in values.items()}, **({"field": field} if field else {})
            )
        else:
            brief = {field or fault.field: fault.brief.format(**values)}
            super().__init__(f"Validation failed: {fault.api.format(**values)}", **brief)


def together(wrong: Sequence[Invalid]) -> Invalid:
    """All that is wrong as one: whoever fills in a form wants to mend it once. Of two about one field the first is told."""
    details: dict[str, str] = {}
    for problem in wrong:
        details = problem.details | details
    first, *more = [problem.message for problem in wrong]
    return Invalid(", ".join([first, *(message.removeprefix("Validation failed: ") for message in more)]), **details)


class NotSignedIn(Problem):
    """Nobody is signed in, or the token is no good."""

    status = 401
    slug = "not_signed_in"

    def __init__(self, message: str = "This method requires an authenticated user", **details: str) -> None:
        super().__init__(message, **details)


class NotAllowed(Problem):
    """Signed in, but this is not theirs to do."""

    status = 403
    slug = "not_allowed"


class Closed(NotAllowed):
    """Their account is suspended: they may appeal and take their own along, and nothing else."""

    slug = "closed"


class Conflict(Problem):
    """It moved meanwhile, or was done before."""

    status = 409
    slug = "conflict"


class Stale(Conflict):
    """It is not the version that the caller named (RFC 9110, If-Match)."""

    status = 412
    slug = "stale"


class TooMany(Problem):
    """Rate limited; `retry_at` is when to come back, in ms since 1970."""

    status = 429
    slug = "too_many"

    def __init__(self, message: str = "Too many requests", *, retry_at: int = 0) -> None:
        super().__init__(message)
        self.retry_at = retry_at


class GuessedAt(TooMany):
    """Somebody guesses at this name: for a while only those come in whom guesses cannot hurt."""

    slug = "guessed_at"


class Unavailable(Problem):
    """The store could not keep it; nothing was half done."""

    status = 503
    slug = "unavailable"


class Full(Problem):
    """There is no room left to keep it (RFC 4918 §11.5); nothing was half done."""

    status = 507
    slug = "full"

    def __init__(self, message: str = "There is no room left on this server; nothing was kept") -> None:
        super().__init__(message)


NO_ROOM = (errno.ENOSPC, errno.EDQUOT)


def no_room(error: BaseException) -> Full | None:
    """What an error of the machine's files says, where it is that no more fits."""
    return Full() if isinstance(error, OSError) and error.errno in NO_ROOM else None


class Gone(Problem):
    """It was here, and is not shown to anybody now: its account is suspended."""

    status = 410
    slug = "suspended"


class WithheldByLaw(Problem):
    """Not to be shown in the viewer's country (RFC 7725)."""

    status = 451
    slug = "withheld"

    def __init__(self, message: str = "Unavailable For Legal Reasons", *, notice_url: str = "") -> None:
        super().__init__(message)
        self.notice_url = notice_url

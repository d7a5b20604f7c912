"""The one family of errors: a code of `kernel/faults` with its values. Each surface says them in its own shape and words."""

import errno
from collections.abc import Mapping, Sequence
from typing import ClassVar, Never, Self, overload

import chaupal_audit.errors as plain
from chaupal.kernel.faults import FAULTS, Value, Wrong, brief
from chaupal_audit.errors import Problem as Problem, Unsound as Unsound

type ByField = Mapping[str, Sequence[Wrong]]


class Coded(Problem):
    """What went wrong: a code of `kernel/faults` with its values.

    `wrong`: by field, what is wrong with it. `message` and `details` are the same in English, for programs. Whoever runs the
    server, or checks a log from outside, reads plain problems, which hold their words themselves.
    """

    before: ClassVar[str] = ""  # the words that programs read before what is wrong

    def __init__(self, code: str = "", /, *, field: str = "", **values: Value) -> None:
        self.code, self.values = code or self.slug, dict(values)
        fault = FAULTS[self.code]
        self.wrong: dict[str, tuple[Wrong, ...]] = {}
        self.places: dict[str, str] = {}  # which part of a form of several it is about, by the form's own names
        self.beside: dict[str, object] = {}  # what programs are given beside the words, by name
        if about := field or fault.field:
            self.wrong[about] = (Wrong(self.code, values),)
        said = fault.api % values if fault.api else _listed(self.wrong)
        super().__init__(said if fault.alone else self.before + said, **_in_english(self.wrong))

    def about(self, wrong: ByField) -> Self:
        """The same, said of these fields instead."""
        self.wrong = {field: tuple(found) for field, found in wrong.items()}
        self.details = _in_english(self.wrong)
        return self


def coded(problem: Problem) -> Coded:
    """The problem by its code; one in plain words is known by its kind alone."""
    if isinstance(problem, Coded):
        return problem
    return Coded(problem.slug if problem.slug in FAULTS else Problem.slug)


class Invalid(Coded, Unsound):
    """What was sent cannot be accepted."""

    before = "Validation failed: "


def all_wrong(wrong: ByField) -> Invalid:
    """Everything that is wrong with a form, as one: whoever fills it in wants to mend it once."""
    first = next(found for found in wrong.values())[0]
    problem = Invalid(first.code, field="", **first.values).about(wrong)
    problem.message = problem.before + _listed(problem.wrong)
    return problem


def together(wrong: Sequence[Invalid]) -> Invalid:
    """Several problems as one. Of two about one field the first is told."""
    by_field: dict[str, tuple[Wrong, ...]] = {}
    for problem in wrong:
        by_field = problem.wrong | by_field
    found = Invalid(wrong[0].code, field="", **wrong[0].values).about(by_field)
    found.message = found.before + ", ".join(problem.message.removeprefix(found.before) for problem in wrong)
    return found


def _in_english(wrong: ByField) -> dict[str, str]:
    return {field: "\n".join(map(brief, found)) for field, found in wrong.items()}


def _listed(wrong: ByField) -> str:
    return "; ".join(f"{field}: {text}" for field, text in _in_english(wrong).items())


class NotSignedIn(Coded):
    """Nobody is signed in, or the token is no good."""

    status = 401
    slug = "not_signed_in"


class AppAlone(NotSignedIn):
    """An app by itself, where somebody must have logged in: its token is good, so it is not told to throw that away."""

    status = 422


class NotAllowed(Coded):
    """Signed in, but this is not theirs to do."""

    status = 403
    slug = "not_allowed"


class Closed(NotAllowed):
    """Their account is suspended: they may appeal and take their own along, and nothing else."""

    slug = "closed"


class Malformed(Coded, plain.Malformed):
    """The request cannot be read at all."""


class NotFound(Coded, plain.NotFound):
    """Missing or forbidden: from outside they look the same."""


# Said twice for Pyrefly, which else leaves the None in what it gives.
@overload
def or_not_found[T](thing: T | None) -> T: ...
@overload
def or_not_found(thing: None) -> Never: ...
def or_not_found[T](thing: T | None) -> T:
    """What was looked for. Raises NotFound where there is none."""
    if thing is None:
        raise NotFound
    return thing


class TooLarge(Coded, plain.TooLarge):
    """More bytes than are taken here."""


class Conflict(Coded):
    """It moved meanwhile, or was done before."""

    status = 409
    slug = "conflict"


class Stale(Conflict):
    """It is not the version that the caller named (RFC 9110, If-Match)."""

    status = 412
    slug = "stale"


class TooMany(Coded):
    """Rate limited; `retry_at` is when to come back, in ms since 1970."""

    status = 429
    slug = "too_many"

    def __init__(self, code: str = "", *, retry_at: int = 0) -> None:
        super().__init__(code)
        self.retry_at = retry_at


class GuessedAt(TooMany):
    """Somebody guesses at this name: for a while only those come in whom guesses cannot hurt."""

    slug = "guessed_at"


class Unavailable(Coded):
    """The store could not keep it; nothing was half done."""

    status = 503
    slug = "unavailable"


class Full(Coded):
    """There is no room left to keep it (RFC 4918 §11.5); nothing was half done."""

    status = 507
    slug = "full"


def against_rule(name: str) -> Conflict:
    """The store refused by a rule of its own, which this version need not know: later it is refused as well."""
    return Conflict(name) if name in FAULTS else Conflict("against_rule", rule=name if name.isidentifier() else "…")


def passes(problem: Problem) -> bool:
    """Whether it is the machine's fault, or the moment's: nothing is wrong with what was asked, and later it may well be done."""
    return isinstance(problem, Unavailable | Full) or getattr(problem, "code", "") == "changed_at_once"


NO_ROOM = (errno.ENOSPC, errno.EDQUOT)


def no_room(error: BaseException) -> Full | None:
    """What an error of the machine's files says, where it is that no more fits."""
    return Full() if isinstance(error, OSError) and error.errno in NO_ROOM else None


class Gone(Coded):
    """It was here, and is not shown to anybody now: its account is suspended."""

    status = 410
    slug = "suspended"


class WithheldByLaw(Coded):
    """Not to be shown in the viewer's country (RFC 7725)."""

    status = 451
    slug = "withheld"

    def __init__(self, *, notice_url: str = "") -> None:
        super().__init__()
        self.notice_url = notice_url

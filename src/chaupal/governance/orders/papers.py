"""Forms that staff fill in: every field is looked at, every complaint is kept, and a bad form is refused as a whole."""

from collections.abc import Sequence
from datetime import datetime

from chaupal.kernel.clock import HOUR
from chaupal.kernel.errors import Conflict, NotAllowed, all_wrong
from chaupal.kernel.faults import Value, Wrong
from chaupal.policy.sentences.placeholders import SQUARE_TIME, in_square_time
from chaupal.policy.viewer import Viewer, may
from chaupal.text.clean import BadText, letters_seen, normalise_post, trimmed

LINE = 300  # characters in a field of one line
PAGE = 4_000  # in a field of many
REASON_AT_LEAST = 20  # fewer letters explain nothing
AGAIN = HOUR  # what leaves a thing where it stood is not said again within this


def check_may(viewer: Viewer, what: str) -> int:
    """The staff member's account. Raises NotAllowed where their role does not open `what`."""
    if viewer.account is None or not may(viewer, what):
        raise NotAllowed("not_your_role")
    return viewer.account


def check_reason(text: str) -> str:
    """The reason that an act is given, where nothing else is filled in. Raises Invalid for one that explains nothing."""
    paper = Paper()
    reason = paper.reason("reason", text)
    paper.check()
    return reason


def check_not_again(now: int, at: int, *, same: bool) -> None:
    """Raises Conflict for a step that was just sent, by a double click for example: one that changes no state would be entered twice.

    `same`: whether the same person said as much of the same, most lately `at`.
    """
    if same and now < at + AGAIN:
        raise Conflict("noted_already")


def typed_moment(at: int | None) -> str:
    """A moment (ms) as it is typed into a form, and as `Paper.moment` reads it."""
    return "" if at is None else in_square_time(at).strftime("%Y-%m-%dT%H:%M")


class Paper:
    """One form being read. Call `check` when all its fields are."""

    def __init__(self) -> None:
        self.wrong: dict[str, tuple[Wrong, ...]] = {}

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
            self.complain(name, "no_sentence")
        return reason

    def moment(self, name: str, text: str, *, needed: bool = False) -> int | None:
        """Milliseconds from an ISO date or time; without an offset it is the time in India."""
        text = text.strip()
        if not text:
            return self.complain(name, "blank") if needed else None
        try:
            found = datetime.fromisoformat(text)
            found = found if found.tzinfo else found.replace(tzinfo=SQUARE_TIME)
            ms = int(found.timestamp() * 1000)
        except (ValueError, OverflowError):
            return self.complain(name, "no_moment")
        return ms if 0 <= ms < 2**47 else self.complain(name, "too_far_away")

    def complain(self, name: str, code: str, **values: Value) -> None:
        """Say by a code of `kernel/faults` what is wrong with a field. The first complaint about it stands."""
        self.wrong.setdefault(name, (Wrong(code, values),))

    def complain_of_lines(self, name: str, wrong: Sequence[Wrong]) -> None:
        """The same of some of the lines that a field holds, each with what was typed there."""
        self.wrong.setdefault(name, tuple(wrong))

    def check(self) -> None:
        """Raises Invalid with all complaints."""
        if self.wrong:
            raise all_wrong(self.wrong)

    def _clean(self, name: str, text: str) -> str:
        try:
            return normalise_post(text)
        except BadText:
            self.complain(name, "unkept_characters")
            return ""

    def _taken(self, name: str, text: str, most: int, needed: bool) -> str:
        text = trimmed(text)
        if needed and not text:
            self.complain(name, "blank")
        if len(text) > most:
            self.complain(name, "too_long")
        return text

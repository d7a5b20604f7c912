"""Checks of what a house says of its own log: the reports that it froze, and the keys with which it signs."""

from chaupal_audit.clock import MINUTE
from chaupal_audit.log.entries import Key, Snapshot
from chaupal_audit.minutes import month_start, months_of
from chaupal_audit.rule_of_law.book import Book, SaidAct
from chaupal_audit.rule_of_law.check import SLACK, Check


def frozen_early(book: Book, frozen: SaidAct[Snapshot]) -> bool:
    return frozen.act.at + SLACK < month_start(_last_month(frozen) + 1) * MINUTE


def frozen_short(book: Book, frozen: SaidAct[Snapshot]) -> str:
    """Whatever the log had of the period is counted in its report."""
    after = min(
        (index for month, index in book.months.items() if month > _last_month(frozen)), default=frozen.act.index
    )
    size = frozen.act.index if frozen.said.size is None else frozen.said.size
    return f"{after} entries were there, {size} were counted" if size < min(after, frozen.act.index) else ""


def _last_month(frozen: SaidAct[Snapshot]) -> int:
    """Of its period, counted from the year 0. Raises ValueError for what is no period."""
    if (months := months_of(frozen.said.period)) is None:
        raise ValueError(frozen.said.period)
    return months[1]


def frozen_anew(book: Book, frozen: SaidAct[Snapshot]) -> bool:
    return frozen.said.revision != book.frozen[frozen.said.period] + 1


def key_unlike(book: Book, changed: SaidAct[Key]) -> bool:
    return book.key not in ("", changed.said.old)


FREEZING: tuple[Check[SaidAct[Snapshot]], ...] = (
    Check(
        "frozen_early",
        "A report was frozen before its period was over.",
        "रिपोर्ट अपनी अवधि पूरी होने से पहले स्थिर कर दी गई।",
        frozen_early,
    ),
    Check(
        "frozen_short",
        "A frozen report leaves out entries of its own period that were in the log.",
        "स्थिर की गई रिपोर्ट अपनी ही अवधि की वे प्रविष्टियाँ छोड़ देती है जो लॉग में थीं।",
        frozen_short,
    ),
    Check(
        "frozen_anew",
        "A frozen report takes the place of another one, or leaves a number out: each is the next revision of its period.",
        "स्थिर की गई रिपोर्ट किसी दूसरी की जगह लेती है, या बीच की संख्या छोड़ती है: हर रिपोर्ट अपनी अवधि का अगला संस्करण होती है।",
        frozen_anew,
    ),
)

CHANGING: tuple[Check[SaidAct[Key]], ...] = (
    Check(
        "key_unlike",
        "The entry changes another key than the one that the log had by its own account: a change is missing.",
        "प्रविष्टि उस कुंजी को नहीं बदलती जो लॉग के अपने ब्योरे में थी: बीच का कोई बदलाव दर्ज नहीं है।",
        key_unlike,
    ),
)

"""Checks of what a house says of itself in its log: reports that it froze, keys by which it signs, and tallies, which tell of no few."""

from collections import Counter
from collections.abc import Iterable

from chaupal_audit.clock import MINUTE
from chaupal_audit.log.entries import FEWEST, NO_CLASS, RARE, Key, Snapshot, TallyRow
from chaupal_audit.minutes import month_start, months_of
from chaupal_audit.rule_of_law.acts import SaidAct, TallyAct
from chaupal_audit.rule_of_law.book import Book
from chaupal_audit.rule_of_law.check import SLACK, Checks

FREEZING = Checks[SaidAct[Snapshot]]()
CHANGING = Checks[SaidAct[Key]]()
TALLYING = Checks[TallyAct]()
TALLIES_AT_END = Checks[TallyAct]()


@FREEZING.breach("A report was frozen before its period was over.", "रिपोर्ट अपनी अवधि पूरी होने से पहले स्थिर कर दी गई।")
def frozen_early(book: Book, frozen: SaidAct[Snapshot]) -> bool:
    return frozen.act.at + SLACK < month_start(_last_month(frozen) + 1) * MINUTE


@FREEZING.breach(
    "A frozen report leaves out entries of its own period that were in the log.",
    "स्थिर की गई रिपोर्ट अपनी ही अवधि की वे प्रविष्टियाँ छोड़ देती है जो लॉग में थीं।",
)
def frozen_short(book: Book, frozen: SaidAct[Snapshot]) -> str:
    """Whatever the log had of the period is counted in its report."""
    after = book.first_after(_last_month(frozen))
    after = frozen.act.index if after is None else after
    size = frozen.act.index if frozen.said.size is None else frozen.said.size
    return f"{after} entries were there, {size} were counted" if size < min(after, frozen.act.index) else ""


def _last_month(frozen: SaidAct[Snapshot]) -> int:
    """Of its period, counted from the year 0. Raises ValueError for what is no period."""
    if (months := months_of(frozen.said.period)) is None:
        raise ValueError(frozen.said.period)
    return months[1]


@FREEZING.breach(
    "A frozen report takes the place of another one, or leaves a number out: each is the next revision of its period.",
    "स्थिर की गई रिपोर्ट किसी दूसरी की जगह लेती है, या बीच की संख्या छोड़ती है: हर रिपोर्ट अपनी अवधि का अगला संस्करण होती है।",
)
def frozen_anew(book: Book, frozen: SaidAct[Snapshot]) -> bool:
    return frozen.said.revision != book.frozen[frozen.said.period] + 1


@CHANGING.breach(
    "The entry changes another key than the one that the log had by its own account: a change is missing.",
    "प्रविष्टि उस कुंजी को नहीं बदलती जो लॉग के अपने हिसाब से थी: बीच का कोई बदलाव दर्ज नहीं है।",
)
def key_unlike(book: Book, changed: SaidAct[Key]) -> bool:
    return bool(book.keys) and book.keys[-1] != changed.said.old


@TALLYING.breach(
    "A tally does not begin where the one before ended, or counts what was not there yet.",
    "गणना वहाँ से शुरू नहीं होती जहाँ पिछली समाप्त हुई थी, या वह गिनती है जो तब था ही नहीं।",
)
def tally_gap(book: Book, tally: TallyAct) -> bool:
    if tally.continues:
        return False
    return tally.said.first != tally.begins or not tally.begins <= tally.said.to <= tally.act.index


@TALLIES_AT_END.breach("A tally lacks a part, or a part stands alone.", "गणना का कोई भाग नहीं है, या कोई भाग अकेला है।")
def tally_in_pieces(book: Book, tally: TallyAct) -> bool:
    """The first of a span is part 1, and whatever is not the last goes on."""
    return (not tally.continues and tally.said.part != 1) or (not tally.followed and not tally.last)


@TALLYING.breach(
    "A tally has another number of rows than it says, or they were not opened.",
    "गणना में पंक्तियों की संख्या उसकी बताई संख्या से अलग है, या वे खोली नहीं गईं।",
)
def tally_unopened(book: Book, tally: TallyAct) -> str:
    told, committed, opened = tally.said.rows, len(tally.act.head.sd), tally.rows
    if told == committed and (opened is None or len(opened) == told):
        return ""
    return f"{told} told, {committed} committed to, {'none' if opened is None else len(opened)} opened"


@TALLYING.breach("A tally counts more or fewer decisions than the log has.", "गणना में लॉग से अधिक या कम फ़ैसले गिने गए।")
def tally_miscounted(book: Book, tally: TallyAct) -> str:
    if not tally.whole:
        return ""
    told, found = sum(part.said.rows for part in tally.parts), len(_decided(book, tally))
    return "" if told == found else f"{told} told, {found} in the log"


@TALLYING.breach("A tally tells of decisions that the log does not have.", "गणना में ऐसे फ़ैसले बताए गए जो लॉग में नहीं हैं।")
def tally_unlike(book: Book, tally: TallyAct) -> str:
    """Rows that are told as they are can be no more than there are; `other` may be any."""
    if (rows := _rows(tally)) is None:
        return ""
    found = Counter(_decided(book, tally))
    told = Counter((row.did, row.kind) for row in rows if row.did != RARE)
    return ", ".join(
        f"{did} {kind}: {told[did, kind]} told, {found[did, kind]} in the log" for did, kind in sorted(told - found)
    )


@TALLYING.breach(
    "A tally tells of so few alike that they could be told apart.",
    "गणना में एक जैसे इतने कम लोगों की बात है कि वे पहचाने जा सकते हैं।",
)
def tally_tells_few(book: Book, tally: TallyAct) -> str:
    """Fewer than ten of a class, or of what was done to one, could be told apart."""
    if (rows := _rows(tally)) is None:
        return ""
    return _few(row.speaker for row in rows if row.speaker != NO_CLASS) or _few(
        f"{row.speaker} {row.did} {row.kind}" for row in rows if row.did != RARE
    )


def _few(names: Iterable[str]) -> str:
    return ", ".join(f"{name}: {many}" for name, many in sorted(Counter(names).items()) if many < FEWEST)


def _decided(book: Book, tally: TallyAct) -> list[tuple[str, str]]:
    """(did, kind) of every decision of the span."""
    return [one.what for one in book.decided_in(tally.said.first, tally.said.to)]


def _rows(tally: TallyAct) -> list[TallyRow] | None:
    """Of all parts, once all of it is there; None where that cannot be said."""
    if not tally.whole:
        return None
    opened = [row for part in tally.parts for row in part.rows or ()]
    return opened if len(opened) == sum(part.said.rows for part in tally.parts) else None

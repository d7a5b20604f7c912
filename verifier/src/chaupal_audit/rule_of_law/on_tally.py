"""Checks of tallies: each decision of the log is counted once, no other is, all parts are there, and no row tells of few."""

from collections import Counter
from collections.abc import Iterable

from chaupal_audit.log.entries import FEWEST, NO_CLASS, RARE, TallyRow
from chaupal_audit.rule_of_law.book import Book, TallyAct
from chaupal_audit.rule_of_law.check import Check


def tally_gap(book: Book, tally: TallyAct) -> bool:
    if tally.continues:
        return False
    return tally.said.first != tally.begins or not tally.begins <= tally.said.to <= tally.act.index


def tally_in_pieces(book: Book, tally: TallyAct) -> bool:
    """The first of a span is part 1, and whatever is not the last goes on."""
    return (not tally.continues and tally.said.part != 1) or (not tally.followed and not tally.last)


def tally_unopened(book: Book, tally: TallyAct) -> str:
    told, committed, opened = tally.said.rows, len(tally.act.head.sd), tally.rows
    if told == committed and (opened is None or len(opened) == told):
        return ""
    return f"{told} told, {committed} committed to, {'none' if opened is None else len(opened)} opened"


def tally_miscounted(book: Book, tally: TallyAct) -> str:
    if not tally.whole:
        return ""
    told, found = sum(part.said.rows for part in tally.parts), len(_decided(book, tally))
    return "" if told == found else f"{told} told, {found} in the log"


def tally_unlike(book: Book, tally: TallyAct) -> str:
    """Rows that are told as they are can be no more than there are; `other` may be any."""
    if (rows := _rows(tally)) is None:
        return ""
    found = Counter(_decided(book, tally))
    told = Counter((row.did, row.kind) for row in rows if row.did != RARE)
    return ", ".join(
        f"{did} {kind}: {told[did, kind]} told, {found[did, kind]} in the log" for did, kind in sorted(told - found)
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
    return [one.what for one in book.decided if tally.said.first <= one.at < tally.said.to]


def _rows(tally: TallyAct) -> list[TallyRow] | None:
    """Of all parts, once all of it is there; None where that cannot be said."""
    opened = [row for part in tally.parts for row in part.rows or ()]
    return opened if tally.whole and len(opened) == sum(part.said.rows for part in tally.parts) else None


TALLYING: tuple[Check[TallyAct], ...] = (
    Check(
        "tally_gap",
        "A tally does not begin where the one before ended, or counts what was not there yet.",
        "गणना वहाँ से शुरू नहीं होती जहाँ पिछली समाप्त हुई थी, या वह गिनती है जो तब था ही नहीं।",
        tally_gap,
    ),
    Check(
        "tally_unopened",
        "A tally has another number of rows than it says, or they were not opened.",
        "गणना में पंक्तियों की संख्या उसकी बताई संख्या से अलग है, या वे खोली नहीं गईं।",
        tally_unopened,
    ),
    Check(
        "tally_miscounted",
        "A tally counts more or fewer decisions than the log has.",
        "गणना में लॉग से अधिक या कम निर्णय गिने गए।",
        tally_miscounted,
    ),
    Check(
        "tally_unlike",
        "A tally tells of decisions that the log does not have.",
        "गणना में ऐसे निर्णय बताए गए जो लॉग में नहीं हैं।",
        tally_unlike,
    ),
    Check(
        "tally_tells_few",
        "A tally tells of so few alike that they could be told apart.",
        "गणना में एक जैसे इतने कम लोगों की बात है कि वे पहचाने जा सकते हैं।",
        tally_tells_few,
    ),
)

TALLIES_AT_END: tuple[Check[TallyAct], ...] = (
    Check(
        "tally_in_pieces",
        "A tally lacks a part, or a part stands alone.",
        "गणना का कोई भाग नहीं है, या कोई भाग अकेला है।",
        tally_in_pieces,
    ),
)

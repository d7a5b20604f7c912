"""Rulings as rows: one begins in the commit of its decision and leaf, ends by a row's change, and is never deleted."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

import msgspec
from sqlalchemy import and_, func, or_, text as sql

from chaupal.policy.measures import HIDING, OF_SERVERS, WITHHOLDING, Measure
from chaupal.policy.rulings import Ruling
from chaupal.store.court.docket import open_at
from chaupal.store.machine.dialect import among, is_one_of, listed, param, statement, text_param
from chaupal.store.machine.shelves import ONLY, RULINGS
from chaupal.store.machine.statements import rows_of, selects, updates
from chaupal.store.machine.work import Reading, Writing
from chaupal.store.tables.court import orders, rulings, targets


class RulingRow(msgspec.Struct, frozen=True, kw_only=True):
    """A ruling with what the gate need not know: who decided, for whose target, when and where it was lifted."""

    id: int
    subject_id: int
    term: str
    measure: str
    territory: str
    starts_at: int
    ends_at: int | None
    lifted_at: int | None
    target_id: int | None
    owner_id: int | None
    order_ref: str
    authority: str
    authority_hi: str
    legal_basis: str
    reason: str
    decided_by: int
    approved_by: int | None
    log_index: int
    lift_log_index: int | None = None
    basis: str = "legal_order"
    regime: str = ""
    rule: str = ""
    review_at: int | None = None
    permanent: bool = False
    alone: bool = False
    second_by: int | None = None
    neutral: bool = False
    global_allowed: bool = False
    strike_until: int | None = None
    preserve_until: int | None = None
    text: str = ""
    protected: bool = False
    concurred_by: int | None = None
    opened_log_index: int | None = None

    def kind(self, of_target: str) -> str:
        """What kind of thing it limits, where its target is of `of_target`: it can be narrowed to parts of that."""
        return Measure(self.measure).kind("tag" if self.term else of_target)

    @property
    def ruling(self) -> Ruling:
        """As the law sees it."""
        return Ruling(
            id=self.id, subject=self.subject_id, term=self.term, measure=Measure(self.measure), territory=tuple(self.territory.split(",")),
            starts_at=self.starts_at, ends_at=self.ends_at, log_index=self.log_index, reason=self.reason,
            order_ref=self.order_ref, authority=self.authority, authority_hi=self.authority_hi,
            legal_basis=self.legal_basis, basis=self.basis, regime=self.regime, rule=self.rule,
            review_at=self.review_at, permanent=self.permanent, neutral=self.neutral, text=self.text,
            opened_by=self.opened_log_index,
        )  # fmt: skip


ALL_RULINGS = rows_of(RulingRow, rulings)
ruling = ALL_RULINGS.by_id

LIFT = updates(rulings, lifted_at="at", lift_log_index="leaf").where(id="of", lifted_at=None)
DONE_ALONE = selects(rulings.c.measure).where(
    among(rulings.c.subject_id, "ids"),
    among(rulings.c.decided_by, "by"),
    func.coalesce(rulings.c.lifted_at, rulings.c.ends_at) > param("since"),
    term="tag",
    approved_by=None,
)
# Until somebody agreed it had a shorter end, and its strike with it.
SECOND = updates(rulings, approved_by="second", ends_at="end", strike_until="strike", alone=sql("0")).where(
    id="of", lifted_at=None, approved_by=None
)
REVIEWED = updates(rulings, review_at="review").where(id="of", lifted_at=None)
NEWEST_WITHHELD = (
    selects(rulings.c.subject_id)
    .where(rulings.c.measure == sql(f"'{Measure.WITHHOLD_POST}'"), lifted_at=None)
    .ordered("-id")
    .limit("n")
)
# Every one there ever was on an account and what it wrote.
of_owner = ALL_RULINGS.where(owner_id="of").ordered("-id").all_of
# It counts as a strike no more: it was wrong from the start.
forgive = updates(rulings, strike_until=None).where(id="of").run_of
BY_TARGETS = ALL_RULINGS.where(among(rulings.c.target_id, "ids")).ordered("id")
# What was hidden and what came back, by the entries of the log that say so. What is secret is left out before anything is
# counted or cut: whoever goes on step by step would meet it as an empty one, with the number of its entry.
_WITH_ORDERS = rulings.outerjoin(targets, targets.c.id == rulings.c.target_id).outerjoin(
    orders, orders.c.id == targets.c.order_id
)
_TOLD = ALL_RULINGS.select_from(_WITH_ORDERS)
# (Whole servers have a list of their own: `/api/v1/instance/domain_blocks`.)
_HIDES = and_(
    is_one_of(rulings.c.measure, sorted(HIDING - OF_SERVERS)), or_(orders.c.id.is_(None), open_at(param("now")))
)
BEGUN_AFTER = (
    _TOLD.where(rulings.c.log_index > param("leaf"), rulings.c.opened_log_index.is_(None), _HIDES)
    .ordered("log_index id")
    .limit("n")
)
ENDED_AFTER = (
    _TOLD.where(
        rulings.c.lift_log_index > param("leaf"),
        _HIDES,
        or_(rulings.c.opened_log_index.is_(None), rulings.c.opened_log_index < rulings.c.lift_log_index),
    )
    .ordered("lift_log_index id")
    .limit("n")
)
# Of the same thing, by another order that everybody may know of; the newest.
ALSO = (
    selects(rulings.c.log_index)
    .select_from(_WITH_ORDERS)
    .where(
        rulings.c.subject_id == param("of"),
        rulings.c.term == text_param("tag"),
        rulings.c.lifted_at.is_(None),
        or_(rulings.c.ends_at.is_(None), rulings.c.ends_at > param("at")),
        is_one_of(rulings.c.measure, sorted(WITHHOLDING)),
        or_(orders.c.id.is_(None), open_at(param("at"))),
    )
    .ordered("-log_index")
    .limit(1)
)
# What was secret is told where the log opens it.
OPENED_AFTER = (
    _TOLD.where(rulings.c.opened_log_index > param("leaf"), _HIDES, rulings.c.lifted_at.is_(None))
    .ordered("opened_log_index id")
    .limit("n")
)
OPEN = updates(rulings, order_ref="ref", neutral="neutral", opened_log_index="leaf").where(id="of")
ENDED = (
    ALL_RULINGS.where(rulings.c.ends_at <= param("at"), rulings.c.target_id.is_not(None), lifted_at=None)
    .ordered("id")
    .limit("n")
)
TO_REVIEW = (
    ALL_RULINGS.where(
        rulings.c.review_at <= param("before"),
        rulings.c.target_id.is_not(None),
        or_(rulings.c.ends_at.is_(None), rulings.c.ends_at > param("at")),
        lifted_at=None,
    )
    .ordered("review_at id")
    .limit("n")
)
# x was decided; r goes on from it, for the same thing or a part of it: renewed, resumed, narrowed, or under the order that confirmed it.
_GOES_ON = """
    r.id > x.id AND r.term = x.term
    AND (r.subject_id = x.subject_id OR x.subject_id = (SELECT t.subject_id FROM targets t WHERE t.id = x.target_id))
    AND (r.target_id = x.target_id OR r.target_id IN (
        SELECT n.target_id FROM case_events o JOIN case_events n ON n.log_index = o.log_index
        WHERE o.target_id = x.target_id AND o.state = 'confirmed'
    ))
"""
# What nobody has lifted of what went on in a ruling's place, in the order in which it began.
going_on = (
    ALL_RULINGS.where(
        sql(f"rulings.id IN (SELECT r.id FROM rulings x JOIN rulings r ON {_GOES_ON} WHERE x.id = :of)"),  # noqa: S608 - words of ours
        rulings.c.id > param("of"),
        lifted_at=None,
    )
    .ordered("id")
    .all_of
)
# An appeal against it, or what it went on from, was decided for whoever appealed while it was halted.
REVERSED = statement(
    sql(f"""
    SELECT a.id FROM appeals a JOIN rulings x ON x.id = a.ruling_id JOIN rulings r ON r.id = x.id OR ({_GOES_ON})
    WHERE r.id = :of AND a.outcome = 'reversed' AND a.decided_at >= r.lifted_at LIMIT 1
    """).bindparams(param("of"))  # noqa: S608 - words of ours
)


async def begin(w: Writing, row: RulingRow) -> None:
    """From this commit every look obeys it."""
    await ALL_RULINGS.add(w, row)
    w.touch(RULINGS, row.id)


async def lift(w: Writing, id_: int, leaf: int, at: int) -> bool:
    """End it; `leaf` is the log's index of the reversal. False where it was not in force."""
    w.touch(RULINGS, id_)
    return await w.run(LIFT, of=id_, at=at, leaf=leaf) == 1


async def publish(w: Writing, id_: int, ref: str, leaf: int, *, neutral: bool) -> None:
    """It is secret no more: its order has a public reference, and `leaf` is the entry that says so."""
    w.touch(RULINGS, id_)
    await w.run(OPEN, of=id_, ref=ref, leaf=leaf, neutral=int(neutral))


async def second(w: Writing, id_: int, by: int, ends_at: int | None, strike_until: int | None) -> bool:
    """A second person agrees to what one did alone; it ends, and counts, until when it should have from the first (ms).

    False where it is over.
    """
    w.touch(RULINGS, id_)
    return await w.run(SECOND, of=id_, second=by, end=ends_at, strike=strike_until) == 1


async def reviewed(w: Writing, id_: int, review_at: int | None) -> bool:
    """It was looked at again and is kept; when that is done the next time (ms). False where it is over."""
    w.touch(RULINGS, id_)
    return await w.run(REVIEWED, of=id_, review=review_at) == 1


async def newest_withheld(reading: Reading, most: int) -> list[int]:
    """Ids of the posts that were withheld last, somewhere, and still are: whose rulings the gate looks at next."""
    rows = await reading.by(RULINGS, ONLY).fetch(NEWEST_WITHHELD, n=most)
    return list(dict.fromkeys(row[0] for row in rows))


async def reversed_since(reading: Reading, id_: int) -> bool:
    """Whether an appeal took away what a stay had halted."""
    return await reading.first(REVERSED, of=id_) is not None


async def by_targets(reading: Reading, target_ids: Sequence[int]) -> dict[int, list[RulingRow]]:
    """Target -> its rulings in the order they began, in force or not."""
    found: dict[int, list[RulingRow]] = {id_: [] for id_ in target_ids}
    for ruling in await BY_TARGETS.all(reading, ids=listed(target_ids)) if target_ids else ():
        found[ruling.target_id or 0].append(ruling)
    return found


async def standing_on(reading: Reading, target_id: int, at: int = 0) -> list[RulingRow]:
    """What of a target nobody has lifted, in the order in which it began. `at` (ms): nor is it over then."""
    rows = [row for row in (await by_targets(reading, [target_id]))[target_id] if row.lifted_at is None]
    return [row for row in rows if row.ends_at is None or at < row.ends_at]


class RulingChange(NamedTuple):
    """A ruling that hides something began, or (`over`) ended; `leaf`: the entry of the log that says so."""

    leaf: int
    row: RulingRow
    over: bool


async def changes_after(reading: Reading, leaf: int, at_most: int) -> list[RulingChange]:
    """What was hidden and what came back after an entry of the log, in the log's order; nothing of what is secret now."""
    asked = {"leaf": leaf, "n": at_most, "now": reading.now()}
    begun = [RulingChange(row.log_index, row, over=False) for row in await BEGUN_AFTER.all(reading, **asked)]
    over = [RulingChange(row.lift_log_index or 0, row, over=True) for row in await ENDED_AFTER.all(reading, **asked)]
    opened = [
        RulingChange(row.opened_log_index or 0, row, over=False) for row in await OPENED_AFTER.all(reading, **asked)
    ]
    return sorted([*begun, *opened, *over], key=lambda change: (change.leaf, change.over, change.row.id))[:at_most]


async def also_withheld(reading: Reading, subject: int, term: str, at: int) -> int | None:
    """The entry of a measure that withholds the same thing at a time (ms) and that everybody may know of."""
    row = await reading.first(ALSO, of=subject, tag=term, at=at)
    return None if row is None else row[0]


async def done_alone(
    reading: Reading, by: Collection[int], subjects: Sequence[int], term: str, since: int
) -> list[Measure]:
    """What somebody did to one of these by themselves that was not over then (ms), and that nobody has agreed to. `by`: their accounts."""
    asked = {"by": listed(by), "ids": listed(subjects), "tag": term, "since": since}
    return [Measure(row[0]) for row in await reading.fetch(DONE_ALONE, **asked)]


async def ended(reading: Reading, at: int, at_most: int = 100) -> list[RulingRow]:
    """Rulings whose time has run out and for which nobody has written that down yet."""
    return await ENDED.all(reading, at=at, n=at_most)


async def to_review(reading: Reading, before: int, at: int, at_most: int = 1_000) -> list[RulingRow]:
    """What is in force `at` and is to be looked at again `before` (ms), the soonest first."""
    return await TO_REVIEW.all(reading, before=before, at=at, n=at_most)

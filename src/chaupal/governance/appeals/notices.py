"""What was decided about somebody, as they may know it: when they are told, what the page says, and until when to appeal."""

from collections.abc import Sequence

import msgspec

from chaupal.governance.cases import guards
from chaupal.governance.cases.cases import Case
from chaupal.governance.cases.lifecycle import State
from chaupal.governance.context import Court
from chaupal.governance.events import NoticeAsked
from chaupal.governance.log import log, record
from chaupal.governance.regimes import GENERIC, Regime
from chaupal.kernel.clock import DAY
from chaupal.kernel.errors import Conflict, NotFound, or_not_found
from chaupal.policy.viewer import Viewer, may
from chaupal.store.court import appeals, docket, knowing, rulings, tellings
from chaupal.store.court.appeals import AppealRow, Message
from chaupal.store.court.docket import Order, Target
from chaupal.store.court.rulings import RulingRow
from chaupal.store.court.tellings import Telling
from chaupal.store.machine.work import Reading, Writing
from chaupal_audit import tlog
from chaupal_audit.log import entries

GAG_REVIEW = 90 * DAY  # a silence without an end is looked at again after this, where its law says nothing
ABOUT_APPEAL = "appeal"


class Strike(msgspec.Struct, frozen=True, kw_only=True):
    """One ruling on somebody, with all that they may know of it.

    `order` is None for rulings without a matter; whether it may be named `ruling.neutral` says. `window_ends`: ms, until when
    one can appeal. `lifted_because`: the reason of whoever ended it.
    """

    ruling: RulingRow
    kind: str  # post, account, media or tag
    order: Order | None
    regime: Regime
    appeal: AppealRow | None
    messages: tuple[Message, ...]
    told: tuple[Telling, ...]
    window_ends: int
    now: int

    @property
    def in_force(self) -> bool:
        return self.ruling.lifted_at is None and self.ruling.ruling.in_force(self.now)

    @property
    def counts(self) -> bool:
        """Whether it still counts as a strike."""
        return self.ruling.strike_until is not None and self.now < self.ruling.strike_until

    @property
    def may_appeal(self) -> bool:
        return self.appeal is None and (self.in_force or self.counts) and self.now < self.window_ends

    @property
    def leaves(self) -> tuple[int, ...]:
        """Indexes of the log entries that prove it, in order; of a secret act none, because an index would reveal it."""
        appealed = (self.appeal.log_index, self.appeal.decided_log_index) if self.appeal else ()
        found = {self.ruling.log_index, self.ruling.lift_log_index, *appealed, *(one.log_index for one in self.told)}
        return tuple(sorted(index for index in found if index is not None))


# --- looking ---


async def of_viewer(court: Court, viewer: Viewer) -> list[Strike]:
    """What was decided about the viewer, the newest first, without what they may not be told yet. Raises NotSignedIn."""
    me = viewer.me
    async with court.work.reading() as reading:
        rows = await rulings.of_owner(reading, me)
        found = await strikes(court, reading, rows)
    return [strike for strike in found if not _kept_back(court, strike)]


async def by_id(court: Court, viewer: Viewer, id_: int) -> Strike:
    """One of them: for the person concerned, once they may know, and for staff. Raises NotFound for everybody else."""
    async with court.work.reading() as reading:
        strike = await strike_of(court, reading, id_)
        own, row = strike.ruling.owner_id == viewer.me, strike.ruling
        staff = may(viewer, "see_office") and bool(await knowing.rulings_known(reading, viewer, [row]))
    if _kept_back(court, strike) if own else not staff:
        raise NotFound
    return strike


async def strike_of(court: Court, reading: Reading, id_: int) -> Strike:
    """One of them, whoever asks: the caller has checked that they may see it. Raises NotFound."""
    row = or_not_found(await rulings.ruling(reading, id_))
    return (await strikes(court, reading, [row]))[0]


async def strikes(court: Court, reading: Reading, rows: Sequence[RulingRow]) -> list[Strike]:
    """Rulings with what belongs to them, in order."""
    appealed = await appeals.on_rulings(reading, [row.id for row in rows])
    return [await _strike(court, reading, row, appealed.get(row.id)) for row in rows]


async def _strike(court: Court, reading: Reading, row: RulingRow, appeal: AppealRow | None) -> Strike:
    # Neither for one that no matter asked for.
    order, target = await docket.matter_of(reading, row.target_id) or (None, None)
    regime = regime_of(court, row)
    window = regime.appeals.internal.window
    told = tuple(one for one in await tellings.about(reading, row.id) if one.account_id == row.owner_id)
    begun = next((one.sent_at for one in told if one.about == tellings.BEGUN and one.sent_at), None)
    return Strike(
        ruling=row,
        kind=kind_of(row, target),
        order=order,
        regime=regime,
        appeal=appeal,
        messages=tuple(await appeals.messages(reading, appeal.id)) if appeal else (),
        told=told,
        # One cannot appeal against what one does not know of.
        window_ends=window.after(begun or row.starts_at, regime.zone),
        now=court.clock(),
    )


def kind_of(row: RulingRow, target: Target | None) -> str:
    """What a ruling itself limits: an order against an account can be narrowed to posts of it."""
    of_target = target.kind if target is not None else "account" if row.subject_id == row.owner_id else "post"
    return row.kind(of_target)


def regime_of(court: Court, row: RulingRow) -> Regime:
    """The law by which a ruling was made; those made before laws were files stand under the general one."""
    return court.regimes.cited(row.regime) if row.regime else court.regimes.current(GENERIC, row.starts_at)


def strikes_that_count(court: Court, found: Sequence[Strike]) -> int:
    """How many strikes these come to now, each by the weight of the rule that was broken."""
    rules = (one.ruling.rule for one in found if one.counts)
    return sum(court.rules.cited(rule).weight if rule else 1 for rule in rules)


# --- telling ---


def silent_until(order: Order | None, regime: Regime, begun: int, now: int) -> int | None:
    """Until when (ms) somebody may not be told; `now` or before: they are told at once. None: never, by this law."""
    if order is None:
        return now
    if regime.notice.author == "no":
        return None
    if order.gag_until is not None and now < order.gag_until:
        return min(order.gag_until, _looked_at_again(regime, begun, now) or order.gag_until)
    if order.published_at is not None:
        return now
    if order.gag_until is not None:
        return order.gag_until
    if order.secrecy != "gag" and regime.notice.author != "after_gag":
        return now
    return _looked_at_again(regime, begun, now) or now + GAG_REVIEW


def _looked_at_again(regime: Regime, begun: int, now: int) -> int | None:
    """Until when (ms) a law lets somebody be kept in the dark before that is reviewed; None where it sets no limit, as for a court's seal.

    Where the silence has no end it is looked at again, and put off anew where it still holds.
    """
    if regime.gag is None:
        return None
    longest, review = regime.gag.max, regime.gag.review_every
    return review.after(now, regime.zone) if longest is None else longest.after(begun, regime.zone)


def gag_of(order: Order | None, regime: Regime) -> str:
    """The legal basis that forbids telling somebody."""
    return regime.gag.basis if regime.gag is not None else (order.legal_basis if order is not None else "")


async def note(
    court: Court,
    w: Writing,
    strike: Strike,
    about: str,
    step: str,
    *,
    language: str,
    ways: str = "",
    until: int | None = None,
    gag: str = "",
) -> int:
    """Log that somebody was told, or is not told yet; the entry's index. `ways`: such as `app post mail`."""
    kept_back = step in ("delayed", "withheld")
    public = entries.Notice(
        about=about,
        step=step,
        ways=tuple(ways.split()),
        language=language,
        gag=gag if kept_back else "",
        until=tlog.at_minute(until) if kept_back and until is not None else None,
    )
    told_of = strike.ruling.lift_log_index if about == tellings.ENDED else strike.ruling.log_index
    return await enter(court, w, strike, public, told_of)


async def enter(
    court: Court, w: Writing, strike: Strike, said: entries.Public | log.EntryContent, prev: int | None
) -> int:
    """An entry of the log about a ruling, after its entry `prev`; its index."""
    row = strike.ruling
    return await log.append(court, w, row.order_ref, said, prev=prev, **record.of_ruling(row, strike.order))


async def note_demand(
    court: Court, w: Writing, order: Order, about: str, *, language: str, ways: str, target: int | None
) -> int:
    """The same for what was told of a demand that limited nothing; `target`: its number, where it is about one thing."""
    public = entries.Notice(about=about, step="sent", ways=tuple(ways.split()), language=language, target=target)
    return await log.append(court, w, order.ref, public, prev=order.log_index, **record.secrecy(order))


# --- telling again ---

AGAIN_AFTER = DAY  # nobody is told the same twice within so long
TOLD_LATELY = "told_lately"
SILENCE = "told_later"


async def tell_again_in(court: Court, w: Writing, viewer: Viewer, case: Case) -> State:
    """Tell the people concerned by a case once more what they were last told of each ruling, in a unit that is open. The case stays
    as it is.

    Raises NotAllowed, Conflict where there is nobody to tell, where the law is silent, or within a day.
    """
    await guards.act(w, viewer, "sanction" if case.own_rules else "work_on_order", [case.target.owner_id])
    asked = 0
    for row in (await rulings.by_targets(w, [case.target.id]))[case.target.id]:
        told = [one for one in await tellings.about(w, row.id) if one.account_id == row.owner_id]
        if not told:
            continue
        last = told[-1]
        if last.sent_at is None:
            raise Conflict(SILENCE)
        if not await tellings.ask_again(w, last.id, court.clock() - AGAIN_AFTER):
            raise Conflict(TOLD_LATELY)
        w.tell(NoticeAsked(ruling=row.id, telling=last.id, at=court.clock()))
        asked += 1
    if not asked:
        raise Conflict("not_to_be_told")
    return case.state


def _kept_back(court: Court, strike: Strike) -> bool:
    begun = next((one for one in strike.told if one.about == tellings.BEGUN), None)
    if begun is not None:
        return begun.sent_at is None
    until = silent_until(strike.order, strike.regime, strike.ruling.starts_at, court.clock())
    return until is None or court.clock() < until

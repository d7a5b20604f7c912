"""Appeals: a person whom a ruling limits can ask once for another look; somebody decides who had no part in the ruling, nor in what was
said of an earlier appeal about the same thing.

Until when one may ask says each law: `[appeals]` of its file in `regimes/files`.
"""

from collections.abc import Mapping, Sequence

import msgspec

from chaupal.governance.appeals import notices
from chaupal.governance.appeals.notices import Strike
from chaupal.governance.cases import cases, clocks, effects, guards
from chaupal.governance.cases.cases import Case
from chaupal.governance.context import Court, pseudonym
from chaupal.governance.events import AppealAnswered, AppealDecided, AppealFiled
from chaupal.governance.log import log
from chaupal.governance.orders import changes
from chaupal.governance.orders.papers import Paper, check_may
from chaupal.governance.people import role_grants
from chaupal.kernel.errors import Conflict, NotFound, Problem, or_not_found
from chaupal.policy.viewer import Viewer, may
from chaupal.store.court import appeals, knowing, ledger, rulings
from chaupal.store.court.appeals import AppealRow, AppealWithHands
from chaupal.store.court.case_events import CaseEventBody
from chaupal.store.court.rulings import RulingRow
from chaupal.store.identity import accounts
from chaupal.store.machine.work import Reading, Writing
from chaupal_audit import tlog
from chaupal_audit.log import entries

UPHELD, MODIFIED, REVERSED = "upheld", "modified", "reversed"
OUTCOMES = (UPHELD, MODIFIED, REVERSED)
DECIDE = "decide"  # the clock of an appeal
NOT_YOURS = "decided_by_you"
HEARD_BEFORE = "heard_by_you"
MOST_MESSAGES = 100  # in one appeal, of each side
ENDED = "appeal_decided"
WRITTEN = "appeal_written"

# By the id of a ruling what stands in its place, itself where it stays; one that is not named ends.
type Left = Mapping[int, Sequence[RulingRow]]


class Decision(msgspec.Struct, kw_only=True):
    """What somebody types who decides an appeal. For `modified`: a nearer end, fewer countries, a lower rung (`measure`), or of
    an account, or a post, only `parts`: those posts or pictures. Of what stands as parts by then, only those of them.
    """

    outcome: str = ""
    reason: str = ""
    ends_at: str = ""
    territory: str = ""
    measure: str = ""
    parts: tuple[int, ...] = ()


class AppealAtDesk(AppealWithHands, frozen=True, kw_only=True):
    """An appeal as somebody is shown it. `why_not`: what keeps them from hearing it, though their role opens that, as `decide` says it."""

    why_not: Problem | None = None


# --- the person concerned ---


async def file(court: Court, viewer: Viewer, ruling_id: int, text: str) -> AppealRow:
    """Appeal against a ruling on oneself, once. Raises NotFound for others' rulings, Invalid, Conflict where it is too late."""
    paper = Paper()
    text = paper.page("text", text)
    paper.check()
    strike = await notices.by_id(court, viewer, ruling_id)
    _check_may_appeal(viewer, strike)
    async with court.work.writing() as w:
        row = await _file(court, w, viewer, strike, text)
        await clocks.start(w, clocks.APPEAL, row.id, DECIDE, row.filed_at, row.due_at)
        w.tell(AppealFiled(appeal=row.id, ruling=ruling_id, account=viewer.me))
    return row


async def withdraw(court: Court, viewer: Viewer, id_: int) -> None:
    """Withdraw one's appeal. Raises NotFound for others' appeals, Conflict for one that is decided."""
    async with court.work.writing() as w:
        row = await _appeal(w, id_)
        if row.account_id != viewer.me:
            raise NotFound
        strike = await notices.strike_of(court, w, row.ruling_id)
        now = court.clock()
        public = entries.Appeal(step="withdrawn", at=tlog.at_minute(now))
        leaf = await notices.enter(court, w, strike, public, row.log_index)
        if not await appeals.withdraw(w, id_, now, leaf):
            raise Conflict(ENDED)
        await clocks.stop(w, clocks.APPEAL, id_, DECIDE, now)


async def of_viewer(court: Court, viewer: Viewer) -> list[AppealRow]:
    """One's own appeals, the newest first."""
    async with court.work.reading() as reading:
        return await appeals.of_account(reading, viewer.me)


async def appeal(court: Court, viewer: Viewer, id_: int) -> tuple[AppealAtDesk, Strike]:
    """An appeal with what it is about: for whoever filed it, and for staff. Raises NotFound."""
    async with court.work.reading() as reading:
        row = await _appeal(reading, id_)
        strike = await notices.strike_of(court, reading, row.ruling_id)
        if row.account_id != viewer.me and not (may(viewer, "see_office") and await _known(reading, viewer, [strike])):
            raise NotFound
        return await _shown_to(court, reading, viewer, row), strike


async def _shown_to(court: Court, reading: Reading, viewer: Viewer, row: AppealRow) -> AppealAtDesk:
    """On whose desk it lies is not told to whoever appeals, who may be of the staff and know them."""
    found = await appeals.heard(reading, row)
    kept_from = None
    if row.open and may(viewer, "hear_appeal"):
        try:
            await _check_hearing(court, reading, viewer.me, found)
        except Problem as problem:
            kept_from = problem
    shown = AppealAtDesk(**msgspec.structs.asdict(found), why_not=kept_from)
    mine = row.account_id in await guards.accounts_of(reading, viewer.me)
    return msgspec.structs.replace(shown, assigned_to=None) if mine else shown


# --- both ---


async def say(court: Court, viewer: Viewer, id_: int, text: str) -> None:
    """Write in an appeal, as whoever filed it or as who hears it. Raises NotFound, Invalid, Conflict once it is decided, or full."""
    paper = Paper()
    text = paper.page("text", text)
    paper.check()
    async with court.work.writing() as w:
        await ledger.hold(w)  # two at once would not count each other
        row = await _appeal(w, id_)
        staff = row.account_id != viewer.me
        if staff:
            await _check_may_hear(court, w, viewer, row)
        if not row.open:
            raise Conflict(ENDED)
        written = await appeals.messages(w, id_)
        if sum(one.staff == staff for one in written) >= MOST_MESSAGES:
            raise Conflict("appeal_full")
        message = court.make_id()
        await appeals.say(w, message, id_, viewer.me, text, court.clock(), staff=staff)
        if staff:
            w.tell(AppealAnswered(appeal=id_, account=row.account_id, message=message))


# --- staff ---


async def queue(court: Court, viewer: Viewer, *, ended: bool = False) -> list[tuple[AppealAtDesk, Strike]]:
    """Appeals that wait, the next due first; or those that have ended, the newest first."""
    check_may(viewer, "see_office")
    async with court.work.reading() as reading:
        rows = await (appeals.ended if ended else appeals.waiting)(reading)
        strikes = [await notices.strike_of(court, reading, row.ruling_id) for row in rows]
        known = {strike.ruling.id: strike for strike in await _known(reading, viewer, strikes)}
        return [
            (await _shown_to(court, reading, viewer, row), known[row.ruling_id])
            for row in rows
            if row.ruling_id in known
        ]


async def how_many_wait(court: Court, viewer: Viewer) -> int:
    """Appeals that this viewer may hear, and that lie on nobody else's desk."""
    if not may(viewer, "hear_appeal"):
        return 0
    mine = (None, viewer.account)
    return sum(one.why_not is None and one.assigned_to in mine for one, _ in await queue(court, viewer))


async def _known(reading: Reading, viewer: Viewer, strikes: Sequence[Strike]) -> list[Strike]:
    """Those of which the viewer may know as staff: an appeal, too, tells that a secret order is there."""
    orders = {strike.order.id: strike.order for strike in strikes if strike.order is not None}
    known = {order.id for order in await knowing.known(reading, viewer, list(orders.values()))}
    return [strike for strike in strikes if strike.order is None or strike.order.id in known]


async def assign(court: Court, viewer: Viewer, id_: int, *, mine: bool = True) -> None:
    """Take an appeal upon oneself, or put it back. Raises NotAllowed for whoever decided what is appealed."""
    async with court.work.writing() as w:
        row = await _appeal(w, id_)
        me = await _check_may_hear(court, w, viewer, row)
        if not await appeals.assign(w, id_, me if mine else None):
            raise Conflict(ENDED)


async def decide(court: Court, viewer: Viewer, id_: int, typed: Decision, seen: int | None = None) -> None:
    """Decide an appeal; everything that follows from it is done in the same commit.

    Reversed: the ruling ends, and counts as a strike no more. Modified: a narrower one stands in its place from now on. What went
    on in its place since it was appealed (renewed, resumed, confirmed …) is meant as well: nobody takes an appeal its object.
    `seen`: how much had been written in it when it was looked at. Raises NotAllowed for whoever decided what is appealed, Invalid by
    field, Conflict where it is decided already, or something was written since.
    """
    async with court.work.writing() as w:
        await decide_in(court, w, viewer, id_, typed, seen)


async def decide_in(
    court: Court, w: Writing, viewer: Viewer, id_: int, typed: Decision, seen: int | None = None
) -> None:
    """The same in a unit that is open: one of many (`governance/cases/bulk.py`)."""
    await ledger.hold(w)  # whoever seconds meanwhile what is appealed hears nothing of it
    row = await _appeal(w, id_)
    me = await _check_may_hear(court, w, viewer, row)
    strike = await notices.strike_of(court, w, row.ruling_id)
    if seen not in (None, len(strike.messages)):
        raise Conflict(WRITTEN)
    standing = await _standing(court, w, strike)
    reason, left = await _read(court, w, standing, typed)
    now = court.clock()
    public = entries.Appeal(
        step="decided",
        outcome=typed.outcome,
        language=row.language,
        rule=strike.ruling.rule or None,
        measure=strike.ruling.measure,
        at=tlog.at_minute(now),
        by=pseudonym(court, me),
    )
    leaf = await notices.enter(court, w, strike, log.EntryContent(public, {"reason": reason}), row.log_index)
    if not await appeals.decide(w, id_, me, now, typed.outcome, reason, leaf):
        raise Conflict(ENDED)
    following = None
    if typed.outcome != UPHELD:
        await rulings.forgive(w, strike.ruling.id)
        following = await _carry_out(court, w, standing, left, viewer, reason)
    await clocks.stop(w, clocks.APPEAL, id_, DECIDE, now)
    w.tell(
        AppealDecided(
            appeal=id_, ruling=strike.ruling.id, account=row.account_id, outcome=typed.outcome, following=following
        )
    )


# --- filing ---


def _check_may_appeal(viewer: Viewer, strike: Strike) -> None:
    if strike.ruling.owner_id != viewer.me:  # staff can see it, and have no right of appeal
        raise NotFound
    if strike.appeal is not None:
        raise Conflict("already_appealed")
    if not (strike.in_force or strike.counts):
        raise Conflict("not_in_force")
    if not strike.may_appeal:
        raise Conflict("appeal_too_late")


async def _file(court: Court, w: Writing, viewer: Viewer, strike: Strike, text: str) -> AppealRow:
    now, ruling, regime = court.clock(), strike.ruling, strike.regime
    due = regime.appeals.internal.decide_in.after(now, regime.zone)
    public = entries.Appeal(
        step="filed",
        language=viewer.language,
        rule=ruling.rule or None,
        measure=ruling.measure,
        due=tlog.at_minute(due),
        earlier=len(await appeals.judges_of(w, ruling.id)),
        at=tlog.at_minute(now),
    )
    leaf = await notices.enter(court, w, strike, public, ruling.log_index)
    row = AppealRow(
        id=court.make_id(), ruling_id=ruling.id, account_id=viewer.me, state=appeals.FILED, text=text, language=viewer.language,
        filed_at=now, due_at=due, assigned_to=None, decided_by=None, decided_at=None, outcome="", reason="",
        not_by_first=ruling.decided_by, not_by_second=ruling.approved_by,
        not_by_third=ruling.concurred_by, log_index=leaf, decided_log_index=None,
    )  # fmt: skip
    if not await appeals.add(w, row):
        raise Conflict("already_appealed")
    return row


# --- deciding ---


async def _check_may_hear(court: Court, reading: Reading, viewer: Viewer, row: AppealRow) -> int:
    """Who hears it had no part in the ruling or in an earlier appeal about the same thing, is not the person concerned, and (where the
    house's rules ask) is in no team of those who decided. Raises Conflict once it is decided.
    """
    strike = await notices.strike_of(court, reading, row.ruling_id)
    if not may(viewer, "hear_appeal") or not (viewer.me == row.account_id or await _known(reading, viewer, [strike])):
        raise NotFound
    await _check_hearing(court, reading, viewer.me, await appeals.heard(reading, row))
    return viewer.me


async def could_hear(court: Court, reading: Reading, me: int, id_: int) -> bool:
    """Whether nothing keeps somebody from it whose role opens it, and who may know of it."""
    try:
        await _check_hearing(court, reading, me, await appeals.heard(reading, await _appeal(reading, id_)))
    except Problem:
        return False
    return True


async def _check_hearing(court: Court, reading: Reading, me: int, row: AppealWithHands) -> None:
    """The same of somebody whose role opens it, and who may know of it."""
    people = await accounts.standings(reading, {me, *row.deciders})
    guards.check_holds(people.get(me), "hear_appeal")
    if not row.open:  # whoever made it narrower has a hand in it by now: it is over, that is the reason
        raise Conflict(ENDED)
    await guards.check_not_own(reading, me, [row.account_id])
    await guards.check_not_own(reading, me, row.deciders, NOT_YOURS)
    await guards.check_not_own(reading, me, row.judges, HEARD_BEFORE)
    if "hear_appeal" in court.rules.current(court.clock()).conflicts.own_team:
        since = await _first_decided(reading, row)
        guards.check_other_team(me, row.deciders, await role_grants.held_since(court, reading, people, since))


async def _first_decided(reading: Reading, row: AppealRow) -> int:
    """When the first of the rulings on the same target was made (ms)."""
    ruling = or_not_found(await rulings.ruling(reading, row.ruling_id))
    made = await rulings.by_targets(reading, [ruling.target_id or 0])
    return min((one.starts_at for one in made[ruling.target_id or 0]), default=ruling.starts_at)


async def _read(court: Court, reading: Reading, standing: Sequence[Strike], typed: Decision) -> tuple[str, Left]:
    """The reason, and what is left where it is to be narrower. Raises Invalid by field."""
    paper = Paper()
    reason = paper.reason("reason", typed.reason)
    if typed.outcome not in OUTCOMES:
        paper.complain("outcome", "no_choice_of", choices=", ".join(OUTCOMES))
    rows = [strike.ruling for strike in standing]
    left = await _narrower(court, reading, rows, typed, paper) if typed.outcome == MODIFIED else {}
    paper.check()
    return reason, left


async def _narrower(
    court: Court, reading: Reading, standing: Sequence[RulingRow], typed: Decision, paper: Paper
) -> Left:
    """What is left: with a nearer end, in fewer countries, a milder measure, or only some of the parts.

    Nothing wider than it was can come out of an appeal.
    """
    now, ends_at = court.clock(), paper.moment("ends_at", typed.ends_at)
    territory = tuple(code.upper() for code in typed.territory.replace(",", " ").split())
    if ends_at is not None and ends_at <= now:
        paper.complain("ends_at", "is_past")
    one = len(standing) == 1
    parts, named = (typed.parts, ()) if one else ((), typed.parts)  # of it; of those that it stands as
    kept = [was for was in standing if not named or was.subject_id in named]
    if ends_at is not None and any(was.ends_at is not None and ends_at > was.ends_at for was in kept):
        paper.complain("ends_at", "not_before_end")
    for had in {was.territory for was in kept}:
        changes.check_territory(paper, territory, had.split(","))
    left = {was.id: _left(was, typed.measure, ends_at, territory, parts) for was in kept}
    if not standing:
        paper.complain("outcome", "not_in_force_now")
    elif len(kept) == len(standing) and all(was in left[was.id] for was in kept):
        paper.complain("ends_at", "nothing_narrower")
    elif one and (typed.measure or parts):
        await _check_less(court, reading, paper, standing[0], typed)
    elif typed.measure:
        paper.complain("measure", "measure_takes_whole")
    elif strange := set(named) - {was.subject_id for was in standing}:
        paper.complain("parts", "parts_foreign", numbers=", ".join(map(str, sorted(strange)[:5])))
    return left


def _left(
    was: RulingRow, measure: str, ends_at: int | None, territory: Sequence[str], parts: Sequence[int]
) -> Sequence[RulingRow]:
    """What stands in its place; itself, where nothing of it changes."""
    row = msgspec.structs.replace(
        was,
        ends_at=was.ends_at if ends_at is None else ends_at,
        territory=was.territory if set(territory) in (set(), {*was.territory.split(",")}) else ",".join(territory),
        permanent=was.permanent and ends_at is None,
        measure=measure or was.measure,
    )
    return tuple(msgspec.structs.replace(row, subject_id=part) for part in dict.fromkeys(parts)) or (row,)


async def _check_less(court: Court, reading: Reading, paper: Paper, was: RulingRow, typed: Decision) -> None:
    """Complain unless the milder measure, or the parts, are allowed by the law of the matter."""
    if was.target_id is None:
        paper.complain("measure", "measure_takes_whole")
        return
    case = await cases.case_with(court, reading, was.target_id)
    if was.subject_id != case.target.subject_id:  # parts of a part are not told apart
        paper.complain("parts", "measure_takes_whole")
        return
    said = CaseEventBody(
        outcome=typed.measure or was.measure,
        reason=typed.reason,
        subjects=typed.parts,
        finding=case.decided_as.finding,
        text=was.text,
    )
    await changes.check_narrower(court, reading, paper, case, was, said)


async def _standing(court: Court, w: Writing, strike: Strike) -> list[Strike]:
    """What is in force of what was appealed: itself, or what went on in its place since."""
    if strike.in_force:
        return [strike]
    found = await notices.strikes(court, w, await rulings.going_on(w, strike.ruling.id))
    return [one for one in found if one.in_force]


async def _carry_out(
    court: Court, w: Writing, standing: Sequence[Strike], left: Left, viewer: Viewer, reason: str
) -> int | None:
    """End what stands, or put in its place what is `left` of it. The id of the (first) ruling that is left, if one is."""
    after, leaf = list[int](), 0
    for was in (strike.ruling for strike in standing):
        rows = left.get(was.id, ())
        if was in rows:
            after.append(was.id)
            continue
        await rulings.forgive(w, was.id)
        if rows:
            begun, leaf = await _replace(court, w, was, rows, viewer.me, reason)
            after += begun
        else:
            leaf = await effects.end_ruling(court, w, was, how="appealed", by=viewer.me, reason=reason)
    if standing:
        await _enter(court, w, standing[0].ruling, viewer, reason, leaf)
    return next(iter(after), None)


async def _replace(
    court: Court, w: Writing, was: RulingRow, rows: Sequence[RulingRow], me: int, reason: str
) -> tuple[tuple[int, ...], int]:
    """Begin the narrower rulings, each with a log entry. Whoever approved the old one as a second person is kept as theirs."""
    case = await cases.case_with(court, w, was.target_id or 0)
    anew = [effects.renewed(court, row, decided_by=me, reason=reason) for row in rows]
    return await effects.replace(court, w, case, was, anew, effects.Cause("modified", "house", reason, me))


async def _enter(court: Court, w: Writing, was: RulingRow, viewer: Viewer, reason: str, leaf: int) -> None:
    """Add the event of the case: overturned if nothing of it is in force any more, else modified."""
    if was.target_id is None:
        return
    case: Case = await cases.case_with(court, w, was.target_id)
    left = await rulings.standing_on(w, was.target_id)
    taken = await cases.take(court, w, viewer, case, "modify" if left else "overturn")
    await cases.enter(court, w, case, taken, CaseEventBody(reason=reason, rulings=tuple(row.id for row in left)), leaf)


async def _appeal(reading: Reading, id_: int) -> AppealRow:
    return or_not_found(await appeals.appeal(reading, id_))

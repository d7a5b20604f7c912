"""Entries become facts, kind by kind: orders, measures, appeals and reports, what was secret, and all else that the report counts."""

from base64 import urlsafe_b64decode
from collections import Counter, deque
from collections.abc import Callable
from sys import intern

import msgspec
from msgspec import Raw

from chaupal_audit import tlog
from chaupal_audit.fold import facts
from chaupal_audit.fold.facts import State, either
from chaupal_audit.law.measures import Measure as What
from chaupal_audit.log import entries
from chaupal_audit.log.entries import Act, Entry
from chaupal_audit.minutes import minute

MOST_TARGETS = 1_000_000  # of one kind in one order, whatever a foreign log says
DEFAULT = {"deamp": What.DEAMPLIFY.value, "measure": What.WITHHOLD_POST.value}
KEPT = 12  # bytes of each digest: closed entries are many, and nobody finds another disclosure for 96 bits

_order = msgspec.json.Decoder(entries.Order).decode
_step = msgspec.json.Decoder(entries.Step).decode
_decision = msgspec.json.Decoder(entries.Decision).decode
_measure = msgspec.json.Decoder(entries.Measure).decode
_reversal = msgspec.json.Decoder(entries.Reversal).decode
_notice = msgspec.json.Decoder(entries.Notice).decode
_appeal = msgspec.json.Decoder(entries.Appeal).decode
_report = msgspec.json.Decoder(entries.Report).decode
_external = msgspec.json.Decoder(entries.External).decode
_counter = msgspec.json.Decoder(entries.Counter).decode
_opened = msgspec.json.Decoder(entries.Opened).decode
_statement = msgspec.json.Decoder(entries.Statement).decode
_tally = msgspec.json.Decoder(entries.Tally).decode
_snapshot = msgspec.json.Decoder(entries.Snapshot).decode


def take_order(state: State, index: int, at: int, head: Entry) -> None:
    new = _order(head.public)
    if head.ref in state.facts.orders:
        return  # a reference is given once; the first keeps it
    state.facts.orders[head.ref] = facts.Order(
        index=index, ref=head.ref, at=at, regime=intern(head.regime or ""), kind=intern(new.kind or ""),
        issuer=intern(new.issuer or ""), authority=intern(new.authority or ""), jurisdiction=intern(new.jurisdiction or ""),
        channel=intern(new.channel or ""), law=intern(new.law or ""), reference=new.reference or "", bases=_grounds(new),
        territory=new.territory or (), dated=new.dated or "", received=either(minute(new.received), at),
        act_by=_earlier(minute(new.act_by), minute(new.law_act_by)),
        interim_until=minute(new.interim_until), emergency=bool(new.emergency), secrecy=intern(new.secrecy or "none"),
        specified={intern(kind): min(max(0, n), MOST_TARGETS) for kind, n in new.targets.items()}, source=intern(new.source or ""),
        rule=intern(new.rule or ""), flagged_by=intern(new.flagged_by), steps=[], targets={},
    )  # fmt: skip


def _grounds(new: entries.Order) -> tuple[str, ...]:
    return tuple(sorted({intern(basis) for basis in new.bases}))


def _earlier(*ends: int | None) -> int | None:
    """The deadline that the order sets, or the law's own where that comes first."""
    return min((end for end in ends if end is not None), default=None)


def take_step(state: State, index: int, at: int, head: Entry) -> None:
    order = state.facts.orders.get(head.ref)
    if order is None:
        return
    new = _step(head.public)
    order.steps.append(
        facts.Step(intern(new.step), either(minute(new.at), at), tuple(new.codes or ()), intern(new.body or ""))
    )
    match "" if new.targets else new.step:  # about some of its targets, it leaves the order where it stood
        case "returned":
            order.returned = True
        case "checked" | "mended" | "clarified" | "confirmed":
            order.returned = False  # it was sent back, and came again
        case "withdrawn":
            order.withdrawn = True
        case "closed" | "set_aside" | "replaced":
            order.over = True
        case _:
            pass


def take_decision(state: State, index: int, at: int, head: Entry) -> None:
    order = state.facts.orders.get(head.ref)
    if order is None:
        return
    new = _decision(head.public)
    target = target_of(order, new.target, new.kind)
    target.demanded = intern(new.demanded or target.demanded)
    target.protected = target.protected or new.protected
    if new.step == "refused":
        target.outcome, target.ground = "refused", intern(new.ground or "")
        target.decided = at
    elif new.step == "kept":
        _keep(state.measure_at.get(_prev(head)), at, new)
    elif new.step == "reviewed":
        _agree(state, order.ref, new)
    elif new.step == "closed":
        target.outcome, target.ground, target.matter = intern(new.outcome or "closed"), "", new.matter or ""
        target.decided = at


def _keep(measure: facts.Measure | None, at: int, new: entries.Decision) -> None:
    if measure is not None:
        measure.kept, measure.review = measure.kept or at, minute(new.review)


def _agree(state: State, ref: str, new: entries.Decision) -> None:
    """What one person did lasts longer once another agrees; what has ended, or an appeal made shorter, is not longer for that, and is asked
    no more.
    """
    waiting, agreed = state.made.setdefault((ref, new.target), ([], facts.Agreed()))
    agreed.until = minute(new.ends)
    for made in waiting:
        if made.ended is None and not made.shortened:
            made.agreed = agreed
    waiting.clear()


def target_of(order: facts.Order, number: int, kind: str | None) -> facts.Target:
    found = order.targets.get(number)
    if found is None:
        found = order.targets[number] = facts.Target()
    found.kind = found.kind or intern(kind or "")  # an account stays one where only its posts are withheld
    return found


def take_measure(state: State, index: int, at: int, head: Entry) -> None:
    new = _measure(head.public)
    before = state.measure_at.get(_prev(head))
    same = before or state.measure_at.get(-1 if new.also is None else new.also)
    order = state.facts.orders.get(head.ref)
    start = either(minute(new.start), at)
    rule = new.rule or (order.rule if order else "")
    until = minute(new.until)
    made = facts.Measure(
        index=index, ref=head.ref, order=order, at=at, regime=intern(head.regime or (order.regime if order else "")),
        target=new.target, kind=intern(new.kind or ""), thing=index if same is None else same.thing,
        measure=intern(new.measure or DEFAULT.get(head.t, "")),
        outcome=intern(new.outcome or "complied_full"), demanded=intern(new.demanded or ""), term=new.term or "",
        territory=tuple(map(intern, new.territory or ())), basis=intern(new.basis or "legal_order"),
        authority=intern(new.authority or (order.authority if order else "")),
        jurisdiction=intern(new.jurisdiction or (order.jurisdiction if order else "")), law=intern(new.law or ""),
        rule=intern(rule or ""), source=intern(new.source or (order.source if order else "")), language=intern(new.language or ""),
        start=start, since=start if before is None or new.cause == facts.RESUMED else before.since,
        said_until=until, review=minute(new.review), permanent=bool(new.permanent),
        strike_until=minute(new.strike_until),
        emergency=bool(new.emergency), replaces=before is not None, cause=intern(new.cause),
        flagged_by=intern(new.flagged_by or (order.flagged_by if order else "")),
        automatic=new.by == "clock", second=bool(new.second),
        shortened=before is not None and (before.shortened or (new.cause == "modified" and _ends_before(until, before.until))),
    )  # fmt: skip
    state.facts.measures.append(made)
    state.measure_at[index] = made
    if order is not None:
        state.made.setdefault((order.ref, made.target), ([], facts.Agreed()))[0].append(made)
        _serve(order, made, protected=new.protected)


def _ends_before(until: int | None, than: int | None) -> bool:
    return until is not None and (than is None or until < than)


def _serve(order: facts.Order, made: facts.Measure, *, protected: bool) -> None:
    """The measure is what was decided about its target."""
    target = target_of(order, made.target, made.kind)
    target.outcome, target.ground, target.done = made.outcome, "", made.measure
    target.demanded = made.demanded or target.demanded
    target.protected = target.protected or protected
    target.decided = made.at
    order.enforced = max(order.enforced or 0, made.start)
    order.withheld = order.withheld or made.measure in facts.WITHHELD


def take_reversal(state: State, index: int, at: int, head: Entry) -> None:
    of = state.measure_at.get(_prev(head))
    if of is None:
        return
    new = _reversal(head.public)
    state.measure_at[index] = of  # a notice about an end names the reversal
    if of.ended is None:
        # The log's older entries do not say how a measure ended: somebody lifted it.
        of.ended, of.ending = either(minute(new.at), at), intern(new.step or "lifted")
        of.said_until, of.agreed = of.until, None


def take_notice(state: State, index: int, at: int, head: Entry) -> None:
    of = state.measure_at.get(_prev(head))
    if of is not None:
        new = _notice(head.public)
        about, step, language = intern(new.about or "begun"), intern(new.step), intern(new.language or "")
        of.told.append(facts.NoticeFact(about, step, at, language, intern(new.gag or "")))


def take_appeal(state: State, index: int, at: int, head: Entry) -> None:
    new, prev = _appeal(head.public), _prev(head)
    when = either(minute(new.at), at)
    if new.step == "filed":
        of = state.measure_at.get(prev)
        filed = facts.Appeal(
            index,
            head.ref,
            of,
            intern(new.language or ""),
            intern(new.rule or (of.rule if of else "")),
            when,
            minute(new.due),
        )
        state.facts.appeals.append(filed)
        state.appeal_at[index] = filed
        if of is not None:
            of.appealed = True
    elif (filed := state.appeal_at.get(prev)) is not None and filed.decided is None:
        filed.decided = when
        filed.outcome, filed.withdrawn = intern(new.outcome or ""), new.step == "withdrawn"


def take_report(state: State, index: int, at: int, head: Entry) -> None:
    new = _report(head.public)
    when = either(minute(new.at), at)
    found = state.facts.reports.get(head.ref)
    if new.step == "received" and found is None:
        state.facts.reports[head.ref] = facts.Report(
            head.ref,
            intern(new.regime or head.regime or ""),
            intern(new.category or "other"),
            intern(new.language or ""),
            when,
            minute(new.ack_due),
            minute(new.resolve_due),
        )
    elif found is not None and new.step == "acknowledged":
        found.acknowledged = when
    elif found is not None and new.step == "resolved":
        found.resolved, found.outcome = when, intern(new.outcome or "none")


def take_external(state: State, index: int, at: int, head: Entry) -> None:
    new, prev = _external(head.public), _prev(head)
    when = either(minute(new.at), at)
    if new.step == "filed":
        appeal = state.appeal_at.get(prev)
        of = state.measure_at.get(prev) or (appeal.of if appeal else None)
        filed = facts.External(head.ref, of, intern(new.body or ""), when)
        state.facts.externals.append(filed)
        state.external_at[index] = filed
        state.undecided.setdefault(head.ref, deque()).append(filed)
        return
    filed = state.external_at.get(prev) or _first_undecided(state, head.ref)
    if filed is not None:
        filed.decided, filed.outcome, filed.in_time = when, intern(new.outcome or ""), new.complied_in_time


def _first_undecided(state: State, ref: str) -> facts.External | None:
    waiting = state.undecided.get(ref, deque())
    while waiting and waiting[0].outcome:
        waiting.popleft()
    return waiting[0] if waiting else None


def take_counter(state: State, index: int, at: int, head: Entry) -> None:
    new = _counter(head.public)
    of = state.measure_at.get(_prev(head))
    state.facts.counters.append(facts.Counters(intern(new.step), either(minute(new.at), at), of))
    if of is not None:
        state.measure_at[index] = of


def take_cover(state: State, index: int, at: int, head: Entry) -> None:
    state.closed[index] = frozenset(map(digest_kept, head.sd))


def take_opened(state: State, index: int, at: int, head: Entry) -> None:
    """A closed entry counts at its place; under the order's public reference, where the opening gives one."""
    disclosures = _opened(head.public).disclosures
    state.facts.opened += len(disclosures)
    closed = state.closed.get(_prev(head))
    if closed is None or head.prev is None:
        return
    told = dict(filter(None, (opened(disclosure, closed) for disclosure in disclosures)))
    if told.keys() >= {"act", "public"}:
        act = msgspec.convert(told["act"], Act)
        public = Raw(msgspec.json.encode(told["public"]))
        said = Entry(act.t, head.ref or act.ref, act.at, public, act.regime, act.prev)
        state.opened.append((head.prev, said))


def opened(disclosure: str, digests: frozenset[bytes]) -> tuple[str, object] | None:
    """(name, value), where an entry with these digests committed to it. Raises Malformed for what is no disclosure."""
    kept = digest_kept(tlog.disclosure_digest(disclosure))
    return tlog.read_disclosure(disclosure) if kept in digests else None


def digest_kept(digest: str) -> bytes:
    """As much of a digest as is kept."""
    try:
        return urlsafe_b64decode(digest + "=" * (-len(digest) % 4))[:KEPT]
    except ValueError:
        return b""


def take_statement(state: State, index: int, at: int, head: Entry) -> None:
    new = _statement(head.public)
    state.facts.statements.append(
        facts.Statement(
            index,
            head.ref,
            new.step,
            new.title or "",
            tuple(new.orders or ()),
            new.authority or "",
            new.sha256 or "",
            either(minute(new.at), at),
        )
    )


def take_snapshot(state: State, index: int, at: int, head: Entry) -> None:
    new = _snapshot(head.public)
    size = index if new.size is None else new.size
    state.facts.snapshots.append(
        facts.Snapshot(
            index, new.period or head.ref, new.revision, new.sha256, size, either(minute(new.at), at), new.files
        )
    )


def take_key(state: State, index: int, at: int, head: Entry) -> None:
    state.facts.keys += 1


def take_tally(state: State, index: int, at: int, head: Entry) -> None:
    """Rows that name nobody: they count where the entry committed to them, and what is not opened counts as nothing."""
    new, digests = _tally(head.public), frozenset(map(digest_kept, head.sd))
    found = (opened(text, digests) for text in dict.fromkeys(state.beside))
    rows = Counter(_row(row[1]) for row in found if row is not None and row[0] == "row")
    state.facts.tallies.append(facts.Tally(new.period or head.ref, at, dict(rows)))


def _row(value: object) -> tuple[str, str, str]:
    row = msgspec.convert(value, entries.TallyRow)
    return intern(row.speaker), intern(row.did), intern(row.kind)


def _prev(head: Entry) -> int:
    """The entry that one follows from; -1 where it names none."""
    return -1 if head.prev is None else head.prev


TAKERS: dict[str, Callable[[State, int, int, Entry], None]] = {
    "order": take_order,
    "step": take_step,
    "decision": take_decision,
    "measure": take_measure,
    "deamp": take_measure,
    "reversal": take_reversal,
    "notice": take_notice,
    "appeal": take_appeal,
    "report": take_report,
    "external": take_external,
    "counter": take_counter,
    "statement": take_statement,
    "snapshot": take_snapshot,
    "tally": take_tally,
    "key": take_key,
    "cover": take_cover,
    "open": take_opened,
}

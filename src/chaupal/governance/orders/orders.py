"""Orders: a demand is taken in with all that it must name, and each of its targets becomes a case."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from secrets import token_hex
from typing import Annotated, NamedTuple

import msgspec
from msgspec import Meta

from chaupal.governance.cases import clocks, guards
from chaupal.governance.cases.lifecycle import State, move
from chaupal.governance.context import Court
from chaupal.governance.events import OrderMoved, WordsNamed
from chaupal.governance.log import log, record
from chaupal.governance.log.pseudonyms import CLOCK
from chaupal.governance.orders import confirming, faces, procedure, resolving, steps
from chaupal.governance.orders.documents import by_known_key, origin_of, signer_of
from chaupal.governance.orders.papers import Paper, check_may
from chaupal.governance.orders.procedure import Stage
from chaupal.governance.orders.resolving import MOST_TARGETS, LineFault, Resolved, resolve
from chaupal.governance.regimes import GENERIC, Regime
from chaupal.kernel import faults
from chaupal.kernel.clock import DAY
from chaupal.kernel.countries import known_country
from chaupal.kernel.errors import Conflict, Invalid, NotFound
from chaupal.policy.measures import USUAL, Measure
from chaupal.policy.rulings import EVERYWHERE
from chaupal.policy.viewer import Viewer
from chaupal.store.court import (
    authorities,
    case_events,
    docket,
    documents,
    ledger,
    offices,
    order_events,
    reports,
    speakers,
)
from chaupal.store.court.authorities import HOUSE, Authority
from chaupal.store.court.case_events import CaseEvent, CaseEventBody
from chaupal.store.court.docket import Order, Target
from chaupal.store.court.documents import Document
from chaupal.store.court.order_events import OrderEvent, OrderEventBody
from chaupal.store.identity import accounts
from chaupal.store.machine.work import Reading, Writing
from chaupal.text import hosts

MOST_SAID = 50  # complaints about targets in one answer
ROLE = "role"  # the issuing office, among the particulars
OPAQUE = "X-"  # begins the reference of an order that is secret: it says nothing, and is not counted
UNKNOWN = "unknown"  # the kind of what a line that cannot be read names
STATE_FLAG = "state_flag"  # a state pointed to it
# How a matter of the house's own came to light.
SOURCES = ("staff", "user_report", "automated", STATE_FLAG, "trusted_flagger")
OWN = "RULES"  # the house's own matters are numbered under this, as a country's orders are under its code


class OrderForm(msgspec.Struct, kw_only=True):
    """A demand as it is typed or sent. Times are ISO dates, `territory` country codes, `targets` one to a line.

    `regime`: the id of the law it came under; none: the general one. `bases`: codes of that law's grounds. `role`: the
    issuing office by that law. `demanded`: the measure asked for, line by line, where it is said. `origin_note`: how staff
    made sure that it is genuine; without it nothing is limited yet. `particulars`: the law's other fields by code.
    `external_id`: the sender's own number, so that nothing is filed twice. `confirms`: the reference of the emergency order
    that it confirms, where it says that it does. `replaces`: that of the order, sent back, of which it is the mended version.
    `record_unknown`: lines that name nothing here are recorded as not found; else they are refused. `record_all`: so are
    those that cannot be read at all, or name something twice: nothing that was asked for is left out.
    """

    authority: Annotated[int, Meta(ge=0, le=2**63 - 1)] | None = None
    regime: str = ""
    role: str = ""
    officer: str = ""
    officer_rank: str = ""
    reference_no: str = ""
    legal_basis: str = ""
    bases: tuple[str, ...] = ()
    grounds: str = ""
    reasons: str = ""
    territory: str = ""
    dated: str = ""
    act_by: str = ""
    ends_at: str = ""
    interim_until: str = ""
    confirms: str = ""
    replaces: str = ""
    gag_until: str = ""
    targets: str = ""
    demanded: tuple[str, ...] = ()
    record_unknown: bool = False
    record_all: bool = False
    channel: str = "letter"
    origin_note: str = ""
    external_id: str = ""
    particulars: dict[str, str] = {}


class Filer(NamedTuple):
    """Who files: a member of the staff for an authority, or a `user` of the authority.

    `known`: their mail is at the domain by which two people know the authority; else a call-back must say whose order it is.
    """

    staff: int
    user: int | None = None
    known: bool = False


async def receive(court: Court, viewer: Viewer, form: OrderForm, brought: Sequence[Document] = ()) -> str:
    """Take an order in for an authority; its public reference (`IN-2026-0001`). Raises NotAllowed, or as `file` does."""
    return await file(court, Filer(check_may(viewer, "receive_order")), form, brought)


async def file(court: Court, filer: Filer, form: OrderForm, brought: Sequence[Document] = ()) -> str:
    """File an order with the documents that were brought; its reference, also where the same was filed before by its
    `external_id`. Raises Invalid with every bad field, Conflict for what was filed before under another name.
    """
    paper = Paper()
    async with court.work.reading() as reading:
        issuer = await authorities.by_id(reading, form.authority or 0)
        replaced = await _replaced(reading, paper, form)
        if issuer is not None and (known := await _filed_as(reading, issuer, form.external_id, replaced)):
            return known
        regime = law_of(court, paper, form)
        new = read(court, paper, form, issuer, regime, filer, brought)
        confirmed = await _confirmed(reading, paper, form, new)
        if replaced is not None and (fault := await _bar_to_replacing(reading, replaced, new)):
            paper.complain("replaces", fault)
            replaced = None
        new = msgspec.structs.replace(
            new, confirms=confirmed.id if confirmed else None, replaces=replaced.id if replaced else None
        )
        named = await _read_targets(court, reading, paper, form.targets, form.demanded, new.id, unknown=_recorded(form))
        if filer.staff != CLOCK:  # before anybody is told that this was filed already, and as what
            owners: list[int | None] = [target.owner_id for target in named]
            for one in await docket.versions_before(reading, new):
                owners += await docket.owners_of(reading, one.id)
            guards.check_not_own(filer.staff, owners)
        await _check_fresh(reading, new, named, brought)
    paper.check()
    if issuer is None or regime is None:
        raise Invalid("not_registered", field="authority")
    return await _enter(
        court, new, named, issuer, regime, brought, form.origin_note, confirmed=confirmed, replaced=replaced
    )


async def enter_own(
    court: Court,
    paper: Paper,
    targets: str,
    by: int,
    *,
    rule: str,
    source: str,
    grounds: str,
    report_id: int | None,
    regime: Regime,
    territory: str = "",
    flagged_by: int | None = None,
) -> str:
    """Enter a matter of the house's own; its reference. Raises Invalid with what the paper holds against it.

    `flagged_by`: the authority whose hint it follows: named wherever a state gave one (`source`), and nowhere else.
    """
    now = court.clock()
    new = Order(
        id=court.make_id(), ref="", authority_id=None, officer="", officer_rank="", reference_no="", legal_basis=regime.title.en,
        grounds=grounds, reasons="", territory=tuple(territory.upper().replace(",", " ").split()) or (EVERYWHERE,), dated=now,
        received_at=now, act_by=None, ends_at=None, received_by=by, log_index=0, regime=regime.id, regime_version=regime.version,
        kind=regime.kind, channel="house", signature="absent", origin="verified", source=source, rule=rule, report_id=report_id,
        flagged_by=flagged_by,
    )  # fmt: skip
    if not all(code == EVERYWHERE or known_country(code) for code in new.territory):
        paper.complain("territory", "no_countries")
    if new.territory != (EVERYWHERE,) and any(map(hosts.server_named, targets.splitlines())):
        paper.complain("territory", "server_everywhere")
    async with court.work.reading() as reading:
        flagger = await _flagger(reading, paper, new)
        named = await _read_targets(court, reading, paper, targets, (), new.id, unknown=frozenset(), own=True)
        await _check_report(reading, paper, new, named)
    paper.check()
    return await _enter(court, new, named, HOUSE, regime, (), "", flagger)


async def _check_report(reading: Reading, paper: Paper, new: Order, named: Sequence[Target]) -> None:
    """What is decided is told to be what became of the report: so it is about somebody whose thing the matter names."""
    if new.report_id is None:
        return
    report = await reports.report(reading, new.report_id)
    # A tag and a server are nobody's, and so would be a report that is not there.
    if report is None or report.state != reports.OPEN or report.account_id not in {target.owner_id for target in named}:
        paper.complain("report_id", "no_such_report")


async def _flagger(reading: Reading, paper: Paper, new: Order) -> Authority | None:
    """Whose hint the house follows: an office of the register, agreed to by two, for whoever is touched is told its name."""
    if new.source != STATE_FLAG:
        if new.flagged_by is not None:
            paper.complain("flagged_by", "hint_alone")
        return None
    found = None if new.flagged_by is None else await authorities.by_id(reading, new.flagged_by)
    if new.flagged_by is None:
        paper.complain("flagged_by", "blank")
    elif found is None or found.issuer_class == "person":
        paper.complain("flagged_by", "not_registered")
    elif found.agreed_by is None:
        paper.complain("flagged_by", "authority_unagreed")
    return found


# --- reading a form ---


def law_of(court: Court, paper: Paper, form: OrderForm) -> Regime | None:
    """The law that it came under, as it is now."""
    try:
        return court.regimes.current(form.regime or GENERIC, court.clock())
    except (NotFound, Invalid):
        paper.complain("regime", "no_law_here")
        return None


def read(
    court: Court,
    paper: Paper,
    form: OrderForm,
    issuer: Authority | None,
    regime: Regime | None,
    filer: Filer,
    brought: Sequence[Document],
) -> Order:
    """The order as it would be filed, with every complaint about it on the paper."""
    now, came = court.clock(), origin_of(brought, known=filer.known or bool(form.origin_note.strip()))
    new = Order(
        id=court.make_id(), ref="", authority_id=issuer.id if issuer else 0, officer=paper.line("officer", form.officer),
        officer_rank=paper.line("officer_rank", form.officer_rank), reference_no=paper.line("reference_no", form.reference_no),
        legal_basis=paper.line("legal_basis", form.legal_basis), bases=form.bases, grounds=paper.page("grounds", form.grounds),
        reasons=paper.page("reasons", form.reasons, needed=False), territory=_territory(paper, form.territory, issuer, regime),
        dated=paper.moment("dated", form.dated, needed=True) or 0, received_at=now, act_by=paper.moment("act_by", form.act_by),
        ends_at=paper.moment("ends_at", form.ends_at), received_by=filer.staff, filed_by=filer.user, log_index=0,
        regime=regime.id if regime else "", regime_version=regime.version if regime else 0, kind=regime.kind if regime else "order",
        channel=paper.line("channel", form.channel), emergency=bool(regime and regime.emergency),
        interim_until=_interim(paper, form, regime, now), secrecy=regime.secrecy if regime else "none",
        gag_until=paper.moment("gag_until", form.gag_until), signature=came.signature, origin=came.origin,
        external_id=paper.line("external_id", form.external_id, needed=False), particulars=_particulars(paper, form),
    )  # fmt: skip
    _check_times(paper, new, now)
    _check_gag(paper, new, regime)
    if issuer is None:
        paper.complain("authority", "not_registered")
    elif issuer.agreed_by is None:
        paper.complain("authority", "authority_unagreed")
    if issuer is not None and regime is not None and not regime.covers(issuer.jurisdiction):
        paper.complain("regime", "no_law_of_country")
    if regime is not None and (strange := set(form.bases) - {basis.code for basis in regime.bases}):
        paper.complain("bases", "no_grounds_of_law", codes=", ".join(sorted(strange)))
    return new


async def _confirmed(reading: Reading, paper: Paper, form: OrderForm, new: Order) -> Order | None:
    """The emergency order that it says it confirms. Of one that could not be, nothing more is told than of none."""
    if not form.confirms.strip():
        return None
    found = await docket.order(reading, form.confirms.strip())
    if found is None or not confirming.may_confirm(found, new):
        paper.complain("confirms", "confirms_none")
        return None
    return found


async def _replaced(reading: Reading, paper: Paper, form: OrderForm) -> Order | None:
    """The order of which this says that it is the mended version."""
    ref = form.replaces.strip()
    found = await docket.order(reading, ref) if ref else None
    if ref and found is None:
        paper.complain("replaces", "replaces_none")
    return found


async def _bar_to_replacing(reading: Reading, found: Order, new: Order) -> str:
    """It is of the same authority, was sent back, and is as secret as its mended version: each tells of the other."""
    stands = steps.standing(await order_events.of_order(reading, found.id))
    if (found.authority_id, stands) != (new.authority_id, Stage.RETURNED):
        return "replaces_none"
    return "" if found.secret == new.secret else "replaces_secrecy"


async def _filed_as(reading: Reading, issuer: Authority, external_id: str, replaced: Order | None) -> str:
    """What was filed under this number of the sender's own; a mended version may have that of the order whose place it takes."""
    known = await docket.filed_as(reading, issuer.id, external_id)
    return "" if replaced is not None and known == replaced.ref else known


def _check_times(paper: Paper, new: Order, now: int) -> None:
    if new.dated > now + DAY:
        paper.complain("dated", "lies_ahead")
    for name in ("ends_at", "interim_until", "gag_until"):
        if (at := getattr(new, name)) is not None and at <= now:
            paper.complain(name, "is_past")


def _check_gag(paper: Paper, new: Order, regime: Regime | None) -> None:
    """An order is silent because its law lets it be, and for no longer."""
    if regime is None or new.gag_until is None:
        return
    longest = (
        None if regime.gag is None or regime.gag.max is None else regime.gag.max.after(new.received_at, regime.zone)
    )
    if not regime.allows_secrecy:
        paper.complain("gag_until", "secret_law_alone")
    elif longest is not None and new.gag_until > longest:
        paper.complain("gag_until", "later_than_this_law")


def _interim(paper: Paper, form: OrderForm, regime: Regime | None, now: int) -> int | None:
    """An emergency order always has an end: what it says, or what its law says at most."""
    said = paper.moment("interim_until", form.interim_until)
    latest = None if regime is None else latest_interim(regime, now)
    return min((end for end in (said, latest) if end is not None), default=None)


def latest_interim(regime: Regime, at: int) -> int | None:
    """The end (ms) that its law gives an emergency order that comes then."""
    return (regime.due("confirm_interim", at) or regime.ends_at(at)) if regime.emergency else None


def _territory(paper: Paper, text: str, issuer: Authority | None, regime: Regime | None) -> tuple[str, ...]:
    codes = tuple(dict.fromkeys(text.upper().replace(",", " ").split()))
    if not codes and issuer is not None and regime is not None:
        return regime.territory_for(issuer.jurisdiction)
    if not codes:
        paper.complain("territory", "blank")
    elif not all(code == EVERYWHERE or known_country(code) for code in codes):
        paper.complain("territory", "no_countries")
    elif issuer is not None and regime is not None and not regime.may_bind(codes, issuer.jurisdiction):
        # Nobody may order for another country: what one state forbids stays readable in all others.
        paper.complain("territory", "beyond_jurisdiction")
    return codes


def _particulars(paper: Paper, form: OrderForm) -> dict[str, str]:
    typed = {name[:40]: paper.page(name, text, needed=False) for name, text in list(form.particulars.items())[:40]}
    typed[ROLE] = paper.line("role", form.role, needed=False)
    return {name: text for name, text in typed.items() if text.strip()}


async def _check_fresh(reading: Reading, new: Order, named: Sequence[Target], brought: Sequence[Document]) -> None:
    """The same letter about the same things is one order, however often it comes."""
    hashes, mends = [one.sha256 for one in brought], {one.ref for one in await docket.versions_before(reading, new)}
    ref = await documents.filed_with(reading, hashes, new.authority_id or 0, mends) if hashes else ""
    ref = ref or await docket.filed_before(reading, new, named, mends)
    if ref:
        raise Conflict("order_filed_before", ref=ref)


# --- targets ---


async def _read_targets(
    court: Court,
    reading: Reading,
    paper: Paper,
    text: str,
    demanded: Sequence[str],
    order_id: int,
    *,
    unknown: frozenset[LineFault],
    own: bool = False,
) -> list[Target]:
    """`own`: of a matter of the house's own, which may be about whole servers; what an authority asks for is narrower than that."""
    lines = _lines(paper, text)
    servers = await resolving.servers_named(reading, lines)
    found = await resolve(reading, court.settings.origin, lines)
    if own:
        _check_servers(court, paper, servers.values())
        found = [servers.get(at, one) for at, one in enumerate(found)]
    fine = unknown | {LineFault.NOTHING}
    says = {one.line: one.says for one in found} | ({} if own else {found[at].line: "whole_server" for at in servers})
    if wrong := [faults.Wrong(says[one.line], {}, one.line) for one in found if one.wrong not in fine]:
        paper.complain_of_lines("targets", wrong[:MOST_SAID])
    classes = await speakers.classes_of(reading, {one.owner for one in found if one.owner is not None}, court.clock())
    asked = [*demanded, *[""] * len(found)]
    return [_target(court, paper, one, asked[at], order_id, at + 1, classes) for at, one in enumerate(found)]


def _check_servers(court: Court, paper: Paper, named: Iterable[Resolved]) -> None:
    """Nobody limits the very server that does it."""
    if any(one.name[1] == court.settings.domain.lower() for one in named):
        paper.complain("targets", "own_server")


def _recorded(form: OrderForm) -> frozenset[LineFault]:
    """Of what is wrong with a line, what is recorded rather than refused."""
    return frozenset(LineFault) if form.record_all else frozenset({LineFault.NOT_FOUND} if form.record_unknown else ())


def _target(
    court: Court, paper: Paper, one: Resolved, demanded: str, order_id: int, number: int, classes: dict[int, str]
) -> Target:
    if demanded and demanded not in set(Measure):
        paper.complain("demanded", "no_measure", line=number, typed=demanded[:40])
        demanded = ""
    asked = USUAL.get(one.kind)
    # The line is kept among the staff, with what is wrong with it.
    if one.wrong not in (LineFault.NOTHING, LineFault.NOT_FOUND):
        return Target(
            id=court.make_id(),
            order_id=order_id,
            number=number,
            as_written=readable(one.line),
            kind=one.kind or UNKNOWN,
            subject_id=None,
            owner_id=None,
            demanded=demanded,
            note=faults.FAULTS[one.says].brief,
        )
    return Target(
        id=court.make_id(),
        order_id=order_id,
        number=number,
        as_written=one.line,
        kind=one.kind,
        subject_id=one.subject,
        owner_id=one.owner,
        term=one.term,
        demanded=demanded or (asked.value if asked else ""),
        speaker=classes.get(one.owner or 0, ""),
        unseen=one.unseen,
    )


def readable(line: str) -> str:
    """A line that can be kept: what no database takes is written as an escape."""
    return "".join(letter if letter.isprintable() else letter.encode("unicode_escape").decode() for letter in line)


def _lines(paper: Paper, text: str) -> list[str]:
    lines = [line for line in (part.strip() for part in text.splitlines()) if line]
    if not lines:
        paper.complain("targets", "blank")
    if len(lines) > MOST_TARGETS:
        paper.complain("targets", "too_many_targets")
    return lines[:MOST_TARGETS]


async def next_number(w: Writing, issuer: Authority, at: int) -> str:
    """The reference of an order that becomes public at a time (ms): they are counted in that order, and no secret one is.

    The caller holds the log.
    """
    return await docket.next_ref(w, issuer.jurisdiction or OWN, datetime.fromtimestamp(at / 1000, UTC).year)


# --- one commit ---


async def _enter(
    court: Court,
    new: Order,
    named: list[Target],
    issuer: Authority,
    regime: Regime,
    brought: Sequence[Document],
    origin_note: str,
    flagger: Authority | None = None,
    confirmed: Order | None = None,
    replaced: Order | None = None,
) -> str:
    async with court.work.writing() as w:
        await ledger.hold(w)
        await _check_taker(w, new, named)
        if new.authority_id is not None:  # asked again under the log's hold: the same may just have been filed
            if known := await _filed_as(w, issuer, new.external_id, replaced):
                return known
            await _check_fresh(w, new, named, brought)
        sent_back = await order_events.of_order(w, replaced.id) if replaced else []
        if replaced is not None:  # nobody has mended it, or taken it back, meanwhile
            procedure.MACHINE.move(steps.standing(sent_back), procedure.REPLACE)
        ref = f"{OPAQUE}{token_hex(6).upper()}" if new.secret else await next_number(w, issuer, new.received_at)
        document = brought[0].sha256 if brought else None
        defects = dict.fromkeys(one.code for one in faces.of_order(regime, new, issuer, named))
        let_in = None if new.filed_by is None else (await offices.inviters(w, [new.filed_by]))[new.filed_by][-1]
        signed = next((signer_of(one).key for one in brought if by_known_key(one)), "")
        written = record.order(
            court, new, named, issuer, regime, document, tuple(defects), flagger, confirmed, replaced, let_in, signed
        )
        index = await log.append(court, w, ref, written, **record.secrecy(new))
        entered = msgspec.structs.replace(new, ref=ref, log_index=index)
        await docket.add_order(w, entered, named)
        await case_events.add_events(w, _first_events(court, entered, named))
        await _attach(w, entered, brought)
        await _begin(court, w, entered, regime, origin_note)
        if replaced is not None:
            await steps.enter(court, w, replaced, sent_back, procedure.REPLACE, OrderEventBody(), CLOCK)
        verb, stage = _first(entered)
        w.tell(OrderMoved(order=ref, verb=verb, stage=stage), WordsNamed(order=ref, first=1))
    return ref


async def _check_taker(w: Writing, new: Order, named: Sequence[Target]) -> None:
    """Nobody takes in, or opens, what names something of their own. What an authority files comes by no hand of the staff's."""
    if new.received_by == CLOCK:
        return
    word = "sanction" if new.authority_id is None else "receive_order"
    guards.check_holds((await accounts.standings(w, [new.received_by])).get(new.received_by), word)
    guards.check_not_own(new.received_by, [target.owner_id for target in named])


async def _attach(w: Writing, order: Order, brought: Sequence[Document]) -> None:
    by, kind = (order.received_by, "staff") if order.filed_by is None else (order.filed_by, "authority")
    if await documents.attach(w, [one.id for one in brought], order.id, by=by, by_kind=kind) < len(brought):
        raise Conflict("documents_elsewhere")


async def _begin(court: Court, w: Writing, order: Order, regime: Regime, origin_note: str) -> None:
    """The order's own first events, and its clocks."""
    events = list(_first_steps(court, order, " ".join(origin_note.split())[:300]))
    for event in events:
        await order_events.add_order_event(w, event)
    await clocks.start_of_order(w, order, regime)
    if order.filed_by is not None:  # who files here is told so at once
        await steps.enter(court, w, order, events, "acknowledge", OrderEventBody(), CLOCK)


def _first(order: Order) -> tuple[str, Stage]:
    """The verb by which it begins, and where it stands then. Whoever opens a matter of the house's own has looked at it."""
    verb = "open" if order.authority_id is None else "receive"
    return verb, procedure.MACHINE.move(Stage.NEW, verb).to


def _first_steps(court: Court, order: Order, origin_note: str) -> Iterator[OrderEvent]:
    """That it came, and how it was found genuine: one leaf says both."""
    first, stage = _first(order)
    said = [(first, OrderEventBody())] + (
        [("verify_origin", OrderEventBody(reason=origin_note))] if origin_note else []
    )
    for number, (verb, noted) in enumerate(said, 1):
        yield OrderEvent(
            id=court.make_id(),
            order_id=order.id,
            number=number,
            state=stage,
            verb=verb,
            by=order.received_by,
            at=order.received_at,
            body=noted,
            log_index=order.log_index,
        )


def _first_events(court: Court, new: Order, named: list[Target]) -> Iterator[CaseEvent]:
    for target in named:
        # Whoever asks learns nothing of what is not for everybody: such a thing stands as if it were not there, and so it does
        # in the log. The desk sees that it is, and can propose something about it (`guards._there`).
        missed = target.subject_id is None or (target.unseen and new.authority_id is not None)
        came_to = move(State.NEW, "miss" if missed else "receive").to
        yield CaseEvent(
            id=court.make_id(),
            target_id=target.id,
            number=1,
            state=came_to,
            by=new.received_by,
            at=new.received_at,
            body=CaseEventBody(),
            log_index=new.log_index,
        )

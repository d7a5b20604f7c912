"""What an order says as it is typed or sent, and the order that is read from it, with every complaint."""

from collections.abc import Iterable, Sequence
from typing import Annotated, NamedTuple

import msgspec
from msgspec import Meta

from chaupal.governance.context import Court
from chaupal.governance.orders import confirming, resolving
from chaupal.governance.orders.documents import origin_of
from chaupal.governance.orders.papers import Paper
from chaupal.governance.orders.resolving import MOST_TARGETS, SAYS, LineFault, Resolved, resolve
from chaupal.governance.regimes import GENERIC, Regime
from chaupal.kernel import faults
from chaupal.kernel.clock import DAY
from chaupal.kernel.countries import known_country
from chaupal.kernel.errors import Invalid, NotFound
from chaupal.policy.measures import USUAL, Measure
from chaupal.policy.rulings import EVERYWHERE
from chaupal.store.court import docket, speakers
from chaupal.store.court.authorities import Authority
from chaupal.store.court.docket import Order, Target
from chaupal.store.court.documents import Document
from chaupal.store.machine.work import Reading

MOST_SAID = 50  # complaints about targets in one answer
ROLE = "role"  # the issuing office, among the particulars
UNKNOWN = "unknown"  # the kind of what a line that cannot be read names


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


class MatterForm(msgspec.Struct, kw_only=True):
    """What breaks which rule (`2@1`), and who pointed it out. `targets`: addresses, handles or #tags, one to a line.

    `flagged_by`: the authority (id) whose hint it follows, where `source` is `state_flag`; everybody reads its name.
    `report_id`: the report that it answers. `grounds`: what happened, in the words of staff; it becomes public.
    """

    targets: str = ""
    rule: str = ""
    source: str = "staff"
    flagged_by: int | None = None
    grounds: str = ""
    report_id: int | None = None
    territory: str = ""


class Filer(NamedTuple):
    """Who files: a member of the staff for an authority, or a `user` of the authority.

    `known`: their mail is at the domain by which two people know the authority; else a call-back must say whose order it is.
    """

    staff: int
    user: int | None = None
    known: bool = False


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


async def confirmed(reading: Reading, paper: Paper, form: OrderForm, new: Order) -> Order | None:
    """The emergency order that it says it confirms. Of one that could not be, nothing more is told than of none."""
    if not form.confirms.strip():
        return None
    found = await docket.order(reading, form.confirms.strip())
    if found is None or not confirming.may_confirm(found, new):
        paper.complain("confirms", "confirms_none")
        return None
    return found


async def replaced(reading: Reading, paper: Paper, form: OrderForm) -> Order | None:
    """The order of which this says that it is the mended version."""
    ref = form.replaces.strip()
    found = await docket.order(reading, ref) if ref else None
    if ref and found is None:
        paper.complain("replaces", "replaces_none")
    return found


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


# --- targets ---


async def read_targets(
    court: Court,
    reading: Reading,
    paper: Paper,
    text: str,
    demanded: Sequence[str],
    order_id: int,
    *,
    unknown: frozenset[LineFault],
    own: bool = False,
    outside: bool = False,
) -> list[Target]:
    """`own`: of a matter of the house's own, which may be about whole servers; what an authority asks for is narrower than that.
    `outside`: it files the order itself."""
    lines = _lines(paper, text)
    servers = await resolving.servers_named(reading, lines)
    found = await resolve(reading, court.settings.origin, lines, outside=outside)
    if own:
        _check_servers(court, paper, servers.values())
        found = [servers.get(at, one) for at, one in enumerate(found)]
    fine = unknown | {LineFault.NOTHING}
    says = {one.line: one.says for one in found} | ({} if own else {found[at].line: "whole_server" for at in servers})
    if wrong := [faults.Wrong(says[one.line], {}, one.line) for one in found if one.wrong not in fine]:
        paper.complain_of_lines("targets", wrong[:MOST_SAID])
    classes = await speakers.classes_of(reading, {one.owner for one in found if one.owner is not None}, court.clock())
    asked = [*demanded, *[""] * len(found)]
    named = [_target(court, paper, one, asked[at], order_id, at + 1, classes) for at, one in enumerate(found)]
    # Of the house's own nobody asks for anything.
    return [msgspec.structs.replace(one, demanded="") for one in named] if own else named


def _check_servers(court: Court, paper: Paper, named: Iterable[Resolved]) -> None:
    """Nobody limits the very server that does it."""
    if any(one.name[1] == court.settings.domain.lower() for one in named):
        paper.complain("targets", "own_server")


def recorded(form: OrderForm) -> frozenset[LineFault]:
    """Of what is wrong with a line, what is recorded rather than refused."""
    return frozenset(LineFault) if form.record_all else frozenset({LineFault.NOT_FOUND} if form.record_unknown else ())


def _target(
    court: Court, paper: Paper, one: Resolved, demanded: str, order_id: int, number: int, classes: dict[int, str]
) -> Target:
    if demanded and demanded not in set(Measure):
        paper.complain("demanded", "no_measure", line=number, typed=demanded[:40])
        demanded = ""
    asked, posing = USUAL.get(one.kind), one.otherwise if one.unseen else LineFault.NOTHING
    # The line is kept among the staff, with what is wrong with it.
    if one.wrong not in (LineFault.NOTHING, LineFault.NOT_FOUND):
        return Target(
            id=court.make_id(),
            order_id=order_id,
            number=number,
            as_written=readable(one.line),
            kind=UNKNOWN if posing else one.kind or UNKNOWN,
            subject_id=None,
            owner_id=None,
            demanded=demanded,
            note=faults.FAULTS[SAYS[posing or one.wrong]].brief,
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
        # Of what came from elsewhere and is not for everybody nothing shows outside that it came.
        demanded=demanded or (asked.value if asked and not posing else ""),
        speaker=classes.get(one.owner or 0, ""),
        unseen=one.unseen,
        note=faults.FAULTS[SAYS[posing]].brief if posing else "",
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

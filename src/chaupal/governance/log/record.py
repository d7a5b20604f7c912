"""What of each act goes into the public log: who demanded what under which law, and what was decided; nobody's name or words.

`entries.py` says which fields there are; docs/log-entries.md is drawn from it. The public report and everybody's own count
are computed from these fields alone. What is about somebody is only committed to; of that, what everybody can see anyway, and
the reasons that the desk says will be public, are read beside the log.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any, TypedDict

import msgspec

from chaupal.governance.cases.cases import Case
from chaupal.governance.context import Court, pseudonym
from chaupal.governance.log import log
from chaupal.governance.log.log import CarriedDigests, EntryContent
from chaupal.governance.orders.resolving import SERVER
from chaupal.governance.regimes import Regime
from chaupal.kernel.errors import Conflict
from chaupal.policy.facts import Visibility
from chaupal.policy.measures import HIDING, SEEN, WITHHOLDING, Measure, narrower
from chaupal.policy.sentences.placeholders import iso_date
from chaupal.store.court import order_events, rulings
from chaupal.store.court.authorities import Authority
from chaupal.store.court.case_events import CaseEvent, CaseEventBody
from chaupal.store.court.docket import Order, Target
from chaupal.store.court.offices import OfficeUser
from chaupal.store.court.order_events import OrderEventBody
from chaupal.store.court.rulings import RulingRow
from chaupal.store.federation import limits, reached
from chaupal.store.identity.ip_and_mail_blocks import AddressBlock
from chaupal.store.machine.work import Reading, Writing
from chaupal.store.square import media, naming
from chaupal_audit import tlog
from chaupal_audit.log import entries

CODES = {
    "refused": ("outcome", "ground"),
    "closed": ("outcome",),
}  # what of a proposal is opened by what carries it out
ONLY_WHY = ("reason",)  # of what not everybody can see nothing else is told
READ = frozenset({"refused", "closed", "kept"})  # decisions whose reason everybody reads


class Secrecy(TypedDict):
    """How an entry is written: under which law, and of which matter, which may be secret yet."""

    regime: str | None
    matter: Order | None


def secrecy(order: Order) -> Secrecy:
    return {"regime": order.regime_ref or None, "matter": order}


def of_ruling(row: RulingRow, order: Order | None) -> Secrecy:
    """The same for what is about a ruling, which may have come of no order."""
    return {"regime": row.regime or None, "matter": None} if order is None else secrecy(order)


async def append(court: Court, w: Writing, case: Case, written: EntryContent, prev: int | None) -> int:
    """An entry about one target of an order; its index."""
    return await log.append(court, w, case.order.ref, written, prev=prev, **secrecy(case.order))


def _pseudonym(court: Court, account: int | None) -> str | None:
    return None if account is None else pseudonym(court, account)


# --- what comes in ---


def authority(
    court: Court,
    new: Authority,
    by: int,
    *,
    step: str = "added",
    second: int | None = None,
    what: Sequence[str] = (),
    proposed: CarriedDigests | None = None,
) -> EntryContent:
    """`what`: the fields that a change is about; `proposed`: what the proposal that is agreed to committed to."""
    public = msgspec.structs.replace(
        registered(new), step=step, what=tuple(what), by=pseudonym(court, by), second=_pseudonym(court, second)
    )
    if proposed is not None:
        return EntryContent(public, carried=proposed)
    return EntryContent(public, {"contact": new.contact} if new.contact else {})


def registered(known: Authority) -> entries.Authority:
    """What an entry says of an authority, whoever did what with it."""
    return entries.Authority(
        name=known.name,
        name_hi=known.name_hi,
        jurisdiction=known.jurisdiction,
        issuer=known.issuer_class,
        office=known.office,
        domain=known.email_domain,
        keys=known.keys,
    )


def filer(court: Court, of: Authority, user: OfficeUser, by: int, step: str) -> EntryContent:
    """That somebody may file for an authority, or does no more."""
    public = entries.Authority(
        step=step, name=of.name, jurisdiction=of.jurisdiction, issuer=of.issuer_class, by=pseudonym(court, by)
    )
    return EntryContent(public, {"filer": called(user)})


def called(user: OfficeUser) -> str:
    """Somebody who files, as entries name them."""
    return f"{user.name} <{user.email}>"


def order(
    court: Court,
    new: Order,
    named: Sequence[Target],
    issuer: Authority,
    regime: Regime,
    document: str | None,
    defects: tuple[str, ...] = (),
    flagger: Authority | None = None,
    confirmed: Order | None = None,
    replaced: Order | None = None,
    let_in: Sequence[int] = (),
    signed: str = "",
) -> EntryContent:
    """The officer's name, the authority's own words and whoever complains: they may be confidential, or about somebody.

    `flagger`: whose hint the house follows in a matter of its own. `confirmed`: the emergency order that this one confirms;
    `replaced`: the one, sent back, of which it is the mended version; of a secret one no entry says so, for its number is given
    when it is told of. `let_in`: who had let in whoever filed it, the last one last; `signed`: the key of its authority's that its
    letter bears.
    """
    hidden = new.authority_id is not None  # what is not for everybody is not found, to whoever asks
    kinds = Counter("unknown" if t.subject_id is None or (t.unseen and hidden) else t.kind for t in named)
    person = issuer.issuer_class == "person"
    rank, names = regime.rank_of(new.officer_rank), [pseudonym(court, one) for one in let_in]
    public = entries.Order(
        kind=new.kind, authority="" if person else issuer.name, issuer=issuer.issuer_class, jurisdiction=issuer.jurisdiction,
        channel=new.channel, office=new.particulars.get("role", ""), rank=rank.code if rank else "", reference=new.reference_no,
        law=new.legal_basis, bases=new.bases, territory=new.territory, dated=iso_date(new.dated),
        received=tlog.at_minute(new.received_at), act_by=minute_of(new.act_by), law_act_by=minute_of(regime.due("act", new.received_at)),
        interim_until=minute_of(new.interim_until), ends=minute_of(new.ends_at), emergency=new.emergency, secrecy=new.secrecy,
        targets=dict(kinds), document=document, signature=new.signature, origin=new.origin, source=new.source, rule=new.rule,
        defects=defects, flagged_by=flagger.name if flagger else "",
        confirms=_told(confirmed),
        replaces=_told(replaced),
        by="authority" if new.filed_by is not None else pseudonym(court, new.received_by), let_in_by=names[-1] if names else None,
        let_in_before=tuple(name for name in dict.fromkeys(names[:-1]) if name != names[-1]),
        key=signed,
    )  # fmt: skip
    sealed = {
        "grounds": new.grounds,
        "reasons": new.reasons,
        "officer": f"{new.officer}, {new.officer_rank}".strip(", "),
        "complainant": issuer.name if person else None,
    }
    return EntryContent(public, {name: value for name, value in sealed.items() if value})


def _told(other: Order | None) -> str | None:
    return None if other is None or other.secret else other.ref


def step(court: Court, logged: str, noted: OrderEventBody, by: int) -> EntryContent:
    """Why, and before which body, is only committed to: it may be about somebody. Letters and minutes stay with the staff."""
    body = order_events.body_of(noted.body)
    public = entries.Step(
        step=logged,
        codes=noted.codes,
        targets=noted.targets,
        body=body,
        until=minute_of(noted.until),
        confirms=noted.confirms or None,
        at=tlog.at_minute(court.clock()),
        by=pseudonym(court, by),
    )
    sealed = {"reason": noted.reason, "body_name": "" if body == noted.body.strip() else noted.body}
    return EntryContent(public, {name: value for name, value in sealed.items() if value})


# --- what is decided ---


def _who(case: Case) -> dict[str, object]:
    """Whose words these are, and of which class: never in clear, and never opened beside each other."""
    target = case.target
    subject = "" if target.subject_id is None else str(target.subject_id)
    who: dict[str, object] = {"subject": subject, "speaker": case.speaker or None}
    return who | ({"server": target.as_written} if target.kind == SERVER else {})


def proposal(court: Court, case: Case, said: CaseEventBody, by: int, **more: Any) -> EntryContent:
    """What is proposed is only committed to: proposals change. Whatever carries it out repeats what this commits to."""
    more |= {"defects": said.defects, "despite": bool(said.despite)}
    return EntryContent(_decision(court, case, "proposed", by, more), _who(case) | _proposed(said))


def _proposed(said: CaseEventBody) -> dict[str, object]:
    return {
        "outcome": said.outcome,
        "ground": said.code or None,
        "reason": said.reason,
        "finding": said.finding or None,
        "despite": said.despite or None,
        "until": minute_of(said.ends_at),
        "text": said.text or None,
    }


async def committed(reading: Reading, index: int | None, said: CaseEventBody) -> CarriedDigests:
    """What a proposal (`index`) committed to, for what carries it out. Raises Conflict where its row says otherwise now, or
    words of it were erased.
    """
    carried = await log.carried_whole(reading, index)
    kept = {name: tlog.read_disclosure(text)[1] for name, text in carried.texts.items()}
    if any(name in kept and kept[name] != value for name, value in _proposed(said).items()):
        raise Conflict("proposal_rewritten")
    return carried


async def decision(
    court: Court,
    reading: Reading,
    case: Case,
    said: str,
    by: int,
    *,
    follows: int | None,
    reason: str = "",
    **more: Any,
) -> EntryContent:
    """Any other step of a decision. `follows`: the entry of the proposal; that it is about the same is proven by its digests.

    `more`: public fields of `entries.Decision`.
    """
    carried = (await log.carried(reading, follows)).only("subject", "server", "speaker")
    fresh = {name: value for name, value in _who(case).items() if name not in carried.texts}
    sealed = fresh | ({"reason": reason} if reason else {})
    return EntryContent(_decision(court, case, said, by, more), sealed, ("reason",) if said in READ else (), carried)


async def kept(
    court: Court, reading: Reading, case: Case, by: int, reason: str, review_at: int | None, follows: int
) -> EntryContent:
    """That a measure was looked at again and stays, why, and when that is done the next time."""
    return await decision(court, reading, case, "kept", by, follows=follows, reason=reason, review=minute_of(review_at))


async def carried_out(
    court: Court, reading: Reading, case: Case, said: str, of: CaseEvent, second: int, **more: Any
) -> EntryContent:
    """A refusal or a closing: everything that its proposal committed to stands in it again, its codes are opened."""
    carried = await committed(reading, of.log_index, of.body)
    public = _decision(
        court, case, said, of.by, {"opens": _codes(carried, *CODES[said]), "second": pseudonym(court, second)} | more
    )
    return EntryContent(public, {}, ("reason",), carried)


def _decision(court: Court, case: Case, said: str, by: int, more: dict[str, Any]) -> entries.Decision:
    target = case.target
    public = entries.Decision(
        target=target.number,
        kind=target.kind,
        step=said,
        demanded=target.demanded,
        protected=case.protected,
        by=pseudonym(court, by),
    )
    return msgspec.structs.replace(public, **more)


def _codes(carried: CarriedDigests, *names: str) -> tuple[str, ...]:
    """The disclosures of what was proposed, as far as it is said in codes."""
    return tuple(carried.texts[name] for name in names if name in carried.texts)


async def ruling(
    court: Court,
    reading: Reading,
    case: Case,
    said: CaseEventBody,
    row: RulingRow,
    kind: str,
    *,
    carries: int | None = None,
    goes_on: int | None = None,
    **more: Any,
) -> EntryContent:
    """A measure as it goes in force. `carries`: the entry of the proposal that it carries out; `goes_on`: of the measure in
    whose place it stands, for a reason of its own. `more`: public fields of `entries.Measure`.
    """
    carried = await committed(reading, carries, said)
    if goes_on is not None:
        carried = (await log.carried(reading, goes_on)).only("subject", "server", "part", "speaker")
    language = await _language(reading, kind, row.subject_id, case.target.owner_id)
    public = entries.Measure(
        target=case.target.number, kind=kind, measure=row.measure, also=await _also(reading, row), outcome=_outcome(case, row),
        demanded=case.target.demanded, term=row.term or None, territory=tuple(row.territory.split(",")), basis=row.basis,
        authority="" if case.authority.issuer_class == "person" else case.authority.name,
        jurisdiction=case.asked_by.jurisdiction, law=row.legal_basis, rule=row.rule or None,
        source=case.order.source or "government", flagged_by=case.flagger.name if case.flagger else "", language=language,
        protected=case.protected, finding=bool(said.finding), defects=said.defects,
        despite=bool(said.despite) or (carries is not None and bool(said.defects)),
        parts=max(1, len(said.subjects)), **await _elsewhere(court, reading, kind, row),
        start=tlog.at_minute(row.starts_at), until=minute_of(row.ends_at), review=minute_of(row.review_at), permanent=row.permanent,
        strike_until=minute_of(row.strike_until), alone=row.alone, emergency=row.second_by is not None,
        emergency_until=minute_of(row.second_by), opens=_codes(carried, "outcome"), by=pseudonym(court, row.decided_by),
        second=_pseudonym(court, row.approved_by), concurred=_pseudonym(court, row.concurred_by),
    )  # fmt: skip
    sealed, beside = _sealed(case, said, row, carried), await _beside(reading, kind, row, case.target)
    beside += ("text",) if row.text and beside != ONLY_WHY else ()
    return EntryContent(msgspec.structs.replace(public, **more), sealed, beside, carried)


def _sealed(case: Case, said: CaseEventBody, row: RulingRow, carried: CarriedDigests) -> dict[str, object]:
    """What a measure commits to besides what it carries."""
    own = {**_who(case), "reason": said.reason, "finding": said.finding or None, "despite": said.despite or None}
    own |= {} if row.subject_id == case.target.subject_id else {"part": str(row.subject_id)}
    own |= {"text": row.text} if row.text else {}
    return {name: value for name, value in own.items() if name not in carried.texts}


async def _also(reading: Reading, row: RulingRow) -> int | None:
    """The entry of another measure that withholds the same already."""
    if row.measure not in WITHHOLDING:
        return None
    return await rulings.also_withheld(reading, row.subject_id, row.term, row.starts_at)


async def ending(
    court: Court,
    reading: Reading,
    row: RulingRow,
    target: Target,
    *,
    how: str,
    by: int,
    reason: str,
    at: int,
    **more: Any,
) -> EntryContent:
    """`more`: public fields of `entries.Reversal`."""
    kind = row.kind(target.kind)
    public = entries.Reversal(
        target=target.number,
        kind=kind,
        measure=row.measure,
        term=row.term or None,
        step=how,
        at=tlog.at_minute(at),
        by=pseudonym(court, by),
    )
    public = msgspec.structs.replace(public, **more)
    carried = (await log.carried(reading, row.log_index)).only("subject", "server", "part")
    return EntryContent(
        public, {"reason": reason} if reason else {}, await _beside(reading, kind, row, target), carried
    )


async def _beside(reading: Reading, kind: str, row: RulingRow, target: Target) -> tuple[str, ...]:
    """What everybody may read of a measure: why; and what it is about, where they can see that anyway."""
    if kind == SERVER:
        return ONLY_WHY if await limits.obscured(reading, row.subject_id) else ("subject", SERVER, "reason")
    seen = Measure(row.measure) in SEEN and await _is_public(reading, kind, row)
    return ("subject" if row.subject_id == target.subject_id else "part", "reason") if seen else ONLY_WHY


async def _elsewhere(court: Court, reading: Reading, kind: str, row: RulingRow) -> dict[str, Any]:
    """What a measure does not reach, where it hides something that everybody can know of."""
    owner = row.owner_id or 0
    if not court.settings.federates or Measure(row.measure) not in HIDING or not await _is_public(reading, kind, row):
        return {}
    if (origin := (await reached.origins(reading, [owner])).get(owner)) is not None:
        return {"came_from": origin}
    if kind == "account":
        return {"sent_to": await reached.of_account(reading, row.subject_id)}
    post = row.subject_id if kind == "post" else await media.post_of(reading, row.subject_id) or 0
    return {"sent_to": (await reached.counts(reading, [post])).get(post, 0)}


def _outcome(case: Case, row: RulingRow) -> str:
    if case.own_rules:
        return "own_rules_action"
    demanded = case.target.demanded
    if not demanded or demanded == row.measure:
        return "complied_full"
    return "complied_narrower" if narrower(row.measure, demanded) else "complied_full"


async def _language(reading: Reading, kind: str, id_: int, owner: int | None) -> str:
    """Of the post, else of the account; nothing where it has none."""
    if kind == "post":
        return await naming.language_of(reading, "post", id_)
    return "" if owner is None else await naming.language_of(reading, "account", owner)


async def _is_public(reading: Reading, kind: str, row: RulingRow) -> bool:
    if kind in ("account", "tag"):
        return True
    look = naming.posts_named if kind == "post" else naming.pictures_named
    _, visibility = (await look(reading, [row.subject_id])).get(row.subject_id, (None, None))
    return visibility is not None and visibility <= Visibility.UNLISTED


def minute_of(ms: int | None) -> str | None:
    """A time as entries have it, where there is one."""
    return None if ms is None else tlog.at_minute(ms)


def address_block(court: Court, block: AddressBlock, how: str, by: int) -> EntryContent:
    """An address is about somebody, and so may a comment be."""
    public = entries.AddressBlock(
        step=how,
        kind=block.kind,
        net=block.size,
        severity=block.severity,
        until=minute_of(block.expires_at),
        by=pseudonym(court, by),
        second=None if block.agreed_by is None else pseudonym(court, block.agreed_by),
    )
    return EntryContent(public, {"what": block.what, "comment": block.comment})

"""What of each act goes into the public log: who demanded what under which law, what was decided and why; no person's name.

docs/log-entries.md is the contract: the public report and everybody's own count are computed from these fields alone.
"""

import hmac
from collections import Counter
from collections.abc import Sequence
from typing import TypedDict

from chaupal.governance import tlog
from chaupal.governance.cases import Case
from chaupal.governance.context import Court
from chaupal.policy.epitaph import iso_date
from chaupal.policy.facts import Visibility
from chaupal.policy.rulings import Measure
from chaupal.store import naming
from chaupal.store.docket import Authority, Noted, Order, Said, Target
from chaupal.store.doors import Door
from chaupal.store.rulings import RulingRow
from chaupal.store.work import Reading

type Public = dict[str, object]
CLOCK = 0  # who acts when time does
MACHINE = "machine"  # somebody with a shell on the server, who need not be anybody here
# Wider measures first: what was done is narrower than what was asked for when it comes later here.
WIDTH = (
    Measure.SUSPEND, Measure.WITHHOLD_ACCOUNT, Measure.FREEZE, Measure.LIMIT, Measure.REMOVE_POST, Measure.WITHHOLD_POST,
    Measure.WITHHOLD_MEDIA, Measure.DEAMPLIFY, Measure.MARK_SENSITIVE, Measure.LABEL, Measure.WARN,
)  # fmt: skip


class Secrecy(TypedDict):
    """How an entry is written: under which law, and whether it may say anything yet."""

    regime: str | None
    secret: bool


def under(case: Case) -> Secrecy:
    return secrecy(case.order)


def secrecy(order: Order) -> Secrecy:
    return {"regime": order.regime_ref or None, "secret": order.secrecy in ("aggregate_only", "gag")}


def pseudonym(court: Court, account: int) -> str:
    """A name for a member of staff: always the same for the same person, and telling nobody who that is."""
    if account == CLOCK:
        return "clock"
    return "staff-" + hmac.digest(court.keys.pseudonyms, str(account).encode(), "sha256").hex()[:12]


# --- what comes in ---


def authority(court: Court, new: Authority) -> Public:
    return {
        "name": new.name, "name_hi": new.name_hi, "jurisdiction": new.jurisdiction, "class": new.issuer_class, "office": new.office,
        "by": pseudonym(court, new.created_by),
    }  # fmt: skip


def order(court: Court, new: Order, named: Sequence[Target], issuer: Authority, document: str | None) -> Public:
    """The officer's name and the authority's reasons stay on paper: they may be confidential or about somebody."""
    kinds = Counter(target.kind if target.subject_id is not None else "unknown" for target in named)
    public: Public = {
        "kind": new.kind, "authority": issuer.name, "class": issuer.issuer_class, "jurisdiction": issuer.jurisdiction,
        "channel": new.channel, "rank": new.officer_rank, "reference": new.reference_no, "law": new.legal_basis,
        "bases": list(new.bases), "grounds": new.grounds, "territory": list(new.territory), "dated": iso_date(new.dated),
        "received": tlog.at_minute(new.received_at), "act_by": _time(new.act_by), "interim_until": _time(new.interim_until),
        "ends": _time(new.ends_at), "emergency": new.emergency, "secrecy": new.secrecy, "targets": dict(kinds), "document": document,
        "signature": new.signature, "origin": new.origin,
        "by": "authority" if new.filed_by is not None else pseudonym(court, new.received_by),
    }  # fmt: skip
    return public | ({"source": new.source, "rule": new.rule} if new.source else {})


def step(court: Court, logged: str, noted: Noted, by: int) -> Public:
    """Letters, minutes and what was said in hearings stay with the staff."""
    public: Public = {"step": logged, "at": tlog.at_minute(court.clock()), "by": pseudonym(court, by)}
    more = {
        "codes": list(noted.codes), "body": noted.body, "reason": noted.reason, "until": _time(noted.until),
    }  # fmt: skip
    return public | {name: value for name, value in more.items() if value}


# --- what is decided ---


async def subject(reading: Reading, target: Target) -> Public:
    """The target by number; by id too, where everybody may know that the thing exists."""
    return {"target": target.number} | await named(reading, target.kind, target.subject_id, target.term)


async def named(reading: Reading, kind: str, id_: int | None, term: str = "") -> Public:
    """A thing by its kind, and by what names it, where everybody may know that it exists."""
    said: Public = {"kind": kind}
    if kind == "tag":
        return said | {"term": term}
    public = id_ is not None and await _is_public(reading, kind, id_)
    return said | ({"id": str(id_)} if public else {})


async def decision(court: Court, reading: Reading, case: Case, said: str, by: int) -> Public:
    """What every step of a decision says; proposals only commit to the rest."""
    return await subject(reading, case.target) | {
        "step": said, "demanded": case.target.demanded, "speaker": case.speaker or None, "by": pseudonym(court, by),
    }  # fmt: skip


async def kept(court: Court, reading: Reading, case: Case, by: int, reason: str, review_at: int | None) -> Public:
    """That a measure was looked at again and stays, why, and when that is done the next time."""
    return await decision(court, reading, case, "kept", by) | {"reason": reason, "review": _time(review_at)}


def decided(court: Court, said: Said, first: int, second: int | None) -> Public:
    """What was decided and by whom, with the disclosures by which anybody can check that it is what was proposed."""
    return {
        "reason": said.reason, "opens": list(said.disclosures), "by": pseudonym(court, first),
        "second": None if second is None else pseudonym(court, second),
    }  # fmt: skip


async def ruling(court: Court, reading: Reading, case: Case, said: Said, row: RulingRow, kind: str) -> Public:
    """A measure as it goes in force."""
    known = await named(reading, kind, row.subject_id, row.term)
    language = await _language(reading, kind, row.subject_id, case.target.owner_id)
    return {"target": case.target.number} | known | {
        "measure": row.measure, "outcome": _outcome(case, row), "demanded": case.target.demanded, "territory": row.territory.split(","),
        "basis": row.basis, "authority": row.authority, "jurisdiction": case.authority.jurisdiction, "law": row.legal_basis,
        "rule": row.rule or None, "source": case.order.source or "government", "language": language,
        "speaker": case.speaker or None, "from": tlog.at_minute(row.starts_at), "until": _time(row.ends_at),
        "review": _time(row.review_at), "permanent": row.permanent, "strike_until": _time(row.strike_until),
        "break_glass": row.second_by is not None, "finding": said.finding or None,
    } | decided(court, said, row.decided_by, row.approved_by)  # fmt: skip


async def ending(
    court: Court, reading: Reading, row: RulingRow, target: Target, *, how: str, by: int, reason: str, at: int
) -> Public:
    kind = _kind_of(row, target.kind)
    known = await named(reading, kind, row.subject_id, row.term)
    return {"target": target.number} | known | {
        "measure": row.measure, "step": how, "reason": reason or None, "at": tlog.at_minute(at), "by": pseudonym(court, by),
    }  # fmt: skip


def _outcome(case: Case, row: RulingRow) -> str:
    if case.own_rules:
        return "own_rules_action"
    demanded = case.target.demanded
    if not demanded or demanded == row.measure:
        return "complied_full"
    return (
        "complied_narrower" if WIDTH.index(Measure(row.measure)) > WIDTH.index(Measure(demanded)) else "complied_full"
    )


def _kind_of(row: RulingRow, of_target: str) -> str:
    return {"withhold_post": "post", "remove_post": "post", "withhold_media": "media"}.get(row.measure, of_target)


async def _language(reading: Reading, kind: str, id_: int, owner: int | None) -> str:
    """Of the post, else of the account; nothing where it has none."""
    if kind == "post":
        return await naming.language_of(reading, "post", id_)
    return "" if owner is None else await naming.language_of(reading, "account", owner)


async def _is_public(reading: Reading, kind: str, id_: int) -> bool:
    if kind == "account":
        return True
    look = naming.posts_named if kind == "post" else naming.pictures_named
    _, visibility = (await look(reading, [id_])).get(id_, (None, None))
    return visibility is not None and visibility <= Visibility.UNLISTED


def _time(ms: int | None) -> str | None:
    return None if ms is None else tlog.at_minute(ms)


def door(court: Court, shut: Door, how: str, by: int) -> tuple[Public, dict[str, object]]:
    """(what everybody reads, what is only committed to): an address is about somebody, and so may a comment be."""
    public: Public = {
        "step": how, "kind": shut.kind, "severity": shut.severity, "until": _time(shut.expires_at), "by": pseudonym(court, by),
    }  # fmt: skip
    return public, {"what": shut.what, "comment": shut.comment}

"""What of each act goes into the public log: who demanded what under which law, what was decided and why; no person's name."""

import hashlib
import hmac
from collections import Counter
from collections.abc import Sequence

from chaupal.governance.context import Court
from chaupal.kernel.clock import iso as iso_time
from chaupal.policy.epitaph import iso_date
from chaupal.policy.facts import Visibility
from chaupal.policy.gate import subjects_of
from chaupal.store.docket import Authority, Order, Target
from chaupal.store.posts import sealed_posts
from chaupal.store.work import Reading

type Public = dict[str, object]


def pseudonym(court: Court, account: int) -> str:
    """A name for a member of staff: always the same for the same person, and telling nobody who that is."""
    secret = hashlib.sha256(b"staff pseudonyms" + court.key.seed).digest()
    return "staff-" + hmac.digest(secret, str(account).encode(), "sha256").hex()[:12]


def authority(court: Court, new: Authority) -> Public:
    return {
        "name": new.name, "name_hi": new.name_hi, "jurisdiction": new.jurisdiction, "office": new.office,
        "by": pseudonym(court, new.created_by),
    }  # fmt: skip


def order(court: Court, new: Order, named: Sequence[Target], issuer: Authority) -> Public:
    """The officer's name and the authority's reasons stay on paper: they may be confidential or about somebody."""
    kinds = Counter(target.kind if target.subject_id is not None else "unknown" for target in named)
    return {
        "authority": issuer.name, "jurisdiction": issuer.jurisdiction, "rank": new.officer_rank, "reference": new.reference_no,
        "law": new.legal_basis, "grounds": new.grounds, "territory": list(new.territory), "dated": iso_date(new.dated),
        "act_by": _time(new.act_by), "ends": _time(new.ends_at), "targets": dict(kinds), "by": pseudonym(court, new.received_by),
    }  # fmt: skip


async def subject(reading: Reading, target: Target) -> Public:
    """The target by number; by id too, where everybody may know that the thing exists."""
    said: Public = {"target": target.number, "kind": target.kind}
    if target.subject_id is not None and await _is_public(reading, target):
        said["id"] = str(target.subject_id)
    return said


async def _is_public(reading: Reading, target: Target) -> bool:
    if target.kind == "account":
        return True
    found = subjects_of(await sealed_posts(reading, [target.subject_id or 0]))
    return bool(found) and found[0].visibility <= Visibility.UNLISTED


def _time(ms: int | None) -> str | None:
    return None if ms is None else iso_time(ms)

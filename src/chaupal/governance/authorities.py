"""Authorities: an order is taken only from an office that is in this register."""

import msgspec

from chaupal.governance import log, record
from chaupal.governance.context import Court
from chaupal.governance.papers import Paper, check_may
from chaupal.kernel.errors import Conflict
from chaupal.policy.epitaph import known_country
from chaupal.policy.viewer import Viewer
from chaupal.store import docket
from chaupal.store.docket import Authority


class AuthorityForm(msgspec.Struct, kw_only=True):
    """An authority as it is written down. `jurisdiction`: its country (ISO 3166-1 alpha-2)."""

    name: str = ""
    name_hi: str = ""
    jurisdiction: str = ""
    office: str = ""
    email_domain: str = ""


async def register(court: Court, viewer: Viewer, form: AuthorityForm) -> Authority:
    """Enter an authority. Raises NotAllowed, Invalid by field, or Conflict for a name that is taken."""
    me = check_may(viewer, "register_authority")
    paper = Paper()
    new = Authority(
        id=court.make_id(), name=paper.line("name", form.name), name_hi=paper.line("name_hi", form.name_hi, needed=False),
        jurisdiction=paper.line("jurisdiction", form.jurisdiction).upper(), office=paper.line("office", form.office, needed=False),
        email_domain=paper.line("email_domain", form.email_domain, needed=False).lower(),
        created_at=court.clock(), created_by=me, log_index=0,
    )  # fmt: skip
    if not known_country(new.jurisdiction):
        paper.complain("jurisdiction", "must be a country's code of two letters, such as IN")
    paper.check()
    async with court.work.writing() as w:
        index, _ = await log.append(court, w, "authority", f"authority-{new.id}", record.authority(court, new))
        entered = msgspec.structs.replace(new, log_index=index)
        if not await docket.add_authority(w, entered):
            raise Conflict("An authority of this name is in the register already", name="is taken")
    return entered


async def every(court: Court, viewer: Viewer) -> list[Authority]:
    """All authorities by name, for staff."""
    check_may(viewer, "see_office")
    async with court.work.reading() as reading:
        return await docket.all_authorities(reading)


async def named(court: Court, viewer: Viewer, name: str) -> Authority | None:
    """The authority with exactly this name, for staff."""
    check_may(viewer, "see_office")
    async with court.work.reading() as reading:
        return await docket.authority_named(reading, name)

"""Authorities: what is known of each, and the changes to it that wait for a second person."""

import msgspec

from chaupal.store.machine.statements import deletes, rows_of, updates
from chaupal.store.machine.work import Reading, Writing
from chaupal.store.tables.court import authorities, authority_changes as changes


class Authority(msgspec.Struct, frozen=True, kw_only=True):
    """An office that may order. `jurisdiction` is its country (ISO 3166-1 alpha-2).

    `issuer_class`: court, government, police or other. `keys`: SHA-256 of the public keys that sign its documents.
    `contact`: a mail address of its own. `agreed_by`: who agreed that it is one; until then nothing is taken from it.
    """

    id: int
    name: str
    name_hi: str = ""
    jurisdiction: str
    office: str = ""
    email_domain: str = ""
    created_at: int
    created_by: int
    log_index: int
    issuer_class: str = "government"
    keys: tuple[str, ...] = ()
    contact: str = ""
    agreed_by: int | None = None


HOUSE = Authority(id=0, name="", jurisdiction="", created_at=0, created_by=0, log_index=0, issuer_class="house")


class AuthorityDetails(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of an authority beside its name and country, which stay, since orders and the log cite them."""

    name_hi: str
    office: str
    email_domain: str
    issuer_class: str
    keys: tuple[str, ...]
    contact: str


class AuthorityChange(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody proposes to know of an authority from now on; it holds once another agrees. Times in ms."""

    id: int
    authority_id: int
    body: AuthorityDetails
    proposed_by: int
    proposed_at: int
    log_index: int


ALL_AUTHORITIES = rows_of(Authority, authorities)
# False where there is one of that name already.
add_authority = ALL_AUTHORITIES.add_once
all_authorities = ALL_AUTHORITIES.ordered("name id").all
authority_named = ALL_AUTHORITIES.where(name="of").first_of
DETAILS = rows_of(AuthorityDetails, authorities)
CHANGE = updates(authorities, "name_hi office email_domain issuer_class keys contact log_index").where(id="of")
AGREE = updates(authorities, agreed_by="second", log_index="leaf").where(id="of", agreed_by=None)
# It was only proposed, and is no more. False where somebody has agreed to it.
forget_authority = deletes(authorities).where(id="of", agreed_by=None).done_of
CHANGES = rows_of(AuthorityChange, changes)
# What is proposed of an authority and neither agreed to nor dropped.
open_change = CHANGES.where(authority_id="of", ended_at=None).first_of
open_changes = CHANGES.where(ended_at=None).ordered("id").all
END_CHANGE = updates(changes, ended_at="at", agreed_by="second", log_index="leaf").where(id="of", ended_at=None)


async def by_id(reading: Reading, id_: int | None) -> Authority | None:
    """The authority behind a matter; the house itself where there is none."""
    if id_ is None:
        return HOUSE
    return await ALL_AUTHORITIES.by_id(reading, id_)


async def propose_change(w: Writing, new: AuthorityChange) -> bool:
    """False where another change waits for a second person."""
    return await CHANGES.add_once(w, new, agreed_by=None, ended_at=None)


async def agree_to_change(w: Writing, change: AuthorityChange, by: int, at: int, leaf: int) -> bool:
    """Another agreed: from now on this is what is known of the authority. False where it is over already."""
    if await w.run(END_CHANGE, of=change.id, at=at, second=by, leaf=leaf) != 1:
        return False
    await w.run(CHANGE, of=change.authority_id, log_index=leaf, **DETAILS.written(change.body))
    return True


async def drop_change(w: Writing, change: AuthorityChange, at: int) -> bool:
    """It is taken back; what its entry committed to is still what its row says. False where it is over already."""
    return await w.run(END_CHANGE, of=change.id, at=at, second=None, leaf=change.log_index) == 1


async def agree_to_authority(w: Writing, id_: int, by: int, leaf: int) -> bool:
    """Another agreed that it is one. False where somebody has, or it is gone."""
    return await w.run(AGREE, of=id_, second=by, leaf=leaf) == 1

"""Accounts as others see them: sealed people by id or handle, and the words by which they are found."""

from collections.abc import Collection, Sequence
from typing import Any

import msgspec
from sqlalchemy import text

from chaupal.policy.sealed import Sealed
from chaupal.policy.things import Emoji, Field, Person
from chaupal.policy.viewer import SYSTEM_HANDLE, Role
from chaupal.store.machine.dialect import among, listed
from chaupal.store.machine.shelves import PEOPLE, note, note_everything
from chaupal.store.machine.statements import columns_of, selects
from chaupal.store.machine.together import loaded
from chaupal.store.machine.work import Reading, Row, Writing
from chaupal.store.square.posts import Pages
from chaupal.store.tables.identity import accounts

COLUMNS = columns_of(
    accounts,
    "id handle name note note_html avatar header fields locked bot discoverable language created_at "
    "last_post_at followers_count following_count posts_count role state indexable hide_collections moved_to "
    "attribution_domains server uri url emojis",
)

# Whoever has not come in yet (or has gone) is nobody to the others.
_HERE = (accounts.c.state != "deleted", accounts.c.state != "pending")
BY_IDS = selects(*COLUMNS).where(among(accounts.c.id, "ids"), *_HERE)
ID_OF = selects(accounts.c.id).where(*_HERE, handle="handle")
IDS_OF = selects(accounts.c.handle, accounts.c.id).where(among(accounts.c.handle, "handles"), *_HERE)

# This server's own people. The number is written out, so that SQLite sees that the index of them will do.
OURS = accounts.c.server == text("0")

OURS_AMONG = selects(accounts.c.id).where(among(accounts.c.id, "ids"), OURS)

# Those of this server who want to be found by anybody.
DISCOVERABLE = Pages(
    accounts.c.id,
    OURS,
    accounts.c.discoverable == 1,
    accounts.c.state == "active",
    accounts.c.role != "system",
    accounts.c.moved_to.is_(None),
)

FIELDS_OF = selects(accounts.c.handle, accounts.c.fields).where(id="of")

_sites = msgspec.json.Decoder(tuple[str, ...]).decode
_emojis = msgspec.json.Decoder(tuple[Emoji, ...]).decode
_fields = msgspec.json.Decoder(tuple[Field, ...]).decode


async def sealed_people(reading: Reading, ids: Collection[int]) -> dict[int, Sealed[Person]]:
    """Sealed people by id, in one look at most; ids without an account are left out."""
    shelf = reading.memory.people
    found = {id_: kept for id_, kept in zip(ids, shelf.several(ids), strict=True) if kept is not None}
    if len(found) < len(ids) and (missing := [id_ for id_ in ids if id_ not in found]):
        found |= await loaded(reading, shelf, missing, _load)
    return found


async def _load(reading: Reading, ids: list[int]) -> dict[int, Sealed[Person]]:
    found: dict[int, Sealed[Person]] = {}
    generation = reading.memory.generation
    for row in await reading.by(PEOPLE, *ids).fetch(BY_IDS, ids=listed(ids)):
        sealed = found[row[0]] = Sealed(await true(reading, person_of(row)))
        if reading.memory.stands(PEOPLE, row[:1], generation):
            reading.memory.people.put(row[0], sealed)
    return found


async def fields_of(reading: Reading, id_: int) -> tuple[str, tuple[Field, ...]] | None:
    """An account's handle and the table on its profile; None where there is no such account."""
    row = await reading.by(PEOPLE, id_).first(FIELDS_OF, of=id_)
    return None if row is None else (row[0], _fields(row[1]))


async def id_of(reading: Reading, handle: str) -> int | None:
    """The account with this handle (any case), or None."""
    if not handle.isascii() or not handle.isprintable():  # nobody's; and no database takes every letter
        return None
    id_: Any = await reading.by(PEOPLE).value(ID_OF, handle=handle.lower())
    if id_ is None:  # whoever comes has no key yet
        note_everything()
    else:
        note(PEOPLE, id_)
    return id_


async def ids_of(reading: Reading, handles: Sequence[str]) -> dict[str, int]:
    """Handle (lower case) -> id, for those that exist."""
    rows = await reading.fetch(IDS_OF, handles=listed([h.lower() for h in handles])) if handles else ()
    return {row[0]: row[1] for row in rows}


async def ours_among(reading: Reading, ids: Collection[int]) -> set[int]:
    """Those of the accounts that are this server's own: people of others are told things by theirs."""
    return {row[0] for row in await reading.fetch(OURS_AMONG, ids=listed(sorted(ids)))} if ids else set()


async def as_kept(w: Writing, id_: int) -> Person | None:
    """An account's own row, for the unit that keeps it as evidence; nobody looks at it here."""
    row = await w.first(BY_IDS, ids=listed([id_]))
    return None if row is None else await true(w, person_of(row))


async def true_role(reading: Reading, id_: int, handle: str, role: str) -> str:
    """The role that the log gave: nobody wears another one, whatever their row says.

    It changes with the row, in one commit, so what rests on the person need not rest on the log.
    """
    if role == Role.MEMBER or (role == Role.SYSTEM and handle == SYSTEM_HANDLE):
        return role
    return Role.MEMBER if role == Role.SYSTEM else await reading.memory.roll(reading.keyed, id_, role)


async def true(reading: Reading, person: Person) -> Person:
    """The person with the role that the log gave them."""
    given = await true_role(reading, person.id, person.handle, person.role)
    return person if given == person.role else msgspec.structs.replace(person, role=given)


def person_of(row: Row) -> Person:
    """A row of COLUMNS as a Person."""
    (
        id_, handle, name, note, note_html, avatar, header, fields, locked, bot, discoverable, language, created, last, followers,
        following, count, role, state, indexable, hide, moved_to, sites, server, uri, url, emojis,
    ) = row  # fmt: skip
    return Person(
        id_, handle, name, note, note_html, avatar, header, _fields(fields), bool(locked), bool(bot), bool(discoverable), language,
        created, last, followers, following, count, role, state, bool(indexable), bool(hide),
        moved_to, _sites(sites), server, uri, url, _emojis(emojis) if len(emojis) > 2 else (),
    )  # fmt: skip

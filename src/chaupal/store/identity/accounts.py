"""Accounts to write: a new one, a changed one, its state, and the words by which it is found."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import msgspec
from sqlalchemy import bindparam, case, func, insert, select, text as sql

from chaupal.policy.things import Field
from chaupal.policy.viewer import Role
from chaupal.store.machine.dialect import among, listed, param, statement, text_param
from chaupal.store.machine.rows import Form
from chaupal.store.machine.shelves import PEOPLE
from chaupal.store.machine.statements import counts_of, deletes, inserts_once, selects, updates
from chaupal.store.machine.work import Reading, Writing
from chaupal.store.square.people import OURS
from chaupal.store.tables.identity import accounts, name_words
from chaupal.store.tables.square import follow_requests

# Two copies of one request may come at once: PostgreSQL lets both look before either writes, so they queue here.
HOLD = selects(accounts.c.id).where(id="of").with_for_update()
ADD = inserts_once(accounts, "id handle name created_at role state locked bot")
OPEN = updates(accounts).where(accounts.c.state == "pending", id="of").values(state="active")
SET_ROLE = updates(accounts, role="new_role").where(id="of")
TAKEN = selects(accounts.c.id).where(handle="handle")
DROP_WORDS = deletes(name_words).where(account_id="of")
ADD_WORD = statement(
    insert(name_words).from_select(
        ["word", "account_id", "server"],
        select(text_param("word"), accounts.c.id, accounts.c.server).where(accounts.c.id == param("of")),
    )
)
PORTRAITS = selects(accounts.c.avatar, accounts.c.header).where(id="of")
NAME_OF = selects(accounts.c.name).where(id="of")
ROLE_OF = selects(accounts.c.role).where(accounts.c.state != "deleted", id="of")
WITH_ROLES = (
    selects(accounts.c.id, accounts.c.role)
    .where(OURS, among(accounts.c.role, "roles"), accounts.c.state == "active")
    .ordered("id")
)
ROLLS = (
    selects(accounts.c.id, accounts.c.role)
    .where(
        OURS,
        accounts.c.role != sql("'member'"),
        accounts.c.role != sql("'system'"),
        accounts.c.state != sql("'deleted'"),
    )
    .ordered("id")
)
STANDINGS = selects(accounts, "id role state").where(among(accounts.c.id, "ids"))
REQUESTS_TO = counts_of(follow_requests).where(to="me")
CENSUS = selects(
    func.count(),
    func.coalesce(func.sum(accounts.c.posts_count), 0),
    func.coalesce(func.sum(case((accounts.c.last_post_at >= param("since"), 1), else_=0)), 0),
    func.min(case((accounts.c.role == "owner", accounts.c.id), else_=None)),
).where(OURS, accounts.c.state == "active", accounts.c.role != "system")


class Face(msgspec.Struct, frozen=True, kw_only=True):
    """What a person shows of themselves; None: as before."""

    name: str | None = None
    note: str | None = None
    note_html: str | None = None
    avatar: str | None = None
    header: str | None = None
    fields: tuple[Field, ...] | None = None
    locked: bool | None = None
    bot: bool | None = None
    discoverable: bool | None = None
    indexable: bool | None = None
    hide_collections: bool | None = None
    sites: tuple[str, ...] | None = None


FACES = Form(Face, {})
_changed = {name: accounts.c["attribution_domains" if name == "sites" else name] for name in Face.__struct_fields__}
# What is not given (None) stays as it is, so that two changes at once do not undo each other.
CHANGE = updates(
    accounts, **{c.name: func.coalesce(bindparam(f"new_{name}", type_=c.type), c) for name, c in _changed.items()}
).where(id="of")


class AccountStanding(NamedTuple):
    """An account's role and state as they are at this moment."""

    role: str
    state: str

    @property
    def active(self) -> bool:
        return self.state == "active"


class Census(msgspec.Struct, frozen=True):
    """How many live here, of this server's own people. `active`: have posted since a given moment. `owner`: the first with that role."""

    people: int
    posts: int
    active: int
    owner: int | None


async def hold(w: Writing, id_: int) -> None:
    """Until the commit nobody else writes as this account."""
    await w.value(HOLD, of=id_)


async def add(
    w: Writing, id_: int, handle: str, *, name: str, role: str, state: str, locked: bool = False, bot: bool = False
) -> bool:
    """A new account; False, and nothing is written, when the handle is taken."""
    rows = await w.run(
        ADD,
        id=id_,
        handle=handle,
        name=name,
        created_at=w.now(),
        role=role,
        state=state,
        locked=int(locked),
        bot=int(bot),
    )
    return rows == 1


async def change(w: Writing, id_: int, face: Face) -> None:
    """The account's public face is now this one, as far as it is given."""
    await w.run(CHANGE, of=id_, **{f"new_{name}": value for name, value in FACES.written(face).items()})
    w.touch(PEOPLE, id_)


async def find_by(w: Writing, id_: int, by: Iterable[str]) -> None:
    """The words by which the account is found, in place of the old ones."""
    await w.run(DROP_WORDS, of=id_)
    await w.run_many(ADD_WORD, [{"word": word, "of": id_} for word in dict.fromkeys(by)])


async def open_(w: Writing, id_: int) -> bool:
    """A pending account becomes active; False when it was not pending."""
    w.touch(PEOPLE, id_)
    return await w.run(OPEN, of=id_) == 1


async def set_role(w: Writing, id_: int, role: str) -> None:
    await w.run(SET_ROLE, of=id_, new_role=role)
    w.touch(PEOPLE, id_)


async def whose(reading: Reading, handle: str) -> int | None:
    """Whose handle this is, in whatever state they are; None when it is free."""
    return await reading.value(TAKEN, handle=handle)


async def portraits(reading: Reading, id_: int) -> tuple[str, str]:
    """The file keys of avatar and header; empty where there is none."""
    row = await reading.first(PORTRAITS, of=id_)
    return (row[0], row[1]) if row else ("", "")


async def name_of(reading: Reading, id_: int) -> str:
    """The display name, for the store's own use within a unit; empty where there is none."""
    return await reading.value(NAME_OF, of=id_) or ""


async def requests_to(reading: Reading, account: int) -> int:
    """How many ask to follow the account."""
    return await reading.value(REQUESTS_TO, me=account)


async def census(reading: Reading, since: int) -> Census:
    """Looks at every account of this server: for `scanning()`, and to be kept for a while."""
    row = await reading.first(CENSUS, since=since)
    return Census(*(int(v) if v is not None else None for v in row)) if row else Census(0, 0, 0, None)  # pyright: ignore[reportArgumentType]


async def with_roles(reading: Reading, roles: Sequence[str]) -> list[int]:
    """The accounts that have one of these roles, by the log's word."""
    rows = await reading.fetch(WITH_ROLES, roles=listed(roles))
    return [id_ for id_, role in rows if role == Role.SYSTEM or await reading.memory.roll(reading, id_, role) == role]


async def role_of(reading: Reading, id_: int) -> str | None:
    """The account's role, as far as the log gave it; None where there is no such account."""
    kept: str | None = await reading.value(ROLE_OF, of=id_)
    return kept if kept in (None, Role.MEMBER, Role.SYSTEM) else await reading.memory.roll(reading, id_, kept)


async def rolls(reading: Reading) -> list[tuple[int, str]]:
    """(account, role) of everybody whose row says that they have a part in the office, whatever the log says."""
    return [(row[0], row[1]) for row in await reading.fetch(ROLLS)]


async def standings(reading: Reading, ids: Iterable[int]) -> dict[int, AccountStanding]:
    """Account -> how it stands at this moment, its role as far as the log gave it; those that are not there are left out."""
    wanted = sorted(set(ids))
    rows = await reading.fetch(STANDINGS, ids=listed(wanted)) if wanted else ()
    return {
        id_: AccountStanding(
            role if role in (Role.MEMBER, Role.SYSTEM) else await reading.memory.roll(reading, id_, role), state
        )
        for id_, role, state in rows
    }

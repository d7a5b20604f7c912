"""Accounts to write: a new one, a changed one, how it stands by the rulings in force on it, and the words by which it is found."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import msgspec
from sqlalchemy import ColumnElement, FromClause, and_, bindparam, case, exists, func, insert, or_, select, text as sql

from chaupal.policy.measures import STATES, Measure
from chaupal.policy.things import Field
from chaupal.policy.viewer import Role
from chaupal.store.identity import apps
from chaupal.store.machine.dialect import among, listed, param, statement, text_param
from chaupal.store.machine.shelves import PEOPLE
from chaupal.store.machine.statements import Form, counts_of, deletes, inserts_once, selects, updates
from chaupal.store.machine.work import Reading, Writing
from chaupal.store.square.people import OURS
from chaupal.store.tables.court import rulings
from chaupal.store.tables.identity import accounts, logins, name_words
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
# How many ask to follow the account.
requests_to = counts_of(follow_requests).where(to="of").number_of
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


async def census(reading: Reading, since: int) -> Census:
    """Looks at every account of this server: for `scanning()`, and to be kept for a while."""
    row = await reading.first(CENSUS, since=since)
    people, posts, active, owner = row or (0, 0, 0, None)
    return Census(int(people), int(posts), int(active), owner)  # PostgreSQL adds up to decimals


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


ACTIVE = "active"

# Every ruling begins with its commit: a clock that was put back since does not undo it, so the start is not asked.
IN_FORCE = selects(rulings.c.measure, rulings.c.neutral).where(
    rulings.c.ends_at.is_(None) | (rulings.c.ends_at > param("at")), subject_id="of", lifted_at=None
)
SET = updates(accounts, state="new_state").where(
    accounts.c.state != sql("'pending'"),
    accounts.c.state != sql("'deleted'"),
    accounts.c.state != text_param("new_state"),
    id="of",
)
_others = accounts.alias("others")
_their_logins = logins.alias("their_logins")


def _signs_in(row: FromClause, login: FromClause) -> ColumnElement[bool]:
    """Whoever is let in, has confirmed their mail, and has a password or a passkey."""
    return and_(
        row.c.state == sql("'active'"),
        login.c.account_id == row.c.id,
        login.c.confirmed_at.is_not(None),
        or_(login.c.password_hash != sql("''"), login.c.passkeys > sql("0")),
    )


_other = and_(_others.c.role == accounts.c.role, _others.c.id != accounts.c.id, _others.c.state == sql("'active'"))
LAST_OF = selects(accounts.c.role).where(
    accounts.c.state == sql("'active'"),
    or_(accounts.c.role == sql("'owner'"), accounts.c.role == sql("'approver'")),
    or_(
        ~exists().where(_other),
        and_(exists().where(_signs_in(accounts, logins)), ~exists().where(_other, _signs_in(_others, _their_logins))),
    ),
    id="of",
)


async def last_of(reading: Reading, account: int) -> str | None:
    """`owner` or `approver`, where nobody else who is open and able to sign in has this role; else None."""
    return await reading.value(LAST_OF, of=account)


async def settle(w: Writing, account: int) -> None:
    """The account's state is now what the rulings in force at this moment make it.

    To be called in the commit in which a suspension or freeze begins, is lifted, or is written down as lapsed. Whoever
    becomes suspended is out everywhere: sessions, tokens and codes that were not used yet end with the same commit.
    """
    state = await standing_of(w, account)
    if not await w.run(SET, of=account, new_state=state):
        return
    w.touch(PEOPLE, account)
    if state == STATES[Measure.SUSPEND]:
        await apps.end_all(w, account)
    else:
        await apps.forget_callers(w, account)


async def is_limited(reading: Reading, account: int) -> bool:
    """Whether anything is in force on the account itself; a warning is over when it is said, and of what is de-amplified in secret
    nobody is to notice anything."""
    unnoticed = {(Measure.WARN, 0), (Measure.DEAMPLIFY, 1)}
    return any((row[0], row[1]) not in unnoticed for row in await reading.fetch(IN_FORCE, of=account, at=reading.now()))


async def standing_of(reading: Reading, account: int) -> str:
    """`suspended`, `frozen` or `active`, by the rulings in force at this moment."""
    measures = {row[0] for row in await reading.fetch(IN_FORCE, of=account, at=reading.now())}
    # The most severe first; an account that is pending or deleted keeps its state.
    return next((state for measure, state in STATES.items() if measure in measures), ACTIVE)

"""Accounts as staff look for them: by how they stand, by name or address, those who have not come in yet too."""

from collections.abc import Collection, Sequence
from typing import Any

import msgspec
from sqlalchemy import exists, func, or_, select, text as sql

from chaupal.policy.narrow import Scope
from chaupal.policy.sealed import Sealed
from chaupal.policy.things import Person
from chaupal.policy.viewer import Role
from chaupal.store.machine.dialect import Statement, among, listed, param, text_param
from chaupal.store.machine.statements import columns_of, same, selects
from chaupal.store.machine.work import Reading
from chaupal.store.square.people import COLUMNS, OURS, person_of, true, true_role
from chaupal.store.tables.court import rulings
from chaupal.store.tables.federation import servers
from chaupal.store.tables.identity import accounts, logins

ESCAPE = "\\"

_login = columns_of(
    accounts, "id handle role state created_at", logins, "email confirmed_at approved_at ui_language reason"
)
# People of other servers log in there.
_joined = accounts.outerjoin(logins, logins.c.account_id == accounts.c.id)
# Every wish that is not named is empty, so that one text serves them all.
_limited = exists(
    select(rulings.c.id).where(
        rulings.c.subject_id == accounts.c.id,
        rulings.c.measure == text_param("measure"),
        rulings.c.lifted_at.is_(None),
        rulings.c.starts_at <= param("at"),
        or_(rulings.c.ends_at.is_(None), rulings.c.ends_at > param("at")),
    )
)
_WISHES = (
    accounts.c.state != sql("'deleted'"),
    accounts.c.role != sql("'system'"),
    or_(text_param("state") == "", accounts.c.state == text_param("state")),
    or_(text_param("measure") == "", _limited),
    or_(param("staff") == 0, accounts.c.role != sql("'member'")),
    or_(text_param("handle") == "", accounts.c.handle.like(text_param("handle"), escape=ESCAPE)),
    or_(text_param("name") == "", func.lower(accounts.c.name).like(text_param("name"), escape=ESCAPE)),
    or_(text_param("email") == "", logins.c.email.like(text_param("email"), escape=ESCAPE)),
    accounts.c.id < param("below"),
    accounts.c.id > param("above"),
)
_all = selects(*_login).select_from(_joined)
_of_server = accounts.c.server.in_(select(servers.c.id).where(servers.c.domain == text_param("domain")))
_WHENCE: dict[Scope, Any] = {
    "here": (OURS,),
    "elsewhere": (accounts.c.server > sql("0"), or_(text_param("domain") == "", _of_server)),
    "all": (),
}
DOWN = {
    scope: _all.where(*_WISHES, *whence).order_by(accounts.c.id.desc()).limit("n") for scope, whence in _WHENCE.items()
}
UP = {scope: _all.where(*_WISHES, *whence).order_by(accounts.c.id).limit("n") for scope, whence in _WHENCE.items()}
ONE = _all.where(same(accounts, id="of"), accounts.c.state != sql("'deleted'"))
IN_ANY_STATE = selects(*COLUMNS).where(among(accounts.c.id, "ids"), accounts.c.state != sql("'deleted'"))


class Wishes(msgspec.Struct, frozen=True, kw_only=True):
    """Which accounts. `whence`, `domain`: of this server, of others, of one of them by its host; `state`: active, pending, frozen,
    suspended; `measure`: what binds them now; `handle`, `email`: how they begin, `name`: what it holds; `staff`: only those with
    a role. Nothing: all of them.
    """

    state: str = ""
    measure: str = ""
    handle: str = ""
    name: str = ""
    email: str = ""
    staff: bool = False
    whence: Scope = "all"
    domain: str = ""


class Private(msgspec.Struct, frozen=True):
    """What only staff see of an account. Times in ms; None: not yet. `reason`: why they want to join."""

    id: int
    handle: str
    role: str
    state: str
    created_at: int
    email: str | None  # None: of another server
    confirmed_at: int | None
    approved_at: int | None
    language: str | None
    reason: str | None


async def found(
    reading: Reading, wishes: Wishes, *, below: int, above: int, at_most: int, upward: bool
) -> list[Private]:
    """Newest first; above a cursor the nearest ones."""
    whence: Scope = "elsewhere" if wishes.domain else wishes.whence
    stmt: Statement = (UP if upward else DOWN)[whence]
    rows = await reading.fetch(
        stmt,
        domain=wishes.domain,
        state=wishes.state,
        measure=wishes.measure,
        at=reading.now(),
        staff=int(wishes.staff),
        handle=_begins(wishes.handle),
        name=_holds(wishes.name),
        email=_begins(wishes.email),
        below=below,
        above=above,
        n=at_most,
    )
    found_ = [await _true(reading, Private(*row)) for row in (reversed(rows) if upward else rows)]
    return [one for one in found_ if not wishes.staff or one.role != Role.MEMBER]


async def private(reading: Reading, id_: int) -> Private | None:
    """None for deleted accounts, and the house's own, into which nobody logs."""
    row = await reading.first(ONE, of=id_)
    return None if row is None else await _true(reading, Private(*row))


async def _true(reading: Reading, one: Private) -> Private:
    """With the role that the log gave."""
    return msgspec.structs.replace(one, role=await true_role(reading, one.id, one.handle, one.role))


async def sealed_in_any_state(reading: Reading, ids: Collection[int]) -> dict[int, Sealed[Person]]:
    """Sealed people by id, those who have not come in yet too: for staff, and not kept in memory."""
    rows: Sequence[Any] = await reading.fetch(IN_ANY_STATE, ids=listed(sorted(ids))) if ids else ()
    return {row[0]: Sealed(await true(reading, person_of(row))) for row in rows}


def _begins(text: str) -> str:
    text = _plain(text)
    return f"{text}%" if text else ""


def _holds(text: str) -> str:
    text = _plain(text)
    return f"%{text}%" if text else ""


def _plain(text: str) -> str:
    """In small letters, its wildcards taken as what they look like."""
    text = text.strip().lower()
    for sign in (ESCAPE, "%", "_"):
        text = text.replace(sign, ESCAPE + sign)
    return text

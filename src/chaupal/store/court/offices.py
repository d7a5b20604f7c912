"""The people of authorities, who file on the portal or by API: how they come in, their sessions, and what they filed."""

from typing import Any

import msgspec

from chaupal.store.machine.dialect import listed, param
from chaupal.store.machine.rows import rows_of
from chaupal.store.machine.statements import deletes, inserts, inserts_once, same, selects, updates
from chaupal.store.machine.work import Reading, Writing
from chaupal.store.tables.court import (
    authorities,
    authority_changes as changes,
    authority_sessions,
    authority_users,
    orders,
)


class OfficeUser(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who files for an authority; no account of the square. Times in ms.

    `totp_secret` is encrypted; `totp_used`: the number of the last code taken, so that none is taken twice.
    """

    id: int
    authority_id: int
    name: str
    rank: str
    email: str
    password_hash: str
    totp_secret: str
    totp_used: int
    token_hash: str
    created_at: int
    created_by: int
    disabled_at: int | None
    log_index: int | None

    @property
    def enrolled(self) -> bool:
        return bool(self.password_hash)


ALL = rows_of(OfficeUser, authority_users)
ADD = inserts_once(authority_users)
USER = ALL.where(id="of")
BY_EMAIL = ALL.where(email="address")
BY_TOKEN = ALL.where(token_hash="hash", disabled_at=None)
OF = ALL.where(authority_id="whose").order_by(authority_users.c.id)
ENROL = updates(authority_users, password_hash="hash", totp_used="used").where(id="of")
SET_SECRET = updates(authority_users, totp_secret="sealed", totp_used=0).where(id="of")
USE_CODE = updates(authority_users, totp_used="used").where(authority_users.c.totp_used < param("used"), id="of")
SET_TOKEN = updates(authority_users, token_hash="hash").where(id="of")
DISABLE = updates(authority_users, disabled_at="at").where(id="of", disabled_at=None).values(token_hash="")

ADD_SESSION = inserts(authority_sessions)
BY_SESSION = ALL.join(authority_sessions, authority_sessions.c.user_id == authority_users.c.id).where(
    same(authority_sessions, hash="hash"),
    authority_sessions.c.expires_at > param("now"),
    authority_sessions.c.passed_totp == 1,
    disabled_at=None,
)
DROP_SESSION = deletes(authority_sessions).where(hash="of")
DROP_SESSIONS = deletes(authority_sessions).where(user_id="of")
DROP_OLD_SESSIONS = deletes(authority_sessions).where(authority_sessions.c.expires_at < param("before"))

CHANGE = updates(
    authorities,
    name_hi="hindi",
    office="bureau",
    email_domain="domain",
    issuer_class="kind",
    keys="known",
    contact="reached",
    log_index="leaf",
).where(id="of")
AGREE = updates(authorities, agreed_by="second", log_index="leaf").where(id="of", agreed_by=None)
FORGET = deletes(authorities).where(id="of", agreed_by=None)
PROPOSE = inserts_once(changes)
OPEN_CHANGE = selects(*changes.c).where(authority_id="whose", ended_at=None)
END_CHANGE = updates(changes, ended_at="at", agreed_by="second", log_index="leaf").where(id="of", ended_at=None)
REFS = (
    selects(orders.c.id)
    .where(orders.c.id < param("below"), authority_id="whose")
    .order_by(orders.c.id.desc())
    .limit("n")
)


async def add(w: Writing, user: OfficeUser) -> bool:
    """False where the address is taken."""
    return await w.run(ADD, **ALL.written(user)) == 1


async def user(reading: Reading, id_: int) -> OfficeUser | None:
    return await USER.first(reading, of=id_)


async def by_email(reading: Reading, address: str) -> OfficeUser | None:
    """Whose address this is, in small letters."""
    if not address.isascii() or not address.isprintable():
        return None
    return await BY_EMAIL.first(reading, address=address)


async def by_token(reading: Reading, hash_: str) -> OfficeUser | None:
    return await BY_TOKEN.first(reading, hash=hash_) if hash_ else None


async def by_session(reading: Reading, hash_: str) -> OfficeUser | None:
    return await BY_SESSION.first(reading, hash=hash_, now=reading.now())


async def users_of(reading: Reading, authority_id: int) -> list[OfficeUser]:
    return await OF.all(reading, whose=authority_id)


async def set_secret(w: Writing, id_: int, sealed: str) -> None:
    """A new secret for one-time codes; the old one's codes are worth nothing."""
    await w.run(SET_SECRET, of=id_, sealed=sealed)


async def enrol(w: Writing, id_: int, password_hash: str, used: int) -> None:
    """They have a password now, and their first code was number `used`."""
    await w.run(ENROL, of=id_, hash=password_hash, used=used)


async def use_code(w: Writing, id_: int, number: int) -> bool:
    """False where this code, or a later one, was taken before."""
    return await w.run(USE_CODE, of=id_, used=number) == 1


async def set_token(w: Writing, id_: int, hash_: str) -> None:
    await w.run(SET_TOKEN, of=id_, hash=hash_)


async def disable(w: Writing, id_: int) -> bool:
    """They come in no more: sessions and token end."""
    await w.run(DROP_SESSIONS, of=id_)
    return await w.run(DISABLE, of=id_, at=w.now()) == 1


async def add_session(w: Writing, hash_: str, user_id: int, until: int) -> None:
    row: dict[str, Any] = {"hash": hash_, "user_id": user_id, "created_at": w.now(), "expires_at": until, "csrf": ""}
    await w.run(ADD_SESSION, **row, passed_totp=1)


async def drop_session(w: Writing, hash_: str) -> None:
    await w.run(DROP_SESSION, of=hash_)


async def drop_sessions(w: Writing, id_: int) -> None:
    await w.run(DROP_SESSIONS, of=id_)


async def drop_old_sessions(w: Writing, before: int) -> None:
    await w.run(DROP_OLD_SESSIONS, before=before)


# --- authorities, and what they filed ---


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of an authority beside its name and country, which stay, since orders and the log cite them."""

    name_hi: str
    office: str
    email_domain: str
    issuer_class: str
    keys: tuple[str, ...]
    contact: str


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody proposes to know of an authority from now on; it holds once another agrees. Times in ms."""

    id: int
    authority_id: int
    known: Known
    proposed_by: int
    proposed_at: int
    log_index: int


async def propose_change(w: Writing, new: Change) -> bool:
    """False where another change waits for a second person."""
    row = {
        "id": new.id,
        "authority_id": new.authority_id,
        "body": msgspec.json.encode(new.known).decode(),
        "proposed_by": new.proposed_by,
        "proposed_at": new.proposed_at,
        "agreed_by": None,
        "ended_at": None,
        "log_index": new.log_index,
    }
    return await w.run(PROPOSE, **row) == 1


async def open_change(reading: Reading, authority_id: int) -> Change | None:
    """What is proposed of an authority and neither agreed to nor dropped."""
    row = await reading.first(OPEN_CHANGE, whose=authority_id)
    if row is None:
        return None
    named = dict(zip(changes.c.keys(), row, strict=True))
    return Change(
        id=named["id"],
        authority_id=named["authority_id"],
        known=msgspec.json.decode(named["body"], type=Known),
        proposed_by=named["proposed_by"],
        proposed_at=named["proposed_at"],
        log_index=named["log_index"],
    )


async def agree_to_change(w: Writing, change: Change, by: int, at: int, leaf: int) -> bool:
    """Another agreed: from now on this is what is known of the authority. False where it is over already."""
    if await w.run(END_CHANGE, of=change.id, at=at, second=by, leaf=leaf) != 1:
        return False
    new = change.known
    await w.run(
        CHANGE,
        of=change.authority_id,
        hindi=new.name_hi,
        bureau=new.office,
        domain=new.email_domain,
        kind=new.issuer_class,
        known=listed(new.keys),
        reached=new.contact,
        leaf=leaf,
    )
    return True


async def drop_change(w: Writing, change: Change, at: int, leaf: int) -> bool:
    """It is taken back. False where it is over already."""
    return await w.run(END_CHANGE, of=change.id, at=at, second=None, leaf=leaf) == 1


async def agree_to_authority(w: Writing, id_: int, by: int, leaf: int) -> bool:
    """Another agreed that it is one. False where somebody has, or it is gone."""
    return await w.run(AGREE, of=id_, second=by, leaf=leaf) == 1


async def forget_authority(w: Writing, id_: int) -> bool:
    """It was only proposed, and is no more. False where somebody has agreed to it."""
    return await w.run(FORGET, of=id_) == 1


async def orders_of(reading: Reading, authority_id: int, below: int, at_most: int) -> list[int]:
    """Ids of an authority's orders, newest first, whoever filed them."""
    return [row[0] for row in await reading.fetch(REFS, whose=authority_id, below=below, n=at_most)]

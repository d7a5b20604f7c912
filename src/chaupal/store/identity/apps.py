"""Who may call in whose name: apps, the codes they are granted, their tokens, sessions of browsers; and what of it one sees and ends."""

from collections.abc import Callable
from typing import Any

import msgspec
from sqlalchemy import exists, select, union_all

from chaupal.policy.viewer import Caller, Role
from chaupal.store.machine.dialect import among, listed, param, statement
from chaupal.store.machine.shelves import TOKENS
from chaupal.store.machine.statements import columns_of, deletes, inserts, rows_of, selects, updates
from chaupal.store.machine.work import Reading, Row, Writing
from chaupal.store.tables.identity import accounts, apps, grants, logins, sessions, tokens
from chaupal.store.tables.notifications import push_subscriptions

USE_GRANT = updates(grants, used_at="at").where(hash="of", used_at=None)
# What an account allowed and no app has fetched yet. Used codes stay, so that their replay is noticed.
drop_grants = deletes(grants).where(account_id="of", used_at=None).run_of
DROP_OLD_GRANTS = deletes(grants).where(grants.c.expires_at < param("before"))

ADD_TOKEN = inserts(tokens)
TOKEN = selects(tokens, "hash app_id revoked_at").where(hash="hash")
REVOKE = updates(tokens, revoked_at="at").where(hash="of", revoked_at=None)
HASHES_OF_GRANT = selects(tokens.c.hash).where(grant_hash="hash")
REVOKE_GRANT = updates(tokens, revoked_at="at").where(grant_hash="of", revoked_at=None)
REVOKE_ALL = updates(tokens, revoked_at="at").where(account_id="me", revoked_at=None)

# What an app had in nobody's name, which is old; and what ended.
OLD_TOKENS = (
    selects(tokens.c.hash)
    .where(tokens.c.account_id.is_(None), tokens.c.created_at < param("before"))
    .where(revoked_at=None)
    .ordered("created_at")
    .limit("n")
)
END_TOKENS = updates(tokens, revoked_at="at").where(among(tokens.c.hash, "hashes"))
ENDED_TOKENS = selects(tokens.c.hash).where(tokens.c.revoked_at < param("before")).limit("n")
DROP_TOKENS = deletes(tokens).where(among(tokens.c.hash, "hashes"))
DROP_APPS = deletes(apps).where(
    apps.c.created_at < param("before"),
    ~exists().where(tokens.c.app_id == apps.c.id),
    apps.c.id.not_in(select(grants.c.app_id)),
)

ADD_SESSION = inserts(sessions)
DROP_SESSION = deletes(sessions).where(hash="of")
DROP_SESSIONS = deletes(sessions).where(account_id="me")
DROP_OLD_SESSIONS = deletes(sessions).where(sessions.c.expires_at < param("before"))

HASHES_OF = statement(
    union_all(
        select(tokens.c.hash).where(tokens.c.account_id == param("me"), tokens.c.revoked_at.is_(None)),
        select(sessions.c.hash).where(sessions.c.account_id == param("me")),
    )
)
_PERSON = columns_of(
    accounts,
    "handle role state",
    logins,
    "confirmed_at approved_at ui_language appearance reads totp_since passkeys unreached_at leaves_at",
    push_subscriptions,
    "country",
)
BY_TOKEN = (
    selects(tokens, "hash account_id scopes app_id", apps, "name website", *_PERSON)
    .join_from(tokens, apps, apps.c.id == tokens.c.app_id, isouter=True)
    .join(accounts, accounts.c.id == tokens.c.account_id, isouter=True)
    .join(logins, logins.c.account_id == tokens.c.account_id, isouter=True)
    .join(push_subscriptions, push_subscriptions.c.key == tokens.c.hash, isouter=True)
    .where(hash="hash", revoked_at=None)
)
BY_COOKIE = (
    selects(sessions, "hash account_id csrf expires_at seen_at", *_PERSON)
    .join_from(sessions, accounts, accounts.c.id == sessions.c.account_id)
    .join(logins, logins.c.account_id == sessions.c.account_id)
    .join(push_subscriptions, push_subscriptions.c.key == sessions.c.hash, isouter=True)
    .where(hash="hash")
)

# Devices are told in the name of a token or a session, and no longer than that lasts.
UNPUSH = deletes(push_subscriptions).where(key="of")
UNPUSH_ALL = deletes(push_subscriptions).where(account_id="me")
UNPUSH_OLD = deletes(push_subscriptions).where(
    push_subscriptions.c.key.in_(select(sessions.c.hash).where(sessions.c.expires_at < param("before")))
)

FOREVER = 2**63 - 1
NO_PART = (Role.MEMBER, Role.SYSTEM)  # roles that open nothing, or are nobody's


class App(msgspec.Struct, frozen=True):
    """A registered app. `redirect_uris` one a line, `scopes` with spaces between."""

    id: int
    client_id: str
    secret_hash: str
    name: str
    website: str
    redirect_uris: str
    scopes: str


class Grant(msgspec.Struct, frozen=True):
    """What somebody allowed an app, until it fetches its token. Times in ms."""

    hash: str
    app_id: int
    account_id: int
    redirect_uri: str
    scopes: str
    challenge: str
    challenge_method: str
    expires_at: int
    used_at: int | None = None


class Token(msgspec.Struct, frozen=True):
    """A token as it is kept. `account_id` None: an app's own. `grant_hash`: the code it was had for, or empty."""

    hash: str
    app_id: int
    account_id: int | None
    scopes: str
    grant_hash: str = ""


APPS, GRANTS = rows_of(App, apps), rows_of(Grant, grants)
APP_CALLED = APPS.where(client_id="of")
app = APPS.by_id
add_grant = GRANTS.add
grant = GRANTS.where(hash="of").first_of


async def add_app(w: Writing, app: App) -> None:
    await APPS.add(w, app, created_at=w.now())


async def app_called(reading: Reading, client_id: str) -> App | None:
    if not client_id.isascii() or not client_id.isprintable():
        return None
    return await APP_CALLED.first_of(reading, client_id)


async def use_grant(w: Writing, hash_: str) -> bool:
    """False when it was used before."""
    return await w.run(USE_GRANT, of=hash_, at=w.now()) == 1


async def add_token(w: Writing, id_: int, token: Token) -> None:
    await w.run(ADD_TOKEN, id=id_, **msgspec.structs.asdict(token), created_at=w.now(), revoked_at=None)


async def app_of_token(reading: Reading, hash_: str) -> int | None:
    """The app that holds this token, revoked or not; None for a token that never was."""
    row = await reading.first(TOKEN, hash=hash_)
    return row[1] if row else None


async def revoke(w: Writing, hash_: str) -> None:
    await w.run(REVOKE, of=hash_, at=w.now())
    await w.run(UNPUSH, of=hash_)
    w.touch(TOKENS, hash_)


async def revoke_granted(w: Writing, grant_hash: str) -> None:
    """Every token that was had for this code."""
    hashes = [row[0] for row in await w.fetch(HASHES_OF_GRANT, hash=grant_hash)]
    await w.run(REVOKE_GRANT, of=grant_hash, at=w.now())
    for hash_ in hashes:
        await w.run(UNPUSH, of=hash_)
    w.touch(TOKENS, *hashes)


async def add_session(
    w: Writing, hash_: str, account: int, *, csrf: str, until: int, agent: str, country: str = ""
) -> None:
    now = w.now()
    await w.run(
        ADD_SESSION,
        hash=hash_,
        account_id=account,
        created_at=now,
        expires_at=until,
        csrf=csrf,
        agent=agent,
        country=country,
        seen_at=now,
    )


async def drop_session(w: Writing, hash_: str) -> None:
    await w.run(DROP_SESSION, of=hash_)
    await w.run(UNPUSH, of=hash_)
    w.touch(TOKENS, hash_)


async def drop_expired(w: Writing, before: int) -> None:
    """Sessions and codes that ended before a moment; a code is kept for a while, so that its replay is noticed."""
    await w.run(DROP_OLD_GRANTS, before=before)
    await w.run(UNPUSH_OLD, before=before)
    w.spare(TOKENS)  # nobody is answered by them since they ended
    await w.run(DROP_OLD_SESSIONS, before=before)


async def end_old_tokens(w: Writing, before: int, at_most: int) -> int:
    """Of the tokens that are an app's own, had before a moment, the oldest end; how many did. The app stays, and may have another."""
    hashes = [row[0] for row in await w.fetch(OLD_TOKENS, before=before, n=at_most)]
    await w.run(END_TOKENS, hashes=listed(hashes), at=w.now())
    w.touch(TOKENS, *hashes)
    return len(hashes)


async def drop_ended_tokens(w: Writing, before: int, at_most: int) -> int:
    """Of the tokens that ended before a moment; how many went."""
    hashes = [row[0] for row in await w.fetch(ENDED_TOKENS, before=before, n=at_most)]
    w.spare(TOKENS)  # nobody is answered by them since they ended
    await w.run(DROP_TOKENS, hashes=listed(hashes))
    return len(hashes)


async def drop_unused(w: Writing, before: int) -> None:
    """Apps from before a moment for which there is neither a token nor a code."""
    await w.run(DROP_APPS, before=before)


async def end_all(w: Writing, account: int) -> None:
    """Every session and every token of an account, and what it allowed and no app has fetched yet."""
    await forget_callers(w, account)
    await w.run(DROP_SESSIONS, me=account)
    await w.run(REVOKE_ALL, me=account, at=w.now())
    await w.run(UNPUSH_ALL, me=account)
    await drop_grants(w, account)


async def forget_callers(w: Writing, account: int) -> None:
    """Role, state or language of an account changed: whoever calls in its name is looked up anew."""
    w.touch(TOKENS, *[row[0] for row in await w.fetch(HASHES_OF, me=account)])


async def caller_by_token(reading: Reading, hash_: str) -> Caller | None:
    caller = await _caller(reading, hash_, BY_TOKEN, _token_caller)
    return caller if caller and not caller.csrf else None  # a cookie is no token


async def caller_by_cookie(reading: Reading, hash_: str) -> Caller | None:
    caller = await _caller(reading, hash_, BY_COOKIE, _cookie_caller)
    return caller if caller and caller.csrf else None


async def _caller(
    reading: Reading, hash_: str, stmt: Any, make: Callable[[Row], tuple[Caller, int] | None]
) -> Caller | None:
    """Remembered with the moment until which it is good; what does not exist is not remembered, or memory could be flooded."""
    memory = reading.memory
    kept: tuple[Caller, int] | None = memory.tokens.get(hash_)
    if kept is None:
        generation = memory.generation
        row = await reading.by(TOKENS, hash_).first(stmt, hash=hash_)
        kept = make(row) if row else None
        if kept is None:
            return None
        if kept[0].account is not None and kept[0].role not in NO_PART:
            role = Role(await memory.roll(reading, kept[0].account, kept[0].role))
            kept = (msgspec.structs.replace(kept[0], role=role), kept[1])
        if generation == memory.generation:
            memory.tokens.put(hash_, kept)
    return kept[0] if reading.now() < kept[1] else None


def _token_caller(row: Row) -> tuple[Caller, int] | None:
    (
        hash_, account, scopes, app_id, app_name, app_site, handle, role, state, confirmed, approved, language, appearance, reads, totp,
        keys, unreached, leaves, device_in,
    ) = row  # fmt: skip
    if account is not None and state in (None, "deleted"):
        return None
    caller = Caller(
        account=account,
        handle=handle or "",
        role=Role(role or Role.MEMBER),
        scopes=frozenset(scopes.split()),
        app=app_id,
        app_name=app_name or "",
        app_site=app_site or "",
        language=language or "",
        appearance=appearance or "",
        reads=reads or "",
        key=hash_,
        state="active" if account is None else _state(state, confirmed, approved),
        unreached=unreached is not None,
        leaves_at=leaves,
        second=totp is not None or bool(keys),
        device_in=device_in,
    )
    return caller, FOREVER


def _cookie_caller(row: Row) -> tuple[Caller, int] | None:
    (
        hash_, account, csrf, until, seen, handle, role, state, confirmed, approved, language, appearance, reads, totp, keys,
        unreached, leaves, device_in,
    ) = row  # fmt: skip
    if state == "deleted":
        return None
    caller = Caller(
        account=account,
        handle=handle,
        role=Role(role),
        csrf=csrf,
        language=language,
        appearance=appearance,
        reads=reads,
        key=hash_,
        state=_state(state, confirmed, approved),
        unreached=unreached is not None,
        leaves_at=leaves,
        second=totp is not None or bool(keys),
        seen_at=seen,
        device_in=device_in,
    )
    return caller, until


def _state(state: str, confirmed: int | None, approved: int | None) -> str:
    return "pending" if state == "active" and (confirmed is None or approved is None) else state


SEEN = updates(sessions, seen_at="at", country="country", expires_at="until").where(hash="of")
ALLOWED = (
    selects(tokens.c.id, tokens.c.app_id, apps.c.name, apps.c.website, tokens.c.scopes, tokens.c.created_at)
    .join_from(tokens, apps, apps.c.id == tokens.c.app_id, isouter=True)
    .where(account_id="me", revoked_at=None)
    .ordered("-id")
)
HASHES_OF_TOKEN = selects(tokens.c.hash).where(id="of", account_id="me")


class OpenSession(msgspec.Struct, frozen=True):
    """A browser that is logged in. Times in ms; `country` from which it last came, where that was known."""

    hash: str
    created_at: int
    seen_at: int
    agent: str
    country: str


SESSIONS = (
    rows_of(OpenSession, sessions)
    .where(sessions.c.expires_at > param("now"), account_id="me")
    .ordered("-seen_at -created_at hash")
)


class AppToken(msgspec.Struct, frozen=True):
    """A token that an app holds."""

    id: int
    app: int
    name: str
    website: str
    scopes: str
    created_at: int


async def seen(w: Writing, hash_: str, country: str, *, until: int) -> None:
    """A session is in use: noted now and then, so that its owner can tell one from another, and it goes on until then (ms)."""
    await w.run(SEEN, of=hash_, at=w.now(), country=country, until=until)
    w.touch(TOKENS, hash_)


async def open_sessions(reading: Reading, account: int) -> list[OpenSession]:
    """The one in use last first."""
    return await SESSIONS.all(reading, me=account, now=reading.now())


async def allowed(reading: Reading, account: int) -> list[AppToken]:
    """The newest first."""
    rows = await reading.fetch(ALLOWED, me=account)
    return [AppToken(row[0], row[1], row[2] or "", row[3] or "", row[4], row[5]) for row in rows]


async def revoke_own(w: Writing, account: int, token: int) -> bool:
    """End one token of an account, and every code that no app has fetched yet: else its app gets another token. False where it is
    not theirs.
    """
    hashes = [row[0] for row in await w.fetch(HASHES_OF_TOKEN, of=token, me=account)]
    for hash_ in hashes:
        await revoke(w, hash_)
    if hashes:
        await drop_grants(w, account)
    return bool(hashes)


async def end_all_apps(w: Writing, account: int, scope: str = "") -> None:
    """Apps may act no more, or those of them whose scopes have `scope` in them; and no code that they have not used yet brings a token."""
    for token in await allowed(w, account):
        if scope in token.scopes:
            await revoke_own(w, account, token.id)
    await drop_grants(w, account)

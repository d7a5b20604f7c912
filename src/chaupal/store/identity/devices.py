"""What is logged in in somebody's name: browsers and apps, as their owner sees them, noted as in use, and ended."""

import msgspec

from chaupal.store.identity.apps import drop_grants, revoke
from chaupal.store.machine.dialect import param
from chaupal.store.machine.shelves import TOKENS
from chaupal.store.machine.statements import selects, updates
from chaupal.store.machine.work import Reading, Writing
from chaupal.store.tables.identity import apps, sessions, tokens

SEEN = updates(sessions, seen_at="at", country="country", expires_at="until").where(hash="of")
SESSIONS = (
    selects(sessions, "hash created_at seen_at agent country")
    .where(sessions.c.expires_at > param("now"), account_id="me")
    .ordered("-seen_at -created_at hash")
)
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
    return [OpenSession(*row) for row in await reading.fetch(SESSIONS, me=account, now=reading.now())]


async def allowed(reading: Reading, account: int) -> list[AppToken]:
    """The newest first."""
    rows = await reading.fetch(ALLOWED, me=account)
    return [AppToken(row[0], row[1], row[2] or "", row[3] or "", row[4], row[5]) for row in rows]


async def revoke_own(w: Writing, account: int, token: int) -> bool:
    """End one token of an account; False where it is not theirs."""
    hashes = [row[0] for row in await w.fetch(HASHES_OF_TOKEN, of=token, me=account)]
    for hash_ in hashes:
        await revoke(w, hash_)
    return bool(hashes)


async def end_all_apps(w: Writing, account: int, scope: str = "") -> None:
    """Apps may act no more, or those of them whose scopes have `scope` in them; and no code that they have not used yet brings a token."""
    for token in await allowed(w, account):
        if scope in token.scopes:
            await revoke_own(w, account, token.id)
    await drop_grants(w, account)

"""Keys in the store: those by which our people sign, sealed; and those of people elsewhere, as their servers published them."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import or_

from chaupal.store.machine.dialect import among, listed, param
from chaupal.store.machine.shelves import KEYS
from chaupal.store.machine.statements import deletes, inserts_once, selects, upserts
from chaupal.store.machine.work import Reading, Writing
from chaupal.store.tables.federation import own_keys, remote_keys
from chaupal.store.tables.identity import accounts

_OWN = selects(own_keys.c.private, own_keys.c.public).where(account_id="account")
_KEEP_OWN = inserts_once(own_keys, "private public", account_id="account", created_at="at")
# Of one of our people; "" where there is nobody.
handle = selects(accounts.c.handle).where(accounts.c.server == 0, id="of").word_of
_KNOWN = (
    selects(remote_keys.c.public, accounts, "id server uri", remote_keys.c.fetched_at)
    .join(accounts, accounts.c.id == remote_keys.c.account_id)
    .where(key_id="key")
)
_URI = selects(accounts.c.uri).where(id="account")
# A key is nobody else's from the moment that it is somebody's, unless its id is a part of theirs.
_KEEP = upserts(
    remote_keys,
    "key_id",
    "algorithm public",
    only=or_(remote_keys.c.account_id == param("account"), param("part") == 1),
    key_id="key",
    account_id="account",
    fetched_at="at",
)
_IDS = selects(remote_keys.c.key_id).where(account_id="account")
_DROP_OTHERS = deletes(remote_keys).where(among(remote_keys.c.key_id, "keys", negate=True), account_id="account")


class OwnKey(NamedTuple):
    """`private` is sealed; `public` in PEM."""

    private: str
    public: str


class KnownKey(NamedTuple):
    """Somebody's key: in PEM, whose it is, on which server, by which id there, and when it was fetched (ms)."""

    public: str
    account: int
    server: int
    actor: str
    fetched_at: int


class PublishedKey(NamedTuple):
    """A key as an actor publishes it: its id, its kind (RFC 9421's name of what it signs by) and itself in PEM."""

    id: str
    algorithm: str
    public: str


async def own(reading: Reading, account: int) -> OwnKey | None:
    """Of account 0: the server's own."""
    row = await reading.first(_OWN, account=account)
    return OwnKey(*row) if row else None


async def keep_own(w: Writing, account: int, key: OwnKey, now: int) -> OwnKey:
    """Keep a key; of two that are made at once one is, and that is given back."""
    await w.run(_KEEP_OWN, account=account, private=key.private, public=key.public, at=now)
    kept = await own(w, account)
    return kept or key


async def known(reading: Reading, key: str) -> KnownKey | None:
    """Whose key this is, where we know it."""
    memory = reading.memory
    kept: KnownKey | None = memory.keys.get(key)
    if kept is None:
        generation = memory.generation
        row = await reading.by(KEYS, key).first(_KNOWN, key=key)
        kept = KnownKey(*row) if row else None
        if kept is not None and generation == memory.generation:
            memory.keys.put(key, kept)
    return kept


async def learn(w: Writing, account: int, keys: Sequence[PublishedKey], now: int) -> None:
    """These are somebody's keys, and no others any more.

    One that is somebody else's stays theirs; but by an id that is a part of one's own (`…/ravi#main-key`) nobody else has a key.
    """
    before = [row[0] for row in await w.fetch(_IDS, account=account)]
    w.touch(KEYS, *before, *(key.id for key in keys))
    await w.run(_DROP_OTHERS, account=account, keys=listed([key.id for key in keys]))
    uri = await w.value(_URI, account=account)
    for key in keys:
        part = int(key.id.partition("#")[0] == uri)
        await w.run(_KEEP, key=key.id, account=account, algorithm=key.algorithm, public=key.public, at=now, part=part)

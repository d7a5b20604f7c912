"""Keys: ours, made when somebody first signs and sealed in the store; and others', as their actors publish them."""

import asyncio
import base64
import functools
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from chaupal.federation.signing.algorithms import BadKey, new_private, pem_of, read_multikey, read_private, read_public
from chaupal.federation.writing import addresses
from chaupal.kernel.errors import Problem
from chaupal.kernel.key_files import load_or_make_seed, sealed, unsealed
from chaupal.kernel.settings import Settings
from chaupal.store.federation import keys
from chaupal.store.federation.keys import OwnKey, PublishedKey

if TYPE_CHECKING:
    from chaupal.federation.context import Federation
    from chaupal.federation.reading.actors import Actor, KeyRead

FILE = "federation.key"  # seals what is in the store; where several machines serve it, it follows from the house's


class SigningKey(NamedTuple):
    """By what somebody here signs: the key's id, under which others find its public half, and the key."""

    id: str
    key: RSAPrivateKey


async def own_key(fed: "Federation", account: int) -> SigningKey:
    """The key by which somebody here signs. `account` 0: the server."""
    found = fed.remembered.own.items.get(account)
    if found is None:
        key = read_private(_unsealed(fed.settings, account, (await _made_and_kept(fed, account)).private))
        found = SigningKey(addresses.key(await _actor(fed, account)), key)
        fed.remembered.own.put(account, found)
    return found


async def _actor(fed: "Federation", account: int) -> str:
    """By which id others know whoever signs."""
    if not account:
        return addresses.house(fed.settings.origin)
    async with fed.work.reading() as reading:
        return addresses.person(fed.settings.origin, await keys.handle(reading, account))


async def public_key(fed: "Federation", account: int) -> str:
    """Its public half, in PEM, as their actor publishes it."""
    return (await _made_and_kept(fed, account)).public


async def _made_and_kept(fed: "Federation", account: int) -> OwnKey:
    async with fed.work.reading() as reading:
        found = await keys.own(reading, account)
    if found is not None:
        return found
    private, public = await asyncio.to_thread(new_private)
    made = OwnKey(_sealed(fed.settings, account, private), public)
    async with fed.work.writing() as w:
        return await keys.keep_own(w, account, made, w.now())


def _sealed(settings: Settings, account: int, private: bytes) -> str:
    """Whoever gets hold of the database alone can sign for nobody."""
    return base64.b64encode(sealed(_seed(Path(settings.data)), private, account)).decode()


def _unsealed(settings: Settings, account: int, kept: str) -> bytes:
    try:
        return unsealed(_seed(Path(settings.data)), base64.b64decode(kept), account)
    except ValueError as error:
        raise Problem(f"Nothing can be signed: {FILE} is another key; restore it from a backup") from error


@functools.cache
def _seed(data: Path) -> bytes:
    return load_or_make_seed(data / "keys" / FILE)


def published(actor: "Actor") -> list[PublishedKey]:
    """The keys of an actor; those that cannot be read, or are of a kind that is not taken, are left out."""
    return [shown for key in actor.keys if (shown := as_published(key)) is not None]


def as_published(key: "KeyRead") -> PublishedKey | None:
    """A key as it is kept; None for one that is not taken."""
    try:
        found = read_public(key.pem.strip()) if key.pem else read_multikey(key.multibase)
    except BadKey:
        return None
    return PublishedKey(key.id, "ed25519" if isinstance(found, Ed25519PublicKey) else "rsa", pem_of(found))

"""A key of somebody elsewhere, fetched from its server: believed where the key names its actor, the actor names the key, and both
are of one host."""

import asyncio
from typing import TYPE_CHECKING

from chaupal.federation import calling, finding
from chaupal.federation.reading.actors import KeyRead, is_actor, keys_in, read_key
from chaupal.federation.reading.values import Json, Unreadable, same_host, uri_of
from chaupal.federation.signing.asked import NotSigned
from chaupal.federation.signing.keys import as_published
from chaupal.governance.http_client import NotAnswered
from chaupal.store.federation import keys
from chaupal.store.federation.keys import KnownKey

if TYPE_CHECKING:
    from chaupal.federation.context import Federation

PATIENCE = 20.0  # seconds for all that is asked on the way to one key


async def fetch_key(fed: "Federation", key: str) -> KnownKey:
    """The key as it is now, kept with whoever it is of. Raises NotSigned."""
    try:
        async with asyncio.timeout(PATIENCE):
            known = await _of_actor(fed, key) or await _of_document(fed, key)
    except TimeoutError as error:
        raise NotSigned(why="its key cannot be fetched in time", passing=True) from error
    except NotAnswered as error:
        raise NotSigned(why=f"its key cannot be fetched: whoever has it {error}", passing=error.passing) from error
    except Unreadable as error:
        raise NotSigned(why="its key cannot be read") from error
    except finding.NotThere as error:
        raise NotSigned(why="whoever its key is of cannot be found", passing=error.passing) from error
    if known is None:
        raise NotSigned(why="its key is nobody's")
    return known


async def _of_actor(fed: "Federation", key: str) -> KnownKey | None:
    """As nearly all have it: a part of the actor's own document. Raises NotThere."""
    whose, _, part = key.partition("#")
    if not part:
        return None
    await finding.person_now(fed, whose)
    known = await _known_key(fed, key)
    return known if known is not None and known.actor == whose else None


async def _of_document(fed: "Federation", key: str) -> KnownKey | None:
    """At an address of its own, from which its actor is found. Raises NotAnswered, NotThere, NotSigned, Unreadable."""
    found = await calling.partial(fed, key)
    whose = _owner_of(found, key)
    account = await finding.person_now(fed, whose)
    known = await _known_key(fed, key)
    if known is None:
        await _named_by_address(fed, account, whose, key, found)
        known = await _known_key(fed, key)
    return known if known is not None and known.actor == whose else None


def _owner_of(found: Json, key: str) -> str:
    """Whose key it is, by the document at its address: an actor with its keys, or the key. Raises NotSigned, Unreadable."""
    here = uri_of(found)
    whose = here if is_actor(found) and here else read_key(found).owner
    if not same_host(whose, key):
        raise NotSigned(why="its key is of somebody on another host, or of nobody")
    return whose


async def _known_key(fed: "Federation", key: str) -> KnownKey | None:
    async with fed.work.reading() as reading:
        return await keys.known(reading, key)


async def _named_by_address(fed: "Federation", account: int, whose: str, key: str, found: Json) -> None:
    """An actor may name its keys by their addresses alone; then the key is what stands there. Raises NotAnswered, Unreadable."""
    one: KeyRead = read_key(found)
    actor = await calling.get(fed, whose)
    whole, elsewhere = keys_in(actor, whose)
    if one.id != key or one.owner != whose or key not in elsewhere:
        raise NotSigned(why="whoever its key names does not know of it")
    async with fed.work.writing() as w:
        known = [shown for each in (*whole, one) if (shown := as_published(each)) is not None]
        await keys.learn(w, account, known, w.now())

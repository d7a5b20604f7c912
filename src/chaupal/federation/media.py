"""Pictures, films, sounds and portraits of other servers: fetched when somebody here may see them, and kept for a while.

Nothing is shown from where it lies: whoever looks at a post here tells no other server of it.
"""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from chaupal.federation import calling
from chaupal.federation.context import Federation
from chaupal.governance.http_client import NotAnswered
from chaupal.kernel.clock import DAY, HOUR, MINUTE
from chaupal.kernel.errors import Invalid
from chaupal.kernel.logger import log
from chaupal.social.media import elsewhere, media, pictures
from chaupal.store.federation import media as store, people
from chaupal.store.federation.media import FileElsewhere

AT_ONCE = 24  # files that one process fetches; whoever asks for more asks again
OF_ONE_SERVER = 16  # of those: one that is slow leaves room for the others
HELD = 2 * MINUTE  # a file is another's to fetch after this, where whoever took it up has died
MISSED = 10 * MINUTE  # after which a portrait or a picture of a name is asked for again
AGAIN_AFTER = (MINUTE, 10 * MINUTE, HOUR, DAY)  # after vain tries
PATIENCE = 20.0  # seconds for one file
WAITED = 8.0  # seconds that whoever looks at it waits for it
MOST_FILM = 40_000_000  # bytes
MOST_EMOJI = 1_000_000
ACCEPT = "image/*, video/*, audio/*"
# As files are served; some servers know no better than that they are bytes.
KINDS = ("image/", "video/", "audio/", "application/ogg", "application/octet-stream", "binary/octet-stream")

type Begin = Callable[[], Coroutine[Any, Any, bool]]


async def fetch(fed: Federation, id_: int) -> bool:
    """Bring a file of a post here; whether it is here now. Those who ask for one at once wait for the same answer."""
    async with fed.work.reading() as reading:
        away = await store.away(reading, id_)
    return away is None or await _together(fed, id_, away.server, lambda: _fetch(fed, id_))


async def fetch_portrait(fed: Federation, account: int, key: str) -> bool:
    """The same for the avatar or header that this key of theirs names."""
    async with fed.work.reading() as reading:
        known = await people.remote_of(reading, account)
    return known is not None and await _again(fed, key, known.server, lambda: _fetch_portrait(fed, account, key))


async def fetch_emoji(fed: Federation, id_: int) -> bool:
    """The same for the picture of a `:name:`."""
    async with fed.work.reading() as reading:
        known = await store.emoji_by_id(reading, id_)
    return known is not None and await _again(fed, known.key, known.server, lambda: _fetch_emoji(fed, id_))


async def _again(fed: Federation, key: str, server: int, begin: Begin) -> bool:
    """What stands on every page is not asked for with every page: a server that is gone would keep all others waiting."""
    missed = fed.remembered.missed
    if (last := missed.items.get(key)) is not None and fed.clock() - last < MISSED:
        return False

    async def noted() -> bool:
        missed.put(key, fed.clock())
        got = await begin()
        missed.items.pop(key, None)
        return got

    return await _together(fed, key, server, noted)


async def _together(fed: Federation, name: int | str, server: int, begin: Begin) -> bool:
    going = fed.remembered.files
    if name not in going:
        if len(going) >= AT_ONCE or [there for there, _ in going.values()].count(server) >= OF_ONE_SERVER:
            return False
        going[name] = server, asyncio.create_task(_quietly(begin()))
        going[name][1].add_done_callback(lambda _: going.pop(name, None))
    task = going[name][1]
    done, _ = await asyncio.wait({task}, timeout=WAITED)
    return bool(done) and task.result()


async def _quietly(fetching: Coroutine[Any, Any, bool]) -> bool:
    """Whoever asked may be gone by then: what went wrong is said here."""
    try:
        return await fetching
    except (NotAnswered, Invalid) as problem:
        log.info("a file of another server could not be had", why=str(problem))
        return False
    except Exception as error:
        log.warning("a file of another server could not be kept", error=error)
        return False


async def _fetch(fed: Federation, id_: int) -> bool:
    async with fed.work.reading() as reading:
        away = await store.away(reading, id_)
    if away is None:  # here by now, or gone: whoever asks looks again
        return True
    now = fed.clock()
    if away.held_until > now or not await fed.takes_media(away.server):
        return False
    async with fed.work.writing() as w:
        if not await store.hold(w, id_, now + HELD):
            return False
    try:
        await elsewhere.keep(fed.square, away, await _get(fed, away))
    except (NotAnswered, Invalid):
        async with fed.work.writing() as w:
            await store.later(w, id_, now + AGAIN_AFTER[min(away.tries, len(AGAIN_AFTER) - 1)])
        raise
    return True


async def _get(fed: Federation, away: FileElsewhere) -> bytes:
    settings = fed.settings
    most = settings.max_media_bytes if away.kind == "image" else min(settings.max_film_bytes, MOST_FILM)
    return (await calling.plain(fed, away.url, ACCEPT, KINDS, most=most, patience=PATIENCE)).body


async def _fetch_emoji(fed: Federation, id_: int) -> bool:
    async with fed.work.reading() as reading:
        known = await store.emoji_by_id(reading, id_)
    if known is None or not await fed.takes_media(known.server):
        return False
    got = await calling.plain(fed, known.url, ACCEPT, KINDS, most=MOST_EMOJI, patience=PATIENCE)
    await fed.square.files.put(known.key, (await media.painted(fed.square, got.body)).small)
    async with fed.work.writing() as w:
        await store.keep_portrait(w, known.key)
    return True


async def _fetch_portrait(fed: Federation, account: int, key: str) -> bool:
    async with fed.work.reading() as reading:
        known = await people.remote_of(reading, account)
    address, size = "", pictures.AVATAR
    if known is not None and key == people.portrait_key(account, known.avatar_url):
        address = known.avatar_url
    elif known is not None and key == people.portrait_key(account, known.header_url):
        address, size = known.header_url, pictures.HEADER
    if known is None or not address or not await fed.takes_media(known.server):
        return False
    got = await calling.plain(fed, address, ACCEPT, KINDS, most=fed.settings.max_media_bytes, patience=PATIENCE)
    await fed.square.files.put(key, await media.portrait(fed.square, got.body, size))
    async with fed.work.writing() as w:
        await store.keep_portrait(w, key)
    return True

"""What our people look up on other servers: somebody by name, what an address leads to, and where a server lets its people follow."""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any
from urllib.parse import quote, urlsplit

from chaupal.federation import finding
from chaupal.federation.chains import Chain, NotThere
from chaupal.federation.context import Federation
from chaupal.federation.reading.actors import is_actor
from chaupal.federation.reading.objects import is_post
from chaupal.federation.reading.values import uri_of
from chaupal.federation.taking.posts import take_post
from chaupal.kernel.errors import NotFound
from chaupal.kernel.logger import log
from chaupal.policy.narrow import FOR_EVERYBODY
from chaupal.social.context import Elsewhere, FoundElsewhere
from chaupal.store.federation import uris
from chaupal.store.square.posts import as_written

PATIENCE = 15.0  # seconds for all that one question leads to
SUBSCRIBE = "http://ostatus.org/schema/1.0/subscribe"
INTERACT = "/authorize_interaction?uri={uri}"


def elsewhere(fed: Federation) -> Elsewhere:
    """How the square asks other servers."""

    async def find(what: str) -> FoundElsewhere | None:
        return await _patiently(find_now(fed, what))

    async def subscribe(name: str) -> str:
        return await _patiently(template(fed, name)) or ""

    async def renew(name: str) -> FoundElsewhere | None:
        return await _patiently(_find_anew(fed, name))

    return Elsewhere(find, subscribe, renew)


async def find_now(fed: Federation, what: str) -> FoundElsewhere:
    """Somebody by `user@host`, or whoever or whatever an address leads to. Raises NotFound."""
    chain = Chain(fed)
    if "://" not in what:
        return FoundElsewhere(person=await finding.person(fed, what, chain=chain))
    async with fed.work.reading() as reading:
        known = await uris.find(reading, what)
        held = known.of if known is not None and known.kind == uris.POST and not known.gone else 0
        post = await as_written(reading, held) if held else None
    if post is not None:
        if post.visibility not in FOR_EVERYBODY:
            # As where it never came: neither a watch nor the server that is asked tells whoever may not know of it that it is here.
            with suppress(NotThere):
                await chain.whole_by_page(what)
        return FoundElsewhere(post=post.id)
    if known is not None and known.kind == uris.ACCOUNT:
        return FoundElsewhere(person=await finding.person(fed, what, chain=chain))
    said = await chain.whole_by_page(what)
    if is_actor(said):
        return FoundElsewhere(person=await finding.person(fed, uri_of(said), chain=chain))
    if not is_post(said):
        raise NotThere(why="no_kind")
    post, author = await finding.said_in(fed, chain, said)
    return FoundElsewhere(post=await take_post(fed, post, author, fresh=False))


async def _find_anew(fed: Federation, name: str) -> FoundElsewhere:
    return FoundElsewhere(person=await finding.person(fed, name, fresh=True))


async def template(fed: Federation, name: str) -> str:
    """Where the server of `user@host` lets its people follow, with `{uri}` for whom. Raises NotFound where nobody is called so."""
    links = (await Chain(fed).jrd(name)).links
    said = next((link.template or "" for link in links if link.rel == SUBSCRIBE), "")
    if "{uri}" in said and urlsplit(said).scheme in _schemes(fed):
        return said
    # Who does not say so is asked where Mastodon, whose page this was first, has it.
    return f"{_schemes(fed)[0]}://{quote(name.partition('@')[2], safe=':')}{INTERACT}"


def _schemes(fed: Federation) -> tuple[str, ...]:
    return ("http", "https") if fed.settings.federation_test else ("https",)


async def _patiently[T](asked: Coroutine[Any, Any, T]) -> T | None:
    """What was found in time; nothing else that another server says stops whoever asked."""
    try:
        async with asyncio.timeout(PATIENCE):
            return await asked
    except (NotFound, TimeoutError):
        return None
    except Exception as error:
        log.error("another server could not be asked", exc_info=error)
        return None

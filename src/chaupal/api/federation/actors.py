"""People of ours, and the server itself, for other servers: actors with their keys."""

from typing import Any

import msgspec

from chaupal.api.federation.asking import asker, check_shown, federation, told
from chaupal.federation import showing
from chaupal.federation.signing import keys
from chaupal.federation.writing import actors, addresses, notes
from chaupal.federation.writing import collections as lists
from chaupal.kernel.errors import NotFound
from chaupal.policy.gate import reveal_one
from chaupal.policy.sealed import Visible
from chaupal.policy.surface import Surface
from chaupal.policy.things import Person
from chaupal.policy.verdict import Placeholder
from chaupal.policy.viewer import ABROAD, Viewer
from chaupal.store.federation import addresses as store
from chaupal.store.identity.facts_cache import facts_for
from chaupal.store.square.people import id_of, sealed_people
from chaupal.wire.call import Answer, Call, redirect
from chaupal.wire.route import Nothing, Route, get


class Of(msgspec.Struct):
    """Somebody by their handle."""

    handle: str


async def person(call: Call[Of]) -> Answer:
    """Somebody who is suspended is shown without words, and as suspended: what others hold of them can be shown again later.

    Shown as to anybody: whom they block still has to know their key.
    """
    fed = federation(call)
    await asker(call)
    async with fed.work.reading() as reading:
        if await store.has_gone(reading, call.args.handle):
            return told(notes.tombstone(addresses.person(fed.settings.origin, call.args.handle.lower())), 410)
    seen = await named(call, Viewer(country=ABROAD))
    if not (isinstance(seen.verdict, Placeholder) and seen.verdict.scope == "suspended"):
        check_shown(call, seen)
    if seen.item.server:
        return redirect(seen.item.uri)
    public = await keys.public_key(fed, seen.item.id)
    async with fed.work.reading() as reading:
        return told(await showing.actor(fed, reading, seen, public))


async def house(call: Call[Nothing]) -> Answer:
    """Shown to whoever asks: by this key others know whether it is us who ask them."""
    fed = federation(call)
    return told(actors.house(fed.settings, await keys.public_key(fed, 0)))


async def said_by_house(call: Call[Nothing]) -> Answer:
    """The server itself says nothing."""
    return told(lists.whole(f"{addresses.house(call.house.settings.origin)}/outbox", []))


async def named(call: Call[Any], viewer: Viewer) -> Visible[Person]:
    """Whoever the address names, as the gate shows them to other servers. Raises NotFound."""
    async with call.house.reads.work.reading() as reading:
        id_ = await id_of(reading, call.args.handle)
        sealed = (await sealed_people(reading, (id_,))).get(id_) if id_ is not None else None
        seen = reveal_one(viewer, Surface.PEER, sealed, await facts_for(reading, viewer))
    if seen is None:
        raise NotFound
    return seen


ROUTES: tuple[Route, ...] = (
    get("/@{handle}", person, Surface.PEER, peer=True, public=True, takes=Of),
    get("/actor", house, Surface.NONE, peer=True, public=True),
    get("/actor/outbox", said_by_house, Surface.NONE, peer=True, public=True),
)

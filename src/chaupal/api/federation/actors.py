"""People of ours, and the server itself, for other servers: actors with their keys; who asks, and in which form they are answered."""

from typing import Any

import msgspec

from chaupal.federation import looking
from chaupal.federation.context import Federation
from chaupal.federation.writing import addresses, collections as lists, notes
from chaupal.federation.writing.terms import alone
from chaupal.http.call import Answer, Call, Nothing, Route, get, json, redirect
from chaupal.kernel.errors import NotFound
from chaupal.policy.gate import check_open
from chaupal.policy.surface import Surface
from chaupal.policy.viewer import ABROAD, Viewer


class ActorAsked(msgspec.Struct):
    """Somebody by their handle."""

    handle: str


async def person(call: Call[ActorAsked]) -> Answer:
    """Somebody who is suspended is shown without words, and as suspended: what others hold of them can be shown again later.

    Shown as to anybody: whom they block still has to know their key.
    """
    fed, handle = federation(call), call.args.handle
    await asker(call)
    if await looking.has_gone(fed, handle):
        return activity_answer(notes.tombstone(addresses.person(fed.settings.origin, handle.lower())), 410)
    seen = await looking.person(fed, Viewer(country=ABROAD), handle)
    if not seen.suspended:
        check_open(seen, fed.settings.origin)
    return redirect(seen.item.uri) if seen.item.server else activity_answer(await looking.actor(fed, seen))


async def house(call: Call[Nothing]) -> Answer:
    """Shown to whoever asks: by this key others know whether it is us who ask them."""
    return activity_answer(await looking.house(federation(call)))


async def said_by_house(call: Call[Nothing]) -> Answer:
    """The server itself says nothing."""
    return activity_answer(lists.whole(f"{addresses.house(call.house.settings.origin)}/outbox", []))


ROUTES: tuple[Route, ...] = (
    get("/@{handle}", person, Surface.PEER, peer=True, public=True),
    get("/actor", house, Surface.NONE, peer=True, public=True),
    get("/actor/outbox", said_by_house, Surface.NONE, peer=True, public=True),
)


ACTIVITY = "application/activity+json; charset=utf-8"

type Json = dict[str, Any]


def federation(call: Call[Any]) -> Federation:
    """These routes are there only where other servers are talked to. Raises NotFound."""
    if (found := call.house.federation) is None:
        raise NotFound
    return found


async def asker(call: Call[Any]) -> Viewer:
    """Whoever signed the request; else a stranger from nobody knows where. Raises NotSigned, NotAllowed."""
    return await looking.viewer(federation(call), "GET", call.target, call.headers)


def activity_answer(thing: Json, status: int = 200) -> Answer:
    """A thing by itself, as servers read it."""
    answer = json(alone(thing), status)
    answer.mime = ACTIVITY
    return answer

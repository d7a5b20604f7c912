"""Things of ours for other servers: people and the server itself as actors with their keys; posts, and what lets others quote them."""

from typing import Any

import msgspec

from chaupal.federation import looking
from chaupal.federation.context import Federation
from chaupal.federation.writing import addresses, collections as lists, notes
from chaupal.federation.writing.terms import alone
from chaupal.federation.writing.withheld import TERMS
from chaupal.http.call import Answer, Call, Nothing, Route, get, json, redirect
from chaupal.kernel.errors import NotFound
from chaupal.policy.gate import check_open
from chaupal.policy.viewer import ABROAD, Surface, Viewer

ACTIVITY = "application/activity+json; charset=utf-8"

type Json = dict[str, Any]


class ActorAsked(msgspec.Struct):
    """Somebody by their handle."""

    handle: str


def activity_answer(thing: Json, status: int = 200) -> Answer:
    """A thing by itself, as servers read it."""
    answer = json(alone(thing), status)
    answer.mime = ACTIVITY
    return answer


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


def federation(call: Call[Any]) -> Federation:
    """These routes are there only where other servers are talked to. Raises NotFound."""
    if (found := call.house.federation) is None:
        raise NotFound
    return found


async def asker(call: Call[Any]) -> Viewer:
    """Whoever signed the request; else a stranger from nobody knows where. Raises NotSigned, NotAllowed."""
    return await looking.viewer(federation(call), "GET", call.target, call.headers)


class ObjectAsked(ActorAsked):
    """A post by its address."""

    id: int


class QuoteAsked(ObjectAsked):
    """What of another server, or of ours, quotes it: by the id that it has here."""

    quoting_id: int


async def post(call: Call[ObjectAsked]) -> Answer:
    """The object; of a repost the activity. What was said elsewhere is asked for there."""
    return await _answered(call, whole=False)


async def activity(call: Call[ObjectAsked]) -> Answer:
    """The activity by which it was said."""
    return await _answered(call, whole=True)


async def _answered(call: Call[ObjectAsked], *, whole: bool) -> Answer:
    fed, viewer, args = federation(call), await asker(call), call.args
    seen = await looking.post(fed, viewer, args.handle, args.id)
    if seen is None:
        return activity_answer(notes.tombstone(addresses.post(fed.settings.origin, args.handle.lower(), args.id)), 410)
    if seen.item.server:
        return redirect(seen.item.uri)
    return activity_answer(await looking.words_of(fed, seen, viewer.account or 0, whole=whole))


async def stamp(call: Call[QuoteAsked]) -> Answer:
    """That a post may quote this one, as long as that is so (FEP-044f)."""
    fed, viewer, args = federation(call), await asker(call), call.args
    seen = await looking.post(fed, viewer, args.handle, args.id)
    if seen is None or seen.item.server:
        raise NotFound
    return activity_answer(await looking.stamp(fed, viewer, seen.item, args.quoting_id))


TAKES: dict[str, Any] = {"peer": True, "public": True}


LD = "application/ld+json; charset=utf-8"


async def show(call: Call[Nothing]) -> Answer:
    """A JSON-LD context. Nobody has to ask for it: what we send bears the same words."""
    answer = json({"@context": TERMS}, headers=[("cache-control", "public, max-age=86400")])
    answer.mime = LD
    return answer


ROUTES: tuple[Route, ...] = (
    get("/@{handle}/{id}", post, Surface.PEER, **TAKES),
    get("/@{handle}/{id}/activity", activity, Surface.PEER, **TAKES),
    get("/@{handle}/{id}/quotes/{quoting_id}", stamp, Surface.PEER, peer=True, public=True),
    get("/ns", show, Surface.NONE, peer=True, public=True),
    get("/@{handle}", person, Surface.PEER, peer=True, public=True),
    get("/actor", house, Surface.NONE, peer=True, public=True),
    get("/actor/outbox", said_by_house, Surface.NONE, peer=True, public=True),
)

"""Posts of ours for other servers: the object, the activity by which it was said, what lets others quote it; and our own words."""

from typing import Any

from chaupal.api.federation.actors import ActorAsked, activity_answer, asker, federation
from chaupal.federation import looking
from chaupal.federation.writing import addresses, notes
from chaupal.federation.writing.withheld import TERMS
from chaupal.http.call import Answer, Call, Nothing, Route, get, json, redirect
from chaupal.kernel.errors import NotFound
from chaupal.policy.surface import Surface


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
)

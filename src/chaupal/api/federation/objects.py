"""Posts of ours for other servers: the object, the activity by which it was said, and what lets others quote it."""

from typing import Any

from chaupal.api.federation.actors import Of
from chaupal.api.federation.asking import asker, check_shown, federation, told
from chaupal.federation import showing
from chaupal.federation.writing import activities, addresses, notes
from chaupal.kernel.errors import NotFound
from chaupal.policy import quotes
from chaupal.policy.gate import reveal
from chaupal.policy.sealed import Visible
from chaupal.policy.surface import Surface
from chaupal.policy.things import Post
from chaupal.policy.viewer import Viewer
from chaupal.reads.pipeline import shown
from chaupal.store.federation import addresses as store
from chaupal.store.federation import uris
from chaupal.store.identity.facts_cache import facts_for
from chaupal.store.machine.work import Reading
from chaupal.store.square.posts import sealed_posts
from chaupal.wire.call import Answer, Call, redirect
from chaupal.wire.route import Route, get


class One(Of):
    """A post by its address."""

    id: int


class Quoting(One):
    """What of another server, or of ours, quotes it: by the id that it has here."""

    quoting_id: int


async def post(call: Call[One]) -> Answer:
    """The object; of a repost the activity. What was said elsewhere is asked for there."""
    return await _answered(call, whole=False)


async def activity(call: Call[One]) -> Answer:
    """The activity by which it was said."""
    return await _answered(call, whole=True)


async def _answered(call: Call[One], *, whole: bool) -> Answer:
    fed, viewer = federation(call), await asker(call)
    async with fed.work.reading() as reading:
        seen = await found(call, reading, viewer)
        if seen is None:
            return told(notes.tombstone(_asked_for(call)), 410)
        if seen.item.server:
            return redirect(seen.item.uri)
        reader = viewer.account or 0
        if whole or seen.item.boost_of is not None:
            return told(await showing.said(fed, reading, seen, reader))
        return told(await showing.note(fed, reading, seen, reader))


async def stamp(call: Call[Quoting]) -> Answer:
    """That a post may quote this one, as long as that is so: whoever is shown both may know it (FEP-044f)."""
    fed, viewer = federation(call), await asker(call)
    async with fed.work.reading() as reading:
        seen = await found(call, reading, viewer)
        where = await store.of_posts(reading, (call.args.id, call.args.quoting_id))
        quoting = next(iter(await shown(reading, viewer, Surface.PEER, (call.args.quoting_id,))), None)
    if seen is None or quoting is None or quoting.withheld or quoting.item.quote_of != call.args.id:
        raise NotFound
    if quoting.item.quote_state != quotes.ACCEPTED or seen.item.server:
        raise NotFound
    quoted = showing.address(fed.settings.origin, where[call.args.id])
    return told(activities.quote_authorization(
        addresses.stamp(quoted, quoting.item.id), quoted.rpartition("/")[0],
        showing.address(fed.settings.origin, where[quoting.item.id]), quoted,
    ))  # fmt: skip


async def found(call: Call[Any], reading: Reading, viewer: Viewer) -> Visible[Post] | None:
    """The post at this address, as the gate shows it; None where it was deleted. Raises NotFound, Gone, WithheldByLaw."""
    sealed = await sealed_posts(reading, (call.args.id,))
    seen = next(iter(reveal(viewer, Surface.PEER, sealed, await facts_for(reading, viewer))), None)
    if not sealed:
        known = await uris.find(reading, _asked_for(call))
        if known is not None and known.gone:
            return None
    check_shown(call, seen)
    whose = await store.of_posts(reading, (call.args.id,))
    if seen is None or whose[call.args.id].handle != call.args.handle.lower():
        raise NotFound
    return seen


def _asked_for(call: Call[Any]) -> str:
    return addresses.post(call.house.settings.origin, call.args.handle.lower(), call.args.id)


TAKES = {"peer": True, "public": True, "takes": One}

ROUTES: tuple[Route, ...] = (
    get("/@{handle}/{id}", post, Surface.PEER, **TAKES),
    get("/@{handle}/{id}/activity", activity, Surface.PEER, **TAKES),
    get("/@{handle}/{id}/quotes/{quoting_id}", stamp, Surface.PEER, peer=True, public=True, takes=Quoting),
)

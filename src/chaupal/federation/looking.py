"""What other servers look at here: who asks, as the law sees them, and somebody, a post or a list as the gate shows it to them."""

from collections.abc import Mapping, Sequence

from chaupal.federation import showing
from chaupal.federation.context import Federation
from chaupal.federation.signing import keys
from chaupal.federation.signing.asked import NotSigned
from chaupal.federation.signing.verifying import signed, verify
from chaupal.federation.writing import activities, actors, addresses
from chaupal.federation.writing.notes import Json
from chaupal.kernel.errors import NotAllowed, NotFound, Unavailable, or_not_found
from chaupal.policy import quotes
from chaupal.policy.facts import Visibility
from chaupal.policy.follower_lists import keeps_lists_from
from chaupal.policy.gate import check_open, reveal, reveal_one
from chaupal.policy.narrow import FOR_EVERYBODY, profile_visibilities
from chaupal.policy.rules import SUSPENSION
from chaupal.policy.sealed import Visible
from chaupal.policy.things import Person, Post
from chaupal.policy.viewer import ABROAD, Surface, Viewer
from chaupal.reads.page import Cursor, Page, listed_page, shown, tied_page
from chaupal.reads.people import people
from chaupal.store.federation import addresses as store, synchronising, uris
from chaupal.store.identity.facts_cache import facts_for, rulings_in_force
from chaupal.store.machine.dialect import listed
from chaupal.store.machine.work import Reading
from chaupal.store.square import graph, posts, reactions
from chaupal.store.square.people import id_of, sealed_people
from chaupal.store.square.posts import sealed_posts

MOST_ANSWERS = 50  # on a page of answers
MOST_AROUND = 500  # of a conversation: whoever wants more asks for the answers of its posts

PEOPLE_LISTS = {"followers": graph.FOLLOWERS, "following": graph.FOLLOWING}


# --- people ----------------------------------------------------------------------------------------------------------


async def person(fed: Federation, viewer: Viewer, handle: str) -> Visible[Person]:
    """Whoever has this handle. Raises NotFound; missing and forbidden look the same."""
    async with fed.work.reading() as reading:
        id_ = await id_of(reading, handle)
        sealed = (await sealed_people(reading, (id_,))).get(id_) if id_ is not None else None
        return or_not_found(reveal_one(viewer, Surface.PEER, sealed, await facts_for(reading, viewer)))


async def has_gone(fed: Federation, handle: str) -> bool:
    """Whether somebody of ours had this handle and has left."""
    async with fed.work.reading() as reading:
        return await store.has_gone(reading, handle)


async def actor(fed: Federation, seen: Visible[Person]) -> Json:
    """Somebody of ours, with their key, which is made when it is first asked for."""
    public = await keys.public_key(fed, seen.item.id)
    async with fed.work.reading() as reading:
        return await showing.actor(fed, reading, seen, public)


async def house(fed: Federation) -> Json:
    """The server's own actor."""
    return actors.house(fed.settings, await keys.public_key(fed, 0))


async def outbox(fed: Federation, viewer: Viewer, of: Person, cursor: Cursor) -> Page[Json]:
    """Activities by which somebody's posts and reposts came to be, the newest first: as whoever asks may see them."""
    async with fed.work.reading() as reading:
        follows = of.id in (await facts_for(reading, viewer)).relations.following
        visibilities = listed([int(v) for v in profile_visibilities(own=False, follows=follows, here=False)])
        page = await listed_page(
            reading,
            viewer,
            Surface.PEER,
            posts.OF_AUTHOR,
            cursor,
            author=of.id,
            me=viewer.account or 0,
            visibilities=visibilities,
            never=int(Visibility.LOCAL),  # a post that stays here may name somebody elsewhere
        )
        there = [seen for seen in page.items if not seen.withheld]
        return page.map([await showing.creation(fed, reading, seen, viewer.account or 0) for seen in there])


async def people_list(fed: Federation, viewer: Viewer, of: Person, name: str, cursor: Cursor) -> Page[str]:
    """Ids of the actors around somebody, by `PEOPLE_LISTS`. Raises NotAllowed where they keep them to themselves."""
    if keeps_lists_from(viewer, of):
        raise NotAllowed
    async with fed.work.reading() as reading:
        page = await tied_page(reading, PEOPLE_LISTS[name], cursor, who=of.id)
        seen = await people.shown(reading, viewer, Surface.PEER, page.items)
        whose = await store.people(reading, [one.item.id for one in seen if not one.withheld])
    return page.map([showing.named(fed.settings.origin, whose[id_]).uri for id_ in page.items if id_ in whose])


async def followers_at_home(fed: Federation, viewer: Viewer, of: Person) -> list[str]:
    """Those of the asking server who follow somebody (FEP-8fcf). Raises NotAllowed for whom nobody knows."""
    if viewer.account is None:
        raise NotAllowed
    async with fed.work.reading() as reading:
        return await synchronising.followers_at(reading, of.id, await synchronising.server_of(reading, viewer.account))


async def featured(fed: Federation, viewer: Viewer, of: Person) -> list[Json]:
    """The posts at the top of somebody's profile, whole."""
    async with fed.work.reading() as reading:
        ids = await reactions.pinned_by(reading, of.id)
        there = [one for one in await shown(reading, viewer, Surface.PEER, ids) if not one.withheld] if ids else []
        return [await showing.note(fed, reading, one, viewer.account or 0) for one in there]


# --- posts -----------------------------------------------------------------------------------------------------------


async def post(fed: Federation, viewer: Viewer, handle: str, id_: int) -> Visible[Post] | None:
    """The post at this address; None where it was deleted. Raises NotFound, and for what is withheld as `check_open`."""
    where = addresses.post(fed.settings.origin, handle.lower(), id_)
    async with fed.work.reading() as reading:
        sealed = await sealed_posts(reading, (id_,))
        seen = next(iter(reveal(viewer, Surface.PEER, sealed, await facts_for(reading, viewer))), None)
        if not sealed and (known := await uris.find(reading, where)) is not None and known.gone:
            return None
        found = (await store.of_posts(reading, (id_,))).get(id_)
    if seen is None or found is None or found.handle != handle.lower():
        raise NotFound
    check_open(seen, fed.settings.origin)
    return seen


async def words_of(fed: Federation, seen: Visible[Post], reader: int, *, whole: bool) -> Json:
    """The object, or (`whole`, and of a repost) the activity by which it was said."""
    async with fed.work.reading() as reading:
        if whole or seen.item.boost_of is not None:
            return await showing.creation(fed, reading, seen, reader)
        return await showing.note(fed, reading, seen, reader)


async def stamp(fed: Federation, viewer: Viewer, quoted: Post, quoting: int) -> Json:
    """That a post may quote one of ours, to whom both are shown (FEP-044f). Raises NotFound where it does not."""
    async with fed.work.reading() as reading:
        seen = next(iter(await shown(reading, viewer, Surface.PEER, (quoting,))), None)
        where = await store.of_posts(reading, (quoted.id, quoting))
    if seen is None or seen.withheld or (seen.item.quote_of, seen.item.quote_state) != (quoted.id, quotes.ACCEPTED):
        raise NotFound
    ours = showing.address(fed.settings.origin, where[quoted.id])
    return activities.quote_authorization(
        addresses.stamp(ours, quoting),
        ours.rpartition("/")[0],
        showing.address(fed.settings.origin, where[quoting]),
        ours,
    )


async def answers(fed: Federation, viewer: Viewer, id_: int, above: int) -> tuple[list[str], int | None]:
    """Addresses of what answers a post, the oldest first, behind the one with the id `above`; and behind which there are more."""
    async with fed.work.reading() as reading:
        rows = await posts.conversation(reading, id_, MOST_AROUND)
        ids = await _open(reading, viewer, [one for one, parent in rows if parent == id_ and one > above])
        page = ids[:MOST_ANSWERS]  # only now: neither a gap nor where it goes on tells of what is for few
        return await _addresses(fed, reading, page), page[-1] if len(ids) > MOST_ANSWERS else None


async def conversation(fed: Federation, viewer: Viewer, id_: int) -> list[str]:
    """Addresses of the posts of a conversation, the oldest first."""
    async with fed.work.reading() as reading:
        rows = await posts.conversation(reading, id_, MOST_AROUND)
        return await _addresses(fed, reading, await _open(reading, viewer, [one for one, _ in rows]))


async def _open(reading: Reading, viewer: Viewer, ids: Sequence[int]) -> list[int]:
    """Those that are for everybody: what is for few is in no list."""
    seen = await shown(reading, viewer, Surface.PEER, ids) if ids else []
    return [one.item.id for one in seen if not one.withheld and one.item.visibility in FOR_EVERYBODY]


async def _addresses(fed: Federation, reading: Reading, ids: Sequence[int]) -> list[str]:
    where = await store.of_posts(reading, ids)
    return [showing.address(fed.settings.origin, where[one]) for one in ids if one in where]


async def viewer(fed: Federation, method: str, target: str, headers: Mapping[str, str]) -> Viewer:
    """Who asks. Whoever signs so that it does not hold has not signed: they see what anybody sees; and so does
    whoever is suspended here.

    Where this server tells nobody whom it does not know (`authorized_fetch`), raises NotSigned, or Unavailable where it cannot be
    told at the moment; NotAllowed for a server that is not talked to, and there for whoever is suspended.
    """
    try:
        if not signed(headers):
            raise NotSigned(why="there is none, and this server tells only those who sign")
        signer = await verify(fed, method, target, headers)
    except NotSigned as problem:
        if fed.settings.authorized_fetch and problem.passing:
            raise Unavailable from problem
        if fed.settings.authorized_fetch:
            raise
        return Viewer(country=ABROAD)
    async with fed.work.reading() as reading:
        suspended = (await rulings_in_force(reading)).find(signer.account, ABROAD, SUSPENSION) is not None
    if suspended and fed.settings.authorized_fetch:
        raise NotAllowed("server_limited")
    return Viewer(country=ABROAD) if suspended else Viewer(account=signer.account, country=ABROAD)

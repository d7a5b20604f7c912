"""Lists for other servers: what somebody said, who follows whom, what is pinned, what answers a post and stands around it."""

from typing import Annotated, Any

from msgspec import Meta

from chaupal.api.federation.actors import Of, named
from chaupal.api.federation.asking import asker, check_shown, federation, told
from chaupal.api.federation.objects import One, found
from chaupal.federation import showing
from chaupal.federation.writing import addresses
from chaupal.federation.writing import collections as lists
from chaupal.kernel.errors import NotAllowed, NotFound
from chaupal.kernel.ids import parse_id
from chaupal.policy.narrow import FOR_EVERYBODY, profile_visibilities
from chaupal.policy.sealed import Visible
from chaupal.policy.surface import Surface
from chaupal.policy.things import Person, Post
from chaupal.policy.viewer import Viewer
from chaupal.reads.page import Cursor, Page
from chaupal.reads.people import crowds, people
from chaupal.reads.pipeline import listed_page, shown
from chaupal.store.federation import addresses as store
from chaupal.store.federation import synchronising
from chaupal.store.identity.facts_cache import facts_for
from chaupal.store.machine.dialect import listed
from chaupal.store.machine.work import Reading
from chaupal.store.square import pins, posts
from chaupal.store.square.graph import FOLLOWERS, FOLLOWING
from chaupal.wire.call import Answer, Call
from chaupal.wire.route import Route, get

AT_ONCE = 20  # posts on a page
PEOPLE_AT_ONCE = 40
MOST_ANSWERS = 50  # on a page of answers
MOST_AROUND = 500  # of a conversation: whoever wants more asks for the answers of its posts


class Walked(Of, kw_only=True):
    """A collection, or (`page`) a page of it: the newest, or what is older than `max_id`."""

    page: str = ""
    max_id: Annotated[str, Meta(max_length=20)] = ""

    def cursor(self, limit: int) -> Cursor:
        """From where the page goes on."""
        return Cursor(max_id=parse_id(self.max_id) if self.max_id else None, limit=limit)


class Around(One, kw_only=True):
    """Answers to a post, those above `min_id`."""

    min_id: Annotated[str, Meta(max_length=20)] = ""


async def outbox(call: Call[Walked]) -> Answer:
    """What somebody posted and reposted, as whoever asks may see it: all that is public, and more for a follower who signs."""
    fed, viewer = federation(call), await asker(call)
    seen = await _own(call, viewer)
    where = f"{addresses.person(fed.settings.origin, seen.item.handle)}/outbox"
    if not call.args.page:
        return told(lists.paged(where, seen.item.posts_count, f"{where}?page=true"))
    async with fed.work.reading() as reading:
        page = await _said(reading, viewer, seen.item.id, call.args.cursor(AT_ONCE))
        items = [await showing.said(fed, reading, one, viewer.account or 0) for one in page.items if not one.withheld]
    return told(lists.page(_here(call, where), where, items, _next(where, page)))


async def _said(reading: Reading, viewer: Viewer, author: int, cursor: Cursor) -> Page[Visible[Post]]:
    follows = author in (await facts_for(reading, viewer)).relations.following
    visibilities = listed([int(v) for v in profile_visibilities(own=False, follows=follows)])
    return await listed_page(
        reading, viewer, Surface.PEER, posts.OF_AUTHOR, cursor, author=author, me=viewer.account or 0, visibilities=visibilities,
    )  # fmt: skip


async def followers(call: Call[Walked]) -> Answer:
    """How many; and who, where somebody does not keep that to themselves."""
    return await _people(call, "followers")


async def following(call: Call[Walked]) -> Answer:
    """As `followers`."""
    return await _people(call, "following")


async def _people(call: Call[Walked], name: str) -> Answer:
    fed, viewer = federation(call), await asker(call)
    seen = await _own(call, viewer)
    person, where = seen.item, f"{addresses.person(fed.settings.origin, seen.item.handle)}/{name}"
    total = person.followers_count if name == "followers" else person.following_count
    if person.hide_collections:
        if call.args.page:
            raise NotAllowed
        return told(lists.counted(where, total))
    if not call.args.page:
        return told(lists.paged(where, total, f"{where}?page=true"))
    pages = FOLLOWERS if name == "followers" else FOLLOWING
    async with fed.work.reading() as reading:
        page = await crowds.tied(reading, pages, call.args.cursor(PEOPLE_AT_ONCE), who=person.id)
        there = {one.id for one in await _persons(reading, viewer, page.items)}
        whose = await store.people(reading, there)
    items = [showing.named(fed.settings.origin, whose[id_]).uri for id_ in page.items if id_ in there]
    return told(lists.page(_here(call, where), where, items, _next(where, page)))


async def _persons(reading: Reading, viewer: Viewer, ids: Any) -> list[Person]:
    """Those who are nobody's to be left out for whoever asks."""
    return [one.item for one in await people.shown(reading, viewer, Surface.PEER, ids) if not one.withheld]


async def synchronised(call: Call[Of]) -> Answer:
    """Those of the asking server who follow somebody, so that both know the same (FEP-8fcf). Raises NotAllowed for who does not sign."""
    fed, viewer = federation(call), await asker(call)
    seen = await _own(call, viewer)
    if viewer.account is None:
        raise NotAllowed
    where = f"{addresses.followers(addresses.person(fed.settings.origin, seen.item.handle))}_synchronization"
    async with fed.work.reading() as reading:
        items = await synchronising.followers_at(
            reading, seen.item.id, await synchronising.server_of(reading, viewer.account)
        )
    return told(lists.whole(where, items))


async def featured(call: Call[Of]) -> Answer:
    """What somebody keeps at the top of their profile, whole: servers show it without asking again."""
    fed, viewer = federation(call), await asker(call)
    seen = await _own(call, viewer)
    where = f"{addresses.person(fed.settings.origin, seen.item.handle)}/featured"
    async with fed.work.reading() as reading:
        ids = await pins.of(reading, seen.item.id)
        there = [one for one in await shown(reading, viewer, Surface.PEER, ids) if not one.withheld] if ids else []
        items = [await showing.note(fed, reading, one, viewer.account or 0) for one in there]
    return told(lists.whole(where, items))


async def replies(call: Call[Around]) -> Answer:
    """What answers a post, ours and others', by addresses: each is asked for where it was said."""
    fed, viewer = federation(call), await asker(call)
    where = await _around(call, viewer, "replies")
    async with fed.work.reading() as reading:
        ids = await _answers(reading, call.args.id, parse_id(call.args.min_id or "0") or 0)
        items = await _addresses(call, reading, viewer, ids[:MOST_ANSWERS])
    more = f"{where}?min_id={ids[MOST_ANSWERS - 1]}" if len(ids) > MOST_ANSWERS else ""
    return told(lists.replies(where, items, more))


async def around(call: Call[One]) -> Answer:
    """The conversation that began with a post, by addresses, oldest first: for whoever holds a part of it (FEP-7888)."""
    fed, viewer = federation(call), await asker(call)
    where = await _around(call, viewer, "context")
    async with fed.work.reading() as reading:
        ids = [id_ for id_, _ in await posts.conversation(reading, call.args.id, MOST_AROUND)]
        items = await _addresses(call, reading, viewer, ids)
    return told(lists.whole(where, items))


async def likes(call: Call[One]) -> Answer:
    """How many like it, and nobody's name."""
    return await _number(call, "likes")


async def shares(call: Call[One]) -> Answer:
    """How many reposted it, and nobody's name."""
    return await _number(call, "shares")


async def _number(call: Call[One], name: str) -> Answer:
    fed, viewer = federation(call), await asker(call)
    async with fed.work.reading() as reading:
        seen = await found(call, reading, viewer)
    if seen is None or seen.item.server:
        raise NotFound
    where = addresses.post(fed.settings.origin, call.args.handle.lower(), call.args.id)
    return told(lists.counted(f"{where}/{name}", seen.item.likes_count if name == "likes" else seen.item.boosts_count))


async def _around(call: Call[Any], viewer: Viewer, name: str) -> str:
    """The address of a list that hangs on a post which whoever asks may see. Raises as `objects.found`."""
    async with call.house.reads.work.reading() as reading:
        seen = await found(call, reading, viewer)
    if seen is None or seen.item.server:
        raise NotFound
    return f"{addresses.post(call.house.settings.origin, call.args.handle.lower(), call.args.id)}/{name}"


async def _answers(reading: Reading, post: int, above: int) -> list[int]:
    """Direct answers, oldest first, of which one more than a page."""
    rows = await posts.conversation(reading, post, MOST_AROUND)
    return [id_ for id_, parent in rows if parent == post and id_ > above][: MOST_ANSWERS + 1]


async def _addresses(call: Call[Any], reading: Reading, viewer: Viewer, ids: list[int]) -> list[str]:
    """Of those that whoever asks may see and that are for everybody: what is for few is in no list."""
    there = [
        one.item.id for one in await shown(reading, viewer, Surface.PEER, ids)
        if not one.withheld and one.item.visibility in FOR_EVERYBODY
    ] if ids else []  # fmt: skip
    where = await store.of_posts(reading, there)
    return [showing.address(call.house.settings.origin, where[id_]) for id_ in there if id_ in where]


async def _own(call: Call[Any], viewer: Viewer) -> Visible[Person]:
    """Somebody of ours whom whoever asks may see. Raises NotFound, Gone, WithheldByLaw."""
    seen = await named(call, viewer)
    check_shown(call, seen)
    if seen.item.server:
        raise NotFound
    return seen


def _here(call: Call[Walked], where: str) -> str:
    return f"{where}?page=true" + (f"&max_id={call.args.max_id}" if call.args.max_id else "")


def _next(where: str, page: Page[Any]) -> str:
    return "" if page.next is None else f"{where}?page=true&max_id={page.next}"


LISTED: dict[str, Any] = {"peer": True, "public": True}

ROUTES: tuple[Route, ...] = (
    get("/@{handle}/outbox", outbox, Surface.PEER, takes=Walked, **LISTED),
    get("/@{handle}/followers", followers, Surface.PEER, takes=Walked, **LISTED),
    get("/@{handle}/following", following, Surface.PEER, takes=Walked, **LISTED),
    get("/@{handle}/followers_synchronization", synchronised, Surface.PEER, takes=Of, **LISTED),
    get("/@{handle}/featured", featured, Surface.PEER, takes=Of, **LISTED),
    get("/@{handle}/{id}/replies", replies, Surface.PEER, takes=Around, **LISTED),
    get("/@{handle}/{id}/context", around, Surface.PEER, takes=One, **LISTED),
    get("/@{handle}/{id}/likes", likes, Surface.PEER, takes=One, **LISTED),
    get("/@{handle}/{id}/shares", shares, Surface.PEER, takes=One, **LISTED),
)

"""Lists for other servers: what somebody said, who follows whom, what is pinned, what answers a post and stands around it."""

from typing import Annotated, Any

from msgspec import Meta

from chaupal.api.federation.objects import ActorAsked, ObjectAsked, activity_answer, asker, federation
from chaupal.federation import looking
from chaupal.federation.context import Federation
from chaupal.federation.writing import addresses, collections as lists
from chaupal.http.call import Answer, Call, Route, get
from chaupal.kernel.errors import NotFound
from chaupal.kernel.ids import parse_id
from chaupal.policy.follower_lists import keeps_lists_from
from chaupal.policy.gate import check_open
from chaupal.policy.things import Person, Post
from chaupal.policy.viewer import Surface, Viewer
from chaupal.reads.page import Cursor, Page

AT_ONCE = 20  # posts on a page
PEOPLE_AT_ONCE = 40


class CollectionAsked(ActorAsked, kw_only=True):
    """A collection, or (`page`) a page of it: the newest, or what is older than `max_id`."""

    page: Annotated[str, Meta(max_length=20)] = ""
    max_id: Annotated[str, Meta(max_length=20)] = ""

    def cursor(self, limit: int) -> Cursor:
        """From where the page goes on."""
        return Cursor(max_id=parse_id(self.max_id) if self.max_id else None, limit=limit)


class RepliesAsked(ObjectAsked, kw_only=True):
    """Answers to a post, those behind `min_id`."""

    min_id: Annotated[str, Meta(max_length=20)] = ""


async def outbox(call: Call[CollectionAsked]) -> Answer:
    """What somebody posted and reposted: all that is public, and more for a follower who signs."""
    fed, viewer, of, where = await _owner_of(call, "outbox")
    if not call.args.page:
        return activity_answer(lists.paged(where, of.posts_count, f"{where}?page=true"))
    return _page(call, where, await looking.outbox(fed, viewer, of, call.args.cursor(AT_ONCE)))


async def followers(call: Call[CollectionAsked]) -> Answer:
    """How many; and who, where somebody does not keep that to themselves."""
    return await _people_list(call, "followers")


async def following(call: Call[CollectionAsked]) -> Answer:
    """As `followers`."""
    return await _people_list(call, "following")


async def _people_list(call: Call[CollectionAsked], name: str) -> Answer:
    fed, viewer, of, where = await _owner_of(call, name)
    total = of.followers_count if name == "followers" else of.following_count
    if call.args.page:
        return _page(call, where, await looking.people_list(fed, viewer, of, name, call.args.cursor(PEOPLE_AT_ONCE)))
    if keeps_lists_from(viewer, of):
        return activity_answer(lists.counted(where, total))
    return activity_answer(lists.paged(where, total, f"{where}?page=true"))


async def synchronised(call: Call[ActorAsked]) -> Answer:
    """Those of the asking server who follow somebody, so that both know the same (FEP-8fcf)."""
    fed, viewer, of, where = await _owner_of(call, "followers_synchronization")
    return activity_answer(lists.whole(where, await looking.followers_at_home(fed, viewer, of)))


async def featured(call: Call[ActorAsked]) -> Answer:
    """What somebody keeps at the top of their profile, whole: servers show it without asking again."""
    fed, viewer, of, where = await _owner_of(call, "featured")
    return activity_answer(lists.whole(where, await looking.featured(fed, viewer, of)))


async def replies(call: Call[RepliesAsked]) -> Answer:
    """What answers a post, ours and others', by addresses: each is asked for where it was said."""
    fed, viewer, seen, where = await _hangs_on(call, "replies")
    items, more = await looking.answers(fed, viewer, seen.id, parse_id(call.args.min_id or "0") or 0)
    return activity_answer(lists.replies(where, items, f"{where}?min_id={more}" if more else ""))


async def around(call: Call[ObjectAsked]) -> Answer:
    """The conversation that began with a post, by addresses: for whoever holds a part of it (FEP-7888)."""
    fed, viewer, seen, where = await _hangs_on(call, "context")
    return activity_answer(lists.whole(where, await looking.conversation(fed, viewer, seen.id)))


async def likes(call: Call[ObjectAsked]) -> Answer:
    """How many like it, and nobody's name."""
    _, _, seen, where = await _hangs_on(call, "likes")
    return activity_answer(lists.counted(where, seen.likes_count))


async def shares(call: Call[ObjectAsked]) -> Answer:
    """How many reposted it, and nobody's name."""
    _, _, seen, where = await _hangs_on(call, "shares")
    return activity_answer(lists.counted(where, seen.boosts_count))


async def _owner_of(call: Call[Any], name: str) -> tuple[Federation, Viewer, Person, str]:
    """Whoever asks, somebody of ours, and the address of a list of theirs. Raises NotFound, Gone, WithheldByLaw."""
    fed, viewer = federation(call), await asker(call)
    seen = await looking.person(fed, viewer, call.args.handle)
    check_open(seen, fed.settings.origin)
    if seen.item.server:
        raise NotFound
    return fed, viewer, seen.item, f"{addresses.person(fed.settings.origin, seen.item.handle)}/{name}"


async def _hangs_on(call: Call[Any], name: str) -> tuple[Federation, Viewer, Post, str]:
    """Whoever asks, a post of ours that they may see, and the address of a list that hangs on it. Raises as `_owner_of`."""
    fed, viewer, args = federation(call), await asker(call), call.args
    seen = await looking.post(fed, viewer, args.handle, args.id)
    if seen is None or seen.item.server:
        raise NotFound
    return fed, viewer, seen.item, f"{addresses.post(fed.settings.origin, args.handle.lower(), args.id)}/{name}"


def _page(call: Call[CollectionAsked], where: str, page: Page[Any]) -> Answer:
    here = f"{where}?page=true" + (f"&max_id={call.args.max_id}" if call.args.max_id else "")
    return activity_answer(
        lists.page(here, where, page.items, f"{where}?page=true&max_id={page.next}" if page.next else "")
    )


LISTED: dict[str, Any] = {"peer": True, "public": True}

ROUTES: tuple[Route, ...] = (
    get("/@{handle}/outbox", outbox, Surface.PEER, **LISTED),
    get("/@{handle}/followers", followers, Surface.PEER, **LISTED),
    get("/@{handle}/following", following, Surface.PEER, **LISTED),
    get("/@{handle}/followers_synchronization", synchronised, Surface.PEER, **LISTED),
    get("/@{handle}/featured", featured, Surface.PEER, **LISTED),
    get("/@{handle}/{id}/replies", replies, Surface.PEER, **LISTED),
    get("/@{handle}/{id}/context", around, Surface.PEER, **LISTED),
    get("/@{handle}/{id}/likes", likes, Surface.PEER, **LISTED),
    get("/@{handle}/{id}/shares", shares, Surface.PEER, **LISTED),
)

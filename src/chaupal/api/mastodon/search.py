"""Search in the API: people, posts and tags in one answer, and people alone for whoever types a name."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

import msgspec

from chaupal.api.mastodon.posts.status_answers import joined, pieces_of
from chaupal.api.mastodon.ties import PEOPLE, people_bytes
from chaupal.api.mastodon.trends import tags_bytes
from chaupal.http.call import Answer, Call, Route, get
from chaupal.http.paging import Number
from chaupal.kernel.clock import MINUTE
from chaupal.policy.sealed import Visible
from chaupal.policy.things import Person, Post
from chaupal.policy.viewer import Surface
from chaupal.reads.explore import romanised, search as reads
from chaupal.reads.explore.search import Span
from chaupal.reads.explore.trends import TrendingTag
from chaupal.reads.people import people as person_reads
from chaupal.reads.timelines import thread
from chaupal.social.people import elsewhere
from chaupal.text.analyse import MOST_QUERY_POINTS


class SearchArgs(msgspec.Struct, kw_only=True):
    """`resolve`: a name or an address of another server is looked up there; addresses here are always understood.

    `exclude_unreviewed`: as one types.
    """

    q: str
    type: Literal["accounts", "statuses", "hashtags"] | None = None
    resolve: bool = False
    following: bool = False
    exclude_unreviewed: bool = False
    account_id: Number | None = None
    max_id: Number | None = None
    min_id: Number | None = None
    limit: Number | None = None
    offset: Number = 0

    def span(self, usual: int, most: int) -> Span:
        limit = usual if self.limit is None else max(1, min(self.limit, most))
        return Span(limit, min(self.offset, reads.MOST_OFFSET), self.max_id, self.min_id, self.account_id)


class PeopleSearchArgs(msgspec.Struct, kw_only=True):
    """The beginning of a name or handle."""

    q: str = ""
    limit: Number | None = None
    offset: Number = 0
    resolve: bool = False
    following: bool = False


class SearchFound(NamedTuple):
    """What a search found; the tags still as they were counted."""

    people: Sequence[Visible[Person]]
    posts: Sequence[Visible[Post]]
    tags: Sequence[TrendingTag]

    async def answer(self, call: Call[SearchArgs], hashtags: bytes) -> Answer:
        posts, plain = await pieces_of(call, self.posts)
        accounts = await people_bytes(call, self.people)
        pieces = [b'{"accounts":', accounts, b',"statuses":', *posts, b',"hashtags":', hashtags, b"}"]
        return joined(call, pieces, plain=plain and not self.people)


async def everything(call: Call[SearchArgs]) -> Answer:
    """People, posts and tags; one kind alone where `type` names it. What is typed in Latin letters also finds
    what it may mean in Indian scripts.
    """
    found = await _search(call)
    return await found.answer(call, await tags_bytes(call, found.tags))


async def first(call: Call[SearchArgs]) -> Answer:
    """People, posts and tags for old apps: tags by their names alone, as Mastodon answered before 3.0."""
    found = await _search(call)
    return await found.answer(call, msgspec.json.encode([tag.name for tag in found.tags]))


async def _search(call: Call[SearchArgs]) -> SearchFound:
    args, query = call.args, call.args.q[:MOST_QUERY_POINTS]
    span, wanted = args.span(20, 40), args.type
    house, viewer = call.house, call.viewer
    if args.resolve and (there := await elsewhere.look_up(house.square, viewer, query)) is not None:
        shown = await _of_elsewhere(call, there)
        if shown.posts or not there.post:  # of what is for a few nobody else is to see that it came
            return shown
    people, posts, found = [], [], []
    if wanted in (None, "accounts") and args.account_id is None:
        people = (await romanised.people(house.reads, viewer, query, span, following=args.following)).items
    if wanted in (None, "statuses"):
        posts = (await romanised.posts(house.reads, viewer, query, span)).items
    if wanted in (None, "hashtags") and args.account_id is None:
        found = await romanised.tags(
            house.reads, viewer, query, span.limit, span.offset, suggest=args.exclude_unreviewed
        )
    return SearchFound(people, posts, found)


async def _of_elsewhere(call: Call[SearchArgs], there: elsewhere.FoundElsewhere) -> SearchFound:
    """The one thing that was found on another server, as the viewer may see it, where it is of a kind that is asked for."""
    wanted, people, posts = call.args.type, [], []
    if there.person and wanted in (None, "accounts"):
        people = await person_reads.people(call.house.reads, call.viewer, Surface.PROFILE, (there.person,))
    if there.post and wanted in (None, "statuses"):
        posts = await thread.several(call.house.reads, call.viewer, [there.post])
    return SearchFound(people, posts, [])


async def people(call: Call[PeopleSearchArgs]) -> Answer:
    """People whose names begin so; what is de-amplified is found by its whole handle only. `resolve`: as in a search."""
    args = call.args
    if args.resolve and not args.offset:
        await elsewhere.look_up(call.house.square, call.viewer, args.q[:MOST_QUERY_POINTS])
    limit = 40 if args.limit is None else max(1, min(args.limit, 80))
    found = await reads.people(
        call.house.reads,
        call.viewer,
        args.q[:MOST_QUERY_POINTS],
        Span(limit, min(args.offset, reads.MOST_OFFSET)),
        following=args.following,
        surface=Surface.SUGGEST,
    )
    return Answer(await people_bytes(call, found))


ROUTES: tuple[Route, ...] = (
    get("/api/v1/search", first, Surface.SEARCH, scope="read:search"),
    # What tags are counted for changes with the hour.
    get("/api/v2/search", everything, Surface.SEARCH, scope="read:search", public=True, kept=True, kept_for=MINUTE),
    get("/api/v1/accounts/search", people, Surface.SUGGEST, scope="read:accounts", **PEOPLE),
)

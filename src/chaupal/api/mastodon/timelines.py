"""Timelines in the API: home, the square, a tag, somebody's posts; and conversations, what is said to oneself alone."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import msgspec
from msgspec import Raw, field

from chaupal.api.mastodon.account_entity import account_bytes
from chaupal.api.mastodon.posts.status_answers import Growth, statuses_answer
from chaupal.api.mastodon.posts.status_entity import pen_for
from chaupal.http.call import Answer, Call, Route, delete, get, json, post
from chaupal.http.paging import ById, Number, Paged, address_of, link_header
from chaupal.policy.narrow import Scope
from chaupal.policy.sealed import Visible
from chaupal.policy.things import Post
from chaupal.policy.viewer import Surface
from chaupal.reads.explore import trending_links
from chaupal.reads.page import Page
from chaupal.reads.people import people
from chaupal.reads.timelines import conversations as reads, home as home_reads, profile, public
from chaupal.reads.timelines.conversations import Talk
from chaupal.social.posts import conversations


class PublicArgs(Paged, kw_only=True):
    """`local`: of this server's people alone; `remote`: of others' alone. `language` is Chaupal's own."""

    local: bool = False
    remote: bool = False
    only_media: bool = False
    language: str | None = None

    @property
    def scope(self) -> Scope:
        return "all" if self.local == self.remote else "here" if self.local else "elsewhere"


class TagArgs(PublicArgs, kw_only=True):
    """A tag, in any spelling; `any`, `all` and `none` name further tags."""

    tag: str
    any: list[str] = field(default_factory=list[str])
    all: list[str] = field(default_factory=list[str])
    none: list[str] = field(default_factory=list[str])


class LinkArgs(Paged, kw_only=True):
    """A link that trends, by its address as `/api/v1/trends/links` has it."""

    url: str


class AccountArgs(Paged, kw_only=True):
    """Whose posts, and which of them."""

    id: Number
    pinned: bool = False
    only_media: bool = False
    exclude_replies: bool = False
    exclude_reblogs: bool = False
    tagged: str = ""


async def _answer(call: Call[Any], page: Page[Visible[Post]]) -> Answer:
    return await statuses_answer(call, page.items, link_header(call, page))


async def home(call: Call[Paged]) -> Answer:
    """Posts of those whom one follows, the newest first."""
    page = await home_reads.page(call.house.reads, call.viewer, call.args.cursor())
    growth = (
        Growth(partial(home_reads.plain_arrivals, call.house.reads, call.viewer), address_of(call))
        if page.unbroken
        else None
    )
    return await statuses_answer(call, page.items, link_header(call, page), growth)


async def square(call: Call[PublicArgs]) -> Answer:
    """The square: public posts that answer nobody else, the newest first."""
    args = call.args
    found = await public.page(
        call.house.reads, call.viewer, args.cursor(), args.language, only_media=args.only_media, scope=args.scope
    )
    return await _answer(call, found)


async def tagged(call: Call[TagArgs]) -> Answer:
    """Public posts with a tag, in any of its spellings, the newest first."""
    args = call.args
    found = await public.tagged(
        call.house.reads,
        call.viewer,
        args.tag,
        args.cursor(),
        args.language,
        also=args.any,
        with_all=args.all,
        without=args.none,
        only_media=args.only_media,
        scope=args.scope,
    )
    return await _answer(call, found)


async def linked(call: Call[LinkArgs]) -> Answer:
    """Public posts with a link that trends. 404 for one that does not."""
    args = call.args
    return await _answer(call, await trending_links.posts(call.house.reads, call.viewer, args.url, args.cursor()))


async def of_account(call: Call[AccountArgs]) -> Answer:
    """What an account posted and reposted, the newest first."""
    args = call.args
    await people.person(call.house.reads, call.viewer, args.id)
    if args.pinned:
        pinned = await profile.pinned(call.house.reads, call.viewer, args.id)
        return await statuses_answer(call, pinned)
    found = await profile.page(
        call.house.reads,
        call.viewer,
        args.id,
        args.cursor(),
        exclude_replies=args.exclude_replies,
        exclude_reposts=args.exclude_reblogs,
        only_media=args.only_media,
        tagged=args.tagged,
    )
    return await _answer(call, found)


# The hottest reads: answered from memory while nothing has changed.
HOT: dict[str, Any] = {"scope": "read:statuses", "kept": True}


class SeenBy(msgspec.Struct):
    """The newest of one's own messages that somebody has read, Chaupal's own: only where both want read marks."""

    account_id: str
    status_id: str


class Conversation(msgspec.Struct, kw_only=True):
    """https://docs.joinmastodon.org/entities/Conversation/; `seen_by` is Chaupal's own. `accounts` of what one says to oneself: oneself."""

    id: str
    unread: bool
    accounts: list[Raw]
    last_status: Raw | None
    seen_by: list[SeenBy] = []


async def listed(call: Call[Paged]) -> Answer:
    """One's conversations, the newest post first."""
    page = await reads.page(call.house.reads, call.viewer, call.args.cursor())
    return json(await shown(call, page.items), headers=link_header(call, page))


async def read(call: Call[ById]) -> Conversation:
    """A conversation was read."""
    return await _marked(call, unread=False)


async def unread(call: Call[ById]) -> Conversation:
    """A conversation counts as new again."""
    return await _marked(call, unread=True)


async def _marked(call: Call[ById], *, unread: bool) -> Conversation:
    await conversations.read(call.house.square, call.viewer, call.args.id, unread=unread)
    return (await shown(call, [await reads.by_root(call.house.reads, call.viewer, call.args.id)]))[0]


async def remove(call: Call[ById]) -> None:
    """A conversation goes off one's list; its posts stay."""
    await conversations.remove(call.house.square, call.viewer, call.args.id)


async def shown(call: Call[Any], talks: Sequence[Talk]) -> list[Conversation]:
    pen = await pen_for(call, [talk.last for talk in talks])
    # Apps draw the first of `accounts` without looking whether there is one; Mastodon's servers put the reader in, too.
    alone = () if all(talk.people for talk in talks) else [await people.person(call.house.reads, call.viewer, call.me)]
    return [
        Conversation(
            id=str(talk.conversation.root),
            unread=talk.conversation.unread,
            accounts=[Raw(account_bytes(call.house.settings, call.viewer, one)) for one in talk.people or alone],
            last_status=Raw(body) if (body := pen.write(talk.last)) else None,
            seen_by=[SeenBy(str(mark.who), str(mark.post)) for mark in talk.seen],
        )
        for talk in talks
    ]


PATH = "/api/v1/conversations"
WRITE: dict[str, Any] = {"scope": "write:conversations"}


ROUTES: tuple[Route, ...] = (
    get("/api/v1/timelines/home", home, Surface.HOME, **HOT),
    get("/api/v1/timelines/public", square, Surface.PUBLIC, public=True, **HOT),
    get("/api/v1/timelines/tag/{tag}", tagged, Surface.TAG, public=True, **HOT),
    get("/api/v1/timelines/link", linked, Surface.PUBLIC, public=True, scope="read:statuses"),
    get("/api/v1/accounts/{id}/statuses", of_account, Surface.ACCOUNT, public=True, **HOT),
    get(PATH, listed, Surface.MESSAGES, scope="read:statuses", gives=list[Conversation], kept=True),
    post(f"{PATH}/{{id}}/read", read, Surface.MESSAGES, **WRITE),
    post(f"{PATH}/{{id}}/unread", unread, Surface.MESSAGES, **WRITE),
    delete(f"{PATH}/{{id}}", remove, Surface.MESSAGES, takes_back=True, **WRITE),
)

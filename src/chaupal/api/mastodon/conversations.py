"""Conversations in the API: what is said to oneself alone. https://docs.joinmastodon.org/methods/conversations/"""

from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import Raw

from chaupal.api.mastodon.account_entity import account_bytes
from chaupal.api.mastodon.posts.status_entity import pen_for
from chaupal.http.call import Answer, Call, Route, delete, get, json, post
from chaupal.http.paging import ById, Paged, link_header
from chaupal.policy.surface import Surface
from chaupal.reads.people import people
from chaupal.reads.timelines import conversations as reads
from chaupal.reads.timelines.conversations import Talk
from chaupal.social.posts import conversations


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
    """It was read."""
    return await _marked(call, unread=False)


async def unread(call: Call[ById]) -> Conversation:
    """It counts as new again."""
    return await _marked(call, unread=True)


async def _marked(call: Call[ById], *, unread: bool) -> Conversation:
    await conversations.read(call.house.square, call.viewer, call.args.id, unread=unread)
    return (await shown(call, [await reads.by_root(call.house.reads, call.viewer, call.args.id)]))[0]


async def remove(call: Call[ById]) -> None:
    """Off one's list; its posts stay."""
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
    get(PATH, listed, Surface.MESSAGES, scope="read:statuses", gives=list[Conversation], kept=True),
    post(f"{PATH}/{{id}}/read", read, Surface.MESSAGES, **WRITE),
    post(f"{PATH}/{{id}}/unread", unread, Surface.MESSAGES, **WRITE),
    delete(f"{PATH}/{{id}}", remove, Surface.MESSAGES, takes_back=True, **WRITE),
)

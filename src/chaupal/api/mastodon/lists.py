"""Lists of people in the API: made, filled, read. They tell no counts, so nothing can be learnt from one."""

from typing import Any

import msgspec

from chaupal.api.mastodon.posts.status_answers import statuses_answer
from chaupal.api.mastodon.ties import PEOPLE, people_bytes
from chaupal.http.call import Answer, Call, Nothing, Route, delete, get, post, put
from chaupal.http.paging import ById, Number, PagedById, link_header
from chaupal.policy.viewer import Surface
from chaupal.reads.page import Cursor
from chaupal.reads.timelines import lists as reads
from chaupal.reads.timelines.lists import ListRow
from chaupal.social.people import lists
from chaupal.social.people.lists import MOST_MEMBERS, ListWish


class ListShown(msgspec.Struct):
    """https://docs.joinmastodon.org/entities/List/"""

    id: str
    title: str
    replies_policy: str
    exclusive: bool


class ListSent(msgspec.Struct, kw_only=True):
    """What is not sent stays as it is."""

    title: str | None = None
    replies_policy: str | None = None
    exclusive: bool | None = None


class ListChanged(ListSent, kw_only=True):
    id: Number


class MembersSent(msgspec.Struct, kw_only=True):
    """People to put into a list or to take out of it."""

    id: Number
    account_ids: list[Number] = []


def _shown(list_: ListRow) -> ListShown:
    return ListShown(str(list_.id), list_.title, list_.replies, list_.exclusive)


def _wish(sent: ListSent) -> ListWish:
    return ListWish(title=sent.title, replies=sent.replies_policy, exclusive=sent.exclusive)


async def every(call: Call[Nothing]) -> list[ListShown]:
    """One's lists."""
    return [_shown(one) for one in await reads.of_viewer(call.house.reads, call.viewer)]


async def show(call: Call[ById]) -> ListShown:
    """One list."""
    return _shown(await reads.by_id(call.house.reads, call.viewer, call.args.id))


async def create(call: Call[ListSent]) -> ListShown:
    """A new list."""
    return _shown(await lists.create(call.house.square, call.viewer, _wish(call.args)))


async def change(call: Call[ListChanged]) -> ListShown:
    """Another title of a list, or other rules."""
    return _shown(await lists.change(call.house.square, call.viewer, call.args.id, _wish(call.args)))


async def remove(call: Call[ById]) -> None:
    """Drop a list."""
    await lists.remove(call.house.square, call.viewer, call.args.id)


async def members(call: Call[PagedById]) -> Answer:
    """Who stands in a list."""
    args = call.args
    cursor = Cursor(limit=MOST_MEMBERS) if args.limit == 0 else args.cursor(40, 80)
    page = await reads.members(call.house.reads, call.viewer, args.id, cursor)
    return Answer(await people_bytes(call, page.items), headers=link_header(call, page))


async def add(call: Call[MembersSent]) -> None:
    """Put people into a list."""
    await lists.add(call.house.square, call.viewer, call.args.id, call.args.account_ids)


async def take_out(call: Call[MembersSent]) -> None:
    """Take people out of a list."""
    await lists.take_out(call.house.square, call.viewer, call.args.id, call.args.account_ids)


async def timeline(call: Call[PagedById]) -> Answer:
    """What the people of a list write."""
    page = await reads.timeline(call.house.reads, call.viewer, call.args.id, call.args.cursor())
    return await statuses_answer(call, page.items, link_header(call, page))


async def holding(call: Call[ById]) -> list[ListShown]:
    """Those of one's lists in which somebody stands."""
    return [_shown(one) for one in await reads.holding(call.house.reads, call.viewer, call.args.id)]


READ: dict[str, Any] = {"scope": "read:lists"}
WRITE: dict[str, Any] = {"scope": "write:lists"}
ALL, ONE = "/api/v1/lists", "/api/v1/lists/{id}"

ROUTES: tuple[Route, ...] = (
    get(ALL, every, Surface.OWN, **READ, kept=True),
    post(ALL, create, Surface.OWN, **WRITE),
    get(ONE, show, Surface.OWN, **READ),
    put(ONE, change, Surface.OWN, **WRITE),
    delete(ONE, remove, Surface.OWN, **WRITE),
    get(f"{ONE}/accounts", members, Surface.PROFILE, **READ, **PEOPLE),
    post(f"{ONE}/accounts", add, Surface.OWN, **WRITE),
    delete(f"{ONE}/accounts", take_out, Surface.OWN, **WRITE),
    get("/api/v1/timelines/list/{id}", timeline, Surface.HOME, **READ, kept=True),
    get("/api/v1/accounts/{id}/lists", holding, Surface.OWN, **READ),
)

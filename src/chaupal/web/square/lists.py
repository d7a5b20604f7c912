"""Lists on pages: one's lists, what their people write, and who stands in them. An error keeps what was typed."""

from typing import Any

import msgspec

from chaupal.http.call import PAGE, Answer, Call, Route, get, post, redirect
from chaupal.http.paging import ById, Number, PagedById
from chaupal.kernel.errors import Invalid, NotFound, Problem
from chaupal.policy.viewer import Surface
from chaupal.reads.page import Cursor
from chaupal.reads.people import people
from chaupal.reads.timelines import lists as reads
from chaupal.social.people import lists
from chaupal.social.people.lists import MOST_MEMBERS, ListWish
from chaupal.web import links, pages
from chaupal.web.pages import or_again, typed_of
from chaupal.web.square.cards import face
from chaupal.web.square.reading import posts_page
from chaupal.web.words import N_, beside, translated, words

REPLIES = {"list": N_("To people of the list"), "followed": N_("To everybody whom I follow"), "none": N_("None")}


class ListTyped(msgspec.Struct, kw_only=True):
    """The form of a list."""

    title: str = ""
    replies: str = "list"
    exclusive: bool = False


class ListChanged(ListTyped, kw_only=True):
    id: Number


class Member(msgspec.Struct, kw_only=True):
    """Somebody to put in, by handle, or to take out, by id."""

    id: Number
    handle: str = ""
    account: Number = 0


class ListsTyped(msgspec.Struct, kw_only=True):
    """In which of one's lists somebody is to stand."""

    id: Number
    lists: list[Number] = []
    next: str = "/"


async def every(call: Call[Any], problem: Invalid | None = None) -> Answer:
    found = await reads.of_viewer(call.house.reads, call.viewer)
    return await pages.render(
        call,
        "keeping/lists.html",
        lists=found,
        titled=N_("Lists"),
        errors=beside(call, problem, BESIDE),
        **_form(call, typed_of(call, ListTyped)),
    )


@or_again(every, Invalid)
async def create(call: Call[ListTyped]) -> Answer:
    made = await lists.create(call.house.square, call.viewer, _wish(call.args))
    return redirect(f"/lists/{made.id}/people")


async def timeline(call: Call[PagedById]) -> Answer:
    """What the people of a list write."""
    one = await reads.by_id(call.house.reads, call.viewer, call.args.id)
    posts = await reads.timeline(call.house.reads, call.viewer, one.id, call.args.cursor())
    return await posts_page(call, "keeping/list.html", posts, title=one.title, one=one)


async def within(call: Call[ById], problem: Problem | None = None) -> Answer:
    """Who stands in a list, and its form."""
    house, viewer, args = call.house, call.viewer, call.args
    one = await reads.by_id(house.reads, viewer, args.id)
    found = await reads.members(house.reads, viewer, one.id, Cursor(limit=MOST_MEMBERS))
    as_it_is = ListTyped(title=one.title, replies=one.replies, exclusive=one.exclusive)
    nobody = {"handle": translated(call, N_("You follow nobody of this name."))}
    return await pages.render(
        call,
        "keeping/list_people.html",
        one=one,
        people=[face(call, seen) for seen in found.items],
        title=one.title,
        errors=nobody if isinstance(problem, NotFound) else beside(call, problem, BESIDE),
        handle=getattr(args, "handle", ""),
        **_form(call, args if isinstance(args, ListTyped) else as_it_is),
    )


@or_again(within, Invalid)
async def change(call: Call[ListChanged]) -> Answer:
    await lists.change(call.house.square, call.viewer, call.args.id, _wish(call.args))
    return redirect(f"/lists/{call.args.id}")


async def remove(call: Call[ById]) -> Answer:
    await lists.remove(call.house.square, call.viewer, call.args.id)
    return redirect("/lists")


@or_again(within, NotFound, Invalid)
async def add(call: Call[Member]) -> Answer:
    """Put somebody in, by handle."""
    them = (await people.named(call.house.reads, call.viewer, call.args.handle)).item.id
    await lists.add(call.house.square, call.viewer, call.args.id, [them])
    return redirect(f"/lists/{call.args.id}/people")


async def take_out(call: Call[Member]) -> Answer:
    await lists.take_out(call.house.square, call.viewer, call.args.id, [call.args.account])
    return redirect(f"/lists/{call.args.id}/people")


async def place(call: Call[ListsTyped]) -> Answer:
    """Somebody stands in these of one's lists and in no others."""
    args, square, viewer = call.args, call.house.square, call.viewer
    held = {one.id for one in await reads.holding(call.house.reads, viewer, args.id)}
    for id_ in set(args.lists) - held:
        await lists.add(square, viewer, id_, [args.id])
    for id_ in held - set(args.lists):
        await lists.take_out(square, viewer, id_, [args.id])
    return redirect(links.back(args.next))


def _wish(typed: ListTyped) -> ListWish:
    return ListWish(title=typed.title, replies=typed.replies, exclusive=typed.exclusive)


BESIDE = {"title": "title", "replies_policy": "replies"}  # what a problem is about -> its field


def _form(call: Call[Any], typed: ListTyped) -> dict[str, Any]:
    said = words(call.viewer.language).gettext
    return {"typed": typed, "replies": [(value, said(text)) for value, text in REPLIES.items()]}


ROUTES: tuple[Route, ...] = (
    get("/lists", every, Surface.OWN, **PAGE),
    post("/lists", create, Surface.OWN, **PAGE),
    get("/lists/{id}", timeline, Surface.HOME, **PAGE),
    post("/lists/{id}", change, Surface.OWN, **PAGE),
    get("/lists/{id}/people", within, Surface.PROFILE, **PAGE),
    post("/lists/{id}/add", add, Surface.OWN, **PAGE),
    post("/lists/{id}/take-out", take_out, Surface.OWN, **PAGE),
    post("/lists/{id}/remove", remove, Surface.OWN, **PAGE),
    post("/people/{id}/lists", place, Surface.OWN, **PAGE),
)

"""Pages of people: a profile with its posts, and the lists of who follows whom."""

from collections.abc import Collection
from typing import Any

import msgspec

from chaupal.http.call import OPEN_PAGE, PAGE, Answer, Call, Route, get, post, redirect
from chaupal.http.paging import Number, Paged
from chaupal.kernel.errors import NotFound
from chaupal.policy.sealed import Visible
from chaupal.policy.things import Person
from chaupal.policy.viewer import Surface
from chaupal.reads.explore import tags
from chaupal.reads.page import Page
from chaupal.reads.people import people, people_lists
from chaupal.reads.timelines import lists, profile
from chaupal.social.people import graph
from chaupal.text.fold import count_key
from chaupal.web import links, pages
from chaupal.web.account import appearance
from chaupal.web.errors import blocked_by
from chaupal.web.square import faraway
from chaupal.web.square.cards import Limit, cards, face
from chaupal.web.square.reading import pager
from chaupal.web.words import N_, words


class PersonAsked(Paged, kw_only=True):
    """A page of something of somebody's. `show`: `replies` or `media`, else their own posts and reposts."""

    handle: str
    show: str = ""


class FollowTermsTyped(msgspec.Struct, kw_only=True):
    """How one follows somebody; a box that is not ticked is not sent."""

    id: Number
    reposts: bool = False
    notify: bool = False
    languages: list[str] = []
    next: str = "/"


class PersonTagAsked(PersonAsked, kw_only=True):
    """A page of what somebody wrote with a tag."""

    name: str


async def person(call: Call[PersonAsked]) -> Answer:
    """A profile. Withheld, there is a notice in its place, with status 451; suspended, a plain page with status 410."""
    reads, viewer, args = call.house.reads, call.viewer, call.args
    if args.handle.endswith(links.RSS):
        return redirect(links.feed(links.person(args.handle.removesuffix(links.RSS))))
    seen = await _named(call)
    if seen.item.handle != args.handle:
        return redirect(links.person(seen.item.handle))
    who = face(call, seen)
    if who.gone is not None:
        status, headers = gone_with(call, who.gone)
        return await pages.render(call, "withheld_person.html", status, headers, face=who, title=who.gone.title)
    posts = await profile.page(
        reads,
        viewer,
        seen.item.id,
        args.cursor(),
        exclude_replies=args.show == "",
        only_media=args.show == "media",
        messages=False,  # they have pages of their own; among posts they would look as if everybody read them
    )
    first = args.show == "" and args.max_id is None and args.min_id is None
    pinned = await profile.pinned(reads, viewer, seen.item.id) if first else []
    on_top = {one.item.id for one in pinned}
    below = [post for post in posts.items if post.item.id not in on_top]
    featured = await tags.featured(reads, viewer, seen.item.id)
    moved = (await people.moved(reads, viewer, (seen,))).get(seen.item.id)
    ties = await _ties(call, seen.item.id)
    return await pages.render(
        call,
        "person.html",
        face=who,
        posts=await cards(call, below),
        pinned=await cards(call, pinned),
        ties=ties,
        wanted=_languages_offered(call, ties),
        featured=featured,
        **await _lists_with(call, seen.item.id),
        moved=None if moved is None or moved.withheld else moved.item,
        show=args.show,
        pager=pager(call, posts, show=args.show),
        title=f"{seen.item.shown_name} (@{seen.item.handle})",
        shared=links.preview_of_person(seen.item),
        avatar=links.avatar(seen.item),
        header=links.header(seen.item),
        stated=await faraway.statements(call, seen.item),
    )


async def follow_terms(call: Call[FollowTermsTyped]) -> Answer:
    """On these terms from now on. Raises NotFound where neither a follow nor a request stands: none is begun here."""
    typed, square = call.args, call.house.square
    ties = await _ties(call, typed.id)
    if ties is None or not (ties.following or ties.requested):
        raise NotFound
    await graph.follow(
        square, call.viewer, typed.id, reposts=typed.reposts, notify=typed.notify, languages=typed.languages
    )
    return redirect(links.back(typed.next))


def _languages_offered(call: Call[Any], ties: people.Ties | None) -> Collection[str]:
    """In which languages somebody can be followed: those one reads first. Empty: they are not followed."""
    if ties is None or not (ties.following or ties.requested):
        return ()
    return dict.fromkeys((*(pages.reads_of(call) or ()), *appearance.OFFERED, *ties.languages))


async def card(call: Call[PersonAsked]) -> Answer:
    """The profile in short, for whoever points at a name. Raises NotFound where there is only a notice to be read."""
    seen = await _named(call)
    who = face(call, seen)
    if who.gone is not None:
        raise NotFound
    return await pages.render(
        call,
        "parts/person_card.html",
        face=who,
        ties=await _ties(call, seen.item.id),
        here=links.person(seen.item.handle),
    )


async def tagged(call: Call[PersonTagAsked]) -> Answer:
    """What somebody wrote with a tag, in any spelling; the profile's notice stands here too."""
    reads, viewer, args = call.house.reads, call.viewer, call.args
    seen = await _named(call)
    who = face(call, seen)
    if who.gone is not None:
        return redirect(links.person(seen.item.handle))
    name = args.name.lstrip("#＃")
    if not count_key(name):
        raise NotFound
    posts = await profile.page(reads, viewer, seen.item.id, args.cursor(), tagged=name, messages=False)
    return await pages.render(
        call,
        "person_tagged.html",
        face=who,
        posts=await cards(call, posts.items),
        tag=name,
        pager=pager(call, posts),
        title=f"#{name} · {seen.item.shown_name} (@{seen.item.handle})",
    )


def gone_with(call: Call[Any], gone: Limit) -> tuple[int, list[tuple[str, str]]]:
    """The status and the headers of a page in whose place a notice stands: 451 or 410."""
    if gone.suspended:
        return 410, [("cache-control", "private, no-store"), ("x-robots-tag", "noindex")]
    by = call.house.settings.origin + gone.path.partition("?")[0]  # the order's page, wherever in it this is found
    return 451, [*blocked_by(by), ("x-robots-tag", "noindex")]


async def followers(call: Call[PersonAsked]) -> Answer:
    seen = await _named(call)
    page = await people_lists.followers(call.house.reads, call.viewer, seen.item.id, call.args.cursor())
    return await people_page(call, page, N_("Followers"), N_("Nobody follows this account yet."), of=seen.item)


async def following(call: Call[PersonAsked]) -> Answer:
    seen = await _named(call)
    page = await people_lists.following(call.house.reads, call.viewer, seen.item.id, call.args.cursor())
    return await people_page(call, page, N_("Following"), N_("This account follows nobody yet."), of=seen.item)


async def blocked(call: Call[Paged]) -> Answer:
    page = await people_lists.blocked(call.house.reads, call.viewer, call.args.cursor())
    return await people_page(
        call,
        page,
        N_("Blocked accounts"),
        N_("You have blocked nobody. People whom you block cannot follow you. It is done in the menu of a profile."),
        act="unblock",
    )


async def muted(call: Call[Paged]) -> Answer:
    page = await people_lists.muted(call.house.reads, call.viewer, call.args.cursor())
    return await people_page(
        call,
        page,
        N_("Muted accounts"),
        N_("You have muted nobody. You do not see what muted people post, and they do not learn of it."),
        act="unmute",
    )


async def asking(call: Call[Paged]) -> Answer:
    page = await people_lists.asking(call.house.reads, call.viewer, call.args.cursor())
    return await people_page(
        call,
        page,
        N_("Follow requests"),
        N_("Nobody asks to follow you. Where you wish to be asked first, whoever asks stands here."),
        act="grant",
    )


async def people_page(
    call: Call[Any],
    page: Page[Visible[Person]],
    title: str,
    nobody: str = N_("Nobody is here yet."),
    *,
    of: Person | None = None,
    back: str = "",
    act: str = "",
) -> Answer:
    """A list of people, or `nobody` where it is empty. `act`: what can be done to each of them on the page."""
    return await pages.render(
        call,
        "people.html",
        people=[face(call, seen) for seen in page.items],
        titled=title,
        nobody=words(call.viewer.language).gettext(nobody),
        pager=pager(call, page),
        of=of,
        back=back or (links.person(of.handle) if of else ""),
        act=act,
    )


async def _named(call: Call[Any]) -> Visible[Person]:
    return await people.named(call.house.reads, call.viewer, call.args.handle)


async def _lists_with(call: Call[Any], them: int) -> dict[str, Any]:
    """The viewer's lists, and those in which somebody stands; nothing for strangers."""
    if call.viewer.account in (None, them):
        return {"lists": [], "held": frozenset[int]()}
    held = {one.id for one in await lists.holding(call.house.reads, call.viewer, them)}
    return {"lists": await lists.of_viewer(call.house.reads, call.viewer), "held": held}


async def _ties(call: Call[Any], them: int) -> people.Ties | None:
    """What stands between the viewer and somebody; None for strangers and for oneself."""
    if call.viewer.account in (None, them):
        return None
    found = await people.between(call.house.reads, call.viewer, [them])
    return found[0][1] if found else None


ROUTES: tuple[Route, ...] = (
    get("/@{handle}", person, Surface.PROFILE, **OPEN_PAGE, **pages.KEPT),
    post("/people/{id}/terms", follow_terms, Surface.OWN, **PAGE),
    get("/@{handle}/card", card, Surface.PROFILE, **OPEN_PAGE),
    get("/@{handle}/tagged/{name}", tagged, Surface.ACCOUNT, **OPEN_PAGE),
    get("/@{handle}/followers", followers, Surface.PEOPLE, **OPEN_PAGE),
    get("/@{handle}/following", following, Surface.PEOPLE, **OPEN_PAGE),
    get("/settings/blocks", blocked, Surface.OWN, **PAGE),
    get("/settings/mutes", muted, Surface.OWN, **PAGE),
    get("/requests", asking, Surface.OWN, **PAGE),
)

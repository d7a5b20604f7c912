"""Pages of people: a profile with its posts, and the lists of who follows whom."""

from typing import Any

from chaupal.kernel.errors import NotFound
from chaupal.policy.sealed import Visible
from chaupal.policy.surface import Surface
from chaupal.policy.things import Person
from chaupal.reads import crowds, people, profile, relations
from chaupal.reads.page import Page
from chaupal.web import links, pages
from chaupal.web.cards import cards, face
from chaupal.web.errors import blocked_by
from chaupal.web.reading import beside, pager
from chaupal.web.words import N_, words
from chaupal.wire.call import Answer, Call, redirect
from chaupal.wire.paging import Paged
from chaupal.wire.route import Route, Shape, get


class OfPerson(Paged, kw_only=True):
    """A page of something of somebody's. `show`: `replies` or `media`, else their own posts and reposts."""

    handle: str
    show: str = ""


async def person(call: Call[OfPerson]) -> Answer:
    """A profile; where a ruling withholds the account there is a notice in its place, with status 451."""
    reads, viewer, args = call.house.reads, call.viewer, call.args
    seen = await _named(call)
    if seen.item.handle != args.handle:
        return redirect(links.person(seen.item.handle))
    who = face(call, seen)
    if who.gone is not None:
        headers = blocked_by(call.house.settings.origin + who.gone.path)
        title = words(viewer.language).gettext("Withheld in your country on a legal order")
        return await pages.render(call, "withheld_person.html", 451, headers, face=who, title=title)
    posts = await profile.page(
        reads, viewer, seen.item.id, args.cursor(), exclude_replies=args.show == "", only_media=args.show == "media"
    )
    authors = await people.of_posts(reads, viewer, posts.items)

    async def draw() -> Answer:
        return await pages.render(
            call, "person.html", face=who, posts=await cards(call, posts.items), ties=await _ties(call, seen.item.id),
            show=args.show, pager=pager(call, posts, show=args.show), title=f"{seen.item.shown_name} (@{seen.item.handle})",
            avatar=links.avatar(seen.item), header=links.header(seen.item), aside=await beside(call),
        )  # fmt: skip

    made_of = [seen.item, *(p.item for p in posts.items), *(a.item for a in authors.values())]
    return await pages.kept(call, made_of, draw)


async def followers(call: Call[OfPerson]) -> Answer:
    seen = await _named(call)
    page = await crowds.followers(call.house.reads, call.viewer, seen.item.id, call.args.cursor())
    return await people_page(call, page, N_("Followers"), of=seen.item)


async def following(call: Call[OfPerson]) -> Answer:
    seen = await _named(call)
    page = await crowds.following(call.house.reads, call.viewer, seen.item.id, call.args.cursor())
    return await people_page(call, page, N_("Following"), of=seen.item)


async def blocked(call: Call[Paged]) -> Answer:
    page = await crowds.blocked(call.house.reads, call.viewer, call.args.cursor())
    return await people_page(call, page, N_("Blocked accounts"), act="unblock")


async def muted(call: Call[Paged]) -> Answer:
    page = await crowds.muted(call.house.reads, call.viewer, call.args.cursor())
    return await people_page(call, page, N_("Muted accounts"), act="unmute")


async def asking(call: Call[Paged]) -> Answer:
    page = await crowds.asking(call.house.reads, call.viewer, call.args.cursor())
    return await people_page(call, page, N_("Follow requests"), act="grant")


async def people_page(
    call: Call[Any], page: Page[Visible[Person]], title: str, *, of: Person | None = None, back: str = "", act: str = ""
) -> Answer:
    """A list of people. `act`: what can be done to each of them on the page."""
    return await pages.render(
        call, "people.html", people=[face(call, seen) for seen in page.items], title=words(call.viewer.language).gettext(title),
        pager=pager(call, page), of=of, back=back or (links.person(of.handle) if of else ""), act=act,
    )  # fmt: skip


async def _named(call: Call[OfPerson]) -> Visible[Person]:
    if "@" in call.args.handle:
        raise NotFound  # people of other servers have no page here
    return await people.named(call.house.reads, call.viewer, call.args.handle)


async def _ties(call: Call[Any], them: int) -> Any:
    """What stands between the viewer and somebody; None for strangers and for oneself."""
    if call.viewer.account in (None, them):
        return None
    found = await relations.between(call.house.reads, call.viewer, [them])
    return found[0][1] if found else None


OPEN: dict[str, Any] = {"shape": Shape.PAGE, "public": True, "takes": OfPerson}
OWN: dict[str, Any] = {"shape": Shape.PAGE, "takes": Paged}

ROUTES: tuple[Route, ...] = (
    get("/@{handle}", person, Surface.PROFILE, **OPEN),
    get("/@{handle}/followers", followers, Surface.PEOPLE, **OPEN),
    get("/@{handle}/following", following, Surface.PEOPLE, **OPEN),
    get("/settings/blocks", blocked, Surface.OWN, **OWN),
    get("/settings/mutes", muted, Surface.OWN, **OWN),
    get("/requests", asking, Surface.OWN, **OWN),
)

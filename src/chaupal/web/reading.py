"""Reading pages: the front, home, the square and its languages, tags, what one saved and liked."""

from collections.abc import Sequence
from typing import Any

from chaupal.policy.sealed import Visible
from chaupal.policy.surface import Surface
from chaupal.policy.things import Post
from chaupal.reads import home, public, saved, tags, trends
from chaupal.reads.page import Page
from chaupal.text.language import LANGUAGES, check_language
from chaupal.web import links, pages, writing
from chaupal.web.cards import cards, once
from chaupal.web.words import N_, own_name, words
from chaupal.wire.call import Answer, Call, redirect
from chaupal.wire.paging import Paged
from chaupal.wire.route import Nothing, Route, Shape, get

# The languages whose feeds are offered from the start; of the others one is told by a post in it.
OFFERED = tuple(LANGUAGES)[:13]
TRENDS = 8

type Posts = Page[Visible[Post]]


class InLanguage(Paged, kw_only=True):
    """A page of one language's feed."""

    language: str


class OfTag(Paged, kw_only=True):
    """A page of a tag, in any spelling."""

    tag: str


async def front(call: Call[Paged]) -> Answer:
    """Home for those who are signed in; for everybody else what the square is, and its newest posts."""
    reads, viewer = call.house.reads, call.viewer
    if viewer.account is not None:
        posts = await home.page(reads, viewer, call.args.cursor())
        return await posts_page(
            call, "home.html", posts, title=said(call, N_("Home")), **writing.form(call, await writing.blank(call))
        )
    posts = await public.page(reads, viewer, call.args.cursor())
    return await posts_page(call, "front.html", posts)


async def square(call: Call[Paged]) -> Answer:
    """Public posts of everybody here."""
    posts = await public.page(call.house.reads, call.viewer, call.args.cursor())
    return await posts_page(call, "public.html", posts, title=said(call, N_("The square")), language="")


async def language(call: Call[InLanguage]) -> Answer:
    """The square in one language; an unusual spelling of its code leads to the usual one."""
    code = check_language(call.args.language)
    if code is None or code != call.args.language:
        return redirect(f"/public/{code}" if code else "/public")
    posts = await public.page(call.house.reads, call.viewer, call.args.cursor(), code)
    return await posts_page(call, "public.html", posts, title=own_name(code), language=code)


async def tag(call: Call[OfTag]) -> Answer:
    """Public posts with a tag, in whatever spelling."""
    reads, name = call.house.reads, call.args.tag.lstrip("#＃")
    found = await tags.one(reads, call.viewer, name)
    posts = await public.tagged(reads, call.viewer, name, call.args.cursor())
    return await posts_page(call, "tag.html", posts, title=f"#{found.name}", tag=found)


async def kept(call: Call[Paged]) -> Answer:
    posts = await saved.saved(call.house.reads, call.viewer, call.args.cursor())
    return await posts_page(call, "saved.html", posts, title=said(call, N_("Saved posts")), kind="saved")


async def liked(call: Call[Paged]) -> Answer:
    posts = await saved.liked(call.house.reads, call.viewer, call.args.cursor())
    return await posts_page(call, "saved.html", posts, title=said(call, N_("Liked posts")), kind="liked")


async def about(call: Call[Any]) -> Answer:
    return await pages.render(call, "about.html", title=said(call, N_("About")), aside=await beside(call))


async def posts_page(call: Call[Any], template: str, posts: Posts, **context: Any) -> Answer:
    """A page of a list of posts, with the links to the pages before and after it, and what is talked about beside it."""
    return await pages.render(
        call, template, posts=once(await cards(call, posts.items)), pager=pager(call, posts), aside=await beside(call),
        offered=OFFERED, **context,
    )  # fmt: skip


def pager(call: Call[Any], page: Page[Any], **kept: str) -> dict[str, str]:
    """`older`, `newest`: addresses, empty where there is nowhere to go."""
    path = pages.path_of(call)
    turned = bool(call.args.max_id or call.args.min_id or call.args.since_id)
    return {
        "older": links.query(path, **kept, max_id=page.next) if page.next is not None else "",
        "newest": links.query(path, **kept) if turned else "",
    }


async def beside(call: Call[Any]) -> dict[str, Sequence[Any]]:
    """What stands beside the lists on wide screens: what is talked about, in the viewer's language first."""
    reads, viewer = call.house.reads, call.viewer
    ours = await trends.tags(reads, viewer, viewer.language, TRENDS)
    rest = await trends.tags(reads, viewer, None, 2 * TRENDS) if len(ours) < TRENDS else []
    known = {t.key for t in ours}
    return {"trends": [*ours, *(t for t in rest if t.key not in known)][:TRENDS]}


def said(call: Call[Any], text: str) -> str:
    """A text marked with N_, in the viewer's language."""
    return words(call.viewer.language).gettext(text)


PAGE: dict[str, Any] = {"shape": Shape.PAGE, "public": True, "takes": Paged}
OWN: dict[str, Any] = {"shape": Shape.PAGE, "takes": Paged}

ROUTES: tuple[Route, ...] = (
    get("/", front, Surface.HOME, **PAGE),
    get("/public", square, Surface.PUBLIC, **PAGE),
    get("/public/{language}", language, Surface.PUBLIC, **PAGE | {"takes": InLanguage}),
    get("/tags/{tag}", tag, Surface.TAG, **PAGE | {"takes": OfTag}),
    get("/saved", kept, Surface.SAVED, **OWN),
    get("/likes", liked, Surface.SAVED, **OWN),
    get("/about", about, Surface.TRENDS, **PAGE | {"takes": Nothing}),
)

"""Reading pages: the front, home, the square and its languages, tags, what one saved and liked."""

from typing import Any

from msgspec.structs import replace

from chaupal.governance.laws import house_texts
from chaupal.http.call import OPEN_PAGE, PAGE, Answer, Call, Route, get, redirect
from chaupal.http.paging import Paged
from chaupal.kernel.errors import NotFound
from chaupal.policy.narrow import Scope
from chaupal.policy.sealed import Visible
from chaupal.policy.things import Post
from chaupal.policy.viewer import Surface
from chaupal.reads.explore import tags, trends
from chaupal.reads.page import Page
from chaupal.reads.timelines import home, public, saved
from chaupal.text.language import check_language
from chaupal.web import links, pages
from chaupal.web.account import appearance
from chaupal.web.square import explore, live, writing
from chaupal.web.square.cards import NONE, Along, cards, once
from chaupal.web.square.house_texts import written
from chaupal.web.words import N_, own_name, translated

FIRST = 2  # posts before the one that is withheld
FEW = 5  # posts at home: who has fewer is shown people, too
MEET, AROUND = 5, 10  # so many of each

type Posts = Page[Visible[Post]]


class PublicAsked(Paged, kw_only=True):
    """A page of everybody's posts. `all`: in every language, not only in those one reads."""

    all: bool = False


class LanguageAsked(Paged, kw_only=True):
    """A page of one language's feed."""

    language: str


class TagAsked(Paged, kw_only=True):
    """A page of a tag, in any spelling."""

    tag: str


async def front(call: Call[PublicAsked]) -> Answer:
    """Home for those who are signed in; for everybody else what the square is, and its newest posts, one of them withheld."""
    reads, viewer = call.house.reads, call.viewer
    if viewer.account is not None:
        posts = await home.page(reads, viewer, call.args.cursor())
        return await posts_page(
            call,
            "home.html",
            posts,
            title=translated(call, N_("Home")),
            live=live_of("home"),
            along=posts.along,
            home_in=posts.languages,
            **await _company(call, posts),
            **writing.form(call, await writing.blank(call)),
        )
    example = None if _turned(call) else await public.withheld_here(reads, viewer)
    return await _square(call, "front.html", example)


async def _company(call: Call[PublicAsked], posts: Posts) -> dict[str, Any]:
    """What a nearly empty home shows besides: suggestions with reasons, and where there are no posts at all the local timeline."""
    if len(posts.items) >= FEW or _turned(call):
        return {"meet": [], "around": []}
    meet = await explore.introduced(call, MEET)
    if any(seen.item.author != call.viewer.account for seen in posts.items):
        return {"meet": meet, "around": []}
    square = await public.page(call.house.reads, call.viewer, call.args.cursor(), languages=pages.reads_of(call) or ())
    around = [seen for seen in square.items if seen.item.author != call.viewer.account]
    return {"meet": meet, "around": await cards(call, around[:AROUND])}


async def square(call: Call[PublicAsked]) -> Answer:
    """Public posts of everybody here."""
    return await _square(call, "public.html", title=translated(call, N_("Local")), language="")


async def everywhere(call: Call[PublicAsked]) -> Answer:
    """Public posts of everybody here, and of people of other servers that have come here. Raises NotFound where none do."""
    _check_federates(call)
    return await _square(call, "public.html", title=translated(call, N_("Everywhere")), language="", scope="all")


def _check_federates(call: Call[Any]) -> None:
    if not call.house.settings.federates:
        raise NotFound


async def _square(
    call: Call[PublicAsked],
    template: str,
    example: Visible[Post] | None = None,
    *,
    scope: Scope = "here",
    **context: Any,
) -> Answer:
    """Posts in the languages that the viewer reads, or in all of them; `example` among the first."""
    everything = call.args.all
    chosen = () if everything else pages.reads_of(call) or ()
    posts = await public.page(call.house.reads, call.viewer, call.args.cursor(), languages=chosen, scope=scope)
    if example is not None and posts.items:
        posts = replace(posts, items=[*posts.items[:FIRST], example, *posts.items[FIRST:]])
    return await posts_page(
        call,
        template,
        posts,
        {"all": "1"} if everything else {},
        all=everything,
        at=AT[scope],
        live=live_of(HEARD[scope], languages=",".join(chosen)),
        **context,
    )


# Where the posts of this server's people stand, and those of everybody; and as what an open page hears of them.
AT: dict[Scope, str] = {"here": "/public", "all": "/everywhere"}
HEARD: dict[Scope, str] = {"here": "public", "all": "everywhere"}


async def language(call: Call[LanguageAsked]) -> Answer:
    """The square in one language; an unusual spelling of its code leads to the usual one."""
    return await _language(call, "here")


async def language_everywhere(call: Call[LanguageAsked]) -> Answer:
    """The same of everybody's posts. Raises NotFound where there are no other servers'."""
    _check_federates(call)
    return await _language(call, "all")


async def _language(call: Call[LanguageAsked], scope: Scope) -> Answer:
    code = check_language(call.args.language)
    if code is None or code != call.args.language:
        return redirect(f"{AT[scope]}/{code}" if code else AT[scope])
    posts = await public.page(call.house.reads, call.viewer, call.args.cursor(), code, scope=scope)
    return await posts_page(
        call,
        "public.html",
        posts,
        title=own_name(code),
        language=code,
        all=True,
        at=AT[scope],
        live=live_of(HEARD[scope], languages=code),
    )


async def tag(call: Call[TagAsked]) -> Answer:
    """Public posts with a tag, in whatever spelling."""
    reads, name = call.house.reads, call.args.tag.lstrip("#＃")
    if name.endswith(links.RSS):
        return redirect(links.feed(links.tag(name.removesuffix(links.RSS))))
    found = await tags.by_name(reads, call.viewer, name)
    posts = await public.tagged(reads, call.viewer, name, call.args.cursor())
    return await posts_page(
        call,
        "tag.html",
        posts,
        title=f"#{found.name}",
        tag=found,
        today=await trends.said_today(reads, call.viewer, found.key),
        mine=await tags.of_viewer(reads, call.viewer),
        live=live_of("tag", tag=name),
    )


async def show_saved(call: Call[Paged]) -> Answer:
    posts = await saved.saved(call.house.reads, call.viewer, call.args.cursor())
    return await posts_page(call, "saved.html", posts, title=translated(call, N_("Saved posts")), kind="saved")


async def liked(call: Call[Paged]) -> Answer:
    posts = await saved.liked(call.house.reads, call.viewer, call.args.cursor())
    return await posts_page(call, "saved.html", posts, title=translated(call, N_("Liked posts")), kind="liked")


async def about(call: Call[Any]) -> Answer:
    court = call.house.court
    book = court.rules.current(court.clock())
    own = await house_texts.latest(court, house_texts.ABOUT)
    return await pages.render(
        call,
        "about.html",
        titled=N_("About"),
        book=book,
        # The shipped one is in the catalogues; an operator's is as it is.
        description=translated(call, call.house.settings.description),
        own_words=written(own, call.viewer.language) if own else "",
    )


async def posts_page(
    call: Call[Any],
    template: str,
    posts: Posts,
    kept: dict[str, str] | None = None,
    along: Along = NONE,
    **context: Any,
) -> Answer:
    """A page of a list of posts, with the links to the pages before and after it (`kept` stays in them)."""
    return await pages.render(
        call,
        template,
        posts=once(await cards(call, posts.items, along)),
        pager=pager(call, posts, **(kept or {})),
        offered=appearance.OFFERED,
        **appearance.strip(call),
        **context,
    )


def live_of(what: str, **more: str) -> str:
    """Where an open page hears what comes to its list."""
    return links.query(live.LIVE, of=what, **more)


def pager(call: Call[Any], page: Page[Any], **kept: str) -> dict[str, str]:
    """`older`, `newest`: addresses, empty where there is nowhere to go."""
    path = pages.path_of(call)
    return {
        "older": links.query(path, **kept, max_id=page.next) if page.next is not None else "",
        "newest": links.query(path, **kept) if _turned(call) else "",
    }


def _turned(call: Call[Any]) -> bool:
    """Whether it is another page than the first."""
    return bool(call.args.max_id or call.args.min_id or call.args.since_id)


KEPT: dict[str, Any] = OPEN_PAGE | pages.KEPT

ROUTES: tuple[Route, ...] = (
    get("/", front, Surface.HOME, **KEPT),
    get("/public", square, Surface.PUBLIC, **KEPT),
    get("/public/{language}", language, Surface.PUBLIC, **KEPT),
    get("/everywhere", everywhere, Surface.PUBLIC, **KEPT),
    get("/everywhere/{language}", language_everywhere, Surface.PUBLIC, **KEPT),
    get("/tags/{tag}", tag, Surface.TAG, **KEPT),
    get("/saved", show_saved, Surface.SAVED, **PAGE),
    get("/likes", liked, Surface.SAVED, **PAGE),
    get("/about", about, Surface.TRENDS, **OPEN_PAGE),
)

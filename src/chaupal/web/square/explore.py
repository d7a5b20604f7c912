"""Explore: what is talked about and linked to, posts that many liked, and people one may like to follow, each with the reason."""

from typing import Any

import msgspec

from chaupal.http.call import OPEN_PAGE, Answer, Call, Nothing, Route, get
from chaupal.http.paging import Paged
from chaupal.kernel.clock import HOUR
from chaupal.policy.viewer import Surface
from chaupal.reads.explore import trending_links, trends
from chaupal.reads.people import people as people_reads, suggestions
from chaupal.reads.people.suggestions import FRIENDS, LANGUAGE, TAGS, SuggestionReason
from chaupal.reads.timelines import home
from chaupal.web import pages
from chaupal.web.square.cards import Face, cards, face
from chaupal.web.square.reading import posts_page
from chaupal.web.words import N_, translated, words

MOST_TAGS, MOST_POSTS, MOST_LINKS, MOST_PEOPLE = 20, 20, 20, 40


class LinkAsked(Paged, kw_only=True):
    """A link by its address."""

    url: str


async def tags(call: Call[Nothing]) -> Answer:
    found = await trends.tags(call.house.reads, call.viewer, None, MOST_TAGS)
    return await _page(call, "tags", tags=found)


async def posts(call: Call[Nothing]) -> Answer:
    found = await trends.posts(call.house.reads, call.viewer, None, MOST_POSTS)
    return await _page(call, "posts", posts=await cards(call, found))


async def links(call: Call[Nothing]) -> Answer:
    found = await trending_links.links(call.house.reads, call.viewer, None, MOST_LINKS)
    return await _page(
        call,
        "links",
        found=found,
        by=await people_reads.bylines_of(call.house.reads, call.viewer, [one.seen for one in found]),
    )


async def link(call: Call[LinkAsked]) -> Answer:
    """What people say with one link. Not there once it trends no more."""
    url = call.args.url
    posts = await trending_links.posts(call.house.reads, call.viewer, url, call.args.cursor())
    title = next((one.item.card.title for one in posts.items if one.item.card is not None), "")
    return await posts_page(
        call, "keeping/explore_link.html", posts, {"url": url}, url=url, title=title or translated(call, N_("Links"))
    )


async def people(call: Call[Nothing]) -> Answer:
    """Suggestions with their reasons for those who are signed in; the directory for everybody."""
    reads, viewer = call.house.reads, call.viewer
    found = await suggested(call, MOST_PEOPLE) if viewer.account is not None else []
    listed = await suggestions.directory(reads, viewer, limit=MOST_PEOPLE)
    known = {one.face.person.id for one in found} | {viewer.account}
    directory = [Introduced(face(call, seen)) for seen in listed if seen.item.id not in known]
    return await _page(call, "people", suggested=found, directory=directory)


# By which all of these, and homes, are ordered: the page names each number.
COUNTED = {
    "falloff": home.FALLOFF,
    "window": trends.WINDOW // HOUR,
    "half_life": trends.HALF_LIFE // HOUR,
    "least_authors": trends.LEAST_AUTHORS,
    "repost_weight": trends.REPOST_WEIGHT,
}


async def algorithms(call: Call[Nothing]) -> Answer:
    """In which order things stand here, and by which numbers."""
    return await pages.render(call, "algorithms.html", of=COUNTED, titled=N_("In which order things stand here"))


async def _page(call: Call[Any], kind: str, **parts: Any) -> Answer:
    empty: dict[str, Any] = {"tags": [], "posts": [], "suggested": [], "directory": [], "found": [], "by": {}}
    return await pages.render(call, "keeping/explore.html", kind=kind, titled=N_("Explore"), **empty | parts)


MANY = 10  # followers, from which on their number is not said
LATELY = SuggestionReason("lately")  # who stands here for no better reason than that they wrote


class Introduced(msgspec.Struct, frozen=True):
    """Somebody with the reason, in words, why they stand here; empty in the directory."""

    face: Face
    why: str = ""


async def suggested(call: Call[Any], most: int) -> list[Introduced]:
    """Suggestions for the viewer, who is signed in: the better the reason, the earlier."""
    reads = pages.reads_of(call) or ()
    found = await suggestions.page(call.house.reads, call.viewer, most, reads)
    return [Introduced(face(call, one.person), reason_text(call, one.why[0])) for one in found]


async def introduced(call: Call[Any], most: int) -> list[Introduced]:
    """People who want to be found, for a young server on which few are followed yet."""
    found = await suggested(call, most)
    if len(found) >= most:
        return found
    known = {one.face.person.id for one in found} | {call.viewer.me}
    ours = {call.viewer.language, *(pages.reads_of(call) or ())}
    more = [
        Introduced(
            face(call, seen), reason_text(call, SuggestionReason(LANGUAGE) if seen.item.language in ours else LATELY)
        )
        for seen in await suggestions.unmet(call.house.reads, call.viewer, most + len(known))
        if seen.item.id not in known
    ]
    return [*found, *more][:most]


def reason_text(call: Call[Any], why: SuggestionReason) -> str:
    """A reason, in the viewer's language."""
    told = words(call.viewer.language)
    if why.kind == FRIENDS and why.friend is not None:
        name, more = why.friend.item.shown_name, why.count - 1
        if not more:
            return told.gettext(N_("Followed by %(name)s")) % {"name": name}
        text = told.ngettext("Followed by %(name)s and %(n)s more", "Followed by %(name)s and %(n)s more", more)
        return text % {"name": name, "n": told.number(more)}
    if why.kind == FRIENDS:
        return told.gettext(N_("Followed by people whom you follow"))
    if why.kind == TAGS:
        return told.gettext(N_("Writes about #%(tag)s, as you do")) % {"tag": why.tag}
    if why is LATELY:
        return told.gettext(N_("Wrote here lately"))
    if why.kind == LANGUAGE:
        return told.gettext(N_("Writes in your language"))
    if why.count >= MANY:
        return told.gettext(N_("Followed by many"))
    text = told.ngettext("Followed by %(n)s person", "Followed by %(n)s people", why.count)
    return text % {"n": told.number(why.count)} if why.count else told.gettext(N_("Is on this server"))


ROUTES: tuple[Route, ...] = (
    get("/explore", tags, Surface.TRENDS, **OPEN_PAGE),
    get("/explore/posts", posts, Surface.TRENDS, **OPEN_PAGE),
    get("/explore/links", links, Surface.TRENDS, **OPEN_PAGE),
    get("/explore/link", link, Surface.PUBLIC, **OPEN_PAGE),
    get("/explore/people", people, Surface.SUGGEST, **OPEN_PAGE),
    get("/about/algorithms", algorithms, Surface.NONE, **OPEN_PAGE),
)

"""Posts as feeds (Atom): of a person and of a tag. What is withheld where the reader is stands in no feed there."""

from collections.abc import Sequence
from typing import Any

import msgspec

from chaupal.http.call import Answer, Call, Route, Shape, get
from chaupal.kernel.errors import NotFound
from chaupal.policy.sealed import Visible
from chaupal.policy.things import Person, Post
from chaupal.policy.viewer import Surface
from chaupal.reads.explore import tags
from chaupal.reads.people import people
from chaupal.reads.timelines import public
from chaupal.text.length import truncate
from chaupal.web import links
from chaupal.web.square import atom
from chaupal.web.square.cards import face
from chaupal.web.square.persons import gone_with
from chaupal.web.words import N_, words

TITLE = 80  # letters of a post in the title of its entry


class PersonFeedAsked(msgspec.Struct):
    """Whose posts."""

    handle: str


class TagFeedAsked(msgspec.Struct):
    """A tag, in any spelling."""

    tag: str


async def person(call: Call[PersonFeedAsked]) -> Answer:
    """Somebody's newest public posts. Withheld where the reader is, it answers 451; suspended, 410; both without words."""
    seen = await people.named(call.house.reads, call.viewer, call.args.handle.removeprefix("@"))
    if seen.item.server:
        raise NotFound  # their own server tells of it
    if (gone := face(call, seen).gone) is not None:
        status, headers = gone_with(call, gone)
        return Answer(b"", status, atom.MIME, headers)
    who = seen.item
    found = await public.of_person(call.house.reads, call.viewer, who.id)
    return await _answer(
        call, found.items, f"{who.shown_name} (@{who.handle})", links.person(who.handle), who.shown_name
    )


async def tag(call: Call[TagFeedAsked]) -> Answer:
    """The newest public posts with a tag."""
    name = call.args.tag.lstrip("#＃")
    known = await tags.by_name(call.house.reads, call.viewer, name)
    found = await public.of_tag(call.house.reads, call.viewer, name)
    return await _answer(call, found.items, f"#{known.name}", links.tag(known.name), call.house.settings.domain)


async def _answer(call: Call[Any], posts: Sequence[Visible[Post]], title: str, page: str, author: str) -> Answer:
    settings = call.house.settings
    authors = await people.of_posts(call.house.reads, call.viewer, posts)
    feed = atom.AtomFeed(
        address=settings.origin + links.feed(page),
        title=f"{title} · {settings.title_in(call.viewer.language)}",
        author=author,
        language=call.viewer.language,
        link=settings.origin + page,
    )
    entries = [_entry(call, seen.item, authors[seen.item.author].item) for seen in posts if seen.item.author in authors]
    return atom.answer(call, feed, entries)


def _entry(call: Call[Any], post: Post, author: Person) -> atom.AtomEntry:
    """What its author put behind a warning stays behind it: the warning stands for the words and the pictures."""
    origin = call.house.settings.origin
    address = origin + links.path_of(post, author)
    said = " ".join((post.spoiler or post.text).split())
    covered = bool(post.spoiler or post.sensitive)
    return atom.AtomEntry(
        id=address,
        link=address,
        updated=post.edited_at or post.created_at,
        published=post.created_at,
        title=truncate(said, TITLE) or words(call.viewer.language).gettext(PICTURES),
        author=author.shown_name,
        language=post.language,
        html="" if post.spoiler else post.html,
        enclosures=() if covered else tuple((origin + links.picture(p, "original"), p.mime) for p in post.pictures),
    )


PICTURES = N_("Pictures without words")

OPEN: dict[str, Any] = {"shape": Shape.FILE, "public": True, "limit": (120, 60)}

ROUTES: tuple[Route, ...] = (
    get("/@{handle}/feed.atom", person, Surface.FEED, **OPEN),
    get("/tags/{tag}/feed.atom", tag, Surface.FEED, **OPEN),
)

"""The timelines that everybody reads: the square, one language of it, one tag of it; and what feeds tell of a person or a tag."""

from collections.abc import Sequence

from chaupal.policy.facts import Visibility
from chaupal.policy.narrow import Scope
from chaupal.policy.sealed import Visible
from chaupal.policy.things import Post
from chaupal.policy.verdict import Placeholder
from chaupal.policy.viewer import Surface, Viewer
from chaupal.reads.context import Reads
from chaupal.reads.page import Cursor, Page, listed_page, shown
from chaupal.store.court import rulings
from chaupal.store.machine.dialect import listed
from chaupal.store.square import posts
from chaupal.text import fold

MOST_TAGS = 8  # beside the first, per list
LOOKED_AT = 50  # posts that are withheld somewhere, for one that is withheld here


async def page(
    reads: Reads,
    viewer: Viewer,
    cursor: Cursor,
    language: str | None = None,
    *,
    languages: Sequence[str] = (),
    only_media: bool = False,
    scope: Scope = "here",
) -> Page[Visible[Post]]:
    """Public posts, newest first; in one language where one is named, or in several."""
    scope = _as_far_as(reads, scope)
    async with reads.work.reading() as reading:
        if only_media:
            return await listed_page(reading, viewer, Surface.PUBLIC, posts.LISTED_MEDIA[scope], cursor)
        if language:
            return await listed_page(reading, viewer, Surface.PUBLIC, posts.LISTED_IN[scope], cursor, language=language)
        if languages:
            params = {"languages": listed(languages)}
            return await listed_page(reading, viewer, Surface.PUBLIC, posts.LISTED_IN_ANY[scope], cursor, **params)
        return await listed_page(reading, viewer, Surface.PUBLIC, posts.ALL_LISTED[scope], cursor)


def _as_far_as(reads: Reads, scope: Scope) -> Scope:
    """Whoever asks for everything is given what is here, where the square speaks to no other: that list is one look."""
    return "here" if scope == "all" and reads.settings.federation == "off" else scope


async def withheld_here(reads: Reads, viewer: Viewer) -> Visible[Post] | None:
    """What was withheld last where the viewer is, as its own page tells it: an example for who has never seen one.

    Lists leave such posts out; this is one by itself. None where nothing of that kind may be told.
    """
    async with reads.work.reading() as reading:
        ids = await rulings.newest_withheld(reading, LOOKED_AT)
        for seen in await shown(reading, viewer, Surface.STATUS, ids):
            told = seen.verdict
            if (
                isinstance(told, Placeholder)
                and told.scope == "post"
                and not told.ruling.neutral
                and _listed(seen.item)
            ):
                return seen
    return None


def _listed(post: Post) -> bool:
    """Of a shell: what it answers is gone from it, where its conversation began is not."""
    return post.visibility == Visibility.PUBLIC and post.root == post.id


async def tagged(
    reads: Reads,
    viewer: Viewer,
    name: str,
    cursor: Cursor,
    language: str | None = None,
    *,
    also: Sequence[str] = (),
    with_all: Sequence[str] = (),
    without: Sequence[str] = (),
    only_media: bool = False,
    scope: Scope = "all",
) -> Page[Visible[Post]]:
    """Public posts with a tag (or one of `also`), with every one of `with_all` and none of `without`.

    Tags are one whatever their spelling: the count key decides. Of one tag those in one language can be asked for.
    """
    key = fold.count_key(name)
    params: dict[str, object] = {"key": key}
    if also or with_all or without:
        pages, params = posts.WITH_TAGS[only_media], _several(key, also, with_all, without)
    elif language:
        pages, params = posts.WITH_TAG[only_media, True], params | {"language": language}
    else:
        pages = posts.WITH_TAG[only_media, False]
    # Posts with media may be far between.
    async with reads.work.scanning() if only_media else reads.work.reading() as reading:
        return await listed_page(reading, viewer, Surface.TAG, pages[scope], cursor, **params)


def _several(key: str, also: Sequence[str], with_all: Sequence[str], without: Sequence[str]) -> dict[str, object]:
    return {
        "any": sorted({key, *(fold.count_key(n) for n in also[:MOST_TAGS])}),
        "every": sorted({fold.count_key(n) for n in with_all[:MOST_TAGS]}),
        "none": sorted({fold.count_key(n) for n in without[:MOST_TAGS]}),
    }


MOST = 20


async def of_person(reads: Reads, viewer: Viewer, account: int) -> Page[Visible[Post]]:
    """The newest posts that somebody made for everybody: neither answers nor reposts."""
    async with reads.work.reading() as reading:
        return await listed_page(
            reading,
            viewer,
            Surface.FEED,
            posts.OF_AUTHOR_PLAIN,
            Cursor(limit=MOST),
            author=account,
            visibilities=listed([int(Visibility.PUBLIC)]),
            never=int(Visibility.DIRECT),
        )


async def of_tag(reads: Reads, viewer: Viewer, name: str) -> Page[Visible[Post]]:
    """The newest public posts with a tag that people of this server wrote, in whatever spelling."""
    async with reads.work.reading() as reading:
        key = fold.count_key(name)
        return await listed_page(
            reading, viewer, Surface.FEED, posts.WITH_TAG[False, False]["here"], Cursor(limit=MOST), key=key
        )

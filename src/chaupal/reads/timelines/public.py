"""The timelines that everybody reads: the square, one language of it, one tag of it."""

from collections.abc import Sequence

from chaupal.policy.facts import Visibility
from chaupal.policy.sealed import Visible
from chaupal.policy.surface import Surface
from chaupal.policy.things import Post
from chaupal.policy.verdict import Placeholder
from chaupal.policy.viewer import Viewer
from chaupal.reads.context import Reads
from chaupal.reads.page import Cursor, Page
from chaupal.reads.pipeline import listed_page, shown
from chaupal.store.court import rulings
from chaupal.store.machine.dialect import listed
from chaupal.store.square import posts
from chaupal.text import fold

MOST_TAGS = 8  # beside the first, per list
LOOKED_AT = 50  # posts that are withheld somewhere, for one that is withheld here


async def page(
    reads: Reads, viewer: Viewer, cursor: Cursor, language: str | None = None, *, languages: Sequence[str] = (),
    only_media: bool = False,
) -> Page[Visible[Post]]:  # fmt: skip
    """Public posts of this server, newest first; in one language where one is named, or in several."""
    async with reads.work.reading() as reading:
        if only_media:
            return await listed_page(reading, viewer, Surface.PUBLIC, posts.LISTED_MEDIA, cursor)
        if language:
            return await listed_page(reading, viewer, Surface.PUBLIC, posts.LISTED_IN, cursor, language=language)
        if languages:
            params = {"languages": listed(list(languages))}
            return await listed_page(reading, viewer, Surface.PUBLIC, posts.LISTED_IN_ANY, cursor, **params)
        return await listed_page(reading, viewer, Surface.PUBLIC, posts.ALL_LISTED, cursor)


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
    reads: Reads, viewer: Viewer, name: str, cursor: Cursor, language: str | None = None, *,
    also: Sequence[str] = (), with_all: Sequence[str] = (), without: Sequence[str] = (),
) -> Page[Visible[Post]]:  # fmt: skip
    """Public posts with a tag (or one of `also`), with every one of `with_all` and none of `without`.

    Tags are one whatever their spelling: the count key decides.
    """
    key = fold.count_key(name)
    async with reads.work.reading() as reading:
        if also or with_all or without:
            params = _several(key, also, with_all, without)
            return await listed_page(reading, viewer, Surface.TAG, posts.WITH_TAGS, cursor, **params)
        if language:
            params = {"key": key, "language": language}
            return await listed_page(reading, viewer, Surface.TAG, posts.WITH_TAG_IN, cursor, **params)
        return await listed_page(reading, viewer, Surface.TAG, posts.WITH_TAG, cursor, key=key)


def _several(key: str, also: Sequence[str], with_all: Sequence[str], without: Sequence[str]) -> dict[str, object]:
    every = sorted({fold.count_key(n) for n in with_all[:MOST_TAGS]})
    return {
        "any": listed(sorted({key, *(fold.count_key(n) for n in also[:MOST_TAGS])})),
        "every": listed(every),
        "count": len(every),
        "none": listed(sorted({fold.count_key(n) for n in without[:MOST_TAGS]})),
    }

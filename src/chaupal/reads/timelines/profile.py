"""The posts on somebody's profile."""

from chaupal.policy.facts import Visibility
from chaupal.policy.narrow import profile_visibilities
from chaupal.policy.sealed import Visible
from chaupal.policy.things import Post
from chaupal.policy.viewer import Surface, Viewer
from chaupal.reads.context import Reads
from chaupal.reads.page import Cursor, Page, listed_page, shown
from chaupal.store.identity.facts_cache import facts_for
from chaupal.store.machine.dialect import listed
from chaupal.store.square import posts, reactions
from chaupal.text import fold

NO_VISIBILITY = -1
LISTS = {
    # (without replies, without reposts)
    (False, False): posts.OF_AUTHOR,
    (True, False): posts.OF_AUTHOR_NO_ANSWERS,
    (False, True): posts.OF_AUTHOR_NO_REPOSTS,
    (True, True): posts.OF_AUTHOR_PLAIN,
}


async def page(
    reads: Reads,
    viewer: Viewer,
    account: int,
    cursor: Cursor,
    *,
    exclude_replies: bool = False,
    exclude_reposts: bool = False,
    only_media: bool = False,
    tagged: str = "",
    messages: bool = True,
) -> Page[Visible[Post]]:
    """An account's posts and reposts, newest first, as the viewer may see them; `messages`: direct posts among them, too."""
    params: dict[str, object] = {"author": account, "me": viewer.account or 0}
    pages = LISTS[exclude_replies, exclude_reposts]
    if only_media:
        pages = posts.OF_AUTHOR_MEDIA
    if tagged:
        pages, params["key"] = posts.OF_AUTHOR_TAGGED, fold.count_key(tagged)
    async with reads.work.reading() as reading:
        follows = account in (await facts_for(reading, viewer)).relations.following
        seen = profile_visibilities(own=viewer.account == account, follows=follows, here=viewer.here)
        params["visibilities"] = listed([int(v) for v in seen])
        params["never"] = NO_VISIBILITY if messages else int(Visibility.DIRECT)
        return await listed_page(reading, viewer, Surface.ACCOUNT, pages, cursor, **params)


async def pinned(reads: Reads, viewer: Viewer, account: int) -> list[Visible[Post]]:
    """The posts that an account has pinned, as the viewer may see them here: a withheld one is left out."""
    async with reads.work.reading() as reading:
        ids = await reactions.pinned_by(reading, account)
        return await shown(reading, viewer, Surface.ACCOUNT, ids) if ids else []

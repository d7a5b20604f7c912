"""What a post of another server answers or quotes and is not here yet, by its id there: the two are joined when it comes."""

from typing import Any

from chaupal.policy.facts import Visibility
from chaupal.policy.narrow import FOR_EVERYBODY
from chaupal.policy.things import Post
from chaupal.store.machine.shelves import POSTS, THREADS, WROTE
from chaupal.store.machine.statements import deletes, inserts_once, selects, updates
from chaupal.store.machine.work import Reading, Writing
from chaupal.store.square.posting import REPLIES, touch_with_reposts
from chaupal.store.square.posts import as_written
from chaupal.store.tables.federation import unjoined
from chaupal.store.tables.square import posts

ANSWERS, QUOTES = "answers", "quotes"
MOST = 200  # that wait for one post and are joined to it

WAIT = inserts_once(unjoined, post_id="of", what="what", uri="uri")
WAITING = selects(unjoined.c.post_id, unjoined.c.what).where(uri="uri").ordered("post_id").limit(MOST)
DONE = deletes(unjoined).where(post_id="of", what="what")
GONE = deletes(unjoined).where(post_id="of")
JOIN = updates(posts, reply_to="parent", reply_to_account="whose", root="top", answers="others").where(
    id="of", reply_to=None
)
BELOW = selects(posts.c.id).where(root="was")
MOVE = updates(posts, root="top").where(root="was")


async def wait(w: Writing, post: int, what: str, uri: str) -> None:
    """It is not here yet."""
    await w.run(WAIT, of=post, what=what, uri=uri)


async def waiting(reading: Reading, uri: str) -> list[tuple[int, str]]:
    """(post, what) of those that wait for the post with this id."""
    return [(row[0], row[1]) for row in await reading.fetch(WAITING, uri=uri)]


async def done(w: Writing, post: int, what: str) -> None:
    await w.run(DONE, of=post, what=what)


async def gone(w: Writing, post: int) -> None:
    """The post itself is gone."""
    await w.run(GONE, of=post)


async def answer(w: Writing, post_id: int, parent: Post) -> bool:
    """A post answers another that was not here when it came: with all that answers it, it is in that conversation from now on.

    False where it is gone, or the two already are in one conversation: nothing answers what answers it.
    """
    post = await as_written(w, post_id)
    if post is None or post.reply_to is not None or post.root == parent.root:
        return False
    below = [row[0] for row in await w.fetch(BELOW, was=post.root)]
    changed: dict[str, Any] = {"parent": parent.id, "whose": parent.author, "top": parent.root}
    await w.run(JOIN, of=post_id, others=int(parent.author != post.author), **changed)
    await w.run(MOVE, was=post.root, top=parent.root)
    if post.visibility in FOR_EVERYBODY:
        await w.run(REPLIES, of=parent.id, by=1, at_least=int(Visibility.PUBLIC))
        await touch_with_reposts(w, parent.id)
    w.touch(POSTS, *below)
    w.touch(THREADS, post.root, parent.root)
    w.touch(WROTE, post.author)
    await touch_with_reposts(w, post_id)
    return True

"""What a post of another server answers or quotes and is not here yet, by its id there: the two are joined when it comes."""

from typing import Any

from sqlalchemy import delete, select, update

from chaupal.policy.narrow import FOR_EVERYBODY
from chaupal.policy.things import Post
from chaupal.store.machine.dialect import param, statement, upsert, words
from chaupal.store.machine.shelves import POSTS, THREADS, WROTE
from chaupal.store.machine.tables import posts, unjoined
from chaupal.store.machine.work import Reading, Writing
from chaupal.store.square.posting import REPLIES, touch_with_reposts
from chaupal.store.square.posts import as_written

ANSWERS, QUOTES = "answers", "quotes"
MOST = 200  # that wait for one post and are joined to it

WAIT = upsert(
    lambda i: i(unjoined).values(post_id=param("of"), what=words("what"), uri=words("uri")).on_conflict_do_nothing()
)
WAITING = statement(
    select(unjoined.c.post_id, unjoined.c.what)
    .where(unjoined.c.uri == words("uri"))
    .order_by(unjoined.c.post_id)
    .limit(MOST)
)
DONE = statement(delete(unjoined).where(unjoined.c.post_id == param("of"), unjoined.c.what == words("what")))
GONE = statement(delete(unjoined).where(unjoined.c.post_id == param("of")))
JOIN = statement(
    update(posts)
    .where(posts.c.id == param("of"), posts.c.reply_to.is_(None))
    .values(reply_to=param("parent"), reply_to_account=param("whose"), root=param("top"), answers=param("others"))
)
BELOW = statement(select(posts.c.id).where(posts.c.root == param("was")))
MOVE = statement(update(posts).where(posts.c.root == param("was")).values(root=param("top")))


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
        await w.run(REPLIES, of=parent.id, by=1)
        await touch_with_reposts(w, parent.id)
    w.touch(POSTS, *below)
    w.touch(THREADS, post.root, parent.root)
    w.touch(WROTE, post.author)
    await touch_with_reposts(w, post_id)
    return True

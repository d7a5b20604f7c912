"""Quotes as rows: who quotes a post, and whom its author lets."""

from collections.abc import Sequence

import msgspec

from chaupal.policy import quotes
from chaupal.policy.narrow import FOR_EVERYBODY
from chaupal.policy.things import Post
from chaupal.store.machine.dialect import among, listed, param, text_param
from chaupal.store.machine.statements import selects, updates
from chaupal.store.machine.work import Reading, Writing
from chaupal.store.square.posting import QUOTES, touch_with_reposts
from chaupal.store.square.posts import FOR_ME, Pages, as_written
from chaupal.store.tables.square import posts

MOST_TOLD = 1_000  # authors of quotes who hear of an edit

SET_POLICY = updates(posts, quote_policy="policy").where(id="of")
NAME = updates(posts, quote_of="quoted", quote_state="state").where(id="of", quote_of=None)
STAND = updates(posts, quote_state="state").where(id="of", quote_state="was")
AUTHORS = selects(posts.c.author, posts.c.id).where(quote_of="of", quote_state="state").ordered("-id").limit("n")
OF_ANY = (
    selects(posts, "id author visibility reply_to_account")
    .where(among(posts.c.quote_of, "ids"), quote_state="state")
    .ordered("-id")
    .limit("n")
)
QUOTING = Pages(posts.c.id, posts.c.quote_of == param("of"), posts.c.quote_state == text_param("state"), FOR_ME)


class Quoting(msgspec.Struct, frozen=True):
    """A post that quotes another, and who is told of it: ids only."""

    post: int
    author: int
    visibility: int
    reply_to_account: int | None


async def of_any(reading: Reading, ids: Sequence[int], at_most: int) -> list[Quoting]:
    """The newest posts that quote one of these."""
    rows = await reading.fetch(OF_ANY, ids=listed(ids), state=quotes.ACCEPTED, n=at_most) if ids else []
    return [Quoting(*row) for row in rows]


async def set_policy(w: Writing, post_id: int, policy: str) -> None:
    await w.run(SET_POLICY, of=post_id, policy=policy)
    await touch_with_reposts(w, post_id)


async def name(w: Writing, post_id: int, quoted: Post, state: str) -> None:
    """A post quotes another that was not here when it came."""
    if await w.run(NAME, of=post_id, quoted=quoted.id, state=state):
        post = await as_written(w, post_id)
        if post is not None:
            await _count(w, post, "", state)


async def stand(w: Writing, post: Post, state: str) -> None:
    """How a quote stands from now on."""
    if await w.run(STAND, of=post.id, was=post.quote_state, state=state):
        await _count(w, post, post.quote_state, state)


async def _count(w: Writing, post: Post, before: str, after: str) -> None:
    by = (after == quotes.ACCEPTED) - (before == quotes.ACCEPTED)
    if by and post.quote_of is not None and post.visibility in FOR_EVERYBODY:
        await w.run(QUOTES, of=post.quote_of, by=by)
        await touch_with_reposts(w, post.quote_of)
    await touch_with_reposts(w, post.id)


async def authors(reading: Reading, post_id: int) -> list[tuple[int, int]]:
    """(author, post) of the newest posts that quote it."""
    rows = await reading.fetch(AUTHORS, of=post_id, state=quotes.ACCEPTED, n=MOST_TOLD)
    return [(row[0], row[1]) for row in rows]

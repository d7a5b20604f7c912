"""Polls: the votes as rows, their counts with the post, and which polls are still open."""

from collections.abc import Sequence

import msgspec

from chaupal.policy.things import Option, Poll
from chaupal.store.machine.dialect import among, in_json, listed, param
from chaupal.store.machine.shelves import POSTS
from chaupal.store.machine.statements import deletes, inserts_once, selects, updates, upserts
from chaupal.store.machine.work import Reading, Writing
from chaupal.store.tables.square import poll_votes, polls_open, posts

VOTE = inserts_once(poll_votes, post_id="of", account_id="me", choice="choice")
VOTED = (
    selects(poll_votes.c.post_id, poll_votes.c.choice)
    .where(among(poll_votes.c.post_id, "ids"), account_id="me")
    .ordered("post_id choice")
)
VOTERS = (
    selects(poll_votes.c.account_id)
    .where(poll_votes.c.account_id > param("above"), post_id="of")
    .distinct()
    .ordered("account_id")
    .limit("n")
)
DROP_VOTES = deletes(poll_votes).where(post_id="of")
KEEP = updates(posts, poll="poll").where(id="of")
OPEN = upserts(polls_open, "post_id", post_id="of", ends_at="at")
CLOSE = deletes(polls_open).where(post_id="of")
DUE = selects(polls_open.c.post_id).where(polls_open.c.ends_at <= param("at")).ordered("ends_at post_id").limit("n")


def written(poll: Poll | None) -> str:
    """The poll as its column holds it."""
    return "" if poll is None else in_json(poll)


async def begin(w: Writing, post_id: int, poll: Poll) -> None:
    """It is open until it ends; again for the same post: until then instead."""
    await w.run(OPEN, of=post_id, at=poll.ends_at)


async def cast(w: Writing, post_id: int, poll: Poll, me: int, choices: Sequence[int], *, again: bool = False) -> Poll:
    """The poll with one more voter (`again`: who has chosen before, and chooses more). The caller holds the post, so that no vote
    is lost between two."""
    for choice in choices:
        await w.run(VOTE, of=post_id, me=me, choice=choice)
    counted = tuple(Option(o.title, o.votes + (n in choices)) for n, o in enumerate(poll.options))
    poll = msgspec.structs.replace(poll, options=counted, voters=poll.voters + (not again))
    w.touch(POSTS, post_id)
    await w.run(KEEP, of=post_id, poll=written(poll))
    return poll


async def count(w: Writing, post_id: int, poll: Poll) -> None:
    """It counts so now, as whoever asks the question says."""
    w.touch(POSTS, post_id)
    await w.run(KEEP, of=post_id, poll=written(poll))


async def drop(w: Writing, post_id: int) -> None:
    """The poll goes, or begins anew: no votes, and nothing to close."""
    await w.run(DROP_VOTES, of=post_id)
    await w.run(CLOSE, of=post_id)


async def close(w: Writing, post_id: int) -> bool:
    """It is over; False where that was noticed before."""
    return bool(await w.run(CLOSE, of=post_id))


async def due(reading: Reading, at_most: int) -> list[int]:
    """Posts whose polls have ended and are still to be closed."""
    return [row[0] for row in await reading.fetch(DUE, at=reading.now(), n=at_most)]


async def voted(reading: Reading, me: int, ids: Sequence[int]) -> dict[int, tuple[int, ...]]:
    """Post -> the options that the account chose, for those of `ids` in whose polls it voted."""
    found: dict[int, tuple[int, ...]] = {}
    for post, choice in await reading.by(POSTS, *ids).fetch(VOTED, me=me, ids=listed(ids)):
        found[post] = (*found.get(post, ()), choice)
    return found


async def voters(reading: Reading, post_id: int, above: int, at_most: int) -> list[int]:
    """Who voted, by their ids, from the one after `above`."""
    return [row[0] for row in await reading.fetch(VOTERS, of=post_id, above=above, n=at_most)]

"""Polls: begun with a post, voted in once, over by the clock. Counts are exact, however many vote at one moment."""

from collections.abc import Sequence

from chaupal.kernel.errors import Invalid, NotAllowed, NotFound
from chaupal.policy.drafts_and_scheduled import PollAsked
from chaupal.policy.facts import Facts
from chaupal.policy.things import Option, Poll, Post
from chaupal.policy.viewer import Viewer
from chaupal.social.context import Square
from chaupal.social.events import PollEnded, VoteCast
from chaupal.social.seeing import seen_post
from chaupal.social.typed import typed
from chaupal.store.identity.facts_cache import facts_for
from chaupal.store.machine.work import Reading, Writing
from chaupal.store.square import polls, posting, posts
from chaupal.text import clean, length

FEWEST_OPTIONS, MOST_OPTIONS = 2, 4
MOST_LETTERS = 50  # of one option
SHORTEST, LONGEST = 300, 2_629_746  # seconds: five minutes, a month
CLOSED_AT_ONCE = 100


def begun(poll: PollAsked, now: int) -> Poll:
    """The poll as it is stored. Raises Invalid for options or a time that cannot be taken."""
    titles = tuple(_title(text) for text in poll.options)
    if not FEWEST_OPTIONS <= len(titles) <= MOST_OPTIONS:
        raise Invalid("poll_options", fewest=FEWEST_OPTIONS, most=MOST_OPTIONS)
    if len(set(titles)) < len(titles):
        raise Invalid("poll_same_twice")
    if not SHORTEST <= poll.expires_in <= LONGEST:
        raise Invalid("poll_open_for", shortest=SHORTEST, longest=LONGEST)
    return Poll(tuple(map(Option, titles)), now + poll.expires_in * 1_000, poll.multiple, poll.hide_totals)


def changed(
    before: Poll | None, poll: PollAsked | None, now: int, *, ends_as_before: bool = False
) -> tuple[Poll | None, bool]:
    """The poll after an edit, and whether it begins anew: with other options, votes count for nothing."""
    if poll is None:
        return None, before is not None
    after = begun(poll, now)
    same = before is not None and before.multiple == after.multiple and _titles(before) == _titles(after)
    if before is None or not same:
        return after, True
    ends_at = before.ends_at if ends_as_before else after.ends_at
    return Poll(before.options, ends_at, after.multiple, after.hide_totals, before.voters), False


async def vote(
    square: Square, viewer: Viewer, post_id: int, choices: Sequence[int], *, one_by_one: bool = False
) -> None:
    """Choose, once and for good. Raises NotFound where there is no poll to be seen, Invalid, NotAllowed.

    `one_by_one`: of several choices each comes by itself, as other servers send them.
    """
    me = viewer.me
    async with square.work.reading() as reading:
        facts = await facts_for(reading, viewer)
        await _check_seen(reading, viewer, post_id, facts)
    async with square.work.writing() as w:
        there = await posting.hold(w, me, post_id)
        post = await posts.as_written(w, post_id) if there else None
        if post is None or post.poll is None:
            raise NotFound
        chosen = _chosen(post.poll, choices)
        before = (await polls.voted(w, me, [post.id])).get(post.id, ())
        more = one_by_one and post.poll.multiple
        if more:
            chosen = [choice for choice in chosen if choice not in before]
        _check_open(w, post, post.poll, me, facts, voted=bool(before) and not (more and chosen))
        await polls.cast(w, post_id, post.poll, me, chosen, again=bool(before))
        await posting.touch_with_reposts(w, post_id)
        w.tell(VoteCast(post=post_id, by=me))


async def close_due(square: Square) -> int:
    """Polls that are over by the clock are closed, and whoever took part is told; how many."""
    async with square.work.reading() as reading:
        due = await polls.due(reading, CLOSED_AT_ONCE)
    for post_id in due:
        async with square.work.writing() as w:
            post = await posts.as_written(w, post_id)
            if await polls.close(w, post_id) and post is not None:
                await posting.touch_with_reposts(w, post_id)
                w.tell(PollEnded(post=post_id, author=post.author))
    return len(due)


async def _check_seen(reading: Reading, viewer: Viewer, post_id: int, facts: Facts) -> None:
    seen = await seen_post(reading, viewer, post_id, facts)
    if seen is None or seen.withheld or seen.item.poll is None:
        raise NotFound


def _chosen(poll: Poll, choices: Sequence[int]) -> list[int]:
    chosen = sorted(set(choices))
    if not chosen or chosen[0] < 0 or chosen[-1] >= len(poll.options):
        raise Invalid("choice_unknown")
    if len(chosen) > 1 and not poll.multiple:
        raise Invalid("choice_single")
    return chosen


def _check_open(w: Writing, post: Post, poll: Poll, me: int, facts: Facts, *, voted: bool) -> None:
    if post.author == me:
        raise Invalid("vote_own")
    if post.author in facts.relations.blocking:
        raise NotAllowed("poll_of_blocked")
    if w.now() >= poll.ends_at:
        raise Invalid("vote_over")
    if voted:
        raise Invalid("vote_twice")


def _title(text: str) -> str:
    title = clean.trimmed(typed(text[:1_000], "option_unreadable"))
    if not title:
        raise Invalid("option_blank")
    if length.length(title) > MOST_LETTERS or len(text) > 1_000:
        raise Invalid("option_too_long", most=MOST_LETTERS)
    return title


def _titles(poll: Poll) -> list[str]:
    return [option.title for option in poll.options]

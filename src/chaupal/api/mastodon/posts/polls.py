"""Polls in the API: the entity, looking, voting."""

from typing import Any

import msgspec

from chaupal.http.call import Call, Route, get, post
from chaupal.http.paging import ById, Number
from chaupal.kernel.clock import iso
from chaupal.kernel.errors import NotFound
from chaupal.policy.things import Poll
from chaupal.policy.viewer import Surface
from chaupal.reads.posts import reactions as looked
from chaupal.reads.timelines import thread
from chaupal.social.posts import polls


class OptionShown(msgspec.Struct):
    """`votes_count` is null as long as the results are hidden."""

    title: str
    votes_count: int | None


class PollShown(msgspec.Struct, kw_only=True, omit_defaults=True):
    """https://docs.joinmastodon.org/entities/Poll/; a poll's id is its post's."""

    id: str
    expires_at: str | None
    expired: bool
    multiple: bool
    votes_count: int
    voters_count: int | None
    options: list[OptionShown]
    emojis: list[Any]
    voted: bool | msgspec.UnsetType = msgspec.UNSET
    own_votes: list[int] | msgspec.UnsetType = msgspec.UNSET


class VoteSent(msgspec.Struct):
    """The options chosen, counted from 0."""

    id: Number
    choices: list[Number] = []


def poll_shown(id_: int, poll: Poll, now: int, own: tuple[int, ...] | None, *, mine: bool = False) -> PollShown:
    """The entity. `own`: what the viewer chose, None where nobody is signed in; `mine`: the viewer asks."""
    over = now >= poll.ends_at
    told = over or not poll.hide_totals
    return PollShown(
        id=str(id_),
        expires_at=iso(poll.ends_at) if poll.has_end else None,
        expired=over,
        multiple=poll.multiple,
        votes_count=poll.votes,
        voters_count=poll.voters if poll.multiple else None,
        options=[OptionShown(option.title, option.votes if told else None) for option in poll.options],
        emojis=[],
        voted=msgspec.UNSET if own is None else bool(own) or mine,
        own_votes=msgspec.UNSET if own is None else list(own),
    )


async def show(call: Call[ById]) -> PollShown:
    """A poll as it stands."""
    return await _shown(call, call.args.id)


async def vote(call: Call[VoteSent]) -> PollShown:
    """Vote, once."""
    await polls.vote(call.house.square, call.viewer, call.args.id, call.args.choices)
    return await _shown(call, call.args.id)


async def _shown(call: Call[Any], id_: int) -> PollShown:
    seen = await thread.post(call.house.reads, call.viewer, id_)
    post = seen.item
    if post.poll is None:
        raise NotFound
    own = None
    if call.viewer.account is not None:
        own = (await looked.votes(call.house.reads, call.viewer, [post])).get(id_, ())
    return poll_shown(id_, post.poll, call.house.reads.clock(), own, mine=post.author == call.viewer.account)


ROUTES: tuple[Route, ...] = (
    get("/api/v1/polls/{id}", show, Surface.STATUS, scope="read:statuses", public=True),
    post("/api/v1/polls/{id}/votes", vote, Surface.STATUS, scope="write:statuses"),
)

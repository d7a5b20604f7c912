"""While no other server is talked to, what they would have to know of what they hold is kept; once they are, they are told of it before
anything newer.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from chaupal.fanout.context import Carrier
from chaupal.fanout.table import to_servers
from chaupal.federation.events import ActivityArrived
from chaupal.governance.events import DecisionServed, OrderMoved, RulingChanged, RulingLifted
from chaupal.kernel.event import Event
from chaupal.kernel.logger import log
from chaupal.social import events
from chaupal.store.federation import keys, untold
from chaupal.store.machine.work import Reading, Writing
from chaupal.store.square import media
from chaupal.store.square.posts import as_written

BATCH = 100
MOST_TRIES = 5  # of one event, then others are never told of it

type Concerns = Callable[[Reading, Any], Awaitable[bool]]


async def _tie(reading: Reading, event: events.TieChanged) -> bool:
    return await untold.is_elsewhere(reading, event.by, event.to)


async def _liked(reading: Reading, event: events.Liked | events.Unliked) -> bool:
    return await untold.is_elsewhere(reading, event.author)


async def _post(reading: Reading, event: events.PostEdited | events.PinChanged | events.PollEnded) -> bool:
    return await untold.has_left(reading, (event.post,))


async def _deleted(reading: Reading, event: events.PostDeleted) -> bool:
    return await untold.has_left(reading, (event.post, *(post for post, _ in event.gone)))


async def _revoked(reading: Reading, event: events.QuoteRevoked) -> bool:
    return await untold.is_elsewhere(reading, event.author) or await untold.has_left(reading, (event.post,))


async def _voted(reading: Reading, event: events.VoteCast) -> bool:
    post = await as_written(reading, event.post)
    return post is not None and bool(post.server)


async def _person(reading: Reading, event: events.AccountChanged | events.AccountMoved | events.AccountDeleted) -> bool:
    """Who never signed anything is known nowhere."""
    return await keys.own(reading, event.account) is not None


async def _ruled(reading: Reading, event: RulingChanged) -> bool:
    match event.kind:
        case "post":
            return await untold.has_left(reading, (event.subject,))
        case "account":
            return await keys.own(reading, event.subject) is not None
        case "server":
            return True  # what was fetched of it is to go
        case _:
            post = await media.post_of(reading, event.subject)
            return post is not None and await untold.has_left(reading, (post,))


async def _opened(reading: Reading, event: OrderMoved) -> bool:
    return event.verb == "receive"


# Of what is said while nobody is told nothing is here: that is for those who are here (docs/decisions).
KEPT: dict[type[Event], Concerns] = {
    events.PostEdited: _post, events.PinChanged: _post, events.PollEnded: _post,
    events.PostDeleted: _deleted, events.VoteCast: _voted, events.QuoteRevoked: _revoked,
    events.Liked: _liked, events.Unliked: _liked,
    events.Followed: _tie, events.FollowAsked: _tie, events.FollowGranted: _tie, events.FollowMoved: _tie,
    events.FollowRefused: _tie, events.Unfollowed: _tie, events.Blocked: _tie, events.Unblocked: _tie,
    events.AccountChanged: _person, events.AccountMoved: _person, events.AccountDeleted: _person,
    DecisionServed: _ruled, RulingLifted: _ruled, OrderMoved: _opened,
}  # fmt: skip


async def keep(w: Writing, event: Event) -> None:
    """In the unit that carries an event on, where no other server is talked to, and one was (`ever_spoke`)."""
    concerns = KEPT.get(type(event))
    if concerns is not None and await concerns(w, event):
        await untold.add(w, event, _as_it_is_then(event))


def _as_it_is_then(event: Event) -> int:
    """The post or the person that others are told of as it is by then, however often it was changed; 0: each time counts."""
    match event:
        case events.PostEdited(post=about) | events.AccountChanged(account=about):
            return about
        case _:
            return 0


async def catch_up(carrier: Carrier) -> int | None:
    """Tell the next of what was kept; how many, 0 where another process is at it. None: nothing waits, and what is new may be told."""
    async with carrier.work.reading() as reading:
        if not await untold.any_waits(reading):
            return None
    try:
        return await _tell(carrier, BATCH)
    except Exception as error:
        if carrier.is_machines(error):
            raise
        log.warning("what others were not told of could not be told at once; telling it one by one", error=error)
    return await _alone(carrier)


async def _tell(carrier: Carrier, at_most: int) -> int:
    async with carrier.work.writing() as w:
        waiting = await untold.take(w, at_most)
        if waiting:
            await carrier.work.catch_up()
        for kept in waiting:
            await _handle(carrier, w, kept.event)
        await untold.done(w, [kept.seq for kept in waiting])
    return len(waiting)


async def _handle(carrier: Carrier, w: Writing, event: Event | None) -> None:
    if isinstance(event, ActivityArrived):
        w.tell(event)
    elif event is not None:
        for handler in to_servers().get(type(event), ()):
            await handler(carrier, w, event)


async def _alone(carrier: Carrier) -> int:
    """The oldest one; where it cannot be told, it is given up in the end."""
    try:
        return await _tell(carrier, 1)
    except Exception as error:
        if carrier.is_machines(error):
            raise
        problem = error
    async with carrier.work.writing() as w:
        for kept in await untold.take(w, 1):
            given_up = kept.tries + 1 >= MOST_TRIES
            await (untold.done(w, [kept.seq]) if given_up else untold.tried(w, kept.seq))
            log.error(
                "others could not be told of an event",
                event_name=type(kept.event).__name__,
                seq=kept.seq,
                error=problem,
                given_up=given_up,
            )
    return 1

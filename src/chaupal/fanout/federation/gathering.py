"""What has to be asked for at other servers: for activities that wait, for conversations, for profiles, for pictures of posts by
people whom somebody here follows. Of one server one thing at a time, so that one that is slow, or sends much, holds up nobody else.
"""

from collections.abc import Awaitable

from chaupal.fanout.context import Carrier, Errand, Handler
from chaupal.federation import conversations, finding, media
from chaupal.federation.chains import Chain, NotThere
from chaupal.federation.context import Federation
from chaupal.federation.events import ActivityArrived, MediaUnwanted, MediaWanted, PersonMet, ThreadSeen, ThreadWanted
from chaupal.federation.taking import inbox
from chaupal.governance.events import DecisionServed
from chaupal.kernel.errors import Full, Unavailable
from chaupal.kernel.event import Event
from chaupal.kernel.logger import log
from chaupal.policy.measures import Measure
from chaupal.policy.things import Post
from chaupal.social.events import PostPublished
from chaupal.social.media import elsewhere
from chaupal.social.posts.reactions import MOST_PINNED
from chaupal.store.federation import arrivals, people, untold
from chaupal.store.machine.work import Writing
from chaupal.store.square import hidden_servers, reactions
from chaupal.store.square.posts import as_written

MOST_TRIES = 5  # of one activity, then it is let go: the event that carries it is tried again as often

_in_hand: dict[tuple[int, int], bool] = {}  # (house, server) -> whether more has come meanwhile


async def arrived(carrier: Carrier, event: ActivityArrived) -> None:
    """Go on with all that waits of this server, in its order. Raises NotThere where something has to be asked for again later."""
    fed, key = carrier.federation, (id(carrier.work), event.server)
    if fed is None:  # it goes on when others are talked to again
        async with carrier.work.writing() as w:
            await untold.add(w, event, event.server)
        return
    if key in _in_hand:
        _in_hand[key] = True
        return
    _in_hand[key] = True
    failed: Exception | None = None
    try:
        while _in_hand[key]:
            _in_hand[key] = False
            failed = await _all_of(carrier, event.server)
    finally:
        del _in_hand[key]
    if failed is not None:
        raise failed


async def _all_of(carrier: Carrier, server: int) -> Exception | None:
    """What could not be had of what some of it needs. One that cannot be taken in, for whatever reason, holds up none behind it."""
    fed, after = carrier.federation, 0
    failed: Exception | None = None
    if fed is None:
        return None
    while True:
        async with carrier.work.reading() as reading:
            arrival = await arrivals.next_of(reading, server, after)
        if arrival is None:
            return failed
        after = arrival.id
        try:
            await inbox.carry_on(fed, arrival)
        except Exception as problem:
            if isinstance(carrier.work.fault(problem) or problem, Unavailable | Full):
                raise  # it is no try of the activity's: nothing else would have gone on
            if not isinstance(problem, NotThere):
                log.error("an activity of another server could not be taken in", arrival=arrival.id, error=problem)
            if arrival.tries + 1 >= MOST_TRIES:
                await inbox.drop(fed, arrival)
                continue
            failed = problem
            async with carrier.work.writing() as w:
                await arrivals.tried(w, arrival.id)


async def thread(carrier: Carrier, event: ThreadWanted) -> None:
    """What a post answers, and what that answers in turn. What cannot be had is left out."""
    if carrier.federation is not None:
        await _or_left_out(conversations.above(carrier.federation, event.uri), "what a post answers", again=True)


async def complete_thread(carrier: Carrier, event: ThreadSeen) -> None:
    """What else was said in a conversation. It is looked at again: nothing is tried twice for it."""
    if carrier.federation is not None:
        await _or_left_out(conversations.complete(carrier.federation, event.uri), "the rest of a conversation")


async def met(carrier: Carrier, event: PersonMet) -> None:
    """What somebody keeps at the top of their profile."""
    if carrier.federation is not None:
        await _or_left_out(_look_up_featured(carrier.federation, event.account), "what somebody has pinned")


async def _or_left_out(looking: Awaitable[object], what: str, *, again: bool = False) -> None:
    """What cannot be had is said in the log and left out. `again`: where its server may answer later, NotThere is raised, and it
    is tried once more.
    """
    try:
        await looking
    except NotThere as problem:
        if again and problem.passing:
            raise
        log.info("something of another server cannot be had", what=what, why=problem.why)


async def _look_up_featured(fed: Federation, account: int) -> None:
    """What they keep at the top of their profile: as many as anybody here may have, in their order. Raises NotThere."""
    async with fed.work.reading() as reading:
        known = await people.remote_of(reading, account)
    if known is None or not known.featured or known.gone_at is not None:
        return
    chain = Chain(fed, left=2 + 2 * MOST_PINNED)
    named = await conversations.items(chain, known.featured, known.uri)
    found: list[int] = []
    for uri in named[:MOST_PINNED]:
        try:
            found.append(await finding.post(fed, uri, chain=chain))
        except NotThere:
            continue
    async with fed.work.writing() as w:
        for before in await reactions.pinned_by(w, account):
            if before not in found:
                await reactions.unpin(w, account, before)
        for post_id in reversed(found):  # the one pinned last is shown first
            post = await as_written(w, post_id)
            if post is not None and post.author == account:
                await reactions.pin(w, account, post_id, fed.make_id())


async def forget(carrier: Carrier) -> None:
    """Activities that nobody sends any more."""
    async with carrier.work.writing() as w:
        await arrivals.forget_heard(w)


async def wanted(carrier: Carrier, w: Writing, event: PostPublished) -> None:
    """In the unit that carries a post on. Films wait until somebody plays them: they are large, and most are never played."""
    if event.boost_of is None and not event.files:
        return
    post = await as_written(w, event.boost_of or event.post)
    if post is None or not post.server or not _away(post) or not await people.is_followed(w, event.author):
        return
    w.tell(MediaWanted(server=post.server, post=post.id))


async def bring(carrier: Carrier, event: MediaWanted) -> None:
    """One after the other. What cannot be had now is asked for again when somebody looks."""
    async with carrier.work.reading() as reading:
        post = await as_written(reading, event.post)
    if carrier.federation is None or post is None:
        return
    for id_ in _away(post):
        await media.fetch(carrier.federation, id_)


async def unwanted(carrier: Carrier, w: Writing, event: DecisionServed) -> None:
    """A server is suspended, or its media are refused: what was fetched of it, and of those below it, goes."""
    if event.measure in (Measure.SUSPEND_SERVER.value, Measure.REFUSE_MEDIA.value):
        for server in (event.subject, *await hidden_servers.below(w, event.subject)):
            w.tell(MediaUnwanted(server=server))


async def drop(carrier: Carrier, event: MediaUnwanted) -> None:
    """What comes meanwhile is not fetched any more."""
    await elsewhere.drop_all_of(carrier.square, event.server)


async def sweep(carrier: Carrier) -> None:
    """Let go of what was fetched long ago."""
    await elsewhere.sweep(carrier.square)


def _away(post: Post) -> list[int]:
    return [picture.id for picture in post.pictures if picture.state == "remote" and picture.kind == "image"]


FETCHED: dict[type[Event], tuple[Handler, ...]] = {PostPublished: (wanted,), DecisionServed: (unwanted,)}


GATHERED: dict[type[Event], Errand] = {
    ActivityArrived: arrived,
    ThreadWanted: thread,
    ThreadSeen: complete_thread,
    PersonMet: met,
    MediaWanted: bring,
    MediaUnwanted: drop,
}

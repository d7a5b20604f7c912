"""Deliveries leave: each server is told in order, servers beside one another; one that does not answer is left alone for longer and longer.

What was said stands in the store until it has arrived, so a process that dies loses nothing; what it was about to strike off is said
once more, under the id by which the other side knows that it has heard it.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from enum import Enum
from typing import NamedTuple

from chaupal.fanout.context import Carrier
from chaupal.fanout.federation import telling
from chaupal.federation import calling
from chaupal.federation.context import Federation
from chaupal.federation.writing import addresses as ours
from chaupal.governance.http_client import NotAnswered
from chaupal.governance.servers.allowing import may_speak
from chaupal.kernel.clock import DAY, HOUR, MINUTE, SECOND
from chaupal.kernel.logger import log
from chaupal.policy.facts import Visibility
from chaupal.policy.measures import HIDING
from chaupal.policy.viewer import ABROAD
from chaupal.store.federation import addresses, deliveries, reached, synchronising
from chaupal.store.federation.deliveries import DueServer, Parcel
from chaupal.store.identity.facts_cache import rulings_in_force
from chaupal.store.machine.work import Writing

AT_ONCE = 64  # servers that are told at one moment
SLOW = 1.0  # seconds after which a server counts among those that others need not wait for
MOST_SLOW = 400  # of those; what is beyond waits
MOST_ILL = 24  # servers that did not answer the last time and are tried again at one moment
BATCH = 20  # deliveries of one server that are read, and struck off, together
HELD = MINUTE  # a server is another process's to tell after this, where whoever took it up has died
# After so long what was told is struck off, and the server held anew, before the batch is over: an answer takes up to twenty seconds.
RENEWED = HELD // 3
LOOK_EVERY = 0.2  # seconds
AFTER_FAILURE = 1.0
FINISHING = 5.0
# How long a server is left alone after each vain try; the last one goes on until it is given up.
BACK_OFF = (MINUTE, 2 * MINUTE, 5 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 4 * HOUR, 8 * HOUR, 12 * HOUR)
GIVEN_UP_AFTER = 7 * DAY  # a server that did not answer for so long is gone, until it is heard from
LONGEST_WISH = HOUR  # for which a server may ask to be left alone (Retry-After)
VAIN_TRIES = 10  # of one thing that a server answers with a mistake of its own: then the next one is tried
UNSURE_TRIES = 5  # of one thing whose signature a server does not believe: it may not get at our keys just now


class InboxAnswer(NamedTuple):
    """What an inbox said. `wait`: for how many seconds it wants to be left alone, 0: it does not say."""

    status: int
    wait: int = 0


type Post = Callable[[DueServer, Parcel], Awaitable[InboxAnswer]]


class Fate(Enum):
    """What becomes of a delivery."""

    ARRIVED = "arrived"
    DROPPED = "dropped"  # it is refused for good, or must not be said any more
    LEFT = "left"  # the inbox is there no more
    AGAIN = "again"  # and nothing behind it before it


class Deliverer:
    """One for each process that works. `post`: sends a thing, signed, and raises NotAnswered."""

    def __init__(self, carrier: Carrier, post: Post) -> None:
        self._carrier, self._work, self._post = carrier, carrier.work, post
        self._tasks: dict[int, asyncio.Task[None]] = {}  # by server
        self._quick: set[int] = set()
        self._ill: set[int] = set()
        self._loop: asyncio.Task[None] | None = None
        self._moved = asyncio.Event()
        self._turn = asyncio.Lock()
        self._leaving = False

    def start(self) -> None:
        self._loop = asyncio.create_task(self._run())

    async def close(self) -> None:
        """What is being said is finished, where that does not take long."""
        self._leaving = True
        if self._loop is not None:
            self._loop.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._loop
        if self._tasks:
            await asyncio.wait(self._tasks.values(), timeout=FINISHING)
        for task in list(self._tasks.values()):
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def settle(self) -> None:
        """Tell until nothing is due at this moment."""
        while await self.step() or self._tasks:
            if self._tasks:
                await asyncio.wait(self._tasks.values(), return_when=asyncio.FIRST_COMPLETED)
            await asyncio.sleep(0)

    async def step(self) -> int:
        """Take up servers whose turn it is, as many as there is room for; how many."""
        async with self._work.reading() as reading:
            if not await deliveries.is_due(reading):
                return 0
        slow = len(self._tasks) - len(self._quick) - len(self._ill)
        room = 0 if slow >= MOST_SLOW else AT_ONCE - len(self._quick)
        until = self._carrier.clock() + HELD
        async with self._work.writing() as w:
            busy = list(self._tasks)
            well = await deliveries.take(w, busy, until, room, well=True) if room > 0 else []
            ill = await deliveries.take(w, busy, until, MOST_ILL - len(self._ill), well=False)
        for due in well:
            self._quick.add(due.id)
            asyncio.get_running_loop().call_later(SLOW, self._is_slow, due.id, None)
        self._ill |= {due.id for due in ill}
        for due in (*well, *ill):
            task = self._tasks[due.id] = asyncio.create_task(self._serve(due))
            task.add_done_callback(lambda _, server=due.id: self._over(server))
        return len(well) + len(ill)

    def _is_slow(self, server: int, _: object) -> None:
        self._quick.discard(server)
        self._moved.set()

    def _over(self, server: int) -> None:
        for among in (self._quick, self._ill):
            among.discard(server)
        self._tasks.pop(server, None)
        self._moved.set()

    async def _run(self) -> None:
        if not self._carrier.settings.many:
            await self._begin()
        while True:
            self._moved.clear()
            try:
                await self._work.fresh()  # nothing is said by an older law
                took = await self.step()
            except Exception as error:
                self._carrier.say_failed("other servers could not be told", error)
                await asyncio.sleep(AFTER_FAILURE)
                continue
            if not took:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._moved.wait(), LOOK_EVERY)

    async def _begin(self) -> None:
        try:
            async with self._work.writing() as w:
                await deliveries.free_all(w)
        except Exception as error:
            self._carrier.say_failed("servers stay taken for a minute", error)

    async def _serve(self, due: DueServer) -> None:
        try:
            await self._tell(due)
        except Exception as error:
            # Its claim runs out by itself, and it is tried again then.
            self._carrier.say_failed("a server could not be told", error, server=due.domain)

    async def _tell(self, due: DueServer) -> None:
        """All that waits for a server, in order, until it does not answer. Struck off in as many commits as there are batches."""
        if not await self._may_be_told(due):
            async with self._work.writing() as w:
                await deliveries.give_up(w, due.id)
            return None
        after = 0
        while True:
            async with self._work.reading() as reading:
                parcels = await deliveries.waiting(reading, due.id, after, BATCH)
            struck, came, renew_at = list[int](), list[int](), self._carrier.clock() + RENEWED
            for parcel in parcels:
                fate, wait = await self._send(due, parcel)
                if fate is Fate.AGAIN:
                    return await self._failed(due, parcel, struck, came, wait)
                if fate is Fate.LEFT:
                    async with self._work.writing() as w:
                        await deliveries.left(w, due.id, parcel.inbox)
                if fate is Fate.ARRIVED and parcel.visibility is not None:
                    came.append(parcel.post)
                struck.append(parcel.id)
                after = parcel.id
                if self._leaving or self._carrier.clock() >= renew_at:
                    break
            async with self._work.writing() as w:
                await self._strike(w, due, struck, came)
                if self._leaving or len(struck) == len(parcels) < BATCH:
                    return await deliveries.release(w, due.id)
                await deliveries.hold(w, due.id, self._carrier.clock() + HELD)

    async def _may_be_told(self, due: DueServer) -> bool:
        """Whether it is not shut out, as of now: what was said before that waits for it no more."""
        async with self._work.reading() as reading:
            return await may_speak(self._carrier.settings, reading, due.id)

    async def _send(self, due: DueServer, parcel: Parcel) -> tuple[Fate, int]:
        """What becomes of it, and for how long (s) the server wants to be left alone."""
        if parcel.post and await self._unsaid(due, parcel):
            return Fate.DROPPED, 0
        if parcel.pictured and (fed := self._carrier.federation) is not None:
            parcel = await telling.without_withheld(fed, due, parcel)
        async with self._turn:
            await asyncio.sleep(0)  # one is signed, then whoever asks this process for something is answered
        try:
            answer = await self._post(due, parcel)
        except NotAnswered:
            return Fate.AGAIN, 0
        fate = fate_of(answer.status, parcel)
        if fate is Fate.DROPPED:
            log.info("a server takes something not", server=due.domain, status=answer.status)
        return fate, answer.wait

    async def _unsaid(self, due: DueServer, parcel: Parcel) -> bool:
        """What shows the words of a post, or of a profile, is left out where that is gone by now, or withheld everywhere, or for nobody
        there."""
        if parcel.author is None:
            return True
        async with self._work.reading() as reading:
            rulings = await rulings_in_force(reading)
            if (parcel.visibility or 0) > Visibility.UNLISTED:
                return await telling.still_for(reading, parcel.post, due.id, parcel.inbox) is None
        return any(rulings.find(id_, ABROAD, HIDING) is not None for id_ in (parcel.post, parcel.author))

    async def _strike(self, w: Writing, due: DueServer, struck: list[int], came: list[int]) -> None:
        """Delete deliveries that are done. `came`: posts of which copies are there now."""
        await deliveries.done(w, struck)
        await reached.note(w, came, due.id, self._carrier.clock())

    async def _failed(self, due: DueServer, parcel: Parcel, struck: list[int], came: list[int], wait: int) -> None:
        """It is given up after a vain try alone: this house may have been silent itself for longer than it waits for others."""
        now = self._carrier.clock()
        if not struck and due.failing_since is not None and now - due.failing_since >= GIVEN_UP_AFTER:
            return await self._give_up(due)
        if self._carrier.federation is not None:  # that it is there is news again
            self._carrier.federation.remembered.heard.items.pop(due.id, None)
        pause = BACK_OFF[min(due.fails, len(BACK_OFF) - 1)] // self._carrier.settings.hurry
        wished = min(wait * SECOND, LONGEST_WISH)
        async with self._work.writing() as w:
            await self._strike(w, due, struck, came)
            await deliveries.tried(w, parcel.id)
            await deliveries.failed(w, due.id, now + max(pause, wished), anew=bool(struck))
        return None

    async def _give_up(self, due: DueServer) -> None:
        async with self._work.writing() as w:
            dropped = await deliveries.give_up(w, due.id)
        days = (self._carrier.clock() - (due.failing_since or 0)) // DAY
        log.warning(
            "a server has not answered for days and is told nothing more", server=due.domain, days=days, dropped=dropped
        )


def fate_of(status: int, parcel: Parcel) -> Fate:
    """By what an inbox answered. Of what is refused for good the rest does not wait: it may be another matter."""
    if 200 <= status < 300:
        return Fate.ARRIVED
    if status in (404, 410):
        return Fate.LEFT
    if status in (401, 403):
        return Fate.AGAIN if parcel.tries < UNSURE_TRIES else Fate.DROPPED
    if status in (408, 425, 429) or status in (502, 503, 504):
        return Fate.AGAIN
    if status >= 500:
        return Fate.AGAIN if parcel.tries < VAIN_TRIES else Fate.DROPPED
    return Fate.DROPPED


async def signed(fed: Federation, due: DueServer, parcel: Parcel) -> InboxAnswer:
    """Send it, signed by whoever says it, in the way that the server understands. Raises NotAnswered."""
    beside = await _followers_there(fed, due, parcel) if parcel.visibility == Visibility.PRIVATE else None
    answered = await calling.post(fed, parcel.inbox, parcel.body.encode(), by=parcel.by, more=beside)
    wish = answered.headers.get("retry-after", "")
    return InboxAnswer(answered.status, int(wish) if wish.isascii() and wish.isdigit() and len(wish) < 8 else 0)


async def _followers_there(fed: Federation, due: DueServer, parcel: Parcel) -> dict[str, str]:
    """Who of that server follows, as it is known here, in one number: where it knows of others, it asks (FEP-8fcf).

    Said with what is for followers alone: who is wrongly taken for one there would read it.
    """
    async with fed.work.reading() as reading:
        author = await addresses.whose(reading, parcel.by)
        there = await synchronising.followers_at(reading, parcel.by, due.id)
    crowd = ours.followers(ours.person(fed.settings.origin, author.handle if author else ""))
    digest = synchronising.digest(there)
    return {"collection-synchronization": f'collectionId="{crowd}", url="{crowd}_synchronization", digest="{digest}"'}


async def forget(carrier: Carrier) -> None:
    """What everybody was told."""
    async with carrier.work.writing() as w:
        await deliveries.sweep(w)

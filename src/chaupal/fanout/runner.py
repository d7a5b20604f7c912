"""Carries out the outbox: the changes of an event and its removal are one commit, so a crash neither loses nor doubles it.

Of many processes on one store any number do so beside each other, each in lanes that nobody else holds (`store.machine.outbox`);
what reaches outside the store is claimed first, and is another's to do where whoever claimed it does not come back. The hub hears
each commit: what follows at once is done, and whoever carries the rest out is woken.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from functools import partial
from urllib.parse import urlsplit

from chaupal.fanout.context import Carrier
from chaupal.fanout.notifications import letters
from chaupal.fanout.table import ASIDE, AT_ONCE, ERRANDS, GIVEN_UP, HANDLERS, catch_up, keep_untold, to_servers
from chaupal.kernel.clock import MINUTE, SECOND
from chaupal.kernel.event import Event
from chaupal.kernel.logger import log
from chaupal.ports.mail import NotAsked, NotReached
from chaupal.store.federation import untold
from chaupal.store.machine import outbox
from chaupal.store.machine.work import Reading, Writing

WAITING = "outbox"  # what is rung on the bus
BATCH = 100
TIDY_AFTER = 50  # looks that found nothing
ASIDE_AT_ONCE = 30
ASIDE_OF_ONE = 10  # of those: that wait for one other server
HELD = 2 * MINUTE  # what is carried out aside is anybody's again after this: whoever took it up has died
LATER = 5 * SECOND  # where too many are at it, or the machine is short of something
LOOK_EVERY = 0.1  # seconds: events of another process (the CLI) come without a wake-up
AFTER_FAILURE = 1.0  # seconds
# Seconds before the first batch, where other servers are talked to: telling a thousand of them takes as long as ten answers, and
# whoever said something has theirs before.
ANSWERED = 0.005
FINISHING = 5.0  # seconds
# Seconds from one batch to the next. The first event is carried out at once; those that come while it is share the next
# batch, and its commit: on a busy evening each act would else wait for two.
PACE = 0.04
# Of many processes each carries out the events of all; at the pace of one alone the batches of three would be three times as many.
PACE_OF_MANY = 0.1

type Pause = Callable[[], Awaitable[object]]


class Runner:
    """One task. `settle` waits until everything told so far is carried out. `pause`: from one batch to the next."""

    def __init__(self, carrier: Carrier, pause: Pause | None = None) -> None:
        self._carrier = carrier
        self._many = carrier.settings.many
        self._works = True
        self._pause = pause or partial(asyncio.sleep, PACE_OF_MANY if self._many else PACE)
        self._awake = asyncio.Event()
        self._stop = carrier.bus.subscribe(WAITING, lambda _: self._awake.set())
        self._task: asyncio.Task[None] | None = None
        self._aside: dict[asyncio.Task[None], int | str] = {}  # each with whom it waits for
        self._idle = 0
        self._busy = self._leaving = False

    def start(self, *, works: bool = True) -> None:
        """`works`: False where other processes carry the outbox out; what they and others changed is heard all the same."""
        self._works = works
        self._task = asyncio.create_task(self._run())

    async def close(self) -> None:
        """What is in hand is finished, where that does not take long: a letter that is cut off is sent again, and later."""
        self._stop()
        self._leaving = True
        if self._task is not None and self._busy:
            await asyncio.wait({self._task}, timeout=FINISHING)
        for task in (self._task, *self._aside):
            if task is not None:
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task

    async def _begin(self) -> None:
        """At the start, free what this process had put aside when it last ended, so that nobody waits for it."""
        try:
            async with self._carrier.work.writing() as w:
                await outbox.free(w, HELD)
        except Exception as error:
            self._carrier.say_failed("what was in hand waits for two minutes", error)

    async def _run(self) -> None:
        if self._works and not self._many:
            await self._begin()
        while True:
            told = self._awake.is_set()
            self._awake.clear()
            try:
                await self._carrier.work.fresh()  # nobody may be asking, and yet connections are open
                did = await self._in_hand(told=told) if self._works else 0
            except Exception as error:
                self._carrier.say_failed("the outbox could not be carried out", error)
                await asyncio.sleep(AFTER_FAILURE)
                continue
            if self._leaving:
                return
            if did >= BATCH:
                await asyncio.sleep(0)  # more of it waits already
            elif did or (told and self._many):  # told of what another one has taken: there is more of that to come
                await self._pause()
            else:
                await self._wait()

    async def _in_hand(self, *, told: bool) -> int:
        self._busy = True
        try:
            return await self.step(told=told)
        finally:
            self._busy = False

    async def _wait(self) -> None:
        try:
            await asyncio.wait_for(self._awake.wait(), LOOK_EVERY)
            if self._carrier.federation is not None:
                await asyncio.sleep(ANSWERED)
        except TimeoutError:
            self._idle += 1
            if self._idle % TIDY_AFTER == 0:
                await self._carrier.work.tidy()

    async def settle(self) -> None:
        """Carry out until nothing waits."""
        while True:
            await self.step()
            await asyncio.gather(*self._aside)
            async with self._carrier.work.reading() as reading:
                if await outbox.is_empty(reading) and not await self._is_behind(reading):
                    break
            await asyncio.sleep(0)
        await self._carrier.streams.settle()

    async def _is_behind(self, reading: Reading) -> bool:
        """Whether other servers have yet to be told of what happened while nobody told them anything."""
        return self._carrier.federation is not None and await untold.any_waits(reading)

    async def step(self, *, told: bool = False) -> int:
        """Carry out the next batch; how many events it held. One that fails is tried alone, later given up and kept.

        `told`: something waits, and nobody needs to look whether it does.
        """
        if self._carrier.federation is not None and (behind := await catch_up(self._carrier)) is not None:
            return behind
        if not told:
            async with self._carrier.work.reading() as reading:
                if await outbox.is_empty(reading):
                    return 0
        try:
            return await self._batch(BATCH)
        except Exception as error:
            log.warning("a batch of events failed; taking them one by one", error=error)
            return await self._alone()

    async def _batch(self, at_most: int) -> int:
        errands: list[tuple[int, Event]] = []
        async with self._carrier.work.writing() as w:
            events = await self._take(w, at_most)
            later = bool(events) and await self._tells_later(w)
            finished: list[int] = []
            for seq, event in events:
                if type(event) in ERRANDS and event is not None:
                    errands.append((seq, event))
                    continue
                if event is not None:
                    await self._handle(w, event, later=later)
                elif self._many:  # a newer version beside us wrote it, and knows what to do
                    await outbox.claim(w, seq, LATER)
                    continue
                finished.append(seq)
            if finished:
                await outbox.done(w, finished)
        await self._carrier.streams.hear_outside(event for _, event in events if event is not None)
        for seq, event in errands:
            if self._leaving:
                break  # they are still there, for whoever is next
            await (self._put_aside if type(event) in ASIDE else self._errand)(seq, event)
        return len(events)

    async def _take(self, w: Writing, at_most: int) -> list[tuple[int, Event | None]]:
        if self._many:
            return await self._up_to_known(await outbox.waiting_in(w, await outbox.hold_lanes(w), at_most))
        return await self._up_to_known(await outbox.waiting(w, at_most))

    async def _up_to_known(self, events: list[tuple[int, Event | None]]) -> list[tuple[int, Event | None]]:
        """Only events that were committed with what this process knows: none is carried out by older rulings, or with older words."""
        last = await self._carrier.work.abreast() if events else 0
        return [one for one in events if one[0] <= last]

    async def _tells_later(self, w: Writing) -> bool:
        """Whether other servers know of something here, and are not talked to. It stays so for as long as a unit takes."""
        return self._carrier.federation is None and await untold.ever_spoke(w)

    async def _handle(self, w: Writing, event: Event, *, later: bool) -> None:
        handlers = HANDLERS.get(type(event), ())
        if self._carrier.federation is not None:
            handlers = (*handlers, *to_servers().get(type(event), ()))
        elif later:
            await keep_untold(w, event)
        for handler in handlers:
            await handler(self._carrier, w, event)

    async def _errand(self, seq: int, event: Event) -> None:
        """What happens outside the store (mail): done first, struck off after; at least once."""
        if not await self._claim(seq, HELD):
            return
        try:
            try:
                for errand in ERRANDS[type(event)]:
                    await errand(self._carrier, event)
            except NotReached as error:
                await self._not_reached(event, error.to)
        except NotAsked as error:
            await self._put_off(seq, event, error, error.wait)
        except Exception as error:
            await self._failed(seq, event, error, outside=True)
        else:
            async with self._carrier.work.writing() as w:
                await outbox.done(w, [seq])

    async def _not_reached(self, event: Event, to: str) -> None:
        """There is no such mailbox: nothing is tried again. To note it twice changes nothing."""
        telling = event.letter.telling if isinstance(event, letters.LetterDue) else 0
        async with self._carrier.work.writing() as w:
            await letters.gone(self._carrier.court, w, to, telling)

    async def _claim(self, seq: int, ms: int) -> bool:
        """Whether nobody else is at it, nor will be for so long; of one process nobody is."""
        if not self._many:
            return True
        async with self._carrier.work.writing() as w:
            return await outbox.claim(w, seq, ms)

    async def _put_aside(self, seq: int, event: Event) -> None:
        """Carry it out beside the others; nobody else takes it up meanwhile."""
        there = _asked_of(event)
        free = len(self._aside) < ASIDE_AT_ONCE and [*self._aside.values()].count(there) < ASIDE_OF_ONE
        if not self._many:
            async with self._carrier.work.writing() as w:
                await outbox.hold(w, seq, w.now() + (HELD if free else LATER))
        elif not free:
            await self._claim(seq, LATER)
        if free:
            task = asyncio.create_task(self._errand(seq, event))
            self._aside[task] = there
            task.add_done_callback(self._aside.pop)

    async def _alone(self) -> int:
        async with self._carrier.work.writing() as w:
            events = await outbox.waiting(w, BATCH)
        for seq, event in await self._up_to_known(events):
            if event is None or type(event) in ERRANDS:
                continue
            try:
                async with self._carrier.work.writing() as w:
                    if self._many and not await outbox.hold_one(w, seq):
                        continue
                    await self._handle(w, event, later=await self._tells_later(w))
                    await outbox.done(w, [seq])
                await self._carrier.streams.hear_outside([event])
            except Exception as error:
                await (self._put_off if self._carrier.is_machines(error) else self._failed)(seq, event, error)
        return len(events)

    async def _put_off(self, seq: int, event: Event, error: Exception, wait: int = LATER) -> None:
        """Try later, without counting it as a try of the event: five tries would be over before the machine is well again."""
        async with self._carrier.work.writing() as w:
            await outbox.hold(w, seq, w.now() + wait)
        log.warning("an event waits for the machine", event_name=type(event).__name__, seq=seq, error=error)

    async def _failed(self, seq: int, event: Event, error: Exception, *, outside: bool = False) -> None:
        async with self._carrier.work.writing() as w:
            given_up = await outbox.failed(w, seq, outside=outside, hurry=self._carrier.settings.hurry)
            if given_up and (last_word := GIVEN_UP.get(type(event))):
                await last_word(self._carrier, w, event)
        log.error("event failed", event_name=type(event).__name__, seq=seq, error=error, given_up=given_up)


def _asked_of(event: Event) -> int | str:
    """The other server that an errand waits for, if the event names one: a slow server delays only its own errands."""
    return getattr(event, "server", 0) or urlsplit(getattr(event, "uri", "")).netloc or type(event).__name__


class Hub:
    """Called by the store after each commit. Never raises: what is committed is committed. `works`: see `Runner.start`."""

    def __init__(self, carrier: Carrier, *, works: bool = True) -> None:
        self._carrier = carrier
        # Whoever carries events out wakes no other: all at once they would stand before the same few events.
        self._wake = carrier.bus.publish_here if works else carrier.bus.publish

    def __call__(self, events: list[Event]) -> None:
        self.hear(events)
        self._wake(WAITING, "")

    def hear(self, events: list[Event]) -> None:
        """What others have committed. Each may be heard again: to do it twice is to do it once."""
        for event in events:
            for handler in AT_ONCE.get(type(event), ()):
                try:
                    handler(self._carrier, event)
                except Exception:  # whatever it was: what is committed is committed, and the others are to hear of it
                    log.exception("what follows a commit at once failed", event_name=type(event).__name__)
            self._carrier.streams.hear(event)

    def miss(self) -> None:
        """Something may have happened that was not heard: whoever listens comes again, and reads what they have missed."""
        self._carrier.streams.close()

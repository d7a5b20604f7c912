"""What time does: rulings that have run out are written down as over; what nobody needs any more is swept away."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

from chaupal.fanout import exporting
from chaupal.fanout.context import Carrier
from chaupal.fanout.notices import mailing, push, served
from chaupal.fanout.outside import previews, webhooks
from chaupal.governance.cases import bulk_jobs, clocks, decisions, evidence, reviews
from chaupal.governance.log import batches as log_batches
from chaupal.governance.log import cosigned as log_cosigned
from chaupal.governance.log import reconcile
from chaupal.governance.orders import archive, portal, publishing
from chaupal.governance.people import announcements, reports, roles
from chaupal.social.archives import exports, imports
from chaupal.social.media import contents, media, painting
from chaupal.social.people import leaving, moving
from chaupal.social.posts import polls, scheduling
from chaupal.social.signin import logins


class Timers:
    """One loop over what is due, beside the runner. An act is never begun while it still runs; one that fails is logged and
    tried when it is due again.

    `pace`: seconds between looks at what is due.
    """

    def __init__(self, carrier: Carrier, *, pace: float = 1.0) -> None:
        court, square = carrier.court, carrier.square
        # Seconds between, and what is done. The gate itself obeys no ruling a millisecond past its end.
        self._acts: tuple[tuple[float, Callable[[], Awaitable[object]]], ...] = (
            (pace, lambda: decisions.lapse_ended(court)),
            (pace, lambda: log_batches.publish_due(court)),
            (pace, lambda: publishing.publish_due(court)),
            (pace, lambda: served.release(carrier)),
            (pace, lambda: clocks.alert(court)),
            (pace, lambda: webhooks.deliver_due(carrier)),
            (pace, lambda: imports.carry_on(square)),
            (pace, lambda: exporting.carry_on(carrier)),
            (pace, lambda: bulk_jobs.carry_on(court)),
            (pace, lambda: moving.carry_on(square)),
            (pace, lambda: painting.paint_waiting(square)),
            (pace, contents.Walk(square).step),
            (pace, lambda: push.deliver_due(carrier)),
            (30, lambda: mailing.write_due(carrier)),
            (pace, lambda: announcements.tell_due(court)),
            (pace, lambda: polls.close_due(square)),
            (pace, lambda: scheduling.publish_due(square)),
            (5, carrier.work.keep_small),
            (pace, reconcile.Walk(court).step),
            (600, lambda: roles.watch(court)),
            (600, lambda: reviews.remind(court)),
            (60, lambda: log_cosigned.ask_witnesses(court)),
            (60, lambda: leaving.carry_out(square)),
            (3_600, lambda: logins.tidy(square)),
            (3_600, lambda: reports.tidy(court)),
            (3_600, lambda: exports.sweep(square)),
            (3_600, lambda: bulk_jobs.sweep(court)),
            (3_600, lambda: media.sweep(square)),
            (3_600, lambda: evidence.purge_due(court)),
            (3_600, lambda: archive.sweep(court, square.files)),
            (3_600, lambda: portal.tidy(court)),
            (pace, lambda: previews.fetch_due(carrier)),
            (3_600, lambda: previews.sweep(carrier)),
            (3_600, lambda: push.tidy(carrier)),
        )
        self._carrier, self._pace = carrier, pace
        self._running: dict[int, asyncio.Task[None]] = {}
        self._loop: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._loop = asyncio.create_task(self._look())

    async def close(self) -> None:
        for task in (self._loop, *self._running.values()):
            if task is not None:
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task

    async def _look(self) -> None:
        now = asyncio.get_running_loop().time
        due = [now() + seconds for seconds, _ in self._acts]
        while True:
            await asyncio.sleep(self._pace)
            try:
                await self._carrier.work.fresh()  # nobody is written to by an older law
            except Exception as error:
                self._carrier.say_failed("nobody knows what is due", error)
                continue
            for at, (seconds, act) in enumerate(self._acts):
                # Looks come a little late, each by itself.
                if at not in self._running and due[at] <= now() + self._pace / 2:
                    due[at] = now() + seconds
                    self._running[at] = asyncio.create_task(self._carry_out(at, act))

    async def _carry_out(self, at: int, act: Callable[[], Awaitable[object]]) -> None:
        try:
            await act()
        except Exception as error:
            self._carrier.say_failed("what time should have done failed", error, every=self._acts[at][0])
        finally:
            del self._running[at]

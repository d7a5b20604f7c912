"""Timed tasks: rulings that have run out are noted as over, and what nobody needs any more is swept away.

Of many processes on one store one carries out each act (`store.machine.claims`); what is about a process's own memory, each does
for itself.
"""

import asyncio
import contextlib
import secrets
from collections.abc import Awaitable, Callable
from typing import NamedTuple

from chaupal.fanout import exporting
from chaupal.fanout.context import Carrier
from chaupal.fanout.notifications import letters, notification_mails, push, served
from chaupal.fanout.outside import previews, webhooks
from chaupal.governance.cases import bulk_jobs, clocks, decisions, evidence, reviews
from chaupal.governance.log import cosigned as log_cosigned, reconcile
from chaupal.governance.log.seen import SetBack
from chaupal.governance.orders import documents, portal, publishing
from chaupal.governance.people import announcements, reports, role_grants
from chaupal.kernel.logger import log
from chaupal.social.archives import exports, imports
from chaupal.social.media import contents, media, painting
from chaupal.social.people import leaving, moving
from chaupal.social.posts import drafts_and_scheduled, polls
from chaupal.social.signin import sessions
from chaupal.store.machine import claims
from chaupal.store.machine.claims import CLAIM, Claim, Overtaken

ASK_AGAIN = 60  # seconds until this process tries again to sign a log of which a witness has seen more
LET_OTHERS = 5  # looks after a failure in which this process does not ask for that act again


class TimerAct(NamedTuple):
    """Something that is done every so many `seconds`. `own`: by each process, for what it keeps in its own memory."""

    name: str
    seconds: float
    do: Callable[[], Awaitable[object]]
    own: bool = False


def _of_servers(carrier: Carrier) -> tuple[TimerAct, ...]:
    """What time does where other servers are talked to; brought in only there."""
    from chaupal.fanout.federation import delivering, gathering

    return (
        TimerAct("forget what was heard", 3_600, lambda: gathering.forget(carrier)),
        TimerAct("forget what was said", 3_600, lambda: delivering.forget(carrier)),
        TimerAct("let go of files of others", 600, lambda: gathering.sweep(carrier)),
    )


class Timers:
    """One loop over what is due, beside the runner. An act is never begun while it still runs; one that fails is logged and
    tried when it is due again.

    `pace`: seconds between looks at what is due. `shared`: False where other processes do what needs to be done but once.
    """

    def __init__(self, carrier: Carrier, *, pace: float = 1.0, shared: bool = True) -> None:
        court, square = carrier.court, carrier.square
        # The gate itself obeys no ruling a millisecond past its end.
        self._acts: tuple[TimerAct, ...] = (
            TimerAct("lapse rulings", pace, lambda: decisions.lapse_ended(court)),
            TimerAct("sign the log", pace, lambda: log_cosigned.sign_due(court)),
            TimerAct("publish matters", pace, lambda: publishing.publish_due(court)),
            TimerAct("release notices", pace, lambda: served.release(carrier)),
            # What comes due meanwhile stands in one letter; the shortest time that a law gives is two hours.
            TimerAct("alert staff", 300, lambda: clocks.alert(court)),
            TimerAct("call webhooks", pace, lambda: webhooks.deliver_due(carrier)),
            TimerAct("bring archives in", pace, lambda: imports.carry_on(square)),
            TimerAct("make exports", pace, lambda: exporting.carry_on(carrier)),
            TimerAct("decide in bulk", pace, lambda: bulk_jobs.carry_on(court)),
            TimerAct("move followers", pace, lambda: moving.carry_on(square)),
            TimerAct("paint uploads", pace, lambda: painting.paint_waiting(square)),
            TimerAct("know uploads", pace, contents.Walk(square).step),
            TimerAct("push", pace, lambda: push.deliver_due(carrier)),
            TimerAct("mail notices", 30, lambda: notification_mails.write_due(carrier)),
            TimerAct("announce", pace, lambda: announcements.tell_due(court)),
            TimerAct("close polls", pace, lambda: polls.close_due(square)),
            TimerAct("publish planned posts", pace, lambda: drafts_and_scheduled.publish_due(square)),
            TimerAct("keep the store small", 5, carrier.work.keep_small, own=True),
            # What agrees with the log is sealed in this process's memory, and what does not is said in its log.
            TimerAct("reconcile", pace, reconcile.Walk(court, beside=[role_grants.strays]).step, own=True),
            TimerAct("remind of reviews", 600, lambda: reviews.remind(court)),
            TimerAct("ask witnesses", 60, lambda: log_cosigned.ask_witnesses(court)),
            TimerAct("end accounts", 60, lambda: leaving.carry_out(square)),
            TimerAct("tidy logins", 3_600, lambda: sessions.tidy(square)),
            TimerAct("tidy reports", 3_600, lambda: reports.tidy(court)),
            TimerAct("tidy letters", 3_600, lambda: letters.tidy(carrier)),
            TimerAct("sweep exports", 3_600, lambda: exports.sweep(square)),
            TimerAct("sweep bulk calls", 3_600, lambda: bulk_jobs.sweep(court)),
            TimerAct("sweep uploads", 3_600, lambda: media.sweep(square)),
            TimerAct("purge evidence", 3_600, lambda: evidence.purge_due(court)),
            TimerAct("sweep the archive", 3_600, lambda: documents.sweep(court, square.files)),
            TimerAct("tidy the portal", 3_600, lambda: portal.tidy(court)),
            TimerAct("follow links", pace, lambda: previews.fetch_due(carrier)),
            TimerAct("sweep previews", 3_600, lambda: previews.sweep(carrier)),
            TimerAct("tidy pushes", 3_600, lambda: push.tidy(carrier)),
            *(_of_servers(carrier) if carrier.federation is not None else ()),
        )
        self._carrier, self._pace, self._shared = carrier, pace, shared
        self._many = carrier.settings.many
        self._me = secrets.token_hex(8)  # as no other process is called, nor this one after its next start
        self._ensured = False
        self._due: dict[str, float] = {}
        self._running: dict[str, asyncio.Task[None]] = {}
        self._loop: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._loop = asyncio.create_task(self._run_due())

    async def close(self) -> None:
        for task in (self._loop, *self._running.values()):
            if task is not None:
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task
        if self._ensured:
            try:
                async with self._carrier.work.writing() as w:
                    await claims.let_go(w, self._me)
            except Exception as error:
                log.warning("claims could not be given back; they run out by themselves", error=error)

    async def _run_due(self) -> None:
        now = asyncio.get_running_loop().time
        due = self._due = {act.name: now() + act.seconds for act in self._acts}
        while True:
            await asyncio.sleep(self._pace)
            try:
                await self._carrier.work.fresh()  # nobody is written to by an older law
            except Exception as error:
                self._carrier.say_failed("nobody knows what is due", error)
                continue
            ready = [
                act for act in self._acts if act.name not in self._running and due[act.name] <= now() + self._pace / 2
            ]
            for act, claim in await self._claimed(ready):
                # Looks come a little late, each by itself.
                due[act.name] = now() + act.seconds
                self._running[act.name] = asyncio.create_task(self._carry_out(act, claim))

    async def _claimed(self, ready: list[TimerAct]) -> list[tuple[TimerAct, Claim | None]]:
        """Those of the acts that are this process's to do now. Where the store cannot be asked, of shared ones none."""
        found: list[tuple[TimerAct, Claim | None]] = [(act, None) for act in ready if act.own or not self._many]
        if not self._many:
            return found
        try:
            held = await self._claim({act.name: act for act in ready if not act.own}) if self._shared else []
        except Exception as error:
            self._carrier.say_failed("what is due could not be looked up", error)
            held = []
        return found + held

    async def _claim(self, ready: dict[str, TimerAct]) -> list[tuple[TimerAct, Claim | None]]:
        names = [act.name for act in self._acts if not act.own]
        # A little less than its time: the next look at it is late rather than early.
        wanted = {name: int(max(act.seconds - self._pace / 2, 0) * 1_000) for name, act in ready.items()}
        async with self._carrier.work.writing() as w:
            if not self._ensured:
                await claims.ensure(w, names)
            if running := [name for name in names if name in self._running]:
                await claims.renew(w, self._me, running)
            held = await claims.take(w, self._me, wanted)
        self._ensured = True
        return [(ready[claim.act], claim) for claim in held]

    async def _leave_to_others(self, act: TimerAct, claim: Claim) -> None:
        """It failed here, maybe for want of a key or of room. The claim is freed, and other machines come first next time."""
        self._due[act.name] = asyncio.get_running_loop().time() + max(act.seconds, LET_OTHERS * self._pace)
        CLAIM.set(None)
        with contextlib.suppress(Exception):  # then it is theirs when the claim has run out
            async with self._carrier.work.writing() as w:
                await claims.let_go_of(w, claim)

    async def _carry_out(self, act: TimerAct, claim: Claim | None) -> None:
        CLAIM.set(claim)
        try:
            await act.do()
        except Overtaken:
            log.warning("another process does this now", act=act.name)
        except Exception as error:
            self._carrier.say_failed("what time should have done failed", error, act=act.name)
            if claim is not None:
                await self._leave_to_others(act, claim)
            if isinstance(error, SetBack):
                self._due[act.name] += ASK_AGAIN
        finally:
            del self._running[act.name]

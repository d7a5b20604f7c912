"""The village: a square that is lived through before its doors open, by the same functions that people's clicks call.

Its twelve days pass in a house whose clock is moved by hand, so every id, notice and log leaf has the time of its deed.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from typing import Any

from chaupal.app.village_pictures import paint
from chaupal.app.village_story import (
    Line,
    Matter,
    Ordered,
    Play,
    Protected,
    Scene,
    Stated,
    StoryTarget,
    Villager,
    load_play,
)
from chaupal.app.wiring import RunningHouse, open_house
from chaupal.governance.appeals import appeals, notices
from chaupal.governance.cases import decisions, house
from chaupal.governance.orders import authorities, orders, statements, steps
from chaupal.governance.orders.order_forms import OrderForm
from chaupal.governance.people import speakers
from chaupal.kernel.alike import like
from chaupal.kernel.clock import DAY, HOUR, MINUTE, Clock, StillClock, iso, iso_day, system_clock
from chaupal.kernel.errors import Problem
from chaupal.kernel.logger import log
from chaupal.kernel.settings import Settings
from chaupal.policy.draft import Draft
from chaupal.policy.facts import FROM_WIRE
from chaupal.policy.viewer import Role, Viewer
from chaupal.social.media import media
from chaupal.social.people import accounts, graph, profiles
from chaupal.social.posts import posts, reactions
from chaupal.store.identity import accounts as kept_accounts
from chaupal.store.machine import marks
from chaupal.web.pages import Player, introduce

PASSWORD = "chaupal-gaanv"  # noqa: S105 - everybody's, so that an app can log in as any of them; printed in docs/village.md
MARK, BEGUN, FOUNDED = "village", "begun", "founded"
JOINED = 13 * DAY  # before the founding
LATER = 40_000  # ms from a line to its reposts
ANSWERED = 25 * MINUTE  # from an order to the acknowledgement of its receipt

type Deed = Callable[[], Awaitable[None]]


async def prepare(settings: Settings, now: Clock = system_clock) -> bool:
    """Found the village in an empty data directory and introduce its cast; True where this call founded it.

    A directory that holds another square is served as it is, without a cast: nobody there may be played by a visitor.
    Raises Problem for a village whose founding was cut short.
    """
    play, moment = load_play(), now()
    running = await open_house(settings, clock=StillClock(moment - JOINED), run=False)
    try:
        standing = await _standing(running)
        if standing == "another":
            log.warning("this data directory holds another square; the village has no cast here", data=settings.data)
            introduce(())
            return False
        introduce(Player(v.handle, v.name, v.part) for v in play.cast)
        if standing != FOUNDED:
            await Telling(running, play, moment).tell()
        return standing != FOUNDED
    finally:
        await running.close()


async def _standing(running: RunningHouse) -> str:
    """`founded`, `another` (a square that is no village), or empty."""
    async with running.house.square.work.reading() as reading:
        mark = await marks.read(reading, MARK)
        people = (await kept_accounts.census(reading, 0)).people
    if mark == BEGUN:
        raise Problem(f"A village was begun in {running.house.settings.data}, but cut short; remove it and start again")
    return mark or ("another" if people else "")


class Telling:
    """One telling of the play, in an open house with a still clock."""

    def __init__(self, running: RunningHouse, play: Play, moment: int) -> None:
        self.running, self.play, self.moment = running, play, moment
        self.house = running.house
        clock = self.house.square.clock
        assert isinstance(clock, StillClock)  # noqa: S101 - the caller opened the house with one
        self.clock = clock
        self.people: dict[str, Viewer] = {}
        self.said: dict[str, tuple[str, int]] = {}  # a line's id -> its author's handle and its post
        self.pictures: dict[str, asyncio.Task[int]] = {}  # the text beside it -> the picture
        self.refs: list[str] = []  # of the orders, in the order they came
        self.register = ""  # the address of the latest order

    async def tell(self) -> None:
        """Everything, in the order of time."""
        await self._mark(BEGUN)
        await self._together([self._join(villager) for villager in self.play.cast])
        await self._together([self._dress(villager) for villager in self.play.cast])
        # Painting is the slowest part: it goes on in threads beside the telling, and a line waits for its picture.
        async with asyncio.TaskGroup() as painters:
            lines = [line for scene in self.play.scene for line in scene.lines if line.picture]
            self.pictures = {line.text: painters.create_task(self._attach(line)) for line in lines}
            for villager in self.play.cast:
                if villager.portrait:
                    painters.create_task(self._portray(villager))
            await self._live()
        await self._mark(FOUNDED)

    async def _live(self) -> None:
        await self._follow()
        proposed = await authorities.register(self.house.court, self.staff(Role.CLERK), self.play.authority)
        issuer = await authorities.agree(self.house.court, self.staff(Role.APPROVER), proposed.id)
        deeds: list[tuple[int, Deed]] = [deed for scene in self.play.scene for deed in self._scene(scene)]
        deeds += [deed for order in self.play.order for deed in self._order(order, issuer.id)]
        deeds += list(Bench(self, issuer.id).deeds())
        for at, deed in sorted(deeds, key=lambda pair: pair[0]):
            self.clock.at = max(self.clock.at, at)
            await deed()

    # --- people ---

    async def _join(self, villager: Villager) -> None:
        id_ = await accounts.create(
            self.house.square,
            handle=villager.handle,
            email=f"{villager.handle}@gaanv.example",
            password=PASSWORD,
            name=villager.name,
            role=villager.role,
            language=villager.language,
        )
        self.people[villager.handle] = Viewer(
            account=id_, country=villager.country, role=villager.role, language=villager.language
        )

    async def _dress(self, villager: Villager) -> None:
        face = kept_accounts.Face(note=villager.note, locked=villager.locked)
        await profiles.change(self.house.square, self.people[villager.handle], face)

    async def _portray(self, villager: Villager) -> None:
        square, viewer = self.house.square, self.people[villager.handle]
        picture = await asyncio.to_thread(paint, villager.portrait)
        face = kept_accounts.Face(avatar=await media.keep_portrait(square, viewer, picture, "avatar"))
        await profiles.change(square, viewer, face)

    async def _follow(self) -> None:
        follows = [(v.handle, whom) for v in self.play.cast for whom in v.follows.split()]
        await self._together([graph.follow(self.house.square, self.people[a], self._id(b)) for a, b in follows])
        for villager in self.play.cast:
            for who in villager.grants.split():
                await graph.grant(self.house.square, self.people[villager.handle], self._id(who))
        await self.settle()

    # --- scenes ---

    def _scene(self, scene: Scene) -> Iterator[tuple[int, Deed]]:
        """(moment, deed) of every line, and of what others made of them."""
        at = self.ago(scene.ago)
        for number, line in enumerate(scene.lines):
            at += int(line.wait * MINUTE) if number else 0
            place: list[int] = []
            yield at, lambda line=line, place=place: self._say(line, place)
            yield at + LATER, lambda line=line, place=place: self._spread(line, place)
        yield at + 2 * LATER, self.settle

    async def _say(self, line: Line, place: list[int]) -> None:
        square, viewer = self.house.square, self.people[line.by]
        draft = posts.Draft(
            text=line.text.replace("{register}", self.register),
            spoiler=line.cw,
            visibility=FROM_WIRE[line.visibility],
            language=line.lang or None,
            reply_to=self.said[line.to][1] if line.to else None,
            pictures=[await self.pictures[line.text]] if line.picture else [],
        )
        place.append(await posts.publish(square, viewer, draft))
        if line.id:
            self.said[line.id] = (line.by, place[0])

    async def _attach(self, line: Line) -> int:
        upload = await asyncio.to_thread(paint, line.picture)
        return await media.attach(self.house.square, self.people[line.by], upload, line.alt)

    async def _spread(self, line: Line, place: list[int]) -> None:
        square = self.house.square
        for who in line.reposts.split():
            self.clock.move(1_000)
            await posts.repost(square, self.people[who], place[0])
        await self._together([reactions.like(square, self.people[who], place[0]) for who in line.likes.split()])

    # --- orders ---

    def _order(self, order: Ordered, issuer: int) -> Iterator[tuple[int, Deed]]:
        """(moment, deed) of an order's course."""
        ref: list[str] = []
        numbered = [(n, t) for n, t in enumerate(order.target, 1) if t.outcome]
        sent_back = [(n, t) for n, t in numbered if t.return_reason]
        lifted = [(n, t) for n, t in numbered if t.lifted_because]
        yield self.ago(order.received), lambda: self._receive(order, issuer, ref)
        yield self.ago(order.received) + ANSWERED, lambda: self._step(ref[0], "acknowledge", Role.CLERK)
        checked = self.ago(order.received) + 2 * ANSWERED if order.proposed is None else self.ago(order.proposed)
        yield checked, lambda: self._step(ref[0], "check", Role.REVIEWER)
        if order.proposed is not None:
            yield (
                self.ago(order.proposed),
                lambda: self._for_each(numbered, lambda n, t: self._propose(ref[0], n, t, first=True)),
            )
        if order.returned is not None:
            yield self.ago(order.returned), lambda: self._for_each(sent_back, lambda n, t: self._return(ref[0], n, t))
        if order.approved is not None:
            yield self.ago(order.approved), lambda: self._for_each(numbered, lambda n, _: self._approve(ref[0], n))
        if order.lifted is not None:
            yield self.ago(order.lifted), lambda: self._for_each(lifted, lambda n, t: self._lift(ref[0], n, t))
            yield self.ago(order.lifted) + LATER, lambda: self._step(ref[0], "close", Role.REVIEWER)

    async def _receive(self, order: Ordered, issuer: int, ref: list[str]) -> None:
        now = self.clock.at
        form = like(
            OrderForm,
            order,
            authority=issuer,
            territory=self.play.authority.jurisdiction,
            dated=iso_day(now),
            bases=tuple(order.bases.split()),
            particulars={"signature": "yes"},
            origin_note=f"Called back on {iso_day(now)}; the office confirmed it.",
            ends_at=iso(now + int(order.holds * HOUR)) if order.holds is not None else "",
            targets="\n".join(self._address(target.what) for target in order.target),
            record_unknown=True,
        )
        ref.append(await orders.receive(self.house.court, self.staff(Role.CLERK), form))
        self.refs.append(ref[0])
        self.register = f"{self.house.settings.origin}/orders/{ref[0]}"

    async def _step(self, ref: str, verb: str, role: Role) -> None:
        await steps.take(self.house.court, self.staff(role), ref, steps.StepForm(verb=verb))
        await self.settle()

    async def _propose(self, ref: str, number: int, target: StoryTarget, *, first: bool = False) -> None:
        reason = (target.first_reason if first else "") or target.reason
        await decisions.propose(
            self.house.court,
            self.staff(Role.REVIEWER),
            ref,
            number,
            outcome=target.outcome,
            reason=reason,
            code=target.code,
            finding=target.finding,
        )

    async def _return(self, ref: str, number: int, target: StoryTarget) -> None:
        """Sent back for a better reason, and proposed again with one a little later."""
        await decisions.return_(self.house.court, self.staff(Role.APPROVER), ref, number, reason=target.return_reason)
        self.clock.move(20 * MINUTE)
        await self._propose(ref, number, target)

    async def _approve(self, ref: str, number: int) -> None:
        await decisions.approve(self.house.court, self.staff(Role.APPROVER), ref, number)

    async def _lift(self, ref: str, number: int, target: StoryTarget) -> None:
        await decisions.lift(self.house.court, self.staff(Role.REVIEWER), ref, number, reason=target.lifted_because)

    async def _for_each(
        self, targets: list[tuple[int, StoryTarget]], act: Callable[[int, StoryTarget], Awaitable[None]]
    ) -> None:
        for number, target in targets:
            self.clock.move(MINUTE)
            await act(number, target)
        await self.settle()

    # --- small words ---

    def _address(self, what: str) -> str:
        """What an order names, as its officer would write it."""
        if what not in self.said:
            return what
        handle, post = self.said[what]
        return f"{self.house.settings.origin}/@{handle}/{post}"

    def ago(self, hours: float) -> int:
        return self.moment - int(hours * HOUR)

    def _id(self, handle: str) -> int:
        id_ = self.people[handle].account
        assert id_ is not None  # noqa: S101 - everybody of the cast has joined
        return id_

    def staff(self, role: Role) -> Viewer:
        return self.people[self.play.with_role(role)]

    async def _together(self, acts: list[Coroutine[Any, Any, Any]]) -> None:
        """At one moment. The embedded store brings them to the disk together; PostgreSQL might find them in a deadlock."""
        if self.house.settings.postgres:
            for act in acts:
                await act
        else:
            await asyncio.gather(*acts)

    async def settle(self) -> None:
        await self.running.runner.settle()

    async def _mark(self, value: str) -> None:
        async with self.house.square.work.writing() as w:
            await marks.write(w, MARK, value)


class Bench:
    """What the court does in the play, through the functions that the office's pages call."""

    def __init__(self, telling: Telling, issuer: int) -> None:
        self.telling, self.issuer = telling, issuer
        self.court = telling.house.court

    def deeds(self) -> Iterator[tuple[int, Deed]]:
        """(moment, deed) of everything."""
        play, ago = self.telling.play, self.telling.ago
        for one in play.speaker:
            yield ago(one.ago), lambda one=one: self._protect(one)
        for matter in play.matter:
            yield ago(matter.ago), lambda matter=matter: self._decide(matter)
            if matter.appeal:
                yield ago(matter.appealed), lambda matter=matter: self._appeal(matter)
        for stated in play.statement:
            yield ago(stated.ago), lambda stated=stated: self._state(stated)
            yield ago(stated.replied), lambda stated=stated: self._reply(stated)

    async def _protect(self, protected: Protected) -> None:
        form = speakers.SpeakerForm(
            handle=protected.handle, speaker_class=protected.speaker_class, evidence=protected.evidence
        )
        grant = await speakers.propose(self.court, self.telling.staff(Role.REVIEWER), form)
        await speakers.second(self.court, self.telling.staff(Role.APPROVER), grant)

    async def _decide(self, matter: Matter) -> None:
        """By a moderator; where the rules ask for two, an approver agrees a little later."""
        rule = self.court.rules.current(self.court.clock()).cite(matter.rule)
        form = house.MatterForm(
            targets=matter.what,
            rule=rule,
            source=matter.source,
            grounds=matter.grounds,
            territory=matter.territory,
            flagged_by=self.issuer if matter.source == orders.STATE_FLAG else None,
        )
        until = iso(self.court.clock() + int(matter.days * DAY)) if matter.days is not None else ""
        draft = Draft(outcome=matter.outcome, reason=matter.reason, until=until, permanent=matter.permanent)
        ref, done = await house.sanction(self.court, self.telling.staff(Role.MODERATOR), form, draft)
        if not done:
            self.telling.clock.move(9 * MINUTE)
            await decisions.approve(self.court, self.telling.staff(Role.APPROVER), ref, 1)
        await self.telling.settle()

    async def _appeal(self, matter: Matter) -> None:
        """Who was limited asks once more, and somebody who had no hand in it decides."""
        who = self.telling.people[matter.what.removeprefix("@")]
        (strike, *_) = await notices.of_viewer(self.court, who)
        filed = await appeals.file(self.court, who, strike.ruling.id, matter.appeal)
        self.telling.clock.move(3 * 60 * MINUTE)
        typed = appeals.Decision(outcome=matter.appeal_outcome, reason=matter.appeal_reason)
        await appeals.decide(self.court, self.telling.staff(Role.REVIEWER), filed.id, typed)
        await self.telling.settle()

    async def _state(self, stated: Stated) -> None:
        refs = [ref for number, ref in enumerate(self.telling.refs, 1) if number in stated.orders]
        form = like(statements.StatementForm, stated, orders=" ".join(refs))
        await statements.publish(self.court, self.telling.staff(Role.OWNER), form)

    async def _reply(self, stated: Stated) -> None:
        owner = self.telling.staff(Role.OWNER)
        await statements.enter_reply(self.court, owner, stated.slug, authority=str(self.issuer), body=stated.reply)

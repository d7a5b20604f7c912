"""The village's court beside its orders: protected speakers, what broke the house's own rules, an appeal, a statement."""

from collections.abc import Awaitable, Callable, Iterator
from typing import TYPE_CHECKING

from chaupal.app.village_story import Matter, Protected, Stated
from chaupal.governance.appeals import appeals, notices
from chaupal.governance.cases import decisions, house
from chaupal.governance.orders import statements
from chaupal.governance.orders.orders import STATE_FLAG
from chaupal.governance.people import speakers
from chaupal.kernel.alike import like
from chaupal.kernel.clock import DAY, MINUTE, iso
from chaupal.policy.draft import Draft
from chaupal.policy.viewer import Role

if TYPE_CHECKING:
    from chaupal.app.village import Telling

type Deed = Callable[[], Awaitable[None]]


class Bench:
    """What the court does in the play, through the functions that the office's pages call."""

    def __init__(self, telling: "Telling", issuer: int) -> None:
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
            flagged_by=self.issuer if matter.source == STATE_FLAG else None,
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

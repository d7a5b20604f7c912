"""February 2021 as acts, in the order in which they happened: whoever plays it has the whole record of it afterwards."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from functools import partial
from typing import Any

import msgspec

from chaupal.governance.appeals import appeals
from chaupal.governance.appeals.appeals import Decision
from chaupal.governance.cases import cases, decisions, house
from chaupal.governance.cases.house import MatterForm
from chaupal.governance.orders import authorities, csv_targets, orders, statements, steps
from chaupal.governance.orders.authorities import AuthorityForm
from chaupal.governance.orders.order_forms import OrderForm
from chaupal.governance.orders.steps import StepForm
from chaupal.governance.people import report_desk, reports, speakers
from chaupal.governance.people.speakers import SpeakerForm
from chaupal.governance.report import snapshots
from chaupal.kernel.clock import MINUTE
from chaupal.policy.viewer import Role, Viewer
from chaupal.social.posts import posts
from chaupal.social.signin import sessions
from chaupal.store.court import rulings
from chaupal.store.court.authorities import Authority
from chaupal.store.identity import accounts
from february import (
    ACTED,
    BAIT,
    CALL,
    EMERGENCY,
    FIRST,
    FIRST_AT_ONCE,
    FOR_GOOD,
    ORDINARY,
    OTHERS,
    OUTCOMES,
    REASONS,
    REPLY,
    REPORTERS,
    SECOND,
    SECOND_AT_ONCE,
    SPAM,
    SPAM_RULE,
    SPEECH,
    STATEMENT,
    TAG_IN_INDIA,
    TAGS,
    WEATHER,
    Group,
    Named,
    Wave,
    at,
    named_by,
    said_of,
)
from village import Village, Villager

AT_ONCE = 16  # acts that wait for the disk together

type Act = Callable[[], Awaitable[object]]
type Seen = dict[str, frozenset[str]]  # country -> surfaces on which a post was seen


class February:
    """The village, the story's people, and its acts in the order in which they happened."""

    def __init__(self, village: Village) -> None:
        self.village = village
        self.court = village.running.house.court
        self.square = village.running.house.square
        self.first, self.second = Wave("first", FIRST), Wave("second", SECOND)
        self.spam: list[Named] = []
        self.pest = Named(Group("pest", "account", 1, "suspend"), "@pest", "pest")
        self.seen: dict[str, dict[str, Seen]] = {}  # at some moments of the story, who saw what
        self.restored: list[int] = []  # by each lapse
        self.tags: dict[str, dict[str, set[str]]] = {}  # before and after -> country -> what trends
        self.appeals: list[int] = []
        self.ministry: Authority
        self.matters: dict[str, str] = {}

    @property
    def waves(self) -> tuple[Wave, Wave]:
        return self.first, self.second

    def until(self, moment: int) -> None:
        assert moment >= self.village.clock(), "time does not run backwards"
        self.village.clock.at = moment

    async def each(self, acts: Iterable[Act]) -> None:
        """Acts beside each other, each a unit of its own."""
        waiting = list(acts)
        for start in range(0, len(waiting), AT_ONCE):
            self.village.clock.move(100)
            await asyncio.gather(*(act() for act in waiting[start : start + AT_ONCE]))

    # --- who there is ---

    async def people(self) -> None:
        """Everybody whom the orders name, and what they have said; `joined` are there with browser and app."""
        joined = {"first_withheld_0", "first_narrowed_0", "first_post_0", "first_journalist_0", "spam_0", "spam_1"}
        await asyncio.gather(
            self.village.joins("kamal", "कमल", Role.CLERK), *(self.village.joins(h, h) for h in joined)
        )
        self.joined = {handle: self.village.cast[handle] for handle in joined}
        for wave in self.waves:
            for group in wave.groups:
                wave.named += [named_by(wave, group, number) for number in range(group.many)]
        self.spam = [Named(Group("spam", "account", SPAM, "suspend"), f"@spam_{n}", f"spam_{n}") for n in range(SPAM)]
        for one, spammer in zip(self.second.of("spam"), self.spam, strict=False):
            one.line, one.handle = spammer.line, spammer.handle
        for one, before in zip(
            self.second.of("again"), self.first.of("citizen") + self.first.of("broad"), strict=False
        ):
            one.line, one.handle = before.line, before.handle
        await self._enter_accounts()
        await self._enter_posts()
        for who in (self.village.asha, self.village.karl):
            for one in self.samples:
                await self.village.follows(who, Villager(one.handle, "", one.account, self.village.asha.viewer, "", ""))

    @property
    def samples(self) -> list[Named]:
        """One of each kind that fares alike."""
        first = {group.name: self.first.of(group.name)[0] for group in FIRST if group.name != "unknown"}
        return [*first.values(), self.spam[0], self.spam[1]]

    async def _enter_accounts(self) -> None:
        everybody = [one for wave in self.waves for one in wave.named if one.handle] + [*self.spam, self.pest]
        ids = {handle: villager.id for handle, villager in self.joined.items()}
        fresh = sorted({one.handle for one in everybody} - set(ids))
        async with self.court.work.writing() as w:
            for handle in fresh:
                ids[handle] = self.court.make_id()
                assert await accounts.add(w, ids[handle], handle, name=handle, role="member", state="active")
        for one in everybody:
            one.account = ids[one.handle]

    async def _enter_posts(self) -> None:
        speak = [
            one for wave in self.waves for one in wave.named if one.group.kind == "post" or one.group.name == "narrowed"
        ]
        both = {id(one): one for one in [*speak, *self.samples]}
        await self.each(partial(self._speak, one) for one in both.values())
        for wave in self.waves:
            for one in wave.named:
                if one.group.kind == "post":
                    one.line = f"{self.court.settings.origin}/@{one.handle}/{one.bad}"
        await self.village.settle()

    async def _speak(self, one: Named) -> None:
        """Something that an order is about, and something else."""
        viewer = Viewer(account=one.account, country="IN", language="hi")
        text = BAIT if one.group.name == "spam" else CALL if one.group.outcome in ACTED else SPEECH
        one.bad = await posts.publish(self.square, viewer, posts.Draft(text=f"{text} {one.mark}", language="hi"))
        one.good = await posts.publish(self.square, viewer, posts.Draft(text=f"{WEATHER} x{one.mark}x", language="hi"))

    # --- looking ---

    async def look_around(self) -> dict[str, Seen]:
        """Sample -> country -> the surfaces on which the post that was named is seen."""
        return {
            one.group.name if one is not self.samples[-1] else "for good": await self.looks(one) for one in self.samples
        }

    async def looks(self, one: Named) -> Seen:
        """From India with asha's home, from Germany with karl's; all else as nobody in particular."""
        found: Seen = {}
        for country, reader in (("IN", self.village.asha), ("DE", self.village.karl)):
            asked = {
                "page": self.village.look(country, f"/@{one.handle}/{one.bad}"),
                "profile": self.village.look(country, f"/@{one.handle}"),
                "status": self.village.api(None, "GET", f"/api/v1/statuses/{one.bad}", country),
                "statuses": self.village.api(None, "GET", f"/api/v1/accounts/{one.account}/statuses", country),
                "search": self.village.api(reader, "GET", "/api/v2/search", country, q=one.mark, type="statuses"),
                "home": self.village.api(reader, "GET", "/api/v1/timelines/home", country, limit=40),
            }
            seen = {name: (await answer).text for name, answer in asked.items()}
            found[country] = frozenset(name for name, text in seen.items() if f" {one.mark}" in text)
        return found

    async def trending(self) -> dict[str, set[str]]:
        """Country -> the tags that trend there."""
        answers = {c: await self.village.api(None, "GET", "/api/v1/trends/tags", c) for c in ("IN", "DE")}
        return {country: {f"#{tag['name']}" for tag in answer.json()} for country, answer in answers.items()}

    # --- orders ---

    async def registered(self) -> None:
        """The ministry comes into the register."""
        form = AuthorityForm(
            name="Ministry of Electronics and Information Technology",
            name_hi="इलेक्ट्रॉनिकी और सूचना प्रौद्योगिकी मंत्रालय",
            jurisdiction="IN",
            office="Designated Officer",
        )
        proposed = await authorities.register(self.court, self.village.kamal.viewer, form)
        self.ministry = await authorities.agree(self.court, self.village.dev.viewer, proposed.id)

    async def ordered(self, wave: Wave, regime: str, dated: str, **more: Any) -> str:
        """The order of a wave under a law; the second's targets come as a file."""
        lines, demanded = "\n".join(one.line for one in wave.named), ()
        if wave is self.second:
            rows = "".join(f"{n};{one.line};withhold_account\r\n" for n, one in enumerate(wave.named, 1))
            data = ("﻿S.No.;URL;Action\r\n" + rows).encode()
            found = await csv_targets.preview(self.court.work, self.court.settings.origin, data)
            assert not found.bad and len(found.rows) == len(wave.named), found.counts
            lines, demanded = found.targets(), found.demanded()
        form = OrderForm(
            authority=self.ministry.id,
            regime=regime,
            officer="A. B. Sharma",
            legal_basis="IT Act 2000, s. 69A / आईटी अधिनियम, धारा 69क",
            bases=("public_order",),
            grounds="public order",
            reasons="Calls to come armed.",
            territory="IN",
            dated=dated,
            targets=lines,
            demanded=demanded,
            record_unknown=True,
            origin_note="The office confirmed number and date on the telephone.",
            particulars={"signature": "The scan shows it, in ink."},
            reference_no=f"16(1)/2021-{wave.name}/{regime}",
            **more,
        )
        ref = await orders.receive(self.court, self.village.kamal.viewer, form)
        self.village.clock.move(30 * MINUTE)
        for verb in ("acknowledge", "check"):
            await steps.take(self.court, self.village.kamal.viewer, ref, StepForm(verb=verb))
        return ref

    async def at_once(self, wave: Wave, some: Sequence[tuple[str, int]]) -> None:
        """What is asked is done for some of the targets, by two people, before there is time for more."""
        chosen = [one for group, many in some for one in wave.of(group)[:many]]
        outcome = {"post": "withhold_post"}
        await self.decide(wave, wave.emergency, chosen, lambda one: outcome.get(one.group.kind, "withhold_account"))

    async def lapsed(self) -> int:
        """What the clock's errand does: it writes down how many rulings have run out, and whoever they were on is told."""
        ended = await decisions.lapse_ended(self.court)
        await self.village.settle()
        return ended

    async def decide(self, wave: Wave, ref: str, chosen: Sequence[Named], outcome: Callable[[Named], str]) -> None:
        """Two people, target by target."""
        court, first, second = self.court, self.village.chitra.viewer, self.village.dev.viewer
        await self.each(
            partial(decisions.propose, court, first, ref, wave.number(one), **said_of(one, outcome(one)))
            for one in chosen
        )
        self.village.clock.move(30 * MINUTE)
        await self.each(partial(decisions.approve, court, second, ref, wave.number(one)) for one in chosen)
        await self.village.settle()

    async def protected(self) -> None:
        """Those whose words are looked at twice: each proposed with evidence, each granted by a second person."""
        first, second = self.village.chitra.viewer, self.village.dev.viewer

        async def grant(one: Named) -> None:
            form = SpeakerForm(
                handle=one.handle, speaker_class=one.group.speaker, evidence="Known from the public register."
            )
            await speakers.second(self.court, second, await speakers.propose(self.court, first, form))

        await self.each(partial(grant, one) for wave in self.waves for one in wave.named if one.group.speaker)

    async def decided(self, wave: Wave) -> None:
        """Every target of the ordinary order that names something."""
        for one in wave.of("gone"):
            await posts.delete(self.square, Viewer(account=one.account, country="IN"), one.bad)
        found = [one for one in wave.named if one.group.kind != "unknown"]
        await self.decide(wave, wave.ordinary, found, lambda one: one.group.outcome)

    # --- the house's own rules ---

    async def suspended(self) -> None:
        """The network that a state pointed at: some for good, the others until 12 March (spam_0 so, spam_1 for good)."""
        lasts, good = [self.spam[0], *self.spam[FOR_GOOD + 1 :]], self.spam[1 : FOR_GOOD + 1]
        for name, some, more in (("lasts", lasts, {"until": "2021-03-12"}), ("good", good, {"permanent": True})):
            form = MatterForm(
                targets="\n".join(one.line for one in some),
                rule=SPAM_RULE,
                source="state_flag",
                flagged_by=self.ministry.id,
                grounds="A network of accounts that posts the same lines by machine.",
            )
            self.matters[name] = await house.open_matter(self.court, self.village.chitra.viewer, form)
            await self._sanction(name, range(1, len(some) + 1), outcome="suspend", **more)
        await self.village.settle()
        for handle in ("spam_0", "spam_1"):  # let in anew, as far as that goes
            who = self.joined[handle]
            who.cookie = (await sessions.begin_session(self.square, who.id)).secret
            who.token = await sessions.issue_token(self.square, who.id, "read write")

    async def quietened(self) -> None:
        """Hashtags are kept out of the trends: two everywhere, one in India."""
        for name, tags, territory in (("tags", TAGS, ""), ("tag", (TAG_IN_INDIA,), "IN")):
            form = MatterForm(
                targets="\n".join(tags),
                rule=SPAM_RULE,
                source="staff",
                territory=territory,
                grounds="Pushed into the trends by a network of accounts.",
            )
            self.matters[name] = await house.open_matter(self.court, self.village.chitra.viewer, form)
            await self._sanction(name, range(1, len(tags) + 1), outcome="deamplify", until="2021-03-09")
        await self.village.settle()

    async def _sanction(self, name: str, numbers: Iterable[int], *, outcome: str, **more: Any) -> None:
        ref, numbers = self.matters[name], list(numbers)
        said = {"outcome": outcome, "reason": REASONS[outcome]} | more
        first, second = self.village.chitra.viewer, self.village.dev.viewer
        await self.each(partial(decisions.propose, self.court, first, ref, n, **said) for n in numbers)
        self.village.clock.move(10 * MINUTE)
        await self.each(partial(decisions.approve, self.court, second, ref, n) for n in numbers)

    async def talked(self) -> None:
        """Many people use the hashtags, so that they would trend."""
        who = self.first.of("citizen")[:5]
        text = " ".join((*TAGS, TAG_IN_INDIA, "#सरसों"))
        await self.each(
            partial(
                posts.publish,
                self.square,
                Viewer(account=one.account, country="IN"),
                posts.Draft(text=text, language="hi"),
            )
            for one in who
        )
        await self.village.settle()

    async def reported(self) -> None:
        """Members report a pest, who is suspended for it, and others, of whom staff say for now that there is nothing."""
        filed: list[int] = []
        for number, handle in enumerate(REPORTERS):
            who = self.village.cast[handle].viewer
            for one in ([self.pest] if not number else []) + self.spam[number * OTHERS : (number + 1) * OTHERS]:
                row = await reports.file(self.court, who, reports.Report(account=one.account, kind="spam"))
                filed.append(row.id)
        self.village.clock.move(90 * MINUTE)
        form = MatterForm(
            targets="@pest",
            rule=SPAM_RULE,
            source="user_report",
            grounds="Somebody reported the same lines, all day.",
            report_id=filed[0],
        )
        self.matters["pest"] = await house.open_matter(self.court, self.village.chitra.viewer, form)
        await self._sanction("pest", (1,), outcome="suspend", until="2021-03-12")
        await self.village.settle()
        for id_ in filed[1:]:
            await report_desk.resolve(self.court, self.village.chitra.viewer, id_, outcome="none", reason="Not yet.")
        await self.village.settle()

    # --- what was said ---

    async def told(self) -> None:
        """The house says what it did."""
        refs = [ref for wave in self.waves for ref in (wave.emergency, wave.ordinary)]
        form = msgspec.structs.replace(STATEMENT, orders=" ".join(refs))
        await statements.publish(self.court, self.village.dev.viewer, form)

    async def replied(self) -> None:
        """The ministry's answer, entered beside it."""
        await statements.enter_reply(
            self.court, self.village.dev.viewer, STATEMENT.slug, authority=str(self.ministry.id), body=REPLY
        )

    async def corresponded(self) -> None:
        """A notice of non-compliance comes, a meeting is held, an objection is filed."""
        for verb, who in (("write", self.village.kamal), ("meet", self.village.kamal), ("object", self.village.chitra)):
            for wave in self.waves:
                await steps.take(self.court, who.viewer, wave.ordinary, StepForm(verb=verb, text="As the file says."))

    # --- appeals ---

    async def ruling_of(self, ref: str, number: int) -> rulings.RulingRow:
        """The first ruling about a target."""
        async with self.court.work.reading() as reading:
            case = await cases.case_of(self.court, reading, ref, number)
            return (await rulings.by_targets(reading, [case.target.id]))[case.target.id][0]

    async def appealed(self, handle: str, ref: str, number: int) -> int:
        row = await self.ruling_of(ref, number)
        filed = await appeals.file(self.court, self.joined[handle].viewer, row.id, "मैंने ऐसा कुछ नहीं कहा था।")
        return filed.id

    async def heard(self, appeal: int, outcome: str) -> None:
        """By the owner, who had no hand in any of it."""
        typed = Decision(outcome=outcome, reason="Looked at again with everything that was said and shown.")
        await appeals.decide(self.court, self.village.owner.viewer, appeal, typed)
        await self.village.settle()


# --- the story ---


async def play(february: February) -> None:
    """All of it, from 30 January to 1 March."""
    first, second = february.waves
    officer = {"role": "designated_officer", "officer_rank": "Joint Secretary"}
    await february.people()
    await february.registered()

    february.until(at(31, 5, 1))
    first.emergency = await february.ordered(first, EMERGENCY, "2021-01-31", **officer)
    february.until(at(31, 8, 1))
    await february.at_once(first, FIRST_AT_ONCE)
    february.seen["emergency"] = await february.look_around()
    february.until(at(2, 5))
    february.seen["a moment later"] = await february.look_around()  # nobody has done anything yet
    february.restored.append(await february.lapsed())

    february.until(at(4, 6))
    second.emergency = await february.ordered(
        second, EMERGENCY, "2021-02-04", role="secretary", officer_rank="Secretary"
    )
    february.until(at(4, 7))
    await february.at_once(second, SECOND_AT_ONCE)
    await february.protected()
    february.until(at(6, 6))
    february.restored.append(await february.lapsed())
    for wave in february.waves:
        await steps.take(february.court, february.village.chitra.viewer, wave.emergency, StepForm(verb="close"))

    february.until(at(7, 6))
    first.ordinary = await february.ordered(first, ORDINARY, "2021-01-31", act_by="2021-02-12", **officer)
    second.ordinary = await february.ordered(
        second, ORDINARY, "2021-02-04", act_by="2021-02-09", channel="email", **officer
    )
    february.until(at(8, 3))
    await february.reported()
    await february.suspended()
    await february.decided(first)
    february.until(at(9, 5))
    await february.decided(second)
    await february.talked()
    february.tags["before"] = await february.trending()
    await february.quietened()
    february.village.clock.move(2 * MINUTE)
    february.tags["after"] = await february.trending()
    await february.corresponded()

    february.until(at(10, 6))
    await february.told()
    february.seen["statement"] = await february.look_around()
    february.until(at(10, 12))
    await february.replied()
    february.until(at(11, 6))
    february.appeals = [
        await february.appealed("first_withheld_0", first.ordinary, 1),
        await february.appealed("first_narrowed_0", first.ordinary, first.number(first.of("narrowed")[0])),
        await february.appealed("spam_0", february.matters["lasts"], 1),
    ]
    february.until(at(13, 6))
    for appeal, outcome in zip(february.appeals, OUTCOMES, strict=True):
        await february.heard(appeal, outcome)
    february.seen["appeals"] = await february.look_around()
    february.until(at(1, 6, 3))
    await snapshots.freeze(february.court, "2021-02")

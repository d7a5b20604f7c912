"""Whole servers are limited as everything is: by a matter of the house's own, with a reason, by two, in the log, and lifted again."""

from collections.abc import Sequence

import msgspec
import pytest

from chaupal.governance.cases import bulk_jobs, decisions, house
from chaupal.governance.cases.house import MatterForm
from chaupal.governance.context import MACHINE, pseudonym
from chaupal.governance.laws import laws
from chaupal.governance.log import log
from chaupal.governance.orders.authorities import AuthorityForm
from chaupal.governance.orders.changes import ChangeForm
from chaupal.governance.people.account_desk import NO_RULE
from chaupal.governance.servers import allowing, csv_blocks, limits
from chaupal.governance.servers.limits import ServerForm
from chaupal.kernel.clock import StillClock
from chaupal.kernel.errors import Conflict, Invalid, NotAllowed, coded
from chaupal.policy.draft import Draft
from chaupal.policy.facts import Facts
from chaupal.policy.gate import reveal, reveal_one
from chaupal.policy.measures import OF_SERVERS, Measure
from chaupal.policy.verdict import Placeholder
from chaupal.policy.viewer import Role, Surface, Viewer
from chaupal.store.court import ledger
from chaupal.store.federation import servers
from chaupal.store.identity import accounts, moving
from chaupal.store.machine import triggers
from chaupal.store.machine.work import Work
from chaupal.store.square.people import sealed_people
from chaupal.store.square.posts import sealed_posts
from chaupal_audit.log import entries
from chaupal_audit.rule_of_law import try_log
from chaupal_audit.rule_of_law.opened import read
from court import Bench, court_on, staff
from neighbours import Street
from others import from_there
from scribe import FILES, sha256

CAST = {
    "clerk": Role.CLERK,
    "asha": Role.REVIEWER,
    "dev": Role.APPROVER,
    "owner": Role.OWNER,
    "mona": Role.MODERATOR,
    "moti": Role.MODERATOR,
}
AUTHORITY = AuthorityForm(name="Ministry of Electronics", name_hi="इलेक्ट्रॉनिकी मंत्रालय", jurisdiction="IN")
WHY = "Threats keep coming from there, and its staff have not answered for three weeks."
BY_HASH = {sha256(body): body for body in FILES.values()}


class Desk(Bench):
    """Two moderators, mona and moti, at a desk whose roles the log gave; `far` is somebody of far.example, who wrote `word`."""

    async def sit(self) -> None:
        await laws.log_laws(self.court)
        people = {handle: await self.hired(handle, role) for handle, role in CAST.items()}
        self.clerk, self.asha, self.dev, self.owner = (people[name] for name in ("clerk", "asha", "dev", "owner"))
        self.mona, self.moti = people["mona"], people["moti"]
        self.far = await self.street.person("ravi@far.example")
        self.word = await self.street.say(self.far, "a word from far away")
        self.post = self.word
        self.there = await from_there(self.street, self.far, "far.example", self.word)

    async def hired(self, handle: str, role: Role) -> Viewer:
        id_ = await self.street.person(handle)
        async with self.court.work.writing() as w:
            said = entries.Role(role=role.value, was="member", by=MACHINE)
            await log.append(self.court, w, pseudonym(self.court, id_), said)
            await accounts.set_role(w, id_, role)
        return staff(id_, role)

    async def approve(self, standing: limits.ServerStanding) -> None:
        """moti agrees to all that mona proposed."""
        for one in standing.waiting:
            await decisions.approve(self.court, self.moti, one.ref, one.number)

    async def limited(self, severity: str = "suspend", domain: str = "far.example", **more: object) -> int:
        form = ServerForm(domain=domain, severity=severity, public_comment=WHY, **more)
        standing = await limits.limit(self.court, self.mona, form)
        await self.approve(standing)
        return standing.id

    async def shown(self, surface: Surface, viewer: Viewer | None = None) -> list[str]:
        """The words of `word`, as a stranger is shown them; a placeholder by its heading."""
        viewer, facts = viewer or Viewer(country="DE"), Facts(rulings=await self.in_force())
        async with self.court.work.reading() as reading:
            seen = reveal(viewer, surface, await sealed_posts(reading, [self.word]), facts)
        return [one.verdict.scope if isinstance(one.verdict, Placeholder) else one.item.text for one in seen]

    async def entries(self, kind: str) -> list[tuple[entries.Entry, entries.Public]]:
        async with self.court.work.reading() as reading:
            found = await ledger.entries(reading, 0, await ledger.size(reading))
        heads = [msgspec.json.decode(raw, type=entries.Entry) for raw in found]
        return [(h, msgspec.json.decode(h.public, type=entries.BY_TYPE[kind])) for h in heads if h.t == kind]

    async def opened(self, kind: str) -> dict[str, object]:
        """What everybody reads beside the log of the one entry of this kind."""
        async with self.court.work.reading() as reading:
            size = await ledger.size(reading)
            raw, beside = await ledger.entries(reading, 0, size), await ledger.beside(reading, 0, size)
        [at] = [i for i, one in enumerate(raw) if msgspec.json.decode(one, type=entries.Entry).t == kind]
        return dict(filter(None, map(read, beside.get(at, []))))

    async def audited(self) -> Sequence[object]:
        async with self.court.work.reading() as reading:
            found = list(await ledger.entries(reading, 0, await ledger.size(reading)))
        return try_log(lambda: enumerate(found), BY_HASH.get).broken


@pytest.fixture
async def desk(work: Work, street: Street, clock: StillClock) -> Desk:
    desk = Desk(street, await court_on(work, street, clock))
    await desk.sit()
    return desk


async def test_a_suspended_server_is_gone_for_everybody_once_two_have_said_so(desk: Desk):
    standing = await limits.limit(
        desk.court, desk.mona, ServerForm(domain="Far.Example", severity="suspend", public_comment=WHY)
    )
    assert (standing.domain, standing.measures, standing.proposed) == (
        "far.example",
        frozenset(),
        frozenset({Measure.SUSPEND_SERVER}),
    )
    assert await desk.shown(Surface.HOME) == ["a word from far away"]
    with pytest.raises(NotAllowed) as alone:
        await decisions.approve(desk.court, desk.mona, standing.waiting[0].ref, 1)
    assert coded(alone.value).code == "proposed_by_you"
    await desk.approve(standing)
    assert await desk.shown(Surface.HOME) == []
    assert await desk.shown(Surface.STATUS) == ["suspended"]
    async with desk.court.work.reading() as reading:
        person = (await sealed_people(reading, [desk.far]))[desk.far]
    seen = reveal_one(Viewer(country="IN"), Surface.PROFILE, person, Facts(rulings=await desk.in_force()))
    assert seen is not None and seen.withheld and seen.item.name == ""
    assert not await desk.audited()


async def test_what_is_limited_of_a_server_is_in_the_log_with_its_name_and_reason(desk: Desk):
    await desk.limited()
    [(_, said)] = await desk.entries("measure")
    assert isinstance(said, entries.Measure)
    assert (said.kind, said.measure, said.territory, said.basis) == ("server", "suspend_server", ("XX",), "own_rules")
    assert said.by != said.second and said.second and said.rule == "11@1" and said.strike_until is None and said.review
    assert {"server": "far.example", "reason": f"{WHY} {NO_RULE}"}.items() <= (await desk.opened("measure")).items()
    assert not await desk.audited()


async def test_where_its_name_is_to_be_told_with_gaps_the_log_holds_it_closed(desk: Desk):
    await desk.limited(obfuscate=True)
    told = await desk.opened("measure")
    assert told == {"reason": f"{WHY} {NO_RULE}"}


async def test_a_limited_server_is_offered_to_nobody_and_found_by_whoever_asks(desk: Desk):
    await desk.limited("silence")
    assert (
        await desk.shown(Surface.PUBLIC) == await desk.shown(Surface.TRENDS) == await desk.shown(Surface.SEARCH) == []
    )
    assert await desk.shown(Surface.STATUS) == await desk.shown(Surface.THREAD) == ["a word from far away"]


async def test_what_is_below_a_limited_name_is_limited_with_it_also_where_it_is_met_later(desk: Desk):
    await desk.limited("suspend", "example.net")
    other = await desk.street.person("om@x.example.net")
    later = await desk.street.say(other, "from below")
    near = await desk.street.person("om@notexample.net")
    beside = await desk.street.say(near, "from beside")
    await from_there(desk.street, other, "x.example.net", later)
    await from_there(desk.street, near, "notexample.net", beside)
    facts = Facts(rulings=await desk.in_force())
    async with desk.court.work.reading() as reading:
        seen = reveal(
            Viewer(country="IN"), Surface.HOME, await sealed_posts(reading, [later, beside, desk.word]), facts
        )
    assert [one.item.text for one in seen] == ["from beside", "a word from far away"]


async def test_an_underscore_in_a_name_is_a_letter_and_no_other(desk: Desk):
    await desk.limited("suspend", "a_b.example")
    async with desk.court.work.writing() as w:
        for name in ("x.a_b.example", "x.aab.example"):
            await servers.met(w, desk.street.make_id, name)
    index = await desk.in_force()
    async with desk.court.work.reading() as reading:
        ids = await servers.ids_of(reading, ["x.a_b.example", "x.aab.example"])
    assert index.on(ids["x.a_b.example"]) and not index.on(ids["x.aab.example"])


async def test_lifting_brings_everything_back_and_says_so_in_the_log(desk: Desk):
    id_ = await desk.limited()
    await limits.end(desk.court, desk.moti, id_, reason="Its staff have answered, and the threats have stopped.")
    assert await desk.shown(Surface.HOME) == ["a word from far away"]
    [(_, said)] = await desk.entries("reversal")
    assert isinstance(said, entries.Reversal)
    assert (said.kind, said.measure, said.step) == ("server", "suspend_server", "lifted")
    assert not await desk.audited()


async def test_what_is_proposed_is_sent_back_by_another_and_ones_own_proposal_by_nobody_but_a_second(desk: Desk):
    made = await limits.limit(desk.court, desk.mona, ServerForm(domain="far.example", public_comment=WHY))
    with pytest.raises(NotAllowed):
        await limits.end(desk.court, desk.mona, made.id)
    await limits.end(desk.court, desk.moti, made.id, "The threats came from another server than this one.")
    assert await limits.listed(desk.court, desk.mona) == []


async def test_what_ones_other_account_proposed_is_left_to_a_second_person_and_all_else_ends(desk: Desk):
    """It counted as somebody else's: what was in force ended, and sending it back was refused behind that."""
    form = ServerForm(domain="far.example", reject_media=True, public_comment=WHY, until="2021-02-12")
    made = await limits.limit(desk.court, desk.mona, form)
    async with desk.court.work.writing() as w:
        await moving.begin(w, desk.court.make_id(), desk.mona.me, desk.moti.me)
    await limits.end(desk.court, desk.moti, made.id)
    left = await limits.by_id(desk.court, desk.mona, made.id)
    assert (left.measures, left.proposed) == (set(), {Measure.LIMIT_SERVER})
    with pytest.raises(NotAllowed):
        await limits.end(desk.court, desk.moti, made.id)


async def test_of_what_is_ended_together_nothing_ends_where_something_cannot(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
):
    made = await limits.limit(
        desk.court,
        desk.mona,
        ServerForm(domain="far.example", reject_media=True, public_comment=WHY, until="2021-02-12"),
    )

    async def in_vain(*_: object) -> None:
        raise Conflict("not_in_force")

    with monkeypatch.context() as patched, pytest.raises(Conflict):
        patched.setattr(decisions, "return_in", in_vain)
        await limits.end(desk.court, desk.moti, made.id)
    assert (await limits.by_id(desk.court, desk.mona, made.id)).measures == {Measure.REFUSE_MEDIA}


async def test_media_and_reports_are_refused_by_themselves(desk: Desk):
    id_ = await desk.limited("noop", reject_media=True, reject_reports=True)
    standing = await limits.by_id(desk.court, desk.mona, id_)
    assert standing.measures == {Measure.REFUSE_MEDIA, Measure.REFUSE_REPORTS}
    settings = msgspec.structs.replace(desk.court.settings, federation="on")
    async with desk.court.work.reading() as reading:
        assert await allowing.may_speak(settings, reading, id_)
        assert not await allowing.takes_media(settings, reading, id_)
        assert not await allowing.takes_reports(settings, reading, id_)
    assert await desk.shown(Surface.HOME) == ["a word from far away"]


async def test_a_suspended_server_is_neither_heard_nor_told_nor_asked(desk: Desk):
    id_ = await desk.limited()
    on = msgspec.structs.replace(desk.court.settings, federation="on")
    async with desk.court.work.reading() as reading:
        assert not await allowing.may_speak(on, reading, id_)
        assert not await allowing.takes_media(on, reading, id_) and not await allowing.takes_reports(on, reading, id_)
        assert not await allowing.may_call(on, reading, "FAR.example")
        assert not await allowing.may_call(on, reading, "never.met.far.example")
        assert await allowing.may_call(on, reading, "elsewhere.example")


async def test_one_person_refuses_media_alone_for_some_days_and_a_second_makes_it_last(desk: Desk):
    form = ServerForm(domain="far.example", severity="noop", reject_media=True, public_comment=WHY, until="2021-02-12")
    standing = await limits.limit(desk.court, desk.mona, form)
    [limit] = standing.limits
    assert limit.row.alone and limit.row.ends_at is not None
    await decisions.approve(desk.court, desk.moti, limit.row.order_ref, limit.number)
    [limit] = (await limits.by_id(desk.court, desk.mona, standing.id)).limits
    assert not limit.row.alone and not await desk.audited()


async def test_no_order_reaches_a_whole_server(desk: Desk):
    desk.ministry = await desk.registers(AUTHORITY)
    with pytest.raises(Invalid) as refused:
        await desk.order(targets="far.example")
    assert [one.code for one in refused.value.wrong["targets"]] == ["whole_server"]


async def test_a_server_is_limited_everywhere_or_not_at_all_and_never_by_a_measure_for_something_else(desk: Desk):
    form = MatterForm(targets="far.example", rule="11@1", grounds=WHY)
    with pytest.raises(Invalid) as partly:
        await house.open_matter(desk.court, desk.mona, msgspec.structs.replace(form, territory="IN"))
    assert [one.code for one in partly.value.wrong["territory"]] == ["server_everywhere"]
    ref = await house.open_matter(desk.court, desk.mona, form)
    for outcome in ("suspend", "limit", "freeze", "withhold_account", "label"):
        with pytest.raises(Invalid) as wrong:
            await decisions.propose(desk.court, desk.mona, ref, 1, Draft(outcome=outcome, reason=WHY, rule="11@1"))
        assert [one.code for one in wrong.value.wrong["outcome"]] == ["no_choice_of"]
    person = await house.open_matter(desk.court, desk.mona, MatterForm(targets="@clerk", rule="11@1", grounds=WHY))
    with pytest.raises(Invalid):
        await decisions.propose(
            desk.court, desk.mona, person, 1, Draft(outcome="suspend_server", reason=WHY, rule="11@1")
        )


async def test_nobody_limits_this_very_server(desk: Desk):
    with pytest.raises(Invalid) as own:
        await limits.limit(desk.court, desk.mona, ServerForm(domain="localhost:8000", public_comment=WHY))
    assert [one.code for one in own.value.wrong["domain"]] == ["own_server"]
    with pytest.raises(Invalid) as matter:
        await house.open_matter(desk.court, desk.mona, MatterForm(targets="localhost:8000", rule="11@1", grounds=WHY))
    assert "own_server" in [one.code for one in matter.value.wrong["targets"]]


async def test_a_server_is_limited_in_one_way_once_however_many_propose_it(desk: Desk):
    first = await limits.limit(desk.court, desk.mona, ServerForm(domain="far.example", public_comment=WHY))
    with pytest.raises(Invalid) as again:
        await limits.limit(desk.court, desk.moti, ServerForm(domain="far.example", public_comment=WHY))
    assert [one.code for one in again.value.wrong["domain"]] == ["server_limited_so"]
    # At one moment two matters can be opened all the same.
    form, draft = (
        MatterForm(targets="far.example", rule="11@1", grounds=WHY),
        Draft(outcome="limit_server", reason=WHY, rule="11@1"),
    )
    second, _ = await house.sanction(desk.court, desk.moti, form, draft)
    await desk.approve(first)
    with pytest.raises((Conflict, Invalid)):
        await decisions.approve(desk.court, desk.mona, second, 1)
    assert len((await limits.by_id(desk.court, desk.mona, first.id)).limits) == 1


async def test_only_whose_role_it_is_limits_servers_and_sees_the_list(desk: Desk):
    member = staff(await desk.street.person("meera"), Role.MEMBER)
    for who in (member, desk.clerk):
        with pytest.raises(NotAllowed):
            await limits.limit(desk.court, who, ServerForm(domain="far.example", public_comment=WHY))
    with pytest.raises(NotAllowed):
        await limits.listed(desk.court, member)


async def test_a_block_is_changed_into_another_and_what_is_no_more_in_it_ends(desk: Desk):
    id_ = await desk.limited("silence", reject_media=True)
    after = await limits.change(
        desk.court, desk.mona, id_, ServerForm(severity="noop", reject_media=True, public_comment=WHY)
    )
    assert after.measures == {Measure.REFUSE_MEDIA}
    gone = await limits.change(desk.court, desk.mona, id_, ServerForm(severity="noop", public_comment=WHY))
    assert not gone.measures and not await limits.listed(desk.court, desk.mona)


async def test_a_house_that_keeps_a_list_talks_to_those_on_it_and_taking_off_takes_two(desk: Desk):
    settings = msgspec.structs.replace(desk.court.settings, federation="listed")

    async def speaks() -> bool:
        async with desk.court.work.reading() as reading:
            return await allowing.may_speak(settings, reading, desk.there) and await allowing.may_call(
                settings, reading, "far.example"
            )

    assert not await speaks()
    let_in = await allowing.let_in(
        desk.court, desk.mona, "far.example", "Its people asked for it, and its rules are ours."
    )
    assert await speaks()
    with pytest.raises(Invalid):
        await allowing.let_in(desk.court, desk.moti, "https://far.example/", "")
    assert not await allowing.take_off(desk.court, desk.mona, let_in.id, WHY)
    assert await speaks()
    with pytest.raises(NotAllowed):
        await allowing.take_off(desk.court, desk.mona, let_in.id, WHY)
    await allowing.keep(desk.court, desk.moti, let_in.id)
    assert not await allowing.take_off(desk.court, desk.mona, let_in.id, WHY)
    assert await allowing.take_off(desk.court, desk.moti, let_in.id, WHY)
    assert not await speaks() and not await allowing.listed(desk.court, desk.mona)
    acts = await desk.entries("server")
    steps = [said.step for _, said in acts if isinstance(said, entries.Server)]
    assert steps == ["let_in", "ending_proposed", "kept", "ending_proposed", "taken_off"]
    [first, *later] = [head.prev for head, _ in acts]
    assert first is None and later == list(range(later[0] or 0, (later[0] or 0) + 4))  # each after the one before
    assert not await desk.audited()


def test_the_databases_rules_name_the_measures_of_servers_that_the_table_has():
    assert set(triggers.OF_SERVERS.replace("'", "").split(", ")) == {measure.value for measure in OF_SERVERS}
    assert set(triggers.BY_TWO.replace("'", "").split(", ")) == {m.value for m in Measure if m.row.two}


async def test_what_is_in_force_on_a_server_is_not_changed_to_hold_in_some_countries_only(desk: Desk):
    id_ = await desk.limited()
    [limit] = (await limits.by_id(desk.court, desk.mona, id_)).limits
    form = ChangeForm(kind="amend", reason=WHY, territory="IN")
    with pytest.raises(Invalid) as partly:
        await decisions.propose_change(desk.court, desk.mona, limit.row.order_ref, limit.number, form)
    assert [one.code for one in partly.value.wrong["territory"]] == ["server_everywhere"]


async def test_a_server_that_is_to_be_suspended_stays_limited_till_a_second_agrees(desk: Desk):
    id_ = await desk.limited("silence", reject_media=True)
    asked = await limits.change(desk.court, desk.mona, id_, ServerForm(severity="suspend", public_comment=WHY))
    assert asked.measures == {Measure.LIMIT_SERVER, Measure.REFUSE_MEDIA}
    assert asked.proposed == {Measure.SUSPEND_SERVER}
    assert await desk.shown(Surface.PUBLIC) == []
    await desk.approve(asked)
    assert Measure.SUSPEND_SERVER in (await limits.by_id(desk.court, desk.mona, id_)).measures


async def test_a_list_of_others_changes_nothing_of_how_staff_have_a_limited_server_told(desk: Desk):
    id_ = await desk.limited("silence", private_comment="Its owner has written to us.", obfuscate=True)
    said = (await limits.by_id(desk.court, desk.mona, id_)).words
    body = f"{','.join(csv_blocks.HEADERS)}\nfar.example,silence,true,false,theirs,false\nnew.example,silence,false,false,theirs,true\n"
    await csv_blocks.take_in(desk.court, desk.moti, body.encode(), WHY)
    while await bulk_jobs.carry_on(desk.court):
        pass
    found = {one.domain: one for one in await limits.listed(desk.court, desk.mona)}
    assert found["far.example"].words == said and found["far.example"].proposed == {Measure.REFUSE_MEDIA}
    assert (found["new.example"].words.public_comment, found["new.example"].words.obfuscate) == ("theirs", True)


async def test_what_is_in_force_on_a_server_is_given_an_end_by_two_and_the_audit_finds_nothing_in_it(desk: Desk):
    id_ = await desk.limited()
    [limit] = (await limits.by_id(desk.court, desk.mona, id_)).limits
    ref, form = limit.row.order_ref, ChangeForm(kind="amend", reason=WHY, until="2021-03-20")
    await decisions.propose_change(desk.court, desk.mona, ref, 1, form)
    await decisions.approve(desk.court, desk.moti, ref, 1)
    [limit] = (await limits.by_id(desk.court, desk.mona, id_)).limits
    assert limit.row.ends_at is not None and limit.row.approved_by == desk.moti.me
    assert not await desk.audited()

"""The log of the real court, as its own functions write it: the verifier finds nothing in it, and each lie appended to it."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from chaupal.governance.appeals import appeals
from chaupal.governance.appeals.appeals import Decision
from chaupal.governance.cases import decisions, house
from chaupal.governance.cases.house import MatterForm
from chaupal.governance.cases.ladder import Draft
from chaupal.governance.context import MACHINE, pseudonym
from chaupal.governance.laws import laws
from chaupal.governance.laws.house_rules import load_house_rules
from chaupal.governance.log import log, reconcile
from chaupal.governance.orders import orders, publishing, replacing, steps
from chaupal.governance.orders.authorities import AuthorityForm
from chaupal.governance.orders.changes import ChangeForm
from chaupal.governance.orders.steps import StepForm
from chaupal.governance.people import speakers
from chaupal.governance.people.speakers import SpeakerForm
from chaupal.kernel.clock import DAY, HOUR, MINUTE, StillClock, iso
from chaupal.kernel.errors import Invalid
from chaupal.policy.viewer import Role, Viewer
from chaupal.store.court import ledger, rulings
from chaupal.store.identity import accounts
from chaupal.store.machine.work import Work
from chaupal_audit.log import entries
from chaupal_audit.rule_of_law import Verdict, try_log
from court import REASON, REFUSE, Bench, court_on, staff
from neighbours import Street
from scribe import BY_HASH, FILES, sha256

CAST = {
    "owner": Role.OWNER,
    "clerk": Role.CLERK,
    "asha": Role.REVIEWER,
    "ravi": Role.REVIEWER,
    "dev": Role.APPROVER,
    "mona": Role.MODERATOR,
}


SOON = 1_614_537_000_000  # 1 March in India


def modified(**said: Any) -> Decision:
    return Decision(outcome="modified", reason=REASON, **said)


class Played(Bench):
    """A court whose staff have their roles by the log's word, as on a server that people set up."""

    people: dict[str, Viewer]

    async def sit(self) -> None:
        await laws.log_laws(self.court)
        self.people = {handle: await self.hired(handle, role) for handle, role in CAST.items()}
        self.owner, self.clerk, self.asha = (self.people[name] for name in ("owner", "clerk", "asha"))
        self.dev, self.ravi, self.mona = (self.people[name] for name in ("dev", "ravi", "mona"))
        self.meera = await self.street.person("meera")
        self.post = await self.street.say(self.meera, "किसान आंदोलन: the gate is closed")
        form = AuthorityForm(name="Ministry of Electronics", name_hi="इलेक्ट्रॉनिकी मंत्रालय", jurisdiction="IN")
        self.ministry = await self.registers(form)

    async def hired(self, handle: str, role: Role) -> Viewer:
        id_ = await self.street.person(handle)
        async with self.court.work.writing() as w:
            said = entries.Role(role=role.value, was="member", by=MACHINE)
            await log.append(self.court, w, pseudonym(self.court, id_), said)
            await accounts.set_role(w, id_, role)
        return staff(id_, role)

    def name(self, who: Viewer) -> str:
        return pseudonym(self.court, who.me)

    async def leaves(self) -> list[bytes]:
        async with self.court.work.reading() as reading:
            return list(await ledger.entries(reading, 0, await ledger.size(reading)))

    async def verdict(self) -> Verdict:
        found = await self.leaves()
        return try_log(lambda: enumerate(found), BY_HASH.get)

    async def last(self, kind: str) -> tuple[int, Any]:
        """(index, what it says) of the newest entry of this kind."""
        found = [(i, msgspec.json.decode(raw, type=entries.Entry)) for i, raw in enumerate(await self.leaves())]
        index, head = next((i, head) for i, head in reversed(found) if head.t == kind)
        return index, msgspec.json.decode(head.public, type=entries.BY_TYPE[kind])

    async def lie(self, ref: str, said: entries.Public, *, prev: int, carry: int | None = None) -> int:
        """Append an entry as the court would, properly, whatever it says; `carry`: the entry whose commitments stand again in it."""
        async with self.court.work.writing() as w:
            carried = log.NOTHING if carry is None else await log.carried(w, carry)
            sealed = {} if carry is not None else {"subject": "1", "speaker": None, "reason": REASON}
            written = log.EntryContent(said, sealed, carried=carried)
            return await log.append(self.court, w, ref, written, prev=prev, regime="IN-69A@1")


@pytest.fixture
async def court(work: Work, street: Street, clock: StillClock) -> Played:
    played = Played(street, await court_on(work, street, clock))
    await played.sit()
    return played


def check(found: Verdict) -> None:
    assert not found.broken, "\n".join(map(str, found.broken))


async def test_a_played_court_breaks_no_rule(court: Played, clock: StillClock):
    """Withheld and refused, a whole account, a protected speaker, a stay, an emergency, a sanction: all by the court's own functions."""
    address = f"http://localhost:8000/@meera/{court.post}"
    first = await court.order(targets=f"{address}\n@meera")
    await court.withhold(first)
    await court.withhold(first, 2, "withhold_account")
    clock.move(HOUR)
    await decisions.lift(court.court, court.asha, first, 1, reason="The authority has withdrawn it by letter.")
    refused = await court.order(targets=address)
    await decisions.propose(court.court, court.asha, refused, 1, **REFUSE)
    await decisions.return_(court.court, court.dev, refused, 1, reason="Say which words are protected here.")
    await decisions.propose(court.court, court.asha, refused, 1, **REFUSE)
    await decisions.approve(court.court, court.dev, refused, 1)
    broken = await court.order(targets=address)
    draft = Draft(outcome="withhold_post", reason=REASON)
    await decisions.act_in_emergency(court.court, court.dev, broken, 1, draft)
    await decisions.approve(court.court, court.owner, broken, 1)
    await steps.take(
        court.court, court.asha, broken, StepForm(verb="stay", body="court", reason="The court asks for it.")
    )
    own = await house.open_matter(
        court.court, court.mona, MatterForm(rule="3@1", source="staff", targets="@meera", grounds=REASON)
    )
    await decisions.act_alone(
        court.court, court.mona, own, 1, Draft(outcome="limit", reason=REASON, until="2021-02-12")
    )
    found = await court.verdict()
    check(found)
    assert (found.orders, found.measures) == (4, 4)


async def test_a_protected_speaker_is_decided_on_by_three(court: Played):
    id_ = await speakers.propose(
        court.court,
        court.asha,
        SpeakerForm(handle="@meera", speaker_class="journalist", evidence="Her press card was seen."),
    )
    await speakers.second(court.court, court.dev, id_)
    ref = await court.order()
    await decisions.propose(court.court, court.asha, ref, 1, outcome="withhold_post", reason=REASON)
    await decisions.concur(court.court, court.ravi, ref, 1)
    await decisions.approve(court.court, court.dev, ref, 1)
    check(await court.verdict())
    index, made = await court.last("measure")
    assert made.protected and made.concurred == court.name(court.ravi)
    proposal, _ = await court.last("decision")
    lie = await court.lie(ref, msgspec.structs.replace(made, concurred=None), prev=proposal, carry=index)
    assert "protected_without_third" in {one.code for one in (await court.verdict()).broken if one.index == lie}


async def test_changes_of_what_is_in_force_break_no_rule(court: Played, clock: StillClock):
    """Extended beyond the order by its authority, then made less, then stayed; what has no end renewed; by three where protected."""
    address = f"http://localhost:8000/@meera/{court.post}"
    at = court.court

    async def changed(ref: str, *, thrice: bool = False, **form: Any) -> None:
        typed: dict[str, Any] = {"reason": REASON, "body": "authority"} | form
        await decisions.propose_change(at, court.asha, ref, 1, ChangeForm(**typed))
        if thrice:
            await decisions.concur(at, court.ravi, ref, 1)
        await decisions.approve(at, court.dev, ref, 1)
        clock.move(HOUR)

    bounded = await court.order(targets=address, ends_at=iso(clock() + 2 * DAY))
    await court.withhold(bounded)
    await changed(bounded, kind="extend", until=iso(clock() + 9 * DAY))
    await changed(bounded, kind="amend", until=iso(clock() + 8 * DAY))
    for verb in ("stay", "end_stay"):
        await court.step(bounded, verb, body="High Court of Delhi", reason=REASON)
    endless = await court.order(targets=address)
    await court.withhold(endless)
    await changed(endless, kind="renew")
    await changed(endless, kind="amend", until=iso(clock() + 9 * DAY))
    whole = await court.order(targets="@meera")
    await court.withhold(whole, outcome="withhold_account")
    form = SpeakerForm(handle="@meera", speaker_class="journalist", evidence="Her press card was seen.")
    await speakers.second(at, court.dev, await speakers.propose(at, court.asha, form))
    for verb in ("stay", "end_stay"):
        await court.step(whole, verb, body="High Court of Delhi", reason=REASON)
    await changed(whole, thrice=True, kind="amend", outcome="withhold_post", parts=(court.post,))
    await changed(bounded, thrice=True, kind="renew", until=iso(clock() + 20 * DAY))
    check(await court.verdict())
    index, made = await court.last("measure")
    assert (made.cause, made.protected, made.concurred) == ("renewed", True, court.name(court.ravi))
    ended, _ = await court.last("reversal")
    lie = await court.lie(bounded, msgspec.structs.replace(made, concurred=None), prev=ended, carry=index)
    assert "protected_without_third" in {one.code for one in (await court.verdict()).broken if one.index == lie}
    longer = msgspec.structs.replace(made, cause="amended", until="2031-01-01T00:00Z")
    lie = await court.lie(bounded, longer, prev=ended, carry=index)
    assert {"beyond_order_end", "more_than_before"} <= {
        one.code for one in (await court.verdict()).broken if one.index == lie
    }


@pytest.mark.parametrize(
    ("typed", "left"),
    [
        ({"parts": "first"}, {"first": None}),
        ({"ends_at": "2021-03-01"}, {"first": SOON, "second": SOON}),
        ({"parts": "first", "ends_at": "2021-03-01"}, {"first": SOON}),
    ],
)
async def test_of_what_stands_as_several_parts_an_appeal_leaves_less(
    court: Played, clock: StillClock, typed: dict[str, str], left: dict[str, int | None]
):
    """It could be reversed alone: while two make an account's measure one of posts, the appeal against it waits."""
    posts = {"first": court.post, "second": await court.street.say(court.meera, "the gate is open")}
    ref = await court.order(targets="@meera")
    await court.withhold(ref, outcome="withhold_account")
    async with court.court.work.reading() as reading:
        (whole,) = await rulings.of_owner(reading, court.meera)
    meera = Viewer(account=court.meera, country="IN")
    appeal = await appeals.file(court.court, meera, whole.id, "It was a poem, and everybody knows it.")
    clock.move(HOUR)
    change = ChangeForm(kind="amend", body="court", outcome="withhold_post", parts=tuple(posts.values()), reason=REASON)
    await decisions.propose_change(court.court, court.asha, ref, 1, change)
    await decisions.approve(court.court, court.dev, ref, 1)
    for wrong, field in (
        ({}, "ends_at"),
        ({"parts": tuple(posts.values())}, "ends_at"),
        ({"parts": (court.post, 1)}, "parts"),
        ({"measure": "label"}, "measure"),
    ):
        with pytest.raises(Invalid) as refused:
            await appeals.decide(court.court, court.ravi, appeal.id, modified(**wrong))
        assert [*refused.value.details] == [field]
    if "parts" in typed:  # the other one ends, wherever and however soon it would have ended by itself
        async with court.court.work.reading() as reading:
            (second,) = [
                row for row in await rulings.of_owner(reading, court.meera) if row.subject_id == posts["second"]
            ]
        sooner = await appeals.file(court.court, meera, second.id, "It was a poem, and everybody knows it.")
        await appeals.decide(court.court, court.owner, sooner.id, modified(ends_at="2021-02-15"))
    said: dict[str, Any] = typed | ({"parts": (posts[typed["parts"]],)} if "parts" in typed else {})
    await appeals.decide(court.court, court.ravi, appeal.id, modified(**said))
    async with court.court.work.reading() as reading:
        stands = [row for row in await rulings.of_owner(reading, court.meera) if row.lifted_at is None]
    assert {row.subject_id: row.ends_at for row in stands} == {posts[name]: end for name, end in left.items()}
    assert (await reconcile.reconcile(court.court)).faults == ()
    check(await court.verdict())


async def test_a_secret_order_and_the_one_that_took_its_place_break_no_rule_before_their_day_and_after(
    court: Played, clock: StillClock
):
    first = await court.order(reasons="", gag_until="2021-02-20")
    await court.step(first, "return_order", codes=("no_reasons",), reason=REASON)
    form = (await replacing.to_take_in(court.court, court.clerk, first)).form
    await orders.receive(court.court, court.clerk, msgspec.structs.replace(form, reasons=REASON))
    check(await court.verdict())
    clock.move(12 * DAY)
    assert await publishing.publish_due(court.court) == 2
    found = await court.verdict()
    check(found)
    assert found.orders == 2


# --- lies, appended by the log's own door ---


async def made(court: Played) -> tuple[str, int, entries.Measure]:
    """An order, its proposal, and the measure that carried it out; nothing is wrong."""
    ref = await court.order()
    await court.withhold(ref)
    check(await court.verdict())
    index, said = await court.last("measure")
    return ref, index, said


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"start": "2021-02-08T10:00Z"}, "backdated"),
        ({"second": "by"}, "one_person_twice"),
        ({"measure": "suspend", "territory": ("XX",)}, "measure_not_allowed"),
        ({"territory": ("XX",)}, "beyond_territory"),
        ({"second": None}, "second_missing"),
        ({"second": "staff-000000000000"}, "person_unknown"),
        ({"measure": "withhold_account", "kind": "account"}, "wider_than_target"),
        ({"until": None, "review": None}, "no_end"),
        ({"target": 9}, "target_unnamed"),
        ({"until": "2021-02-01T10:00Z"}, "over_at_once"),
    ],
)
async def test_a_lie_in_the_log_of_the_real_court_is_named(court: Played, changes: dict[str, Any], code: str):
    ref = await court.order()
    await decisions.propose(court.court, court.asha, ref, 1, outcome="withhold_post", reason=REASON)
    proposal, _ = await court.last("decision")
    other = await court.order(targets=f"http://localhost:8000/@meera/{court.post}", reference_no="another")
    await court.withhold(other)
    check(await court.verdict())
    _, said = await court.last("measure")
    changes = changes | ({"second": said.by} if changes.get("second") == "by" else {})
    index = await court.lie(ref, msgspec.structs.replace(said, **changes), prev=proposal, carry=proposal)
    assert code in {one.code for one in (await court.verdict()).broken if one.index == index}


async def test_an_act_that_the_rules_keep_from_ones_own_team_is_named(court: Played):
    """The log is that of a court whose code does not know the rule that it entered: the real one refuses the act."""

    async def two_approvers_and_a_reviewer_decide() -> None:
        for by, said in ((lata, {"outcome": "withhold_post", "reason": REASON}), (lata, REFUSE), (court.ravi, REFUSE)):
            ref = await court.order()
            await decisions.propose(court.court, by, ref, 1, **said)
            await decisions.approve(court.court, court.dev, ref, 1)

    lata = await court.hired("lata", Role.APPROVER)
    await two_approvers_and_a_reviewer_decide()
    check(await court.verdict())
    text = FILES["house_rules.1"].replace(b"own_team = []", b'own_team = ["serve", "refuse", "hear_appeal"]')
    rules = Path(court.court.settings.data) / "rules"
    rules.mkdir()
    (rules / "house_rules.1.toml").write_bytes(text)
    await laws.log_laws(msgspec.structs.replace(court.court, rules=load_house_rules(rules)))
    await two_approvers_and_a_reviewer_decide()
    found = await court.leaves()
    verdict = try_log(lambda: enumerate(found), (BY_HASH | {sha256(text): text}).get)
    assert [one.code for one in verdict.broken if one.code != "law_rewritten"] == ["own_team"] * 2


async def test_a_reason_unlike_its_commitment_is_named(court: Played):
    ref = await court.order()
    await decisions.propose(court.court, court.asha, ref, 1, outcome="withhold_post", reason=REASON)
    proposal, _ = await court.last("decision")
    other = await court.order(targets=f"http://localhost:8000/@meera/{court.post}", reference_no="another")
    await court.withhold(other)
    _, said = await court.last("measure")
    index = await court.lie(ref, said, prev=proposal)
    assert {one.code for one in (await court.verdict()).broken if one.index == index} >= {"reason_unlike"}


async def test_an_emergency_that_nobody_confirms_lapses(court: Played, clock: StillClock):
    ref = await court.order(regime="IN-69A-EMERG", interim_until="2021-02-12T10:00")
    await court.withhold(ref)
    clock.move(3 * DAY)
    assert await decisions.lapse_ended(court.court) == 1
    clock.move(5 * DAY)
    await court.order(targets="@meera")
    assert "emergency_runs" not in {one.code for one in (await court.verdict()).broken}


async def test_notices_that_were_due_are_missed_once_a_day_has_gone(court: Played, clock: StillClock):
    """Nobody carries out the court's events here, so nobody is told: after a day the verifier says so."""
    _, index, _ = await made(court)
    clock.move(2 * DAY + MINUTE)
    await court.order(targets="@meera")
    assert {(one.index, one.code) for one in (await court.verdict()).broken} == {(index, "untold")}


async def test_a_stay_ends_and_its_measure_goes_on(court: Played, clock: StillClock):
    ref = await court.order()
    await court.withhold(ref)
    clock.move(HOUR)
    await steps.take(court.court, court.asha, ref, StepForm(verb="stay", body="court", reason="The court asks for it."))
    clock.move(HOUR)
    await steps.take(
        court.court, court.asha, ref, StepForm(verb="end_stay", body="court", reason="The court ended it.")
    )
    check(await court.verdict())


@pytest.mark.parametrize(("verb", "proposed"), [("withdraw", True), ("set_aside", True), ("close", False)])
async def test_what_nobody_had_decided_ends_with_its_order_and_breaks_no_rule(court: Played, verb: str, proposed: bool):
    ref = await court.order(targets=f"http://localhost:8000/@meera/{court.post}\n@meera")
    if proposed:
        await decisions.propose(court.court, court.asha, ref, 1, outcome="withhold_post", reason=REASON)
    await court.step(ref, verb, body="High Court of Delhi", reason=REASON)
    check(await court.verdict())
    index, said = await court.last("decision")
    other = await court.order()
    lie = await court.lie(other, msgspec.structs.replace(said, target=1), prev=index)
    assert [one.code for one in (await court.verdict()).broken if one.index == lie] == ["closed_unordered"]

"""As insider: every role, every act of the tables, on one's own things and on others', by every way in.

The acts are read from the tables themselves (`lifecycle`, `procedure`, `viewer.MAY`, the routes), so that a new one is attacked too.
"""

import itertools
from collections.abc import Awaitable, Callable

import pytest

from chaupal.api.routes import ROUTES as API
from chaupal.governance.appeals import appeals, outside
from chaupal.governance.cases import assigning, bulk, cases, decisions, evidence, house, notes, reviews
from chaupal.governance.cases.guards import NotAskedFor
from chaupal.governance.cases.house import MatterForm
from chaupal.governance.cases.lifecycle import AGREED, FINAL, MACHINE, MOVES, RESUMED, State
from chaupal.governance.log import opening
from chaupal.governance.orders import orders, statements, steps
from chaupal.governance.orders.changes import ChangeForm
from chaupal.governance.orders.order_forms import OrderForm
from chaupal.governance.orders.procedure import BY_DECISION, MACHINE as PROCEDURE, STEPS, WHOLE, Stage
from chaupal.governance.orders.statements import StatementForm
from chaupal.governance.orders.steps import StepForm
from chaupal.governance.people import account_desk, recovering, report_desk, reports, role_grants, speakers
from chaupal.governance.people.reports import Report
from chaupal.governance.people.speakers import SpeakerForm
from chaupal.kernel.errors import NotAllowed, Problem
from chaupal.policy.draft import Draft
from chaupal.policy.measures import Measure
from chaupal.policy.viewer import MAY, Role, Viewer
from chaupal.social.people import moving
from chaupal.store.court import evidence as held
from chaupal.web.routes import ROUTES as WEB
from desk import AtDesk
from surfaces.insiders import (
    ACTS,
    EVIDENCE,
    GROUNDS,
    ROLES,
    as_app,
    at_desk,
    at_prompt,
    count,
    hire,
    in_shell,
    protect,
    refused_at_the_prompt,
    rule_for,
    steps_refused_at_the_prompt,
    words,
)
from village import PASSWORD, REASON, Village, Villager

FORM = {
    "outcome": "withhold_post",
    "reason": REASON,
    "text": REASON,
    "body": "Delhi High Court",
    "codes": ["no_reasons"],
    "until": "",
    "kind": "amend",
}

type Act = Callable[[Village, str, int], Awaitable[object]]


# --- how a case comes to each state, by people who have no part in it ---


async def proposed(v: Village, ref: str, n: int, **what: str) -> None:
    said = {"outcome": "withhold_post"} | what
    await decisions.propose(v.running.house.court, v.chitra.viewer, ref, n, reason=REASON, **said)


async def concurred(v: Village, ref: str, n: int) -> None:
    await proposed(v, ref, n)
    await agreed(v, ref, n)


async def agreed(v: Village, ref: str, n: int) -> None:
    """By a second reviewer, where the law asks for one."""
    court = v.running.house.court
    async with court.work.reading() as reading:
        protected = (await cases.case_of(court, reading, ref, n)).protected
    if protected:
        await decisions.concur(court, v.cast["usha"].viewer, ref, n)


async def in_force(v: Village, ref: str, n: int) -> None:
    await proposed(v, ref, n)
    await agreed(v, ref, n)
    await decisions.approve(v.running.house.court, v.dev.viewer, ref, n)


async def returned(v: Village, ref: str, n: int) -> None:
    await proposed(v, ref, n)
    await decisions.return_(v.running.house.court, v.dev.viewer, ref, n, reason=REASON)


async def emergency(v: Village, ref: str, n: int) -> None:
    from chaupal.governance.cases.ladder import Draft

    await decisions.act_in_emergency(
        v.running.house.court, v.dev.viewer, ref, n, Draft(outcome="withhold_post", reason=REASON)
    )


async def change_proposed(v: Village, ref: str, n: int) -> None:
    await in_force(v, ref, n)
    form = ChangeForm(kind="amend", reason=REASON, body="authority", until="2021-02-20")
    await decisions.propose_change(v.running.house.court, v.chitra.viewer, ref, n, form)


async def change_concurred(v: Village, ref: str, n: int) -> None:
    await change_proposed(v, ref, n)
    await agreed(v, ref, n)


async def nothing(v: Village, ref: str, n: int) -> None: ...


COMES_TO: dict[State, Act] = {
    State.NOT_FOUND: nothing,
    State.RECEIVED: nothing,
    State.RETURNED: returned,
    State.MEASURE_PROPOSED: proposed,
    State.MEASURE_CONCURRED: concurred,
    State.REFUSAL_PROPOSED: lambda v, ref, n: proposed(v, ref, n, outcome="refuse", code="protected_expression"),
    State.CLOSING_PROPOSED: lambda v, ref, n: proposed(v, ref, n, outcome="duplicate"),
    State.IN_FORCE: in_force,
    State.UNSECONDED: emergency,
    State.STAYED: in_force,
    State.CHANGE_PROPOSED: change_proposed,
    State.CHANGE_CONCURRED: change_concurred,
}


def test_every_state_that_somebody_can_move_is_attacked():
    movable = {move.source for move in MOVES if move.may} - {State.NEW}
    assert set(COMES_TO) == movable == set(State) - FINAL - {State.NEW}


def test_every_act_of_the_table_has_a_way_in_that_is_attacked_here():
    elsewhere = {
        "leave",  # what an order that closes leaves undecided
        "receive",
        "miss",  # taking in: test_nobody_takes_in_what_names_something_of_their_own
        "overturn",
        "modify",  # appeals: OTHER_ACTS
        # steps of the order: test_nobody_takes_a_step…
        "withdraw",
        "set_aside",
        "stay",
        "end_stay",
        "end_reversed",
        "confirm",
        "take_over",
        *RESUMED.values(),
        "propose_refusal",
        "propose_closing",  # the same form as propose_measure
    }
    assert {m.verb for m in MOVES if m.may} == elsewhere | {verb for verbs in ACTS.values() for verb in verbs}


async def scene(v: Village, state: State) -> tuple[str, dict[str, Villager]]:
    """An order that names a post of each insider and one of ravi's, all come to a state; then the insiders are given their roles."""
    await hire(v, "usha", Role.REVIEWER)
    insiders = {role: await v.joins(f"in_{role}") for role in ROLES}
    seen_by = 2 if state is State.NOT_FOUND else 0  # what is not for everybody stands as not found
    for who in (*insiders.values(), v.ravi):
        await v.says(who, "Something of my own, about the village.", visibility=seen_by)
    if state in AGREED:  # a second reviewer is asked for where the law protects who speaks
        for who in (*insiders.values(), v.ravi):
            await protect(v, who)
    ref = await v.receives(*(who.latest.path for who in insiders.values()), v.ravi.latest.path)
    for n in range(1, len(ROLES) + 2):
        await COMES_TO[state](v, ref, n)
    court = v.running.house.court
    if state is State.STAYED:
        await steps.take(court, v.dev.viewer, ref, StepForm(verb="stay", body="Delhi High Court"))
    for role, who in insiders.items():
        await role_grants.grant(court, v.owner.viewer, who.id, Role(role))
        who.viewer = Viewer(account=who.id, country="IN", role=Role(role), language="hi")
    await v.settle()
    return ref, insiders


@pytest.mark.parametrize("state", list(COMES_TO), ids=str)
async def test_a_case_is_moved_by_whoever_the_table_says_and_by_nobody_where_it_is_about_something_of_their_own(
    village: Village, state: State
):
    v = village
    ref, insiders = await scene(v, state)
    before = await count(v)
    await open_to_whom_the_table_says(v, ref, insiders)
    here = [act for act, verbs in ACTS.items() if MACHINE.verbs(state).intersection(verbs)]
    api = {
        route.path.rpartition("/")[2] for route in API if route.path.startswith("/api/v1/admin/orders/{ref}/targets/")
    }
    for (n, who), act in itertools.product(enumerate(insiders.values(), 1), here):
        page = await at_desk(v, who, f"/office/orders/{ref}/{n}/{act}", **FORM)
        assert page.status_code in (403, 404), (who.handle, act, page.status_code)
        if act in api:
            answer = await as_app(v, who, "POST", f"/api/v1/admin/orders/{ref}/targets/{n}/{act}", **FORM)
            assert answer.status_code in (403, 404), (who.handle, act, answer.text)
    await refused_at_the_prompt(v, ref, state, insiders)
    assert await count(v) == before


async def open_to_whom_the_table_says(v: Village, ref: str, insiders: dict[str, Villager]) -> None:
    """Each verb of the case about ravi's post, tried by every role."""
    court = v.running.house.court
    async with court.work.reading() as reading:
        case = await cases.case_of(court, reading, ref, len(ROLES) + 1)
        for verb in sorted(case.verbs):
            word = MACHINE.may(verb)
            if not word:
                continue
            for role, who in insiders.items():
                try:
                    await cases.take(court, reading, who.viewer, case, verb)
                    opened = True
                except (NotAllowed, NotAskedFor):
                    opened = False
                asked_for = not {"own_rules", "protected"}.intersection(case.move(verb).guards) or (
                    verb == "concur" and case.protected
                )
                assert opened == (asked_for and Role(role) in MAY[word]), (verb, role)


@pytest.mark.parametrize("state", [State.RECEIVED, State.STAYED], ids=str)
async def test_nobody_takes_a_step_of_an_order_that_names_something_of_their_own(village: Village, state: State):
    v = village
    ref, insiders = await scene(v, state)
    before = await count(v)
    stage = Stage.STAYED if state is State.STAYED else Stage.IN_REVIEW
    court = v.running.house.court
    for who, verb in itertools.product(insiders.values(), sorted(PROCEDURE.verbs(stage) - BY_DECISION)):
        form = {"verb": verb, **FORM, "until": "2021-03-01"} | ({"targets": [1]} if verb in WHOLE else {})
        assert (await at_desk(v, who, f"/office/orders/{ref}/step", **form)).status_code in (403, 404), (
            who.handle,
            verb,
        )
        answer = await as_app(v, who, "POST", f"/api/v1/admin/orders/{ref}/steps", **form)
        assert answer.status_code in (403, 404), (who.handle, verb, answer.text)
    await steps_refused_at_the_prompt(v, ref, insiders)
    assert await count(v) == before
    async with court.work.reading() as reading:
        from chaupal.store.court import docket

        order = await docket.order(reading, ref)
        assert order is not None
        for move, who in itertools.product(STEPS, insiders.values()):
            with pytest.raises(NotAllowed):
                await cases.check_step(court, reading, order, move, who.id)


async def test_nobody_takes_in_what_names_something_of_their_own(village: Village):
    v, court = village, village.running.house.court
    await v.receives(v.ravi.latest.path)  # so that there is an authority
    for role in sorted(MAY["receive_order"] | MAY["sanction"]):
        who = await hire(v, f"in_{role}", Role(role))
        await v.says(who, "Something of my own.")
        before = await count(v)
        if role in MAY["sanction"]:
            form = MatterForm(targets=who.latest.path, rule=rule_for(v, "warn"), grounds=GROUNDS)
            with pytest.raises(NotAllowed):
                await house.open_matter(court, who.viewer, form)
            asked = {"type": "none", "text": GROUNDS, "rule": "1"}
            own = await as_app(v, who, "POST", f"/api/v1/admin/accounts/{who.id}/action", **asked)
            assert own.status_code == 403, own.text
        if role in MAY["receive_order"]:
            with pytest.raises(NotAllowed):
                await orders.receive(court, who.viewer, await form_about(v, who))
        assert await count(v) == before


async def form_about(v: Village, who: Villager) -> OrderForm:
    from chaupal.governance.orders import authorities
    from village import AUTHORITY

    issuer = await authorities.named(v.running.house.court, v.owner.viewer, AUTHORITY.name)
    assert issuer is not None
    return OrderForm(
        authority=issuer.id,
        officer="S. Verma",
        officer_rank="Joint Secretary",
        reference_no=who.handle,
        legal_basis="s. 69A",
        grounds="public order",
        territory="IN",
        dated="2021-02-10",
        targets=who.latest.path,
        regime="IN-69A",
        role="designated_officer",
        bases=("public_order",),
    )


async def test_many_at_once_and_the_command_line_refuse_the_same(village: Village):
    v, court = village, village.running.house.court
    ref, insiders = await scene(v, State.IN_FORCE)
    reviewer, n = insiders["reviewer"], ROLES.index("reviewer") + 1
    before = await count(v)
    done = await bulk.run(court, reviewer.viewer, ref, "lift", [bulk.Item(number=n, seen=3, reason=REASON)])
    assert "something of your own" in str(done), done
    shell = await in_shell(v, "order", "lift", ref, str(n), "--as", reviewer.handle, "--reason", REASON)
    assert shell.returncode == 1 and "something of your own" in shell.stderr, shell.stderr
    with pytest.raises(NotAllowed):
        await reviews.keep(court, reviewer.viewer, ref, n, reason=REASON)
    assert await count(v) == before


async def test_another_account_of_ones_own_is_oneself(village: Village):
    """Whoever moves has said that both accounts are theirs, and cannot take that back: what is the one's is not the other's to judge,
    and the two are no two people.
    """
    v, court, square = village, village.running.house.court, village.running.house.square
    both = [(v.asha, await hire(v, "in_new", Role.REVIEWER)), (await hire(v, "in_first", Role.OWNER), v.dev)]
    for old, new in both:
        await moving.name(square, new.viewer, old.handle)
        await moving.move(square, old.viewer, new.handle, PASSWORD)
        await moving.take_back(square, old.viewer)
        await moving.unname(square, new.viewer, old.id)
    (asha, new), (first, second) = both
    ref = await v.receives(asha.latest.path, v.ravi.latest.path)
    await reports.file(
        court, v.ravi.viewer, Report(account=asha.id, posts=(), kind="other", rules=(), comment="She hounds us.")
    )
    report = (await report_desk.queue(court, v.owner.viewer))[0].id
    await decisions.propose(court, first.viewer, ref, 2, outcome="withhold_post", reason=REASON)
    await v.settle()
    before = await count(v)
    tried = [(new, 1, "propose"), (second, 2, "approve"), (second, 2, "return")]
    for who, n, act in tried:
        page = await at_desk(v, who, f"/office/orders/{ref}/{n}/{act}", **FORM)
        assert page.status_code in (403, 404), (act, page.status_code)
        answer = await as_app(v, who, "POST", f"/api/v1/admin/orders/{ref}/targets/{n}/{act}", **FORM)
        assert answer.status_code in (403, 404), (act, answer.text)
        shell = await at_prompt(v, *words(act, ref, n, who.handle))
        assert shell.returncode == 1 and "Error" not in shell.stderr, (act, shell)
    acts: list[Callable[[], Awaitable[object]]] = [
        lambda: report_desk.report(court, new.viewer, report),
        lambda: report_desk.resolve(court, new.viewer, report, outcome="none"),
        lambda: steps.take(court, new.viewer, ref, StepForm(verb="write", text=REASON)),
        lambda: notes.add(court, new.viewer, "account", asha.id, "not me"),
        lambda: assigning.assign(court, v.dev.viewer, ref, (1,), new.handle),
        lambda: role_grants.grant(court, first.viewer, second.id, Role.MODERATOR),
        lambda: recovering.unlock(court, first.viewer, second.id, "We know each other."),
        lambda: house.sanction(
            court,
            new.viewer,
            MatterForm(targets="@asha", rule="1@1", grounds=REASON),
            Draft(outcome="warn", reason=REASON),
            alone=True,
        ),
    ]
    for act in acts:
        with pytest.raises(NotAllowed):
            await act()
    assert await report_desk.queue(court, new.viewer) == []
    assert await count(v) == before
    await decisions.approve(court, v.lakshmi.viewer, ref, 2)


# --- acts beside the two tables ---


async def test_nobody_acts_on_themselves_beside_the_tables_either(village: Village):
    v, court = village, village.running.house.court
    ref, insiders = await scene(v, State.IN_FORCE)
    owner, n = insiders["owner"], ROLES.index("owner") + 1  # whose role opens everything
    me = owner.viewer
    async with court.work.reading() as reading:
        case = await cases.case_of(court, reading, ref, n)
        kept = next(one for one in await held.of_order(reading, ref) if one.owner_id == owner.id)
    ruling, body = case.events[-1].body.rulings[0], case.regime.appeals.external[0].code
    await reports.file(
        court, v.asha.viewer, Report(account=owner.id, posts=(), kind="other", rules=(), comment="He hounds us.")
    )
    report = next(row for row in await report_desk.queue(court, v.owner.viewer) if row.account_id == owner.id)
    appeal = await appeals.file(court, me, ruling, "This was about our village, and harmed nobody.")
    grant = await speakers.propose(
        court, v.chitra.viewer, SpeakerForm(handle=owner.handle, speaker_class="journalist", evidence=EVIDENCE)
    )
    leaf = case.events[-1].log_index or 0
    stated = StatementForm(slug="about-it", title="About it", body=REASON, orders=ref)
    own = SpeakerForm(handle=owner.handle, speaker_class="activist", evidence=EVIDENCE)
    other_acts: dict[str, Callable[[], Awaitable[object]]] = {
        "appeals.decide": lambda: appeals.decide(
            court, me, appeal.id, appeals.Decision(outcome="reversed", reason=REASON)
        ),
        "appeals.assign": lambda: appeals.assign(court, me, appeal.id),
        "outside.note": lambda: outside.note(court, me, ruling, step="filed", body=body),
        "report_desk.report": lambda: report_desk.report(court, me, report.id),
        "report_desk.assign": lambda: report_desk.assign(court, me, report.id),
        "report_desk.amend": lambda: report_desk.amend(court, me, report.id, kind="spam", rules=None),
        "report_desk.resolve": lambda: report_desk.resolve(court, me, report.id, outcome="none"),
        "report_desk.reopen": lambda: report_desk.reopen(court, me, report.id),
        "opening.sealed": lambda: opening.sealed(court, me, leaf),
        "opening.open_": lambda: opening.open_(court, me, leaf, ["reason"], REASON),
        "opening.erase": lambda: opening.erase(court, me, leaf, ["reason"], REASON),
        "notes.add case": lambda: notes.add(court, me, "case", case.target.id, "not me"),
        "notes.add order": lambda: notes.add(court, me, "order", case.order.id, "not me"),
        "notes.add account": lambda: notes.add(court, me, "account", owner.id, "not me"),
        "assigning.assign": lambda: assigning.assign(court, me, ref, (n,), "me"),
        "assigning to whom it is about": lambda: assigning.assign(court, v.dev.viewer, ref, (n,), owner.handle),
        "evidence.open_for_staff": lambda: evidence.open_for_staff(court, me, kept.id, "to see what they hold"),
        "speakers.propose": lambda: speakers.propose(court, me, own),
        "speakers.second": lambda: speakers.second(court, me, grant),
        "speakers.ask_end": lambda: speakers.ask_end(court, me, grant),
        "speakers.evidence_of": lambda: speakers.evidence_of(court, me, grant),
        "statements.publish": lambda: statements.publish(court, me, stated),
        "account_desk.end": lambda: account_desk.end(court, me, owner.id, Measure.FREEZE),
        "roles.grant": lambda: role_grants.grant(court, me, owner.id, Role.MEMBER),
    }
    before, wrong = await count(v), list[str]()
    for name, act in other_acts.items():
        try:
            await act()
            wrong.append(name)
        except NotAllowed:
            continue
        except Problem as problem:
            # A proposal about somebody who is proposed already is refused for that first; all else is refused as one's own.
            if name != "speakers.propose":
                wrong.append(f"{name}: {problem!r}")
    assert not wrong
    assert [row.id for row in await report_desk.queue(court, me)] == []
    assert await count(v) == before
    # Nor is what they may not do offered to them: of many, those of the others are.
    desk = AtDesk(v, owner)
    assert "Take it up" not in (await desk.get(f"/office/orders/{ref}/{n}")).text
    assert "Take it up" in (await desk.get(f"/office/orders/{ref}/1")).text
    for who in (owner, v.dev):
        page = (await AtDesk(v, who).get(f"/office/orders/{ref}")).text
        assert ("Take all of them up" in page) is (who is v.dev), (
            "all is decided, and no step about their own is theirs"
        )
    await desk.send("/office/assign", ref=ref, to="me")
    async with court.work.reading() as reading:
        found = [case.target for case in await cases.cases_of(court, reading, case.order)]
    assert [t.number for t in found if t.assigned_to == owner.id] == [t.number for t in found if t.owner_id != owner.id]
    # What colleagues write to one another about them is not theirs to read.
    for what, of in (("case", case.target.id), ("order", case.order.id), ("account", owner.id)):
        await notes.add(court, v.dev.viewer, what, of, "Wait for the second letter.")
        assert await notes.on(court, me, what, of) == [], what
        assert await notes.on(court, v.chitra.viewer, what, of), what


# --- every route of the office, by every role that it is not for ---

GATED = [route for route in (*API, *WEB) if route.may and route.method in ("POST", "PUT", "PATCH", "DELETE")]


@pytest.mark.parametrize("role", ["member", *ROLES])
async def test_no_route_of_the_office_opens_to_a_role_that_it_is_not_for(village: Village, role: str):
    v = village
    who = await hire(v, "insider", Role(role))
    before = await count(v)
    tried = 0
    for route in GATED:
        if Role(role) in MAY[route.may]:
            continue
        path = route.path
        for name in ("id", "user_id", "number", "document_id"):
            path = path.replace("{" + name + "}", "1")
        for name in ("ref", "act", "handle", "slug", "kind"):
            path = path.replace("{" + name + "}", "x")
        way = at_desk if route in WEB else as_app
        answer = await (at_desk(v, who, path) if way is at_desk else as_app(v, who, route.method, path))
        assert answer.status_code in (403, 404, 422), (route.method, path, answer.status_code)
        tried += 1
    assert await count(v) == before
    assert tried > 5 or role == "owner"

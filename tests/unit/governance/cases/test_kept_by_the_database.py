"""Rules about who decides, where and until when: the database keeps them where the code forgets one, and whoever writes."""

from collections.abc import Sequence
from contextlib import nullcontext
from functools import partial
from itertools import product
from typing import Any

import msgspec
import pytest
from sqlalchemy import text

from chaupal.governance.appeals import appeals
from chaupal.governance.appeals.appeals import Decision
from chaupal.governance.cases import cases, decisions, effects, guards, lifecycle, reviews
from chaupal.governance.cases.lifecycle import FINAL, MOVES, Move, State
from chaupal.governance.cases.machine import Machine
from chaupal.governance.log import log, reconcile
from chaupal.governance.orders import papers, procedure, steps
from chaupal.governance.orders.authorities import AuthorityForm
from chaupal.governance.people import account_desk, report_desk, reports, role_grants, speakers
from chaupal.governance.people.reports import Report
from chaupal.governance.people.speakers import SpeakerForm
from chaupal.kernel.clock import DAY, StillClock
from chaupal.kernel.errors import Conflict, Invalid, NotAllowed, or_not_found, passes
from chaupal.policy.viewer import Role, Viewer
from chaupal.store.court import appeals as appeal_rows, clocks, docket, notes, rulings
from chaupal.store.court.case_events import CaseEvent, CaseEventBody
from chaupal.store.identity import leaving, moving
from chaupal.store.machine import triggers
from chaupal.store.machine.dialect import statement
from chaupal.store.machine.work import Reading
from chaupal_audit.law.roles import MAY
from chaupal_audit.log import entries
from court import REASON, REFUSE, WITHHOLD, Bench
from noting import noting


@pytest.fixture
def forgetful(monkeypatch: pytest.MonkeyPatch) -> None:
    """A code without guards: whoever asks may."""

    def nothing(_: object) -> None:
        pass

    def anybody(viewer: Viewer, _: str) -> int:
        return viewer.me

    for name in guards.GUARDS:
        monkeypatch.setitem(guards.GUARDS, name, nothing)
    monkeypatch.setattr(guards, "check_holds", lambda *_: None)
    monkeypatch.setattr(cases, "check_may", anybody)


def kept(rule: str) -> Any:
    """The database refuses by this rule of its own."""
    return pytest.raises(Exception, match=rule)


async def propose(bench: Bench, by: Viewer, ref: str, **said: Any) -> None:
    await decisions.propose(bench.court, by, ref, 1, **said)


@pytest.mark.usefixtures("forgetful")
async def test_nobody_moves_what_is_about_something_of_theirs(bench: Bench):
    meera = Viewer(account=bench.meera, country="IN", role=Role.OWNER)
    ref = await bench.order()
    with kept("cases_not_by_their_owner"):
        await propose(bench, meera, ref, **REFUSE)
    await propose(bench, bench.asha, ref, **WITHHOLD)
    with kept("cases_not_by_their_owner"):
        await decisions.return_(bench.court, meera, ref, 1, REASON)
    with kept("orders_not_by_their_owner"):
        await bench.step(ref, "write", by=meera, text="A letter to the officer.")


CARRIED_OUT = (
    'INSERT INTO case_events (id, target_id, number, state, "by", at, body, log_index, first_by) SELECT 1, target_id, number + 2, '
    "'in_force', {by}, at, '{{}}', log_index, {first} FROM case_events WHERE state = 'measure_concurred'"
)


@pytest.mark.usefixtures("forgetful")
async def test_an_account_from_which_one_moved_is_theirs_and_two_of_one_person_are_no_two(bench: Bench):
    """However many moves lie between."""
    ref = await bench.order()
    between = bench.court.make_id()
    async with bench.court.work.writing() as w:
        for old, new in ((bench.meera, between), (between, bench.asha.me), (bench.owner.me, bench.dev.me)):
            await moving.begin(w, bench.court.make_id(), old, new)
        assert await guards.accounts_of(w, bench.asha.me) == {bench.meera, between, bench.asha.me}
    with kept("cases_not_by_their_owner"):
        await propose(bench, bench.asha, ref, **WITHHOLD)
    with kept("orders_not_by_their_owner"):
        await bench.step(ref, "write", by=bench.asha, text="A letter to the officer.")
    for one, other in ((bench.owner, bench.dev), (bench.dev, bench.owner)):
        await propose(bench, one, ref, **WITHHOLD)
        with kept("cases_decided_by_two"):
            await decisions.approve(bench.court, other, ref, 1)
        await decisions.return_(bench.court, bench.clerk, ref, 1, REASON)
    # Nor are they the second reviewer and who carries it out.
    third = await bench.hire("third", Role.REVIEWER)
    await propose(bench, third, ref, **WITHHOLD)
    await decisions.concur(bench.court, bench.owner, ref, 1)
    with kept("cases_decided_by_two"):
        await decisions.approve(bench.court, bench.dev, ref, 1)
    with kept("cases_decided_by_two"):  # nor where a number is left out between the two
        async with bench.court.work.writing() as w:
            await w.run(statement(text(CARRIED_OUT.format(by=bench.dev.me, first=third.me))))


@pytest.mark.usefixtures("forgetful")
async def test_no_hearing_is_held_before_the_day_that_was_set_last(bench: Bench, clock: StillClock):
    ref = await bench.order()
    await bench.step(ref, "set_hearing", until="2021-02-20T10:00")
    await bench.step(ref, "set_hearing", until="2021-02-22T10:00")
    with kept("hearings_held_on_their_day"):
        await bench.step(ref, "hold_hearing", text="Nobody else was there.")
    clock.move(15 * DAY)
    await bench.step(ref, "hold_hearing", text="Both were heard.")


@pytest.mark.usefixtures("forgetful")
@pytest.mark.parametrize(
    "said", [WITHHOLD, REFUSE, {"outcome": "duplicate", "reason": REASON}], ids=lambda said: said["outcome"]
)
async def test_two_decide_and_each_of_them_still_may_when_it_is_carried_out(bench: Bench, said: dict[str, Any]):
    ref = await bench.order()
    first = await bench.hire("first", Role.APPROVER)
    await propose(bench, first, ref, **said)
    with kept("by_two_people"):
        await decisions.approve(bench.court, first, ref, 1)
    with kept("cases_approved_by_approvers"):
        await decisions.approve(bench.court, bench.asha, ref, 1)
    with kept("cases_(decided|approved)_by"):
        await decisions.approve(bench.court, bench.clerk, ref, 1)
    for role in (Role.MEMBER, Role.CLERK):
        await role_grants.grant(bench.court, bench.owner, first.me, role)
        with kept("cases_decided_by_staff"):
            await decisions.approve(bench.court, bench.dev, ref, 1)
    await role_grants.grant(bench.court, bench.owner, first.me, Role.REVIEWER)
    await decisions.approve(bench.court, bench.dev, ref, 1)


@pytest.mark.usefixtures("forgetful")
async def test_what_one_did_alone_is_seconded_while_both_are_staff(bench: Bench):
    another = await bench.hire("another", Role.APPROVER)
    ref = await bench.order()
    await decisions.act_in_emergency(bench.court, another, ref, 1, decisions.Draft(**WITHHOLD))
    await role_grants.grant(bench.court, bench.owner, another.me, Role.MEMBER)
    with kept("cases_decided_by_staff"):
        await decisions.approve(bench.court, bench.asha, ref, 1)


async def test_what_was_proposed_until_a_day_that_has_passed_is_not_approved(bench: Bench, clock: StillClock):
    """It came into force with its end before its beginning."""
    ref = await bench.order()
    await propose(bench, bench.asha, ref, **WITHHOLD, until="2021-02-12")
    clock.move(5 * DAY)
    with pytest.raises(Conflict, match="has passed meanwhile"):
        await decisions.approve(bench.court, bench.dev, ref, 1)
    await decisions.return_(bench.court, bench.dev, ref, 1, REASON)


async def test_an_emergency_of_one_lasts_a_day(bench: Bench, monkeypatch: pytest.MonkeyPatch):
    ref = await bench.order()
    monkeypatch.setattr(effects, "EMERGENCY_LASTS", 2 * DAY)
    with kept("rulings_emergency_for_a_day") as told:
        await decisions.act_in_emergency(bench.court, bench.dev, ref, 1, decisions.Draft(**WITHHOLD))
    # Also to a server of a version that does not know the rule; to try again brings nothing.
    said = bench.court.work.fault(told.value)
    assert isinstance(said, Conflict) and not passes(said)
    assert said.message == "This is against a rule that the database keeps: rulings_emergency_for_a_day"


@pytest.mark.parametrize("wider", [("IN", "DE"), ("DE",), ("XX",)])
async def test_no_measure_is_wider_than_its_order(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, wider: tuple[str, ...]
):
    ref = await bench.order()
    await propose(bench, bench.asha, ref, **WITHHOLD)
    with monkeypatch.context() as patched, kept("rulings_within_their_order|rulings_not_worldwide"):
        patched.setattr(effects, "territory", lambda _: wider)
        await decisions.approve(bench.court, bench.dev, ref, 1)
    await decisions.approve(bench.court, bench.dev, ref, 1)


async def test_no_measure_lasts_longer_than_its_order_but_by_who_can_make_that_longer(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
):
    ref = await bench.order(ends_at="2021-03-01")
    await propose(bench, bench.asha, ref, **WITHHOLD)
    with monkeypatch.context() as patched, kept("rulings_end_with_their_order"):
        patched.setattr(effects, "end_of", lambda *_: bench.court.clock() + 60 * DAY)
        await decisions.approve(bench.court, bench.dev, ref, 1)
    with monkeypatch.context() as patched, kept("rulings_end_after_they_begin"):
        patched.setattr(effects, "end_of", lambda *_: bench.court.clock())
        await decisions.approve(bench.court, bench.dev, ref, 1)
    await decisions.approve(bench.court, bench.dev, ref, 1)
    with kept("rulings_end_no_later"):
        async with bench.court.work.writing() as w:
            await w.run(statement(text("UPDATE rulings SET ends_at = ends_at + 1")))
    change = decisions.ChangeForm(kind="extend", reason=REASON, body="court", until="2021-04-01")
    await decisions.propose_change(bench.court, bench.asha, ref, 1, change)
    await decisions.approve(bench.court, bench.dev, ref, 1)
    await bench.step(ref, "stay", body="court")
    await bench.step(ref, "end_stay", body="court")
    async with bench.court.work.reading() as reading:
        (row,) = [row for row in await rulings.of_owner(reading, bench.meera) if row.lifted_at is None]
    assert row.ends_at is not None and row.ends_at > bench.court.clock() + 30 * DAY


EMPTIED = "CREATE OR REPLACE FUNCTION rulings_within_their_order() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$"
TAMPERED = {
    True: (
        "DROP TRIGGER hearings_held_on_their_day",
        "DROP TRIGGER rulings_within_their_order",
        "DROP TRIGGER rulings_withhold_no_server",
        "CREATE TRIGGER rulings_withhold_no_server BEFORE INSERT ON rulings WHEN 0 BEGIN SELECT 1; END",
        "DROP TABLE protected_speakers",
        "CREATE TABLE protected_speakers (id, account_id, class, evidence, granted_by, seconded_by, granted_at, ends_at, ended_at, "
        "log_index, ending_by, ending_at, ended_by)",
        "DROP TABLE authority_changes",
        "CREATE TABLE authority_changes (id INT, CONSTRAINT authority_changes_by_two_people CHECK (true))",
    ),
    False: (
        "ALTER TABLE order_events DISABLE TRIGGER hearings_held_on_their_day",
        EMPTIED,
        "CREATE OR REPLACE TRIGGER rulings_withhold_no_server BEFORE INSERT ON rulings FOR EACH ROW WHEN (false) "
        "EXECUTE FUNCTION rulings_withhold_no_server()",
        "ALTER TABLE protected_speakers DROP CONSTRAINT protected_by_two_people",
        "ALTER TABLE authority_changes DROP CONSTRAINT authority_changes_by_two_people, "
        "ADD CONSTRAINT authority_changes_by_two_people CHECK (true)",
    ),
}


async def test_a_rule_that_somebody_took_out_of_the_database_is_a_fault_of_the_house(bench: Bench):
    assert (await reconcile.reconcile(bench.court)).faults == ()
    async with bench.court.work.writing() as w:
        for change in TAMPERED[w.embedded]:
            await w.run(statement(text(change)))
    told = " ".join((await reconcile.reconcile(bench.court)).faults)
    tampered = (
        "hearings_held_on_their_day|rulings_within_their_order|rulings_withhold_no_server|protected_by_two_people"
        "|authority_changes_by_two_people"
    )
    for rule in tampered.split("|"):
        assert rule in told


REWRITTEN = (
    ("case_events", "UPDATE case_events SET \"by\" = {asha} WHERE state = 'refused'"),
    ("case_events", "UPDATE case_events SET state = 'received' WHERE state = 'refused'"),
    ("case_events", "UPDATE case_events SET at = at - 1"),
    ("case_events", "DELETE FROM case_events WHERE state = 'refused'"),
    ("order_events", "UPDATE order_events SET verb = 'acknowledge'"),
    ("order_events", "DELETE FROM order_events WHERE number > 1"),
    ("targets", "UPDATE targets SET owner_id = NULL"),
    ("targets", "UPDATE targets SET demanded = 'withhold_account'"),
    ("targets", "DELETE FROM targets"),
    ("orders", "UPDATE orders SET received_by = {owner}"),
    ("orders", "UPDATE orders SET regime_version = 2"),
    ("rulings", "UPDATE rulings SET decided_by = {owner}"),
    ("rulings", "UPDATE rulings SET approved_by = {owner}"),
    ("rulings", "UPDATE rulings SET owner_id = NULL"),
    ("appeals", "UPDATE appeals SET due_at = due_at + 1"),
    ("appeals", "UPDATE appeals SET outcome = 'reversed'"),
    ("appeals", "UPDATE appeals SET state = 'filed', decided_at = NULL, decided_by = NULL"),
    ("appeals", "DELETE FROM appeals"),
    ("reports", "UPDATE reports SET account_id = {owner}"),
    ("reports", "UPDATE reports SET comment = ''"),
    ("reports", "DELETE FROM reports"),
    ("protected_speakers", "UPDATE protected_speakers SET ends_at = 1"),
    ("protected_speakers", "DELETE FROM protected_speakers"),
    ("evidence", "UPDATE evidence SET sha256 = 'another'"),
    ("evidence", "DELETE FROM evidence"),
    ("tellings", "UPDATE tellings SET gag = 'because'"),
    ("tellings", "DELETE FROM tellings"),
    ("staff_looks", "UPDATE staff_looks SET purpose = 'Another one'"),
    ("staff_looks", "DELETE FROM staff_looks"),
    ("staff_notes", "UPDATE staff_notes SET at = at + 1"),
    ("staff_notes", "UPDATE staff_notes SET text = '{{}}'"),
    ("staff_notes", "DELETE FROM staff_notes"),
)


@pytest.mark.parametrize("said", [WITHHOLD, REFUSE], ids=lambda said: said["outcome"])
async def test_what_was_proposed_is_not_approved_in_other_words_or_for_longer(bench: Bench, said: dict[str, Any]):
    ref = await bench.order()
    await propose(bench, bench.asha, ref, **said)
    async with bench.court.work.writing() as w:
        await w.run(
            statement(text("UPDATE case_events SET body = REPLACE(body, ' the ', ' a ') WHERE body LIKE '%reason%'"))
        )
    with pytest.raises(Conflict, match="changed it in the database"):
        await decisions.approve(bench.court, bench.dev, ref, 1)
    await decisions.return_(bench.court, bench.dev, ref, 1, REASON)
    await propose(bench, bench.asha, ref, **said)
    await decisions.approve(bench.court, bench.dev, ref, 1)


KEPT_ROWS = (
    "INSERT INTO staff_notes (id, what, \"of\", \"by\", text, at) VALUES (1, 'counter', 1, 1, '', 1)",
    "INSERT INTO evidence (id, subject_id, kind, order_ref, sha256, taken_at, hold_until) VALUES (1, 1, 'post', 'R', 'a', 1, 2)",
    "INSERT INTO tellings (id, ruling_id, account_id, about, language, ways, due_at, gag) VALUES (1, 1, 1, 'begun', 'hi', '', 1, '')",
)


async def test_what_was_done_is_not_done_otherwise_by_whoever_writes_to_the_database(bench: Bench):
    court = bench.court
    ref, other = await bench.order(), await bench.order()
    await bench.withhold(ref)
    await appeals.decide(court, bench.owner, (await appealed(bench)).id, UPHELD)
    await propose(bench, bench.asha, other, **REFUSE)
    await decisions.approve(court, bench.dev, other, 1)
    protected = SpeakerForm(handle="@meera", speaker_class="journalist", evidence="Her press card was seen.")
    await speakers.second(court, bench.dev, await speakers.propose(court, bench.asha, protected))
    await account_desk.audit_view(court, bench.owner, [bench.meera])
    await reports.file(court, bench.asha, Report(account=bench.meera, kind="spam", comment="Again."))
    async with court.work.writing() as w:
        for row in KEPT_ROWS:
            await w.run(statement(text(row)))
    for table, change in REWRITTEN:
        with kept(f"{table}_(stay|that_count_stay|approved_once|decided_once)"):
            async with court.work.writing() as w:
                await w.run(statement(text(change.format(asha=bench.asha.me, owner=bench.owner.me))))
    assert (await reconcile.reconcile(court)).faults == ()


# --- what happens once ---


@pytest.fixture
def headlong(forgetful: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """A code without guards that does not ask where a case or an order stands, nor what was said already."""

    def anywhere(machine: Machine[Any], source: object, verb: str) -> Any:
        return max((move for move in machine.moves if move.verb == verb), key=lambda move: move.source is source)

    def proposed(case: cases.Case) -> object:
        return case.proposal

    for module in (lifecycle, procedure):
        monkeypatch.setattr(module.MACHINE, "move", partial(anywhere, module.MACHINE))
    monkeypatch.setattr(lifecycle, "move", lifecycle.MACHINE.move)
    monkeypatch.setattr(procedure, "check", lambda *_: None)
    monkeypatch.setattr(decisions, "_first", proposed)
    for module in (reviews, steps):
        monkeypatch.setattr(module, "check_not_again", lambda *_, **_more: None)


def moved(past: Sequence[CaseEvent], move: Move, leaf: int | None) -> CaseEvent:
    """What a move writes after all that was, with this entry in the log."""
    return CaseEvent(
        id=2, target_id=past[-1].target_id, number=past[-1].number + 1, state=move.to, by=1, at=1, log_index=leaf,
        body=CaseEventBody(rulings=(1,) if "ruling" in move.needs else ()),
        first_by=2 if "second_person" in move.needs else None,
    )  # fmt: skip


async def keeps_in_sql(reading: Reading, event: CaseEvent) -> bool:
    """Whether the database takes an event for a keeping."""
    body = msgspec.json.encode(event.body).decode()
    row = (
        f"'{event.state}' AS state, {event.first_by or 'NULL'} AS first_by, '{body}' AS body, {event.target_id} AS target_id, "
        f"{event.number} AS number, CAST({'NULL' if event.log_index is None else event.log_index} AS BIGINT) AS log_index"
    )
    return bool(await reading.fetch(statement(text(f"SELECT 1 FROM (SELECT {row}) e WHERE {triggers.keeps('e')}"))))


async def follow_log(bench: Bench, ref: str) -> None:
    async with bench.court.work.writing() as w:
        case = await cases.case_of(bench.court, w, ref, 1)
        await cases.enter(bench.court, w, case, cases.follow(case, "follow_log", 0), CaseEventBody(), 0)


@pytest.mark.usefixtures("headlong")
async def test_what_waits_for_a_second_person_has_one_outcome(bench: Bench):
    court, ref = bench.court, await bench.order()
    await propose(bench, bench.asha, ref, **WITHHOLD)
    for said in (WITHHOLD, REFUSE):
        with kept("cases_moved_once"):
            await propose(bench, bench.asha, ref, **said)
    with kept("cases_follow_the_log_when_nothing_binds"):  # of which nothing was in force
        await follow_log(bench, ref)
    await decisions.return_(court, bench.dev, ref, 1, REASON)
    with kept("cases_moved_once"):
        await decisions.return_(court, bench.dev, ref, 1, REASON)
    await propose(bench, bench.asha, ref, **WITHHOLD)
    await decisions.approve(court, bench.dev, ref, 1)
    with kept("cases_moved_once"):
        await decisions.approve(court, bench.owner, ref, 1)
    with kept("cases_follow_the_log_when_nothing_binds"):
        await follow_log(bench, ref)
    await reviews.keep(court, bench.asha, ref, 1, REASON)
    with kept("cases_kept_once"):
        await reviews.keep(court, bench.asha, ref, 1, "In other words it is still needed, and for the same reason.")
    await reviews.keep(court, bench.dev, ref, 1, REASON)
    with kept("cases_kept_once"):
        await reviews.keep(court, bench.asha, ref, 1, REASON)
    async with court.work.reading() as reading:
        past = (await cases.case_of(court, reading, ref, 1)).events
        for move, leaf in product(MOVES, (10**6, past[-1].log_index, None)):
            if move.to is State.IN_FORCE:
                event = moved(past, move, leaf)
                keeps = event in reviews.keepings([*past, event])
                assert await keeps_in_sql(reading, event) == keeps == (move.verb == "keep" and leaf == 10**6)
    await bench.step(ref, "withdraw")
    for verb in ("withdraw", "set_aside"):
        with kept("orders_moved_once"):
            await bench.step(ref, verb, body="court")


@pytest.mark.usefixtures("headlong")
async def test_what_is_refused_is_refused_once_and_no_step_is_taken_twice(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
):
    ref = await bench.order(checked=False)
    for verb in ("acknowledge", "check"):
        await bench.step(ref, verb)
        with kept("orders_moved_once"):
            await bench.step(ref, verb)
    await propose(bench, bench.asha, ref, **REFUSE)
    await decisions.approve(bench.court, bench.dev, ref, 1)
    monkeypatch.setattr(cases.Case, "meant", lambda *_: "refuse")
    with kept("cases_moved_once"):
        await decisions.approve(bench.court, bench.dev, ref, 1)


async def test_what_happened_once_does_not_happen_again(bench: Bench):
    court = bench.court
    ref = await bench.order()
    await bench.withhold(ref)
    await appeals.decide(court, bench.owner, (await appealed(bench)).id, UPHELD)
    await decisions.lift(court, bench.dev, ref, 1, REASON)
    await bench.changes(bench.ministry.id, AuthorityForm(name=bench.ministry.name, contact="office@example.in"))
    protected = SpeakerForm(handle="@meera", speaker_class="journalist", evidence="Her press card was seen.")
    await speakers.second(court, bench.dev, id_ := await speakers.propose(court, bench.asha, protected))
    await speakers.ask_end(court, bench.asha, id_)
    await speakers.end(court, bench.dev, id_)
    async with court.work.writing() as w:
        await w.run(statement(text("UPDATE orders SET published_at = 1")))
    for rule, (table, columns) in (triggers.ONCE | {"rulings_lifted_once": ("rulings", "lift_log_index")}).items():
        column = columns.split(",")[0]
        with kept(rule):
            async with court.work.writing() as w:
                await w.run(statement(text(f"UPDATE {table} SET {column} = {column} + 1 WHERE {column} IS NOT NULL")))


def test_the_database_knows_as_the_tables_do_what_happens_once():
    def named(words: str) -> set[str]:
        return set(words.replace("'", "").split(", "))

    seconded = [move for move in MOVES if "second_person" in move.needs]
    onward = {move.verb for move in procedure.STEPS if move.source} - {
        move.verb for move in procedure.STEPS if move.source is move.to
    }
    assert named(triggers.OVER) == FINAL
    assert named(triggers.ORDERS_OVER) == procedure.FINAL
    assert named(triggers.ORDERS_LET_GO) == procedure.OVER | {"returned"}
    assert named(triggers.UNDECIDED) == set(lifecycle.OPEN)
    assert named(triggers.WAITING) == {move.source for move in seconded}
    assert named(triggers.PROPOSALS) == {move.to for move in MOVES if move.verb.startswith("propose_")}
    assert named(triggers.STAYING) == {move.to for move in MOVES if move.source is move.to}
    assert named(triggers.ONWARD) == onward
    assert (triggers.AGAIN, triggers.MOST_MESSAGES) == (papers.AGAIN, appeals.MOST_MESSAGES)


# --- what comes by itself ---


async def test_no_deadline_stops_or_moves_but_by_what_it_is_about(bench: Bench):
    """A clock that somebody stopped told nobody that the hour was near, and nothing said so."""
    court = bench.court
    await bench.order(checked=False)
    await bench.order(regime="IN-69A-EMERG", role="secretary", officer_rank="Secretary")
    await bench.withhold(await bench.order())
    row, meera = await appealed(bench), Viewer(account=bench.meera, country="IN")
    report = await reports.file(court, bench.asha, Report(account=bench.meera, kind="spam"))
    async with court.work.reading() as reading:
        kinds = {(one.what, one.kind) for one in await clocks.running(reading)}
    assert kinds >= {
        ("order", "acknowledge"),
        ("order", "act"),
        ("order", "confirm_interim"),
        ("appeal", "decide"),
        ("report", "resolve"),
    }
    for what, kind in kinds:
        for rule, change in (
            ("clocks_run_until_it_is_done", "stopped_at = 1"),
            ("clocks_are_not_put_off", "due_at = due_at + 1"),
            ("clocks_are_not_put_off", "starts_at = starts_at + 1"),
            ("clocks_stay_as_they_were", "kind = 'another'"),
        ):
            with kept(rule):
                async with court.work.writing() as w:
                    where = f"what = '{what}' AND kind = '{kind}' AND stopped_at IS NULL"
                    await w.run(statement(text(f"UPDATE clocks SET {change} WHERE {where}")))
    with kept("clocks_stay"):
        async with court.work.writing() as w:
            await w.run(statement(text("DELETE FROM clocks")))
    with kept("rulings_strikes_stay"):
        async with court.work.writing() as w:
            await w.run(statement(text("UPDATE rulings SET strike_until = 9000000000000")))
    # The day of a counter-notice is another one where there is another counter-notice, and not otherwise.
    async with court.work.writing() as w:
        ruling = or_not_found(await rulings.ruling(w, row.ruling_id))
        case = or_not_found(await docket.target_by_id(w, ruling.target_id or 0)).order_id
        await clocks.start(w, "order", case, "restore", 1, 9)
    for at, rule in ((1, "clocks_are_not_put_off"), (2, "clocks_are_not_put_off"), (3, "")):
        with kept(rule) if rule else nullcontext():
            async with court.work.writing() as w:
                if not rule:
                    await notes.add(w, notes.Note(1, "counter", row.ruling_id, meera.me, "{}", at))
                await clocks.start(w, "order", case, "restore", at, 10)
                await clocks.stop(w, "order", case, "restore", 11)
    await appeals.withdraw(court, meera, row.id)
    await report_desk.resolve(court, bench.dev, report.id, outcome="none")
    async with court.work.reading() as reading:
        assert {(one.what, one.kind) for one in await clocks.running(reading)} == {
            one for one in kinds if one[0] == "order"
        }


async def test_nothing_becomes_secret_or_silent_for_longer_by_its_row(bench: Bench):
    """Of a secret measure whoever it limits is told nothing, and of an order that is silent nobody is until its day."""
    await bench.withhold(await bench.order())
    await bench.order(targets="@dev", gag_until="2021-03-10T10:00")
    for rule, change in (
        ("rulings_become_no_secret", "rulings SET neutral = 1"),
        ("orders_stay_as_they_were", "orders SET gag_until = 9000000000000 WHERE gag_until IS NOT NULL"),
    ):
        with kept(rule):
            async with bench.court.work.writing() as w:
                await w.run(statement(text(f"UPDATE {change}")))


async def test_nobody_counts_as_told_without_an_entry(bench: Bench):
    await bench.withhold(await bench.order())
    told = "INSERT INTO tellings (id, ruling_id, account_id, about, language, ways, due_at, gag, sent_at, log_index) "
    row = "SELECT 1, id, owner_id, 'begun', 'hi', 'app', 1, '', {}, log_index FROM rulings"
    for rule, change in (
        ("tellings_begin_untold", told + row.format(1)),
        ("", told + row.format("NULL")),
        ("tellings_told_with_an_entry", "UPDATE tellings SET sent_at = 1"),
        ("tellings_told_with_an_entry", "UPDATE tellings SET due_at = 9000000000000"),
        ("", "UPDATE tellings SET sent_at = 1, log_index = log_index + 1"),
    ):
        with kept(rule) if rule else nullcontext():
            async with bench.court.work.writing() as w:
                await w.run(statement(text(change)))


# --- appeals ---


async def appealed(bench: Bench) -> appeals.AppealRow:
    """What is in force on meera's post is appealed."""
    meera = Viewer(account=bench.meera, country="IN")
    async with bench.court.work.reading() as reading:
        (row,) = [row for row in await rulings.of_owner(reading, bench.meera) if row.lifted_at is None]
    return await appeals.file(bench.court, meera, row.id, "It was a poem, and everybody knows it.")


UPHELD = Decision(outcome="upheld", reason=REASON)


async def let_through(*_: object) -> None:
    """In place of a guard."""


async def refused(
    bench: Bench, by: Viewer, row: appeals.AppealRow, monkeypatch: pytest.MonkeyPatch, *, rule: str = "",
    says: str = "You decided what is appealed",
) -> None:  # fmt: skip
    """Somebody is not to hear an appeal: the code says so, and the database does by its `rule`."""
    with pytest.raises(NotAllowed, match=says):
        await appeals.decide(bench.court, by, row.id, UPHELD)
    listed = next(one for one, _ in await appeals.queue(bench.court, by) if one.id == row.id)
    assert listed.why_not is not None, "nor is it offered to them"
    if rule:
        with monkeypatch.context() as patched, kept(rule):
            patched.setattr(guards, "check_not_own", let_through)
            await appeals.decide(bench.court, by, row.id, UPHELD)


async def test_no_row_spends_the_one_appeal_that_somebody_has(bench: Bench):
    """Whoever writes to the database filed one in another's name, or decided one as nobody, and who was limited had none left."""
    await bench.withhold(await bench.order())
    row = await appealed(bench)
    late = "decided_at = 1, decided_log_index = 1"
    for change in (
        f"state = 'decided', outcome = 'upheld', {late}",
        f"state = 'decided', outcome = 'upheld', decided_by = {bench.meera + 999}, {late}",
        f"state = 'decided', outcome = 'upheld', decided_by = {bench.owner.me}, decided_at = 1",
        "state = 'withdrawn'",
    ):
        with kept("appeals_decided_(by_staff|with_a_leaf)"):
            async with bench.court.work.writing() as w:
                await w.run(statement(text(f"UPDATE appeals SET {change} WHERE id = {row.id}")))
    for other in ({"account_id": bench.asha.me}, {"state": "decided", "decided_by": bench.owner.me, "decided_at": 1}):
        with kept("appeals_filed_by_whom_it_is_about"):
            async with bench.court.work.writing() as w:
                await appeal_rows.add(w, msgspec.structs.replace(row, id=bench.court.make_id(), **other))
    await appeals.withdraw(bench.court, Viewer(account=bench.meera, country="IN"), row.id)


async def test_in_an_appeal_write_its_two_sides_and_neither_without_an_end(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
):
    await bench.withhold(await bench.order())
    row, meera = await appealed(bench), Viewer(account=bench.meera, country="IN")

    async def writes(by: int, *, staff: bool, rule: str) -> None:
        with kept(rule):
            async with bench.court.work.writing() as w:
                await appeal_rows.say(w, bench.court.make_id(), row.id, by, "I take it back.", 1, staff=staff)

    other = await bench.hire("other", Role.REVIEWER)  # another account of meera's
    async with bench.court.work.writing() as w:
        await moving.begin(w, bench.court.make_id(), bench.meera, other.me)
    for by, staff in ((bench.owner.me, False), (bench.meera, True), (bench.clerk.me, True), (other.me, True)):
        await writes(by, staff=staff, rule="appeal_messages_by_both_sides")
    with monkeypatch.context() as patched, kept("appeals_heard_by_no_decider"):
        patched.setattr(guards, "check_not_own", let_through)
        await appeals.decide(bench.court, other, row.id, UPHELD)
    for _ in range(appeals.MOST_MESSAGES):
        await appeals.say(bench.court, meera, row.id, "And another word.")
    with pytest.raises(Conflict, match="No more can be written"):
        await appeals.say(bench.court, meera, row.id, "And another word.")
    await writes(meera.me, staff=False, rule="appeal_messages_no_more")
    await appeals.say(bench.court, bench.owner, row.id, "Every word is read.")
    await appeals.decide(bench.court, bench.owner, row.id, UPHELD)
    await writes(bench.owner.me, staff=True, rule="appeal_messages_by_both_sides")


async def test_words_of_an_appeal_are_counted_by_one_at_a_time(bench: Bench, monkeypatch: pytest.MonkeyPatch):
    """Two processes that counted beside each other let in one word more for each of them."""
    await bench.withhold(await bench.order())
    row, meera = await appealed(bench), Viewer(account=bench.meera, country="IN")
    order = noting(monkeypatch, (appeals.ledger, "hold"), (appeal_rows, "messages"))
    await appeals.say(bench.court, meera, row.id, "One word.")
    assert order == ["hold", "messages"]


@pytest.mark.usefixtures("forgetful")
async def test_nobody_says_what_became_of_their_own_report_or_one_about_them(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(guards, "check_not_own", let_through)
    row = await reports.file(bench.court, bench.asha, Report(account=bench.meera, kind="spam"))
    meera = Viewer(account=bench.meera, country="IN", role=Role.OWNER)
    async with bench.court.work.writing() as w:
        await moving.begin(w, bench.court.make_id(), bench.asha.me, bench.owner.me)
    for by in (bench.asha, bench.owner, meera, msgspec.structs.replace(bench.clerk, role=Role.MODERATOR)):
        with kept("reports_resolved_by_another"):
            await report_desk.resolve(bench.court, by, row.id, outcome="none")
    other = await reports.file(bench.court, bench.clerk, Report(account=bench.meera, kind="spam"))
    (said,) = await report_desk.resolve(bench.court, bench.owner, other.id, outcome="none", together=True)
    assert said.id == other.id, "the one beside it is theirs"
    await report_desk.resolve(bench.court, bench.dev, row.id, outcome="none")


async def test_whoever_appeals_reads_nowhere_on_whose_desk_it_lies_though_they_are_staff(bench: Bench):
    await bench.withhold(await bench.order())
    row = await appealed(bench)
    await appeals.assign(bench.court, bench.owner, row.id)
    await role_grants.grant(bench.court, bench.owner, bench.meera, Role.REVIEWER)
    meera = Viewer(account=bench.meera, country="IN", role=Role.REVIEWER)
    for viewer, desk in ((bench.dev, bench.owner.me), (meera, None)):
        listed, _ = next(iter(await appeals.queue(bench.court, viewer)))
        shown, _ = await appeals.appeal(bench.court, viewer, row.id)
        assert (listed.assigned_to, shown.assigned_to) == (desk, desk)


async def test_whoever_seconds_what_is_appealed_already_does_not_hear_the_appeal(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
):
    ref = await bench.order()
    await decisions.act_in_emergency(bench.court, bench.dev, ref, 1, decisions.Draft(**WITHHOLD))
    row = await appealed(bench)
    await decisions.approve(bench.court, bench.asha, ref, 1)
    await refused(bench, bench.asha, row, monkeypatch, rule="appeals_heard_by_no_decider")
    async with bench.court.work.writing() as w:
        await moving.begin(w, bench.court.make_id(), bench.dev.me, bench.owner.me)
    with monkeypatch.context() as patched, kept("appeals_heard_by_no_decider"):
        patched.setattr(guards, "check_not_own", let_through)
        await appeals.decide(bench.court, bench.owner, row.id, UPHELD)
    ((listed, _),) = await appeals.queue(bench.court, bench.owner)
    assert str(listed.why_not).startswith("You decided what is appealed"), "their other account did"
    # What dev decided stays when that account goes, and in the middle of a line it still holds its two ends together.
    usha, new = await bench.hire("usha", Role.APPROVER), await bench.hire("new", Role.APPROVER)
    async with bench.court.work.writing() as w:
        await moving.begin(w, bench.court.make_id(), usha.me, new.me)
        await moving.begin(w, bench.court.make_id(), new.me, bench.dev.me)
        await leaving.empty(w, bench.dev.me)
        assert await moving.moved_between(w, usha.me) == {usha.me, new.me, bench.dev.me, bench.owner.me}
    for one in (bench.owner, usha):
        with pytest.raises(NotAllowed, match="You decided what is appealed"):
            await appeals.decide(bench.court, one, row.id, UPHELD)
    another = [await bench.hire(f"new_{role.value}", role) for role in (Role.APPROVER, Role.OWNER)]
    await appeals.decide(bench.court, another[0], row.id, UPHELD)
    async with bench.court.work.writing() as w:
        for one in (new, usha, bench.owner):
            await leaving.empty(w, one.me)
        assert await moving.moved_between(w, new.me) == {new.me}, "nobody of them is here any more"


async def test_what_an_appeal_has_shortened_is_as_short_once_a_second_person_agrees(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
):
    """It lasted as it was decided first: two colleagues undid what a third had decided."""
    ref = await bench.order()
    await decisions.act_in_emergency(bench.court, bench.dev, ref, 1, decisions.Draft(**WITHHOLD))
    soon = msgspec.structs.replace(UPHELD, outcome="modified", ends_at="2021-02-10T23:00")
    await appeals.decide(bench.court, bench.owner, (await appealed(bench)).id, soon)
    with monkeypatch.context() as patched, kept("rulings_seconded_no_longer_than_appealed"):
        patched.setattr(effects, "was_shortened", lambda *_: False)
        await decisions.approve(bench.court, bench.asha, ref, 1)
    await decisions.approve(bench.court, bench.asha, ref, 1)
    async with bench.court.work.reading() as reading:
        (row,) = [row for row in await rulings.of_owner(reading, bench.meera) if row.lifted_at is None]
    assert (row.approved_by, row.ends_at) == (bench.asha.me, 1_612_978_200_000)


async def test_whoever_decided_what_was_changed_since_does_not_hear_the_appeal(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
):
    """Two propose and approve it, two others make it a little less: the first two had decided what is left."""
    ref = await bench.order()
    await bench.withhold(ref)
    another, approver = await bench.hire("another"), await bench.hire("approver", Role.APPROVER)
    change = decisions.ChangeForm(kind="amend", reason=REASON, until="2021-03-01")
    await decisions.propose_change(bench.court, another, ref, 1, change)
    await decisions.approve(bench.court, approver, ref, 1)
    row = await appealed(bench)
    for one in (bench.asha, bench.dev, another, approver):
        await refused(bench, one, row, monkeypatch, rule="appeals_heard_by")
    await appeals.decide(bench.court, bench.owner, row.id, UPHELD)


@pytest.mark.parametrize("how", ["stayed", "resumed", "renewed", "confirmed"])
@pytest.mark.parametrize("outcome", ["reversed", "modified"])
async def test_nobody_takes_an_appeal_what_it_is_about(bench: Bench, clock: StillClock, how: str, outcome: str):
    """A measure ended and went on at once, by one person where a court is said to have stayed it: the appeal was about nothing any more."""
    urgent = {"regime": "IN-69A-EMERG", "role": "secretary", "officer_rank": "Secretary"}
    sure = ref = await bench.order(**urgent if how == "confirmed" else {})
    await bench.withhold(ref)
    row, usha = await appealed(bench), await bench.hire("usha")
    clock.move(60_000)
    if how == "confirmed":
        sure = await bench.order(confirms=ref)
        await bench.step(ref, "confirm", by=bench.dev, confirms=sure, body="secretary", reason=REASON)
    elif how == "renewed":
        change = decisions.ChangeForm(kind="renew", reason=REASON, body="authority", until="2021-03-05")
        await decisions.propose_change(bench.court, bench.asha, ref, 1, change)
        await decisions.approve(bench.court, bench.dev, ref, 1)
    else:
        await bench.step(ref, "stay", body="court")
        if how == "resumed":
            await bench.step(ref, "end_stay", body="court")
    decided = Decision(outcome=outcome, reason=REASON, ends_at="2021-02-11T12:00" if outcome == "modified" else "")
    if how == "stayed" and outcome == "modified":
        with pytest.raises(Invalid):
            await appeals.decide(bench.court, usha, row.id, decided)
        return
    await appeals.decide(bench.court, usha, row.id, decided)
    if how == "stayed":
        await bench.step(ref, "end_stay", body="court")
    async with bench.court.work.reading() as reading:
        left = [one for one in await rulings.of_owner(reading, bench.meera) if one.lifted_at is None]
        case = await cases.case_of(bench.court, reading, sure, 1)
    assert [one.ends_at for one in left] == ([1_613_025_000_000] if outcome == "modified" else [])
    assert case.state is (State.IN_FORCE if outcome == "modified" else State.OVERTURNED), "nothing ran out"
    assert (await reconcile.reconcile(bench.court)).faults == ()


async def test_whoever_decided_what_goes_on_under_the_order_that_confirmed_it_does_not_hear_the_appeal(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
):
    urgent = {"regime": "IN-69A-EMERG", "role": "secretary", "officer_rank": "Secretary"}
    ref = await bench.order(**urgent)
    await bench.withhold(ref)
    row = await appealed(bench)
    sure = await bench.order(confirms=ref)
    await bench.step(ref, "confirm", by=bench.dev, confirms=sure, body="secretary", reason=REASON)
    another, approver = await bench.hire("another"), await bench.hire("approver", Role.APPROVER)
    change = decisions.ChangeForm(kind="amend", reason=REASON, until="2021-03-01")
    await decisions.propose_change(bench.court, another, sure, 1, change)
    await decisions.approve(bench.court, approver, sure, 1)
    for one in (another, approver):
        await refused(bench, one, row, monkeypatch, rule="appeals_heard_by")
    await appeals.decide(bench.court, bench.owner, row.id, UPHELD)


async def test_whoever_looked_again_and_kept_it_does_not_hear_the_appeal(bench: Bench, monkeypatch: pytest.MonkeyPatch):
    ref = await bench.order()
    await bench.withhold(ref)
    another = await bench.hire("another")
    await reviews.keep(bench.court, another, ref, 1, reason=REASON)
    row = await appealed(bench)
    await refused(bench, another, row, monkeypatch)
    await appeals.decide(bench.court, bench.owner, row.id, UPHELD)


async def test_whoever_decided_an_appeal_hears_no_other_about_the_same_thing(
    bench: Bench, clock: StillClock, monkeypatch: pytest.MonkeyPatch
):
    """Who had said that it is right was asked again once it was renewed, and once it was confirmed."""
    ref = await bench.order(regime="IN-69A-EMERG", role="secretary", officer_rank="Secretary")
    await bench.withhold(ref)
    await appeals.decide(bench.court, bench.owner, (await appealed(bench)).id, UPHELD)
    clock.move(60_000)
    sure = await bench.order(confirms=ref)
    await bench.step(ref, "confirm", by=bench.dev, confirms=sure, body="secretary", reason=REASON)
    usha, new, last = [await bench.hire(one, Role.OWNER) for one in ("usha", "new", "last")]
    async with bench.court.work.writing() as w:
        await moving.begin(w, bench.court.make_id(), bench.owner.me, new.me)
    row, again = await appealed(bench), {"rule": "appeals_not_heard_again", "says": "You decided an earlier appeal"}
    for one in (bench.owner, new):
        await refused(bench, one, row, monkeypatch, **again)
    await appeals.decide(bench.court, usha, row.id, UPHELD)
    change = decisions.ChangeForm(kind="amend", reason=REASON, until="2021-03-01")
    await decisions.propose_change(bench.court, bench.asha, sure, 1, change)
    await decisions.approve(bench.court, bench.dev, sure, 1)
    row = await appealed(bench)
    await refused(bench, usha, row, monkeypatch, **again)
    await appeals.decide(bench.court, last, row.id, msgspec.structs.replace(UPHELD, outcome="reversed"))
    async with bench.court.work.reading() as reading:
        said = [one for _, _, one in await log.entries_of(reading, entries.Appeal)]
    assert [one.earlier for one in said if one.step == "filed"] == [0, 1, 2]


async def test_whoever_decided_of_a_whole_that_its_parts_are_left_does_not_hear_its_appeal(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
):
    ref = await bench.order(targets="@meera")
    await propose(bench, bench.asha, ref, outcome="withhold_account", reason=REASON, finding=REASON)
    await decisions.approve(bench.court, bench.dev, ref, 1)
    row = await appealed(bench)
    another, approver = await bench.hire("another"), await bench.hire("approver", Role.APPROVER)
    change = decisions.ChangeForm(kind="amend", reason=REASON, outcome="withhold_post", parts=(bench.post,))
    await decisions.propose_change(bench.court, another, ref, 1, change)
    await decisions.approve(bench.court, approver, ref, 1)
    for one in (another, approver):
        await refused(bench, one, row, monkeypatch, rule="appeals_heard_by_no_decider")
    await appeals.decide(bench.court, bench.owner, row.id, UPHELD)


async def test_whoever_heard_the_appeal_of_one_part_hears_that_of_another(bench: Bench):
    second = await bench.street.say(bench.meera, "दूसरा गेट भी बंद है")
    ref = await bench.order(targets="@meera")
    parts = (bench.post, second)
    await propose(bench, bench.asha, ref, outcome="withhold_post", reason=REASON, parts=parts)
    await decisions.approve(bench.court, bench.dev, ref, 1)
    meera = Viewer(account=bench.meera, country="IN")
    async with bench.court.work.reading() as reading:
        rows = await rulings.of_owner(reading, bench.meera)
    first, other = [
        await appeals.file(bench.court, meera, row.id, "It was a poem, and everybody knows it.") for row in rows
    ]
    await appeals.decide(bench.court, bench.owner, first.id, msgspec.structs.replace(UPHELD, outcome="reversed"))
    await appeals.decide(bench.court, bench.owner, other.id, UPHELD)


def test_the_database_knows_the_same_roles_and_times_as_the_code():
    def named(roles_: str) -> set[str]:
        return set(roles_.replace("'", "").split(", "))

    assert (
        named(triggers.SANCTIONS)
        == {*MAY["sanction"]}
        == {*MAY["hear_appeal"]}
        == {*MAY["approve_sanction"]}
        == {*MAY["decide"], "moderator"}
    )
    assert named(triggers.APPROVERS) == {*MAY["approve"]} == {*MAY["act_in_emergency"]}

"""What binds is logged and what is logged binds: every way in which the two could part is found."""

from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import case, text, update
from structlog.testing import capture_logs

import others
from chaupal.app.wiring import open_house
from chaupal.governance.appeals import appeals, notices
from chaupal.governance.cases import decisions, reviews
from chaupal.governance.context import Court
from chaupal.governance.laws import laws
from chaupal.governance.log import log, opening, reconcile, record
from chaupal.governance.log.reconcile_compare import authority_faults
from chaupal.governance.log.tree import LogDiffers
from chaupal.governance.orders import portal, publishing, statements
from chaupal.governance.orders.authorities import AuthorityForm
from chaupal.governance.orders.portal import InviteForm
from chaupal.governance.orders.statements import StatementForm
from chaupal.governance.people import ip_and_mail_blocks, speakers
from chaupal.governance.people.ip_and_mail_blocks import AddressBlock, AddressBlockForm
from chaupal.governance.people.speakers import SpeakerForm
from chaupal.governance.regimes import SHIPPED, load_regimes
from chaupal.governance.servers import allowing
from chaupal.kernel.clock import DAY, MINUTE, SECOND, StillClock
from chaupal.kernel.errors import NotFound, Problem, or_not_found
from chaupal.kernel.settings import Settings
from chaupal.policy.viewer import Viewer
from chaupal.store.court import appeals as appeal_rows, clocks, ledger, rulings
from chaupal.store.court.authorities import HOUSE
from chaupal.store.court.rulings import RulingRow
from chaupal.store.machine import auditing, marks
from chaupal.store.machine.dialect import statement, text_param
from chaupal.store.machine.work import Reading
from chaupal.store.tables.court import rulings as rows
from court import REASON, REFUSE, WITHHOLD, Bench
from village import open_village


async def faults(bench: Bench) -> tuple[str, ...]:
    found = await reconcile.reconcile(bench.court)
    assert found == await reconcile.last(bench.court)
    assert found.failures == len(found.faults)
    return found.faults


async def tampered(bench: Bench, change: str) -> None:
    await tampered_of(bench.court, change)


async def tampered_of(court: Court, change: str) -> None:
    async with court.work.writing() as w:
        assert await w.run(statement(text(change))) == 1


def test_of_an_authority_nothing_is_compared_of_which_an_older_entry_did_not_speak():
    """A server that had mail addresses before its log committed to them found all of them changed."""
    row = msgspec.structs.replace(HOUSE, id=3, contact="registry@meity.gov.in", email_domain="gov.in")
    since = record.registered(row)
    before = msgspec.structs.replace(since, keys=None, domain=None)
    assert [len([*authority_faults(row, 7, said, {})]) for said in (before, since)] == [0, 1]


async def test_a_court_that_did_its_work_agrees_with_its_log(bench: Bench):
    ref = await bench.order()
    await bench.withhold(ref)
    assert await faults(bench) == ()
    await decisions.lift(bench.court, bench.asha, ref, 1, reason=REASON)
    found = await reconcile.reconcile(bench.court)
    assert (found.faults, found.rulings) == ((), 1)
    async with bench.court.work.reading() as reading:
        assert found.entries == await ledger.size(reading)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("UPDATE rulings SET territory = 'IN,DE'", "differ in territory"),
        ("UPDATE rulings SET measure = 'withhold_account'", "differ in measure"),
        ("UPDATE rulings SET subject_id = 1", "differ in subject"),
        ("UPDATE rulings SET reason = 'Because.'", "differ in reason"),
        ("UPDATE rulings SET ends_at = 4102444800000", "differ in until"),
        ("UPDATE rulings SET order_ref = 'IN-2021-9999'", "differ in order"),
        ("UPDATE rulings SET strike_until = 4102444800000", "differ in strike_until"),
        ("UPDATE rulings SET review_at = 4102444800000", "differ in when it is looked at again"),
        ("UPDATE rulings SET log_index = 0", "rests on entry 0, which is no measure"),
        ("UPDATE rulings SET log_index = 4000000", "rests on entry 4000000, which is no measure"),
        ("UPDATE rulings SET lifted_at = 1, lift_log_index = 0", "has ended, and no entry says so"),
        ("DELETE FROM rulings", "there is no such ruling"),
    ],
)
async def test_a_ruling_that_was_changed_in_the_database_is_found(bench: Bench, change: str, said: str):
    await bench.withhold(await bench.order())
    if "strike" in change:  # and against an update there is a trigger, which somebody has taken away here
        async with bench.court.work.writing() as w:
            await w.run(statement(text(f"DROP TRIGGER rulings_strikes_stay{'' if w.embedded else ' ON rulings'}")))
    await tampered(bench, change)
    assert any(said in fault for fault in await faults(bench))


async def test_what_the_last_comparison_found_is_the_servers_own_word(bench: Bench):
    """By whoever writes to the database everything was well, and nothing was to be done yet, for as long as they wished."""
    assert await faults(bench) == ()
    async with bench.court.work.reading() as reading:
        sealed = await marks.read(reading, reconcile.MARK)
    for forged in (sealed[:64] + sealed[64:].replace('"failures":0', '"failures":1'), "सब ठीक है"):
        async with bench.court.work.writing() as w:
            await marks.write(w, reconcile.MARK, forged)
        assert await reconcile.last(bench.court) is None
        assert (await reconcile.reconcile(bench.court)).faults == (reconcile.FORGED,)
    assert await faults(bench) == ()


async def test_what_two_have_decided_anew_is_known_by_its_thing_and_by_its_place_in_its_order(bench: Bench):
    """What was lost and can be read by nobody has its place alone."""
    made, refused = await bench.order(), await bench.order()
    await bench.withhold(made)
    await decisions.propose(bench.court, bench.asha, refused, 1, **REFUSE)
    waits = await bench.order()
    await decisions.propose(bench.court, bench.asha, waits, 1, **REFUSE)
    await decisions.approve(bench.court, bench.dev, refused, 1)
    async with bench.court.work.reading() as reading:
        refs, size = [made, refused, waits], await ledger.size(reading)
        about = {f"{made} 1", f"{refused} 1"}
        found = await auditing.decided_after(reading, 0, [], refs)
        assert found & {f"{ref} 1" for ref in refs} == about
        (thing,) = found - about
        assert await auditing.decided_after(reading, 0, [thing], []) == found
        assert await auditing.decided_after(reading, size, [thing], refs) == set()


FORGED = (
    'INSERT INTO case_events (id, target_id, number, state, "by", at, body, log_index, first_by) SELECT 1, target_id, number + 1, '
    "'refused', {dev}, at, '{{}}', log_index, \"by\" FROM case_events WHERE state = 'refusal_proposed'",
    'INSERT INTO case_events (id, target_id, number, state, "by", at, log_index) SELECT 2, target_id, number + 1, '
    "'ended_by_log', -1, at, log_index FROM case_events WHERE state = 'unseconded' AND id = (SELECT MAX(id) FROM case_events)",
    "UPDATE accounts SET state = 'suspended' WHERE id = {meera}",
    "UPDATE rulings SET decided_by = {owner} WHERE second_by IS NULL",
    "UPDATE rulings SET ends_at = ends_at + 60000 WHERE second_by IS NOT NULL AND approved_by IS NOT NULL",
    "UPDATE rulings SET text = 'Another label' WHERE measure = 'label'",
    "UPDATE rulings SET approved_by = {owner}, ends_at = NULL WHERE approved_by IS NULL",
)


async def test_who_decided_until_when_and_whom_no_ruling_limits_is_held_against_the_log(bench: Bench):
    await decisions.propose(bench.court, bench.asha, await bench.order(), 1, **REFUSE)
    ref = await bench.order()
    await decisions.propose(bench.court, bench.asha, ref, 1, outcome="label", reason=REASON, text="Disputed")
    await decisions.approve(bench.court, bench.dev, ref, 1)
    ref = await bench.order()
    await decisions.act_in_emergency(
        bench.court, bench.dev, ref, 1, decisions.Draft(**WITHHOLD, until="2021-02-20T10:00")
    )
    await decisions.approve(bench.court, bench.owner, ref, 1)
    assert await faults(bench) == () == (*await reconcile.faults_in_force(bench.court),)
    await decisions.act_in_emergency(bench.court, bench.dev, await bench.order(), 1, decisions.Draft(**WITHHOLD))
    async with bench.court.work.writing() as w:
        for name, table in (
            ("rulings_stay_as_they_were", "rulings"),
            ("cases_follow_the_log_when_nothing_binds", "case_events"),
        ):
            await w.run(statement(text(f"DROP TRIGGER {name}{'' if w.embedded else f' ON {table}'}")))
    for change in FORGED:
        await tampered(bench, change.format(dev=bench.dev.me, owner=bench.owner.me, meera=bench.meera))
    told = " ".join(await faults(bench))
    for said in (
        "differ in whose decision it is",
        "(ended_by_log) rests on entry",
        "is suspended in the database",
        "differ in by",
        "rulings_stay",
        "lasts longer than entry",
        "differ in text",
        "differ in who agreed",
    ):
        assert said in told
    for said in ("lasts longer than entry", "differ in who agreed"):
        assert said in " ".join(await reconcile.faults_in_force(bench.court))


async def test_an_appeal_a_protection_and_what_the_house_said_are_what_their_entries_say(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
):
    """Whoever writes to the database filed one for whoever was limited, or decided it for somebody, and the one they had was spent."""
    court, meera = bench.court, Viewer(account=bench.meera, country="IN")
    monkeypatch.setattr(notices, "_kept_back", lambda *_: False)
    for gag_until in ("", "2021-02-20T12:00", "", ""):
        await bench.withhold(await bench.order(gag_until=gag_until))
    async with court.work.reading() as reading:
        made = sorted(await rulings.of_owner(reading, bench.meera), key=lambda row: row.id)
    first, secret, waits = [await appeals.file(court, meera, row.id, "It was a poem.") for row in made[:3]]
    for row in (first, secret):
        await appeals.decide(court, bench.owner, row.id, appeals.Decision(outcome="upheld", reason=REASON))
    protected = SpeakerForm(handle="@meera", speaker_class="journalist", evidence="Her press card was seen.")
    for ends in (True, False):
        id_ = await speakers.propose(court, bench.asha, protected)
        await speakers.second(court, bench.dev, id_)
        await speakers.ask_end(court, bench.asha, id_)
        if ends:
            await speakers.end(court, bench.dev, id_)
    form = StatementForm(slug="winter", title="On the winter", body="We kept back what the law asks for.")
    await statements.revise(
        court,
        bench.owner,
        (await statements.publish(court, bench.owner, form)).slug,
        msgspec.structs.replace(form, title="On winter"),
    )
    ours = msgspec.structs.replace(form, slug="spring")
    spring = await statements.publish(court, bench.owner, ours)
    later = await statements.revise(court, bench.owner, "spring", msgspec.structs.replace(ours, title="On spring"))
    replied, gone = [
        await statements.enter_reply(court, bench.owner, "winter", authority=str(bench.ministry.id), body=words)
        for words in ("So it was.", "So it is.")
    ]
    assert await faults(bench) == ()
    async with court.work.writing() as w:
        ended = or_not_found(await appeal_rows.appeal(w, first.id))
        assert await appeal_rows.add(w, msgspec.structs.replace(first, id=1, ruling_id=made[3].id))
        for table in ("appeals", "protected_speakers"):
            await w.run(statement(text(f"DROP TRIGGER {table}_stay{'' if w.embedded else f' ON {table}'}")))
    by = f"state = 'decided', decided_by = {bench.owner.me}, decided_at = 9, outcome = 'upheld'"
    for change in (
        f"UPDATE appeals SET {by}, decided_log_index = {first.log_index + 1} WHERE id = {waits.id}",
        f"UPDATE appeals SET {by}, decided_log_index = 4000000 WHERE id = 1",
        f"UPDATE appeals SET reason = 'Because.' WHERE id = {secret.id}",
        f"UPDATE protected_speakers SET ended_at = 9, ended_by = {bench.dev.me} WHERE ended_at IS NULL",
        "INSERT INTO protected_speakers (id, account_id, class, evidence, granted_by, seconded_by, granted_at) "
        f"VALUES (2, {bench.meera}, 'journalist', '', {bench.asha.me}, {bench.dev.me}, 1)",
        f"DELETE FROM appeals WHERE id = {first.id}",
        f"DELETE FROM protected_speakers WHERE id NOT IN (2, {id_})",
        "UPDATE statements SET body_hi = 'कुछ और' WHERE slug = 'winter'",
        f"UPDATE statements SET title = '{ours.title}', revision = 1, log_index = {spring.log_index} WHERE slug = 'spring'",
        f"UPDATE replies SET body = 'We thank you.' WHERE id = {replied.id}",
        f"DELETE FROM replies WHERE id = {gone.id}",
    ):
        await tampered(bench, change)
    told = " ".join(await faults(bench))
    for said in (
        "appeal 1 rests on entry",
        "appeal 1 rests on an entry that is not there",
        f"appeal {waits.id} and entry {first.log_index + 1} differ in how it ended",
        f"appeal {secret.id} and entry",
        f"protection {id_} has ended, and no entry says so",
        "protection 2 is in force, and no entry says so",
        f"entry {ended.decided_log_index} ({made[0].order_ref}) tells of an appeal, and",
        "tells of protected-",
        "statement winter and entry",
        f"reply {replied.id} and entry {replied.log_index} differ in what was said",
        f"entry {later.log_index} tells what was said",
        f"entry {gone.log_index} tells what was said",
    ):
        assert said in told


OVERDUE = {
    "SELECT 1": "the end of a ruling came, and it was not ended",
    "DELETE FROM outbox": "nobody was told of ruling",
    "INSERT INTO tellings (id, ruling_id, account_id, about, language, ways, due_at, gag) "
    "SELECT 1, id, owner_id, 'begun', 'hi', '', 1, '' FROM rulings": "the time to give a notice came, and it was not given",
}


@pytest.mark.parametrize("change", OVERDUE)
async def test_what_was_to_come_by_itself_and_did_not_is_found(bench: Bench, clock: StillClock, change: str):
    """No entry says that somebody kept back a notice, or an end. That the server was off is no fault, nor is what still waits."""
    ref, ends, walk = await bench.order(), change == "SELECT 1", reconcile.Walk(bench.court)

    async def behind() -> tuple[str, ...]:
        clock.move(reconcile.REST)
        while (found := await walk.step()) is None:
            pass
        return found.faults

    async def do(*changes: str) -> None:
        async with bench.court.work.writing() as w:
            for one in changes:
                await w.run(statement(text(one)))

    await decisions.propose(bench.court, bench.asha, ref, 1, **WITHHOLD, until="2021-02-12T10:00" if ends else "")
    await decisions.approve(bench.court, bench.dev, ref, 1)
    if ends:
        told = next(line for line in OVERDUE if "tellings" in line).replace("'', 1", "'', 9000000000000")
        await do(told, "DELETE FROM outbox")
    else:
        await do("UPDATE outbox SET at = at + 5")  # what a unit does comes before what it tells is written down
    clock.move(6 * DAY)
    found = [await faults(bench), await faults(bench), await behind(), await behind()]
    assert not any(found), "it was off until now, however often somebody looks"
    if not ends:
        assert await behind() == (), "what is to be told waits"
        await do(change, "DELETE FROM outbox")
    (fault,) = await behind()
    assert OVERDUE[change] in fault and fault in await faults(bench)


async def test_what_is_blocked_and_who_is_let_in_is_what_the_newest_entry_says(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
):
    """Whoever writes to the database shut a net out, or let it in, and talked to a server that nobody had let in."""
    court, owner = bench.court, bench.owner
    form = AddressBlockForm(kind="ip", what="192.0.2.0/24", severity="no_access", comment="Spam")
    over = await ip_and_mail_blocks.block(court, owner, msgspec.structs.replace(form, what="198.51.100.0/24"))
    await ip_and_mail_blocks.end(court, owner, "ip", over.id)

    async def just_before(*_: Any) -> AddressBlock:
        return over

    with monkeypatch.context() as patch, pytest.raises(NotFound):
        patch.setattr(ip_and_mail_blocks, "by_id", just_before)  # of two at once, who changes what the other lifts
        await ip_and_mail_blocks.change(court, owner, over.id, form)
    block = await ip_and_mail_blocks.block(court, owner, form)
    await allowing.let_in(court, owner, "far.example", REASON)
    other = await others.server(bench.street, "other.example")
    assert await faults(bench) == ()
    ours, theirs = f"door-{block.id}", f"door-{over.id}"
    for change, undo, said in (
        ("doors SET what = '203.0.113.0/24'", "what = '192.0.2.0/24'", "differ in what it is about"),
        ("doors SET severity = 'sign_up_block'", "severity = 'no_access'", "differ in how it holds"),
        ("doors SET ended_at = 1", "ended_at = NULL", f"tells of {ours}, and it holds no more"),
        (f"doors SET ended_at = NULL WHERE id = {over.id}", "", f"{theirs} holds, and no entry says so"),
        (f"allowed_servers SET server_id = {other}", "", "differ in what it is about"),
    ):
        where = f" WHERE id = {block.id}" if undo else ""
        await tampered(bench, f"UPDATE {change}{where}")
        assert [one for one in await faults(bench) if said in one], said
        if undo:
            await tampered(bench, f"UPDATE doors SET {undo}{where}")
    for table in ("doors", "allowed_servers"):
        await tampered(bench, f"DELETE FROM {table} WHERE ended_at IS NULL AND id <> {over.id}")
    assert len([one for one in await faults(bench) if "and it holds no more" in one]) == 2


async def test_of_no_deadline_staff_count_as_told_before_it_was_time(bench: Bench, clock: StillClock):
    await bench.order()
    async with bench.court.work.reading() as reading:
        (act,) = [one for one in await clocks.running(reading) if one.kind == "act"]
    clock.move((act.due_at - act.starts_at) // 2 - SECOND)
    await tampered(bench, "UPDATE clocks SET alerted = 50 WHERE kind = 'act'")
    assert await faults(bench) == (), "the clock of another process may be ahead"
    await tampered(bench, "UPDATE clocks SET alerted = 80 WHERE kind = 'act'")
    (fault,) = await faults(bench)
    assert "staff count as told of a deadline before it was time" in fault


async def test_whoever_files_for_an_authority_was_invited_by_whom_the_log_says(bench: Bench, clock: StillClock):
    form = InviteForm(name="A. Sharma", rank="Joint Secretary", email="a@meity.gov.in")
    user = await portal.invite(bench.court, bench.clerk, bench.ministry.id, form)
    await portal.invite_again(bench.court, bench.owner, user.id)
    clock.move(MINUTE)
    police = await bench.registers(AuthorityForm(name="Delhi Police", jurisdiction="IN"))
    assert await faults(bench) == ()
    columns = "authority_id, name, rank, password_hash, totp_secret, totp_used, token_hash, disabled_at"
    again = f",{bench.owner.me}"
    for id_, log_index, invited, at in (
        (1, "NULL", "", clock()), (2, "log_index", "", clock()), (3, "log_index", again, clock()), (4, "NULL", "", 1),
    ):  # fmt: skip
        await tampered(
            bench,
            f"INSERT INTO authority_users (id, email, created_at, created_by, log_index, invited_again_by, {columns}) "
            f"SELECT {id_}, 'b{id_}@meity.gov.in', {at}, created_by, {log_index}, '{invited}', {columns} FROM authority_users "
            f"WHERE id = {user.id}",
        )
    async with bench.court.work.writing() as w:
        await w.run(statement(text(f"DROP TRIGGER authorities_agreed_stay{'' if w.embedded else ' ON authorities'}")))
    await tampered(bench, f"DELETE FROM authorities WHERE id = {police.id}")
    told = [fault for fault in await faults(bench) if "authorities_agreed_stay" not in fault]
    assert [fault.partition(":")[0] for fault in told] == [
        f"entry {police.log_index} tells of authority-{police.id}, and there is no such authority",
        "user 1 files for an authority, and no entry says that they were invited",
        f"user 2 and entry {user.log_index} differ in who let them in",
        f"user 3 and entry {user.log_index} differ in whom it is about",
        "user 4 files for an authority, and no entry says that they were invited",
    ]


async def test_nobody_files_by_the_invitation_of_another_whose_name_was_erased(bench: Bench):
    form = InviteForm(name="A. Sharma", rank="Joint Secretary", email="a@meity.gov.in")
    user = await portal.invite(bench.court, bench.clerk, bench.ministry.id, form)
    await opening.erase(bench.court, bench.owner, user.log_index or 0, ["filer"], REASON)
    assert await faults(bench) == ()
    columns = "authority_id, name, rank, password_hash, totp_secret, totp_used, token_hash, disabled_at, created_at, created_by, log_index"
    await tampered(
        bench,
        f"INSERT INTO authority_users (id, email, {columns}) SELECT 1, 'b@meity.gov.in', {columns} FROM authority_users",
    )
    (told,) = await faults(bench)
    assert f"rests on entry {user.log_index}, as another one does" in told


async def test_what_is_kept_in_parts_has_an_entry_for_each_and_an_event_for_all(bench: Bench):
    ref = await bench.order(targets="@meera")
    parts = (bench.post, await bench.street.say(bench.meera, "दूसरा गेट भी बंद है"))
    await decisions.propose(bench.court, bench.asha, ref, 1, **WITHHOLD, parts=parts)
    await decisions.approve(bench.court, bench.dev, ref, 1)
    await reviews.keep(bench.court, bench.asha, ref, 1, REASON)
    await reviews.keep(bench.court, bench.dev, ref, 1, REASON)
    assert await faults(bench) == ()
    async with bench.court.work.writing() as w:
        await w.run(statement(text(f"DROP TRIGGER case_events_stay{'' if w.embedded else ' ON case_events'}")))
    await tampered(
        bench, f"DELETE FROM case_events WHERE state = 'in_force' AND number = 4 AND \"by\" = {bench.asha.me}"
    )
    lost = [fault for fault in await faults(bench) if "tells of a decision, and there is no such event" in fault]
    assert len(lost) == 2


async def test_what_is_decided_while_it_reads_is_no_fault(bench: Bench, monkeypatch: pytest.MonkeyPatch):
    first, second = await bench.order(), await bench.order()
    await bench.withhold(first)
    read = auditing.begun

    async def meanwhile(reading: Reading, start: int, count: int) -> list[RulingRow]:
        monkeypatch.undo()
        await decisions.lift(bench.court, bench.asha, first, 1, reason=REASON)
        await bench.withhold(second)
        return await read(reading, start, count)

    monkeypatch.setattr(auditing, "begun", meanwhile)
    assert await faults(bench) == ()
    found = await reconcile.reconcile(bench.court)
    assert (found.faults, found.rulings) == ((), 2)


async def test_a_measure_that_was_lifted_in_the_log_alone_is_found(bench: Bench):
    ref = await bench.order()
    await bench.withhold(ref)
    await decisions.lift(bench.court, bench.asha, ref, 1, reason=REASON)
    await tampered(bench, "UPDATE rulings SET lifted_at = NULL")
    assert any("binds, and entry" in fault for fault in await faults(bench))


async def test_secret_measures_are_held_against_what_would_open_them(bench: Bench):
    ref = await bench.order()
    await tampered(bench, "UPDATE orders SET secrecy = 'gag'")
    await bench.withhold(ref)
    await tampered(bench, "UPDATE orders SET secrecy = 'order_text'")
    assert await faults(bench) == ()
    await tampered(bench, "UPDATE rulings SET territory = 'DE'")
    assert any("differ in territory" in fault for fault in await faults(bench))


async def test_the_servers_log_tells_where_they_differ_and_none_of_the_words(bench: Bench):
    await bench.withhold(await bench.order())
    await tampered(bench, "UPDATE rulings SET reason = 'Guptshabd.'")
    with capture_logs() as said:
        assert any("Guptshabd" in fault for fault in await faults(bench))
    with pytest.raises(LogDiffers, match="differ in reason") as told:
        await reconcile.check_in_force(bench.court)
    assert [line for line in said if "differ in reason" in line.get("fault", "")]
    assert "Guptshabd" not in f"{said} {told.value.message}" and REASON not in f"{said} {told.value.message}"


async def test_it_walks_through_everything_in_slices_again_and_again(bench: Bench, clock: StillClock):
    for _ in range(3):
        await bench.withhold(await bench.order())
    walk = reconcile.Walk(bench.court, 2)

    async def whole() -> tuple[int, reconcile.Reconciled]:
        for steps in range(1, 100):
            if (found := await walk.step()) is not None:
                return steps, found
        raise AssertionError("it never ends")

    steps, found = await whole()
    async with bench.court.work.reading() as reading:
        assert (found.entries, found.rulings, found.faults) == (await ledger.size(reading), 3, ())
    assert steps > found.entries // 2 and await reconcile.last(bench.court) == found
    assert await walk.step() is None and await reconcile.last(bench.court) == found  # it rests
    await tampered(bench, "DELETE FROM rulings WHERE id = (SELECT max(id) FROM rulings)")
    clock.move(reconcile.REST)
    _, again = await whole()
    assert [fault for fault in again.faults if "there is no such ruling" in fault]
    assert await reconcile.last(bench.court) == again


ORDER_EDITS = [
    ("ref = 'IN-2021-0777'", "number"),
    ("reference_no = '9'", "reference"),
    ("legal_basis = 'no law'", "law"),
    ("territory = 'DE'", "territory"),
    ("dated = 0", "dated"),
    ("kind = 'notice'", "kind"),
    ("secrecy = 'none'", "secrecy"),
    ("ends_at = 4102444800000", "ends"),
    ("grounds = 'others'", "grounds"),
    ("emergency = 1", "emergency"),
    ("received_at = 60000", "received"),
    ("bases = '[]'", "bases"),
]


@pytest.mark.parametrize(("change", "name"), ORDER_EDITS)
async def test_an_orders_number_and_whatever_else_the_log_says_of_it_cannot_be_edited_unseen(
    bench: Bench, change: str, name: str
):
    await bench.withhold(await bench.order(grounds="public order"))
    assert await faults(bench) == () and await reconcile.faults_in_force(bench.court) == []
    await tampered(bench, f"UPDATE orders SET {change}")
    for found in (await faults(bench), await reconcile.faults_in_force(bench.court)):
        assert [fault for fault in found if f"differ in {name}" in fault], found


# --- what is in force, at every start ---


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE rulings SET reason = 'Because.'",
        "UPDATE rulings SET reason = ''",
        "UPDATE rulings SET territory = 'IN,DE'",
        "UPDATE rulings SET measure = 'withhold_account'",
        "UPDATE rulings SET subject_id = 1",
        "UPDATE rulings SET ends_at = 4102444800000",
        "UPDATE rulings SET order_ref = 'IN-2021-9999'",
        "UPDATE rulings SET legal_basis = 'another law'",
        "UPDATE rulings SET starts_at = 1",
        "UPDATE rulings SET log_index = 0",
        "UPDATE rulings SET log_index = 4000000",
        "UPDATE rulings SET basis = 'copyright'",
        "UPDATE rulings SET lifted_at = 1, lift_log_index = 4000000",
        "DELETE FROM rulings",
    ],
)
@pytest.mark.parametrize("secrecy", ["none", "gag"])
async def test_what_is_in_force_is_held_against_the_log_at_start(bench: Bench, change: str, secrecy: str):
    ref = await bench.order()
    if secrecy == "gag":
        await tampered(bench, "UPDATE orders SET secrecy = 'gag'")
    await bench.withhold(ref)
    if secrecy == "gag":
        await tampered(bench, "UPDATE orders SET secrecy = 'order_text'")
    await reconcile.check_in_force(bench.court)
    await tampered(bench, change)
    with pytest.raises(LogDiffers, match="ruling"):
        await reconcile.check_in_force(bench.court)


SPELT = [
    'He said "no" and left the square before the gate was closed.',
    "It names a person.\nIt says that this person is armed.",
    "The path C:\\Users tells who wrote the list of names.",
    "यह पोस्ट किसी को हथियारबंद बताती है, जो आदेश के काग़ज़ों से ग़लत साबित होता है। 🌾",
]


@pytest.mark.parametrize("reason", SPELT)
async def test_a_reason_is_read_as_it_stands_whatever_marks_are_in_it(bench: Bench, reason: str):
    """Spelt as JSON it would be longer, and that spelling in its place is another reason."""
    ref = await bench.order()
    await decisions.propose(bench.court, bench.asha, ref, 1, outcome="withhold_post", reason=reason)
    await decisions.approve(bench.court, bench.dev, ref, 1)
    await reconcile.check_in_force(bench.court)
    assert not await sealed(bench), "nobody waits for seals at a start"
    assert await reconcile.faults_in_force(bench.court) == [] and await sealed(bench), "the quick look was enough"
    async with bench.court.work.writing() as w:
        spelt = msgspec.json.encode(reason).decode()[1:-1]
        await w.run(
            statement(update(rows).values(reason=text_param("now"))), now=spelt if spelt != reason else f"{reason} "
        )
    with pytest.raises(LogDiffers, match="reason"):
        await reconcile.check_in_force(bench.court)


async def test_one_reason_after_another_is_held_against_its_own_entry(bench: Bench):
    """Of two rulings that stand beside each other each has the other's reason: both are found, and nothing is sealed."""
    one, other = "It names somebody as armed, which is false.", "It tells where this person lives, which is private."
    for reason in (one, other):
        ref = await bench.order()
        await decisions.propose(bench.court, bench.asha, ref, 1, outcome="withhold_post", reason=reason)
        await decisions.approve(bench.court, bench.dev, ref, 1)
    assert await reconcile.faults_in_force(bench.court) == [] and await sealed(bench)
    async with bench.court.work.writing() as w:
        swapped = update(rows).values(reason=case((rows.c.reason == one, other), else_=one))
        assert await w.run(statement(swapped)) == 2
    found = await reconcile.faults_in_force(bench.court)
    assert len([fault for fault in found if "differ in reason" in fault]) == 2
    assert not await sealed(bench)


async def sealed(bench: Bench) -> str:
    """The seals of stretches that agreed; nothing where there are none."""
    async with bench.court.work.reading() as reading:
        kept = await marks.read(reading, reconcile.SEALS)
    return "" if kept == "{}" else kept


async def test_what_was_lifted_in_the_log_and_binds_again_in_the_database_is_found_at_start(bench: Bench):
    ref = await bench.order()
    await bench.withhold(ref)
    await decisions.lift(bench.court, bench.asha, ref, 1, reason=REASON)
    await reconcile.check_in_force(bench.court)
    await tampered(bench, "UPDATE rulings SET lifted_at = NULL, lift_log_index = NULL")
    with pytest.raises(LogDiffers):
        await reconcile.check_in_force(bench.court)


async def test_a_ruling_slipped_in_beside_a_true_one_is_found_at_start(bench: Bench):
    await bench.withhold(await bench.order())
    async with bench.court.work.reading() as reading:
        (row,) = await auditing.begun(reading, 0, 10_000)
    async with bench.court.work.writing() as w:
        await rulings.begin(w, msgspec.structs.replace(row, id=row.id + 1, subject_id=bench.meera))
    with pytest.raises(LogDiffers):
        await reconcile.check_in_force(bench.court)


async def test_words_that_were_erased_are_no_fault_and_words_put_in_their_place_are(bench: Bench):
    ref = await bench.order()
    await bench.withhold(ref)
    async with bench.court.work.reading() as reading:
        (row,) = await auditing.begun(reading, 0, 10_000)
    await opening.erase(bench.court, bench.owner, row.log_index, ["reason"], "It names somebody who was never meant.")
    await reconcile.check_in_force(bench.court)
    assert await faults(bench) == ()
    await tampered(bench, "UPDATE rulings SET reason = 'Something else.'")
    with pytest.raises(LogDiffers, match="reason"):
        await reconcile.check_in_force(bench.court)


async def test_a_server_whose_rulings_were_changed_does_not_start_and_says_why(settings: Settings, clock: StillClock):
    async with open_village(settings, clock) as v:
        await v.withhold(post=v.asha.latest, by=v.chitra, second=v.dev)
        await tampered_of(v.running.house.court, "DELETE FROM rulings")
    with pytest.raises(LogDiffers, match="chaupal check"):
        await open_house(msgspec.structs.replace(settings, village=True), clock=clock, run=False)


# --- laws ---


async def test_the_log_begins_with_the_laws_and_says_when_one_is_another(bench: Bench):
    court = bench.court
    many = len(court.regimes.all()) + len(court.rules.all())
    assert await laws.log_laws(court) == many
    assert await laws.log_laws(court) == 0
    first = court.regimes.all()[0]
    theirs = Path(court.settings.data) / "regimes"
    theirs.mkdir(parents=True)
    text_now = (SHIPPED / first.file).read_bytes() + b"# read again\n"
    (theirs / first.file).write_bytes(text_now)
    edited = msgspec.structs.replace(court, regimes=load_regimes(theirs))
    assert await laws.log_laws(edited) == 1
    digest = sha256(text_now).hexdigest()
    assert await laws.text(edited, digest) == text_now
    assert await laws.text(edited, first.digest) == (SHIPPED / first.file).read_bytes(), "the older text is kept"
    async with court.work.reading() as reading:
        size = await ledger.size(reading)
    said = msgspec.json.decode(await log.entry(court, size - 1))
    assert (said["t"], said["ref"], said["public"]["sha256"]) == ("regime", first.ref, digest)


async def test_a_law_whose_file_is_another_than_was_read_is_not_logged(bench: Bench):
    """Its digest would be cited for ever, and nobody could be shown the text that it is of."""
    first = bench.court.regimes.all()[0]
    changed = type(bench.court.regimes)([msgspec.structs.replace(first, digest="00" * 32)])
    with pytest.raises(Problem, match="not the file any more"):
        await laws.log_laws(msgspec.structs.replace(bench.court, regimes=changed))
    with pytest.raises(NotFound):
        await laws.text(bench.court, "00" * 32)


async def test_what_was_secret_agrees_with_the_log_before_and_after_its_day(bench: Bench, clock: StillClock):
    await bench.withhold(await bench.order(gag_until="2021-02-20T12:00"))
    await reconcile.check_in_force(bench.court)
    clock.move(11 * DAY)
    assert await publishing.publish_due(bench.court) == 1
    await reconcile.check_in_force(bench.court)
    assert await faults(bench) == ()

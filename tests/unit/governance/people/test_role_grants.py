"""A role is given in one commit with its entry in the log, under pseudonyms, and holds at the next request."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
import pytest
from pyotp.totp import TOTP
from sqlalchemy import text

from chaupal.app.check import check_house
from chaupal.app.cli import operator
from chaupal.governance import webhooks
from chaupal.governance.appeals import appeals, notices
from chaupal.governance.cases import cases, notes
from chaupal.governance.cases.notes import TemplateForm
from chaupal.governance.context import pseudonym
from chaupal.governance.laws import house_texts
from chaupal.governance.laws.house_texts import TextForm
from chaupal.governance.log import log
from chaupal.governance.orders import portal, statements
from chaupal.governance.orders.portal import InviteForm
from chaupal.governance.orders.statements import StatementForm
from chaupal.governance.people import (
    access_audit,
    announcements,
    ip_and_mail_blocks,
    recovering,
    report_desk,
    reports,
    role_grants,
    speakers,
)
from chaupal.governance.people.announcements import AnnouncementEdit, AnnouncementForm
from chaupal.governance.people.ip_and_mail_blocks import AddressBlockForm
from chaupal.governance.people.reports import Report
from chaupal.governance.people.speakers import SpeakerForm
from chaupal.governance.servers import limits
from chaupal.governance.servers.limits import ServerForm
from chaupal.governance.webhooks import WebhookForm
from chaupal.kernel.clock import SECOND
from chaupal.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from chaupal.kernel.secrets import digest
from chaupal.policy.viewer import Role, Viewer
from chaupal.social.people import accounts
from chaupal.social.signin import logins, password_and_email, sessions, two_factor as second
from chaupal.store.court import ledger, rulings
from chaupal.store.identity import accounts as store
from chaupal.store.machine.dialect import statement
from chaupal.store.machine.work import Writing
from chaupal_audit.log import entries
from court import Bench, staff
from village import PASSWORD, Village, Villager


async def last_entry(bench: Bench) -> dict[str, object]:
    async with bench.court.work.reading() as reading:
        return json.loads(await log.entry(bench.court, await ledger.size(reading) - 1))


async def test_a_new_role_holds_at_the_next_request_and_is_in_the_log(bench: Bench):
    square, owner = bench.street.square, bench.owner
    token = await sessions.issue_token(square, bench.meera, "read")
    before = await sessions.caller_by_token(square, digest(token))
    assert before is not None and before.role is Role.MEMBER
    assert await role_grants.grant(bench.court, owner, bench.meera, Role.REVIEWER)
    after = await sessions.caller_by_token(square, digest(token))
    assert after is not None and after.role is Role.REVIEWER
    entry = await last_entry(bench)
    public = {"role": "reviewer", "was": "member", "by": pseudonym(bench.court, owner.me)}
    assert (entry["t"], entry["ref"], entry["public"]) == ("role", pseudonym(bench.court, bench.meera), public)
    assert not await role_grants.grant(bench.court, owner, bench.meera, Role.REVIEWER)
    assert await last_entry(bench) == entry, "what changes nothing is not logged"


async def test_a_unit_remembers_the_roll_for_the_next_one_but_not_what_it_gave_itself(bench: Bench, database: str):
    court, roll = bench.court, role_grants.Roll(bench.court)
    whole = list[object]()

    async def given(*, gives: bool = False) -> dict[str, str]:
        async with court.work.writing() as w:
            fetch = w.fetch

            async def counted(stmt: Any, **params: Any) -> Any:
                whole.extend([stmt] if stmt is ledger.OF_KIND else [])
                return await fetch(stmt, **params)

            w.fetch = counted
            if gives:
                said = entries.Role(role="clerk", was="reviewer", by="machine")
                await log.append(court, w, pseudonym(court, bench.meera), said)
            found = await roll.given(w)
            if gives:
                raise Conflict("changed_at_once")  # and none of it was ever given
        return found

    await role_grants.grant(court, bench.owner, bench.meera, Role.REVIEWER)
    before = await given()
    assert await given() == before and len(whole) == (1 if database else 2)
    with pytest.raises(Conflict):
        await given(gives=True)
    await role_grants.grant(court, bench.owner, bench.meera, Role.APPROVER)  # its entry stands where that one would
    assert await given() == before | {pseudonym(court, bench.meera): "approver"}


async def test_who_may_give_which_role(bench: Bench):
    owner = staff(await accounts.ensure_system_account(bench.street.square), Role.OWNER)  # who runs the server
    entry = await last_entry(bench)
    with pytest.raises(NotAllowed):
        await role_grants.grant(bench.court, bench.dev, bench.meera, Role.OWNER)
    with pytest.raises(NotAllowed):
        await role_grants.grant(bench.court, staff(bench.meera, Role.OWNER), bench.meera, Role.MEMBER)
    with pytest.raises(NotFound):
        await role_grants.grant(bench.court, owner, 999_999, Role.CLERK)
    with pytest.raises(Conflict, match="last owner"):
        await role_grants.grant(bench.court, owner, bench.owner.me, Role.MEMBER)
    with pytest.raises(Conflict, match="last approver"):
        await role_grants.grant(bench.court, owner, bench.dev.me, Role.OWNER)
    assert await last_entry(bench) == entry
    assert await role_grants.grant(bench.court, owner, bench.meera, Role.OWNER)
    assert await role_grants.grant(bench.court, owner, bench.owner.me, Role.MEMBER)
    with pytest.raises(Conflict, match="last owner"):
        await role_grants.grant(bench.court, owner, bench.meera, Role.MEMBER)


async def test_who_has_the_role_no_more_does_nothing_by_it_though_they_came_in_with_it(bench: Bench):
    """What opened the door to them (`Viewer`) is of a moment ago; an act that waits for the log is asked of the role of now."""
    court, was = bench.court, await bench.hire("second", Role.OWNER)
    shown = SpeakerForm(handle="@dev", speaker_class="journalist", evidence="Her press card was seen at the gate.")
    grant = await speakers.propose(court, bench.owner, shown)
    await statements.publish(court, bench.owner, StatementForm(slug="wall", title="The wall", body="It stands."))
    hook = (await webhooks.register(court, bench.owner, WebhookForm(url="https://hooks.example/"))).hook.id
    words = AnnouncementForm(text="New", text_hi="नया")
    told = await announcements.write(court, bench.owner, words)
    edit = AnnouncementEdit(text="Other", text_hi="दूसरा")
    await notes.save_template(
        court, bench.owner, template := TemplateForm(name="Spam", text="The same words, again and again.")
    )
    (kept,) = await notes.templates(court, bench.owner)
    server = await limits.written_down(court, bench.owner, "loud.example", field="domain")
    ministry = str(bench.ministry.id)
    ref = await bench.order()

    async def tell() -> None:
        async with court.work.writing() as w:
            await notices.tell_again_in(court, w, was, await cases.case_of(court, w, ref, 1))

    acts: dict[str, Callable[[], Awaitable[object]]] = {
        "reply": lambda: statements.enter_reply(court, was, "wall", authority=ministry, body="We see it otherwise."),
        "hook": lambda: webhooks.register(court, was, WebhookForm(url="https://hooks.example/2")),
        "switch": lambda: webhooks.switch(court, was, hook, on=False),
        "secret": lambda: webhooks.new_secret(court, was, hook),
        "ping": lambda: webhooks.ping(court, was, hook),
        "unhook": lambda: webhooks.remove(court, was, hook),
        "announce": lambda: announcements.write(court, was, words),
        "reword": lambda: announcements.change(court, was, told, edit),
        "silence": lambda: announcements.end(court, was, told),
        "role": lambda: role_grants.grant(court, was, bench.meera, Role.CLERK),
        "unlock": lambda: recovering.unlock(court, was, bench.meera, "Called back"),
        "ask": lambda: recovering.ask_for_second_step(court, was, bench.dev.me),
        "protect": lambda: speakers.propose(court, was, msgspec.structs.replace(shown, handle="@meera")),
        "drop": lambda: speakers.ask_end(court, was, grant),
        "keep": lambda: speakers.keep(court, was, grant),
        "block": lambda: ip_and_mail_blocks.block(court, was, AddressBlockForm(kind="ip", what="192.0.2.0/24")),
        "state": lambda: statements.publish(
            court, was, StatementForm(slug="gate", title="The gate", body="It is open.")
        ),
        "invite": lambda: portal.invite(
            court, was, bench.ministry.id, InviteForm(name="A. Sharma", rank="Director", email="a@gov.example")
        ),
        "tell": tell,
        "template": lambda: notes.save_template(court, was, template),
        "untemplate": lambda: notes.drop_template(court, was, kept.id),
        "server": lambda: limits.written_down(court, was, "quiet.example", field="domain"),
        "words": lambda: limits.say(court, was, server, ServerForm(public_comment="It is loud.")),
        "text": lambda: house_texts.publish(court, was, house_texts.PRIVACY, TextForm(text="New", text_hi="नया")),
    }
    async with court.work.writing() as w:
        await store.set_role(w, was.me, Role.MEMBER)
    entry = await last_entry(bench)
    for name, act in acts.items():
        with pytest.raises(NotAllowed, match="not of the staff as you were"):
            await act()
        assert await last_entry(bench) == entry, name


async def test_appeals_and_reports_of_who_has_no_role_any_more_lie_on_nobodys_desk(bench: Bench):
    """Of cases: `unit/web/office/test_office`."""
    court, gone = bench.court, await bench.hire("second", Role.OWNER)
    await bench.withhold(await bench.order())
    async with court.work.reading() as reading:
        (ruling,) = await rulings.of_owner(reading, bench.meera)
    appeal = await appeals.file(court, Viewer(account=bench.meera, country="IN"), ruling.id, "It was a poem.")
    report = await reports.file(court, bench.asha, Report(account=bench.meera, kind="spam"))
    await appeals.assign(court, gone, appeal.id)
    await report_desk.assign(court, gone, report.id)

    async def desks() -> list[int | None]:
        ((heard, _),) = await appeals.queue(court, bench.dev)
        (read,) = await report_desk.queue(court, bench.dev)
        return [heard.assigned_to, read.assigned_to]

    for role, desk in ((Role.APPROVER, gone.me), (Role.MEMBER, None)):
        await role_grants.grant(court, bench.owner, gone.me, role)
        assert await desks() == [desk, desk], role


# --- roles are entries, so a role that no entry gave is no role ---


async def tampered(village: Village, change: str) -> None:
    """Somebody has been at the database, and every memory of it is gone."""
    work = village.running.house.square.work
    async with work.writing() as w:
        assert await w.run(statement(text(change))) == 1
    work.memory.forget_all()


async def said_of_roles(village: Village) -> list[dict[str, Any]]:
    async with village.running.house.court.work.reading() as reading:
        return [json.loads(body) for _, body in await ledger.of_kind(reading, "role")]


@pytest.mark.parametrize("role", ["owner", "approver", "reviewer", "moderator", "auditor"])
async def test_a_role_that_no_entry_gave_is_no_role(village: Village, role: str):
    court, asha = village.running.house.court, village.asha
    await tampered(village, f"UPDATE accounts SET role = '{role}' WHERE handle = 'asha'")
    for path in ("/api/v1/admin/accounts", "/api/v1/admin/orders", "/api/v1/admin/protected"):
        assert (await village.api(asha, "GET", path)).status_code in (403, 404)
    assert (await village.look("IN", "/office", asha)).status_code == 404
    async with court.work.reading() as reading:
        assert await store.role_of(reading, asha.id) == Role.MEMBER
        assert asha.id not in await store.with_roles(reading, list(Role))
    assert [line for line in await role_grants.strays(court) if str(asha.id) in line and role in line]
    assert [line for line in await check_house(village.running.house) if str(asha.id) in line and role in line]


@pytest.mark.parametrize("role", ["owner", "moderator", "system"])
async def test_a_badge_that_no_entry_gave_is_shown_nowhere(village: Village, role: str):
    """Neither to whom it stands beside nor to staff, whatever the row of the account says; a given one goes with its role."""
    v, asha, chitra = village, village.asha, village.chitra
    await tampered(v, f"UPDATE accounts SET role = '{role}' WHERE handle = 'asha'")
    mine = (await v.api(asha, "GET", "/api/v1/accounts/verify_credentials")).json()
    assert mine["role"]["name"] == "" and not mine["role"]["highlighted"]
    page = await v.page_as("IN", "/office/people", v.owner)
    assert "@asha<" not in page and "@chitra<" in page
    told = (await v.api(v.owner, "GET", f"/api/v1/admin/accounts/{asha.id}")).json()
    assert told["role"]["name"] == ""
    staff = (await v.api(v.owner, "GET", "/api/v2/admin/accounts", permissions="staff")).json()
    assert "chitra" in [one["username"] for one in staff] and "asha" not in [one["username"] for one in staff]
    await v.reads_only(chitra)
    assert (await v.api(chitra, "GET", "/api/v1/accounts/verify_credentials")).json()["role"]["name"] == "Reviewer"
    await role_grants.grant(v.running.house.court, v.owner.viewer, chitra.id, Role.MEMBER)
    assert (await v.api(chitra, "GET", "/api/v1/accounts/verify_credentials")).json()["role"]["name"] == ""


async def test_a_higher_role_than_the_log_gave_is_none_at_all(village: Village):
    await tampered(village, "UPDATE accounts SET role = 'owner' WHERE handle = 'chitra'")
    assert (await village.look("IN", "/office", village.chitra)).status_code == 404
    await tampered(village, "UPDATE accounts SET role = 'reviewer' WHERE handle = 'chitra'")
    assert (await village.look("IN", "/office", village.chitra)).status_code == 200
    assert await role_grants.strays(village.running.house.court) == []


async def test_a_role_that_was_taken_in_the_database_alone_is_found(village: Village):
    await tampered(village, "UPDATE accounts SET role = 'member' WHERE handle = 'chitra'")
    found = await role_grants.strays(village.running.house.court)
    assert len(found) == 1 and "reviewer" in found[0]


async def test_an_account_made_with_a_role_has_its_entry_in_the_same_commit(village: Village):
    court, square = village.running.house.court, village.running.house.square
    before = len(await said_of_roles(village))
    id_ = await accounts.create(square, handle="kiran", email="kiran@gaanv.example", password=PASSWORD, role=Role.CLERK)
    entry = (await said_of_roles(village))[-1]
    assert (entry["ref"], entry["public"]) == (
        pseudonym(court, id_),
        {"role": "clerk", "was": "member", "by": "machine"},
    )
    with pytest.raises(Invalid):  # an address that is taken: no account, and no entry
        await accounts.create(square, handle="kavita", email="kiran@gaanv.example", password=PASSWORD, role=Role.OWNER)
    await accounts.create(square, handle="mohan", email="mohan@gaanv.example", password=PASSWORD)
    assert len(await said_of_roles(village)) == before + 1


async def test_what_is_given_on_the_machine_is_given_by_nobody_of_the_staff(village: Village):
    house = village.running.house
    await role_grants.grant(house.court, await operator(house), village.asha.id, Role.MODERATOR)
    assert (await said_of_roles(village))[-1]["public"]["by"] == "machine"
    await role_grants.grant(house.court, village.owner.viewer, village.asha.id, Role.MEMBER)
    last = (await said_of_roles(village))[-1]["public"]
    assert (last["was"], last["by"]) == ("moderator", pseudonym(house.court, village.owner.id))


async def test_a_role_given_in_a_commit_that_was_given_up_was_never_given(village: Village):
    court = village.running.house.court
    with pytest.raises(ZeroDivisionError):
        async with court.work.writing() as w:
            await role_grants.enlist(court, w, village.asha.id, Role.OWNER)
            assert await w.memory.roll(w, village.asha.id, Role.OWNER) == Role.OWNER
            raise ZeroDivisionError
    async with court.work.reading() as reading:
        assert await reading.memory.roll(reading, village.asha.id, Role.OWNER) == Role.MEMBER


# --- what is asked of staff beside the password ---


async def with_codes(village: Village, who: Villager) -> None:
    square = village.running.house.square
    setup = await second.begin(square, who.viewer, PASSWORD)
    await second.turn_on(square, who.viewer, TOTP(setup.secret).at(village.clock() // SECOND))


async def test_who_lost_everything_is_let_in_by_another_and_the_log_says_so_of_staff(village: Village):
    v, court, square = village, village.running.house.court, village.running.house.square
    for who in (v.chitra, v.asha):
        await with_codes(v, who)
    said, how = await said_of_roles(v), "Called back on the number that we have"
    with pytest.raises(NotAllowed):
        await recovering.unlock(court, v.dev.viewer, v.chitra.id, how)
    with pytest.raises(NotAllowed):
        await recovering.unlock(court, v.lakshmi.viewer, v.lakshmi.id, how)
    with pytest.raises(Conflict):  # of whom nothing is asked
        await recovering.unlock(court, v.lakshmi.viewer, v.dev.id, how)
    with pytest.raises(Invalid):
        await recovering.unlock(court, v.lakshmi.viewer, v.chitra.id, " ")
    assert await said_of_roles(v) == said and (await v.look("IN", "/office", v.chitra)).status_code == 200
    for who in (v.chitra, v.asha):
        await recovering.unlock(court, v.lakshmi.viewer, who.id, how)
        assert isinstance(await logins.sign_in(square, who.handle, PASSWORD), sessions.Session)
        assert await sessions.caller_by_cookie(square, digest(who.cookie)) is None
    (new,) = (await said_of_roles(v))[len(said) :]
    assert new["ref"] == pseudonym(court, v.chitra.id), "of a member the log says nothing"
    assert new["public"] == {"role": "reviewer", "was": "reviewer", "by": pseudonym(court, v.lakshmi.id)}
    looked = await access_audit.listed(court, v.lakshmi.viewer, what="second_step")
    assert [(one.of, one.purpose) for one in looked] == [("asha", how), ("chitra", how)]


async def test_on_the_machine_it_is_the_same_and_nobody_of_the_staff_did_it(village: Village):
    v, house = village, village.running.house
    await with_codes(v, v.lakshmi)
    await recovering.unlock(house.court, await operator(house), v.lakshmi.id, "chaupal account unlock")
    await password_and_email.change_email(house.square, v.lakshmi.id, "lakshmi@neu.example")
    await sessions.issue_token(house.square, v.lakshmi.id, "read", told=True)
    said = await said_of_roles(v)
    for one in said[-3:]:
        assert (one["ref"], one["public"]["by"]) == (pseudonym(house.court, v.lakshmi.id), "machine")
        assert one["public"]["role"] == one["public"]["was"] == "owner"
    await password_and_email.change_email(house.square, v.asha.id, "asha@neu.example")
    assert await said_of_roles(v) == said, "of a member the log says nothing"


async def test_of_whoever_loses_a_role_at_that_moment_the_log_does_not_say_that_they_have_it(
    village: Village, monkeypatch: pytest.MonkeyPatch
):
    """Another unit, which had the log before, took it away while this one waited."""
    v, square, hold = village, village.running.house.square, ledger.hold

    async def after_another(w: Writing) -> int:
        await store.set_role(w, v.chitra.id, Role.MEMBER)
        return await hold(w)

    said = await said_of_roles(v)
    monkeypatch.setattr(ledger, "hold", after_another)
    await password_and_email.change_email(square, v.chitra.id, "chitra@neu.example")
    assert await said_of_roles(v) == said

"""As insider: what one person does alone. Not on protected speakers, not on staff, never for long; and the way back in."""

import asyncio
import itertools

import msgspec
import pytest

from chaupal.governance.appeals import appeals
from chaupal.governance.cases import decisions, effects, guards, house
from chaupal.governance.cases.guards import NeedsTwo
from chaupal.governance.cases.house import MatterForm
from chaupal.governance.cases.lifecycle import State
from chaupal.governance.people import recovering, role_grants
from chaupal.kernel.clock import DAY
from chaupal.kernel.errors import Conflict, NotAllowed, Problem
from chaupal.policy.viewer import Role
from chaupal.store.court import rulings
from chaupal.store.identity import moving
from chaupal.store.machine.dialect import statement
from disputes import entries
from surfaces.insiders import (
    FAR,
    GROUNDS,
    as_app,
    at_desk,
    at_prompt,
    binding,
    draft,
    hire,
    in_shell,
    opened,
    protect,
    rule_for,
)
from village import REASON, Village, Villager

ALONE = ("warn", "limit", "freeze", "remove_post")  # what the shipped rules leave to one person, for a time
ACTIONS = {"warn": "none", "limit": "silence", "freeze": "disable"}


def of(whom: Villager, measure: str) -> str:
    return whom.latest.path if measure == "remove_post" else f"@{whom.handle}"


@pytest.mark.parametrize("measure", ALONE)
async def test_one_moderator_acts_on_a_protected_speaker_by_no_way_in(village: Village, measure: str):
    v = village
    mod = await hire(v, "tara", Role.MODERATOR)
    await protect(v, v.meera)
    ref = await opened(v, mod, of(v.meera, measure), measure)
    with pytest.raises(NeedsTwo):
        await decisions.act_alone(v.running.house.court, mod.viewer, ref, 1, draft(v, measure))
    form = {"outcome": measure, "reason": REASON, "until": FAR, "rule": rule_for(v, measure), "seen": 1}
    assert (await at_desk(v, mod, f"/office/orders/{ref}/1/act_alone", **form)).status_code == 403
    api = await as_app(v, mod, "POST", f"/api/v1/admin/orders/{ref}/targets/1/act_in_emergency", **form)
    assert api.status_code == 403
    alone = await as_app(v, v.dev, "POST", f"/api/v1/admin/orders/{ref}/targets/1/act_in_emergency", **form)
    assert (alone.status_code, await binding(v, v.meera)) == (403, [])
    if measure in ACTIONS:
        asked = {
            "type": ACTIONS[measure],
            "text": GROUNDS,
            "rule": rule_for(v, measure).partition("@")[0],
            "until": FAR,
        }
        acted = await as_app(v, mod, "POST", f"/api/v1/admin/accounts/{v.meera.id}/action", **asked)
        assert acted.status_code == 202, acted.text
    sanctioned = {"targets": of(v.meera, measure), "grounds": GROUNDS, "source": "staff", **form}
    await at_desk(v, mod, "/office/sanctions", **sanctioned)
    assert await binding(v, v.meera) == [], "it waits as a proposal"


async def test_a_protected_speaker_takes_three_people_and_the_row_says_so(village: Village):
    v = village
    mod, court = await hire(v, "tara", Role.MODERATOR), v.running.house.court
    await protect(v, v.meera)
    form = MatterForm(targets="@meera", rule=rule_for(v, "freeze"), grounds=GROUNDS)
    ref, done = await house.sanction(court, mod.viewer, form, draft(v, "freeze", "2021-02-20"))
    assert not done
    with pytest.raises(Conflict, match="second reviewer"):
        await decisions.approve(court, v.dev.viewer, ref, 1)
    await decisions.concur(court, v.chitra.viewer, ref, 1)
    await decisions.approve(court, v.dev.viewer, ref, 1)
    (row,) = await binding(v, v.meera)
    assert (row.protected, row.alone) == (True, False)
    assert (row.decided_by, row.concurred_by, row.approved_by) == (mod.id, v.chitra.id, v.dev.id)


@pytest.mark.parametrize("away", [True, False])
async def test_whoever_is_protected_or_staff_is_so_by_the_account_to_which_or_from_which_they_moved(
    village: Village, monkeypatch: pytest.MonkeyPatch, *, away: bool
):
    """One moderator froze the account to which a journalist had moved a minute before, and the old one of a colleague."""
    v, court = village, village.running.house.court
    mod = await hire(v, "tara", Role.MODERATOR)
    await protect(v, v.meera)
    for whom, other in ((v.meera, "meera_new"), (v.dev, "dev_new")):
        theirs = await v.joins(other)
        async with court.work.writing() as w:
            await moving.begin(w, court.make_id(), *((whom.id, theirs.id) if away else (theirs.id, whom.id)))
        ref = await opened(v, mod, f"@{other}", "freeze")
        with pytest.raises(NeedsTwo):
            await decisions.act_alone(court, mod.viewer, ref, 1, draft(v, "freeze"))
        with monkeypatch.context() as patched, pytest.raises(Exception, match="rulings_two_on_"):
            for guard in ("not_alone_on_protected", "not_alone_on_staff"):
                patched.setitem(guards.GUARDS, guard, lambda _: None)
            await decisions.act_alone(court, mod.viewer, ref, 1, draft(v, "freeze"))
        await decisions.propose(court, mod.viewer, ref, 1, outcome="freeze", reason=REASON, until="2021-02-20")
        if whom is v.meera:
            with pytest.raises(Conflict, match="second reviewer"):
                await decisions.approve(court, v.dev.viewer, ref, 1)
        assert await binding(v, theirs) == []


@pytest.mark.parametrize(
    "row",
    [
        {"approved_by": None, "alone": True, "ends_at": 2**45},
        {"approved_by": None, "second_by": 2**45, "ends_at": 2**45},
        {"protected": True, "approved_by": 2, "concurred_by": None},
        {"protected": True, "approved_by": 2, "concurred_by": 1},
        {"protected": True, "approved_by": 2, "concurred_by": 2},
        {"approved_by": "owner"},
        {"decided_by": "owner", "approved_by": 2},
    ],
    ids=str,
)
@pytest.mark.parametrize("handle", ["meera", "dev"])
async def test_the_database_takes_no_such_row_about_a_protected_speaker_or_staff(
    village: Village, handle: str, row: dict[str, object]
):
    v = village
    if handle == "meera":
        await protect(v, v.meera)
    whom = getattr(v, handle)
    given = {name: whom.id if value == "owner" else value for name, value in row.items()}
    if handle == "dev" and row.get("protected"):
        given["protected"] = True
    new = rulings.RulingRow(**{
        "id": v.running.house.square.make_id(), "subject_id": whom.id, "owner_id": whom.id, "term": "", "measure": "freeze",
        "territory": "XX", "starts_at": v.clock(), "ends_at": None, "lifted_at": None, "target_id": None, "order_ref": "R",
        "authority": "", "authority_hi": "", "legal_basis": "", "reason": REASON, "decided_by": 1, "log_index": 0,
        "basis": "own_rules", "review_at": 2**45,
    } | given)  # fmt: skip
    with pytest.raises(Exception, match="rulings_"):
        async with v.running.house.court.work.writing() as w:
            await rulings.begin(w, new)
    assert await binding(v, whom) == []


async def test_what_one_person_did_is_over_after_the_days_of_the_rules_whatever_until_says(village: Village):
    v, court = village, village.running.house.court
    mod = await hire(v, "tara", Role.MODERATOR)
    ref = await opened(v, mod, "@ravi", "freeze")
    await decisions.act_alone(court, mod.viewer, ref, 1, draft(v, "freeze"))
    (row,) = await binding(v, v.ravi)
    assert row.ends_at == v.clock() + 3 * DAY == court.rules.current(v.clock()).alone_ends_at(v.clock())
    assert row.strike_until == row.ends_at
    v.clock.move(3 * DAY)
    await decisions.lapse_ended(court)
    assert await binding(v, v.ravi) == []


async def test_what_was_done_alone_and_nobody_agreed_to_is_not_begun_anew_by_another_matter(village: Village):
    """Neither by one's word nor in an emergency, nor from an app: days would add up to years. A second person may, and two."""
    v, court = village, village.running.house.court
    mod = await hire(v, "tara", Role.MODERATOR)
    await decisions.act_alone(court, mod.viewer, await opened(v, mod, "@ravi", "freeze"), 1, draft(v, "freeze"))
    await decisions.act_in_emergency(
        court, v.dev.viewer, await opened(v, mod, "@meera", "freeze"), 1, draft(v, "freeze")
    )
    v.clock.move(4 * DAY)
    await decisions.lapse_ended(court)
    again = {whom: await opened(v, mod, whom, "freeze") for whom in ("@ravi", "@meera")}
    with pytest.raises(NeedsTwo):
        await decisions.act_alone(court, mod.viewer, again["@ravi"], 1, draft(v, "freeze"))
    with pytest.raises(NeedsTwo):
        await decisions.act_in_emergency(court, v.dev.viewer, again["@meera"], 1, draft(v, "freeze"))
    asked = {"type": "disable", "text": GROUNDS, "rule": rule_for(v, "freeze").partition("@")[0], "until": FAR}
    acted = await as_app(v, mod, "POST", f"/api/v1/admin/accounts/{v.ravi.id}/action", **asked)
    assert (acted.status_code, await binding(v, v.ravi), await binding(v, v.meera)) == (202, [], [])
    await decisions.propose(court, mod.viewer, again["@ravi"], 1, draft(v, "freeze", "2021-03-10"))
    await decisions.approve(court, v.dev.viewer, again["@ravi"], 1)
    await decisions.act_alone(court, mod.viewer, again["@meera"], 1, draft(v, "freeze"))
    assert len(await binding(v, v.ravi)) == len(await binding(v, v.meera)) == 1
    for _ in range(2):  # warnings are said as often as there is something to say
        await decisions.act_alone(court, mod.viewer, await opened(v, mod, "@asha", "warn"), 1, draft(v, "warn"))


async def by_turns(v: Village, whom: str = "@ravi") -> None:
    """An approver froze somebody alone, which is over."""
    await decisions.act_alone(
        v.running.house.court, v.dev.viewer, await opened(v, v.dev, whom, "freeze"), 1, draft(v, "freeze")
    )
    v.clock.move(4 * DAY)
    await decisions.lapse_ended(v.running.house.court)


async def test_nor_by_turns_with_another_measure_or_an_emergency_by_no_way_in(village: Village):
    """Freeze, then limit, then in an emergency, then freeze: each was another measure, and together they had no end."""
    v, court = village, village.running.house.court
    await by_turns(v)
    for measure in ("freeze", "limit"):
        ref = await opened(v, v.dev, "@ravi", measure)
        for act in (decisions.act_alone, decisions.act_in_emergency):
            with pytest.raises(NeedsTwo):
                await act(court, v.dev.viewer, ref, 1, draft(v, measure))
        form = {"outcome": measure, "reason": REASON, "until": FAR, "rule": rule_for(v, measure), "seen": 1}
        for verb in ("act_alone", "act_in_emergency"):
            assert (await at_desk(v, v.dev, f"/office/orders/{ref}/1/{verb}", **form)).status_code == 403
        api = await as_app(v, v.dev, "POST", f"/api/v1/admin/orders/{ref}/targets/1/act_in_emergency", **form)
        assert api.status_code == 403, api.text
        typed = ("--outcome", measure, "--reason", REASON, "--rule", rule_for(v, measure))
        shell = await at_prompt(v, "order", "emergency", ref, "1", "--as", "dev", *typed)
        assert (shell.returncode, "nobody agreed to it" in shell.stderr) == (1, True), shell
        asked = {"type": ACTIONS[measure], "text": GROUNDS, "rule": rule_for(v, measure).partition("@")[0]}
        acted = await as_app(v, v.dev, "POST", f"/api/v1/admin/accounts/{v.ravi.id}/action", **asked, until=FAR)
        assert acted.status_code == 202, "it waits as a proposal"
        sanctioned = {"targets": "@ravi", "grounds": GROUNDS, "source": "staff", **form}
        await at_desk(v, v.dev, "/office/sanctions", **sanctioned)
    assert await binding(v, v.ravi) == []


@pytest.mark.parametrize("how", ["freeze", "limit", "emergency", "another account"])
async def test_the_database_begins_nothing_alone_by_turns(village: Village, how: str, monkeypatch: pytest.MonkeyPatch):
    v, court = village, village.running.house.court
    await by_turns(v)
    measure = "limit" if how == "limit" else "freeze"
    if how == "another account":  # to which they have moved
        new = await hire(v, "devnew", Role.APPROVER)
        async with court.work.writing() as w:
            await moving.begin(w, court.make_id(), v.dev.id, new.id)
        v.cast["dev"] = new
    ref = await opened(v, v.dev, "@ravi", measure)
    with pytest.raises(NeedsTwo):
        await decisions.act_alone(court, v.dev.viewer, ref, 1, draft(v, measure))
    act = decisions.act_in_emergency if how == "emergency" else decisions.act_alone
    with monkeypatch.context() as patched, pytest.raises(Exception, match="rulings_alone_not_again"):
        patched.setattr(effects, "done_alone", never)
        await act(court, v.dev.viewer, ref, 1, draft(v, measure))
    assert await binding(v, v.ravi) == []
    v.clock.move(30 * DAY)
    await act(court, v.dev.viewer, ref, 1, draft(v, measure))
    assert len(await binding(v, v.ravi)) == 1


async def never(*_: object) -> bool:
    return False


async def test_the_database_lets_nothing_that_one_person_did_last_or_grow(village: Village):
    from sqlalchemy import text

    v, court = village, village.running.house.court
    ref = await opened(v, v.dev, "@ravi", "freeze")
    await decisions.act_alone(court, v.dev.viewer, ref, 1, draft(v, "freeze"))
    (row,) = await binding(v, v.ravi)
    longer = msgspec.structs.replace(row, id=court.make_id(), subject_id=v.meera.id, owner_id=v.meera.id)
    for change in (
        {"ends_at": row.starts_at + 31 * DAY},
        {"alone": False, "second_by": 2**45, "ends_at": None, "review_at": 1},
    ):
        with pytest.raises(Exception, match="rulings_alone_not_for_long"):
            async with court.work.writing() as w:
                await rulings.begin(w, msgspec.structs.replace(longer, **change))
    for change in (
        "ends_at = ends_at + 1",
        "starts_at = starts_at + 1",
        "ends_at = NULL, alone = 0, second_by = 1, review_at = 1",
    ):
        with pytest.raises(Exception, match="rulings_alone_"):
            async with court.work.writing() as w:
                await w.run(statement(text(f"UPDATE rulings SET {change} WHERE id = {row.id}")))
    assert await binding(v, v.ravi) == [row]


async def test_of_two_matters_in_which_one_person_acts_alone_at_once_one_is_carried_out(village: Village):
    v, court = village, village.running.house.court
    refs = [await opened(v, v.dev, "@ravi", measure) for measure in ("freeze", "limit")]
    done = await asyncio.gather(
        decisions.act_alone(court, v.dev.viewer, refs[0], 1, draft(v, "freeze")),
        decisions.act_in_emergency(court, v.dev.viewer, refs[1], 1, draft(v, "limit")),
        return_exceptions=True,
    )
    assert [type(one) for one in done if one is not State.UNSECONDED] == [NeedsTwo]
    assert len(await binding(v, v.ravi)) == 1


async def test_what_an_appeal_leaves_of_it_or_a_stay_gives_back_is_no_new_beginning(village: Village):
    """Whoever hears the appeal did something to the same person alone before: what is narrower goes on all the same."""
    v, court = village, village.running.house.court
    await by_turns(v)
    mod = await hire(v, "tara", Role.MODERATOR)
    bring_both = msgspec.structs.replace(draft(v, "freeze"), rule=rule_for(v, "limit"))
    await decisions.act_alone(court, mod.viewer, await opened(v, mod, "@ravi", "limit"), 1, bring_both)
    (row,) = await binding(v, v.ravi)
    filed = await appeals.file(court, v.ravi.viewer, row.id, "It was not I who wrote this, and everybody knows it.")
    await appeals.decide(
        court, v.dev.viewer, filed.id, appeals.Decision(outcome="modified", reason=REASON, measure="limit")
    )
    (less,) = await binding(v, v.ravi)
    assert (less.measure, less.decided_by, less.ends_at) == ("limit", v.dev.id, row.ends_at)


async def test_a_second_person_gives_it_the_end_it_was_to_have(village: Village):
    v, court = village, village.running.house.court
    mod = await hire(v, "tara", Role.MODERATOR)
    ref = await opened(v, mod, "@ravi", "freeze")
    await decisions.act_alone(court, mod.viewer, ref, 1, draft(v, "freeze", "2021-03-10"))
    with pytest.raises(NotAllowed, match="second person"):
        await decisions.approve(court, mod.viewer, ref, 1)
    await decisions.approve(court, v.chitra.viewer, ref, 1)
    (row,) = await binding(v, v.ravi)
    assert (row.alone, row.approved_by) == (False, v.chitra.id)
    assert row.ends_at is not None and row.ends_at > v.clock() + 20 * DAY
    assert row.strike_until is not None and row.strike_until > v.clock() + 100 * DAY


async def test_forms_say_when_it_is_over(village: Village):
    mod = await hire(village, "tara", Role.MODERATOR)
    ref = await opened(village, mod, "@ravi", "freeze")
    page = await village.client.get(
        f"/office/orders/{ref}/1", headers={"cookie": f"chaupal={mod.cookie}; look_as=IN; language=en"}
    )
    assert "What you carry out alone is over on" in page.text


# --- staff ---


async def test_one_moderator_freezes_nobody_of_the_staff(village: Village):
    v = village
    mod = await hire(v, "tara", Role.MODERATOR)
    others = [await hire(v, f"one_{role.value}", role) for role in Role if role not in (Role.MEMBER, Role.SYSTEM)]
    for whom in (*others, v.owner, v.dev, v.chitra):
        for until in (FAR, ""):
            asked = {"type": "disable", "text": GROUNDS, "rule": "3", "until": until}
            answer = await as_app(v, mod, "POST", f"/api/v1/admin/accounts/{whom.id}/action", **asked)
            assert answer.status_code == 202, answer.text
        assert await binding(v, whom) == [], whom.handle
        still = await as_app(v, whom, "GET", "/api/v1/admin/orders")
        assert still.status_code == 200, whom.handle


@pytest.mark.parametrize(("handle", "role"), [("lakshmi", "owner"), ("dev", "approver")])
async def test_two_people_do_not_shut_out_the_last_owner_or_approver(village: Village, handle: str, role: str):
    v, court = village, village.running.house.court
    mod, other = await hire(v, "tara", Role.MODERATOR), await hire(v, "mohan", Role.MODERATOR)
    ref = await opened(v, mod, f"@{handle}", "freeze")
    await decisions.propose(court, mod.viewer, ref, 1, outcome="freeze", reason=REASON, until="2021-02-20")
    with pytest.raises(Conflict, match=f"without an {role}"):
        await decisions.approve(court, other.viewer, ref, 1)
    assert (await as_app(v, v.cast[handle], "GET", "/api/v1/admin/orders")).status_code == 200
    await hire(v, "second_one", Role(role))
    await decisions.approve(court, other.viewer, ref, 1)
    assert len(await binding(v, v.cast[handle])) == 1


async def test_of_two_owners_who_are_shut_out_at_once_one_stays(village: Village):
    v, court = village, village.running.house.court
    mods = [await hire(v, handle, Role.MODERATOR) for handle in ("tara", "mohan")]
    second = await hire(v, "usha", Role.OWNER)
    refs = []
    for whom in (v.owner, second):
        ref = await opened(v, mods[0], f"@{whom.handle}", "freeze")
        await decisions.propose(court, mods[0].viewer, ref, 1, outcome="freeze", reason=REASON, until="2021-02-20")
        refs.append(ref)
    done = await asyncio.gather(
        *(decisions.approve(court, mods[1].viewer, ref, 1) for ref in refs), return_exceptions=True
    )
    assert sorted(isinstance(one, Problem) for one in done) == [False, True]
    assert len(await binding(v, v.owner)) + len(await binding(v, second)) == 1


@pytest.mark.parametrize("change", ["role = 'member'", "state = 'suspended'", "state = 'deleted'"])
@pytest.mark.parametrize("handle", ["lakshmi", "dev"])
async def test_the_database_keeps_an_owner_and_an_approver(village: Village, handle: str, change: str):
    from sqlalchemy import text

    from chaupal.store.machine.dialect import statement

    async def write(sql: str) -> None:
        async with village.running.house.court.work.writing() as w:
            await w.run(statement(text(sql.format(id=village.cast[handle].id))))

    for sql in (f"UPDATE accounts SET {change} WHERE id = {{id}}", "DELETE FROM accounts WHERE id = {id}"):
        with pytest.raises(Exception, match="accounts_keep_an_"):
            await write(sql)


async def test_the_way_back_by_the_command_line(village: Village):
    v, court = village, village.running.house.court
    mods = [await hire(v, handle, Role.MODERATOR) for handle in ("tara", "mohan")]
    second = await hire(v, "usha", Role.OWNER)
    ref = await opened(v, mods[0], "@lakshmi", "suspend")
    await decisions.propose(court, mods[0].viewer, ref, 1, outcome="suspend", reason=REASON, permanent=True)
    await decisions.approve(court, mods[1].viewer, ref, 1)
    assert len(await binding(v, v.owner)) == 1
    refused = await in_shell(v, "account", "recover", "ravi")
    assert (refused.returncode, "Only an owner" in refused.stderr) == (1, True), refused.stderr
    done = await in_shell(v, "account", "recover", "lakshmi")
    assert (done.returncode, done.stdout) == (0, "lakshmi can sign in again; ended: 1\n"), done.stderr
    assert await binding(v, v.owner) == []
    last = (await entries(v, "reversal"))[-1]["public"]
    assert (last["by"], last["step"]) == ("machine", "lifted")
    assert (await as_app(v, v.owner, "GET", "/api/v1/admin/orders")).status_code == 200
    with pytest.raises(Conflict, match="Nothing keeps"):
        await recovering.let_in(court, second.id)


async def test_nobody_is_made_staff_who_is_about_to_go(village: Village):
    from chaupal.store.identity import leaving

    async with village.running.house.court.work.writing() as w:
        await leaving.set_leaves(w, village.ravi.id, village.clock() + DAY)
    with pytest.raises(Conflict, match="about to be deleted"):
        await role_grants.grant(village.running.house.court, village.owner.viewer, village.ravi.id, Role.OWNER)


# --- roles at the moment of approval ---

UNMADE = ("demoted", "frozen")


@pytest.mark.parametrize(("how", "who"), list(itertools.product(UNMADE, ("proposer", "approver"))))
async def test_a_proposal_of_who_is_no_staff_any_more_is_not_approved(village: Village, how: str, who: str):
    v, court = village, village.running.house.court
    await hire(v, "tara", Role.APPROVER)
    ref = await v.receives(v.asha.latest.path)
    await decisions.propose(court, v.chitra.viewer, ref, 1, outcome="withhold_post", reason=REASON)
    gone = v.chitra if who == "proposer" else v.dev
    if how == "demoted":
        await role_grants.grant(court, v.owner.viewer, gone.id, Role.CLERK)
    else:
        mods = [await hire(v, handle, Role.MODERATOR) for handle in ("mohan", "sita")]
        own = await opened(v, mods[0], f"@{gone.handle}", "freeze")
        await decisions.propose(court, mods[0].viewer, own, 1, outcome="freeze", reason=REASON, until="2021-02-20")
        await decisions.approve(court, mods[1].viewer, own, 1)
    with pytest.raises((Conflict, NotAllowed), match="proposed anew" if who == "proposer" else "not of the staff"):
        await decisions.approve(court, v.dev.viewer, ref, 1)
    assert await binding(v, v.asha) == []
    if who == "proposer":
        await decisions.return_(court, v.dev.viewer, ref, 1, reason=REASON)
        await decisions.propose(court, v.owner.viewer, ref, 1, outcome="withhold_post", reason=REASON)
        await decisions.approve(court, v.dev.viewer, ref, 1)
        assert len(await binding(v, v.asha)) == 1

"""Mastodon's admin API for accounts, and the court's own for staff: who may, what is answered, what is written down."""

from pathlib import Path
from typing import Any

import httpx2
import msgspec
import pytest

from chaupal.governance.laws import house_rules
from chaupal.governance.people import access_audit as looks, account_desk
from chaupal.kernel.clock import DAY, StillClock
from chaupal.kernel.settings import Settings
from chaupal.policy.viewer import Role
from chaupal.social.people import accounts
from chaupal.social.people.accounts import NewAccount
from chaupal.social.signin import sessions
from village import FINDING, REASON, Village, Villager, open_village

TEXT = "Forty accounts of one hand post the same sentence every minute."


def asks(handle: str) -> NewAccount:
    return NewAccount(handle=handle, email=f"{handle}@gaanv.example", password="long enough", reason="I live here.")


async def as_staff(v: Village, who: Villager, method: str, path: str, **params: Any) -> httpx2.Response:
    """As `village.api`, with a token that holds what staff need."""
    square = v.running.house.square
    token = await sessions.issue_token(square, who.id, "read write admin:read admin:write")
    asked: dict[str, Any] = {"params": params} if method == "GET" else {"json": params}
    return await v.client.request(method, path, headers={"authorization": f"Bearer {token}"}, **asked)


async def test_staff_find_accounts_and_the_look_is_written_down(village: Village):
    v = village
    answer = await as_staff(v, v.chitra, "GET", "/api/v1/admin/accounts", username="ra")
    (found,) = answer.json()
    assert (found["username"], found["email"], found["role"]["name"]) == ("ravi", "ravi@gaanv.example", "")
    assert (found["confirmed"], found["approved"], found["suspended"], found["ip"]) == (True, True, False, None)
    assert found["account"]["acct"] == "ravi" and found["domain"] is None
    (look,) = await looks.listed(v.running.house.court, v.owner.viewer, what="email")
    assert (look.by, look.of) == (v.chitra.id, str(v.ravi.id)) and look.purpose


async def test_accounts_are_found_by_every_wish(village: Village):
    v = village

    async def handles(path: str = "/api/v1/admin/accounts", **wishes: Any) -> list[str]:
        return [one["username"] for one in (await as_staff(v, v.chitra, "GET", path, **wishes)).json()]

    await accounts.sign_up(v.running.house.square, asks("new_one"))
    assert await handles(pending=True) == ["new_one"] == await handles("/api/v2/admin/accounts", status="pending")
    assert set(await handles(staff=True)) == {"chitra", "dev", "lakshmi"}
    assert await handles(display_name="brenner") == ["karl"] == await handles(email="KARL@")
    assert await handles(username="new%") == [] and await handles(username="new_o") == ["new_one"]
    assert await handles(remote=True) == [] == await handles("/api/v2/admin/accounts", origin="remote")
    assert await handles(ip="203.0.113.9") == []
    everybody = await handles()
    assert len(everybody) == 8 and "chaupal" not in everybody
    first = await as_staff(v, v.chitra, "GET", "/api/v1/admin/accounts", limit=3)
    rest = await handles(limit=200, max_id=first.json()[-1]["id"])
    assert [one["username"] for one in first.json()] + rest == everybody and 'rel="next"' in first.headers["link"]


async def test_nobody_else_may(village: Village):
    v = village
    assert (await as_staff(v, v.asha, "GET", "/api/v1/admin/accounts")).status_code == 404
    token = await sessions.issue_token(v.running.house.square, v.chitra.id, "read write follow push")
    poor = await v.client.get("/api/v1/admin/accounts", headers={"authorization": f"Bearer {token}"})
    assert poor.status_code == 403, "a token without the scope"
    clerk = await v.joins("clerk", role=Role.CLERK)
    assert (await as_staff(v, clerk, "GET", "/api/v1/admin/accounts")).status_code == 403
    acted = await as_staff(v, v.asha, "POST", f"/api/v1/admin/accounts/{v.ravi.id}/action", type="suspend", text=TEXT)
    assert acted.status_code == 404


async def test_each_action_is_a_matter_under_the_houses_rules_and_its_end_ends_it(village: Village):
    v = village
    path = f"/api/v1/admin/accounts/{v.ravi.id}"
    for type_, rule, flag, back in (
        ("sensitive", 9, "sensitized", "unsensitive"),
        ("disable", 6, "disabled", "enable"),
        ("silence", 6, "silenced", "unsilence"),
        ("suspend", 6, "suspended", "unsuspend"),
    ):
        ends = "2021-02-20" if type_ != "sensitive" else ""
        acted = await as_staff(v, v.chitra, "POST", f"{path}/action", type=type_, text=TEXT, rule=str(rule), until=ends)
        assert acted.status_code in (200, 202), acted.text
        ref = acted.json()["ref"]
        if acted.status_code == 202:
            number = (await as_staff(v, v.dev, "GET", f"/api/v1/admin/orders/{ref}")).json()["targets"][0]
            assert number["state"] == "measure_proposed" and "serve" in number["verbs"]
            done = await as_staff(
                v, v.dev, "POST", f"/api/v1/admin/orders/{ref}/targets/1/approve", seen=number["seen"]
            )
            assert done.json()["state"] == "in_force", done.text
        await v.settle()
        assert (await as_staff(v, v.chitra, "GET", path)).json()[flag] is True, type_
        ended = await as_staff(v, v.chitra, "POST", f"{path}/{back}")
        assert ended.status_code == 200 and ended.json()[flag] is False, ended.text
        assert (await as_staff(v, v.chitra, "POST", f"{path}/{back}")).status_code == 200, "done twice is done"


async def test_a_suspension_for_good_takes_two(village: Village):
    v = village
    path = f"/api/v1/admin/accounts/{v.ravi.id}/action"
    acted = await as_staff(v, v.chitra, "POST", path, type="suspend", text=TEXT, warning_preset_id=6)
    assert (acted.status_code, acted.json()["state"]) == (202, "proposed")
    approve = f"/api/v1/admin/orders/{acted.json()['ref']}/targets/1/approve"
    assert (await as_staff(v, v.chitra, "POST", approve)).status_code == 403
    assert (await as_staff(v, v.dev, "POST", approve)).json()["state"] == "in_force"
    assert (await v.api(v.ravi, "GET", "/api/v1/timelines/home")).status_code == 401


async def test_a_warning_counts_and_hides_nothing(village: Village):
    v = village
    path = f"/api/v1/admin/accounts/{v.ravi.id}/action"
    acted = await as_staff(v, v.chitra, "POST", path, type="none", text=TEXT, rule="6@1", send_email_notification=False)
    assert (acted.status_code, acted.json()["state"]) == (200, "in_force")
    await v.settle()
    told = (await v.api(v.ravi, "GET", "/api/v1/notifications")).json()
    assert [one["type"] for one in told].count("moderation_warning") == 1


@pytest.mark.parametrize(
    ("type_", "status", "flag"),
    [
        ("none", 200, ""),
        ("sensitive", 200, "sensitized"),
        ("disable", 202, ""),
        ("silence", 202, ""),
        ("suspend", 202, ""),
    ],
)
@pytest.mark.parametrize("text", ["", "spam", TEXT])
async def test_an_act_without_a_rule_is_under_the_houses_default_and_says_so(
    village: Village, type_: str, status: int, flag: str, text: str
):
    """As apps for moderators send it: a type, perhaps some words. Where two must decide it goes to the desk as a proposal."""
    v = village
    rules = v.running.house.court.rules.current(v.clock())
    assert rules.default is not None
    acted = await as_staff(v, v.chitra, "POST", f"/api/v1/admin/accounts/{v.ravi.id}/action", type=type_, text=text)
    told = acted.json()
    assert acted.status_code == status, acted.text
    assert (told["rule"], told["rule_named_by"]) == (rules.cite(rules.default), "default")
    assert told["state"] == ("in_force" if status == 200 else "proposed")
    matter = (await as_staff(v, v.dev, "GET", f"/api/v1/admin/orders/{told['ref']}")).json()
    assert text in matter["grounds"] and account_desk.NO_RULE in matter["grounds"]
    assert (account_desk.NO_REASON in matter["grounds"]) is (text != TEXT)
    assert "किसी नियम का नाम नहीं" in matter["grounds"]  # whom it is about reads it in their own language
    if flag:
        assert (await as_staff(v, v.chitra, "GET", f"/api/v1/admin/accounts/{v.ravi.id}")).json()[flag] is True


@pytest.mark.parametrize("default", ["default = 9", "# no default"])
async def test_where_no_default_fits_a_second_person_looks_at_the_rule(
    settings: Settings, clock: StillClock, default: str
):
    """Rule 9 brings no limit; rule 3 is the first that does. One person alone does not say that somebody broke it."""
    rules = (house_rules.SHIPPED / "house_rules.1.toml").read_text("utf-8").replace("default = 11", default)
    folder = Path(settings.data) / "rules"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "house_rules.1.toml").write_text(rules, "utf-8")
    async with open_village(settings, clock) as v:
        path = f"/api/v1/admin/accounts/{v.ravi.id}"
        acted = await as_staff(v, v.chitra, "POST", f"{path}/action", type="silence")
        assert (acted.status_code, acted.json()["rule"], acted.json()["rule_named_by"]) == (202, "3@1", "house"), (
            acted.text
        )
        assert (await as_staff(v, v.chitra, "GET", path)).json()["silenced"] is False


async def test_what_is_named_is_named_rightly(village: Village):
    v = village
    path = f"/api/v1/admin/accounts/{v.ravi.id}/action"
    about_chitra = (await v.api(v.asha, "POST", "/api/v1/reports", account_id=str(v.chitra.id), comment=TEXT)).json()
    for wrong in (
        {"type": "none", "text": TEXT, "rule": "6", "report_id": about_chitra["id"]},  # and would be closed by it
        {"type": "none", "text": TEXT, "rule": "6", "report_id": "999"},
        {"type": "silence", "text": TEXT, "rule": "99"},
        {"type": "silence", "text": TEXT, "rule": "1"},
        {"type": "silence", "text": TEXT, "rule": "six"},
        {"type": "vanish", "text": TEXT, "rule": "6"},
        {"text": TEXT, "rule": "6"},  # an app that forgot it would have warned
        {"type": "silence", "text": TEXT, "rule": "6", "until": "2020-01-01"},
    ):
        answer = await as_staff(v, v.chitra, "POST", path, **wrong)
        assert answer.status_code == 422, (wrong, answer.text)
    assert (
        await as_staff(v, v.chitra, "POST", "/api/v1/admin/accounts/1/action", type="none", text=TEXT, rule="6")
    ).status_code == 404
    assert (await as_staff(v, v.chitra, "GET", f"/api/v1/admin/accounts/{v.ravi.id}")).json()["silenced"] is False
    theirs = (await v.api(v.asha, "GET", "/api/v1/reports")).json()
    assert [one["action_taken"] for one in theirs] == [False]


async def test_who_asks_to_join_is_let_in_or_leaves_nothing(village: Village):
    v = village
    open_, settings = v.running.house.square, v.running.house.settings
    square = msgspec.structs.replace(open_, settings=msgspec.structs.replace(settings, registrations="approval"))
    ids = [await accounts.sign_up(square, asks(handle)) for handle in ("yes_please", "no_thanks")]
    for id_ in ids:
        async with square.work.writing() as w:
            assert not await accounts.confirm_login(w, id_)
    yes = await as_staff(v, v.owner, "POST", f"/api/v1/admin/accounts/{ids[0]}/approve")
    assert yes.status_code == 200 and yes.json()["approved"] is True
    assert (await v.api(None, "GET", "/api/v1/accounts/lookup", acct="yes_please")).status_code == 200
    no = await as_staff(v, v.owner, "POST", f"/api/v1/admin/accounts/{ids[1]}/reject")
    assert no.status_code == 200 and no.json()["username"] == "no_thanks"
    assert (await as_staff(v, v.owner, "GET", f"/api/v1/admin/accounts/{ids[1]}")).status_code == 404
    assert (await as_staff(v, v.owner, "POST", f"/api/v1/admin/accounts/{v.ravi.id}/reject")).status_code == 404
    await accounts.sign_up(square, asks("no_thanks"))  # neither the name nor the address is kept


async def test_the_court_is_walked_through_over_the_api(village: Village):
    v = village
    ref = await v.receives(v.asha.latest.path, f"@{v.ravi.handle}", checked=False)
    base = f"/api/v1/admin/orders/{ref}"
    (line,) = (await as_staff(v, v.chitra, "GET", "/api/v1/admin/orders", open=True)).json()
    assert line["ref"] == ref and line["counts"]["pending"] == 2
    matter = (await as_staff(v, v.chitra, "GET", base)).json()
    assert matter["officer"] == "S. Verma" and "check" in matter["verbs"]
    early = {"outcome": "withhold_post", "reason": REASON}
    for act in ("propose", "act_in_emergency"):
        assert (await as_staff(v, v.dev, "POST", f"{base}/targets/1/{act}", **early)).status_code == 409, (
            "not checked yet"
        )
    assert "propose_measure" not in matter["targets"][0]["verbs"]
    checked = await as_staff(v, v.chitra, "POST", f"{base}/steps", verb="check", seen=matter["seen"])
    assert checked.json()["stage"] == "in_review", checked.text
    again = await as_staff(v, v.chitra, "POST", f"{base}/steps", verb="check", seen=matter["seen"])
    assert again.status_code == 409
    first, second = matter["targets"]
    form = {"outcome": "withhold_post", "reason": REASON, "seen": first["seen"]}
    proposed = await as_staff(v, v.chitra, "POST", f"{base}/targets/1/propose", **form)
    assert (proposed.json()["state"], proposed.json()["events"][-1]["by"]) == ("measure_proposed", "chitra")
    assert (await as_staff(v, v.chitra, "POST", f"{base}/targets/1/propose", **form)).status_code == 409, "sent twice"
    back = await as_staff(v, v.dev, "POST", f"{base}/targets/1/return", reason="Say which words are meant, please.")
    assert back.json()["state"] == "returned", back.text
    await as_staff(v, v.chitra, "POST", f"{base}/targets/1/propose", outcome="withhold_post", reason=REASON)
    served = await as_staff(v, v.dev, "POST", f"{base}/targets/1/approve")
    assert served.json()["state"] == "in_force"
    broken = await as_staff(
        v,
        v.dev,
        "POST",
        f"{base}/targets/2/act_in_emergency",
        outcome="withhold_account",
        reason=REASON,
        finding=FINDING,
        seen=second["seen"],
    )
    assert broken.json()["state"] == "unseconded", broken.text
    await v.settle()
    assert (await v.look("IN", v.asha.latest)).status_code == 451 == (await v.look("IN", v.ravi)).status_code
    kept = await as_staff(v, v.chitra, "POST", f"{base}/targets/1/keep", reason="The claim is still spread.")
    assert (kept.status_code, kept.json()["state"]) == (200, "in_force")
    lifted = await as_staff(v, v.chitra, "POST", f"{base}/targets/1/lift", reason="The order was about another post.")
    assert lifted.json()["state"] == "lifted"
    v.clock.move(DAY)
    assert (await v.look("IN", v.asha.latest)).status_code == 200 == (await v.look("IN", v.ravi)).status_code


async def test_bad_acts_are_refused_with_words(village: Village):
    v = village
    ref = await v.receives(v.asha.latest.path)
    base = f"/api/v1/admin/orders/{ref}"
    assert (await as_staff(v, v.chitra, "POST", f"{base}/steps", verb="dance")).status_code in (409, 422)
    assert (await as_staff(v, v.chitra, "POST", f"{base}/targets/9/approve")).status_code == 404
    assert (await as_staff(v, v.chitra, "GET", "/api/v1/admin/orders/IN-1999-0001")).status_code == 404
    wrong = await as_staff(v, v.chitra, "POST", f"{base}/targets/1/propose", outcome="erase", reason="no")
    assert wrong.status_code == 422 and {"outcome", "reason"} <= wrong.json()["details"].keys()
    assert (
        await as_staff(
            v, v.chitra, "POST", f"{base}/targets/1/act_in_emergency", outcome="withhold_post", reason=REASON
        )
    ).status_code == 403


async def test_protected_speakers_are_proposed_and_granted_over_the_api(village: Village):
    v = village
    form = {
        "handle": "meera",
        "speaker_class": "journalist",
        "evidence": "She has written for the district paper since 2014.",
    }
    proposed = await as_staff(v, v.chitra, "POST", "/api/v1/admin/protected", **form)
    assert (proposed.status_code, proposed.json()["state"]) == (200, "proposed"), proposed.text
    path = f"/api/v1/admin/protected/{proposed.json()['id']}"
    assert (await as_staff(v, v.chitra, "POST", f"{path}/second")).status_code == 403
    granted = await as_staff(v, v.dev, "POST", f"{path}/second")
    assert (granted.json()["state"], granted.json()["account_id"]) == ("protected", str(v.meera.id))
    (listed,) = (await as_staff(v, v.chitra, "GET", "/api/v1/admin/protected")).json()
    assert listed["speaker_class"] == "journalist" and "evidence" not in listed
    assert (await as_staff(v, v.chitra, "POST", f"{path}/end")).json()["state"] == "ending"
    assert (await as_staff(v, v.chitra, "POST", f"{path}/end/second")).status_code == 403
    assert (await as_staff(v, v.owner, "POST", f"{path}/keep")).json()["state"] == "protected"
    assert (await as_staff(v, v.owner, "POST", f"{path}/end")).json()["state"] == "ending"
    assert (await as_staff(v, v.chitra, "POST", f"{path}/end/second")).status_code == 200
    assert (await as_staff(v, v.chitra, "GET", "/api/v1/admin/protected")).json() == []
    assert (await as_staff(v, v.asha, "GET", "/api/v1/admin/protected")).status_code == 404

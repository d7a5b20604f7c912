"""As insider: one clerk and the register of authorities, on pages, over the API and on the command line."""

from chaupal.governance.orders import authorities
from chaupal.policy.viewer import Role
from desk import AtDesk
from surfaces.insiders import as_app, at_desk, hire, in_shell
from village import AUTHORITY, Village

API = "/api/v1/admin/authorities"


async def test_no_way_in_lets_one_person_make_or_change_an_authority(village: Village):
    v, court = village, village.running.house.court
    clerk, both = await hire(v, "kamal", Role.CLERK), await hire(v, "usha", Role.OWNER)
    made = await as_app(v, clerk, "POST", API, name="Cyber Cell", jurisdiction="IN", email_domain="police.gov.in")
    assert (made.status_code, made.json()["state"]) == (200, "proposed"), made.text
    path = f"{API}/{made.json()['id']}"
    for who in (clerk, v.chitra):
        assert (await as_app(v, who, "POST", f"{path}/agree")).status_code == 403
        assert (await at_desk(v, who, f"/office/authorities/{made.json()['id']}/agree")).status_code in (403, 404)
        done = await in_shell(v, "order", "authority", "agree", "Cyber Cell", "--as", who.handle)
        assert done.returncode == 1, done.stdout
    assert (await as_app(v, v.dev, "POST", f"{path}/agree")).json()["state"] == "agreed"
    # Whose role opens both agrees to nothing of their own.
    asked = {"email_domain": "usha.example", "issuer_class": "police"}
    changing = await as_app(v, both, "POST", path, **asked)
    assert (changing.status_code, changing.json()["state"]) == (200, "changing"), changing.text
    assert changing.json()["email_domain"] == "police.gov.in"
    assert (await as_app(v, both, "POST", f"{path}/agree")).status_code == 403
    page = await AtDesk(v, v.dev).get(f"/office/authorities/{made.json()['id']}")
    assert "usha.example" in page.text and "A change is proposed" in page.text
    assert (await as_app(v, v.dev, "POST", f"{path}/drop")).status_code == 200
    found = await authorities.named(court, v.owner.viewer, "Cyber Cell")
    assert found is not None and found.email_domain == "police.gov.in"


async def test_whoever_agrees_sees_all_that_they_sign_and_not_what_took_its_place_meanwhile(village: Village):
    """A clerk shows the approver one proposal, and puts another in its place before they agree: no way in carries that out."""
    v, court = village, village.running.house.court
    clerk, dev, key = await hire(v, "kamal", Role.CLERK), AtDesk(v, v.dev), "ab" * 32
    known = {"contact": "desk@police.gov.in", "name_hi": "साइबर सेल", "keys": key, "email_domain": "police.gov.in"}
    made = (await as_app(v, clerk, "POST", API, name="Cyber Cell", jurisdiction="IN", **known)).json()
    path, at_desk_ = f"{API}/{made['id']}", f"/office/authorities/{made['id']}"
    page = (await dev.get(at_desk_)).text
    assert [word for word in known.values() if word not in page] == []
    assert (await as_app(v, v.dev, "POST", f"{path}/agree", seen=made["seen"])).status_code == 200
    harmless = (await as_app(v, clerk, "POST", path, **known | {"office": "Desk 1"})).json()
    assert (harmless["proposed"]["office"], harmless["office"], harmless["proposed"]["keys"]) == ("Desk 1", "", [key])
    page = (await dev.get(at_desk_)).text
    assert f'name="seen" value="{harmless["seen"]}"' in page
    await as_app(v, clerk, "POST", f"{path}/drop")
    other = (await as_app(v, clerk, "POST", path, **known | {"keys": "cd" * 32})).json()
    assert "cd" * 32 in (await dev.get(at_desk_)).text
    answer = await dev.send(f"{at_desk_}/agree", seen=harmless["seen"])
    assert answer.status_code == 409 and "look at it again" in answer.text
    assert (await as_app(v, v.dev, "POST", f"{path}/agree", seen=harmless["seen"])).status_code == 409
    prompt = ("order", "authority")
    done = await in_shell(v, *prompt, "agree", "Cyber Cell", "--seen", str(harmless["seen"]), "--as", "dev")
    assert done.returncode == 1 and "look at it again" in done.stderr, done.stderr
    told = (await in_shell(v, *prompt, "list", "--as", "dev")).stdout
    assert f"--seen {other['seen']}" in told and "cd" * 32 in told
    found = await authorities.named(court, v.owner.viewer, "Cyber Cell")
    assert found is not None and found.keys == (key,)
    assert (await dev.send(f"{at_desk_}/agree", seen=other["seen"])).status_code == 303
    assert (await authorities.by_id(court, v.owner.viewer, found.id)).keys == ("cd" * 32,)


async def test_an_order_is_taken_from_no_authority_that_nobody_agreed_to(village: Village):
    v = village
    clerk = await hire(v, "kamal", Role.CLERK)
    made = await as_app(v, clerk, "POST", API, name=AUTHORITY.name, jurisdiction="IN")
    listed = await AtDesk(v, clerk).get("/office/orders/new")
    assert made.json()["id"] not in listed.text
    done = await in_shell(
        v, "order", "receive", "--as", "kamal", "--authority", AUTHORITY.name, "--regime", "IN-69A", "--role", "designated_officer",
        "--officer", "S", "--rank", "JS", "--reference", "1", "--law", "69A", "--grounds", "public order", "--territory", "IN",
        "--dated", "2021-02-10", "--target", v.ravi.latest.path, "--origin-note", "The office confirmed it on the telephone.",
    )  # fmt: skip
    assert done.returncode == 1 and "second person" in done.stderr, done.stderr

"""The portal and its API, attacked: one authority among the orders of another, dead links and tokens, and what must not be learnt there."""

import itertools

import pytest
import regex

import others
from chaupal.governance.orders import authorities, orders, portal
from chaupal.governance.orders.authorities import AuthorityForm
from chaupal.governance.orders.order_forms import OrderForm
from chaupal.governance.orders.portal import InviteForm
from chaupal.kernel.clock import DAY
from chaupal.policy.facts import Visibility
from letters import letter
from mails import mails_of, secret_in
from office import ORDER, PASSWORD, Office, open_office
from village import Village

FIELDS = {key: value for key, value in ORDER.items() if key != "bases"} | {"bases[]": "public_order"}


@pytest.fixture
async def ministry(village: Village) -> Office:
    return await open_office(village)


@pytest.fixture
async def police(village: Village) -> Office:
    form = AuthorityForm(
        name="Cyber Cell",
        name_hi="साइबर सेल",
        jurisdiction="IN",
        office="Nodal Officer",
        email_domain="police.gov.in",
        issuer_class="police",
    )
    court, owner = village.running.house.court, village.owner.viewer
    known = await authorities.register(court, owner, form)
    known = await authorities.agree(court, village.dev.viewer, known.id)
    return await open_office(village, "dig@police.gov.in", known)


async def test_one_authoritys_people_neither_read_nor_move_another_authoritys_orders(
    village: Village, ministry: Office, police: Office
):
    ref = (await ministry.file(village.meera.latest.path, external_id="A-17")).json()["ref"]
    missing = "IN-2021-9999"
    before = (await ministry.ask("GET", f"/api/v1/orders/{ref}")).json()
    for one in (ref, missing):  # theirs and what is not there are the same answer
        assert (await police.ask("GET", f"/api/v1/orders/{one}")).status_code == 404
        gone = await police.ask("POST", f"/api/v1/orders/{one}/withdraw", json={"reason": "Not needed any more."})
        assert gone.status_code == 404
        assert (await police.get(f"/portal/orders/{one}")).status_code == 404
        for act in ("write", "withdraw", "reply", "statements/x"):
            tried = await police.post(f"/portal/orders/{one}/{act}", "/portal/token", text="We take this back.")
            assert tried.status_code == 404, act
    assert ref not in (await police.get("/portal")).text
    assert (await ministry.ask("GET", f"/api/v1/orders/{ref}")).json() == before
    # Its own number is each authority's own: another's finds nothing, and does not say that it is taken.
    theirs = await police.file(village.meera.latest.path, external_id="A-17", regime="GENERIC", role="", bases=[])
    assert theirs.status_code in (201, 422) and ref not in theirs.text


async def test_letters_that_one_authority_brought_are_not_anothers_to_take_along(
    village: Village, ministry: Office, police: Office
):
    new = "/portal/orders/new?regime=IN-69A"
    files = [("documents", ("secret.pdf", letter(), "application/pdf"))]
    looked = await ministry.post("/portal/orders", new, files=files, act="check", targets="@meera", **FIELDS)
    kept = regex.search(r'name="kept\[\]" value="(\d+)"', looked.text)
    assert kept
    fields = FIELDS | {"kept[]": kept[1], "targets": "@meera"}
    for act in ("check", "file"):
        taken = await police.post("/portal/orders", new, act=act, **fields)
        assert "secret.pdf" not in taken.text
        for ref in regex.findall(r"/portal/orders/(IN-\d+-\d+)", taken.headers.get("location", "")):
            assert "secret.pdf" not in (await police.get(f"/portal/orders/{ref}")).text


async def test_an_enrolment_link_works_once_for_so_long_and_not_after_removal(village: Village, ministry: Office):
    court, clerk, whose = village.running.house.court, village.owner.viewer, ministry.authority.id
    numbers = itertools.count(1)

    async def invited() -> tuple[int, str]:
        form = InviteForm(name="B. Rao", rank="Director", email=f"b{next(numbers)}@meity.gov.in")
        user = await portal.invite(court, clerk, whose, form)
        await village.settle()
        return user.id, "/portal/enrol/" + secret_in(mails_of(village.running)[-1], "portal/enrol")

    async def enrols(path: str, office: Office) -> int:
        page = await office.get(path)
        shown = regex.search(r"<code[^>]*>([A-Z2-7]{32})</code>", page.text)
        office.secret = shown[1] if shown else "A" * 32
        return (await office.post(path, "/portal/login", password=PASSWORD, code=office.code())).status_code

    _, used = await invited()
    assert await enrols(used, Office(village, ministry.authority)) == 303
    assert await enrols(used, Office(village, ministry.authority)) == 404
    id_, removed = await invited()
    await portal.end_user(court, clerk, id_)
    assert await enrols(removed, Office(village, ministry.authority)) == 404
    id_, replaced = await invited()
    await portal.invite_again(court, clerk, id_)
    await village.settle()
    assert await enrols(replaced, Office(village, ministry.authority)) == 404
    _, old = await invited()
    village.clock.move(4 * DAY)
    assert await enrols(old, Office(village, ministry.authority)) == 404


async def test_after_removal_neither_cookie_nor_token_nor_code_opens_anything(village: Village, ministry: Office):
    ref = (await ministry.file(village.meera.latest.path)).json()["ref"]
    court, owner = village.running.house.court, village.owner.viewer
    (user,) = await portal.users_of(court, owner, ministry.authority.id)
    await portal.end_user(court, owner, user.id)
    for path in (f"/api/v1/orders/{ref}", "/api/v1/orders/IN-2021-9999"):
        assert (await ministry.ask("GET", path)).status_code == 401
    assert (await ministry.file(village.meera.latest.path, reference_no="later")).status_code == 401
    for path in ("/portal", f"/portal/orders/{ref}", "/portal/orders/new", "/portal/token"):
        answer = await ministry.get(path)
        assert (answer.status_code, answer.headers.get("location")) == (303, "/portal/login")
    village.clock.move(60_000)
    again = await ministry.post("/portal/login", email=user.email, password=PASSWORD, code=ministry.code())
    assert again.status_code == 422


async def test_the_portals_keys_and_the_squares_open_nothing_of_each_other(village: Village, ministry: Office):
    v = village
    ref = (await ministry.file(v.meera.latest.path)).json()["ref"]
    for token in (v.owner.token, v.asha.token, "chaupal-office-", "chaupal-office-x", ""):
        assert (await ministry.ask("GET", f"/api/v1/orders/{ref}", token=token or "x")).status_code == 401
    for path in (
        "/api/v1/accounts/verify_credentials",
        "/api/v1/timelines/home",
        "/api/v1/admin/accounts",
        "/api/v1/admin/orders",
    ):
        assert (await ministry.ask("GET", path)).status_code in (401, 403)
    secret = (
        ministry.cookies["portal"]
        if "portal" in ministry.cookies
        else next(value for name, value in ministry.cookies.items() if name == portal.COOKIE)
    )
    for path in ("/office", "/settings", "/notifications"):
        answer = await v.client.get(path, headers={"cookie": f"chaupal={secret}"})
        assert answer.status_code in (303, 404)
    answer = await v.client.get("/portal", headers={"cookie": f"{portal.COOKIE}={v.owner.cookie}"})
    assert answer.headers.get("location") == "/portal/login"


async def test_nothing_on_the_portal_tells_a_private_post_from_none(village: Village, ministry: Office):
    """Two worlds: an order against a post for followers only, and one against a number that nobody posted under."""
    v = village
    private = await v.says(v.meera, "केवल अपनों के लिए", visibility=2)
    lines = (private.path, f"/@meera/{private.id + 1}")
    told: list[str] = []
    for line in lines:
        state = (await ministry.file(line, reference_no="R-1" if line == lines[0] else "R-2")).json()
        ref = state["ref"]
        listing = f"target,demanded\n{line},withhold_post\n".encode()
        looked = await ministry.post(
            "/portal/orders",
            "/portal/orders/new?regime=IN-69A",
            act="check",
            targets="",
            files=[("csv", ("list.csv", listing, "text/csv"))],
            **FIELDS | {"reference_no": "R-3"},
        )
        page, front = (await ministry.get(f"/portal/orders/{ref}")).text, (await ministry.get("/portal")).text
        row = next(part.partition("</article>")[0] for part in front.split("<article") if ref in part)
        whole = "\n".join((str(state), looked.text, page, row))
        for own in (line, ref, str(private.id), str(private.id + 1)):
            whole = whole.replace(own, "…")
        told.append(plain(whole))
    assert told[0] == told[1]


async def test_nothing_on_the_portal_tells_what_was_said_elsewhere_to_a_few_and_came_here(
    village: Village, ministry: Office
):
    """Two worlds, as well of what staff took in from a letter: a post of another server that is here for followers, and none."""
    v, court = village, village.running.house.court
    await others.said(
        v.running.house.square, await others.met(v.running.house.square), visibility=Visibility.PRIVATE, number=7
    )
    told: list[str] = []
    for number, at in ((7, "R-1"), (8, "R-2")):
        line = f"https://other.example/users/moham/statuses/{number}"
        listing = f"target,demanded\n{line},\n{line},withhold_post\n".encode()
        typed = FIELDS | {"reference_no": at, "targets": line}
        new = "/portal/orders/new?regime=IN-69A"
        seen = [(await ministry.file(line, reference_no=at)).text]
        for act in ("check", "file"):
            seen.append((await ministry.post("/portal/orders", new, act=act, **typed)).text)
        files = [("csv", ("list.csv", listing, "text/csv"))]
        seen.append(
            (await ministry.post("/portal/orders", new, files=files, act="check", **typed | {"targets": ""})).text
        )
        done = await ministry.post("/portal/orders", new, act="file", record_all="1", **typed)
        ref = done.headers["location"].rpartition("/")[2]
        form = ORDER | {
            "reference_no": f"{at} by letter",
            "bases": ("public_order",),
            "targets": f"{line}\n{line}",
            "record_all": True,
        }
        taken = OrderForm(authority=ministry.authority.id, **form)
        letter = await orders.receive(court, v.chitra.viewer, taken)
        for one in (ref, letter):
            for path in (f"/portal/orders/{one}", f"/orders/{one}"):
                seen.append((await ministry.get(path)).text)
            for path in (f"/api/v1/orders/{one}", f"/api/v1/transparency/orders/{one}"):
                seen.append((await ministry.ask("GET", path)).text)
        front = (await ministry.get("/portal")).text.split("<article")
        seen += [part.partition("</article>")[0] for part in front if ref in part or letter in part]
        whole = "\n".join(seen)
        for own in (f"{line}", ref, letter):
            whole = whole.replace(own, "…")
        told.append(plain(regex.sub(r"(?i)(entr(y|ies)[/ ]|प्रविष्टि )\d+|\"log[a-z_]*\":(\[[\d,]*\]|\d+)", "", whole)))
    assert told[0] == told[1]


def plain(text: str) -> str:
    """Without what is new in every answer: words of forms and of scripts, and the two references."""
    text = regex.sub(r'(csrf" value|nonce|value|id|href)="[^"]{20,}"', "", text)
    return regex.sub(r"R-[123]|data-made=\"\d+\"", "", text)

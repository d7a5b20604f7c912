"""Who of the staff may know of a secret order: those who work on orders, and never whoever it is about."""

import contextlib
import itertools
import re
from pathlib import Path

import httpx2
import msgspec
import pytest
from sqlalchemy import update

from chaupal.app.wiring import ROUTES
from chaupal.fanout.notifications import alerts
from chaupal.governance.appeals import appeals, notices
from chaupal.governance.cases import assigning, clocks, csv_cases, decisions, desk as options, evidence, notes
from chaupal.governance.events import ClockAlert, ClocksPassed
from chaupal.governance.log import opening
from chaupal.governance.orders import documents, steps
from chaupal.kernel.clock import DAY
from chaupal.kernel.errors import NotAllowed, NotFound, Problem, or_not_found
from chaupal.policy.viewer import MAY, STAFF, Role
from chaupal.reads.court import desk, dossier, staffed
from chaupal.store.court import clocks as clock_rows, docket, ledger, rulings
from chaupal.store.identity import apps, logins, moving
from chaupal.store.machine.dialect import statement
from chaupal.store.tables.court import orders
from chaupal_audit.tlog import read_entry
from either import set_anew
from listening import listening
from mails import sent
from surfaces.insiders import as_app, at_desk, count
from village import REASON, Village, Villager

GAGGED = {"gag_until": "2021-06-01T00:00"}
SECRET = MAY["see_secret"]


async def knows(v: Village, who: Villager, ref: str) -> set[str]:
    """By which ways into the office somebody learns of an order."""
    court, reads, me = v.running.house.court, v.running.house.reads, who.viewer
    found: set[str] = set()
    tries = {
        "dossier": lambda: dossier.dossier(reads, me, ref),
        "sheet": lambda: dossier.sheet(reads, me, ref, 1),
        "options": lambda: options.options(court, me, ref, 1),
        "matter": lambda: options.matter(court, me, ref),
        "export": lambda: csv_cases.export(court, me, ref),
        "documents": lambda: documents.of_order(court, me, ref),
        "evidence": lambda: evidence.of_order(court, me, ref),
        "assign": lambda: assigning.assign(court, me, ref, (1,), ""),
    }
    for name, ask in tries.items():
        with contextlib.suppress(NotFound, NotAllowed):
            await ask()
            found.add(name)
    if ref in [one.order.ref for one in await desk.queue(reads, me, desk.DeskWish())]:
        found.add("queue")
    if ref in [line.order.ref for line in await dossier.queue(reads, me)]:
        found.add("lines")
    if ref in [row.order_ref for row in (await staffed.history_of(reads, me, "asha")).made]:
        found.add("history")
    for path in (f"/office/orders/{ref}", f"/office/orders/{ref}/1", "/office"):
        page = await v.look("IN", path, who)
        if page.status_code == 200 and ref in page.text:
            found.add(path)
    for path in (f"/api/v1/admin/orders/{ref}", "/api/v1/admin/orders"):
        answer = await v.api(who, "GET", path)
        if answer.status_code == 200 and ref in answer.text:
            found.add(path)
    return found


@pytest.mark.parametrize("role", sorted(STAFF))
async def test_a_gagged_order_is_read_by_those_who_work_on_orders_and_by_no_other_staff(village: Village, role: Role):
    v = village
    ref = await v.withhold(post=v.asha.latest, by=v.chitra, second=v.dev, **GAGGED)
    waits = await v.receives(v.ravi.latest.path, **GAGGED)
    who = await v.joins("nayi", "नई", role=role)
    found, waiting = await knows(v, who, ref), await knows(v, who, waits)
    if role in SECRET:
        assert {"dossier", "matter", "history", f"/office/orders/{ref}"} <= found and "queue" in waiting
        return
    assert found == set() and waiting == set()
    with pytest.raises(Problem) as refused:
        await decisions.lift(v.running.house.court, who.viewer, ref, 1, reason=REASON)
    assert refused.value.status in (403, 404)


async def test_an_appeal_tells_of_no_secret_order_to_staff_who_may_not_know_of_it(village: Village):
    """Where a law keeps an order secret, but lets its author be told, they can appeal; a moderator hears appeals, and no secrets."""
    v, court = village, village.running.house.court
    ref = await v.withhold(post=v.asha.latest, by=v.chitra, second=v.dev)
    async with court.work.reading() as reading:
        (row,) = await rulings.of_owner(reading, v.asha.id)
    id_ = (await appeals.file(court, v.asha.viewer, row.id, REASON)).id
    async with court.work.writing() as w:
        await w.run(statement(update(orders).values(secrecy="aggregate_only")))
    staff = [
        (await v.joins(f"nayi_{role.value}", "नई", role=role), role in SECRET)
        for role in (Role.MODERATOR, Role.REVIEWER)
    ]
    v.clock.move(8 * DAY)
    await clocks.alert(court)
    await v.settle()
    async with court.work.reading() as reading:
        assert [one for one in await clock_rows.running_openly(reading, 100) if one.what == clocks.APPEAL] == []
    for who, knows_of_it in staff:
        said = (await v.api(who, "GET", "/api/v1/notifications", types="mention")).text
        assert (f"/office/appeals/{id_}" in said) == knows_of_it, "nor does a reminder"
        assert [one.id for one, _ in await appeals.queue(court, who.viewer)] == ([id_] if knows_of_it else [])
        assert (ref in (await v.look("IN", "/office/appeals", who)).text) == knows_of_it
        for path in (f"/api/v1/admin/appeals/{id_}", f"/office/appeals/{id_}"):
            look = as_app(v, who, "GET", path) if path.startswith("/api") else v.look("IN", path, who)
            assert (await look).status_code == (200 if knows_of_it else 404), path
        for act in ("reject", "approve"):
            if not knows_of_it:
                refused = await as_app(v, who, "POST", f"/api/v1/admin/appeals/{id_}/{act}", text=REASON)
                assert refused.status_code == 404
    assert (await v.api(v.asha, "GET", f"/api/v1/appeals/{id_}")).status_code == 200


async def test_the_operators_address_hears_of_a_secret_order_what_whoever_has_it_may_know(village: Village):
    """It stands on a page for everybody, and many may read what comes there."""
    v, court = village, village.running.house.court
    secret, told = await v.receives(v.ravi.latest.path, **GAGGED), await v.receives(v.asha.latest.path)
    hears = {"prabandhak@example.org": False}
    for role in (Role.MEMBER, Role.MODERATOR, Role.CLERK):
        who = await v.joins(f"nayi_{role.value}", "नई", role=role)
        async with court.work.reading() as reading:
            hears[or_not_found(await logins.login_of(reading, who.id)).email] = role in SECRET
    async with court.work.reading() as reading:
        running = await clock_rows.running(reading)
    passed = ClocksPassed(
        alerts=tuple(
            ClockAlert(clock=one.kind, what=one.what, of=one.of, share=100, due_at=one.due_at) for one in running
        )
    )
    house = v.running.house.settings
    for email in hears:
        settings = msgspec.structs.replace(house, contact_email=email)
        async with court.work.writing() as w:
            await alerts.write(msgspec.structs.replace(v.running.carrier, settings=settings), w, passed)
    await v.settle()
    came = [(mail["To"], mail.get_content()) for mail in sent(Path(house.data) / "mail")]
    for email, may_know in hears.items():
        mine = [words for to, words in came if to == email]
        assert any(told in words for words in mine)
        assert any(secret in words for words in mine) == may_know, email


async def test_a_gagged_author_does_not_read_the_order_about_themselves_whatever_their_role(village: Village):
    v = village
    for role in sorted(SECRET):
        author = await v.joins(f"lekhak_{role.value}", "लेखक", role=role)
        said = await v.says(author, "मेरी बात")
        ref = await v.withhold(post=said, by=v.chitra, second=v.dev, **GAGGED)
        assert await knows(v, author, ref) == set(), role
        court = v.running.house.court
        async with court.work.reading() as reading:
            (row,) = await rulings.of_owner(reading, author.id)
        with pytest.raises(NotFound):
            await notices.by_id(court, author.viewer, row.id)
        with pytest.raises(NotFound):
            await steps.take(court, author.viewer, ref, steps.StepForm(verb="acknowledge"))
        with pytest.raises(Problem):
            await decisions.lift(court, author.viewer, ref, 1, reason=REASON)
        assert f"lekhak_{role.value}" and await knows(v, v.chitra, ref), "others work on it"


async def test_nor_does_whoever_has_moved_from_or_to_the_account_that_it_is_about(village: Village):
    """Whoever moves says that both accounts are theirs: by the one in the office they know no more than by the other."""
    v, court = village, village.running.house.court
    between = await v.joins("beech", "बीच का")
    for role in sorted(SECRET):
        author, staff = (
            await v.joins(f"lekhak_{role.value}", "लेखक"),
            await v.joins(f"karmi_{role.value}", "x", role=role),
        )
        said = await v.says(author, "मेरी बात")
        ref = await v.withhold(post=said, by=v.chitra, second=v.dev, **GAGGED)
        assert {"dossier", "sheet", f"/office/orders/{ref}", "/api/v1/admin/orders"} <= await knows(v, staff, ref)
        path = f"/api/v1/statuses/{said.id}"
        assert "withheld_banner" in (await v.api(staff, "GET", path)).text
        waits = await v.receives(said.path, **GAGGED)
        # At the end of a line of moves, too, and in either direction.
        for number, (old, new) in enumerate(((author, between), (staff, between))):
            async with court.work.writing() as w:
                await moving.begin(w, said.id + number, old.id, new.id)
        assert await knows(v, staff, ref) == set(), role
        assert "withheld_banner" not in (await v.api(staff, "GET", path)).text
        async with court.work.reading() as reading:
            (row,) = await rulings.of_owner(reading, author.id)
            order = or_not_found(await docket.order(reading, waits))
        with pytest.raises(NotFound):
            await notices.by_id(court, staff.viewer, row.id)
        due = ClockAlert(clock="act", what=clocks.ORDER, of=order.id, share=50, due_at=v.clock() + DAY)
        async with court.work.writing() as w:
            await alerts.tell(v.running.carrier, w, due)
        await v.settle()
        told = (await v.api(staff, "GET", "/api/v1/notifications", types="mention")).text
        assert (
            waits not in told and waits in (await v.api(v.chitra, "GET", "/api/v1/notifications", types="mention")).text
        )


FORM = {
    "outcome": "withhold_post",
    "reason": REASON,
    "text": REASON,
    "body": "Delhi High Court",
    "codes": ["no_reasons"],
    "until": "",
    "kind": "amend",
    "verb": "withdraw",
    "note": REASON,
    "to": "me",
    "act": "approve",
    "verdict": "keep",
    "despite": REASON,
}
NEVER = "X-0000DEADBEEF"  # no order was ever called that
ACTS = [
    route
    for route in ROUTES
    if route.method == "POST" and "{ref}" in route.path and route.path.startswith(("/office", "/api/v1/admin"))
]


def _words(answer: httpx2.Response, ref: str) -> tuple[int, str, str]:
    plain = re.sub(r'name="(?:csrf|key)" value="[^"]*"', "", answer.text)
    return answer.status_code, answer.headers.get("location", "").replace(ref, NEVER), plain.replace(ref, NEVER)


@pytest.mark.parametrize("role", sorted(STAFF))
async def test_whatever_one_tries_on_a_secret_order_about_oneself_is_answered_as_on_one_that_never_was(
    village: Village, role: Role
):
    """Every act of office and API, whatever the role: no refusal says that it is about something of one's own."""
    v = village
    author = await v.joins("lekhak", "लेखक", role=role)
    said = await v.says(author, "मेरी बात")
    ref = await v.withhold(post=said, by=v.chitra, second=v.dev, **GAGGED)
    waits = await v.receives(said.path, **GAGGED)
    before = await count(v)
    assert len(ACTS) > 15
    for route, secret in itertools.product(ACTS, (ref, waits)):
        path = re.sub(r"\{(?!ref)\w+\}", "1", route.path)
        if path.startswith("/api"):
            ours, theirs = [await as_app(v, author, "POST", path.format(ref=one), **FORM) for one in (secret, NEVER)]
        else:
            ours, theirs = [await at_desk(v, author, path.format(ref=one), **FORM) for one in (secret, NEVER)]
        assert _words(ours, secret) == _words(theirs, NEVER), path
        assert ours.status_code in (400, 403, 404, 422), path
    assert await count(v) == before


async def test_an_entry_about_oneself_that_is_secret_says_nothing_like_every_other(village: Village):
    """Whoever may open entries asks for each of the log: one about a gagged order of their own is a cover among covers."""
    v = village
    court = v.running.house.court
    author = await v.joins("lekhak", "लेखक", role=Role.APPROVER)
    said = await v.says(author, "मेरी बात")
    first = await _size(v)
    await v.withhold(post=said, by=v.chitra, second=v.dev, **GAGGED)
    for index in range(first, await _size(v)):
        async with court.work.reading() as reading:
            (entry,) = await ledger.entries(reading, index, 1)
        if read_entry(entry)["t"] != "cover":
            continue
        assert await opening.sealed(court, author.viewer, index) == {}
        for act in (opening.open_, opening.erase):
            with pytest.raises(NotFound):
                await act(court, author.viewer, index, ["act"], REASON)
    assert any([await opening.sealed(court, v.owner.viewer, index) for index in range(first, await _size(v))])


async def test_whoever_takes_an_order_in_is_not_told_that_a_secret_one_of_their_own_is_there(village: Village):
    v = village
    clerk = await v.joins("lekhak", "लेखक", role=Role.CLERK)
    said = await v.says(clerk, "मेरी बात")
    filed = {"reference_no": "69A/secret", "dated": "2021-02-10", **GAGGED}
    await v.receives(said.path, checked=False, **filed)
    v.cast["lakshmi"], owner = clerk, v.owner
    try:
        with pytest.raises(NotAllowed) as again:
            await v.receives(said.path, checked=False, **filed)
        with pytest.raises(NotAllowed) as fresh:
            await v.receives(said.path, checked=False, **filed | {"reference_no": "69A/another"})
    finally:
        v.cast["lakshmi"] = owner
    assert str(again.value) == str(fresh.value)


async def test_notes_are_written_on_matters_that_one_may_know_of_and_on_no_others(village: Village):
    v = village
    court = v.running.house.court
    author = await v.joins("lekhak", "लेखक", role=Role.REVIEWER)
    ref = await v.withhold(post=await v.says(author, "मेरी बात"), by=v.chitra, second=v.dev, **GAGGED)
    async with court.work.reading() as reading:
        order = await docket.order(reading, ref)
        assert order is not None
        (target,) = await docket.targets_of(reading, order.id)
    for what, of in (("order", order.id), ("case", target.id), ("order", 1), ("case", 1)):
        with pytest.raises(NotFound):
            await notes.add(court, author.viewer, what, of, REASON)
        assert await notes.on(court, author.viewer, what, of) == []
    await notes.add(court, v.chitra.viewer, "order", order.id, REASON)


async def _size(v: Village) -> int:
    async with v.running.house.court.work.reading() as reading:
        return await ledger.size(reading)


async def test_once_it_is_public_every_role_reads_the_order(village: Village):
    v = village
    moderator = await v.joins("manav", "मानव", role=Role.MODERATOR)
    ref = await v.receives(v.asha.latest.path, gag_until="2021-02-20T00:00")
    assert await knows(v, moderator, ref) == set()
    async with v.running.house.court.work.writing() as w:
        await w.run(statement(update(orders).values(published_at=v.clock())))
    assert {"dossier", "matter", f"/office/orders/{ref}"} <= await knows(v, moderator, ref)


# --- the second step ---


async def test_without_a_second_step_staff_read_nothing_that_their_role_opens(village: Village):
    """Every route that a role opens asks the same gate: measures, trends, office and all."""
    v = village
    opened = [route for route in ROUTES if route.may and route.method == "GET" and "{" not in route.path]
    assert {"/api/v1/admin/trends/tags", "/office"} <= {route.path for route in opened}
    posts_ = [
        route.path
        for route in ROUTES
        if route.may and route.path.startswith("/api/v1/admin/") and route.method == "POST"
    ]
    assert "/api/v1/admin/measures" in posts_
    with set_anew(v.running, staff_second_step=True):
        for route in opened:
            page = not route.path.startswith("/api")
            answer = await v.look("IN", route.path, v.owner) if page else await v.api(v.owner, "GET", route.path)
            assert answer.status_code == 403, route.path
        for path in map(filled, posts_):
            answer = await v.api(v.owner, "POST", path)
            assert answer.status_code == 403, path
        await v.withhold(post=v.asha.latest, by=v.chitra, second=v.dev)
        seen = (await v.api(v.owner, "GET", f"/api/v1/statuses/{v.asha.latest.id}")).json()
        assert seen["withheld_in_countries"] == ["IN"] and "सरसों" not in seen["content"], "a member like any other"


async def test_a_stream_opened_without_a_second_step_is_a_members_for_as_long_as_it_is_open(village: Village):
    v = village
    await v.withhold_account(v.asha, by=v.chitra, second=v.dev)
    with set_anew(v.running, staff_second_step=True):
        async with listening(v.running.app, "/api/v1/streaming/public", token=v.dev.token) as ear:
            async with v.running.house.square.work.writing() as w:
                await apps.forget_callers(w, v.dev.id)  # something of theirs has changed: they are looked at anew
            await v.says(v.asha, "सरसों")
            await ear.heard("update", (await v.says(v.ravi, "प्रहरी")).id)
            assert ear.events == ["update"], "what is withheld from members is not told"


def filled(path: str) -> str:
    """The path with something in its holes."""
    return "/".join("1" if part.startswith("{") else part for part in path.split("/"))

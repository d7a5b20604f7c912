"""Who of the staff may know of a secret order: those who work on orders, and never whoever it is about."""

import contextlib

import msgspec
import pytest
from sqlalchemy import update

from chaupal.app.wiring import ROUTES
from chaupal.governance.appeals import notices
from chaupal.governance.cases import archive, assigning, csv_cases, decisions, evidence
from chaupal.governance.cases import desk as options
from chaupal.governance.orders import steps
from chaupal.kernel.errors import NotAllowed, NotFound, Problem
from chaupal.policy.may import MAY, STAFF
from chaupal.policy.viewer import Role
from chaupal.reads.court import desk, dossier, history
from chaupal.store.court import rulings
from chaupal.store.machine.dialect import statement
from chaupal.store.machine.tables import orders
from village import REASON, Village, Villager

GAGGED = {"gag_until": "2021-06-01T00:00"}
SECRET = MAY["see_secret"]


async def knows(v: Village, who: Villager, ref: str) -> set[str]:
    """By which ways into the office somebody learns of an order."""
    court, reads, me = v.running.house.court, v.running.house.reads, who.viewer
    found: set[str] = set()
    tries = {
        "dossier": lambda: dossier.dossier(reads, me, ref), "sheet": lambda: dossier.sheet(reads, me, ref, 1),
        "options": lambda: options.options(court, me, ref, 1), "matter": lambda: options.matter(court, me, ref),
        "export": lambda: csv_cases.export(court, me, ref), "documents": lambda: archive.of_order(court, me, ref),
        "evidence": lambda: evidence.of_order(court, me, ref), "assign": lambda: assigning.assign(court, me, ref, (1,), ""),
    }  # fmt: skip
    for name, ask in tries.items():
        with contextlib.suppress(NotFound, NotAllowed):
            await ask()
            found.add(name)
    if ref in [one.order.ref for one in await desk.queue(reads, me, desk.Wish())]:
        found.add("queue")
    if ref in [line.order.ref for line in await dossier.queue(reads, me)]:
        found.add("lines")
    if ref in [row.order_ref for row in (await history.of(reads, me, "asha")).made]:
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
            await notices.one(court, author.viewer, row.id)
        with pytest.raises(NotFound):
            await steps.take(court, author.viewer, ref, steps.StepForm(verb="acknowledge"))
        with pytest.raises(Problem):
            await decisions.lift(court, author.viewer, ref, 1, reason=REASON)
        assert f"lekhak_{role.value}" and await knows(v, v.chitra, ref), "others work on it"


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
    house = v.running.house
    strict = msgspec.structs.replace(house, settings=msgspec.structs.replace(house.settings, staff_second_step=True))
    opened = [route for route in ROUTES if route.may and route.method == "GET" and "{" not in route.path]
    assert {"/api/v1/admin/trends/tags", "/office"} <= {route.path for route in opened}
    posts_ = [
        route.path
        for route in ROUTES
        if route.may and route.path.startswith("/api/v1/admin/") and route.method == "POST"
    ]
    assert "/api/v1/admin/measures" in posts_
    v.running.app._desk.house = strict
    try:
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
    finally:
        v.running.app._desk.house = house


def filled(path: str) -> str:
    """The path with something in its holes."""
    return "/".join("1" if part.startswith("{") else part for part in path.split("/"))

"""The door before the desk: role and second step are asked before anything that was sent is read or looked up.

Whoever may not do a thing is told so (403, or 404 outside the office), never what would be wrong with the form.
"""

import re
from typing import Any

import httpx2
import msgspec
import pytest

from chaupal.app.wiring import ROUTES
from chaupal.governance.cases import acts
from chaupal.http.call import Route, Shape
from chaupal.policy.viewer import MAY, STAFF, Role, Surface
from either import set_anew
from surfaces.insiders import as_app, at_desk, count
from village import REASON, Village, Villager

GOOD: dict[str, Any] = {
    "outcome": "withhold_post",
    "reason": REASON,
    "text": REASON,
    "note": REASON,
    "until": "",
    "kind": "amend",
    "verb": "withdraw",
    "handle": "asha",
    "role": "clerk",
    "speaker_class": "journalist",
    "evidence": REASON,
    "grounds": REASON,
    "targets": "@ravi",
}
BAD: dict[str, Any] = {"reason": "", "text": "", "until": "never", "outcome": "", "items": "x", "targets": ""}
DOORS = [
    route
    for route in ROUTES
    if route.may and route.method != "GET" and route.path.startswith(("/office", "/api/v1/admin"))
]
ACTS = tuple(acts.by_way("office"))


def bad_for(route: Route) -> dict[str, Any]:
    """A form that cannot be read: letters where numbers are wanted, and nothing where something is."""
    numbers = {f.encode_name: "x" for f in msgspec.structs.fields(route.takes) if re.search("int|Number", str(f.type))}
    return BAD | numbers


ROLE = "not for your role"  # that it is the role, and not the person


async def sent(v: Village, who: Villager, route: Route, path: str, form: dict[str, Any]) -> httpx2.Response:
    if route.shape is Shape.API:
        return await as_app(v, who, route.method, path, **form)
    return await at_desk(v, who, path, data=form)


async def send(v: Village, who: Villager, route: Route, path: str, form: dict[str, Any]) -> int:
    return (await sent(v, who, route, path, form)).status_code


def paths(route: Route, ref: str) -> list[str]:
    filled = route.path.replace("{ref}", ref).replace("{handle}", "asha").replace("{kind}", "terms")
    filled = filled.replace("{slug}", "x").replace("{name}", "x")
    each = (
        [filled.replace("{act}", act) for act in ACTS] if "{number}/{act}" in filled else [filled.replace("{act}", "x")]
    )
    return [re.sub(r"\{\w+\}", "1", path) for path in each]


@pytest.mark.parametrize("role", sorted(STAFF))
async def test_a_bad_form_by_whose_role_is_wrong_is_403_and_not_422(village: Village, role: Role):
    """Wrong for the route, or (where what is refused to a good form) for the act on this kind of order."""
    v = village
    ref = await v.receives(v.asha.latest.path)
    who = await v.joins("insider", role=role)
    await v.settle()
    before, tried = await count(v), 0
    for route in DOORS:
        for path in paths(route, ref):
            shut = role not in MAY[route.may]
            # A reviewer seconds what somebody did alone, so whether they may approve rests on the case.
            seconds = role is Role.REVIEWER and path.endswith("/approve")
            if not shut and "{number}" in route.path and not seconds:
                good = await sent(v, who, route, path, GOOD)
                shut = good.status_code == 403 and ROLE in good.text
            if shut:
                tried += 1
                no = 403 if route.surface is Surface.OFFICE else 404  # of what is no room of the office nothing is said
                assert await send(v, who, route, path, bad_for(route)) == no, (route.name, path)
                assert await send(v, who, route, path, {}) == no, (route.name, path)
    assert tried > 8 or role is Role.OWNER
    if role not in (Role.OWNER, Role.REVIEWER, Role.APPROVER):  # who may, has done it
        assert await count(v) == before


async def test_a_bad_form_without_a_second_step_is_403_and_not_422(village: Village):
    v = village
    ref = await v.receives(v.asha.latest.path)
    with set_anew(v.running, staff_second_step=True):
        for route in DOORS:
            for path in paths(route, ref):
                assert await send(v, v.owner, route, path, bad_for(route)) == 403, (route.name, path)
        for route in (r for r in ROUTES if r.may and r.method == "GET"):
            for path in paths(route, ref):
                asked = path + "?limit=x&max_id=x&first=x"
                answer = await (v.look("IN", asked, v.owner) if route.shape is not Shape.API else _get(v, asked))
                assert answer.status_code == 403, route.name


async def _get(v: Village, path: str) -> Any:
    return await v.client.get(path, headers={"authorization": f"Bearer {v.owner.token}"})


async def test_a_bad_form_by_who_is_no_staff_is_as_nothing_there(village: Village):
    v = village
    ref = await v.receives(v.asha.latest.path)
    for route in DOORS:
        for path in paths(route, ref):
            assert await send(v, v.ravi, route, path, bad_for(route)) == 404, (route.name, path)

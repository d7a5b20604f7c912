"""An auditor reads the whole office and changes nothing in it: every route is tried."""

from typing import Any

import httpx2
import regex

from chaupal.app.wiring import ROUTES
from chaupal.http.call import Shape
from chaupal.policy.viewer import Role, Surface
from chaupal.store.court import ledger
from desk import AtDesk
from village import Village

OFFICE = [r for r in ROUTES if r.path.startswith("/office") and r.shape is Shape.PAGE]
# Looking at what is private is no change of the house: it is written down who did.
LOOKS = {
    "/office/evidence/{id}",
    "/office/reports/{report_id}/evidence/{id}",
    "/office/speakers/{id}/read",
    "/office/documents/{id}",
    "/office/documents/{id}/file",
}

WORD = regex.compile(r'name="csrf" value="[^"]*"')
UNKNOWN = regex.compile(r"\{(id|slug|user|document_id|\w+_id)\}")  # ids of which this world has none


def filled(path: str, ref: str) -> str:
    holes: dict[str, Any] = {
        "ref": ref,
        "number": 1,
        "id": 1,
        "handle": "ravi",
        "act": "propose",
        "slug": "x",
        "user": 1,
    }
    for name, value in holes.items():
        path = path.replace("{" + name + "}", str(value))
    return path


def test_the_office_is_on_its_own_surface():
    assert len(OFFICE) > 30
    assert all(route.surface is Surface.OFFICE and route.may for route in OFFICE)


async def test_an_auditors_forms_are_refused_everywhere_and_change_nothing(village: Village):
    v = village
    ref = await v.receives(v.asha.latest.path)
    auditor = AtDesk(v, await v.joins("auditor", role=Role.AUDITOR))
    await auditor.get("/settings")
    await v.settle()  # whoever wrote the post is told of the order, and the log says so
    before = await _state(v)
    for route in OFFICE:
        if route.method != "GET" and route.path not in LOOKS:
            for act in ("propose", "approve", "note", "assign", "lift", "keep") if "{act}" in route.path else ("",):
                path = filled(route.path.replace("{act}", act), ref)
                answer = await auditor.send(path, _typed(ref, path), act="propose")
                # What is not there is told first: nobody learns from it what an id means.
                refused = (403, 404) if UNKNOWN.search(route.path) else (403,)
                assert answer.status_code in refused, (path, answer.status_code, answer.text[-500:])
    assert await _state(v) == before


async def test_an_auditor_reads_every_page_that_shows_something(village: Village):
    v = village
    ref = await v.receives(v.asha.latest.path)
    auditor = AtDesk(v, await v.joins("auditor", role=Role.AUDITOR))
    for path in (
        "/office",
        f"/office/orders/{ref}",
        f"/office/orders/{ref}/1",
        f"/office/orders/{ref}/letter",
        f"/office/orders/{ref}/many",
        "/office/sanctions",
        "/office/deamplified",
        "/office/people",
        "/office/people/ravi",
        "/office/speakers",
        "/office/looks",
        "/office/templates",
        "/office/appeals",
        "/office/reports",
        "/office/authorities",
    ):
        shown = await auditor.get(path)
        assert shown.status_code == 200, path
        assert 'formaction="' not in shown.text
    assert "Propose</button>" not in (await auditor.get(f"/office/orders/{ref}/1")).text


def _typed(ref: str, path: str) -> dict[str, Any]:
    """Enough that each form would be taken, were it sent by somebody who may."""
    reason = "A whole sentence that says why this is done."
    return {
        "reason": reason, "outcome": "withhold_post", "grounds": reason,
        "targets": "1" if path.endswith("/step") else "@ravi", "rule": "2@1", "note": reason, "to": "me",
        "handle": "ravi", "role": "owner", "speaker_class": "journalist", "evidence": reason, "name": "x", "text": reason,
        "verb": "acknowledge", "ref": ref, "purpose": "to look at it", "jurisdiction": "IN", "items[0][at]": "1:1", "items[0][take]": "1",
        "items[0][outcome]": "withhold_post", "items[0][reason]": reason,
    }  # fmt: skip


async def _state(v: Village) -> tuple[Any, ...]:
    """The log's size, and how much the staff have written."""
    async with v.running.house.court.work.reading() as reading:
        size = await ledger.size(reading)
    owner = AtDesk(v, v.lakshmi)
    pages: list[httpx2.Response] = [
        await owner.get(p) for p in ("/office/templates", "/office/people", "/office/speakers")
    ]
    return size, *(WORD.sub("", page.text.partition("<main")[2]) for page in pages)

"""Taking one's data along, in the API, Chaupal's own: one file of all that is one's own is asked for, awaited and fetched."""

from typing import Any

import msgspec

from chaupal.http.call import Answer, Call, Nothing, Route, get, post
from chaupal.http.limits import EXPORTS
from chaupal.http.paging import ById
from chaupal.http.sending import export
from chaupal.kernel.clock import iso, iso_or_none
from chaupal.policy.viewer import Surface
from chaupal.social.archives import exports
from chaupal.social.archives.exports import Export


class ExportShown(msgspec.Struct):
    """A file and how far it has been made: `waiting`, `running`, `done` or `failed`.

    `url`: where it lies, for a token with the scope `read`; null until it is done, and where its owner is in another country
    now: what it says of others was looked at where they were. `size` in bytes; `expires_at`: when it is swept away.
    """

    id: str
    state: str
    total: int
    looked_at: int
    size: int
    url: str | None
    created_at: str
    expires_at: str | None


async def ask(call: Call[Nothing]) -> ExportShown:
    """Have an export made, beside everything else. 409 while another one is made."""
    square, viewer = call.house.square, call.viewer
    return shown(call, await exports.by_id(square, viewer, await exports.ask(square, viewer)))


async def listed(call: Call[Nothing]) -> list[ExportShown]:
    """One's exports that can still be fetched, the newest first."""
    return [shown(call, one) for one in await exports.of_viewer(call.house.square, call.viewer)]


async def show(call: Call[ById]) -> ExportShown:
    """How far an export has been made."""
    return shown(call, await exports.by_id(call.house.square, call.viewer, call.args.id))


async def fetch(call: Call[ById]) -> Answer:
    """The ZIP of an export, a piece at a time. 404 until it is done."""
    return await export(call, call.args.id)


def shown(call: Call[Any], found: Export) -> ExportShown:
    there = found.state == exports.DONE and found.country == call.viewer.country
    return ExportShown(
        id=str(found.id),
        state=found.state,
        total=found.total,
        looked_at=found.at,
        size=found.size,
        url=f"{call.house.settings.origin}{API}/{found.id}/file" if there else None,
        created_at=iso(found.created_at),
        expires_at=iso_or_none(found.ends_at),
    )


API = "/api/v1/exports"
# All that is one's own, drafts and lists and what one saved: only whoever may read everything takes it. Suspended or not.
OWN: dict[str, Any] = {"scope": "read", "suspended": True}

ROUTES: tuple[Route, ...] = (
    post(API, ask, Surface.OWN, limit=EXPORTS, **OWN),
    get(API, listed, Surface.OWN, **OWN),
    get(f"{API}/{{id}}", show, Surface.OWN, **OWN),
    get(f"{API}/{{id}}/file", fetch, Surface.OWN, **OWN),
)

"""Bringing one's past along, in the API: a file is sent, worked through beside everything else, and asked after."""

from typing import Any

import msgspec

from chaupal.http.call import Call, Nothing, Route, delete, get, post
from chaupal.http.paging import ById
from chaupal.kernel.clock import iso, iso_or_none
from chaupal.kernel.errors import Invalid
from chaupal.kernel.faults.written import in_english
from chaupal.policy.viewer import Surface
from chaupal.social.archives import imports
from chaupal.social.archives.imports import Fault, Import, ImportFile


class ImportSent(msgspec.Struct, kw_only=True):
    """Beside `file`: `kind` of a list where its first line does not say, `visibility` as which posts come at most."""

    kind: str = ""
    visibility: str = ""


class FaultShown(msgspec.Struct):
    """One thing that could not be brought, by its number in the file (the oldest is 1)."""

    number: int
    item: str
    reason: str


class ImportShown(msgspec.Struct):
    """A file and how far it has come: `waiting`, `running`, `done`, `refused` (with `reason`) or `stopped`."""

    id: str
    kind: str
    name: str
    size: int
    state: str
    reason: str | None
    total: int
    looked_at: int
    done: int
    skipped: int
    failed: int
    created_at: str
    finished_at: str | None
    faults: list[FaultShown] | None = None


async def bring(call: Call[ImportSent]) -> ImportShown:
    """Take a file in: an archive of Mastodon or Twitter, or a list as Mastodon exports it (CSV, filters as JSON) or this server."""
    file = call.files.get("file")
    if file is None:
        raise Invalid("file_blank")
    brought = ImportFile(file.name, file.data, call.args.kind, call.args.visibility)
    id_ = await imports.take_in(call.house.square, call.viewer, brought)
    return shown(*await imports.by_id(call.house.square, call.viewer, id_))


async def listed(call: Call[Nothing]) -> list[ImportShown]:
    """The imports that one brought lately, the newest first."""
    return [shown(one) for one in await imports.of_viewer(call.house.square, call.viewer)]


async def show(call: Call[ById]) -> ImportShown:
    """How far an import has come, and what could not be brought."""
    return shown(*await imports.by_id(call.house.square, call.viewer, call.args.id))


async def stop(call: Call[ById]) -> ImportShown:
    """An import goes no further; what has come stays."""
    await imports.stop(call.house.square, call.viewer, call.args.id)
    return shown(*await imports.by_id(call.house.square, call.viewer, call.args.id))


def shown(import_: Import, faults: list[Fault] | None = None) -> ImportShown:
    return ImportShown(
        id=str(import_.id),
        kind=import_.kind,
        name=import_.name,
        size=import_.size,
        state=import_.state,
        reason=in_english(import_.why) or None,
        total=import_.total,
        looked_at=import_.at,
        done=import_.done,
        skipped=import_.skipped,
        failed=import_.failed,
        created_at=iso(import_.created_at),
        finished_at=iso_or_none(import_.finished_at),
        faults=None if faults is None else [FaultShown(one.number, one.item, in_english(one.why)) for one in faults],
    )


API = "/api/v1/imports"
READ: dict[str, Any] = {"scope": "read:accounts"}
WRITE: dict[str, Any] = {"scope": "write:accounts"}

ROUTES: tuple[Route, ...] = (
    post(API, bring, Surface.OWN, body=imports.MOST_BYTES + 100_000, limit=imports.OFTEN, **WRITE),
    get(API, listed, Surface.OWN, **READ),
    get(f"{API}/{{id}}", show, Surface.OWN, **READ),
    delete(f"{API}/{{id}}", stop, Surface.OWN, **WRITE),
)

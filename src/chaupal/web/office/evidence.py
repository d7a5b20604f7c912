"""What is held as evidence, opened by staff who say what for; and for an hour its files."""

from collections.abc import Awaitable
from functools import partial
from typing import Any

import msgspec

from chaupal.governance.cases import evidence
from chaupal.governance.cases.evidence import OpenedEvidence
from chaupal.http.call import Answer, Call, Route, Shape, get, post
from chaupal.http.headers import CSP, FILE_CSP
from chaupal.http.paging import Number
from chaupal.kernel.errors import Invalid
from chaupal.policy.surface import Surface
from chaupal.reads.posts import media
from chaupal.reads.posts.media import MediaFile
from chaupal.web.office import room as office_room
from chaupal.web.office.room import PAGE
from chaupal.web.words import N_


class EvidenceAsked(msgspec.Struct, kw_only=True):
    """A piece of evidence by its id; `purpose`: what it is looked at for."""

    id: Number
    purpose: str = ""


class ReportedEvidenceAsked(EvidenceAsked, kw_only=True):
    """One that is held for a report."""

    report_id: Number


class EvidenceFile(msgspec.Struct, kw_only=True):
    """A picture, film or sound of a piece of evidence."""

    id: Number
    picture: Number


async def open_evidence(call: Call[EvidenceAsked]) -> Answer:
    asked = call.args
    return await _page(call, evidence.open_for_staff(call.house.court, call.viewer, asked.id, asked.purpose))


async def open_reported(call: Call[ReportedEvidenceAsked]) -> Answer:
    asked, court = call.args, call.house.court
    opening = evidence.open_reported(court, call.viewer, asked.report_id, asked.id, asked.purpose)
    return await _page(call, opening, report=asked.report_id)


async def _page(call: Call[Any], opening: Awaitable[OpenedEvidence], report: int = 0) -> Answer:
    """What is opened, or the form again with what is wrong in it."""
    opened, wrong = None, None
    try:
        opened = await opening
    except Invalid as problem:
        wrong = problem
    return await office_room.render(
        call, "office/evidence.html", N_("Evidence"), wrong, opened=opened, typed=call.args, report=report
    )


async def show_file(call: Call[EvidenceFile]) -> Answer:
    """Only whoever has just opened what it is part of; nobody keeps it."""
    asked, reads = call.args, call.house.reads
    looked = partial(evidence.file_in, call.house.court, call.viewer, asked.id, asked.picture)
    file = MediaFile(*await looked(), "", looked)
    size = await media.size(reads, file)
    headers = [("cache-control", "no-store"), (CSP, FILE_CSP)]
    return Answer(mime=file.mime, headers=headers, pieces=media.pieces(reads, file, 0, size), length=size)


FILE: dict[str, Any] = PAGE | {"shape": Shape.FILE}

ROUTES: tuple[Route, ...] = (
    post("/office/evidence/{id}", open_evidence, Surface.OFFICE, **PAGE | {"may": "see_documents"}),
    get("/office/evidence/{id}/files/{picture}", show_file, Surface.OFFICE, **FILE),
    post("/office/reports/{report_id}/evidence/{id}", open_reported, Surface.OFFICE, **PAGE | {"may": "see_reported"}),
)

"""What is held as evidence, opened by staff who say what for; and for an hour its files."""

from functools import partial
from typing import Any

import msgspec

from chaupal.governance.cases import evidence
from chaupal.governance.cases.evidence import OpenedEvidence
from chaupal.http.call import Answer, Call, Route, Shape
from chaupal.http.headers import CSP, FILE_CSP
from chaupal.http.paging import Number
from chaupal.http.sending import in_pieces
from chaupal.kernel.errors import Invalid, Problem
from chaupal.reads.posts.media import MediaFile
from chaupal.web.office import room as office_room
from chaupal.web.pages import or_again
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


async def _page(call: Call[Any], problem: Problem | None = None, opened: OpenedEvidence | None = None) -> Answer:
    """What is opened, or the form again with what is wrong in it."""
    report = getattr(call.args, "report_id", 0)
    return await office_room.render(
        call, "office/evidence.html", N_("Evidence"), problem, opened=opened, typed=call.args, report=report
    )


@or_again(_page, Invalid)
async def open_evidence(call: Call[EvidenceAsked]) -> Answer:
    court, asked = call.house.court, call.args
    return await _page(call, opened=await evidence.open_for_staff(court, call.viewer, asked.id, asked.purpose))


@or_again(_page, Invalid)
async def open_reported(call: Call[ReportedEvidenceAsked]) -> Answer:
    court, asked = call.house.court, call.args
    opened = await evidence.open_reported(court, call.viewer, asked.report_id, asked.id, asked.purpose)
    return await _page(call, opened=opened)


async def show_file(call: Call[EvidenceFile]) -> Answer:
    """Only whoever has just opened what it is part of; nobody keeps it."""
    asked = call.args
    looked = partial(evidence.file_in, call.house.court, call.viewer, asked.id, asked.picture)
    file = MediaFile(*await looked(), "", looked)
    return await in_pieces(call, file, [("cache-control", "no-store"), (CSP, FILE_CSP)])


ROUTES: tuple[Route, ...] = (
    office_room.form("/office/evidence/{id}", open_evidence, "see_documents"),
    office_room.page("/office/evidence/{id}/files/{picture}", show_file, shape=Shape.FILE),
    office_room.form("/office/reports/{report_id}/evidence/{id}", open_reported, "see_reported"),
)

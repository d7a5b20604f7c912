"""The documents of an order, for staff: what came, whose signature it bears, and its bytes for whoever says what for."""

from typing import Any
from urllib.parse import quote

import msgspec

from chaupal.governance.orders import documents
from chaupal.http.call import Answer, Call, Route
from chaupal.http.headers import CSP, FILE_CSP
from chaupal.http.paging import ByRef, Number
from chaupal.kernel.errors import Invalid, Problem
from chaupal.web.court import courtly, filing
from chaupal.web.office import room as office_room
from chaupal.web.pages import or_again
from chaupal.web.words import N_


class DocumentOpening(msgspec.Struct, kw_only=True):
    """One of them, and what it is needed for."""

    ref: str
    document_id: Number
    purpose: str = ""


async def show(call: Call[ByRef], problem: Problem | None = None) -> Answer:
    ref, about = call.args.ref, getattr(call.args, "document_id", None)
    found = await documents.of_order(call.house.court, call.viewer, ref)
    told: dict[str, Any] = {"found": found, "signer": documents.signer_of, "signatures": filing.SIGNATURES}
    return await courtly.render(call, "office/documents.html", N_("Documents"), problem, ref=ref, about=about, **told)


@or_again(show, Invalid)
async def fetch(call: Call[DocumentOpening]) -> Answer:
    """The document as a file to keep: never shown in the page, whatever is in it."""
    args = call.args
    court, files = call.house.court, call.house.square.files
    opened = await documents.open_for_staff(court, files, call.viewer, args.document_id, args.purpose)
    name = quote(opened.document.name, safe="")
    headers = [("content-disposition", f"attachment; filename*=UTF-8''{name}"), (CSP, FILE_CSP)]
    return Answer(opened.data, 200, opened.document.mime, headers)


ROUTES: tuple[Route, ...] = (
    office_room.page("/office/orders/{ref}/documents", show, "see_documents"),
    office_room.form("/office/orders/{ref}/documents/{document_id}", fetch, "see_documents"),
)

"""Bringing one's past along, page by page: the file, how far it has come, and what could not be brought and why."""

from typing import Any

import msgspec

from chaupal.governance.orders import csv_files
from chaupal.http.call import PAGE, Answer, Call, Route, Shape, get, post, redirect
from chaupal.http.paging import ById
from chaupal.http.sending import csv_file
from chaupal.kernel.errors import Conflict, Invalid, Problem
from chaupal.kernel.faults.written import read
from chaupal.policy.viewer import Surface
from chaupal.social.archives import imports
from chaupal.social.archives.imports import ImportFile
from chaupal.web import pages
from chaupal.web.pages import or_again, typed_of
from chaupal.web.words import ELSE, N_, errors_of, fault_text, words

KINDS: dict[str, str] = {
    "": N_("What the file says it is"),
    "archive": N_("An archive with posts"),
    "follows": N_("Whom I follow"),
    "blocks": N_("Whom I block"),
    "mutes": N_("Whom I mute"),
    "bookmarks": N_("Saved posts"),
    "lists": N_("Lists of people"),
    "domains": N_("Blocked servers"),
    "filters": N_("Filters"),
    "tags": N_("Tags I follow"),
}
FOR_WHOM: dict[str, str] = {
    "": N_("For whom they were"),
    "unlisted": N_("Not on Local"),
    "private": N_("For my followers only"),
}
STATES: dict[str, str] = {
    "waiting": N_("Waits for its turn"),
    "running": N_("Is being brought in"),
    "done": N_("Done"),
    "refused": N_("Cannot be taken"),
    "stopped": N_("Stopped"),
}


NEWER = N_("It was taken in by a newer version of this server, and waits until that one is back.")


class ImportTyped(msgspec.Struct, kw_only=True):
    kind: str = ""
    visibility: str = ""


def reason(why: str, language: str) -> str:
    """Why something could not be brought, in the viewer's language; a file's name stays before what is about it."""
    found = read(why)
    if found is None:
        return words(language).gettext(ELSE)
    return " ".join(fault_text(one, language) for one in found)


async def show(call: Call[Any], problem: Problem | None = None) -> Answer:
    said = words(call.viewer.language).gettext
    return await pages.render(
        call,
        "settings/import.html",
        sent=typed_of(call, ImportTyped),
        errors=errors_of(call, problem),
        mine=[
            (m, said(KINDS.get(m.kind, m.kind)), said(STATES[m.state]))
            for m in await imports.of_viewer(call.house.square, call.viewer)
        ],
        kinds=[(k, said(v)) for k, v in KINDS.items()],
        whom=[(k, said(v)) for k, v in FOR_WHOM.items()],
        most=imports.MOST_BYTES // 1_000_000,
        titled=N_("Import"),
    )


@or_again(show, Invalid, Conflict)
async def bring(call: Call[ImportTyped]) -> Answer:
    """To the page of its progress; or the form again with what is wrong beside the field."""
    file, args = call.files.get("file"), call.args
    brought = ImportFile(file.name if file else "", file.data if file else b"", args.kind, args.visibility)
    id_ = await imports.take_in(call.house.square, call.viewer, brought)
    return redirect(f"/settings/import/{id_}")


async def progress(call: Call[ById]) -> Answer:
    """Drawn anew every few seconds while it is worked through, without a script."""
    most = imports.SHOWN_FAULTS
    found, faults = await imports.by_id(call.house.square, call.viewer, call.args.id, most + 1)
    said = words(call.viewer.language).gettext
    running = found.state in ("waiting", "running")
    newer = running and found.kind not in KINDS
    return await pages.render(
        call,
        "settings/import_one.html",
        one=found,
        faults=[(f.number, f.item, reason(f.why, call.viewer.language)) for f in faults[:most]],
        why=said(NEWER) if newer else reason(found.why, call.viewer.language) if found.why else "",
        kind=said(KINDS.get(found.kind, found.kind)),
        state=said(STATES[found.state]),
        running=running,
        more=len(faults) > most,
        titled=N_("Import"),
    )


async def faults_file(call: Call[ById]) -> Answer:
    """All of them, for whoever mends the file and brings it again."""
    said, language = words(call.viewer.language).gettext, call.viewer.language
    found = await imports.all_faults(call.house.square, call.viewer, call.args.id)
    head = tuple(map(said, (N_("Row of the file"), N_("What it is called there"), N_("What is wrong"))))
    rows = [(str(one.number), one.item, reason(one.why, language)) for one in found]
    return csv_file(csv_files.written([head, *rows]), f"import-{call.args.id}")


async def stop(call: Call[ById]) -> Answer:
    await imports.stop(call.house.square, call.viewer, call.args.id)
    return redirect(f"/settings/import/{call.args.id}")


ROUTES: tuple[Route, ...] = (
    get("/settings/import", show, Surface.OWN, **PAGE),
    post("/settings/import", bring, Surface.OWN, body=imports.MOST_BYTES + 100_000, limit=imports.OFTEN, **PAGE),
    get("/settings/import/{id}", progress, Surface.OWN, **PAGE),
    get("/settings/import/{id}/faults.csv", faults_file, Surface.OWN, shape=Shape.FILE),
    post("/settings/import/{id}/stop", stop, Surface.OWN, **PAGE),
)

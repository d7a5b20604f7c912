"""Many cases by one call, for staff's programs: sent as rows or as a CSV file, carried on by the hundred, looked at meanwhile."""

import asyncio
from collections.abc import Sequence
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from chaupal.governance.cases import acts, bulk, bulk_jobs, csv_cases, house
from chaupal.governance.cases.bulk import APPEAL, Item
from chaupal.governance.cases.bulk_jobs import Progress
from chaupal.governance.cases.csv_cases import CasesFile
from chaupal.governance.cases.house import MatterForm
from chaupal.governance.orders.csv_files import BIGGEST
from chaupal.governance.orders.papers import check_may
from chaupal.http.call import Answer, Call, Route, get, json, post
from chaupal.http.paging import Number
from chaupal.http.sending import csv_file
from chaupal.kernel.alike import like
from chaupal.kernel.clock import iso
from chaupal.policy.draft import Draft
from chaupal.policy.viewer import Surface

type Ref = Annotated[str, Meta(max_length=40)]


class BulkRow(msgspec.Struct, kw_only=True):
    """One target (or appeal). `seen`: the number of the last event that one knows of its case; of an appeal, its messages.

    What is said with the act besides has the names that a single act has; `measure`, `parts`: to what an appeal narrows.
    """

    number: Number
    seen: Number


ROW = acts.with_fields(BulkRow, [f for f in acts.fields_of(bulk.VERBS.values()) if not f.looked])


class AppealRowsSent(msgspec.Struct, kw_only=True):
    """`rows`, or the same as `csv` (its text, or a file of a form). `what_can`: enter the rows that are right, where some are not."""

    rows: Annotated[list[ROW], Meta(max_length=bulk.MOST)] = []
    csv: str = ""
    what_can: bool = False


class BulkSent(AppealRowsSent, kw_only=True):
    """What to do about many targets of one order: propose, concur, approve, return, lift, keep, change, tell or act."""

    ref: Ref
    verb: str


class MatterSent(msgspec.Struct, kw_only=True):
    """A matter under the server's own rules. `targets` one to a line, or `csv` (columns target and measure); `rule` such as `2@1`.

    `outcome`: what to do about each target whose row does not say it. `grounds`: what happened and why this follows; public.
    `flagged_by`: the id of the authority whose hint is followed; it goes with the source `state_flag`, and that with it.
    """

    rule: str
    grounds: str
    targets: str = ""
    csv: str = ""
    source: str = "staff"
    flagged_by: Number | None = None
    outcome: str = "warn"
    until: str = ""
    text: str = ""
    permanent: bool = False
    territory: str = ""


class MatterMade(msgspec.Struct, kw_only=True):
    """The matter, and whether all of it is in force; else it is proposed, or (`error`) open and undecided."""

    ref: str
    url: str
    targets: int
    in_force: bool
    error: str


class JobAsked(msgspec.Struct, kw_only=True):
    """A call by its id; `first`: from which bad row on."""

    id: Number
    first: Annotated[int, Meta(ge=0, le=bulk.MOST)] = 0


class TargetsAsked(msgspec.Struct, kw_only=True):
    """The targets of an order; `verb`: only those about which this can be done, with the columns that it reads."""

    ref: Ref
    verb: str = ""


class BadRow(msgspec.Struct, kw_only=True):
    """A row that was not entered. `moved`: its case is not as it was when it was looked at. `details`: field -> what is wrong."""

    number: int
    line: int
    moved: bool
    error: str
    details: dict[str, str]


class JobShown(msgspec.Struct, kw_only=True):
    """A call about many. `state`: checking, entering, done, or refused (a row is wrong, and nothing was entered).

    `checked` and `entered` of `total` rows; `counts`: done, already (before), moved, wrong. `left`: rows of its file that
    say nothing to do. `url`: where it is looked at.
    """

    id: str
    url: str
    order: str
    verb: str
    state: str
    what_can: bool
    total: int
    checked: int
    entered: int
    counts: dict[str, int]
    left: int
    created_at: str
    ended_at: str | None
    bad: list[BadRow]
    next: int | None


async def send(call: Call[BulkSent]) -> Answer:
    """Do one act about many targets of an order. Answered at once (202): it is checked whole and entered after that."""
    return await _start(call, call.args.ref, call.args.verb, call.args)


async def decide_appeals(call: Call[AppealRowsSent]) -> Answer:
    """Decide many appeals, each with its own outcome and reason."""
    return await _start(call, "", APPEAL, call.args)


async def open_matter(call: Call[MatterSent]) -> MatterMade:
    """Open a matter under the server's own rules; what one person may is carried out, the rest proposed."""
    args, court = call.args, call.house.court
    check_may(call.viewer, "sanction")
    form = like(MatterForm, args)
    brought, outcomes = _brought(call, args.csv), tuple[str, ...]()
    if brought:
        form, outcomes = await house.with_list(court, form, brought)
    done = await house.open_and_decide(
        court, call.viewer, form, like(Draft, args, reason=args.grounds), outcomes=outcomes
    )
    return MatterMade(
        ref=done.ref,
        url=f"{call.house.settings.origin}/office/orders/{done.ref}",
        targets=done.targets,
        in_force=done.in_force,
        error=done.problem.message if done.problem else "",
    )


async def show(call: Call[JobAsked]) -> JobShown:
    """How far a call is, for whoever sent it; with the rows that are wrong or have moved."""
    return _shown(call, await bulk_jobs.progress(call.house.court, call.viewer, call.args.id, call.args.first))


async def out(call: Call[TargetsAsked]) -> Answer:
    """The targets of an order as CSV, to be filled in and sent back."""
    written = await csv_cases.export(call.house.court, call.viewer, call.args.ref, verb=call.args.verb)
    return csv_file(written, call.args.ref)


async def appeals_out(call: Call[Any]) -> Answer:
    """The appeals that wait and that the caller may hear, as CSV."""
    return csv_file(await csv_cases.export_appeals(call.house.court, call.viewer), "appeals")


async def _start(call: Call[Any], ref: str, verb: str, args: AppealRowsSent) -> Answer:
    brought = _brought(call, args.csv)
    # Before a file is read for somebody who may do nothing with it.
    await bulk.open_in(call.house.court, call.viewer, ref, verb, [Item(number=0)])
    read = await asyncio.to_thread(csv_cases.read, brought, verb, ref) if brought else CasesFile(_items(args.rows), ref)
    job = await bulk_jobs.start(
        call.house.court,
        call.viewer,
        ref,
        verb,
        read.items,
        wrong=read.wrong,
        untouched=read.left,
        what_can=args.what_can,
    )
    shown = _shown(call, await bulk_jobs.progress(call.house.court, call.viewer, job.id))
    return json(shown, 202, [("location", shown.url)])


def _brought(call: Call[Any], text: str) -> bytes:
    return call.files["csv"].data if "csv" in call.files else text.encode()


def _items(rows: Sequence[BulkRow]) -> tuple[Item, ...]:
    return tuple(
        msgspec.convert(msgspec.structs.asdict(row) | {"line": line}, Item) for line, row in enumerate(rows, 1)
    )


def _shown(call: Call[Any], progress: Progress) -> JobShown:
    job = progress.job
    return JobShown(
        id=str(job.id), url=f"{call.house.settings.origin}{JOB.format(id=job.id)}", order=job.ref, verb=job.verb, state=job.state,
        what_can=job.what_can, total=job.total, checked=job.checked, entered=progress.entered, counts=progress.counts,
        left=job.untouched, created_at=iso(job.created_at), ended_at=iso(job.ended_at) if job.ended_at else None,
        bad=[
            BadRow(
                number=one.item.number, line=one.item.line, moved=one.moved, error=one.problem.message if one.problem else "",
                details=one.problem.details if one.problem else {},
            )
            for one in progress.bad
        ],
        next=progress.next,
    )  # fmt: skip


API = "/api/v1/admin"
JOB = f"{API}/bulk/{{id}}"
READ: dict[str, Any] = {"scope": "admin:read:orders", "may": "see_office"}
WRITE: dict[str, Any] = {"scope": "admin:write:orders", "may": "see_office", "body": BIGGEST}

ROUTES: tuple[Route, ...] = (
    get(f"{API}/orders/{{ref}}/targets.csv", out, Surface.OFFICE, **READ),
    post(f"{API}/orders/{{ref}}/bulk", send, Surface.OFFICE, **WRITE | {"gives": JobShown, "may": "write_notes"}),
    post(f"{API}/matters", open_matter, Surface.OFFICE, **WRITE | {"may": "sanction"}),
    get(f"{API}/appeals.csv", appeals_out, Surface.OFFICE, **READ),
    post(f"{API}/appeals/bulk", decide_appeals, Surface.OFFICE, **WRITE | {"gives": JobShown, "may": "hear_appeal"}),
    get(JOB, show, Surface.OFFICE, **READ),
)

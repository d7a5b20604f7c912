"""Many targets of one order at once: the evidence, a decision for each, and files for spreadsheets, worked through with progress."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from chaupal.governance.cases import bulk, bulk_jobs, csv_cases, desk, ladder, notes
from chaupal.governance.cases.bulk import APPEAL, BulkOutcome, Item
from chaupal.governance.cases.cases import Moved
from chaupal.governance.cases.guards import YOURS
from chaupal.governance.orders import procedure
from chaupal.governance.orders.csv_files import BIGGEST
from chaupal.http.call import Answer, Call, Route, Shape, redirect
from chaupal.http.paging import Number
from chaupal.http.sending import csv_file
from chaupal.kernel.alike import like
from chaupal.kernel.argument_sizes import Reason, Word
from chaupal.kernel.errors import Conflict, Invalid, NotFound, Problem, coded
from chaupal.kernel.faults import FAULTS
from chaupal.policy.draft import OWN_ACTION, REFUSE
from chaupal.policy.facts import Visibility
from chaupal.policy.viewer import Viewer
from chaupal.reads.court import desk as desk_reads, dossier
from chaupal.reads.court.dossier import AlikeTargets, File
from chaupal.web.court.register import From
from chaupal.web.office import deskwords, room as office_room
from chaupal.web.office.case import Effect, effect, proposed, template_values
from chaupal.web.office.deskwords import AGES, MANY
from chaupal.web.square.cards import Card, cards
from chaupal.web.words import N_, by_field, translated

FEW, MOST = 40, 140  # on one page: unasked, and at most (a form has a thousand fields, and a row seven)
LARGE = 15_000 * MOST  # bytes: their reasons and findings
type OnPage = Annotated[int, Meta(ge=1, le=MOST)]
ON_PAGE = tuple(act for act in bulk.VERBS if act != APPEAL)


class ManyAsked(msgspec.Struct, kw_only=True):
    """Which things, from which number on and how many, and what to fill the forms in with: a template's id, an outcome, a ground.

    `mark`: `page` marks all that stand on this page, because somebody asked for it; `kind:post` and `class:journalist` those of
    a kind or class, `plain` those of no class. Nothing is marked unasked.
    """

    ref: str
    act: str = bulk.PROPOSE
    first: From = 1
    most: OnPage = FEW
    template: Number | None = None
    outcome: str = ""
    code: str = ""
    mark: str = ""
    despite: str = ""
    group: str = ""


class RowTyped(msgspec.Struct, kw_only=True):
    """One thing as it was filled in. `at`: `number:seen`, of the target and of its last event on the page."""

    at: Annotated[str, Meta(pattern=r"^[0-9]{1,7}:[0-9]{1,7}$")] = "0:0"
    take: bool = False
    outcome: str = ""
    code: str = ""
    reason: Reason = ""
    finding: Reason = ""
    kind: str = ""
    body: Word = ""
    until: str = ""
    territory: str = ""
    matter: Annotated[str, Meta(max_length=40)] = ""

    @property
    def number(self) -> int:
        return int(self.at.partition(":")[0])

    @property
    def item(self) -> Item:
        return like(Item, self, number=self.number, seen=int(self.at.partition(":")[2]))


class ManyTyped(msgspec.Struct, kw_only=True):
    """The whole form. `despite`: why, in spite of what the order lacks on its face: the same for all of them.

    `all_…`: what is said once for all that are marked; a row that says something itself is taken at its own word. `all_template`
    is filled in for each thing; a ground alone says that it is refused. Each is a decision of its own all the same.
    `look`: show what it would do to all that are marked, and enter nothing.
    """

    ref: str
    act: str = bulk.PROPOSE
    first: From = 1
    most: OnPage = FEW
    despite: Reason = ""
    items: Annotated[tuple[RowTyped, ...], Meta(max_length=MOST)] = ()
    all_outcome: str = ""
    all_code: str = ""
    all_reason: Reason = ""
    all_template: Number | None = None
    group: str = ""
    look: bool = False
    all_kind: str = ""
    all_body: Word = ""
    all_until: str = ""
    all_territory: str = ""
    all_matter: Annotated[str, Meta(max_length=40)] = ""


class FileSent(msgspec.Struct, kw_only=True):
    """A file that came back (`csv`), and what to do with it. Without an order it is about appeals."""

    ref: str = ""
    act: str = APPEAL
    what_can: bool = False


class FileAsked(msgspec.Struct, kw_only=True):
    ref: str
    act: str = ""


class JobAsked(msgspec.Struct, kw_only=True):
    id: Number
    first: Annotated[int, Meta(ge=0, le=bulk.MOST)] = 0


async def show(call: Call[ManyAsked]) -> Answer:
    return await _page(call, call.args, {}, [], None)


async def decide(call: Call[ManyTyped]) -> Answer:
    """What was chosen on one page, each by itself; what cannot be done is said, and leaves the others as they are."""
    args = call.args
    typed = {row.number: row for row in args.items}
    if any(row.take for row in args.items):
        args = await _said_for_all(call, args)
    chosen = [msgspec.structs.replace(row.item, despite=args.despite) for row in args.items if row.take]
    asked = like(ManyAsked, args)
    if not chosen:
        return await _page(call, asked, typed, [], Invalid("choose_one", field="items"))
    if args.look:
        return await _page(call, asked, typed, [], None, await _effects(call, args.ref, chosen))
    done = await bulk.run(call.house.court, call.viewer, args.ref, args.act, chosen, what_can=True)
    return await _page(call, asked, typed, list(done.rows), None)


async def _effects(call: Call[ManyTyped], ref: str, chosen: Sequence[Item]) -> dict[int, Effect]:
    """Number -> what the decision that is typed or proposed would do; nothing is said of what is no measure."""
    found: dict[int, Effect] = {}
    for item in chosen:
        options = await desk.options(call.house.court, call.viewer, ref, item.number)
        draft = item if item.outcome else proposed(options.case)
        would = None if draft is None else await effect(call, options, draft)
        if would is not None:
            found[item.number] = would
    return found


async def _said_for_all(call: Call[ManyTyped], args: ManyTyped) -> ManyTyped:
    """The form with what was said once for all written into each marked row that says nothing of its own."""
    texts: dict[int, str] = {}
    if args.all_template is not None:
        known, language = await notes.templates(call.house.court, call.viewer), call.viewer.language
        files, *_ = await _files(call, like(ManyAsked, args), args.act)
        texts = {
            file.target.number: notes.reason_of(
                known, args.all_template, language, template_values(files.order, file, language)
            )
            for file in files.files
        }
    rows = [
        msgspec.structs.replace(
            row,
            outcome=row.outcome or args.all_outcome or (REFUSE if args.all_code else ""),
            code=row.code or ("" if row.outcome else args.all_code),
            reason=row.reason or args.all_reason or texts.get(row.number, ""),
            kind=row.kind or args.all_kind,
            body=row.body or args.all_body,
            until=row.until or args.all_until,
            territory=row.territory or args.all_territory,
            matter=row.matter or (args.all_matter if row.outcome in ("", OWN_ACTION) else ""),
        )
        if row.take
        else row
        for row in args.items
    ]
    return msgspec.structs.replace(args, items=tuple(rows))


def _states(act: str) -> tuple[str, ...]:
    return bulk.VERBS[act].stands if act in bulk.VERBS else ("",)


async def _files(
    call: Call[Any], asked: ManyAsked, act: str
) -> tuple[dossier.Dossier, list[AlikeTargets], AlikeTargets | None]:
    """What stands on the page, of the group that was asked for where there is one still; all groups, and that one."""
    reads, states = call.house.reads, _states(act)
    alike = await dossier.groups(reads, call.viewer, asked.ref, states)
    group = next((one for one in alike if one.key == asked.group), None)
    only = group.numbers if group else () if asked.group else None
    shown = await dossier.dossier(
        reads, call.viewer, asked.ref, first=asked.first, most=asked.most, states=states, only=only
    )
    return shown, alike, group


# --- files ---


async def out(call: Call[FileAsked]) -> Answer:
    """The things of an order as CSV."""
    return csv_file(
        await csv_cases.export(call.house.court, call.viewer, call.args.ref, verb=call.args.act), call.args.ref
    )


async def appeals_out(call: Call[Any]) -> Answer:
    """The appeals that wait and that the viewer may hear, as CSV."""
    return csv_file(await csv_cases.export_appeals(call.house.court, call.viewer), "appeals")


async def bring(call: Call[FileSent]) -> Answer:
    """A file that was filled in: to the page of its progress; or what is wrong with it as a whole."""
    args, court, viewer = call.args, call.house.court, call.viewer
    if (args.act == APPEAL) == bool(args.ref):
        raise NotFound
    await bulk.open_in(court, viewer, args.ref, args.act, [Item(number=0)])
    brought = call.files.get("csv")
    try:
        read = await asyncio.to_thread(csv_cases.read, brought.data if brought else b"", args.act, args.ref)
        job = await bulk_jobs.start(
            court, viewer, args.ref, args.act, read.items, wrong=read.wrong, untouched=read.left, what_can=args.what_can
        )
    except (Invalid, Conflict) as problem:
        if args.act == APPEAL:
            return await office_room.render(call, "office/appeals_many.html", N_("Many appeals at once"), problem)
        return await _page(call, ManyAsked(ref=args.ref, act=args.act), {}, [], problem)
    return redirect(f"/office/bulk/{job.id}")


async def appeals(call: Call[Any]) -> Answer:
    """Where appeals are decided by file."""
    return await office_room.render(call, "office/appeals_many.html", N_("Many appeals at once"))


async def progress(call: Call[JobAsked]) -> Answer:
    """Drawn anew every few seconds while it goes on, without a script."""
    found = await bulk_jobs.progress(call.house.court, call.viewer, call.args.id, call.args.first)
    bad = [
        (one, [(csv_cases.column(field), text) for field, text in _faults(call, one).items()] if one.problem else [])
        for one in found.bad
    ]
    return await office_room.render(
        call,
        "office/bulk.html",
        N_("Many at once"),
        found=found,
        job=found.job,
        bad=bad,
        acts=MANY,
        running=found.job.open,
        back=f"/office/orders/{found.job.ref}" if found.job.ref else "/office/appeals",
    )


def _faults(call: Call[Any], done: BulkOutcome) -> Mapping[str, str]:
    """Column -> what is wrong; one without a column, where it is about the row as a whole."""
    problem = done.problem
    if problem is None or not coded(problem).wrong:
        return {"": office_room.stopped(call, problem)}
    return by_field(problem, call.viewer.language)


# --- the page ---


async def _page(
    call: Call[Any],
    asked: ManyAsked,
    typed: dict[int, RowTyped],
    done: list[BulkOutcome],
    problem: Problem | None,
    would: Mapping[int, Effect] | None = None,
) -> Answer:
    court, viewer = call.house.court, call.viewer
    found = await desk.matter(court, viewer, asked.ref)
    own = found.order.authority_id is None
    acts = [act for act in ON_PAGE if bulk.offered(viewer, act, own_rules=own)]
    act = asked.act if asked.act in acts else next(iter(acts), "")
    files, alike, group = await _files(call, asked, act)
    templates = await notes.templates(court, viewer)
    shown = await cards(call, [file.post for file in files.files if file.post is not None])
    # With an order that has ended, or was stayed, meanwhile all its cases have moved: of the order it is said why.
    why = procedure.WHY_NOT.get(procedure.Stage(found.stage))
    halted = Conflict(why) if why in (procedure.ENDED, procedure.HALTED) else None
    problems = [halted if halted and one.moved else one.problem for one in done]
    said = await _explained(call, problems)
    by_post: dict[int, Card] = {card.key: card for card in shown}
    # Of a thing as a whole; what is narrowed to parts is decided on its own page, or by file.
    ends = (REFUSE, *ladder.closings(own=own))
    choices = {f.target.number: [*desk.whole(court, found, f.target.kind), *ends] for f in files.files}
    offered = {one for some in choices.values() for one in some}
    return await office_room.render(
        call, "office/many.html", N_("Many at once"), problem, status=_status(done), matter=found, dossier=files, files=files.files,
        cards=by_post, asked=asked, act=act, acts={one: MANY[one] for one in acts}, reads=bulk.VERBS[act].says if act else (),
        rows={file.target.number: _row(asked, file, found, typed, templates, viewer) for file in files.files},
        results=[(one.item.number, why) for one, why in zip(done, said, strict=True)], runs=_runs,
        templates=templates, choices=choices, offered=sorted(offered, key=[REFUSE, *deskwords.DECIDED].index),
        flags={file.target.number: _flags(found, file, viewer) for file in files.files},
        waits=await desk.waiting(court, found.order, {one: _states(one) for one in acts}),
        turn=await desk_reads.turn_of(call.house.reads, viewer, found.order),
        came_to=Counter(one.state for one in done if one.problem is None and one.state),
        once=call.args if isinstance(call.args, ManyTyped) else ManyTyped(ref=asked.ref),
        sorts=sorted({(file.target.speaker, file.target.kind) for file in files.files}), groups=alike, ages=AGES,
        group=group, would=would, touched=_touched(would or {}),
        changes=deskwords.CHANGES, bodies=deskwords.BODIES, own=own, few=FEW, most=MOST,
    )  # fmt: skip


async def _explained(call: Call[Any], problems: Sequence[Problem | None]) -> list[str]:
    """Why each was not done, and of what has moved who moved it: whoever sees the order reads that on the case's page, too."""
    movers = [problem.by if isinstance(problem, Moved) else None for problem in problems]
    names, clock = await desk_reads.handles(call.house.reads, call.viewer, movers), translated(call, N_("by the clock"))
    by = {None: "", 0: f" · {clock}"} | {one: f" · @{names.get(one, '?')}" for one in movers if one}
    return [office_room.explained(call, why) + by[mover] for why, mover in zip(problems, movers, strict=True)]


def _runs(numbers: Iterable[int]) -> list[tuple[int, int]]:
    """The same numbers, those in a row as their first and last."""
    first, found = -1, dict[int, int]()  # the first of a run -> its last
    for number in sorted(numbers):
        first = first if found.get(first) == number - 1 else number
        found[first] = number
    return [*found.items()]


def _touched(would: Mapping[int, Effect]) -> dict[str, int]:
    """What all that is marked would touch together."""
    made = [one.impact for one in would.values()]
    return {
        "posts": sum(one.sums.posts for one in made),
        "replies": sum(one.sums.replies for one in made),
        "reposts": sum(one.sums.reposts for one in made),
        "likes": sum(one.sums.likes for one in made),
    }


def _status(done: list[BulkOutcome]) -> int:
    """200 unless nothing at all could be done."""
    return 0 if not done or any(one.problem is None for one in done) else 422


def _flags(matter: desk.Matter, file: File, viewer: Viewer) -> list[str]:
    """What else must be known about the thing and its author, to decide: that it was edited, deleted, moved and the like."""
    target, post, person = file.target, file.post, file.person
    flags: list[str] = [FAULTS[YOURS].page] if target.owner_id == viewer.account else []
    if target.kind in ("post", "media") and target.subject_id is not None and post is None:
        flags.append(N_("It is gone: its author has deleted it."))
    if post is not None and (post.item.edited_at or 0) > matter.order.received_at:
        flags.append(N_("Its author has changed it since the order came."))
    if post is not None and post.item.visibility > Visibility.UNLISTED:
        flags.append(N_("It is not for everybody: look at it on its own page, which is written down."))
    if person is not None and person.item.state != "active":
        flags.append(N_("The account is not open any more, or not at present."))
    if person is not None and person.item.moved_to is not None:
        flags.append(N_("Its author has moved to another account."))
    return flags


def _row(
    asked: ManyAsked,
    file: File,
    matter: desk.Matter,
    typed: dict[int, RowTyped],
    templates: list[notes.Template],
    viewer: Viewer,
) -> RowTyped:
    """What stands in the form: what was typed, or the template filled in for this very thing. Nothing is chosen unasked."""
    target = file.target
    if target.number in typed:
        return typed[target.number]
    values = template_values(matter.order, file, viewer.language)
    reason = notes.reason_of(templates, asked.template, viewer.language, values)
    marks = ("page", f"kind:{target.kind}", f"class:{target.speaker}" if target.speaker else "plain")
    return RowTyped(outcome=asked.outcome, code=asked.code, reason=reason, take=asked.mark in marks)


ROUTES: tuple[Route, ...] = (
    office_room.page("/office/orders/{ref}/many", show),
    office_room.form("/office/orders/{ref}/many", decide, "write_notes", body=LARGE),
    office_room.page("/office/orders/{ref}/many.csv", out, shape=Shape.FILE),
    office_room.form("/office/orders/{ref}/many/file", bring, "write_notes", body=BIGGEST + 100_000),
    office_room.page("/office/appeals.csv", appeals_out, shape=Shape.FILE),
    office_room.page("/office/appeals/many", appeals),
    office_room.form("/office/appeals/many/file", bring, "hear_appeal", body=BIGGEST + 100_000),
    office_room.page("/office/bulk/{id}", progress),
)

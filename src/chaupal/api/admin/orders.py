"""The court for staff's programs: the matters, each step and each move, with the same forms as the office's pages take.

Every act says with `seen` which event it was decided on: sent twice, or on what has moved since, it is refused (409). A case
bears an ETag, too: an act with `If-Match` is refused (412) where the case is another by now.
"""

from collections.abc import Mapping
from itertools import starmap
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from chaupal.api.court.record import OrderAsked, OrderShown, flag_parts, order_parts
from chaupal.governance.cases import acts, desk, lifecycle
from chaupal.governance.cases.acts import Act
from chaupal.governance.cases.cases import MOVED, Moved
from chaupal.governance.orders import procedure, steps
from chaupal.governance.orders.steps import StepForm
from chaupal.http.call import Answer, Call, Route, get, json, post
from chaupal.http.paging import Number, Paged, link_header
from chaupal.kernel.clock import iso, iso_or_none
from chaupal.kernel.errors import Stale, or_not_found
from chaupal.policy.viewer import Surface
from chaupal.reads.court import dossier
from chaupal.reads.court.copies import Copies
from chaupal.reads.court.dossier import File, Matter
from chaupal.reads.court.record import RegisterLine

type Ref = Annotated[str, Meta(max_length=40)]
type At = Annotated[int, Meta(ge=1, le=1_000_000)]


class OrdersAsked(Paged, kw_only=True):
    """`open`: only those with targets that are not decided, those that must be acted on first come first."""

    open: bool = False


class TargetAsked(msgspec.Struct, kw_only=True):
    """One target of a matter. `seen`: the number of the last event that one knows of its case."""

    ref: Ref
    number: At
    seen: Number | None = None


class OrderStepSent(StepForm, kw_only=True):
    """A step of the order as a whole. `seen`: the number of its last event that one knows."""

    ref: Ref
    seen: Number | None = None


class EventShown(msgspec.Struct, kw_only=True):
    """One move of a case. `by`: the member of staff by handle, `clock` where time did it.

    Of a proposal all that whoever approves it agrees to: `until` when and for which `parts`, or for good (`permanent`); `text` of a
    label; the `rule` of the house; `finding` and `despite`; of a change which it is, whose act (`body`), and its `territory`.
    """

    number: int
    state: str
    by: str
    at: str
    outcome: str
    code: str
    reason: str
    until: str | None
    parts: list[str]
    permanent: bool
    text: str
    rule: str
    finding: str
    despite: str
    change: str
    body: str
    territory: list[str]
    log_index: int | None


class CopiesShown(msgspec.Struct, kw_only=True):
    """What a measure here does not reach. `servers`: to how many others it was sent; `followers`: people there who follow its
    author; at least so many. `origin`: the domain of the server that it came from, which goes on showing it; else null.
    """

    servers: int
    followers: int
    origin: str | None


class FileShown(msgspec.Struct, kw_only=True):
    """A target with its case. `seen`: what an act must send; `verbs`: what can be done now, by whoever may.

    `flags`: what became of it since the order came: edited, deleted; account_deleted, account_moved, account_leaving.
    `words`: which version of its text that is: sent with an approval where it was edited since the proposal.
    """

    number: int
    kind: str
    as_written: str
    state: str
    demanded: str
    speaker: str
    id: str | None
    account_id: str | None
    account: str | None
    verbs: list[str]
    seen: int
    flags: list[str]
    words: str
    events: list[EventShown]
    copies: CopiesShown | None


class StepShown(msgspec.Struct, kw_only=True):
    """Something that happened to the order as a whole."""

    number: int
    verb: str
    stage: str
    at: str
    by: str
    reason: str
    text: str
    codes: list[str]
    body: str
    until: str | None
    targets: list[int]
    confirms: str
    log_index: int | None


class MatterShown(OrderShown, kw_only=True):
    """An order as staff see it, with its own words. `seen`: what a step must send; `verbs`: the steps that you can take now."""

    stage: str
    secrecy: str
    origin: str
    signature: str
    officer: str
    officer_rank: str
    grounds: str
    reasons: str
    channel: str
    source: str
    flagged_by: str
    flagged_by_hi: str
    flagged_from: str
    rule: str
    seen: int
    verbs: list[str]
    steps: list[StepShown]
    targets: list[FileShown]
    next_target: int | None


async def listed(call: Call[OrdersAsked]) -> Answer:
    """Every matter, secret ones too, newest first; or (`open`) those that wait for a decision."""
    if call.args.open:
        lines = await dossier.queue(call.house.reads, call.viewer)
        return json([OrderShown(**order_parts(call, line)) for line in lines[: call.args.cursor(most=200).limit]])
    page = await dossier.every(call.house.reads, call.viewer, call.args.cursor())
    return json([OrderShown(**order_parts(call, line)) for line in page.items], headers=link_header(call, page))


async def show(call: Call[OrderAsked]) -> MatterShown:
    """One matter with its steps, its targets, and what was said and done about each."""
    return await _matter(
        call, await dossier.matter(call.house.reads, call.viewer, call.args.ref, first=call.args.first)
    )


async def step(call: Call[OrderStepSent]) -> MatterShown:
    """Take a step: acknowledge, check, return, ask, set a hearing, withdraw, stay, set aside and so on."""
    args = call.args
    await steps.take(call.house.court, call.viewer, args.ref, args, seen=args.seen)
    return await _matter(call, await dossier.matter(call.house.reads, call.viewer, args.ref))


async def case(call: Call[TargetAsked]) -> Answer:
    """One target with its case, and its ETag."""
    return await _file(call)


async def _done(call: Call[TargetAsked], act: Act) -> Answer:
    """The case after an act about it. Raises Stale where it is not the one that If-Match names."""
    args, tags = call.args, _tags(call)
    seen = tags[0] if len(tags) == 1 and args.seen is None else args.seen
    if tags and seen not in tags:
        raise Stale(MOVED)
    try:
        await acts.perform(call.house.court, call.viewer, act, args.ref, args.number, args, seen=seen)
    except Moved as moved:
        raise Stale(MOVED) if tags else moved from moved
    return await _file(call)


def _tags(call: Call[Any]) -> list[int]:
    """The versions that If-Match names: none where it is not sent, or any will do. No other tag is one of a case."""
    said = call.headers.get("if-match", "").strip()
    if said in ("", "*"):
        return []
    words = [word.strip().strip('"') for word in said.split(",")]
    return [int(word) if word.isascii() and word.isdigit() and len(word) < 8 else -1 for word in words]


async def _file(call: Call[Any]) -> Answer:
    found = await dossier.matter(call.house.reads, call.viewer, call.args.ref, first=call.args.number, most=1)
    shown = or_not_found(
        next((_one_file(found, file) for file in found.dossier.files if file.target.number == call.args.number), None)
    )
    return json(shown, headers=[("etag", f'"{shown.seen}"'), ("cache-control", "private, no-store")])


async def _matter(call: Call[Any], matter: Matter) -> MatterShown:
    of = matter.dossier.order
    return MatterShown(
        **order_parts(call, RegisterLine(of, matter.dossier.authority, matter.counts)),
        stage=matter.stage,
        secrecy=of.secrecy,
        origin=of.origin,
        signature=of.signature,
        officer=of.officer,
        officer_rank=of.officer_rank,
        grounds=of.grounds,
        reasons=of.reasons,
        channel=of.channel,
        **flag_parts(of, matter.dossier.flagger),
        seen=matter.steps[-1].number if matter.steps else 0,
        verbs=await desk.steps_open(call.house.court, call.viewer, of, matter.stage),
        steps=_steps(matter),
        targets=[_one_file(matter, file) for file in matter.dossier.files],
        next_target=matter.dossier.next,
    )


def _steps(matter: Matter) -> list[StepShown]:
    return [
        StepShown(
            number=e.number,
            verb=e.verb,
            stage=e.state,
            at=iso(e.at),
            by=_handle_of(matter, e.by),
            reason=e.body.reason,
            text=e.body.text,
            codes=list(e.body.codes),
            body=e.body.body,
            until=iso_or_none(e.body.until),
            targets=list(e.body.targets),
            confirms=e.body.confirms,
            log_index=e.log_index,
        )
        for e in matter.steps
    ]


def _one_file(matter: Matter, file: File) -> FileShown:
    target, person = file.target, file.person
    return FileShown(
        number=target.number, kind=target.kind, as_written=target.as_written, state=file.state, demanded=target.demanded,
        speaker=target.speaker, id=None if target.subject_id is None else str(target.subject_id),
        account_id=None if target.owner_id is None else str(target.owner_id), account=person.item.handle if person else None,
        verbs=sorted(procedure.open_to(procedure.Stage(matter.stage), lifecycle.State(file.state))), seen=file.number,
        flags=list(file.since.flags), words=str(file.since.words), copies=copies_of(file.copies),
        events=[
            EventShown(
                number=e.number, state=e.state, by=_handle_of(matter, e.by), at=iso(e.at), outcome=e.body.outcome, code=e.body.code,
                reason=e.body.reason, until=iso_or_none(e.body.ends_at), parts=[*map(str, e.body.subjects)], permanent=e.body.permanent,
                text=e.body.text, rule=e.body.rule, finding=e.body.finding, despite=e.body.despite, change=e.body.change,
                body=e.body.body, territory=list(e.body.territory), log_index=e.log_index,
            )
            for e in file.events
        ],
    )  # fmt: skip


def copies_of(copies: Copies | None) -> CopiesShown | None:
    """Null where no other server is talked to."""
    return (
        None
        if copies is None
        else CopiesShown(servers=copies.servers, followers=copies.followers, origin=copies.origin or None)
    )


def _handle_of(matter: Matter, account: int) -> str:
    return matter.dossier.names.get(account, "clock" if account == 0 else "")


API = "/api/v1/admin/orders"
CASE = f"{API}/{{ref}}/targets/{{number}}"


READ: dict[str, Any] = {"scope": "admin:read:orders", "may": "see_office"}
WRITE: dict[str, Any] = {"scope": "admin:write:orders"}


def _act(name: str, act: Act) -> Route:
    """An act about one case. Whether it can be for this role is asked before what was sent is read, then by the court itself."""

    async def run(call: Call[TargetAsked]) -> Answer:
        return await _done(call, act)

    async def first(call: Call[Any], path: Mapping[str, str]) -> None:
        await desk.check_role(call.house.court, call.viewer, name, path["ref"])

    run.__name__, run.__doc__ = name, act.help
    takes = acts.with_fields(TargetAsked, act.fields, f"{name.title().replace('_', '')}Sent")
    return post(f"{CASE}/{name}", run, Surface.OFFICE, first=first, takes=takes, gives=FileShown, may=act.word, **WRITE)


ROUTES: tuple[Route, ...] = (
    get(API, listed, Surface.OFFICE, gives=list[OrderShown], **READ),
    get(f"{API}/{{ref}}", show, Surface.OFFICE, **READ),
    post(f"{API}/{{ref}}/steps", step, Surface.OFFICE, may="take_step", **WRITE),
    get(CASE, case, Surface.OFFICE, gives=FileShown, **READ),
    *starmap(_act, acts.addresses("api").items()),
)

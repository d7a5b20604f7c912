"""The desk for appeals: the queue by its clock, what was decided and why, the dialogue, and the decision of somebody else."""

from collections.abc import Awaitable, Callable
from functools import partial

import msgspec

from chaupal.governance.appeals import appeals, counter, outside
from chaupal.governance.appeals.appeals import Decision
from chaupal.http.call import Answer, Call, Route, redirect
from chaupal.http.paging import Number
from chaupal.kernel.alike import like
from chaupal.kernel.errors import Conflict, Invalid, NotAllowed, Problem, or_not_found
from chaupal.policy.measures import narrower
from chaupal.policy.viewer import Surface
from chaupal.reads.people import people
from chaupal.reads.timelines import thread
from chaupal.web.court import courtly, disputes
from chaupal.web.court.courtly import SheetAsked
from chaupal.web.office import room as office_room
from chaupal.web.office.deskwords import MEASURES
from chaupal.web.pages import or_again
from chaupal.web.square.cards import cards
from chaupal.web.words import N_, words


class AppealsAsked(msgspec.Struct, kw_only=True):
    """Those that wait, or those that have `ended`."""

    ended: bool = False


class AppealHandled(msgspec.Struct, kw_only=True):
    """What is done about an appeal: `assign`, `unassign`, `say` (with `text`), or `decide` with the fields of a Decision, and how much
    had been written in it (`seen`).
    """

    id: Number
    act: str
    text: str = ""
    outcome: str = ""
    reason: str = ""
    ends_at: str = ""
    territory: str = ""
    measure: str = ""
    parts: str = ""
    seen: Number | None = None


class OutsideStep(msgspec.Struct, kw_only=True):
    """What a body outside the house was asked, or has decided, about a ruling."""

    id: Number
    step: str = ""
    body: str = ""
    outcome: str = ""
    complied_in_time: bool = False


class CounterNoticeStep(msgspec.Struct, kw_only=True):
    """What was done about a counter-notice."""

    id: Number
    step: str = ""


async def queue(call: Call[AppealsAsked]) -> Answer:
    found = await appeals.queue(call.house.court, call.viewer, ended=call.args.ended)
    return await courtly.render(
        call,
        "office/appeals.html",
        N_("Appeals"),
        found=found,
        ended=call.args.ended,
        why=partial(courtly.stopped, call),
    )


async def show(call: Call[SheetAsked], problem: Problem | None = None) -> Answer:
    id_ = call.args.id
    row, strike = await appeals.appeal(call.house.court, call.viewer, id_)
    reads, viewer = call.house.reads, call.viewer
    seen = await thread.several(reads, viewer, [strike.ruling.subject_id]) if strike.kind == "post" else []
    shown = await cards(call, seen)
    known = await people.people(
        reads, viewer, Surface.OFFICE, [row.account_id, *([row.assigned_to] if row.assigned_to else [])]
    )
    names = {one.item.id: one.item.handle for one in known}
    typed = call.args if isinstance(call.args, AppealHandled) else AppealHandled(id=id_, act="")
    tr = words(viewer.language).gettext
    card = msgspec.structs.replace(shown[0], beside=()) if shown else None  # what limits it is said on this very page
    return await courtly.render(
        call,
        "office/appeal.html",
        N_("Appeal"),
        problem,
        row=row,
        strike=strike,
        card=card,
        names=names,
        typed=typed,
        done=getattr(call.args, "done", ""),
        narrower=[
            ("", tr("as it is")),
            *((code, tr(said)) for code, said in MEASURES.items() if narrower(code, strike.ruling.measure)),
        ],
        why=partial(courtly.stopped, call),
    )


@or_again(show, Invalid, Conflict, NotAllowed)
async def act(call: Call[AppealHandled]) -> Answer:
    """One act; what cannot be done is said on the page, beside what was typed."""
    await or_not_found(ACTS.get(call.args.act))(call)
    return redirect(f"/office/appeals/{call.args.id}?done={call.args.act}")


async def elsewhere(call: Call[OutsideStep]) -> Answer:
    """Note it; the page of the ruling shows it to the person concerned, too."""
    args = call.args
    noting = outside.note(
        call.house.court,
        call.viewer,
        args.id,
        step=args.step,
        body=args.body,
        outcome=args.outcome,
        complied_in_time=args.complied_in_time,
    )
    return await disputes.act_on(call, args.id, noting, "?done=noted#elsewhere")


async def counter_step(call: Call[CounterNoticeStep]) -> Answer:
    """What becomes of a counter-notice."""
    step = counter.step(call.house.court, call.viewer, call.args.id, call.args.step)
    return await disputes.act_on(call, call.args.id, step, "?done=noted#counter")


async def _decide(call: Call[AppealHandled]) -> None:
    args = call.args
    typed = like(Decision, args, parts=_post_ids(args.parts))
    await appeals.decide(call.house.court, call.viewer, args.id, typed, args.seen)


def _post_ids(text: str) -> tuple[int, ...]:
    """Posts as they are typed: their addresses, or the numbers in which those end. Raises Invalid."""
    ends = [one.rstrip("/").rpartition("/")[2] for one in text.replace(",", " ").split()]
    if not all(end.isascii() and end.isdigit() and len(end) < 20 for end in ends):
        raise Invalid("no_posts_of_account", field="parts")
    return tuple(int(end) for end in ends)


type Act = Callable[[Call[AppealHandled]], Awaitable[None]]
ACTS: dict[str, Act] = {
    "assign": lambda call: appeals.assign(call.house.court, call.viewer, call.args.id),
    "unassign": lambda call: appeals.assign(call.house.court, call.viewer, call.args.id, mine=False),
    "say": lambda call: appeals.say(call.house.court, call.viewer, call.args.id, call.args.text),
    "decide": _decide,
}


ROUTES: tuple[Route, ...] = (
    office_room.page("/office/appeals", queue),
    office_room.page("/office/appeals/{id}", show),
    office_room.form("/office/strikes/{id}/outside", elsewhere, "hear_appeal"),
    office_room.form("/office/strikes/{id}/counter", counter_step, "lift"),
    office_room.form("/office/appeals/{id}/{act}", act, "hear_appeal"),
)

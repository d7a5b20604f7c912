"""An order on the desk: what it lacks on its face, its steps and letters, all that happened, and the things it names."""

from typing import Any, NamedTuple

import msgspec

from chaupal.governance.cases import desk, evidence, notes
from chaupal.governance.cases.desk import CaseEvent, OrderEvent
from chaupal.governance.cases.evidence import HeldEvidence
from chaupal.governance.orders import steps
from chaupal.governance.orders.papers import Paper
from chaupal.governance.orders.steps import StepForm
from chaupal.governance.regimes import Regime
from chaupal.http.call import Answer, Call, Route, redirect
from chaupal.http.paging import Number
from chaupal.kernel.alike import like
from chaupal.kernel.argument_sizes import Reason
from chaupal.kernel.clock import MINUTE
from chaupal.kernel.errors import Conflict, Invalid, NotAllowed, Problem
from chaupal.policy.sentences.placeholders import country_names
from chaupal.policy.viewer import may
from chaupal.reads.court import desk as desk_reads, dossier
from chaupal.web.court import register
from chaupal.web.court.filing import TICKED
from chaupal.web.court.register import OrderAsked
from chaupal.web.office import deskwords, room as office_room
from chaupal.web.pages import or_again
from chaupal.web.square.cards import Card, cards
from chaupal.web.words import N_, words

MOST_SHOWN = 50  # targets on one page
TIMES = ("dated", "act_by", "ends_at", "interim_until", "gag_until")


class StepTyped(msgspec.Struct, kw_only=True):
    """A step as it is typed. `seen`: the number of the order's last event on the page."""

    ref: str
    verb: str = ""
    reason: str = ""
    text: str = ""
    codes: tuple[str, ...] = ()
    body: str = ""
    until: str = ""
    document: Number | None = None
    targets: str = ""
    confirms: str = ""
    seen: Number | None = None


class NoteTyped(msgspec.Struct, kw_only=True):
    """A note among staff about the order."""

    ref: str
    note: Reason = ""


async def show(call: Call[OrderAsked], problem: Problem | None = None) -> Answer:
    ref, first = call.args.ref, getattr(call.args, "first", 1)
    found = await desk.matter(call.house.court, call.viewer, ref)
    files = await dossier.dossier(call.house.reads, call.viewer, ref, first=first, most=MOST_SHOWN)
    shown = await cards(call, [file.post for file in files.files if file.post is not None])
    by_post: dict[int, Card] = {card.key: card for card in shown}
    return await office_room.render(
        call,
        "office/order.html",
        ref,
        problem,
        matter=found,
        dossier=files,
        cards=by_post,
        typed=call.args if problem else None,
        first=first,
        turn=await desk_reads.turn_of(call.house.reads, call.viewer, found.order),
        timeline=timeline(found),
        happened=register.STEPS,  # as the public reads it: what is over, and no command
        bodies=register.BODIES,
        names=await _names(call, found, files),
        ending=deskwords.ENDING,
        fields=deskwords.FIELDS,
        particulars=_particulars(call, found),
        differences=_differences(call, found),
        held=await _held(call, ref, files),
    )


@or_again(show, Invalid, Conflict, NotAllowed)
async def take_step(call: Call[StepTyped]) -> Answer:
    args = call.args
    form = like(StepForm, args, targets=numbers(args.targets))
    await steps.take(call.house.court, call.viewer, args.ref, form, seen=args.seen)
    return redirect(await _onward(call, args.ref, args.verb))


async def _onward(call: Call[Any], ref: str, verb: str) -> str:
    """Whoever has checked an order and may decide goes on to its things; after all else one sees what came of it."""
    found = await desk.matter(call.house.court, call.viewer, ref)
    turn = await desk_reads.turn_of(call.house.reads, call.viewer, found.order)
    if verb == "check" and turn.mine and turn.act == "propose":
        return f"/office/orders/{ref}/many" if turn.many > 1 else f"/office/orders/{ref}/{turn.first}"
    return f"/office/orders/{ref}#history"


def numbers(text: str) -> tuple[int, ...]:
    """Numbers of targets as they are typed: 1, 4, 7, in the digits of any script. Raises Invalid."""
    parts = text.replace(",", " ").split()
    if not all(part.isdecimal() and len(part) < 8 for part in parts):
        raise Invalid("no_numbers", field="targets")
    return tuple(int(part) for part in parts)


@or_again(show, Invalid)
async def note(call: Call[NoteTyped]) -> Answer:
    args = call.args
    found = await desk.matter(call.house.court, call.viewer, args.ref)
    await notes.add(call.house.court, call.viewer, "order", found.order.id, args.note)
    return redirect(f"/office/orders/{args.ref}#notes")


async def letter(call: Call[OrderAsked]) -> Answer:
    """The draft by which an order is sent back, in both languages: to be read, mended and sent by a person."""
    found = await desk.matter(call.house.court, call.viewer, call.args.ref)
    return await office_room.render(call, "office/letter.html", N_("Draft of a letter of return"), matter=found)


async def _held(call: Call[Any], ref: str, files: dossier.Dossier) -> list[tuple[int, HeldEvidence]]:
    """The sealed copies of the things on the page, each with the number of its thing."""
    if not may(call.viewer, "see_documents"):
        return []
    every = await evidence.of_targets(call.house.court, call.viewer, ref)
    return [(file.target.number, one) for file in files.files for one in every.get(file.target.number, ())]


class TimelineLine(NamedTuple):
    """One line of an order's timeline: a step of the order, or what came of the things with these `numbers`."""

    event: OrderEvent | CaseEvent
    numbers: tuple[int, ...] = ()


def timeline(matter: desk.Matter) -> list[TimelineLine]:
    """All that happened, in order. What one person did to many things within a minute is one line, with the first one's mark."""
    single = [TimelineLine(event, (number,)) for number, event in matter.moves]
    every = sorted((*map(TimelineLine, matter.events), *single), key=lambda line: (line.event.at, line.event.id))
    lines: list[TimelineLine] = []
    for line in every:
        before = lines[-1] if lines else None
        if before is not None and before.numbers and line.numbers and _alike(before.event, line.event):
            lines[-1] = before._replace(numbers=(*before.numbers, *line.numbers))
        else:
            lines.append(line)
    return lines


def _alike(one: OrderEvent | CaseEvent, other: OrderEvent | CaseEvent) -> bool:
    return (one.state, one.by) == (other.state, other.by) and other.at - one.at < MINUTE


async def _names(call: Call[Any], matter: desk.Matter, files: dossier.Dossier) -> dict[int, str]:
    """Handles of the staff who turn up on the page."""
    ids = {e.by for e in matter.events} | {e.by for _, e in matter.moves} | {n.by for n in matter.notes}
    ids |= {file.target.assigned_to or 0 for file in files.files}
    return files.names | await desk_reads.handles(call.house.reads, call.viewer, ids)


def _particulars(call: Call[Any], matter: desk.Matter) -> list[tuple[str, str]]:
    """The other fields that its law asks for, by the law's own words for them."""
    said = matter.order.particulars.items()
    return [(_label(call, matter, code), _in_words(call, matter, code, text)) for code, text in said if text]


def _differences(call: Call[Any], matter: desk.Matter) -> list[tuple[str, str, str]]:
    """In what a mended version differs from the order before: field, what stood there, what stands there now."""
    found = matter.mends.fields if matter.mends else ()
    return [
        (_label(call, matter, field), _in_words(call, matter, field, was), _in_words(call, matter, field, now))
        for field, was, now in found
    ]


def _laws(matter: desk.Matter) -> tuple[Regime, ...]:
    return (matter.regime, *([matter.mends.regime] if matter.mends else []))


def _label(call: Call[Any], matter: desk.Matter, code: str) -> str:
    """What a field is called, by the desk or by the law that asks for it."""
    if code in deskwords.DIFFERING:
        return words(call.viewer.language).gettext(deskwords.DIFFERING[code])
    found = (field for law in _laws(matter) for field in law.required_fields if field.code == code)
    return next((field.in_language(call.viewer.language) for field in found), code.replace("_", " "))


def _in_words(call: Call[Any], matter: desk.Matter, code: str, text: str) -> str:
    """What stands in a field, as people say it."""
    said = words(call.viewer.language)
    if code in TICKED and text == "yes":
        return said.gettext(N_("yes"))
    if (at := Paper().moment(code, text) if code in TIMES else None) is not None:
        return said.day(at) if code == "dated" else said.moment(at)
    if code == "territory":
        return country_names(tuple(text.split()), said.language, alone=True)
    codes = _codes(call, matter, code)
    return ", ".join(codes.get(one, one) for one in text.split(", "))


def _codes(call: Call[Any], matter: desk.Matter, field: str) -> dict[str, str]:
    """The codes that stand in such a field -> what its law calls them."""
    laws = _laws(matter)
    if field == "regime":
        return {law.id: law.title.in_language(call.viewer.language) for law in laws}
    if field == "role":
        return {one.role: one.in_language(call.viewer.language) for law in laws for one in law.issuers}
    return (
        {one.code: one.in_language(call.viewer.language) for law in laws for one in law.bases}
        if field == "bases"
        else {}
    )


ROUTES: tuple[Route, ...] = (
    office_room.page("/office/orders/{ref}", show),
    office_room.page("/office/orders/{ref}/letter", letter),
    office_room.form("/office/orders/{ref}/step", take_step, "take_step"),
    office_room.form("/office/orders/{ref}/note", note, "write_notes"),
)

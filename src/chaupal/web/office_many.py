"""Many targets of one order at once: each with its own outcome and reason, each decided by itself, and what became of each."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from chaupal.governance import bulk, desk, notes
from chaupal.governance.bulk import Done, Item
from chaupal.governance.ladder import CLOSINGS, REFUSE
from chaupal.kernel.errors import Invalid, Problem
from chaupal.policy.surface import Surface
from chaupal.policy.viewer import Viewer
from chaupal.reads import dossier
from chaupal.reads.dossier import File
from chaupal.web import office_room
from chaupal.web.cards import Card, cards
from chaupal.web.office_room import PAGE
from chaupal.web.register import From
from chaupal.web.words import N_
from chaupal.wire.call import Answer, Call
from chaupal.wire.paging import Number
from chaupal.wire.route import Route, get, post

MOST = 40  # on one page
LARGE = 600_000  # bytes: forty reasons and findings

# What can be done at once with things that stand so.
STATES = {
    bulk.PROPOSE: ("received", "returned"),
    bulk.APPROVE: ("measure_proposed", "measure_concurred", "refusal_proposed", "closing_proposed", "unseconded"),
    bulk.RETURN: ("measure_proposed", "measure_concurred", "refusal_proposed", "closing_proposed"),
}


class Asked(msgspec.Struct, kw_only=True):
    """Which things, from which number on, and what to fill the forms in with: a template's id, an outcome, a ground."""

    ref: str
    act: str = bulk.PROPOSE
    first: From = 1
    template: Number | None = None
    outcome: str = ""
    code: str = ""


class Row(msgspec.Struct, kw_only=True):
    """One thing as it was filled in. `at`: `number:seen`, of the target and of its last event on the page."""

    at: Annotated[str, Meta(pattern=r"^[0-9]{1,7}:[0-9]{1,7}$")] = "0:0"
    take: bool = False
    outcome: str = ""
    code: str = ""
    reason: Annotated[str, Meta(max_length=20_000)] = ""
    finding: Annotated[str, Meta(max_length=20_000)] = ""

    @property
    def number(self) -> int:
        return int(self.at.partition(":")[0])

    @property
    def item(self) -> Item:
        seen = int(self.at.partition(":")[2])
        return Item(
            number=self.number, seen=seen, outcome=self.outcome, code=self.code, reason=self.reason, finding=self.finding
        )  # fmt: skip


class Sent(msgspec.Struct, kw_only=True):
    """The whole form."""

    ref: str
    act: str = bulk.PROPOSE
    first: From = 1
    items: tuple[Row, ...] = ()


async def show(call: Call[Asked]) -> Answer:
    return await _page(call, call.args, {}, [], None)


async def do(call: Call[Sent]) -> Answer:
    args = call.args
    typed = {row.number: row for row in args.items}
    chosen = [row.item for row in args.items if row.take]
    asked = Asked(ref=args.ref, act=args.act, first=args.first)
    if not chosen:
        return await _page(call, asked, typed, [], Invalid("Nothing is chosen", items="choose at least one"))
    done = await bulk.run(call.house.court, call.viewer, args.ref, args.act, chosen, what_can=True)
    return await _page(call, asked, typed, list(done.rows), None)


# --- the page ---


async def _page(
    call: Call[Any], asked: Asked, typed: dict[int, Row], done: list[Done], problem: Problem | None
) -> Answer:
    court, viewer = call.house.court, call.viewer
    found = await desk.matter(court, viewer, asked.ref)
    files = await dossier.dossier(call.house.reads, viewer, asked.ref, first=asked.first, most=MOST)
    standing = STATES.get(asked.act, STATES[bulk.PROPOSE])
    open_files = [file for file in files.files if file.state in standing]
    templates = await notes.templates(court, viewer)
    shown = await cards(call, [file.post for file in open_files if file.post is not None])
    by_post: dict[int, Card] = {card.key: card for card in shown}
    return await office_room.render(
        call, "office/many.html", N_("Many at once"), problem, status=_status(done), matter=found, dossier=files, files=open_files,
        cards=by_post, asked=asked, rows={file.target.number: _row(asked, file, found, typed, templates, viewer) for file in open_files},
        results=[(one.item.number, office_room.explained(call, one.problem)) for one in done], templates=templates,
        choices={file.target.number: _choices(found, file) for file in open_files},
    )  # fmt: skip


def _status(done: list[Done]) -> int:
    """200 unless nothing at all could be done."""
    return 0 if not done or any(one.problem is None for one in done) else 422


def _choices(found: desk.Matter, file: File) -> list[str]:
    """What can be decided about a thing as a whole; what is narrowed to parts is decided on its own page."""
    return [*desk.whole(found.regime, file.target.kind), REFUSE, *CLOSINGS]


def _row(
    asked: Asked, file: File, found: desk.Matter, typed: dict[int, Row], templates: list[notes.Template], viewer: Viewer
) -> Row:
    """What stands in the form: what was typed, or the template filled in for this very thing."""
    target = file.target
    if target.number in typed:
        return typed[target.number]
    template = next((one for one in templates if one.id == asked.template), None)
    values = {
        "number": target.number, "ref": found.order.ref, "kind": target.kind, "law": found.order.legal_basis,
        "handle": file.person.item.handle if file.person else "",
    }  # fmt: skip
    text = "" if template is None else (viewer.language == "hi" and template.text_hi) or template.text
    outcome = asked.outcome or target.demanded
    return Row(outcome=outcome, code=asked.code, reason=notes.filled(text, values))


ROUTES: tuple[Route, ...] = (
    get("/office/orders/{ref}/many", show, Surface.OFFICE, takes=Asked, **PAGE),
    post("/office/orders/{ref}/many", do, Surface.OFFICE, takes=Sent, body=LARGE, **PAGE),
)

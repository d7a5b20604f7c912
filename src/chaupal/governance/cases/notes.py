"""Notes among staff, private, and templates from which reasons are filled in for one thing at a time."""

from collections.abc import Iterable, Mapping

import msgspec

from chaupal.governance.cases import guards
from chaupal.governance.context import Court
from chaupal.governance.orders.papers import Paper, check_may
from chaupal.kernel.errors import NotFound
from chaupal.policy.viewer import Viewer
from chaupal.store.court import docket, knowing, notes
from chaupal.store.court.notes import Note, Template
from chaupal.store.machine.work import Reading

WHATS = ("order", "case", "account")


class TemplateForm(msgspec.Struct, kw_only=True):
    """A template, in one language or both. In its text {number}, {ref}, {kind}, {handle} and {law} stand for those of the thing
    it is used for."""

    name: str = ""
    kind: str = ""
    text: str = ""
    text_hi: str = ""


async def add(court: Court, viewer: Viewer, what: str, of: int, text: str) -> None:
    """Write a note about a matter (order), one of its cases, or a person (account), never about oneself. Raises NotAllowed, Invalid."""
    paper = Paper()
    text = paper.page("note", text)
    paper.check()
    if what not in WHATS:
        raise NotFound
    async with court.work.writing() as w:
        if not await _known(w, viewer, what, of):
            raise NotFound
        me = await guards.act(w, viewer, "write_notes", await docket.owners_behind(w, what, of))
        await notes.add(w, Note(court.make_id(), what, of, me, text, court.clock()))


async def _known(reading: Reading, viewer: Viewer, what: str, of: int) -> bool:
    """Whether there is such a matter, of which the viewer may know; what is said of persons is not asked after here."""
    if what == "account":
        return True
    target = await docket.target_by_id(reading, of) if what == "case" else None
    found = await docket.orders_by_id(reading, [target.order_id if target is not None else of])
    return bool(await knowing.known(reading, viewer, found))


async def on(court: Court, viewer: Viewer, what: str, of: int) -> list[Note]:
    """What was written about it; nothing of what the viewer may not know of, and never what others wrote of what is their own."""
    me = check_may(viewer, "see_office")
    async with court.work.reading() as reading:
        mine = await guards.accounts_of(reading, me)
        if not mine.isdisjoint(await docket.owners_behind(reading, what, of)) or not await _known(
            reading, viewer, what, of
        ):
            return []
        return await notes.on(reading, what, of)


async def templates(court: Court, viewer: Viewer) -> list[Template]:
    check_may(viewer, "see_office")
    async with court.work.reading() as reading:
        return await notes.templates(reading)


async def save_template(court: Court, viewer: Viewer, form: TemplateForm) -> None:
    """Keep a template; one of the same name is replaced. Raises NotAllowed, Invalid by field."""
    me = check_may(viewer, "write_notes")
    paper, hindi_alone = Paper(), bool(form.text_hi.strip()) and not form.text.strip()
    new = Template(
        court.make_id(),
        paper.line("name", form.name),
        paper.line("kind", form.kind, needed=False),
        "" if hindi_alone else paper.reason("text", form.text),
        paper.reason("text_hi", form.text_hi) if hindi_alone else paper.page("text_hi", form.text_hi, needed=False),
        me,
        court.clock(),
    )
    paper.check()
    async with court.work.writing() as w:
        await guards.act(w, viewer, "write_notes")
        await notes.save(w, new)


async def drop_template(court: Court, viewer: Viewer, id_: int) -> None:
    """Raises NotAllowed, NotFound."""
    async with court.work.writing() as w:
        await guards.act(w, viewer, "write_notes")
        if not await notes.drop(w, id_):
            raise NotFound


def reason_of(known: Iterable[Template], id_: int | None, language: str, values: Mapping[str, object]) -> str:
    """What that template says in the language, each {name} of `values` put in and other braces left; "" where it is not known."""
    template = next((one for one in known if one.id == id_), None)
    text = "" if template is None else template.text_in(language)
    for name, value in values.items():
        text = text.replace("{" + name + "}", str(value))
    return text

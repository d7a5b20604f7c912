"""Notes among staff about a matter or a person, and the templates from which reasons are written: rows, private."""

import msgspec

from chaupal.store.machine.dialect import param
from chaupal.store.machine.statements import deletes, rows_of, selects, upserts
from chaupal.store.machine.work import Reading, Writing
from chaupal.store.tables.court import rulings, staff_notes, staff_templates, targets


class Note(msgspec.Struct, frozen=True):
    """A note. `what` is the kind of thing (order, case, account), `of` its id; `at` in ms."""

    id: int
    what: str
    of: int
    by: int
    text: str
    at: int


class Template(msgspec.Struct, frozen=True):
    """A template for reasons, in one language or both. `kind`: for which outcome, or nothing for any; at in ms."""

    id: int
    name: str
    kind: str
    text: str
    text_hi: str
    by: int
    at: int

    def text_in(self, language: str) -> str:
        """In this language, or in the only one in which it is written."""
        return (self.text_hi if language == "hi" else self.text) or self.text or self.text_hi


NOTES = rows_of(Note, staff_notes)
add = NOTES.add
ON = NOTES.where(what="which", of="whose").ordered("id")
ON_MEASURES = (
    selects(staff_notes.c.at, rulings.c.log_index)
    .join_from(staff_notes, rulings, rulings.c.id == staff_notes.c.of)
    .join(targets, targets.c.id == rulings.c.target_id)
    .where(targets.c.order_id == param("order"), rulings.c.lifted_at.is_(None), what="which")
    .ordered("at")
)
SAVE = upserts(staff_templates, "name", "kind text text_hi by at", kept="id", id="new", name="title")
templates = rows_of(Template, staff_templates).ordered("name").all
# False where there is none.
drop = deletes(staff_templates).where(id="of").done_of


async def on(reading: Reading, what: str, of: int) -> list[Note]:
    """In the order in which they were written."""
    return await ON.all(reading, which=what, whose=of)


async def on_measures(reading: Reading, what: str, order: int) -> list[tuple[int, int]]:
    """(when it was written, entry of the measure) of those on what an order has in force, the first one first."""
    return [(at, leaf) for at, leaf in await reading.fetch(ON_MEASURES, which=what, order=order)]


async def save(w: Writing, new: Template) -> None:
    """Keep a template in place of the one of that name, if there is one."""
    said = msgspec.structs.asdict(new)
    await w.run(SAVE, new=said.pop("id"), title=said.pop("name"), **said)

"""Notes among staff about a matter or a person, and the templates from which reasons are written: rows, private."""

from typing import NamedTuple

from chaupal.store.machine.statements import deletes, inserts, selects, upserts
from chaupal.store.machine.work import Reading, Writing
from chaupal.store.tables.court import staff_notes, staff_templates


class Note(NamedTuple):
    """A note. `what` is the kind of thing (order, case, account), `of` its id; `at` in ms."""

    id: int
    what: str
    of: int
    by: int
    text: str
    at: int


class Template(NamedTuple):
    """A template for reasons. `kind`: for which outcome, or nothing for any; at in ms."""

    id: int
    name: str
    kind: str
    text: str
    text_hi: str
    by: int
    at: int


ADD = inserts(staff_notes)
ON = selects(*staff_notes.c).where(what="which", of="whose").order_by(staff_notes.c.id)
SAVE = upserts(staff_templates, "name", "kind text text_hi by at", kept="id", id="new", name="title")
ALL = selects(*staff_templates.c).order_by(staff_templates.c.name)
DROP = deletes(staff_templates).where(id="this")


async def add(w: Writing, note: Note) -> None:
    await w.run(ADD, **note._asdict())


async def on(reading: Reading, what: str, of: int) -> list[Note]:
    """In the order in which they were written."""
    return [Note(*row) for row in await reading.fetch(ON, which=what, whose=of)]


async def save(w: Writing, new: Template) -> None:
    """Keep a template in place of the one of that name, if there is one."""
    await w.run(
        SAVE, new=new.id, title=new.name, kind=new.kind, text=new.text, text_hi=new.text_hi, by=new.by, at=new.at
    )


async def templates(reading: Reading) -> list[Template]:
    """All, by name."""
    return [Template(*row) for row in await reading.fetch(ALL)]


async def drop(w: Writing, id_: int) -> bool:
    """False where there is none."""
    return await w.run(DROP, this=id_) == 1

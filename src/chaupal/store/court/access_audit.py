"""Who of the staff looked at what private thing, and what for: rows that are only ever added."""

from typing import NamedTuple

from sqlalchemy import or_

from chaupal.store.machine.dialect import param, text_param
from chaupal.store.machine.statements import columns_of, inserts, selects
from chaupal.store.machine.work import Reading, Writing
from chaupal.store.tables.court import staff_looks

_ROW = columns_of(staff_looks, "id by at what of purpose")
NOTE = inserts(staff_looks, id="new", by="who", at="when", what="kind", of="which", purpose="why")
BELOW = (
    selects(*_ROW)
    .where(
        staff_looks.c.id < param("below"),
        or_(param("who") == 0, staff_looks.c.by == param("who")),
        or_(text_param("kind") == "", staff_looks.c.what == text_param("kind")),
    )
    .order_by(staff_looks.c.id.desc())
    .limit("n")
)

LOOKED = selects(staff_looks.c.id).where(staff_looks.c.at > param("since"), by="who", what="kind", of="which").limit(1)


class Access(NamedTuple):
    """One look. `at` in ms; `what` is the kind of thing (document), `of` which one."""

    id: int
    by: int
    at: int
    what: str
    of: str
    purpose: str


async def note(w: Writing, id_: int, by: int, at: int, what: str, of: str, purpose: str) -> None:
    await w.run(NOTE, new=id_, who=by, when=at, kind=what, which=of, why=purpose)


async def looks_below(
    reading: Reading, below: int, at_most: int, *, by: int | None = None, what: str = ""
) -> list[Access]:
    """Newest first; of one member of staff, of one kind of thing."""
    return [Access(*row) for row in await reading.fetch(BELOW, below=below, n=at_most, who=by or 0, kind=what)]


async def looked(reading: Reading, by: int, what: str, of: str, since: int) -> bool:
    """Whether that one has looked at it since then (ms)."""
    return await reading.value(LOOKED, who=by, kind=what, which=of, since=since) is not None

"""The rows of the log: entries, hashes of complete subtrees, and every signed checkpoint. They are added, never changed.

Entries that are secret yet wait at their places beyond the log's size (decision 24): they are no part of the log before it
has grown so far.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence

import msgspec
from sqlalchemy import func

from chaupal.kernel.errors import or_not_found
from chaupal.store.machine.dialect import among, in_span, listed, param, text_param, upsert
from chaupal.store.machine.marks import LOG_SIZE, LOGGED
from chaupal.store.machine.statements import deletes, inserts, inserts_once, rows_of, selects, updates
from chaupal.store.machine.work import Reading, Writing
from chaupal.store.tables.log import disclosures, log_checkpoints, log_entries, log_nodes
from chaupal.store.tables.machine import marks
from chaupal_audit.log.entries import Entry, Refill

# One sequencer: whoever appends holds this row until the commit. (SQLite has one writer anyway.)
HOLD = upsert(
    lambda insert: (
        insert(marks)
        .values(key=LOG_SIZE, value="0")
        .on_conflict_do_update(index_elements=["key"], set_={"value": marks.c.value})
        .returning(marks.c.value)
    )
)
SIZE = selects(marks.c.value).where(marks.c.key == LOG_SIZE)
GROW = updates(marks, value="now_at").where(marks.c.key == LOG_SIZE)
ADD_ENTRY = inserts(log_entries)
PLACE = updates(log_entries, body="now_body").where(index="place")
ADD_NODE = inserts(log_nodes)
NODES = selects(log_nodes.c.hash).where(*in_span(log_nodes.c.index), level="at").ordered("index")
NODES_AT = selects(log_nodes, "level index hash").where(
    among(log_nodes.c.level, "levels"), among(log_nodes.c.index, "indexes")
)
_SPAN = in_span(log_entries.c.index)
ENTRIES = selects(log_entries.c.body).where(*_SPAN, log_entries.c.index < LOGGED).ordered("index")
ENTRY = selects(log_entries.c.body).where(index="of")
_NUMBERED = selects(log_entries.c.index, log_entries.c.body)
WAITING = _NUMBERED.where(*_SPAN)
LAST = selects(func.max(log_entries.c.index))
OF_KIND = _NUMBERED.where(kind="kind").ordered("index")
OF_KIND_IN = _NUMBERED.where(*_SPAN, kind="kind")
# In the order of the one index that has the kind in it: else a database that takes the kind for a common one reads the log from
# its end until it finds one.
LAST_OF_KIND = (
    selects(log_entries, "kind index").where(log_entries.c.kind <= text_param("kind")).ordered("-kind -index").limit(1)
)
COUNT = selects(func.count()).where(log_entries.c.index < LOGGED)
ADD_CHECKPOINT = inserts_once(log_checkpoints)
ADD_DISCLOSURE = inserts(disclosures)
DISCLOSURES = selects(disclosures, "name disclosure opened_at").where(log_index="of").ordered("name")
_DISCLOSED = selects(disclosures.c.log_index, disclosures.c.disclosure).where(*in_span(disclosures.c.log_index))
BESIDE = _DISCLOSED.where(beside="open").ordered("log_index disclosure")
NAMED = _DISCLOSED.where(name="name").ordered("log_index")
PUBLISH = updates(disclosures, beside="now").where(log_index="of", beside="was")
BESIDE_TOO = updates(disclosures, beside="now").where(among(disclosures.c.name, "names"), log_index="of")
SHARED = (
    selects(disclosures.c.log_index, disclosures.c.name)
    .where(among(disclosures.c.disclosure, "texts"))
    .ordered("log_index")
)
SEAL_AGAIN = updates(disclosures, disclosure="now").where(log_index="of", name="field")
OPEN_DISCLOSURES = updates(disclosures, opened_at="at").where(among(disclosures.c.name, "names"), log_index="of")
DESTROY_DISCLOSURES = deletes(disclosures).where(among(disclosures.c.disclosure, "texts"))
CLOSED, OPEN, LATER = 0, 1, 2  # `beside`: read by nobody, by everybody, by everybody once the matter is published


class KeptCheckpoint(msgspec.Struct, frozen=True):
    """A checkpoint as it was signed, `at` ms since 1970."""

    size: int
    note: str
    at: int


_CHECKPOINTS = rows_of(KeptCheckpoint, log_checkpoints)
last_checkpoint = _CHECKPOINTS.ordered("-size").limit(1).first
# The smallest of at least a size.
first_checkpoint = _CHECKPOINTS.where(log_checkpoints.c.size >= param("of")).ordered("size").limit(1).first_of


async def hold(w: Writing) -> int:
    """Lock the log until this unit ends, so that nobody else appends; its size. The store is asked once in a unit."""
    if w.log_size is None:
        w.log_size = int(await w.value(HOLD))
    return w.log_size


async def size(reading: Reading) -> int:
    """How many entries are committed."""
    return int(await reading.value(SIZE) or 0)


async def count(reading: Reading) -> int:
    """How many entries there really are; the same as `size` unless somebody has been at the tables."""
    return await reading.value(COUNT)


async def add(
    w: Writing,
    index: int,
    bodies: Sequence[tuple[str, bytes]],
    nodes: Iterable[tuple[int, int, bytes]],
    waited: Collection[int] = (),
) -> None:
    """(kind, entry) from `index` on, with the (level, index, hash) rows that they add. The caller holds the log.

    `waited`: those that were there already, and take their places now, each as it is given here.
    """
    now, placed = w.now(), [*enumerate(bodies, index)]
    rows = [{"index": at, "kind": kind, "body": body, "at": now} for at, (kind, body) in placed if at not in waited]
    await w.run_many(ADD_ENTRY, rows)
    await w.run_many(PLACE, [{"place": at, "now_body": body} for at, (_, body) in placed if at in waited])
    await w.run_many(ADD_NODE, [{"level": level, "index": at, "hash": digest} for level, at, digest in nodes])
    w.log_size = index + len(bodies)
    await w.run(GROW, now_at=str(w.log_size))


async def wait(w: Writing, index: int, kind: str, body: bytes) -> None:
    """Put an entry at a place beyond the end of the log, where it waits until the log has grown so far. The caller holds the log."""
    await w.run(ADD_ENTRY, index=index, kind=kind, body=body, at=w.now())


async def waiting(reading: Reading, start: int, end: int) -> dict[int, bytes]:
    """Place -> entry of those that wait from `start`, the log's size, on."""
    return {row[0]: _bytes(row[1]) for row in await reading.fetch(WAITING, start=start, end=end)}


async def seal_again(w: Writing, index: int, body: bytes, opens: Mapping[str, str]) -> None:
    """Another body for an entry that waits, and by field name what opens it now. The caller holds the log."""
    await w.run(PLACE, place=index, now_body=body)
    await w.run_many(SEAL_AGAIN, [{"of": index, "field": name, "now": text} for name, text in opens.items()])


async def reach(reading: Reading) -> int:
    """The log's size with the entries that wait beyond its end."""
    last: int | None = await reading.value(LAST)
    return 0 if last is None else last + 1


async def nodes(reading: Reading, level: int, start: int, count: int) -> Sequence[bytes]:
    """The hashes of subtrees start..start+count of a level, in order; fewer where there are fewer."""
    rows = await reading.fetch(NODES, at=level, start=start, end=start + count)
    return [_bytes(row[0]) for row in rows]


async def nodes_at(reading: Reading, wanted: Collection[tuple[int, int]]) -> dict[tuple[int, int], bytes]:
    """(level, index) -> its hash, of those that there are; beside them perhaps others of the same levels."""
    if not wanted:
        return {}
    levels, indexes = (listed(sorted({*part})) for part in zip(*wanted, strict=True))
    return {(row[0], row[1]): _bytes(row[2]) for row in await reading.fetch(NODES_AT, levels=levels, indexes=indexes)}


async def entries(reading: Reading, start: int, count: int) -> Sequence[bytes]:
    """Entries start..start+count, in order; fewer where there are fewer."""
    return [_bytes(row[0]) for row in await reading.fetch(ENTRIES, start=start, end=start + count)]


async def entry(reading: Reading, index: int) -> bytes:
    """One entry, or one that waits for this place. Raises NotFound."""
    row = or_not_found(await reading.first(ENTRY, of=index))
    return _bytes(row[0])


async def of_kind(reading: Reading, kind: str) -> list[tuple[int, bytes]]:
    """(index, entry) of every entry of a kind that is rare."""
    return [(row[0], _bytes(row[1])) for row in await reading.fetch(OF_KIND, kind=kind)]


async def refilled(reading: Reading) -> list[tuple[int, range]]:
    """(entry that says so, the entries that came back) of each time that the store had lost some and a copy of the log had them."""
    found = [(index, msgspec.json.decode(body, type=Entry)) for index, body in await of_kind(reading, *Refill.TYPES)]
    said = [(index, msgspec.json.decode(head.public, type=Refill)) for index, head in found]
    return [(index, range(one.start, one.to)) for index, one in said]


async def of_kind_in(reading: Reading, kind: str, start: int, end: int) -> list[tuple[int, bytes]]:
    """(index, entry) of those of a kind among entries start..end."""
    return [(row[0], _bytes(row[1])) for row in await reading.fetch(OF_KIND_IN, kind=kind, start=start, end=end)]


async def last_of_kind(reading: Reading, kind: str) -> int:
    """The index of the newest entry of a kind; -1 where there is none."""
    found = await reading.first(LAST_OF_KIND, kind=kind)
    return found[1] if found is not None and found[0] == kind else -1


async def keep_checkpoint(w: Writing, size: int, note: str) -> None:
    """Keep what was signed; the first note of a size stays."""
    await w.run(ADD_CHECKPOINT, size=size, note=note, at=w.now())


# --- what opens confidential fields ---


async def keep_disclosures(w: Writing, index: int, opens: Mapping[str, tuple[str, int]]) -> None:
    """In the unit of the entry at `index`: by field name, what would open it, and whether it is read beside the log."""
    rows = [
        {"log_index": index, "name": name, "disclosure": text, "opened_at": None, "beside": beside}
        for name, (text, beside) in opens.items()
    ]
    await w.run_many(ADD_DISCLOSURE, rows)


async def beside(reading: Reading, start: int, end: int) -> dict[int, list[str]]:
    """Index -> the disclosures that everybody may read, of entries start..end, in no order that tells anything."""
    found: dict[int, list[str]] = {}
    for index, text in await reading.fetch(BESIDE, open=OPEN, start=start, end=end):
        found.setdefault(index, []).append(text)
    return found


async def disclosures_named(reading: Reading, name: str, start: int, end: int) -> dict[int, str]:
    """Index -> the disclosure of one field, of entries start..end that still have it."""
    return {row[0]: row[1] for row in await reading.fetch(NAMED, name=name, start=start, end=end)}


async def publish_disclosures(w: Writing, index: int, names: Sequence[str], *, rest: bool = True) -> None:
    """The fields `names` were opened by an entry; they, and (`rest`) what was to be read beside the log from then on, are."""
    await w.run(OPEN_DISCLOSURES, of=index, names=listed(names), at=w.now())
    if rest:
        await w.run(PUBLISH, of=index, was=LATER, now=OPEN)
    await w.run(BESIDE_TOO, of=index, names=listed(names), now=OPEN)


async def where_disclosed(reading: Reading, texts: Sequence[str]) -> list[tuple[int, str]]:
    """(entry, field) of every entry that commits to one of these disclosures: what carries a proposal out repeats them."""
    return [(row[0], row[1]) for row in await reading.fetch(SHARED, texts=listed(texts))] if texts else []


async def disclosures_of(reading: Reading, index: int) -> dict[str, tuple[str, int | None]]:
    """Field name -> (disclosure, when it was opened), for those of an entry that were not destroyed."""
    return {name: (text, at) for name, text, at in await reading.fetch(DISCLOSURES, of=index)}


async def mark_opened(w: Writing, index: int, names: Sequence[str]) -> None:
    await w.run(OPEN_DISCLOSURES, of=index, names=listed(names), at=w.now())


async def destroy_disclosures(w: Writing, texts: Sequence[str]) -> int:
    """Salt and value go for good, in every entry that repeats them; the digests stay. How many there were."""
    return await w.run(DESTROY_DISCLOSURES, texts=listed(texts)) if texts else 0


def _bytes(value: bytes | str) -> bytes:
    # SQLite lets somebody put text where bytes belong: to be found out as a difference, not as a crash.
    return value.encode() if isinstance(value, str) else bytes(value)

"""Accounts as staff see them: the person, what only staff see, what binds them now, and every ruling and matter there ever was."""

from collections.abc import Sequence

import msgspec

from chaupal.kernel.errors import NotFound, or_not_found
from chaupal.policy.gate import reveal, reveal_one
from chaupal.policy.measures import Measure
from chaupal.policy.sealed import Visible
from chaupal.policy.things import Person
from chaupal.policy.viewer import Surface, Viewer
from chaupal.reads.context import Reads
from chaupal.reads.page import Cursor, Page, rows_page
from chaupal.store.court import desk, knowing, rulings
from chaupal.store.court.rulings import RulingRow
from chaupal.store.identity import admin_accounts
from chaupal.store.identity.admin_accounts import Private, Wishes as Wishes
from chaupal.store.identity.facts_cache import facts_for
from chaupal.store.machine.work import Reading
from chaupal.store.square.people import id_of, sealed_people


class Entry(msgspec.Struct, frozen=True):
    """An account as staff see it; `measures`: what is in force on the account itself."""

    private: Private
    person: Visible[Person]
    measures: frozenset[Measure]


async def accounts(reads: Reads, viewer: Viewer, wishes: Wishes, cursor: Cursor) -> Page[Entry]:
    """Newest first. The caller has seen to it that the viewer may, and that the look is written down."""
    async with reads.work.scanning() as looking:  # what staff wish for may be far between
        found = await admin_accounts.found(
            looking, wishes, below=cursor.below, above=cursor.above, at_most=cursor.limit + 1, upward=cursor.upward
        )
    async with reads.work.reading() as reading:
        page = rows_page(found, cursor)
        return page.map(await _entries(reading, viewer, page.items))


async def by_id(reads: Reads, viewer: Viewer, id_: int) -> Entry:
    """Raises NotFound."""
    async with reads.work.reading() as reading:
        found = await admin_accounts.private(reading, id_)
        entries = [] if found is None else await _entries(reading, viewer, [found])
    if not entries:
        raise NotFound
    return entries[0]


async def _entries(reading: Reading, viewer: Viewer, found: Sequence[Private]) -> list[Entry]:
    facts = await facts_for(reading, viewer)
    sealed = await admin_accounts.sealed_in_any_state(reading, [one.id for one in found])
    seen = {v.item.id: v for v in reveal(viewer, Surface.OFFICE, sealed.values(), facts)}
    return [
        Entry(one, seen[one.id], frozenset(ruling.measure for ruling in facts.rulings.on(one.id)))
        for one in found
        if one.id in seen
    ]


class History(msgspec.Struct, frozen=True):
    """The person, and rulings on them, the newest first."""

    person: Visible[Person]
    made: tuple[RulingRow, ...]


async def history_of(reads: Reads, viewer: Viewer, handle: str) -> History:
    """Raises NotFound."""
    async with reads.work.reading() as reading:
        id_ = await id_of(reading, handle.strip().removeprefix("@"))
        people = {} if id_ is None else await sealed_people(reading, [id_])
        seen = or_not_found(reveal_one(viewer, Surface.OFFICE, people.get(id_ or 0), await facts_for(reading, viewer)))
        return History(
            seen, tuple(await knowing.rulings_known(reading, viewer, await rulings.of_owner(reading, seen.item.id)))
        )


async def under_own_rules(reads: Reads) -> list[RulingRow]:
    """What is in force under the house's own rules, the newest first; what is over by the clock is left out."""
    async with reads.work.reading() as reading:
        return _live(await desk.in_force_by(reading, "own_rules"), reads.clock())


async def quieted(reads: Reads, viewer: Viewer) -> list[RulingRow]:
    """What is kept out of trends and suggestions, the newest first."""
    async with reads.work.reading() as reading:
        return _live(
            await knowing.rulings_known(reading, viewer, await desk.in_force_as(reading, "deamplify")), reads.clock()
        )


def _live(rows: list[RulingRow], now: int) -> list[RulingRow]:
    return [row for row in rows if row.ends_at is None or row.ends_at > now]

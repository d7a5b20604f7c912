"""One person as the desk sees them: every ruling there ever was on them, and the matters in which they are named."""

import msgspec

from chaupal.kernel.errors import or_not_found
from chaupal.policy.gate import reveal_one
from chaupal.policy.sealed import Visible
from chaupal.policy.surface import Surface
from chaupal.policy.things import Person
from chaupal.policy.viewer import Viewer
from chaupal.reads.context import Reads
from chaupal.store.court import desk, knowing, rulings
from chaupal.store.court.rulings import RulingRow
from chaupal.store.identity.facts_cache import facts_for
from chaupal.store.square.people import id_of, sealed_people


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

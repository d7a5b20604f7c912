"""What staff see: the queue of open cases by their clock, and one order with everything that was said about its targets."""

from collections.abc import Iterable, Sequence

import msgspec

from chaupal.kernel.errors import NotFound
from chaupal.policy.gate import reveal
from chaupal.policy.sealed import Visible
from chaupal.policy.surface import Surface
from chaupal.policy.things import Person, Post
from chaupal.policy.viewer import Viewer
from chaupal.reads import record
from chaupal.reads.context import Reads
from chaupal.reads.record import Line
from chaupal.store import docket, rulings
from chaupal.store.docket import Authority, CaseEvent, Order, Target
from chaupal.store.knowledge import facts_for
from chaupal.store.people import sealed_people
from chaupal.store.posts import sealed_posts
from chaupal.store.rulings import RulingRow
from chaupal.store.work import Reading


class File(msgspec.Struct, frozen=True, kw_only=True):
    """One target as staff see it: the thing itself, whose it is, what was said. `number` is the last event's."""

    target: Target
    state: str
    number: int
    post: Visible[Post] | None
    person: Visible[Person] | None
    events: tuple[CaseEvent, ...]
    ruling: RulingRow | None

    @property
    def proposal(self) -> CaseEvent | None:
        """What is proposed or was decided."""
        return next((event for event in reversed(self.events) if event.state.endswith("_proposed")), None)


class Dossier(msgspec.Struct, frozen=True):
    """An order with the files of its targets; `names`: handles of staff by account."""

    order: Order
    authority: Authority
    files: tuple[File, ...]
    names: dict[int, str]
    next: int | None  # the number of the next target, where there are more


async def queue(reads: Reads, viewer: Viewer) -> list[Line]:
    """Orders with targets that are not decided yet; those that must be acted on first come first."""
    async with reads.work.reading() as reading:
        waiting = await docket.standing_in(reading, record.SHOWN_AS_PENDING)
        found = await docket.orders_by_id(reading, sorted(waiting))
        found.sort(key=lambda order: (order.act_by is None, order.act_by or 0, order.id))
        return await record.lines(reading, found)


async def dossier(reads: Reads, viewer: Viewer, ref: str, *, first: int = 1, most: int = 50) -> Dossier:
    """The order as staff see it, its targets from number `first` on. Raises NotFound."""
    async with reads.work.reading() as reading:
        order = await docket.order(reading, ref)
        authority = None if order is None else await docket.authority(reading, order.authority_id)
        if order is None or authority is None:
            raise NotFound
        named, following = record.part(await docket.targets_of(reading, order.id), first, most)
        events = await docket.events_of(reading, [t.id for t in named])
        files = await _files(reading, viewer, named, events)
        staff = {order.received_by, authority.created_by, *(e.by for es in events.values() for e in es)}
        return Dossier(order, authority, files, await _handles(reading, viewer, staff), following)


async def _files(
    reading: Reading, viewer: Viewer, named: Sequence[Target], events: dict[int, list[CaseEvent]]
) -> tuple[File, ...]:
    facts = await facts_for(reading, viewer)
    ids = [t.subject_id for t in named if t.kind == "post" and t.subject_id is not None]
    posts = {v.item.id: v for v in reveal(viewer, Surface.OFFICE, await sealed_posts(reading, ids), facts)}
    people = await _people(reading, viewer, (t.owner_id for t in named))
    made = await rulings.by_targets(reading, [t.id for t in named])
    return tuple(
        File(
            target=t, state=events[t.id][-1].state, number=events[t.id][-1].number, post=posts.get(t.subject_id or 0),
            person=people.get(t.owner_id or 0), events=tuple(events[t.id]), ruling=made.get(t.id),
        )
        for t in named
    )  # fmt: skip


async def _people(reading: Reading, viewer: Viewer, ids: Iterable[int | None]) -> dict[int, Visible[Person]]:
    wanted = sorted({id_ for id_ in ids if id_ is not None})
    found = (await sealed_people(reading, wanted)).values()
    return {v.item.id: v for v in reveal(viewer, Surface.OFFICE, found, await facts_for(reading, viewer))}


async def _handles(reading: Reading, viewer: Viewer, ids: Iterable[int]) -> dict[int, str]:
    return {id_: seen.item.handle for id_, seen in (await _people(reading, viewer, ids)).items()}

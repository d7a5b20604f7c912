"""Who works on what: targets are taken, handed over and put back. Assigning decides nothing, and is not logged."""

from collections.abc import Sequence

from chaupal.governance.cases import guards
from chaupal.governance.context import Court
from chaupal.kernel.errors import Invalid, NotAllowed, NotFound, or_not_found
from chaupal.policy.viewer import MAY, Viewer
from chaupal.store.court import desk, docket, knowing
from chaupal.store.identity import accounts
from chaupal.store.machine.work import Reading
from chaupal.store.square.people import id_of

ME = "me"


async def assign(court: Court, viewer: Viewer, ref: str, numbers: Sequence[int], to: str) -> int:
    """Assign targets of an order to `me`, to nobody (""), or to a handle of the staff.

    Where no number is given, all that are neither one's own nor theirs. How many they are. Raises NotAllowed, NotFound, Invalid
    for a handle that is nobody of the staff's.
    """
    async with court.work.writing() as w:
        me = await guards.act(w, viewer, "write_notes")
        order = or_not_found(await knowing.order_for(w, viewer, ref))
        named = await docket.targets_of(w, order.id)
        whom = me if to == ME else await _staff(w, to)
        theirs = set[int]() if whom is None else await guards.accounts_of(w, whom)
        own = theirs | await guards.accounts_of(w, me)
        every = [target for target in named if target.owner_id not in own] or named
        chosen = [target for target in named if target.number in numbers] if numbers else every
        if not chosen:
            raise NotFound
        owners = {target.owner_id for target in chosen if target.owner_id is not None}
        await guards.check_not_own(w, me, owners)
        if not owners.isdisjoint(theirs):
            raise NotAllowed("about_theirs")
        return await desk.assign(w, [target.id for target in chosen], whom)


async def _staff(reading: Reading, handle: str) -> int | None:
    if not handle.strip():
        return None
    id_ = await id_of(reading, handle.strip().removeprefix("@"))
    if id_ is None or id_ not in await accounts.with_roles(reading, sorted(MAY["write_notes"])):
        raise Invalid("staff_unknown")
    return id_

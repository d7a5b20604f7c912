"""Protected speakers: two people grant, one ends, the log names nobody; and how roles are given."""

import pytest

from chaupal.governance import roles, speakers
from chaupal.governance.speakers import SpeakerForm
from chaupal.kernel.clock import DAY, iso_day
from chaupal.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from chaupal.policy.viewer import Role
from chaupal.store import ledger
from chaupal.store import speakers as kept
from court import Bench, staff

EVIDENCE = "Her press card of the state was seen on 3 February."


def form(**changes: str) -> SpeakerForm:
    typed = {"handle": "@meera", "speaker_class": "journalist", "evidence": EVIDENCE}
    return SpeakerForm(**typed | changes)


async def classes(bench: Bench) -> dict[int, str]:
    async with bench.court.work.reading() as reading:
        return await kept.classes_of(reading, [bench.meera], bench.court.clock())


async def last_entry(bench: Bench) -> bytes:
    async with bench.court.work.reading() as reading:
        return (await ledger.entries(reading, await ledger.size(reading) - 1, 1))[0]


async def test_a_class_is_granted_by_two_and_ended_by_one(bench: Bench):
    id_ = await speakers.propose(bench.court, bench.asha, form())
    assert await classes(bench) == {}
    with pytest.raises(NotAllowed):
        await speakers.second(bench.court, bench.asha, id_)
    await speakers.second(bench.court, bench.dev, id_)
    assert await classes(bench) == {bench.meera: "journalist"}
    entry = await last_entry(bench)
    assert b'"step":"granted"' in entry and b"meera" not in entry and str(bench.meera).encode() not in entry
    with pytest.raises(Conflict):
        await speakers.second(bench.court, staff(bench.clerk.me, Role.OWNER), id_)
    await speakers.end(bench.court, bench.asha, id_)
    assert await classes(bench) == {}
    assert b'"step":"ended"' in await last_entry(bench)
    with pytest.raises(NotFound):
        await speakers.end(bench.court, bench.asha, id_)


async def test_a_class_ends_by_itself(bench: Bench):
    until = iso_day(bench.court.clock() + 3 * DAY)
    await speakers.second(bench.court, bench.dev, await speakers.propose(bench.court, bench.asha, form(until=until)))
    assert await classes(bench)
    bench.street.clock.move(4 * DAY)
    assert await classes(bench) == {}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"handle": "nobody"}, "handle"), ({"speaker_class": "king"}, "speaker_class"), ({"evidence": "so"}, "evidence"),
        ({"until": "2001-01-01"}, "until"), ({"until": "soon"}, "until"),
    ],
)  # fmt: skip
async def test_bad_proposals_say_what_is_wrong(bench: Bench, changes: dict[str, str], field: str):
    with pytest.raises(Invalid) as caught:
        await speakers.propose(bench.court, bench.asha, form(**changes))
    assert set(caught.value.details) == {field}


async def test_nobody_is_proposed_twice_nor_grants_it_to_themselves(bench: Bench):
    await speakers.propose(bench.court, bench.asha, form())
    with pytest.raises(Invalid):
        await speakers.propose(bench.court, bench.dev, form())
    own = await speakers.propose(bench.court, bench.asha, form(handle="dev"))
    with pytest.raises(NotAllowed):
        await speakers.second(bench.court, bench.dev, own)


async def test_who_does_not_judge_protects_nobody(bench: Bench):
    with pytest.raises(NotAllowed):
        await speakers.propose(bench.court, bench.clerk, form())


# --- roles ---


async def test_roles_stand_in_the_log_and_an_owner_always_stays(bench: Bench):
    court, owner, other = bench.court, staff(bench.asha.me, Role.OWNER), bench.dev.me
    with pytest.raises(NotAllowed):
        await roles.grant(court, bench.dev, bench.meera, Role.CLERK)
    with pytest.raises(NotAllowed):
        await roles.grant(court, owner, owner.me, Role.MEMBER)
    assert await roles.grant(court, owner, other, Role.OWNER)
    entry = await last_entry(bench)
    assert b'"t":"role"' in entry and b'"role":"owner"' in entry and b"dev" not in entry
    assert not await roles.grant(court, owner, other, Role.OWNER)
    with pytest.raises(Conflict):  # the only account whose row says owner
        await roles.grant(court, owner, other, Role.MEMBER)
    with pytest.raises(NotFound):
        await roles.grant(court, owner, 1, Role.CLERK)
    with pytest.raises(NotFound):
        await roles.grant(court, owner, other, Role.SYSTEM)

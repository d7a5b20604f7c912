"""Protected speakers: two people grant, two end, the log names nobody; and how roles are given."""

import asyncio
import json

import pytest
from sqlalchemy import text

from chaupal.governance.context import pseudonym
from chaupal.governance.people import role_grants, speakers
from chaupal.governance.people.speakers import SpeakerForm
from chaupal.kernel.clock import DAY, iso_day
from chaupal.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from chaupal.policy.viewer import Role
from chaupal.store.court import ledger, speakers as kept
from chaupal.store.machine.dialect import statement
from court import Bench, in_words, staff

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


async def test_a_class_is_granted_by_two_and_ended_by_two(bench: Bench):
    id_ = await speakers.propose(bench.court, bench.asha, form())
    assert await classes(bench) == {}
    with pytest.raises(NotAllowed):
        await speakers.second(bench.court, bench.asha, id_)
    await speakers.second(bench.court, bench.dev, id_)
    assert await classes(bench) == {bench.meera: "journalist"}
    entry = await last_entry(bench)
    assert b'"step":"granted"' in entry and b"meera" not in entry and str(bench.meera).encode() not in entry
    with pytest.raises(Conflict):
        await speakers.second(bench.court, bench.owner, id_)
    with pytest.raises(Conflict, match="Nobody has proposed"):
        await speakers.end(bench.court, bench.asha, id_)
    assert not await speakers.ask_end(bench.court, bench.asha, id_)
    assert b'"step":"ending_proposed"' in await last_entry(bench)
    assert await classes(bench) == {bench.meera: "journalist"}, "one person's word ends no protection"
    with pytest.raises(NotAllowed):
        await speakers.end(bench.court, bench.asha, id_)
    with pytest.raises(Conflict):
        await speakers.ask_end(bench.court, bench.dev, id_)
    await speakers.keep(bench.court, bench.dev, id_)
    assert not await speakers.ask_end(bench.court, bench.owner, id_)
    await speakers.end(bench.court, bench.asha, id_)
    assert await classes(bench) == {}
    ended = json.loads(await last_entry(bench))["public"]
    assert ended["step"] == "ended"
    assert ended["by"] == pseudonym(bench.court, bench.owner.me)
    assert ended["second"] == pseudonym(bench.court, bench.asha.me)
    with pytest.raises(NotFound):
        await speakers.end(bench.court, bench.asha, id_)


async def test_of_two_who_end_a_protection_at_once_one_does(bench: Bench):
    id_ = await speakers.propose(bench.court, bench.asha, form())
    await speakers.second(bench.court, bench.dev, id_)
    asked = await asyncio.gather(
        *(speakers.ask_end(bench.court, who, id_) for who in (bench.asha, bench.dev)), return_exceptions=True
    )
    assert sorted(type(one).__name__ for one in asked) == ["Conflict", "bool"]
    assert await classes(bench)


@pytest.mark.parametrize("columns", ["", ", ending_by = {asha}", ", ending_by = {asha}, ended_by = {asha}"])
async def test_the_database_lets_no_protection_end_by_fewer_than_two(bench: Bench, columns: str):
    id_ = await speakers.propose(bench.court, bench.asha, form())
    await speakers.second(bench.court, bench.dev, id_)
    change = f"UPDATE protected_speakers SET ended_at = 5{columns} WHERE id = {id_}".format(asha=bench.asha.me)
    with pytest.raises(Exception, match="protected_end"):
        async with bench.court.work.writing() as w:
            await w.run(statement(text(change)))
    assert await classes(bench)


async def test_a_proposal_of_whoever_judges_no_more_protects_and_ends_nothing(bench: Bench):
    id_ = await speakers.propose(bench.court, bench.asha, form())
    await role_grants.grant(bench.court, bench.owner, bench.asha.me, Role.CLERK)
    with pytest.raises(Conflict, match="proposed anew"):
        await speakers.second(bench.court, bench.dev, id_)
    assert not await classes(bench)


async def test_a_class_ends_by_itself(bench: Bench):
    until = iso_day(bench.court.clock() + 3 * DAY)
    await speakers.second(bench.court, bench.dev, await speakers.propose(bench.court, bench.asha, form(until=until)))
    assert await classes(bench)
    bench.street.clock.move(4 * DAY)
    assert await classes(bench) == {}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"handle": "nobody"}, "handle"),
        ({"speaker_class": "king"}, "speaker_class"),
        ({"evidence": "so"}, "evidence"),
        ({"until": "2001-01-01"}, "until"),
        ({"until": "soon"}, "until"),
    ],
)
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
    court, owner, other = bench.court, bench.owner, bench.asha.me
    with pytest.raises(NotAllowed):
        await role_grants.grant(court, bench.dev, bench.meera, Role.CLERK)
    with pytest.raises(NotAllowed):
        await role_grants.grant(court, owner, owner.me, Role.MEMBER)
    assert await role_grants.grant(court, owner, other, Role.OWNER)
    entry = await last_entry(bench)
    assert b'"t":"role"' in entry and b'"role":"owner"' in entry and "dev" not in in_words([entry.decode()])
    assert not await role_grants.grant(court, owner, other, Role.OWNER)
    new = staff(other, Role.OWNER)
    assert await role_grants.grant(court, new, owner.me, Role.MEMBER)
    with pytest.raises(NotAllowed):  # the only owner left, by the word of one who was
        await role_grants.grant(court, owner, other, Role.MEMBER)
    with pytest.raises(NotFound):
        await role_grants.grant(court, new, 1, Role.CLERK)
    with pytest.raises(NotFound):
        await role_grants.grant(court, new, owner.me, Role.SYSTEM)

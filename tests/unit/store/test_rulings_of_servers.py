"""What the database itself keeps of limits of servers, whoever writes a row."""

import pytest

from chaupal.kernel.clock import DAY
from chaupal.policy.measures import Measure
from chaupal.store.court import rulings
from chaupal.store.court.rulings import RulingRow
from chaupal.store.federation import servers
from neighbours import Street


async def begin(street: Street, subject: int, measure: Measure, **changes: object) -> None:
    row: dict[str, object] = {
        "id": street.make_id(), "subject_id": subject, "term": "", "measure": measure, "territory": "XX", "starts_at": 0, "ends_at": None,
        "lifted_at": None, "target_id": None, "owner_id": None, "order_ref": "1", "authority": "", "authority_hi": "", "legal_basis": "L",
        "reason": "R", "decided_by": 1, "approved_by": 2, "log_index": 0, "basis": "own_rules", "review_at": 2**45,
    }  # fmt: skip
    async with street.work.writing() as w:
        await rulings.begin(w, RulingRow(**row | changes))


async def met(street: Street, domain: str = "far.example") -> int:
    async with street.work.writing() as w:
        return await servers.met(w, street.make_id, domain)


@pytest.mark.parametrize("measure", [Measure.SUSPEND_SERVER, Measure.REFUSE_REPORTS])
async def test_a_server_is_limited_by_the_houses_own_rules_and_everywhere_or_not_at_all(
    street: Street, measure: Measure
):
    there = await met(street)
    for changes in ({"basis": "legal_order"}, {"territory": "IN"}, {"owner_id": await street.person("asha")}):
        with pytest.raises(Exception, match="rulings_of_servers"):
            await begin(street, there, measure, **changes)
    with pytest.raises(Exception, match="rulings_of_servers"):
        await begin(street, await street.person("meera"), measure)
    await begin(street, there, measure)


@pytest.mark.parametrize("measure", [Measure.WITHHOLD_ACCOUNT, Measure.WITHHOLD_POST, Measure.SUSPEND, Measure.LABEL])
async def test_no_other_measure_falls_on_a_whole_server(street: Street, measure: Measure):
    there = await met(street)
    basis = {"basis": "legal_order", "territory": "IN"} if "withhold" in measure.value else {}
    with pytest.raises(Exception, match="rulings_withhold_no_server"):
        await begin(street, there, measure, **basis)


async def test_one_person_limits_or_suspends_no_server(street: Street):
    there = await met(street)
    for measure in (Measure.LIMIT_SERVER, Measure.SUSPEND_SERVER):
        with pytest.raises(Exception, match="rulings_by_two_people_always"):
            await begin(street, there, measure, approved_by=None, alone=True, ends_at=DAY)
    await begin(street, there, Measure.REFUSE_MEDIA, approved_by=None, alone=True, ends_at=DAY)


async def test_a_server_is_limited_in_one_way_once(street: Street):
    there = await met(street)
    await begin(street, there, Measure.LIMIT_SERVER)
    with pytest.raises(Exception, match=r"rulings_of_servers|UNIQUE|unique"):
        await begin(street, there, Measure.LIMIT_SERVER)
    await begin(street, there, Measure.REFUSE_MEDIA)
    await begin(street, await met(street, "other.example"), Measure.LIMIT_SERVER)

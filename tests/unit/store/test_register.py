"""What the public register is asked for, on both databases: orders by words, law, country, outcome and day; none that is secret."""

from typing import Any

from chaupal.kernel.clock import DAY
from chaupal.store.court import register
from chaupal.store.court.register import Sought
from court import Bench

REASON = "The post reports what happened and calls nobody to arms."


async def test_orders_are_found_by_what_the_register_shows(bench: Bench):
    first = await bench.order()
    await bench.withhold(first)
    begun = bench.street.clock()
    bench.street.clock.move(DAY)
    second = await bench.order(reference_no="99_%/B")
    secret = await bench.order(gag_until="2031-01-01T00:00")

    async def refs(**sought: Any) -> list[str]:
        async with bench.court.work.reading() as reading:
            return [one.ref for one in await register.public_orders_below(reading, 2**62, 10, Sought(**sought))]

    assert await refs() == [second, first]
    assert await refs(q=first.lower()) == [first] and await refs(q="99") == [second]
    assert await refs(q="%") == await refs(q="_") == [second, first]  # patterns of the database are no pattern here
    assert await refs(q=secret) == await refs(q="nobody") == []
    assert await refs(law="IN-69A") == [second, first] and await refs(law="EU-DSA-9") == []
    assert await refs(country="IN") == [second, first] and await refs(country="NP") == []
    assert await refs(authority=bench.ministry.id) == [second, first] and await refs(authority=5) == []
    assert await refs(states=("in_force", "unseconded", "change_proposed")) == [first]
    assert await refs(states=("received",)) == [second] and await refs(states=("refused",)) == []
    assert await refs(since=begun + 1) == [second] and await refs(until=begun + 1) == [first]
    async with bench.court.work.reading() as reading:
        assert await register.public_issuers(reading) == [(bench.ministry.id, "IN-69A")]

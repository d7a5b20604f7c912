"""The public register is searched, filtered and followed by feed; what is secret is found by no filter."""

from typing import Any

import pytest
import regex

from chaupal.governance.cases import decisions
from chaupal.governance.orders.changes import ChangeForm
from chaupal.kernel.clock import DAY
from village import Village

REF = regex.compile(r'<h2><a href="/orders/([A-Z0-9-]+)"')


async def found(village: Village, **asked: Any) -> set[str]:
    query = "&".join(f"{name}={value}" for name, value in asked.items())
    return set(REF.findall(await village.page_as("DE", f"/orders?{query}")))


async def two_orders(v: Village) -> tuple[str, str]:
    """One that withholds a post, and a day later one that waits."""
    first = await v.withhold(post=v.asha.latest, by=v.chitra, second=v.dev)
    v.clock.move(DAY)
    second = await v.receives((await v.says(v.ravi, "कल की बात")).path)
    return first, second


async def test_the_register_is_searched_and_filtered(village: Village):
    v = village
    first, second = await two_orders(v)
    both = {first, second}
    page = await v.page_as("DE", "/orders")
    who = regex.search(r'<option value="(\d+)"[^>]*>सूचना मंत्रालय', page)
    assert who
    assert await found(v) == both
    assert '<rect class="law" x="0" width="1"' in page and '<rect class="open" x="0" width="1"' in page
    assert await found(v, q=first.lower()) == {first}
    assert await found(v, q="information") == both and await found(v, q="सूचना") == both
    assert await found(v, q="100%25") == set()
    assert await found(v, authority=who[1]) == both and await found(v, authority="1") == set()
    assert await found(v, law="IN-69A") | await found(v, law="GENERIC") == both
    assert await found(v, country="IN") == both and await found(v, country="DE") == set()
    assert await found(v, outcome="withheld") == {first} and await found(v, outcome="pending") == {second}
    assert await found(v, outcome="refused") == set()
    told = await v.page_as("DE", f"/orders/{second}")
    assert '<meta property="og:description" content="सूचना मंत्रालय ने आदेश दिया कि 1 पोस्ट, खाते या हैशटैग' in told
    day = regex.search(r"(\d{4}-\d\d-\d\d)T", told)
    assert day
    assert await found(v, since=day[1]) == {second} and await found(v, until=day[1]) == both
    assert await found(v, since="someday", authority="x") == both  # what cannot be read filters nothing


async def test_a_filtered_register_is_followed_by_feed(village: Village):
    v = village
    first, second = await two_orders(v)
    page = await v.page_as("DE", "/orders?outcome=withheld")
    assert 'rel="alternate" type="application/atom+xml" href="/orders/feed.atom?outcome=withheld"' in page
    every = (await v.look("DE", "/orders/feed.atom")).text
    some = (await v.look("DE", "/orders/feed.atom?outcome=withheld")).text
    assert f"/orders/{first}</id>" in every and f"/orders/{second}</id>" in every
    assert f"/orders/{first}</id>" in some and f"/orders/{second}</id>" not in some
    assert "दो लोगों के फ़ैसले से रोक लगी" in some


@pytest.mark.parametrize("asked", ["", "outcome=pending", "q=X-", "country=IN", "law=IN-69A", "q=2021"])
async def test_what_is_secret_is_found_by_no_filter_and_no_feed(village: Village, asked: str):
    v = village
    ref = await v.receives(v.asha.latest.path, gag_until="2031-01-01T00:00")
    assert ref.startswith("X-")
    for path in ("/orders", "/orders/feed.atom"):
        page = await v.page_as("IN", f"{path}?{asked}")
        assert ref not in page and "<article" not in page and "<entry>" not in page
    assert "सूचना मंत्रालय" not in await v.page_as("IN", "/orders")  # nor is the authority offered as a filter


async def test_a_proposed_change_moves_no_order_in_any_filter(village: Village):
    """What is proposed is the staff's own until it is approved: it counts as in force, and the feed's time stays."""
    v = village
    ref = await v.withhold(post=v.asha.latest, by=v.chitra, second=v.dev)
    before = (await v.look("DE", "/orders/feed.atom")).text
    v.clock.move(DAY)
    form = ChangeForm(
        kind="amend", body="authority", until="2021-03-01T00:00", reason="The authority now asks for less time."
    )
    await decisions.propose_change(v.running.house.court, v.chitra.viewer, ref, 1, form)
    await v.settle()
    assert await found(v, outcome="withheld") == {ref}
    assert (await v.look("DE", "/orders/feed.atom")).text == before

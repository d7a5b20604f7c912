"""The notifications page says in words what was decided about one's post or account, and where the order stands."""

import pytest

from village import Village


@pytest.mark.parametrize(("what", "begun", "ended"), [
    ("post", "कारण आपकी पोस्ट", "आपकी पोस्ट भारत में फिर दिख रही है"), ("account", "कारण आपका खाता", "आपका खाता भारत में फिर दिख रहा है"),
])  # fmt: skip
async def test_a_decision_is_told_in_words(village: Village, what: str, begun: str, ended: str):
    asha, court = village.asha, {"by": village.chitra, "second": village.dev}
    ref = await (
        village.withhold(post=asha.latest, **court) if what == "post" else village.withhold_account(asha, **court)
    )
    page = await village.page_as("IN", "/notifications", asha)
    assert ref in page and begun in page and "सूचना मंत्रालय" in page and 'href="/disputes/strikes/' in page
    assert ended not in page
    await village.lift(ref, by=village.dev)
    assert ended in await village.page_as("IN", "/notifications", asha)
    assert begun not in await village.page_as("IN", "/notifications", village.ravi)

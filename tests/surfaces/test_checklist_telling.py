"""What people are told on their devices and in messages, line by line of the checklist (governance, 10.1)."""

from collections.abc import AsyncIterator

import msgspec
import pytest

from chaupal.fanout.notifications import push
from chaupal.kernel.clock import StillClock
from chaupal.kernel.settings import Settings
from pushing import device
from surfaces.matrix import ACCOUNT, WORDS, Matrix
from village import Village, open_village


@pytest.fixture
async def village(settings: Settings, clock: StillClock) -> AsyncIterator[Village]:
    async with open_village(msgspec.structs.replace(settings, push_private=True), clock) as opened:
        yield opened


@pytest.fixture
async def before(village: Village) -> Matrix:
    """Everything is said, and nothing is withheld yet."""
    matrix = Matrix(village)
    await matrix.live()
    return matrix


# --- 36 ---


async def test_push_payloads_carry_no_text_for_p_and_queued_pushes_are_re_checked_at_send(before: Matrix):
    """Push payloads carry no text for P; queued pushes are re-checked at send."""
    m, v = before, before.v
    async with device() as here, device() as abroad:
        for who, phone, country in ((v.asha, here, "IN"), (v.karl, abroad, "DE")):
            subscribed = await v.api(
                who,
                "POST",
                "/api/v1/push/subscription",
                country,
                subscription=phone.subscription,
                data={"alerts": {"mention": True, "status": True}},
            )
            assert subscribed.status_code == 200
        queued = await v.says(m.koel, f"@asha @karl {ACCOUNT} रास्ते में")
        await m.withhold()
        await v.says(m.koel, f"@asha @karl {ACCOUNT} बाद में")
        await push.deliver_due(v.running.carrier)
        assert here.opened() == []
        told = abroad.opened()
        assert len(told) == 2 and queued.text in {one["body"] for one in told}
        assert not any(word in str(here.heard) for word in WORDS)


# --- 40 ---


async def test_direct_messages_sharing_p_show_a_tombstone_card(before: Matrix):
    """Direct messages sharing P show a tombstone card."""
    m, v = before, before.v
    talk = await v.says(m.koel, f"@asha @karl {ACCOUNT} अकेले में", visibility=3)
    await v.says(v.ravi, f"@asha देखो: {m.post.path}", visibility=3)
    await m.withhold()
    for who, country, shown in ((v.asha, "IN", False), (v.karl, "IN", False), (v.karl, "DE", True)):
        listed = await v.api(who, "GET", "/api/v1/conversations", country)
        pages = [await v.page_as(country, path, who) for path in ("/messages", f"/messages/{talk.id}")]
        found = [any(word in text for word in WORDS) for text in (listed.text, *pages)]
        assert found == [shown] * 3, (who.handle, country)
        last = next(one["last_status"] for one in listed.json() if one["id"] == str(talk.id))
        assert ("withheld_in_countries" in last) is not shown
        if not shown:
            assert "रोक" in pages[1], "a placeholder says that there is something, and why it is not shown"

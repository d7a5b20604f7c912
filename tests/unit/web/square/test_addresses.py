"""Addresses that apps and other sites know from Mastodon's pages lead to ours, and what is shared from elsewhere stands in the form."""

import pytest

from chaupal.web.square.addresses import KNOWN
from village import Village


async def test_every_known_address_leads_to_a_page(village: Village):
    v = village
    for path, where in KNOWN.items():
        led = await v.look("IN", path, v.owner)
        assert (led.status_code, led.headers["location"]) == (303, where), path
        page = await v.look("IN", where, v.owner)
        assert page.status_code == 200 or (page.status_code == 303 and where in ("/login", "/signup")), where
    assert (await v.look("IN", "/admin/reports/17")).headers["location"] == "/office/reports/17"
    assert (await v.look("IN", "/admin/reports/x")).status_code in (400, 404, 422)


@pytest.mark.parametrize(
    ("shared", "said"),
    [
        ("text=%E0%A4%AA%E0%A4%A2%E0%A4%BC%E0%A5%8B&url=https://x.example/1", "पढ़ो\nhttps://x.example/1"),
        ("title=News&url=https://x.example/1", "News\nhttps://x.example/1"),
        ("text=https://x.example/1&url=https://x.example/1", "https://x.example/1"),
        ("url=https://x.example/1", "https://x.example/1"),
    ],
)
async def test_what_is_shared_stands_in_the_form(village: Village, shared: str, said: str):
    v = village
    led = (await v.look("IN", f"/share?{shared}", v.asha)).headers["location"]
    assert f">{said}</textarea>" in (await v.look("IN", led, v.asha)).text
    guest = await v.look("IN", led)
    assert guest.status_code == 303 and guest.headers["location"].startswith("/login?next=%2Fcompose")

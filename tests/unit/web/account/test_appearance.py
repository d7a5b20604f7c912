"""How pages look: chosen by guests and by members, and standing in the page itself, so that no script is needed."""

from typing import Any

import httpx2
import pytest

from chaupal.social.people import appearance
from chaupal.social.people.appearance import USUAL, Appearance
from village import Village

CHOSEN = {"theme": "dark", "size": "large", "contrast": "more", "digits": "native", "urdu": "nastaliq"}


async def choose(v: Village, cookie: str, **fields: Any) -> httpx2.Response:
    page = await v.client.get("/settings/appearance", headers={"cookie": cookie})
    word = page.text.split('name="csrf" value="')[1].split('"')[0]
    return await v.client.post("/settings/appearance", data=fields | {"csrf": word}, headers={"cookie": cookie})


def test_what_is_written_is_read_back_and_nonsense_is_the_usual():
    chosen = Appearance(**CHOSEN)
    assert appearance.read(appearance.written(chosen)) == chosen
    assert appearance.written(USUAL) == ""
    for nonsense in ("theme-pink", "x", "theme-dark.size", "a" * 300, '"><script>'):
        assert appearance.read(nonsense) == USUAL


async def test_a_guest_chooses_and_the_next_page_is_drawn_so(village):
    guest = "visitor=" + "a" * 24
    done = await choose(village, guest, **CHOSEN)
    assert done.status_code == 303
    kept = done.headers["set-cookie"].split(";")[0]
    page = (await village.client.get("/@asha", headers={"cookie": f"{guest}; {kept}; language=hi"})).text
    for name in ("theme", "size", "contrast", "urdu"):
        assert f'data-{name}="{CHOSEN[name]}"' in page
    assert "२०" in page  # the year, in Devanagari digits
    assert 'data-theme="auto"' in (await village.client.get("/@asha", headers={"cookie": guest})).text


async def test_what_a_member_chose_follows_them_into_another_browser(village):
    v = village
    await choose(v, f"chaupal={v.asha.cookie}", **CHOSEN)
    page = await v.page_as("IN", "/", v.asha)
    assert 'data-theme="dark"' in page and 'data-size="large"' in page
    assert 'data-theme="auto"' in await v.page_as("IN", "/", v.ravi)


@pytest.mark.parametrize("field", sorted(CHOSEN))
async def test_a_choice_that_does_not_exist_is_refused(village, field):
    answer = await choose(village, "visitor=" + "a" * 24, **{field: "pink"})
    assert answer.status_code == 422

"""Taking one's data along as a person does: ask on the page, wait until it is made, follow the link."""

import httpx2
import regex

from chaupal.fanout import exporting
from village import Village, Villager


async def export(
    v: Village, who: Villager | None, country: str = "IN", headers: dict[str, str] | None = None
) -> httpx2.Response:
    """What the link gives; where nobody may ask, what was said instead. `headers`: as whom and from where, if not by country."""
    cookies = f"look_as={country}; language=hi" + (f"; chaupal={who.cookie}" if who else "")
    asks = headers or {"cookie": cookies}
    page = await v.client.get("/settings/export", headers=asks)
    if page.status_code != 200:
        return page
    word = page.text.split('name="csrf" value="')[1].split('"')[0]
    asked = await v.client.post("/settings/export", data={"csrf": word}, headers=asks)
    assert asked.status_code == 303
    assert 'http-equiv="refresh"' in (await v.client.get("/settings/export", headers=asks)).text
    assert await exporting.carry_on(v.running.carrier)
    page = await v.client.get("/settings/export", headers=asks)
    assert 'http-equiv="refresh"' not in page.text
    found = regex.search(r'href="(/settings/export/[0-9]+)"', page.text)
    assert found is not None, page.text
    return await v.client.get(found[1], headers=asks)

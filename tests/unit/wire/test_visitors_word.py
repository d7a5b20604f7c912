"""The visitor's word against forged forms: nothing that a page shows may take it away from the browser."""

import httpx2
import pytest

from chaupal.app.wiring import Running


@pytest.mark.parametrize("path", ["/media/1/small", "/media/1/original?k=x", "/static/nothing.css"])
async def test_a_missing_file_leaves_the_word_alone(house: Running, path: str):
    origin = house.house.settings.origin
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=house.app), base_url=origin) as client:
        await client.get("/login")
        word = client.cookies["visitor"]
        missing = await client.get(path)
        assert missing.status_code == 404
        assert "set-cookie" not in missing.headers
        form = {"csrf": word, "name": "nobody", "password": "not the one"}
        assert (await client.post("/login", data=form)).status_code == 422  # not 403: the form is not out of date

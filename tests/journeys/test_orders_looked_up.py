"""A clerk may ask other servers for what an order names and is not known here: when they say so, a few at a time, and never by itself."""

import pytest

from chaupal.web.court import filing
from disputes import send
from far import Far
from village import AUTHORITY


async def look(far: Far, act: str, targets: str) -> str:
    """The page after the form was sent so."""
    v = far.village
    ministry = await v.ministry()
    assert AUTHORITY.name
    answer = await send(
        v, v.owner, "/office/orders/new", "/office/orders", act=act, authority=str(ministry.id), regime="IN-69A", targets=targets
    )  # fmt: skip
    assert answer.status_code == 200, answer.text
    return answer.text


async def test_what_is_on_another_server_is_asked_for_when_a_clerk_says_so(far: Far):
    note = far.there.serves(far.bob.note("n1"))
    page = await look(far, "check", note)
    assert 'value="look_up"' in page and far.there.asked["/bob/notes/n1"] == 0, "looking at the form asks nobody"
    page = await look(far, "look_up", note)
    assert far.there.asked["/bob/notes/n1"] >= 1 and await far.here(note)
    assert 'value="look_up"' not in page and "n1" in page


async def test_a_few_are_asked_for_at_once_and_what_is_not_there_stays_unknown(
    far: Far, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(filing, "MOST_LOOKED_UP", 2)
    lines = [f"{far.there.origin}/bob/notes/x{n}" for n in range(4)]
    page = await look(far, "look_up", "\n".join(lines))
    assert sum(far.there.asked[f"/bob/notes/x{n}"] > 0 for n in range(4)) == 2
    assert 'value="look_up"' in page and all(line in page for line in lines)

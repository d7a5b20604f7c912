"""In which language a post counts as written: what its author says, else what its words are, else what they wrote last."""

from typing import Any

from chaupal.kernel.clock import SECOND
from village import Village, Villager

BHOJPURI = "हमार घर दूर बा"
BENGALI = "আমার বাড়ি অনেক দূরে"


async def said_in(v: Village, who: Villager, text: str, **more: Any) -> str | None:
    v.clock.move(SECOND)
    answer = await v.api(who, "POST", "/api/v1/statuses", status=text, **more)
    assert answer.status_code == 200, answer.text
    return answer.json()["language"]


async def test_where_words_leave_it_in_doubt_what_the_author_wrote_last_decides(village: Village):
    v = village
    assert await said_in(v, v.ravi, BHOJPURI) == "hi", "nobody said which of the languages of Devanagari it is"
    assert await said_in(v, v.ravi, BHOJPURI, language="bho") == "bho"
    assert await said_in(v, v.ravi, "घर बहुत दूर बा हो") == "bho"
    assert await said_in(v, v.ravi, "😀 123") == "bho"
    assert await said_in(v, v.ravi, BENGALI) == "bn", "another script decides by itself"
    assert await said_in(v, v.ravi, "😀 123") == "bn"


async def test_what_others_wrote_and_what_one_only_reposts_decides_nothing(village: Village):
    v = village
    await said_in(v, v.asha, BHOJPURI, language="bho")
    mine = await said_in(v, v.ravi, BENGALI)
    assert (await v.api(v.ravi, "POST", f"/api/v1/statuses/{v.asha.latest.id}/reblog")).status_code == 200
    assert await said_in(v, v.ravi, "😀 123") == mine == "bn"

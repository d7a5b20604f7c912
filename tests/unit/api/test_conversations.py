"""Messages: each conversation once, by its newest post; in apps and on pages; nothing in them for whom they are not."""

from typing import Any

import regex

from village import Village, VillagePost, Villager

PATH = "/api/v1/conversations"

BADGE = regex.compile(r'data-badge="\w+">')  # one that is shown


async def talks(v: Village, who: Villager, country: str = "IN") -> list[dict[str, Any]]:
    return (await v.api(who, "GET", PATH, country)).json()


async def writes(v: Village, who: Villager, text: str, reply_to: VillagePost | None = None) -> VillagePost:
    return await v.says(who, text, visibility=3, reply_to=reply_to.id if reply_to else None)


async def csrf_of(v: Village, who: Villager, path: str = "/messages") -> str:
    page = (await v.client.get(path, headers=cookie(who))).text
    return page.partition('name="csrf" value="')[2].partition('"')[0]


def cookie(who: Villager) -> dict[str, str]:
    return {"cookie": f"chaupal={who.cookie}; language=hi"}


async def test_a_conversation_is_told_once_by_its_newest_post_to_everybody_in_it(village: Village):
    v = village
    first = await writes(v, v.ravi, "@asha कल मिलें?")
    answer = await writes(v, v.asha, "@ravi हाँ", first)
    (mine,) = await talks(v, v.asha)
    (theirs,) = await talks(v, v.ravi)
    assert mine["id"] == theirs["id"] == str(first.id)
    assert mine["last_status"]["id"] == theirs["last_status"]["id"] == str(answer.id)
    assert [a["acct"] for a in mine["accounts"]] == ["ravi"] and [a["acct"] for a in theirs["accounts"]] == ["asha"]
    assert (mine["unread"], theirs["unread"]) == (False, True)
    assert await talks(v, v.meera) == []


async def test_reading_marks_it_and_removing_takes_it_off_one_list_until_somebody_writes_again(village: Village):
    v = village
    first = await writes(v, v.ravi, "@asha सुनो")
    assert (await talks(v, v.asha))[0]["unread"] is True
    read = await v.api(v.asha, "POST", f"{PATH}/{first.id}/read")
    assert read.json()["unread"] is False and (await talks(v, v.asha))[0]["unread"] is False
    assert (await v.api(v.asha, "POST", f"{PATH}/{first.id}/unread")).json()["unread"] is True
    assert (await v.api(v.meera, "POST", f"{PATH}/{first.id}/read")).status_code == 404
    assert (await v.api(v.asha, "DELETE", f"{PATH}/{first.id}")).json() == {}
    assert await talks(v, v.asha) == [] and len(await talks(v, v.ravi)) == 1
    assert (await v.api(v.asha, "DELETE", f"{PATH}/{first.id}")).status_code == 404
    await writes(v, v.ravi, "@asha फिर से", first)
    assert [t["unread"] for t in await talks(v, v.asha)] == [True]


async def test_a_deleted_message_goes_back_to_the_one_before_and_the_last_one_takes_the_conversation_along(
    village: Village,
):
    v = village
    first = await writes(v, v.ravi, "@asha एक")
    second = await writes(v, v.ravi, "@asha दो", first)
    await v.api(v.ravi, "DELETE", f"/api/v1/statuses/{second.id}")
    await v.settle()
    assert [t["last_status"]["id"] for t in await talks(v, v.asha)] == [str(first.id)]
    await v.api(v.ravi, "DELETE", f"/api/v1/statuses/{first.id}")
    await v.settle()
    assert await talks(v, v.asha) == [] == await talks(v, v.ravi)


async def test_pages_of_conversations_hold_each_once(village: Village):
    v = village
    for n in range(5):
        await writes(v, v.ravi, f"@asha बात {n}")
    seen: list[str] = []
    path: str | None = f"{PATH}?limit=2"
    while path:
        answer = await v.api(v.asha, "GET", path)
        seen += [talk["id"] for talk in answer.json()]
        path = answer.links.get("next", {}).get("url")
    assert len(seen) == len(set(seen)) == 5 and seen == sorted(seen, reverse=True)


async def test_whoever_is_blocked_or_muted_is_in_no_list_and_on_no_badge(village: Village):
    v = village
    await writes(v, v.ravi, "@asha ब्लॉक")
    await writes(v, v.meera, "@asha म्यूट")
    assert BADGE.search(await v.page_as("IN", "/settings", v.asha))
    await v.api(v.asha, "POST", f"/api/v1/accounts/{v.ravi.id}/block")
    await v.api(v.asha, "POST", f"/api/v1/accounts/{v.meera.id}/mute")
    assert await talks(v, v.asha) == []
    await v.api(v.asha, "POST", "/api/v1/notifications/clear")
    assert not BADGE.search(await v.page_as("IN", "/settings", v.asha))
    await writes(v, v.ravi, "@asha सुनो तो")
    assert await talks(v, v.asha) == []


async def test_in_a_talk_of_three_the_newest_that_may_be_seen_stands_for_it(village: Village):
    v = village
    first = await writes(v, v.ravi, "@asha @meera तीनों")
    await writes(v, v.meera, "@asha @ravi मैं भी", first)
    await v.api(v.asha, "POST", f"/api/v1/accounts/{v.meera.id}/block")
    assert [t["last_status"]["id"] for t in await talks(v, v.asha)] == [str(first.id)]


async def test_messages_are_written_and_read_on_pages_and_say_who_can_read_them(village: Village):
    v = village
    form = {"csrf": await csrf_of(v, v.asha), "to": "@ravi, karl", "text": "नमस्ते आप दोनों को", "key": "k1"}
    sent = await v.client.post("/messages", data=form, headers=cookie(v.asha))
    again = await v.client.post("/messages", data=form, headers=cookie(v.asha))
    assert sent.status_code == 303 and again.headers["location"] == sent.headers["location"]
    begun = (await v.client.get(sent.headers["location"], headers=cookie(v.asha))).text
    assert 'id="text"' in begun and "Karl Brenner" in begun, "one can go on before it stands on anybody's list"
    await v.settle()
    root = sent.headers["location"].rpartition("/")[2]
    listed = (await v.client.get("/messages", headers=cookie(v.ravi))).text
    assert "नमस्ते आप दोनों को" in listed and "एंड-टू-एंड एन्क्रिप्टेड नहीं" in listed
    page = (await v.client.get(f"/messages/{root}", headers=cookie(v.ravi))).text
    assert "नमस्ते आप दोनों को" in page
    assert "Karl Brenner" in page
    assert (await talks(v, v.ravi))[0]["unread"] is False, "whoever looked has read it"
    reply = page.partition('name="reply_to" value="')[2].partition('"')[0]
    typed = {
        "csrf": await csrf_of(v, v.ravi),
        "to": "asha karl",
        "text": "नमस्ते",
        "reply_to": reply,
        "talk": root,
        "key": "k2",
    }
    assert (
        (await v.client.post("/messages", data=typed, headers=cookie(v.ravi)))
        .headers["location"]
        .startswith(f"/messages/{root}#p")
    )
    await v.settle()
    assert [t["last_status"]["visibility"] for t in await talks(v, v.karl)] == ["direct"]
    assert (await v.client.get(f"/messages/{root}", headers=cookie(v.meera))).status_code == 404
    await v.client.post(f"/messages/{root}/remove", data={"csrf": await csrf_of(v, v.asha)}, headers=cookie(v.asha))
    assert await talks(v, v.asha) == []


async def test_a_message_that_cannot_be_sent_keeps_what_was_typed_and_says_why_beside_the_field(village: Village):
    v = village
    csrf = await csrf_of(v, v.asha)
    for wrong, field, said in (
        ({"to": "nobody_here"}, "to-error", "यह यूज़रनेम किसी का नहीं"),
        ({"to": " "}, "to-error", "किसके लिए"),
        ({"to": " ".join(f"u{n}" for n in range(25))}, "to-error", "20 लोगों"),
        ({"text": " "}, "text-error", ""),
        ({"text": "लं" * 600}, "text-error", "500"),
    ):
        typed = {"csrf": csrf, "to": "ravi", "text": "लिखा हुआ", "key": "k"} | wrong
        answer = await v.client.post("/messages", data=typed, headers=cookie(v.asha))
        assert answer.status_code == 422, wrong
        assert f'id="{field}"' in answer.text and said in answer.text and typed["text"] in answer.text
    assert await talks(v, v.ravi) == []


async def test_notifications_are_grouped_and_sifted_by_tabs_and_counted_in_the_frame(village: Village):
    v = village
    await v.api(v.asha, "POST", "/api/v1/notifications/clear")
    for who in (v.ravi, v.meera, v.karl):
        await v.api(who, "POST", f"/api/v1/statuses/{v.asha.latest.id}/favourite")
    await v.says(v.karl, "@asha hello")
    assert BADGE.search(await v.page_as("IN", "/settings", v.asha))
    likes = await v.page_as("IN", "/notifications?kind=likes", v.asha)
    assert "और 2 अन्य" in likes and "hello" not in likes
    assert "hello" in await v.page_as("IN", "/notifications?kind=mentions", v.asha)
    assert BADGE.search(await v.page_as("IN", "/settings", v.asha)), "a tab alone is not all"
    both = await v.page_as("IN", "/notifications", v.asha)
    assert "hello" in both and "और 2 अन्य" in both
    assert not BADGE.search(await v.page_as("IN", "/settings", v.asha))


async def test_from_whom_one_hears_is_chosen_on_a_page_and_who_waits_is_let_in_there(village: Village):
    v = village
    csrf = await csrf_of(v, v.asha, "/notifications/policy")
    chosen = {"csrf": csrf, "not_following": "filter"}
    assert (await v.client.post("/notifications/policy", data=chosen, headers=cookie(v.asha))).status_code == 303
    assert (
        await v.client.post("/notifications/policy", data=chosen | {"not_following": "x"}, headers=cookie(v.asha))
    ).status_code == 422
    await v.says(v.karl, "@asha let me in")
    assert "let me in" not in await v.page_as("IN", "/notifications", v.asha)
    page = await v.page_as("IN", "/notifications/requests", v.asha)
    assert "let me in" in page
    accept = page.partition('formaction="')[2].partition('"')[0]
    assert (await v.client.post(accept, data={"csrf": csrf}, headers=cookie(v.asha))).status_code == 303
    assert "let me in" in await v.page_as("IN", "/notifications", v.asha)


def rows(page: str) -> list[str]:
    return page.split('<article id="c')[1:]


async def opens(v: Village, who: Villager, path: str) -> str:
    return (await v.client.get(path, headers=cookie(who))).text


async def sends(v: Village, who: Villager, to: str, text: str, key: str) -> str:
    form = {"csrf": await csrf_of(v, who), "to": to, "text": text, "key": key}
    sent = await v.client.post("/messages", data=form, headers=cookie(who))
    assert sent.status_code == 303, sent.text
    await v.settle()
    return sent.headers["location"].partition("#")[0]


async def test_there_is_one_conversation_per_person_and_one_per_group(village: Village):
    v = village
    first = await sends(v, v.asha, "ravi", "सिर्फ़ तुमसे", "k1")
    assert await sends(v, v.asha, "@ravi", "और यह भी", "k2") == first, "it goes on where it was left"
    await writes(v, v.ravi, "@asha नई बात, दूसरे ऐप से")
    group = await sends(v, v.asha, "ravi, meera", "तीनों की बात", "k3")
    assert group != first
    for who in (v.asha, v.ravi):
        listed = rows(await opens(v, who, "/messages"))
        assert len(listed) == 2 and "तीनों की बात" in listed[0] and "दूसरे ऐप से" in listed[1]
    page = await opens(v, v.ravi, first)
    texts = ("सिर्फ़ तुमसे", "और यह भी", "दूसरे ऐप से")
    assert [page.index(text) for text in texts] == sorted(page.index(text) for text in texts)
    assert "तीनों की बात" not in page
    assert all(
        t["unread"] is False
        for t in await talks(v, v.ravi)
        if t["accounts"][0]["username"] != "meera" and len(t["accounts"]) == 1
    )
    begun = await v.client.get("/messages/new?to=ravi", headers=cookie(v.asha))
    assert begun.status_code == 303 and begun.headers["location"].startswith("/messages/")
    assert (await v.client.get("/messages/new?to=karl", headers=cookie(v.asha))).status_code == 200


async def test_what_is_new_in_a_conversation_stands_below_a_line_until_it_was_read(village: Village):
    v = village
    path = await sends(v, v.asha, "ravi", "राम राम", "k1")
    assert 'class="mark good"' in rows(await opens(v, v.ravi, "/messages"))[0]
    assert f'href="{path}#new"' in await opens(v, v.ravi, "/messages")
    assert 'id="new"' in await opens(v, v.ravi, path)
    assert f'href="{path}#write"' in await opens(v, v.ravi, "/messages")
    assert 'class="mark good"' not in rows(await opens(v, v.ravi, "/messages"))[0]
    await writes(v, v.ravi, "@asha पहली नई")
    await writes(v, v.ravi, "@asha दूसरी नई")
    page = await opens(v, v.asha, path)
    assert page.count('class="since"') == 1
    assert page.index("राम राम") < page.index('class="since"') < page.index("पहली नई")
    assert 'class="since"' not in await opens(v, v.asha, path), "it was read"
    assert not BADGE.search((await opens(v, v.asha, "/messages")).replace('data-badge="notices"', ""))


async def test_a_conversation_goes_off_the_list_with_all_that_was_said_between_the_same_people(village: Village):
    v = village
    path = await sends(v, v.asha, "ravi", "एक", "k1")
    await writes(v, v.ravi, "@asha दो")
    await v.client.post(f"{path}/remove", data={"csrf": await csrf_of(v, v.asha)}, headers=cookie(v.asha))
    assert rows(await opens(v, v.asha, "/messages")) == []
    assert len(rows(await opens(v, v.ravi, "/messages"))) == 1


async def test_who_is_no_part_of_a_conversation_opens_none_by_its_people_or_its_number(village: Village):
    v = village
    path = await sends(v, v.asha, "ravi", "गुप्त-बात", "k1")
    assert (await v.client.get(path, headers=cookie(v.meera))).status_code == 404
    begun = await v.client.get("/messages/new?to=asha ravi", headers=cookie(v.meera))
    assert begun.status_code == 200 and "गुप्त" not in begun.text

"""What people arrange for themselves, on pages and without a script: lists, hashtags, notes."""

from typing import Any

import httpx2

from village import Village, Villager


async def send(v: Village, who: Villager, path: str, **form: Any) -> httpx2.Response:
    """A form as a browser sends it, with the word against forgery from a page."""
    headers = {"cookie": f"chaupal={who.cookie}; language=en"}
    page = (await v.client.get("/settings/filters", headers=headers)).text
    csrf = page.partition('name="csrf" value="')[2].partition('"')[0]
    return await v.client.post(path, data={"csrf": csrf} | form, headers=headers)


async def look(v: Village, who: Villager, path: str) -> str:
    answer = await v.client.get(path, headers={"cookie": f"chaupal={who.cookie}; language=en"})
    assert answer.status_code == 200, (path, answer.text)
    return answer.text


async def test_a_list_is_made_filled_and_read_on_pages(village: Village):
    v = village
    wrong = await send(v, v.asha, "/lists", title=" ", exclusive="1")
    assert wrong.status_code == 422 and "Give it a name." in wrong.text and "checked" in wrong.text
    path = (await send(v, v.asha, "/lists", title="पड़ोसी")).headers["location"].removesuffix("/people")
    stranger = await send(v, v.asha, f"{path}/add", handle="@karl")
    assert (
        stranger.status_code == 422 and "You follow nobody of this name." in stranger.text and "@karl" in stranger.text
    )
    assert (await send(v, v.asha, f"{path}/add", handle="@ravi")).status_code == 303
    # A button says whom it is for: somebody may go from one to the next.
    assert 'Take out<span class="unseen"> <bdi>@ravi</bdi></span></button>' in await look(v, v.asha, f"{path}/people")
    page = await look(v, v.asha, path)
    assert v.ravi.latest.text[:12] in page and v.meera.latest.text[:12] not in page
    assert "पड़ोसी" in await look(v, v.asha, "/lists")
    await send(v, v.asha, path, title="दोस्त", replies="none", exclusive="1")
    assert v.ravi.latest.text[:12] not in await look(v, v.asha, "/")
    await send(v, v.asha, f"{path}/take-out", account=str(v.ravi.id))
    assert "@ravi" not in await look(v, v.asha, f"{path}/people")
    await send(v, v.asha, f"{path}/remove")
    assert "दोस्त" not in await look(v, v.asha, "/lists")


async def test_a_profile_keeps_a_note_and_places_its_person_in_lists(village: Village):
    v = village
    path = (await send(v, v.asha, "/lists", title="पड़ोसी")).headers["location"].removesuffix("/people")
    await send(v, v.asha, f"/people/{v.ravi.id}/note", note="बाज़ार में मिले थे", next="/@ravi")
    await send(v, v.asha, f"/people/{v.ravi.id}/lists", **{"lists[]": [path.rpartition("/")[2]]})
    page = await look(v, v.asha, "/@ravi")
    assert "बाज़ार में मिले थे" in page and f'value="{path.rpartition("/")[2]}" checked' in page
    assert "बाज़ार" not in await look(v, v.meera, "/@ravi")
    assert "@ravi" in await look(v, v.asha, f"{path}/people")
    await send(v, v.asha, f"/people/{v.ravi.id}/lists")
    assert "@ravi" not in await look(v, v.asha, f"{path}/people")
    await send(v, v.asha, f"/people/{v.ravi.id}/endorse")
    assert "No longer recommend" in await look(v, v.asha, "/@ravi")


async def test_hashtags_are_followed_and_shown_on_pages(village: Village):
    v = village
    assert "Follow this hashtag" in await look(v, v.meera, "/tags/दिल्ली")
    await send(v, v.meera, "/settings/tags/follow", name="दिल्ली", next="/tags/दिल्ली")
    assert "Unfollow" in await look(v, v.meera, "/tags/दिल्ली")
    assert v.ravi.latest.text[:12] in await look(v, v.meera, "/")
    wrong = await send(v, v.meera, "/settings/tags/feature", name="दो शब्द")
    assert wrong.status_code == 422 and "This cannot be a hashtag" in wrong.text and "दो शब्द" in wrong.text
    await send(v, v.ravi, "/settings/tags/feature", name="दिल्ली")
    assert "/settings/tags/" in await look(v, v.ravi, "/settings/tags")
    plain = (await v.client.get("/@ravi")).text
    assert "<bdi>#दिल्ली</bdi>" in plain


async def test_a_hashtag_of_a_profile_leads_to_what_its_person_wrote_with_it(village: Village):
    v = village
    said = await v.says(v.meera, "कल फिर मंडी #भाव")
    await v.says(v.ravi, "हमारे यहाँ भी #भाव", language="hi")
    await v.api(v.meera, "POST", "/api/v1/featured_tags", name="भाव")
    assert 'href="/@meera/tagged/%E0%A4%AD%E0%A4%BE%E0%A4%B5"' in await look(v, v.asha, "/@meera")
    page = await look(v, v.asha, "/@meera/tagged/भाव")
    assert said.path in page and "हमारे यहाँ" not in page
    headers = {"cookie": f"chaupal={v.asha.cookie}; language=en"}
    assert (await v.client.get("/@meera/tagged/%23", headers=headers)).status_code == 404
    assert "Nothing here yet." in await look(v, v.asha, "/@ravi/tagged/और")


async def test_posts_like_this_one_are_filtered_from_its_menu(village: Village):
    v = village
    tagged = await v.says(v.ravi, "फिर वही बात #चुनाव #रैली")
    plain = await v.says(v.ravi, "@asha लाउडस्पीकर बज रहा है https://example.org/shor")
    assert f'href="/settings/filters?like={tagged.id}"' in await look(v, v.asha, tagged.path)
    assert ">#चुनाव\n#रैली</textarea>" in await look(v, v.asha, f"/settings/filters?like={tagged.id}")
    page = await look(v, v.asha, f"/settings/filters?like={plain.id}")
    assert ">लाउडस्पीकर</textarea>" in page
    private = await v.says(v.meera, "सिर्फ़ अपनों के लिए", visibility=3)
    headers = {"cookie": f"chaupal={v.asha.cookie}; language=en"}
    answer = await v.client.get(f"/settings/filters?like={private.id}", headers=headers)
    assert answer.status_code == 404 and "अपनों" not in answer.text


async def test_strangers_find_the_way_to_explore(village: Village):
    assert 'href="/explore"' in (await village.client.get("/public")).text

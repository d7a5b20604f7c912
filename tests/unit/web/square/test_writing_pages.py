"""Pages of writing, without a script: polls, edits, later posts, quotes, pins."""

import regex

from chaupal.kernel.clock import DAY, MINUTE, iso
from chaupal.social.posts import drafts_and_scheduled, polls
from chaupal.web.routes import ROUTES
from painted import picture
from village import Village, Villager


async def sends(v: Village, who: Villager, path: str, **form: object):
    headers = {"cookie": f"chaupal={who.cookie}; look_as=IN; language=hi"}
    page = await v.client.get("/compose", headers=headers)
    word = page.text.partition('name="csrf" value="')[2].partition('"')[0]
    answer = await v.client.post(path, data=form | {"csrf": word}, headers=headers)
    await v.settle()
    return answer


async def newest(v: Village, who: Villager) -> int:
    return int((await v.api(who, "GET", f"/api/v1/accounts/{who.id}/statuses")).json()[0]["id"])


async def test_a_poll_is_asked_in_the_form_and_answered_on_the_page(village: Village):
    v = village
    form = {"text": "चाय या कॉफ़ी?", "visibility": "public", "options[]": ["चाय", "कॉफ़ी", "", ""], "poll_for": "3600"}
    assert (await sends(v, v.asha, "/compose", **form)).status_code == 303
    id_ = await newest(v, v.asha)
    path = f"/@asha/{id_}"
    assert f'action="/posts/{id_}/vote"' in await v.page_as("IN", path, v.ravi)
    assert (await sends(v, v.ravi, f"/posts/{id_}/vote", **{"choices[]": "1", "next": path})).status_code == 303
    assert "आपका चुनाव" in await v.page_as("IN", path, v.ravi) and "कॉफ़ी" in await v.page_as("IN", path)


async def test_a_post_is_edited_on_the_page_and_its_history_stands_behind_a_mark(village: Village):
    v, id_ = village, village.asha.latest.id
    assert "सरसों" in await v.page_as("IN", f"/posts/{id_}/edit", v.asha)
    assert (await v.look("IN", f"/posts/{id_}/edit", v.ravi)).status_code == 404
    wrong = await sends(v, v.asha, f"/posts/{id_}/edit", text=" ")
    assert wrong.status_code == 422
    assert (await sends(v, v.asha, f"/posts/{id_}/edit", text="गेहूँ पक गया।")).status_code == 303
    assert "बदली गई" in await v.page_as("IN", f"/@asha/{id_}")
    history = await v.page_as("IN", f"/@asha/{id_}/history")
    assert "सरसों" in history and "गेहूँ" in history


async def test_a_post_for_later_waits_on_a_page_of_its_own(village: Village):
    v = village
    tomorrow = iso(v.clock() + DAY)[:16]
    assert (await sends(v, v.asha, "/compose", text="कल की बात", visibility="public", at=tomorrow)).status_code == 303
    page = await v.page_as("IN", "/scheduled", v.asha)
    assert "कल की बात" in page
    id_ = page.partition('id="s')[2].partition('"')[0]
    assert (await sends(v, v.asha, f"/scheduled/{id_}/move", at="")).status_code == 422
    v.clock.move(2 * DAY)
    assert await drafts_and_scheduled.publish_due(v.running.house.square) == 1
    assert "कल की बात" in await v.page_as("IN", v.asha)


async def test_one_reposts_with_words_of_ones_own_and_pins(village: Village):
    v, id_ = village, village.asha.latest.id
    begun = await v.page_as("IN", f"/compose?quote={id_}", v.ravi)
    assert f'name="quoting" value="{id_}"' in begun and "<h1>कोट करें</h1>" in begun
    assert (
        await sends(v, v.ravi, "/compose", text="सही बात", visibility="public", quoting=str(id_))
    ).status_code == 303
    page = await v.page_as("IN", f"/@ravi/{await newest(v, v.ravi)}")
    assert "सही बात" in page and "सरसों" in page
    assert (await sends(v, v.asha, f"/posts/{id_}/pin")).status_code == 303
    assert (await v.api(None, "GET", f"/api/v1/accounts/{v.asha.id}/statuses", pinned="true")).json()[0]["id"] == str(
        id_
    )


async def test_pinned_posts_stand_first_on_the_profile_and_once(village: Village):
    v, id_ = village, village.asha.latest.id
    for n in range(3):
        await v.says(v.asha, f"नई बात {n}")
    assert (await sends(v, v.asha, f"/posts/{id_}/pin")).status_code == 303
    page = await v.page_as("IN", "/@asha")
    assert page.count(f'id="p{id_}"') == 1 and "सबसे ऊपर लगी पोस्ट" in page
    assert page.index(f'id="p{id_}"') < page.index("नई बात 2")
    assert (await sends(v, v.asha, f"/posts/{id_}/unpin")).status_code == 303
    page = await v.page_as("IN", "/@asha")
    assert "सबसे ऊपर लगी पोस्ट" not in page and page.index("नई बात 2") < page.index(f'id="p{id_}"')


async def test_what_happened_to_a_post_is_told_in_words(village: Village):
    v, id_ = village, village.asha.latest.id
    await v.api(v.ravi, "POST", f"/api/v1/statuses/{id_}/reblog")
    await v.api(v.meera, "POST", "/api/v1/statuses", status="देखिए", quoted_status_id=str(id_))
    await v.api(v.asha, "PUT", f"/api/v1/statuses/{id_}", status="अब कुछ और")
    poll = {"options": ["चाय", "कॉफ़ी"], "expires_in": 3600}
    asked = (await v.api(v.asha, "POST", "/api/v1/statuses", status="?", poll=poll)).json()["id"]
    await v.api(v.ravi, "POST", f"/api/v1/polls/{asked}/votes", choices=[1])
    v.clock.move(DAY)
    assert await polls.close_due(v.running.house.square) == 1
    await v.settle()
    for who, words in (
        (v.asha, ("ने आपकी पोस्ट कोट की", "आपका पोल पूरा हुआ")),
        (v.ravi, ("जिसे आपने रीपोस्ट किया था", "का पोल पूरा हुआ, जिसमें आपने वोट दिया था")),
        (v.meera, ("जिसे आपने कोट किया था",)),
    ):
        page = await v.page_as("IN", "/notifications", who)
        for said in words:
            assert said in page, (who.handle, said)
    assert f'href="/@asha/{asked}"' in await v.page_as("IN", "/notifications", v.ravi)


async def test_what_is_wrong_with_a_poll_or_a_time_stands_beside_it_and_nothing_typed_is_lost(village: Village):
    v = village
    form = {"text": "चाय?", "visibility": "public", "poll_for": "3600"}
    wrong = await sends(v, v.asha, "/compose", **form | {"options[]": ["चाय", "चाय"], "hide_totals": "1"})
    assert wrong.status_code == 422 and 'id="poll-error" role="alert">पोल के दो विकल्प एक जैसे हैं।' in wrong.text
    assert 'id="text-error"' not in wrong.text and wrong.text.count('value="चाय"') == 2
    assert 'name="hide_totals" value="1" checked' in wrong.text
    wrong = await sends(v, v.asha, "/compose", **form | {"at": iso(v.clock())[:16]})
    assert wrong.status_code == 422 and 'id="at-error" role="alert">ऐसा समय चुनें' in wrong.text
    assert f'name="at" value="{iso(v.clock())[:16]}"' in wrong.text
    await v.api(
        v.asha, "PUT", f"/api/v1/statuses/{v.asha.latest.id}/interaction_policy", quote_approval_policy="nobody"
    )
    wrong = await sends(v, v.ravi, "/compose", text="मेरी बात", quoting=str(v.asha.latest.id))
    assert wrong.status_code == 403 and "मेरी बात" in wrong.text and "अनुमति नहीं दी है" in wrong.text


async def test_page_and_api_agree_when_a_draft_is_to_be_posted(village: Village):
    v = village
    assert (await sends(v, v.asha, "/drafts", text="कल कहूँगी", at="2021-02-12T18:30")).status_code == 303
    kept = (await v.api(v.asha, "GET", "/api/v1/chaupal/drafts")).json()[0]
    assert kept["scheduled_at"] == "2021-02-12T13:00:00.000Z"
    assert 'name="at" value="2021-02-12T18:30"' in await v.page_as("IN", f"/compose?draft={kept['id']}", v.asha)
    assert "12 फ़रवरी 2021, 18:30 को पोस्ट होगी" in await v.page_as("IN", "/drafts", v.asha)


async def test_one_says_in_the_form_who_may_quote_and_that_counts_are_hidden(village: Village):
    v = village
    form = {
        "text": "?",
        "visibility": "public",
        "options[]": ["हाँ", "ना"],
        "hide_totals": "1",
        "quote_policy": "nobody",
    }
    assert (await sends(v, v.asha, "/compose", **form)).status_code == 303
    seen = (await v.api(v.ravi, "GET", f"/api/v1/statuses/{await newest(v, v.asha)}")).json()
    assert seen["quote_approval"]["current_user"] == "denied"
    assert [option["votes_count"] for option in seen["poll"]["options"]] == [None, None]


async def test_the_form_starts_with_whom_one_lets_quote_as_a_rule(village: Village):
    v = village
    kept = {"name": "आशा", "visibility": "public", "quote_policy": "followers"}
    assert (await sends(v, v.asha, "/settings/profile", **kept)).status_code == 303
    for path in ("/settings/profile", "/compose", f"/compose?reply_to={v.ravi.latest.id}"):
        assert '<option value="followers" selected>' in await v.page_as("IN", path, v.asha), path
    # A form that says nothing of it, as an old page or a script might send.
    assert (await sends(v, v.asha, "/compose", text="बारिश", visibility="public")).status_code == 303
    seen = (await v.api(v.ravi, "GET", f"/api/v1/statuses/{await newest(v, v.asha)}")).json()
    assert seen["quote_approval"]["automatic"] == ["followers"]
    wrong = await sends(v, v.asha, "/settings/profile", **kept | {"quote_policy": "friends"})
    assert wrong.status_code == 422 and 'id="quote_policy-error"' in wrong.text


async def test_the_edit_form_changes_descriptions_and_the_poll(village: Village):
    v = village
    sent = {"picture1": ("s.png", picture(64, 48), "image/png")}
    headers = {"cookie": f"chaupal={v.asha.cookie}; language=hi"}
    word = (await v.client.get("/compose", headers=headers)).text.partition('name="csrf" value="')[2].partition('"')[0]
    form = {"text": "खेत", "alt1": "पहले", "csrf": word, "visibility": "public"}
    assert (await v.client.post("/compose", data=form, files=sent, headers=headers)).status_code == 303
    id_ = await newest(v, v.asha)
    pictured = (await v.api(v.asha, "GET", f"/api/v1/statuses/{id_}")).json()["media_attachments"][0]["id"]
    assert 'name="described[]" dir="auto" data-typing value="पहले"' in await v.page_as(
        "IN", f"/posts/{id_}/edit", v.asha
    )
    assert "बदलाव सहेजें" in await v.page_as("IN", f"/posts/{id_}/edit", v.asha)
    new = {"text": "खेत", "kept[]": pictured, "pictured[]": pictured, "described[]": "पीले खेत"}
    assert (await sends(v, v.asha, f"/posts/{id_}/edit", **new)).status_code == 303
    media = (await v.api(None, "GET", f"/api/v1/statuses/{id_}")).json()["media_attachments"]
    assert [one["description"] for one in media] == ["पीले खेत"]

    asked = {"text": "चाय?", "visibility": "public", "options[]": ["हाँ", "ना"], "poll_for": "3600"}
    v.clock.move(MINUTE)
    assert (await sends(v, v.asha, "/compose", **asked)).status_code == 303
    id_ = await newest(v, v.asha)
    await v.api(v.ravi, "POST", f"/api/v1/polls/{id_}/votes", choices=[1])
    before = (await v.api(None, "GET", f"/api/v1/polls/{id_}")).json()
    v.clock.move(DAY)  # it is over, and an edit of the words does not open it again
    assert 'value="0" selected' in await v.page_as("IN", f"/posts/{id_}/edit", v.asha)
    same = asked | {"text": "चाय पिएँगे?", "poll_for": "0"}
    assert (await sends(v, v.asha, f"/posts/{id_}/edit", **same)).status_code == 303
    after = (await v.api(None, "GET", f"/api/v1/polls/{id_}")).json()
    assert (after["expires_at"], after["votes_count"]) == (before["expires_at"], 1)
    other = same | {"options[]": ["हाँ", "ना", "शायद"]}
    assert (await sends(v, v.asha, f"/posts/{id_}/edit", **other)).status_code == 303
    anew = (await v.api(None, "GET", f"/api/v1/polls/{id_}")).json()
    assert (len(anew["options"]), anew["votes_count"], anew["expired"]) == (3, 0, False)


async def test_what_is_wrong_with_a_warning_or_a_picture_stands_beside_it_too(village: Village):
    v = village
    wrong = await sends(v, v.asha, "/compose", text="चाय", spoiler="क" * 500)
    assert wrong.status_code == 422 and 'aria-describedby="spoiler-error"' in wrong.text
    wrong = await sends(v, v.asha, "/compose", text="चाय", spoiler="क\x01")
    assert wrong.status_code == 422 and 'id="spoiler-error"' in wrong.text and 'id="text-error"' not in wrong.text
    page = await v.client.get("/compose", headers={"cookie": f"chaupal={v.asha.cookie}; language=hi"})
    form = {
        "csrf": page.text.partition('name="csrf" value="')[2].partition('"')[0],
        "text": "चाय",
        "alt1": "प्याला",
        "alt2": "केतली",
    }
    files = {"picture1": ("a.png", picture(20, 20)), "picture2": ("b.png", b"no picture")}
    wrong = await v.client.post(
        "/compose", data=form, files=files, headers={"cookie": f"chaupal={v.asha.cookie}; language=hi"}
    )
    assert wrong.status_code == 422 and 'id="picture2-error"' in wrong.text
    assert 'name="kept[]"' in wrong.text and 'alt="प्याला"' in wrong.text  # the first one came in, with its words
    assert 'name="alt2" dir="auto" data-typing placeholder="चित्र का वर्णन" value="केतली"' in wrong.text
    assert 'value="प्याला"' not in wrong.text


async def test_the_button_of_an_edit_says_save(village: Village):
    edit = await village.page_as("IN", f"/posts/{village.asha.latest.id}/edit", village.asha)
    foot = edit.partition('class="sheet-foot"')[2].partition("</div>")[0]
    assert "बदलाव सहेजें" in foot and "पोस्ट करें" not in foot


async def test_each_button_of_the_form_takes_as_much_as_posting_does(village: Village):
    """A thread with pictures that is too large for one of them would be lost at that one."""
    page = await village.page_as("IN", "/compose", village.asha)
    form = page.partition('<form class="sheet')[2].partition("</form>")[0]
    sent = {"/compose", *regex.findall(r'formaction="([^"]+)"', form)}
    assert {"/drafts", "/compose/more"} <= sent
    takes = {route.path: route.body for route in ROUTES if route.method == "POST"}
    assert {takes[path] for path in sent} == {takes["/compose"]}

"""How a post, a quote, a poll and a profile are written into pages: what one sees first, and what one can do."""

import regex

from disputes import send
from village import Village, VillagePost


def article(page: str, post: VillagePost) -> str:
    """The post as the page writes it."""
    return page.partition(f'id="p{post.id}"')[2].partition("</article>")[0]


async def test_a_post_has_name_handle_and_time_in_one_line_and_avatars_and_names_open_profiles(village: Village):
    v = village
    said = await v.says(v.asha, "गन्ने का भाव" + "\nगन्ना" * 20)
    shown = article(await v.page_as("IN", "/public", v.ravi), said)
    assert '<div class="words cut"' in shown and f'<a href="/@asha/{said.id}">आगे पढ़ें</a>' in shown
    assert "आगे पढ़ें" not in await v.page_as("IN", said)
    line = shown.partition('<div class="by-names" ')[2].partition("</div>")[0]
    assert regex.search(r'class="name".*class="handle".*class="when"', line, regex.DOTALL)
    assert '<a class="face" href="/@asha"' in shown and '<a class="name" href="/@asha"' in line


async def test_repost_opens_repost_or_quote_and_a_repost_is_marked(village: Village):
    v = village
    said = await v.says(v.asha, "गन्ने का भाव")
    where = f"/posts/{said.id}"
    shown = article(await v.page_as("IN", "/public", v.ravi), said)
    menu = shown.partition('class="more again"')[2].partition("</details>")[0]
    assert f'formaction="{where}/repost"' in menu and f'href="/compose?quote={said.id}"' in menu
    await v.api(v.ravi, "POST", f"/api/v1/statuses/{said.id}/reblog")
    shown = article(await v.page_as("IN", "/public", v.ravi), said)
    assert 'class="deed again on"' in shown and f'formaction="{where}/unrepost"' in shown


async def test_what_few_may_read_is_neither_quoted_nor_shared_from_its_menu(village: Village):
    v = village
    await v.follows(v.ravi, v.asha)
    said = await v.says(v.asha, "अपनों से", visibility=2)
    shown = article(await v.page_as("IN", "/", v.ravi), said)
    assert "अपनों से" in shown
    assert 'data-can="words"' in shown and "/compose?quote=" not in shown and "/repost" not in shown


async def test_the_menu_of_a_post_holds_copy_share_mute_block_and_report(village: Village):
    v = village
    said = await v.says(v.asha, "गन्ने का भाव")
    shown = article(await v.page_as("IN", "/public", v.ravi), said)
    for item in (
        'data-can="copy share words"',  # a script makes buttons of these
        f"/people/{v.asha.id}/mute",
        f"/people/{v.asha.id}/block",
        f"/report?post={said.id}",
    ):
        assert item in shown, item


async def test_a_quote_is_a_card_with_avatar_name_and_time(village: Village):
    v = village
    said = await v.says(v.asha, "गन्ने का भाव")
    quoting = await v.says(v.ravi, "सुनिए", quoting=said.id)
    shown = article(await v.page_as("IN", "/public", v.meera), quoting)
    card = shown.partition("<blockquote")[2].partition("</blockquote>")[0]
    assert 'class="avatar' in card and 'href="/@asha"' in card and "<time" in card
    assert f'<a class="when" href="/@asha/{said.id}">' in card


async def test_a_poll_shows_bars_and_percentages_and_nobody_is_no_number(village: Village):
    v = village
    poll = {"options": ["हाँ", "ना"], "expires_in": 3_600}
    made = (await v.api(v.asha, "POST", "/api/v1/statuses", status="चलें?", poll=poll)).json()
    page = await v.page_as("IN", f"/@asha/{made['id']}", v.asha)
    assert "अभी किसी ने वोट नहीं दिया" in page
    await v.api(v.ravi, "POST", f"/api/v1/polls/{made['poll']['id']}/votes", choices=[0])
    page = await v.page_as("IN", f"/@asha/{made['id']}", v.ravi)
    assert "<b>100%</b>" in page and "<b>0%</b>" in page
    assert '<meter min="0" max="1" value="1"' in page


async def test_a_profile_tells_when_they_came_and_offers_a_message_and_following_is_a_state(village: Village):
    v = village
    await v.follows(v.ravi, v.asha)
    page = await v.page_as("IN", "/@asha", v.ravi)
    assert "फ़रवरी 2021 से यहाँ" in page
    assert 'href="/messages/new?to=asha"' in page
    button = page.partition(f'formaction="/people/{v.asha.id}/unfollow"')[2].partition("</button>")[0]
    assert "फ़ॉलो किया ✓" in button
    menu = page.partition('<div class="menu">')[2].partition("</div>")[0]
    assert 'href="#own"' in menu and 'id="own"' in page
    assert 'href="#how"' in menu and 'id="how"' in page
    how = f"/people/{v.asha.id}/terms"
    await send(v, v.ravi, "/@asha", how, next="/@asha", notify="1", **{"languages[]": ["hi", "ta"]})
    form = (await v.page_as("IN", "/@asha", v.ravi)).partition(f'action="{how}"')[2].partition("</form>")[0]
    ticked = regex.findall(r'name="([^"]+)" value="([^"]+)" checked', form)
    assert sorted(ticked) == [("languages[]", "hi"), ("languages[]", "ta"), ("notify", "1")]
    await send(v, v.ravi, "/@asha", f"/people/{v.asha.id}/unfollow", next="/@asha")
    stale = await send(v, v.ravi, "/@asha", how, next="/@asha")
    assert stale.status_code == 404 and f'action="{how}"' not in await v.page_as("IN", "/@asha", v.ravi)


async def test_the_right_column_is_nowhere_empty(village: Village):
    v = village
    for who in (v.asha, v.ravi):
        await v.says(who, "कटाई #गन्ना")
    for path in ("/", "/notifications", "/messages", "/settings", "/saved", "/lists", f"/@asha/{v.asha.latest.id}"):
        side = (await v.page_as("IN", path, v.karl)).partition('<aside class="side">')[2].partition("</aside>")[0]
        assert "#गन्ना" in side, path


async def test_who_is_suggested_beside_a_page_is_judged_at_each_look(village: Village):
    v = village
    nayi = await v.joins("nayi")
    await v.follows(nayi, v.karl)  # who follows Asha
    form = f'action="/people/{v.asha.id}/follow"'
    assert form in await v.page_as("IN", "/saved", nayi)
    await v.withhold_account(v.asha, by=v.chitra, second=v.dev)
    assert form not in await v.page_as("IN", "/saved", nayi)
    assert form in await v.page_as("DE", "/saved", nayi)
    await v.follows(nayi, v.asha)
    assert form not in await v.page_as("DE", "/saved", nayi)


async def test_of_somebody_who_is_withheld_here_there_is_no_card(village: Village):
    v = village
    await v.withhold_account(v.asha, by=v.chitra, second=v.dev)
    assert (await v.look("IN", f"/@{v.asha.handle}/card")).status_code == 404
    abroad = await v.look("DE", f"/@{v.asha.handle}/card")
    assert abroad.status_code == 200 and f"@{v.asha.handle}" in abroad.text and "<main" not in abroad.text


async def test_the_front_page_asks_for_languages_once_and_folded(village: Village):
    page = (await village.client.get("/")).text
    assert page.count("आप कौन-सी भाषाएँ पढ़ते हैं?") == 1
    assert '<details class="tongue-strip"><summary>' in page and 'class="chips"' not in page

"""The pages as bytes: what every page keeps, what a limit looks like, what a form does, in Hindi and in English."""

from html.parser import HTMLParser
from typing import Any

import httpx2
import pytest
import regex

from chaupal.http.csrf import worded
from painted import picture
from village import PASSWORD, Village, VillagePost, Villager

OPEN = ("/", "/public", "/public/hi", "/public/ta", "/tags/किसान_आंदोलन", "/search", "/search?q=किसान", "/about", "/@asha",
        "/@asha?show=replies", "/@asha/followers", "/@asha/following", "/orders", "/login", "/signup", "/nothing-here")  # fmt: skip
OWN = (
    "/",
    "/notifications",
    "/saved",
    "/likes",
    "/compose",
    "/settings",
    "/settings/profile",
    "/settings/blocks",
    "/settings/mutes",
    "/requests",
)
CLOSED = {"area", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}
DRAWN = {"path", "circle", "rect"}


class TakenApart(HTMLParser):
    """A page taken apart: its elements, and what is wrong with it."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.all: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.faults: list[str] = []
        self.feed(text)
        self._judge()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.all.append((tag, dict(attrs)))
        if tag not in CLOSED | DRAWN:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in CLOSED | DRAWN:
            return
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> closes nothing")

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.all if name == tag]

    def _judge(self) -> None:
        ids = [attrs["id"] for _, attrs in self.all if attrs.get("id")]
        labels = {attrs.get("for") for attrs in self.of("label")}
        self.faults += [f"<{tag}> is left open" for tag in self.open]
        self.faults += [f"id {id_} twice" for id_ in {i for i in ids if ids.count(i) > 1}]
        self.faults += [f"{t} has {n}" for t, a in self.all for n in a if n == "style" or n.startswith("on")]
        self.faults += ["style inline"] * len(self.of("style"))
        self.faults += ["script inline" for a in self.of("script") if not (a.get("src") or "").startswith("/static/")]
        self.faults += ["img without alt or size" for a in self.of("img") if not {"alt", "width", "height"} <= set(a)]
        self.faults += [f"{len(self.of('h1'))} h1, {len(self.of('main'))} main"] * (
            len(self.of("h1")) != 1 or len(self.of("main")) != 1
        )
        fields = [*self.of("textarea"), *self.of("select"), *self.of("input")]
        quiet = {"hidden", "checkbox", "radio"}
        self.faults += [f"no label: {a}" for a in fields if a.get("type") not in quiet and a.get("id") not in labels]
        self.faults += [f"no word: {a}" for a in self.of("form") if a.get("method") == "post" and not self._guarded()]

    def _guarded(self) -> bool:
        words = [a for a in self.of("input") if a.get("name") == "csrf"]
        return len(words) == len([a for a in self.of("form") if a.get("method") == "post"])


async def get(village: Village, path: str, who: Villager | None = None, language: str = "hi") -> httpx2.Response:
    cookies = {"look_as": "IN", "language": language} | ({"chaupal": who.cookie} if who else {})
    return await village.client.get(path, headers={"cookie": "; ".join(f"{k}={v}" for k, v in cookies.items())})


def found(pattern: str, text: str) -> str:
    match = regex.search(pattern, text)
    assert match is not None, pattern
    return match[1]


async def send(village: Village, path: str, who: Villager, files: Any = None, **fields: str) -> httpx2.Response:
    """A form of a page, with its word, as a browser sends it."""
    page = await get(village, "/about", who)
    word = found(r'name="csrf" value="([^"]+)"', page.text)
    headers = {
        "cookie": f"chaupal={who.cookie}; language=hi; look_as=IN",
        "origin": str(village.client.base_url).rstrip("/"),
    }
    answer = await village.client.post(path, data={"csrf": word, **fields}, files=files, headers=headers)
    await village.settle()
    return answer


@pytest.mark.parametrize("language", ["hi", "en"])
async def test_every_page_is_whole_labelled_and_without_an_inline_script(village: Village, language: str):
    await village.says(village.ravi, "@asha खीर बनी है। #लंगर", reply_to=village.asha.latest.id)
    for path in (*OPEN, village.asha.latest.path):
        answer = await get(village, path, language=language)
        assert answer.status_code == (404 if path == "/nothing-here" else 200), path
        check(answer, path, language)
    for path in (*OWN, village.asha.latest.path, "/@ravi"):
        check(await get(village, path, village.asha, language), path, language)


def check(answer: httpx2.Response, path: str, language: str) -> None:
    seen = TakenApart(answer.text)
    assert not seen.faults, (path, seen.faults)
    assert seen.of("html")[0]["lang"] == language
    assert not worded(answer.content), path
    assert answer.headers["cache-control"] == "private, no-store"
    assert "script-src 'self'" in answer.headers["content-security-policy"]


async def test_the_browsers_language_is_taken_and_a_chosen_one_is_kept(village: Village):
    asked = await village.client.get("/", headers={"accept-language": "en-IN,en;q=0.8,hi;q=0.5"})
    assert 'lang="en"' in asked.text
    assert "Sign up" in asked.text
    answer = await send(village, "/language", village.asha, language="en", next="/public")
    assert (answer.status_code, answer.headers["location"]) == (303, "/public")
    assert "language=en" in answer.headers["set-cookie"]
    later = await village.client.get("/", headers={"cookie": f"chaupal={village.asha.cookie}", "accept-language": "hi"})
    assert "on your mind?" in later.text


async def test_whose_account_is_to_be_deleted_is_told_on_every_page_until_they_keep_it(village: Village):
    asked = await send(village, "/settings/deletion", village.asha, word="asha", password=PASSWORD)
    assert asked.status_code == 303
    for path in ("/", "/settings", "/@ravi"):
        page = await village.page_as("IN", path, village.asha)
        assert 'href="/settings/deletion">मेरा खाता रहने दें' in page, path
    await send(village, "/settings/deletion/stay", village.asha)
    assert "मेरा खाता रहने दें" not in await village.page_as("IN", "/", village.asha)


@pytest.mark.parametrize(
    ("asked", "lang"),
    [
        ("de-DE,de;q=0.9", "en"),
        ("ta-IN", "en"),
        ("bho, en-GB;q=0.5", "en"),
        ("bho", "hi"),
        ("*", "hi"),
        ("", "hi"),
        ("en;q=0, de", "en"),
    ],
)
async def test_who_reads_neither_of_our_languages_is_told_in_english_and_who_says_none_in_the_servers(
    village: Village, asked: str, lang: str
):
    page = await village.client.get("/signup", headers={"accept-language": asked})
    assert f'<html lang="{lang}"' in page.text


async def test_each_post_names_its_own_language_and_direction(village: Village):
    await village.says(village.karl, "یہ اردو ہے، اور دائیں سے بائیں چلتی ہے۔", language="ur")
    page = await village.page_as("IN", "/public")
    assert '<div class="words" lang="ur" dir="auto">' in page
    assert '<div class="words" lang="en" dir="auto">' in page


# --- limits ---


async def test_a_reader_in_india_meets_a_placeholder_and_a_reader_in_germany_the_post(village: Village):
    post = village.asha.latest
    tagged = await village.says(village.asha, "एक ही बात #इकलौता")
    await village.withhold(post=tagged, by=village.chitra, second=village.dev)
    for path in ("/tags/इकलौता", "/tags/कभीनहीं"):
        assert "इस हैशटैग वाली कोई पोस्ट यहाँ नहीं दिखती" in await village.page_as("IN", path), "not that nobody wrote"
    await village.says(village.ravi, "@asha यह क्यों रुका?", reply_to=post.id)
    ref = await village.withhold(post=post, by=village.chitra, second=village.dev)
    here, abroad = await village.look("IN", post), await village.look("DE", post)
    assert (here.status_code, abroad.status_code) == (451, 200)
    assert post.text not in here.text
    assert "सरसों" not in here.text
    assert "सूचना मंत्रालय" in here.text
    where = regex.search(rf'href="(/orders/{ref}\?entry=\d+)#(entry-\d+)"', here.text)
    assert where and f'id="{where[2]}"' in await village.page_as("IN", where[1]), "what was decided about this one"
    assert "यह क्यों रुका?" in here.text
    assert f'/orders/{ref}>; rel="blocked-by"' in here.headers["link"]
    assert here.headers["cache-control"] == "private, no-store"
    assert "सरसों" in abroad.text


async def test_the_author_reads_why_beside_the_post_and_how_to_appeal(village: Village):
    post = village.asha.latest
    await village.withhold(post=post, by=village.chitra, second=village.dev)
    own = await village.look("IN", post, village.asha)
    assert own.status_code == 200
    assert "सरसों" in own.text
    assert "लोगों को मारने की बात" in own.text
    why = regex.search(r'href="(/disputes/strikes/\d+)"', own.text)
    assert why and 'id="appeal"' in (await village.look("IN", why[1], village.asha)).text


async def test_a_withheld_account_shows_its_handle_and_nothing_it_says_of_itself(village: Village):
    await village.withhold_account(village.meera, by=village.chitra, second=village.dev)
    here = await village.look("IN", village.meera)
    assert here.status_code == 451
    page = here.text.partition('<header class="top">')[2]  # below the bar of the village, which names its cast
    assert "@meera" in page
    assert village.meera.name not in page
    assert village.meera.latest.text[:10] not in page
    assert (await village.look("DE", village.meera)).status_code == 200


async def test_lifting_brings_the_page_back(village: Village):
    post = village.asha.latest
    ref = await village.withhold(post=post, by=village.chitra, second=village.dev)
    await village.lift(ref, by=village.chitra)
    assert "सरसों" in await village.page_as("IN", post)


# --- forms ---


async def test_a_post_is_written_and_a_form_sent_twice_is_one_post(village: Village):
    fields = {"text": "तिल के लड्डू बने हैं।", "visibility": "public", "key": "one-form", "next": "/"}
    first, second = [await send(village, "/compose", village.asha, **fields) for _ in range(2)]
    assert first.status_code == second.status_code == 303
    assert first.headers["location"] == second.headers["location"]
    assert (await village.page_as("IN", "/@asha")).count("तिल के लड्डू") == 1


async def test_an_error_keeps_what_was_typed_and_stands_beside_the_field(village: Village):
    answer = await send(village, "/compose", village.asha, text="क" * 501, spoiler="चेतावनी", visibility="private")
    assert answer.status_code == 422
    assert "क" * 501 in answer.text
    assert 'value="चेतावनी"' in answer.text
    assert '<option value="private" selected>' in answer.text
    assert 'id="text-error"' in answer.text
    assert "500 अक्षर" in answer.text


async def test_a_picture_comes_with_its_description_and_survives_an_error(village: Village):
    files = {"picture1": ("a.png", picture(40, 30), "image/png")}
    wrong = await send(village, "/compose", village.asha, files, text="क" * 501, alt1="पीली सरसों")
    kept = regex.search(r'name="kept\[\]" value="(\d+)"', wrong.text)
    assert kept
    done = await send(village, "/compose", village.asha, text="देखिए", **{"kept[]": kept[1]})
    assert done.status_code == 303
    page = await village.page_as("IN", "/@asha?show=media")
    assert 'alt="पीली सरसों"' in page
    assert f'src="/media/{kept[1]}/small"' in page


async def test_whoever_wants_no_picture_to_go_out_undescribed_is_asked_beside_it(village: Village):
    files = {"picture1": ("a.png", picture(40, 30), "image/png")}
    assert (await send(village, "/settings/profile", village.asha, require_alt="1")).status_code == 303
    assert "data-require-alt" in await village.page_as("IN", "/compose", village.asha)
    wrong = await send(village, "/compose", village.asha, files, text="देखिए")
    kept = regex.search(r'name="kept\[\]" value="(\d+)"', wrong.text)
    assert (
        wrong.status_code == 422 and kept and 'id="pictures-error"' in wrong.text and "data-require-alt" in wrong.text
    )
    assert f'name="pictured[]" value="{kept[1]}"' in wrong.text
    answer = await village.api(village.asha, "POST", "/api/v1/statuses", status="देखिए", media_ids=[kept[1]])
    assert answer.status_code == 422 and "media_ids" in answer.text
    said = {"key": "k", "kept[]": kept[1], "pictured[]": kept[1], "described[]": "पीली सरसों"}
    once = await send(village, "/compose", village.asha, text="देखिए", **said)
    twice = await send(village, "/compose", village.asha, text="देखिए", **said)
    assert once.status_code == 303 and twice.headers["location"] == once.headers["location"], "one post"
    assert 'alt="पीली सरसों"' in await village.page_as("IN", "/@asha?show=media")
    post = once.headers["location"].partition("#p")[2]
    assert "data-require-alt" in await village.page_as("IN", f"/posts/{post}/edit", village.asha)
    lost = await send(
        village, "/compose", village.asha, text="और", **said | {"key": "l", "kept[]": "1", "pictured[]": "1"}
    )
    assert lost.status_code == 422 and "और" in lost.text, "a picture that has gone takes no words with it"


async def test_a_form_without_its_word_does_nothing(village: Village):
    headers = {"cookie": f"chaupal={village.asha.cookie}; language=hi"}
    answer = await village.client.post("/compose", data={"text": "जाली"}, headers=headers)
    assert answer.status_code == 403
    assert 'lang="hi"' in answer.text
    assert "यह फ़ॉर्म पुराना हो गया है</h1>" in answer.text and "आप यह नहीं कर सकते" not in answer.text
    assert "जाली" not in await village.page_as("IN", "/@asha")


@pytest.mark.parametrize(("act", "undo"), [("like", "unlike"), ("repost", "unrepost"), ("save", "unsave")])
async def test_what_is_done_to_a_post_can_be_undone_where_one_stands(village: Village, act: str, undo: str):
    post = village.ravi.latest
    for deed, pressed in ((act, "true"), (undo, "false")):
        answer = await send(village, f"/posts/{post.id}/{deed}", village.asha, next=f"{post.path}#p{post.id}")
        assert answer.headers["location"] == f"{post.path}#p{post.id}"
        page = await village.page_as("IN", post, village.asha)
        expected = act if pressed == "false" else undo
        assert f'formaction="/posts/{post.id}/{expected}" aria-pressed="{pressed}"' in page


async def test_following_and_blocking_are_one_button_each(village: Village):
    karl, meera = village.karl, village.meera
    await send(village, f"/people/{meera.id}/follow", karl, next="/@meera")
    assert f'formaction="/people/{meera.id}/unfollow"' in await village.page_as("DE", meera, karl)
    await send(village, f"/people/{meera.id}/block", karl)
    assert f'formaction="/people/{meera.id}/unblock"' in (await get(village, "/settings/blocks", karl)).text


async def test_a_deleted_post_is_gone_and_anothers_cannot_be_deleted(village: Village):
    post = village.asha.latest
    assert (await send(village, f"/posts/{post.id}/delete", village.ravi)).status_code == 404
    assert (await send(village, f"/posts/{post.id}/delete", village.asha)).status_code == 303
    assert (await village.look("IN", post)).status_code == 404


@pytest.mark.parametrize("path", ["/posts/1/explode", "/people/1/explode", "/posts/x/like"])
async def test_what_cannot_be_done_is_not_there(village: Village, path: str):
    assert (await send(village, path, village.asha)).status_code == 404


async def test_a_profile_is_changed_and_a_bad_name_is_told_beside_it(village: Village):
    done = await send(
        village, "/settings/profile", village.asha, name="आशा", note="नया परिचय", visibility="public", discoverable="1"
    )
    assert done.status_code == 303
    assert "नया परिचय" in await village.page_as("IN", village.asha)
    for name, note, about, kept in (("आशा", "क" * 600, "note", "क" * 600), ("आ" * 31, "", "name", "आ" * 31)):
        wrong = await send(village, "/settings/profile", village.asha, name=name, note=note, visibility="public")
        assert wrong.status_code == 422
        assert f'id="{about}-error"' in wrong.text
        assert kept in wrong.text


# --- ways ---


async def test_a_page_for_members_leads_to_the_log_in_page_and_back(village: Village):
    answer = await village.client.get("/notifications?max_id=5")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/login?next=%2Fnotifications%3Fmax_id%3D5"


async def test_who_is_logged_out_while_writing_has_what_they_wrote_and_a_way_in(village: Village):
    headers, said = {"sec-fetch-site": "same-origin"}, "लंबी बात जो खोनी नहीं चाहिए"
    answer = await village.client.post("/compose", data={"text": said, "visibility": "public"}, headers=headers)
    assert answer.status_code == 401
    main = answer.text.partition("<main")[2]
    assert said in main and 'action="/compose"' in main and 'href="/login?next=' in main
    plain = await village.client.post("/compose", data={"text": "namaste"}, headers=headers)
    assert plain.status_code == 401 and "namaste" in plain.text.partition("<main")[2]
    like = await village.client.post(f"/posts/{village.asha.latest.id}/like", data={}, headers=headers)
    assert like.status_code == 303, "nothing was typed"
    foreign = await village.client.post("/compose", data={"text": said}, headers={"sec-fetch-site": "cross-site"})
    assert foreign.status_code == 303


async def test_a_message_is_not_among_the_posts_of_a_profile(village: Village):
    await village.says(village.ravi, "@asha अकेले में कहना था", visibility=3)
    assert "अकेले में" not in await village.page_as("IN", "/@ravi", village.asha)


async def test_anothers_name_before_a_post_leads_to_the_right_one(village: Village):
    post: VillagePost = village.asha.latest
    answer = await village.client.get(f"/@ravi/{post.id}")
    assert answer.headers["location"] == post.path


@pytest.mark.parametrize(
    "path", ["/@nobody", "/@nobody/5", "/@asha/5", "/@asha@elsewhere.example", "/asha", "/public/xx-yy-zz/1"]
)
async def test_missing_things_are_missing_in_hindi_too(village: Village, path: str):
    answer = await get(village, path)
    assert answer.status_code == 404
    assert "यहाँ कुछ नहीं है" in answer.text


async def test_older_posts_are_one_link_away(village: Village):
    for n in range(25):
        await village.says(village.karl, f"post {n}")
    page = await village.page_as("DE", "/@karl")
    assert "post 24<" in page
    assert "post 4<" not in page
    older = found(r'href="(/@karl\?[^"]*max_id=\d+)" rel="next"', page).replace("&amp;", "&")
    assert "post 4<" in await village.page_as("DE", older)


async def test_what_is_new_beyond_the_first_page_of_notifications_is_marked_there_too(village: Village):
    """The first page moves the marker: whoever had been away found nothing new on the second."""
    for n in range(25):
        await village.says(village.ravi, f"@asha {n}")
    page = await village.page_as("IN", "/notifications", village.asha)
    older = found(r'href="(/notifications\?[^"]*max_id=\d+)" rel="next"', page).replace("&amp;", "&")
    second = await village.page_as("IN", older, village.asha)
    assert (page.count('class="notice new"'), second.count('class="notice new"')) == (20, 6), (
        "twenty-five, and who follows"
    )
    assert 'class="notice new"' not in await village.page_as("IN", "/notifications", village.asha)


async def test_styles_are_kept_for_good_under_names_that_change_with_them(village: Village):
    page = await village.page_as("IN", "/")
    path = found(r'href="(/static/style\.[0-9a-f]{12}\.css)"', page)
    answer = await village.client.get(path)
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-type"].startswith("text/css")
    assert (await village.client.get("/static/style.css")).status_code == 404
    assert (await village.client.get("/static/../pages.py")).status_code == 404


async def test_sign_up_shows_every_fault_at_once_and_keeps_what_was_typed(village: Village):
    page = await village.client.get("/signup")
    assert "novalidate" in page.text, "a browser tells one fault at a time"
    csrf = page.text.partition('name="csrf" value="')[2].partition('"')[0]
    cookie = page.headers.get("set-cookie", "").partition(";")[0]
    sent = {"csrf": csrf, "handle": "meera", "email": "meera(at)gaanv", "password": "छोटा"}
    answer = await village.client.post("/signup", data=sent, headers={"cookie": cookie})
    assert answer.status_code == 422
    assert answer.text.count('class="error"') == 3 and 'value="meera(at)gaanv"' in answer.text


async def test_four_places_have_four_icons_of_their_own(village: Village):
    """A compass to explore, stacked lines for lists, a lens to search, a page for orders."""
    page = await village.page_as("IN", "/", village.asha)
    drawn = {
        place: regex.search(rf'href="{place}"[^>]*><svg[^>]*>(.*?)</svg>', page)[1]
        for place in ("/explore", "/lists", "/search", "/orders")
    }
    assert len(set(drawn.values())) == 4
    assert '<circle cx="12" cy="12" r="9"/>' in drawn["/explore"] and drawn["/lists"].count("h12") == 3
    assert '<circle cx="11" cy="11" r="6.5"/>' in drawn["/search"] and "l5 5v13" in drawn["/orders"]

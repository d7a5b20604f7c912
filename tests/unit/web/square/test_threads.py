"""A thread written in one go: all its posts or none, in order, with what is wrong beside the post that it is about."""

import asyncio
from typing import Any

import pytest
import regex

from chaupal.api.mastodon.posts import status_answers
from chaupal.governance.cases import decisions
from chaupal.policy.facts import Visibility
from chaupal.policy.viewer import stranger
from chaupal.reads.timelines import thread
from chaupal.social.posts.composing import MOST_IN_SERIES
from chaupal.web.square import threads
from painted import picture
from village import FINDING, REASON, Village, Villager


async def word_of(v: Village, who: Villager) -> tuple[dict[str, str], str]:
    headers = {"cookie": f"chaupal={who.cookie}; look_as=IN; language=hi"}
    page = await v.client.get("/compose", headers=headers)
    return headers, page.text.partition('name="csrf" value="')[2].partition('"')[0]


async def sends(v: Village, who: Villager, path: str = "/compose", files: object = None, **form: object):
    headers, word = await word_of(v, who)
    sent = {"visibility": "public", **form, "csrf": word}
    answer = await v.client.post(path, data=sent, headers=headers, files=files)
    await v.settle()
    return answer


def after(*texts: str) -> dict[str, str]:
    """The fields of the posts that follow the first."""
    return {
        key: value
        for n, text in enumerate(texts, 1)
        for key, value in ((f"more[{n}][n]", str(n)), (f"more[{n}][text]", text))
    }


async def of(v: Village, who: Villager) -> list[dict[str, object]]:
    """Their posts, the oldest first."""
    found = (await v.api(who, "GET", f"/api/v1/accounts/{who.id}/statuses", limit="40")).json()
    return list(reversed(found))


def said(post: dict[str, object]) -> str:
    return regex.sub(r"<[^>]+>", "", str(post["content"]))


async def test_posts_written_in_one_go_are_published_in_order_each_a_reply_to_the_one_before(village: Village):
    v, before = village, len(await of(village, village.asha))
    more = [f"और {n}" for n in range(4)]
    sent = await sends(v, v.asha, text="पहली", **after("दूसरी", "तीसरी", *more))
    assert sent.status_code == 303
    first, second, third, *_, last = (await of(v, v.asha))[before:]
    assert [said(one) for one in (first, second, third)] == ["पहली", "दूसरी", "तीसरी"]
    assert [one["in_reply_to_id"] for one in (first, second, third)] == [None, first["id"], second["id"]]
    assert sent.headers["location"].endswith(f"#p{first['id']}")
    thread = (await v.api(v.ravi, "GET", f"/api/v1/statuses/{first['id']}/context")).json()
    assert [one["id"] for one in thread["descendants"]][:2] == [second["id"], third["id"]]
    page = await v.page_as("IN", f"/@asha/{first['id']}")
    assert page.index("पहली") < page.index("दूसरी") < page.index("तीसरी")
    assert page.count("पिछली पोस्ट से आगे") == 0, "where they stand together they say so themselves"
    alone = await v.page_as("IN", "/@asha?show=replies")
    assert alone.count("पिछली पोस्ट से आगे") == len(await of(v, v.asha)) - before - 1
    page = await v.page_as("IN", f"/@asha/{last['id']}")  # the way down to it is folded
    assert page.index("पहली") < page.index("<summary>बीच की 3 पोस्ट") < page.index("दूसरी") < page.index(">और 1<")


async def test_a_thread_may_answer_somebody(village: Village):
    v, before = village, len(await of(village, village.asha))
    assert (
        await sends(v, v.asha, text="@ravi हाँ", reply_to=str(v.ravi.latest.id), **after("और भी"))
    ).status_code == 303
    first, second = (await of(v, v.asha))[before:]
    assert first["in_reply_to_id"] == str(v.ravi.latest.id) and second["in_reply_to_id"] == first["id"]


async def test_visibility_language_and_warning_of_the_first_apply_to_all_and_a_poll_to_the_first_alone(
    village: Village,
):
    v, before = village, len(await of(village, village.asha))
    form = {
        "visibility": "private",
        "language": "mr",
        "spoiler": "लंबी बात",
        "options[]": ["हाँ", "ना"],
        "poll_for": "3600",
    }
    assert (await sends(v, v.asha, text="पहली", **form, **after("दूसरी"))).status_code == 303
    made = (await of(v, v.asha))[before:]
    assert [(one["visibility"], one["language"], one["spoiler_text"]) for one in made] == [
        ("private", "mr", "लंबी बात")
    ] * 2
    assert [one["poll"] is not None for one in made] == [True, False]
    assert "पोल सिर्फ़ पहली पोस्ट में लगता है" in await v.page_as("IN", "/compose", v.asha)


@pytest.mark.parametrize(("texts", "wrong"), [(("क" * 501, "तीसरी"), "more1"), (("दूसरी", "क" * 501), "more2")])
async def test_all_are_written_or_none_and_what_is_wrong_stands_beside_its_post(
    village: Village, texts: tuple[str, ...], wrong: str
):
    v, before = village, len(await of(village, village.asha))
    sent = await sends(v, v.asha, text="पहली", **after(*texts))
    assert sent.status_code == 422
    assert f'id="{wrong}-error"' in sent.text and sent.text.count('class="error"') == 1
    assert regex.findall(r'<textarea id="(\w+)"[^>]* autofocus', sent.text) == [wrong]
    assert all(f">{text}</textarea>" in sent.text for text in ("पहली", *texts))
    assert len(await of(v, v.asha)) == before


async def test_a_first_post_that_is_wrong_says_so_beside_itself_and_loses_nothing(village: Village):
    v, before = village, len(await of(village, village.asha))
    sent = await sends(v, v.asha, text=" ", **after("दूसरी"))
    assert sent.status_code == 422 and 'id="text-error"' in sent.text and ">दूसरी</textarea>" in sent.text
    assert len(await of(v, v.asha)) == before


async def test_a_thread_that_fails_while_it_is_written_leaves_nothing(village: Village):
    """The same picture in two posts: each is in order alone, and the second cannot be written after the first."""
    v, before = village, len(await of(village, village.asha))
    headers, word = await word_of(v, v.asha)
    file = {"file": ("s.png", picture(64, 48), "image/png")}
    id_ = (await v.client.post("/compose/pictures", data={"csrf": word}, files=file, headers=headers)).json()["id"]
    sent = await sends(v, v.asha, text="पहली", **{"kept[]": id_}, **after("दूसरी"), **{"more[1][kept][]": id_})
    assert sent.status_code == 422 and 'id="more1-error"' in sent.text
    assert len(await of(v, v.asha)) == before
    assert (await sends(v, v.asha, text="पहली", **{"kept[]": id_})).status_code == 303  # it is in no post yet


async def test_each_post_of_a_thread_has_its_own_pictures(village: Village):
    v, before = village, len(await of(village, village.asha))
    files = {
        "picture1": ("a.png", picture(64, 48), "image/png"),
        "more_picture1": ("b.png", picture(32, 48), "image/png"),
    }
    form = {"alt1": "खेत", "more[1][alt]": "नदी"}
    assert (await sends(v, v.asha, files=files, text="पहली", **form, **after(""))).status_code == 303
    made = (await of(v, v.asha))[before:]
    assert [[one["description"] for one in post["media_attachments"]] for post in made] == [["खेत"], ["नदी"]]


async def test_a_picture_that_is_refused_is_said_beside_its_post_and_those_that_came_are_kept(village: Village):
    v, before = village, len(await of(village, village.asha))
    files = {"picture1": ("a.png", picture(64, 48), "image/png"), "more_picture1": ("b.png", b"no", "image/png")}
    sent = await sends(v, v.asha, files=files, text="पहली", **after("दूसरी"))
    assert sent.status_code == 422 and 'id="more1-error"' in sent.text and 'name="kept[]" value="' in sent.text
    assert len(await of(v, v.asha)) == before


async def test_without_a_script_a_button_comes_back_with_one_more_field_and_all_that_was_typed(village: Village):
    v, before = village, len(await of(village, village.asha))
    page = await v.page_as("IN", "/compose", v.asha)
    assert 'formaction="/compose/more"' in page and "एक और पोस्ट जोड़ें" in page
    one = await sends(v, v.asha, "/compose/more", text="पहली", spoiler="सावधान", visibility="private", key="abc")
    assert one.status_code == 200 and 'name="more[1][text]"' in one.text
    assert ">पहली</textarea>" in one.text and 'value="सावधान"' in one.text and 'value="abc"' in one.text
    assert '<option value="private" selected>' in one.text
    two = await sends(v, v.asha, "/compose/more", text="पहली", **after("दूसरी"))
    assert ">दूसरी</textarea>" in two.text and 'name="more[2][text]"' in two.text
    assert regex.findall(r'<textarea id="(\w+)"[^>]* autofocus', two.text) == ["more2"]  # one goes on there
    assert len(await of(v, v.asha)) == before
    assert (await sends(v, v.asha, text="पहली", **after("दूसरी", " "))).status_code == 303
    assert len(await of(v, v.asha)) == before + 2  # a field that was left empty is no post


async def test_a_thread_has_a_bound(village: Village):
    v, before = village, len(await of(village, village.asha))
    most = [f"बात {n}" for n in range(1, MOST_IN_SERIES)]
    more = await sends(v, v.asha, "/compose/more", text="बात 0", **after(*most))
    assert more.status_code == 422 and "ज़्यादा से ज़्यादा 25" in more.text and ">बात 24</textarea>" in more.text
    over = await sends(v, v.asha, text="बात 0", **after(*most, "बात 25"))
    assert over.status_code == 422 and 'id="add-error"' in over.text and ">बात 25</textarea>" in over.text
    assert len(await of(v, v.asha)) == before
    assert (await sends(v, v.asha, text="बात 0", **after(*most))).status_code == 303
    assert [said(one) for one in (await of(v, v.asha))[before:]] == [f"बात {n}" for n in range(MOST_IN_SERIES)]


async def test_a_form_that_is_sent_twice_makes_one_thread(village: Village):
    v, before = village, len(await of(village, village.asha))
    form = {"text": "पहली", "key": "एक-बार", **after("दूसरी")}
    both = await asyncio.gather(sends(v, v.asha, **form), sends(v, v.asha, **form))
    again = await sends(v, v.asha, **form)
    assert {one.status_code for one in (*both, again)} == {303}
    assert len({one.headers["location"] for one in (*both, again)}) == 1
    assert len(await of(v, v.asha)) == before + 2


async def test_a_draft_keeps_the_whole_thread_and_goes_with_it(village: Village):
    v, before = village, len(await of(village, village.asha))
    headers, word = await word_of(v, v.asha)
    file = {"file": ("s.png", picture(64, 48), "image/png")}
    id_ = (await v.client.post("/compose/pictures", data={"csrf": word}, files=file, headers=headers)).json()["id"]
    assert (
        await sends(v, v.asha, "/drafts", text="पहली", **after("दूसरी"), **{"more[1][kept][]": id_})
    ).status_code == 303
    assert "और उसके बाद 1 पोस्ट" in await v.page_as("IN", "/drafts", v.asha)
    kept = (await v.api(v.asha, "GET", "/api/v1/chaupal/drafts")).json()[0]
    path = f"/compose?draft={kept['id']}"
    page = await v.page_as("IN", path, v.asha)
    assert ">दूसरी</textarea>" in page and f'name="more[1][kept][]" value="{id_}"' in page
    # A program that knows no threads changes the first post, and the rest is not lost.
    assert (await v.api(v.asha, "PUT", f"/api/v1/chaupal/drafts/{kept['id']}", status="पहली बात")).status_code == 200
    page = await v.page_as("IN", path, v.asha)
    assert ">पहली बात</textarea>" in page and ">दूसरी</textarea>" in page
    assert (await sends(v, v.asha, text="पहली बात", draft=kept["id"], **after("दूसरी"))).status_code == 303
    assert (await v.api(v.asha, "GET", "/api/v1/chaupal/drafts")).json() == []
    assert len(await of(v, v.asha)) == before + 2


@pytest.mark.parametrize("more", [{"more": "x"}, {"more[1]": "x"}, {"more[1][kept][]": "x"}, {"more[1][n]": "-1"}])
async def test_a_form_that_is_none_is_refused_in_words(village: Village, more: dict[str, str]):
    before = len(await of(village, village.asha))
    assert (await sends(village, village.asha, text="पहली", **more)).status_code == 422
    assert len(await of(village, village.asha)) == before


async def test_of_a_long_conversation_a_page_shows_so_many_answers_and_leads_to_the_next(
    village: Village, monkeypatch: pytest.MonkeyPatch
):
    v = village
    monkeypatch.setattr(threads, "MOST", 2)
    monkeypatch.setattr(thread, "MOST_FOR_STRANGERS", (1, 2))
    root = await v.says(v.asha, "पहली बात")
    hidden = [await v.says(v.ravi, "छिपा", reply_to=root.id, visibility=Visibility.PRIVATE) for _ in range(3)]
    answers = [f"उत्तर{number}" for number in range(5)]
    for text in answers:
        await v.says(v.ravi, text, reply_to=root.id)
    for who in (v.meera, None):  # who do not follow ravi
        found, path = list[list[str]](), f"/@asha/{root.id}"
        while path:
            page = await v.page_as("IN", path, who)
            found.append([text for text in answers if text in page])
            following = regex.search(r'href="(\?past=\d+)"', page)
            path = f"/@asha/{root.id}{following[1]}" if following else ""
        assert found == [answers[:2], answers[2:4], answers[4:]], "what is not for them takes no place"
        past = await v.page_as("IN", f"/@asha/{root.id}?past={hidden[-1].id}", who)
        assert [text for text in answers if text in past] == answers[:2], "and whether it is there is not told"
    assert "और जवाब" in await v.page_as("IN", root, v.asha)
    for wrong in ("?past=x", f"?past={2**63}", "?past=-1"):
        assert (await v.look("IN", f"/@asha/{root.id}{wrong}")).status_code in (400, 422)
    assert answers[0] in await v.page_as("IN", f"/@asha/{root.id}?past={v.ravi.latest.id + 1}", v.meera), (
        "past what is not here: from the first"
    )


async def test_an_answer_says_whom_it_answers_where_its_place_in_the_conversation_does_not(
    village: Village, monkeypatch: pytest.MonkeyPatch
):
    v = village
    monkeypatch.setattr(threads, "MOST", 2)
    root = await v.says(v.asha, "पहली बात")
    way = [root, await v.says(v.ravi, "परत", reply_to=root.id)]
    for _ in range(6):
        way.append(await v.says(v.meera, "परत", reply_to=way[-1].id))

    async def drawn(path: str, who: Villager) -> dict[int, tuple[str, str]]:
        """By answer: how deep it stands, and where what it says of whom it answers leads."""
        found = dict[int, tuple[str, str]]()
        for one in (await v.page_as("IN", path, who)).split("<article ")[1:]:
            deep, to = regex.search(r" deep(\d)", one), regex.search(r'href="([^"]+)"><bdi>@\w+</bdi> को जवाब', one)
            found[int(one.partition('id="p')[2].partition('"')[0])] = (deep[1] if deep else "", to[1] if to else "")
        return found

    first = await drawn(f"/@asha/{root.id}", v.asha)
    assert first == {root.id: ("", ""), way[1].id: ("", ""), way[2].id: ("1", "")}
    second = await drawn(f"/@asha/{root.id}?past={way[2].id}", v.asha)
    del second[root.id]
    assert second == {way[3].id: ("2", f"/@meera/{way[2].id}"), way[4].id: ("3", "")}, "not as if it answered the first"
    monkeypatch.setattr(thread, "MOST_FOR_STRANGERS", (2, 2))
    found = await thread.context(v.running.house.reads, stranger(v.meera.viewer), root.id, past=way[5].id)
    assert [one.item.id for one in found.above] == [way[4].id, way[5].id], "of a long way what is near, for a stranger"
    monkeypatch.setattr(threads, "MOST", 20)
    whole = await drawn(f"/@asha/{root.id}", v.meera)
    assert whole[way[5].id] == ("4", "") and whole[way[6].id] == ("4", f"#p{way[5].id}"), "not moved in any further"

    monkeypatch.setattr(thread, "MOST", 4)
    ends = "यह बातचीत इतनी लंबी है"
    assert ends in await v.page_as("IN", root, v.ravi)
    late = await v.page_as("IN", way[6], v.asha)
    assert f'id="p{way[5].id}"' in late and f'id="p{way[7].id}"' in late, "a late answer stands in its conversation"
    assert ends not in late

    monkeypatch.setattr(thread, "MOST", 20)
    noise = await v.says(v.ravi, "शोर", reply_to=root.id)
    further = await v.says(v.ravi, "और आगे", reply_to=noise.id)
    hides = {"context": ["thread"], "filter_action": "hide", "keywords_attributes": [{"keyword": "शोर"}]}
    assert (await v.api(v.meera, "POST", "/api/v2/filters", title="शोर", **hides)).status_code == 200
    on = (await v.page_as("IN", f"/@asha/{root.id}", v.meera)).partition(f'id="p{further.id}"')[2]
    assert "पिछली पोस्ट से आगे" in on, "not as if it answered the first, where one hides what it goes on from"


async def test_while_a_long_conversation_is_read_others_have_their_turn(
    village: Village, monkeypatch: pytest.MonkeyPatch
):
    v = village
    monkeypatch.setattr(thread, "AT_ONCE", 2)
    monkeypatch.setattr(status_answers, "AT_ONCE", 2)
    root = await v.says(v.asha, "पहली बात")
    answers = [(await v.says(v.ravi, str(number), reply_to=root.id)).id for number in range(7)]
    house, turns = v.running.house, 0

    async def beside() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    other = asyncio.create_task(beside())
    await asyncio.sleep(0)
    before = turns
    found = await thread.context(house.reads, v.asha.viewer, root.id)
    other.cancel()
    assert [seen.item.id for seen in found.descendants] == answers
    assert turns - before >= 3
    whole = (await v.api(v.asha, "GET", f"/api/v1/statuses/{root.id}/context")).json()
    assert [int(one["id"]) for one in whole["descendants"]] == answers and whole["ancestors"] == []


async def test_whoever_reads_a_post_abroad_is_told_where_it_is_withheld_and_by_which_order(village: Village):
    """Its own object told that to every server, and its page to nobody."""
    v, told = village, "भारत में नहीं दिखाई जाती।"
    post, readers = v.meera.latest, (None, v.karl)

    async def pages(country: str = "DE") -> list[str]:
        return [await v.page_as(country, post, who) for who in readers]

    assert not any(told in page for page in await pages())
    ref = await v.withhold(post=post, by=v.chitra, second=v.dev)
    assert all(told in page and f'href="/orders/{ref}"' in page for page in await pages())
    assert not any(told in page for page in await pages("IN")), "there the notice stands in its place"
    other: dict[str, Any] = {"regime": "US-DMCA", "role": "owner", "bases": (), "legal_basis": "17 U.S.C. § 512"}
    also = await v.withhold(post=post, by=v.chitra, second=v.dev, territory=("US",), **other)
    assert all(f'href="/orders/{also}"' in page for page in await pages())
    assert not any(also in page for page in await pages("IN")), "nor is it said of what is not shown"
    await v.lift(also, by=v.chitra)
    await v.lift(ref, by=v.chitra)
    assert not any(told in page or ref in page for page in await pages())
    secret = await v.withhold(post=post, by=v.chitra, second=v.dev, gag_until="2021-03-10T12:00")
    assert not any(told in page or secret in page for page in await pages())
    both = await v.receives(f"@{v.meera.handle}", v.meera.said[0].path)
    court, said = v.running.house.court, {"reason": REASON, "despite": REASON}
    for number, outcome, more in ((1, "withhold_account", {"finding": FINDING}), (2, "withhold_post", {})):
        await decisions.propose(court, v.chitra.viewer, both, number, outcome=outcome, **said, **more)
        v.clock.move(1000)
        await decisions.approve(court, v.dev.viewer, both, number)
    assert (await v.page_as("DE", v.meera.said[0])).count(told) == 1, "by one order it is said once"

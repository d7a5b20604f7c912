"""Texts of the house: shipped ones that say what is true, the owner's in their place, each version readable and in the log."""

import pytest
from msgspec.structs import force_setattr

from chaupal.governance.laws import house_texts
from chaupal.governance.laws.house_texts import ABOUT, PRIVACY, TERMS, TextForm
from chaupal.governance.people import reports
from chaupal.governance.regimes import load_regimes
from chaupal.kernel.clock import DAY
from chaupal.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from chaupal.social.archives import exports
from chaupal.social.people import leaving
from chaupal.social.signin import sessions
from chaupal.text import html
from village import Village, Villager

API = "/api/v1/instance"
BOTH = {"text": "# Mine\n\nOur **own** words.", "text_hi": "# हमारा\n\nहमारे **अपने** शब्द।"}


def form() -> TextForm:
    return TextForm(text=BOTH["text"], text_hi=BOTH["text_hi"])


def cookie(who: Villager, language: str = "en") -> dict[str, str]:
    return {"cookie": f"chaupal={who.cookie}; language={language}"}


async def test_what_is_shipped_stands_in_both_languages_and_names_this_server(village: Village):
    v = village
    for path, english, hindi in (
        ("privacy", "What is kept", "क्या रखा जाता है"),
        ("terms", "Your words", "आपका लिखा हुआ"),
    ):
        for language, words in (("en", english), ("hi", hindi)):
            page = (await v.client.get(f"/{path}", headers={"cookie": f"language={language}"})).text
            assert f"<h2>{words}</h2>" in page and v.running.house.settings.domain in page
            assert not any(hole in page for hole in ("{title}", "{domain}", "{contact}"))
    told = (await v.client.get(f"{API}/privacy_policy", headers={"accept-language": "en"})).json()
    assert "<h2>What is kept</h2>" in told["content"] and told["updated_at"].startswith("2026-11-28")
    footer = (await v.client.get("/about", headers={"cookie": "language=en"})).text.partition('class="foot"')[2]
    assert 'href="/privacy"' in footer and 'href="/terms"' in footer


def test_the_numbers_that_the_shipped_privacy_text_names_are_those_that_are_held_to():
    english, hindi = (house_texts._file(PRIVACY, one) for one in ("en", "hi"))
    windows = [law.appeals.internal.window.ms for law in load_regimes().all()]
    for is_so, said, in_hindi in (
        (sessions.SESSION_LASTS == 30 * DAY, "for 30 days is logged out", "30 दिन काम में न आए"),
        (sessions.KNOWN_DAYS == 400, "for 400 days that you logged in", "400 दिन तक यह निशान"),
        (windows.count(180 * DAY) > len(windows) / 2, "(mostly 180 days)", "(आम तौर पर 180 दिन)"),
        (reports.GUEST_NAMED == 180 * DAY, "180 days after it was decided", "फ़ैसले के 180 दिन बाद"),
        (leaving.GRACE == 14 * DAY, "you have 14 days", "14 दिन मिलते हैं"),
        (exports.KEPT_FOR == 7 * DAY, "downloaded for 7 days", "7 दिन तक मिलती है"),
    ):
        assert is_so and said in english and in_hindi in hindi


async def test_the_owner_publishes_a_version_that_readers_get_in_their_language_and_the_log_holds(village: Village):
    v, court = village, village.running.house.court
    new = await house_texts.publish(court, v.owner.viewer, PRIVACY, form())
    assert new.version == 1 and new.log_index is not None
    for language, words in (("en", "<strong>own</strong>"), ("hi", "<strong>अपने</strong>")):
        assert words in (await v.client.get("/privacy", headers={"cookie": f"language={language}"})).text
    entry = (await v.client.get(f"/log/entry/{new.log_index}", headers={"cookie": "language=en"})).text
    assert "privacy-policy" in entry and house_texts.digest(new) in entry
    with pytest.raises(Conflict):
        await house_texts.publish(court, v.owner.viewer, PRIVACY, form())
    assert [one.version for one in await house_texts.every(court, PRIVACY)] == [1, 0]


async def test_only_the_owner_changes_them_and_a_policy_needs_both_languages(village: Village):
    v, court = village, village.running.house.court
    for who in (v.asha, v.chitra, v.dev):
        with pytest.raises(NotAllowed):
            await house_texts.publish(court, who.viewer, PRIVACY, form())
        assert (await v.client.get("/office/texts", headers=cookie(who))).status_code in (403, 404)
    with pytest.raises(Invalid) as wrong:
        await house_texts.publish(court, v.owner.viewer, PRIVACY, TextForm(text="Only English"))
    assert set(wrong.value.details) == {"text_hi"}
    force_setattr(v.running.house.settings, "description", "100 % open, to <all>")  # an operator's words are no format
    assert "100 % open, to &lt;all&gt;" in (await v.client.get("/about", headers={"cookie": "language=en"})).text
    about = await house_texts.publish(court, v.owner.viewer, ABOUT, form())
    assert about.log_index is None, "what the house says of itself binds nobody"
    assert "<strong>own</strong>" in (await v.client.get("/about", headers={"cookie": "language=en"})).text
    told = (await v.client.get(f"{API}/extended_description", headers={"accept-language": "hi"})).json()
    assert "<strong>अपने</strong>" in told["content"]
    await house_texts.publish(court, v.owner.viewer, ABOUT, TextForm())
    assert "<strong>own</strong>" not in (await v.client.get("/about", headers={"cookie": "language=en"})).text


async def test_terms_hold_from_their_day_and_those_before_stay_readable(village: Village):
    v, court, owner = village, village.running.house.court, village.owner.viewer  # the 10th of February 2021
    await house_texts.publish(court, owner, TERMS, form())
    later = TextForm(text="Later **terms**", text_hi="बाद की शर्तें", effective_on="2021-03-01")
    await house_texts.publish(court, owner, TERMS, later)
    english = {"accept-language": "en"}
    now = (await v.client.get(f"{API}/terms_of_service", headers=english)).json()
    assert now["effective_date"] == "2021-02-10" and now["effective"] is True and now["succeeded_by"] == "2021-03-01"
    assert "<strong>own</strong>" in now["content"]
    then = (await v.client.get(f"{API}/terms_of_service/2021-03-01", headers=english)).json()
    assert then["effective"] is False and "<strong>terms</strong>" in then["content"]
    page = (await v.client.get("/terms", headers={"cookie": "language=en"})).text
    assert "/terms/2021-03-01" in page and "<strong>own</strong>" in page
    v.clock.move(19 * DAY)
    assert (await v.client.get(f"{API}/terms_of_service", headers=english)).json()["effective_date"] == "2021-03-01"
    assert "<strong>own</strong>" in (await v.client.get("/terms/2021-02-10", headers={"cookie": "language=en"})).text
    for path in ("2021-02-11", "nonsense"):
        assert (await v.client.get(f"{API}/terms_of_service/{path}")).status_code == 404
    with pytest.raises(NotFound):
        await house_texts.on(court, "2000-01-01")


@pytest.mark.parametrize("day", ["2021-02-09", "2021-02-10", "soon", "2021-13-01"])
async def test_terms_of_a_day_that_is_past_taken_or_none_are_refused_beside_the_field(village: Village, day: str):
    court, owner = village.running.house.court, village.owner.viewer
    await house_texts.publish(court, owner, TERMS, form())
    with pytest.raises(Invalid) as wrong:
        await house_texts.publish(court, owner, TERMS, TextForm(text="x", text_hi="x", effective_on=day))
    assert set(wrong.value.details) == {"effective_on"}


async def test_the_office_shows_a_text_before_it_is_published_and_keeps_what_was_typed(village: Village):
    v, owner = village, cookie(village.owner)
    assert "/office/texts/terms" in (await v.client.get("/office/texts", headers=owner)).text
    page = (await v.client.get("/office/texts/privacy", headers=owner)).text
    csrf, seen = (page.partition(f'name="{name}" value="')[2].partition('"')[0] for name in ("csrf", "seen"))
    typed = {"csrf": csrf, "seen": seen} | BOTH
    shown = await v.client.post("/office/texts/privacy", data=typed | {"act": "preview"}, headers=owner)
    assert shown.status_code == 200 and "<strong>अपने</strong>" in shown.text and "Our **own** words." in shown.text
    assert (
        "own"
        not in (await v.client.get(f"{API}/privacy_policy", headers={"accept-language": "en"}))
        .json()["content"]
        .split()
    )
    bad = await v.client.post("/office/texts/privacy", data=typed | {"act": "publish", "text_hi": ""}, headers=owner)
    assert bad.status_code == 422 and "Our **own** words." in bad.text and 'id="text_hi-error"' in bad.text
    done = await v.client.post("/office/texts/privacy", data=typed | {"act": "publish"}, headers=owner)
    assert done.status_code == 303
    late = {"act": "publish", "text": "Another tab"}
    stale = await v.client.post("/office/texts/privacy", data=typed | late, headers=owner)
    assert stale.status_code == 409 and "Another tab" in stale.text
    assert (await v.client.get("/office/texts/nothing", headers=owner)).status_code in (400, 404, 422)


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "[x](javascript:alert(1))",
        "![x](https://example.org/x.png)",
        "<img src=x onerror=alert(1)>",
        "[x](data:text/html,x)",
        "<a href='/x' onclick='x'>y</a>",
    ],
)
def test_no_script_and_no_foreign_picture_comes_out_of_markdown(text: str):
    out = html.markdown_html(text)
    assert (
        not any(f"<{tag}" in out for tag in ("script", "img", 'a href="javascript', 'a href="data'))
        and "onclick" not in out.partition("&lt;")[0]
    )


def test_markdown_has_headings_below_the_pages_own_lists_and_links():
    out = html.markdown_html("# One\n\n- a\n- [b](/about)\n\nकि **दो**")
    assert (
        out.startswith("<h2>One</h2>")
        and '<a href="/about" rel="noopener">b</a>' in out
        and "<strong>दो</strong>" in out
    )

"""The emoji picker: found by name in Hindi and English, written at the caret, and not brought before it is opened."""

import pytest
from playwright.sync_api import Page, Route, expect

from browser.conftest import Opens
from looks import axe

FIELD = "form.sheet textarea[name=text]"


def opens_picker(page: Page) -> None:
    page.locator(FIELD).click()
    page.locator("details.smileys > summary").click()
    expect(page.locator(".smiley-all button").first).to_be_visible()


@pytest.mark.parametrize(
    ("language", "words"),
    [("hi", {"दिल": "❤️", "heart": "❤️", "हंसी": "😂"}), ("en", {"heart": "❤️", "लाल दिल": "❤️"})],
    ids=["hi", "en"],
)
def test_emoji_are_found_by_their_names_in_hindi_and_english(opens: Opens, language: str, words: dict[str, str]):
    page = opens("asha", phone=False, language=language)
    page.context.add_cookies([{"name": "language", "value": language, "url": page.url}])
    page.goto("/compose")
    opens_picker(page)
    shown = page.locator(".smiley-all button")
    for word, wanted in words.items():
        page.locator("#emoji").fill("zzzz")
        expect(shown).to_have_count(0)
        page.locator("#emoji").fill(word)
        expect(shown.filter(has_text=wanted).first).to_be_visible()
        assert shown.count() <= 60


def test_what_is_chosen_stands_at_the_caret_and_enter_does_not_post(opens: Opens):
    page = opens("asha", at="", bypass_csp=True)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto("/compose")
    page.locator(FIELD).fill("सरसों के खेत")
    assert not [url for url in asked if "emoji" in url], "not brought before it is opened"
    page.locator(FIELD).evaluate("(field) => field.setSelectionRange(5, 5)")
    page.locator("details.smileys > summary").click()
    page.locator("#emoji").fill("ट्रैक्टर")
    expect(page.locator(".smiley-all button", has_text="🚜")).to_be_visible()
    assert axe(page) == []
    page.locator("#emoji").press("Enter")
    expect(page.locator(FIELD)).to_have_value("सरसों🚜 के खेत")
    assert page.url.endswith("/compose")
    page.locator(".smiley-all button").first.click()
    page.keyboard.press("Control+z")
    expect(page.locator(FIELD)).to_have_value("सरसों🚜 के खेत")


def test_names_that_come_late_do_not_take_the_words_of_another_field(opens: Opens):
    page, held = opens("asha", service_workers="block"), list[Route]()
    page.route("**/static/emoji*.json", lambda request: held.append(request))
    page.goto("/compose")
    page.locator("details:has(> div #spoiler) > summary").click()
    with page.expect_request("**/static/emoji*.json"):
        page.locator("details.smileys > summary").click()
    page.locator("#spoiler").press_sequentially("चु")
    for request in held:
        request.continue_()
    expect(page.locator(".smiley-all button").first).to_be_visible()
    page.keyboard.type("नाव")
    expect(page.locator("#spoiler")).to_have_value("चुनाव")
    expect(page.locator("#emoji")).to_have_value("")


@pytest.mark.parametrize("key", [True, False])
def test_opened_it_is_ready_for_a_name(opens: Opens, *, key: bool):
    page = opens("asha", at="/compose")
    page.locator("details.smileys > summary").focus()
    if key:
        page.keyboard.press("Enter")
    else:
        page.locator("details.smileys > summary").click()
    expect(page.locator("#emoji")).to_be_focused()


def test_without_a_script_there_is_no_button_that_does_nothing(opens: Opens):
    page = opens("asha", at="/compose", java_script_enabled=False)
    expect(page.locator("details.smileys")).to_be_hidden()

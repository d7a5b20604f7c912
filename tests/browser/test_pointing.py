"""For whoever has a mouse: a card for a name that is pointed at. And portraits that are cut before they are sent."""

import re

import pytest
from playwright.sync_api import Page, expect

from browser.conftest import Opens
from painted import picture

NAME = "[data-list] article.post a.name"


def points_at(page: Page, which: str) -> str:
    """The handle of the first that is pointed at."""
    page.goto("/public")
    page.wait_for_load_state("networkidle")
    link = page.locator(which).first
    link.hover()
    return str(link.get_attribute("href")).removeprefix("/@")


def test_a_name_that_is_pointed_at_shows_who_it_is_and_can_be_followed_there(opens: Opens):
    page = opens("achar_wali", phone=False, language="en")
    handle = points_at(page, NAME)
    card = page.locator(".hover-card")
    expect(card).to_contain_text(f"@{handle}")
    expect(card).to_contain_text(re.compile("follower|फ़ॉलोअर"))
    box, window = card.bounding_box(), page.viewport_size
    assert box and window and box["x"] >= 0 and box["x"] + box["width"] <= window["width"]
    button = card.locator("form.row > button").first
    before = button.inner_text()
    button.click()
    expect(card.locator("form.row > button").first).not_to_have_text(before)
    page.mouse.move(5, 5)
    expect(card).to_have_count(0)


def test_the_card_goes_on_escape_and_is_not_opened_by_keys(opens: Opens):
    page = opens("asha", phone=False)
    points_at(page, NAME)
    expect(page.locator(".hover-card")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".hover-card")).to_have_count(0)
    page.mouse.move(5, 5)
    page.locator(NAME).nth(1).focus()
    page.wait_for_timeout(900)
    expect(page.locator(".hover-card")).to_have_count(0)


def test_of_nobody_there_is_no_card_and_of_somebody_no_whole_page(opens: Opens):
    page = opens("", phone=False)
    assert page.request.get("/@nobody_at_all/card").status == 404
    answer = page.request.get("/@asha/card")
    assert answer.status == 200 and "<main" not in answer.text()


@pytest.mark.parametrize("kind", ["avatar", "header"])
def test_a_portrait_is_cut_in_its_frame_before_it_is_sent(opens: Opens, kind: str):
    page = opens("neelam", at="/settings/profile", language="en")
    page.set_input_files(f"#{kind}", {"name": "wide.png", "mimeType": "image/png", "buffer": picture(900, 300)})
    dialog = page.locator("dialog.crop")
    expect(dialog).to_be_visible()
    look = "(it) => [...it.getContext('2d').getImageData(0, 0, it.width, it.height).data].reduce((a, b, n) => (a * 31 + b * n) % 65521, 7)"
    canvas = dialog.locator("canvas")
    before = canvas.evaluate(look)
    dialog.locator("input[type=range]").fill("2")
    canvas.focus()
    page.keyboard.press("ArrowLeft")
    assert canvas.evaluate(look) != before
    dialog.locator("button[value=use]").click()
    expect(dialog).to_be_hidden()
    expect(page.locator(f"#{kind}")).to_have_value(re.compile(r"\bwide\.webp$"))
    shape = page.evaluate(
        """async (kind) => {
          const [file] = document.querySelector(`#${kind}`).files;
          const made = await createImageBitmap(file);
          return [file.name, made.width, made.height];
        }""",
        kind,
    )
    assert shape == ["wide.webp", *((400, 400) if kind == "avatar" else (1500, 500))]
    page.locator("main form[enctype] > p > button").click()
    page.wait_for_url("**/settings/profile?saved=1")
    page.goto("/@neelam")
    expect(page.locator(".profile img.avatar" if kind == "avatar" else ".profile img.banner")).to_be_visible()


def test_a_portrait_that_is_called_off_is_not_sent_and_without_a_script_it_is_sent_as_it_is(opens: Opens):
    page = opens("neelam", at="/settings/profile", language="en")
    file = {"name": "wide.png", "mimeType": "image/png", "buffer": picture(900, 300)}
    page.set_input_files("#avatar", file)
    expect(page.locator("dialog.crop")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("dialog.crop")).to_be_hidden()
    expect(page.locator("#avatar")).to_have_value("")
    plain = opens("harpreet", at="/settings/profile", language="en", java_script_enabled=False)
    plain.set_input_files("#avatar", file)
    plain.locator("main form[enctype] > p > button").click()
    plain.wait_for_url("**/settings/profile?saved=1")

"""The author of a withheld post, from the notice to the outcome: the form of their appeal, their account's status, the decision."""

import re

import httpx2
import pytest
from playwright.sync_api import Page, expect

from browser.conftest import Opens
from browser.sitting import at_desk, press, withhold
from serving import Served

TEXT = "form.sheet textarea"
POST = ".sheet-foot button:not([formaction])"
WHY = "पोस्ट में खेत की बात है, किसी को मारने की नहीं।"
FOUND = "पोस्ट में हिंसा की कोई बात नहीं है; आदेश ने उसे ग़लत समझा।"
NOTHING = {"hi": "कोई रोक नहीं", "en": "Nothing limits you"}


@pytest.mark.parametrize(("language", "phone", "handle"), [("hi", True, "mukesh"), ("en", False, "salma")])
def test_the_author_of_a_withheld_post_from_the_notice_to_the_outcome(
    village: Served, opens: Opens, language: str, phone: bool, handle: str
):
    author, reader = opens(handle, phone=phone, language=language), opens(phone=phone, language=language)
    author.click(f"form.tongues button[value={language}]")
    expect(author.locator("html")).to_have_attribute("lang", language)
    path = says(author, "सरसों में फूल आए।")
    status(author, NOTHING[language])
    ref = withhold(village, path, f"69A/author/{handle}")
    from_india(reader)
    gone(reader, path)

    # One notification about the decision; it leads to the form of whoever may appeal.
    author.goto("/notifications")
    notices = author.locator("main a[href^='/disputes/strikes/']:not([target])")
    strike = str(notices.first.get_attribute("href")).partition("#")[0]
    assert author.locator(f"main article:has(a[href^='{strike}'])").count() == 1
    notices.first.click()
    expect(author.locator("dl.facts")).to_contain_text(ref)
    expect(author.locator("#text")).to_be_visible()

    # So does the notice beside the post, which its author still reads.
    author.goto(path)
    expect(author.locator("article.focal .words")).to_contain_text("सरसों में फूल आए")
    author.locator("article.focal .gap-links a").first.click()
    author.wait_for_url(re.compile(re.escape(strike)))
    expect(author.locator("#text")).to_be_visible()

    # The account's status says what stands, and leads there as well.
    status(author, ref)
    author.locator(f"main a[href^='{strike}']").first.click()
    author.fill("#text", WHY)
    author.locator("form[action$='/appeal'] button").last.click()
    expect(author.locator(".said.done")).to_be_visible()
    expect(author.locator("ol.talk-list")).to_contain_text(WHY)

    # Somebody who did not decide hears it, and takes the decision back.
    hears(village, WHY)
    author.goto("/notifications")
    author.locator(f"main a[href^='{strike}']").first.click()
    expect(author.locator("main")).to_contain_text(FOUND)
    status(author, NOTHING[language])
    reader.goto(path)
    expect(reader.locator("article.focal .words")).to_contain_text("सरसों में फूल आए")
    reader.goto(f"/orders/{ref}")
    expect(reader.locator("#target-1 .mark").first).to_be_visible()
    expect(reader.locator("ol.tale")).to_be_visible()


def says(page: Page, text: str) -> str:
    page.goto("/")
    page.locator(TEXT).fill(text)
    page.click(POST)
    return str(page.locator("[data-list] article", has_text=text).first.locator("a.when").get_attribute("href"))


def status(page: Page, text: str) -> None:
    """To the account's status by the settings, as somebody goes who knows no address."""
    page.goto("/settings")
    page.locator(".panes nav a[href*='at=']").last.click()
    page.locator(".pane a[href='/settings/standing']").click()
    expect(page.locator("main")).to_contain_text(text)


def from_india(page: Page) -> None:
    page.goto("/about")
    page.click("section.village button[value=IN]")
    expect(page.locator("section.village button[value=IN]")).to_have_attribute("aria-pressed", "true")


def gone(page: Page, path: str) -> None:
    page.goto(path)
    expect(page.locator(".gap").first).to_be_visible()
    assert "सरसों में फूल आए" not in page.content()


def hears(village: Served, text: str) -> None:
    """lakshmi, who had no part in the decision, hears the appeal that says `text`."""
    with at_desk(village, "lakshmi") as desk:
        waiting = re.findall(r"/office/appeals/(\d+)", desk.get("/office/appeals").text)
        (appeal,) = [one for one in dict.fromkeys(waiting) if text in desk.get(f"/office/appeals/{one}").text]
        said: httpx2.Response = press(desk, f"/office/appeals/{appeal}/decide", outcome="reversed", reason=FOUND)
        assert FOUND in said.text

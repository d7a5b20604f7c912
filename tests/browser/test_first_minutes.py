"""A new member's first ten minutes in one walk, by what can be pressed on the pages alone: no address is typed after the first."""

import re

import pytest
from playwright.sync_api import FilePayload, Page, expect

from browser.conftest import DESKTOP, Opens
from chaupal.web.static import LEXICA
from looks import SIDEWAYS
from mails import letter_to, secret_in
from painted import picture
from serving import Served

PHONE = {"width": 360, "height": 740}
POST = ".sheet-foot button:not([formaction])"
FIELDS = FilePayload(name="khet.png", mimeType="image/png", buffer=picture(640, 420))
PASSWORD = "gehun ki baaliyan"


def goes(page: Page, path: str) -> None:
    """To a place of the menu: on a phone it stands in the bar below, or in the sheet that this opens."""
    link = page.locator(f".rail a[href='{path}']")
    if not link.is_visible():
        page.locator(".rail-open").click()
    link.click()
    page.wait_for_url(f"**{path}")
    assert page.evaluate(SIDEWAYS) <= 0, path


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_a_new_member_in_the_first_ten_minutes(village: Served, opens: Opens, size: dict[str, int]):
    assert (LEXICA / "words.hi.gz").exists(), "no words for typing here: make assets"
    page = opens()
    page.set_viewport_size({"width": size["width"], "height": size["height"]})
    broken: list[str] = []
    page.on("pageerror", lambda error: broken.append(str(error)))
    handle = f"gulabo{size['width']}"

    # The front page: the sentence, posts at once, two buttons.
    page.goto("/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("सबके सामने")
    expect(page.locator("[data-list] article").first).to_be_in_viewport()
    page.locator("section.welcome a[href='/signup']").click()

    # Sign-up and the mail.
    email = f"{handle}@gaanv.example"
    for name, typed in (("handle", handle), ("email", email), ("password", PASSWORD)):
        page.fill(f"#{name}", typed)
    page.click("main form button")
    page.wait_for_url("**/welcome")
    letter = letter_to(village.settings, email)
    page.goto(f"/confirm/{secret_in(letter, 'confirm')}")  # the one link that is pressed in a mail
    page.click("main form button")

    # Three steps: languages, people, a first post.
    expect(page.locator(".steps-line")).to_contain_text("1")
    expect(page.locator(".ask-languages input[value=hi]")).to_be_checked()
    page.locator(".ask-languages button").first.click()
    expect(page.locator(".steps-line")).to_contain_text("2")
    suggested = page.locator("main .person")
    expect(suggested).to_have_count(5)
    for one in suggested.all():
        expect(one.locator("p.soft")).not_to_be_empty()  # why this one
    expect(suggested.first.locator("button").first).to_have_accessible_name(re.compile(r" @\w+$"))
    suggested.first.locator("button").first.click()
    expect(suggested.first.locator("button").first).to_contain_text("फ़ॉलो किया")
    page.locator("main a[href='/welcome/post']").click()
    expect(page.locator(".steps-line")).to_contain_text("3")

    # The first post: Hindi in Latin letters, a picture with its description.
    field = page.locator("form.sheet textarea")
    field.click()
    page.locator(".typing-switch").first.click()
    page.wait_for_selector("html[data-typing=hi]", state="attached")
    expect(field).to_be_focused()  # one goes on writing
    page.keyboard.type("namaste kisan ")
    expect(field).to_have_value("नमस्ते किसान ")
    page.set_input_files("input[type=file]", FIELDS)
    page.locator(".attached input[type=text]").fill("गेहूँ का खेत")
    page.click(POST)
    mine = page.locator("article", has_text="नमस्ते किसान").first
    expect(mine.get_by_alt_text("गेहूँ का खेत")).to_be_visible()
    assert page.evaluate(SIDEWAYS) <= 0

    # A reply.
    goes(page, "/public")
    others = "[data-list] article:has(.words):not(:has(.menu a[href$='/edit']))"
    theirs = page.locator(others, has_text="किसान").first
    theirs.locator("a[href$='#answer']").first.click()
    page.wait_for_url(re.compile(r"/@\w+/\d+#answer$"))
    thread = page.url.removesuffix("#answer")
    expect(page.locator("form.sheet textarea")).to_be_focused()
    page.keyboard.type(f"{handle} की ओर से राम-राम।")  # behind whom it is for
    expect(page.locator("form.sheet textarea")).to_have_value(re.compile(rf"^@\w+ {handle} की ओर से राम-राम।$"))
    page.click(POST)
    expect(page.locator("article", has_text=f"{handle} की ओर से राम-राम").last).to_be_focused()
    expect(page.locator("#toast")).to_have_text("पोस्ट हो गई।")

    # Repost, or quote.
    focal = page.locator("article.focal")
    focal.locator(".again > summary").click()
    focal.locator("[formaction$='/repost']").click()
    expect(focal.locator("[formaction$='/unrepost']")).to_have_attribute("aria-pressed", "true")
    focal.locator(".again > summary").click()
    focal.locator("a[href^='/compose?quote=']").click()
    page.fill("form.sheet textarea", f"{handle} कोट करती है।")
    page.click(POST)
    expect(page.locator("article", has_text=f"{handle} कोट करती है").locator("blockquote").first).to_be_visible()

    # A like, which stays.
    goes(page, "/public")
    love = page.locator(f"article:has(a.when[href='{thread.removeprefix(village.url)}']) .love").first
    love.click()
    expect(love).to_have_attribute("aria-pressed", "true")
    page.reload()
    expect(love).to_have_attribute("aria-pressed", "true")

    # kisan andolan finds the tag in Devanagari.
    seeks = page.locator(".find input") if size is DESKTOP else page.locator(".find-link")
    seeks.click()
    page.keyboard.press("Control+m")  # Latin letters again
    page.keyboard.type("kisan andolan")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?**")
    expect(page.locator("main a[href^='/tags/']", has_text="किसान_आंदोलन").first).to_be_visible()
    expect(page.locator("main article").first).to_be_visible()

    # A message.
    goes(page, "/messages")
    page.locator("main a[href='/messages/new']").first.click()
    page.fill("#to", "ravi")
    page.locator("h1").click()
    page.fill("#text", "नमस्ते रवि जी, मंडी का भाव क्या है?")
    page.click(POST)
    page.wait_for_url(re.compile(r"/messages/\d+"))
    expect(page.locator("article.post").last).to_contain_text("मंडी का भाव")

    # Settings: a name, and the pages by night.
    goes(page, "/settings")
    page.locator("main a[href='/settings/profile']").first.click() if size is DESKTOP else chooses(
        page, "आप", "/settings/profile"
    )
    page.fill("#name", "गुलाबो")
    page.locator("main form button:not([formaction])").last.click()
    expect(page.locator(".said.done").first).to_be_focused()  # and so it is read out
    goes(page, "/settings")
    chooses(page, "आप क्या पढ़ते हैं", "/settings/appearance")
    page.locator("input[name=theme][value=dark]").check()
    page.locator("main form button").last.click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")

    # And out.
    if size is not DESKTOP:
        page.locator(".rail-open").click()
    page.locator(".rail form[action='/logout'] button").click()
    expect(page.locator("header.top a[href='/login']")).to_be_visible()
    assert broken == []


def chooses(page: Page, group: str, path: str) -> None:
    """A page of the settings, by its group."""
    page.locator(".panes nav").get_by_role("link", name=re.compile(f"^{group}")).first.click()
    page.locator(f".pane a[href='{path}']").click()
    page.wait_for_url(f"**{path}")

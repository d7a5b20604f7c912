"""Open pages stay true: badges, notifications, messages and counts come by one connection, which a page that nobody looks at closes."""

import re

from playwright.sync_api import Page, expect

from browser.conftest import Opens, becomes

OPEN = (
    "window.opened = 0; const Ear = EventSource; window.EventSource = class extends Ear {"
    " constructor(...all) { super(...all); window.opened += 1; } close() { window.opened -= 1; super.close(); } };"
)
HIDE = """(hidden) => {
  Object.defineProperty(document, 'hidden', { value: hidden, configurable: true });
  document.dispatchEvent(new Event('visibilitychange'));
}"""
BY_SCRIPT = ("fetch", "xhr", "eventsource")  # and not a picture of the page that comes late
SOON = "const wait = setInterval; window.setInterval = (act, ms) => wait(act, ms === 30000 ? 300 : ms);"


def says(page: Page, text: str) -> str:
    """The path of a new post by whoever is signed in there."""
    page.goto("/")
    page.locator("form.sheet textarea").fill(text)
    page.click(".sheet-foot button:not([formaction])")
    post = page.locator("article", has_text=text).first
    expect(post).to_be_visible()
    return str(post.locator("a.when").first.get_attribute("href"))


def likes(page: Page, path: str) -> None:
    page.goto(path)
    page.locator("article.focal .love").click()
    expect(page.locator("article.focal .love")).to_have_attribute("aria-pressed", "true")


def listens(page: Page) -> None:
    becomes(page, "window.opened === 1")


def test_badges_and_notifications_come_by_themselves_grouped_and_with_faces(opens: Opens):
    asha, ravi, meera = opens("achar_wali", phone=False, language="en"), opens("ravi"), opens("meera")
    path = says(asha, "लाइव: आम का अचार")
    asha.add_init_script(OPEN)
    asha.goto("/notifications")
    asha.goto("/settings")
    badge = asha.locator(".rail [data-badge=notices]").first
    expect(badge).to_be_hidden()
    listens(asha)
    likes(ravi, path)
    expect(badge).to_be_visible()
    expect(badge.locator("b")).to_have_text("1")
    expect(asha).to_have_title(re.compile(r"^\(1\) "))
    asha.goto("/notifications")
    listens(asha)
    group = asha.locator("article.notice", has_text="आम का अचार").first
    expect(group.locator(".faces a")).to_have_count(1)
    likes(meera, path)
    expect(group.locator(".faces a")).to_have_count(2)
    expect(asha.locator("article.notice", has_text="आम का अचार")).to_have_count(1)
    assert asha.evaluate("window.opened") == 1


def test_counts_on_the_screen_move_while_one_looks(opens: Opens):
    reader, ravi = opens("", language="en"), opens("ravi")
    path = says(ravi, "लाइव: गिनती की बात")
    reader.add_init_script(SOON + OPEN)
    reader.goto("/public")
    post = reader.locator("article.post", has_text="गिनती की बात")
    expect(post.locator("[data-count='2']")).to_have_text("")
    listens(reader)
    likes(ravi, path)
    expect(post.locator("[data-count='2']")).to_have_text("1")


def test_a_page_that_nobody_looks_at_is_quiet_and_catches_up(opens: Opens):
    asha, ravi = opens("savita", language="en"), opens("ravi")
    path = says(asha, "लाइव: परदे के पीछे")
    asha.add_init_script(SOON + OPEN)
    asha.goto("/notifications")
    asha.goto("/settings")
    listens(asha)
    asha.evaluate(HIDE, True)
    assert asha.evaluate("window.opened") == 0
    asked: list[str] = []
    asha.on("request", lambda request: asked.append(request.url) if request.resource_type in BY_SCRIPT else None)
    likes(ravi, path)
    asha.wait_for_timeout(1_000)
    assert asked == []
    asha.evaluate(HIDE, False)
    expect(asha.locator(".rail-open ~ * [data-badge=notices], .rail [data-badge=notices]").first).to_be_visible()
    listens(asha)


def test_messages_stand_in_an_open_conversation_and_in_the_list_as_they_come(opens: Opens):
    asha, ravi, asha_list = opens("asha"), opens("ravi"), opens("asha")
    ravi.goto("/messages/new?to=asha")
    ravi.fill("#text", "लाइव: राम राम")
    ravi.click(".sheet-foot button")
    ravi.wait_for_url(re.compile(r"/messages/\d+"))
    asha.add_init_script(OPEN)
    asha_list.add_init_script(OPEN)
    asha_list.goto("/messages")
    asha.goto(f"/messages/{re.findall(r'/messages/([0-9]+)', ravi.url)[0]}")
    expect(asha.locator("article.post")).to_contain_text(["राम राम"])
    listens(asha)
    listens(asha_list)
    asha.fill("#text", "आधा लिखा हुआ")
    ravi.fill("#text", "लाइव: और सुनाओ")
    ravi.click(".sheet-foot button")
    expect(ravi.locator("article.post").last).to_contain_text("और सुनाओ")
    expect(asha.locator("article.post").last).to_contain_text("और सुनाओ")
    expect(asha.locator("#text")).to_have_value("आधा लिखा हुआ")
    expect(asha_list.locator("article.notice").first).to_contain_text("और सुनाओ")


def test_what_was_deleted_goes_once_the_page_is_out_of_sight(opens: Opens):
    """A phone may end it there without a word."""
    page = opens("ravi")
    says(page, "यह पोस्ट नहीं रहेगी")
    post = page.locator("article", has_text="यह पोस्ट नहीं रहेगी")
    post.locator(".more:not(.again) > summary").click()
    post.locator("[formaction$=delete]").click()
    expect(page.locator("#toast button")).to_be_visible()
    page.evaluate(HIDE, True)
    expect(page.locator("#toast button")).to_have_count(0)
    expect(post).to_have_count(0)

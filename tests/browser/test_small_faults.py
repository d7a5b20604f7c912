"""Small faults that people met, each as its sentence: what covers what, what can be read on what, what a page says of itself."""

import pytest
from playwright.sync_api import Page, expect

from browser.conftest import Opens, becomes

# The boxes of what a selector finds: left, top, right, bottom in px of the window.
BOXES = """(selector) => [...document.querySelectorAll(selector)].map((one) => {
  const box = one.getBoundingClientRect(); return [box.left, box.top, box.right, box.bottom]; })"""
TO_THE_END = "window.scrollTo(0, document.body.scrollHeight)"


def boxes(page: Page, selector: str) -> list[list[float]]:
    return page.evaluate(BOXES, selector)


def test_on_a_low_window_the_menu_never_covers_the_name_of_the_place_and_all_of_it_can_be_reached(opens: Opens):
    page = opens("asha", at="", phone=False)
    page.set_viewport_size({"width": 1280, "height": 460})
    page.goto("/@asha")
    page.evaluate(TO_THE_END)
    seen = page.locator(".brand").evaluate(
        """(brand) => { const box = brand.getBoundingClientRect();
          const at = (part) => document.elementFromPoint(box.left + part * box.width, box.top + box.height / 2);
          return [.1, .5, .9].every((part) => brand.contains(at(part))); }"""
    )
    assert seen
    page.evaluate("window.scrollTo(0, 0)")
    page.get_by_role("button", name="लॉग आउट करें").scroll_into_view_if_needed()
    expect(page.get_by_role("button", name="लॉग आउट करें")).to_be_in_viewport()
    assert page.locator(".rail").evaluate("(rail) => rail.scrollTop") > 0, "the menu scrolls by itself"


def test_a_field_that_is_missing_stands_below_the_bar_at_the_top_with_its_name(opens: Opens):
    page = opens()
    page.set_viewport_size({"width": 390, "height": 420})
    page.goto("/login")
    page.evaluate("window.scrollTo(0, 170)")
    page.locator("main form button").first.evaluate("(button) => button.form.requestSubmit(button)")
    name, bar = page.evaluate(
        """[document.activeElement.labels[0].getBoundingClientRect().top,
            document.querySelector('header.top').getBoundingClientRect().bottom]"""
    )
    assert page.evaluate("document.activeElement.required")
    assert name >= bar
    page = opens("asha", at="/settings/profile")
    page.fill("#note", "क" * 501)
    page.locator("main form button:not([type])").last.click()
    expect(page.locator("#note[aria-describedby~=note-error]")).to_be_focused()


def goes_offline(page: Page) -> None:
    becomes(page, "navigator.serviceWorker.getRegistration().then((it) => it?.active?.state === 'activated')")
    page.reload()
    becomes(page, "!!navigator.serviceWorker.controller")
    page.context.set_offline(True)
    heading = page.get_by_role("heading", name="इंटरनेट नहीं है")
    for _ in range(20):  # a worker that has just begun hears a moment later that there is no network
        page.goto("/notifications")
        if heading.is_visible():
            break
        page.wait_for_timeout(250)
    expect(heading).to_be_visible()


def test_without_a_network_nothing_is_called_unsent_that_was_not_written(opens: Opens):
    page = opens("asha")
    goes_offline(page)
    expect(page.locator("[data-unsent]")).to_be_hidden()
    (words,), (button,) = boxes(page, "main > p:nth-of-type(2)"), boxes(page, "main .button")
    assert button[1] - words[3] >= 16, "the button stands apart from the words"


def test_the_page_for_no_network_goes_on_by_itself_also_where_the_network_was_there_and_the_server_not(opens: Opens):
    page = opens("asha")
    goes_offline(page)
    # A server that comes back tells nobody.
    page.evaluate("addEventListener('online', (event) => event.stopImmediatePropagation(), true)")
    page.context.set_offline(False)
    expect(page.get_by_role("heading", name="सूचनाएँ")).to_be_visible()
    assert page.url.endswith("/notifications")


@pytest.mark.parametrize(("who", "whom"), [("ravi", "asha"), ("asha", "asha"), ("", "asha"), ("karl", "nasreen")])
def test_at_320_px_what_lies_on_a_banner_has_a_ground_of_its_own(opens: Opens, who: str, whom: str):
    page = opens(who, at="")
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto(f"/@{whom}")
    bare = page.evaluate(
        """() => { const banner = document.querySelector('.profile .banner').getBoundingClientRect();
          return [...document.querySelectorAll('.profile-top :is(a, button, summary)')].filter((one) => {
            const box = one.getBoundingClientRect(), style = getComputedStyle(one);
            const clear = /rgba\\(.*, 0\\)/.test(style.backgroundColor);
            return box.width && box.top < banner.bottom - 2 && clear;
          }).map((one) => one.textContent.trim()); }"""
    )
    assert bare == []


def test_a_mention_among_words_from_right_to_left_stays_the_mention_it_is(opens: Opens):
    page = opens("nasreen", at="/compose")
    page.fill("form.sheet textarea", "سلام @asha آج کیا خبر ہے؟")
    with page.expect_navigation():
        page.locator("form.sheet").get_by_role("button", name="पोस्ट करें", exact=True).click()
    page.goto("/@nasreen")
    at, name = page.locator(".words .mention", has_text="@asha").first.evaluate(
        """(link) => { const texts = document.createTreeWalker(link, NodeFilter.SHOW_TEXT), whole = [];
          while (texts.nextNode()) for (let i = 0; i < texts.currentNode.data.length; i++) {
            const range = document.createRange(); range.setStart(texts.currentNode, i); range.setEnd(texts.currentNode, i + 1);
            whole.push(range.getBoundingClientRect().left); }
          return [whole[0], whole[1]]; }"""
    )
    assert at < name, "the @ stands before the name"


def test_one_language_at_a_time_is_the_one_that_is_looked_at(opens: Opens):
    page = opens()
    for reads in (None, "hi", "hi,ur"):
        if reads:
            page.context.add_cookies([{"name": "reads", "value": reads, "url": page.url}])
        for path in ("/public", "/public?all=1", "/public/hi", "/public/mai"):
            page.goto(path)
            assert page.locator("main .chips [aria-current]").count() == 1, (reads, path)


def test_the_hint_below_the_search_is_clear_of_the_ring_around_the_field(opens: Opens):
    page = opens(phone=False)
    page.goto("/search")
    page.locator("main input[name=q]").focus()
    field, hint = boxes(page, "main input[name=q]")[0], boxes(page, "main .hint")[0]
    assert hint[1] >= field[3] + 5, "the ring is 3 px wide, 2 px away"


def test_settings_are_two_panes_on_a_desktop_and_two_pages_on_a_phone(opens: Opens):
    page = opens("asha", at="/settings", phone=False)
    groups, places = page.locator(".panes nav"), page.locator(".panes .pane")
    groups.get_by_role("link", name="लोग", exact=True).click()
    expect(places.get_by_role("link", name="म्यूट किए गए खाते")).to_be_visible()
    (left,), (right,) = boxes(page, ".panes nav"), boxes(page, ".panes .pane")
    assert left[2] <= right[0] and abs(left[1] - right[1]) < 40
    assert page.evaluate("document.body.scrollHeight") < 1400
    places.get_by_role("link", name="म्यूट किए गए खाते").click()
    expect(groups.locator("[aria-current]")).to_contain_text("लोग")
    phone = opens("asha", at="/settings")
    expect(phone.get_by_role("link", name="म्यूट किए गए खाते", exact=True)).to_have_count(0)
    phone.locator(".panes nav a", has_text="लोग").first.click()
    phone.get_by_role("link", name="म्यूट किए गए खाते").click()
    phone.get_by_role("link", name="लोग", exact=True).click()
    phone.get_by_role("link", name="सारी सेटिंग").click()
    expect(phone.locator(".panes nav")).to_be_visible()

"""Posts in a browser: as low as a line, open at a press, menus that behave, deeds that can be taken back, nothing wider than its window."""

import re

from playwright.sync_api import Page, Route, ViewportSize, expect

from browser.conftest import Opens

POST = ".sheet-foot button:not([formaction])"
MENU = ".more:not(.again)"
SMALL: ViewportSize = {"width": 320, "height": 640}
# Posts of words alone, in one line; Urdu's lines are taller.
ONE_LINE = """all => all.filter(a => {
    const words = a.querySelector(':scope > .words:not(:lang(ur))');
    return words && words.offsetHeight < 40 && words.nextElementSibling?.matches('.deeds') && !a.querySelector('.why');
}).map(a => a.offsetHeight)"""
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def first_that(page: Page, what: str) -> str:
    """A selector of the first post that has this, which stays the same when what it has changes."""
    page.goto("/public")
    return f"#{page.locator(f'[data-list] article.post:has({what})').first.get_attribute('id')}"


def test_a_post_of_one_line_is_no_higher_than_a_hundred_pixels(opens: Opens):
    page = opens("asha", at="/public", phone=False)
    heights: list[int] = page.eval_on_selector_all("[data-list] article.post", ONE_LINE)
    assert heights and max(heights) <= 100, heights


def test_a_press_anywhere_on_a_post_opens_it_and_a_button_does_not(opens: Opens):
    page = opens("asha")
    post = first_that(page, ".love")
    page.locator(f"{post} .love").click()
    expect(page).to_have_url(re.compile("/public$"))
    page.locator(f"{post} .words").first.click(position={"x": 4, "y": 4})
    page.wait_for_url(re.compile(rf"/@\w+/{post[2:]}"))


def test_a_menu_closes_on_escape_outside_and_scroll_and_stays_within_the_window(opens: Opens):
    page = opens("asha", at="", language="en")
    page.set_viewport_size(SMALL)
    page.goto("/public")
    for kind in (MENU, ".more.again"):
        summaries = page.locator(f"[data-list] {kind} > summary")
        for n in range(3):
            summaries.nth(n).click()
            menu = page.locator(f"{kind}[open] > .menu")
            expect(menu).to_have_count(1)
            expect(menu).to_have_attribute("style", re.compile("translate"))
            box = menu.bounding_box()
            rail = page.locator(".rail").bounding_box()
            assert box and rail and box["x"] >= 0 and box["x"] + box["width"] <= SMALL["width"]
            assert box["y"] + box["height"] <= rail["y"]
            page.keyboard.press("Escape")
            expect(menu).to_have_count(0)
            expect(summaries.nth(n)).to_be_focused()
    summaries = page.locator(f"[data-list] {MENU} > summary")
    summaries.first.click()
    page.locator(".brand").focus()
    page.locator(".top-inner").click(position={"x": 160, "y": 20})
    expect(page.locator("details.more[open]")).to_have_count(0)
    summaries.first.click()
    expect(page.locator("details.more[open]")).to_have_count(1)
    page.mouse.wheel(0, 300)
    expect(page.locator("details.more[open]")).to_have_count(0)


def test_a_block_on_a_profile_can_be_taken_back_though_the_page_came_anew(opens: Opens):
    page = opens("asha", at="/@nasreen")
    page.locator(".profile .more > summary").click()
    page.locator(".profile [formaction$='/block']").click()
    expect(page.locator(".profile [formaction$='/unblock']")).to_be_visible()
    page.locator("#toast button").click()
    expect(page.locator(".profile [formaction$='/unblock']")).to_have_count(0)
    page.reload()
    expect(page.locator("#toast button")).to_have_count(0)  # it is said once
    page.goto("/settings/blocks")
    expect(page.locator("main .person")).to_have_count(0)


def test_bookmark_repost_mute_and_deletion_can_be_taken_back(opens: Opens):
    page = opens("asha", service_workers="block")
    undo = page.locator("#toast button")
    post = first_that(page, ".love[aria-pressed=false] ~ .keep[aria-pressed=false]")
    page.locator(f"{post} .keep").click()
    expect(page.locator(f"{post} .keep")).to_have_attribute("aria-pressed", "true")
    undo.click()
    expect(page.locator(f"{post} .keep")).to_have_attribute("aria-pressed", "false")
    expect(page.locator(f"{post} .keep")).to_be_focused()

    held: list[Route] = []
    page.route("**/like", lambda asked: held.append(asked))
    heart = page.locator(f"{post} .love")
    heart.click()
    expect(heart).to_have_attribute("aria-pressed", "true")
    assert len(held) == 1, "the server has not answered yet"
    held[0].abort()
    expect(heart).to_have_attribute("aria-pressed", "false")
    page.unroute("**/like")

    post = first_that(page, "[formaction$='/repost']")
    page.locator(f"{post} .again > summary").click()
    page.locator(f"{post} [formaction$='/repost']").click()
    expect(page.locator(f"{post} .again.on")).to_have_count(1)
    undo.click()
    expect(page.locator(f"{post} .again.on")).to_have_count(0)

    post = first_that(page, "[formaction$='/mute']")
    page.locator(f"{post} {MENU} > summary").click()
    page.locator(f"{post} [formaction$='/mute']").click()
    expect(page.locator(post)).to_be_hidden()
    expect(undo).to_be_focused()
    undo.click()
    expect(page.locator(post)).to_be_visible()
    page.goto("/settings/mutes")
    expect(page.locator("main .person")).to_have_count(0)

    page.clock.install()
    page.goto("/")
    page.evaluate("window.same = true")
    page.fill("form.sheet textarea", "यह रहेगी")
    page.click(POST)
    mine = page.locator("[data-list] article", has_text="यह रहेगी").first
    # Whoever reads by keys or by ear is never left nowhere by what they did.
    expect(mine).to_be_focused()
    assert page.evaluate("window.same"), "the page did not come a second time"
    expect(page.locator("[data-live]")).to_be_hidden()  # one's own post is not counted as new
    mine.locator(f"{MENU} > summary").click()
    mine.locator("[formaction$=delete]").click()
    expect(mine).to_be_hidden()
    expect(undo).to_be_focused()
    page.clock.fast_forward(15_000)  # whoever stands on it is given longer, and so is who points at it
    expect(undo).to_be_focused()
    page.locator("#toast").hover()
    page.locator(".brand").focus()
    page.clock.fast_forward(15_000)
    undo.click()
    expect(mine).to_be_visible()
    expect(mine).to_be_focused()
    mine.locator(".keep").click()
    undo.press("Enter")
    expect(mine.locator(".keep")).to_have_attribute("aria-pressed", "false")
    expect(mine.locator(".keep")).to_be_focused()  # and not where one went on after the deletion

    # A post of one's own from years ago has a shorter number.
    old = (
        "<article class='post' id='p99000000000000000'><time datetime='2016-10-01T08:00:00Z'></time>"
        "<p class='menu'><a href='/posts/99000000000000000/edit'>तब</a></p></article>"
    )
    page.route("**/", lambda asked: beside(asked, old))
    page.evaluate("sessionStorage.setItem('chaupal.done', 'posted')")
    page.reload()
    expect(mine).to_be_focused()

    mine.locator(f"{MENU} > summary").click()
    mine.locator("[formaction$=delete]").click()
    expect(undo).to_be_focused()
    page.clock.run_for(110_000)  # not without end: others see the post until then
    expect(undo).to_have_count(0)
    expect(mine).to_have_count(0)


def beside(asked: Route, more: str) -> None:
    answer = asked.fetch()
    asked.fulfill(response=answer, body=answer.text().replace("</main>", f"{more}</main>", 1))


def test_chains_of_conjuncts_and_long_names_never_scroll_the_page_sideways(opens: Opens):
    page = opens("ravi", at="")
    page.set_viewport_size(SMALL)
    page.goto("/settings/profile")
    before = page.input_value("[name=name]")
    page.fill("[name=name]", "बहुत_लंबा_नाम" * 2)
    page.locator("main form button:not([name])").last.click()
    page.goto("/")
    page.fill("form.sheet textarea", "क्क्ष्ष्" * 50 + " और")
    page.click(POST)
    expect(page.locator("[data-list] article", has_text="क्क्ष्ष्").first).to_be_visible()
    for path in ("/", "/public", "/@ravi"):
        page.goto(path)
        assert page.evaluate(SIDEWAYS) <= 0, path
    page.locator("[data-list] article .when").first.click()
    expect(page.locator("article.focal")).to_have_count(1)
    assert page.evaluate(SIDEWAYS) <= 0
    page.goto("/settings/profile")  # others meet him by his name
    page.fill("[name=name]", before)
    page.locator("main form button:not([name])").last.click()


def test_a_browser_that_refuses_to_keep_anything_has_all_that_pages_do(opens: Opens):
    page, broken = opens("asha"), list[str]()
    page.on("pageerror", lambda error: broken.append(str(error)))
    refuses = "{ get() { throw new DOMException('refused', 'SecurityError'); } }"
    for place in ("sessionStorage", "localStorage"):
        page.add_init_script(f"Object.defineProperty(window, '{place}', {refuses})")
    page.goto("/public")
    page.locator(f"[data-list] {MENU} > summary").first.click()
    expect(page.locator(f"{MENU}[open] > .menu")).to_have_attribute("style", re.compile("translate"))
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    page.goto("/offline/hi")
    expect(page.locator("[data-unsent]")).to_be_hidden()
    assert broken == []

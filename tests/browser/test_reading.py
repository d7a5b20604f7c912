"""Reading with a script: what is new waits behind a pill, lists go on, keys walk, and whoever comes back stands where they stood."""

import re

from playwright.sync_api import Page, Route, expect

from browser.conftest import Opens, becomes

LIKE = "पसंद करें"


def write(page: Page, text: str) -> None:
    page.fill("form.sheet textarea", text)
    page.click(".sheet-foot button:not([formaction])")
    expect(page.locator("[data-list] article").first).to_contain_text(text)


def test_what_is_new_waits_until_it_is_asked_for(opens: Opens):
    reader, writer = opens("asha", phone=False), opens("ravi")
    with reader.expect_response(re.compile("/live/standing")):  # its stream is open
        reader.goto("/public")
    expect(reader.locator("[data-live] button")).to_have_count(1)
    first = reader.locator("[data-list] article").first.get_attribute("id")
    write(writer, "पहली ताज़ा बात")
    write(writer, "दूसरी ताज़ा बात")
    pill = reader.locator("[data-live] button")
    expect(pill).to_have_text("2 नई पोस्ट")
    assert reader.locator("[data-list] article").first.get_attribute("id") == first
    pill.click()
    expect(reader.locator("[data-list] article").first).to_contain_text("दूसरी ताज़ा बात")
    expect(reader.locator("[data-list] article").first).to_be_focused()
    expect(pill).to_be_hidden()


def test_what_is_deleted_goes_from_an_open_page(opens: Opens):
    reader, writer = opens(phone=False), opens("ravi")
    write(writer, "यह जल्दी हटेगी")
    with reader.expect_response(re.compile("/live/standing")):
        reader.goto("/public")
    post = reader.locator("article", has_text="यह जल्दी हटेगी")
    expect(post).to_be_visible()
    mine = writer.locator("[data-list] article", has_text="यह जल्दी हटेगी")
    mine.locator(".more:not(.again) > summary").click()
    mine.locator("[formaction$=delete]").click()
    expect(mine).to_be_hidden()
    writer.goto("/about")  # it can be had back for some seconds, as long as its page is open
    expect(post).to_have_count(0)


def test_likes_and_follows_need_no_new_page(opens: Opens):
    page = opens("asha", at="/public")
    page.evaluate("window.same = true")
    post = page.locator("article:has(.love[aria-pressed=false])").first
    id_ = post.get_attribute("id")
    like = page.locator(f"#{id_} .love")
    like.click()
    expect(like).to_have_attribute("aria-pressed", "true")
    expect(like).to_be_focused()
    like.click()
    expect(like).to_have_attribute("aria-pressed", "false")
    assert page.evaluate("window.same")
    busy = page.locator(f"#{id_} form[aria-busy=true]")
    expect(busy).to_have_count(0)  # what was pressed so far is done: a press before that would wait for it
    held: list[Route] = []  # pressed twice on a slow line: what it is at last it is at the server, too
    page.route("**/like", lambda route: held.append(route))
    with page.expect_request("**/like"):
        like.click()
    expect(like).to_have_attribute("aria-pressed", "true")
    like.click()
    expect(like).to_have_attribute("aria-pressed", "false")
    expect(busy).to_have_count(1)
    with page.expect_response("**/unlike"):
        held[0].continue_()
    expect(like).to_have_attribute("aria-pressed", "false")
    page.goto("/@karl")
    page.evaluate("window.same = true")
    button = page.locator(".profile-top form > button").first
    before = button.inner_text()
    button.click()
    expect(button).not_to_have_text(before)
    button.click()
    expect(button).to_have_text(before)
    assert page.evaluate("window.same")


def test_lists_go_on_and_going_back_stands_where_one_stood(opens: Opens):
    page = opens()
    page.goto("/public")
    before = page.locator("[data-list] article").count()
    page.mouse.wheel(0, 20_000)
    expect(page.locator("[data-list] article").nth(before)).to_be_attached()
    ids = page.eval_on_selector_all("[data-list] article", "all => all.map(one => one.id)")
    assert len(ids) == len(set(ids))
    target = page.locator("[data-list] article").nth(before)
    target.scroll_into_view_if_needed()
    at = target.get_attribute("id")
    top = page.evaluate("id => document.getElementById(id).getBoundingClientRect().top", at)
    target.locator(".when").first.click()
    page.wait_for_url(re.compile(r"/@"))
    page.go_back()
    expect(page.locator(f"#{at}")).to_be_in_viewport()
    becomes(
        page, "([id, top]) => Math.abs(document.getElementById(id).getBoundingClientRect().top - top) < 60", [at, top]
    )


def test_keys_walk_like_and_write_and_can_be_turned_off(opens: Opens):
    page = opens("asha", at="/public", phone=False)
    page.keyboard.press("j")
    page.keyboard.press("j")
    focused = page.evaluate("document.activeElement.id")
    page.keyboard.press("k")
    assert page.evaluate("document.activeElement.id") != focused
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    page.locator("#keys input").uncheck()
    page.keyboard.press("Escape")
    at = page.evaluate("document.activeElement.id")
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.id") == at
    page.evaluate("localStorage.clear()")
    page.reload()
    page.keyboard.press("/")
    expect(page.locator("input[type=search]:focus")).to_have_count(1)
    page.keyboard.press("Escape")
    page.locator("body").click(position={"x": 5, "y": 500})
    page.keyboard.press("n")
    page.wait_for_url("**/compose")


def test_a_page_that_tells_how_far_something_is_changes_under_nobodys_hands(opens: Opens):
    page, at = opens("asha", service_workers="block"), iter([1, 2])

    def so_far(route: Route) -> None:
        number, answer = next(at, far[0]), route.fetch()
        first = "<p class='said wrong' role='alert'>यह ठीक नहीं</p>" * (number == 1)
        told = "<p>कुछ और</p><details open><summary>क्यों</summary></details>"
        body = answer.text().replace("</h1>", f"</h1>{first}<p role='status'>{number}</p>{told}", 1)
        if number > 2:
            body = re.sub(r"<section aria-labelledby=.here.*?</section>", "", body, flags=re.DOTALL)
        again = '<meta name="again" content="0.1">' * (number < 3)
        route.fulfill(response=answer, body=body.replace("</head>", f"{again}</head>", 1))

    far = [2]
    page.route("**/settings/moving", so_far)
    page.goto("/settings/moving")
    line, field = page.locator("main [role=status]"), page.locator("#alias")
    page.evaluate("window.line = document.querySelector('main [role=status]')")
    page.locator("main summary", has_text="क्यों").click()
    field.fill("ravi")
    expect(line).to_have_text("2")
    assert page.evaluate("window.line.isConnected"), "the line is the one that was there, and so it is read out"
    expect(field).to_have_value("ravi")
    expect(field).to_be_focused()
    # What was wrong goes, and nothing else looks so.
    expect(page.locator("main [role=alert], main .wrong")).to_have_count(0)
    for _ in range(2):
        with page.expect_response("**/settings/moving"):
            pass
    expect(page.locator("main details[open]")).to_have_count(0)
    far[0] = 3
    expect(line).to_have_text("3")
    expect(line).to_be_focused()  # where one stood is no more

"""Searching in a browser: what is offered while one types, by mouse and by keys; and what was searched for before."""

from playwright.sync_api import expect

from browser.conftest import Opens
from looks import axe


def test_people_and_tags_are_offered_while_one_types_and_keys_choose(opens: Opens):
    page = opens("asha", at="/notifications", phone=False, bypass_csp=True)
    field, offers = page.locator("#find"), page.locator("#find-found li")
    field.click()
    field.press_sequentially("kisan")
    expect(offers.first).to_contain_text("लोगों ने लिखा")
    expect(page.locator("#find-found li", has_text="#किसान_आंदोलन")).to_be_visible()
    assert axe(page) == []
    field.press("ArrowDown")
    chosen = page.locator("#find-found [aria-selected=true]")
    expect(chosen).to_have_count(1)
    field.press("Enter")
    page.wait_for_url("**/tags/**")
    expect(page.locator("h1")).to_contain_text("#")


def test_enter_searches_for_what_was_typed_and_it_is_offered_again_until_cleared(opens: Opens):
    page = opens("ravi", at="/search")
    field = page.locator("#q")
    field.press_sequentially("सरसों")
    field.press("Enter")
    page.wait_for_url("**/search?q=*")
    page.goto("/search")
    page.locator("#q").focus()
    again = page.locator("#q-found li", has_text="सरसों")
    expect(again).to_be_visible()
    page.locator("#q-found li", has_text="मिटाएँ").click()
    expect(again).to_be_hidden()
    page.reload()
    page.locator("#q").focus()
    expect(page.locator("#q-found")).to_be_hidden()


def test_a_search_that_went_before_the_script_came_is_offered_again_too(opens: Opens):
    page = opens("ravi", at="", service_workers="block")
    page.route("**/static/search*.js", lambda request: request.abort())
    page.goto("/search")
    page.locator("#q").fill("तीसी")
    page.locator("#q").press("Enter")
    page.wait_for_url("**/search?q=*")
    page.unroute("**/static/search*.js")
    page.goto("/search")
    page.locator("#q").focus()
    expect(page.locator("#q-found li", has_text="तीसी")).to_be_visible()


def test_filters_work_without_a_script(opens: Opens):
    page = opens("ravi", at="/search?q=किसान", java_script_enabled=False)
    page.locator("details.narrow summary").click()
    page.get_by_label("किसकी पोस्ट").fill("@asha")
    page.get_by_role("button", name="लागू करें").click()
    page.wait_for_url("**by=**")
    expect(page.locator("article.post").first).to_be_visible()
    assert {one.inner_text() for one in page.locator("article.post > .by .handle").all()} == {"@asha"}
    expect(page.get_by_label("किसकी पोस्ट")).to_have_value("@asha")


def test_a_tag_that_was_found_stands_apart_from_the_count_that_follows_it(opens: Opens):
    page = opens()
    page.goto("/search?q=किसान")
    chip = page.locator(".chips a", has_text="लोगों ने लिखा").first
    tag, count = (chip.locator(part).bounding_box() for part in ("bdi", "span"))
    assert tag and count and count["x"] - (tag["x"] + tag["width"]) >= 3  # a space's width

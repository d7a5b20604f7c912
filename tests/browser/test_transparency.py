"""The report: at 1,200 px nothing hangs out of the page, dates stay in one line, a table has the whole width; on a phone no number
is beyond the edge, and from a country's line one press leads to its orders."""

import pytest
from playwright.sync_api import expect

from browser.conftest import Opens

BROKEN = """() => [...document.querySelectorAll('.report .day bdi, .side time')]
    .filter((day) => day.getClientRects().length > 1 || day.getBoundingClientRect().height > 40)
    .map((day) => day.textContent)"""
HANGING = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.mark.parametrize("language", ["hi", "en"])
def test_its_tables_and_dates_do_not_break_at_1200_px(opens: Opens, language: str):
    page = opens(phone=False, language=language)
    page.set_viewport_size({"width": 1200, "height": 900})
    dates = 0
    for path in ("/transparency", "/transparency/t6", "/transparency/t9a", "/transparency/t12"):
        page.goto(path)
        assert page.evaluate(HANGING) == 0, path
        assert page.evaluate(BROKEN) == [], path
        dates += page.locator(".report .day, .side time").count()
        if path != "/transparency":
            assert page.locator("main").bounding_box()["width"] > 850, path
    assert dates >= 2


BEYOND = """() => [...document.querySelectorAll('main :is(.report, .chart) :is(th, td), main svg')]
    .filter((one) => one.checkVisibility() && !one.closest('thead'))
    .filter((one) => one.getBoundingClientRect().right > document.documentElement.clientWidth)
    .map((one) => one.textContent.trim().slice(0, 40))"""


@pytest.mark.parametrize("language", ["hi", "en"])
def test_on_a_phone_every_number_is_on_the_screen_and_says_what_it_is_of(opens: Opens, language: str):
    page = opens(language=language)
    page.set_viewport_size({"width": 360, "height": 740})
    for path in ("/transparency", "/transparency/t1", "/transparency/t3", "/transparency/t17"):
        page.goto(path)
        assert page.evaluate(HANGING) == 0 and page.evaluate(BEYOND) == [], path
        said = page.locator(".report td[data-of]").first.evaluate("(one) => getComputedStyle(one, '::before').content")
        assert len(said) > len('""'), path
    # What can be taken along, and how all of it is verified, stands below where nothing has room beside it.
    for path, way in (
        ("/transparency", "/api/v1/transparency/orders.csv"),
        ("/log", "/log/checkpoint"),
        ("/orders", "/verify"),
    ):
        page.goto(path)
        expect(page.locator(f".side a[href='{way}']")).to_be_visible()
        assert page.evaluate(HANGING) == 0, path


def test_from_the_report_to_who_was_withheld_in_a_country_are_two_presses(opens: Opens):
    page = opens(language="en")
    page.goto("/transparency?from=2020-01&to=2099-12")
    page.get_by_role("link", name="India").first.click()
    page.wait_for_url("**country=IN**")
    assert "since=2020-01-01" in page.url and "until=2099-12-31" in page.url
    page.locator("main h2 a[href^='/orders/']", has_text="0002").click()
    expect(page.get_by_role("link", name="Post by @balbir")).to_be_visible()


def test_on_paper_letters_are_dark_whatever_was_chosen_and_the_filters_are_left_out(opens: Opens):
    page = opens(language="en", color_scheme="dark")
    page.goto("/transparency/t1")
    page.emulate_media(media="print")
    for theme in ("auto", "dark"):
        ink = page.evaluate(
            """(theme) => { document.documentElement.dataset.theme = theme;
                return getComputedStyle(document.documentElement).getPropertyValue('--ink') }""",
            theme,
        )
        assert ink == "#1f1e1b", theme
    assert not page.locator("form.wishes").is_visible()
    # Where it is from, and when: a paper has no address of its own, and “a minute ago” is over when it is read.
    expect(page.locator(".foot")).to_contain_text(page.url)
    assert page.locator(".foot > :visible").count() == 2
    page.goto("/@balbir")
    assert not page.locator(".deeds").first.is_visible()
    when = page.locator("time[data-ago]").first
    size, said = when.evaluate("(one) => [getComputedStyle(one).fontSize, getComputedStyle(one, '::after').content]")
    assert size == "0px" and said == f'"{when.get_attribute("title")}"'

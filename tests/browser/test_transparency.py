"""The report on a screen of 1,200 px: nothing hangs out of the page, dates stay in one line, a table has the whole width."""

import pytest

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
            assert page.locator("main").bounding_box()["width"] > 850, path  # type: ignore[index]
    assert dates >= 2

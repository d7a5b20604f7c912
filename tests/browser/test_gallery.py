"""How pages look, as far as a machine can see: widths, day and night, two languages, Urdu, 200 %. `make gallery` has all, with pictures."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from browser.conftest import PATIENCE
from looks import wrong
from screenshots import LOOKS, gallery, sitting
from serving import Served

# The pages that issue after issue was about; every one of `PAGES` is looked at by `make gallery`.
SHOWN = (
    "front",
    "thread",
    "order",
    "register",
    "urdu-thread",
    "home",
    "composer",
    "profile",
    "appeal",
    "office",
    "many",
)
FAULTS = {
    "wide": "document.querySelector('main').insertAdjacentHTML('beforeend', '<p style=\"inline-size: 200vw\">x</p>')",
    "axe": "document.querySelector('main h1').style.color = '#bbb'",
    "cut": "{ const one = document.querySelector('main h1'); one.style.overflow = 'hidden'; one.style.blockSize = '9px'; }",
    "tight": "document.querySelector('main h1').style.lineHeight = '1'",
    "over": "document.querySelector('main h1').style.marginBlockEnd = '-2rem'",
    "hidden": "document.documentElement.style.scrollPadding = '0'; document.querySelector('header.top').style.blockSize = '80vh'",
    "broken": "document.querySelector('main').insertAdjacentHTML('beforeend', '<img src=\"/nothing-here\" alt=\"x\">')",
}


@pytest.mark.parametrize("look", ["phone-en-dark", "small-hi-dark", "desktop-hi-dark", "zoom-hi"])
def test_in_every_look_nothing_scrolls_sideways_is_cut_covered_or_hard_to_read_or_press(
    village: Served, chromium: Browser, tmp_path: Path, look: str
):
    assert list(gallery(chromium, village.url, tmp_path, list(SHOWN), [look])) == []
    assert len(list(tmp_path.glob("*.webp"))) == len(SHOWN)


@pytest.mark.parametrize("kind", FAULTS)
def test_each_fault_of_a_look_is_found(village: Served, chromium: Browser, kind: str):
    with sitting(chromium, village.url, LOOKS["phone-hi"], "") as page:
        page.set_default_timeout(PATIENCE)
        page.goto("/signup")
        assert wrong(page) == []
        page.evaluate(FAULTS[kind])
        page.wait_for_timeout(100)
        assert kind in {fault.partition(":")[0] for fault in wrong(page)}

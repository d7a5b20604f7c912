"""How pages look, as far as a machine can see: widths, day and night, two languages, Urdu, 200 %. `make gallery` has all, with pictures."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from browser.conftest import PATIENCE
from looks import axe, axe_day_and_night, wrong
from screenshots import LOOKS, gallery, shown, sitting
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
# Of what most people see the rest: `test_axe` goes through all pages in Hindi, and other words take other room.
IN_ENGLISH = (
    "square",
    "signup",
    "design",
    "transparency",
    "notifications",
    "settings",
    "your-profile",
    "matter",
    "case",
)
LOOKED = {
    "phone-en-dark": SHOWN,
    "small-hi-dark": SHOWN,
    "desktop-hi-dark": SHOWN,
    "zoom-hi": SHOWN,
    "small-en": IN_ENGLISH,
}
FAULTS = {
    "wide": "document.querySelector('main').insertAdjacentHTML('beforeend', '<p style=\"inline-size: 200vw\">x</p>')",
    "axe": "document.querySelector('main h1').style.color = '#bbb'",
    "cut": "{ const one = document.querySelector('main h1'); one.style.overflow = 'hidden'; one.style.blockSize = '9px'; }",
    "tight": "document.querySelector('main h1').style.lineHeight = '1'",
    "over": "document.querySelector('main h1').style.marginBlockEnd = '-2rem'",
    "hidden": "document.documentElement.style.scrollPadding = '0'; document.querySelector('header.top').style.blockSize = '80vh'",
    "broken": "document.querySelector('main').insertAdjacentHTML('beforeend', '<img src=\"/nothing-here\" alt=\"x\">')",
}
# Of words that look alike one is measured; of these a smaller one, a seen one, two on other grounds, one on what is painted
# beside it, and a placed one are too pale.
ALIKE = """<p>किसान</p><p>किसान</p>
<p style="font-size: 30px; color: #888">बड़ा</p><p style="font-size: 12px; color: #888">छोटा</p>
<input style="color: #bbb; background: #fff; display: none" aria-label="छिपा">
<input style="color: #bbb; background: #fff" aria-label="दिखा" value="दिखा">
<div style="background: #555"><p>गहरा</p></div><div style="opacity: .3"><p>फीका</p></div>
<div style="background: #555; block-size: 3rem; margin-block-end: -3rem"></div><p>किसान</p>
<div style="position: fixed; inset-block-end: 0; inset-inline: 0; block-size: 5rem; background: #555"></div>
<p style="position: fixed; inset-block-end: 2rem">किसान</p>"""

BY_NIGHT = {"color-contrast": "color: #333", "page-has-heading-one": "display: none"}
STYLED = "(style) => document.head.append(Object.assign(document.createElement('style'), {textContent: style}))"


@pytest.mark.parametrize("look", LOOKED)
def test_in_every_look_nothing_scrolls_sideways_is_cut_covered_or_hard_to_read_or_press(
    village: Served, chromium: Browser, look: str
):
    faults = [
        f"{name} {fault}" for name, page in shown(chromium, village.url, LOOKED[look], look) for fault in wrong(page)
    ]
    assert faults == []


def test_the_gallery_has_a_picture_of_each_page_in_each_look(village: Served, chromium: Browser, tmp_path: Path):
    assert list(gallery(chromium, village.url, tmp_path, ["login", "missing"], ["small-en", "phone-hi"])) == []
    wanted = {f"{page}.{look}.webp" for page in ("login", "missing") for look in ("small-en", "phone-hi")}
    assert {file.name for file in tmp_path.iterdir()} == wanted


@pytest.fixture(scope="module")
def well(village: Served, chromium: Browser) -> Iterator[Page]:
    """A page with which nothing is wrong."""
    with sitting(chromium, village.url, LOOKS["phone-hi"], "") as page:
        page.set_default_timeout(PATIENCE)
        page.goto("/signup")
        assert wrong(page) == []
        yield page


@pytest.mark.parametrize("kind", FAULTS)
def test_each_fault_of_a_look_is_found(well: Page, kind: str):
    well.goto("/signup")
    well.evaluate(FAULTS[kind])
    well.wait_for_timeout(100)
    assert kind in {fault.partition(":")[0] for fault in wrong(well)}


def test_words_that_look_alike_elsewhere_are_measured_by_themselves(well: Page):
    well.goto("/signup")
    well.evaluate("(words) => { document.querySelector('main').innerHTML = words; }", ALIKE)
    [pale] = axe(well, colours=True)
    assert pale.startswith("color-contrast: ") and pale.endswith(" (6)")


@pytest.mark.parametrize("rule", BY_NIGHT)
def test_what_is_wrong_by_night_alone_is_found(well: Page, rule: str):
    """Of colours, and of anything else."""
    well.goto("/signup")
    well.evaluate(STYLED, f"@media (prefers-color-scheme: dark) {{ main h1 {{ {BY_NIGHT[rule]} }} }}")
    assert [fault.partition(":")[0] for fault in axe_day_and_night(well)] == [f"dark {rule}"]

"""Moving to another account, in Hindi on a phone: named there, moved here, seen by a follower, taken back."""

import re

from playwright.sync_api import Page, expect

from browser.conftest import Opens
from screenshots import faults

PASSWORD = "chaupal-gaanv"
HERE = "/settings/moving"


def test_one_moves_and_takes_it_back_in_hindi_on_a_phone(opens: Opens):
    new, old, fan = opens("mukesh"), opens("harpreet"), opens("ramesh")
    for page in (new, old):
        come_to_moving(page)
    follows_only(fan, "harpreet")

    old.fill("#handle", "mukesh")
    old.fill("#password", PASSWORD)
    old.get_by_role("button", name="जाएँ", exact=True).click()
    expect(old.locator("#handle-error")).to_contain_text("नाम नहीं लिया है")
    expect(old.locator("#handle")).to_have_value("mukesh")
    expect(old.locator("#password")).to_have_value("")

    new.fill("#alias", "@harpreet")
    new.get_by_role("button", name="यह खाता जोड़ें").click()
    expect(new.locator("main form.row")).to_contain_text("@harpreet")

    old.fill("#password", PASSWORD)
    old.get_by_role("button", name="जाएँ", exact=True).click()
    expect(old.locator("main")).to_contain_text("साथ आ चुके हैं")
    expect(old.get_by_role("button", name="इशारा बंद करें")).to_be_visible()
    assert not faults(old)

    fan.goto("/@harpreet")
    expect(fan.locator("main .said")).to_contain_text("यह खाता अब @mukesh पर है")
    fan.locator("main .said a").click()
    expect(fan).to_have_url(re.compile("/@mukesh$"))
    expect(fan.locator(".profile")).to_contain_text("फ़ॉलो")

    old.goto("/")
    expect(old.locator("main .said").first).to_contain_text("इशारा")
    old.goto(HERE)
    old.get_by_role("button", name="इशारा बंद करें").click()
    expect(old.locator("main")).to_contain_text("तीस दिन")
    fan.goto("/@harpreet")
    expect(fan.locator("main")).not_to_contain_text("यह खाता अब")
    assert not faults(fan)


def come_to_moving(page: Page) -> None:
    """By the way a person goes: one's profile, the settings, the line."""
    page.locator(".rail-open").click()
    page.locator("nav.rail a", has_text="प्रोफ़ाइल").click()
    page.locator(".profile a[href='/settings']").click()
    page.locator(".panes nav a[href='/settings?at=data']").click()
    page.locator(f"main a[href='{HERE}']").click()
    expect(page.locator("h1")).to_have_text("दूसरे खाते पर जाना")
    assert not faults(page)


def follows_only(page: Page, handle: str) -> None:
    page.goto(f"/@{handle}")
    button = page.locator(".profile-top button", has_text="फ़ॉलो करें")
    if button.count():
        button.first.click()

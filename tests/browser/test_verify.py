"""A reader verifies a receipt in the browser, and is told when a letter of it was changed. In real Chromium."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from chaupal_audit import tlog
from serving import Served
from waiting import PATIENCE

PHONE = {"width": 390, "height": 844}


@pytest.fixture(params=("hi-IN", "en-IN"))
def page(request: pytest.FixtureRequest, village: Served, chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(base_url=village.url, viewport=PHONE, locale=request.param)
    context.set_default_timeout(1_000 * PATIENCE)
    yield context.new_page()
    context.close()


def marks(page: Page) -> list[str]:
    return [str(step.get_attribute("data-mark")) for step in page.locator("[data-step]").all()]


def test_a_receipt_is_verified_by_the_readers_own_browser(page: Page):
    page.goto("/orders")
    page.locator("article h2 a").first.click()
    page.locator("a.seal").first.click()
    page.locator("a[href^='/verify?entry=']").first.click()
    verdict = page.locator("[data-verdict]")
    expect(verdict).to_have_attribute("data-mark", "good")
    assert marks(page) == [*["good"] * 4, "open"]  # the village has no witnesses, so nothing is claimed of them
    assert page.locator(".ladder li").count() > 2
    offline = page.context
    offline.set_offline(True)
    page.locator("form[data-verify] button").click()
    expect(verdict).to_have_attribute("data-mark", "good")
    offline.set_offline(False)


@pytest.mark.parametrize(
    ("field", "change", "expected"),
    [
        ("entry", lambda text: text.replace('"v":2', '"v":1'), ["good", "good", "bad", "good"]),
        ("receipt", lambda text: text.replace("index 1\n", "index 2\n"), ["good", "good", "bad", "good"]),
        ("receipt", lambda text: text.replace("\u2014 ", "\u2014 x"), ["good", "good", "good", "bad"]),
        (
            "receipt",
            lambda text: "\n".join(text.split("\n")[:2] + text.split("\n")[3:]),
            ["good", "bad", "bad", "good"],
        ),
        ("receipt", lambda text: text[:90], ["open"] * 4),
        ("key", lambda text: text.replace("+A", "+B"), ["open"] * 4),
    ],
)
def test_what_was_changed_does_not_pass(page: Page, field: str, change: Callable[[str], str], expected: list[str]):
    page.goto("/verify?entry=1")
    verdict = page.locator("[data-verdict]")
    expect(verdict).to_have_attribute("data-mark", "good")
    typed = page.locator(f"#{field}")
    before = typed.input_value()
    after = change(before)
    assert after != before
    typed.fill(after)
    page.locator("form[data-verify] button").click()
    expect(verdict).to_have_attribute("data-mark", "bad")
    assert marks(page) == [*expected, "open"] and verdict.inner_text().strip()


def test_a_receipt_from_a_file_takes_the_place_of_what_was_filled_in(page: Page, village: Served):
    page.goto("/verify?entry=2")
    receipt, entry = page.locator("#receipt").input_value(), page.locator("#entry").input_value()
    page.goto("/verify")
    expect(page.locator("[data-verdict]")).to_be_hidden()
    for name, text in (("receipt", receipt), ("entry", entry)):
        page.locator(f"input[data-into={name}]").set_input_files(
            {"name": f"2.{name}", "mimeType": "text/plain", "buffer": text.encode()}
        )
    expect(page.locator("#entry")).to_have_value(entry)
    page.locator("form[data-verify] button").click()
    expect(page.locator("[data-verdict]")).to_have_attribute("data-mark", "good")


def test_the_browser_counts_the_witnesses_whose_keys_it_is_given(page: Page):
    """A receipt under a checkpoint that nobody else has seen does not pass where the reader asks for witnesses."""
    page.goto("/verify?entry=1")
    verdict, step = page.locator("[data-verdict]"), page.locator("[data-step=witnesses]")
    expect(verdict).to_have_attribute("data-mark", "good")
    expect(step).to_have_attribute("data-mark", "open")
    witnesses = [tlog.Cosigner.from_seed(f"w{n}.example/witness", bytes([n] * 32)) for n in (1, 2, 3)]
    page.locator("#witnesses").fill("\n".join(str(witness.public) for witness in witnesses))
    receipt = page.locator("#receipt").input_value()
    text = receipt.split("\n\n")[1] + "\n"
    for many, expected in ((0, "bad"), (1, "bad"), (2, "good"), (3, "good")):
        lines = "".join(witness.cosign(text, 1_700_000_000) for witness in witnesses[:many])
        page.locator("#receipt").fill(receipt + lines)
        page.locator("form[data-verify] button").click()
        expect(step).to_have_attribute("data-mark", expected)
        expect(verdict).to_have_attribute("data-mark", expected)
    false = tlog.Cosigner.from_seed("w1.example/witness", bytes(32)).cosign(text, 1_700_000_000)
    page.locator("#receipt").fill(receipt + false + witnesses[1].cosign(text, 1_700_000_000))
    page.locator("form[data-verify] button").click()
    expect(step).to_have_attribute("data-mark", "bad")

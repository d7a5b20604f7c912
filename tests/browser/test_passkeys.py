"""Passkeys in a real Chromium with an authenticator of its own: made, used beside the password and in its place."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from ports import free_port
from serving import Member, Served, served
from waiting import PATIENCE

TOUCH = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, Member]]:
    port = free_port()  # keys are bound to a name, and an address is none
    with served(tmp_path_factory.mktemp("keys"), port=port, public_url=f"http://localhost:{port}") as server:
        asha = Member("asha", "", "", "asha@example.org", "asha keeps a long secret")
        server.cli("account", "create", asha.handle, "--email", asha.email, "--password", asha.password)
        yield server, asha


def log_in(page: Page, member: Member) -> None:
    page.goto("/login")
    page.fill("#name", member.handle)
    page.fill("#password", member.password)
    page.locator("main form[action='/login'] button").click()


def log_out(page: Page) -> None:
    page.context.clear_cookies(name="chaupal")


def test_a_passkey_is_made_and_lets_in_beside_the_password_and_in_its_place(
    house: tuple[Served, Member], chromium: Browser
):
    server, asha = house
    page = chromium.new_context(base_url=server.url, locale="en-IN").new_page()
    page.set_default_timeout(1_000 * PATIENCE)
    device = page.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    key = device.send("WebAuthn.addVirtualAuthenticator", {"options": TOUCH})["authenticatorId"]
    log_in(page, asha)
    page.goto("/settings/security")
    page.get_by_text("Add a passkey").click()
    page.fill("#name", "my phone")
    page.fill("#password-passkeys", asha.password)
    page.locator("form[action$='/passkeys/new'] button").click()
    page.get_by_role("button", name="Make the passkey").click()
    expect(page.locator("main code")).to_have_count(10)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy all").click()
    expect(page.locator("#toast")).to_have_text("Copied.")
    assert page.evaluate("navigator.clipboard.readText()").split() == page.locator("main code").all_inner_texts()
    page.get_by_role("link", name="I have kept them").click()
    expect(page.locator("main")).to_contain_text("my phone")

    log_out(page)
    log_in(page, asha)
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(f"{server.url}/")
    expect(page.locator("nav.rail")).to_contain_text("Profile")

    log_out(page)
    page.goto("/login")
    page.get_by_role("link", name="Log in with a passkey").click()
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(f"{server.url}/")
    expect(page.locator("nav.rail")).to_contain_text("Profile")

    # A device that does not make sure who holds it stands for nobody's password.
    log_out(page)
    device.send("WebAuthn.setUserVerified", {"authenticatorId": key, "isUserVerified": False})
    page.goto("/login/passkey")
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_text("That did not work")).to_be_visible()


def test_without_a_script_a_code_is_enough_and_the_way_by_passkey_says_what_it_needs(
    house: tuple[Served, Member], chromium: Browser
):
    server, _ = house
    page = chromium.new_context(base_url=server.url, locale="en-IN", java_script_enabled=False).new_page()
    page.goto("/login/passkey")
    expect(page.locator("main")).to_contain_text("needs JavaScript")
    expect(page.get_by_role("button", name="Use a passkey")).to_be_hidden()

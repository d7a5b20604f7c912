"""No page breaks a rule of accessibility that axe-core sees, nor asks for a part that is not there: every page in Hindi, the most seen
by night, too, three kinds of people.

In English only words are others; the most seen are looked at in it by `test_gallery`, which asks axe as well.
"""

import pytest
from playwright.sync_api import Browser, Page

from browser.conftest import PATIENCE, come_in
from chaupal.app.wiring import ROUTES
from chaupal.http.call import Shape
from looks import AXE, axe, axe_day_and_night
from serving import Served

# Every page whose address has no hole, and some of those that have; the desk is seen by those who have one.
PLAIN = [
    route
    for route in ROUTES
    if route.method == "GET" and route.shape is Shape.PAGE and "{" not in route.path and not route.offices
]
WITH_HOLES = (
    "/@asha",
    "/@ravi?show=media",
    "/@asha/followers",
    "/public/ur",
    "/tags/किसान_आंदोलन",
    "/search?q=किसान",
    "/search?q=zzzz",
    "/nothing-here",
    "/transparency/t1",
    "/about?x=1",
)
# By night, too.
MOST_SEEN = (
    "/",
    "/public",
    "/signup",
    "/about/design",
    "/@asha",
    "/orders",
    "/transparency",
    "/notifications",
    "/compose",
    "/settings",
    "/settings/profile",
    "/office",
    # what one meets in the first hour
    "/welcome/languages",
    "/welcome/people",
    "/welcome/post",
    "/messages",
    "/messages/new",
    "/public/ur",
    "/explore/people",
)
ORDERS = "/orders/"  # and of these every one, and its first matter at the desk
OF_THE_PLAY = 3


def paths_of(who: str, orders: list[str]) -> list[str]:
    if who == "":
        return [*(route.path for route in PLAIN if route.public), *WITH_HOLES, *orders]
    if who == "asha":
        return [
            *(route.path for route in PLAIN if not route.public and not route.may),
            "/",
            "/@asha",
            "/@ravi",
            "/public/ur",
            "/explore/people",
        ]
    desks = [f"/office{order}{matter}" for order in orders for matter in ("", "/1")]
    return [*(route.path for route in PLAIN if route.may), *desks]


def orders_in(page: Page) -> list[str]:
    """The addresses of the play's own orders: one lapsed, one decided, one that waits. Other tests may have filed more."""
    page.goto("/orders")
    found = [link.get_attribute("href") or "" for link in page.locator(f"main h2 a[href^='{ORDERS}']").all()]
    assert len(found) >= OF_THE_PLAY
    return found[-OF_THE_PLAY:]


@pytest.mark.parametrize("who", ["", "asha", "lakshmi"])
def test_no_page_breaks_a_rule_of_accessibility(village: Served, chromium: Browser, who: str):
    context = chromium.new_context(
        base_url=village.url,
        locale="hi-IN",
        bypass_csp=True,
        viewport={"width": 390, "height": 844},
        service_workers="block",
    )
    context.add_init_script(path=AXE)
    context.add_cookies([{"name": "language", "value": "hi", "url": village.url}])
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    if who:
        come_in(page, who)
    faults: list[str] = []
    page.on(
        "response",
        lambda part: (
            faults.append(f"{page.url} asks for {part.url}: {part.status}")
            if part.status >= 400 and part.request.resource_type != "document"
            else None
        ),
    )
    for path in paths_of(who, orders_in(page)):
        answer = page.goto(path)
        assert answer is not None and answer.status < 500, path
        assert ORDERS not in path or answer.status == 200, path
        if "text/html" in answer.headers.get("content-type", ""):
            looked = axe_day_and_night if path in MOST_SEEN or ORDERS in path else axe
            faults += [f"{path} {fault}" for fault in looked(page)]
    context.close()
    assert not faults, "\n".join(faults)

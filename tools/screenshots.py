"""Pictures of the village's pages in many looks, for looking at them, and what a machine finds wrong with each.

CHAUPAL_RATE_LIMITS=false chaupal serve --village --data village &
python tools/screenshots.py http://localhost:8000 gallery [PAGE ...]     # every look of these pages (of all): make gallery
python tools/screenshots.py http://localhost:8000 docs/pictures readme   # those of the README: make pictures
"""

import sys
from collections.abc import Collection, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from looks import AXE, SIDEWAYS, wrong

# First the same browser without its windows, menus and profiles: half of the work for each page that is opened.
PROGRAMS = ("/usr/bin/chromium-headless-shell", "/usr/bin/chromium")
CHROMIUM = next((program for program in PROGRAMS if Path(program).exists()), PROGRAMS[0])
QUIET = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
TALLEST = 2600  # CSS px of a picture: what is below repeats itself


@dataclass(frozen=True)
class Look:
    """A window of so many CSS px, the language of the pages, day or night; `scale`: device px to one of CSS."""

    width: int
    height: int
    language: str
    theme: str
    scale: float = 1


LOOKS = {
    "phone-hi": Look(360, 780, "hi", "light"),
    "phone-en-dark": Look(360, 780, "en", "dark"),
    "small-hi-dark": Look(320, 640, "hi", "dark"),
    "small-en": Look(320, 640, "en", "light"),
    "desktop-hi-dark": Look(1280, 900, "hi", "dark"),
    "desktop-en": Look(1280, 900, "en", "light"),
    "zoom-hi": Look(640, 450, "hi", "light", scale=2),  # a desktop of 1280 px at 200 %
}

# Page -> (who looks, the way there: addresses, in which {path} is where one is, and links to follow, by CSS; `!` presses only).
ORDER = ("/orders", "main h2 a[href$='0002']")
PAGES: dict[str, tuple[str, tuple[str, ...]]] = {
    "front": ("", ("/",)),
    "square": ("", ("/public",)),
    "language": ("", ("/public/hi",)),
    "thread": ("", ("/tags/किसान_आंदोलन", "article:has(.deed[href$=answer] .count:not(:empty)) a.when")),
    "placeholder": ("", (*ORDER, "#target-1 p a")),
    "register": ("", ("/orders",)),
    "transparency": ("", ("/transparency",)),
    "order": ("", ORDER),
    "log": ("", ("/log",)),
    "entry": ("", ("/log/entries/30",)),
    "report": ("", ("/public", "!article .more:not(.again) summary", "a[href^='/report']")),
    "search": ("", ("/search?q=किसान",)),
    "explore": ("", ("/explore",)),
    "appearance": ("", ("/settings/appearance",)),
    "typing": ("", ("/about/typing",)),
    "verify": ("", ("/verify?entry=1",)),
    "languages": ("", ("/languages",)),
    "design": ("", ("/about/design",)),
    "login": ("", ("/login",)),
    "signup": ("", ("/signup",)),
    "about": ("", ("/about",)),
    "missing": ("", ("/nothing-here",)),
    "urdu": ("", ("/public/ur",)),
    "urdu-thread": ("", ("/public/ur", "article a.when")),
    "urdu-profile": ("", ("/@nasreen",)),
    "home": ("asha", ("/",)),
    "composer": ("asha", ("/", "!form.sheet textarea")),
    "write": ("asha", ("/compose",)),
    "profile": ("asha", ("/@ravi",)),
    "own": ("asha", ("/@asha",)),
    "answer": ("asha", ("/tags/किसान_आंदोलन", "article:has(.deed[href$=answer] .count:not(:empty)) a.when")),
    "notifications": ("asha", ("/notifications",)),
    "messages": ("asha", ("/messages",)),
    "message": ("asha", ("/messages/new?to=ravi",)),
    "lists": ("asha", ("/lists",)),
    "discover": ("asha", ("/explore/posts",)),
    "suggested": ("asha", ("/explore/people",)),
    "welcome-languages": ("asha", ("/welcome/languages",)),
    "welcome-people": ("asha", ("/welcome/people",)),
    "welcome-post": ("asha", ("/welcome/post",)),
    "filters": ("asha", ("/settings/filters",)),
    "security": ("asha", ("/settings/security",)),
    "import": ("asha", ("/settings/import",)),
    "heard": ("asha", ("/notifications/policy",)),
    "scheduled": ("asha", ("/scheduled",)),
    "settings": ("asha", ("/settings",)),
    "your-profile": ("asha", ("/settings/profile",)),
    "mail": ("asha", ("/settings/mail",)),
    "moving": ("asha", ("/settings/moving",)),
    "privacy": ("asha", ("/settings/privacy",)),
    "urdu-write": ("nasreen", ("/compose",)),
    "decisions": ("viralsach24", ("/disputes/strikes",)),
    "appeal": ("viralsach24", ("/disputes/strikes", "main a[href^='/disputes/strikes/']")),
    "standing": ("viralsach24", ("/settings/standing",)),
    "withheld-own": ("viralsach24", ("/@viralsach24",)),
    "office": ("chitra", ("/office",)),
    "matter": ("chitra", (*ORDER, "/office{path}")),
    "waiting": ("chitra", ("/office/orders/IN-2026-0003",)),
    "case": ("chitra", (*ORDER, "/office{path}/1")),
    "many": ("chitra", ("/office/orders/IN-2026-0003/many",)),
    "sanctions": ("chitra", ("/office/sanctions",)),
    "deamplified": ("chitra", ("/office/deamplified",)),
    "speakers": ("chitra", ("/office/speakers",)),
    "staff": ("chitra", ("/office/people",)),
    "history": ("chitra", ("/office/people/ravi",)),
    "reports": ("chitra", ("/office/reports",)),
    "reviews": ("chitra", ("/office/reviews",)),
    "templates": ("chitra", ("/office/templates",)),
    "intake": ("imran", ("/office/orders/new",)),
    "announcements": ("lakshmi", ("/office/announcements",)),
}
README = (("home", "phone-hi"), ("placeholder", "phone-hi"), ("order", "phone-en-dark"))


def press_in_bar(page: Page, act: str, **said: str) -> None:
    """What a press in the village's bar does, with no page drawn for it."""
    asked = {"sec-fetch-site": "same-origin"}
    page.request.post(f"/village/{act}", form=said, headers=asked, max_redirects=0, fail_on_status_code=True)


@contextmanager
def sitting(browser: Browser, origin: str, look: Look, who: str) -> Generator[Page]:
    """A page of a browser of its own, in that look, as `who` of the cast ("" for a guest), seen from India."""
    context = browser.new_context(
        base_url=origin,
        viewport={"width": look.width, "height": look.height},
        device_scale_factor=look.scale,
        color_scheme=look.theme,
        locale=f"{look.language}-IN",
        timezone_id="Asia/Kolkata",
        reduced_motion="reduce",
        bypass_csp=True,  # for axe
        service_workers="block",  # how a page looks rests on none, and each page went through it
    )
    context.add_init_script(path=AXE)
    context.add_cookies([{"name": "language", "value": look.language, "url": origin}])
    page = context.new_page()
    press_in_bar(page, "look", country="IN")
    if who:
        press_in_bar(page, "login", handle=who)
    yield page
    context.close()


def arrive(page: Page, name: str) -> None:
    """Go where `PAGES` says. What a page brings later (pictures, counts) has come."""
    for step in PAGES[name][1]:
        if step.startswith("/"):
            page.goto(step.format(path=page.evaluate("location.pathname")))
        elif step.startswith("!"):
            page.locator(step[1:]).first.click()
        else:
            with page.expect_navigation():
                page.locator(step).first.click()
    page.wait_for_load_state("load")


def take(page: Page, path: Path, *, whole: bool = True) -> None:
    """A picture of the page, or of its first screen; as WebP, which is a fifth of PNG."""
    size = page.viewport_size or {"width": 360, "height": 780}
    high: int = page.evaluate("document.documentElement.scrollHeight")
    box = {"x": 0, "y": 0, "width": size["width"], "height": min(high, TALLEST) if whole else size["height"]}
    taken = path.with_suffix(".png")
    page.screenshot(full_page=whole, clip=box, path=taken)
    Image.open(taken).save(path, quality=80)
    taken.unlink()


def shown(browser: Browser, origin: str, names: Collection[str], look: str) -> Iterator[tuple[str, Page]]:
    """Each page in that look, as whoever it is for, by the name `PAGE.LOOK`."""
    for who in dict.fromkeys(PAGES[name][0] for name in names):
        with sitting(browser, origin, LOOKS[look], who) as page:
            for name in (one for one in names if PAGES[one][0] == who):
                arrive(page, name)
                yield f"{name}.{look}", page


def gallery(
    browser: Browser, origin: str, folder: Path, names: Collection[str], looks: Collection[str]
) -> Iterator[str]:
    """Each page in each look, as `folder/PAGE.LOOK.webp`; what is wrong, as `PAGE.LOOK kind: where`."""
    folder.mkdir(parents=True, exist_ok=True)
    for look in looks:
        for name, page in shown(browser, origin, names, look):
            take(page, folder / f"{name}.webp")
            yield from (f"{name} {fault}" for fault in wrong(page))


def faults(page: Page) -> str:
    """Whether the page is wider than its window."""
    wide = page.evaluate(SIDEWAYS)
    return f"{wide}px too wide" if wide > 0 else ""


def main(origin: str, folder: Path, names: list[str]) -> int:
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        if names == ["readme"]:
            for name, look in README:
                with sitting(browser, origin, LOOKS[look], PAGES[name][0]) as page:
                    arrive(page, name)
                    take(page, folder / f"{name}.webp", whole=False)
            return 0
        found = 0
        for fault in gallery(browser, origin, folder, names or PAGES, LOOKS):
            found += 1
            print(fault, flush=True)
        browser.close()
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Path(sys.argv[2]), sys.argv[3:]))

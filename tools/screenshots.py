"""Pictures of the village's pages, phone and desktop, light and dark, Hindi and English: for looking at them.

CHAUPAL_RATE_LIMITS=false chaupal serve --village --data village &
python tools/screenshots.py http://localhost:8000 screenshots [PAGE ...]
python tools/screenshots.py http://localhost:8000 docs/pictures readme   # those of the README: make pictures
"""

import itertools
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = "/usr/bin/chromium"
QUIET = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
SIZES = {"phone": (390, 844), "desktop": (1280, 900)}
LOCALES = {"hi": "hi-IN", "en": "en-IN"}

# Page -> (who looks, the way there: addresses, in which {path} is where one is, and links to follow, by CSS).
ORDER = ("/orders", "main h2 a[href$='0002']")
PAGES: dict[str, tuple[str, tuple[str, ...]]] = {
    "front": ("", ("/",)),
    "square": ("", ("/public",)),
    "language": ("", ("/public/hi",)),
    "thread": ("", ("/tags/किसान_आंदोलन", "article:has(.deed[href$=answer] .count) a.when")),
    "placeholder": ("", (*ORDER, "#target-1 p a")),
    "profile": ("asha", ("/@ravi",)),
    "search": ("", ("/search?q=किसान",)),
    "register": ("", ("/orders",)),
    "transparency": ("", ("/transparency",)),
    "order": ("", ORDER),
    "home": ("asha", ("/",)),
    "notifications": ("asha", ("/notifications",)),
    "compose": ("asha", ("/compose",)),
    "messages": ("asha", ("/messages",)),
    "lists": ("asha", ("/lists",)),
    "explore": ("", ("/explore",)),
    "suggested": ("asha", ("/explore/people",)),
    "filters": ("asha", ("/settings/filters",)),
    "appearance": ("", ("/settings/appearance",)),
    "security": ("asha", ("/settings/security",)),
    "import": ("asha", ("/settings/import",)),
    "heard": ("asha", ("/notifications/policy",)),
    "scheduled": ("asha", ("/scheduled",)),
    "decisions": ("morcha", ("/disputes/strikes",)),
    "typing": ("", ("/about/typing",)),
    "verify": ("", ("/verify?entry=1",)),
    "languages": ("", ("/languages",)),
    "design": ("", ("/about/design",)),
    "settings": ("asha", ("/settings",)),
    "your-profile": ("asha", ("/settings/profile",)),
    "mail": ("asha", ("/settings/mail",)),
    "moving": ("asha", ("/settings/moving",)),
    "privacy": ("asha", ("/settings/privacy",)),
    "office": ("chitra", ("/office",)),
    "matter": ("chitra", (*ORDER, "/office{path}")),
    "case": ("chitra", (*ORDER, "/office{path}/1")),
    "many": ("chitra", (*ORDER, "/office{path}/many?act=approve")),
    "sanctions": ("chitra", ("/office/sanctions",)),
    "deamplified": ("chitra", ("/office/deamplified",)),
    "speakers": ("chitra", ("/office/speakers",)),
    "staff": ("chitra", ("/office/people",)),
    "history": ("chitra", ("/office/people/ravi",)),
    "reports": ("chitra", ("/office/reports",)),
    "reviews": ("chitra", ("/office/reviews",)),
    "announcements": ("lakshmi", ("/office/announcements",)),
    "templates": ("chitra", ("/office/templates",)),
    "login": ("", ("/login",)),
    "signup": ("", ("/signup",)),
    "about": ("", ("/about",)),
    "missing": ("", ("/nothing-here",)),
}
README = (("home", "phone", "light", "hi"), ("placeholder", "phone", "light", "hi"), ("order", "phone", "dark", "en"))


def look(
    browser: Browser, origin: str, name: str, size: str, scheme: str, language: str, folder: Path, *, whole: bool = True
) -> str:
    """One picture, of the whole page or of its first screen; what is wrong with the page, or nothing."""
    width, height = SIZES[size]
    context = browser.new_context(
        base_url=origin,
        viewport={"width": width, "height": height},
        color_scheme=scheme,  # pyright: ignore[reportArgumentType]
        locale=LOCALES[language],
    )
    page = context.new_page()
    who, steps = PAGES[name]
    context.add_cookies([{"name": "language", "value": language, "url": origin}])
    page.goto("/")
    with page.expect_navigation():
        page.click("section.village button[value=IN]")
    if who:
        page.click("section.village summary")
        with page.expect_navigation():
            page.click(f"section.village button[name=handle][value={who}]")
    for step in steps:
        if step.startswith("/"):
            page.goto(step.format(path=page.evaluate("location.pathname")))
        else:
            with page.expect_navigation():
                page.locator(step).first.click()
    page.screenshot(full_page=whole, path=folder / f"{name}-{size}-{scheme}-{language}.png")
    wrong = faults(page)
    context.close()
    return wrong


def faults(page: Page) -> str:
    """Whether the page is wider than its window."""
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return f"{wide}px too wide" if wide > 0 else ""


def main(origin: str, folder: Path, names: list[str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        if names == ["readme"]:
            for name, size, scheme, language in README:
                look(browser, origin, name, size, scheme, language, folder, whole=False)
                taken = folder / f"{name}-{size}-{scheme}-{language}.png"
                Image.open(taken).save(folder / f"{name}.webp", quality=80)
                taken.unlink()
            return
        for name, size, scheme, language in itertools.product(names or PAGES, SIZES, ("light", "dark"), LOCALES):
            wrong = look(browser, origin, name, size, scheme, language, folder)
            print(f"{name}-{size}-{scheme}-{language}.png", wrong)
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), sys.argv[3:])

"""No surface shows what the law hides: every route, as each kind of viewer, on both databases."""

from collections.abc import AsyncIterator

import msgspec
import pytest

from chaupal.http.call import Route
from chaupal.kernel.clock import StillClock
from chaupal.kernel.settings import Settings
from chaupal.policy import gate, rules
from surfaces.canary import (
    ACCOUNT,
    BLOCKED,
    BY,
    FAR,
    FAR_HIDDEN,
    FAR_LIMITED,
    IN_SECRET,
    LABEL,
    LAW,
    LIMITED,
    MUTED,
    PICTURE,
    POST,
    PRIVATE,
    QUIET,
    REMOVED,
    SUSPENDED,
    TAG,
    WHY,
    Crawl,
    Eyes,
    World,
    answers,
    ask,
    build,
    crawl,
    crawled,
)
from village import Village, open_village


@pytest.fixture
async def village(settings: Settings, clock: StillClock) -> AsyncIterator[Village]:
    """A house as it stands in the world: the viewer's country comes from a trusted proxy, and pages are kept."""
    settings = msgspec.structs.replace(settings, trusted_proxies=("127.0.0.0/8",), country_header="X-Country")
    async with open_village(settings, clock, bar=False) as opened:
        yield opened


# The follower in India follows this tag: that they wrote its name themselves is no finding.
OWN_WORDS = {
    (f"GET {path}", TAG)
    for path in ("/api/v1/followed_tags", "/settings/tags", "/settings/export/{id}", "/api/v1/exports/{id}/file")
}
GONE = {SUSPENDED, REMOVED, FAR}
WITHHELD = {POST, TAG, ACCOUNT, PICTURE}


def viewers(v: Village) -> dict[Eyes, set[str]]:
    """Each kind of viewer, and the words that they must never meet."""
    return {
        Eyes("stranger in India", "IN"): WITHHELD | {PRIVATE} | GONE,
        Eyes("stranger in an unknown country", ""): WITHHELD | {PRIVATE} | GONE,
        Eyes("stranger in Germany", "DE"): {PRIVATE} | GONE,
        Eyes("follower in India", "IN", v.asha): WITHHELD | {BLOCKED} | GONE,
        Eyes("follower in Germany", "DE", v.karl): GONE,
        Eyes("one whom the author has blocked", "DE", v.outcast): {POST, PICTURE, PRIVATE, QUIET} | GONE,
        Eyes("member in India", "IN", v.ravi): WITHHELD | GONE,
    }


# A mute hides people where one did not ask for them, and not on their own pages.
UNASKED = {
    "GET /api/v1/timelines/home",
    "GET /api/v1/timelines/public",
    "GET /api/v1/notifications",
    "GET /api/v2/notifications",
    "GET /api/v2/search",
    "GET /",
    "GET /public",
    "GET /notifications",
    "GET /search",
}
# Where strangers' words come to people: what is limited comes there to followers only.
OFFERED = {
    "GET /api/v1/timelines/public",
    "GET /api/v2/search",
    "GET /api/v1/trends/statuses",
    "GET /api/v1/notifications",
    "GET /api/v2/notifications",
    "GET /public",
    "GET /search",
    "GET /notifications",
}
CARRIED = {"GET /api/v1/trends/statuses", "GET /api/v1/trends", "GET /api/v1/trends/tags", "GET /about"}


async def faults(world: World, methods: tuple[str, ...], only: set[str] | None = None) -> list[str]:
    """What was seen and should not be, and what should have been seen and was not."""
    looked = Crawl(world, crawled(*methods))
    found: list[str] = []
    for eyes, never in viewers(world.village).items():
        if only is None or eyes.name in only:
            found += await met(looked, eyes, never)
    return (
        [*found, *await _told_of(looked), *await _unmeasured(world), *await blind(looked)]
        if "GET" in methods
        else found
    )


# That an authority is in the register everybody may know; by which orders it did something, they may not.
REGISTERED = {
    f"GET {path}"
    for path in (
        "/orders",
        "/office/sanctions",
        "/log",
        "/log/entries/{index}",
        "/log/entry/{index}",
        "/log/tile/{path}",
    )
}


async def _told_of(looked: Crawl) -> list[str]:
    """Who learns of the secret order: whoever it is about, whatever their role, and staff who do not work on orders."""
    v = looked.world.village
    found: list[str] = []
    for eyes in (
        Eyes("author of what is withheld in secret", "IN", v.meera),
        Eyes("the same, abroad", "DE", v.meera),
        Eyes("moderator", "IN", v.manav),
    ):
        seen = await looked.by(eyes)
        found += [
            f"{eyes.name} met {word} at {route}" for route, words in seen.items() for word in _secrets(route, words)
        ]
    return found


def _secrets(route: str, words: set[str]) -> list[str]:
    listed = (
        {BY}
        if route in REGISTERED or route.startswith("GET /office/authorities") or "/admin/authorities" in route
        else set[str]()
    )
    return sorted(words & set(IN_SECRET) - listed)


async def met(looked: Crawl, eyes: Eyes, never: set[str]) -> list[str]:
    """What one of them saw and should not have."""
    seen = await looked.by(eyes)
    return [fault for route, words in seen.items() for fault in _wrong(looked.world.village, eyes, never, route, words)]


def _wrong(v: Village, eyes: Eyes, never: set[str], route: str, words: set[str]) -> list[str]:
    """What of these words one of them should not have met there."""
    met = [w for w in sorted(words & never) if (route, w) not in OWN_WORDS or eyes.who is not v.asha]
    met += _secrets(route, words)
    here = {
        MUTED: eyes.who is v.asha and route in UNASKED,
        LIMITED: eyes.who is not v.karl and route in OFFERED,
        FAR_LIMITED: eyes.who is not v.karl and route in OFFERED,
        FAR_HIDDEN: eyes.who is v.asha and route in UNASKED,
        QUIET: eyes.country == "IN" and route in CARRIED,
    }
    met += [word for word, forbidden in here.items() if forbidden and word in words]
    return [f"{eyes.name} met {word} at {route}" for word in met]


async def _unmeasured(world: World) -> list[str]:
    """What a stranger in India should see otherwise than it is, and does not."""
    v = world.village
    stranger = Eyes("stranger in India", "IN")

    async def asked(path: str, eyes: Eyes = stranger):
        route = next(
            r
            for r in crawled("GET")
            if r.path == ("/media/{id}/{rendition}" if "media" in path else "/api/v1/statuses/{id}")
        )
        return await ask(world, eyes, route, path)

    covered = await asked(f"/api/v1/statuses/{world.posts['quiet']}")
    staff = await asked(f"/api/v1/statuses/{world.posts['post']}", Eyes("staff", "IN", v.chitra))
    found = {
        "no cover": covered.json()["sensitive"] is True,
        "no label": [one["text"] for one in covered.json().get("labels", [])] == [LABEL],
        "no marker for staff": "withheld_banner" in staff.json(),
        "the file of a withheld picture": (await asked(f"/media/{world.names['/media/ id'][1]}/original")).status_code
        == 451,
        "the file of a withheld film": (await asked(f"/media/{world.names['/media/ id'][2]}/original")).status_code
        == 451,
    }
    return [f"{eyes_}" for eyes_, well in found.items() if not well]


OFFICE = "GET /office/orders/{ref}/{number}"
ABROAD = {
    "GET /api/v1/timelines/home",
    "GET /api/v1/timelines/public",
    "GET /api/v1/statuses/{id}",
    "GET /api/v1/statuses/{id}/context",
    "GET /api/v1/accounts/{id}/statuses",
    "GET /api/v2/search",
    "GET /api/v1/bookmarks",
    "GET /api/v1/favourites",
    "GET /api/v1/notifications",
    "GET /api/v2/notifications",
    "GET /@{handle}/{id}",
    "GET /@{handle}",
    "GET /search",
    "GET /",
    "GET /public",
}
MESSAGES = {"GET /api/v1/conversations", "GET /messages", "GET /messages/{id}"}
# Who must see what, and where.
MUST: dict[str, dict[str, set[str]]] = {
    "abroad": {
        POST: ABROAD,
        ACCOUNT: ABROAD | MESSAGES,
        PRIVATE: {"GET /api/v1/timelines/home"},
        LIMITED: ABROAD - {"GET /"},
        LABEL: {"GET /api/v1/statuses/{id}", "GET /@{handle}/{id}"},
    },
    "author": {
        POST: {"GET /api/v1/statuses/{id}", "GET /@{handle}/{id}"},
        PRIVATE: {"GET /api/v1/statuses/{id}"},
        REMOVED: {"GET /api/v1/statuses/{id}"},
    },
    "staff": {POST: {OFFICE}, PRIVATE: {OFFICE}, WHY: {OFFICE}, LAW: {"GET /office/orders/{ref}"}},
}
MUST_SHOW = {route for wanted in MUST.values() for routes in wanted.values() for route in routes}


async def blind(looked: Crawl) -> list[str]:
    """Those who must see and do not: readers abroad, the author, the office."""
    v = looked.world.village
    found: list[str] = []
    # Of staff nothing else is asked, and so they look nowhere else.
    at_work = Crawl(looked.world, [route for route in looked.routes if route.name in MUST_SHOW])
    for eyes in (Eyes("abroad", "DE", v.karl), Eyes("author", "IN", v.meera), Eyes("staff", "IN", v.chitra)):
        seen = await (at_work if eyes.name == "staff" else looked).by(eyes)
        found += [
            f"{eyes.name} did not meet {word} at {route}"
            for word, wanted in MUST[eyes.name].items()
            for route in sorted(wanted)
            if word not in seen.get(route, set())
        ]
    return found


async def test_no_route_shows_what_is_hidden_and_every_route_shows_what_is_not(village: Village):
    world = await build(village)
    assert "\n".join(await faults(world, ("GET",))) == ""


async def test_no_route_that_changes_something_answers_with_what_is_hidden(village: Village):
    world = await build(village)
    assert (
        await faults(
            world, ("POST", "PUT", "PATCH", "DELETE"), {"follower in India", "one whom the author has blocked"}
        )
        == []
    )


async def test_lifting_the_rulings_restores_everything(village: Village):
    world = await build(village)
    for ref in world.orders[:2]:
        await village.lift(ref, by=village.chitra)
    routes = [route for route in crawled("GET") if route.name in ABROAD]
    seen = await crawl(world, Eyes("follower in India", "IN", village.asha), routes)
    assert {route for route in ABROAD if not {POST, ACCOUNT} <= seen.get(route, set())} == set()


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_removing_any_one_rule_or_shade_makes_the_canary_sing(village: Village, monkeypatch: pytest.MonkeyPatch):
    world = await build(village)
    assert await _unmeasured(world) == []
    silent: list[str] = []
    for table in ("RULES", "SHADES"):
        whole = getattr(rules, table)
        for one in whole:
            monkeypatch.setattr(rules, table, tuple(r for r in whole if r is not one))
            village.running.house.square.work.memory.forget_all()
            if not await _sings(world):
                silent.append(one.__name__)
        monkeypatch.setattr(rules, table, whole)
    assert silent == []
    assert gate.judge is rules.judge


SINGERS = {"follower in India", "one whom the author has blocked", "stranger in India"}
# Where most of what is wrong shows; the others are asked after them.
SINGING = MUST_SHOW | UNASKED | OFFERED | CARRIED


async def _sings(world: World) -> bool:
    """Whether anything is wrong: the first that is, is enough."""
    if await _unmeasured(world):
        return True
    first, rest = ([route for route in crawled("GET") if (route.name in SINGING) is sings] for sings in (True, False))
    return await _sings_at(world, first) or bool(await blind(Crawl(world, first))) or await _sings_at(world, rest)


async def _sings_at(world: World, routes: list[Route]) -> bool:
    for eyes, never in viewers(world.village).items():
        if eyes.name in SINGERS:
            async for route, words in answers(world, eyes, routes):
                if _wrong(world.village, eyes, never, route, words):
                    return True
    return False

"""The canary: words that must not be found, a world in which they could turn up everywhere, and a crawl of every route.

The route table is the list of what is crawled, so a new route is crawled too; a parameter that the world does not know
fails the crawl.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import httpx2
import msgspec

from chaupal.app.wiring import ROUTES
from chaupal.policy.rulings import Measure
from chaupal.social import media
from chaupal.store import rulings
from chaupal.store.rulings import RulingRow
from chaupal.wire.route import Route, Shape
from painted import picture
from village import Village, Villager

# Each word stands in one thing only; what is looked for is never what is searched with, so an echo is no finding.
POST = "कोयलपुरवाणी"  # a post withheld in India: its text, warning and alt text
TAG = "मोरपंखनगर"  # a tag that only this post has
ACCOUNT = "मैनाबज़ारी"  # an account withheld in India: its name, note, fields and posts
PICTURE = "बुलबुलचित्र"  # the alt text of a picture withheld in India; the post around it stays
PRIVATE = "गौरैयागुप्त"  # a followers-only post
MUTED = "तोतारामवचन"  # a post by somebody whom the follower has muted
BLOCKED = "बगुलाभगतवाक्य"  # by somebody whom the follower has blocked
SUSPENDED = "कौआकांवकांव"  # by somebody who is suspended under the server's own rules
QUIET = "सारसमौनगान"  # a post that is kept out of trends in India
LURE = "चारागाहशब्द"  # stands in all of them: what is searched with

WORDS = (POST, TAG, ACCOUNT, PICTURE, PRIVATE, MUTED, BLOCKED, SUSPENDED, QUIET)


@dataclass
class World:
    """The village with birds in it, and what can stand in each hole of a path."""

    village: Village
    names: dict[str, list[Any]]
    posts: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Eyes:
    """One kind of viewer."""

    name: str
    country: str
    who: Villager | None = None


async def build(village: Village) -> World:
    """Everything is said, answered, liked, saved and told before the rulings begin: they must reach what exists."""
    v = village
    for handle in ("koel", "muted", "blocked", "crow"):
        await v.joins(handle, f"{ACCOUNT} मैना" if handle == "koel" else handle)
    await v.joins("outcast", "outcast", country="DE")
    square, meera = v.running.house.square, v.meera.viewer
    photo = await media.attach(square, meera, picture(), description=f"{POST} चित्र")
    shown = await media.attach(square, meera, picture(), description=PICTURE)
    for who, whom in (
        (v.asha, v.koel),
        (v.koel, v.asha),
        (v.asha, v.muted),
        (v.asha, v.crow),
        (v.karl, v.meera),
        (v.karl, v.koel),
    ):
        await v.follows(who, whom)
    said = {
        "post": await v.says(
            v.meera, f"@asha @karl {POST} {LURE} #{TAG}", spoiler=f"{POST} सावधान", pictures=[photo], language="hi"
        ),
        "picture": await v.says(v.meera, f"@asha देखो {LURE} चित्र में", pictures=[shown], language="hi"),
        "private": await v.says(v.meera, f"{PRIVATE} {LURE}", visibility=2),
        "quiet": await v.says(v.meera, f"{QUIET} {LURE}", language="hi"),
        "account": await v.says(v.koel, f"@asha @karl {ACCOUNT} {LURE}", language="hi"),
        "muted": await v.says(v.muted, f"@asha {MUTED} {LURE}"),
        "blocked": await v.says(v.blocked, f"@asha {BLOCKED} {LURE}"),
        "crow": await v.says(v.crow, f"@asha @karl {SUSPENDED} {LURE}"),
    }
    world = World(v, {}, {name: s.id for name, s in said.items()})
    await _react(v, world)
    await _rule(v, world)
    world.names = _names(v, world, [photo, shown])
    return world


async def _react(v: Village, world: World) -> None:
    for name in ("post", "picture", "account", "crow", "quiet"):
        id_ = world.posts[name]
        reply = await v.says(v.ravi, "हाँ, सुना।", reply_to=id_)
        world.posts[f"{name}_reply"] = reply.id
        for path in ("reblog", "favourite"):
            done = await v.api(v.ravi, "POST", f"/api/v1/statuses/{id_}/{path}")
            assert done.status_code == 200, (name, path, done.text)
            world.posts[f"{name}_boost"] = int(done.json()["id"]) if path == "reblog" else world.posts[f"{name}_boost"]
        for who in (v.asha, v.karl):
            for path in ("bookmark", "favourite"):
                await v.api(who, "POST", f"/api/v1/statuses/{id_}/{path}")
    await v.api(v.koel, "PATCH", "/api/v1/accounts/update_credentials", note=f"{ACCOUNT} {LURE}")
    # After this, what they said before must be gone from asha's eyes.
    await v.api(v.asha, "POST", f"/api/v1/accounts/{v.muted.id}/mute")
    await v.api(v.asha, "POST", f"/api/v1/accounts/{v.blocked.id}/block")
    await v.api(v.meera, "POST", f"/api/v1/accounts/{v.outcast.id}/block")
    await v.settle()


async def _rule(v: Village, world: World) -> None:
    await v.withhold(post=next(s for s in v.meera.said if s.id == world.posts["post"]), by=v.chitra, second=v.dev)
    await v.withhold_account(v.koel, by=v.chitra, second=v.dev)
    # Asked for, not decided: those who must judge it have to see it, and only on their own pages.
    await v.receives(next(s for s in v.meera.said if s.id == world.posts["private"]).path)
    photo = next(s for s in v.meera.said if s.id == world.posts["picture"])
    seen = (await v.api(v.meera, "GET", f"/api/v1/statuses/{photo.id}")).json()
    await _ruling(v, int(seen["media_attachments"][0]["id"]), Measure.WITHHOLD_MEDIA, "IN")
    await _ruling(v, v.crow.id, Measure.SUSPEND, "XX")
    await _ruling(v, world.posts["quiet"], Measure.DEAMPLIFY, "IN")


async def _ruling(v: Village, subject: int, measure: Measure, territory: str) -> None:
    """Measures that the court of this release does not hand down yet, but the law knows."""
    square = v.running.house.square
    row = RulingRow(
        id=square.make_id(), subject_id=subject, term="", measure=measure.value, territory=territory, starts_at=0, ends_at=None,
        lifted_at=None, target_id=None, owner_id=None, order_ref="IN-2021-0009", authority="Ministry", authority_hi="मंत्रालय",
        legal_basis="law", reason="reason", decided_by=1, approved_by=2, log_index=0,
    )  # fmt: skip
    async with square.work.writing() as w:
        await rulings.begin(w, row)


def _names(v: Village, world: World, pictures: list[int]) -> dict[str, list[Any]]:
    people = [v.meera.id, v.koel.id, v.crow.id]
    return {
        "/api/v1/statuses/ id": list(world.posts.values()),
        "/api/v1/accounts/ id": people,
        "/api/v1/follow_requests/ id": people,
        "/people/ id": people,
        "/posts/ id": list(world.posts.values()),
        "/@ id": [
            world.posts[n] for n in ("post", "account", "picture", "private", "crow", "post_reply", "post_boost")
        ],
        "/api/v1/media/ id": pictures,
        "/media/ id": pictures,
        "/api/v1/notifications/ id": [1],
        "id": [1],
        "act": ["like", "follow"],
        "handle": ["meera", "koel", "crow"],
        "tag": [TAG, "चौपाल"],
        "name": [TAG, "avatar.png"],
        "language": ["hi"],
        "rendition": ["original", "small"],
        "account": people,
        "secret": ["x"],
        "path": ["x"],
        "index": [0, 2],
        "ref": ["IN-2021-0001", "IN-2021-0002", "IN-2021-0003"],
        "number": [1],
    }


def paths(route: Route, world: World) -> Iterator[str]:
    """Every way this route can be asked for in this world, with each query worth trying."""
    holes = [part.strip("@")[1:-1] for part in route.path.split("/") if part.strip("@").startswith("{")]
    for filling in _fillings(route, holes, world):
        path = route.path
        for hole, value in zip(holes, filling, strict=True):
            path = path.replace(f"{{{hole}}}", quote(str(value)))
        for query in _queries(route, world):
            yield path + query


def _fillings(route: Route, holes: list[str], world: World) -> Iterator[tuple[Any, ...]]:
    if not holes:
        yield ()
        return
    first, *rest = holes
    own = next(
        (
            values
            for name, values in world.names.items()
            if name.endswith(f" {first}") and route.path.startswith(name.split()[0])
        ),
        None,
    )
    values = own if own is not None else world.names.get(first)
    assert values is not None, f"{route.name}: the world has nothing to put in {{{first}}}"
    for value in values:
        for others in _fillings(route, rest, world):
            yield (value, *others)


def _queries(route: Route, world: World) -> list[str]:
    takes = {f.encode_name for f in msgspec.structs.fields(route.takes)}
    found = [""]
    if "q" in takes:
        found += [f"?q={quote(q)}" for q in (LURE, TAG[:6], f"#{TAG}", "@koel", "koel", "from:meera")]
        found += [f"?type={t}&q={quote(LURE)}" for t in ("statuses", "accounts", "hashtags")] if "type" in takes else []
    for name in ("acct", "resource"):
        if name in takes:
            found += [f"?{name}=koel", f"?{name}=acct:koel@{world.village.running.house.settings.domain}"]
    if ({"id", "ids"} & takes) and "{id}" not in route.path:
        some = [*world.posts.values(), world.village.koel.id, world.village.meera.id]
        found.append("?" + "&".join(f"id[]={id_}" for id_ in some[:40]))
    if "max_id" in takes and "{" not in route.path:
        found += ["?limit=40", "?min_id=0"]
    return found


def crawled(*methods: str) -> list[Route]:
    """Every route with one of these methods, but those that end the viewer's own session."""
    return [r for r in ROUTES if r.method in methods and r.path not in ("/logout", "/oauth/revoke")]


async def ask(world: World, eyes: Eyes, route: Route, path: str) -> httpx2.Response:
    """As this viewer: an app's token at the API, the cookie at pages, neither for a file (apps ask for files without)."""
    cookies = {"visitor": "a" * 24}
    headers: dict[str, str] = {}
    if eyes.who is not None and route.shape is Shape.API:
        headers["authorization"] = f"Bearer {eyes.who.token}"
    elif eyes.who is not None:
        cookies["chaupal"] = eyes.who.cookie
    if eyes.country:
        headers["x-country"] = eyes.country  # as a trusted proxy says it
    headers["cookie"] = "; ".join(f"{k}={v}" for k, v in cookies.items())
    return await world.village.client.request(route.method, path, headers=headers)


def found_in(answer: httpx2.Response) -> set[str]:
    """Which of the words the bytes hold: as they are, as JSON escapes them, as a URL escapes them."""
    everything = answer.content + repr(sorted(answer.headers.items())).encode()
    plain = everything.decode("utf-8", "ignore").lower()
    return {w for w in WORDS if any(f.lower() in plain for f in (w, w.encode("unicode_escape").decode(), quote(w)))}


async def crawl(world: World, eyes: Eyes, routes: list[Route]) -> dict[str, set[str]]:
    """Route -> words found in any of its answers. No answer may be a 5xx."""
    seen: dict[str, set[str]] = {}
    for route in routes:
        for path in paths(route, world):
            answer = await ask(world, eyes, route, path)
            assert answer.status_code < 500, (eyes.name, route.method, path, answer.text[:300])
            echoed = {w for w in WORDS if w in path or quote(w) in path}
            if words := found_in(answer) - echoed:
                seen.setdefault(route.name, set()).update(words)
    return seen

"""The canary: words that must not be found, a world in which they could turn up everywhere, and a crawl of every route.

The route table is the list of what is crawled, so a new route is crawled too; a parameter that the world does not know
fails the crawl.
"""

import io
import zipfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import quote

import httpx2
import msgspec

import measures
from chaupal.app.wiring import ROUTES
from chaupal.fanout import exporting
from chaupal.governance.cases import decisions
from chaupal.governance.laws import house_texts, laws
from chaupal.governance.orders import authorities
from chaupal.http.call import Route, Shape
from chaupal.kernel.clock import DAY, iso_day
from chaupal.policy.measures import Measure
from chaupal.policy.things import LinkCard
from chaupal.policy.viewer import Role
from chaupal.social.archives import exports, imports
from chaupal.social.archives.imports import ImportFile
from chaupal.social.media import captions, media
from chaupal.store.identity import moving
from chaupal.store.square import link_cards, media as media_store
from films import film, painted_once
from others import from_there
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
REMOVED = "चातकचोंच"  # a post that was removed under the server's own rules
LIMITED = "टिटिहरीटेर"  # by somebody who is limited: offered to followers only
FAR = "पपीहापरदेस"  # by somebody of another server that is suspended as a whole
FAR_LIMITED = "सारिकासीमा"  # by somebody of another server that is limited as a whole: as LIMITED
FAR_HIDDEN = "भुजंगाओझल"  # by somebody of another server, of which the follower wants nothing
LABEL = "नीलकंठलेबल"  # what the label on a post says: everybody must see it
LINKED = "https://example.org/"  # what posts of theirs link to
LURE = "चारागाहशब्द"  # stands in all of them: what is searched with

# A secret order: what it is called by whoever made it, its law, why, and who signed it.
BY, LAW, WHY, SIGNED = "उल्लूमंत्रालय", "जुगनूधारा", "चमगादड़कारण", "झींगुरसचिव"
IN_SECRET = (BY, LAW, WHY, SIGNED)

WORDS = (
    *IN_SECRET,
    POST,
    TAG,
    ACCOUNT,
    PICTURE,
    PRIVATE,
    MUTED,
    BLOCKED,
    SUSPENDED,
    QUIET,
    REMOVED,
    LIMITED,
    LABEL,
    FAR,
    FAR_LIMITED,
    FAR_HIDDEN,
)
# Each word as bytes may hold it: as it is, as JSON escapes it, as a URL escapes it. An answer is searched for all of them, and for
# those of one kind only where it has that with which all of these begin.
FORMS = [
    (begin, {word: how(word).lower() for word in WORDS})
    for begin, how in (("", str), ("\\u09", lambda word: word.encode("unicode_escape").decode()), ("%e0%a4", quote))
]
assert all(form.startswith(begin) for begin, forms in FORMS for form in forms.values())


@dataclass
class World:
    """The village with birds in it, and what can stand in each hole of a path."""

    village: Village
    names: dict[str, list[Any]]
    posts: dict[str, int] = field(default_factory=dict)
    orders: list[str] = field(default_factory=list[str])  # references, in the order in which they came
    secret: str = ""  # the secret order's
    list: int = 0  # the follower's, in which stand all whom they follow


@dataclass(frozen=True, eq=False)
class Eyes:
    """One kind of viewer."""

    name: str
    country: str
    who: Villager | None = None


async def build(village: Village) -> World:
    """Everything is said, answered, liked, saved and told before the rulings begin: they must reach what exists."""
    with painted_once():
        return await _built(village)


async def _built(v: Village) -> World:
    for handle in ("koel", "muted", "blocked", "crow", "lapwing", "papiha", "sarika", "bhujanga"):
        await v.joins(handle, f"{ACCOUNT} मैना" if handle == "koel" else handle)
    await v.joins("outcast", "outcast", country="DE")
    square, meera = v.running.house.square, v.meera.viewer
    photo = await media.attach(square, meera, picture(), description=f"{POST} चित्र")
    shown = await media.attach(square, meera, picture(), description=PICTURE)
    filmed = await media.attach(square, meera, film(seconds=0.3), description=PICTURE)
    told = captions.CaptionsSent("hi", f"WEBVTT\n\n00:00.000 --> 00:00.200\n{PICTURE}\n")
    await captions.change(square, meera, filmed, told)
    async with square.work.reading() as reading:
        kept = await media_store.own(reading, filmed, v.meera.id)
    spoken = [one.id for one in kept.picture.captions] if kept else []
    for who, whom in (
        (v.asha, v.koel),
        (v.koel, v.asha),
        (v.asha, v.muted),
        (v.asha, v.crow),
        (v.karl, v.meera),
        (v.karl, v.koel),
        (v.karl, v.lapwing),
        (v.karl, v.sarika),
        (v.asha, v.papiha),
    ):
        await v.follows(who, whom)
    said = {
        "post": await v.says(
            v.meera, f"@asha @karl {POST} {LURE} #{TAG}", spoiler=f"{POST} सावधान", pictures=[photo], language="hi"
        ),
        "picture": await v.says(v.meera, f"@asha देखो {LURE} चित्र में", pictures=[shown], language="hi"),
        "film": await v.says(v.meera, f"@asha देखो {LURE} फ़िल्म में", pictures=[filmed], language="hi"),
        "private": await v.says(v.meera, f"{PRIVATE} {LURE}", visibility=2),
        "quiet": await v.says(v.meera, f"{QUIET} {LURE}", language="hi"),
        "account": await v.says(v.koel, f"@asha @karl {ACCOUNT} {LURE}", language="hi"),
        "message": await v.says(v.koel, f"@asha @karl {ACCOUNT} {LURE} अकेले में", visibility=3),
        "muted": await v.says(v.muted, f"@asha {MUTED} {LURE}"),
        "blocked": await v.says(v.blocked, f"@asha {BLOCKED} {LURE}"),
        "removed": await v.says(v.meera, f"@asha @karl {REMOVED} {LURE}", language="hi"),
        "limited": await v.says(v.lapwing, f"@asha @karl {LIMITED} {LURE}", language="hi"),
        "crow": await v.says(v.crow, f"@asha @karl {SUSPENDED} {LURE}"),
        "far": await v.says(v.papiha, f"@asha @karl {FAR} {LURE}"),
        "far_limited": await v.says(v.sarika, f"@asha @karl {FAR_LIMITED} {LURE}", language="hi"),
        "far_hidden": await v.says(v.bhujanga, f"@asha {FAR_HIDDEN} {LURE}"),
        "secret": await v.says(v.meera, f"@asha @karl चुपचाप {LURE}", language="hi"),
    }
    world = World(v, {}, {name: s.id for name, s in said.items()})
    for name, word in (
        ("post", POST),
        ("private", PRIVATE),
        ("account", ACCOUNT),
        ("removed", REMOVED),
        ("crow", SUSPENDED),
    ):
        await _preview(v, world.posts[name], word)
    # The link trends, whatever is withheld of those who share it, and of whom its page names as its author.
    await v.api(v.koel, "PATCH", "/api/v1/accounts/update_credentials", attribution_domains=["example.org"])
    for who in (v.ravi, v.karl):
        shared = await v.says(who, "पढ़िए")
        await _preview(v, shared.id, "कड़ी", by=v.koel)
        world.posts[f"by_koel_{who.handle}"] = shared.id
    await _react(v, world)
    await _keep(v, world)
    await _rule(v, world)
    cited = list(await laws.kept(v.running.house.court))
    world.names = _names(v, world, [photo, shown, filmed], spoken) | await _carried(v) | {"digest": cited[:2]}
    return world


async def _carried(v: Village) -> dict[str, list[Any]]:
    """Files that people brought and had made to take along: whoever looks asks for their own, and for those of others."""
    square = v.running.house.square
    people = [v.asha, v.koel, v.meera, v.karl]
    brought = [
        # A name that nobody has: whom they block and follow stays as the world has it.
        await imports.take_in(
            square,
            who.viewer,
            ImportFile(f"{ACCOUNT}.csv" if who is v.koel else "blocks.csv", b"nobody_of_all", "blocks"),
        )
        for who in people
    ]
    taken = [await exports.ask(square, who.viewer) for who in people]
    while await imports.carry_on(square) or await exporting.carry_on(v.running.carrier):
        pass
    return {
        "/settings/import/ id": brought,
        "/api/v1/imports/ id": brought,
        "/settings/export/ id": taken,
        "/api/v1/exports/ id": taken,
    }


async def _preview(v: Village, post: int, word: str, by: Villager | None = None) -> None:
    """What the post's link leads to, as if it had been followed. `by`: whom the page names as its author."""
    key, url = f"cards/{post}.webp", LINKED
    await v.running.house.square.files.put(key, picture(format_=".webp"))
    async with v.running.house.square.work.writing() as w:
        await link_cards.want(w, post, url)
        card = LinkCard(
            url, f"{word} शीर्षक", word, provider_url=url, image=key, width=64, height=48, creator=by.id if by else 0
        )
        assert await link_cards.show(w, link_cards.Link(post, url, 0, 0), card)


async def _react(v: Village, world: World) -> None:
    for name in ("post", "picture", "account", "crow", "quiet", "removed", "limited", "far", "far_limited"):
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
    # What is withheld is quoted, pinned, asked in a poll and edited: none of these is a way around.
    quoted = await v.says(v.ravi, "इसे देखिए।", quoting=world.posts["post"])
    world.posts["quoting"] = quoted.id
    world.posts["quoting_quote"] = (await v.says(v.asha, "और इसे।", quoting=quoted.id)).id
    await v.api(v.meera, "POST", f"/api/v1/statuses/{world.posts['post']}/pin")
    poll = {"options": [f"{ACCOUNT} हाँ", "नहीं"], "expires_in": 86_400}
    asked = await v.api(v.koel, "POST", "/api/v1/statuses", status=f"{ACCOUNT} {LURE} पूछता है", poll=poll)
    world.posts["poll"] = int(asked.json()["id"])
    await v.api(
        v.koel, "PUT", f"/api/v1/statuses/{world.posts['account']}", status=f"@asha @karl {ACCOUNT} {LURE} फिर से"
    )
    await v.api(v.koel, "PATCH", "/api/v1/accounts/update_credentials", note=f"{ACCOUNT} {LURE}")
    # After this, what they said before must be gone from asha's eyes.
    await v.api(v.asha, "POST", f"/api/v1/accounts/{v.muted.id}/mute")
    await v.api(v.asha, "POST", f"/api/v1/accounts/{v.blocked.id}/block")
    await v.api(v.meera, "POST", f"/api/v1/accounts/{v.outcast.id}/block")
    await v.settle()


async def _keep(v: Village, world: World) -> None:
    """What the follower in India arranged before anything was decided: a list, a followed tag, endorsements, notes."""
    world.list = int((await v.api(v.asha, "POST", "/api/v1/lists", title="सब")).json()["id"])
    people = [str(who.id) for who in (v.meera, v.koel, v.muted, v.crow)]
    for who in people:
        await v.api(v.asha, "POST", f"/api/v1/accounts/{who}/endorse")
    await v.api(v.asha, "POST", f"/api/v1/lists/{world.list}/accounts", account_ids=people)
    await v.api(v.asha, "POST", f"/api/v1/tags/{TAG}/follow")
    for who in (v.meera, v.koel):
        await v.api(who, "POST", "/api/v1/featured_tags", name=TAG)
    await v.settle()


async def _rule(v: Village, world: World) -> None:
    post, private = (next(s for s in v.meera.said if s.id == world.posts[of]) for of in ("post", "private"))
    world.orders = [
        await v.withhold(post=post, by=v.chitra, second=v.dev),
        await v.withhold_account(v.koel, by=v.chitra, second=v.dev),
        # Asked for, not decided: those who must judge it have to see it, and only on their own pages.
        await v.receives(private.path),
    ]
    world.secret = await _in_secret(v, next(s for s in v.meera.said if s.id == world.posts["secret"]).path)
    photo = next(s for s in v.meera.said if s.id == world.posts["picture"])
    seen = (await v.api(v.meera, "GET", f"/api/v1/statuses/{photo.id}")).json()
    await measures.begin(v, Measure.WITHHOLD_MEDIA, int(seen["media_attachments"][0]["id"]))
    filmed = (await v.api(v.meera, "GET", f"/api/v1/statuses/{world.posts['film']}")).json()
    await measures.begin(v, Measure.WITHHOLD_MEDIA, int(filmed["media_attachments"][0]["id"]))
    await measures.begin(v, Measure.SUSPEND, v.crow.id)
    await measures.begin(v, Measure.DEAMPLIFY, world.posts["quiet"])
    await measures.begin(v, Measure.REMOVE_POST, world.posts["removed"])
    await measures.begin(v, Measure.LIMIT, v.lapwing.id)
    await measures.begin(v, Measure.MARK_SENSITIVE, world.posts["quiet"])
    await measures.begin(v, Measure.LABEL, world.posts["quiet"], text=LABEL)
    await _far(v)
    # Whoever reads about the one that is limited is led to the one that is withheld in India.
    async with v.running.house.square.work.writing() as w:
        await moving.point(w, v.lapwing.id, v.koel.id)


async def _far(v: Village) -> None:
    """Three of them are of other servers: one that is suspended, one that is limited, and one that the follower hides."""
    for who, domain in ((v.papiha, "gone.example"), (v.sarika, "quiet.example"), (v.bhujanga, "hidden.example")):
        said = [one.id for one in who.said]
        server = await from_there(v.running.house.square, who.id, domain, *said)
        if who is v.papiha:
            await measures.begin(v, Measure.SUSPEND_SERVER, server)
        if who is v.sarika:
            await measures.begin(v, Measure.LIMIT_SERVER, server)
    hidden = await v.api(v.asha, "POST", "/api/v1/domain_blocks", domain="hidden.example")
    assert hidden.status_code == 200, hidden.text


async def _in_secret(v: Village, path: str) -> str:
    """By an order under a gag, of an authority of its own; two have decided and the author was not told."""
    court = v.running.house.court
    await v.joins("manav", "manav", role=Role.MODERATOR)
    form = authorities.AuthorityForm(name=BY, name_hi=BY, jurisdiction="IN", office="Registrar")
    issuer = await authorities.register(court, v.owner.viewer, form)
    await authorities.agree(court, v.dev.viewer, issuer.id)
    ref = await v.receives(
        path,
        authority=issuer.id,
        legal_basis=LAW,
        grounds=WHY,
        reasons=WHY,
        officer=SIGNED,
        gag_until=f"{iso_day(v.clock() + 100 * DAY)}T00:00",
    )
    await decisions.propose(court, v.chitra.viewer, ref, 1, outcome="withhold_post", reason=f"{WHY} {WHY} {WHY}")
    await decisions.approve(court, v.dev.viewer, ref, 1)
    await v.settle()
    return ref


# Of these posts the pages are asked for; of what is withheld also as if it were by each of the others.
_WITH_PAGES = (
    *("post", "account", "picture", "private", "crow", "quiet", "removed", "limited", "far"),
    *("post_reply", "post_boost"),
)
_HANDLES = ["meera", "koel", "crow", "lapwing", "papiha"]


def _addresses(v: Village, world: World) -> list[tuple[str, int]]:
    """Handle and id of each: whose post it is, or somebody else's handle."""
    by = {one.id: who.handle for who in v.cast.values() for one in who.said}
    own = [(by.get(world.posts[name], "ravi"), world.posts[name]) for name in _WITH_PAGES]
    wrong = [(handle, world.posts[name]) for name in ("post", "account") for handle in _HANDLES]
    return [*dict.fromkeys(own + wrong)]


def _names(v: Village, world: World, pictures: list[int], spoken: list[int]) -> dict[str, list[Any]]:
    people = [v.meera.id, v.koel.id, v.crow.id, v.lapwing.id, v.papiha.id]
    return {
        "/api/v1/statuses/ id": list(world.posts.values()),
        "/api/v1/accounts/ id": people,
        "/api/v1/admin/accounts/ id": people,
        "/api/v1/follow_requests/ id": people,
        "/people/ id": people,
        "/posts/ id": list(world.posts.values()),
        "/api/v1/chaupal/drafts/ id": [1],
        "/api/v1/scheduled_statuses/ id": [1],
        "/api/v1/polls/ id": list(world.posts.values()),
        "quote_id": [world.posts["quoting"]],
        "/drafts/ id": [1],
        "/scheduled/ id": [1],
        "/@ handle id": _addresses(v, world),
        "/api/v1/media/ id": pictures,
        "/media/ id": pictures,
        "/media/ captions": spoken,
        "/office/evidence/ picture": pictures,
        "report_id": [1],
        "/cards/ id": list(world.posts.values()),
        "/api/v1/notifications/ id": [1],
        "/api/v1/lists/ id": [world.list],
        "/api/v1/timelines/ id": [world.list],
        "/lists/ id": [world.list],
        "/settings/tags/ id": [1],
        "/api/v1/featured_tags/ id": [1],
        "/api/v2/filters/ id": [1],
        "/api/v1/filters/ id": [1],
        "/settings/filters/ id": [1],
        "group_key": ["ungrouped-1", "favourite-1-1"],
        "/api/v1/conversations/ id": [world.posts["message"]],
        "/messages/ id": [world.posts["message"]],
        "id": [1],
        "act": ["like", "follow"],
        "handle": _HANDLES,
        "tag": [TAG, "चौपाल"],
        "name": [TAG, "avatar.png"],
        "language": ["hi"],
        "rendition": ["original", "small"],
        "account": people,
        "secret": ["x"],
        "word": ["x"],
        "emoji": [1],
        "digest": ["0" * 64],
        "period": [iso_day(v.clock() - 31 * DAY)[:7]],
        "revision": [1],
        "/api/v1/transparency/tables/ name": ["T1.json", "T2.csv", "T9a.json"],
        "/transparency/ table": ["t2", "t9a"],
        "slug": ["what-we-did"],
        "path": ["x"],
        "index": [0, 2],
        "ref": [*world.orders, world.secret],
        "number": [1],
        "user_id": [1],
        "document_id": [1],
        "date": [iso_day(house_texts.SHIPPED_ON)],
        "kind": ["terms"],
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
    if holes[:2] == ["handle", "id"] and (pairs := world.names.get("/@ handle id")):
        for pair in pairs:
            for others in _fillings(route, holes[2:], world):
                yield (*pair, *others)
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


@cache
def _parameters(takes: type[msgspec.Struct]) -> frozenset[str]:
    return frozenset(one.encode_name for one in msgspec.structs.fields(takes))


def _queries(route: Route, world: World) -> list[str]:
    takes = _parameters(route.takes)
    found = [""]
    if "q" in takes:
        words = (LURE, TAG[:6], f"#{TAG}", "@koel", "koel", "from:meera", *world.names.get("words", ()))
        found += [f"?q={quote(str(q))}" for q in words]
        found += [f"?type={t}&q={quote(LURE)}" for t in ("statuses", "accounts", "hashtags")] if "type" in takes else []
    for name in ("acct", "resource"):
        if name in takes:
            found += [f"?{name}=koel", f"?{name}=acct:koel@{world.village.running.house.settings.domain}"]
    if ({"id", "ids"} & takes) and "{id}" not in route.path:
        some = [*world.posts.values(), world.village.koel.id, world.village.meera.id]
        found.append("?" + "&".join(f"id[]={id_}" for id_ in some[:40]))
    if {"ids", "people", "since"} <= takes:
        found.append(f"?since=1&people={world.village.meera.id}&ids={','.join(map(str, world.posts.values()))}")
    if route.path == "/api/oembed":
        origin = world.village.running.house.settings.origin
        found += [
            f"?url={quote(f'{origin}/@{handle}/{id_}')}" for handle in ("meera", "koel") for id_ in world.posts.values()
        ]
    if "url" in takes:
        found.append(f"?url={quote(LINKED)}")
    if "max_id" in takes and "{" not in route.path:
        found += ["?limit=40", "?min_id=0"]
    if "max_id" in takes and "words" in world.names:
        found += ["?limit=1"]  # where what is left out would be missed
    return found


def crawled(*methods: str) -> list[Route]:
    """Every route with one of these methods, but those that end the viewer's own session, and streams (test_streams)."""
    return [r for r in ROUTES if r.method in methods and r.path not in ("/logout", "/oauth/revoke") and not r.stream]


async def ask(world: World, eyes: Eyes, route: Route, path: str) -> httpx2.Response:
    """As this viewer: an app's token at the API, the cookie at pages, neither for a file (apps ask for files without)."""
    cookies: dict[str, str] = {"visitor": "a" * 24}
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
    """Which of the words the bytes hold, in any of their forms."""
    everything = unpacked(answer.content) + repr(sorted(answer.headers.items())).encode()
    # As bytes: only what is escaped has letters that are small or large, and of text each would be looked up.
    plain = everything.lower().decode("utf-8", "ignore")
    return {word for begin, forms in FORMS if begin in plain for word, form in forms.items() if form in plain}


def unpacked(content: bytes) -> bytes:
    """What an archive holds; anything else as it is."""
    if not content.startswith(b"PK"):
        return content
    archive = zipfile.ZipFile(io.BytesIO(content))
    return b"\n".join(archive.read(name) for name in archive.namelist())


async def answers(world: World, eyes: Eyes, routes: list[Route]) -> AsyncIterator[tuple[str, set[str]]]:
    """Route and words found, for each answer that holds any which its own address did not. No answer may be a 5xx."""
    for route in routes:
        for path in paths(route, world):
            answer = await ask(world, eyes, route, path)
            assert answer.status_code < 500, (eyes.name, route.method, path, answer.text[:300])
            if words := {w for w in found_in(answer) if w not in path and quote(w) not in path}:
                yield route.name, words


async def crawl(world: World, eyes: Eyes, routes: list[Route]) -> dict[str, set[str]]:
    """Route -> words found in any of its answers."""
    seen: dict[str, set[str]] = {}
    async for name, words in answers(world, eyes, routes):
        seen.setdefault(name, set()).update(words)
    return seen


@dataclass
class Crawl:
    """All that is found at some routes. Whoever looks in two roles (as the author, and as whom a secret is kept from) looks once."""

    world: World
    routes: list[Route]
    seen: dict[tuple[str, str], dict[str, set[str]]] = field(default_factory=dict[tuple[str, str], dict[str, set[str]]])

    async def by(self, eyes: Eyes) -> dict[str, set[str]]:
        """As `crawl`."""
        whose = (eyes.country, eyes.who.handle if eyes.who else "")
        if whose not in self.seen:
            self.seen[whose] = await crawl(self.world, eyes, self.routes)
        return self.seen[whose]

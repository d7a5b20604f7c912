"""Two worlds: the same history is played twice, with and without a secret order, and everything that anybody is told is the same.

Every route, every stream, every webhook and every push, byte for byte. Clock, ids and randomness are those of the moment in
both, so whatever differs tells of the order. What may differ is named here, and is: the post itself where it is withheld, and
what stands in the opaque entries of the log.
"""

import re
from base64 import b64encode
from collections.abc import AsyncGenerator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from chaupal.api import federation
from chaupal.api.federation.collections import CollectionAsked
from chaupal.app.wiring import ROUTES
from chaupal.fanout import exporting
from chaupal.governance.cases import decisions
from chaupal.governance.orders import authorities
from chaupal.governance.webhooks import WebhookForm, register
from chaupal.http.call import Route
from chaupal.http.router import rows_of
from chaupal.kernel.clock import SECOND
from chaupal.policy.viewer import MAY, STAFF
from chaupal.social.archives import exports
from chaupal.social.media import media
from chaupal.store.notifications.notifications import ALERTS
from chaupal_audit import tlog
from listening import Ear, listening
from mails import sent
from office import Office, open_office
from painted import picture
from peers.hostile import ACTIVITY
from pushing import Device, device
from remotes import federating
from surfaces.canary import Eyes, World, ask, crawled, paths, unpacked
from surfaces.test_attack_webhooks import Ear as Hook, ear as hooked
from surfaces.worlds import METRICS, Answer, Grounds, answer_of, difference, hour, minute, still_village
from village import Village, VillagePost, Villager

TAG = "बगुला"  # what the author alone says, so that no list shows it
SAID = "बगुले ने रात में यह कहा।"  # the post that the secret order is about
WHY = "इस आदेश का कारण किसी को नहीं बताया जाता, लेखक को भी नहीं।"
GAG = "2021-03-10T12:00"
CLEARED = sorted(MAY["see_secret"])  # the order is about something of one of each: those are told no more than anybody
COURT = authorities.AuthorityForm(
    name="High Court", name_hi="उच्च न्यायालय", jurisdiction="IN", office="Registrar", issuer_class="court"
)
# What arrives at a phone is sealed with randomness of the library; what it says, and how long it is, is compared.
SEALED = frozenset({"authorization", "crypto-key", "encryption"})
# Files of the log hold the digests of opaque entries, which are random; their sizes and every open entry are compared.
OPAQUE = ("/log/tile/", "/log/entry/", "/log/receipt/", "/log/checkpoint")
DIGESTS = re.compile(rb"&#34;_sd&#34;:\[[^\]]*\]")  # of an entry's own page
ROOT = re.compile(rb'"root":"[0-9a-f]{64}"|<code>[0-9a-f]{16}\xe2\x80\xa6</code>')
# Lists in which the post itself stands, or a placeholder of it: in its country, and nowhere else.
SHOWS_POSTS = (
    "/", "/home", "/api/v1/timelines/home",
    "/public", "/public/hi", "/api/v1/timelines/public", "/@meera", "/@meera.atom", "/@meera/feed.atom", "/statuses",
    "/everywhere", "/everywhere/hi",
    "/api/v1/trends/statuses", "/explore", "/explore/posts", "/search", "/api/v1/search", "/api/v2/search",
    # A tag with nothing to be seen is on no profile, and is counted by what may be seen.
    "/featured_tags", "/api/v1/followed_tags",
)  # fmt: skip
# Where the people of the authority itself look at its own orders, this one among them.
OWN_ORDERS = ("/portal", "/portal/", "/api/v1/orders")

MADE_BY_DICE = re.compile(rb'"publicKeyPem":"[^"]*"|data-push="[^"]*"')
# In a Message-ID all but the ruling that the letter tells of, and the host.
NAMED_BY_DICE = re.compile(r"(?<=^<)[0-9a-f]+(?=\.\d+\.)|(?<=\.)[0-9a-f]{32}(?=@)")
# What counts, lists and hands out: each of them is among what is compared, and says something.
THESE_TOO = (
    "/nodeinfo/2.0", "/api/v2/instance", "/api/v1/instance", "/api/v1/instance/activity", "/sitemap.xml", "/sitemap/pages.xml",
    "/sitemap/people.xml", "/orders/feed.atom", "/transparency/feed.atom", "/@meera/feed.atom", "/api/v1/transparency/report.json",
    "/api/v1/transparency/tables/T2.csv", "/api/v1/transparency/health.json", "/api/v1/withheld", "/log/checkpoint", "/log/entry/63",
    "/log/receipt/63", "/log/openings/0", "/office", "/office/figures",
)  # fmt: skip

# What is asked for again by who has it: feeds, and files that change.
KEPT = ("/@meera/feed.atom", "/@ravi/feed.atom", "/orders/feed.atom", "/transparency/feed.atom", "/api/v1/withheld")
KNOWN_BY = {"etag": "if-none-match", "last-modified": "if-modified-since"}

type Seen = dict[str, Answer]


@dataclass
class Outside:
    """What stands outside the house and is the same for both worlds: somebody's server, and the phones of readers."""

    hook: Hook
    phones: dict[str, Device] = field(default_factory=dict[str, Device])

    def told(self) -> dict[str, Any]:
        """All that came, and forget it."""
        found: dict[str, Any] = {"webhooks": list(self.hook.heard)}
        for name, phone in self.phones.items():
            heads = [({k: v for k, v in head.items() if k not in SEALED}, len(body)) for head, body in phone.heard]
            told: list[tuple[Any, Any]] = [*zip(heads, phone.opened(), strict=True)]
            # They are sent side by side.
            found[f"phone of {name}"] = sorted(told, key=lambda one: one[1]["notification_id"])
            phone.heard.clear()
        self.hook.heard.clear()
        return found


@asynccontextmanager
async def outside() -> AsyncGenerator[Outside]:
    async with hooked() as hook, device() as in_germany, device() as in_india, device() as of_author:
        yield Outside(hook, {"karl": in_germany, "ravi": in_india, "meera": of_author})


async def prepared(v: Village, out: Outside) -> tuple[VillagePost, dict[str, Office]]:
    """Everybody is there, listens and has said something."""
    for who, whom in ((v.karl, v.meera), (v.karl, v.ravi), (v.meera, v.ravi), (v.ravi, v.meera), (v.asha, v.meera)):
        await v.follows(who, whom)
    await v.joins("koel", "koel")
    for role in sorted(STAFF - MAY["see_secret"]):
        await v.joins(f"staff_{role.value}", "कर्मचारी", role=role)
    for role in CLEARED:
        await v.joins(f"staff_concerned_{role.value}", "कर्मचारी", role=role)
    await register(v.running.house.court, v.owner.viewer, WebhookForm(url=out.hook.url))
    for name, phone in out.phones.items():
        who = v.cast[name]
        sent = {"alerts": dict.fromkeys(ALERTS, True)}
        keys = phone.subscription | {"standard": True}
        answer = await v.api(who, "POST", "/api/v1/push/subscription", who.country, subscription=keys, data=sent)
        assert answer.status_code == 200, answer.text
    await v.api(v.karl, "POST", f"/api/v1/accounts/{v.meera.id}/follow", notify=True)
    post = await v.says(v.meera, f"{SAID} #{TAG}", language="hi")
    for role in CLEARED:
        await v.says(v.cast[f"staff_concerned_{role.value}"], role.value, language="hi", visibility=1)
    await v.api(v.karl, "POST", f"/api/v1/statuses/{post.id}/favourite")
    for who in (v.karl, v.ravi):
        assert (await v.api(who, "POST", f"/api/v1/tags/{TAG}/follow")).status_code == 200
    assert (await v.api(v.meera, "POST", "/api/v1/featured_tags", name=TAG)).status_code == 200
    colleague = await open_office(v)
    court = v.running.house.court
    known = await authorities.register(court, v.owner.viewer, COURT)
    known = await authorities.agree(court, v.dev.viewer, known.id)
    domain = authorities.AuthorityForm(
        name_hi=known.name_hi, office=known.office, email_domain="court.gov.in", issuer_class="court"
    )
    await authorities.change(court, v.owner.viewer, known.id, domain)
    known = await authorities.agree(court, v.dev.viewer, known.id)
    other = await open_office(v, "registrar@court.gov.in", known)
    await v.settle()
    return post, {"a colleague of the authority": colleague, "another authority": other}


async def in_secret(v: Village, path: str) -> str:
    """An order under a gag, filed, decided, refused in part and lifted again in part, within one minute; its reference. It is about a post,
    an account, something of one of each role, and a tag.
    """
    court = v.running.house.court
    theirs = [v.cast[f"staff_concerned_{role.value}"].latest.path for role in CLEARED]
    ref = await v.receives(path, "@koel", *theirs, f"#{TAG}", gag_until=GAG)
    withheld: dict[str, Any] = {"outcome": "withhold_post"}
    refused: dict[str, Any] = {"outcome": "refuse", "code": "protected_expression"}
    quiet: dict[str, Any] = {"outcome": "deamplify", "until": "2021-03-09T12:00", "despite": WHY}
    each = [withheld, refused, *(withheld for _ in theirs), quiet]
    for number, said in enumerate(each, 1):
        v.clock.move(SECOND)
        await decisions.propose(court, v.chitra.viewer, ref, number, reason=WHY, **said)
        v.clock.move(SECOND)
        await decisions.approve(court, v.dev.viewer, ref, number)
        await v.settle()
    await v.lift(ref, by=v.chitra, number=3)
    return ref


async def kept(v: Village, post: VillagePost) -> list[tuple[Eyes, str, dict[str, str]]]:
    """What readers keep of files and feeds before, so that later they are told only whether it is another: by the headers of that."""
    found: list[tuple[Eyes, str, dict[str, str]]] = []
    for eyes in eyes_of(v):
        for path in (post.path, *KEPT):
            given = (await v.client.get(path, headers=headers_of(eyes))).headers
            known = {asks: given[says] for says, asks in KNOWN_BY.items() if says in given}
            if known and not otherwise(eyes, path, post.id):
                found.append((eyes, path, headers_of(eyes) | known))
    assert {path for _, path, _ in found} >= {*KEPT}
    return found


def headers_of(eyes: Eyes) -> dict[str, str]:
    return {"x-country": eyes.country} | ({"authorization": f"Bearer {eyes.who.token}"} if eyes.who else {})


async def streams(v: Village, stack: AsyncExitStack) -> dict[str, Ear]:
    """Every stream there is, outside of the country or the author's own; on the socket by its name."""
    found: dict[str, Ear] = {}
    people: dict[str, Villager | None] = {"abroad": None, "a follower abroad": v.karl, "the author": v.meera}
    listed = int((await v.api(v.karl, "POST", "/api/v1/lists", title="सब")).json()["id"])
    await v.api(v.karl, "POST", f"/api/v1/lists/{listed}/accounts", account_ids=[str(v.meera.id), str(v.ravi.id)])
    for route in [one for one in crawled_streams() if "{" not in one.path]:
        query = {"hashtag": "tag=x", "list": f"list={listed}"}.get(route.stream.partition(":")[0], "")
        for name, who in people.items():
            if (who is None and not route.public) or (route.stream == "list" and who is not v.karl):
                continue
            how: dict[str, Any] = {"country": "DE", "token": who.token if who else ""}
            if route.path == "/live":
                how = {"country": "DE", "cookie": f"chaupal={who.cookie}" if who else ""}
                query = "of=public" if who is None else "of=home"
            path = f"{route.path}?{query}" if query else route.path
            found[f"{name}: {path}"] = await stack.enter_async_context(listening(v.running.app, path, **how))
            if route.path.startswith("/api/v1/streaming/"):
                socket = f"/api/v1/streaming?stream={route.stream}" + (f"&{query}" if query else "")
                found[f"{name}: {socket}"] = await stack.enter_async_context(
                    listening(v.running.app, socket, socket=True, **how)
                )
    return found


def crawled_streams() -> list[Route]:
    return [route for route in ROUTES if route.stream and route.method == "GET"]


async def settled(v: Village, ears: dict[str, Ear]) -> None:
    """Something is said last; whoever has heard of it has heard of all that came before. (Nobody is ever heard from elsewhere.)"""
    await v.says(v.meera, "@karl @ravi सुनिए")
    photo = await media.attach(v.running.house.square, v.ravi.viewer, picture(), description="प्रहरी")
    # By somebody who says nothing afterwards: how many posts they have does not rest on when a stream writes it.
    direct = await v.says(v.asha, "@meera @karl बस आप से", visibility=3)
    last = await v.says(v.ravi, "@meera @karl प्रहरी #x", pictures=[photo])
    for name, ear in ears.items():
        assert ear.status in (101, 200), (name, ear.status)
        if "remote" not in name:
            await ear.until(partial(_has, str(direct.id if "direct" in name else last.id).encode()))


def _has(what: bytes, ear: Ear) -> bool:
    return what in ear.raw


def heard(ears: dict[str, Ear]) -> dict[str, Any]:
    """All that each of them heard, as it came; a comment that keeps a connection open comes when it likes."""
    return {
        name: (ear.status, re.sub(rb":[^\n]*\n\n?", b"", bytes(ear.raw)) if not ear.messages else ear.messages)
        for name, ear in ears.items()
    }


# --- looking at everything ---


async def exported(v: Village) -> dict[str, list[object]]:
    """What some of them take along, made whole."""
    square = v.running.house.square
    taken: list[object] = [await exports.ask(square, who.viewer) for who in (v.meera, v.ravi, v.karl)]
    while await exporting.carry_on(v.running.carrier):
        pass
    return {"/settings/export/ id": taken, "/api/v1/exports/ id": taken}


def _names(v: Village, post: VillagePost, secret_ref: str) -> dict[str, list[object]]:
    posts: list[object] = [post.id, v.ravi.latest.id, v.asha.latest.id]
    people: list[object] = [v.meera.id, v.ravi.id, v.koel.id]
    return {
        "/api/v1/statuses/ id": posts, "/posts/ id": posts, "/@ id": posts, "/api/v1/polls/ id": posts, "/cards/ id": posts,
        "/api/v1/accounts/ id": people, "/people/ id": people, "/api/v1/follow_requests/ id": people,
        "/api/v1/admin/accounts/ id": people, "account": people, "handle": ["meera", "ravi"], "tag": ["किसान_आंदोलन", TAG],
        "/api/v1/tags/ name": [TAG], "name": ["avatar.png"],
        "/api/v1/transparency/tables/ name": ["T1.json", "T2.csv", "T3.json", "T6.json", "T19.json"],
        "/transparency/ table": ["t1", "t3", "t13"], "group_key": ["ungrouped-1"], "act": ["like"], "language": ["hi"],
        "rendition": ["original"], "secret": ["x"], "slug": ["x"], "path": ["0/000.p/64", "entries/000.p/64"],
        "index": [0, 3, 20, 40, 63, 999], "/log/openings/ index": [0, 1], "ref": ["IN-2021-0001", "IN-2021-0002", "IN-2021-0003", "X-1",
            secret_ref],
        "digest": ["0" * 64], "period": ["2021-01"], "revision": [1],
        "number": [1], "user_id": [1], "document_id": [1], "date": ["2021-02-11"], "kind": ["terms"], "quote_id": [1], "id": [1],
        "captions": [1], "picture": [1], "word": ["x"], "emoji": [1], "quoting_id": [1], "words": [TAG, "बगुले"],
    }  # fmt: skip


def plain(path: str, answer: Answer) -> Answer:
    """What of a file of the log is no random digest: sizes, kinds and every open entry."""
    status, headers, body = answer
    if path.startswith(("/log/", "/api/v1/transparency", "/transparency", "/verify")):
        headers = {name: value for name, value in headers.items() if name != "etag"}  # a digest of the file
    if path.startswith("/log/tile/entries/") and status == 200:
        return status, headers, b"\n".join(map(_entry, tlog.split_entries(body)))
    if path.startswith("/log/entry/") and body.startswith(b"{"):
        return status, headers, _entry(body)
    if path.startswith(OPAQUE):
        return status, headers, str(len(body)).encode()
    body = unpacked(body)  # files in an archive bear the time of the machine
    return status, headers, ROOT.sub(b"", DIGESTS.sub(b"", body) if path.startswith("/log/entries/") else body)


def _entry(entry: bytes) -> bytes:
    fields = tlog.read_entry(entry)
    return b"cover %d" % len(entry) if fields["t"] == "cover" else entry


async def look(made: World, eyes: Eyes, routes: Iterable[Route]) -> Seen:
    """Address -> what each route that is asked without changing anything answers this viewer."""
    seen: Seen = {}
    for route in routes:
        for path in paths(route, made):
            made.village.clock.move(1)  # each answer has randomness of its own
            seen[path] = plain(path, answer_of(await ask(made, eyes, route, path)))
    return seen


async def as_office(made: World, office: Office) -> Seen:
    """What somebody of an authority is answered at the portal and by its API."""
    seen: Seen = {}
    for route in [one for one in crawled("GET") if one.offices]:
        for path in paths(route, made):
            made.village.clock.move(1)
            page = path.startswith("/portal")
            seen[path] = answer_of(await (office.get(path) if page else office.ask("GET", path)))
    return seen


async def as_server(made: World) -> Seen:
    """What a server that signs nothing is answered, wherever servers ask."""
    seen: Seen = {}
    for route in [one for one in rows_of(federation) if one.method == "GET"]:
        pages = ("", "?page=true") if route.takes is CollectionAsked else ("",)
        for path in [path + page for path in paths(route, made) for page in pages]:
            made.village.clock.move(1)
            seen[path] = without_dice(answer_of(await made.village.client.get(path, headers={"accept": ACTIVITY})))
    return seen


def without_dice(answer: Answer) -> Answer:
    """Without what dice have made for this one answer: the key of an actor who is first asked for, the word of a form."""
    return answer[0], answer[1], MADE_BY_DICE.sub(b"", answer[2])


def letters(v: Village) -> list[tuple[str, ...]]:
    """Every mail to whoever works on no orders, with its headers but for what its date and its name owe to machine and dice."""
    at_work = [f"{one.handle}@" for one in v.cast.values() if one.viewer.role in CLEARED]
    mails = sent(Path(v.running.house.settings.data) / "mail")
    return sorted(
        (
            *(f"{name}: {NAMED_BY_DICE.sub('', value.strip())}" for name, value in mail.items() if name != "Date"),
            mail.get_content(),
        )
        for mail in mails
        if not str(mail["To"]).startswith(tuple(at_work))
    )


def eyes_of(v: Village) -> tuple[Eyes, ...]:
    return (
        Eyes("stranger in India", "IN"),
        Eyes("stranger in Germany", "DE"),
        Eyes("author of another post, in India", "IN", v.ravi),
        Eyes("author of the post, abroad", "DE", v.meera),
        Eyes("author of the post, in India", "IN", v.meera),
    )


def staff_of(v: Village) -> tuple[Eyes, ...]:
    """Every role that does not work on orders; and whoever the order is about, whatever their role."""
    named = [name for name in v.cast if name.startswith("staff_")]
    return tuple(Eyes(f"{name}, abroad", "DE", v.cast[name]) for name in named)


@dataclass
class Played:
    """All that was told and seen in a world; of one with a secret order its reference, and whether it withholds the post."""

    found: dict[str, Any]
    ref: str = ""
    withheld: bool = False


async def played(on: Grounds, out: Outside, secret_ref: str = "") -> Played:
    """`secret_ref`: the secret order's in the other world, for one without it."""
    found: dict[str, Any] = {}
    ref = secret_ref
    async with still_village(on) as v, AsyncExitStack() as stack:
        post, offices = await prepared(v, out)
        await hour(v)
        await v.withhold(post=v.ravi.latest, by=v.chitra, second=v.dev)
        await hour(v)
        out.told()
        ears = await streams(v, stack)
        before = await kept(v, post)
        await minute(v)
        if not secret_ref:
            ref = await in_secret(v, post.path)
        await minute(v)
        for eyes, path, known in before:
            found[f"known before: {eyes.name}: {path}"] = answer_of(await v.client.get(path, headers=known))
        # Whatever comes after it in the same hour bears numbers, times and ids.
        await v.receives(v.ravi.said[0].path)
        await hour(v)
        withheld = SAID not in (await v.client.get(f"/api/v1/statuses/{post.id}", headers={"x-country": "IN"})).text
        await v.withhold(post=v.asha.latest, by=v.chitra, second=v.dev)
        await hour(v)
        await settled(v, ears)
        await hour(v)
        found |= {f"stream: {name}": told for name, told in heard(ears).items()}
        found |= {f"outside: {name}": told for name, told in out.told().items()}
        await minute(v)
        made = World(v, _names(v, post, ref) | await exported(v), {"post": post.id})
        everything = crawled("GET")
        for number, eyes in enumerate((*eyes_of(v), *staff_of(v))):
            await minute(v)
            routes = [one for one in everything if one.may or not eyes.name.startswith("staff_")]
            for path, answer in (await look(made, eyes, routes)).items():
                if not otherwise(eyes, path, post.id):
                    found[f"{number} {eyes.name}: {path}"] = answer
        for name, office in offices.items():
            await minute(v)
            for path, answer in (await as_office(made, office)).items():
                if not (path.startswith(OWN_ORDERS) and name.startswith("a colleague")):
                    found[f"{name}: {path}"] = answer
        await minute(v)
        found |= {f"a server: {path}": one for path, one in (await as_server(made)).items()}
        await minute(v)
        found["letters"] = letters(v)
        found["metrics"] = untimed(answer_of(await v.client.get("/metrics", headers=watching())))
    return Played(found, ref, withheld)


def watching() -> dict[str, str]:
    """As whoever watches the server."""
    return {"authorization": "Basic " + b64encode(f"metrics:{METRICS}".encode()).decode()}


def untimed(answer: tuple[int, Any, Any]) -> tuple[Any, ...]:
    """Figures of the server, without how long anything took and what the machine had to spare for it."""
    status, headers, body = answer
    own = ("request_seconds_bucket", "request_seconds_sum", "look_seconds", "process_")
    kept = [
        line for line in body.decode().splitlines() if not line.startswith(tuple(f"chaupal_{name}" for name in own))
    ]
    assert any(line.startswith("chaupal_request_seconds_count") for line in kept)
    return (
        status,
        {name: value for name, value in headers.items() if name != "content-length"},
        "\n".join(kept).encode(),
    )


def otherwise(eyes: Eyes, path: str, post: int) -> bool:
    """Whether an answer may be another where the secret order is: it shows the post, to somebody in its country."""
    if eyes.name.endswith("owner, abroad") and path == "/office/figures":
        return True  # whoever runs the machine sees how large the database is
    about = str(post) in path or TAG in unquote(path) or any(path.partition("?")[0].endswith(p) for p in SHOWS_POSTS)
    framed = "embed" in path  # on somebody else's page it is as strangers there see it, for its author too
    return eyes.country == "IN" and about and (framed or not eyes.name.startswith("author of the post"))


def told_apart(without: dict[str, Any], with_: dict[str, Any]) -> list[str]:
    """What differs between two worlds, and how."""
    assert without.keys() == with_.keys()
    return [f"{name}: {_apart(without[name], with_[name])}" for name in without if without[name] != with_[name]]


def _apart(one: Any, other: Any) -> str:
    if isinstance(one, tuple) and len(one) == 3:
        return difference(one, other)
    return f"{one!r}\n   and {other!r}"


async def test_nothing_that_anybody_is_told_changes_by_a_secret_order_byte_for_byte(grounds: Grounds, monkeypatch: Any):
    settings = grounds.settings
    monkeypatch.setattr(grounds, "settings", lambda: federating(settings()))
    async with outside() as out:
        with_ = await played(grounds, out)
        without = await played(grounds, out, with_.ref)
    assert with_.withheld and not without.withheld, "the test is about something"
    assert len(without.found) > 3_000 and without.found["letters"] and with_.found["metrics"][0] == 200
    answered = {name.partition(": ")[2] for name, one in without.found.items() if one[0] == 200}
    assert set(THESE_TOO) <= answered, set(THESE_TOO) - answered
    assert sum("/settings/export/" in path or "/api/v1/exports/" in path for path in answered) >= 4
    assert 304 in {one[0] for name, one in without.found.items() if name.startswith("known before: ")}
    told = told_apart(without.found, with_.found)
    assert not told, f"{len(told)}:\n" + "\n".join(told[:40])


async def test_once_the_same_post_is_withheld_openly_as_well_its_own_country_sees_no_difference_either(
    grounds: Grounds,
):
    """Of two rulings on one thing the open one is told, with all that it says; the other changes nothing."""
    seen: list[dict[str, Any]] = []
    for secret in (True, False):
        async with still_village(grounds) as v:
            for role in CLEARED:
                await v.joins(f"staff_concerned_{role.value}", "कर्मचारी", role=role)
                await v.says(v.cast[f"staff_concerned_{role.value}"], role.value, language="hi", visibility=1)
            await v.joins("koel", "koel")
            post = await v.says(v.meera, f"{SAID} #{TAG}", language="hi")
            await v.withhold(post=v.ravi.latest, by=v.chitra, second=v.dev)
            await hour(v)
            if secret:
                await in_secret(v, post.path)
            await minute(v)
            await v.withhold(post=post, by=v.chitra, second=v.dev)
            await hour(v)
            made, found = World(v, _names(v, post, "X-1"), {"post": post.id}), dict[str, Any]()
            for eyes in eyes_of(v):
                await minute(v)
                found |= {f"{eyes.name}: {path}": one for path, one in (await look(made, eyes, crawled("GET"))).items()}
            seen.append(found)
    told = told_apart(seen[1], seen[0])
    assert not told, f"{len(told)}:\n" + "\n".join(told[:40])

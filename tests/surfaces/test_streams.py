"""No stream tells what the law hides: live, for each kind of viewer, over both transports, on both databases."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any
from urllib.parse import quote

import msgspec
import pytest

from chaupal.app.wiring import ROUTES
from chaupal.governance.events import DecisionServed
from chaupal.kernel.clock import StillClock
from chaupal.kernel.settings import Settings
from chaupal.policy import rules
from chaupal.policy.measures import Measure
from chaupal.reads.timelines import home
from chaupal.social.media import media
from chaupal.social.people import graph
from chaupal.social.posts import followed_tags, posts
from chaupal.store.court import rulings
from chaupal.store.court.rulings import RulingRow
from listening import Ear, listening
from painted import picture
from surfaces.canary import (
    ACCOUNT,
    BLOCKED,
    LURE,
    MUTED,
    PICTURE,
    POST,
    PRIVATE,
    QUIET,
    SUSPENDED,
    TAG,
    WORDS,
    Eyes,
    World,
    build,
)
from village import Village, VillagePost, Villager, open_village


@pytest.fixture
async def village(settings: Settings, clock: StillClock) -> AsyncIterator[Village]:
    settings = msgspec.structs.replace(settings, trusted_proxies=("127.0.0.0/8",), country_header="X-Country")
    async with open_village(settings, clock, bar=False) as opened:
        yield opened


@pytest.fixture(autouse=True)
def every_repost_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """A home does not repeat what it has shown just now; here each repost is to be told, so that it is a way to leak."""
    monkeypatch.setattr(home, "FALLOFF", 0)


PUBLIC = ("public", "public:local", f"hashtag&tag={TAG}", "hashtag:local&tag=चौपाल")
OWN = ("user", "user:notification", "direct", "list")
SENTINEL = f"प्रहरी #चौपाल #{TAG}"
WITHHELD = {POST, ACCOUNT, PICTURE}


def viewers(v: Village) -> dict[Eyes, set[str]]:
    """Each kind of viewer, and the words that they must never be told."""
    return {
        Eyes("stranger in India", "IN"): WITHHELD | {PRIVATE, SUSPENDED},
        Eyes("stranger in an unknown country", ""): WITHHELD | {PRIVATE, SUSPENDED},
        Eyes("stranger in Germany", "DE"): {PRIVATE, SUSPENDED},
        Eyes("follower in India", "IN", v.asha): WITHHELD | {BLOCKED, MUTED, SUSPENDED},
        Eyes("follower in Germany", "DE", v.karl): {SUSPENDED},
        Eyes("one whom the author has blocked", "DE", v.outcast): {POST, PICTURE, PRIVATE, SUSPENDED, QUIET},
        Eyes("no follower in India", "IN", v.dev_): WITHHELD | {PRIVATE, SUSPENDED},
    }


async def everybody_in_a_list(v: Village, who: Villager) -> int:
    """A new list of theirs with everybody whom they may follow, the one who speaks last among them."""
    made = int((await v.api(who, "POST", "/api/v1/lists", title="सब")).json()["id"])
    await v.follows(who, v.dev)
    followed = (await v.api(who, "GET", f"/api/v1/accounts/{who.id}/following")).json()
    ids = [one["id"] for one in followed]
    answer = await v.api(who, "POST", f"/api/v1/lists/{made}/accounts", account_ids=ids)
    assert answer.status_code == 200, answer.text
    return made


class Ears:
    """Every stream of every viewer, over both transports."""

    def __init__(self, v: Village) -> None:
        self.v = v
        self.open: dict[tuple[str, str, str], Ear] = {}
        self.lists: dict[str, int] = {}

    async def listen(self, stack: AsyncExitStack, eyes: Eyes) -> None:
        token = eyes.who.token if eyes.who else ""
        paths = {route.stream: route.path for route in ROUTES if route.stream}
        if eyes.who:
            self.lists[eyes.name] = await everybody_in_a_list(self.v, eyes.who)
        for wish in (*PUBLIC, *(OWN if eyes.who else ())):
            stream, _, query = wish.partition("&")
            query = f"list={self.lists[eyes.name]}" if stream == "list" else query
            for kind, path in (
                ("sse", f"{paths[stream]}?{query}"),
                ("socket", f"/api/v1/streaming?stream={quote(stream)}&{query}"),
            ):
                opened = listening(self.v.running.app, path, token=token, country=eyes.country, socket=kind == "socket")
                self.open[eyes.name, stream, kind] = await stack.enter_async_context(opened)

    def of(self, name: str, *streams: str) -> list[Ear]:
        return [
            ear for (who, stream, _), ear in self.open.items() if who == name and (not streams or stream in streams)
        ]

    async def settle(self, who: set[Eyes]) -> None:
        """Whatever was said before is told by the time the sentinel is: streams keep order."""
        v = self.v
        for eyes in who:
            if eyes.who is None:
                continue
            for ear in self.of(eyes.name, "user"):
                await ear.heard("update", (await v.says(eyes.who, SENTINEL)).id)
            direct = await v.says(v.dev, f"@{eyes.who.handle} प्रहरी", visibility=3)
            for ear in self.of(eyes.name, "direct", "user:notification"):
                await ear.until(lambda e, id_=str(direct.id): id_.encode() in e.raw)
        last = await v.says(v.dev, SENTINEL)
        for eyes in who:
            for ear in self.of(eyes.name, "public", "hashtag", "public:local", "hashtag:local", "list"):
                await ear.heard("update", last.id)

    def faults(self, never: dict[Eyes, set[str]]) -> list[str]:
        return [
            f"{eyes.name} was told {word} on {stream} over {kind}"
            for eyes, words in never.items()
            for (who, stream, kind), ear in self.open.items()
            if who == eyes.name
            for word in sorted(words)
            if word in ear.raw.decode()
        ]

    def told(self, name: str) -> set[str]:
        """The words that were told to them on any stream."""
        return {word for word in WORDS for ear in self.of(name) if word in ear.raw.decode()}


async def speak(v: Village, world: World) -> None:
    """All the birds sing again, now that there are rulings and ties; and what is withheld is reposted and mentioned."""
    square = v.running.house.square
    await v.says(v.koel, f"@asha @karl @outcast {ACCOUNT} {LURE} #चौपाल", language="hi")
    await v.says(v.koel, f"@asha @karl {ACCOUNT}", visibility=3)
    for who, word in ((v.muted, MUTED), (v.blocked, BLOCKED), (v.crow, SUSPENDED)):
        await v.says(who, f"@asha {word} {LURE} #चौपाल")
    await v.says(v.meera, f"{PRIVATE} {LURE} #चौपाल", visibility=2)
    await v.says(v.meera, f"{QUIET} {LURE} #चौपाल")
    for name in ("post", "picture", "account", "crow"):
        viewer = msgspec.structs.replace(v.karl.viewer, country="DE")
        if name != "crow":
            original = world.posts[name]
            await posts.unrepost(square, viewer, original)
            await posts.repost(square, viewer, original)
    await v.settle()


async def prepare(v: Village) -> World:
    world = await build(v)
    await v.joins("dev_", "dev")
    square = v.running.house.square
    for who in (v.asha, v.outcast):
        await graph.follow(square, who.viewer, v.karl.id)
    for who in (v.blocked, v.muted):
        await graph.follow(square, v.karl.viewer, who.id)
    # Whose hashtag is followed, their posts come home although nobody follows them.
    for who in (v.asha, v.karl, v.outcast, v.dev_):
        await followed_tags.follow(square, who.viewer, "चौपाल")
    await v.settle()
    return world


async def hear_all(v: Village, world: World, only: set[str] | None = None) -> tuple[Ears, list[str]]:
    """Everybody listens while everything is said; what was told and should not have been."""
    never = {eyes: words for eyes, words in viewers(v).items() if only is None or eyes.name in only}
    ears = Ears(v)
    async with AsyncExitStack() as stack:
        for eyes in never:
            await ears.listen(stack, eyes)
        await speak(v, world)
        await ears.settle(set(never))
        return ears, ears.faults(never)


async def test_no_stream_tells_what_is_hidden_and_every_stream_tells_what_is_not(village: Village):
    world = await prepare(village)
    ears, faults = await hear_all(village, world)
    assert faults == []
    assert ears.told("follower in Germany") >= {POST, ACCOUNT, PRIVATE, MUTED, QUIET, BLOCKED}
    assert ears.told("stranger in Germany") >= {ACCOUNT, MUTED, QUIET, BLOCKED}
    assert ears.told("follower in India") == {PRIVATE, QUIET, TAG}  # the sentinel names the tag


# What is not for everybody is not offered to strangers in the first place: `only_its_audience` has its test further down.
RULES = [
    "suspended_author",
    "blocked_by_its_author",
    "blocked_by_the_viewer",
    "muted_by_the_viewer",
    "what_it_reposts",
    "withheld_account",
    "withheld_post",
]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("without", RULES)
async def test_removing_any_one_rule_makes_the_streams_tell(
    village: Village, monkeypatch: pytest.MonkeyPatch, without: str
):
    world = await prepare(village)
    monkeypatch.setattr(rules, "RULES", tuple(r for r in rules.RULES if r.__name__ != without))
    _, faults = await hear_all(village, world, {"follower in India", "one whom the author has blocked"})
    assert faults


# --- a ruling while people listen ------------------------------------------------------------------------------------


async def test_whoever_listens_where_a_post_becomes_withheld_is_told_to_drop_it(village: Village):
    v = village
    said = await v.says(v.meera, f"{POST} {LURE}", language="hi")
    repost = await v.api(v.ravi, "POST", f"/api/v1/statuses/{said.id}/reblog")
    await v.settle()
    async with AsyncExitStack() as stack:
        ears = {
            (country, who, socket): await stack.enter_async_context(
                listening(
                    v.running.app,
                    "/api/v1/streaming?stream=public" if socket else "/api/v1/streaming/public",
                    country=country,
                    token=token,
                    socket=socket,
                )
            )
            for country in ("IN", "DE")
            for who, token in (("stranger", ""), ("author", v.meera.token), ("staff", v.chitra.token))
            for socket in (False, True)
        }
        ref = await v.withhold(post=said, by=v.chitra, second=v.dev)
        for (country, who, _), ear in ears.items():
            told = await ear.heard("status_withheld")
            assert told.payload == {
                "status_withheld": {"id": str(said.id), "user_id": str(v.meera.id), "withheld_in_countries": ["IN"]}
            }
            if (country, who) == ("IN", "stranger"):
                await ear.heard("delete", said.id)
                await ear.heard("delete", repost.json()["id"])
                assert POST not in ear.raw.decode()
            else:
                assert "delete" not in ear.events
        await v.lift(ref, by=v.chitra)
        for ear in ears.values():
            back = await ear.heard("status.update", said.id)
            assert POST in back.payload["content"]
            empty = [m.payload for m in ear.messages if m.event == "status_withheld"][-1]
            assert empty["status_withheld"]["withheld_in_countries"] == []


async def test_a_post_that_quotes_what_is_withheld_is_told_anew_where_it_looks_different(village: Village):
    """To those who are shown it, wherever they listen; and once more when the ruling ends."""
    v = village
    said = await v.says(v.meera, f"{POST} {LURE}")
    quoting = await v.says(v.ravi, "इसे देखिए", quoting=said.id)
    apart = await v.says(v.ravi, f"{PRIVATE} अपनों के लिए", quoting=said.id, visibility=2)
    async with (
        listening(v.running.app, "/api/v1/streaming/public", country="IN") as here,
        listening(v.running.app, "/api/v1/streaming/user", country="IN", token=v.asha.token) as follower,
        listening(v.running.app, "/api/v1/streaming/public", country="DE") as abroad,
    ):
        ref = await v.withhold(post=said, by=v.chitra, second=v.dev)
        for ear in (here, follower):
            told = await ear.heard("status.update", quoting.id)
            assert told.payload["quote"]["quoted_status"]["withheld_in_countries"] == ["IN"]
            assert POST not in ear.raw.decode() and "इसे देखिए" in told.payload["content"]
        await follower.heard("status.update", apart.id)
        assert POST in (await abroad.heard("status.update", quoting.id)).payload["quote"]["quoted_status"]["content"]
        await v.lift(ref, by=v.chitra)
        # The post itself is back, too, and may be told before.
        await here.until(
            lambda ear: [
                m
                for m in ear.messages
                if m.event == "status.update" and m.payload["id"] == str(quoting.id) and POST in str(m.payload)
            ]
        )
        await here.heard("update", (await v.says(v.ravi, "प्रहरी")).id)
        assert str(apart.id).encode() not in here.raw


async def test_other_posts_with_a_picture_that_becomes_withheld_are_told_anew(village: Village):
    """To whoever has them before them: without the picture where it is withheld, and with it once it is back."""
    v, square = village, village.running.house.square

    async def shows_it(text: str, **more: Any) -> VillagePost:
        return await v.says(v.asha, text, pictures=[await media.attach(square, v.asha.viewer, picture())], **more)

    earlier, few = await shows_it("पहले"), await shows_it("अपनों के लिए", visibility=2)
    named, other = await shows_it("इसके लिए आदेश"), await v.says(v.meera, "बिना चित्र")

    def pictures(told: Any) -> int:
        return len(told.payload["media_attachments"])

    async with (
        listening(v.running.app, "/api/v1/streaming/public", country="IN") as here,
        listening(v.running.app, "/api/v1/streaming/user", country="IN", token=v.ravi.token) as follower,
        listening(v.running.app, "/api/v1/streaming/public", country="DE") as abroad,
    ):
        ref = await v.withhold(post=named, by=v.chitra, second=v.dev)
        for ear in (here, follower):
            assert pictures(await ear.heard("status.update", earlier.id)) == 0
        assert pictures(await follower.heard("status.update", few.id)) == 0
        assert pictures(await abroad.heard("status.update", earlier.id)) == 1
        await v.lift(ref, by=v.chitra)
        await here.until(
            lambda ear: [
                m
                for m in ear.messages
                if m.event == "status.update" and m.payload["id"] == str(earlier.id) and pictures(m)
            ]
        )
        await here.heard("update", (await v.says(v.ravi, "प्रहरी")).id)
        for ear in (here, abroad):
            assert str(few.id).encode() not in ear.raw and f'"id":"{other.id}"'.encode() not in ear.raw


async def test_a_ruling_on_a_private_post_tells_strangers_nothing_of_it(village: Village):
    v = village
    said = await v.says(v.meera, f"{PRIVATE} {LURE}", visibility=2)
    path = "/api/v1/streaming/public"
    async with (
        listening(v.running.app, path, country="IN") as stranger,
        listening(v.running.app, path, country="IN", token=v.asha.token) as follower,
    ):
        await v.withhold(post=said, by=v.chitra, second=v.dev)
        await follower.heard("delete", said.id)
        await stranger.heard("update", (await v.says(v.ravi, "प्रहरी")).id)
        assert str(said.id).encode() not in stranger.raw


async def test_an_account_that_becomes_withheld_takes_its_posts_along_and_brings_them_back(village: Village):
    v = village
    public = await v.says(v.ravi, f"{ACCOUNT} खुले में")
    private = await v.says(v.ravi, f"{ACCOUNT} अपनों में", visibility=2)
    path = "/api/v1/streaming/public"
    async with (
        listening(v.running.app, path, country="IN") as here,
        listening(v.running.app, path, country="DE") as abroad,
    ):
        ref = await v.withhold_account(v.ravi, by=v.chitra, second=v.dev)
        told = {"user_withheld": {"id": str(v.ravi.id), "withheld_in_countries": ["IN"]}}
        assert (await here.heard("user_withheld")).payload == told
        assert (await abroad.heard("user_withheld")).payload == told
        await here.heard("delete", public.id)
        await v.lift(ref, by=v.chitra)
        await here.heard("status.update", public.id)
        assert "delete" not in abroad.events
        for ear in (here, abroad):
            assert str(private.id).encode() not in ear.raw


async def test_what_is_withheld_while_it_waits_is_not_told(village: Village):
    """A slow reader has the id in the mailbox, and no words."""
    v = village
    async with listening(v.running.app, "/api/v1/streaming/public", country="IN") as ear:
        ear.taking.clear()
        first = await v.says(v.ravi, "पहली")
        said = await v.says(v.meera, f"{POST} {LURE}")
        await v.withhold(post=said, by=v.chitra, second=v.dev)
        ear.taking.set()
        await ear.heard("update", first.id)
        await ear.heard("status_withheld")
        assert POST not in ear.raw.decode()


async def test_a_post_withheld_by_two_rulings_comes_back_with_the_second(village: Village):
    v = village
    said: VillagePost = await v.says(v.meera, f"{POST} {LURE}")
    async with listening(v.running.app, "/api/v1/streaming/public", country="IN") as ear:
        refs = [await v.withhold(post=said, by=v.chitra, second=v.dev) for _ in range(2)]
        await v.lift(refs[0], by=v.chitra)
        await ear.heard("update", (await v.says(v.ravi, "प्रहरी")).id)
        assert POST not in ear.raw.decode()
        await v.lift(refs[1], by=v.chitra)
        await ear.heard("status.update", said.id)


@pytest.mark.parametrize(
    ("measure", "kind", "here", "abroad"),
    [
        (Measure.REMOVE_POST, "post", ["delete"], ["delete"]),
        (Measure.SUSPEND, "account", ["delete"], ["delete"]),
        (Measure.WITHHOLD_MEDIA, "media", ["status.update"], ["status.update"]),
        (Measure.LABEL, "post", ["status.update"], ["status.update"]),
        (Measure.DEAMPLIFY, "post", [], []),
        (Measure.LIMIT, "account", [], []),
        (Measure.FREEZE, "account", [], []),
    ],
)
async def test_each_measure_is_told_as_far_as_it_changes_what_one_sees(
    village: Village, measure: Measure, kind: str, here: list[str], abroad: list[str]
):
    v = village
    await v.joins("koel", "koel")
    photo = await media.attach(v.running.house.square, v.koel.viewer, picture(), description=PICTURE)
    said = await v.says(v.koel, f"{LURE} देखो", pictures=[photo])
    subject = {"post": said.id, "account": v.koel.id, "media": photo}[kind]
    territory = "XX" if measure in (Measure.REMOVE_POST, Measure.SUSPEND) else "IN"
    path = "/api/v1/streaming/public"
    async with (
        listening(v.running.app, path, country="IN") as india,
        listening(v.running.app, path, country="DE") as germany,
    ):
        row = RulingRow(
            id=v.running.house.square.make_id(), subject_id=subject, term="", measure=measure.value, territory=territory, starts_at=0,
            ends_at=None, lifted_at=None, target_id=None, owner_id=None, order_ref="IN-2021-0009", authority="Ministry",
            authority_hi="मंत्रालय", legal_basis="law", reason="reason", decided_by=1, approved_by=2, log_index=0, review_at=2**45,
            basis="own_rules",
        )  # fmt: skip
        served = DecisionServed(
            order="IN-2021-0009",
            target=1,
            ruling=row.id,
            subject=subject,
            kind=kind,
            owner=None,
            measure=measure.value,
            territory=(territory,),
        )
        async with v.running.house.square.work.writing() as w:
            await rulings.begin(w, row)
            w.tell(served)
        await v.settle()
        last = await v.says(v.ravi, "प्रहरी")
        for ear, told in ((india, here), (germany, abroad)):
            await ear.heard("update", last.id)
            assert ear.events == [*told, "update"]
        assert measure is not Measure.WITHHOLD_MEDIA or PICTURE not in india.raw.decode()
        assert measure is not Measure.WITHHOLD_MEDIA or PICTURE in germany.raw.decode()

"""Kept answers against those composed anew, byte for byte: whatever happens, none is kept that would be another one by now.

A random history of all that one can do and have done to one, told by Hypothesis; and for each kind of key, that not to forget
it would be seen.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any
from urllib.parse import quote

import msgspec
import pytest
import uvloop
from hypothesis import Phase, settings as hypothesis_settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

import measures
from chaupal.governance.people import announcements
from chaupal.http.call import House
from chaupal.kernel.clock import HOUR, MINUTE, SECOND, StillClock
from chaupal.kernel.settings import Settings, load_settings
from chaupal.policy.measures import Measure
from chaupal.social.people import appearance
from chaupal.store.machine import shelves
from chaupal.store.machine.memory import Memory
from chaupal.store.machine.shelves import KINDS, Kind, Touched
from chaupal.text.fold import count_key
from faraway import comes, says
from mirrors import Mirror, Question, mirrored
from remotes import federating
from services import Postgres
from two import two_processes
from village import Village, VillagePost, open_village

PEOPLE = ("asha", "ravi", "meera", "karl")
COUNTRY = {"karl": "DE"}
TAGS = ("किसान_आंदोलन", "दिल्ली", "हलचल")
V1 = "/api/v1"
EXAMPLES, STEPS = 3, 20
# A place beyond whatever a small village has in its log: what another process began or lifted is found by its place there.
NEWEST = 10_000


def questions(v: Village) -> list[Question]:
    """What is looked at, by whom: every kept list, and the newest posts, as each of the people and as strangers."""
    said = sorted({one.id for who in v.cast.values() for one in who.said})[-6:]
    of = {who: v.cast[who].id for who in PEOPLE}
    open_ = [
        f"{V1}/timelines/public",
        f"{V1}/timelines/tag/{TAGS[0]}",
        f"{V1}/timelines/tag/{TAGS[2]}",
        f"{V1}/accounts/{of['ravi']}",
        f"{V1}/accounts/{of['asha']}/statuses",
        f"{V1}/accounts/{of['ravi']}/statuses",
        f"{V1}/accounts/{of['ravi']}/followers",
        "/public",
        "/@ravi",
        *(f"{V1}/statuses/{id_}" for id_ in said),
        *(f"{V1}/statuses/{id_}/context" for id_ in said[:2]),
    ]
    own = [
        f"{V1}/timelines/home",
        f"{V1}/notifications",
        "/api/v2/notifications",
        f"{V1}/notifications/unread_count",
        f"{V1}/conversations",
        f"{V1}/bookmarks",
        f"{V1}/favourites",
        "/api/v2/filters",
        f"{V1}/lists",
        f"{V1}/followed_tags",
        f"{V1}/accounts/verify_credentials",
        f"{V1}/mutes",
        "/",
    ]
    strangers = [Question("", country, path) for country in ("IN", "DE") for path in open_]
    # Of few enough posts that others take their place.
    short = [Question(who, COUNTRY.get(who, "IN"), f"{V1}/timelines/home", "limit=2") for who in PEOPLE]
    pinned = [Question("meera", "IN", f"{V1}/accounts/{of['asha']}/statuses", "pinned=true")]
    found = [Question(who, COUNTRY.get(who, "IN"), "/api/v2/search", f"q={quote('बात')}") for who in (*PEOPLE, "")]
    return (
        strangers
        + short
        + pinned
        + found
        + [Question(who, COUNTRY.get(who, "IN"), path) for who in PEOPLE for path in open_ + own]
    )


# --- random histories ------------------------------------------------------------------------------------------------

person = st.sampled_from(PEOPLE)
nth = st.integers(0, 5)


class Histories(RuleBasedStateMachine):
    """Each step is one act and all that follows from it; then every answer is asked for, kept or not, and composed anew.

    The first one that Hypothesis tells is the plainest there is, one act again and again: there all is asked for at its end.
    """

    folder: Path  # set by the test
    number = 0

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.Runner(loop_factory=uvloop.new_event_loop)
        self.rulings: list[int] = []

    def run(self, what: Awaitable[Any]) -> Any:
        async def waiting() -> Any:
            return await what

        return self.loop.run(waiting())

    @initialize()
    def open(self) -> None:
        type(self).number += 1
        self.stack = AsyncExitStack()
        self.v, at = self.run(self._open(self.folder / str(self.number)))
        self.mirror: Mirror = self.run(self.stack.enter_async_context(mirrored(self.v, at)))
        self.run(self._ask())

    async def _open(self, data: Path) -> tuple[Village, House | None]:
        """The village where all is done, and the process that is asked, where it is another."""
        settings = load_settings(environ={}, data=str(data), rate_limits=False, log_batch_minutes=0)
        return await self.stack.enter_async_context(open_village(settings, StillClock())), None

    async def _ask(self) -> None:
        for asked in questions(self.v):
            await self.mirror.kept(asked)

    def teardown(self) -> None:
        try:
            if self.number == 1:
                self.nothing_is_stale()
        finally:
            if hasattr(self, "stack"):
                self.run(self.stack.aclose())
            self.loop.close()

    @invariant()
    def no_answer_is_stale(self) -> None:
        if self.number > 1:
            self.nothing_is_stale()

    def nothing_is_stale(self) -> None:
        if hasattr(self, "mirror"):
            assert self.run(self.mirror.stale(questions(self.v))) == []

    # --- what people do ---

    def do(self, who: str, method: str, path: str, **params: Any) -> Any:
        return self.run(self._do(who, method, path, params))

    async def _do(self, who: str, method: str, path: str, params: dict[str, Any]) -> Any:
        self.v.clock.move(SECOND)
        answer = await self.v.api(self.v.cast[who], method, path, COUNTRY.get(who, "IN"), **params)
        assert answer.status_code < 500
        await self.v.settle()
        return answer.json() if answer.status_code < 300 else {}

    def post_of(self, n: int) -> int:
        said = sorted({one.id for who in self.v.cast.values() for one in who.said})
        return said[-1 - n % len(said)]

    @rule(
        who=person,
        kind=st.sampled_from(("public", "unlisted", "private", "direct")),
        tag=st.sampled_from((*TAGS, "")),
        to=st.none() | nth,
        named=person,
        more=st.sampled_from(("", "poll", "quote", "warning")),
        n=nth,
    )
    def posts(self, who: str, kind: str, tag: str, to: int | None, named: str, more: str, n: int) -> None:
        params: dict[str, Any] = {"status": f"बात {self.v.clock()} #{tag} @{named}" if tag else f"बात {self.v.clock()}"}
        params |= {"visibility": kind, "language": "hi"}
        if kind == "direct":
            params["status"] += f" @{named}"
        if to is not None:
            params["in_reply_to_id"] = str(self.post_of(to))
        if more == "poll":
            params["poll"] = {"options": ["हाँ", "ना"], "expires_in": 3600}
        elif more == "quote":
            params["quoted_status_id"] = str(self.post_of(n))
        elif more == "warning":
            params["spoiler_text"] = "ध्यान दें"
        made = self.do(who, "POST", f"{V1}/statuses", **params)
        if made:
            self._remember(who, int(made["id"]))

    def _remember(self, who: str, id_: int) -> None:
        self.v.cast[who].said.append(VillagePost(id_, "", f"/@{who}/{id_}"))

    @rule(who=person, n=nth, tag=st.sampled_from(TAGS))
    def edits(self, who: str, n: int, tag: str) -> None:
        self.do(who, "PUT", f"{V1}/statuses/{self.post_of(n)}", status=f"बदली बात #{tag} @meera", language="hi")

    @rule(who=person, n=nth)
    def deletes(self, who: str, n: int) -> None:
        self.do(who, "DELETE", f"{V1}/statuses/{self.post_of(n)}")

    @rule(
        who=person,
        n=nth,
        act=st.sampled_from(
            (
                "favourite",
                "unfavourite",
                "reblog",
                "unreblog",
                "bookmark",
                "unbookmark",
                "pin",
                "unpin",
                "mute",
                "unmute",
            )
        ),
    )
    def reacts(self, who: str, n: int, act: str) -> None:
        self.do(who, "POST", f"{V1}/statuses/{self.post_of(n)}/{act}")

    @rule(who=person, n=nth, choice=st.integers(0, 1))
    def votes(self, who: str, n: int, choice: int) -> None:
        self.do(who, "POST", f"{V1}/polls/{self.post_of(n)}/votes", choices=[choice])

    @rule(
        who=person,
        whom=person,
        act=st.sampled_from(("follow", "unfollow", "block", "unblock", "mute", "unmute", "remove_from_followers")),
        duration=st.sampled_from((0, 60, 7200)),
    )
    def ties(self, who: str, whom: str, act: str, duration: int) -> None:
        more = {"duration": duration} if act == "mute" and duration else {}
        self.do(who, "POST", f"{V1}/accounts/{self.v.cast[whom].id}/{act}", **more)

    @rule(
        who=person,
        word=st.sampled_from(("बात", "सरसों", "रात")),
        act=st.sampled_from(("hide", "warn")),
        ends=st.sampled_from((0, 600)),
    )
    def filters(self, who: str, word: str, act: str, ends: int) -> None:
        more = {"expires_in": ends} if ends else {}
        self.do(
            who,
            "POST",
            "/api/v2/filters",
            title=word,
            context=["home", "public"],
            filter_action=act,
            keywords_attributes=[{"keyword": word, "whole_word": False}],
            **more,
        )

    @rule(who=person, whom=person, exclusive=st.booleans())
    def lists(self, who: str, whom: str, exclusive: bool) -> None:
        made = self.do(who, "POST", f"{V1}/lists", title="चौपाल", exclusive=exclusive)
        if made:
            self.do(who, "POST", f"{V1}/lists/{made['id']}/accounts", account_ids=[str(self.v.cast[whom].id)])

    @rule(who=person, tag=st.sampled_from(TAGS), act=st.sampled_from(("follow", "unfollow")))
    def tags(self, who: str, tag: str, act: str) -> None:
        self.do(who, "POST", f"{V1}/tags/{tag}/{act}")

    @rule(who=person, name=st.sampled_from(("आशा", "रवि", "कोई और")), locked=st.booleans())
    def profiles(self, who: str, name: str, locked: bool) -> None:
        self.do(who, "PATCH", f"{V1}/accounts/update_credentials", display_name=name, locked=locked)

    @rule(who=person, act=st.sampled_from(("notifications/clear", "markers")))
    def reads_up(self, who: str, act: str) -> None:
        found = self.do(who, "GET", f"{V1}/notifications")
        more = {"notifications": {"last_read_id": found[0]["id"]}} if act == "markers" and found else {}
        if act != "markers" or more:
            self.do(who, "POST", f"{V1}/{act}", **more)

    # --- what is done to them ---

    @rule(
        measure=st.sampled_from(
            (
                Measure.WITHHOLD_POST,
                Measure.WITHHOLD_ACCOUNT,
                Measure.LIMIT,
                Measure.SUSPEND,
                Measure.REMOVE_POST,
                Measure.LABEL,
                Measure.MARK_SENSITIVE,
                Measure.DEAMPLIFY,
            )
        ),
        whom=person,
        n=nth,
        ends=st.sampled_from((0, HOUR)),
    )
    def is_ruled(self, measure: Measure, whom: str, n: int, ends: int) -> None:
        of_account = measure in (Measure.WITHHOLD_ACCOUNT, Measure.LIMIT, Measure.SUSPEND)
        subject = self.v.cast[whom].id if of_account else 0 if measure is Measure.DEAMPLIFY else self.post_of(n)
        more: dict[str, Any] = {"log_index": NEWEST} | ({"ends_at": self.v.clock() + ends} if ends else {})
        if measure is Measure.DEAMPLIFY:
            more |= {"term": count_key(TAGS[0]), "ends_at": self.v.clock() + HOUR}
        self.rulings.append(self.run(measures.begin(self.v, measure, subject, **more)))

    @rule()
    def lifts(self) -> None:
        if self.rulings:
            self.run(measures.lift(self.v, self.rulings.pop(), NEWEST))

    @rule(ms=st.sampled_from((SECOND, MINUTE + SECOND, 2 * HOUR)))
    def time_passes(self, ms: int) -> None:
        self.v.clock.move(ms)


class Elsewhere(Histories):
    """The same, where all is done in one process and asked in another, on one PostgreSQL."""

    postgres: Postgres
    template: str
    valkey: str

    async def _open(self, data: Path) -> tuple[Village, House | None]:
        settings = load_settings(
            environ={},
            data=str(data),
            database=self.postgres.fresh(template=self.template),
            valkey=self.valkey,
            rate_limits=False,
            log_batch_minutes=0,
        )
        here, there = await self.stack.enter_async_context(two_processes(settings, StillClock()))
        return here, there.running.house


def play(histories: type[Histories], folder: Path) -> None:
    from hypothesis.stateful import run_state_machine_as_test

    histories.folder, histories.number = folder, 0
    run_state_machine_as_test(
        histories,
        # To find a shorter one takes minutes, and the steps of this one are told.
        settings=hypothesis_settings(
            max_examples=EXAMPLES, stateful_step_count=STEPS, deadline=None, phases=(Phase.generate,)
        ),
    )


def test_no_history_leaves_an_answer_that_would_be_another_one_by_now(tmp_path: Path):
    play(Histories, tmp_path)


def test_no_history_leaves_an_answer_in_another_process_that_would_be_another_one_by_now(
    tmp_path: Path, postgres_server: Postgres, migrated: str, valkey_url: str
):
    Elsewhere.postgres, Elsewhere.template, Elsewhere.valkey = postgres_server, migrated, valkey_url
    play(Elsewhere, tmp_path)


# --- each kind of key ------------------------------------------------------------------------------------------------


@pytest.fixture
async def village(settings: Settings, clock: StillClock) -> AsyncIterator[Village]:
    """In a house that talks to others."""
    async with open_village(msgspec.structs.replace(federating(settings), rate_limits=False), clock) as opened:
        yield opened


@pytest.fixture
async def mirror(village: Village) -> AsyncIterator[Mirror]:
    async with mirrored(village) as opened:
        yield opened


async def _post(v: Village, who: str, text: str = "और एक बात", **params: Any) -> str:
    made = await v.api(v.cast[who], "POST", f"{V1}/statuses", status=text, language="hi", **params)
    await v.settle()
    return made.json()["id"]


async def _ask(v: Village, who: str, method: str, path: str, **params: Any) -> None:
    answer = await v.api(v.cast[who], method, path, **params)
    # 404: done, and then not found by whoever forgets to look anew
    assert answer.status_code in (200, 404), answer.text
    await v.settle()


async def _elsewhere(v: Village) -> None:
    await says(v, await comes(v))


async def _announce(v: Village) -> None:
    form = announcements.AnnouncementForm(text="Tomorrow the server rests.", text_hi="कल सर्वर आराम करेगा।")
    await announcements.write(v.running.house.court, v.owner.viewer, form)
    await v.settle()


# For each kind: what somebody does that no other key tells of, and who would be shown something else from then on.
TELLING: dict[Kind[Any], tuple[Callable[[Village], Awaitable[Any]], str, str]] = {
    shelves.RULINGS: (
        lambda v: measures.begin(v, Measure.WITHHOLD_POST, v.ravi.latest.id, log_index=NEWEST), "", "/public",
    ),
    shelves.POSTS: (lambda v: _ask(v, "dev", "POST", f"{V1}/statuses/{v.ravi.latest.id}/favourite"), "", f"{V1}/timelines/public"),
    shelves.PEOPLE: (
        lambda v: _ask(v, "ravi", "PATCH", f"{V1}/accounts/update_credentials", display_name="कोई और"), "", f"{V1}/timelines/public",
    ),
    shelves.RELATIONS: (
        lambda v: _ask(v, "asha", "POST", f"{V1}/accounts/{v.karl.id}/mute"), "asha", f"{V1}/timelines/public",
    ),
    shelves.FILTERS: (
        lambda v: _ask(
            v, "asha", "POST", "/api/v2/filters", title="रात", context=["public"], filter_action="hide",
            keywords_attributes=[{"keyword": "रात"}],
        ), "asha", f"{V1}/timelines/public",
    ),
    shelves.REACTIONS: (
        lambda v: _ask(v, "asha", "POST", f"{V1}/statuses/{v.ravi.latest.id}/bookmark"), "asha", f"{V1}/timelines/home",
    ),
    shelves.TOKENS: (
        lambda v: appearance.choose(v.running.house.square, v.asha.viewer, appearance.read("theme-dark")), "asha", "/public",
    ),
    shelves.ANNOUNCED: (_announce, "asha", "/"),
    shelves.HOMES: (lambda v: _post(v, "ravi", visibility="private"), "asha", f"{V1}/timelines/home"),
    shelves.SQUARE: (lambda v: _post(v, "dev"), "asha", f"{V1}/timelines/public"),
    shelves.ELSEWHERE: (_elsewhere, "asha", f"{V1}/timelines/public?remote=true"),
    shelves.WROTE: (lambda v: _post(v, "ravi", visibility="private"), "asha", "statuses"),
    shelves.TAGGED: (lambda v: _post(v, "dev", "#दिल्ली में"), "asha", f"{V1}/timelines/tag/दिल्ली"),
    shelves.FOUND: (lambda v: _post(v, "dev", "अनदेखा"), "asha", f"/api/v2/search?type=statuses&q={quote('अनदेखा')}"),
    shelves.THREADS: (
        lambda v: _post(v, "ravi", "हाँ", visibility="private", in_reply_to_id=str(v.meera.latest.id)), "asha", "context",
    ),
    shelves.NOTIFICATIONS: (
        lambda v: _ask(v, "dev", "POST", f"{V1}/statuses/{v.asha.latest.id}/favourite"), "asha", f"{V1}/notifications",
    ),
    shelves.TALKS: (lambda v: _post(v, "dev", "@asha सुनो", visibility="direct"), "asha", f"{V1}/conversations"),
    shelves.MARKERS: (
        lambda v: _ask(v, "asha", "POST", f"{V1}/markers", notifications={"last_read_id": "9" * 18}), "asha",
        f"{V1}/notifications/unread_count",
    ),
}  # fmt: skip
# Kinds that no answer rests on, or that nobody forgets: what lasts, what is counted for a while, who may come in at all, by which keys
# others sign (tried where they are fetched anew). What a
# server states stands on pages alone, and those rest on all that is read: what is talked about is beside them.
SILENT = {shelves.CARRIED, shelves.PAGES, shelves.ADDRESS_BLOCKS, shelves.STATED, shelves.KEYS}


def test_every_kind_of_key_is_tried():
    assert set(TELLING) | SILENT == set(KINDS)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("kind", TELLING, ids=str)
async def test_what_is_not_forgotten_would_be_told(
    kind: Kind[Any], village: Village, mirror: Mirror, monkeypatch: pytest.MonkeyPatch
):
    v = village
    act, who, path = TELLING[kind]
    path = {
        "statuses": f"{V1}/accounts/{v.ravi.id}/statuses",
        "context": f"{V1}/statuses/{v.meera.latest.id}/context",
    }.get(path, path)
    path, _, query = path.partition("?")
    asked = Question(who, "IN", path, query)
    await mirror.kept(asked)
    drop = Memory._drop

    def forgetful(self: Memory, touched: set[Touched], *more: Any) -> None:
        drop(self, {(of, key) for of, key in touched if of is not kind}, *more)

    v.clock.move(SECOND)
    with monkeypatch.context() as patch:
        patch.setattr(Memory, "_drop", forgetful)
        await act(v)
    assert await mirror.stale([asked]) == [asked]
    v.running.house.square.work.memory.forget_all()
    v.running.house.reads.homes.dismiss(v.cast[who].id if who else 0)
    assert await mirror.stale([asked]) == []

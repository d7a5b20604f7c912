"""February 2021 from the first order to the last number: on both databases, and counted anew from the log alone."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator
from pathlib import Path
from typing import Any

import aics_tlog
import msgspec
import pytest
import pytest_asyncio
from tlog_scales import backend, reader, signing, tiles

from chaupal.app.check import check_house
from chaupal.governance.report import reported
from chaupal.kernel.clock import StillClock
from chaupal.kernel.settings import load_settings
from chaupal_audit import counting as audit, tlog
from chaupal_audit.log import mirror
from chaupal_audit.log.findings import Broken, Fault
from chaupal_audit.report.filters import EVERYTHING
from chaupal_audit.report.report import canonical, document, report
from february import (
    ACTED,
    FIRST,
    FIRST_AT_ONCE,
    FOR_GOOD,
    OTHERS,
    PE,
    REASONS,
    REPORTERS,
    SECOND,
    SECOND_AT_ONCE,
    SPAM,
    SPAM_RULE,
    TAG_IN_INDIA,
    TAGS,
    Group,
    acted,
    at,
)
from february_acts import February, Seen, play
from mails import mails_of
from services import Postgres
from village import open_village

pytestmark = pytest.mark.asyncio(loop_scope="module")

API = "/api/v1/transparency"
EVERY_SURFACE = frozenset({"home", "page", "profile", "search", "status", "statuses"})
SHOWN = {"IN": EVERY_SURFACE, "DE": EVERY_SURFACE}
HIDDEN_IN_INDIA = SHOWN | {"IN": frozenset[str]()}
GONE: Seen = {"IN": frozenset(), "DE": frozenset()}
BOTH = (*FIRST, *SECOND)

type Rows = list[dict[str, Any]]


@pytest.fixture(scope="module", params=("sqlite", "postgres"))
def dsn(request: pytest.FixtureRequest) -> Iterator[str]:
    if request.param == "sqlite":
        yield ""
        return
    server: Postgres = request.getfixturevalue("postgres_server")
    dsn = server.fresh(template=request.getfixturevalue("migrated"))
    yield dsn
    server.drop(dsn)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def story(dsn: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[February]:
    """The whole story, played once for each database."""
    settings = load_settings(
        environ={},
        data=str(tmp_path_factory.mktemp("february")),
        database=dsn,
        port=8000,
        rate_limits=False,
        log_batch_minutes=0,
    )
    async with open_village(settings, StillClock(at(30, 6, 1))) as village:
        february = February(village)
        await play(february)
        yield february


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def published(story: February) -> dict[str, Any]:
    """The report as the server publishes it."""
    await reported.caught_up(story.court)
    answer = await story.village.api(None, "GET", f"{API}/report.json")
    assert answer.status_code == 200
    return msgspec.json.decode(answer.content)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def copy(story: February, published: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A stranger's copy of the log, fetched through the server's own doors and verified."""
    loop, into = asyncio.get_running_loop(), tmp_path_factory.mktemp("copy")

    def fetch(url: str, limit: int) -> bytes:
        answer = asyncio.run_coroutine_threadsafe(story.village.client.get(url), loop).result(30)
        if answer.status_code != 200:
            raise Broken(Fault.missing, url)
        assert len(answer.content) <= limit
        return answer.content

    found = await mirror.mirror(f"{story.court.settings.origin}/log", None, into, fetch=fetch)
    assert found.ok, (found.fault, found.where)
    return into


def rows_of(made: dict[str, Any], id_: str) -> Rows:
    """The rows of a table by the names of its columns; what is 0 or empty is left out."""
    (table,) = (t for t in made["tables"] if t["id"] == id_)
    names = [column["name"] for column in table["columns"]]
    return [{n: v for n, v in zip(names, row, strict=True) if v not in (None, 0, "")} for row in table["rows"]]


def many(groups: Iterable[Group], *kinds: str, **is_: str) -> int:
    """How many targets are of these kinds (any) and so."""
    return sum(
        g.many for g in groups if (not kinds or g.kind in kinds) and all(getattr(g, n) == v for n, v in is_.items())
    )


def at_once(kind: str) -> int:
    """How many of a kind were withheld by an emergency order."""
    kinds = [
        ({g.name: g.kind for g in wave}, some) for wave, some in ((FIRST, FIRST_AT_ONCE), (SECOND, SECOND_AT_ONCE))
    ]
    return sum(n for named, some in kinds for name, n in some if named[name] == kind)


RESTORED = at_once("account") + at_once("post")


# --- the story is the story ---


async def test_the_numbers_are_those_of_february():
    assert (many(FIRST), many(SECOND), many(BOTH)) == (257, 1_178, 1_435)
    assert (acted(FIRST), acted(SECOND)) == (126, 583)
    assert all(group.outcome not in ACTED for group in BOTH if group.speaker)
    assert SPAM > 500


# --- what was seen, and from where ---


async def test_emergency_orders_hid_some_things_in_india_and_all_of_them_came_back_by_themselves(story: February):
    hidden = {"withheld", "post", "news"}
    assert {name: seen for name, seen in story.seen["emergency"].items() if name in hidden} == dict.fromkeys(
        hidden, HIDDEN_IN_INDIA
    )
    assert all(seen == SHOWN for name, seen in story.seen["emergency"].items() if name not in hidden)
    # Not a millisecond past its end, and before anybody or anything had written that down.
    assert all(seen == SHOWN for seen in story.seen["a moment later"].values())
    assert story.restored == [sum(n for _, n in some) for some in (FIRST_AT_ONCE, SECOND_AT_ONCE)]


async def test_what_was_decided_is_what_is_seen(story: February):
    fate = {
        "withheld": HIDDEN_IN_INDIA,
        "narrowed": HIDDEN_IN_INDIA,
        "post": HIDDEN_IN_INDIA,
        "gone": GONE,
        "spam": GONE,
        "for good": GONE,
    }
    for name, seen in story.seen["statement"].items():
        assert seen == fate.get(name, SHOWN), name


async def test_of_a_narrowed_account_everything_else_is_still_there(story: February):
    one = story.first.of("narrowed")[0]
    profile = await story.village.look("IN", f"/@{one.handle}")
    assert profile.status_code == 200 and f"x{one.mark}x" in profile.text and f" {one.mark}" not in profile.text
    assert (await story.village.look("IN", f"/@{one.handle}/{one.good}")).status_code == 200
    whole = story.first.of("withheld")[1]
    assert (await story.village.look("IN", f"/@{whole.handle}")).status_code == 451
    assert (await story.village.look("DE", f"/@{whole.handle}")).status_code == 200


async def test_appeals_gave_back_what_they_reversed_and_nothing_else(story: February):
    before, after = story.seen["statement"], story.seen["appeals"]
    assert {name for name in before if before[name] != after[name]} == {"withheld", "spam"}
    assert after["withheld"] == after["spam"] == SHOWN


async def test_hashtags_left_the_trends_where_they_should_and_can_still_be_found(story: February):
    all_tags = {*TAGS, TAG_IN_INDIA, "#सरसों"}
    assert story.tags["before"] == {"IN": all_tags, "DE": all_tags}
    assert story.tags["after"] == {"IN": {"#सरसों"}, "DE": {"#सरसों", TAG_IN_INDIA}}
    found = await story.village.api(None, "GET", f"/api/v1/timelines/tag/{TAGS[0][1:]}", "IN")
    assert len(found.json()) == 5


async def test_those_whom_it_touched_were_told_and_whoever_reported_was_answered(story: February):
    mails = mails_of(story.village.running)
    for handle, ref in (("first_withheld_0", story.first.ordinary), ("first_narrowed_0", story.first.ordinary)):
        told = (await story.village.api(story.joined[handle], "GET", "/api/v1/disputes/strikes")).json()
        (strike,) = [one for one in told if one["order"] == ref]
        assert any(f"/disputes/strikes/{strike['id']}" in mail for mail in mails), handle
    suspended = (await story.village.api(story.joined["spam_1"], "GET", "/api/v1/disputes/strikes")).json()
    assert [one["action"] for one in suspended] == ["suspend"]
    refused = (await story.village.api(story.joined["first_journalist_0"], "GET", "/api/v1/disputes/strikes")).json()
    assert refused == []


async def test_the_statement_stands_beside_its_orders_with_the_ministry_s_reply(story: February):
    page = (await story.village.look("IN", "/statements/february-2021")).text
    assert "समाचार माध्यमों" in page and "unusual" in page and "सूचना प्रौद्योगिकी मंत्रालय" in page
    for wave in story.waves:
        for ref in (wave.emergency, wave.ordinary):
            assert f'href="/orders/{ref}"' in page
            assert 'href="/statements/february-2021"' in (await story.village.look("IN", f"/orders/{ref}")).text
    # Each refusal is there to be read, a hundred targets to a page; the officer's name is not.
    pages = [(await story.village.look("DE", f"/orders/{story.first.ordinary}?first={n}")).text for n in (1, 101, 201)]
    assert sum(page.count(REASONS[PE]) for page in pages) == many(FIRST, code=PE)
    assert not any("Sharma" in page for page in pages)


# --- what was counted ---


async def test_t1_four_orders(published: dict[str, Any]):
    rows = rows_of(published, "T1")
    assert [(r["regime"], r["channel"], r["received"], r["narrower"]) for r in rows] == [
        ("IN-69A-EMERG@1", "letter", 2, 2),
        ("IN-69A@1", "email", 1, 1),
        ("IN-69A@1", "letter", 1, 1),
    ]
    assert {r["acknowledge_median"] for r in rows} == {0.5}
    # Whatever day each names: the law's own hours to act count too, and both took nearly a day and more.
    (table,) = (t for t in published["tables"] if t["id"] == "T1")
    at_ = [column["name"] for column in table["columns"]].index("in_time")
    assert [row[at_] for row in table["rows"]][1:] == [0, 0]


async def test_t2_accounts_and_posts(published: dict[str, Any]):
    (india,) = rows_of(published, "T2")
    specified = many(BOTH, "account")
    withheld = many(BOTH, outcome="withhold_account") + at_once("account")
    narrowed = many(BOTH, "account", outcome="withhold_post")
    own = many(BOTH, outcome="own_rules_action")
    assert india == {
        "country": "IN",
        "other_orders": 4,
        "some_withheld": 1.0,
        "accounts_specified": 2 * specified,
        "accounts_withheld": withheld,
        "accounts_limited": narrowed,
        "accounts_own_rules": own,
        "accounts_no_action": 2 * specified - withheld - narrowed - own,
        "posts_withheld": many(BOTH, outcome="withhold_post") + at_once("post"),
        "accounts_given_back": at_once("account") + 1,
        "posts_given_back": at_once("post"),
    }


async def test_t3_every_target_by_what_was_decided(published: dict[str, Any]):
    rows = {(r["decision"], r.get("ground", "")): r for r in rows_of(published, "T3")}
    decided = {
        ("complied_full", ""): many(BOTH, outcome="withhold_account")
        + many(BOTH, "post", outcome="withhold_post")
        + RESTORED,
        ("complied_narrower", ""): many(BOTH, "account", outcome="withhold_post"),
        ("refused", PE): many(BOTH, code=PE),
        ("refused", "not_specific"): many(BOTH, code="not_specific"),
        ("refused", "overbroad_account_level"): many(BOTH, code="overbroad_account_level"),
        ("already_gone", ""): many(BOTH, outcome="already_gone"),
        ("duplicate", ""): many(BOTH, outcome="duplicate"),
        ("own_rules_action", ""): many(BOTH, outcome="own_rules_action"),
        ("not_found", ""): 2 * many(BOTH, "unknown"),
    }
    decided["undecided", ""] = 2 * 1_435 - sum(decided.values())
    assert {key: row["targets"] for key, row in rows.items()} == decided
    speakers = sum(group.many for group in BOTH if group.speaker)
    waves = ((FIRST, FIRST_AT_ONCE), (SECOND, SECOND_AT_ONCE))
    at_first = sum(many for wave, some in waves for name, many in some for g in wave if g.name == name and g.speaker)
    assert {key: row["protected"] for key, row in rows.items() if "protected" in row} == {
        ("refused", PE): speakers,
        ("undecided", ""): speakers - at_first,
    }, "and of the emergency orders, all but those that were withheld before anybody could look closer"
    assert rows["complied_narrower", ""]["narrowed"] == rows["complied_narrower", ""]["accounts"] == 180


async def test_t4_t5_t6_challenges_emergencies_and_what_is_withheld_now(published: dict[str, Any]):
    assert rows_of(published, "T4") == [{"country": "IN", "regime": "IN-69A@1", "objection_filed": 2, "meeting": 2}]
    assert rows_of(published, "T5") == [
        {"country": "IN", "interim": 2, "lapsed": 2, "restored": RESTORED, "hours": 46.5}
    ]
    assert rows_of(published, "T6") == [
        # What was decided anew after it had lapsed is no renewal. One was given back by its appeal.
        # Of the twelve narrowed accounts now only a post is withheld.
        {
            "country": "IN",
            "age": "7–29",
            "accounts": many(BOTH, outcome="withhold_account") - 1,
            "posts": many(BOTH, outcome="withhold_post"),
        },
        {"country": "IN", "age": "over", "expired": RESTORED, "given_back": 1},
    ]


async def test_t7_t8_t9_own_rules_hints_of_a_state_and_hashtags(published: dict[str, Any]):
    rows = {(r["measure"], r["source"]): r for r in rows_of(published, "T7")}
    flagged = rows["suspend", "state_flag"]
    assert flagged == {
        "rule": SPAM_RULE,
        "measure": "suspend",
        "source": "state_flag",
        "actions": SPAM,
        "accounts": SPAM,
        "suspended_for_a_time": SPAM - FOR_GOOD,
        "suspended_for_good": FOR_GOOD,
        "strikes": SPAM,
    }
    assert rows["suspend", "user_report"]["accounts"] == "<10"  # it was one
    assert rows["deamplify", "staff"]["actions"] == len(TAGS) + 1
    assert rows_of(published, "T8") == [
        {
            "country": "IN",
            "authority": "Ministry of Electronics and Information Technology",
            "rule": SPAM_RULE,
            "measure": "suspend",
            "actions": SPAM,
            "accounts": SPAM,
            "reversed": "<10",
        }
    ]
    assert [(r["territory"], r["added"], r["active"]) for r in rows_of(published, "T9")] == [
        ("IN", 1, 1),
        ("XX", len(TAGS), len(TAGS)),
    ]
    assert {r["state"] for r in rows_of(published, "T9a")} == {"in_force"} and len(rows_of(published, "T9a")) == len(
        TAGS
    ) + 1


async def test_t10_t12_t13_reports_appeals_and_who_was_told(published: dict[str, Any]):
    spam = next(r for r in rows_of(published, "T10") if r["category"] == "spam")
    others = len(REPORTERS) * OTHERS
    assert (spam["received"], spam["suspended"], spam["none"]) == (others + 1, 1, others)
    assert spam["acknowledged_in_time"] == spam["resolved_in_time"] == 1.0
    by_rule = {r.get("rule", ""): r for r in rows_of(published, "T12")}
    assert by_rule == {
        "": {"language": "hi", "filed": 2, "decided": 2, "upheld": 1, "reversed": 1, "days": 2.0, "in_time": 1.0},
        SPAM_RULE: {
            "rule": SPAM_RULE,
            "language": "hi",
            "filed": 1,
            "decided": 1,
            "reversed": 1,
            "days": 2.0,
            "in_time": 1.0,
        },
    }
    told = {r["measure"]: (r["measures"], r["after"], r["delivered"]) for r in rows_of(published, "T13")}
    assert told == {
        measure: (n, n, 1.0)
        for measure, n in (
            ("withhold_account", many(BOTH, outcome="withhold_account") + at_once("account")),
            ("withhold_post", many(BOTH, outcome="withhold_post") + at_once("post")),
            ("suspend", SPAM + 1),
        )
    }


async def test_the_log_holds_an_entry_for_every_act(published: dict[str, Any]):
    entries = {r["entry"]: r["entries"] for r in rows_of(published, "T19") if "entries" in r}
    measures = acted(BOTH) + RESTORED + SPAM + 1
    assert entries["measure"] == measures and entries["reversal"] == RESTORED + 2
    # Told of every demand that names something, twice; of the beginning or that nothing was done, of the end, and of each appeal.
    demanded = 2 * (1_435 - many(BOTH, "unknown"))
    nothing_done = demanded - acted(BOTH) - RESTORED
    assert entries["notice"] == demanded + nothing_done + measures + RESTORED + 3
    assert entries["protected"] == sum(group.many for group in BOTH if group.speaker)
    assert (entries["appeal"], entries["statement"], entries["snapshot"]) == (6, 2, 1)
    assert "unreadable" not in entries


# --- from the log alone ---


async def test_a_stranger_counts_the_very_same_from_the_log_alone(copy: Path, published: dict[str, Any]):
    counted = await asyncio.to_thread(
        audit.count, lambda: mirror.entries_opened(copy), published, EVERYTHING, (), lambda _: None
    )
    assert (counted.differs, counted.broken, counted.ahead) == ((), (), 0)
    assert [s.period for s in counted.facts.snapshots] == ["2021-02"]
    assert canonical(document(report(counted.facts))) == canonical(published)


async def test_programs_that_are_not_ours_accept_the_log(copy: Path):
    note, key = (copy / "checkpoint").read_text("utf-8"), (copy / "key").read_text("utf-8").strip()
    head = tlog.verify_checkpoint(note, tlog.VerifyingKey.parse(key))
    found = await asyncio.to_thread(aics_tlog.audit_tiles, aics_tlog.FileSystemTileReader(copy), head.size, head.root)
    assert found.size == head.size
    log = reader.TilesReader(backend.make_backend(str(copy)))
    theirs = log.get_checkpoint()
    theirs.verify(signing.Vkey.from_string(key))
    assert log.calculate_root_hash() == theirs.root_hash == head.root
    log.get_inclusion_proof(5_000, head.size).check(tiles.leaf_hash(log.get_entry(5_000)), theirs.root_hash)


async def test_the_house_is_whole_and_nothing_waits(story: February):
    assert await check_house(story.village.running.house) == []

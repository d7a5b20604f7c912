"""What is rare is found without a look at everything beside it: how many rows the databases look at, of six thousand."""

import itertools
import json
import random
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from sqlalchemy import text

from chaupal.store.court import reports
from chaupal.store.machine.dialect import Statement, listed, statement
from chaupal.store.machine.work import Work
from chaupal.store.notifications import notifications
from chaupal.store.square import finding, lists, posts, tag_follows, trending

MANY = 6_000
APART = 600_000 << 16  # ten minutes, as ids go
AUTHOR, OTHER = 1, 2
NEWEST = MANY * APART
ALL: dict[str, Any] = {"below": 2**63 - 1, "above": -1}

_NUMBERS = f"WITH RECURSIVE n(i) AS (SELECT CAST(1 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < {MANY}) SELECT"
OWN = 7 * APART + 1  # the one post of the other
FILL = (
    f"INSERT INTO posts (id, author, created_at, visibility, root, listed) VALUES ({OWN}, {OTHER}, 1, 0, {OWN}, 1)",
    "INSERT INTO posts (id, author, created_at, visibility, root, listed, pictures) "
    f"{_NUMBERS} i * {APART}, {AUTHOR}, i * 600000, 0, i * {APART}, 1, "
    f"CASE WHEN i = 9 THEN '[{{}}]' ELSE '[]' END FROM n",
    f"INSERT INTO post_tags (key, post_id, name, author, listed) {_NUMBERS} 'many', i * {APART}, 'many', {AUTHOR}, 1 FROM n",
    "INSERT INTO post_tags (key, post_id, name, author, listed) "
    f"{_NUMBERS} 'rare', i * {APART}, 'rare', {AUTHOR}, 1 FROM n WHERE i % 2000 = 1",
    f"INSERT INTO tags (key, name, last_used, uses) VALUES ('many', 'many', 1, {MANY}), ('rare', 'rare', 1, 3)",
    f"INSERT INTO accounts (id, handle, created_at, posts_count) VALUES ({AUTHOR}, 'many', 1, {MANY}), ({OTHER}, 'few', 1, 1)",
    "INSERT INTO reports (id, ref, reporter_id, account_id, state, received_at) "
    f"{_NUMBERS} i, 'R-' || i, CASE WHEN i = 9 THEN 7 ELSE i + 100 END, CASE WHEN i = 9 THEN 8 ELSE 3 END, 'open', i FROM n",
    "INSERT INTO notices (id, account_id, kind, from_id, post_id, cause, created_at, group_key) "
    f"{_NUMBERS} i, {AUTHOR}, CASE WHEN i = 9 THEN 'mention' ELSE 'favourite' END, "
    "i, 5, i, i, CASE WHEN i = 9 THEN '' ELSE 'one' END FROM n",
)

type Cost = Callable[[Callable[[Any], Awaitable[Sequence[Any]]]], Awaitable[tuple[Sequence[Any], int]]]


class Noting:
    """Reads as the store does, and notes the statements."""

    def __init__(self, reading: Any) -> None:
        self._reading = reading
        self.asked: list[tuple[Statement, dict[str, Any]]] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._reading, name)

    async def fetch(self, stmt: Statement, **params: Any) -> Sequence[Any]:
        self.asked.append((stmt, params))
        return await self._reading.fetch(stmt, **params)

    async def once(self, _kind: Any, _key: Any, stmt: Statement, **params: Any) -> Sequence[Any]:
        return await self.fetch(stmt, **params)

    def by(self, *_keys: Any) -> "Noting":
        return self


def steps(path: Path, stmt: Statement, params: dict[str, Any]) -> int:
    """Of SQLite's own machine, in hundreds: some ten are a row."""
    db, count = sqlite3.connect(path), 0

    def one_more() -> None:
        nonlocal count
        count += 1

    db.execute("SELECT 1 FROM posts LIMIT 1")  # the schema is read
    db.set_progress_handler(one_more, 100)
    db.execute(stmt.sqlite.text, stmt.sqlite.arguments(params)).fetchall()
    db.close()
    return count


def rows(plan: dict[str, Any]) -> int:
    """That PostgreSQL looks at in the leaves of a plan."""
    below = plan.get("Plans", ())
    here = 0 if below else (plan["Actual Rows"] + plan.get("Rows Removed by Filter", 0)) * plan["Actual Loops"]
    return int(here) + sum(map(rows, below))


@pytest.fixture
async def cost(work: Work, database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Cost]:
    """What was found, and how much was looked at for it: in hundreds of steps, or in tens of rows."""
    monkeypatch.setattr(finding, "LOOKED_AT", 100)
    async with work.writing() as w:
        for line in FILL:
            await w.run(statement(text(line)))
        common = [{"of": i * APART, "terms": listed(["common", "other"])} for i in range(1, MANY + 1)]
        await w.run_many(finding.PUT, [*common, {"of": OWN, "terms": listed(["common", "rare"])}])
        await w.run(statement(text("ANALYZE")))
    db = await asyncpg.connect(database) if database else None
    if db is not None:
        await db.set_type_codec("json", schema="pg_catalog", encoder=str, decoder=json.loads)

    async def found(ask: Callable[[Any], Awaitable[Sequence[Any]]]) -> tuple[Sequence[Any], int]:
        async with work.reading() as reading:
            noting = Noting(reading)
            got = await ask(noting)
        looked = 0
        for stmt, params in noting.asked:
            if db is None:
                looked += steps(tmp_path / "chaupal.db", stmt, params)
            else:
                asked = stmt.postgres
                (plan,) = await db.fetchval(
                    f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {asked.text}", *asked.arguments(params)
                )
                looked += rows(plan["Plan"]) // 10
        return got, looked

    yield found
    if db is not None:
        await db.close()


def tagged(*, any_: Sequence[str] = ("many",), every: Sequence[str] = (), none: Sequence[str] = ()) -> Any:
    pages = posts.WITH_TAGS[False]["all"]
    return lambda reading: pages.rows(reading, upward=False, n=21, any=any_, every=every, none=none, **ALL)


def by(pages: posts.Pages, *, upward: bool = False, **params: Any) -> Any:
    return lambda reading: pages.rows(reading, upward=upward, n=21, **{**ALL, **params})


def told(*kinds: str, upward: bool = False, together: Sequence[str] = ()) -> Any:
    wanted = notifications.Wanted(kinds=kinds, together=together)
    return lambda reading: notifications.page(reading, AUTHOR, wanted, **ALL, limit=20, upward=upward)


NO_LIKES = [kind for kind in notifications.KINDS if kind != "favourite"]


async def test_what_many_did_is_passed_over_without_a_question_for_each_of_them(cost: Cost, database: str):
    wanted = notifications.Wanted(together=("favourite",))
    found, looked = await cost(
        lambda reading: notifications.page(reading, AUTHOR, wanted, **ALL, limit=20, upward=False)
    )
    assert ([one.id for one in found], looked < (1_500 if database else 2_200)) == ([MANY, 9], True), looked


def sought(*terms: str, **narrowed: Any) -> Any:
    return lambda reading: finding.found(reading, 0, terms, finding.Narrowed(**narrowed), finding.Bounds())


OF_AUTHOR = {"author": AUTHOR, "never": -1, "visibilities": listed([0]), "me": 0}
OF_OTHER = {**OF_AUTHOR, "author": OTHER}
BOTH = listed([AUTHOR, OTHER])
MIDDLE = MANY // 2 * APART


@pytest.mark.parametrize(
    ("ask", "many"),
    [
        pytest.param(tagged(any_=("many", "rare")), 21, id="one of several tags"),
        pytest.param(tagged(any_=("rare", "none")), 3, id="one of several rare tags"),
        pytest.param(tagged(every=("rare",)), 3, id="a tag and a rare one"),
        pytest.param(tagged(any_=("rare",), every=("many",)), 3, id="a rare tag and another"),
        pytest.param(tagged(none=("rare",)), 21, id="a tag without another"),
        pytest.param(by(posts.WITH_TAG[False, False]["all"], key="many"), 21, id="a common tag"),
        pytest.param(
            by(posts.WITH_TAG[False, False]["elsewhere"], key="many"), 0, id="others' posts with a tag of ours"
        ),
        pytest.param(by(posts.WITH_TAG[False, False]["elsewhere"], key="many", upward=True), 0, id="the same, upward"),
        pytest.param(by(posts.OF_AUTHOR_MEDIA, **OF_AUTHOR), 1, id="pictures of one"),
        pytest.param(by(posts.OF_AUTHOR_TAGGED, **OF_AUTHOR, key="rare"), 3, id="a rare tag of one who says much"),
        pytest.param(by(posts.OF_AUTHOR_TAGGED, **OF_OTHER, key="many"), 0, id="a common tag of one who says little"),
        pytest.param(
            lambda reading: reading.fetch(tag_follows.USES, who=OTHER, keys=listed(["many"]), hidden=listed([])),
            0,
            id="how often one used a common tag",
        ),
        pytest.param(by(posts.LISTED_MEDIA["here"]), 1, id="pictures of all"),
        pytest.param(by(lists.POSTS, authors=BOTH), 21, id="several authors"),
        pytest.param(by(lists.POSTS, authors=BOTH, below=MIDDLE), 21, id="several authors, further back"),
        pytest.param(by(lists.POSTS, authors=BOTH, above=MIDDLE, upward=True), 21, id="several authors, upward"),
        pytest.param(sought("common", "other"), 20, id="two common words"),
        pytest.param(sought("rare"), 1, id="a rare word"),
        pytest.param(sought("rare", without=("other",)), 1, id="a rare word without a common one"),
        pytest.param(sought("common", without=("rare",)), 20, id="a common word without a rare one"),
        pytest.param(sought("common", author=OTHER), 1, id="a common word by who says little"),
        pytest.param(lambda reading: reports.latest(reading, ("open",), about=8), 1, id="reports about one"),
        pytest.param(lambda reading: reports.latest(reading, ("open",), by=7), 1, id="reports by one"),
        pytest.param(told("mention"), 1, id="one kind of notifications"),
        pytest.param(told("mention", "poll"), 1, id="two kinds of notifications"),
        pytest.param(told(*NO_LIKES), 1, id="all kinds of notifications but one"),
        pytest.param(told(*NO_LIKES, upward=True), 1, id="all kinds of notifications but one, upward"),
        pytest.param(told(*NO_LIKES, together=("follow",)), 1, id="all kinds of notifications but one, in groups"),
    ],
)
async def test_what_is_rare_is_found_without_a_look_at_all_beside_it(cost: Cost, ask: Any, many: int):
    found, looked = await cost(ask)
    assert (len(found), looked < 60) == (many, True), looked


async def test_rare_tags_at_home_are_found_without_a_look_at_all_that_has_a_tag(cost: Cost, database: str):
    if database:
        pytest.skip("PostgreSQL goes by the tags, unless there are so few posts as here")
    found, looked = await cost(lambda reading: tag_follows.newest_tagged(reading, ["rare", "none"], **ALL, limit=20))
    assert (len(found), looked < 60) == (3, True), looked


async def test_each_group_stands_once_on_all_pages_together_at_its_newest(work: Work, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(notifications, "LOOKED_AT", 17)
    dice = random.Random(5)
    told = [
        (n, kind := dice.choice(["favourite", "favourite", "reblog", "mention"]), dice.choice([3, 3, 4]),
         "" if kind == "mention" else f"{kind}-{dice.choice([1, 1, 1, 1, n // 30])}", int(dice.random() < 0.1))
        for n in range(1, 200)
    ]  # fmt: skip
    columns = "id account_id kind from_id post_id cause body created_at group_key filtered"
    async with work.writing() as w:
        for n, kind, by_, group, apart in told:
            row = dict(zip(columns.split(), (n, AUTHOR, kind, by_, 1, f"{n}", "", n, group, apart), strict=True))
            await w.run(notifications.ADD, **row)
    for together, whose, but in itertools.product(
        [("favourite", "reblog"), ("favourite",)], [None, 3], ["", "poll", "favourite"]
    ):
        wanted = notifications.Wanted(
            kinds=[kind for kind in notifications.KINDS if kind != but], by=whose, together=together
        )
        heads: dict[object, int] = {}
        for n, kind, by_, group, apart in told:
            if not apart and whose in (None, by_) and kind != but:
                heads[group if kind in together else n] = n
        wanted_ids = sorted(heads.values(), reverse=True)
        assert await walked(work, wanted, upward=False) == wanted_ids == (await walked(work, wanted, upward=True))[::-1]


async def walked(work: Work, wanted: notifications.Wanted, *, upward: bool) -> list[int]:
    """The ids on all pages, one page after the other: one that is not full is the last."""
    found, below, above, more = list[int](), 2**63 - 1, -1, True
    async with work.reading() as reading:
        while more:
            page = await notifications.page(reading, AUTHOR, wanted, below=below, above=above, limit=9, upward=upward)
            found += [one.id for one in (page[-9:][::-1] if upward else page[:9])]
            below, above = (below, found[-1]) if upward else (found[-1], above)
            more = len(page) > 9
    return found


async def test_what_is_hidden_is_not_held_against_each_row(database: str):
    """Ten thousand hidden accounts, and a tag with thousands of posts in a week, took a second."""
    if not database:
        pytest.skip("SQLite looks in a tree")
    db = await asyncpg.connect(database)
    asked = trending.HISTORY.postgres
    params = {"keys": listed(["many"]), "since": 0, "hidden": listed(range(10))}
    plan = "\n".join(row[0] for row in await db.fetch(f"EXPLAIN {asked.text}", *asked.arguments(params)))
    await db.close()
    assert plan.count("hashed SubPlan") == 2 and "ALL" not in plan, plan


async def test_windows_end_where_what_was_asked_for_ends(work: Work):
    async with work.reading() as reading:
        down = [*posts.windows(reading, below=2**63 - 1, above=-1, upward=False)]
        up = [*posts.windows(reading, below=2**63 - 1, above=MIDDLE, upward=True)]
        near = [*posts.windows(reading, below=MIDDLE, above=MIDDLE - APART, upward=False)]
    assert down[-1] == (2**63 - 1, -1)
    assert up[-1] == (2**63 - 1, MIDDLE)
    assert near == [(MIDDLE, MIDDLE - APART)]
    assert len(down) == (1 if reading.embedded else 6)

"""A machine that is short of something: a full disk is 507, a busy or lost database 503, two at once 409; nothing is half kept.

Each is a real one: a file system that is full, a database that may not grow, a lock that is held, a server that hangs up.
"""

import asyncio
import random
import re
import shutil
import sqlite3
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import asyncpg
import httpx2
import pytest
import pyvips
from sqlalchemy import text

from chaupal.app.wiring import open_house
from chaupal.kernel.clock import MINUTE, StillClock
from chaupal.kernel.errors import Problem
from chaupal.kernel.settings import Settings
from chaupal.social.people import push
from chaupal.store.machine import work_sqlite
from chaupal.store.machine.dialect import statement
from chaupal.store.machine.work_sqlite import SqliteWork
from either import one_server
from painted import picture
from surfaces.square import Square, found

LONG = "खेत में पानी भरा है। " * 20


def refused(answer: httpx2.Response, status: int) -> None:
    """In the shape that programs are promised, without a word of the machine."""
    assert answer.status_code == status, answer.text[:300]
    assert isinstance(answer.json()["error"], str) and "sql" not in answer.text.lower(), answer.text


def told(page: httpx2.Response, status: int) -> None:
    """The same for people: a whole page in their language."""
    assert page.status_code == status and page.headers["content-type"].startswith("text/html"), page.text[:300]
    # What people read: an attribute may hold a secret drawn by lot, in which any three letters can stand.
    assert "<h1" in page.text and "sql" not in re.sub(r"<[^>]*>", " ", page.text).lower()


async def say(square: Square, words: str = "हाँ") -> httpx2.Response:
    async with square.app("asha") as asha:
        return await asha.post("/api/v1/statuses", json={"status": words})


async def type_in(square: Square, words: str = "हाँ") -> httpx2.Response:
    async with square.browser("asha") as browser:
        return await browser.post("/compose", data={"text": words, "csrf": square.forms["asha"]})


# --- the database ---


class Failing:
    """What makes each further post fail as PostgreSQL itself would say it: by a trigger that raises the state."""

    def __init__(self, square: Square) -> None:
        self._work = square.house.house.square.work

    async def begin(self, body: str) -> None:
        made = f"CREATE FUNCTION failing() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body}; RETURN NEW; END $$"
        await self.run(made, "CREATE TRIGGER failing BEFORE INSERT ON posts FOR EACH ROW EXECUTE FUNCTION failing()")

    async def end(self) -> None:
        await self.run("DROP TRIGGER failing ON posts", "DROP FUNCTION failing()")

    async def run(self, *lines: str) -> None:
        async with self._work.writing() as w:
            for line in lines:
                await w.run(statement(text(line)))


on_postgres = pytest.mark.parametrize("database", ["postgres"], indirect=True)
on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

STATES = [
    ("RAISE EXCEPTION USING ERRCODE = '53100'", 507),
    ("RAISE EXCEPTION USING ERRCODE = '53200'", 503),
    ("RAISE EXCEPTION USING ERRCODE = '40001'", 409),
    ("RAISE EXCEPTION USING ERRCODE = '40P01'", 409),
    ("RAISE EXCEPTION USING ERRCODE = '55P03'", 503),
    ("RAISE EXCEPTION USING ERRCODE = '57014'", 503),
    ("RAISE EXCEPTION USING ERRCODE = '23505'", 409),
    ("RAISE EXCEPTION USING ERRCODE = '58030'", 503),
    ("PERFORM pg_terminate_backend(pg_backend_pid())", 503),
]


@on_postgres
@pytest.mark.parametrize(("body", "status"), STATES)
async def test_what_postgresql_is_short_of_is_told_as_what_it_is(square: Square, body: str, status: int):
    before = await square.rows()
    failing = Failing(square)
    await failing.begin(body)
    refused(await say(square), status)
    told(await type_in(square), status)
    assert await square.rows() == before
    await failing.end()
    assert (await say(square)).status_code == 200


@on_postgres
async def test_a_database_that_is_gone_is_503_until_it_is_back(square: Square, settings: Settings):
    name = settings.database.rpartition("/")[2].partition("?")[0]
    admin = await asyncpg.connect(settings.database.replace(f"/{name}", "/postgres"))
    try:
        await admin.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        await admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", name)
        await asyncio.sleep(0)
        refused(await say(square), 503)
        async with square.app("asha") as asha, square.browser("asha") as browser, square.browser() as guest:
            refused(await asha.get("/api/v1/timelines/home"), 503)
            for who in (browser, guest):
                told(await who.get("/public"), 503)
    finally:
        await admin.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
        await admin.close()
    assert (await say(square)).status_code == 200


@on_postgres
async def test_a_post_that_was_kept_by_a_database_that_could_not_say_so_stands_in_the_homes_that_are_read(
    square: Square, monkeypatch: pytest.MonkeyPatch
):
    async with square.app("binod") as binod, square.app("asha") as asha:
        who = (await asha.get("/api/v1/accounts/verify_credentials")).json()["id"]
        await binod.post(f"/api/v1/accounts/{who}/follow")

        async def stands() -> bool:
            return any("अनकहा" in post["content"] for post in (await binod.get("/api/v1/timelines/home")).json())

        assert not await stands()
        execute = asyncpg.Connection.execute

        async def breaks(self: Any, query: str, *args: Any, **more: Any) -> str:
            answer = await execute(self, query, *args, **more)
            if query == "COMMIT;":
                raise ConnectionResetError
            return answer

        with monkeypatch.context() as patch:
            patch.setattr(asyncpg.Connection, "execute", breaks)
            refused(await say(square, "अनकहा"), 503)
        assert await stands()


def no_larger(square: Square, pages: int | None) -> None:
    """The database may grow by so many pages and no more; None: as it likes."""
    work: Any = square.house.house.square.work
    db: sqlite3.Connection = work._writer
    most = 2**31 if pages is None else db.execute("PRAGMA page_count").fetchone()[0] + pages
    db.execute(f"PRAGMA max_page_count = {most}")


@on_sqlite
async def test_a_database_that_cannot_grow_is_507_and_keeps_nothing_by_halves(square: Square):
    no_larger(square, 2)
    kept, answer = 0, await say(square, LONG)
    while answer.status_code == 200 and kept < 500:
        kept, answer = kept + 1, await say(square, f"{kept} {LONG}")
    refused(answer, 507)
    before = await square.rows()
    told(await type_in(square, LONG), 507)
    # Many at once go to the disk together: each is kept whole or told that it was not.
    answers = await asyncio.gather(*(say(square, f"{n} {LONG}") for n in range(12)))
    assert {a.status_code for a in answers} <= {200, 507, 503}
    after = await square.rows()
    assert after["posts"] - before["posts"] == sum(a.status_code == 200 for a in answers)
    async with square.app("binod") as binod:
        assert (await binod.get("/api/v1/timelines/public")).status_code == 200, "reading goes on"
    no_larger(square, None)
    assert (await say(square, LONG)).status_code == 200
    assert (await square.rows())["posts"] == after["posts"] + 1


@on_sqlite
async def test_a_database_that_somebody_holds_is_503(
    square: Square, settings: Settings, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(work_sqlite, "BUSY_TRIES", 2)
    before = await square.rows()
    other = sqlite3.connect(Path(settings.data) / "chaupal.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    refused(await say(square), 503)
    told(await type_in(square), 503)
    other.execute("ROLLBACK")
    other.close()
    assert await square.rows() == before
    assert (await say(square)).status_code == 200


# --- files ---


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of a quarter of a megabyte."""
    folder = tmp_path / "small"
    folder.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "none", folder], capture_output=True, check=False)
    if made.returncode:
        pytest.skip("file systems cannot be mounted here")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


@pytest.fixture
async def cramped(settings: Settings, clock: StillClock, small_disk: Path) -> AsyncIterator[Square]:
    """A square whose uploads lie on the small disk."""
    uploads = Path(settings.data) / "files"
    uploads.parent.mkdir(mode=0o700, exist_ok=True)
    uploads.symlink_to(small_disk)
    running = await open_house(settings, clock=clock, run=False)
    yield await found(running)
    await running.close()


def noise(edge: int) -> bytes:
    """A picture that no encoder makes small."""
    dots = random.Random(edge).randbytes(edge * edge * 3)
    return (
        pyvips.Image.new_from_memory(dots, edge, edge, 3, "uchar").copy(interpretation="srgb").write_to_buffer(".png")
    )


def lying(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


@one_server
async def test_an_upload_onto_a_full_disk_is_507_by_every_way_in_and_leaves_nothing(cramped: Square, small_disk: Path):
    large, image = noise(600), "image/png"
    async with cramped.app("asha") as asha, cramped.browser("asha") as browser:
        small = await asha.post("/api/v2/media", files={"file": ("a.png", picture(), image)})
        assert small.status_code == 200
        before, there = await cramped.rows(), lying(small_disk)
        for path in ("/api/v1/media", "/api/v2/media"):
            refused(await asha.post(path, files={"file": ("a.png", large, image)}), 507)
        refused(
            await asha.patch("/api/v1/accounts/update_credentials", files={"header": ("a.png", noise(1500), image)}),
            507,
        )
        refused(
            await asha.post("/api/v1/imports", files={"file": ("a.zip", b"PK\x03\x04" + large, "application/zip")}), 507
        )
        typed = {"csrf": cramped.forms["asha"], "text": "चित्र"}
        told(await browser.post("/compose", data=typed, files={"picture1": ("a.png", large, image)}), 507)
        told(await browser.post("/compose/pictures", data=typed, files={"file": ("a.png", large, image)}), 507)
        assert await cramped.rows() == before and lying(small_disk) == there
        again = await asha.post("/api/v2/media", files={"file": ("a.png", picture(), image)})
        assert again.status_code == 200, "what fits is taken"


@one_server
async def test_what_the_server_is_is_told_on_a_full_disk_too_where_nobody_has_asked_before(
    square: Square, settings: Settings, clock: StillClock, small_disk: Path
):
    """The key by which push services know the house is made when it is first told of."""
    keys = Path(settings.data) / "keys"
    for one in keys.iterdir():
        (small_disk / one.name).write_bytes(one.read_bytes())
    shutil.rmtree(keys)
    keys.symlink_to(small_disk)
    filler = small_disk / "filler"
    with filler.open("wb", buffering=0) as file, pytest.raises(OSError, match="No space left"):
        while True:
            file.write(b" " * 4096)

    async def told() -> str:
        async with square.app("asha") as asha, square.browser("asha") as browser:
            answer, app = await asha.get("/api/v2/instance"), await asha.get("/api/v1/apps/verify_credentials")
            page = await browser.get("/push/key")
        assert {answer.status_code, app.status_code, page.status_code} == {200}, answer.text + app.text + page.text
        key = answer.json()["configuration"]["vapid"]["public_key"]
        assert app.json()["vapid_key"] == page.json()["public_key"] == key
        return key

    assert await told() == ""
    assert not list(keys.glob(".*"))  # nor is anything begun left
    (keys / push.VAPID).mkdir()  # what else is wrong is not hidden
    with pytest.raises(Problem, match="cannot be read"):
        push.told_key(settings)
    (keys / push.VAPID).rmdir()
    filler.unlink()
    clock.move(MINUTE)
    assert len(await told()) == 87


async def test_a_row_that_is_not_kept_leaves_no_file(square: Square, settings: Settings):
    """The other half of it: the file fits, and the database does not take its row."""
    if not isinstance(square.house.house.square.work, SqliteWork):
        failing = Failing(square)
        await failing.run(
            "CREATE FUNCTION failing() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION USING ERRCODE = '53100'; END $$",
            "CREATE TRIGGER failing BEFORE INSERT ON media FOR EACH ROW EXECUTE FUNCTION failing()",
        )
    else:
        no_larger(square, 0)
        for n in range(500):
            if (await say(square, f"{n} {LONG}")).status_code != 200:
                break
    before, folder = await square.rows(), Path(settings.data) / "files"
    there = lying(folder) if folder.exists() else set[str]()
    async with square.app("asha") as asha:
        answer = httpx2.Response(200)
        for _ in range(40):
            answer = await asha.post(
                "/api/v2/media", files={"file": ("a.png", picture(), "image/png")}, data={"description": LONG}
            )
            if answer.status_code != 200:
                break
            before, there = await square.rows(), lying(folder)
    refused(answer, 507)
    assert await square.rows() == before and lying(folder) == there

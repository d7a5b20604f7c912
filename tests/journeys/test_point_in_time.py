"""PostgreSQL, uploads and keys brought back to a moment: all is whole, and the log is still a beginning of what was seen outside."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import AsyncGenerator, Callable, Generator, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import asyncpg
import pytest

import services
from chaupal.app.check import check_house
from chaupal.governance.log import log, seen
from chaupal.governance.log.tree import LogDiffers
from chaupal.kernel.clock import StillClock
from conftest import plain_settings
from painted import picture
from ports import free_port
from services import Postgres
from village import Village, open_again, open_village
from waiting import until

NEWEST = "SELECT clock_timestamp()::text"


class Archived:
    """A PostgreSQL of one's own that keeps its write-ahead log, and whatever is brought back from it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.user = services.unprivileged()
        if self.user:
            os.chown(folder, self.user.pw_uid, self.user.pw_gid)
        self.programs = services.programs(folder, self.user)
        self.wal = self._made("wal")

    def _made(self, name: str) -> Path:
        made = self.folder / name
        made.mkdir(mode=0o700)
        if self.user:
            os.chown(made, self.user.pw_uid, self.user.pw_gid)
        return made

    def begin(self) -> Path:
        """A new one's directory."""
        services.run(
            [self.programs / "initdb", "-D", self.folder / "first", *services.LOCALE, *services.OWNER], self.user
        )
        keeps = f"archive_mode = on\narchive_command = 'test ! -f {self.wal}/%f && cp %p {self.wal}/%f'\n"
        self._configure("first", keeps)
        return self.folder / "first"

    def backup(self, port: int) -> None:
        """As the paper says, while it serves."""
        address = f"postgresql://chaupal@127.0.0.1:{port}/postgres"
        command = [self.programs / "pg_basebackup", "-D", self.folder / "base", "--checkpoint=fast", "-d", address]
        services.run(command, self.user)

    def back(self, name: str, moment: str = "") -> Path:
        """The base backup and what came after it, up to a moment or to the end."""
        services.run(["cp", "-a", self.folder / "base", self.folder / name], self.user)
        wants = f"restore_command = 'cp {self.wal}/%f %p'\nrecovery_target_action = 'promote'\narchive_mode = off\n"
        self._configure(name, wants + (f"recovery_target_time = '{moment}'\n" if moment else ""))
        signal = self.folder / name / "recovery.signal"
        signal.touch()
        if self.user:
            os.chown(signal, self.user.pw_uid, self.user.pw_gid)
        return self.folder / name

    def _configure(self, name: str, lines: str) -> None:
        with (self.folder / name / "postgresql.auto.conf").open("a") as file:
            file.write(lines)

    @contextmanager
    def running(self, data: Path) -> Generator[Postgres]:
        port = free_port()
        server = services.start_postgres(self.programs, self.folder, self.user, port, data)
        handed = Postgres(port)
        try:
            yield handed
        finally:
            handed.close()
            services.stop_postgres(server)


@pytest.fixture
def archived() -> Iterator[Archived]:
    folder = Path(tempfile.mkdtemp(prefix="chaupal-pitr-"))
    yield Archived(folder)
    shutil.rmtree(folder, ignore_errors=True)


async def asked(server: Postgres, question: str, database: str = "postgres") -> Any:
    connection: Any = await asyncpg.connect(server.dsn(database))
    try:
        return await connection.fetchval(question)
    finally:
        await connection.close()


async def uploads(v: Village) -> None:
    file: Any = {"file": ("a.png", picture(), "image/png")}
    headers = {"authorization": f"Bearer {v.asha.token}"}
    sent = await v.client.post("/api/v2/media", files=file, headers=headers)
    made = await v.client.post(
        "/api/v1/statuses", json={"status": "खेत", "media_ids": [sent.json()["id"]]}, headers=headers
    )
    assert made.status_code == 200, made.text


async def withholds(v: Village) -> str:
    """The checkpoint that outsiders see after one more decision."""
    said = await v.says(v.ravi, "सीमा से")
    await v.withhold(post=said, by=v.chitra, second=v.dev)
    return await log.checkpoint(v.running.house.court)


async def test_all_is_brought_back_to_a_moment_and_the_log_never_forks(
    archived: Archived, tmp_path: Path, clock: StillClock, restored: Callable[..., Any]
):
    data, base = tmp_path / "data", archived.begin()
    with archived.running(base) as server:
        settings = plain_settings(data, server.fresh())
        async with open_village(settings, clock) as v:
            await uploads(v)
            first = await withholds(v)
            archived.backup(server.port)
            await uploads(v)
            second = await withholds(v)
            moment = await asked(server, NEWEST)
            third = await withholds(v)
        database = settings.database.rpartition("/")[2]
        last = await asked(server, "SELECT pg_walfile_name(pg_switch_wal())")
        arrived = f"SELECT coalesce(last_archived_wal, '') >= '{last}' FROM pg_stat_archiver"
        await until(partial(asked, server, arrived))
    notes = {name: tmp_path / f"{name}.txt" for name in ("first", "second", "third")}
    for file, note in zip(notes.values(), (first, second, third), strict=True):
        file.write_text(note)

    # To the end: everything that was seen is there, also for the machine that served it.
    with archived.running(archived.back("end")) as server:
        await until(partial(asked, server, "SELECT NOT pg_is_in_recovery()"))
        async with restored(server, database, data, tmp_path / "end", clock) as v:
            assert await check_house(v.running.house) == []
            assert [await held(v, note) for note in (first, second, third)] == ["held"] * 3

    # To a moment: whole, and a beginning of what was seen until then; what was seen later says so.
    (data / "log.signed").unlink()
    with archived.running(archived.back("moment", moment)) as server:
        await until(partial(asked, server, "SELECT NOT pg_is_in_recovery()"))
        async with restored(server, database, data, tmp_path / "moment", clock) as v:
            assert await check_house(v.running.house) == []
            assert [await held(v, note) for note in (first, second, third)] == ["held", "held", "set back"]
        said = against(server.dsn(database), tmp_path / "moment", *notes.values())
        assert said.returncode == 1
        assert f"{notes['second']}: its " in said.stdout
        assert said.stdout.count("are here, as they were signed") == 2
        assert f"{notes['third']}: A checkpoint of " in said.stderr
        assert "it is of an earlier moment" in said.stderr
        # The machine that had served the third checkpoint does not go on from there.
        shutil.copytree(tmp_path / "moment", tmp_path / "knows")
        (tmp_path / "knows" / "log.signed").write_text(third)
        with pytest.raises(
            seen.SetBack, match=r"of \d+ entries was published, and the store has \d+: it is of an earlier"
        ):
            async with restored(server, database, tmp_path / "knows", tmp_path / "again", clock):
                pass
        # Whoever goes on all the same has other entries in their place, and is told that, too.
        clock.move(1)  # they sit where whoever looked before them sat, and name things by the moment
        async with restored(server, database, data, tmp_path / "other", clock) as v:
            await withholds(v)
            await withholds(v)
            assert [await held(v, note) for note in (first, second, third)] == ["held", "held", "differs"]


def against(dsn: str, data: Path, *files: Path) -> subprocess.CompletedProcess[str]:
    """What the command says, of the store as it is."""
    command = [sys.executable, "-m", "chaupal.app.cli", "--data", str(data), "log", "against", *map(str, files)]
    environ = os.environ | {"CHAUPAL_DATABASE": dsn}
    return subprocess.run(command, env=environ, capture_output=True, text=True, check=False)


async def held(v: Village, note: str) -> str:
    court = v.running.house.court
    async with court.work.reading() as reading:
        try:
            await seen.hold(court, reading, note)
        except seen.SetBack:
            return "set back"
        except LogDiffers:
            return "differs"
    return "held"


@pytest.fixture
def restored() -> Callable[..., Any]:
    """The village on what was brought back, with copies of the uploads, the keys and the cast."""

    @asynccontextmanager
    async def opened(
        server: Postgres, database: str, data: Path, to: Path, clock: StillClock
    ) -> AsyncGenerator[Village]:
        shutil.copytree(data, to)
        settings = plain_settings(to, server.dsn(database))
        async with open_again(settings, clock) as village:
            yield village

    return opened

"""Whoever names an engine wrongly, or names too few, is told in one sentence at start, and no house stands half open."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import msgspec
import pytest
from click.testing import CliRunner
from structlog.testing import capture_logs

from chaupal.app.cli import cli
from chaupal.app.rooms import visiting
from chaupal.app.wiring import open_house
from chaupal.kernel.settings import BadSettings, Settings, load_settings
from chaupal.ports import valkey as client
from chaupal.ports.valkey import Server
from chaupal.store.machine import seats
from ports import free_port
from services import Postgres
from valkeys import Valkey, of_a_busy_machine
from waiting import PATIENCE

SECRET = "a long secret"


def settings_at(folder: Path, database: str, **more: object) -> Settings:
    return load_settings(environ={}, data=str(folder / "data"), database=database, log_batch_minutes=0, **more)


@asynccontextmanager
async def a_server_that_lets_nobody_in() -> AsyncIterator[int]:
    """As PostgreSQL answers a wrong password (https://www.postgresql.org/docs/current/protocol-flow.html)."""

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if (await reader.readexactly(8))[4:] == b"\x04\xd2\x16\x2f":  # may it be by TLS? It may not
            writer.write(b"N")
            await reader.readexactly(8)
        said = b'SFATAL\0VFATAL\0C28P01\0Mpassword authentication failed for user "asha"\0\0'
        writer.write(b"E" + (len(said) + 4).to_bytes(4) + said)
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(refuse, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1]


async def refused(settings: Settings) -> str:
    """What is said at start, to whoever serves and to whoever stands beside."""
    with pytest.raises(BadSettings) as told:
        await open_house(settings, run=False)
    with pytest.raises(BadSettings) as beside:
        async with visiting(settings):
            pass
    assert beside.value.message == told.value.message
    assert SECRET not in told.value.message and "\n" not in told.value.message
    return told.value.message


async def test_an_address_at_which_nobody_answers(tmp_path: Path):
    port = free_port()
    said = await refused(
        settings_at(tmp_path, f"postgresql://asha:{SECRET.replace(' ', '%20')}@127.0.0.1:{port}/square")
    )
    assert said.startswith(f"database: nobody answers at 127.0.0.1:{port}")


async def test_a_wrong_password(tmp_path: Path):
    async with a_server_that_lets_nobody_in() as port:
        said = await refused(
            settings_at(tmp_path, f"postgresql://asha:{SECRET.replace(' ', '%20')}@127.0.0.1:{port}/square")
        )
    assert said.startswith(f"database: 127.0.0.1:{port} does not let asha in: password authentication failed")


async def test_a_database_that_is_not_there(tmp_path: Path, postgres_server: Postgres):
    said = await refused(settings_at(tmp_path, postgres_server.dsn("nowhere")))
    assert said == f"database: there is no nowhere at 127.0.0.1:{postgres_server.port}"


@pytest.mark.parametrize(
    ("who", "done", "said"),
    [
        ("chaupal", "CREATE TABLE accounts (id int)", "holds tables of something else"),
        ("guest", "CREATE ROLE guest LOGIN", "guest may not do"),
        ("guest", "CREATE ROLE guest LOGIN CONNECTION LIMIT 0", "no more connections"),
        (
            "guest",
            "CREATE ROLE guest SUPERUSER LOGIN; ALTER ROLE guest SET default_transaction_read_only = on",
            "standby",
        ),
    ],
)
async def test_a_database_that_is_not_fit(
    tmp_path: Path, migrated: str, postgres_server: Postgres, who: str, done: str, said: str
):
    """It holds what is not ours, or is somebody else's; or it takes no writing."""
    dsn = postgres_server.fresh(template=migrated if who == "guest" else None)
    owner: asyncpg.Connection = postgres_server.run(asyncpg.connect(dsn))
    try:
        postgres_server.run(owner.execute(done))
        told = await refused(settings_at(tmp_path, dsn.replace("chaupal@", f"{who}@")))
        assert told.startswith("database: ") and said in told and "[SQL" not in told
    finally:
        postgres_server.run(owner.close())
        postgres_server.drop(dsn)
        postgres_server.execute("DROP ROLE IF EXISTS guest")


async def test_a_valkey_that_is_not_there_leaves_nothing_begun(
    tmp_path: Path, migrated: str, postgres_server: Postgres, valkey_url: str
):
    """Whoever mends the address may begin from another directory, too: the log has no keys of the first try."""
    dsn = postgres_server.fresh(template=migrated)
    try:
        with pytest.raises(BadSettings, match="valkey: "):
            wrong = f"valkey://127.0.0.1:{free_port()}"
            await open_house(settings_at(tmp_path / "first", dsn, valkey=wrong), run=False)
        running = await open_house(settings_at(tmp_path / "second", dsn, valkey=valkey_url), run=False)
        await running.close()
    finally:
        postgres_server.drop(dsn)


async def nobody(server: Server, holders: Collection[str]) -> bool:
    return False


async def test_one_that_does_not_know_of_the_others_does_not_serve_beside_many(
    tmp_path: Path,
    migrated: str,
    postgres_server: Postgres,
    valkey_url: str,
    own_valkey: Valkey,
    monkeypatch: pytest.MonkeyPatch,
):
    """Nor do two that call themselves otherwise, or have a directory of keys, or a Valkey, of their own."""
    of_a_busy_machine(monkeypatch)  # a Valkey that is asked and silent says nothing against anybody
    dsn = postgres_server.fresh(template=migrated)
    many = settings_at(tmp_path, dsn, valkey=valkey_url, public_url="https://chaupal.example")
    running = await open_house(many, run=False)
    try:
        with pytest.raises(BadSettings, match="valkey: this database is served by several processes"):
            await open_house(settings_at(tmp_path, dsn, public_url="https://chaupal.example"), run=False)
        with pytest.raises(
            BadSettings, match=r"served as https://chaupal\.example .* public_url says https://other\.example"
        ):
            await open_house(
                settings_at(tmp_path, dsn, valkey=valkey_url, public_url="https://other.example"), run=False
            )
        with pytest.raises(BadSettings, match="keys: "):
            elsewhere = settings_at(
                tmp_path / "elsewhere", dsn, valkey=valkey_url, public_url="https://chaupal.example"
            )
            await open_house(elsewhere, run=False)
        second = await open_house(many, run=False)
        await second.close()
        monkeypatch.setattr(seats, "LASTS", 600)
        monkeypatch.setattr(seats, "MARGIN", 0.1)
        with pytest.raises(BadSettings, match=f"valkey: .*:{own_valkey.port} here; all of a house share one"):
            await open_house(msgspec.structs.replace(many, valkey=own_valkey.url), run=False)
        monkeypatch.setattr(Server, "any_here", nobody)
        with pytest.raises(
            BadSettings, match="as this one does, and are not heard there: from there it is another one"
        ):
            await open_house(many, run=False)
    finally:
        await running.close()
        postgres_server.drop(dsn)


async def test_a_valkey_with_a_new_password_keeps_nobody_from_being_replaced(
    tmp_path: Path, migrated: str, postgres_server: Postgres, own_valkey: Valkey, monkeypatch: pytest.MonkeyPatch
):
    """Those who have the old one are shut out, and were taken for ones that share another: whoever had the new one did not start."""
    monkeypatch.setattr(seats, "LASTS", 5_000)
    monkeypatch.setattr(seats, "MARGIN", 0.2)
    monkeypatch.setattr(client, "LOOK_EVERY", 0.05)
    dsn = postgres_server.fresh(template=migrated)
    many = settings_at(tmp_path, dsn, valkey=own_valkey.url)
    try:
        async with contextlib.AsyncExitStack() as stack:
            stack.push_async_callback((await open_house(many, run=False)).close)
            own_valkey.lock("new")
            with capture_logs() as lines:
                async with asyncio.timeout(PATIENCE):
                    while not any("refuses this user" in line["event"] for line in lines):  # noqa: ASYNC110
                        await asyncio.sleep(0.05)
            renewed = msgspec.structs.replace(many, valkey=own_valkey.url.replace("//", "//:new@"))
            stack.push_async_callback((await open_house(renewed, run=False)).close)
    finally:
        postgres_server.drop(dsn)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("serve", "--processes", "3"), "--processes: many processes need a PostgreSQL and a Valkey"),
        (("serve", "--no-work"), "--no-work: many processes need a PostgreSQL and a Valkey"),
        (("work",), "work: it is done beside servers"),
    ],
)
def test_more_than_one_need_both_engines(tmp_path: Path, words: tuple[str, ...], said: str):
    outcome = CliRunner().invoke(cli, ["--data", str(tmp_path / "data"), *words])
    assert isinstance(outcome.exception, BadSettings) and outcome.exception.message.startswith(said)
    assert not (tmp_path / "data").exists()


def test_there_are_so_many_processes_and_at_least_one():
    for number in ("0", "65", "many"):
        outcome = CliRunner().invoke(cli, ["serve", "--processes", number])
        assert outcome.exit_code == 2 and "--processes" in outcome.output

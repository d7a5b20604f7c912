"""The `chaupal` command, run as people run it: a process of its own, beside a server or alone."""

import asyncio
import email
import email.policy
import os
import sqlite3
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from contextlib import closing
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import httpx2
import pytest
import regex
from msgspec.structs import replace
from obstore.exceptions import BaseError

import forked
from bounces import report
from chaupal.app import backup
from chaupal.app.check import check_house
from chaupal.app.cli import GROUPS
from chaupal.app.described import help_lines, paper, settings_table
from chaupal.app.rooms import visiting
from chaupal.governance.laws.house_rules import SHIPPED as SHIPPED_RULES
from chaupal.governance.regimes import SHIPPED as SHIPPED_LAWS
from chaupal.kernel.errors import Problem, Unavailable
from chaupal.kernel.settings import FIELDS, BadSettings, Settings, load_settings
from chaupal.ports.files_s3 import S3Files, s3_files
from chaupal.social.people import accounts
from object_store import ObjectStore
from services import Postgres
from serving import Served, join, served
from waiting import PATIENCE, eventually

DOCS = Path(__file__).resolve().parents[3] / "docs"
ASHA = ("account", "create", "asha", "--email", "asha@example.org", "--password", "a long enough secret")


BEGINS = "Chaupal: a new server begins in "


def chaupal(*words: str | Path, **environ: str) -> subprocess.CompletedProcess[str]:
    return forked.run([str(word) for word in words], clean() | environ)


def started(*words: str) -> subprocess.CompletedProcess[str]:
    """The same in an interpreter of its own, as an operator starts it."""
    return subprocess.run(
        [sys.executable, "-m", "chaupal.app.cli", *words],
        env=clean(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def clean() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("CHAUPAL_")}


def said(done: subprocess.CompletedProcess[str]) -> str:
    """What a command that worked printed."""
    assert done.returncode == 0, done.stderr
    assert not [line for line in done.stderr.splitlines() if BEGINS not in line]
    return done.stdout


def refused(done: subprocess.CompletedProcess[str], code: int, *words: str) -> None:
    """One clear line on standard error, nothing on standard output, no traceback."""
    assert (done.returncode, done.stdout) == (code, "")
    lines = done.stderr.strip().splitlines()
    assert "Traceback" not in done.stderr
    assert lines
    assert all(word in lines[-1] for word in words), done.stderr
    if code == 1:
        assert len(lines) == 1


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("cli"), registrations="approval") as server:
        yield server


@pytest.fixture
def data(server: Served) -> str:
    return server.settings.data


# --- beside a running server -----------------------------------------------------------------------------------------


def test_an_account_made_beside_a_server_can_be_used_at_once(server: Served, data: str):
    printed = said(started(*ASHA, "--role", "reviewer", "--data", data, "--name", "आशा"))
    found = regex.fullmatch(r"id: (?<id>\d+)\ntoken: (?<token>[\w-]+)\n", printed)
    assert found
    with server.client() as client:
        client.headers["authorization"] = f"Bearer {found['token']}"
        me = client.get("/api/v1/accounts/verify_credentials").json()
        assert (me["id"], me["username"], me["display_name"], me["role"]["name"]) == (
            found["id"],
            "asha",
            "आशा",
            "Reviewer",
        )
        assert client.post("/api/v1/statuses", data={"status": "नमस्ते"}).status_code == 200


def test_an_accounts_token_opens_what_its_role_may_do(server: Served, data: str):
    for role, path, status in (
        ("owner", "/api/v1/admin/accounts", 200),
        ("moderator", "/api/v2/admin/accounts", 200),
        ("auditor", "/api/v1/admin/orders", 200),
        ("member", "/api/v1/admin/accounts", 403),
    ):
        words = (
            f"staff_{role}",
            "--email",
            f"{role}@example.org",
            "--password",
            "a long enough secret",
            "--role",
            role,
        )
        printed = said(chaupal("--data", data, "account", "create", *words))
        token = printed.partition("token: ")[2].strip()
        with httpx2.Client(
            base_url=server.url, headers={"authorization": f"Bearer {token}"}, timeout=PATIENCE
        ) as client:
            assert client.get(path).status_code in (status, 404 if status == 403 else status), role
            scopes = client.get("/api/v1/apps/verify_credentials").json()["scopes"]
            assert ("admin:write" in scopes) is (role in ("owner", "moderator"))


def test_commands_bring_in_no_page_and_no_framework(tmp_path: Path):
    """A run takes half a second at most; most of one is what it brings in. Counted, since a clock tells little in tests."""
    look = "import sys; from chaupal.app.cli import cli\ntry: cli(standalone_mode=False)\nexcept SystemExit: pass\n"
    look += "print(' '.join(sys.modules), file=sys.stderr)"
    data = ("--data", tmp_path / "data")
    assert chaupal(*data, *ASHA).returncode == 0  # the first run makes the store, which takes more
    another = ("account", "create", "binod", "--email", "binod@example.org", *ASHA[5:])
    for words in ((*data, *another), (*data, "order", "list"), ("--help",)):
        done = subprocess.run(
            [sys.executable, "-c", look, *map(str, words)], capture_output=True, text=True, check=False, timeout=120
        )
        loaded = set(done.stderr.split())
        assert not {"uvicorn", "jinja2", "rich", "structlog", "httpx2", "alembic", "chaupal.api.routes"} & loaded, words
        assert not [name for name in loaded if name.startswith("chaupal.web")], words
        assert ("sqlalchemy" in loaded) is (words != ("--help",)), done.stderr


def test_the_list_of_commands_says_of_each_group_what_the_group_says():
    for name, (module, told) in GROUPS.items():
        assert getattr(import_module(module), name).get_short_help_str(300) == told


def test_a_token_is_printed_alone_and_opens_what_it_says(server: Served, data: str):
    join(server.settings, "bela")
    token = said(chaupal("account", "token", "@bela", "--scopes", "read", "--data", data)).removesuffix("\n")
    assert regex.fullmatch(r"[\w-]{30,}", token)
    with server.client() as client:
        client.headers["authorization"] = f"Bearer {token}"
        assert client.get("/api/v1/timelines/home").status_code == 200
        assert client.post("/api/v1/statuses", data={"status": "no"}).status_code == 403


def address_of(handle: str, data: str) -> tuple[str, bool]:
    """And whether it is known to reach nobody."""
    of = "SELECT email, unreached_at IS NOT NULL FROM logins JOIN accounts a ON a.id = account_id WHERE handle = ?"
    with closing(sqlite3.connect(Path(data) / "chaupal.db")) as db:
        ((email, unreached),) = db.execute(of, (handle,))
    return email, bool(unreached)


def test_who_waits_is_approved_once_and_mail_that_came_back_is_noted_until_there_is_another_address(
    server: Served, data: str
):
    asked = accounts.NewAccount(
        handle="chitra", email="chitra@example.org", password="a long enough secret", reason="पड़ोसी हूँ"
    )

    async def ask() -> None:
        async with visiting(server.settings) as house:
            await accounts.sign_up(house.square, asked)

    asyncio.run(ask())
    (letter,) = eventually(lambda: [*Path(data).glob("mail/*.eml")])
    back = report(email.message_from_bytes(letter.read_bytes(), policy=email.policy.default))
    (Path(data) / "back").write_bytes(back)
    assert said(chaupal("bounced", Path(data) / "back", "--data", data)) == "noted: 1\n"
    assert address_of("chitra", data) == ("chitra@example.org", True)
    refused(chaupal("account", "approve", "chitra", "--data", data), 1, "chitra", "confirmed address")
    with closing(sqlite3.connect(Path(data) / "chaupal.db", isolation_level=None)) as db:
        db.execute("UPDATE logins SET confirmed_at = 1 WHERE email = 'chitra@example.org'")
    assert said(chaupal("account", "approve", "@Chitra", "--data", data)) == ""
    with server.client() as client:
        assert client.get("/api/v1/accounts/lookup?acct=chitra").status_code == 200
    refused(chaupal("account", "approve", "chitra", "--data", data), 1, "chitra", "does not wait")
    assert said(chaupal("account", "email", "chitra", "Chitra@neu.example", "--data", data)) == ""
    assert address_of("chitra", data) == ("chitra@neu.example", False)


def test_a_role_is_given_and_is_one_that_exists(server: Served, data: str):
    dev = join(server.settings, "dev")["dev"]
    said(chaupal("account", "role", "dev", "approver", "--data", data))
    with server.client(dev) as client:
        assert client.get("/api/v1/accounts/verify_credentials").json()["role"]["name"] == "Approver"
    refused(chaupal("account", "role", "dev", "king", "--data", data), 2, "king")
    refused(chaupal("account", "role", "nobody_here", "clerk", "--data", data), 1, "nobody_here")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (
            ("account", "create", "not a handle", "--email", "e@example.org", "--password", "long enough secret"),
            "letters a-z",
        ),
        (("account", "create", "eesha", "--email", "nonsense", "--password", "long enough secret"), "email"),
        (("account", "create", "eesha", "--email", "e@example.org", "--password", "short"), "password"),
        (("account", "token", "nobody_here"), "nobody_here"),
        (("account", "token", "asha", "--scopes", "everything"), "scope"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(data: str, words: tuple[str, ...], told: str):
    done = chaupal(*words, "--data", data)
    refused(done, 1)
    assert told in done.stderr.lower()


def test_a_free_port_is_taken_and_named_everywhere(tmp_path: Path):
    command = [sys.executable, "-m", "chaupal.app.cli", "serve", "--port", "0", "--data", str(tmp_path / "data")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            found = regex.fullmatch(
                r"Chaupal: (?<url>http://127\.0\.0\.1:(?<port>[1-9]\d+))\n", process.stdout.readline()
            )
            assert found
            instance = httpx2.get(found["url"] + "/api/v2/instance", timeout=PATIENCE).json()
            assert instance["domain"] == f"127.0.0.1:{found['port']}"
            assert instance["configuration"]["urls"]["streaming"] == f"ws://127.0.0.1:{found['port']}"
        finally:
            process.terminate()


def test_a_port_that_is_taken_is_said_in_one_line(server: Served, tmp_path: Path):
    done = chaupal("serve", "--port", str(server.settings.port), "--data", tmp_path / "data")
    refused(done, 1, str(server.settings.port), "in use")


def test_what_is_wrong_is_said_once(data: str):
    add = ("order", "authority", "add", "--name", "Ministry", "--jurisdiction", "India", "--data", data)
    said(chaupal("account", "create", "gita", "--email", "g@example.org", "--password", "long enough secret",
                 "--role", "owner", "--data", data))  # fmt: skip
    done = chaupal(*add, "--as", "gita")
    refused(done, 1, "jurisdiction")
    assert done.stderr.count("jurisdiction") == 1
    again = (
        "account",
        "create",
        "gita",
        "--email",
        "h@example.org",
        "--password",
        "long enough secret",
        "--data",
        data,
    )
    taken = chaupal(*again)
    refused(taken, 1, "has already been taken")
    assert taken.stderr.count("taken") == 1 and "Validation" not in taken.stderr


def test_a_second_server_on_the_same_data_is_refused(data: str):
    refused(started("serve", "--data", data, "--port", "0"), 1, "being served")


# --- backup, restore, check --------------------------------------------------------------------------------------------


def test_a_backup_taken_while_serving_is_whole(server: Served, tmp_path: Path):
    fay = join(server.settings, "fay")["fay"]
    with server.client(fay) as client:
        for number in range(30):
            client.post("/api/v1/statuses", data={"status": f"बात {number}"})
        file, home = tmp_path / "backup.tar.gz", tmp_path / "new"
        assert said(chaupal("backup", file, "--data", server.settings.data)).startswith(f"{file}: ")
        client.post("/api/v1/statuses", data={"status": "after the backup"})
    assert file.stat().st_mode & 0o077 == 0
    assert [path.name for path in tmp_path.iterdir()] == [file.name]
    said(chaupal("restore", file, "--data", home))
    assert "all is whole" in said(chaupal("check", "--data", home))
    assert (home / "keys" / "log.key").read_bytes() == (Path(server.settings.data) / "keys" / "log.key").read_bytes()
    with closing(sqlite3.connect(home / "chaupal.db")) as db:
        posts = [
            row[0]
            for row in db.execute(
                "SELECT text FROM posts JOIN accounts a ON a.id = author WHERE handle = 'fay' ORDER BY posts.id"
            )
        ]
    assert posts == [f"बात {number}" for number in range(30)]
    with served(tmp_path / "again", data=str(home)) as again, again.client(fay) as client:
        assert client.get("/api/v1/accounts/verify_credentials").json()["statuses_count"] == 30


def test_a_restored_server_has_the_laws_and_rules_that_it_judged_by(tmp_path: Path):
    home, file, again = tmp_path / "home", tmp_path / "backup.tar.gz", tmp_path / "again"
    for folder, shipped, name in (
        ("regimes", SHIPPED_LAWS, "GENERIC.1.toml"),
        ("rules", SHIPPED_RULES, "house_rules.1.toml"),
    ):
        (home / folder).mkdir(parents=True)
        (home / folder / name).write_text((shipped / name).read_text() + "\n# as this operator's counsel keeps it\n")
    with served(home, data=str(home)) as server:
        join(server.settings, "fay")
    said(chaupal("backup", file, "--data", home))
    assert "chaupal check" in said(chaupal("restore", file, "--data", again))
    for name in ("regimes/GENERIC.1.toml", "rules/house_rules.1.toml"):
        assert (again / name).read_text() == (home / name).read_text()
    with served(tmp_path / "served", data=str(again)) as server, server.client() as stranger:
        assert stranger.get("/").status_code == 200


def test_nothing_is_restored_over_something(server: Served, tmp_path: Path):
    file = tmp_path / "backup.tar.gz"
    said(chaupal("backup", file, "--data", server.settings.data))
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine").write_text("mine")
    refused(chaupal("restore", file, "--data", tmp_path / "full"), 1, "not empty")
    assert [path.name for path in (tmp_path / "full").iterdir()] == ["mine"]
    refused(chaupal("backup", tmp_path / "typo" / "b.gz", "--data", server.settings.data), 1, "typo/b.gz: there is no")


def test_a_damaged_backup_changes_nothing(server: Served, tmp_path: Path):
    whole = tmp_path / "backup.tar.gz"
    said(chaupal("backup", whole, "--data", server.settings.data))
    data = whole.read_bytes()
    for damaged in (data[: len(data) // 2], b"not a backup", b""):
        file, home = tmp_path / "damaged", tmp_path / "home"
        file.write_bytes(damaged)
        refused(chaupal("restore", file, "--data", home), 1, "damaged")
        assert not home.exists()
    assert {path.name for path in tmp_path.iterdir()} == {"backup.tar.gz", "damaged"}


def test_a_backup_leads_nowhere_outside_and_holds_a_sound_database(tmp_path: Path):
    settings = load_settings(environ={}, data=str(tmp_path / "home"))
    (tmp_path / "evil").write_text("evil")
    for name in ("../evil2", "/tmp/evil2", "files/../../evil2", "chaupal.db"):
        with tarfile.open(tmp_path / "bad.tar.gz", "w:gz") as tar:
            tar.add(tmp_path / "evil", name)
        with pytest.raises(Problem):
            asyncio.run(backup.restore(settings, tmp_path / "bad.tar.gz"))
        assert {path.name for path in tmp_path.iterdir()} == {"evil", "bad.tar.gz"}


def test_a_failed_backup_leaves_the_last_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    settings = load_settings(environ={}, data=str(tmp_path / "data"))
    (tmp_path / "data").mkdir()
    with closing(sqlite3.connect(tmp_path / "data" / "chaupal.db")) as db:
        db.execute("CREATE TABLE t (x)")
    file = tmp_path / "backup"
    asyncio.run(backup.backup(settings, file))
    before = file.read_bytes()

    def full(tar: object, data: Path, path: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(backup, "_add", full)
    with pytest.raises(OSError, match="No space"):
        asyncio.run(backup.backup(settings, file))
    assert file.read_bytes() == before
    assert {path.name for path in tmp_path.iterdir()} == {"data", "backup"}


def test_postgresql_without_its_programs_is_told_what_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(backup.shutil, "which", {}.get)
    settings = load_settings(environ={}, data=str(tmp_path), database="postgresql://chaupal@127.0.0.1/x")
    with pytest.raises(Problem, match="pg_dump"):
        asyncio.run(backup.backup(settings, tmp_path / "backup"))


@pytest.mark.usefixtures("postgres_programs")
def test_postgresql_is_backed_up_and_restored(
    tmp_path: Path, postgres_server: Postgres, migrated: str, monkeypatch: pytest.MonkeyPatch
):
    old, new = postgres_server.fresh(migrated), postgres_server.fresh()
    first = load_settings(environ={}, data=str(tmp_path / "old"), database=old)
    (tmp_path / "old" / "keys").mkdir(parents=True)
    (tmp_path / "old" / "keys" / "log.key").write_bytes(b"key")
    asyncio.run(backup.backup(first, tmp_path / "file"))
    second = load_settings(environ={}, data=str(tmp_path / "new"), database=new)
    asyncio.run(_ask(new, "CREATE EXTENSION pg_stat_statements"))  # as hosts do: empty all the same
    asyncio.run(backup.restore(second, tmp_path / "file"))
    assert (tmp_path / "new" / "keys" / "log.key").read_bytes() == b"key"
    assert not (tmp_path / "new" / backup.DUMP).exists()
    # Into what is there already: whole or not at all.
    nowhere, nobody = f"{new}_", urlsplit(new)._replace(netloc="127.0.0.1:1").geturl()
    for database, why in ((new, "this holds "), (nowhere, "there is no "), (nobody, "nobody answers")):
        third = load_settings(environ={}, data=str(tmp_path / "third"), database=database)
        with pytest.raises(Problem, match=why):
            asyncio.run(backup.restore(third, tmp_path / "file"))
    damaged = postgres_server.fresh()
    monkeypatch.setattr(backup, "_unpack", lambda _file, folder: (folder / backup.DUMP).write_bytes(b"no dump"))
    third = load_settings(environ={}, data=str(tmp_path / "third"), database=damaged)
    with pytest.raises(Problem, match=r"nothing is restored\. pg_restore: .*archive"):
        asyncio.run(backup.restore(third, tmp_path / "file"))
    assert not (tmp_path / "third").exists()


@pytest.mark.usefixtures("postgres_programs")
def test_a_backup_brings_along_nothing_that_processes_told_each_other(
    tmp_path: Path, postgres_server: Postgres, migrated: str
):
    """It is of the last minutes of another database, and who is told there of a letter is no backup's business."""
    old, new = postgres_server.fresh(migrated), postgres_server.fresh()
    (tmp_path / "old").mkdir()
    asyncio.run(_ask(old, "INSERT INTO changes (by, unit, body) VALUES ('one', 1, '[[],[]]')"))
    asyncio.run(_ask(old, "INSERT INTO changes_epoch (epoch) VALUES ('of old')"))
    asyncio.run(backup.backup(load_settings(environ={}, data=str(tmp_path / "old"), database=old), tmp_path / "file"))
    asyncio.run(backup.restore(load_settings(environ={}, data=str(tmp_path / "new"), database=new), tmp_path / "file"))
    for table in ("changes", "changes_epoch"):
        assert asyncio.run(_ask(new, f"SELECT count(*) FROM {table}")) == 0, table


async def _ask(dsn: str, text: str) -> Any:
    connection = await asyncpg.connect(dsn)
    try:
        return await connection.fetchval(text)
    finally:
        await connection.close()


def test_an_object_store_is_backed_up_checked_and_restored(
    tmp_path: Path, object_store: ObjectStore, monkeypatch: pytest.MonkeyPatch
):
    first = load_settings(environ={}, data=str(tmp_path / "old"), **object_store.fresh())
    said(chaupal(*ASHA, "--data", tmp_path / "old"))
    files = s3_files(first)
    with closing(sqlite3.connect(tmp_path / "old" / "chaupal.db", isolation_level=None)) as db:
        db.execute(
            "INSERT INTO media (id, account_id, mime, width, height, small_width, small_height, size, created_at)"
            " VALUES (5, 1, 'image/png', 1, 1, 1, 1, 1, 1)"
        )
    asyncio.run(files.put("media/5/original.png", b"png"))
    assert _faults(first) == ["upload 5: its file media/5/small.webp is missing"]
    asyncio.run(files.put("media/5/small.webp", b"webp"))
    asyncio.run(backup.backup(first, tmp_path / "file"))
    second = load_settings(environ={}, data=str(tmp_path / "new"), **object_store.fresh(""))

    class Gone:
        async def drop(self, key: str) -> None:
            raise Unavailable("files_unreached")

    keepers = iter([s3_files(second), Gone()])  # it goes away at the last moment: all is there by then
    with monkeypatch.context() as patch:
        patch.setattr(backup, "keeper_of", lambda _: next(keepers))
        asyncio.run(backup.restore(second, tmp_path / "file"))
    asyncio.run(s3_files(second).drop(backup.CARRYING))
    assert asyncio.run(s3_files(second).get("media/5/original.png")) == b"png"
    assert _faults(second) == [] and not (tmp_path / "new" / "files").exists()
    [fault] = _faults(replace(first, files="s3://nowhere"))
    away = "s3://nowhere at http://127.0.0.1:.* cannot be reached, or does not let this server in \\(it answers 404\\)$"
    assert regex.match(f"uploads: {away}", fault), fault
    nowhere = replace(second, files="s3://nowhere", data=str(tmp_path / "third"))
    for act in (
        backup.restore(nowhere, tmp_path / "file"),
        backup.backup(replace(first, files="s3://nowhere"), tmp_path / "x"),
    ):
        with pytest.raises(BadSettings, match=f"^files: {away}"):
            asyncio.run(act)
    fourth = replace(second, data=str(tmp_path / "fourth"), **object_store.fresh(""))
    _dies_at_the_second(monkeypatch)
    with pytest.raises(BadSettings, match="cannot be reached"):
        asyncio.run(backup.restore(fourth, tmp_path / "file"))
    assert not (tmp_path / "fourth").exists(), "nothing is restored, and no directory left that looks like it"
    monkeypatch.undo()
    asyncio.run(backup.restore(fourth, tmp_path / "file"))  # it goes on
    assert _faults(fourth) == []
    with pytest.raises(
        Problem, match=r"not empty \(it holds media/5"
    ):  # a store that is in use is not mixed with another
        asyncio.run(backup.restore(replace(fourth, data=str(tmp_path / "third")), tmp_path / "file"))


def _dies_at_the_second(monkeypatch: pytest.MonkeyPatch) -> None:
    """The object store takes one file and is gone then."""
    put, taken = S3Files.put_file, list[str]()

    async def once(files: S3Files, key: str, path: Path) -> None:
        taken.append(key)
        if len(taken) > 1:
            raise BaseError("operation timed out")
        await put(files, key, path)

    monkeypatch.setattr(S3Files, "put_file", once)


def _faults(settings: Settings) -> list[str]:
    async def look() -> list[str]:
        async with visiting(settings) as house:
            return await check_house(house)

    return asyncio.run(look())


def test_check_finds_a_lost_upload_and_a_count_that_drifted(tmp_path: Path):
    data = tmp_path / "data"
    said(chaupal(*ASHA, "--data", data))
    looked = said(chaupal("check", "--data", data))
    assert "all is whole" in looked and "people: one alone may decide" in looked
    assert "settings: public_url: addresses in mails and apps begin with http://127.0.0.1:8000," in looked
    with closing(sqlite3.connect(data / "chaupal.db", isolation_level=None)) as db:
        db.execute("UPDATE accounts SET followers_count = 7 WHERE handle = 'asha'")
        db.execute(
            "INSERT INTO media (id, account_id, mime, width, height, small_width, small_height, size, created_at)"
            " VALUES (5, 1, 'image/png', 1, 1, 1, 1, 1, 1)"
        )
    (data / "keys" / "log.key").chmod(0o640)
    done = chaupal("check", "--data", data)
    assert done.returncode == 1
    assert "others on this machine may read log.key" in done.stdout
    assert "followers" in done.stderr
    assert "media/5/original.png is missing" in done.stderr
    assert "media/5/small.webp is missing" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "command",
    [
        ("check",),
        ("backup", "FILE"),
        ("log", "against", __file__),
        ("log", "refill", "--reason", "The disk was lost.", "--from", "copy"),
        ("log", "anew", "--reason", "The disk was lost."),
    ],
)
def test_a_mistyped_directory_is_not_made(tmp_path: Path, command: tuple[str, ...]):
    words = [str(tmp_path / "file") if word == "FILE" else word for word in command]
    refused(chaupal(*words, "--data", tmp_path / "typo"), 1, str(tmp_path / "typo"), "holds no server", "--data")
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "typo").mkdir()
    (tmp_path / "typo" / "chaupal.db").touch()
    refused(chaupal("check", "--data", tmp_path / "typo"), 1, str(tmp_path / "typo"), "holds no server", "--data")


def test_that_a_new_server_begins_is_said_once(tmp_path: Path):
    first = chaupal(*ASHA, "--data", tmp_path / "new")
    assert first.stderr == f"{BEGINS}{tmp_path / 'new'}: nobody and nothing is in it yet\n"
    assert said(chaupal("account", "token", "asha", "--data", tmp_path / "new"))
    assert chaupal("account", "token", "asha", "--data", tmp_path / "new").stderr == ""


def test_a_file_that_is_no_database_is_one_line(tmp_path: Path):
    (tmp_path / "chaupal.db").write_bytes(b"this is not a database, whatever its name says" * 100)
    done = chaupal("account", "token", "asha", "--data", tmp_path)
    refused(done, 2, "data: ", "is no database")


def test_a_directory_that_cannot_be_had_is_one_sentence(tmp_path: Path):
    (taken := tmp_path / "taken").touch()
    for data in (taken, taken / "data"):
        refused(chaupal("serve", "--port", "0", CHAUPAL_DATA=str(data)), 2, f"data: {data} cannot be made")
    refused(chaupal("check", CHAUPAL_DATA=str(taken / "data")), 1, str(taken))


# --- settings ----------------------------------------------------------------------------------------------------------


def test_the_paper_on_settings_is_fresh():
    assert (DOCS / "settings.md").read_text(encoding="utf-8") == paper(), "docs/settings.md is stale: make map"


def test_every_setting_says_what_it_is_for():
    lines = help_lines()
    assert set(lines) == set(FIELDS)
    silent = [name for name, text in lines.items() if len(text) < 15]
    assert not silent


def test_settings_are_printed_as_they_are_here(tmp_path: Path):
    (tmp_path / "here.toml").write_text('title = "चौपाल"\nport = 8123\n', encoding="utf-8")
    printed = said(chaupal("--config", tmp_path / "here.toml", "settings", CHAUPAL_HOME_COUNTRY="NP"))
    rows = dict(regex.findall(r"^\| `(\w+)` \| `\w+` \| `([^`]*)` ", printed, regex.M))
    assert (rows["title"], rows["port"], rows["home_country"]) == ('"चौपाल"', "8123", '"NP"')
    assert set(rows) == set(FIELDS)


def test_no_password_is_printed():
    settings = load_settings(
        environ={},
        smtp_url="smtps://post:s3cret@mail.example.org:465",
        database="postgresql://chaupal:hush%21@db/chaupal",
    )
    table = settings_table(settings)
    assert "smtps://post:…@mail.example.org:465" in table
    assert "s3cret" not in table
    assert "hush" not in table


@pytest.mark.parametrize(
    ("environ", "told"),
    [
        ({"CHAUPAL_PORT": "many"}, "port"),
        ({"CHAUPAL_PORT": "70000"}, "port"),
        ({"CHAUPAL_TRUSTED_PROXIES": "0.0.0.0/0"}, "trusted_proxies"),
        ({"CHAUPAL_COUNTRY_HEADER": "CF-IPCountry"}, "country_header"),
        ({"CHAUPAL_PUBLIC_URL": "ftp://example.org"}, "public_url"),
        ({"CHAUPAL_PUBLIC_URL": "https://two hosts"}, "public_url"),
        ({"CHAUPAL_PUBLIC_URL": "https://[::1"}, "public_url"),
        ({"CHAUPAL_TRACES": "http://host:99999"}, "traces"),
        ({"CHAUPAL_HOME_COUNTRY": "india"}, "home_country"),
        ({"CHAUPAL_CONFIG": "/nowhere/at/all.toml"}, "/nowhere/at/all.toml"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(environ: dict[str, str], told: str):
    refused(chaupal("settings", **environ), 2, told)


def test_a_setting_that_nobody_knows_is_named(tmp_path: Path):
    (tmp_path / "bad.toml").write_text("colour = 'red'\n")
    refused(chaupal("--config", tmp_path / "bad.toml", "settings"), 2, "bad.toml", "no setting is called `colour`")


def test_the_command_lists_what_it_can_do():
    text = said(started("--help"))
    for word in ("serve", "account", "order", "log", "backup", "restore", "check", "settings"):
        assert regex.search(rf"^  {word}\s", text, regex.M), word

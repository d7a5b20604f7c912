"""Backup and restore: database, uploads, keys, laws and rules in one file, whole or not at all, taken while the server runs."""

import asyncio
import contextlib
import os
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
from contextlib import closing
from pathlib import Path
from urllib.parse import unquote, urlsplit

from chaupal.app.rooms import keeper_of, reached
from chaupal.kernel.errors import Problem
from chaupal.kernel.logger import log
from chaupal.kernel.settings import Settings
from chaupal.ports.files import Files, check_key

DATABASE = "chaupal.db"
DUMP = "chaupal.pgdump"
FILES = "files"
CARRYING = "restoring"  # stands in an object store while a restore brings uploads there
# The operator's laws and rules too: a server does not start without those that its orders came in under (laws.check_cited).
KEPT = (FILES, "keys", "mail", "regimes", "rules")


async def backup(settings: Settings, file: Path) -> int:
    """Write everything into `file` (tar, gzip); its size in bytes. Raises Problem where there is nothing to back up."""
    check_there(settings)
    # Beside the file, so that it takes the file's place whole, in one step.
    with tempfile.TemporaryDirectory(dir=file.parent, prefix=".backup-") as beside:
        database = Path(beside) / (DUMP if settings.postgres else DATABASE)
        await asyncio.to_thread(_take_database, settings, database)
        if settings.files:
            with reached(settings):
                await _bring(keeper_of(settings), Path(beside) / FILES)
        return await asyncio.to_thread(_pack, Path(settings.data), Path(beside), database, file)


def _take_database(settings: Settings, database: Path) -> None:
    """The database comes first: an upload without a row is harmless, a row without its upload is a loss."""
    if settings.postgres:
        # What processes tell each other is by the numbers of this database's transactions, and no news in another.
        _postgres(settings, "pg_dump", "--format=custom", "--no-unlogged-table-data", f"--file={database}")
    else:
        _copy(Path(settings.data) / DATABASE, database)


def _pack(data: Path, beside: Path, database: Path, file: Path) -> int:
    written = beside / "backup"
    with tarfile.open(written, "w:gz", compresslevel=6) as tar:
        tar.add(database, database.name)
        for name in KEPT:
            _add(tar, data, data / name)
        _add(tar, beside, beside / FILES)  # where they lie in an object store
    written.chmod(0o600)  # it holds the keys
    _to_disk(written)
    written.replace(file)
    return file.stat().st_size


async def _bring(files: Files, folder: Path) -> None:
    """All uploads of an object store into a folder. What goes while we look was spare."""
    async for key in files.every():
        path = folder / check_key(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        await files.fetch(key, path)


def check_there(settings: Settings) -> None:
    """Raises Problem where no server has kept anything: most often the directory was mistyped."""
    data = Path(settings.data)
    if not data.is_dir() or not (settings.postgres or (data / DATABASE).exists()):
        raise Problem(f"{data.absolute()} holds no server; say where it lies by --data or CHAUPAL_DATA")


def _copy(source: Path, target: Path) -> None:
    """SQLite's own online backup: consistent while others write."""
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)
        # The copy says WAL as the original does; one plain file is easier to look into.
        new.execute("PRAGMA journal_mode=DELETE")


def _add(tar: tarfile.TarFile, data: Path, path: Path) -> None:
    """A folder as it is now: files that go while we look were spare, or are half written."""
    with contextlib.suppress(FileNotFoundError):
        tar.add(path, str(path.relative_to(data)), recursive=False)
        if path.is_dir():
            for child in sorted(path.iterdir()):
                _add(tar, data, child)


async def restore(settings: Settings, file: Path) -> None:
    """Bring a backup back. Raises Problem for a data directory that is not empty and for a file that is no backup."""
    home = await asyncio.to_thread(_check_free, settings)
    if settings.postgres:
        await _check_empty(settings.database)
    with tempfile.TemporaryDirectory(dir=home.parent, prefix=".restore-") as beside:
        unpacked = Path(beside) / "data"
        await asyncio.to_thread(_lay_out, settings, file, unpacked)
        if settings.files:  # this can end half way: then nothing else is there yet, and it goes on the next time
            with reached(settings):
                await _carry(settings, unpacked / FILES)
        await asyncio.to_thread(_put_in_place, settings, unpacked, home)
    if settings.files:
        await _drop_mark(settings)


async def _drop_mark(settings: Settings) -> None:
    """All is there by now: a store that is away in this moment is no reason to say that it is not."""
    try:
        with reached(settings):
            await keeper_of(settings).drop(CARRYING)
    except Exception as error:
        log.warning("restored; delete the mark that is left among the uploads", mark=CARRYING, error=str(error))


def _check_free(settings: Settings) -> Path:
    """Where it is to lie. Raises Problem where something does."""
    data = Path(settings.data)
    if data.exists() and (not data.is_dir() or any(data.iterdir())):
        raise Problem(f"{data} is not empty; name a new directory by --data, and serve that")
    data.absolute().parent.mkdir(parents=True, exist_ok=True)
    return data.absolute()


async def _check_empty(dsn: str) -> None:
    """Raises Problem for a database that holds something, BadSettings for one that cannot be reached or entered."""
    from chaupal.store.machine.connecting_postgres import connect  # the driver, which most houses need none of
    from chaupal.store.machine.work_postgres import not_let_in

    try:
        connection = await connect(dsn)
        try:
            found = await connection.fetchval(
                # What an extension brought, as hosts give it with each database, is no data.
                "SELECT min(relname::text) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm') "
                "AND oid NOT IN (SELECT objid FROM pg_depend WHERE classid = 'pg_class'::regclass AND deptype = 'e')"
            )
        finally:
            await connection.close()
    except Exception as error:
        raise not_let_in(dsn, error) or error from error
    if found is not None:
        raise Problem(f"`database` must name a new, empty one (this holds {found}); nothing is restored")


async def _carry(settings: Settings, folder: Path) -> None:
    """All uploads of a folder into an object store; then the folder goes. Raises Problem for a store that holds anything, but what a
    restore of the same uploads brought there that did not come to its end.
    """
    files = keeper_of(settings)
    found = await asyncio.to_thread(lambda: [path for path in sorted(folder.rglob("*")) if path.is_file()])
    paths = {str(path.relative_to(folder)): path for path in found}
    known = {*paths, CARRYING} if await files.size(CARRYING) is not None else set[str]()
    async for key in files.every():
        if key not in known:
            raise Problem(f"{settings.files} is not empty (it holds {key}); restore into a new store")
    await files.put(CARRYING, b"chaupal restore")
    for key, path in paths.items():
        await files.put_file(key, path)
    await asyncio.to_thread(shutil.rmtree, folder, True)


def _lay_out(settings: Settings, file: Path, folder: Path) -> None:
    folder.mkdir(0o700)
    _unpack(file, folder)
    if (folder / DUMP).exists() != settings.postgres:
        raise Problem("This backup is of the other kind of database; set `database` to match it")
    if not settings.postgres:
        _check_whole(folder / DATABASE, file)


def _put_in_place(settings: Settings, unpacked: Path, home: Path) -> None:
    if settings.postgres:
        words = ("pg_restore", "--single-transaction", "--exit-on-error", "--no-owner", str(unpacked / DUMP))
        try:
            _postgres(settings, *words)
        except Problem as error:
            raise Problem(f"nothing is restored. {error}") from error
        (unpacked / DUMP).unlink()
    if home.exists():
        home.rmdir()
    unpacked.rename(home)


def _unpack(file: Path, folder: Path) -> None:
    try:
        with tarfile.open(file, "r:gz") as tar:
            tar.extractall(folder, filter="data")
    except (tarfile.TarError, EOFError, OSError, ValueError) as error:
        raise Problem(f"{file} is not a backup that can be read: {error}") from error
    if not (folder / DATABASE).exists() and not (folder / DUMP).exists():
        raise Problem(f"{file} holds no database")


def _check_whole(database: Path, file: Path) -> None:
    try:
        with closing(sqlite3.connect(database)) as db:
            said = db.execute("PRAGMA quick_check").fetchone()[0]
    except sqlite3.DatabaseError as error:
        said = str(error)
    if said != "ok":
        raise Problem(f"The database in {file} is damaged: {said}")


def _to_disk(file: Path) -> None:
    with file.open("rb") as written:
        os.fsync(written.fileno())


def _postgres(settings: Settings, *command: str) -> None:
    program = shutil.which(command[0])
    if program is None:
        raise Problem(f"{command[0]} is needed for a PostgreSQL store; install PostgreSQL's client programs")
    parts = urlsplit(settings.database)
    # The password goes by the environment: everybody on the machine can read the words of a command.
    address = parts._replace(netloc=parts.netloc.replace(f":{parts.password}@", "@", 1)) if parts.password else parts
    environ = os.environ | ({"PGPASSWORD": unquote(parts.password)} if parts.password else {})
    done = subprocess.run(  # noqa: S603 - found by name, fixed words
        [program, *command[1:], f"--dbname={address.geturl()}"],
        capture_output=True,
        text=True,
        check=False,
        env=environ,
    )
    if done.returncode != 0:
        raise Problem(f"{command[0]}: {done.stderr.strip()[:500]}")

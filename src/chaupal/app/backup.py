"""Backup and restore: database, uploads and keys in one file, whole or not at all, taken while the server runs."""

import asyncio
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
from pathlib import Path

from chaupal.kernel.errors import Conflict, Invalid, Unavailable
from chaupal.kernel.settings import Settings

DATABASE = "chaupal.db"
DUMP = "chaupal.pgdump"
KEPT = ("files", "keys", "mail")


async def backup(settings: Settings, file: Path) -> int:
    """Write everything into `file` (tar, gzip); its size in bytes. Raises Invalid where there is nothing to back up."""
    return await asyncio.to_thread(_backup, settings, file)


def _backup(settings: Settings, file: Path) -> int:
    data = Path(settings.data)
    if not data.is_dir() or not (settings.postgres or (data / DATABASE).exists()):
        raise Invalid(f"{data} holds no server to back up")
    # Database first: an upload without its row is a spare file, a row without its upload would be a loss.
    with tempfile.TemporaryDirectory(dir=file.absolute().parent) as beside:
        database = (
            _dump(settings, Path(beside)) if settings.postgres else _copy(data / DATABASE, Path(beside) / DATABASE)
        )
        written = Path(beside) / "backup"
        with tarfile.open(written, "w:gz", compresslevel=6) as tar:
            tar.add(database, database.name)
            for name in KEPT:
                if (data / name).exists():
                    tar.add(data / name, name)
        written.chmod(0o600)
        written.replace(file)
    return file.stat().st_size


def _copy(source: Path, target: Path) -> Path:
    """SQLite's own online backup: consistent while others write."""
    with sqlite3.connect(source) as old, sqlite3.connect(target) as new:
        old.backup(new)
    new.close()
    old.close()
    return target


def _dump(settings: Settings, folder: Path) -> Path:
    target = folder / DUMP
    _run("pg_dump", "--format=custom", f"--file={target}", settings.database)
    return target


async def restore(settings: Settings, file: Path) -> None:
    """Bring a backup back. Raises Conflict for a data directory that is not empty, Invalid for a file that is no backup."""
    await asyncio.to_thread(_restore, settings, file)


def _restore(settings: Settings, file: Path) -> None:
    data = Path(settings.data)
    if data.exists() and any(data.iterdir()):
        raise Conflict(f"{data} is not empty; restore into a new directory")
    data.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=data.absolute().parent) as beside:
        unpacked = Path(beside) / "data"
        unpacked.mkdir(0o700)
        _unpack(file, unpacked)
        if (unpacked / DUMP).exists() != settings.postgres:
            raise Invalid("This backup is of the other kind of database; set `database` to match it")
        if settings.postgres:
            _run("pg_restore", "--exit-on-error", "--no-owner", f"--dbname={settings.database}", str(unpacked / DUMP))
            (unpacked / DUMP).unlink()
        if data.exists():
            data.rmdir()
        shutil.move(unpacked, data)


def _unpack(file: Path, folder: Path) -> None:
    try:
        with tarfile.open(file, "r:gz") as tar:
            tar.extractall(folder, filter="data")
    except (tarfile.TarError, EOFError, OSError) as error:
        raise Invalid(f"{file} is not a backup that can be read: {error}") from error
    if not (folder / DATABASE).exists() and not (folder / DUMP).exists():
        raise Invalid(f"{file} holds no database")


def _run(*command: str) -> None:
    program = shutil.which(command[0])
    if program is None:
        raise Unavailable(f"{command[0]} is needed for a PostgreSQL store; install PostgreSQL's client programs")
    done = subprocess.run([program, *command[1:]], capture_output=True, text=True, check=False)  # noqa: S603 - found by name, fixed words
    if done.returncode != 0:
        raise Unavailable(f"{command[0]}: {done.stderr.strip()[:500]}")

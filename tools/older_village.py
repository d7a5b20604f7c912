"""A village as an earlier version of the server founds it, written into one file that tests restore and upgrade.

    .venv/bin/python tools/older_village.py COMMIT tests/older/village-NAME.mpack.gz

The version's code is taken out of git, gets an environment of its own by its own lock file (that needs a network), and founds its
village in a private PostgreSQL. Rows and keys are kept; of uploads only what rows say. Tests read it without any of that.
"""

import asyncio
import gzip
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

import asyncpg
import msgspec

HERE = Path(__file__).parent.parent
sys.path.insert(0, str(HERE / "tests"))
from services import postgres  # noqa: E402 - found by the line above

TABLES = """
    SELECT c.relname FROM pg_class c
    WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND c.relname <> 'alembic_version' ORDER BY 1
"""
PORT = 8190
PATIENCE = 120


def main(commit: str, out: Path) -> None:
    with tempfile.TemporaryDirectory() as folder, postgres() as server:
        code, dsn = Path(folder) / "code", server.fresh()
        code.mkdir()
        data = Path(folder) / "data"
        _environment(commit, code)
        _found_village(code, data, dsn)
        kept = asyncio.run(_rows(dsn)) | {"commit": commit, "at": time.time_ns() // 1_000_000}
        kept["keys"] = {path.name: path.read_bytes() for path in sorted((data / "keys").iterdir())}
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_bytes(gzip.compress(msgspec.msgpack.encode(kept), 9, mtime=0))
    print(f"{out}: {out.stat().st_size} bytes, version {kept['version']}")


def _environment(commit: str, code: Path) -> None:
    archive = subprocess.run(["git", "archive", commit], cwd=HERE, capture_output=True, check=True)
    subprocess.run(["tar", "x"], cwd=code, input=archive.stdout, check=True)
    environ = os.environ | {"UV_PROJECT_ENVIRONMENT": str(code / ".venv")}
    subprocess.run(
        [HERE / ".tools/bin/uv", "sync", "--frozen", "--no-dev", "--quiet"], cwd=code, env=environ, check=True
    )
    for words in code.glob("src/chaupal/web/locales/*/LC_MESSAGES/messages.po"):
        made = ["compile", "-D", "messages", "-i", str(words), "-o", str(words.with_suffix(".mo"))]
        subprocess.run([code / ".venv/bin/pybabel", "-q", *made], check=True)


def _found_village(code: Path, data: Path, dsn: str) -> None:
    """Start the village, wait until it has signed its log, and stop it."""
    command = [code / ".venv/bin/chaupal", "--data", data, "serve", "--village", "--port", str(PORT)]
    with subprocess.Popen(command, cwd=code, env=os.environ | {"CHAUPAL_DATABASE": dsn}) as served:
        try:
            _await_checkpoint(f"http://127.0.0.1:{PORT}/log/checkpoint")
        finally:
            served.terminate()


def _await_checkpoint(address: str) -> None:
    until = time.monotonic() + PATIENCE
    while True:
        try:
            with urllib.request.urlopen(address, timeout=10):  # noqa: S310 - of our own
                return
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.5)


async def _rows(dsn: str) -> dict[str, Any]:
    connection: Any = await asyncpg.connect(dsn)
    try:
        names = [row[0] for row in await connection.fetch(TABLES)]
        tables = {name: [dict(row) for row in await connection.fetch(f'TABLE "{name}"')] for name in names}
        return {
            "version": await connection.fetchval("SELECT version_num FROM alembic_version"),
            "tables": {
                name: {"columns": list(rows[0]), "rows": [list(row.values()) for row in rows]}
                for name, rows in tables.items()
                if rows
            },
        }
    finally:
        await connection.close()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))

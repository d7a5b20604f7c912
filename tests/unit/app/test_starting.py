"""What a start takes: modules that only some answers need are not brought in, and what stays is not looked through for rubbish."""

import gc
import subprocess
import sys
from pathlib import Path

from begun import lay
from chaupal.app.gc_frozen import gc_frozen

# Libraries that one feature alone needs, each of them with many modules or megabytes; and drivers of what a house has not.
LATER = frozenset({
    "webauthn", "OpenSSL", "joserfc", "authlib", "httpx2", "smtplib", "email.policy", "xml.sax", "markdown_it", "nh3", "selectolax",
    "jinja2", "pycld2", "difflib", "tarfile", "maxminddb", "structlog", "rich", "alembic", "asyncpg", "sqlalchemy.dialects.postgresql",
    "pyvips", "PIL", "obstore", "pyhanko", "segno", "valkey",
})  # fmt: skip

ASK = """
import asyncio, sys
import chaupal.app.server
from chaupal.app.wiring import open_house
from chaupal.kernel.settings import load_settings

async def ask():
    running = await open_house(load_settings(environ={}, data=sys.argv[1]), run=False)
    said = []
    async def send(message): said.append(message)
    scope = {"type": "http", "method": "GET", "path": "/api/v2/instance", "query_string": b"", "headers": [], "client": ("127.0.0.1", 1)}
    await running.app(scope, None, send)
    await running.close()
    return said[0]["status"]

print(asyncio.run(ask()), *sys.modules)
"""


def program(text: str, *words: object) -> str:
    """What a Python program said; it must end well."""
    done = subprocess.run(
        [sys.executable, "-c", text, *map(str, words)], capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_server_answers_before_it_has_brought_in_what_only_some_answers_need(tmp_path: Path):
    lay(tmp_path / "data" / "chaupal.db")  # to make a store brings in Alembic
    status, *loaded = program(ASK, tmp_path / "data").split()
    assert status == "200" and "chaupal.http.router" in loaded
    assert not LATER & set(loaded), LATER & set(loaded)


def test_what_stays_for_good_is_not_looked_through_again():
    before = gc.get_freeze_count()
    try:
        with gc_frozen():
            assert not gc.isenabled()
            kept = [[number] for number in range(1_000)]
        assert gc.isenabled() and gc.get_freeze_count() >= before + len(kept)
    finally:
        gc.unfreeze()

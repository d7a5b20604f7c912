"""A store at this version as a file, to begin with a copy of: to migrate each took longer than most tests."""

import asyncio
import atexit
import shutil
import tempfile
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from threading import Lock

from chaupal.store.machine.migrate import migrate, sqlite_url

_ONE_AT_A_TIME = Lock()  # several servers may begin at once, each in a thread, and alembic knows but one migration


def begun() -> Path:
    """The file, migrated once in this process; nobody writes into it."""
    with _ONE_AT_A_TIME:
        return made()


@cache
def made() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="chaupal-begun-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    file = folder / "chaupal.db"
    with ThreadPoolExecutor(1) as thread:  # a loop may be running here
        thread.submit(asyncio.run, migrate(sqlite_url(file))).result()
    return file


def lay(store: Path) -> bool:
    """Whether a copy of it was laid there, in a data directory that is made where it is missing; not where there is a store."""
    store.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if store.exists():
        return False
    shutil.copy(begun(), store)
    return True

"""A store at this version as a file, to begin with a copy of: to migrate each took longer than most tests."""

import asyncio
import fcntl
import shutil
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from threading import Lock

from chaupal.store.machine.migrate import migrate, sqlite_url
from compiled import folder

_ONE_AT_A_TIME = Lock()  # several servers may begin at once, each in a thread, and alembic knows but one migration


def begun() -> Path:
    """The file, migrated once in a run, by whichever process asks first while others wait; nobody writes into it."""
    with _ONE_AT_A_TIME:
        return made(Path(folder(), "begun"))


@cache
def made(place: Path) -> Path:
    file = place / "chaupal.db"
    place.mkdir(exist_ok=True)
    with (place / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not file.exists():
            making = place / "making" / file.name
            shutil.rmtree(making.parent, ignore_errors=True)  # of one that was ended meanwhile
            making.parent.mkdir()
            with ThreadPoolExecutor(1) as thread:  # a loop may be running here
                thread.submit(asyncio.run, migrate(sqlite_url(making))).result()
            making.rename(file)
    return file


def lay(store: Path) -> bool:
    """Whether a copy of it was laid there, in a data directory that is made where it is missing; not where there is a store."""
    store.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if store.exists():
        return False
    shutil.copy(begun(), store)
    return True

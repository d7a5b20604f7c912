"""Figures of all processes of one machine: each puts its own into a file now and then, and whoever is asked tells all of them.

Several processes stand behind one address, and Prometheus comes to any of them; those that work may answer at none.
The files are as its node exporter reads them (textfile collector), for machines on which nobody serves.
"""

import asyncio
import contextlib
import fcntl
import os
import time
from collections.abc import AsyncGenerator, Generator, Iterable, Iterator
from itertools import count
from pathlib import Path

from chaupal.api.admin.process import process
from chaupal.kernel.clock import Clock
from chaupal.kernel.saying import log
from chaupal.kernel.settings import Settings
from chaupal.kernel.vitals import Vitals

EVERY = 5.0  # seconds
STALE = 30.0  # seconds after which whoever wrote has died


def folder(settings: Settings) -> Path:
    """Where the processes of this machine put them."""
    return Path(settings.data) / "figures"


@contextlib.asynccontextmanager
async def reporting(settings: Settings, vitals: Vitals, clock: Clock, role: str) -> AsyncGenerator[None]:
    """Inside, this process has a name among those of its machine, and puts its figures down. `role`: serve or work."""
    vitals.name = role
    if not (settings.many and settings.metrics_token):
        yield
        return
    with _named(folder(settings), role) as vitals.name:
        keeping = asyncio.create_task(keep(folder(settings) / f"{vitals.name}.prom", vitals, clock))
        try:
            yield
        finally:
            keeping.cancel()
            await asyncio.gather(keeping, return_exceptions=True)


@contextlib.contextmanager
def _named(where: Path, role: str) -> Generator[str]:
    """The lowest number that nobody of this role has: names come again, so that Prometheus knows few of them."""
    where.mkdir(mode=0o700, exist_ok=True)
    for number in count():
        with (where / f"{role}-{number}.lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            try:
                yield f"{role}-{number}"
            finally:
                (where / f"{role}-{number}.prom").unlink(missing_ok=True)
            return


async def keep(file: Path, vitals: Vitals, clock: Clock) -> None:
    """Put this process's figures there, again and again."""
    while True:
        try:
            await asyncio.to_thread(write_whole, file, process(vitals, clock()))
        except OSError as error:
            log.warning("figures could not be put down", error=error)
        await asyncio.sleep(EVERY)


def write_whole(file: Path, text: str) -> None:
    """Whole or not at all: whoever reads meanwhile reads the one before."""
    file.parent.mkdir(mode=0o700, exist_ok=True)
    beside = file.with_suffix(f".{os.getpid()}")
    beside.write_text(text, "utf-8")
    beside.replace(file)


def of_all(settings: Settings, vitals: Vitals, now: int) -> str:
    """This process's as they are, and those of others that live as they put them down. `now`: ms since 1970."""
    own = process(vitals, now)
    return together([own, *_others(folder(settings), vitals.name)]) if settings.many else own


def _others(where: Path, own: str) -> Iterator[str]:
    for file in sorted(where.glob("*.prom")):
        with contextlib.suppress(FileNotFoundError):
            if file.stem != own and time.time() - file.stat().st_mtime < STALE:
                yield file.read_text("utf-8")


def together(texts: Iterable[str]) -> str:
    """As one text: each family is told of once, with the samples of all."""
    families: dict[str, list[str]] = {}
    heads: dict[str, list[str]] = {}
    for text in texts:
        name = ""
        for line in text.splitlines():
            if line.startswith("#"):
                name = line.split(" ", 3)[2]
                head = heads.setdefault(name, [])
                if line not in head:
                    head.append(line)
            else:
                families.setdefault(name, []).append(line)
    return "".join(f"{line}\n" for name, head in heads.items() for line in (*head, *families.get(name, ())))

"""What a process counts of itself, as text for Prometheus; and all of one machine: each puts its own into a file now and then, and
whoever is asked tells all of them.

Several processes stand behind one address, and Prometheus comes to any of them; those that work may answer at none.
The files are as its node exporter reads them (textfile collector), for machines on which nobody serves.
"""

import asyncio
import contextlib
import fcntl
import os
import resource
import time
from collections.abc import AsyncGenerator, Generator, Iterable, Iterator
from itertools import count
from pathlib import Path

from chaupal.kernel.clock import SECOND, Clock
from chaupal.kernel.logger import log
from chaupal.kernel.settings import Settings
from chaupal.kernel.vitals import Spread, Vitals

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
    return together([own, *_of_other_processes(folder(settings), vitals.name)]) if settings.many else own


def _of_other_processes(where: Path, own: str) -> Iterator[str]:
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


PAGE = os.sysconf("SC_PAGE_SIZE")
GAUGES = {
    "streams_open": "Connections that stay open and are told what happens.",
    "valkey_up": "1 while the Valkey answers; while it does not, limits are counted by each process alone.",
    "connections_open": "Connections that stand, streams among them.",
}

type Labels = dict[str, str]


def process(vitals: Vitals, now: int) -> str:
    """All of it. `now`: ms since 1970."""
    return "".join(f"{line}\n" for line in _lines(vitals, {"process": vitals.name}, now))


def _lines(vitals: Vitals, me: Labels, now: int) -> Iterator[str]:
    yield from head(
        "request_seconds",
        "histogram",
        "How long requests took, by route and status; what is not there or withheld counts as 200.",
    )
    for (route, status), spread in sorted(vitals.answered.items()):
        yield from _spread("request_seconds", {**me, "route": route, "status": str(status)}, spread)
    yield from head("look_seconds", "histogram", "How long it took to learn what other processes have changed.")
    yield from _spread("look_seconds", me, vitals.looks)
    yield from head("law_age_seconds", "gauge", "Since this process last knew everything that was decided.")
    yield line("law_age_seconds", me, max(0, now - vitals.looked_at) / SECOND if vitals.looked_at else 0)
    yield from head("homes_read_total", "counter", "Homes that were read: resident, or built for it from the store.")
    yield line("homes_read_total", {**me, "resident": "yes"}, vitals.homes_found)
    yield line("homes_read_total", {**me, "resident": "no"}, vitals.homes_built)
    for name, read in sorted(vitals.gauges.items()):
        yield from head(name, "gauge", GAUGES[name])
        yield line(name, me, read())
    yield from head("draining", "gauge", "1 while it takes nothing new and ends what it has begun.")
    yield line("draining", me, vitals.draining)
    used = resource.getrusage(resource.RUSAGE_SELF)
    yield from head("process_cpu_seconds_total", "counter", "Time of the processor that it has used.")
    yield line("process_cpu_seconds_total", me, used.ru_utime + used.ru_stime)
    yield from head("process_resident_memory_bytes", "gauge", "Memory that it takes.")
    yield line("process_resident_memory_bytes", me, _resident())


def head(name: str, kind: str, said: str) -> tuple[str, str]:
    """What stands before a family of samples."""
    return f"# HELP chaupal_{name} {said}", f"# TYPE chaupal_{name} {kind}"


def _spread(name: str, labels: Labels, spread: Spread) -> Iterator[str]:
    so_far = 0
    for bound, many in zip((*map(str, spread.bounds), "+Inf"), spread.counts, strict=True):
        so_far += many
        yield line(f"{name}_bucket", {**labels, "le": bound}, so_far)
    yield line(f"{name}_sum", labels, spread.total)
    yield line(f"{name}_count", labels, so_far)


def line(name: str, labels: Labels, value: float) -> str:
    """One sample, with as many digits as a double holds: what is counted is not rounded."""
    said = ",".join(f'{key}="{_escaped(text)}"' for key, text in labels.items())
    return f"chaupal_{name}{{{said}}} {value:.15g}" if said else f"chaupal_{name} {value:.15g}"


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


def _resident() -> int:
    """Bytes; of what Linux tells (proc(5), statm)."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024

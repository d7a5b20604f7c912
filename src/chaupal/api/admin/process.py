"""What a process counts of itself, in the text format that Prometheus reads: requests, looks, homes, streams, time and memory."""

import os
import resource
from collections.abc import Iterator
from pathlib import Path

from chaupal.kernel.clock import SECOND
from chaupal.kernel.vitals import Spread, Vitals

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
    for bound, count in zip((*map(str, spread.bounds), "+Inf"), spread.counts, strict=True):
        so_far += count
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

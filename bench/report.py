"""The table of a run, its JSON copy, and two runs side by side."""

import json
import os
import platform
import subprocess
import time
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from bench import streams
from bench.data import DataSet
from bench.works import WorkMeasured, works

RUNS = Path(__file__).parent / "runs"
GROWTH = 1.2  # how much dearer a work may be with ten times the posts and accounts
COLUMNS = (
    "work",
    "kB",
    "CPU ms",
    "R ms",
    "ratio",
    "composed",
    "target",
    "or ms",
    "grown",
    "req/s/core",
    "p50 ms",
    "p99 ms",
    "GoToSocial",
    "snac",
)


def show(found: dict[str, Any]) -> None:
    """Print the table; figures beyond their target are red."""
    title = (
        f"CPU of the server per request, and its ratio to R in the same run; grown: with {found['growth']}x the data (<= {GROWTH})\n"
        "ratio: as served, answers kept until what they were made from changes; composed: each answer made anew, as while others write\n"
        "green: within the target; yellow: beyond it in R, but within the ms that it came to where it was set"
    )
    table = Table(title=title)
    for column in COLUMNS:
        table.add_column(column, justify="left" if column == "work" else "right", no_wrap=True)
    for work in WORKS:
        table.add_row(*_row(work, found["works"][work.name], found["peers"].get(work.name)))
    figures = Table("beside the requests", "value", "target")
    for name, value, target, good in other_figures(found):
        figures.add_row(name, coloured(value, good), target)
    console = Console(width=160)
    console.print(table)
    console.print(figures)


def _row(work: WorkMeasured, row: dict[str, float], peer: float | None) -> tuple[str, ...]:
    unit = "ms" if work.absolute else "R"
    value = row["cpu"] if work.absolute else row["ratio"]
    colour = "green" if value <= work.target else "yellow" if row["cpu"] <= work.there else "red"
    cpu, ratio = f"{row['cpu']:.3f}", f"{row['ratio']:.2f}"
    return (
        work.name,
        f"{row['size'] / 1000:.0f}",
        f"[{colour}]{cpu}[/]",
        f"{row['raw']:.3f}",
        ratio if work.absolute else f"[{colour}]{ratio}[/]",
        f"{row['composed']:.2f}",
        f"<= {work.target} {unit}",
        f"{work.there:.2f}",
        coloured(f"{row['growth']:.2f}", row["growth"] <= GROWTH),
        f"{1000 / row['cpu']:,.0f}",
        f"{row['p50']:.1f}",
        f"{row['p99']:.1f}",
        f"{work.elsewhere:g} {unit}" if work.elsewhere else "-",
        f"{peer / row['cpu']:.1f}x" if peer else "-",
    )


def other_figures(found: dict[str, Any]) -> list[tuple[str, str, str, bool]]:
    """Figures that are no request: (name, value, target, whether it is met)."""
    cold = found["first_reads"]
    rows = [("W1 home, each reader's first", f"{cold['ratio']:.2f} R", "<= 4 R", cold["ratio"] <= 4)]
    for writers, row in found["posting"].items():
        value = f"{row['cpu']:.2f} ms, {row['per_core']:,.0f}/s/core"
        rows.append(
            (f"W5 posting, {writers} writers", value, "<= 1.0 ms, >= 800", row["cpu"] <= 1 and row["per_core"] >= 800)
        )
    for followers, row in found["presence"].items():
        rows.append(
            (f"W5 in homes, {followers} followers", f"{row['share']:.0%} at the next read", "100%", row["share"] == 1)
        )
    return [
        *rows,
        ("W8 decision to obedience", f"{found['obeyed_ms']:.0f} ms", "-", True),
        *streams.rows(found["streams"]),
        ("start to first 200", f"{found['started']:.2f} s", "<= 1.5 s", found["started"] <= 1.5),
        ("memory before load", f"{found['memory_before']:.0f} MB", "<= 90 MB", found["memory_before"] <= 90),
        ("memory after load", f"{found['memory_after']:.0f} MB", "<= 150 MB", found["memory_after"] <= 150),
    ]


def coloured(text: str, good: bool) -> str:
    return f"[{'green' if good else 'red'}]{text}[/]"


def keep(found: dict[str, Any]) -> Path:
    """Write the run into bench/runs, so that two commits can be compared."""
    head = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    about = {"commit": head.stdout.strip(), "python": platform.python_version(), "load": os.getloadavg()[0]}
    RUNS.mkdir(exist_ok=True)
    file = RUNS / f"{time.strftime('%Y%m%dT%H%M%S')}.json"
    file.write_text(json.dumps(about | found, indent=1))
    return file


def compare(new: dict[str, Any], base: Path) -> None:
    """Print each work's ratio to R then and now."""
    old = json.loads(base.read_text())
    print(f"against {old.get('commit', base.name)}:")
    for name, row in new["works"].items():
        if was := old["works"].get(name):
            print(f"{name:30} {was['ratio']:6.2f} R -> {row['ratio']:6.2f} R  ({row['ratio'] / was['ratio']:.2f}x)")
    for writers, row in new["posting"].items():
        if was := old["posting"].get(writers):
            print(
                f"{f'posting, {writers} writers':30} {was['cpu']:6.2f} ms -> {row['cpu']:6.2f} ms  ({row['cpu'] / was['cpu']:.2f}x)"
            )


WORKS = works(DataSet.empty())

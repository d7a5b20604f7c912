"""A share of a core for a process, by the kernel's groups: how two servers beside their load and database fit on few cores."""

import contextlib
import os
from collections.abc import Generator, Iterable
from pathlib import Path

PERIOD = 20_000  # microseconds in which a share is given: short, so that no answer waits long for the next
GROUPS = Path("/sys/fs/cgroup")


class NoShares(Exception):
    """This machine gives no shares: why, in words."""


def _parent() -> tuple[Path, bool]:
    """Where groups of processes are made, and whether by the kernel's second way (docs.kernel.org/admin-guide/cgroup-v2.html)."""
    first, second = GROUPS / "cpu", GROUPS / "cgroup.controllers"
    if (first / "cpu.cfs_quota_us").exists() or (first / "cgroup.procs").exists():
        return first, False
    if second.exists() and "cpu" in second.read_text().split():
        return GROUPS, True
    raise NoShares("no group of processes can be given a share of a core here")


@contextlib.contextmanager
def shared(pids: Iterable[int], share: float) -> Generator[None]:
    """Each of these processes has so much of a core for itself, and no more, for as long as this lasts. Raises NoShares."""
    parent, second = _parent()
    made: list[Path] = []
    quota = int(share * PERIOD)
    try:
        with _or_none():
            if second:
                (parent / "cgroup.subtree_control").write_text("+cpu")
            for pid in pids:
                made.append(parent / f"bench-{os.getpid()}-{pid}")
                made[-1].mkdir()
                if second:
                    (made[-1] / "cpu.max").write_text(f"{quota} {PERIOD}")
                else:
                    (made[-1] / "cpu.cfs_period_us").write_text(str(PERIOD))
                    (made[-1] / "cpu.cfs_quota_us").write_text(str(quota))
                (made[-1] / "cgroup.procs").write_text(str(pid))
        yield
    finally:
        for group in made:
            _let_go(group, parent)


@contextlib.contextmanager
def _or_none() -> Generator[None]:
    try:
        yield
    except OSError as error:
        raise NoShares(f"shares of a core need the right to make groups of processes: {error.strerror}") from error


def _let_go(group: Path, parent: Path) -> None:
    with contextlib.suppress(OSError):
        for pid in (group / "cgroup.procs").read_text().split():
            (parent / "cgroup.procs").write_text(pid)
    with contextlib.suppress(OSError):
        group.rmdir()

"""Chaupal with a bug in it, for the storm to find: run as a program it is the `chaupal` command, with one of BUGS put in.

Which one, if any, stands in the file that BUG_AT names, and is read again all the time: one cluster is tried with each.
"""

import asyncio
import os
import sys
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

READ_EVERY = 0.05  # seconds
SELDOM = 0.3  # seconds
LATE = 0.15  # seconds from an answer to the commit that it told of


class Switch:
    """Which bug is in at the moment."""

    def __init__(self, file: str) -> None:
        self._file = Path(file)
        self._read_at, self._name = 0.0, ""

    def on(self, name: str) -> bool:
        if time.monotonic() - self._read_at > READ_EVERY:
            self._read_at = time.monotonic()
            self._name = self._file.read_text("utf-8") if self._file.exists() else ""
        return self._name == name


def skip_a_look(switch: Switch) -> None:
    """Looks are not made that begin too soon after the last one."""
    from chaupal.store.machine.tail import Tail

    look, looked = Tail.catch_up, [0.0]

    async def seldom(self: Any) -> None:
        if not switch.on("skip_a_look") or time.monotonic() - looked[0] > SELDOM:
            looked[0] = time.monotonic()
            await look(self)

    Tail.catch_up = seldom


def forget_a_shelf(switch: Switch) -> None:
    """Others are not told that doors were shut or tokens taken back."""
    from chaupal.store.machine import shelves, tail

    written = tail.written

    def without(unit: Any) -> str:
        if switch.on("forget_a_shelf"):
            changed = unit.changed
            unit.changed = lambda: {
                (kind, key) for kind, key in changed() if kind not in (shelves.ADDRESS_BLOCKS, shelves.TOKENS)
            }
        return written(unit)

    tail.written = without


def sign_twice(switch: Switch) -> None:
    """A second signer, that has another last entry."""
    from chaupal.governance.log import batches
    from chaupal_audit import tlog

    sign = tlog.sign_checkpoint

    def otherwise(head: Any, *keys: Any) -> str:
        if switch.on("sign_twice") and head.size % 2:
            head = tlog.Checkpoint(head.origin, head.size, tlog.node_hash(head.root, head.root))
        return sign(head, *keys)

    batches.tlog.sign_checkpoint = otherwise  # pyrefly: ignore[bad-assignment] - in its place


def answer_early(switch: Switch) -> None:
    """What was done is committed a moment after it was answered."""
    from chaupal.store.machine.work_postgres import PostgresWork

    writing, late = PostgresWork.writing, set[asyncio.Task[None]]()

    async def commit_later(unit: Any) -> None:
        await asyncio.sleep(LATE)
        await unit.__aexit__(None, None, None)

    @asynccontextmanager
    async def early(self: Any) -> AsyncGenerator[Any]:
        whole = writing(self)
        opened = await whole.__aenter__()
        try:
            yield opened
        except BaseException as error:
            if not await whole.__aexit__(type(error), error, error.__traceback__):
                raise
        else:
            if switch.on("answer_early"):
                task = asyncio.get_running_loop().create_task(commit_later(whole))
                late.add(task)
                task.add_done_callback(late.discard)
            else:
                await whole.__aexit__(None, None, None)

    PostgresWork.writing = early


BUGS: tuple[Callable[[Switch], None], ...] = (skip_a_look, forget_a_shelf, answer_early, sign_twice)


def main() -> None:
    switch = Switch(os.environ["BUG_AT"])
    for bug in BUGS:
        bug(switch)
    from chaupal.app import cli

    sys.argv[0] = "chaupal"
    cli.main()


if __name__ == "__main__":
    main()

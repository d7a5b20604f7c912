"""Nothing that tests of peers start outlives them, however they end."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from services import ending_with_us
from waiting import PATIENCE, eventually

# What a run of these tests starts; then it is as if it stood still for good.
# Whoever starts tests in the background of a shell has them, and what they start, ignore Ctrl+C.
RUN = """
import asyncio, signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
from contextlib import AsyncExitStack
from pathlib import Path
from peers.chaupals import chaupal
from peers.fedifies import fedify
from peers.snacs import snac
from services import postgres

async def main(folder, server):
    async with AsyncExitStack() as stack:
        starting = chaupal(folder, "here", database=server.fresh()), snac(folder), fedify(folder)
        one, two, three = await asyncio.gather(*map(stack.enter_async_context, starting))
        print(one.server.process.pid, two.process.pid, three.process.pid, flush=True)
        await asyncio.Event().wait()

with postgres() as server:
    asyncio.run(main(Path(sys.argv[1]), server))
"""


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL], ids=["ctrl-c", "killed"])
def test_no_server_is_left_when_the_tests_are_interrupted(tmp_path: Path, how: signal.Signals):
    run = subprocess.Popen(
        ending_with_us([sys.executable, "-c", RUN, tmp_path], signal.SIGKILL),
        cwd=Path(__file__).parents[1],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert run.stdout is not None
    started = [int(word) for word in run.stdout.readline().split()]
    assert len(started) == 3 and all(_runs(pid) for pid in started)
    below = {*started, *_below(run.pid)}
    run.send_signal(how)
    run.wait(PATIENCE)
    eventually(lambda: [pid for pid in below if _runs(pid)], "the end of them all", lambda left: not left)


def _runs(pid: int) -> bool:
    return _state(pid)[0] not in ("", "Z", "X")  # nobody may be there to bury it


def _below(pid: int) -> set[int]:
    """All that a process has started, and what that has: the database, too."""
    parents = {int(one.name): _state(int(one.name))[1] for one in Path("/proc").glob("[0-9]*")}
    children = {child for child, parent in parents.items() if parent == str(pid)}
    return children | {further for child in children for further in _below(child)}


def _state(pid: int) -> tuple[str, str]:
    """Of a process that is there: how it is, and its parent."""
    try:
        state, parent = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[:2]
    except OSError:
        return "", ""
    return state, parent

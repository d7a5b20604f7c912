"""`make villages`: its two servers end with it, however it is ended."""

import os
import signal
import subprocess
import sys

import pytest

from waiting import PATIENCE

# The program, with sleepers in the place of its servers: once both run it says who they are, and waits for them to answer.
SLEEPERS = """
import signal, subprocess, sys, time, villages
signal.signal(signal.SIGINT, signal.default_int_handler)  # which whatever a shell starts in the background ignores
running = []
def start(environ):
    running.append(subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], stdout=subprocess.DEVNULL))
    return running[-1]
def await_up(process, origin):
    for one in running:
        print(one.pid, flush=True)
    time.sleep(600)
villages.start, villages.await_up = start, await_up
villages.main()
"""


@pytest.mark.parametrize("by", [signal.SIGTERM, signal.SIGINT])
def test_both_servers_end_with_the_program(by: signal.Signals):
    environ = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen([sys.executable, "-c", SLEEPERS], env=environ, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        servers = [int(program.stdout.readline()) for _ in range(2)]
        program.send_signal(by)
        program.wait(PATIENCE)
    left = [one for one in servers if _is_there(one)]
    for one in left:
        os.kill(one, signal.SIGKILL)
    assert left == []


def _is_there(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True

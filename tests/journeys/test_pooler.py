"""Behind PgBouncer in transaction mode: what touches the store is tried once more through one."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from services import POOLED

HERE = Path(__file__).parent.parent
TRIED = (
    "unit/store/test_work.py",
    "unit/store/test_checks.py",
    "unit/store/test_migrate.py",
    "unit/fanout/test_lanes.py",
    "unit/social/test_graph.py",
    "journeys/test_order.py",
)


@pytest.mark.skipif(not shutil.which("pgbouncer", path="/usr/sbin"), reason="PgBouncer is not here: make services")
def test_the_tests_of_the_store_hold_through_a_pooler():
    command = [sys.executable, "-m", "pytest", "-v", "-n0", "-x", "-p", "no:schemathesis", "-k", "postgres"]
    command += [str(HERE / one) for one in TRIED]
    done = subprocess.run(command, env=os.environ | {POOLED: "1"}, cwd=HERE.parent, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
    assert " passed" in done.stdout, "and was tried"

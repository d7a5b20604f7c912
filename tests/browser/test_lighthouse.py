"""Lighthouse on an emulated phone: at least 95 in each of its scores that no clock is in, on a page of each kind.

`make lighthouse` has all pages, and the score of performance, on a machine that does nothing else.
"""

import os
import subprocess
from pathlib import Path

from browser.conftest import chromium_here
from services import NODE
from serving import Served
from waiting import PATIENCE

ROOT = Path(__file__).resolve().parents[2]
KINDS = ("accessibility", "best-practices", "seo")
# As a guest, as a member, at the desk.
PAGES = ("/", "/orders", "asha:/", "chitra:/office")


def test_a_page_of_each_kind_has_95_in_each_score_of_lighthouse_that_no_clock_is_in(village: Served):
    told = subprocess.run(
        [NODE, "tools/lighthouse.mjs", "--untimed", village.url, *PAGES],
        cwd=ROOT,
        env={**os.environ, "CHROME_PATH": chromium_here()},
        capture_output=True,
        text=True,
        check=False,
        timeout=2 * PATIENCE,  # half a minute, where nothing else runs
    )
    scores = [line for line in told.stdout.splitlines() if not line.startswith(" ")]
    assert [line.split()[0] for line in scores] == list(PAGES), told.stdout + told.stderr
    assert all(f"{kind} " in line for kind in KINDS for line in scores), told.stdout
    assert told.returncode == 0, told.stdout

"""A new measure is one row in the table of measures and what it truly does; everything that is said of measures follows."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

from chaupal.policy.measures import Measure

HERE = Path(__file__).parent


def test_a_row_that_is_added_is_offered_decided_told_logged_and_counted(tmp_path: Path, migrated_file: Path):
    shutil.copy(migrated_file, tmp_path)
    done = subprocess.run(
        [sys.executable, HERE / "new_measure.py", tmp_path], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr[-3000:]


def test_the_page_on_measures_has_a_line_for_each_row_in_the_order_of_their_rank():
    text = (HERE.parents[1] / "docs" / "measures.md").read_text()
    lines = [
        tuple(cell.strip() for cell in line.split("|")[1:3])
        for line in text.splitlines()
        if re.match(r"\| [a-z_]+ \|", line)
    ]
    on = {"tag": "hashtag", "media": "picture"}
    assert lines == [(m.value, ", ".join(on.get(kind, kind) for kind in m.row.on)) for m in Measure]

"""A new act of the court is one row in governance/cases/acts.py and what it truly does; every way in follows from it."""

import shutil
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from chaupal.governance.cases.acts import ACTS, Act
from chaupal.governance.cases.lifecycle import MACHINE
from chaupal.policy.viewer import MAY

HERE = Path(__file__).parent


def test_a_row_that_is_added_is_offered_taken_described_and_commanded_by_every_way_in(
    tmp_path: Path, migrated_file: Path
):
    shutil.copy(migrated_file, tmp_path)
    done = subprocess.run([sys.executable, HERE / "new_act.py", tmp_path], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr[-3000:]


@pytest.mark.parametrize("act", ACTS.values(), ids=lambda act: act.name)
def test_each_row_says_all_that_its_form_holds_and_is_opened_by_a_word(act: Act):
    if act.form is not None:
        fields = {field.name: field.required for field in msgspec.structs.fields(act.form)}
        assert {field.name: field.needed for field in act.fields} == fields
    assert act.roles and MAY[act.word] >= act.roles
    assert MAY[act.word] == act.roles or "api" not in act.ways
    assert set(act.verbs) <= {move.verb for move in MACHINE.moves}
    assert bool(act.verbs) != bool(act.states), "what moves nothing says where it can be done"

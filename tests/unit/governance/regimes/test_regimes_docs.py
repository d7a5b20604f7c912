"""The paper about laws is true: its table is drawn from the files, its example can be used, and it names every field."""

from pathlib import Path

import regex

from chaupal.governance.regimes import CLOCKS, Regime, load_regimes
from chaupal.governance.regimes.loading import drawn

PAPER = (Path(__file__).parents[4] / "docs" / "regimes.md").read_text("utf-8")
SET_BY_US = {"file", "digest"}


def test_the_table_of_laws_is_drawn_from_the_files():
    assert drawn(load_regimes()) in PAPER


def test_the_example_can_be_used(tmp_path: Path):
    example = regex.search(r"```toml\n(.*?)```", PAPER, regex.DOTALL)
    assert example
    (tmp_path / "NP-EXAMPLE.1.toml").write_text(example[1], "utf-8")
    assert load_regimes(tmp_path).version("NP-EXAMPLE", 1).covers("NP")


def test_every_field_and_every_clock_is_explained():
    cells = regex.findall(r"^\| (`.*?) \|", PAPER, regex.MULTILINE)
    named = {name for cell in cells for name in regex.findall(r"`([a-z_]+)`", cell)}
    assert named == set(Regime.__struct_fields__) - SET_BY_US
    assert all(f"`{clock}`" in PAPER for clock in CLOCKS)

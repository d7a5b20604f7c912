"""`chaupal log origin`: a new log whose first entry commits to an older log's last checkpoint, or no log at all."""

import hashlib
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from chaupal.app.cli import cli
from chaupal.kernel.errors import Conflict, Invalid, Problem
from logs import ENTRIES, KEY, SIZE, VKEY, Mirror

OLDER = Mirror(ENTRIES)


def begin(tmp_path: Path, note: str = OLDER.note, *more: str, key: str = VKEY) -> Result:
    (tmp_path / "last.txt").write_text(note, "utf-8")
    words = ("log", "origin", str(tmp_path / "last.txt"), "--key", key, "--data", str(tmp_path / "data"), *more)
    return CliRunner().invoke(cli, words)


def entries(tmp_path: Path) -> list[dict[str, object]]:
    """What the log says."""
    with closing(sqlite3.connect(tmp_path / "data" / "chaupal.db")) as db:
        return [json.loads(row[0]) for row in db.execute('SELECT body FROM log_entries ORDER BY "index"')]


def test_the_first_entry_of_a_new_log_commits_to_the_older_ones_last_checkpoint(tmp_path: Path):
    done = begin(tmp_path)
    assert done.exit_code == 0 and f"{KEY.name}-2" in done.output, done.output
    made = CliRunner().invoke(
        cli,
        [
            "account",
            "create",
            "lata",
            "--email",
            "l@example.org",
            "--role",
            "owner",
            "--password",
            "a long enough secret",
            "--data",
            str(tmp_path / "data"),
        ],
    )
    assert made.exit_code == 0, made.output
    first, *rest = entries(tmp_path)
    assert (first["t"], first["ref"]) == ("origin", KEY.name) and rest
    assert first["public"] == {
        "previous": VKEY,
        "size": SIZE,
        "root": OLDER.head.root.hex(),
        "sha256": hashlib.sha256(OLDER.note.encode()).hexdigest(),
    }


def test_a_log_that_has_begun_gets_no_other_past(tmp_path: Path):
    begin(tmp_path)
    again = begin(tmp_path)
    assert isinstance(again.exception, Conflict)
    assert len(entries(tmp_path)) == 1


def test_the_new_log_has_a_name_of_its_own(tmp_path: Path):
    assert isinstance(begin(tmp_path, OLDER.note, "--name", KEY.name).exception, Invalid)
    done = begin(tmp_path, OLDER.note, "--name", "square.example/log")
    assert "square.example/log begins" in done.output
    named = {"CHAUPAL_PUBLIC_URL": "https://square.example"}
    status = CliRunner().invoke(cli, ["--data", str(tmp_path / "data"), "log", "status"], env=named)
    assert "our key as a witness: square.example/witness+" in status.output


@pytest.mark.parametrize("spoiled", ["", "root", "key"])
def test_a_checkpoint_that_the_older_key_did_not_sign_begins_nothing(tmp_path: Path, spoiled: str):
    note = {"": "", "root": OLDER.note.replace(f"\n{SIZE}\n", f"\n{SIZE + 1}\n"), "key": OLDER.note}[spoiled]
    other = Mirror(ENTRIES[:3], type(KEY).from_seed(KEY.name, bytes(32)))
    done = begin(tmp_path, note, key=other.files["key"].decode() if spoiled == "key" else VKEY)
    assert isinstance(done.exception, Problem), done.output
    assert begin(tmp_path).exit_code == 0, "nothing was begun"

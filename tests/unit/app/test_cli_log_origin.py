"""`chaupal log origin` and `chaupal log anew`: a new log that commits to an older one, over an empty store or over what was kept."""

import hashlib
import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from click.testing import CliRunner, Result

from chaupal.app.cli import cli
from chaupal.app.cli_log import whose
from chaupal.app.rooms import alone
from chaupal.governance.log.keys import Missing
from chaupal.governance.log.tree import LogDiffers
from chaupal.kernel.errors import Conflict, Invalid, Problem
from chaupal_audit import tlog
from conftest import plain_settings
from logs import ENTRIES, KEY, SIZE, VKEY, Mirror
from served import Quiet, served

OLDER = Mirror(ENTRIES)


def begin(tmp_path: Path, note: str = OLDER.note, *more: str, key: str = VKEY) -> Result:
    (tmp_path / "last.txt").write_text(note, "utf-8")
    words = ("log", "origin", str(tmp_path / "last.txt"), "--key", key, "--data", str(tmp_path / "data"), *more)
    return CliRunner().invoke(cli, words)


def entries(tmp_path: Path, data: str = "data") -> list[dict[str, object]]:
    """What the log says."""
    with closing(sqlite3.connect(tmp_path / data / "chaupal.db")) as db:
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
    public = first["public"]
    assert (
        isinstance(public, dict)
        and public.items()
        >= {
            "previous": VKEY,
            "size": SIZE,
            "root": OLDER.head.root.hex(),
            "sha256": hashlib.sha256(OLDER.note.encode()).hexdigest(),
            "kept": 0,
        }.items()
    )


def test_a_log_that_has_begun_gets_no_other_past(tmp_path: Path):
    begin(tmp_path)
    again = begin(tmp_path)
    assert isinstance(again.exception, Conflict)
    assert len(entries(tmp_path)) == 1


def test_the_new_log_has_a_name_of_its_own(tmp_path: Path):
    assert isinstance(begin(tmp_path, OLDER.note, "--name", KEY.name).exception, Invalid)
    done = begin(tmp_path, OLDER.note, "--name", "square.example/log")
    assert "square.example/log begins" in done.output
    assert isinstance(run(tmp_path / "data", *ANEW, "--name", KEY.name).exception, Invalid), (
        "nor does a later one take it"
    )
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


# --- a store that was brought back ---

ON_DEMAND = {"CHAUPAL_LOG_BATCH_MINUTES": "0"}
ANEW = ("log", "anew", "--reason", "The disk was lost.")


def run(data: Path, *words: str) -> Result:
    return CliRunner().invoke(cli, ["--data", str(data), *words], env=ON_DEMAND)


def does(data: Path, *words: str) -> str:
    done = run(data, *words)
    assert done.exit_code == 0, (done.output, done.exception)
    return done.output


class Morning(NamedTuple):
    """`restored`: yesterday's store. What was seen of its log: `whole`, a checkpoint of yesterday; `more`, a later one."""

    restored: Path
    whole: Path
    more: Path


@pytest.fixture
def morning(tmp_path: Path) -> Morning:
    data, whole, more = tmp_path / "data", tmp_path / "whole.txt", tmp_path / "more.txt"
    does(data, "account", "create", "lata", "--email", "l@example.org", "--password", "a long enough secret")
    for seen in (whole, more):
        does(data, "log", "rotate-key")  # it signs what is there
        shutil.copy(data / "log.signed", seen)
        if seen is whole:
            does(data, "backup", str(tmp_path / "backup"))
    does(tmp_path / "again", "restore", str(tmp_path / "backup"))
    return Morning(tmp_path / "again", whole, more)


def test_a_restored_store_goes_on_under_a_new_name_and_key(morning: Morning):
    data = morning.restored
    old, key = does(data, "log", "status"), (data / "keys" / "log.key").read_bytes()
    assert run(data, "log", "against", str(morning.more)).exit_code == 1
    said = does(data, *ANEW, str(morning.more))
    assert "-2 begins with the" in said and "1 are known to be missing" in said
    new = does(data, "log", "status")
    assert (
        new.split(": ")[0] == f"{old.split(': ')[0]}-2"
        and "(changed 0 times)" in new
        and said.split("key: ")[1].split()[0] in new
    )
    assert (data / "keys" / "log.key").read_bytes() != key, "whoever has the lost disk has the older key"
    does(data, "check")
    does(data, "log", "rotate-key")  # and goes on
    does(data, "check")
    # What was seen of the older log is still held against what was kept of it.
    assert "entries are here, as they were signed; 0 came after them" in does(
        data, "log", "against", str(morning.whole)
    )
    lost = run(data, "log", "against", str(morning.more))
    assert lost.exit_code == 1 and "this log goes on from those" in lost.output
    with closing(sqlite3.connect(data / "chaupal.db")) as db:
        found = [
            json.loads(row[0]) for row in db.execute("SELECT body FROM log_entries WHERE kind IN ('key', 'origin')")
        ]
    assert {entry["public"]["by"] for entry in found} == {"machine"}, (
        "no name of staff, who did it was nobody of theirs"
    )


def test_a_machine_that_served_the_older_log_knows_what_it_had(morning: Morning):
    shutil.copy(morning.more, morning.restored / "log.signed")
    refused = run(morning.restored, "check")
    assert refused.exit_code == 1 and "of an earlier moment" in refused.output + str(refused.exception)
    assert "1 are known to be missing" in does(morning.restored, *ANEW)
    does(morning.restored, "check")
    does(morning.restored, "log", "rotate-key")
    assert "-2\n" in (morning.restored / "log.signed").read_text()


def test_whoever_has_kept_nothing_says_that_nobody_knows(morning: Morning):
    assert "nobody knows how many are missing" in does(morning.restored, *ANEW)


def test_no_new_log_begins_where_nothing_is_missing(morning: Morning):
    refused = run(morning.restored, *ANEW, str(morning.whole))
    assert isinstance(refused.exception, Conflict) and "goes on" in str(refused.exception.message)
    new = morning.restored.with_name("new")
    does(new, "log", "status")
    assert isinstance(run(new, *ANEW).exception, Conflict), "an empty log has nothing"


def test_no_new_log_begins_over_another_history(morning: Morning):
    does(morning.restored, "log", "rotate-key")  # another entry than the one that was published there
    assert isinstance(run(morning.restored, *ANEW, str(morning.more)).exception, LogDiffers)


def test_no_new_log_begins_while_somebody_serves(morning: Morning):
    with alone(plain_settings(morning.restored, "")):
        refused = run(morning.restored, *ANEW, str(morning.more))
    assert isinstance(refused.exception, Problem) and "being served" in refused.exception.message


def test_of_two_new_logs_over_one_backup_each_has_a_name_of_its_own(morning: Morning, tmp_path: Path):
    does(morning.restored, *ANEW, str(morning.more))
    does(morning.restored, "log", "rotate-key")
    third = tmp_path / "third"
    does(third, "restore", str(tmp_path / "backup"))
    shutil.copy(morning.restored / "log.signed", third / "log.signed")
    assert isinstance(run(third, *ANEW, str(morning.more)).exception, Invalid)
    name = does(third, "log", "status").split(": ")[0] + "-3"
    assert f"{name} begins" in does(third, *ANEW, str(morning.more), "--name", name)
    does(third, "check")


# --- and whose entries somebody has a copy of ---


REFILL = ("log", "refill", "--reason", "The disk was lost.", "--from")


@pytest.fixture
def copy(morning: Morning, tmp_path: Path) -> Path:
    """A mirror of the log as it was when the disk was lost."""
    does(tmp_path / "data", "log", "rotate-key")
    does(tmp_path / "data", "report", "mirror", str(tmp_path / "mirror"))
    return tmp_path / "mirror"


def test_entries_that_a_mirror_has_come_back_and_the_log_goes_on_under_its_name(morning: Morning, copy: Path):
    data, lost = morning.restored, morning.restored.with_name("data")
    name = does(data, "log", "status").split(": ")[0]
    assert isinstance(run(data, *REFILL, str(copy)).exception, Missing), (
        "it changed its key since, and that is lost, too"
    )
    for key in (lost / "keys").glob("log.key*"):
        shutil.copy(key, data / "keys")
    said = does(data, *REFILL, str(copy))
    assert "are here again, byte for byte" in said
    with closing(sqlite3.connect(lost / "chaupal.db")) as was, closing(sqlite3.connect(data / "chaupal.db")) as now:
        asked = 'SELECT "index", kind, body FROM log_entries ORDER BY "index"'
        before, after = was.execute(asked).fetchall(), now.execute(asked).fetchall()
        assert after[: len(before)] == before and [row[1] for row in after[len(before) :]] == ["refill"]
        (source,) = now.execute("SELECT disclosure FROM disclosures WHERE name = 'source'").fetchone()
        assert tlog.read_disclosure(source)[1] == copy.name, "whose it was, and not where a mirror has its log"
        asked = "SELECT size, note FROM log_checkpoints ORDER BY size"
        assert now.execute(asked).fetchall()[-1] == was.execute(asked).fetchall()[-1], "nothing was signed but what was"
    does(data, "check")
    does(data, "log", "against", str(morning.more), str(morning.whole))
    does(data, "log", "rotate-key")
    status = does(data, "log", "status")
    assert status.startswith(f"{name}: ") and "(changed 4 times)" in status
    does(data, "check")
    does(data, "log", "against", str(morning.more))
    assert isinstance(run(data, *REFILL, str(copy)).exception, Conflict), "it has no more than is here"


def test_no_entries_come_back_from_a_copy_that_is_not_the_newest_or_not_true(
    morning: Morning, copy: Path, tmp_path: Path
):
    data = morning.restored
    for key in (tmp_path / "data" / "keys").glob("log.key*"):
        shutil.copy(key, data / "keys")
    size = int(morning.more.read_text().splitlines()[1]) + 1
    does(tmp_path / "data", "log", "rotate-key")
    shutil.copy(tmp_path / "data" / "log.signed", data / "log.signed")
    for key in (tmp_path / "data" / "keys").glob("log.key*"):
        shutil.copy(key, data / "keys")
    refused = run(data, *REFILL, str(copy))
    assert isinstance(refused.exception, Conflict) and f"{size} entries" in refused.exception.message
    (data / "log.signed").unlink()
    with alone(plain_settings(data, "")):
        assert "being served" in str(run(data, *REFILL, str(copy)).exception)
    tile = next((copy / "log" / "tile" / "entries").rglob("[0-9]*.p")) / str(size)
    whole = tile.read_bytes()
    tile.write_bytes(whole.replace(b"machine", b"nobodys"))
    refused = run(data, *REFILL, str(copy))
    assert "does not verify: an entry was changed" in str(refused.exception), refused.output
    tile.write_bytes(whole)
    does(data, "log", "rotate-key")  # it went on by itself: what is here is no beginning of the copy
    assert isinstance(run(data, *REFILL, str(copy)).exception, LogDiffers)
    does(data, "log", "rotate-key")
    assert isinstance(run(data, *REFILL, str(copy)).exception, LogDiffers), "nor of as many entries"
    assert "does not verify: " in str(run(data, *REFILL, str(copy / "log" / "checkpoint")).exception), (
        "nor what is no copy"
    )


class Ill(Quiet):
    """A mirror's server, of which something is the matter: `ill`."""

    ill = ""

    def send_head(self) -> Any:
        if self.ill != "moves":
            return super().send_head()
        self.send_response(302)
        self.send_header("location", "https://elsewhere.example/")
        self.end_headers()
        return None

    def copyfile(self, source: Any, outputfile: Any) -> None:
        body: bytes = source.read()
        if "tile/entries" in self.path and self.ill == "stops":
            body = body[: len(body) // 2]
        outputfile.write(body.replace(b"machine", b"nobodys") if self.ill == "lies" else body)


def test_entries_come_back_from_a_server_of_a_mirror_that_serves_all_of_it_as_it_is(
    morning: Morning, copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    data = morning.restored
    for key in (tmp_path / "data" / "keys").glob("log.key*"):
        shutil.copy(key, data / "keys")
    size = len(entries(tmp_path, data.name))
    with served(copy, handler=Ill) as place:
        for ill, said in {
            "moves": "leads elsewhere",
            "lies": "an entry was changed",
            "stops": "cannot be reached",
        }.items():
            monkeypatch.setattr(Ill, "ill", ill)
            refused = run(data, *REFILL, f"{place.url}/log")
            assert said in str(refused.exception), refused.exception
            assert len(entries(tmp_path, data.name)) == size, "nothing of it was taken"
        monkeypatch.setattr(Ill, "ill", "")
        assert "does not verify: a file that the log must serve is missing" in str(
            run(data, *REFILL, f"{place.url}/elsewhere").exception
        )
        does(data, *REFILL, place.url)  # the mirror's address is enough
    assert len(entries(tmp_path, data.name)) > size
    does(data, "check")


def test_what_becomes_public_of_a_copy_is_not_the_password_by_which_it_is_read():
    assert whose("https://me:secret@copy.example/log") == "https://copy.example/log"

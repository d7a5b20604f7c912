"""`chaupal log open` and `erase`: what the log only committed to is published, or can never be again."""

import sqlite3
from contextlib import closing
from pathlib import Path

from click.testing import CliRunner, Result

from chaupal.app.cli import cli
from chaupal.kernel.errors import NotAllowed, NotFound

WHY = "The order is no longer confidential since the court made it public."
ACCOUNT = ("--password", "a long enough secret")


def run(data: Path, *words: str) -> Result:
    return CliRunner().invoke(cli, ["--data", str(data), *words])


def done(data: Path, *words: str) -> str:
    result = run(data, *words)
    assert result.exit_code == 0, result.output
    return result.output


def a_proposal(data: Path) -> int:
    """The entry of a proposal, which only commits to what it says."""
    done(data, "account", "create", "lata", "--email", "lata@example.org", "--role", "owner", *ACCOUNT)
    done(data, "account", "create", "dev", "--email", "dev@example.org", "--role", "approver", *ACCOUNT)
    done(data, "account", "create", "meera", "--email", "meera@example.org", *ACCOUNT)
    done(data, "order", "authority", "add", "--as", "lata", "--name", "Ministry", "--jurisdiction", "IN")
    done(data, "order", "authority", "agree", "--as", "dev", "Ministry")
    ref = done(
        data, "order", "receive", "--as", "lata", "--authority", "Ministry", "--officer", "A. Sharma", "--rank", "Director",
        "--reference", "1", "--law", "s. 69A", "--grounds", "public order", "--territory", "IN", "--dated", "2021-02-04",
        "--target", "@meera",
    ).split()[-1]  # fmt: skip
    done(data, "order", "step", ref, "check", "--as", "lata")
    done(data, "order", "refuse", ref, "1", "--as", "lata", "--ground", "no_reasons", "--reason", WHY)
    with closing(sqlite3.connect(data / "chaupal.db")) as db:
        return db.execute("SELECT max(log_index) FROM case_events").fetchone()[0]


def test_what_is_confidential_is_opened_and_then_erased(tmp_path: Path):
    index = str(a_proposal(tmp_path))
    opened = done(tmp_path, "log", "open", index, "--field", "ground", "--as", "lata", "--reason", WHY)
    assert opened.endswith("opens ground\n")
    assert "8 fields" in done(tmp_path, "log", "erase", index, "--as", "lata", "--reason", WHY)
    again = run(tmp_path, "log", "open", index, "--field", "ground", "--as", "lata", "--reason", WHY)
    assert isinstance(again.exception, NotFound)


def test_only_those_who_may_open_entries_do(tmp_path: Path):
    index = str(a_proposal(tmp_path))
    refused = run(tmp_path, "log", "open", index, "--as", "meera", "--reason", WHY)
    assert isinstance(refused.exception, NotAllowed)

"""`chaupal log open` and `erase`: what the log only committed to is published, or can never be again."""

import sqlite3
from contextlib import closing
from pathlib import Path

import click

from chaupal.app.cli import cli, visit
from chaupal.app.cli_staff import staff
from chaupal.governance.log import log, opening
from chaupal.http.call import House
from chaupal.kernel.errors import Conflict, NotAllowed, NotFound
from chaupal_audit import tlog
from chaupal_audit.log import entries
from commands import done, run
from court import order_of

WHY = "The order is no longer confidential since the court made it public."
ACCOUNT = ("--password", "a long enough secret")


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
    assert "9 fields" in done(tmp_path, "log", "erase", index, "--as", "dev", "--reason", WHY)
    again = run(tmp_path, "log", "open", index, "--field", "ground", "--as", "lata", "--reason", WHY)
    assert isinstance(again.exception, NotFound)


def a_secret_order(data: Path) -> int:
    """The entry of an order of which nobody outside may learn."""
    said = log.EntryContent(entries.Order(law="69A", bases=("public_order",)), {"officer": "A. Sharma"})

    async def act(house: House) -> int:
        async with house.court.work.writing() as w:
            of = order_of(secrecy="gag")
            return await log.append(house.court, w, of.ref, said, regime="IN-69A@1", matter=of)

    return visit(click.Context(cli), act, data=str(data), log_batch_minutes=0)


def left(data: Path, index: int) -> set[str]:
    """The fields of an entry that can still be opened."""

    async def act(house: House) -> set[str]:
        return {*await opening.sealed(house.court, await staff(house, "lata"), index)}

    return visit(click.Context(cli), act, data=str(data))


def test_all_that_is_left_of_a_secret_entry_is_what_names_nobody(tmp_path: Path):
    a_proposal(tmp_path)
    index = a_secret_order(tmp_path)
    asked = ("log", "erase", str(index), "--as", "lata", "--reason", WHY)
    assert isinstance(run(tmp_path, *asked, "--field", "officer", "--field", "act").exception, Conflict)
    assert "officer" in left(tmp_path, index)
    assert done(tmp_path, *asked).endswith(f"of entry {index} were erased\n")
    assert left(tmp_path, index) == {*tlog.SEALED}


def test_only_those_who_may_open_entries_do(tmp_path: Path):
    index = str(a_proposal(tmp_path))
    refused = run(tmp_path, "log", "open", index, "--as", "meera", "--reason", WHY)
    assert isinstance(refused.exception, NotAllowed)

"""docs/log-entries.md alone suffices for a recount: a program in JavaScript that imports nothing of ours comes to the report's numbers."""

import json
import subprocess
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from chaupal.governance.cases import decisions, house
from chaupal.governance.cases.house import MatterForm
from chaupal.governance.log import tallying
from chaupal.governance.orders import publishing
from chaupal.governance.orders.changes import ChangeForm
from chaupal.governance.report import snapshots
from chaupal.kernel.clock import DAY
from chaupal_audit.fold.fold import Fold
from chaupal_audit.report.report import document, report
from logs import Mirror
from scribe import Scribe
from services import NODE
from surfaces.insiders import GROUNDS, draft, rule_for
from village import Village

PROGRAM = Path(__file__).parent / "recount/recount.mjs"
REFUSE: dict[str, Any] = {
    "outcome": "refuse",
    "reason": "A journalist reports what happened; the law protects that.",
    "code": "protected_expression",
}


async def mirrored(village: Village, into: Path) -> Path:
    """The log's files as a mirror has them."""
    head = (await village.client.get("/log/checkpoint")).text
    size = int(head.split("\n")[1])
    files = ["checkpoint"]
    for n in range(-(-size // 256)):
        width = min(256, size - n * 256)
        files.append(f"tile/entries/{n:03d}" + (f".p/{width}" if width < 256 else ""))
    for path in files:
        body = head.encode() if path == "checkpoint" else (await village.client.get(f"/log/{path}")).content
        (into / path).parent.mkdir(parents=True, exist_ok=True)
        (into / path).write_bytes(body)
    for n in range(-(-size // 256)):  # and what is read beside it
        (into / "openings").mkdir(exist_ok=True)
        (into / f"openings/{n}").write_bytes((await village.client.get(f"/log/openings/{n}")).content)
    return into


def run(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([NODE, PROGRAM, folder], capture_output=True, text=True, timeout=120, check=False)


def recount(folder: Path) -> dict[str, Any]:
    done = run(folder)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def table(report: dict[str, Any], id_: str, keys: int, columns: tuple[str, ...]) -> dict[str, dict[str, int]]:
    """The rows of a published table, by their keys: what is not 0 of these columns."""
    found = next(one for one in report["tables"] if one["id"] == id_)
    names = [column["name"] for column in found["columns"]]
    rows: dict[str, dict[str, int]] = {}
    for row in found["rows"]:
        said = dict(zip(names[keys:], row[keys:], strict=True))
        rows["|".join(row[:keys])] = {name: said[name] for name in columns if said[name]}
    return {key: row for key, row in rows.items() if row}


def only(rows: dict[str, dict[str, int]], columns: tuple[str, ...]) -> dict[str, dict[str, int]]:
    kept = {key: {name: many for name, many in row.items() if name in columns} for key, row in rows.items()}
    return {key: row for key, row in kept.items() if row}


STANDINGS = ("received", "returned", "withdrawn", "pending", "full", "narrower", "none")


async def test_a_recount_in_javascript_equals_the_published_report(village: Village, tmp_path: Path):
    court = village.running.house.court
    first = await village.withhold(post=village.asha.latest, by=village.chitra, second=village.dev)
    second = await village.withhold(post=village.ravi.latest, by=village.chitra, second=village.dev)
    await village.lift(second, by=village.chitra)
    refused = await village.receives(village.meera.latest.path)
    await decisions.propose(court, village.chitra.viewer, refused, 1, **REFUSE)
    await decisions.approve(court, village.dev.viewer, refused, 1)
    await village.receives(village.karl.latest.path, "@nobodyhere", record_unknown=True)
    village.clock.move(10 * DAY)
    # What is renewed is withheld since it first was, and not since that.
    longer = {"kind": "renew", "body": "authority", "until": "2021-06-30T12:00", "reason": REFUSE["reason"]}
    await decisions.propose_change(court, village.chitra.viewer, first, 1, ChangeForm(**longer))
    await decisions.approve(court, village.dev.viewer, first, 1)
    third = await village.withhold(post=village.meera.latest, by=village.chitra, second=village.dev)
    # One post, two orders: it is one thing.
    again = await village.withhold(post=village.asha.latest, by=village.chitra, second=village.dev)
    assert len({first, second, third, again}) == 4
    report = (await village.api(None, "GET", "/api/v1/transparency/report.json")).json()
    counted = recount(await mirrored(village, tmp_path))
    assert counted["size"] == report["log"]["size"]
    tables = counted["tables"]
    assert only(tables["T1"], STANDINGS) == table(report, "T1", 5, STANDINGS)
    assert only(tables["T3"], ("targets",)) == table(report, "T3", 2, ("targets",))
    assert len({key.partition("|")[2] for key in tables["T6"]}) == 2, "of two ages"
    assert only(tables["T6"], ("posts", "media")) == table(report, "T6", 2, ("posts", "media"))
    by_authority = Counter[str]()
    for row in tables["authorities"].values():
        by_authority.update(row)
    assert by_authority == {
        "received": 6,
        "full": 4,
        "none": 1,
        "pending": 1,
        "complied": 4,
        "refused": 1,
        "withheld_now": 3,
    }


async def test_a_tally_in_parts_and_what_a_state_flagged_are_counted_elsewhere_too(
    village: Village, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(tallying, "ROWS", 4)
    court = village.running.house.court
    secret = await village.receives(village.ravi.latest.path, gag_until="2021-02-28T12:00")
    await decisions.propose(court, village.chitra.viewer, secret, 1, **REFUSE)
    await decisions.approve(court, village.dev.viewer, secret, 1)
    for _ in range(10):
        refused = await village.receives(village.asha.latest.path)
        await decisions.propose(court, village.chitra.viewer, refused, 1, **REFUSE)
        await decisions.approve(court, village.dev.viewer, refused, 1)
    form = MatterForm(
        targets=village.karl.latest.path,
        rule=rule_for(village, "mark_sensitive"),
        grounds=GROUNDS,
        source="state_flag",
        flagged_by=(await village.ministry()).id,
    )
    ref = await house.open_matter(court, village.chitra.viewer, form)
    await decisions.propose(
        court, village.chitra.viewer, ref, 1, **msgspec.structs.asdict(draft(village, "mark_sensitive"))
    )
    await decisions.approve(court, village.dev.viewer, ref, 1)
    village.clock.move(40 * DAY)
    await publishing.publish_due(court)
    await snapshots.freeze(court, "2021-02")
    report = (await village.api(None, "GET", "/api/v1/transparency/report.json")).json()
    folder = await mirrored(village, tmp_path)
    tables = recount(folder)["tables"]
    named = ("decisions", "measure", "refused", "closed", "accounts")
    assert only(tables["T20"], named) == table(report, "T20", 1, named)
    assert tables["T20"]["none"]["decisions"] == 12, "ten, the secret one and the flagged one"
    named = ("actions", "accounts", "posts", "media", "others")
    assert only(tables["T8"], named) == table(report, "T8", 4, named) != {}
    # A row that is not read beside the log any more is missed.
    beside = next(path for path in (folder / "openings").iterdir() if b'"' in path.read_bytes())
    beside.write_text("{}", "utf-8")
    done = run(folder)
    assert done.returncode != 0 and "rows are opened" in done.stderr


async def test_a_changed_entry_is_no_longer_what_was_signed(village: Village, tmp_path: Path):
    await village.withhold(post=village.asha.latest, by=village.chitra, second=village.dev)
    folder = await mirrored(village, tmp_path)
    tile = next(path for path in (folder / "tile/entries").rglob("*") if path.is_file())
    tile.write_bytes(tile.read_bytes().replace(b'"step":"checked"', b'"step":"meeting"'))
    done = run(folder)
    assert done.returncode != 0
    assert "not the entries that were signed" in done.stderr


def test_odd_months_are_counted_elsewhere_too(tmp_path: Path):
    """What is about some targets only, what another takes the place of, what two agreed to and an appeal made shorter, over a leap day."""
    scribe = Scribe()
    scribe.begin()
    scribe.clock = datetime(2024, 2, 28, 23, 59, tzinfo=UTC)
    posts = {"targets": {"post": 3}}
    for number, over in enumerate(("", "withdrawn", "set_aside", "replaced", "closed"), start=1):
        ref = f"IN-2024-{number:04}"
        scribe.open_order(ref, "IN-69A-EMERG@1" if number % 2 else "IN-69A@1", **posts)
        scribe.approve(scribe.propose(ref, 1), said={"until": scribe.minute(days=2)})
        scribe.refuse(scribe.propose(ref, 2))
        scribe.step(over or "withdrawn", ref, targets=[3])
        if number > 2:
            scribe.refuse(scribe.propose(ref, 3), "closed", outcome=over if over != "closed" else "undecided")
            scribe.step(over, ref)
    alone = {"second": None, "break_glass": True, "until": scribe.minute(hours=20), "cause": "decided"}
    made = scribe.measure("IN-2024-0001", 1, said=alone)
    scribe.keep(made, "reviewed", ends=scribe.minute(days=100))
    narrower = scribe.measure(
        prev=scribe.reverse(made, "modified"), cause="modified", until=scribe.minute(days=40), ref="IN-2024-0001"
    )
    scribe.later(days=2)
    scribe.keep(narrower, "reviewed", ends=scribe.minute(days=100))
    scribe.measure("IN-2024-0002", 1, prev=scribe.reverse(narrower, "stayed"), cause="resumed", until=None)
    scribe.authority("Ministry of Posts", step="changed")
    scribe.open_order("IN-2024-0009", authority="Ministry of Posts", **posts)
    scribe.later(days=31)
    scribe.role("staff-0000000000bb", "clerk")
    for path, body in Mirror(scribe.entries).files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(body)
    fold = Fold()
    for entry in scribe.entries:
        fold.add(entry)
    made_here, tables = document(report(fold.facts)), recount(tmp_path)["tables"]
    for id_, keys, columns in (("T1", 5, STANDINGS), ("T3", 2, ("targets",)), ("T6", 2, ("posts", "media"))):
        assert only(tables[id_], columns) == table(made_here, id_, keys, columns), id_
    assert tables["T6"], "something is withheld still"

"""Cases as a CSV file: out for a spreadsheet, filled in there, and back as rows, with every fault by line and column."""

import csv
import io

import pytest

from chaupal.governance.cases import bulk, csv_cases, decisions, house
from chaupal.governance.cases.bulk import APPROVE, PROPOSE, RETURN
from chaupal.governance.cases.house import MatterForm
from chaupal.governance.orders import csv_files
from chaupal.kernel.errors import Invalid, NotAllowed, NotFound
from chaupal.policy.draft import Draft
from chaupal.policy.viewer import Viewer
from chaupal_audit.report.report import RUNS
from court import REASON, Bench


def table(data: bytes) -> list[dict[str, str]]:
    return [*csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""))]


def file(rows: list[dict[str, str]]) -> bytes:
    return csv_files.written([[*rows[0]], *([*row.values()] for row in rows)])


async def test_what_goes_out_is_filled_in_and_comes_back(bench: Bench):
    ref = await bench.order(targets=f"http://localhost:8000/@meera/{bench.post}\n@meera")
    rows = table(await csv_cases.export(bench.court, bench.asha, ref, verb=PROPOSE))
    assert [(row["target"], row["kind"], row["author"], row["state"], row["version"]) for row in rows] == [
        ("1", "post", "meera", "received", "1"),
        ("2", "account", "meera", "received", "1"),
    ]
    assert not any(row["outcome"] or row["reason"] for row in rows)  # nothing is chosen for anybody
    rows[0] |= {"outcome": "withhold_post", "reason": REASON, "until": "2021-03-01"}
    back = csv_cases.read(file(rows), PROPOSE)
    assert back.left == 1 and not back.wrong
    assert [(one.number, one.line, one.seen, one.outcome, one.reason, one.until) for one in back.items] == [
        (1, 2, 1, "withhold_post", REASON, "2021-03-01")
    ]
    await bulk.run(bench.court, bench.asha, ref, PROPOSE, back.items)
    (row,) = table(await csv_cases.export(bench.court, bench.dev, ref, verb=APPROVE))
    assert (row["proposed"], row["proposed_reason"], row["proposed_by"]) == ("withhold_post", REASON, "asha")
    assert row["proposed_until"].startswith("2021-02-28T18:30") and row["do"] == "" and "outcome" not in row
    assert csv_cases.read(file([row]), APPROVE).left == 1
    (item,) = csv_cases.read(file([row | {"do": "हाँ"}]), APPROVE).items
    assert (item.number, item.seen) == (1, 2)


async def test_the_matter_of_a_closing_goes_out_and_comes_back(bench: Bench):
    """Two matters are about the same post: the file says in which of them something was done, and who approves reads it."""
    form = MatterForm(targets=f"/@meera/{bench.post}", rule="9@1", grounds=REASON)
    older, _ = [
        await house.sanction(bench.court, bench.owner, form, Draft(outcome="warn", reason=REASON)) for _ in (1, 2)
    ]
    ref = await bench.order()
    (row,) = table(await csv_cases.export(bench.court, bench.asha, ref, verb=PROPOSE))
    assert row["matter"] == ""
    back = csv_cases.read(file([row | {"outcome": "own_rules_action", "reason": REASON, "matter": older[0]}]), PROPOSE)
    assert [one.matter for one in back.items] == [older[0]] and not back.wrong
    done = await bulk.run(bench.court, bench.asha, ref, PROPOSE, back.items)
    assert done.entered and not done.bad
    (out,) = table(await csv_cases.export(bench.court, bench.dev, ref, verb=APPROVE))
    assert (out["proposed"], out["proposed_matter"]) == ("own_rules_action", older[0])
    other = csv_cases.read(
        file([row | {"outcome": "own_rules_action", "reason": REASON, "matter": "RULES-1999-1"}]), PROPOSE
    )
    second = await bench.order(targets="@dev")
    wrong = await bulk.run(bench.court, bench.asha, second, PROPOSE, other.items)
    problem = wrong.bad[0].problem
    assert problem is not None and "matter" in problem.details


def test_no_cell_runs_in_a_spreadsheet_and_each_comes_back_as_it_was():
    for cell in (
        "=cmd|' /C calc'!A0",
        "+1",
        "-1",
        "@asha",
        "\t=1",
        "'=1",
        "''@x",
        "'tis",
        "plain",
        "",
        "'",
        "12;=1+1",
        "a;'=1;;-2;b",
    ):
        sent = csv_files.safe(cell)
        assert not any(part.startswith(RUNS) for part in sent.split(";")) and csv_files.plain(sent) == cell
    for address, sent in (
        ("https://a.example/x;-1;b=2?c;=3", "https://a.example/x;%2D1;b=2?c;%3D3"),
        ("http://a.example/;'@b", "http://a.example/;%27@b"),
        ("https://a.example/ =;-1", "https://a.example/ =;'-1"),  # words that begin so are none
    ):
        assert csv_files.plain(csv_files.safe(address)) == csv_files.plain(sent) and csv_files.safe(address) == sent
    data = csv_files.written([["@meera", '=HYPERLINK("http://evil.example")']])
    assert data.startswith(b"\xef\xbb\xbf") and b"\n=" not in data and b",=" not in data and b',"=' not in data


def test_hindi_headings_other_separators_and_encodings_are_read():
    text = "लक्ष्य;निर्णय;आधार;कारण;कब तक;संस्करण\r\n3;refuse;protected_expression;पत्रकार ने जो हुआ वही लिखा है, और यह क़ानूनन सुरक्षित है;;4\r\n"
    for data in (text.encode(), text.encode("utf-8-sig"), text.encode("utf-16"), text.replace(";", "\t").encode()):
        (item,) = csv_cases.read(data, PROPOSE).items
        assert (item.number, item.seen, item.outcome, item.code) == (3, 4, "refuse", "protected_expression")


def test_reasons_of_many_lines_with_every_separator_in_them_stay_whole():
    reason = "First; second, third\tfourth.\nAnother line; and another, too."
    data = csv_files.written([["target", "outcome", "reason", "version"], ["1", "refuse", reason, "1"]])
    assert csv_cases.read(data, PROPOSE).items[0].reason == reason


def test_each_fault_of_a_cell_is_said_with_its_line_and_column():
    lines = [
        "target,outcome,ground,reason,parts,version",
        "1,dance,,r,,1",
        "x,refuse,nope,r,,1",
        "3,withhold_media,,r,a b,",
        "4,,,,,1",
    ]
    read = csv_cases.read("\n".join(lines).encode(), PROPOSE)
    assert not read.items and read.left == 1
    assert [(one.item.line, *one.problem.details) for one in read.wrong if one.problem] == [
        (2, "outcome"),
        (3, "ground", "target"),
        (4, "parts", "version"),
    ]


def test_one_file_is_gone_through_once_and_sent_for_each_act():
    data = b"target,do,reason,version\n1,approve,,2\n2,return,look at the second line again,2\n3,,,2\n4,no,,2\n"
    assert [one.number for one in csv_cases.read(data, APPROVE).items] == [1]
    assert [(one.number, one.reason) for one in csv_cases.read(data, RETURN).items] == [
        (2, "look at the second line again")
    ]
    # Without the column, who sends a row means it.
    assert [one.number for one in csv_cases.read(b"target,version\n1,2\n2,2\n", APPROVE).items] == [1, 2]


def test_rows_of_another_order_are_none_of_this_file():
    data = b"order,target,version\nIN-2021-0001,1,2\nIN-2021-0002,2,2\n"
    for read in (csv_cases.read(data, APPROVE), csv_cases.read(data, APPROVE, "IN-2021-0001")):
        assert read.ref == "IN-2021-0001" and [one.number for one in read.items] == [1]
        assert [(one.item.line, *one.problem.details) for one in read.wrong if one.problem] == [(3, "order")]


def test_what_is_no_such_file_is_said():
    for data in (
        b"",
        b"url,version\nx,1",
        b"target,outcome\n1,refuse",
        b"PK\x03\x04",
        b"\xff\x00",
        b'target,version\n"1,2',
    ):
        with pytest.raises(Invalid) as said:
            csv_cases.read(data, PROPOSE)
        assert "csv" in said.value.details


async def test_only_staff_take_a_file_and_only_of_what_there_is(bench: Bench):
    ref = await bench.order()
    await decisions.propose(bench.court, bench.asha, ref, 1, outcome="withhold_post", reason=REASON)
    with pytest.raises(NotAllowed):
        await csv_cases.export(bench.court, Viewer(account=bench.meera, country="IN"), ref)
    with pytest.raises(NotFound):
        await csv_cases.export(bench.court, bench.asha, "IN-2021-0404")
    with pytest.raises(NotFound):
        await csv_cases.export(bench.court, bench.asha, ref, verb="dance")
    assert len(table(await csv_cases.export(bench.court, bench.asha, ref, verb=PROPOSE))) == 0
    assert len(table(await csv_cases.export(bench.court, bench.asha, ref))) == 1

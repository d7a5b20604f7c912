"""Lists of targets as offices send them: every form of CSV, what each row names, and files that are none."""

import pytest

from chaupal.governance.orders import csv_targets
from chaupal.governance.orders.csv_targets import Preview, TargetRow, preview, read_rows
from chaupal.governance.orders.resolving import LineFault
from chaupal.kernel.errors import Invalid
from neighbours import Street

ORIGIN = "https://chaupal.example"
TWO = [TargetRow(2, "@asha", "withhold_account", "bot"), TargetRow(3, "@ravi")]


@pytest.mark.parametrize(
    "data",
    [
        b"target,demanded,note\n@asha,withhold_account,bot\n@ravi,,\n",
        b"URL;Measure;Remarks\r\n@asha;withhold_account;bot\r\n@ravi\r\n",
        "\ufeffहैंडल\tकार्रवाई\tटिप्पणी\n@asha\twithhold_account\tbot\n@ravi\t\t\n".encode(),
        "S.No.,Handle,Note,Measure\n1,@asha,bot,withhold_account\n2,@ravi,,\n".encode("utf-16"),
        b'"target","demanded","note"\n"@asha"," withhold_account ","bot"\n"@ravi"\n',
    ],
)
def test_files_are_read_however_they_are_written(data: bytes):
    assert read_rows(data) == TWO


def test_lists_without_a_header_and_lines_as_a_spreadsheet_counts_them():
    assert read_rows(b"@asha\n\n@ravi\n") == [TargetRow(1, "@asha"), TargetRow(3, "@ravi")]
    assert read_rows(b"1,@asha\n2.,@ravi,withhold_account\n") == [
        TargetRow(1, "@asha"),
        TargetRow(2, "@ravi", "withhold_account"),
    ]
    assert read_rows(b"sep=;\r\ntarget;note\r\n@asha;a\r\n") == [TargetRow(3, "@asha", "", "a")]
    assert read_rows(b"link\nno\n") == [TargetRow(2, "no")] and read_rows(b"no\nasha") == [
        TargetRow(1, "no"),
        TargetRow(2, "asha"),
    ]


@pytest.mark.parametrize(
    ("data", "about"),
    [
        (b"", "has no rows"),
        (b"\n , \n", "has no rows"),
        (b"target\n", "has a header and no rows"),
        (b"note,measure\na,b\n", "has no column"),
        (b"PK\x03\x04", "is a workbook"),
        ("@आशा".encode("utf-16-le"), "must be in UTF-8"),
        (b"@as\xffha\n", "must be in UTF-8"),
        (b'"@asha\n@ravi\n', "cannot be read"),
        (b'"@asha"x,y\n', "cannot be read"),
        (b"@a\n" * 5_001, "more than 5000 rows"),
        (b"@a" * 3_000_000, "more than 4 MB"),
        (b"x" * 200_000, "cannot be read"),
    ],
)
def test_what_is_no_list_says_why(data: bytes, about: str):
    with pytest.raises(Invalid) as caught:
        read_rows(data)
    assert about in caught.value.details["csv"]


async def looked_at(street: Street, text: str) -> Preview:
    return await preview(street.work, ORIGIN, text.encode())


async def test_each_row_says_what_it_names_or_what_is_wrong_with_it(street: Street):
    asha = await street.person("asha")
    post = await street.say(asha, "सरसों")
    seen = await looked_at(
        street,
        f"target,demanded\n@asha,withhold_account\n/@asha/{post},withhold_post\n@asha,\n@аsha,\n@nobody,\nhttps://x.example/1,\n"
        f",label\n/@asha/{post}?again,\n@ravi,hide\n#tag,withhold_post\n",
    )
    assert [(one.row.line, one.found.kind, one.wrong, one.twice) for one in seen.rows] == [
        (2, "account", "", None),
        (3, "post", "", None),
        (4, "account", "named_twice", 2),
        (5, "account", "posed_handle", None),
        (6, "account", "not_here", None),
        (7, "", "foreign_address", None),
        (8, "", csv_targets.NO_TARGET, None),
        (9, "post", "named_twice", 3),
        (10, "account", csv_targets.NO_MEASURE, None),
        (11, "tag", csv_targets.NOT_FOR_THIS, None),
    ]
    assert seen.rows[3].found.like == "asha"
    # None is dropped on its way into an order, and none demands there what it does not demand in the file.
    assert seen.targets().splitlines() == [
        "@asha",
        f"/@asha/{post}",
        "@asha",
        "@аsha",
        "@nobody",
        "https://x.example/1",
        "(names no target, 8)",
        f"/@asha/{post}?again",
        "@ravi hide",
        "#tag",
    ]
    assert seen.demanded() == ("withhold_account", "withhold_post", "", "", "", "", "label", "", "", "withhold_post")
    assert [one.row.line for one in seen.usable] == [2, 3, 6]
    assert [one.row.line for one in seen.bad] == [4, 5, 7, 8, 9, 10, 11]
    assert seen.counts == {
        "account": 1,
        "post": 1,
        "twice": 2,
        "posed_handle": 1,
        "not_found": 2,
        "foreign": 1,
        "no_name": 1,
        "bad": 1,
    }


async def test_a_long_file_tells_its_progress_and_finds_what_is_named_twice_far_apart(street: Street):
    told: list[tuple[int, int]] = []
    data = "\n".join(["@asha", *(f"@p{n}" for n in range(2_500)), "asha"]).encode()
    await street.person("asha")
    seen = await preview(street.work, ORIGIN, data, lambda done, of: told.append((done, of)))
    assert told == [(1_000, 2_502), (2_000, 2_502), (2_502, 2_502)]
    assert (seen.rows[-1].found.wrong, seen.rows[-1].twice) == (LineFault.TWICE, 1)

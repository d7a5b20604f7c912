"""`chaupal order decide FILE` and its kin: out as CSV, filled in, checked whole, entered, approved by another; `REF N` goes on."""

import csv
import io
from pathlib import Path

from chaupal.kernel.errors import Invalid, NotAllowed, NotFound
from commands import done, run

ACCOUNT = ("--password", "a long enough secret")
WHY = "It calls for violence this very night."


def an_order(data: Path) -> str:
    for handle, role in (
        ("lata", "owner"),
        ("dev", "approver"),
        ("meera", "member"),
        ("asha", "member"),
        ("ravi", "member"),
    ):
        done(data, "account", "create", handle, "--email", f"{handle}@example.org", "--role", role, *ACCOUNT)
    done(data, "order", "authority", "add", "--as", "lata", "--name", "Ministry", "--jurisdiction", "IN")
    done(data, "order", "authority", "agree", "--as", "dev", "Ministry")
    ref = done(
        data, "order", "receive", "--as", "lata", "--authority", "Ministry", "--officer", "A. Sharma", "--rank", "Joint Secretary",
        "--regime", "IN-69A", "--role", "designated_officer",
        "--reference", "1", "--law", "s. 69A", "--grounds", "public order", "--territory", "IN", "--dated", "2021-02-04",
        "--target", "@meera", "--target", "@asha", "--target", "@ravi", "--origin-note", "The office confirmed it.",
    ).split()[-1]  # fmt: skip
    for verb in ("acknowledge", "check"):
        done(data, "order", "step", ref, verb, "--as", "lata")
    return ref


def rows_of(path: Path) -> list[dict[str, str]]:
    return [*csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig")))]


def write(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)


def test_a_file_is_filled_in_checked_whole_entered_and_approved_by_another(tmp_path: Path):
    data, path = tmp_path / "data", tmp_path / "cases.csv"
    ref = an_order(data)
    done(data, "order", "export", ref, "--as", "dev", "--for", "decide", "--output", str(path))
    rows = rows_of(path)
    assert [row["url"] for row in rows] == ["'@meera", "'@asha", "'@ravi"]  # no formula
    empty = run(data, "order", "decide", str(path), "--as", "dev")
    assert isinstance(empty.exception, Invalid) and "no row that is filled in" in empty.exception.message
    for row in rows:
        row |= {"outcome": "withhold_account", "reason": WHY, "finding": WHY, "despite": WHY}
    rows[1]["reason"] = "no"
    write(path, rows)
    for more in ((), ("--check",)):
        wrong = run(data, "order", "decide", str(path), "--as", "dev", *more)
        assert isinstance(wrong.exception, Invalid) and "line 3, reason: say why in a whole sentence" in wrong.output
    assert "measure_proposed" not in done(data, "order", "show", ref, "--as", "dev")
    assert "2 done, 1 wrong" in done(data, "order", "decide", str(path), "--as", "dev", "--what-can")
    rows[1]["reason"] = WHY
    write(path, rows)
    again = done(data, "order", "decide", "--as", "dev", str(path))
    assert "2 already" in again and "1 done" in again
    done(data, "order", "export", ref, "--as", "lata", "--for", "approve", "--output", str(path))
    write(path, [row | {"do": "yes"} for row in rows_of(path)])
    own = run(data, "order", "approve", str(path), "--as", "dev")
    assert isinstance(own.exception, Invalid) and "a second person must decide" in own.output
    assert "3 done" in done(data, "order", "approve", str(path), "--as", "lata")
    assert done(data, "order", "show", ref, "--as", "lata").count("in_force") == 3
    lift = done(data, "order", "export", ref, "--as", "lata", "--for", "lift")
    lines = [*csv.DictReader(io.StringIO(lift.lstrip("\ufeff")))]
    write(path, [row | {"do": "1", "reason": "It was looked at again and is not needed."} for row in lines[:2]])
    assert "2 done" in done(data, "order", "lift", str(path), "--as", "lata")


def test_one_target_is_decided_as_before(tmp_path: Path):
    ref = an_order(tmp_path)
    said = ("--outcome", "withhold_account", "--reason", WHY, "--finding", WHY, "--despite", WHY)
    assert done(tmp_path, "order", "decide", ref, "1", *said, "--as", "dev") == "proposed\n"
    assert isinstance(run(tmp_path, "order", "approve", ref, "1", "--as", "dev").exception, NotAllowed)
    assert done(tmp_path, "order", "approve", "--as", "lata", ref, "1") == "in_force\n"
    assert "FILE" in done(tmp_path, "order", "decide", "--help")


def test_a_file_without_its_order_or_of_members_is_refused(tmp_path: Path):
    data, path = tmp_path / "data", tmp_path / "cases.csv"
    ref = an_order(data)
    write(path, [{"target": "1", "version": "1", "outcome": "refuse", "reason": WHY}])
    assert isinstance(run(data, "order", "decide", str(path), "--as", "dev").exception, Invalid)
    assert isinstance(run(data, "order", "export", ref, "--as", "meera").exception, NotAllowed)
    assert done(data, "order", "export", "--as", "lata").startswith("\ufeffappeal,order")


def test_a_matter_of_the_houses_own_takes_a_file(tmp_path: Path):
    data, path = tmp_path / "data", tmp_path / "list.csv"
    an_order(data)
    path.write_text("target,measure\n@asha,warn\n@ravi,\n", encoding="utf-8")
    said = ("--rule", "2@1", "--grounds", "The same text was sent to two hundred people.")
    told = done(data, "order", "matter", "--as", "dev", *said, "--csv", str(path))
    assert "2 targets, in force" in told
    path.write_text("target\n@nobody_at_all\n", encoding="utf-8")
    assert isinstance(run(data, "order", "matter", "--as", "dev", *said, "--csv", str(path)).exception, Invalid)


def test_a_matter_whose_outcome_cannot_be_stands_undecided_and_says_so(tmp_path: Path):
    an_order(tmp_path)
    said = ("--rule", "2@1", "--grounds", WHY, "--target", "@asha", "--outcome", "label")
    refused = run(tmp_path, "order", "matter", "--as", "dev", *said)
    assert "1 targets, undecided" in refused.output and isinstance(refused.exception, Invalid)


def test_a_state_hint_on_the_command_line_names_its_authority_or_is_no_matter(tmp_path: Path):
    data = tmp_path / "data"
    an_order(data)
    said = (
        "order",
        "matter",
        "--as",
        "dev",
        "--rule",
        "2@1",
        "--grounds",
        WHY,
        "--target",
        "@asha",
        "--source",
        "state_flag",
    )
    nobody = run(data, *said)
    assert isinstance(nobody.exception, Invalid) and "flagged_by" in nobody.exception.details
    assert isinstance(run(data, *said, "--flagged-by", "Ministry of Truth").exception, NotFound)
    ref = done(data, *said, "--flagged-by", "Ministry").split(":")[0]
    assert "Ministry" in done(data, "order", "show", ref, "--as", "dev")

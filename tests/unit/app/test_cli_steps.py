"""`chaupal order step`, `emergency` and `second`: an order as a whole, and what one person does in an emergency."""

from pathlib import Path

from chaupal.kernel.errors import Conflict, Invalid, NotAllowed
from commands import done, run

ACCOUNT = ("--password", "a long enough secret")
WHY = "It calls for violence this very night."


def an_order(data: Path) -> str:
    for handle, role in (("lata", "owner"), ("dev", "approver"), ("meera", "member")):
        done(data, "account", "create", handle, "--email", f"{handle}@example.org", "--role", role, *ACCOUNT)
    done(data, "order", "authority", "add", "--as", "lata", "--name", "Ministry", "--jurisdiction", "IN")
    done(data, "order", "authority", "agree", "--as", "dev", "Ministry")
    return done(
        data, "order", "receive", "--as", "lata", "--authority", "Ministry", "--officer", "A. Sharma", "--rank", "Joint Secretary",
        "--regime", "IN-69A", "--role", "designated_officer",
        "--reference", "1", "--law", "s. 69A", "--grounds", "public order", "--territory", "IN", "--dated", "2021-02-04",
        "--target", "@meera",
        "--origin-note", "The office confirmed it.",
    ).split()[-1]  # fmt: skip


def test_steps_are_taken_and_what_is_missing_is_said(tmp_path: Path):
    ref = an_order(tmp_path)
    assert done(tmp_path, "order", "step", ref, "acknowledge", "--as", "lata").strip() == "acknowledged"
    assert isinstance(run(tmp_path, "order", "step", ref, "acknowledge", "--as", "lata").exception, Conflict)
    assert done(tmp_path, "order", "step", ref, "check", "--as", "lata").strip() == "in_review"
    assert isinstance(run(tmp_path, "order", "step", ref, "ask", "--as", "lata").exception, Invalid)
    asked = done(tmp_path, "order", "step", ref, "ask", "--as", "lata", "--text", "Which post is meant?")
    assert asked.strip() == "clarifying"
    assert isinstance(run(tmp_path, "order", "step", ref, "check", "--as", "meera").exception, Conflict | NotAllowed)


def test_what_one_did_alone_is_seconded_by_another(tmp_path: Path):
    ref = an_order(tmp_path)
    act = (
        "order",
        "emergency",
        ref,
        "1",
        "--outcome",
        "withhold_account",
        "--reason",
        WHY,
        "--finding",
        WHY,
        "--despite",
        WHY,
    )
    assert isinstance(run(tmp_path, *act, "--as", "dev").exception, Conflict), "nobody has checked it yet"
    done(tmp_path, "order", "step", ref, "check", "--as", "lata")
    assert done(tmp_path, *act, "--as", "dev").strip() == "in force"
    assert isinstance(run(tmp_path, "order", "second", ref, "1", "--as", "dev").exception, NotAllowed)
    assert done(tmp_path, "order", "second", ref, "1", "--as", "lata").strip() == "in_force"
    assert isinstance(run(tmp_path, "order", "concur", ref, "1", "--as", "lata").exception, Conflict)
    assert done(tmp_path, "order", "keep", ref, "1", "--as", "dev", "--reason", WHY).strip() == "kept"


def test_what_one_does_alone_is_a_measure_and_its_reason_waits_for_nobody(tmp_path: Path):
    told = " ".join(done(tmp_path, "order", "emergency", "--help").split())
    assert "public at once" in told and "once it is approved" not in told
    refused = run(
        tmp_path, "order", "emergency", "IN-2021-0001", "1", "--outcome", "refuse", "--reason", WHY, "--as", "dev"
    )
    assert refused.exit_code == 2 and "'refuse' is not one of" in refused.output
    assert "once it is approved" in " ".join(done(tmp_path, "order", "decide", "--help").split())


def test_an_order_says_on_the_command_line_which_emergency_it_confirms(tmp_path: Path):
    an_order(tmp_path)
    said = (
        "order", "receive", "--as", "lata", "--authority", "Ministry", "--officer", "A. Sharma", "--law", "s. 69A",
        "--grounds", "public order", "--territory", "IN", "--dated", "2021-02-04", "--target", "@meera",
        "--origin-note", "The office confirmed it.",
    )  # fmt: skip
    urgent = ("--regime", "IN-69A-EMERG", "--role", "secretary", "--rank", "Secretary", "--reference", "2")
    first = done(tmp_path, *said, *urgent).split()[-1]
    plain = ("--regime", "IN-69A", "--role", "designated_officer", "--rank", "Joint Secretary", "--reference")
    wrong = run(tmp_path, *said, *plain, "3", "--confirms", "IN-1999-0001")
    assert isinstance(wrong.exception, Invalid) and "confirms" in wrong.exception.details
    assert done(tmp_path, *said, *plain, "3", "--confirms", first).startswith("IN-")

"""`chaupal server`: a server limited, approved by another, exported, taken in again and lifted; the list of those let in kept by two."""

from pathlib import Path

from chaupal.kernel.errors import Invalid, NotAllowed
from unit.app.test_cli_bulk import ACCOUNT, done, run

WHY = "Threats keep coming from there, and its staff have not answered."


def staffed(data: Path) -> None:
    for handle, role in (("lata", "owner"), ("mona", "moderator"), ("moti", "moderator"), ("meera", "member")):
        done(data, "account", "create", handle, "--email", f"{handle}@example.org", "--role", role, *ACCOUNT)


def test_a_server_is_limited_by_two_from_the_shell_shared_as_a_list_and_lifted(tmp_path: Path):
    data, path = tmp_path / "data", tmp_path / "blocks.csv"
    staffed(data)
    said = done(data, "server", "limit", "bad.example", "--severity", "suspend", "--reason", WHY, "--as", "mona")
    assert "suspend_server proposed" in said
    ref = said.split()[-1]
    alone = run(data, "order", "approve", ref, "1", "--as", "mona")
    assert isinstance(alone.exception, NotAllowed)
    done(data, "order", "approve", ref, "1", "--as", "moti")
    assert f"suspend_server ({ref})" in done(data, "server", "list", "--as", "mona")
    done(data, "server", "export", str(path), "--as", "mona")
    assert path.read_text().splitlines()[1].startswith("bad.example,suspend,true,true,")
    done(
        data,
        "server",
        "lift",
        "bad.example",
        "--reason",
        "Its staff have answered, and the threats have stopped.",
        "--as",
        "moti",
    )
    assert "bad.example" not in done(data, "server", "list", "--as", "mona")
    taken = done(
        data, "server", "import", str(path), "--reason", "A list that we share with servers we know.", "--as", "mona"
    )
    assert "suspend_server: 1 of 1" in taken
    assert "suspend_server proposed" in done(data, "server", "list", "--as", "mona")


def test_who_may_not_and_what_is_no_server_is_refused(tmp_path: Path):
    data = tmp_path / "data"
    staffed(data)
    assert isinstance(
        run(data, "server", "limit", "bad.example", "--reason", WHY, "--as", "meera").exception, NotAllowed
    )
    assert isinstance(run(data, "server", "limit", "no server", "--reason", WHY, "--as", "mona").exception, Invalid)


def test_the_list_of_those_let_in_is_kept_by_two_from_the_shell(tmp_path: Path):
    data = tmp_path / "data"
    staffed(data)
    assert (
        done(data, "server", "allow", "good.example", "--reason", "Its people asked for it.", "--as", "mona").strip()
        == "good.example"
    )
    assert "proposed" in done(data, "server", "disallow", "good.example", "--reason", WHY, "--as", "mona")
    assert isinstance(
        run(data, "server", "disallow", "good.example", "--reason", WHY, "--as", "mona").exception, NotAllowed
    )
    assert "off the list" in done(data, "server", "disallow", "good.example", "--reason", WHY, "--as", "moti")

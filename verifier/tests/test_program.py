"""`chaupal-audit` run as a stranger runs it, on a log that any web server carries: green, and red for what is against the law."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from chaupal_audit import cli, tlog
from chaupal_audit.fold.fold import Fold
from logs import VKEY, Mirror
from scribe import PROPOSER, Scribe
from served import WITNESS, Served, served


@pytest.fixture
def scribe() -> Scribe:
    scribe = Scribe()
    scribe.begin()
    scribe.open_order()
    scribe.decide()
    return scribe


@pytest.fixture
def audit(tmp_path: Path) -> Iterator[Served]:
    with served(tmp_path / "served") as running:
        yield running


def test_a_court_that_obeyed_its_law_is_green(audit: Served, scribe: Scribe):
    done = audit(scribe)
    assert done.returncode == 0, done.stderr
    assert "0 break a rule" in done.stderr


def test_a_lie_is_named_with_its_entry_and_the_rule_and_the_program_ends_with_1(audit: Served, scribe: Scribe):
    lie = scribe.decide(target=2, second=PROPOSER)
    done = audit(scribe)
    assert done.returncode == 1
    assert f"AGAINST THE LAW: entry {lie} (IN-2021-0001): One and the same person proposed" in done.stderr
    assert "[one_person_twice]" in done.stderr


def test_what_is_of_no_kind_that_it_knows_is_told(audit: Served, scribe: Scribe):
    scribe.write("zebra", "", {})
    assert (
        "1 entries are of kinds that this program does not know and holds against nothing: zebra"
        in audit(scribe).stderr
    )


def _deep(kind: str, levels: int) -> bytes:
    value = b"[" * levels + b"]" * levels
    return b'{"at":"2021-03-25T10:00Z","public":{"x":%s},"ref":"","t":"%s","v":2}' % (value, kind.encode())


@pytest.mark.parametrize("kind", ["role", "open"])
def test_an_entry_that_lies_too_deep_is_one_that_cannot_be_read(scribe: Scribe, kind: str):
    scribe.entries.append(_deep(kind, 30_000))
    index = len(scribe.entries) - 1
    assert [(one.index, one.code) for one in scribe.verdict().broken] == [(index, "unreadable")]
    fold = Fold()
    fold.add(scribe.entries[index])
    assert fold.facts.unreadable == 1


def test_what_is_opened_by_what_is_no_disclosure_is_not_opened(scribe: Scribe):
    scribe.beside[made := scribe.write("cover", "", {}, carried={"act": "nothing"})] = ["nothing"]
    assert [(one.index, one.code) for one in scribe.verdict().broken] == [(made, "opening_foreign")]


@pytest.mark.parametrize(
    ("option", "says"),
    [
        ("--seen", "holds no checkpoint that can be read"),
        ("--older", "holds no checkpoint that can be read"),
        ("--policy", "is no text"),
        ("--openings", "holds no openings that can be read"),
        ("--key", "is none that can be read"),
    ],
)
def test_what_is_given_and_is_none_is_called_so_before_anything_is_fetched(option: str, says: str, tmp_path: Path):
    given = tmp_path / "given"
    if option == "--older":
        given.mkdir()
    else:
        given.write_bytes(b"\x8a\xff")
    done = CliRunner().invoke(cli.audit, ["http://127.0.0.1:9", option, str(given)])
    assert (done.exit_code, says in done.stderr) == (2, True), done.stderr


@pytest.mark.parametrize("url", ["the.server", "file:///etc/passwd", "ftp://the.server", "http://the server", ""])
def test_an_address_that_is_none_is_called_so(url: str):
    done = CliRunner().invoke(cli.audit, [url])
    assert (done.exit_code, "write it as https://the.server" in done.stderr) == (2, True), done.stderr


def test_a_log_that_is_not_there_is_accused_of_nothing():
    done = CliRunner().invoke(cli.audit, ["http://127.0.0.1:9"])
    assert (done.exit_code, "was not verified: the log cannot be reached" in done.stderr) == (1, True), done.stderr


def test_findings_come_as_json_for_programs(audit: Served, scribe: Scribe):
    lie = scribe.decide(target=2, territory=["XX"])
    done = audit(scribe, "--findings", "json", "--quiet")
    said = json.loads(done.stdout)
    assert done.returncode == 1
    assert (said["orders"], said["measures"]) == (1, 2)
    assert [(one["index"], one["code"], one["late"]) for one in said["findings"]] == [(lie, "beyond_territory", False)]
    assert said["findings"][0]["hi"].startswith("कार्रवाई")


def test_the_laws_can_come_from_a_folder_whatever_its_files_are_called(audit: Served, scribe: Scribe, tmp_path: Path):
    folder = tmp_path / "laws"
    folder.mkdir()
    for number, body in enumerate(scribe.files.values()):
        (folder / f"{number}.toml").write_bytes(body)
    assert audit(scribe, "--law-dir", str(folder), laws=False).returncode == 0
    (folder / "0.toml").unlink()
    done = audit(scribe, laws=False)
    assert done.returncode == 1
    assert "[law_missing]" in done.stderr


def test_a_server_that_serves_another_law_than_the_log_cites_is_found_out(audit: Served, scribe: Scribe):
    digest = str(scribe.public(6)["sha256"])
    scribe.files[digest] = scribe.files[digest] + b"\n# as it suits us\n"
    done = audit(scribe)
    assert done.returncode == 1
    assert "[law_unlike]" in done.stderr


def test_who_was_let_read_what_entries_commit_to_gives_it_by_a_file(audit: Served, scribe: Scribe, tmp_path: Path):
    made: list[int] = []
    for ref in ("HOUSE-2021-0001", "HOUSE-2021-0002"):
        scribe.own(ref, rule="3@1", targets={"account": 1})
        made.append(scribe.alone(ref, measure="limit"))
    assert audit(scribe).returncode == 0
    shown = tmp_path / "shown.json"
    shown.write_text(json.dumps({str(one): [scribe.opens[one]["subject"]] for one in made}), "utf-8")
    done = audit(scribe, "--openings", str(shown))
    assert done.returncode == 1
    assert f"AGAINST THE LAW: entry {made[1]} (HOUSE-2021-0002): One person did alone again" in done.stderr
    shown.write_text(json.dumps({str(made[0]): [scribe.opens[made[1]]["subject"]]}), "utf-8")
    assert "[opening_foreign]" in audit(scribe, "--openings", str(shown)).stderr


def test_what_was_only_late_is_told_and_breaks_nothing(audit: Served, scribe: Scribe):
    scribe.later(hours=30)
    scribe.keep(scribe.propose(target=2), "returned")
    done = audit(scribe)
    assert done.returncode == 0, done.stderr
    assert "[decided_late_by_law]" in done.stderr


def test_witnesses_are_asked_for_and_an_unwitnessed_log_is_called_so(audit: Served, scribe: Scribe, tmp_path: Path):
    assert "UNWITNESSED" in audit(scribe).stderr
    done = audit(scribe, "--witness", str(WITNESS.public))
    assert done.returncode == 0, done.stderr
    assert "witnessed by 1 of 1" in done.stderr
    stranger = tlog.Cosigner.from_seed("x.example/witness", bytes([8] * 32)).public
    done = audit(scribe, "--witness", str(WITNESS.public), "--witness", str(stranger), "--quorum", "2")
    assert done.returncode == 1
    assert "too few witnesses" in done.stderr
    policy = tmp_path / "policy"
    policy.write_text(f"log {VKEY}\nwitness one {WITNESS.public}\nquorum one\n", "utf-8")
    assert audit(scribe, "--policy", str(policy)).returncode == 0
    assert audit(scribe, "--policy", str(policy), "--quorum", "1").returncode == 2


OLDER = tlog.SigningKey.from_seed("older.example/log", bytes([5] * 32))


def test_what_an_older_log_had_and_this_one_has_not_is_listed(audit: Served, scribe: Scribe, tmp_path: Path):
    """And a house that does not say that there was more is found out."""
    kept = len(scribe.entries)
    scribe.open_order("IN-2021-0002")
    known = len(scribe.entries)
    for path, body in Mirror(scribe.entries, OLDER).files.items():
        (tmp_path / "copy" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "copy" / path).write_bytes(body)
    del scribe.entries[kept:]
    said = {"previous": str(OLDER.public), "kept": kept, "new": VKEY}
    scribe.write("origin", OLDER.name, said | {"seen": known})
    done = audit(scribe, "--older", str(tmp_path / "copy"))
    assert done.returncode == 0, done.stderr
    assert f"not here: entry {kept} of the older log" in done.stderr and "order, IN-2021-0002" in done.stderr
    assert f"{known - kept} of the {known} entries that it is known to have had are not here" in done.stderr
    del scribe.entries[kept:]
    scribe.write("origin", OLDER.name, said)
    done = audit(scribe, "--older", str(tmp_path / "copy"))
    assert done.returncode == 1 and "had more entries than this one says" in done.stderr
    for path, body in Mirror(scribe.entries).files.items():
        (tmp_path / "copy" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "copy" / path).write_bytes(body)
    done = audit(scribe, "--older", str(tmp_path / "copy"))
    assert done.returncode == 1 and "is no copy of a log from which this one goes on" in done.stderr

"""chaupal-audit beside a running server, as a stranger uses it: no database, only addresses."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from chaupal.policy.viewer import Role
from serving import Served, join, served
from waiting import PATIENCE

AUDIT = [sys.executable, "-m", "chaupal_audit.cli"]
LOADED = "import sys, chaupal_audit.cli; print(*sorted(sys.modules))"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A village whose log is signed on demand, with an order that has been received."""
    with served(tmp_path_factory.mktemp("served"), log_batch_minutes=0) as one:
        join(one.settings, "clerk", role=Role.CLERK)
        one.cli("order", "authority", "add", "--as", "clerk", "--name", "Ministry", "--jurisdiction", "IN")
        yield one


def audit(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*AUDIT, *words], capture_output=True, text=True, timeout=120)


def test_it_knows_nothing_of_the_server_or_the_database():
    loaded = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True).stdout.split()
    assert "chaupal_audit.fold.fold" in loaded
    assert not [name for name in loaded if name.partition(".")[0] in ("chaupal", "sqlalchemy", "asyncpg", "litestar")]


def test_the_published_report_is_counted_again_from_the_log_alone(server: Served, tmp_path: Path):
    done = audit(server.url, "--compare", "--into", str(tmp_path / "copy"))
    assert done.returncode == 0, done.stderr
    assert "cell by cell" in done.stderr and "T1: Orders" in done.stdout
    key = (tmp_path / "copy" / "key").read_text().strip()
    again = audit(
        f"{server.url}/log", "--key", key, "--into", str(tmp_path / "copy"), "--compare", "--quiet", "--format", "json"
    )
    assert (again.returncode, again.stderr) == (0, "")
    assert (
        again.stdout.strip().encode()
        == httpx2.get(f"{server.url}/api/v1/transparency/report.json", trust_env=False, timeout=PATIENCE).content
    )


def test_tables_are_chosen_and_written_as_csv(server: Served):
    done = audit(server.url, "--tables", "t19", "--format", "csv", "--from", "2021-01")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[0] == "entry,entries" and "authority,1" in done.stdout.splitlines()


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("--tables", "T99"), 2, "there is no t99"),
        (("--from", "soon"), 2, "must be a month"),
        (("--key", "nonsense"), 2, "--key is none that can be read"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(server: Served, words: tuple[str, ...], code: int, says: str):
    done = audit(server.url, *words)
    assert (done.returncode, done.stdout) == (code, "")
    assert says in done.stderr and "Traceback" not in done.stderr


def test_a_server_that_is_not_there_is_said_so():
    done = audit("http://127.0.0.1:9", "--compare")
    assert done.returncode == 1 and "Traceback" not in done.stderr


def test_the_record_is_written_as_files_that_verify(server: Served, tmp_path: Path):
    done = server.cli("report", "mirror", str(tmp_path / "www"), "--language", "en")
    folder = tmp_path / "www"
    assert (folder / "log" / "checkpoint").exists(), done
    assert "Transparency" in (folder / "transparency" / "index.html").read_text("utf-8")
    # With the mark by which spreadsheets know the letters.
    assert (
        (folder / "api" / "v1" / "transparency" / "tables" / "T1.csv").read_text("utf-8").startswith("\ufeffcountry,")
    )
    with serving_files(folder) as url:
        copied = audit(url, "--compare")
    assert copied.returncode == 0, copied.stderr


class serving_files:  # noqa: N801 - reads as words
    """Any web server: Python's own, over a directory."""

    def __init__(self, folder: Path) -> None:
        command = [sys.executable, "-u", "-m", "http.server", "0", "--bind", "127.0.0.1", "--directory", str(folder)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)

    def __enter__(self) -> str:
        assert self.process.stdout is not None
        return f"http://127.0.0.1:{self.process.stdout.readline().split(' port ')[1].split()[0]}"

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait()

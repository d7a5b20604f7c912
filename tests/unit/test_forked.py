"""What is forked for tests is as if it had been started: its words, its environment, its end; and it ends with whoever asked."""

import json
import os
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import forked
from waiting import PATIENCE

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere each is started")
TESTS = Path(forked.__file__).parent
WAITS = ["serve", "--port", "0"]


def environ(folder: Path, **more: str) -> dict[str, str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("CHAUPAL_")}
    return clean | {"CHAUPAL_DATA": str(folder / "data")} | more


@pytest.mark.parametrize("words", [["--help"], ["order", "--help"], ["nonsense"], ["account", "token", "nobody"]])
def test_it_says_and_answers_what_a_process_of_its_own_does(words: list[str], tmp_path: Path):
    forked.run(["account", "token", "nobody"], environ(tmp_path))  # that a new server begins is said by the first alone
    own = subprocess.run(
        [sys.executable, "-m", "chaupal.app.cli", *words],
        env=environ(tmp_path),
        capture_output=True,
        text=True,
        check=False,
    )
    here = forked.run(words, environ(tmp_path))
    assert (here.returncode, here.stdout, here.stderr) == (own.returncode, own.stdout, own.stderr)
    assert own.stdout or own.stderr


def test_it_knows_the_environment_that_it_is_given_and_nothing_else_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    asked = environ(tmp_path, CHAUPAL_HOME_COUNTRY="NP")
    assert '"NP"' in forked.run(["settings"], asked).stdout
    monkeypatch.setenv("CHAUPAL_HOME_COUNTRY", "NP")
    assert '"NP"' not in forked.run(["settings"], environ(tmp_path)).stdout


def test_it_is_a_child_of_ours_that_is_signalled_waited_for_and_gone(tmp_path: Path):
    with (tmp_path / "log").open("w+b") as log:
        one = forked.begin(WAITS, environ(tmp_path), tmp_path, log, log)
        assert isinstance(one, forked.Forked)
        stat = Path(f"/proc/{one.pid}/stat").read_text("utf-8")
        assert int(stat.rpartition(") ")[2].split()[1]) == os.getpid()
        with pytest.raises(subprocess.TimeoutExpired):
            one.wait(0.01)
        assert one.poll() is None
        one.kill()
        assert (one.wait(PATIENCE), one.poll()) == (-signal.SIGKILL, -signal.SIGKILL)
        assert not Path(f"/proc/{one.pid}").exists()


def test_words_that_an_interpreter_reads_when_it_begins_are_read_by_one_that_begins(tmp_path: Path):
    with (tmp_path / "log").open("w+b") as log:
        one = forked.begin(["--help"], environ(tmp_path, PYTHONVERBOSE="1"), tmp_path, log, log)
        assert one.wait(PATIENCE) == 0
    assert isinstance(one, subprocess.Popen) and "import 'site'" in (tmp_path / "log").read_text("utf-8")


def test_nothing_outlives_whoever_asked(tmp_path: Path):
    asks = (
        "import os, sys, forked; log = open('log', 'wb')\n"
        f"print(forked.begin({WAITS}, os.environ, '.', log, log).pid, flush=True)\nsys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", asks],
        env=environ(tmp_path, PYTHONPATH=str(TESTS)),
        cwd=tmp_path,
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as asker:
        assert asker.stdout
        ended = select.poll()
        ended.register(os.pidfd_open(int(asker.stdout.readline())), select.POLLIN)
        assert not ended.poll(0)
        asker.kill()
        assert ended.poll(1_000 * PATIENCE)


def test_nothing_outlives_whoever_asked_and_was_gone_before_it_could_be_told_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    source = forked._source(os.getpid(), json.dumps(forked._early(os.environ), sort_keys=True))
    with (tmp_path / "log").open("w+b") as log:
        # Somebody who is not its parent, as after the end of one who was
        monkeypatch.setattr(os, "getpid", lambda: 2**22)
        one = source.fork(WAITS, environ(tmp_path), tmp_path, log, log, signal.SIGTERM)
        assert one.wait(PATIENCE) == -signal.SIGTERM

"""docs/operating.md leads from one process to a cluster: each of its commands is run here in its order, as it stands."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import regex

from chaupal.app.cli import cli
from chaupal.kernel.settings import FIELDS, OTHER_WORDS
from object_store import ObjectStore
from ports import free_port
from proxies import PATH
from services import Postgres

HOME = Path(__file__).resolve().parents[2]
PAPER = (HOME / "docs" / "operating.md").read_text("utf-8")
BLOCKS = regex.findall(r"^```sh\n(.*?)^```$", PAPER, regex.M | regex.S)
NEEDED = ("curl", "openssl", "haproxy", "valkey-server")
MINUTES = 5


@pytest.fixture
def path() -> str:
    found = f"{Path(sys.executable).parent}:{PATH}"
    missing = [name for name in NEEDED if not shutil.which(name, path=found)]
    if missing:
        pytest.skip(f"{' '.join(missing)} not here: make services")
    return found


def test_an_operators_hour_command_by_command(
    path: str, tmp_path: Path, postgres_server: Postgres, valkey_url: str, object_store: ObjectStore
):
    """Ports, and where PostgreSQL, Valkey and the object store are, differ here; nothing else does."""
    store = object_store.fresh()
    script = "\n".join(BLOCKS)
    for name, here in {
        "postgresql://chaupal:secret@127.0.0.1:5432/chaupal": postgres_server.fresh(),
        "valkey://127.0.0.1:6379": valkey_url,
        "s3://chaupal/uploads": store["files"],
        "http://127.0.0.1:9000": store["s3_endpoint"],
        "CHAUPAL_S3_SECRET_KEY=secret": f"CHAUPAL_S3_SECRET_KEY={store['s3_secret_key']}",
        **{str(port): str(free_port()) for port in (8000, 8010, 8443)},
    }.items():
        assert name in script, name
        script = script.replace(name, here)
    (tmp_path / "deploy").symlink_to(HOME / "deploy")
    environ = {name: value for name, value in os.environ.items() if not name.startswith("CHAUPAL_")}
    said = tmp_path / "said"
    with said.open("wb") as out:
        # Of a process group of its own, so that nothing that it began outlives it; `set -m` names jobs as at a terminal.
        process = subprocess.Popen(
            ["bash", "-mexuc", script],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            cwd=tmp_path,
            env=environ | {"PATH": path},
            start_new_session=True,
        )
        try:
            code = process.wait(60 * MINUTES)
        finally:
            _end(process.pid)
    text = said.read_text("utf-8", "replace")
    assert code == 0, text[-6000:]
    assert "2 processes serve" in text and "Traceback" not in text


def _end(session: int) -> None:
    """Whatever is left of a session."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            of = int((folder / "stat").read_text().rpartition(")")[2].split()[3])
            if of == session:
                os.kill(int(folder.name), signal.SIGKILL)
        except (OSError, ValueError, IndexError):
            continue


def test_every_command_and_setting_that_it_names_is_there():
    for words in regex.findall(r"\bchaupal ((?:[a-z]+ ?)+)", "\n".join(regex.findall(r"`[^`\n]+`", PAPER))):
        assert words.split()[0] in cli.commands | {"log": None, "report": None, "order": None, "law": None}, words
    named = {word.lower() for word in regex.findall(r"CHAUPAL_([A-Z0-9_]+)=", PAPER)}
    assert len(named) > 8 and named <= {*FIELDS} | OTHER_WORDS


def test_every_alert_is_one_that_prometheus_has():
    alerts = (HOME / "deploy" / "prometheus" / "alerts.yml").read_text("utf-8")
    named = set(regex.findall(r"\*(Chaupal\w+)\*", PAPER))
    assert named and named <= set(regex.findall(r"alert: (\w+)", alerts))


def test_words_of_readiness_are_those_that_are_said():
    from chaupal.governance import readiness

    said = {word for word, _ in readiness.ASKED} | {"draining"}
    row = next(line for line in PAPER.splitlines() if line.startswith("| `/readyz`"))
    assert said == set(regex.findall(r"`(\w+)`", row))

"""The server is one file: a wheel that is installed by itself, and brings its pages, styles, words, countries and verifier."""

import os
import subprocess
import sys
import sysconfig
import tomllib
import zipfile
from collections.abc import Iterator
from email.parser import HeaderParser
from pathlib import Path

import httpx2
import pytest
import regex
from packaging.requirements import Requirement

from serving import Served, served
from waiting import PATIENCE

HOME = Path(__file__).resolve().parents[2]
UV = HOME / ".tools" / "bin" / "uv"


def run(*command: str | Path, cwd: Path = HOME) -> str:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    built = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "hatchling", "build", "--directory", built, "--target", "wheel")
    [found] = built.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with the wheel in it; what the wheel asks for lies in the one that runs the tests."""
    place = tmp_path_factory.mktemp("installed") / "venv"
    run(UV, "venv", "--quiet", "--offline", "--no-config", "--python", sys.executable, place)
    run(UV, "pip", "install", "--quiet", "--offline", "--no-config", "--no-deps", "--python", place, wheel, cwd=place)
    site = Path(run(place / "bin" / "python", "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip())
    # A path in a file of paths is looked in, but files of paths there are not read: this checkout stays out of it.
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return place


class Installed(Served):
    """Served by the program of an environment, from a folder that holds nothing of the checkout."""

    begins_empty = True
    venv: Path

    def start(self) -> float:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [self.venv / "bin" / "chaupal", "serve"],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**os.environ, **self.environ},
                cwd=self.log.parent,
            )
        return self.await_first()


@pytest.fixture(scope="module")
def at(installed: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    kind = type("InstalledHere", (Installed,), {"venv": installed})
    with served(tmp_path_factory.mktemp("served"), kind) as server:
        yield server.url


def test_the_wheel_asks_for_nothing_that_no_index_has(wheel: Path):
    """What is ours is in it; what it asks for is on the index, and here."""
    with zipfile.ZipFile(wheel) as opened:
        [name] = [name for name in opened.namelist() if name.endswith(".dist-info/METADATA")]
        asked = HeaderParser().parsestr(opened.read(name).decode()).get_all("Requires-Dist", [])
        rooms = {name.partition("/")[0] for name in opened.namelist() if ".dist-info" not in name}
    needs = [one for one in map(Requirement, asked) if one.marker is None or one.marker.evaluate({"extra": ""})]
    assert rooms == {"chaupal", "chaupal_audit"}
    assert len(needs) > 30 and not [one.name for one in needs if one.name.startswith("chaupal")]
    verifier = tomllib.loads((HOME / "verifier" / "pyproject.toml").read_text("utf-8"))["project"]["dependencies"]
    here = {one.name for one in map(Requirement, verifier) if one.marker is None or one.marker.evaluate()}
    assert here <= {one.name for one in needs}


def test_it_runs_without_the_checkout(installed: Path):
    where = run(
        installed / "bin" / "python", "-c", "import chaupal, chaupal_audit as a; print(chaupal.__file__, a.__file__)"
    )
    assert all(path.startswith(str(installed)) for path in where.split())
    assert "Usage: chaupal-audit" in run(installed / "bin" / "chaupal-audit", "--help")


def test_pages_come_with_their_styles_and_scripts_in_hindi_and_in_english(at: str):
    for language, word in (("hi", "लॉग इन"), ("en", "Log in")):
        page = httpx2.get(at, headers={"accept-language": language}, follow_redirects=True, timeout=PATIENCE)
        assert page.status_code == 200 and word in page.text
        parts = regex.findall(r'(?:href|src)="(/[^"]+\.(?:css|js|svg|woff2)[^"]*)"', page.text)
        assert {Path(part.partition("?")[0]).suffix for part in parts} >= {".css", ".js"}
        for part in parts:
            assert httpx2.get(at + part, timeout=PATIENCE).status_code == 200, part


def test_it_knows_countries_and_words_for_typing(installed: Path):
    asks = (
        "from chaupal.kernel.settings import load_settings as s; from chaupal.ports.country import country_file as f;"
        "from chaupal.web.static import typing; print(f(s(environ={}))('8.8.8.8'), 'hi' in typing())"
    )
    assert run(installed / "bin" / "python", "-c", asks, cwd=installed).split() == ["US", "True"]


def test_the_log_that_it_serves_verifies_by_the_verifier_that_it_brings(installed: Path, at: str):
    done = subprocess.run(
        [installed / "bin" / "chaupal-audit", at], capture_output=True, text=True, cwd=installed, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "0 break a rule" in done.stderr

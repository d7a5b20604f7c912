"""The package as strangers have it: a wheel, installed without the server, with what it declares and nothing else.

uv installs the wheel; what it needs is copied from where these tests run, so that no network is asked.
"""

import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from email.parser import HeaderParser
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from scribe import PROPOSER, Scribe
from served import Served, served

PACKAGE = Path(__file__).parents[1]
UV = next((str(path) for path in [PACKAGE.parent / ".tools" / "bin" / "uv"] if path.exists()), None) or "uv"


def run(*command: str | Path, cwd: Path | None = None) -> str:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    source, built = tmp_path_factory.mktemp("source") / "verifier", tmp_path_factory.mktemp("built")
    shutil.copytree(PACKAGE, source, ignore=shutil.ignore_patterns("__pycache__", ".*"))
    run(sys.executable, "-m", "hatchling", "build", "--directory", str(built), "--target", "wheel", cwd=source)
    [found] = built.glob("*.whl")
    return found


def needs(requirements: list[str]) -> Iterator[metadata.Distribution]:
    """What these requirements ask for on this machine, and what that asks for, each once."""
    seen: set[str] = set()
    waiting = [*requirements]
    while waiting:
        one = Requirement(waiting.pop())
        if one.name in seen or (one.marker and not one.marker.evaluate({"extra": ""})):
            continue
        seen.add(one.name)
        found = metadata.distribution(one.name)
        waiting += found.requires or []
        yield found


def declared(wheel: Path) -> list[str]:
    with zipfile.ZipFile(wheel) as opened:
        [name] = [name for name in opened.namelist() if name.endswith(".dist-info/METADATA")]
        return HeaderParser().parsestr(opened.read(name).decode()).get_all("Requires-Dist", [])


@pytest.fixture(scope="module")
def venv(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty environment, and in it the wheel with what it declares."""
    place = tmp_path_factory.mktemp("empty") / "venv"
    run(UV, "venv", "--quiet", "--offline", "--no-config", "--python", sys.executable, place)
    run(UV, "pip", "install", "--quiet", "--offline", "--no-config", "--no-deps", "--python", place, wheel)
    site = Path(run(place / "bin" / "python", "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip())
    for found in needs(declared(wheel)):
        for file in found.files or []:
            if ".." not in file.parts:
                (site / file).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(str(file.locate()), site / file)
    return place


@pytest.fixture
def audit(venv: Path, tmp_path: Path) -> Iterator[Served]:
    with served(tmp_path / "served", [str(venv / "bin" / "chaupal-audit")]) as running:
        yield running


def test_the_wheel_holds_the_verifier_and_nothing_of_a_server(wheel: Path):
    with zipfile.ZipFile(wheel) as opened:
        names = opened.namelist()
    assert {name.partition("/")[0].partition("-")[0] for name in names} == {"chaupal_audit"}
    asked = {Requirement(line).name for line in declared(wheel)}
    assert asked == {"click", "cryptography", "httpx2", "msgspec", "rfc8785", "tzdata"}


def test_without_a_server_it_is_green_on_a_log_that_obeys_and_red_on_a_lie(audit: Served, venv: Path):
    missing = subprocess.run([venv / "bin" / "python", "-c", "import chaupal"], capture_output=True, check=False)
    assert missing.returncode == 1
    scribe = Scribe()
    scribe.begin()
    scribe.open_order()
    scribe.decide()
    done = audit(scribe)
    assert done.returncode == 0, done.stderr
    assert "0 break a rule" in done.stderr
    lie = scribe.decide(target=2, second=PROPOSER)
    done = audit(scribe)
    assert done.returncode == 1
    assert f"AGAINST THE LAW: entry {lie} (IN-2021-0001)" in done.stderr and "[one_person_twice]" in done.stderr


def test_what_was_rewritten_is_named_too(audit: Served):
    scribe = Scribe()
    scribe.begin()
    audit(scribe)
    [tile] = (path for path in (audit.folder / "log" / "tile" / "entries").rglob("*") if path.is_file())
    tile.write_bytes(tile.read_bytes().replace(b'"t":"policy"', b'"t":"police"', 1))
    done = audit.again()
    assert done.returncode == 1
    assert "DOES NOT VERIFY: an entry was changed" in done.stderr

"""Units of systemd and the recipe of an image say what is there: programs, settings, packages, and addresses that answer."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import click
import pytest
import regex

from chaupal.app.cli import cli
from chaupal.kernel.settings import FIELDS, strange_words
from serving import Served, served

HOME = Path(__file__).resolve().parents[2]
UNITS = sorted((HOME / "deploy" / "systemd").glob("*.service"))
RECIPE = HOME / "deploy" / "oci" / "Containerfile"
PROGRAM = "/opt/chaupal/bin/chaupal"
KNOWN = any(Path("/var/lib/apt/lists").glob("*_Packages*"))  # else apt knows of what is installed alone


def steps() -> list[tuple[str, str]]:
    """Of the recipe: each instruction with its words, lines joined as the builder joins them."""
    lines = [line for line in RECIPE.read_text("utf-8").splitlines() if not line.startswith("#")]
    joined = regex.sub(r"\\\n\s*", "", "\n".join(lines))
    return [(line.partition(" ")[0], line.partition(" ")[2]) for line in joined.splitlines() if line]


def named_settings(text: str) -> set[str]:
    """Environment variables of ours that a text sets."""
    return {word.lower() for word in regex.findall(r"\bCHAUPAL_([A-Z_]+)=", text)}


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.stem)
def test_a_unit_runs_a_command_that_is_there_with_settings_that_are_there(unit: Path):
    text = unit.read_text("utf-8")
    [words] = regex.findall(rf"^ExecStart={PROGRAM} (.+)$", text, regex.M)
    assert cli.get_command(click.Context(cli), words.split()[0])
    assert strange_words({f"CHAUPAL_{name.upper()}": "" for name in named_settings(text)}) == [], (
        "no start calls them unused"
    )


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not here")
@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.stem)
def test_systemd_takes_a_unit_as_it_is_and_it_may_do_little(unit: Path, tmp_path: Path):
    """Its own tool finds nothing wrong, and counts less than 2 of 10 for what it exposes."""
    here = tmp_path / unit.name
    here.write_text(unit.read_text("utf-8").replace(PROGRAM, "/bin/true"))
    for words in (["verify", here], ["security", "--offline=yes", "--threshold=20", here]):
        done = subprocess.run(["systemd-analyze", *words], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        assert words[0] != "verify" or not done.stderr


def test_the_image_carries_the_one_file_and_runs_the_one_program():
    found = dict(steps())
    assert [words for step, words in steps() if step == "COPY"] == [
        "dist/chaupal-*.whl /tmp/",
        "--from=build /opt/chaupal /opt/chaupal",
    ]
    assert json.loads(found["ENTRYPOINT"]) == [PROGRAM]
    assert cli.get_command(click.Context(cli), json.loads(found["CMD"])[0])
    assert named_settings(found["ENV"]) <= {*FIELDS}
    assert found["USER"] != "root" and found["VOLUME"] in found["ENV"]
    assert (HOME / ".containerignore").read_text("utf-8").split() == ["*", "!dist/chaupal-*.whl"]
    makefile = (HOME / "Makefile").read_text("utf-8")
    assert "hatchling build --directory dist --target wheel" in makefile


@pytest.mark.skipif(not KNOWN, reason="no Debian, or one that has not fetched its list of packages")
def test_what_the_image_installs_debian_has():
    found = [regex.search(r"--no-install-recommends (.+?) &&", words) for _, words in steps() if "apt-get" in words]
    wanted = {package for one in found if one for package in one[1].split()}
    done = subprocess.run(
        ["apt-cache", "show", "--no-all-versions", *wanted], capture_output=True, text=True, check=False
    )
    assert len(wanted) > 5 and set(regex.findall(r"^Package: (.+)$", done.stdout, regex.M)) == wanted


def test_its_look_at_health_sees_a_server_that_answers_and_one_that_does_not(tmp_path: Path):
    """The very words of the recipe, run by a Python of this machine."""
    [words] = [json.loads(words.removeprefix("CMD ")) for step, words in steps() if step == "HEALTHCHECK"]
    with served(tmp_path, Served) as server:
        environ = os.environ | {"CHAUPAL_PORT": str(server.settings.port)}
        look = ["python3", *words[1:]]
        assert subprocess.run(look, env=environ, check=False, capture_output=True).returncode == 0
    assert subprocess.run(look, env=environ, check=False, capture_output=True).returncode != 0

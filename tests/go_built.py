"""Programs in Go, built without any network. Go keeps what it built: the first one takes seconds, for all that it stands on."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

PACKAGES = Path("/usr/share/gocode")  # where Debian puts golang-golang-x-mod-dev
# Not made fast, and without what a debugger asks for: they run for moments. Of what it takes to build them that was a third.
ENVIRON = {
    "GO111MODULE": "off", "GOPATH": str(PACKAGES), "GOTOOLCHAIN": "local", "CGO_ENABLED": "0",
    "GOFLAGS": "'-gcflags=all=-N -l' '-ldflags=-s -w'",
}  # fmt: skip


def go_built(source: Path, program: Path) -> Path:
    """`program`, from its `source`. Skips the test where there is no Go."""
    if not shutil.which("go") or not (PACKAGES / "src/golang.org/x/mod/sumdb").exists():
        pytest.skip("no Go here: make services")
    command = ["go", "build", "-o", program, source]
    done = subprocess.run(command, env=os.environ | ENVIRON, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return program

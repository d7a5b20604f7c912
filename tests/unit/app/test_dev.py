"""`make dev`: what changes begins the server anew, and what a change needs is made before it."""

import os
import socket
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

import dev

SLEEPER = (sys.executable, "-c", "import time; time.sleep(600)")


@pytest.fixture
def loop(tmp_path: Path) -> Iterator[dev.Loop]:
    (tmp_path / "web" / "__pycache__").mkdir(parents=True)
    (tmp_path / "page.py").write_text("1")
    opened = dev.Loop(SLEEPER, (tmp_path,), say=lambda words: None)
    yield opened
    opened.stop()


def touch(file: Path) -> None:
    """As an editor does; the time is set, for two writes may fall into one tick of the file system's clock."""
    was = file.stat().st_mtime_ns if file.exists() else 0
    file.write_text("2")
    os.utime(file, ns=(was + 1_000_000, was + 1_000_000))


@pytest.mark.parametrize("name", ["page.py", "web/page.html", "web/messages.css", "law.toml"])
def test_a_change_of_code_a_template_or_a_law_begins_the_server_anew(loop: dev.Loop, tmp_path: Path, name: str):
    first = loop.server
    assert not loop.turn() and loop.server is first
    touch(tmp_path / name)
    assert loop.turn() and loop.server is not first
    assert first.poll() is not None and loop.server.poll() is None
    assert not loop.turn()


@pytest.mark.parametrize("name", ["web/__pycache__/page.cpython-313.pyc", "web/page.py~", "notes"])
def test_what_no_server_is_made_from_leaves_it(loop: dev.Loop, tmp_path: Path, name: str):
    touch(tmp_path / name)
    assert not loop.turn()


def test_a_file_that_went_is_a_change(loop: dev.Loop, tmp_path: Path):
    (tmp_path / "page.py").unlink()
    assert loop.turn()


def test_scripts_are_built_and_words_compiled_before_it():
    assert dev.steps([Path("a.py"), Path("b.html")]) == []
    assert dev.steps([Path("a.ts")]) == [("tools/npm.sh", "run", "--silent", "build")]
    assert dev.steps([Path("hi.po"), Path("a.ts")])[1] == ("make", "--silent", "catalogues")


def test_what_cannot_be_made_leaves_the_server_that_is_there(
    loop: dev.Loop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def fails(files: Iterable[Path]) -> list[tuple[str, ...]]:
        return [("false",)]

    monkeypatch.setattr(dev, "steps", fails)
    first = loop.server
    touch(tmp_path / "page.ts")
    assert not loop.turn() and loop.server is first and first.poll() is None


def test_it_looks_at_what_the_house_is_made_of():
    seen = {file.relative_to(dev.HOME).as_posix() for file in dev.look()}
    code = {
        f"src/chaupal/{name}"
        for name in ("app/server.py", "web/templates/base.html", "web/locales/hi/LC_MESSAGES/messages.po")
    }
    assert {*code, "verifier/src/chaupal_audit/log/verify.py"} <= seen
    assert not any("built/" in name or "__pycache__" in name for name in seen)


def test_a_server_that_is_beginning_is_left_until_it_listens(tmp_path: Path):
    """A village that is being founded would be cut short."""
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        loop = dev.Loop(SLEEPER, (tmp_path,), say=lambda words: None, port=door.getsockname()[1])
        try:
            touch(tmp_path / "page.py")
            assert not loop.turn()
            door.listen()
            assert loop.turn()
        finally:
            loop.stop()


def test_what_could_not_be_made_is_tried_again_at_the_next_change(
    loop: dev.Loop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    asked: list[set[str]] = []

    def fails(files: Iterable[Path]) -> list[tuple[str, ...]]:
        asked.append({file.name for file in files})
        return [("false",)]

    monkeypatch.setattr(dev, "steps", fails)
    for name in ("page.ts", "page.py"):
        touch(tmp_path / name)
        assert not loop.turn()
    assert asked == [{"page.ts"}, {"page.ts", "page.py"}]

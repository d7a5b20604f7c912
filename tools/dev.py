"""`make dev`: the village, begun again whenever something it is made of changes.   usage: dev.py [chaupal serve's options]

Code, templates, laws and words need a new process: it takes as long as a start, and nothing can be half new. Scripts are
built, and catalogues compiled, before it. The village's data stays. No watcher of files is needed for this: a look at a thousand
files is a few milliseconds.
"""

import argparse
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

HOME = Path(__file__).resolve().parents[1]
MADE_OF = (HOME / "src" / "chaupal", HOME / "verifier" / "src")  # what a server is made of
KINDS = frozenset({".py", ".html", ".css", ".js", ".json", ".svg", ".toml", ".po", ".ts", ".txt", ".xml"})
MADE = frozenset({"__pycache__", "assets", "built"})
PAUSE = 0.4  # seconds between two looks
SERVE = (sys.executable, "-m", "chaupal.app.cli", "serve", "--village", "--data", str(HOME / "village"))

type Seen = dict[Path, int]


def look(roots: Sequence[Path] = MADE_OF) -> Seen:
    """When each file was last written (ns), of those that a server is made from."""
    found: Seen = {}
    for folder, folders, files in (step for root in roots for step in root.walk()):
        folders[:] = [name for name in folders if name not in MADE]
        for name in files:
            file = folder / name
            if file.suffix in KINDS:
                try:
                    found[file] = file.stat().st_mtime_ns
                except FileNotFoundError:  # written anew by an editor at this moment
                    continue
    return found


def changed(before: Seen, now: Seen) -> list[Path]:
    """Files that came, went or were written."""
    return sorted(file for file in before.keys() | now.keys() if before.get(file) != now.get(file))


def steps(files: Iterable[Path]) -> list[Sequence[str]]:
    """What must be made before a server can begin with these changes."""
    kinds, made = {file.suffix for file in files}, list[Sequence[str]]()
    if ".ts" in kinds:
        made.append(("tools/npm.sh", "run", "--silent", "build"))
    if ".po" in kinds:
        made.append(("make", "--silent", "catalogues"))
    return made


class Loop:
    """A server, and what is seen of the files it was begun with."""

    def __init__(
        self,
        serve: Sequence[str],
        roots: Sequence[Path] = MADE_OF,
        say: Callable[[str], object] = print,
        port: int | None = None,
    ) -> None:
        self._serve, self._roots, self._say, self._port = serve, roots, say, port
        self._seen = look(roots)
        self._owed: set[Path] = set()  # changed, and not made yet
        self.server = subprocess.Popen(serve)

    def turn(self) -> bool:
        """One look; whether the server was begun anew. What cannot be made leaves the old one, to be tried at the next change.

        Not while a server is beginning: a village that is being founded would be cut short, and be none.
        """
        if self.server.poll() is None and not self._listens():
            return False
        now = look(self._roots)
        files = changed(self._seen, now)
        if not files:
            return False
        self._seen = now
        self._say("changed: " + ", ".join(file.name for file in files[:4]))
        self._owed.update(files)
        if any(subprocess.run(step, cwd=HOME, check=False).returncode for step in steps(self._owed)):
            return False
        self._owed.clear()
        self.stop()
        self.server = subprocess.Popen(self._serve)
        return True

    def _listens(self) -> bool:
        if self._port is None:
            return True
        with socket.socket() as door:
            return door.connect_ex(("127.0.0.1", self._port)) == 0

    def stop(self) -> None:
        self.server.terminate()
        try:
            self.server.wait(10)
        except subprocess.TimeoutExpired:
            self.server.kill()
            self.server.wait()


def main() -> None:
    given = argparse.ArgumentParser(add_help=False)
    given.add_argument("--port", type=int, default=8000)
    port: int = given.parse_known_args()[0].port
    loop = Loop((*SERVE, *sys.argv[1:]), port=port)
    try:
        while True:
            time.sleep(PAUSE)
            loop.turn()
    except KeyboardInterrupt:
        pass
    finally:
        loop.stop()


if __name__ == "__main__":
    main()

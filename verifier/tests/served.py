"""A scribe's log and the laws that it cites as files behind any web server, and `chaupal-audit` run on them as a stranger runs it."""

import subprocess
import sys
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from chaupal_audit import tlog
from logs import KEY, VKEY, Mirror
from scribe import Scribe

WITNESS = tlog.Cosigner.from_seed("w.example/witness", bytes([9] * 32))
PROGRAM = (sys.executable, "-m", "chaupal_audit.cli")


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


class Served:
    """`program`: what is run; by default the package that the tests themselves import."""

    def __init__(self, folder: Path, url: str, program: Sequence[str]) -> None:
        self.folder, self.url, self.program = folder, url, program

    def __call__(self, scribe: Scribe, *more: str, laws: bool = True) -> subprocess.CompletedProcess[str]:
        """Serve what the scribe has written so far, and run the program on it."""
        log = Mirror(scribe.entries, KEY)
        log.files["checkpoint"] += WITNESS.cosign(log.head.text, 1_700_000_000).encode()
        files = {f"log/{path}": body for path, body in log.files.items()}
        files |= {f"log/laws/{digest}": body for digest, body in scribe.files.items()} if laws else {}
        for path, body in files.items():
            (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / path).write_bytes(body)
        return self.again(*more)

    def again(self, *more: str) -> subprocess.CompletedProcess[str]:
        """Run it on the files as they are."""
        command = [*self.program, self.url, "--key", VKEY, *more]
        return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, cwd=self.folder)


@contextmanager
def served(folder: Path, program: Sequence[str] = PROGRAM, handler: type[Quiet] = Quiet) -> Generator[Served]:
    """Files of a folder, at a free port of this machine."""
    folder.mkdir(exist_ok=True)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(handler, directory=str(folder)))
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield Served(folder, f"http://127.0.0.1:{server.server_port}", program)
    finally:
        server.shutdown()
        server.server_close()

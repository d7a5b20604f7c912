"""The same calls to a neighbour, where one is installed: snac (C, files), filled through its own command."""

import json
import random
import shutil
import statistics
import subprocess
from pathlib import Path

from bench.data import ENGLISH, HINDI, sentence
from bench.process import fire, free_port, serving

PEOPLE, POSTS = 10, 600
# The works that snac answers without an account of its own app: its paths, by our names for them.
PATHS = {
    "W2 public, local": "/api/v1/timelines/public?local=true",
    "W7 profile page (ms)": "/person0",
}


def measure(folder: Path, seconds: float) -> dict[str, float]:
    """Work -> milliseconds of snac's CPU per request; empty where snac is not installed."""
    snac = shutil.which("snac")
    if snac is None:
        return {}
    base, port = folder / "snac", free_port()
    _fill(snac, base, port)
    with serving([snac, "httpd", str(base)], port, "/person0") as server:
        return {name: _one(server, port, path, seconds) for name, path in PATHS.items()}


def _fill(snac: str, base: Path, port: int) -> None:
    _run(snac, "init", str(base), text=f"127.0.0.1\n{port}\nlocalhost:{port}\n\n\n")
    settings = base / "server.json"
    settings.write_text(json.dumps(json.loads(settings.read_text()) | {"host": f"localhost:{port}", "port": port}))
    for i in range(PEOPLE):
        _run(snac, "adduser", str(base), f"person{i}", text="\n")
    dice = random.Random(7)
    for i in range(POSTS):
        _run(snac, "note", str(base), f"person{i % PEOPLE}", sentence(dice, HINDI if dice.random() < 0.7 else ENGLISH))


def _run(*command: str, text: str = "") -> None:
    subprocess.run(command, input=text, text=True, capture_output=True, check=True, timeout=20)


def _one(server: object, port: int, path: str, seconds: float) -> float:
    request = f"GET {path} HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n"
    runs = [fire(server, [request], connections=8, seconds=seconds) for _ in range(3)]  # type: ignore[arg-type]
    return statistics.median(run["cpu"] for run in runs)

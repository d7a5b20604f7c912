"""The same calls to a neighbour, where one is installed: snac (C, files), filled through its own command and API."""

import http.client
import json
import random
import shutil
import statistics
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from bench.data import ENGLISH, HINDI, WORD, sentence
from bench.process import Server, fire, free_port, serving
from bench.works import ask
from bench.writing import FORM, call

PEOPLE, POSTS, ROUNDS = 10, 600, 3
SETTLED = 90  # seconds in which snac has carried its own queue about
QUEUE = "queue"


def measure(folder: Path, seconds: float) -> dict[str, float]:
    """Our name of a work -> ms of snac's CPU per request, with fewer people and posts than ours; empty where it is not here."""
    snac = shutil.which("snac")
    if snac is None:
        return {}
    try:
        return _measure(snac, folder, seconds)
    except (OSError, ValueError, KeyError, http.client.HTTPException, subprocess.SubprocessError) as error:
        print(f"snac could not be measured: {type(error).__name__}: {error}", file=sys.stderr)
        return {}


def _measure(snac: str, folder: Path, seconds: float) -> dict[str, float]:
    port = free_port()
    passwords = _people(snac, folder, port)
    with serving([snac, "httpd", str(folder)], port, "/person0", quiet=True) as server:
        tokens = [_token(port, name, password) for name, password in passwords.items()]
        _follow(snac, folder, port)
        newest = _write(port, tokens)
        root = _thread(port, tokens)
        _settle(folder)
        paths = {
            "W1 home, one reader": "/api/v1/timelines/home",
            "W2 public, local": "/api/v1/timelines/public?local=true",
            "W3 one status": f"/api/v1/statuses/{newest['id']}",
            "W3 thread of 20": f"/api/v1/statuses/{root['id']}/context",
            "W4 an account's posts": f"/api/v1/accounts/{newest['account']['id']}/statuses",
            "W6 search, Hindi word": f"/api/v2/search?type=statuses&q={quote(WORD)}",
        }
        found = {name: _cpu_of(server, path, tokens[0], seconds) for name, path in paths.items()}
        return found | {"W7 profile page": _cpu_of(server, "/person0", "", seconds)}


def _people(snac: str, folder: Path, port: int) -> dict[str, str]:
    """Its name -> its password."""
    _run(snac, "init", str(folder), text=f"127.0.0.1\n{port}\n127.0.0.1:{port}\n\n\n")
    settings = folder / "server.json"
    settings.write_text(json.dumps(json.loads(settings.read_text()) | {"protocol": "http", "num_threads": 40}))
    names = [f"person{number}" for number in range(PEOPLE)]
    return {name: _password(_run(snac, "adduser", str(folder), name, text="\n\n")) for name in names}


def _password(said: str) -> str:
    line = next(line for line in said.splitlines() if "password" in line)
    return line.rpartition(" ")[2]


def _token(port: int, name: str, password: str) -> str:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    body = urlencode({"login": name, "passwd": password, "redir": "", "cid": "", "state": ""})
    connection.request("POST", "/oauth/x-snac-get-token", body, {"Content-Type": FORM})
    return connection.getresponse().read().decode().strip()


def _follow(snac: str, folder: Path, port: int) -> None:
    for one in range(PEOPLE):
        for other in range(PEOPLE):
            if one != other:
                _run(snac, "follow", str(folder), f"person{one}", f"http://127.0.0.1:{port}/person{other}")


def _write(port: int, tokens: list[str]) -> dict[str, Any]:
    """Posts by all in turn; what it said of the last."""
    dice = random.Random(7)
    said: dict[str, Any] = {}
    for number in range(POSTS):
        text = sentence(dice, HINDI if dice.random() < 0.7 else ENGLISH)
        said = _post(port, tokens[number % PEOPLE], status=text) or said
    return said


def _thread(port: int, tokens: list[str]) -> dict[str, Any]:
    """A conversation of twenty answers; what it said of the first post."""
    dice = random.Random(9)
    root = parent = _post(port, tokens[0], status=sentence(dice, HINDI))
    for number in range(20):
        answer = _post(port, tokens[number % PEOPLE], status=sentence(dice, HINDI), in_reply_to_id=parent["id"])
        parent = answer or parent
    return root


def _post(port: int, token: str, **fields: str) -> dict[str, Any]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)  # it closes them as it likes
    try:
        return call(connection, "POST", "/api/v1/statuses", token, urlencode(fields))
    except (OSError, http.client.HTTPException):
        return {}
    finally:
        connection.close()


def _settle(folder: Path) -> None:
    """Wait until its queues are empty: it delivers to its own people as to strangers."""
    until = time.monotonic() + SETTLED
    while time.monotonic() < until and any(_waiting(folder)):
        time.sleep(0.5)


def _waiting(folder: Path) -> list[Path]:
    with suppress(FileNotFoundError):
        return [*folder.glob(f"{QUEUE}/*.json"), *folder.glob(f"user/*/{QUEUE}/*.json")]
    return []


def _run(*command: str, text: str = "") -> str:
    return subprocess.run(command, input=text, text=True, capture_output=True, check=True, timeout=20).stdout


def _cpu_of(server: Server, path: str, token: str, seconds: float) -> float:
    runs = [fire(server, [ask(path, token)], connections=4, seconds=seconds) for _ in range(ROUNDS)]
    return statistics.median(run.cpu for run in runs if run.requests)

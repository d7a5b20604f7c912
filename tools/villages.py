"""`make villages`: two villages on this machine that talk to each other.   usage: villages.py [--port N]

Each is served by a process of its own, in plain http, with names that have ports: as no two servers of the open network would be.
Once both are up, some people of each follow some of the other, by the same calls that apps make.
"""

import argparse
import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx2

from chaupal.app.rooms import visiting
from chaupal.kernel.settings import Settings, load_settings
from chaupal.social.signin import sessions
from chaupal.store.identity import accounts

HOME = Path(__file__).resolve().parents[1]
FOLLOWS = (("asha", "meera"), ("ravi", "asha"), ("karl", "ravi"))  # who follows whom of the other village
PATIENCE = 120  # seconds until both have been lived through


def settings(data: str, port: int, title: str) -> dict[str, str]:
    """A village that talks to servers of this machine, as environment."""
    given = {"data": data, "port": str(port), "public_url": f"http://localhost:{port}", "title": title}
    given |= {"federation": "on", "federation_test": "true"}
    return {f"CHAUPAL_{name.upper()}": value for name, value in given.items()}


def start(environ: dict[str, str]) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "chaupal.app.cli", "serve", "--village"]
    return subprocess.Popen(command, env=os.environ | environ, cwd=HOME)


def await_up(process: "subprocess.Popen[bytes]", origin: str) -> None:
    """Raises SystemExit where it does not answer, or has ended: then somebody else may."""
    for _ in range(PATIENCE * 5):
        if process.poll() is not None:
            raise SystemExit(f"the village at {origin} has ended")
        try:
            httpx2.get(f"{origin}/api/v2/instance", timeout=5).raise_for_status()
            return
        except httpx2.HTTPError:
            time.sleep(0.2)
    raise SystemExit(f"{origin} did not come up")


async def tokens(read: Settings) -> dict[str, str]:
    """For those who follow somebody, what an app of theirs would have."""
    async with visiting(read) as house:
        found: dict[str, str] = {}
        for handle, _ in FOLLOWS:
            async with house.square.work.reading() as reading:
                account = await accounts.whose(reading, handle)
            if account is not None:
                found[handle] = await sessions.issue_token(house.square, account, "read write follow")
        return found


def ask(origin: str, token: str, method: str, path: str, **params: str) -> Any:
    headers = {"authorization": f"Bearer {token}"}
    answer = httpx2.request(method, origin + path, params=params, headers=headers, timeout=60)
    return answer.raise_for_status().json()


def acquaint(origin: str, held: dict[str, str], other: str) -> None:
    """People of one village follow people of the other, found by their names there."""
    for handle, whom in FOLLOWS:
        name = f"@{whom}@{other.partition('://')[2]}"
        found = ask(origin, held[handle], "GET", "/api/v2/search", q=name, resolve="true", type="accounts")["accounts"]
        for one in found[:1]:
            ask(origin, held[handle], "POST", f"/api/v1/accounts/{one['id']}/follow")
            print(f"chaupal: @{handle} of {origin} follows {name}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8000, help="of the first; the second has the next")
    parser.add_argument("--data", default=str(HOME / "villages"), help="folder of both")
    asked = parser.parse_args()
    both = [
        settings(str(Path(asked.data) / name), asked.port + at, title)
        for at, (name, title) in enumerate((("here", "चौपाल"), ("across", "नदी पार")))
    ]
    origins = [environ["CHAUPAL_PUBLIC_URL"] for environ in both]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # as with Ctrl+C: both servers end with this program
    running: list[subprocess.Popen[bytes]] = []
    try:
        for environ in both:
            running.append(start(environ))
        for process, origin in zip(running, origins, strict=True):
            await_up(process, origin)
        held = [asyncio.run(tokens(load_settings(environ=environ))) for environ in both]
        for at in (0, 1):
            acquaint(origins[at], held[at], origins[1 - at])
        print(f"chaupal: two villages that talk to each other: {' and '.join(origins)}", flush=True)
        for process in running:
            process.wait()
    except KeyboardInterrupt:
        pass
    finally:
        for process in running:
            process.terminate()
        for process in running:
            process.wait(30)


if __name__ == "__main__":
    main()

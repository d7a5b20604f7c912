"""Behind each proxy two servers are stopped and begun again one after the other, and nobody who reads or writes notices."""

import re
import shutil
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx2
import msgspec
import pytest

from ports import free_port
from proxies import KINDS, Proxy, need, proxy
from services import Postgres
from serving import Direct, Member, Served, join, served
from waiting import PATIENCE, eventually


class People:
    """Some who read and one who writes, again and again, each on a connection of their own. `failed`: what was not answered well.

    One of those who read is a stranger, and comes to every server in turn: HAProxy sends somebody by name to one server only.
    """

    def __init__(self, front: Proxy, who: Member) -> None:
        self._front = front
        self._stop = threading.Event()
        self.failed: list[str] = []
        self.said: list[str] = []
        self.read = 0
        me = {"authorization": f"Bearer {who.token}"}
        asking = [(self._read, me), (self._read, me), (self._read, {}), (self._write, me)]
        self._threads = [threading.Thread(target=ask, args=[headers]) for ask, headers in asking]

    @contextmanager
    def about(self) -> Generator[None]:
        for thread in self._threads:
            thread.start()
        try:
            yield
        finally:
            self._stop.set()
            for thread in self._threads:
                thread.join()

    def ask(self) -> None:
        """Wait until they have read and written some more."""
        read, said = self.read, len(self.said)
        eventually(lambda: self.read > read + 10 and len(self.said) > said + 2)

    def _read(self, headers: dict[str, str]) -> None:
        with self._front.client() as client:
            client.headers.update(headers)
            while not self._stop.is_set():
                self._try(client, "GET", "/api/v1/timelines/public?local=true")
                self.read += 1
                time.sleep(0.05)  # without a pause they took all of both cores, and it is when they ask that counts

    def _write(self, headers: dict[str, str]) -> None:
        with self._front.client() as client:
            client.headers.update(headers)
            while not self._stop.is_set():
                text = f"number {len(self.said)}"
                if self._try(client, "POST", "/api/v1/statuses", json={"status": text}):
                    self.said.append(text)
                time.sleep(0.05)

    def _try(self, client: httpx2.Client, method: str, path: str, **more: object) -> bool:
        try:
            answer = client.request(method, path, **more)
        except httpx2.HTTPError as error:
            self.failed.append(f"{method}: {error!r}")
            return False
        if answer.status_code != 200:
            self.failed.append(f"{method}: {answer.status_code} {answer.text[:100]}")
        return answer.status_code == 200


def beside(one: Served, folder: Path) -> Served:
    """A second machine: a data directory of its own, with the keys of the first."""
    shutil.copytree(Path(one.settings.data) / "keys", folder / "data" / "keys")
    port, data = free_port(), str(folder / "data")
    environ = {**one.environ, "CHAUPAL_PORT": str(port), "CHAUPAL_DATA": data}
    return Direct(msgspec.structs.replace(one.settings, port=port, data=data), environ=environ)


def used(server: Served) -> None:
    """Wait until whoever is in front sends requests here again."""
    until = time.monotonic() + PATIENCE
    with server.client() as client:
        while time.monotonic() < until:
            found = client.get("/metrics", auth=("prometheus", "watch")).text
            if re.search(r'process="serve-\d+",route="GET /api/v1/timelines/public",status="200"', found):
                return
            time.sleep(0.2)
    raise AssertionError("nothing is sent to a server that is back")


@pytest.mark.parametrize("name", KINDS)
def test_servers_are_replaced_one_by_one_and_nobody_notices(
    name: str, tmp_path: Path, postgres_server: Postgres, migrated: str, valkey_url: str
):
    need(name)
    port = free_port()
    settings = {
        "database": postgres_server.fresh(template=migrated),
        "valkey": valkey_url,
        "public_url": f"https://localhost:{port}",
        "trusted_proxies": ("127.0.0.1/32",),
        "metrics_token": "watch",
    }
    (tmp_path / "proxy").mkdir()
    with served(tmp_path, Direct, **settings) as one:
        asha = join(one.settings, "asha")["asha"]
        two = beside(one, tmp_path / "other")
        two.start()
        try:
            here = [f"127.0.0.1:{server.settings.port}" for server in (one, two)]
            with proxy(name, tmp_path / "proxy", port, *here) as front:
                people = People(front, asha)
                with people.about():
                    for server in (one, two):
                        people.ask()
                        server.stop()
                        people.ask()
                        server.start()
                        used(server)
                with front.client() as client:
                    page = client.get(f"/api/v1/accounts/{asha.id}/statuses?limit=40").json()
        finally:
            with suppress(ProcessLookupError):
                two.stop()
    assert people.failed == []
    assert [status["content"] for status in page] == [f"<p>{text}</p>" for text in reversed(people.said)][:40]

"""Two servers as processes of their own on one PostgreSQL: one that slept or was cut off answers by the law of now, or not at all."""

import shutil
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from cluster.links import Links
from services import Postgres
from serving import Member, Served, join, served

V1 = "/api/v1"


class Two:
    """`here` and `there`; to the latter the database is a link that can be frozen."""

    def __init__(self, here: Served, there: Served, links: Links, asha: Member, ravi: Member) -> None:
        self.here, self.there, self.links, self.asha, self.ravi = here, there, links, asha, ravi

    def post(self) -> str:
        with self.here.client(self.asha) as client:
            return client.post(f"{V1}/statuses", json={"status": "सरसों में फूल", "language": "hi"}).json()["id"]

    def asks(self, post: str) -> int:
        """The status of what ravi is answered there."""
        with self.there.client(self.ravi) as client:
            return client.get(f"{V1}/statuses/{post}").status_code

    def blocks(self) -> None:
        with self.here.client(self.asha) as client:
            assert client.post(f"{V1}/accounts/{self.ravi.id}/block").status_code == 200


@pytest.fixture
def two(tmp_path: Path, postgres_server: Postgres, migrated: str, valkey_url: str) -> Iterator[Two]:
    dsn = postgres_server.fresh(template=migrated)
    with ExitStack() as stack:
        links = Links()
        stack.callback(links.close)
        linked = dsn.replace(f":{postgres_server.port}/", f":{links.open('database', postgres_server.port)}/")
        here = stack.enter_context(served(_folder(tmp_path, "here"), database=dsn, valkey=valkey_url))
        shutil.copytree(here.settings.data, _folder(tmp_path, "there") / "data")  # the keys of the log are the house's
        there = stack.enter_context(served(tmp_path / "there", database=linked, valkey=valkey_url))
        members = join(here.settings, "asha", "ravi")
        yield Two(here, there, links, members["asha"], members["ravi"])
    postgres_server.drop(dsn)


def _folder(within: Path, name: str) -> Path:
    made = within / name
    made.mkdir()
    return made


def test_a_server_that_was_stopped_in_the_middle_answers_by_what_was_decided_meanwhile(two: Two):
    post = two.post()
    assert two.asks(post) == 200
    process = two.there.process
    assert process is not None
    process.send_signal(signal.SIGSTOP)
    try:
        two.blocks()
        with ThreadPoolExecutor(4) as many:
            asked = [many.submit(two.asks, post) for _ in range(4)]  # they wait at its door
            process.send_signal(signal.SIGCONT)
            assert {one.result() for one in asked} <= {404, 503}
    finally:
        process.send_signal(signal.SIGCONT)
    assert two.asks(post) == 404


def test_a_server_that_does_not_reach_the_database_says_so_and_is_back_by_itself(two: Two):
    post = two.post()
    assert two.asks(post) == 200
    two.links.freeze("database")
    two.blocks()
    with two.there.client(two.ravi) as client:
        for path in (f"{V1}/statuses/{post}", "/public", f"{V1}/timelines/home"):
            answer = client.get(path)
            assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    two.links.heal("database")
    assert two.asks(post) == 404

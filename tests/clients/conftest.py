"""A served square on each database, or through the balancer of a cluster, and the people in it, for the tests of this folder."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest
from mastodon import Mastodon

from cluster.behind import behind
from services import Postgres
from serving import Member, Served, join, served

CAST = ("asha", "binod", "chitra", "devika")


@dataclass
class Stage:
    """A server and its cast; tests make posts of their own and count on nobody else's."""

    server: Served
    cast: dict[str, Member]

    @property
    def url(self) -> str:
        return self.server.url

    def as_(self, handle: str) -> httpx2.Client:
        return self.server.client(self.cast[handle])

    def mastodon(self, handle: str) -> Mastodon:
        """Mastodon.py as somebody of the cast."""
        return self.mastodon_with(self.cast[handle].token)

    def mastodon_with(self, token: str) -> Mastodon:
        """It says when it is asked for too much, and asks for no version."""
        return Mastodon(access_token=token, api_base_url=self.url, version_check_mode="none", ratelimit_method="throw")

    @property
    def anyone(self) -> httpx2.Client:
        return self.server.client()


# STAGES=cluster: through the balancer of a cluster of two, with requests going to either at random.
STAGES = os.environ.get("STAGES", "sqlite,postgres").split(",")


@pytest.fixture(scope="module", params=STAGES)
def stage(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A real server process; everyone in it is new. Runs on both databases."""
    if request.param == "cluster":
        with behind(push_private=True) as two:
            yield Stage(two, join(two.settings, *CAST))
        return
    if request.param not in ("sqlite", "postgres"):  # as the tests of surfaces know more of them
        pytest.skip(f"no stage of these tests: {request.param}")
    folder: Path = tmp_path_factory.mktemp(str(request.param))
    postgres: Postgres | None = request.getfixturevalue("postgres_server") if request.param == "postgres" else None
    dsn = postgres.fresh(template=request.getfixturevalue("migrated")) if postgres else ""
    if not postgres:  # as there, a store that was migrated once: each file of tests has a server of its own
        (folder / "data").mkdir(mode=0o700)
        shutil.copy(request.getfixturevalue("migrated_file"), folder / "data")
    with served(folder, database=dsn, push_private=True) as server:
        yield Stage(server, join(server.settings, *CAST))
    if postgres:
        postgres.drop(dsn)


@pytest.fixture
def asha(stage: Stage) -> Iterator[httpx2.Client]:
    with stage.as_("asha") as client:
        yield client


@pytest.fixture
def binod(stage: Stage) -> Iterator[httpx2.Client]:
    with stage.as_("binod") as client:
        yield client


@pytest.fixture
def anyone(stage: Stage) -> Iterator[httpx2.Client]:
    with stage.anyone as client:
        yield client

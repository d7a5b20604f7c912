"""A database that crashed, or whose standby took over, may give numbers of transactions again: every process begins anew."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from chaupal.kernel.clock import StillClock
from chaupal.kernel.errors import Unavailable
from chaupal.store.machine.migrate import migrate, postgres_url
from chaupal.store.machine.shelves import POSTS
from chaupal.store.machine.work_postgres import PostgresWork
from cluster.engines import DATABASE, Postgres
from cluster.links import Links


@pytest.fixture
def nodes() -> Iterator[tuple[Postgres, Postgres]]:
    """A primary, and its standby, which streams."""
    folder = Path(tempfile.mkdtemp(prefix="chaupal-tail-"))
    folder.chmod(0o711)  # PostgreSQL runs as somebody else
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        primary, standby = Postgres(folder / "pg1", "pg1"), Postgres(folder / "pg2", "pg2")
        for node in (primary, standby):
            stack.callback(node.quit)
        primary.found()
        standby.follow(primary.port)
        primary.await_standby()
        yield primary, standby


def _dsn(port: int) -> str:
    return f"postgresql://chaupal@127.0.0.1:{port}/{DATABASE}"


def _knows(work: PostgresWork) -> bool:
    return work.memory.posts.get(1) is not None


def _remember(work: PostgresWork) -> None:
    work.memory.posts.put(1, object())


async def test_after_a_crash_and_where_a_standby_took_over_everything_is_forgotten_and_a_standby_is_no_witness(
    nodes: tuple[Postgres, Postgres], clock: StillClock
):
    primary, standby = nodes
    await migrate(postgres_url(_dsn(primary.port)))
    links = Links()
    gaps: list[bool] = []
    work = PostgresWork(_dsn(links.open("database", primary.port)), clock, many=True, connections=2)
    work.after_gap = lambda: gaps.append(True)
    await work.open()
    await work.fresh()
    _remember(work)
    await work.fresh()
    assert _knows(work)

    primary.quit()  # without a shutdown: what begins now recovers as after a crash
    with pytest.raises(Unavailable):
        await work.fresh()
    primary.child.start()
    await work.fresh()
    assert not _knows(work) and gaps == [True]

    primary.await_standby()
    primary.ask("SELECT pg_switch_wal()")
    looking = PostgresWork(_dsn(standby.port), clock, many=True, connections=1)
    await looking.pool.open()  # as whoever opened it when it was a primary; none opens a standby anew
    with pytest.raises(Unavailable):
        await looking.fresh()
    await looking.close()

    _remember(work)
    await work.fresh()
    assert _knows(work)
    primary.child.kill()
    standby.promote()
    links.aim("database", standby.port)
    await work.fresh()
    assert not _knows(work) and gaps == [True, True]
    _remember(work)
    await work.fresh()
    assert _knows(work)
    async with work.writing() as w:
        w.touch(POSTS, 1)
    await work.fresh()
    assert not _knows(work) and len(gaps) == 2
    await work.close()
    links.close()

"""Whoever very many follow here is told to those elsewhere at the same cost as whoever nobody follows here."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from chaupal.kernel.clock import StillClock
from chaupal.social.people import graph
from chaupal.store.federation import deliveries, reached, synchronising
from chaupal.store.machine.connecting_sqlite import connect
from chaupal.store.machine.dialect import Statement, listed, statement
from chaupal.store.machine.work_sqlite import SqliteWork
from chaupal.store.tables.square import follows
from neighbours import Street, by
from others import met

CROWD = 3_000
LOOKS: dict[Statement, str] = {
    deliveries.OF_FOLLOWERS: "authors",
    deliveries.OF_STANDING: "authors",
    reached.FOLLOWERS: "ids",
    synchronising.AT: "of",
}


async def followed(street: Street) -> tuple[int, int, int]:
    """(asha; moham of other.example and lena of far.example, who follow her)."""
    asha = await street.person("asha")
    moham, lena = await met(street, "moham@other.example"), await met(street, "lena@far.example")
    for one in (moham, lena, await street.person("ravi")):
        await graph.follow(street.square, by(one), asha)
    return asha, moham, lena


async def found(street: Street, asha: int, moham: int) -> tuple[Any, ...]:
    async with street.work.reading() as reading:
        server = await synchronising.server_of(reading, moham)
        everybody = await deliveries.of_followers(reading, [asha])
        standing = await deliveries.of_followers(reading, [asha], standing=True)
        return (
            everybody,
            standing,
            await reached.followers(reading, [asha]),
            await synchronising.followers_at(reading, asha, server),
        )


async def test_followers_elsewhere_are_found_by_whichever_server_of_ours_wrote_them_down(street: Street):
    asha, moham, lena = await followed(street)
    everybody, standing, many, there = first = await found(street, asha, moham)
    assert {box.reader for box in everybody} == {moham, lena} and standing == everybody
    assert (many, there) == ({asha: 2}, ["https://other.example/users/moham"])
    async with street.work.writing() as w:  # as one of the version before leaves them
        await w.run(statement(update(follows).values(server=-1)))
    assert await found(street, asha, moham) == first


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_a_post_of_whom_very_many_follow_here_costs_no_more_to_tell_elsewhere(
    street: Street, clock: StillClock, tmp_path: Path
):
    asha, moham, _ = await followed(street)
    before = await steps(street, asha, moham)
    assert isinstance(street.work, SqliteWork)
    with connect(street.work._path) as db:
        rows = ((number, asha, number, 0) for number in range(1, CROWD))
        db.executemany('INSERT INTO follows ("by", "to", id, server) VALUES (?, ?, ?, ?)', rows)
    assert await steps(street, asha, moham) == before


async def steps(street: Street, asha: int, moham: int) -> dict[str, int]:
    """What each look costs, in steps of the database's machine."""
    async with street.work.reading() as reading:
        server = await synchronising.server_of(reading, moham)
    assert isinstance(street.work, SqliteWork)
    counts: dict[str, int] = {}
    db = connect(street.work._path)
    for look, name in LOOKS.items():
        given: dict[str, Any] = {name: asha if name == "of" else listed([asha]), "server": server}
        count = 0

        def step() -> int:
            nonlocal count
            count += 1
            return 0

        db.set_progress_handler(step, 1)
        assert db.execute(look.sqlite.text, look.sqlite.arguments(given)).fetchall()
        db.set_progress_handler(None, 1)
        counts[f"{name}: {look.sqlite.text[:60]}"] = count
    db.close()
    return counts

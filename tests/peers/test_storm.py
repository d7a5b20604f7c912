"""Ours and theirs are killed in a storm of deliveries: nothing of ours is lost, nothing doubled.

Here a few times with each peer; `make kills PEER=snac2|Fedify|Chaupal TIMES=100` does it with one of them as often as one likes.
"""

import asyncio
import random
from pathlib import Path
from typing import cast

import pytest

from peers.promises import Kind, Promise
from peers.sides import Person
from peers.snacs import Names, Snac
from peers.storming import OURS, THEIRS, Mortal, Place, Storm, storm
from peers.table import PEERS
from peers.wire import Wire, Word
from services import Postgres

KILLS, SEED = 4, 14
PATIENCE = 180.0  # seconds: it is over in twenty


@pytest.fixture(scope="module")
def storms(
    tmp_path_factory: pytest.TempPathFactory, postgres_server: Postgres
) -> dict[str, tuple[list[str], str] | BaseException]:
    """Faults and what was promised, by peer, or what went wrong: the storms rage side by side."""

    async def rage_all() -> list[tuple[list[str], str] | BaseException]:
        folders = [tmp_path_factory.mktemp(peer) for peer in PEERS]
        raging = [
            storm(peer, folder, postgres_server, KILLS, SEED, PATIENCE)
            for peer, folder in zip(PEERS, folders, strict=True)
        ]
        return await asyncio.gather(*raging, return_exceptions=True)

    return dict(zip(PEERS, asyncio.run(rage_all()), strict=True))


@pytest.mark.parametrize("peer", PEERS)
def test_nothing_of_ours_is_lost_or_doubled_where_both_are_killed(
    peer: str, storms: dict[str, tuple[list[str], str] | BaseException]
):
    came = storms[peer]
    if isinstance(came, BaseException):
        raise came
    found, summary = came
    ours = [fault for fault in found if peer == "Chaupal" or fault.startswith(OURS)]  # of two Chaupals both are ours
    assert ours == [], summary


@pytest.mark.parametrize(("known_here", "whose"), [(True, THEIRS), (False, OURS)])
async def test_a_follow_that_was_agreed_to_is_lost_by_whoever_forgot_it(known_here: bool, whose: str, tmp_path: Path):
    """Said by ours and taken, agreed to by theirs and taken; then only the one side knows it."""
    fan, star = Person("lata", "http://ours/@lata", "lata@ours"), Person("bela", "http://theirs/bela", "bela@theirs")
    follow = {"type": "Follow", "actor": fan.uri, "object": star.uri}
    ours, theirs = Wire(0, b""), Wire(0, b"")
    theirs.words.append(Word(follow, 202))
    ours.words.append(Word({"type": "Accept", "actor": star.uri, "object": follow}, 202))

    class Ours:
        async def follows(self, who: Person, whom: Person) -> bool:
            return known_here

    here = Place(cast(Mortal, Ours()), ours, star, (fan,))
    there = Place(Snac(tmp_path, 0, 0, Names()), theirs, star, ())
    judged = Storm((here, there), random.Random(0)).loser(Promise(Kind.FOLLOW, fan.uri, on=True), here, there)
    assert (await judged).startswith(whose)

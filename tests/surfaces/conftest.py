"""Fixtures of this folder: a small cast to whom it happens, and ground on which two worlds are made and compared."""

import pytest

from chaupal.app.wiring import RunningHouse
from surfaces.square import Square, found
from surfaces.worlds import grounds  # noqa: F401 - a fixture


@pytest.fixture
async def square(house: RunningHouse) -> Square:
    return await found(house)

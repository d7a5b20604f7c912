"""Houses of these tests talk to other servers."""

import pytest

from chaupal.app.wiring import RunningHouse
from chaupal.federation.context import Federation
from chaupal.kernel.settings import Settings
from remotes import federating


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return federating(settings)


@pytest.fixture
def fed(house: RunningHouse) -> Federation:
    assert house.house.federation is not None
    return house.house.federation

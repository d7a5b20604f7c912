"""Houses of these tests talk to other servers."""

import pytest

from chaupal.kernel.settings import Settings
from remotes import federating


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return federating(settings)

"""Two of the cast as they come with Mastodon.py, for the files that ask for them so."""

import pytest
from mastodon import Mastodon

from clients.conftest import Stage


@pytest.fixture
def asha(stage: Stage) -> Mastodon:
    return stage.mastodon("asha")


@pytest.fixture
def binod(stage: Stage) -> Mastodon:
    return stage.mastodon("binod")

"""Two of the cast as they come with Mastodon.py, for the files that ask for them so, and what it types otherwise than it is."""

from typing import Any

import pytest
from mastodon import Mastodon

from clients.conftest import Stage


@pytest.fixture
def asha(stage: Stage) -> Mastodon:
    return stage.mastodon("asha")


@pytest.fixture
def binod(stage: Stage) -> Mastodon:
    return stage.mastodon("binod")


def notification(client: Mastodon, id_: int | str) -> Any:
    """One of them by itself; the library calls its answer a list, which it is where none is named."""
    return client.notifications(id_)

"""What tests of the store share."""

from collections.abc import Iterator

import pytest

from services import Postgres


@pytest.fixture
def dsn(postgres_server: Postgres, migrated: str) -> Iterator[str]:
    """A database of PostgreSQL of a test's own, with the newest tables."""
    made = postgres_server.fresh(template=migrated)
    yield made
    postgres_server.drop(made)

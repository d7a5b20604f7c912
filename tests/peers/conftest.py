"""A village and another server beside it, for tests of peers."""

from far import far  # noqa: F401 - fixture

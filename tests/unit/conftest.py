"""Fixtures for the tests of single rooms."""

from court import bench  # noqa: F401 - fixture
from neighbours import street  # noqa: F401 - fixture

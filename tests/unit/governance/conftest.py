"""A court in session for the tests of governance."""

from court import bench  # noqa: F401 - fixture

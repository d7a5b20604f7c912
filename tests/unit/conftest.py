"""Fixtures for the tests of single rooms."""

from court import bench  # noqa: F401 - fixture
from elsewhere import site  # noqa: F401 - fixture
from neighbours import street  # noqa: F401 - fixture
from two import houses  # noqa: F401 - fixture

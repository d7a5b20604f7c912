"""A street and its court for journeys."""

from court import bench  # noqa: F401 - fixture
from neighbours import street  # noqa: F401 - fixture

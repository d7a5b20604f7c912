"""Fixtures for the tests of single rooms."""

from neighbours import street  # noqa: F401 - fixture

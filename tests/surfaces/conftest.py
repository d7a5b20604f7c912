"""Fixtures of this folder: ground on which two worlds are made and compared."""

from surfaces.worlds import grounds  # noqa: F401 - a fixture

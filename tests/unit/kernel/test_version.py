"""The version that the server names is the one that is installed."""

from importlib.metadata import version

from chaupal.kernel.version import VERSION


def test_the_version_is_the_one_that_is_installed():
    assert version("chaupal") == VERSION

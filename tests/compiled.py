"""Templates of pages, compiled once for all processes of a run: each compiled anew what it showed, a second for every language."""

import atexit
import os
import shutil
import tempfile
from collections.abc import Callable
from functools import cache, wraps

from jinja2 import Environment, FileSystemBytecodeCache

from chaupal.web import pages
from forked import TEMPLATES

type Makes = Callable[[str, bool], Environment]


def keep() -> None:
    """From here on this process keeps what it compiles, and takes what others have compiled."""
    pages.environment = keeping(pages.environment, folder())  # pyrefly: ignore[bad-assignment] - in its place


def keeping(makes: Makes, folder: str) -> Makes:
    """The same environments, whose templates are kept there."""

    @cache
    @wraps(makes)
    def environment(language: str, native: bool = False) -> Environment:
        made = makes(language, native)
        # In each language of its own: what never changes is worked out as a template is compiled.
        made.bytecode_cache = FileSystemBytecodeCache(folder, f"{language}-{native}-%s")
        return made

    return environment


def folder() -> str:
    """What processes of a run share: made by the first, in whose environment those that it starts find it, and gone with it."""
    if TEMPLATES not in os.environ:
        os.environ[TEMPLATES] = made = tempfile.mkdtemp(prefix="chaupal-templates-")
        atexit.register(shutil.rmtree, made, ignore_errors=True)
    return os.environ[TEMPLATES]

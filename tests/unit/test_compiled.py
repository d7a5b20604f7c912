"""Templates that another process of a run has compiled are taken as they are, in each language its own."""

import inspect
from pathlib import Path
from unittest import mock

import pytest
from jinja2 import Environment

from chaupal.web import pages
from compiled import keeping


def test_what_one_process_has_compiled_the_next_does_not_compile_again(tmp_path: Path):
    makes = inspect.unwrap(pages.environment)
    keeping(makes, str(tmp_path))("hi", False).get_template("base.html")
    another = keeping(makes, str(tmp_path))
    with mock.patch.object(Environment, "compile", side_effect=AssertionError("compiled again")):
        another("hi", False).get_template("base.html")
        for language, native in (("en", False), ("hi", True)):
            with pytest.raises(AssertionError, match="compiled again"):
                another(language, native).get_template("base.html")

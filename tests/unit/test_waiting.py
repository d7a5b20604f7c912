"""One patience for all that tests ask for: a client's own five seconds are short on a machine that is busy."""

import ast
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

TESTS = Path(__file__).resolve().parents[1]
ASKS = {"get", "post", "put", "patch", "delete", "request", "stream", "Client", "AsyncClient"}
# A transport that is given is another house of this process, and None is `**more`.
SAID = {"timeout", "transport", None}


def without(text: str) -> Iterator[int]:
    """The lines in which `httpx2` is asked without a word about how long it may take."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and isinstance(called := node.func, ast.Attribute):
            ours = isinstance(called.value, ast.Name) and called.value.id == httpx2.__name__ and called.attr in ASKS
            if ours and not SAID & {keyword.arg for keyword in node.keywords}:
                yield node.lineno


def test_nobody_asks_with_the_patience_that_a_client_has_by_itself():
    found = {file: [*without(file.read_text("utf-8"))] for file in TESTS.rglob("*.py")}
    assert {str(file.relative_to(TESTS)): lines for file, lines in found.items() if lines} == {}


@pytest.mark.parametrize(
    "text", ["httpx2.get(url)", "httpx2.Client(base_url=url)", "with httpx2.stream(how, url): ..."]
)
def test_one_that_does_is_seen(text: str):
    assert [*without(text)] == [1]
    assert [*without(text.replace("url)", "url, timeout=PATIENCE)"))] == []

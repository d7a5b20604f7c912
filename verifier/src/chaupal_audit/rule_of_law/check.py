"""A check: a rule of the court in a sentence, and the function that says whether an act broke it."""

from collections.abc import Callable
from typing import NamedTuple

import msgspec

from chaupal_audit.clock import DAY, MINUTE
from chaupal_audit.rule_of_law.book import Book

SLACK = 5 * MINUTE  # clocks are put right, and one commit can straddle a minute
GRACE = DAY  # what is done after a commit (notices, the end of a term) is missed only after this


class Check[T](NamedTuple):
    """`broken(book, act)`: falsy where the rule holds; what it says more exactly is a text. `late`: a fact, no lie."""

    code: str
    en: str
    hi: str
    broken: Callable[[Book, T], bool | str]
    late: bool = False


class Finding(msgspec.Struct, frozen=True):
    """That the entry at `index` breaks the rule `code`: in words, with what was found (`detail`)."""

    index: int
    code: str
    ref: str
    en: str
    hi: str
    detail: str = ""
    late: bool = False

    def text_in(self, language: str = "en") -> str:
        said = self.hi if language == "hi" else self.en
        return f"{said} ({self.detail})" if self.detail else said

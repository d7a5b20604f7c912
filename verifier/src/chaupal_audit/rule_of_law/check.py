"""A check: a rule of the court in a sentence, and the function that says whether an act broke it."""

from collections.abc import Callable
from typing import NamedTuple

import msgspec

from chaupal_audit.clock import DAY, MINUTE
from chaupal_audit.rule_of_law.book import Book

SLACK = 5 * MINUTE  # clocks are put right, and one commit can straddle a minute
GRACE = DAY  # what is done after a commit (notices, the end of a term) is missed only after this


type Broken[T] = Callable[[Book, T], bool | str]


class Check[T](NamedTuple):
    """`broken(book, act)`: falsy where the rule holds; what it says more exactly is a text. `late`: a fact, no lie."""

    code: str
    en: str
    hi: str
    broken: Broken[T]
    late: bool = False


class Checks[T](list[Check[T]]):
    """The checks of one kind of act, in the order in which they are made."""

    def breach(self, en: str, hi: str, *, code: str = "", late: bool = False) -> Callable[[Broken[T]], Broken[T]]:
        """What is said where the function below finds the rule broken. Its name is the check's code, but where `code` says otherwise."""

        def add(broken: Broken[T]) -> Broken[T]:
            self.append(Check(code or broken.__name__, en, hi, broken, late))
            return broken

        return add


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

"""A picture's file, as the gate judges it when it is asked for by its address."""

from typing import Self

import msgspec
from msgspec.structs import replace

from chaupal.policy.facts import Subject
from chaupal.policy.verdict import Placeholder, Show


class Filed(msgspec.Struct, frozen=True):
    """Where a picture's bytes lie. `subject`: its post's, with this picture alone; in no post, its owner's.

    `stamp`: another one for other bytes. `key`: the file's, where it is not named by id and type.
    """

    id: int
    mime: str
    subject: Subject
    stamp: str = ""
    key: str = ""

    def redacted(self, verdict: Placeholder | Show) -> Self:
        return replace(self, mime="", stamp="", key="") if isinstance(verdict, Placeholder) else self

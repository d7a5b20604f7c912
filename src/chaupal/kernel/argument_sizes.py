"""How much is taken of a number or a text that is sent, before anybody reads it."""

from typing import Annotated

from msgspec import Meta

type Number = Annotated[int, Meta(ge=0, le=2**63 - 1)]
type Word = Annotated[str, Meta(max_length=300)]
type Comment = Annotated[str, Meta(max_length=4_000)]
type Reason = Annotated[str, Meta(max_length=20_000)]

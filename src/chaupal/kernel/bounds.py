"""How much is taken of a text that is sent, before anybody reads it."""

from typing import Annotated

from msgspec import Meta

type Word = Annotated[str, Meta(max_length=300)]
type Comment = Annotated[str, Meta(max_length=4_000)]
type Reason = Annotated[str, Meta(max_length=20_000)]

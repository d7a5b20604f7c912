"""What was typed or sent, taken over into the form in which the rooms want it."""

import functools
from typing import Any

import msgspec


@functools.cache
def _shared(kind: type[msgspec.Struct], sent: type[msgspec.Struct]) -> tuple[str, ...]:
    return tuple(name for name in kind.__struct_fields__ if name in sent.__struct_fields__)


def like[T: msgspec.Struct](kind: type[T], sent: msgspec.Struct, **more: Any) -> T:
    """A `kind` with all that was sent under the same names; `more` says the rest, and what is otherwise.

    For what comes in alone. What is told outside is named field by field: a name that two structs share by chance would publish it.
    """
    taken = {name: getattr(sent, name) for name in _shared(kind, type(sent)) if name not in more}
    return kind(**taken, **more)

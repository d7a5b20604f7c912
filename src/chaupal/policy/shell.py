"""A shell: what is left of a withheld thing. It is made of the few fields that may stay; every other one is emptied."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, ClassVar, Self

import msgspec
from msgspec.structs import FieldInfo, fields, replace

EMPTY: tuple[Any, ...] = (None, "", False, 0, ())


class Shelled(msgspec.Struct, frozen=True):
    """Something of which `STAYS` (names of fields) may be seen where it is withheld, and nothing else, whatever is added to it.

    `COUNTS`: fields in which nothing is said, and on which no rule rests.
    """

    STAYS: ClassVar[frozenset[str]] = frozenset()
    COUNTS: ClassVar[frozenset[str]] = frozenset()

    def shell(self) -> Self:
        """A copy in which only `STAYS` is left. Raises TypeError where a field knows nothing empty."""
        return replace(self, **_emptied(type(self)))

    def counted(self, counts: Mapping[str, int | None]) -> Self | None:
        """A copy that counts otherwise; None where something else is named."""
        return replace(self, **counts) if self.COUNTS.issuperset(counts) else None


@cache
def _emptied(kind: type[Shelled]) -> dict[str, Any]:
    return {field.name: _empty(field) for field in fields(kind) if field.name not in kind.STAYS}


def _empty(field: FieldInfo) -> Any:
    """What a field holds of nobody: its default, or what is empty in its type."""
    if not field.required:
        return field.default if field.default is not msgspec.NODEFAULT else field.default_factory()
    found = next(_fitting(field.type), msgspec.NODEFAULT)
    if found is msgspec.NODEFAULT:
        raise TypeError(f"{field.name} has nothing empty: give it a default, or name it among what stays")
    return found


def _fitting(kind: Any) -> Iterator[Any]:
    for value in EMPTY:
        try:
            yield msgspec.convert(value, kind)
        except msgspec.ValidationError:
            continue

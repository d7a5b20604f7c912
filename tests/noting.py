"""In which order functions of rooms are called: for tests of what has to be held before it is looked at."""

from typing import Any

import pytest


def noting(patch: pytest.MonkeyPatch, *called: tuple[Any, str]) -> list[str]:
    """Names of these as they are called, the first one first. `called`: coroutine functions, each by its module and name."""
    order: list[str] = []

    def note(where: Any, name: str) -> None:
        done = getattr(where, name)

        async def noted(*given: Any) -> Any:
            order.append(name)
            return await done(*given)

        patch.setattr(where, name, noted)

    for where, name in called:
        note(where, name)
    return order

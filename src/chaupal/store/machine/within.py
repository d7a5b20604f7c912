"""Several changes that each open a unit of their own, as one: all of it becomes true together, or none."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any, cast

from chaupal.store.machine.work import OpenReading, Work, Writing


class _Within:
    """The store's door while one unit is open: whoever opens another one is in it, and looks see what it changed."""

    def __init__(self, work: Work, unit: Writing) -> None:
        self._work = work
        self._unit = unit

    def __getattr__(self, name: str) -> Any:
        return getattr(self._work, name)

    def reading(self) -> OpenReading:
        return OpenReading(self._unit)

    def scanning(self) -> OpenReading:
        return OpenReading(self._unit)

    @asynccontextmanager
    async def writing(self) -> AsyncGenerator[Writing]:
        yield self._unit


def within(work: Work, unit: Writing) -> Work:
    """A door that leads into an open unit. What a function of ours raises has to leave the unit, too: then nothing was done."""
    return cast("Work", _Within(work, unit))

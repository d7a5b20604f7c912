"""The facts of the report in memory: how far the log is folded into them, and reports that were made lately."""

import asyncio

import msgspec

from chaupal.kernel.shelf import Shelf
from chaupal_audit.fold.fold import Fold
from chaupal_audit.report.filters import Filters
from chaupal_audit.report.report import Report

KEPT = 64  # reports

type Asked = tuple[int, Filters, tuple[str, ...]]  # size of the log, filters, tables


class Building(msgspec.Struct, frozen=True):
    """There is no report yet: so many of the log's entries are folded."""

    done: int
    of: int


class Keeper:
    """One for a house. `moving`: only its holder moves the fold on, or makes a report of it."""

    def __init__(self) -> None:
        self.fold = Fold()
        self.moving = asyncio.Lock()
        self.made: Shelf[Asked, Report] = Shelf(KEPT)
        self.errand: asyncio.Task[None] | None = None

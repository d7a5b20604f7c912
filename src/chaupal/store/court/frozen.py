"""Frozen reports: the files of each revision, byte for byte as the log holds their hashes. Added to, never changed."""

from collections.abc import Mapping

from chaupal.store.machine.statements import inserts, selects
from chaupal.store.machine.work import Reading, Writing
from chaupal.store.tables.court import frozen_files

ADD = inserts(frozen_files)
ONE = selects(frozen_files.c.body).where(period="period", revision="revision", name="name")


async def keep(w: Writing, period: str, revision: int, files: Mapping[str, bytes]) -> None:
    """Keep the files of a revision, in the commit of its entry."""
    for name, body in files.items():
        await w.run(ADD, period=period, revision=revision, name=name, body=body)


async def file(reading: Reading, period: str, revision: int, name: str) -> bytes | None:
    """A file of a revision, or None."""
    row = await reading.first(ONE, period=period, revision=revision, name=name)
    return None if row is None else bytes(row[0])

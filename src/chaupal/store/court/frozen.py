"""Frozen reports: the files of each revision, byte for byte as the log holds their hashes. Added to, never changed."""

from collections.abc import Mapping

from sqlalchemy import insert, select

from chaupal.store.machine.dialect import param, statement, words
from chaupal.store.machine.tables import frozen_files
from chaupal.store.machine.work import Reading, Writing

ADD = statement(insert(frozen_files))
ONE = statement(
    select(frozen_files.c.body).where(
        frozen_files.c.period == words("period"), frozen_files.c.revision == param("revision"), frozen_files.c.name == words("name")
    )
)  # fmt: skip


async def keep(w: Writing, period: str, revision: int, files: Mapping[str, bytes]) -> None:
    """Keep the files of a revision, in the commit of its entry."""
    for name, body in files.items():
        await w.run(ADD, period=period, revision=revision, name=name, body=body)


async def file(reading: Reading, period: str, revision: int, name: str) -> bytes | None:
    """A file of a revision, or None."""
    row = await reading.first(ONE, period=period, revision=revision, name=name)
    return None if row is None else bytes(row[0])

"""Captions as rows: the words of a film or sound by language. An upload names those in force; earlier ones go with the upload."""

from chaupal.store.machine.dialect import among, listed
from chaupal.store.machine.statements import deletes, inserts, selects
from chaupal.store.machine.work import Reading, Writing
from chaupal.store.tables.square import captions

INSERT = inserts(captions)
ONE = selects(captions.c.body).where(id="of", media_id="media")
BODIES = selects(captions.c.id, captions.c.body).where(among(captions.c.id, "ids"))
DROP_ONE = deletes(captions).where(id="of", media_id="media")


async def add(w: Writing, id_: int, media: int, language: str, body: str) -> None:
    await w.run(INSERT, id=id_, media_id=media, language=language, body=body)


async def body(reading: Reading, media: int, id_: int) -> str | None:
    """The captions of that upload, as WebVTT; None where it has no such."""
    return await reading.value(ONE, of=id_, media=media)


async def bodies(reading: Reading, ids: list[int]) -> dict[int, str]:
    """Several, by their ids."""
    return {row[0]: row[1] for row in await reading.fetch(BODIES, ids=listed(ids))} if ids else {}


async def drop(w: Writing, media: int, id_: int) -> None:
    """Forget captions that no post ever named."""
    await w.run(DROP_ONE, of=id_, media=media)

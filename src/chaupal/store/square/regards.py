"""What somebody keeps about others: a private note, an endorsement, a suggestion they do not want to see again."""

from collections.abc import Sequence

from sqlalchemy import select

from chaupal.store.machine.dialect import among, listed, param
from chaupal.store.machine.statements import deletes, inserts_once, selects, upserts
from chaupal.store.machine.work import Reading, Writing
from chaupal.store.square.posts import Pages
from chaupal.store.tables.square import account_notes, endorsements, unsuggested

NOTE = upserts(account_notes, "by to", by="me", to="them", text="note")
UNNOTE = deletes(account_notes).where(by="me", to="them")
NOTES = selects(account_notes.c.to, account_notes.c.text).where(among(account_notes.c.to, "ids"), by="me")
ENDORSE = inserts_once(endorsements, by="me", to="them", id="new")
UNENDORSE = deletes(endorsements).where(by="me", to="them")
ENDORSED = selects(endorsements.c.to).where(among(endorsements.c.to, "ids"), by="me")
ENDORSEMENTS = Pages(
    endorsements.c.id, endorsements.c.by == param("who"), base=select(endorsements.c.id, endorsements.c.to)
)
UNSUGGEST = inserts_once(unsuggested, by="me", to="them", id="new")
UNSUGGESTED = selects(unsuggested.c.to).where(by="me")


async def note(w: Writing, me: int, them: int, text: str) -> None:
    """An empty note is none."""
    if text:
        await w.run(NOTE, me=me, them=them, note=text)
    else:
        await w.run(UNNOTE, me=me, them=them)


async def notes(reading: Reading, me: int, ids: Sequence[int]) -> dict[int, str]:
    """The notes of `me` about each of `ids` that has one."""
    return {row[0]: row[1] for row in await reading.fetch(NOTES, me=me, ids=listed(ids))}


async def endorse(w: Writing, me: int, them: int, new: int) -> None:
    await w.run(ENDORSE, me=me, them=them, new=new)


async def unendorse(w: Writing, me: int, them: int) -> None:
    await w.run(UNENDORSE, me=me, them=them)


async def endorsed(reading: Reading, me: int, ids: Sequence[int]) -> frozenset[int]:
    """Those among `ids` whom `me` endorses."""
    return frozenset(row[0] for row in await reading.fetch(ENDORSED, me=me, ids=listed(ids)))


async def unsuggest(w: Writing, me: int, them: int, new: int) -> None:
    await w.run(UNSUGGEST, me=me, them=them, new=new)


async def not_suggested(reading: Reading, me: int) -> frozenset[int]:
    """Those whom `me` does not want to be suggested."""
    return frozenset(row[0] for row in await reading.fetch(UNSUGGESTED, me=me))

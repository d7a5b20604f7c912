"""What somebody keeps about others: a private note, an endorsement, a suggestion they do not want to see again."""

from collections.abc import Sequence

from sqlalchemy import delete, select

from chaupal.store.machine.dialect import among, listed, param, statement, upsert, words
from chaupal.store.machine.tables import account_notes, endorsements, unsuggested
from chaupal.store.machine.work import Reading, Writing
from chaupal.store.square.posts import Pages

NOTE = upsert(
    lambda i: (
        i(account_notes)
        .values(by=param("me"), to=param("them"), text=words("note"))
        .on_conflict_do_update(index_elements=["by", "to"], set_={"text": words("note")})
    )
)
UNNOTE = statement(delete(account_notes).where(account_notes.c.by == param("me"), account_notes.c.to == param("them")))
NOTES = statement(
    select(account_notes.c.to, account_notes.c.text).where(
        account_notes.c.by == param("me"), among(account_notes.c.to, "ids")
    )
)
ENDORSE = upsert(
    lambda i: i(endorsements).values(by=param("me"), to=param("them"), id=param("new")).on_conflict_do_nothing()
)
UNENDORSE = statement(delete(endorsements).where(endorsements.c.by == param("me"), endorsements.c.to == param("them")))
ENDORSED = statement(select(endorsements.c.to).where(endorsements.c.by == param("me"), among(endorsements.c.to, "ids")))
ENDORSEMENTS = Pages(
    endorsements.c.id, endorsements.c.by == param("who"), base=select(endorsements.c.id, endorsements.c.to)
)
UNSUGGEST = upsert(
    lambda i: i(unsuggested).values(by=param("me"), to=param("them"), id=param("new")).on_conflict_do_nothing()
)
UNSUGGESTED = statement(select(unsuggested.c.to).where(unsuggested.c.by == param("me")))


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

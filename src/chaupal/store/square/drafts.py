"""Drafts as rows: what somebody has written and not said, theirs alone; the uploads in it are kept from the sweep."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import func

from chaupal.policy.drafts_and_scheduled import Unsaid, UnsaidPost
from chaupal.store.machine.dialect import among, in_json, listed, param
from chaupal.store.machine.statements import columns_of, deletes, inserts, inserts_once, same, selects, updates
from chaupal.store.machine.work import Reading, Row, Writing
from chaupal.store.tables.square import drafts, kept_media

COLUMNS = columns_of(drafts, "id account_id body created_at updated_at")
_MINE = (drafts.c.account_id == param("me"),)

OF = selects(*COLUMNS).where(*_MINE).order_by(drafts.c.updated_at.desc(), drafts.c.id.desc()).limit("n")
ONE = selects(*COLUMNS).where(*_MINE, same(drafts, id="of"))
COUNT = selects(func.count(drafts.c.id)).where(*_MINE)
INSERT = inserts(drafts)
CHANGE = updates(drafts, body="words", updated_at="at").where(*_MINE, id="of")
DROP = deletes(drafts).where(*_MINE, id="of")
KEEP = inserts_once(kept_media, media_id="media", holder_id="of")
LET_GO = deletes(kept_media).where(among(kept_media.c.media_id, "ids", negate=True), holder_id="of")

_read = msgspec.json.Decoder(Unsaid).decode


async def of_account(reading: Reading, account: int, at_most: int) -> list[UnsaidPost]:
    """The account's drafts, the one saved last first."""
    return [_draft(row) for row in await reading.fetch(OF, me=account, n=at_most)]


async def by_id(reading: Reading, account: int, id_: int) -> UnsaidPost | None:
    row = await reading.first(ONE, me=account, of=id_)
    return None if row is None else _draft(row)


async def count(reading: Reading, account: int) -> int:
    return await reading.value(COUNT, me=account)


async def add(w: Writing, id_: int, account: int, body: Unsaid) -> None:
    now = w.now()
    await w.run(INSERT, id=id_, account_id=account, body=written(body), created_at=now, updated_at=now)
    await keep_media(w, id_, body.uploads)


async def change(w: Writing, id_: int, account: int, body: Unsaid) -> bool:
    """Holds this from now on; False where the account has no such draft."""
    if not await w.run(CHANGE, me=account, of=id_, words=written(body), at=w.now()):
        return False
    await keep_media(w, id_, body.uploads)
    return True


async def drop(w: Writing, id_: int, account: int) -> bool:
    """The draft goes; what was uploaded for it may be swept. False where the account has no such draft."""
    if not await w.run(DROP, me=account, of=id_):
        return False
    await keep_media(w, id_, ())
    return True


async def keep_media(w: Writing, holder: int, ids: Sequence[int]) -> None:
    """These uploads are needed by the holder, and no others any more."""
    await w.run(LET_GO, of=holder, ids=listed(ids))
    for id_ in dict.fromkeys(ids):
        await w.run(KEEP, of=holder, media=id_)


def written(body: Unsaid) -> str:
    return in_json(body)


def read(text: str) -> Unsaid:
    return _read(text)


def _draft(row: Row) -> UnsaidPost:
    id_, account, body, created, updated = row
    return UnsaidPost(id=id_, account=account, body=_read(body), created_at=created, at=updated)

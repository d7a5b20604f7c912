"""Letters and orders as they came: their rows. A document without an order is loose until one is filed with it."""

from collections.abc import Collection, Sequence

import msgspec

from chaupal.store.machine.dialect import among, listed, param
from chaupal.store.machine.statements import counts_of, deletes, rows_of, selects, updates
from chaupal.store.machine.work import Reading, Writing
from chaupal.store.tables.court import documents, orders


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """A document. `sha256` (hex) and `size` are of the plain bytes; the file lies encrypted under `key`.

    `signature`: valid, invalid, absent, unverifiable. `signer`: JSON of who signed. `by`: a member of the staff, or a user
    of an authority (`by_kind`: staff, authority).
    """

    id: int
    order_id: int | None
    sha256: str
    name: str
    mime: str
    size: int
    key: str
    nonce: str
    signature: str
    signer: str
    at: int
    by: int
    by_kind: str


ALL = rows_of(Document, documents)
add = ALL.add
BY_IDS = ALL.where(among(documents.c.id, "ids")).ordered("id")
of_order = ALL.where(order_id="of").ordered("id").all_of
ATTACH = updates(documents, order_id="of").where(among(documents.c.id, "ids"), by="who", by_kind="kind", order_id=None)
FILED_WITH = (
    selects(orders.c.ref)
    .join(documents, documents.c.order_id == orders.c.id)
    .where(among(documents.c.sha256, "hashes"), authority_id="whose")
    .ordered("id")
)
RECHECK = updates(documents, signature="found", signer="who").where(id="of", order_id=None)
MANY = counts_of(documents)
FILED_AFTER = ALL.where(documents.c.id > param("above"), documents.c.order_id.is_not(None)).ordered("id").limit("n")
LOOSE_BEFORE = (
    selects(documents.c.id, documents.c.key)
    .where(documents.c.at < param("before"), order_id=None)
    .ordered("id")
    .limit("n")
)
DROP = deletes(documents).where(among(documents.c.id, "ids"), order_id=None).returning(documents.c.key)


async def by_ids(reading: Reading, ids: Sequence[int]) -> list[Document]:
    return await BY_IDS.all(reading, ids=listed(ids)) if ids else []


async def recheck(w: Writing, id_: int, signature: str, signer: str) -> None:
    """What a loose document's signature says once it is known for which authority it is filed."""
    await w.run(RECHECK, of=id_, found=signature, who=signer)


async def attach(w: Writing, ids: Sequence[int], order_id: int, *, by: int, by_kind: str) -> int:
    """Bind loose documents to their order; how many were whoever files it's own, and still loose."""
    return await w.run(ATTACH, ids=listed(ids), of=order_id, who=by, kind=by_kind) if ids else 0


async def filed_with(reading: Reading, sha256: Sequence[str], authority_id: int, but: Collection[str] = ()) -> str:
    """The reference of the first order of an authority that came with one of these documents, else nothing.

    `but`: references of those of which the one that comes now is the mended version.
    """
    found = await reading.fetch(FILED_WITH, hashes=listed(sha256), whose=authority_id) if sha256 else []
    return next((row[0] for row in found if row[0] not in but), "")


async def many(reading: Reading) -> int:
    return await reading.value(MANY)


async def filed_after(reading: Reading, above: int, at_most: int) -> list[Document]:
    """Those that belong to an order, in order of id, to walk through them."""
    return await FILED_AFTER.all(reading, above=above, n=at_most)


async def drop(w: Writing, ids: Sequence[int]) -> list[str]:
    """Forget documents with which nothing was filed: the keys of their files."""
    # Asked again while deleting: an order may have taken one meanwhile.
    return [row[0] for row in await w.fetch(DROP, ids=listed(ids))] if ids else []


async def drop_loose(w: Writing, before: int, at_most: int) -> list[str]:
    """The same with those of before that time (ms)."""
    return await drop(w, [row[0] for row in await w.fetch(LOOSE_BEFORE, before=before, n=at_most)])

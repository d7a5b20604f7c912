"""Letters that are kept: opened to staff who say what for, each of them checked, and swept away where nothing was filed."""

import asyncio
import hashlib
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from chaupal.governance.context import Court
from chaupal.governance.orders import documents
from chaupal.governance.orders.papers import check_may
from chaupal.governance.people.access_audit import check_purpose
from chaupal.kernel.clock import DAY
from chaupal.kernel.errors import NotFound, Problem, or_not_found
from chaupal.policy.viewer import Viewer
from chaupal.ports.files import Files
from chaupal.store.court import access_audit as looks, docket, documents as kept, knowing
from chaupal.store.court.documents import Document
from chaupal.store.identity import loose_files

LOOSE_FOR = 2 * DAY


class OpenedDocument(NamedTuple):
    """A document and its plain bytes."""

    document: Document
    data: bytes


async def of_order(court: Court, viewer: Viewer, ref: str) -> list[Document]:
    """What came with an order, for staff: names, sizes, signatures. Raises NotAllowed, NotFound."""
    check_may(viewer, "see_documents")
    async with court.work.reading() as reading:
        order = or_not_found(await knowing.order_for(reading, viewer, ref))
        return await kept.of_order(reading, order.id)


async def open_for_staff(court: Court, files: Files, viewer: Viewer, id_: int, purpose: str) -> OpenedDocument:
    """The plain bytes, for a member of the staff who says what for; who, what and why is written down first.

    Raises NotAllowed, Invalid (`purpose`), NotFound, Problem where the key or the file is gone.
    """
    me = check_may(viewer, "see_documents")
    purpose = check_purpose(purpose)
    async with court.work.reading() as reading:
        found = await kept.by_ids(reading, [id_])
        orders = await docket.orders_by_id(reading, [one.order_id for one in found if one.order_id])
        if not found or len(await knowing.known(reading, viewer, orders)) < len(orders):
            raise NotFound
    async with court.work.writing() as w:
        await looks.note(w, court.make_id(), me, court.clock(), "document", str(id_), purpose)
    return OpenedDocument(found[0], await plain(court, files, found[0]))


async def plain(court: Court, files: Files, document: Document) -> bytes:
    """What a document says, in its own bytes. Raises Problem where its file or its key is gone or another one."""
    sealed = await files.get(document.key)
    if sealed is None:
        raise Problem(f"The file of document {document.id} is missing")
    lock = AESGCM(await documents.key_of(court))
    try:
        return await asyncio.to_thread(
            lock.decrypt, bytes.fromhex(document.nonce), sealed, documents.bound_to(document.id, document.sha256)
        )
    except (InvalidTag, ValueError) as error:
        raise Problem(
            f"Document {document.id} does not open: its file was changed, or {documents.KEY} is another key"
        ) from error


async def faults(court: Court, files: Files) -> list[str]:
    """What is wrong with the letters of orders: lost, changed, or closed by another key; a line each. Opens every one."""
    found: list[str] = []
    above = 0
    while True:
        async with court.work.reading() as reading:
            some = await kept.filed_after(reading, above, 200)
        for one in some:
            try:
                data = await plain(court, files, one)
            except Problem as problem:
                found.append(problem.message)
                continue
            if hashlib.sha256(data).hexdigest() != one.sha256:
                found.append(f"Document {one.id} is not what came")
        if not some:
            return found
        above = some[-1].id


async def sweep(court: Court, files: Files) -> int:
    """Forget documents with which nothing was filed for two days; how many."""
    async with court.work.writing() as w:
        keys = await kept.drop_loose(w, court.clock() - LOOSE_FOR, 200)
        await loose_files.unwanted(w, keys)  # of a process that dies here, what sweeps uploads lets go of them
    for key in keys:
        await files.drop(key)
    return len(keys)

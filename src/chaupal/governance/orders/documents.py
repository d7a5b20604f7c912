"""Letters and orders as they came: looked at and stored encrypted; whose they are, as far as that can be told; opened to staff who say
what for, checked one by one, and swept away where nothing was filed.

The files lie beside uploads under names that say nothing, encrypted with AES-256-GCM under `keys/documents.key`: lose
that key and they are lost. Checking and encrypting are done in a thread, before any unit of work.
"""

import asyncio
import hashlib
import os
import secrets
from collections.abc import Callable, Sequence
from typing import NamedTuple

import msgspec

from chaupal.governance import keyring
from chaupal.governance.context import Court
from chaupal.governance.orders import signatures
from chaupal.governance.orders.papers import check_may
from chaupal.governance.orders.signatures import Check
from chaupal.governance.people import lookalikes
from chaupal.governance.people.access_audit import check_purpose
from chaupal.kernel.clock import DAY
from chaupal.kernel.errors import Invalid, NotFound, Problem, TooLarge, Unavailable, or_not_found
from chaupal.kernel.key_files import NONCE, load_or_make_seed, sealed, unsealed
from chaupal.policy.viewer import Viewer
from chaupal.ports.files import Files
from chaupal.store.court import access_audit as looks, docket, documents as kept, knowing
from chaupal.store.court.authorities import Authority
from chaupal.store.court.documents import Document
from chaupal.store.identity import loose_files
from chaupal.store.machine.dialect import in_json
from chaupal.text.clean import decoded

BIGGEST = 20_000_000  # bytes of one document
MOST = 10  # documents of one order
PATIENCE = 20  # seconds that the check of one document may take

KEY = "documents.key"
PDF, TEXT, MAIL = "application/pdf", "text/plain", "message/rfc822"
SUFFIX = {PDF: ".pdf", TEXT: ".txt", MAIL: ".eml", "image/png": ".png", "image/jpeg": ".jpg"}


class Brought(NamedTuple):
    """A file as it was brought: its name and bytes."""

    name: str
    data: bytes


class Bringer(NamedTuple):
    """Who brings it: a member of the staff (`staff`), or a user of an authority (`authority`)."""

    id: int
    kind: str = "staff"


class Signer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is kept of a document's origin. `mail_from`: the address of a mail; `poses`: it only looks like the authority's."""

    name: str = ""
    key: str = ""
    known: bool = False
    rooted: bool = False
    mail_from: str = ""
    poses: bool = False


_signer = msgspec.json.Decoder(Signer).decode


def signer_of(document: Document) -> Signer:
    """Who signed or sent a document, as it says itself and as it was checked."""
    return _signer(document.signer) if document.signer else Signer()


async def take_in(
    court: Court, files: Files, who: Bringer, brought: Sequence[Brought], authority: Authority | None
) -> list[Document]:
    """Look at documents, store them encrypted, and give their rows: loose, until an order is filed with them.

    Raises Invalid (field `document`) for what is no document we take, TooLarge, Unavailable where a check takes too long.
    """
    if len(brought) > MOST:
        raise Invalid("documents_many")
    for one in brought:
        if len(one.data) > BIGGEST:
            raise TooLarge("document_large", name=one.name[:80], most=BIGGEST // 1_000_000)
    seed = await _seed(court)
    taken = [await _row_of(court, who, one, authority) for one in brought]
    # The rows first: of a process that dies meanwhile they name the files, and are swept with them.
    async with court.work.writing() as w:
        for document in taken:
            await kept.add(w, document)
    try:
        for document, one in zip(taken, brought, strict=True):
            await files.put(document.key, await asyncio.to_thread(_sealed, seed, document, one.data))
    except Exception:
        await _forget(court, files, taken)
        raise
    return taken


async def _forget(court: Court, files: Files, taken: Sequence[Document]) -> None:
    """What did not come whole: of some of an order's letters nobody files any."""
    for document in taken:
        await files.drop(document.key)
    async with court.work.writing() as w:
        await kept.drop(w, [document.id for document in taken])


async def brought_back(court: Court, who: Bringer, ids: Sequence[int], authority: Authority | None) -> list[Document]:
    """Loose documents that somebody brought before, to be filed now: looked at again as letters of `authority`.

    Raises Invalid (`document`) for those that are somebody else's, filed already, or forgotten.
    """
    async with court.work.reading() as reading:
        found = await kept.by_ids(reading, ids)
    mine = [one for one in found if one.order_id is None and (one.by, one.by_kind) == (who.id, who.kind)]
    if len(mine) < len(set(ids)):
        raise Invalid("document_gone")
    anew = [_anew(one, authority) for one in mine]
    async with court.work.writing() as w:
        for before, now in zip(mine, anew, strict=True):
            if now != before:
                await kept.recheck(w, now.id, now.signature, now.signer)
    return anew


def _anew(one: Document, authority: Authority | None) -> Document:
    """Whose key a signature must be made with depends on the authority, and that may have been chosen since."""
    was = signer_of(one)
    known = bool(authority and was.key) and was.key in (authority.keys if authority else ())
    now = msgspec.structs.replace(was, known=known, poses=_poses(was.mail_from, authority))
    sound = one.signature in (Check.VALID, Check.UNVERIFIABLE)
    signature = (Check.VALID if known or was.rooted else Check.UNVERIFIABLE) if sound else one.signature
    return msgspec.structs.replace(one, signature=str(signature), signer=in_json(now))


async def _row_of(court: Court, who: Bringer, one: Brought, authority: Authority | None) -> Document:
    """The row of a document whose file is to come."""
    mime = kind_of(one)
    keys, roots = authority.keys if authority else (), court.settings.document_trust_roots
    try:
        async with asyncio.timeout(PATIENCE):
            found = await asyncio.to_thread(_checked, mime, one.data, keys, roots, authority)
    except TimeoutError as error:
        raise Unavailable("document_slow") from error
    check, signer = found
    id_, nonce, key = court.make_id(), os.urandom(NONCE), f"documents/{secrets.token_hex(20)}"
    sha256 = hashlib.sha256(one.data).hexdigest()
    return Document(
        id=id_,
        order_id=None,
        sha256=sha256,
        name=_clean_name(one.name, mime),
        mime=mime,
        size=len(one.data),
        key=key,
        nonce=nonce.hex(),
        signature=check,
        signer=in_json(signer),
        at=court.clock(),
        by=who.id,
        by_kind=who.kind,
    )


def _sealed(seed: bytes, document: Document, data: bytes) -> bytes:
    return sealed(seed, data, f"{document.id} {document.sha256}", bytes.fromhex(document.nonce))[NONCE:]


async def _seed(court: Court) -> bytes:
    """What opens the files. Raises Problem where it is lost and there are files that only it opens."""
    path = court.keys.folder / KEY
    if not path.exists():
        async with court.work.reading() as reading:
            lost = await kept.many(reading) and not await keyring.follows(reading, path)
            if lost and not path.exists():  # asked again: another may just have made it
                raise Problem(
                    f"{path} is missing, and there are documents that only it opens: restore it from a backup"
                )
    return await asyncio.to_thread(load_or_make_seed, path)


# --- what it is ---


def kind_of(one: Brought) -> str:
    """A file's type, by what is in it. Raises Invalid for one that is not taken."""
    for mime, looks_so in KINDS:
        if looks_so(one):
            return mime
    if not one.data:
        raise Invalid("document_empty")
    raise Invalid("document_unknown")


def _is_text(one: Brought) -> bool:
    try:
        text = decoded(one.data)
    except UnicodeDecodeError:
        return False
    return bool(text.strip()) and "\0" not in text


def _is_mail(one: Brought) -> bool:
    head = one.data[:20_000].lower()
    return one.name.lower().endswith(".eml") and b"\0" not in one.data and b"from:" in head


KINDS: tuple[tuple[str, Callable[[Brought], bool]], ...] = (
    (PDF, lambda one: b"%PDF-" in one.data[:1_024]),
    ("image/png", lambda one: one.data.startswith(b"\x89PNG\r\n\x1a\n")),
    ("image/jpeg", lambda one: one.data.startswith(b"\xff\xd8\xff")),
    (MAIL, _is_mail),
    (TEXT, _is_text),
)


def _clean_name(name: str, mime: str) -> str:
    """A file's name that can stand in a header and a list; its ending says what it is."""
    stem = os.path.basename(name.replace("\\", "/")).rpartition(".")[0] or name  # noqa: PTH119 - a name, not a path here
    plain = "".join(letter if letter.isprintable() and letter not in '/"\\' else "_" for letter in stem).strip(" .")
    return (plain[:100] or "document") + SUFFIX[mime]


# --- whose it is ---


def _checked(
    mime: str, data: bytes, keys: Sequence[str], roots: str, authority: Authority | None
) -> tuple[Check, Signer]:
    if mime == PDF:
        found = signatures.check_pdf(data, keys, roots)
        return found.check, Signer(name=found.signer, key=found.key, known=found.known, rooted=found.rooted)
    if mime == MAIL:
        return Check.ABSENT, _sender(data, authority)
    return Check.ABSENT, Signer()


def _sender(data: bytes, authority: Authority | None) -> Signer:
    import email.policy  # for letters only

    try:
        sender = str(email.message_from_bytes(data, policy=email.policy.default)["from"] or "")[:300]
    except (ValueError, LookupError, AttributeError, TypeError):  # headers that the library cannot read
        sender = ""
    return Signer(mail_from=sender, poses=_poses(sender, authority))


def _poses(sender: str, authority: Authority | None) -> bool:
    host, domain = lookalikes.mail_domain(sender), authority.email_domain if authority else ""
    known = not host or not domain or lookalikes.comes_from(sender, domain)
    return not known and lookalikes.poses_as_domain(host, domain)


class Origin(NamedTuple):
    """Where an order comes from: its signature, and whether that it comes from the authority is verified."""

    signature: str
    origin: str


def origin_of(documents: Sequence[Document], *, known: bool) -> Origin:
    """What the documents, and who files, say of an order's origin: verified, unverified or mismatch.

    `known`: whoever files comes in from the authority's own domain, or staff called back. Of signatures the best counts, but a
    bad one is worse than none. A mail's sender can be written by anybody, so it verifies nothing; one that poses as the
    authority is a mismatch.
    """
    checks = [Check(one.signature) for one in documents]
    signature = next((check.value for check in _TELLING if check in checks), Check.ABSENT.value)
    signers = [signer_of(one) for one in documents]
    if Check.INVALID in checks or any(signer.poses for signer in signers):
        return Origin(signature, "mismatch")
    return Origin(signature, "verified" if known or any(map(by_known_key, documents)) else "unverified")


def by_known_key(document: Document) -> bool:
    """Whether it is signed by a key of its authority's."""
    return document.signature == Check.VALID and signer_of(document).known


_TELLING = (Check.INVALID, Check.VALID, Check.UNVERIFIABLE)


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
    kept_as = await files.get(document.key)
    if kept_as is None:
        raise Problem(f"The file of document {document.id} is missing")
    seed, bound = await _seed(court), f"{document.id} {document.sha256}"
    try:
        return await asyncio.to_thread(unsealed, seed, bytes.fromhex(document.nonce) + kept_as, bound)
    except ValueError as error:
        raise Problem(f"Document {document.id} does not open: its file was changed, or {KEY} is another key") from error


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

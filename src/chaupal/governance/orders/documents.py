"""Letters and orders as they came: looked at and stored encrypted; whose they are, as far as that can be told.

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
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from chaupal.governance import keyring
from chaupal.governance.context import Court
from chaupal.governance.orders import signatures
from chaupal.governance.orders.signatures import Check
from chaupal.governance.people import lookalikes
from chaupal.kernel.errors import Invalid, Problem, TooLarge, Unavailable
from chaupal.kernel.key_files import load_or_make_seed
from chaupal.ports.files import Files
from chaupal.store.court import documents as kept
from chaupal.store.court.authorities import Authority
from chaupal.store.court.documents import Document
from chaupal.store.machine.dialect import in_json

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
    lock = AESGCM(await key_of(court))
    taken = [await _row_of(court, who, one, authority) for one in brought]
    # The rows first: of a process that dies meanwhile they name the files, and are swept with them.
    async with court.work.writing() as w:
        for document in taken:
            await kept.add(w, document)
    try:
        for document, one in zip(taken, brought, strict=True):
            await files.put(document.key, await asyncio.to_thread(_sealed, lock, document, one.data))
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
    id_, nonce, key = court.make_id(), os.urandom(12), f"documents/{secrets.token_hex(20)}"
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


def _sealed(lock: AESGCM, document: Document, data: bytes) -> bytes:
    return lock.encrypt(bytes.fromhex(document.nonce), data, bound_to(document.id, document.sha256))


def bound_to(id_: int, sha256: str) -> bytes:
    """What a sealed file is bound to: moved under another row, it does not open."""
    return f"{id_} {sha256}".encode()


async def key_of(court: Court) -> bytes:
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
        text = one.data.decode("utf-16" if one.data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
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
    except (ValueError, LookupError, AttributeError, IndexError, TypeError):  # headers that the library cannot read
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

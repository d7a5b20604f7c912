"""Authorities: an order is taken only from an office that is in this register, known by its mail domain or its keys."""

import hashlib
from typing import Literal

import msgspec
import regex
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from chaupal.governance import log, lookalikes, record
from chaupal.governance.context import Court
from chaupal.governance.papers import Paper, check_may
from chaupal.kernel.countries import known_country
from chaupal.kernel.errors import Conflict, NotFound
from chaupal.policy.viewer import Viewer
from chaupal.store import docket, offices
from chaupal.store.docket import Authority
from chaupal.store.work import Reading

CLASSES = ("court", "government", "police", "other")
MOST_KEYS = 20
# Where anybody can have an address, so that it says nothing about whose a mail is.
ANYBODYS = frozenset(
    {"gmail.com", "googlemail.com", "yahoo.com", "yahoo.co.in", "outlook.com", "hotmail.com", "live.com", "rediffmail.com", "icloud.com",
     "proton.me", "protonmail.com", "gmx.net", "gmx.de", "zoho.com"}
)  # fmt: skip

_DOMAIN = regex.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{1,62}")
_FINGERPRINT = regex.compile(r"[0-9a-f]{64}")
_PEM = regex.compile(r"-----BEGIN [A-Z ]+-----.*?-----END [A-Z ]+-----", regex.DOTALL)


class AuthorityForm(msgspec.Struct, kw_only=True):
    """An authority as it is written down. `jurisdiction`: its country (ISO 3166-1 alpha-2).

    `keys`: by which its documents are known, one to a line: the SHA-256 of a public key in hex; or pasted certificates or
    public keys (PEM). `sure`: staff looked twice at a name or domain that is close to another's.
    """

    name: str = ""
    name_hi: str = ""
    jurisdiction: str = ""
    office: str = ""
    email_domain: str = ""
    issuer_class: Literal["court", "government", "police", "other"] = "government"
    keys: str = ""
    sure: bool = False


async def register(court: Court, viewer: Viewer, form: AuthorityForm) -> Authority:
    """Enter an authority. Raises NotAllowed, Invalid by field, or Conflict for a name that is taken."""
    me = check_may(viewer, "register_authority")
    paper = Paper()
    new = Authority(
        id=court.make_id(), name=paper.line("name", form.name), name_hi=paper.line("name_hi", form.name_hi, needed=False),
        jurisdiction=paper.line("jurisdiction", form.jurisdiction).upper(), office=paper.line("office", form.office, needed=False),
        email_domain=_domain(paper, form.email_domain), created_at=court.clock(), created_by=me, log_index=0,
        issuer_class=form.issuer_class, keys=_keys(paper, form.keys),
    )  # fmt: skip
    if not known_country(new.jurisdiction):
        paper.complain("jurisdiction", "must be a country's code of two letters, such as IN")
    async with court.work.reading() as reading:
        await _check_not_close(reading, paper, new, form.sure)
    paper.check()
    async with court.work.writing() as w:
        index, _ = await log.append(court, w, "authority", f"authority-{new.id}", record.authority(court, new, me))
        entered = msgspec.structs.replace(new, log_index=index)
        if not await docket.add_authority(w, entered):
            raise Conflict("An authority of this name is in the register already", name="is taken")
    return entered


async def change(court: Court, viewer: Viewer, id_: int, form: AuthorityForm) -> Authority:
    """What is known of an authority, anew; its name and country stay, since orders and the log cite them.

    The new version is a log entry that names the one before. Raises NotAllowed, NotFound, Invalid by field.
    """
    me = check_may(viewer, "register_authority")
    old = await one(court, viewer, id_)
    paper = Paper()
    new = msgspec.structs.replace(
        old, name_hi=paper.line("name_hi", form.name_hi, needed=False), office=paper.line("office", form.office, needed=False),
        email_domain=_domain(paper, form.email_domain), issuer_class=form.issuer_class, keys=_keys(paper, form.keys),
    )  # fmt: skip
    async with court.work.reading() as reading:
        await _check_not_close(reading, paper, new, form.sure)
    paper.check()
    async with court.work.writing() as w:
        fields = ("name_hi", "office", "email_domain", "issuer_class", "keys")
        what = [
            "class" if name == "issuer_class" else name for name in fields if getattr(old, name) != getattr(new, name)
        ]
        written = record.authority(court, new, me, step="changed", what=what)
        index, _ = await log.append(court, w, "authority", f"authority-{new.id}", written, prev=old.log_index)
        await offices.change_authority(
            w, new.id, name_hi=new.name_hi, office=new.office, email_domain=new.email_domain, issuer_class=new.issuer_class,
            keys=new.keys, log_index=index,
        )  # fmt: skip
    return msgspec.structs.replace(new, log_index=index)


async def every(court: Court, viewer: Viewer) -> list[Authority]:
    """All authorities by name, for staff."""
    check_may(viewer, "see_office")
    async with court.work.reading() as reading:
        return await docket.all_authorities(reading)


async def one(court: Court, viewer: Viewer, id_: int) -> Authority:
    """An authority, for staff. Raises NotFound."""
    check_may(viewer, "see_office")
    async with court.work.reading() as reading:
        found = await docket.authority(reading, id_) if id_ else None
    if found is None:
        raise NotFound
    return found


async def named(court: Court, viewer: Viewer, name: str) -> Authority | None:
    """The authority with exactly this name, for staff."""
    check_may(viewer, "see_office")
    async with court.work.reading() as reading:
        return await docket.authority_named(reading, name)


# --- what a form says ---


def _domain(paper: Paper, text: str) -> str:
    domain = paper.line("email_domain", text, needed=False).lower().removeprefix("@").rstrip(".")
    if domain and not (len(domain) < 254 and _DOMAIN.fullmatch(domain)):
        paper.complain("email_domain", "must be a domain such as meity.gov.in")
    if domain in ANYBODYS:
        paper.complain("email_domain", "is a domain where anybody can have an address")
    return domain


def _keys(paper: Paper, text: str) -> tuple[str, ...]:
    blocks = _PEM.findall(text)
    lines = [line.strip() for line in _PEM.sub("\n", text).splitlines() if line.strip()]
    try:
        found = [_of_pem(block.encode()) for block in blocks] + [_of_hex(line) for line in lines]
    except ValueError:
        paper.complain("keys", "must be SHA-256 of public keys in hex, or certificates (PEM)")
        return ()
    if len(found) > MOST_KEYS:
        paper.complain("keys", "are too many")
    return tuple(dict.fromkeys(found))


def _of_pem(block: bytes) -> str:
    if b"CERTIFICATE" in block:
        key = x509.load_pem_x509_certificate(block).public_key()
    elif b"PUBLIC KEY" in block:
        key = serialization.load_pem_public_key(block)
    else:
        raise ValueError("neither a certificate nor a public key")
    der = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(der).hexdigest()


def _of_hex(line: str) -> str:
    plain = line.lower().removeprefix("sha256:").replace(":", "").replace(" ", "")
    if not _FINGERPRINT.fullmatch(plain):
        raise ValueError("no SHA-256")
    return plain


async def _check_not_close(reading: Reading, paper: Paper, new: Authority, sure: bool) -> None:
    """A name or a domain that could be taken for another authority's is entered only by whoever has looked twice."""
    if sure:
        return
    for other in await docket.all_authorities(reading):
        if other.id == new.id:
            continue
        if _plain(other.name) == _plain(new.name) and other.name != new.name:
            paper.complain("name", f"looks like that of {other.name}; look twice")
        if new.email_domain and other.email_domain and lookalikes.poses_as_domain(new.email_domain, other.email_domain):
            paper.complain("email_domain", f"looks like {other.email_domain}, of {other.name}; look twice")


def _plain(name: str) -> str:
    return "".join(letter for letter in lookalikes.skeleton(name) if letter.isalnum())

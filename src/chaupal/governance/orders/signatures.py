"""Signatures inside PDF letters, checked with pyHanko: whole and unchanged, by whom, and whether that one is known.

Nothing is fetched from the network. A signature that is sound but whose signer nobody has vouched for is unverifiable.
"""

import hashlib
import io
import logging
from collections.abc import Collection
from enum import StrEnum
from pathlib import Path
from typing import Any

import msgspec

from chaupal.kernel.errors import Invalid

MOST_SIGNATURES = 20
# What pyHanko comes upon in files that are no PDF any more, besides its own errors.
_BROKEN = (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError, OverflowError, EOFError)


# It would print a traceback for every certificate that nobody vouches for.
for _name in ("pyhanko", "pyhanko_certvalidator"):
    logging.getLogger(_name).setLevel(logging.CRITICAL)


class Check(StrEnum):
    """What a look at the signatures of a document came to."""

    VALID = "valid"  # sound, over the whole file, by a key of the authority or one that a trust root vouches for
    INVALID = "invalid"  # the file was changed after it was signed, or the signature is broken
    UNVERIFIABLE = "unverifiable"  # sound, by a key that nobody vouches for
    ABSENT = "absent"


class Signature(msgspec.Struct, frozen=True, kw_only=True):
    """The outcome for a document. `signer`: as the certificate calls them; `key`: SHA-256 of their public key, in hex."""

    check: Check = Check.ABSENT
    signer: str = ""
    key: str = ""
    known: bool = False  # the key is one of the authority's
    rooted: bool = False  # a trust root vouches for the signer


ABSENT = Signature()


def check_pdf(data: bytes, keys: Collection[str], roots: str) -> Signature:
    """The outcome of all signatures in a PDF: the worst of them. Slow (about a second at first): call it in a thread.

    `keys`: the authority's. `roots`: a directory of certificates (PEM or DER) that may vouch for signers; "" for none.
    Raises Invalid for what is no whole PDF, or locked.
    """
    from pyhanko.pdf_utils.misc import PdfError
    from pyhanko.pdf_utils.reader import PdfFileReader

    try:
        reader = PdfFileReader(io.BytesIO(data), strict=False)
        if reader.encrypted:
            raise Invalid("pdf_locked")
        _ = reader.root["/Pages"]
        found = reader.embedded_regular_signatures
    except (PdfError, *_BROKEN):
        raise Invalid("pdf_damaged") from None
    if len(found) > MOST_SIGNATURES:
        raise Invalid("pdf_many_signatures")
    outcomes = [_checked(one, keys, _certificates(roots)) for one in found]
    return min(outcomes, key=lambda one: _WORST_FIRST.index(one.check), default=ABSENT)


_WORST_FIRST = (Check.INVALID, Check.UNVERIFIABLE, Check.VALID)


def _checked(embedded: Any, keys: Collection[str], roots: list[Any]) -> Signature:
    from pyhanko.sign.diff_analysis import ModificationLevel
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko.sign.validation.status import SignatureCoverageLevel
    from pyhanko_certvalidator import ValidationContext

    try:
        certificate = embedded.signer_cert
        name = str(certificate.subject.human_friendly)[:300]
        key = hashlib.sha256(certificate.public_key.dump()).hexdigest()
        context = ValidationContext(trust_roots=roots, allow_fetching=False)
        status = validate_pdf_signature(embedded, signer_validation_context=context)
    except Exception:  # whatever a forger put there: it is not a signature that holds
        return Signature(check=Check.INVALID)
    whole = status.coverage is SignatureCoverageLevel.ENTIRE_FILE or (
        status.coverage is SignatureCoverageLevel.ENTIRE_REVISION
        and status.modification_level in (ModificationLevel.NONE, ModificationLevel.LTA_UPDATES)
    )
    known = key in keys
    if not (status.intact and status.valid and whole):
        return Signature(check=Check.INVALID, signer=name, key=key, known=known)
    rooted = bool(roots) and bool(status.trusted)
    check = Check.VALID if known or rooted else Check.UNVERIFIABLE
    return Signature(check=check, signer=name, key=key, known=known, rooted=rooted)


def _certificates(roots: str) -> list[Any]:
    from asn1crypto import pem, x509

    found: list[Any] = []
    for path in sorted(Path(roots).iterdir()) if roots else ():
        if path.suffix not in (".pem", ".crt", ".cer", ".der"):
            continue
        raw = path.read_bytes()
        blocks: Any = pem.unarmor(raw, multiple=True) if pem.detect(raw) else (("", {}, raw),)
        found += [x509.Certificate.load(der) for _, _, der in blocks]
    return found

"""Letters for tests: PDFs made, signed, changed and spoilt here, with keys of our own."""

import datetime
import functools
import hashlib
import io
from pathlib import Path
from typing import Any

from asn1crypto import keys, x509
from cryptography import x509 as certificates
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.content import RawContent
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.layout import BoxConstraints
from pyhanko.pdf_utils.writer import PageObject, PdfFileWriter
from pyhanko.sign import signers
from pyhanko_certvalidator.registry import SimpleCertificateStore


class Signer:
    """Somebody with a key and a certificate that they made for themselves."""

    def __init__(self, name: str) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        subject = certificates.Name([certificates.NameAttribute(NameOID.COMMON_NAME, name)])
        now = datetime.datetime.now(datetime.UTC)
        made = (
            certificates.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(subject)
            .public_key(self._key.public_key())
            .serial_number(certificates.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=3650))
            .add_extension(certificates.BasicConstraints(ca=True, path_length=None), critical=True)
            .add_extension(
                certificates.KeyUsage(
                    digital_signature=True,
                    content_commitment=True,
                    key_encipherment=False,
                    data_encipherment=False,
                    key_agreement=False,
                    key_cert_sign=True,
                    crl_sign=False,
                    encipher_only=False,
                    decipher_only=False,
                ),
                critical=True,
            )
            .sign(self._key, hashes.SHA256())
        )
        self._certificate = made
        public = self._key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        self.fingerprint = hashlib.sha256(public).hexdigest()

    @property
    def pem(self) -> str:
        return self._certificate.public_bytes(serialization.Encoding.PEM).decode()

    def sign(self, letter: bytes) -> bytes:
        """The letter with this one's signature in it."""
        der = self._key.private_bytes(
            serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        certificate = x509.Certificate.load(self._certificate.public_bytes(serialization.Encoding.DER))
        signer = signers.SimpleSigner(certificate, keys.PrivateKeyInfo.load(der), SimpleCertificateStore())
        out: Any = signers.sign_pdf(
            IncrementalPdfFileWriter(io.BytesIO(letter)), signers.PdfSignatureMetadata(field_name="Officer"), signer
        )
        return out.getvalue()

    def vouch(self, folder: Path) -> str:
        """A directory of trust roots that holds this one's certificate."""
        folder.mkdir(exist_ok=True)
        (folder / "officer.pem").write_bytes(self._certificate.public_bytes(serialization.Encoding.PEM))
        return str(folder)


def _page(text: str) -> tuple[PdfFileWriter, PageObject]:
    writer = PdfFileWriter()
    content = RawContent(f"BT /F1 12 Tf 50 750 Td ({text}) Tj ET".encode(), box=BoxConstraints(600, 800))
    box = generic.ArrayObject(map(generic.NumberObject, (0, 0, 600, 800)))
    stream = generic.StreamObject(stream_data=content.data)
    page = PageObject(contents=writer.add_object(stream), media_box=box)
    return writer, page


@functools.cache
def letter(text: str = "Order No. 16(1)/2021") -> bytes:
    """A letter of one page, not signed."""
    writer, page = _page(text)
    writer.insert_page(page)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


@functools.cache
def locked() -> bytes:
    """A letter that opens with a password only."""
    writer, page = _page("secret")
    writer.encrypt(owner_pass="owner", user_pass="user")
    writer.insert_page(page)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def added_to(signed: bytes) -> bytes:
    """A signed letter to whose page something was added afterwards, in the way that PDF allows."""
    writer = IncrementalPdfFileWriter(io.BytesIO(signed))
    page: Any = writer.root["/Pages"]["/Kids"][0]
    more = generic.StreamObject(stream_data=b"BT /F1 12 Tf 50 50 Td (and all of @meera) Tj ET")
    page["/Contents"] = writer.add_object(more)
    writer.update_container(page)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()

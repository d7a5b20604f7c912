"""Mail on one machine: a directory of .eml files to look at, or a mail server spoken to by SMTP."""

import asyncio
import base64
import binascii
import os
import secrets
from collections.abc import Callable
from email.utils import formataddr, formatdate, getaddresses
from pathlib import Path
from urllib.parse import unquote, urlsplit

from chaupal.ports.mail import Letter, NotReached, is_gone

type Name = Callable[[Letter], str]  # what a letter is known by where it comes back: a Message-ID

LINE, LONGEST_LINE = 60, 998  # letters of a header that need no folding; bytes of any line (RFC 5322, 2.1.1)
PIECE = 39  # bytes of UTF-8 in one encoded word: a line with such a word has 76 letters at most, "Subject: " among them (RFC 2047, 2)


def message(letter: Letter, sender: str, name: Name) -> bytes:
    """The letter as it is sent, in lines that LF ends. Raises ValueError where a header was tampered with (line breaks).

    By hand: the library takes 3 ms for it, forty times as long, most of them to find out where it could fold what fits in a line.
    """
    said, encoded = _body(letter.body)
    heads = {
        "From": _people(sender),
        "To": _people(letter.to),
        "Subject": _in_ascii(letter.subject),
        "Date": formatdate(),
    }
    heads |= {"Message-ID": name(letter), "Auto-Submitted": "auto-generated"}  # RFC 3834: absences answer none such
    if letter.stop:
        heads |= {"List-Unsubscribe": f"<{letter.stop}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    heads |= {
        "MIME-Version": "1.0",
        "Content-Type": 'text/plain; charset="utf-8"',
        "Content-Transfer-Encoding": encoded,
    }
    for text in (sender, letter.to, letter.subject, letter.stop):
        if "\n" in text or "\r" in text:
            raise ValueError("a header is one line")
    return "".join(f"{head}: {text}\n" for head, text in heads.items()).encode() + b"\n" + said


def addresses(people: str) -> list[str]:
    """The addresses of a header that names people."""
    return [address for _, address in getaddresses([people])]


def _people(people: str) -> str:
    """A header that names people: their names in ASCII. Where an address is none it stays as it is (RFC 6532)."""
    named = getaddresses([people])
    return ", ".join(
        formataddr((name, address)) if name.isascii() else f"{_in_ascii(name)}\n <{address}>" for name, address in named
    )


def _in_ascii(text: str) -> str:
    """Words of a header: as they are where they are plain and short, else as encoded words (RFC 2047), folded."""
    if text.isascii() and text.isprintable() and len(text) <= LINE and "=?" not in text:
        return text
    pieces = [b""]
    for letter in map(str.encode, text):
        if len(pieces[-1]) + len(letter) > PIECE:
            pieces.append(b"")
        pieces[-1] += letter
    return "\n ".join(f"=?utf-8?b?{binascii.b2a_base64(piece, newline=False).decode()}?=" for piece in pieces)


def _body(text: str) -> tuple[bytes, str]:
    """What stands below the headers, and how it is encoded: as it is, or in whichever way is shorter."""
    lines = text.encode().splitlines()
    plain = b"".join(line + b"\n" for line in lines)
    if plain.isascii() and max(map(len, lines), default=0) <= LONGEST_LINE:
        return plain, "7bit"
    return min(
        (binascii.b2a_qp(plain), "quoted-printable"), (base64.encodebytes(plain), "base64"), key=lambda way: len(way[0])
    )


class MailToFiles:
    """Each letter a file, newest last by name: for trying out, and for operators who forward mail themselves."""

    def __init__(self, root: Path, sender: str, name: Name) -> None:
        self._root = root
        self._sender = sender
        self._name = name

    async def send(self, letter: Letter) -> None:
        await asyncio.to_thread(self._send, letter)

    def _send(self, letter: Letter) -> None:
        self._root.mkdir(parents=True, exist_ok=True)
        with os.scandir(self._root) as letters:
            number = sum(file.name.endswith(".eml") for file in letters)
        name = f"{number:06d}-{secrets.token_hex(3)}.eml"
        (self._root / name).write_bytes(message(letter, self._sender, self._name))


class MailBySmtp:
    """`smtp://user:password@host:port`, or smtps:// for TLS from the start."""

    def __init__(self, url: str, sender: str, name: Name) -> None:
        self._parts = urlsplit(url)
        self._sender = sender
        self._name = name

    async def send(self, letter: Letter) -> None:
        await asyncio.to_thread(self._send, letter)

    def _send(self, letter: Letter) -> None:
        import smtplib

        parts = self._parts
        kind = smtplib.SMTP_SSL if parts.scheme == "smtps" else smtplib.SMTP
        with kind(parts.hostname or "localhost", parts.port or 0, timeout=20) as server:
            if parts.scheme == "smtp" and server.has_extn("starttls"):
                server.starttls()
            if parts.username:
                server.login(unquote(parts.username), unquote(parts.password or ""))
            try:
                data = message(letter, self._sender, self._name).replace(b"\n", b"\r\n")
                sender, to = addresses(self._sender)[0], addresses(letter.to)
                asked = () if "".join((sender, *to)).isascii() else ("SMTPUTF8", "BODY=8BITMIME")
                server.sendmail(sender, to, data, asked)
            except smtplib.SMTPRecipientsRefused as refused:
                if any(is_gone(said.decode(errors="replace")) for _, said in refused.recipients.values()):
                    raise NotReached(letter.to) from refused
                raise

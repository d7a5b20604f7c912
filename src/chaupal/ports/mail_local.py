"""Mail on one machine: a directory of .eml files to look at, or a mail server spoken to by SMTP."""

import asyncio
import secrets
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from chaupal.ports.mail import Letter, NotReached, is_gone

if TYPE_CHECKING:
    from email.message import EmailMessage
    from email.policy import EmailPolicy

type Name = Callable[[Letter], str]  # what a letter is known by where it comes back: a Message-ID


@cache
def _policy() -> "EmailPolicy":
    from email.policy import EmailPolicy

    class Unfolded(EmailPolicy):
        """An address by which one unsubscribes stands as it is: the library makes an encoded word of a long one, which no program opens."""

        def fold_binary(self, name: str, value: str) -> bytes:
            if name == "List-Unsubscribe" and value.isascii():
                return f"{name}: {value}{self.linesep}".encode()
            return super().fold_binary(name, value)

    return Unfolded()


def message(letter: Letter, sender: str, name: Name) -> "EmailMessage":
    """The letter as a message; a header that was tampered with (line breaks) is refused by the library."""
    from email.message import EmailMessage  # brought in with the first letter
    from email.utils import formatdate

    mail = EmailMessage(_policy())
    mail["From"], mail["To"], mail["Subject"], mail["Date"] = sender, letter.to, letter.subject, formatdate()
    mail["Message-ID"], mail["Auto-Submitted"] = name(letter), "auto-generated"  # RFC 3834: absences answer none such
    if letter.stop:
        mail["List-Unsubscribe"], mail["List-Unsubscribe-Post"] = f"<{letter.stop}>", "List-Unsubscribe=One-Click"
    mail.set_content(letter.body)
    return mail


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
        number = sum(1 for _ in self._root.glob("*.eml"))
        name = f"{number:06d}-{secrets.token_hex(3)}.eml"
        (self._root / name).write_bytes(bytes(message(letter, self._sender, self._name)))


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
                server.send_message(message(letter, self._sender, self._name))
            except smtplib.SMTPRecipientsRefused as refused:
                if any(is_gone(said.decode(errors="replace")) for _, said in refused.recipients.values()):
                    raise NotReached(letter.to) from refused
                raise

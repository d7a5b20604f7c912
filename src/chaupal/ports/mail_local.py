"""Mail on one machine: a directory of .eml files to look at, or a mail server spoken to by SMTP."""

import asyncio
import secrets
from collections.abc import Callable, Generator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from chaupal.kernel.clock import SECOND
from chaupal.ports.mail import Letter, NotAsked, NotReached, is_gone

if TYPE_CHECKING:
    from email.message import EmailMessage
    from email.policy import Compat32
    from smtplib import SMTP

PATIENCE = 20  # seconds for each word of a mail server
REST = 60  # seconds for which one that hung is left alone
THIS_MACHINE = ("localhost", "127.0.0.1", "::1")

type Name = Callable[[Letter], str]  # what a letter is known by where it comes back: a Message-ID


@cache
def _policy() -> "Compat32":
    """The library's older one: with the newer a letter took more than twice as long."""
    from email.policy import Compat32

    class Unfolded(Compat32):
        """An address by which one unsubscribes stands where programs look for it: the library begins a line with a long one."""

        def fold_binary(self, name: str, value: str) -> bytes:
            if name == "List-Unsubscribe":
                return f"{name}: {value}{self.linesep}".encode()
            return super().fold_binary(name, value)

    return Unfolded()


def message(letter: Letter, sender: str, name: Name) -> "EmailMessage":
    """The letter as a message. Raises ValueError where a header was tampered with (line breaks)."""
    from email.contentmanager import raw_data_manager  # brought in with the first letter
    from email.header import Header
    from email.message import EmailMessage
    from email.utils import formataddr, formatdate, getaddresses

    if any(len(f"{text}.".splitlines()) > 1 for text in (sender, letter.to, letter.subject, letter.stop)):
        raise ValueError("a header is one line")

    def called(name: str) -> str:  # in words of a header's length, of which `formataddr` makes one, however long
        return name if name.isascii() else Header(name, header_name="From").encode()

    mail = EmailMessage(_policy())
    mail["From"], mail["To"] = (
        ", ".join(formataddr((called(name), address)) for name, address in getaddresses([people]))
        for people in (sender, letter.to)
    )
    mail["Subject"], mail["Date"] = Header(letter.subject, header_name="Subject"), formatdate()
    mail["Message-ID"], mail["Auto-Submitted"] = name(letter), "auto-generated"  # RFC 3834: absences answer none such
    if letter.stop:
        mail["List-Unsubscribe"], mail["List-Unsubscribe-Post"] = f"<{letter.stop}>", "List-Unsubscribe=One-Click"
    # Where mailboxes are one file a letter begins with `From `: the library, and servers on the way, put a `>` before such a line.
    encoded = "base64" if "\nFrom " in f"\n{letter.body}" else None
    mail.set_content(letter.body, content_manager=raw_data_manager, cte=encoded)
    return mail


class MailToFiles:
    """Each letter a file, newest last by name: for trying out, and for operators who forward mail themselves."""

    carries = False  # nobody knows what becomes of them

    def __init__(self, root: Path, sender: str, name: Name) -> None:
        self._root = root
        self._sender = sender
        self._name = name

    async def send(self, letter: Letter) -> None:
        await asyncio.to_thread(self._send, letter)

    async def try_out(self) -> None:
        pass

    def _send(self, letter: Letter) -> None:
        self._root.mkdir(parents=True, exist_ok=True)
        number = sum(1 for _ in self._root.glob("*.eml"))
        name = f"{number:06d}-{secrets.token_hex(3)}.eml"
        (self._root / name).write_bytes(bytes(message(letter, self._sender, self._name)))


class MailBySmtp:
    """`smtp://user:password@host:port`, or smtps:// for TLS from the start."""

    carries = True

    def __init__(self, url: str, sender: str, name: Name) -> None:
        self._parts = urlsplit(url)
        self._hangs_until = 0.0  # by the monotonic clock
        self._sender = sender
        self._name = name

    async def send(self, letter: Letter) -> None:
        await asyncio.to_thread(self._send, letter)

    async def try_out(self) -> None:
        await asyncio.to_thread(self._try_out)

    def _try_out(self) -> None:
        with self._come_in():
            pass

    @contextmanager
    def _come_in(self) -> "Generator[SMTP]":
        """As `_connected`. One that hung is not asked again at once: letters leave one by one, and what follows from what people do waits
        behind them.
        """
        began = monotonic()
        if began < self._hangs_until:
            raise NotAsked(round((self._hangs_until - began) * SECOND) + 1)
        try:
            with self._connected() as server:
                yield server
        except OSError:
            if monotonic() - began >= PATIENCE:
                self._hangs_until = monotonic() + REST
            raise

    @contextmanager
    def _connected(self) -> "Generator[SMTP]":
        """Over TLS wherever the server has it; who it is has to be proved where a password is told to another machine."""
        import smtplib
        import ssl

        parts = self._parts
        host, secret = parts.hostname or "localhost", parts.username
        trusted = ssl.create_default_context() if secret and host not in THIS_MACHINE else None
        with (
            smtplib.SMTP_SSL(host, parts.port or 0, timeout=PATIENCE, context=trusted)
            if parts.scheme == "smtps"
            else smtplib.SMTP(host, parts.port or 0, timeout=PATIENCE)
        ) as server:
            server.ehlo_or_helo_if_needed()  # what it has is known only then
            if parts.scheme == "smtp" and server.has_extn("starttls"):
                server.starttls(context=trusted)
            elif parts.scheme == "smtp" and trusted:  # or somebody on the way has taken the word for it out
                raise smtplib.SMTPNotSupportedError("it has no STARTTLS, and is told no password in clear")
            if secret:
                server.login(unquote(secret), unquote(parts.password or ""))
            yield server

    def _send(self, letter: Letter) -> None:
        import smtplib

        with self._come_in() as server:
            try:
                server.send_message(message(letter, self._sender, self._name))
            except smtplib.SMTPRecipientsRefused as refused:
                if any(is_gone(said.decode(errors="replace")) for _, said in refused.recipients.values()):
                    raise NotReached(letter.to) from refused
                raise

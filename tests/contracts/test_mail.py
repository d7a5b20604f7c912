"""What every carrier of mail must do; a new one is added to CARRIERS and passes all of this."""

import asyncio
import contextlib
import email
import email.policy
import smtplib
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from email.header import decode_header, make_header
from email.message import EmailMessage
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer

import pytest

from certificates import certificate
from chaupal.app import check
from chaupal.ports import mail_local
from chaupal.ports.mail import Letter, Mail, NotAsked, NotReached
from chaupal.ports.mail_local import MailBySmtp, MailToFiles

SENDER = "chaupal@example.org"
NAME = "<1.2@example.org>"
LETTER = Letter(
    to="asha@example.org", subject="अपना पासवर्ड बदलें", body="नमस्ते आशा,\n\nhttps://example.org/reset/abc?x=1&y=2\n.\nअंत\n"
)


def named(_: Letter) -> str:
    return NAME


class Carrier:
    """A way of sending, and what arrived by it."""

    def __init__(self, mail: Mail) -> None:
        self.mail = mail

    def arrived(self) -> list[EmailMessage]:
        return [read(data) for data in self.written()]

    def written(self) -> list[bytes]:
        """What arrived, as it was sent."""
        raise NotImplementedError


class ToFiles(Carrier):
    def __init__(self, folder: Path) -> None:
        super().__init__(MailToFiles(folder / "mail", SENDER, named))
        self.folder = folder / "mail"

    def written(self) -> list[bytes]:
        return [path.read_bytes() for path in sorted(self.folder.glob("*.eml"))]


class BySmtp(Carrier):
    def __init__(self, office: "PostOffice") -> None:
        super().__init__(MailBySmtp(f"smtp://127.0.0.1:{office.server_address[1]}", SENDER, named))
        self.office = office

    def written(self) -> list[bytes]:
        return self.office.taken


class PostOffice(ThreadingTCPServer):
    """Enough of RFC 5321 to take a mail in, or to refuse its receiver. `tls`: it has STARTTLS (RFC 3207), and takes passwords only then."""

    allow_reuse_address = True
    daemon_threads = True
    refuses = ""
    tls: ssl.SSLContext | None = None
    stripped = False  # somebody between us takes its STARTTLS out

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Counter)
        self.taken: list[bytes] = []
        self.passwords: list[bool] = []  # each time one came: whether over TLS


class Counter(StreamRequestHandler):
    server: PostOffice  # pyrefly: ignore[bad-override-mutable-attribute] - it serves no other

    def handle(self) -> None:
        self.say("220 post office")
        while line := self.rfile.readline():
            match line.split()[0].upper():
                case b"DATA":
                    self.say("354 go on")
                    self.server.taken.append(self.take())
                    self.say("250 taken")
                case b"EHLO" if self.server.stripped:
                    self.say("250-post office")
                    self.say("250 AUTH PLAIN")
                case b"EHLO" if self.server.tls:
                    self.say("250-post office")
                    self.say("250 AUTH PLAIN" if self.secure else "250 STARTTLS")
                case b"STARTTLS" if self.server.tls:
                    self.say("220 go on")
                    self.request = self.server.tls.wrap_socket(self.request, server_side=True)
                    self.setup()
                case b"AUTH":
                    self.server.passwords.append(self.secure)
                    self.say("235 come in" if self.secure else "530 5.7.0 STARTTLS first")
                case b"RCPT" if self.server.refuses:
                    self.say(f"550 {self.server.refuses}")
                case b"QUIT":
                    self.say("221 bye")
                    return
                case _:
                    self.say("250 ok")

    @property
    def secure(self) -> bool:
        return isinstance(self.connection, ssl.SSLSocket)

    def say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())

    def take(self) -> bytes:
        lines: list[bytes] = []
        while (line := self.rfile.readline()) != b".\r\n":
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        return b"".join(lines)


def read(data: bytes) -> EmailMessage:
    return email.message_from_bytes(data, policy=email.policy.default)


@pytest.fixture
def office() -> Iterator[PostOffice]:
    with PostOffice() as office:
        threading.Thread(target=office.serve_forever, args=(0.02,), daemon=True).start()
        yield office
        office.shutdown()


@pytest.fixture(params=["files", "smtp"])
def carrier(request: pytest.FixtureRequest, tmp_path: Path, office: PostOffice) -> Carrier:
    return ToFiles(tmp_path) if request.param == "files" else BySmtp(office)


async def test_a_letter_arrives_as_it_was_written(carrier: Carrier):
    await carrier.mail.send(LETTER)
    (mail,) = carrier.arrived()
    assert (mail["From"], mail["To"], mail["Subject"], mail["Message-ID"]) == (SENDER, LETTER.to, LETTER.subject, NAME)
    assert mail["Date"].datetime is not None
    assert mail.get_content_type() == "text/plain"
    assert mail.get_content().replace("\r\n", "\n") == LETTER.body


BODIES = {
    "7bit": "plain\n\n.\nas far as here\n",
    "8bit": "नमस्ते\n\n.\nयहाँ तक\n",
    "quoted-printable": "as Aśoka said = so it is " * 50 + "\n",
    "base64": "लंबी बात " * 300 + "\n",
    "base64 for mailboxes": "From here\nhe says:\nFrom there\n",
}
CALLED = "आशा, ज़िला सूचना कार्यालय, सूचना और प्रसारण विभाग, पुणे"  # a comma stands in quotes
SUBJECTS = ("", "plain", "क" * 300, "plain, and long " * 20 + "end", "a\tb", "ก" + "e\u0301 " * 40 + "😀")


@pytest.mark.parametrize("encoded", BODIES)
async def test_whatever_is_written_arrives_in_lines_that_every_server_takes(carrier: Carrier, encoded: str):
    """Lines of headers, and of what is encoded, have 78 bytes at most (RFC 5322, 2.1.1), but for an address that cannot be folded."""
    stop = f"https://example.org/stop/{'x' * 80}"
    for subject in SUBJECTS:
        letter = Letter(to=f'"{CALLED}" <asha@example.org>', subject=subject, body=BODIES[encoded], stop=stop)
        await carrier.mail.send(letter)
    for subject, data, mail in zip(SUBJECTS, carrier.written(), carrier.arrived(), strict=True):
        assert (mail["Subject"], mail["Content-Transfer-Encoding"]) == (subject, encoded.split()[0])
        assert mail.get_content().replace("\r\n", "\n") == BODIES[encoded]
        assert [one.addr_spec for one in mail["To"].addresses] == ["asha@example.org"]
        # The newer reader sees a blank between two encoded words of a name, where none is (RFC 2047, 6.2).
        to = email.message_from_bytes(data)["To"]
        assert str(make_header(decode_header(to))) == f"{CALLED} <asha@example.org>"
        assert mail["List-Unsubscribe"] == f"<{stop}>"
        assert data.isascii() == (encoded != "8bit")
        assert [line for line in data.splitlines() if len(line) > 78] == [b"List-Unsubscribe: <%s>" % stop.encode()]
        assert not any(part.defects for part in (mail, *mail.values()))


async def test_letters_arrive_each_for_itself_and_in_order(carrier: Carrier):
    for number in range(3):
        await carrier.mail.send(Letter(to=f"r{number}@example.org", subject=str(number), body="x"))
    assert [mail["To"] for mail in carrier.arrived()] == [f"r{number}@example.org" for number in range(3)]


async def test_no_word_of_a_person_becomes_a_header(carrier: Carrier):
    for letter in (
        Letter(to="asha@example.org", subject="hello\r\nBcc: everybody@example.org", body="x"),
        Letter(to="asha@example.org\nBcc: everybody@example.org", subject="hello", body="x"),
        Letter(to="asha@example.org", subject="the library ends a line\x0bhere, too", body="x"),
    ):
        with pytest.raises(ValueError):  # noqa: PT011 - the library's own words
            await carrier.mail.send(letter)
    assert carrier.arrived() == []


async def test_many_letters_at_once_all_arrive(carrier: Carrier):
    letters = [Letter(to=f"r{number}@example.org", subject="s", body=str(number)) for number in range(10)]
    await asyncio.gather(*(carrier.mail.send(letter) for letter in letters))
    assert {mail.get_content().strip() for mail in carrier.arrived()} == {str(number) for number in range(10)}


async def test_a_carrier_that_does_not_take_it_says_so(office: PostOffice, tmp_path: Path):
    for refusal, kind in (
        ("5.7.1 not from you", smtplib.SMTPException),
        ("5.1.1 nobody here by that name", NotReached),
    ):
        office.refuses = refusal
        with pytest.raises(kind):
            await BySmtp(office).mail.send(LETTER)
    with pytest.raises(OSError):  # noqa: PT011 - nobody listens there
        await MailBySmtp("smtp://127.0.0.1:9", SENDER, named).send(LETTER)
    (told,) = await check.doubts_of_mail(MailBySmtp("smtp://127.0.0.1:9", SENDER, named))
    assert "smtp_url" in told and "Connection refused" in told
    assert await check.doubts_of_mail(BySmtp(office).mail) == []
    assert await check.doubts_of_mail(MailBySmtp("smtp://mail..example.org", SENDER, named)), "no host is called so"
    (tmp_path / "mail").write_text("a file where the folder should be")
    with pytest.raises(OSError):  # noqa: PT011
        await MailToFiles(tmp_path / "mail", SENDER, named).send(LETTER)


async def test_a_password_is_told_over_tls_alone_to_whoever_proves_who_they_are(
    office: PostOffice, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    pem = certificate(tmp_path, "localhost")
    office.tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    office.tls.load_cert_chain(pem)
    mail = MailBySmtp(f"smtp://asha:secret@localhost:{office.server_address[1]}", SENDER, named)
    await mail.try_out()
    await mail.send(LETTER)
    assert office.passwords == [True, True]
    assert len(office.taken) == 1, "nothing is handed over to try it out"
    monkeypatch.setattr(mail_local, "THIS_MACHINE", ())
    with pytest.raises(ssl.SSLCertVerificationError):  # nobody vouches for it
        await mail.send(LETTER)
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    await mail.try_out()
    office.stripped = True
    with pytest.raises(smtplib.SMTPNotSupportedError, match="STARTTLS"):
        await mail.send(LETTER)
    assert office.passwords == [True] * 3


async def test_a_mail_server_that_hangs_holds_up_one_letter_and_not_all(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(mail_local, "PATIENCE", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:  # connections are taken, and nobody answers
        silent.settimeout(0)
        mail = MailBySmtp(f"smtp://127.0.0.1:{silent.getsockname()[1]}", SENDER, named)
        for calls, told in ((1, smtplib.SMTPServerDisconnected), (0, NotAsked), (0, NotAsked)):
            with pytest.raises(told):
                await mail.send(LETTER)
            assert taken(silent) == calls
        monkeypatch.setattr(mail_local, "monotonic", lambda: time.monotonic() + mail_local.REST)
        with pytest.raises(OSError):  # noqa: PT011
            await mail.send(LETTER)
        assert taken(silent) == 1, "it is asked again in time"


def taken(server: socket.socket) -> int:
    """How many have called since."""
    found = 0
    with contextlib.suppress(BlockingIOError):
        while True:
            server.accept()[0].close()
            found += 1
    return found

"""Letters as they came: what is taken, whose signature holds, that nobody reads them from the disk, and who looked."""

import asyncio
from pathlib import Path
from typing import Any

import msgspec
import pytest

from chaupal.governance import keyring
from chaupal.governance.orders import documents, orders, signatures
from chaupal.governance.orders.documents import Bringer, Brought
from chaupal.governance.orders.signatures import Check
from chaupal.kernel.clock import DAY
from chaupal.kernel.errors import Invalid, NotAllowed, NotFound, Problem, TooLarge
from chaupal.kernel.key_files import load_or_make_seed
from chaupal.policy.viewer import Role
from chaupal.social.media import media
from chaupal.store.court import access_audit as looks
from chaupal.store.court.documents import Document
from court import Bench, staff
from letters import Signer, added_to, letter, locked

PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)
EML = "From: {}\nTo: a@chaupal.example\nSubject: Order\n\nBlock @meera."


@pytest.fixture(scope="module")
def officer() -> Signer:
    return Signer("A. Sharma, Designated Officer")


async def taken(bench: Bench, data: bytes, name: str = "letter.pdf", **of: Any) -> Document:
    authority = msgspec.structs.replace(bench.ministry, **of)
    files = bench.street.square.files
    (document,) = await documents.take_in(bench.court, files, Bringer(bench.clerk.me), [Brought(name, data)], authority)
    return document


@pytest.fixture(scope="module")
def signed(officer: Signer) -> bytes:
    """pyHanko signs on a loop of its own, so not within a test that has one."""
    return officer.sign(letter())


@pytest.fixture(scope="module")
def changed(signed: bytes) -> bytes:
    return added_to(signed)


# --- signatures ---


def test_a_letter_without_signature_is_said_to_have_none():
    assert signatures.check_pdf(letter(), (), "") == signatures.ABSENT


def test_a_signature_holds_by_the_authoritys_key_or_a_trust_root_and_is_else_unverifiable(
    officer: Signer, tmp_path: Path
):
    signed = officer.sign(letter())
    found = signatures.check_pdf(signed, (), "")
    assert (found.check, found.known, found.key) == (Check.UNVERIFIABLE, False, officer.fingerprint)
    assert "A. Sharma" in found.signer
    assert signatures.check_pdf(signed, (officer.fingerprint,), "").check is Check.VALID
    by_root = signatures.check_pdf(signed, ("ab" * 32,), officer.vouch(tmp_path / "roots"))
    assert (by_root.check, by_root.known) == (Check.VALID, False)
    other = signatures.check_pdf(signed, (), Signer("Somebody else").vouch(tmp_path / "others"))
    assert other.check is Check.UNVERIFIABLE


def test_a_letter_that_was_changed_after_it_was_signed_is_invalid(officer: Signer):
    signed = officer.sign(letter())
    keys = (officer.fingerprint,)
    at = signed.index(b"/MediaBox")
    forged = signed[:at] + b"/MediaBoy" + signed[at + 9 :]
    assert signatures.check_pdf(forged, keys, "").check is Check.INVALID
    assert signatures.check_pdf(added_to(signed), keys, "").check is Check.INVALID


@pytest.mark.parametrize(
    "spoil",
    [
        lambda d: d[: len(d) // 2],
        lambda d: d[:40],
        lambda d: b"%PDF-1.7\n",
        lambda d: d.replace(b"/Pages", b"/Pagez"),
        lambda d: d.replace(b"/Root", b"/Roox"),
        lambda d: b"%PDF-1.7\n" + bytes(range(256)) * 40,
    ],
)
def test_a_damaged_pdf_is_told_so(spoil: Any):
    with pytest.raises(Invalid) as caught:
        signatures.check_pdf(spoil(letter()), (), "")
    assert caught.value.details == {"document": "is a damaged PDF"}


def test_a_locked_pdf_is_told_so():
    with pytest.raises(Invalid) as caught:
        signatures.check_pdf(locked(), (), "")
    assert caught.value.details == {"document": "is locked with a password"}


# --- taking in ---


async def test_what_is_stored_is_encrypted_and_opens_again(bench: Bench):
    data = letter()
    document = await taken(bench, data)
    stored = await bench.street.square.files.get(document.key)
    assert stored is not None and b"PDF" not in stored and data[:50] not in stored
    assert await documents.plain(bench.court, bench.street.square.files, document) == data
    assert "letter" not in document.key and str(document.id) not in document.key


async def test_a_file_that_was_changed_or_moved_under_another_row_does_not_open(bench: Bench):
    files = bench.street.square.files
    one, two = await taken(bench, b"first letter", "a.txt"), await taken(bench, b"second letter", "b.txt")
    await files.put(one.key, (await files.get(two.key)) or b"")
    with pytest.raises(Problem):
        await documents.plain(bench.court, files, one)
    with pytest.raises(Problem):
        await documents.plain(bench.court, files, msgspec.structs.replace(one, key=two.key, nonce=two.nonce))


async def test_without_its_key_nothing_is_taken_in_under_a_new_one(bench: Bench):
    # It does not follow from the house's key.
    load_or_make_seed(bench.court.keys.folder / documents.KEY, bytes(range(32)))
    await keyring.check(bench.court.work, bench.court.settings)
    await taken(bench, b"first letter", "a.txt")
    (bench.court.keys.folder / documents.KEY).unlink()
    with pytest.raises(Problem, match="restore it"):
        await taken(bench, b"second letter", "b.txt")


@pytest.mark.parametrize(
    ("name", "data", "mime", "kept_as"),
    [
        ("order.pdf", None, "application/pdf", "order.pdf"),
        ("scan.jpg", b"\xff\xd8\xff\xe0" + bytes(9), "image/jpeg", "scan.jpg"),
        ("scan.exe", PNG, "image/png", "scan.png"),
        ("पत्र.txt", "आदेश".encode(), "text/plain", "पत्र.txt"),
        ("../../x\n.txt", "आदेश".encode("utf-16"), "text/plain", "x_.txt"),
        ("mail.eml", EML.format("do@meity.gov.in").encode(), "message/rfc822", "mail.eml"),
    ],
)
async def test_what_a_document_is_its_bytes_say(bench: Bench, name: str, data: bytes | None, mime: str, kept_as: str):
    document = await taken(bench, letter() if data is None else data, name)
    assert (document.mime, document.name) == (mime, kept_as)


@pytest.mark.parametrize("data", [b"", b"MZ\x90\x00\x03\x00", b"PK\x03\x04\xff\xff\x00", b"<html\0>", b"   \n"])
async def test_what_is_no_document_is_refused(bench: Bench, data: bytes):
    with pytest.raises(Invalid) as caught:
        await taken(bench, data, "order.pdf")
    assert "document" in caught.value.details


async def test_too_large_and_too_many_are_refused(bench: Bench, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(documents, "BIGGEST", 100)
    with pytest.raises(TooLarge):
        await taken(bench, b"x" * 101, "a.txt")
    with pytest.raises(Invalid):
        await documents.take_in(
            bench.court, bench.street.square.files, Bringer(1), [Brought("a.txt", b"x")] * 11, bench.ministry
        )


# --- whose it is ---


async def test_only_a_signature_by_the_authoritys_own_key_or_its_own_account_verifies_an_origin(
    bench: Bench, officer: Signer, signed: bytes, changed: bytes
):
    known = await taken(bench, signed, keys=(officer.fingerprint,))
    unknown = await taken(bench, signed)
    plain = await taken(bench, b"please block", "a.txt")
    forged = await taken(bench, changed, keys=(officer.fingerprint,))

    def origin(*of: Document, portal: bool = False) -> tuple[str, str]:
        return documents.origin_of(of, known=portal)

    assert origin(known) == ("valid", "verified")
    assert origin(unknown) == ("unverifiable", "unverified")
    assert origin(plain) == ("absent", "unverified")
    assert origin() == ("absent", "unverified")
    assert origin(plain, portal=True) == ("absent", "verified")
    assert origin(known, forged) == ("invalid", "mismatch")
    assert origin(forged, portal=True) == ("invalid", "mismatch")


@pytest.mark.parametrize(
    ("sender", "origin"),
    [
        ("DO <do@meity.gov.in>", "unverified"),
        ("do@rneity.gov.in", "mismatch"),
        ("do@meity.gov.in.evil.net", "mismatch"),
        ("do@gmail.com", "unverified"),
        ("=?utf-8?q?=ff?=", "unverified"),
        ("@@@<>", "unverified"),
    ],
)
async def test_a_mail_verifies_nothing_and_one_from_a_lookalike_domain_is_a_mismatch(
    bench: Bench, sender: str, origin: str
):
    document = await taken(bench, EML.format(sender).encode(), "m.eml", email_domain="meity.gov.in")
    assert documents.origin_of([document], known=False).origin == origin


# --- opening ---


async def test_staff_open_a_document_when_they_say_what_for_and_that_is_written_down(bench: Bench):
    files = bench.street.square.files
    document = await taken(bench, b"a letter", "a.txt")
    for viewer, purpose, problem in (
        (staff(bench.meera, Role.MEMBER), "curious about it", NotAllowed),
        (bench.asha, " x ", Invalid),
    ):
        with pytest.raises(problem):
            await documents.open_for_staff(bench.court, files, viewer, document.id, purpose)
    with pytest.raises(NotFound):
        await documents.open_for_staff(bench.court, files, bench.asha, 7, "to decide")
    opened = await documents.open_for_staff(bench.court, files, bench.asha, document.id, "to decide about target 1")
    assert opened.data == b"a letter"
    async with bench.court.work.reading() as reading:
        (look,) = await looks.looks_below(reading, 2**62, 10)
    assert (look.by, look.what, look.of) == (bench.asha.me, "document", str(document.id))
    assert look.purpose == "to decide about target 1"


async def test_a_document_with_which_nothing_was_filed_is_forgotten(bench: Bench, clock: Any):
    files = bench.street.square.files
    document = await taken(bench, b"a letter", "a.txt")
    assert await documents.sweep(bench.court, files) == 0
    clock.move(3 * DAY)
    assert await documents.sweep(bench.court, files) == 1
    assert await files.get(document.key) is None


class Killed(BaseException):
    """Nothing that comes after it is carried out."""


@pytest.mark.parametrize("there", [0, 1], ids=["before a file", "between two"])
async def test_of_a_process_that_dies_while_letters_come_no_file_stays(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, there: int
):
    files, put = bench.street.square.files, bench.street.square.files.put
    came: list[str] = []

    async def dies(key: str, data: bytes) -> None:
        if len(came) == there:
            raise Killed
        came.append(key)
        await put(key, data)

    with monkeypatch.context() as dying, pytest.raises(Killed):
        dying.setattr(files, "put", dies)
        letters = [Brought(f"{number}.txt", b"a letter") for number in range(2)]
        await documents.take_in(bench.court, files, Bringer(bench.clerk.me), letters, bench.ministry)
    assert len(await kept_files(bench)) == there
    bench.street.clock.move(3 * DAY)
    assert await documents.sweep(bench.court, files) == 2
    assert await kept_files(bench) == []


async def test_of_a_process_that_dies_while_letters_are_swept_no_file_stays(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
):
    files = bench.street.square.files
    await taken(bench, b"a letter", "a.txt")
    bench.street.clock.move(3 * DAY)

    async def dies(_: str) -> None:
        raise Killed

    with monkeypatch.context() as dying, pytest.raises(Killed):
        dying.setattr(files, "drop", dies)
        await documents.sweep(bench.court, files)
    await media.sweep(bench.street.square)
    assert await kept_files(bench) == []


async def test_of_letters_that_cannot_be_kept_neither_row_nor_file_stays(bench: Bench, monkeypatch: pytest.MonkeyPatch):
    files = bench.street.square.files

    async def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as filled, pytest.raises(OSError, match="space"):
        filled.setattr(files, "put", full)
        await taken(bench, b"a letter", "a.txt")
    bench.street.clock.move(3 * DAY)
    assert await documents.sweep(bench.court, files) == 0


async def kept_files(bench: Bench) -> list[str]:
    return [key async for key in bench.street.square.files.every()]


async def test_a_letter_that_was_lost_or_changed_is_found_by_the_check(bench: Bench):
    files = bench.street.square.files
    whole, lost, changed = [await taken(bench, f"letter {n}".encode(), f"{n}.txt") for n in range(3)]
    for number, one in enumerate((whole, lost, changed)):
        await orders.receive(bench.court, bench.clerk, bench.form(reference_no=f"R {number}"), [one])
    assert await documents.faults(bench.court, files) == []
    await files.drop(lost.key)
    await files.put(changed.key, bytes(40))
    told = await documents.faults(bench.court, files)
    assert [str(lost.id) in told[0], str(changed.id) in told[1], len(told)] == [True, True, 2]


async def test_two_take_in_documents_at_once_with_one_key(bench: Bench):
    both = await asyncio.gather(taken(bench, b"one", "a.txt"), taken(bench, b"two", "b.txt"))
    files = bench.street.square.files
    assert [await documents.plain(bench.court, files, one) for one in both] == [b"one", b"two"]

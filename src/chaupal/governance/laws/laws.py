"""The laws that the house judges by, in the log: each file's digest, when it is first read and whenever it is another; and its text."""

from datetime import date
from hashlib import sha256
from pathlib import Path

import msgspec

from chaupal.governance import regimes
from chaupal.governance.context import Court
from chaupal.governance.laws import house_rules
from chaupal.governance.log import log
from chaupal.kernel.errors import NotFound, Problem
from chaupal.store.court import docket, ledger
from chaupal.store.machine import marks
from chaupal_audit.law.dates import Dated
from chaupal_audit.log import entries

MARK = "laws_logged"  # ref -> the SHA-256 that was logged last, as JSON
KEPT = "laws_kept"  # SHA-256 of every file that was ever judged by -> what it is, as JSON
TEXT = "law:"  # with the SHA-256: the file's text, as it was when it was logged


async def log_laws(court: Court) -> int:
    """Enter every regime and every version of the house's rules whose file is not the one that was logged; how many.

    The text of each is kept, for the file may be another one day, and whoever audits the log asks for it (`text`).
    Called when the server starts, before it judges anything by them.
    """
    await _keep_texts(court)
    loaded = _loaded(court)
    async with court.work.reading() as reading:
        known = _read(await marks.read(reading, MARK))
    if all(known.get(ref) == public.sha256 for ref, (_, public) in loaded.items()):
        return 0
    async with court.work.writing() as w:
        await ledger.hold(w)
        known = _read(await marks.read(w, MARK))
        fresh = {ref: act for ref, act in loaded.items() if known.get(ref) != act[1].sha256}
        for about, public in fresh.values():
            await log.append(court, w, about, public)
        digests = known | {ref: public.sha256 for ref, (_, public) in fresh.items()}
        await marks.write(w, MARK, msgspec.json.encode(digests).decode())
    return len(fresh)


async def text(court: Court, digest: str) -> bytes:
    """The file of law that hashes to `digest` (hex), as it was when the log first cited it. Raises NotFound."""
    async with court.work.reading() as reading:
        if digest not in _read(await marks.read(reading, KEPT)):
            raise NotFound
        return (await marks.read(reading, TEXT + digest)).encode()


async def kept(court: Court) -> dict[str, str]:
    """SHA-256 (hex) of every file that the log cites -> the law that it is."""
    async with court.work.reading() as reading:
        return _read(await marks.read(reading, KEPT))


async def _keep_texts(court: Court) -> None:
    found: dict[str, Dated] = {law.digest: law for law in (*court.regimes.all(), *court.rules.all())}
    if found.keys() <= (await kept(court)).keys():
        return
    async with court.work.writing() as w:
        await ledger.hold(w)
        known = _read(await marks.read(w, KEPT))
        fresh = {digest: law.ref for digest, law in found.items() if digest not in known}
        for digest in fresh:
            await marks.write(w, TEXT + digest, _file(court, found[digest]).decode())
        await marks.write(w, KEPT, msgspec.json.encode(known | fresh).decode())


def _file(court: Court, law: Dated) -> bytes:
    """The bytes that a law was read from. Raises Problem where its file has changed since."""
    data = Path(court.settings.data)
    for folder in (data / "regimes", data / "rules", regimes.SHIPPED, house_rules.SHIPPED):
        path = folder / law.file
        if path.is_file() and sha256(raw := path.read_bytes()).hexdigest() == law.digest:
            return raw
    raise Problem(f"{law.file} is not the file any more that was read as {law.ref}; start again")


async def check_cited(court: Court) -> None:
    """Every law under which something was taken in must still be there. Raises Problem with those that are not.

    Called when the server starts: without its law a matter could neither be decided nor lifted.
    """
    async with court.work.reading() as reading:
        cited = await docket.cited_regimes(reading)
    known = {(regime.id, regime.version) for regime in court.regimes.all()}
    if missing := sorted(set(cited) - known):
        names = ", ".join(f"{id_}@{version}" for id_, version in missing)
        raise Problem(
            f"Orders were taken in under laws whose files are gone: {names}. Put them back into DATA/regimes."
        )


def _loaded(court: Court) -> dict[str, tuple[str, entries.Regime | entries.Policy]]:
    """ref -> (ref of the entry, what it says) of every law in use."""
    found: dict[str, tuple[str, entries.Regime | entries.Policy]] = {}
    for one in court.regimes.all():
        begins, ends = _day(one.effective_from), _day(one.effective_to)
        found[one.ref] = (
            one.ref,
            entries.Regime(id=one.id, version=one.version, sha256=one.digest, start=begins, to=ends),
        )
    for book in court.rules.all():
        found[book.ref] = "house-rules", entries.Policy(version=book.version, sha256=book.digest)
    return found


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _read(text: str) -> dict[str, str]:
    return msgspec.json.decode(text or "{}", type=dict[str, str])

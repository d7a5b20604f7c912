"""A copy of somebody's log in a directory: only what is missing is fetched, and all of it is verified from there."""

import asyncio
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import islice
from pathlib import Path
from threading import Lock

import httpx2
import msgspec

from chaupal_audit import tlog
from chaupal_audit.errors import Malformed
from chaupal_audit.log.entries import Entry
from chaupal_audit.log.fetching import ENTRIES_LIMIT, NOTE_LIMIT, TILE_LIMIT, Fetch, http_fetch
from chaupal_audit.log.findings import Broken, Fault, LogReport
from chaupal_audit.log.openings import check_openings, read_openings
from chaupal_audit.log.verify import Trust, begin_report, read_head, recount_log
from chaupal_audit.tlog.entries import COVER

type Progress = Callable[[int, int], None]

AT_ONCE = 8  # requests on the way at a time
OTHER = "checkpoint.other"  # what a log signed that had signed another history before


async def mirror(
    url: str,
    key: str | None,
    into: Path,
    progress: Progress | None = None,
    *,
    origin: str | None = None,
    policy: tlog.Policy | None = None,
    seen: Sequence[str] = (),
    fetch: Fetch | None = None,
) -> LogReport:
    """Bring the directory `into` up to the log at `url`, count it again from there, and report; see `verify_log`.

    `key`: the log's vkey; without it the one that `into` was begun with, else the log's own. A log that does not extend
    what `into` holds, or what others have `seen` (texts of checkpoints), is reported as forked, and what it signed now stands
    in `into` as `checkpoint.other`. `progress(done, of)` counts files, from another thread. The copy's `checkpoint` changes only
    when everything under it was verified. Raises OSError where `into` cannot be written.
    """
    kept = _kept(into / "checkpoint")
    known = key or _kept(into / "key").strip() or None
    trust = Trust(known, [*([kept] if kept else []), *seen], origin, policy)
    report = begin_report(url, key)
    return await asyncio.to_thread(_mirror, report, trust, into, progress or _in_silence, fetch)


def entries(into: Path) -> Iterator[tuple[int, bytes]]:
    """(index, entry) of everything in a mirror that was verified, in order. Raises Broken for a copy that is not whole."""
    size = mirrored_size(into)
    for n in range(-(-size // tlog.TILE)):
        width = min(tlog.TILE, size - n * tlog.TILE)
        yield from enumerate(_entries_tile(into, n, width), n * tlog.TILE)


def entries_opened(into: Path) -> Iterator[tuple[int, bytes, list[str]]]:
    """The same, each with the disclosures that the log serves beside it. Raises Broken as `entries` does."""
    beside: dict[str, list[str]] = {}
    for index, entry in entries(into):
        if index % tlog.TILE == 0:
            beside = _openings(into, index // tlog.TILE)
        yield index, entry, beside.get(str(index), [])


def after(into: Path, size: int) -> tuple[list[tuple[int, Entry]], int]:
    """What a mirror has after the first `size` entries, by index; and how many entries beside these say nothing, or nothing yet: any
    of them may be a secret act. Raises Broken.
    """
    found = [(index, _head(text)) for index, text in entries(into) if index >= size]
    told = [(index, entry) for index, entry in found if entry.t != COVER]
    return told, len(found) - len(told)


def _head(text: bytes) -> Entry:
    """Of an entry; one that cannot be read is told as such, for it was there."""
    try:
        return msgspec.json.decode(text, type=Entry)
    except (ValueError, RecursionError):
        return Entry("unreadable", "", "", msgspec.Raw(b"{}"))


def first_unlike(into: Path, older: Path, kept: int) -> int | None:
    """The first of `kept` entries that is not the same in two mirrors, as far as the older one goes; None where all are. Raises Broken."""
    pairs = zip(islice(entries(into), kept), entries(older), strict=False)
    return next((index for index, (here, there) in enumerate(pairs) if here != there), None)


def mirrored_size(into: Path) -> int:
    """How many entries of a mirror are verified; 0 where nothing is yet."""
    note = _kept(into / "checkpoint")
    try:
        return tlog.parse_checkpoint(note)[0].size if note else 0
    except Malformed as error:
        raise Broken(Fault.bad_checkpoint, str(into / "checkpoint")) from error


# --- bringing it up to date ---


def _mirror(report: LogReport, trust: Trust, into: Path, progress: Progress, fetch: Fetch | None) -> LogReport:
    into.mkdir(parents=True, exist_ok=True)
    try:
        with httpx2.Client(timeout=15, trust_env=False, limits=httpx2.Limits(max_connections=AT_ONCE)) as client:
            _bring(report, fetch or http_fetch(client), trust, into, progress)
            opened = _bring_openings(report, fetch or http_fetch(client), into)
    except Broken as broken:
        report.fault, report.where = broken.fault, broken.where
        if broken.fault is Fault.forked:  # two texts that one key signed are the proof
            _write(into / OTHER, report.checkpoint.encode())
        return report
    _write(into / "checkpoint", report.checkpoint.encode())
    report.opened = opened
    _write(into / "key", f"{report.vkey}\n".encode())  # another one where the log changed it
    _drop_outgrown(into, report.size)
    return report


def _bring(report: LogReport, fetch: Fetch, trust: Trust, into: Path, progress: Progress) -> None:
    head = read_head(report, _keeping_changes(fetch, report.url, into), trust)
    fresh, kept = _fetch_all(report.url, fetch, head.size, into, progress)
    try:
        recount_log(report, reading(into, report.url), head)
    except Broken as broken:
        # What came today is asked for again the next time; what was verified before stays.
        for path in fresh:
            (into / path).unlink(missing_ok=True)
        if kept and broken.fault is not Fault.forked:
            _blame(report, fetch, head)
        raise


def _blame(report: LogReport, fetch: Fetch, head: tlog.Checkpoint) -> None:
    """The copy does not fit what is signed now: where the log as it is served holds by itself, the copy is at fault. Raises Broken."""
    report.verified = 0
    report.entries.clear()
    report.origins.clear()
    report.refills.clear()
    recount_log(report, fetch, head)
    raise Broken(Fault.bad_copy, report.url)


def _bring_openings(report: LogReport, fetch: Fetch, into: Path) -> int:
    """What is read beside the log, asked for anew each time: it grows by what is published and shrinks by what is erased.

    How many disclosures there are, each of which its entry commits to. A log without them is no worse a log.
    """
    opened = 0
    for n in range(-(-report.size // tlog.TILE)):
        path = f"openings/{n}"
        try:
            body = fetch(f"{report.url}/{path}", ENTRIES_LIMIT)
        except Broken as broken:
            if broken.fault is not Fault.missing:
                raise
            body = b"{}"
        width = min(tlog.TILE, report.size - n * tlog.TILE)
        opened += check_openings(body, _entries_tile(into, n, width), n * tlog.TILE, path)
        _write(into / path, body)
    return opened


def _openings(into: Path, n: int) -> dict[str, list[str]]:
    try:
        return read_openings((into / f"openings/{n}").read_bytes(), f"openings/{n}")
    except FileNotFoundError:
        return {}


def _keeping_changes(fetch: Fetch, url: str, into: Path) -> Fetch:
    """The proofs of changes of keys, and the last checkpoints of older logs, are part of the copy: whoever trusts an old key needs them."""

    def keeping(where: str, limit: int) -> bytes:
        body = fetch(where, limit)
        if (path := where.removeprefix(f"{url}/")).startswith(("change/", "older/")):
            _write(into / path, body)
        return body

    return keeping


def _files(size: int) -> Iterator[tuple[int | None, int, int]]:
    for level, n, width in tlog.tiles(size):
        yield level, n, width
        if level == 0:
            yield None, n, width


def _many(size: int) -> int:
    """How many files a log of `size` has."""
    levels = [-(-(size >> 8 * level) // tlog.TILE) for level in range(8)]
    return levels[0] + sum(levels)


def _fetch_all(url: str, fetch: Fetch, size: int, into: Path, progress: Progress) -> tuple[list[str], int]:
    """Fetch what is missing, a few files at a time: their paths, and how many files were here. Raises the first Broken."""
    # One after the other and never as a list: who signs for 10^17 entries has not served one yet, and memory would not hold it.
    files, turn, of = _files(size), Lock(), _many(size)
    done, kept = list[str](), list[str]()
    broken: list[Broken] = []

    def carry() -> None:
        while not broken:
            with turn:
                part = next(files, None)
            if part is None:
                return
            path = tlog.tile_path(*part)
            if (into / path).exists():
                kept.append(path)
                continue
            try:
                done.append(_fetch_one(url, fetch, part, into))
            except Broken as error:
                broken.append(error)
            progress(len(kept) + len(done), of)

    _side_by_side(carry, AT_ONCE if of else 0)
    if broken:
        raise broken[0]
    return done, len(kept)


def _side_by_side(act: Callable[[], None], many: int) -> None:
    if many:
        with ThreadPoolExecutor(many, "mirror") as pool:
            for task in [pool.submit(act) for _ in range(many)]:
                task.result()


def _fetch_one(url: str, fetch: Fetch, part: tuple[int | None, int, int], into: Path) -> str:
    """Fetch one file, or the full tile where a partial one is no longer served; its path."""
    level, n, width = part
    limit = ENTRIES_LIMIT if level is None else TILE_LIMIT
    for served in dict.fromkeys((width, tlog.TILE)):
        path = tlog.tile_path(level, n, served)
        try:
            _write(into / path, fetch(f"{url}/{path}", limit))
        except Broken as broken:
            if broken.fault is not Fault.missing:
                raise
        else:
            return path
    raise Broken(Fault.missing, tlog.tile_path(level, n, width))


# --- the directory ---


def reading(into: Path, url: str) -> Fetch:
    """A fetch that reads the directory in the log's stead."""

    def fetch(where: str, limit: int) -> bytes:
        path = into / where.removeprefix(f"{url}/")
        try:
            body = path.read_bytes()
        except (FileNotFoundError, NotADirectoryError) as error:
            raise Broken(Fault.missing, where) from error
        if len(body) > limit:
            raise Broken(Fault.too_large, where)
        return body

    return fetch


def _entries_tile(into: Path, n: int, width: int) -> list[bytes]:
    paths = dict.fromkeys((tlog.tile_path(None, n, width), tlog.tile_path(None, n)))
    for path in paths:
        with suppress(FileNotFoundError):
            try:
                return tlog.split_entries((into / path).read_bytes())[:width]
            except Malformed as error:
                raise Broken(Fault.bad_tile, path) from error
    raise Broken(Fault.missing, tlog.tile_path(None, n, width))


def _kept(path: Path) -> str:
    """The text of a file, nothing where there is none."""
    try:
        with path.open("rb") as file:
            return file.read(NOTE_LIMIT).decode()
    except FileNotFoundError:
        return ""
    except UnicodeDecodeError as error:
        raise Broken(Fault.bad_checkpoint, str(path)) from error


def _write(path: Path, body: bytes) -> None:
    """Whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    beside.write_bytes(body)
    beside.replace(path)


def _drop_outgrown(into: Path, size: int) -> None:
    """Partial tiles are kept for the newest checkpoint only."""
    current = {tlog.tile_path(*part) for part in _files(size)}
    for folder in into.glob("tile/**/*.p"):
        for file in folder.iterdir():
            if file.relative_to(into).as_posix() not in current:
                file.unlink()
        with suppress(OSError):
            folder.rmdir()


def _in_silence(done: int, of: int) -> None:
    """Nobody asked how far it is."""

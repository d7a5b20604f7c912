"""The outside verifier: fetches a log over HTTP, recomputes all of it and says the first thing that is wrong.

It trusts the key and nothing else: every leaf, tile and root is computed anew from the entries that were served.
"""

import time
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import urlsplit

import httpx2

from chaupal.governance import tlog
from chaupal.kernel.errors import Malformed

type Fetch = Callable[[str, int], bytes]


class Fault(StrEnum):
    """What is wrong; the surfaces translate it."""

    bad_url = "log_bad_url"
    unreachable = "log_unreachable"
    redirected = "log_redirected"
    missing = "log_missing"
    too_large = "log_too_large"
    bad_key = "log_bad_key"
    bad_checkpoint = "log_bad_checkpoint"
    not_signed = "log_not_signed"
    wrong_origin = "log_wrong_origin"
    bad_earlier = "log_bad_earlier"
    stale = "log_stale"
    forked = "log_forked"
    bad_tile = "log_bad_tile"
    wrong_count = "log_wrong_count"
    entry_differs = "log_entry_differs"
    tile_differs = "log_tile_differs"
    not_canonical = "log_not_canonical"
    root_differs = "log_root_differs"


class KeySource(StrEnum):
    """Where the key came from: a key from the log itself proves only that nothing changed since it was first seen."""

    given = "given"
    first_use = "first_use"


class Broken(Exception):
    """The log does not verify: why, and at which address, path or entry."""

    def __init__(self, fault: Fault, where: str) -> None:
        super().__init__(f"{fault}: {where}")
        self.fault = fault
        self.where = where


@dataclass(slots=True)
class LogReport:
    """What was found. `checkpoint` and `vkey` are worth keeping: give them to the next verification."""

    url: str
    key_source: KeySource
    vkey: str = ""
    checkpoint: str = ""
    origin: str = ""
    size: int = 0
    root: str = ""
    verified: int = 0
    entries: dict[str, int] = field(default_factory=dict[str, int])
    earlier: int | None = None
    fault: Fault | None = None
    where: str = ""

    @property
    def ok(self) -> bool:
        return self.fault is None


# --- Fetching: bounded in bytes and seconds, and never sent elsewhere ---

NOTE_LIMIT = 100_000
KEY_LIMIT = 1_000
TILE_LIMIT = tlog.TILE * 32
ENTRIES_LIMIT = tlog.TILE * (2 + tlog.ENTRY_LIMIT)
FETCH_SECONDS = 60
_HEADERS = {"Accept-Encoding": "gzip, identity", "User-Agent": "chaupal-verify"}


def http_fetch(client: httpx2.Client) -> Fetch:
    """A fetch over `client`, which must not follow redirects: another host could serve this reader another log."""

    def fetch(url: str, limit: int) -> bytes:
        try:
            with client.stream("GET", url, headers=_HEADERS, follow_redirects=False) as answer:
                _check_answer(answer, url)
                return _read_within(answer, url, limit)
        except (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError, zlib.error) as error:
            raise Broken(Fault.unreachable, url) from error

    return fetch


def _check_answer(answer: httpx2.Response, url: str) -> None:
    if 300 <= answer.status_code < 400:
        raise Broken(Fault.redirected, f"{url} -> {answer.headers.get('location', '')[:200]}")
    if answer.status_code in (404, 410):
        raise Broken(Fault.missing, url)
    if answer.status_code != 200 or answer.headers.get("content-encoding", "identity") not in ("gzip", "identity"):
        raise Broken(Fault.unreachable, url)


def _read_within(answer: httpx2.Response, url: str, limit: int) -> bytes:
    """The body, unpacked here so that a few packed bytes cannot fill the memory."""
    packed = answer.headers.get("content-encoding") == "gzip"
    unpack = zlib.decompressobj(wbits=31)
    until = time.monotonic() + FETCH_SECONDS
    body = bytearray()
    for chunk in answer.iter_raw():
        body += unpack.decompress(chunk, limit + 1 - len(body)) if packed else chunk
        if len(body) > limit:
            raise Broken(Fault.too_large, url)
        if time.monotonic() > until:
            raise Broken(Fault.unreachable, url)
    return bytes(body)


# --- Verifying ---


def verify_log(
    url: str,
    vkey: str | None = None,
    *,
    previous_checkpoint: str | None = None,
    origin: str | None = None,
    fetch: Fetch | None = None,
) -> LogReport:
    """Verify the whole log under `url` and report; what the server sends cannot make this raise.

    Without `vkey` the log's own `<url>/key` is taken, and the report says so. `previous_checkpoint` is the text of an
    earlier signed checkpoint, which the log must extend. `origin` is needed where it is not the key's name.
    `fetch(url, limit)` returns at most `limit` bytes or raises Broken.
    """
    report = LogReport(url.rstrip("/"), KeySource.first_use if vkey is None else KeySource.given)
    try:
        _check_url(report.url)
        if fetch is not None:
            _verify(report, fetch, vkey, previous_checkpoint, origin)
        else:
            with httpx2.Client(timeout=15, trust_env=False) as client:
                _verify(report, http_fetch(client), vkey, previous_checkpoint, origin)
    except Broken as broken:
        report.fault, report.where = broken.fault, broken.where
    return report


def _check_url(url: str) -> None:
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and not (parts.query or parts.fragment)
    except ValueError:
        usable = False
    if not usable:
        raise Broken(Fault.bad_url, url)


def _verify(report: LogReport, fetch: Fetch, vkey: str | None, previous: str | None, origin: str | None) -> None:
    key = _key(f"{report.url}/key", fetch, vkey)
    report.vkey = str(key)
    note = _text(fetch(f"{report.url}/checkpoint", NOTE_LIMIT), Fault.bad_checkpoint, f"{report.url}/checkpoint")
    head = _checkpoint(note, key, origin, Fault.bad_checkpoint, f"{report.url}/checkpoint")
    report.checkpoint, report.origin, report.size, report.root = note, head.origin, head.size, head.root.hex()
    earlier = None
    if previous is not None:
        earlier = _checkpoint(previous, key, origin, Fault.bad_earlier, "earlier checkpoint")
        report.earlier = earlier.size
        if earlier.size > head.size:
            raise Broken(Fault.stale, f"{head.size} < {earlier.size}")
    _Recount(report, fetch, head, earlier).run()


def _text(data: bytes, fault: Fault, where: str) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise Broken(fault, where) from error


def _key(url: str, fetch: Fetch, vkey: str | None) -> tlog.VerifyingKey:
    text = _text(fetch(url, KEY_LIMIT), Fault.bad_key, url) if vkey is None else vkey
    try:
        return tlog.VerifyingKey.parse(text)
    except Malformed as error:
        raise Broken(Fault.bad_key, url if vkey is None else "given key") from error


def _checkpoint(note: str, key: tlog.VerifyingKey, origin: str | None, fault: Fault, where: str) -> tlog.Checkpoint:
    try:
        return tlog.verify_checkpoint(note, key, origin)
    except Malformed as error:
        raise Broken(fault, where) from error
    except tlog.NotSigned as error:
        raise Broken(Fault.not_signed, where) from error
    except tlog.WrongOrigin as error:
        raise Broken(Fault.wrong_origin, where) from error


class _Recount:
    """The tree built again from the entries, in memory that grows with its height only.

    Differences are noted and judged at the end: only the signed root tells whether an entry or a tile is the false one.
    """

    def __init__(self, report: LogReport, fetch: Fetch, head: tlog.Checkpoint, earlier: tlog.Checkpoint | None) -> None:
        self.report = report
        self.fetch = fetch
        self.head = head
        self.earlier = earlier
        self.open: list[list[bytes]] = []  # per tile level, the hashes of the tile that is not full yet
        self.closed: list[int] = []  # per tile level, how many tiles are full
        self.differs: tuple[int, str, int] | None = None  # level, path and hash number of the first difference
        self.odd: int | None = None  # the first entry that is not canonical
        self.forked = False

    def run(self) -> None:
        """Read everything; raise Broken with the first fault."""
        self._compare_earlier()
        for n in range(-(-self.head.size // tlog.TILE)):
            for entry in self._entries(n, min(tlog.TILE, self.head.size - n * tlog.TILE)):
                self._push(0, tlog.leaf_hash(entry))
                self._count(entry)
                self._compare_earlier()
        for level, hashes in enumerate(self.open):
            if hashes:
                self._compare(level, self.closed[level], hashes)
        self._judge()

    def _entries(self, n: int, width: int) -> list[bytes]:
        path = tlog.tile_path(None, n, width)
        data, served = self._fetch(None, n, width, ENTRIES_LIMIT)
        try:
            entries = tlog.split_entries(data)
        except Malformed as error:
            raise Broken(Fault.bad_tile, path) from error
        if len(entries) != served:
            raise Broken(Fault.wrong_count, path)
        return entries[:width]

    def _fetch(self, level: int | None, n: int, width: int, limit: int) -> tuple[bytes, int]:
        """(tile, its width). A log may drop a partial tile that has grown full since (tlog-tiles): ask for that."""
        for served in dict.fromkeys((width, tlog.TILE)):
            try:
                return self.fetch(f"{self.report.url}/{tlog.tile_path(level, n, served)}", limit), served
            except Broken as broken:
                if broken.fault is not Fault.missing:
                    raise
        raise Broken(Fault.missing, tlog.tile_path(level, n, width))

    def _push(self, level: int, digest: bytes) -> None:
        if level == len(self.open):
            self.open.append([])
            self.closed.append(0)
        hashes = self.open[level]
        hashes.append(digest)
        if len(hashes) == tlog.TILE:
            self._compare(level, self.closed[level], hashes)
            self.open[level] = []
            self.closed[level] += 1
            self._push(level + 1, _fold(hashes))

    def _compare(self, level: int, n: int, hashes: Sequence[bytes]) -> None:
        """The served hash tile against the one computed from the entries."""
        path = tlog.tile_path(level, n, len(hashes))
        data, served = self._fetch(level, n, len(hashes), TILE_LIMIT)
        if len(data) != served * 32:
            raise Broken(Fault.bad_tile, path)
        wrong = (i for i, digest in enumerate(hashes) if data[i * 32 : i * 32 + 32] != digest)
        if self.differs is None and (first := next(wrong, None)) is not None:
            self.differs = level, path, n * tlog.TILE + first

    def _count(self, entry: bytes) -> None:
        counts = self.report.entries
        try:
            kind = str(tlog.read_entry(entry)["t"])
            # A hostile log may invent a type for every entry; the report stays small.
            kind = kind if kind in counts or len(counts) < 64 else "other"
            counts[kind] = counts.get(kind, 0) + 1
        except Malformed:
            self.odd = self.report.verified if self.odd is None else self.odd
        self.report.verified += 1

    def _compare_earlier(self) -> None:
        if self.earlier is not None and self.earlier.size == self.report.verified:
            self.forked = self._root() != self.earlier.root

    def _root(self) -> bytes:
        return tlog.join_subtrees([piece for hashes in reversed(self.open) for piece in _pieces(hashes)])

    def _judge(self) -> None:
        level, path, index = self.differs or (None, "", 0)
        if self._root() != self.head.root:
            if level == 0:
                raise Broken(Fault.entry_differs, str(index))
            raise Broken(Fault.tile_differs, path) if path else Broken(Fault.root_differs, str(self.head.size))
        if path:
            raise Broken(Fault.tile_differs, path)
        if self.forked:
            raise Broken(Fault.forked, str(self.report.earlier))
        if self.odd is not None:
            raise Broken(Fault.not_canonical, str(self.odd))


def _fold(hashes: Sequence[bytes]) -> bytes:
    """The root over a power of two of hashes."""
    while len(hashes) > 1:
        hashes = [tlog.node_hash(left, right) for left, right in zip(hashes[::2], hashes[1::2], strict=True)]
    return hashes[0]


def _pieces(hashes: Sequence[bytes]) -> list[bytes]:
    """The roots of the complete subtrees over the hashes of an open tile, largest first."""
    pieces: list[bytes] = []
    while hashes:
        width = 1 << (len(hashes).bit_length() - 1)
        pieces.append(_fold(hashes[:width]))
        hashes = hashes[width:]
    return pieces

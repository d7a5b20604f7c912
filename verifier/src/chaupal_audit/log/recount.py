"""A log counted again from its entries, against the tiles that it serves and the root that it signed."""

from collections.abc import Iterator, Sequence
from contextlib import suppress

import msgspec

from chaupal_audit import tlog
from chaupal_audit.errors import Malformed, Unsound
from chaupal_audit.log import entries
from chaupal_audit.log.fetching import ENTRIES_LIMIT, TILE_LIMIT, Fetch
from chaupal_audit.log.findings import Broken, Fault, LogReport


class Recount:
    """The tree built again from the entries, in memory that grows with its height only.

    Differences are noted and judged at the end: only the signed root tells whether an entry or a tile is the false one.
    """

    def __init__(self, report: LogReport, fetch: Fetch, head: tlog.Checkpoint) -> None:
        self.report = report
        self.fetch = fetch
        self.head = head
        # The sizes at which the tree must have had a certain root, and what it means where it had not.
        self.fixed: dict[int, list[tuple[bytes, Fault]]] = {}
        for size, root in report.earlier:
            self.fixed.setdefault(size, []).append((root, Fault.forked))
        for change in report.changes:
            self.fixed.setdefault(change.size, []).append((change.root, Fault.bad_change))
        # Sizes of older logs' checkpoints -> the root then.
        self.then = dict.fromkeys(_sizes([*report.older, *report.shown]), b"")
        self.keys: list[str] = []  # vkeys that changes of keys name, of this log and of older ones
        self.open: list[list[bytes]] = []  # per tile level, the hashes of the tile that is not full yet
        self.closed: list[int] = []  # per tile level, how many tiles are full
        self.differs: tuple[int, str, int] | None = None  # level, path and hash number of the first difference
        self.odd: int | None = None  # the first entry that is not canonical
        self.forked: tuple[Fault, int] | None = None  # the first fixed root that was another, and at which size

    def run(self) -> None:
        """Read everything; raise Broken with the first fault."""
        self._compare_fixed()
        for n in range(-(-self.head.size // tlog.TILE)):
            for entry in self._entries(n, min(tlog.TILE, self.head.size - n * tlog.TILE)):
                self._push(0, tlog.leaf_hash(entry))
                self._count(entry)
                self._compare_fixed()
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
            fields = tlog.read_entry(entry)
            kind = str(fields["t"])
            if kind in ("origin", "key", "refill"):
                self._note(kind, fields["public"])
            # A hostile log may invent a type for every entry; the report stays small.
            kind = kind if kind in counts or len(counts) < 64 else "other"
            counts[kind] = counts.get(kind, 0) + 1
        except Malformed:
            self.odd = self.report.verified if self.odd is None else self.odd
        self.report.verified += 1

    def _note(self, kind: str, said: object) -> None:
        """What it goes on from, what came back, who signed. What cannot be read is found where entries are held against the law."""
        with suppress(msgspec.ValidationError):
            if kind == "key":
                change = msgspec.convert(said, entries.Key)
                self.keys += [change.old, change.new]
            elif kind == "refill":
                self.report.refills.append((self.report.verified, msgspec.convert(said, entries.Refill)))
            else:
                self.report.origins.append((self.report.verified, msgspec.convert(said, entries.Origin)))

    def _compare_fixed(self) -> None:
        if self.report.verified in self.then:
            self.then[self.report.verified] = self._root()
        for root, fault in self.fixed.get(self.report.verified, ()):
            if self.forked is None and self._root() != root:
                self.forked = fault, self.report.verified

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
        if self.forked is not None:
            raise Broken(self.forked[0], str(self.forked[1]))
        if self.odd is not None:
            raise Broken(Fault.not_canonical, str(self.odd))
        self._judge_older()

    def _judge_older(self) -> None:
        """Each time it went on from an older log it began with what that one had signed; and that one had no more than it says."""
        anew = [(index, said) for index, said in self.report.origins if said.kept]
        if anew and anew[-1][1].new.partition("+")[0] != self.report.origin:
            raise Broken(Fault.bad_older, f"entry {anew[-1][0]}")
        for number, (index, said) in enumerate(anew):
            if said.size:
                if number >= len(self.report.older):
                    raise self._not_served(number + 1, index)
                head = _signed(self.report.older[number : number + 1], [said.previous])
                fits = head and (head.size, head.root.hex()) == (said.size, said.root) and head.size <= said.kept
                if head is None or not fits or self.then[head.size] != head.root:
                    raise Broken(Fault.bad_older, f"older/{number + 1}, entry {index}")
        for note in self.report.shown:
            self._judge_shown(note)

    def _not_served(self, number: int, index: int) -> Broken:
        """A line that broke is no lie: only what is said not to be there is held against the log."""
        ended = self.report.older_ended
        if ended is not None and ended.fault is not Fault.missing:
            return ended
        return Broken(Fault.bad_older, f"older/{number}, entry {index}")

    def _judge_shown(self, note: str) -> None:
        # The keys that were changed are those of all of them: tried once, for a log may name as many as it has entries.
        changed = _signed([note], self.keys)
        for _, said in self.report.origins:
            if not note.startswith(f"{said.older}\n"):  # only under its own name
                continue
            if (head := changed or _signed([note], [said.previous])) is not None:
                if head.size > said.known:
                    raise Broken(Fault.older_had_more, f"{head.size} > {said.known}")
                if head.size <= said.kept and self.then[head.size] != head.root:
                    raise Broken(Fault.forked, str(head.size))
                return
        raise Broken(Fault.not_signed, "earlier checkpoint")


def _sizes(notes: Sequence[str]) -> Iterator[int]:
    for note in notes:
        with suppress(Malformed):
            yield tlog.parse_checkpoint(note)[0].size


def _signed(notes: Sequence[str], vkeys: Sequence[str]) -> tlog.Checkpoint | None:
    """The checkpoint of the first note, where one of the keys has signed it."""
    for vkey in vkeys if notes else ():
        with suppress(Malformed, Unsound):
            return tlog.verify_checkpoint(notes[0], tlog.VerifyingKey.parse(vkey))
    return None


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

"""Archives that people bring, opened without trust: nothing is unpacked to disk, and nothing may be larger than said here."""

import io
import stat
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO, TYPE_CHECKING, cast

import msgspec

from chaupal.kernel.errors import Invalid
from chaupal.kernel.faults import Value, Wrong

if TYPE_CHECKING:
    import tarfile

MOST_MEMBERS = 200_000
MOST_BYTES = 4_000_000_000  # unpacked, all together
MOST_TEXT = 150_000_000  # one file of posts
MOST_TEXTS = 4 * MOST_TEXT  # all of them
MOST_THINGS = 3_000_000  # objects in one file of posts: the smallest take far more room in memory than on disk
MOST_VALUES = 10_000_000  # twice as many as the largest such file of true posts has
MOST_HEADER = 65_536  # bytes by which a tar says what one member is: its name may be long
MOST_FIELDS = 100  # of those beside its name. One may be said for all members that follow: each gets a copy
_MEMBER = b"PK\x01\x02"  # what each line of a ZIP's list begins with
_BLOCK = 512  # bytes of a tar's header
_PIECE = 1 << 20


class BadArchive(Invalid):
    """It cannot be taken. `about`: which file in it, where it is about one."""

    before = ""

    def __init__(self, code: str, about: str = "", **values: Value) -> None:
        super().__init__(code, field="", **values)
        self.why = Wrong(code, values, about)


def from_json[T](data: bytes | str, shape: type[T], about: str = "") -> T:
    """What a file of JSON says, in this shape; `about` names the file. Raises BadArchive."""
    try:
        return msgspec.json.decode(data, type=shape)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise BadArchive("archive_no_json", about) from error


class _Listed:
    """A tar while it is listed: of its headers no more is read than so many members have, and of one member's than MOST_HEADER. The
    library takes each into memory whole, however long it is said to be.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._left = MOST_MEMBERS * (_BLOCK + 1) + 2 * _BLOCK  # of each a block and a byte, and two that end it
        self.of_next: int | None = MOST_HEADER  # None: what is in the members is read by now
        self._file = file
        self.seek, self.tell = file.seek, file.tell

    def read(self, size: int = -1) -> bytes:
        if self.of_next is not None:
            self._left -= size
            self.of_next -= size
            if size < 0 or self._left < 0:
                raise BadArchive("archive_many_files", most=MOST_MEMBERS)
            if self.of_next < 0:
                raise BadArchive("archive_tar_damaged")
        return self._file.read(size)


class Archive:
    """What is in an archive by the names in it. `read` gives bytes, never more than asked for."""

    def __init__(self, data: bytes) -> None:
        """Raises BadArchive."""
        self._zip: zipfile.ZipFile | None = None
        self._tar: tarfile.TarFile | None = None
        self._spool: IO[bytes] | None = None
        self._read = 0  # bytes of files of posts
        if zipfile.is_zipfile(io.BytesIO(data)):
            self._open_zip(data)
        else:
            self._open_tar(data)
        self._root = _root(self.names)

    def _open_zip(self, data: bytes) -> None:
        _check_sizes(data.count(_MEMBER), 0)  # before the library makes an object of each
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, ValueError, OSError) as error:
            raise BadArchive("archive_zip_damaged") from error
        members = self._zip.infolist()
        _check_sizes(len(members), sum(one.file_size for one in members))
        for one in members:
            if stat.S_ISLNK(one.external_attr >> 16):
                raise BadArchive("archive_links")
            if one.flag_bits & 1:
                raise BadArchive("archive_locked")
        self.names = {_checked(one.filename): one.filename for one in members if not one.is_dir()}

    def _open_tar(self, data: bytes) -> None:
        import tarfile  # with the first archive that is one

        spool = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the archive
        self._spool = spool
        for piece in _unpacked(data):
            spool.write(piece)
        spool.seek(0)
        listed = _Listed(spool)
        members: list[tarfile.TarInfo] = []
        try:
            # It reads, seeks and tells, and the library asks for no more.
            self._tar = opened = tarfile.open(fileobj=cast("IO[bytes]", listed), mode="r:")  # noqa: SIM115 - closed with the archive
            for one in opened:
                members.append(one)
                _check_sizes(len(members), 0)
                if len(one.pax_headers) > MOST_FIELDS or one.issparse():
                    raise BadArchive("archive_tar_damaged")
                listed.of_next = MOST_HEADER
        except (tarfile.TarError, ValueError, OSError, EOFError) as error:
            self.close()
            raise BadArchive("archive_no_archive") from error
        listed.of_next = None
        _check_sizes(0, sum(one.size for one in members))
        if any(not (one.isfile() or one.isdir()) for one in members):
            raise BadArchive("archive_links")
        self.names = {_checked(one.name): one.name for one in members if one.isfile()}

    def has(self, name: str) -> bool:
        return self._root + name in self.names

    def under(self, folder: str) -> Iterator[str]:
        """Names of what is in a folder."""
        begin = self._root + folder
        return (name.removeprefix(self._root) for name in self.names if name.startswith(begin))

    def read(self, name: str, most: int = MOST_TEXT) -> bytes:
        """Raises KeyError for what is not there, BadArchive for what is larger than `most` or damaged."""
        import tarfile

        inside = self.names[self._root + name]
        try:
            with self._opened(inside) as file:
                data = file.read(most + 1)
        except (zipfile.BadZipFile, tarfile.TarError, zlib.error, OSError, EOFError, NotImplementedError) as error:
            raise BadArchive("archive_file_damaged", name) from error
        if len(data) > most:
            raise BadArchive("archive_file_large", name, most=most)
        return data

    def read_json(self, name: str) -> bytes:
        """The bytes of a file of posts, which will not grow beyond bounds when it is read. Raises KeyError, BadArchive."""
        data = self.read(name)
        self._read += len(data)
        if self._read > MOST_TEXTS or data.count(b"{") > MOST_THINGS or data.count(b",") > MOST_VALUES:
            raise BadArchive("archive_many_things", name)
        return data

    def _opened(self, inside: str) -> IO[bytes]:
        if self._zip is not None:
            return self._zip.open(inside)
        found = self._tar.extractfile(inside) if self._tar else None
        if found is None:
            raise KeyError(inside)
        return found

    def close(self) -> None:
        for one in (self._zip, self._tar, self._spool):
            if one is not None:
                one.close()


def _unpacked(data: bytes) -> Iterator[bytes]:
    """The tar in a tar.gz, piece by piece, and no further than MOST_BYTES; a plain tar as it is. Raises BadArchive."""
    if not data.startswith(b"\x1f\x8b"):
        yield data
        return
    gunzip, seen, rest = zlib.decompressobj(31), 0, data
    try:
        while rest and not gunzip.eof:
            piece = gunzip.decompress(rest, _PIECE)
            rest = gunzip.unconsumed_tail
            seen += len(piece)
            _check_sizes(0, seen)
            yield piece
    except zlib.error as error:
        raise BadArchive("archive_tar_damaged") from error


def _check_sizes(members: int, size: int) -> None:
    if members > MOST_MEMBERS:
        raise BadArchive("archive_many_files", most=MOST_MEMBERS)
    if size > MOST_BYTES:
        raise BadArchive("archive_unpacked", most=MOST_BYTES)


def _checked(name: str) -> str:
    """The name as it is looked up by. Raises BadArchive for one that leads out of the archive."""
    if "\\" in name or name.startswith("/") or "\0" in name or ".." in name.split("/"):
        raise BadArchive("archive_leads_out")
    return name.removeprefix("./")


def _root(names: dict[str, str]) -> str:
    """Where everything lies in one folder: that folder."""
    tops = {name.partition("/")[0] for name in names}
    whole = len(tops) == 1 and all("/" in name for name in names)
    return f"{tops.pop()}/" if whole and not tops & {"data"} else ""

"""A small log in memory as the files that it serves, to be read, mirrored and spoiled."""

from typing import Any

from chaupal_audit import tlog
from chaupal_audit.log.findings import Broken, Fault, LogReport
from chaupal_audit.log.verify import verify_log

URL = "https://chaupal.example/governance"
KEY = tlog.SigningKey.from_seed("chaupal.example/governance", bytes(range(32)))
VKEY = str(KEY.public)
SIZE = 600


def entry(i: int) -> bytes:
    return tlog.leaf("order" if i % 3 else "cover", f"ord-{i}", "2021-02-10T05:30Z", {"count": i}).entry


ENTRIES = [entry(i) for i in range(SIZE)]


class Mirror:
    """A log's files in a dictionary, to be spoiled."""

    def __init__(self, entries: list[bytes], key: tlog.SigningKey = KEY) -> None:
        leaves = map(tlog.leaf_hash, entries)
        self.nodes = {(level, i): digest for level, i, digest in tlog.nodes_for_appends(0, leaves, {}.__getitem__)}
        self.files = dict(tlog.static_files(len(entries), self.nodes.__getitem__, entries.__getitem__))
        self.head = tlog.Checkpoint(key.name, len(entries), tlog.root(len(entries), self.nodes.__getitem__))
        self.files |= {"checkpoint": tlog.sign_checkpoint(self.head, key).encode(), "key": str(key.public).encode()}

    @property
    def note(self) -> str:
        return self.files["checkpoint"].decode()

    def fetch(self, url: str, limit: int) -> bytes:
        body = self.files.get(url.removeprefix(URL + "/"))
        if body is None:
            raise Broken(Fault.missing, url)
        if len(body) > limit:
            raise Broken(Fault.too_large, url)
        return body

    def flip(self, path: str, at: int) -> None:
        body = bytearray(self.files[path])
        body[at] ^= 1
        self.files[path] = bytes(body)

    def verify(self, **more: Any) -> LogReport:
        asked: dict[str, Any] = {"vkey": VKEY} | more
        return verify_log(URL, **asked, fetch=self.fetch)

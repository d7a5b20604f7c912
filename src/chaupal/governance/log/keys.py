"""The log's keys on disk: the one that signs, those that signed before, the witness's, and the secret behind pseudonyms.

The database says which key signs (see `log_batches`); the files follow it. Lost between two steps, a change of keys is
completed at the next start.
"""

import asyncio
import hashlib
import os
from pathlib import Path

from chaupal.kernel.errors import Problem
from chaupal.kernel.key_files import LOG, SEED, load_or_make_seed
from chaupal.kernel.logger import log
from chaupal_audit import tlog

CURRENT, NEXT = LOG, f"{LOG}.next"
SEEN = "log.signed"  # beside the directory: no part of a backup, which may well be of an earlier moment


class Missing(Problem):
    """The key that signs is on another machine."""


class Keys:
    """The directory `keys` under the log's name. Every file is 32 raw bytes, readable by the server alone."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder = folder
        self.name = name
        self._saw = -1
        # By this process, before it signed on demand: one asks for all, and from `ask_again` on (`monotonic`, which nobody sets back)
        # once more, where one had seen more.
        self.witnesses_asked, self.asking, self.ask_again = False, asyncio.Lock(), 0.0
        self._known: dict[str, tlog.SigningKey] = {}
        first = load_or_make_seed(folder / CURRENT)
        # The secret behind the names of staff outlives changes of the log's key: it was begun from the first one.
        begun = hashlib.sha256(b"staff pseudonyms" + first).digest()
        self.pseudonyms = load_or_make_seed(folder / "pseudonyms.key", begun)

    @property
    def current(self) -> tlog.SigningKey:
        """What `log.key` holds now. Raises Problem."""
        return tlog.SigningKey.from_seed(self.name, load_or_make_seed(self.folder / CURRENT))

    def signing_key(self, vkey: str) -> tlog.SigningKey:
        """The key with this vkey, whichever file holds it. Raises Missing where none does."""
        if (found := self._known.get(vkey)) is not None:
            return found
        for path in sorted(self.folder.glob(f"{CURRENT}*")):
            if len(seed := path.read_bytes()) == SEED:
                key = tlog.SigningKey.from_seed(self.name, seed)
                self._known[str(key.public)] = key
        if vkey not in self._known:
            raise Missing(f"The log is signed with {vkey}, and {self.folder} does not hold that key: restore it")
        return self._known[vkey]

    def all(self) -> list[tlog.VerifyingKey]:
        """Every key by which the log was signed or will be, as far as they are here."""
        seeds = [path.read_bytes() for path in sorted(self.folder.glob(f"{CURRENT}*"))]
        return [tlog.SigningKey.from_seed(self.name, seed).public for seed in seeds if len(seed) == SEED]

    def saw(self, size: int, note: str) -> None:
        """A checkpoint was served: it is kept, so that a store which is set back later is known to be (`seen`)."""
        if size <= self._saw or size <= self._kept():
            return
        self._saw = size
        new = self.folder.with_name(f".{SEEN}.{os.getpid()}")
        try:
            with new.open("w", encoding="utf-8") as file:
                file.write(note)
                file.flush()
                # An empty file after a power cut would say that nothing was ever served.
                os.fsync(file.fileno())
            new.replace(self.folder.with_name(SEEN))
        except OSError as error:  # a full disk: then the next one is kept
            self._saw = -1
            log.warning("the checkpoint that was served could not be kept", error=error)

    def _kept(self) -> int:
        """Entries of the one that is kept: of several processes another may have served more, before the store was set back."""
        try:
            name, size, *_ = self.seen().splitlines() or ["", "0"]
            return int(size) if name == self.name else -1  # of an older log, where this one was begun anew
        except (Problem, ValueError, IndexError):  # for the operator to see, at the next start
            return -1

    def seen(self) -> str:
        """The newest checkpoint that this machine served, as it was signed; empty where none was kept."""
        try:
            return self.folder.with_name(SEEN).read_text("utf-8")
        except FileNotFoundError:
            return ""
        except (OSError, UnicodeDecodeError) as error:
            raise Problem(f"{self.folder.with_name(SEEN)} cannot be read: {error}") from error

    def make_next(self, *, afresh: bool = False) -> tlog.SigningKey:
        """The key that a change of keys will bring; the same one until the change is completed. `afresh`: that one is put by, as it may
        have signed what is lost, and another is made.
        """
        if afresh and (new := self.folder / NEXT).exists():
            new.rename(self._put_by())
        return tlog.SigningKey.from_seed(self.name, load_or_make_seed(self.folder / NEXT))

    def follow(self, vkey: str) -> None:
        """Make the files say what the database says: `log.key` holds `vkey`, the one before is kept as `log.key.<n>`."""
        if str(self.current.public) == vkey:
            return
        new = self.folder / NEXT
        if not new.exists() or str(self.make_next().public) != vkey:
            self.signing_key(vkey)  # it signs; that log.key is another one is for the operator to see
            return
        os.link(self.folder / CURRENT, self._put_by())
        new.replace(self.folder / CURRENT)

    def _put_by(self) -> Path:
        """Where the next key stands that signs no more."""
        number = 1 + sum(1 for path in self.folder.glob(f"{CURRENT}.*") if path.suffix[1:].isdigit())
        return self.folder / f"{CURRENT}.{number}"

    def witness(self, name: str) -> tlog.Cosigner:
        """The key by which this server cosigns other logs."""
        return tlog.Cosigner.from_seed(name, load_or_make_seed(self.folder / "witness.key"))

"""Keys of a house on several machines: the same on all of them, or the house does not open.

Each key closes something that is in the store: codes of log-ins, letters, evidence, webhooks' secrets; or makes names and links that
every machine has to know again. The store holds the keys' fingerprints, so that a machine which has none, or others, finds out
before it makes new ones. Keys themselves are in no store: whoever has a copy of the database can open nothing by it.
"""

import asyncio
import hashlib
from collections.abc import Collection
from pathlib import Path

from chaupal.governance.log.batches import KEY_MARK
from chaupal.kernel.key_files import HOUSE, LOG, derived, load_or_make_seed
from chaupal.kernel.settings import BadSettings, Settings
from chaupal.store.machine import marks
from chaupal.store.machine.work import Reading, Work

MARK = "key:"


async def check(work: Work, settings: Settings) -> None:
    """Hold the keys of this machine against those of the store, and enter those that it does not know.

    Raises BadSettings with the names of those that are missing here or others. On SQLite there is one machine.
    """
    if not settings.postgres:
        return
    folder = Path(settings.data) / "keys"
    async with work.reading() as reading:
        known = await marks.all_named(reading, MARK)
        signing = await marks.read(reading, KEY_MARK)
    lost = [LOG] if signing and not list(folder.glob(f"{LOG}*")) else []
    if HOUSE not in known and not lost:
        load_or_make_seed(folder / HOUSE)
    here = _prints(folder, known)
    if not lost and (fresh := sorted(here.keys() - known.keys())):
        async with work.writing() as w:
            for name in fresh:
                await marks.begin(w, MARK + name, here[name])
            known = await marks.all_named(w, MARK)  # another machine may have entered its own meanwhile
    wrong = [name for name in sorted(known) if here.get(name) != known[name]]
    others = [name for name in wrong if (folder / name).exists()]
    lost += [name for name in wrong if name not in others]
    if lost or others:
        raise BadSettings(_said(folder, lost, others))


async def follows(reading: Reading, path: Path) -> bool:
    """Whether a missing key can be derived from the house's key: then every machine that needs it makes the same one."""
    seed = await asyncio.to_thread(derived, path)
    return seed is not None and await marks.read(reading, MARK + path.name) in ("", _print(seed))


def _prints(folder: Path, known: Collection[str]) -> dict[str, str]:
    """Name -> fingerprint of every key that all machines share: those that are here, and those that are derived from the house's key.

    The log's own keys are known by what they signed.
    """
    here = {path.name: load_or_make_seed(path) for path in folder.glob("*.key") if not path.name.startswith((LOG, "."))}
    for name in known:
        if name not in here and (seed := derived(folder / name)) is not None:
            here[name] = seed
    return {name: _print(seed) for name, seed in here.items()}


def _print(seed: bytes) -> str:
    return hashlib.sha256(b"fingerprint of a key\n" + seed).hexdigest()[:32]


def _said(folder: Path, lost: list[str], others: list[str]) -> str:
    said = [f"{', '.join(lost)} missing"] if lost else []
    said += [f"{', '.join(others)} of another house"] if others else []
    return (
        f"keys: the store that `database` names was begun with keys that are not in {folder} ({'; '.join(said)}). Copy the directory "
        "from a machine that serves this store, or from its backup; new keys would open nothing that those closed"
    )

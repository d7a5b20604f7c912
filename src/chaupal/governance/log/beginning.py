"""A log that goes on from an older one: its name, and its first entry, which commits to the older log's last checkpoint."""

import hashlib

import regex

from chaupal.governance.context import Court
from chaupal.governance.log import log
from chaupal.kernel.errors import Conflict, Invalid
from chaupal.store.court import ledger
from chaupal.store.machine import marks
from chaupal_audit import tlog
from chaupal_audit.log import entries
from chaupal_audit.tlog.notes import check_name

BEGUN = "log_has_begun"


async def begin(court: Court, note: str, vkey: str, name: str = "") -> str:
    """Begin this server's log by an entry that commits to `note`, the older log's last checkpoint as it was signed.

    `vkey`: the older log's key. `name`: the new log's, another than the older one's, for two logs of one name would look like a
    fork; by default the older one's with the next number. The new log's name. Raises Conflict where the log has begun, Invalid
    by field, Malformed, NotSigned and WrongOrigin for a checkpoint that is none of the key's.
    """
    key = tlog.VerifyingKey.parse(vkey)
    last = tlog.verify_checkpoint(note, key)
    name = check_name(name or _next(last.origin))
    if name == last.origin:
        raise Invalid("log_name_taken")
    origin = entries.Origin(
        previous=str(key), size=last.size, root=last.root.hex(), sha256=hashlib.sha256(note.encode()).hexdigest()
    )
    async with court.work.writing() as w:
        if await ledger.hold(w):
            raise Conflict(BEGUN)
        await marks.write(w, log.ORIGIN_KEY, name)
        await log.append(court, w, last.origin, origin)
    return name


def _next(origin: str) -> str:
    """`example.org/log` -> `example.org/log-2` -> `example.org/log-3`."""
    found = regex.fullmatch(r"(?P<stem>.*)-(?P<number>[2-9]|[1-9][0-9]{1,5})", origin)
    return f"{origin}-2" if found is None else f"{found['stem']}-{int(found['number']) + 1}"

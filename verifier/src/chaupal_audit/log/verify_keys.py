"""Changes of a log's key, followed from outside: each is proven by an entry under a checkpoint that both keys signed."""

from chaupal_audit import tlog
from chaupal_audit.errors import Malformed, Unsound
from chaupal_audit.log.fetching import ENTRIES_LIMIT, Fetch
from chaupal_audit.log.findings import Broken, Fault, KeyChange

MOST_CHANGES = 1_000


def follow_changes(
    url: str, fetch: Fetch, key: tlog.VerifyingKey, note: str, origin: str | None
) -> tuple[list[tlog.VerifyingKey], list[KeyChange]]:
    """(keys from the trusted one to the one that signed `note`, the changes between them).

    Raises Broken: `not_signed` where no change leads there, `bad_change` where one is not proven.
    """
    keys, changes = [key], list[KeyChange]()
    for number in range(1, MOST_CHANGES + 1):
        if is_signed(note, keys[-1]):
            return keys, changes
        try:
            text = fetch(f"{url}/change/{number}", ENTRIES_LIMIT).decode()
        except UnicodeDecodeError as error:
            raise Broken(Fault.bad_change, str(number)) from error
        except Broken as broken:
            raise (
                broken if broken.fault is not Fault.missing else Broken(Fault.not_signed, f"{url}/checkpoint")
            ) from None
        if change := _read_change(text, keys[-1], origin, number):
            keys.append(tlog.VerifyingKey.parse(change.new))
            changes.append(change)
    raise Broken(Fault.bad_change, f"more than {MOST_CHANGES}")


def is_signed(note: str, key: tlog.VerifyingKey) -> bool:
    """Whether `key` signed the note, whatever its origin. Raises Malformed."""
    _, text, signatures = tlog.parse_checkpoint(note)
    ours = [found.signature for found in signatures if (found.name, found.key_id) == (key.name, key.id)]
    return bool(ours) and all(key.signed(signature, text) for signature in ours)


def _read_change(text: str, key: tlog.VerifyingKey, origin: str | None, number: int) -> KeyChange | None:
    """What the proof says, or None for a change from before the trusted key."""
    try:
        proof = tlog.parse_receipt(text)
        if not is_signed(proof.checkpoint, key):
            return None
        said = tlog.read_entry(proof.extra)
        public = said["public"] if said["t"] == "key" else None
        if not isinstance(public, dict) or public.get("old") != str(key):
            # The key before this one came in here: signed by both, and about the other.
            return None
        new = tlog.VerifyingKey.parse(str(public.get("new")))
        _, head = tlog.verify_receipt(text, proof.extra, key, origin)
        tlog.verify_checkpoint(proof.checkpoint, new, origin or key.name)
    except (Malformed, Unsound, KeyError) as error:
        raise Broken(Fault.bad_change, str(number)) from error
    return KeyChange(head.size, head.root, str(key), str(new))

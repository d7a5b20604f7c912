"""The outside verifier: fetches a log over HTTP, recomputes all of it and says the first thing that is wrong.

It trusts the key and nothing else: every leaf, tile and root is computed anew from the entries that were served.
"""

from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import urlsplit

import httpx2

from chaupal_audit import tlog
from chaupal_audit.errors import Malformed, Unsound
from chaupal_audit.log.fetching import ENTRIES_LIMIT, KEY_LIMIT, NOTE_LIMIT, Fetch, http_fetch
from chaupal_audit.log.findings import Broken, Fault, KeyChange, KeySource, LogReport
from chaupal_audit.log.recount import Recount

MOST_CHANGES = 1_000


class Trust(NamedTuple):
    """What a reader knows before they read a log. `earlier`: checkpoints (texts) that it must extend; see `verify_log`."""

    vkey: str | None
    earlier: Sequence[str]
    origin: str | None
    policy: tlog.Policy | None


def verify_log(
    url: str,
    vkey: str | None = None,
    *,
    previous_checkpoint: str | None = None,
    origin: str | None = None,
    policy: tlog.Policy | None = None,
    fetch: Fetch | None = None,
) -> LogReport:
    """Verify the whole log under `url` and report; what the server sends cannot make this raise.

    Without `vkey` the log's own `<url>/key` is taken, and the report says so. `previous_checkpoint` is the text of an
    earlier signed checkpoint, which the log must extend. `origin` is needed where it is not the key's name. `policy`: which
    witnesses must have signed the checkpoint, so that nobody is shown a history of their own.
    `fetch(url, limit)` returns at most `limit` bytes or raises Broken.
    """
    report = begin_report(url, vkey)
    trust = Trust(vkey, () if previous_checkpoint is None else (previous_checkpoint,), origin, policy)
    try:
        if fetch is not None:
            _verify(report, fetch, trust)
        else:
            with httpx2.Client(timeout=15, trust_env=False) as client:
                _verify(report, http_fetch(client), trust)
    except Broken as broken:
        report.fault, report.where = broken.fault, broken.where
    return report


def begin_report(url: str, vkey: str | None) -> LogReport:
    """An empty report about the log at `url`."""
    return LogReport(url.rstrip("/"), KeySource.first_use if vkey is None else KeySource.given)


def _verify(report: LogReport, fetch: Fetch, trust: Trust) -> None:
    recount_log(report, fetch, read_head(report, fetch, trust))


def _check_url(url: str) -> None:
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and not (parts.query or parts.fragment)
    except ValueError:
        usable = False
    if not usable:
        raise Broken(Fault.bad_url, url)


def read_head(report: LogReport, fetch: Fetch, trust: Trust) -> tlog.Checkpoint:
    """The log's newest checkpoint, entered in the report once it is seen to be signed, and witnessed. Raises Broken."""
    _check_url(report.url)
    key, origin = _key(f"{report.url}/key", fetch, trust.vkey), trust.origin
    where = f"{report.url}/checkpoint"
    note = _text(fetch(where, NOTE_LIMIT), Fault.bad_checkpoint, where)
    try:
        named = tlog.parse_checkpoint(note)[0].origin
        # A log that was begun anew has another name, and no change of keys leads there.
        if named != (origin or key.name):
            raise Broken(Fault.wrong_origin, f"{where}: {named}")
        keys, report.changes = follow_changes(report.url, fetch, key, note, origin)
    except Malformed as error:
        raise Broken(Fault.bad_checkpoint, where) from error
    head = _checkpoint(note, keys[-1], origin, Fault.bad_checkpoint, where)
    report.vkey = str(keys[-1])
    report.checkpoint, report.origin, report.size, report.root = note, head.origin, head.size, head.root.hex()
    _check_witnesses(report, note, keys, trust.policy)
    _read_older(report, fetch)
    for earlier in trust.earlier:
        _check_earlier(report, earlier, keys, origin)
    return head


def _check_witnesses(report: LogReport, note: str, keys: list[tlog.VerifyingKey], policy: tlog.Policy | None) -> None:
    own = {(key.name, key.id) for key in keys}
    _, _, signatures = tlog.parse_checkpoint(note)
    report.cosignatures = sum((one.name, one.key_id) not in own for one in signatures)
    if policy is None:
        return
    report.witnesses, report.witnessed = len(policy.witnesses), policy.signed_by(note)
    if not policy.holds(report.witnessed):
        raise Broken(
            Fault.unwitnessed, f"{len(report.witnessed)} of {report.witnesses} signed, {policy.least} are needed"
        )


def _check_earlier(report: LogReport, previous: str, keys: list[tlog.VerifyingKey], origin: str | None) -> None:
    """Any of the keys that led to the one in use may have signed it."""
    where = "earlier checkpoint"
    try:
        if tlog.parse_checkpoint(previous)[0].origin != report.origin:
            report.shown.append(previous)  # held against the log once it is known from which older ones it goes on
            return
        signer = next((key for key in keys if tlog.is_signed(previous, key)), keys[-1])
    except Malformed as error:
        raise Broken(Fault.bad_earlier, where) from error
    earlier = _checkpoint(previous, signer, origin, Fault.bad_earlier, where)
    report.earlier.append((earlier.size, earlier.root))
    if earlier.size > report.size:
        raise Broken(Fault.stale, f"{report.size} < {earlier.size}")


def _read_older(report: LogReport, fetch: Fetch) -> None:
    """The last checkpoints of the logs from which this one goes on, as it serves them; `Recount` holds them against its entries.

    Most logs have none, and answer so in many ways: why there was no more is a fault only where an entry says that there is one.
    """
    try:
        while len(report.older) < MOST_CHANGES:
            where = f"{report.url}/older/{len(report.older) + 1}"
            note = fetch(where, NOTE_LIMIT).decode(errors="replace")
            if note:  # empty where that log had signed nothing
                tlog.parse_checkpoint(note)
            report.older.append(note)
    except Broken as broken:
        report.older_ended = broken
    except Malformed:  # a server that answers whatever it is asked for
        report.older_ended = Broken(Fault.missing, report.url)


def recount_log(report: LogReport, fetch: Fetch, head: tlog.Checkpoint) -> None:
    """Every entry and tile that `fetch` gives, counted up to `head`. Raises Broken with the first fault."""
    Recount(report, fetch, head).run()


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


def follow_changes(
    url: str, fetch: Fetch, key: tlog.VerifyingKey, note: str, origin: str | None
) -> tuple[list[tlog.VerifyingKey], list[KeyChange]]:
    """(keys from the trusted one to the one that signed `note`, the changes between them).

    Raises Broken: `not_signed` where no change leads there, `bad_change` where one is not proven.
    """
    keys, changes = [key], list[KeyChange]()
    for number in range(1, MOST_CHANGES + 1):
        if tlog.is_signed(note, keys[-1]):
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


def _read_change(text: str, key: tlog.VerifyingKey, origin: str | None, number: int) -> KeyChange | None:
    """What the proof says, or None for a change from before the trusted key."""
    try:
        proof = tlog.parse_receipt(text)
        if not tlog.is_signed(proof.checkpoint, key):
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

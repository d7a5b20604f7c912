"""This server as a witness of its neighbours' logs (c2sp.org/tlog-witness): it signs that a log only ever grew, never two histories."""

from collections.abc import Sequence
from typing import NamedTuple

from chaupal.governance.context import Court
from chaupal.governance.log import batches as log_batches
from chaupal.kernel.errors import Conflict, Invalid, Malformed, NotAllowed, NotFound
from chaupal.kernel.settings import BadSettings, Settings
from chaupal.store.court import witnesses
from chaupal.store.court.witnesses import WitnessedCheckpoint
from chaupal_audit import errors as plain, tlog
from chaupal_audit.tlog.notes import base64, digest_of


class SeenOther(Conflict):
    """What was submitted does not follow on what was cosigned last; `size` is that one's."""

    slug = "log_seen_other"

    def __init__(self, size: int) -> None:
        super().__init__("log_seen_other", size=size)
        self.size = size


def cosigner(court: Court) -> tlog.Cosigner:
    """The key by which this server cosigns."""
    return court.keys.witness(f"{court.settings.domain}/witness")


async def card(court: Court) -> str:
    """The line by which another server names us its neighbour (setting `log_neighbours`)."""
    log = await log_batches.public_key(court)
    return Neighbour(log, cosigner(court).public, f"{court.settings.origin}/log").line


def known_logs(settings: Settings) -> list[tlog.VerifyingKey]:
    """The logs that this server witnesses, its neighbours' among them. Raises BadSettings."""
    near = [one.log for one in neighbours(settings)]
    try:
        return [*near, *(tlog.VerifyingKey.parse(vkey) for vkey in settings.witness_logs)]
    except plain.Malformed as error:
        raise BadSettings(f"witness_logs: {error.message}") from error


async def cosign(court: Court, body: str) -> str:
    """The answer to `add-checkpoint`: our cosignature line under the checkpoint in `body`.

    Raises Malformed (400), NotFound for a log we do not witness (404), NotAllowed where it did not sign (403), SeenOther
    (409), Invalid for a proof that does not hold (422).
    """
    asked = tlog.parse_submission(body)
    head, text, _ = tlog.parse_checkpoint(asked.note)
    _check_log(known_logs(court.settings), head.origin, asked.note)
    if asked.old > head.size:
        raise Malformed("old_size_larger")
    async with court.work.writing() as w:
        # Held from the look at the old size until the new one is durable: of two who race, one is told of the other.
        _check_follows(await witnesses.hold_seen(w, head.origin), asked, head)
        await witnesses.see(w, head.origin, head.size, base64(head.root))
    return cosigner(court).cosign(text, court.clock() // 1000)


def _check_log(known: Sequence[tlog.VerifyingKey], origin: str, note: str) -> None:
    keys = [key for key in known if key.name == origin]
    if not keys:
        raise NotFound("log_unwitnessed")
    if not any(tlog.is_signed(note, key) for key in keys):
        raise NotAllowed("checkpoint_unsigned")


def _check_follows(seen: WitnessedCheckpoint, asked: tlog.Submission, head: tlog.Checkpoint) -> None:
    if asked.old != seen.size:
        raise SeenOther(seen.size)
    before = digest_of(seen.root, "the root") if seen.root else tlog.EMPTY_ROOT
    if asked.old == head.size and before != head.root:
        raise SeenOther(seen.size)
    if not tlog.verify_consistency(asked.old, head.size, before, head.root, asked.proof):
        raise Invalid("proof_leads_elsewhere")


class Neighbour(NamedTuple):
    """Another server: the key of its log, which we cosign; the key by which it cosigns ours; and where both are."""

    log: tlog.VerifyingKey
    witness: tlog.WitnessKey
    url: str  # below which its log and its add-checkpoint are

    @property
    def line(self) -> str:
        """What the other's settings say of this one."""
        return f"{self.log} {self.witness} {self.url}"


def neighbours(settings: Settings) -> list[Neighbour]:
    """Those whom the settings name. Raises BadSettings."""
    return [_read(line) for line in settings.log_neighbours]


def _read(line: str) -> Neighbour:
    words = line.split()
    if len(words) != 3 or not words[2].startswith(("https://", "http://")):
        raise BadSettings(
            f"log_neighbours: {line}: the log's key, the witness's key, and the address, as /log/neighbour gives them"
        )
    try:
        return Neighbour(tlog.VerifyingKey.parse(words[0]), tlog.WitnessKey.parse(words[1]), words[2].rstrip("/"))
    except plain.Malformed as error:
        raise BadSettings(f"log_neighbours: {line}: {error.message}") from error

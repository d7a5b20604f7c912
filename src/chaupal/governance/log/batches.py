"""Signing: whenever somebody asks, or at fixed hours, when each batch is filled up with entries that say nothing.

Who counts a batched log, or watches when it grows, learns nothing about secret acts: every batch ends at its hour with a
number of entries that divides by what the settings say (`log_batch_entries`), also where nothing happened, and hours that the
server slept through are made up for; every second place is kept for an entry that says nothing,
or nothing yet, which is the same to the byte of its length. What is secret takes the next of these places that is free,
however far beyond the log's size, in the commit of its act, and waits there until what is public has filled the log so far:
a batch is as long as it would have been without it (decision 24).

The house's rules say how long it may wait (`logged_within`). So nothing is begun in secret for which there would be no room by
then; a third of the time is kept for what follows from what was begun, and must not be refused: notices, ends, reviews.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from time import monotonic

import msgspec

from chaupal.governance.context import Court
from chaupal.governance.log import seen, tree as log_tree
from chaupal.governance.log.keys import Missing
from chaupal.kernel.clock import DAY, HOUR, MINUTE
from chaupal.kernel.errors import Conflict, Full, NotFound, Problem, Unavailable
from chaupal.kernel.logger import log
from chaupal.kernel.settings import BadSettings, Settings
from chaupal.store.court import ledger
from chaupal.store.court.ledger import KeptCheckpoint
from chaupal.store.machine import marks
from chaupal.store.machine.work import Reading, Writing
from chaupal_audit import tlog
from chaupal_audit.log.entries import Key
from chaupal_audit.tlog.entries import COVER

EVERY = 2  # of so many places the last is kept for what says nothing; a batch's entries divide by it
ASK_AGAIN = 10  # seconds until witnesses are asked once more of whom one had seen more of the log than we have
SLEPT = 31 * DAY  # of the time for which there were no batches, so much is made up for
KEPT_FOR_LATER = 3  # one part of so many of the time in which what is secret is logged is for what follows from it
KEY_MARK = "log_key"  # the vkey that signs
CHANGE_MARK = "log_key_change"  # "index old new" of a change of keys that no checkpoint covers yet
# Of each change [its entry, the size of the checkpoint that both keys signed], as JSON
CHANGES_MARK = "log_key_changes"


TOO_FEW = (
    "is too little: what is secret and waits would come into the log later than the house's rules allow (logged_within)"
)


class NotYet(NotFound):
    """It is in no signed checkpoint before `at` (ms; `when` in words): whether it exists is not said until then."""

    slug = "log_not_yet"

    def __init__(self, at: int) -> None:
        self.when = datetime.fromtimestamp(at / 1000, UTC).strftime("%Y-%m-%d %H:%M UTC")
        super().__init__("log_not_yet", when=self.when)
        self.at = at


def not_yet(court: Court) -> NotYet:
    """The same words for what exists and what does not."""
    return NotYet(next_batch(court))


def batch_ms(settings: Settings) -> int:
    """The time between checkpoints; 0 where they are signed on demand (the village shows its acts at once)."""
    return 0 if settings.village else settings.log_batch_minutes * MINUTE


def next_batch(court: Court) -> int:
    """When the next checkpoint is signed, ms since 1970."""
    now, every = court.clock(), batch_ms(court.settings)
    return now if not every else now - now % every + every


# --- what is served ---


async def newest(court: Court) -> KeptCheckpoint:
    """The newest signed checkpoint; without batches a new one is signed where the log has grown. Raises NotYet.

    Whoever asks shows it to somebody, so this machine remembers it.
    """
    last = await _newest(court)
    court.keys.saw(last.size, last.note)
    return last


async def _newest(court: Court) -> KeptCheckpoint:
    async with court.work.reading() as reading:
        last, size = await ledger.last_checkpoint(reading), await ledger.size(reading)
    if batch_ms(court.settings):
        if last is None:
            raise not_yet(court)
        return last
    if last is not None and last.size >= size:
        return last
    try:
        await _ask_witnesses_first(court)
        return await _sign_what_is_there(court)
    except (seen.SetBack, log_tree.LogDiffers) as error:  # for the operator; whoever asks is told to come again
        log.error("the log is not signed", error=error)
        raise Unavailable("nothing_kept") from error
    except Exception as error:
        if last is None or not isinstance(court.work.fault(error) or error, Full):
            raise
        log.warning("the log has grown, and there is no room to sign it: what was signed before is served", error=error)
        return last


async def _ask_witnesses_first(court: Court) -> None:
    """Before this process signs for the first time: on a machine that has served nothing yet, nobody else knows of a store that was set
    back. Later ones know by what was served here. Raises SetBack; for `ASK_AGAIN` after that Unavailable.
    """
    keys = court.keys
    if keys.witnesses_asked:
        return
    from chaupal.governance.log import cosigned  # it asks about what is signed here

    async with keys.asking:
        if keys.witnesses_asked:
            return
        if monotonic() < keys.ask_again:
            raise Unavailable("nothing_kept")
        try:
            await cosigned.check_seen(court)
        except seen.SetBack:
            keys.ask_again = monotonic() + ASK_AGAIN
            raise
        keys.witnesses_asked = True


async def signed_size(court: Court, reading: Reading) -> int:
    """How many entries may be served."""
    last = await ledger.last_checkpoint(reading)
    return 0 if last is None else last.size


async def public_key(court: Court) -> tlog.VerifyingKey:
    """The key that signs now."""
    async with court.work.reading() as reading:
        return (await signing_key(court, reading)).public


async def key_changes(reading: Reading) -> list[tuple[int, int]]:
    """(entry, size of the checkpoint that both keys signed) of each change of the log's key, in order."""
    return msgspec.json.decode(await marks.read(reading, CHANGES_MARK) or "[]", type=list[tuple[int, int]])


# --- batches ---


async def is_due(court: Court) -> bool:
    """Whether the hour of a batch has come that is not signed yet."""
    if not batch_ms(court.settings):
        return False
    async with court.work.reading() as reading:
        return _is_due(court, await ledger.last_checkpoint(reading))


async def beginning(court: Court, reading: Reading) -> KeptCheckpoint:
    """The checkpoint of no entries yet. It is not kept: nobody is served it."""
    head = tlog.Checkpoint(court.keys.name, 0, tlog.EMPTY_ROOT)
    return KeptCheckpoint(0, tlog.sign_checkpoint(head, await signing_key(court, reading)), 0)


async def publish_due(court: Court) -> bool:
    """Sign the batch whose hour has come; whether one had. Nothing else signs batches."""
    if not await is_due(court):
        return False
    async with court.work.writing() as w:
        size = await ledger.hold(w)
        last = await ledger.last_checkpoint(w)
        if not _is_due(court, last):
            return False
        size = _ends_at(court, size, last)
        await _fill(court, w, size)
        changed = await _sign(court, w, size)
    _follow(court, changed)
    await newest(court)  # who signs remembers it as who serves does: a worker serves nothing
    return True


def _ends_at(court: Court, size: int, last: KeptCheckpoint | None) -> int:
    """With how many entries the batch that is due ends. Each that was slept through is made up for: what waits comes when it was to."""
    many, every, now = court.settings.log_batch_entries, batch_ms(court.settings), court.clock()
    slept = 0 if last is None else min(now - now % every - last.at + last.at % every, SLEPT)
    least = (0 if last is None else last.size) + many * max(slept // every, 1)
    return max(size, least) + -max(size, least) % many


def _is_due(court: Court, last: KeptCheckpoint | None) -> bool:
    now = court.clock()
    # A checkpoint from the future was signed by a clock that has been put right since.
    return last is None or not now - now % batch_ms(court.settings) <= last.at <= now + MINUTE


async def append(court: Court, w: Writing, entries: Sequence[tuple[str, bytes]]) -> list[int]:
    """(kind, entry)s that everybody may read, in order, and between them what fills the places that are kept; their indexes."""
    size, kept = await free(court, w), bool(batch_ms(court.settings))
    line: list[tuple[str, bytes] | None] = []  # None: a place that is kept
    places: list[int] = []
    for entry in entries:
        if kept and _is_kept(size + len(line)):
            line.append(None)
        places.append(size + len(line))
        line.append(entry)
    await _lay(court, w, size, line)
    return places


async def append_secret(court: Court, w: Writing, entry: bytes, *, begins: bool) -> int:
    """An entry that says nothing yet. The place that it has from now on, and where the log will come to it.

    `begins`: whether something begins by it, which need not. Raises Conflict where it would come into the log too late then.
    """
    size = await free(court, w)
    if not batch_ms(court.settings):
        return await log_tree.add(w, [(COVER, entry)])
    place = max(size, await ledger.reach(w))
    place += 0 if _is_kept(place) else 1
    if begins and await _comes_at(court, w, place) > _room_until(court):
        raise Conflict("log_full")
    await ledger.wait(w, place, COVER, entry)
    return place


async def check_waiting(court: Court) -> None:
    """Before serving: raises BadSettings where batches have become so few or so small that what waits is logged too late."""
    if not batch_ms(court.settings):
        return
    now = court.clock()
    async with court.work.of_one_moment() as reading:
        reach, size = await ledger.reach(reading), await ledger.size(reading)
        late = reach > size and await _comes_at(court, reading, reach - 1) > court.rules.current(now).logged_by(now)
    if late:
        raise BadSettings(f"log_batch_entries {TOO_FEW}")


def _room_until(court: Court) -> int:
    """By when (ms) what begins in secret now must come into the log."""
    now = court.clock()
    by = court.rules.current(now).logged_by(now)
    return by - (by - now) // KEPT_FOR_LATER


async def _comes_at(court: Court, reading: Reading, place: int) -> int:
    """When (ms) the log comes to a place at the latest: each batch adds at least what the settings say."""
    last = await ledger.last_checkpoint(reading)
    batches = (place - (0 if last is None else last.size)) // court.settings.log_batch_entries
    return next_batch(court) + batches * batch_ms(court.settings)


def _is_kept(place: int) -> bool:
    return place % EVERY == EVERY - 1


async def free(court: Court, w: Writing) -> int:
    """The log's size, held. Where nothing is signed in batches nothing waits: what did before is let in."""
    size = await ledger.hold(w)
    if batch_ms(court.settings) or w.edge[0] == size:  # what this unit has appended last is the end
        return size
    if (reach := await ledger.reach(w)) > size:
        await _fill(court, w, reach)
        return reach
    return size


async def _fill(court: Court, w: Writing, size: int) -> None:
    """Let the log grow to a size by what waits, and where nothing does by entries that say nothing."""
    now = await ledger.hold(w)
    await _lay(court, w, now, [None] * (size - now))


async def _lay(court: Court, w: Writing, size: int, line: Sequence[tuple[str, bytes] | None]) -> None:
    """Append in order; in the place of None what has waited for it, else an entry that says nothing."""
    if not line:
        return
    if None not in line:
        await log_tree.add(w, [entry for entry in line if entry is not None])
        return
    waited, at = await ledger.waiting(w, size, size + len(line)), await opaque_minute(court, w)
    told = [
        (COVER, tlog.cover_at(waited[place], at) if place in waited else tlog.cover_leaf(at).entry)
        if entry is None
        else entry
        for place, entry in enumerate(line, size)
    ]
    await log_tree.add(w, told, waited.keys())


async def opaque_minute(court: Court, w: Writing) -> str:
    """The time that opaque entries bear: when their batch began, the same for all of it, however late it is signed."""
    if not (every := batch_ms(court.settings)):
        return tlog.at_minute(court.clock() - court.clock() % HOUR)
    last = await ledger.last_checkpoint(w)
    return tlog.at_minute(last.at - last.at % every if last is not None and last.size else 0)


# --- signing ---


async def _sign_what_is_there(court: Court) -> KeptCheckpoint:
    async with court.work.writing() as w:
        size = await ledger.hold(w)
        changed = ""
        last = await ledger.last_checkpoint(w)
        if last is None or last.size < size:
            try:
                changed = await _sign(court, w, size)
            except Missing as error:  # another machine signs, and balancers send nobody here meanwhile (`holds_key`)
                raise Unavailable from error
            last = await ledger.last_checkpoint(w)
    _follow(court, changed)
    if last is None:
        raise not_yet(court)
    return last


async def sign_anew(court: Court, w: Writing) -> None:
    """Sign the first checkpoint under the name and key of a log that was begun anew in this unit; the court's keys bear the name."""
    size = await ledger.hold(w)
    if batch_ms(court.settings):
        size = _ends_at(court, size, await ledger.last_checkpoint(w))
        await _fill(court, w, size)
    await _sign(court, w, size)


async def reseal_what_waits(court: Court, w: Writing) -> None:
    """What waits for its place gets other salts. The older log may have come to that place in what is lost: whoever held the two
    entries side by side would see that both are the same, and so that they say something.
    """
    at, size = await opaque_minute(court, w), await ledger.hold(w)
    for place in await ledger.waiting(w, size, await ledger.reach(w)):
        known = await ledger.disclosures_of(w, place)
        made = tlog.sealed_again(at, {name: known[name][0] for name in tlog.SEALED})
        await ledger.seal_again(w, place, made.entry, made.disclosures)


async def _sign(court: Court, w: Writing, size: int) -> str:
    """Sign the log at `size` in this unit, which holds it: the note leaves the house only once the unit is durable.

    The vkey that a change of keys made the signing one, if this checkpoint completes one. Raises SetBack, LogDiffers where this
    machine has seen more, or else, than the store has now: it was set back while we served, or a standby took over that lacks it.
    """
    await seen.check(court, w)
    head = tlog.Checkpoint(court.keys.name, size, await log_tree.root(w, size))
    change = (await marks.read(w, CHANGE_MARK)).split()
    if not change or int(change[0]) >= size:
        key = await signing_key(court, w)
        await ledger.keep_checkpoint(w, size, tlog.sign_checkpoint(head, key))
        await marks.write(w, KEY_MARK, str(key.public))  # a backup taken between two steps says which file is meant
        return ""
    index, old, new = change
    await ledger.keep_checkpoint(
        w, size, tlog.sign_checkpoint(head, court.keys.signing_key(old), court.keys.signing_key(new))
    )
    await marks.write(w, KEY_MARK, new)
    await marks.write(w, CHANGE_MARK, "")
    await marks.write(w, CHANGES_MARK, msgspec.json.encode([*await key_changes(w), (int(index), size)]).decode())
    return new


async def holds_key(court: Court) -> bool:
    """Whether the key that signs the log is here."""
    try:
        async with court.work.reading() as reading:
            await signing_key(court, reading)
    except Problem:
        return False
    return True


async def signing_key(court: Court, reading: Reading) -> tlog.SigningKey:
    """The key that signs now. Raises Missing."""
    vkey = await marks.read(reading, KEY_MARK)
    return court.keys.signing_key(vkey) if vkey else court.keys.current


def _follow(court: Court, changed: str) -> None:
    if changed:
        court.keys.follow(changed)


# --- a new key ---


async def change_key(court: Court, by: str) -> tuple[tlog.VerifyingKey, tlog.VerifyingKey]:
    """(old, new): enter a change of the log's key; the next checkpoint is signed by both, those after it by the new one.

    Raises Conflict while an earlier change is not signed yet.
    """
    new = court.keys.make_next().public
    async with court.work.writing() as w:
        await ledger.hold(w)
        if await marks.read(w, CHANGE_MARK):
            raise Conflict("log_key_changing")
        old = (await signing_key(court, w)).public
        public = msgspec.to_builtins(Key(step="rotated", old=str(old), new=str(new), by=by))
        entry = tlog.leaf("key", "key", tlog.at_minute(court.clock()), public).entry
        (index,) = await append(court, w, [("key", entry)])
        await marks.write(w, CHANGE_MARK, f"{index} {old} {new}")
    return old, new

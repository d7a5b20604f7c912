"""Our log before its witnesses: each checkpoint is handed to them, and what they sign under it is kept and served.

They are asked before each batch, too: a store that was restored to an earlier moment knows nothing of what they have seen since.
"""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import msgspec

from chaupal.governance.context import Court
from chaupal.governance.log import batches as log_batches, seen as log_seen, tree as log_tree, witness as log_neighbours
from chaupal.kernel.logger import log
from chaupal.kernel.settings import BadSettings, Settings
from chaupal.store.court import ledger, witnesses
from chaupal.store.court.ledger import KeptCheckpoint
from chaupal.store.court.witnesses import LastCosigned
from chaupal_audit import errors as plain, tlog

if TYPE_CHECKING:
    import httpx2  # brought in when a witness is asked: no command does that

TIMEOUT = 15  # seconds
MOST_BYTES = 20_000  # of a witness's answer
SIZE_TYPE = "text/x.tlog.size"


class Witness(msgspec.Struct, frozen=True):
    """Whose cosignature counts, and the address below which `add-checkpoint` is."""

    key: tlog.WitnessKey
    url: str


class LogStatus(msgspec.Struct, frozen=True):
    """How the log stands, for the report and for whoever watches the server. Times in ms, sizes in entries.

    `final` is the newest checkpoint that as many witnesses signed as the settings ask for; None where none is.
    """

    origin: str
    key: str
    size: int
    root: str
    signed_at: int
    key_changes: int
    needed: int
    witnesses: list[LastCosigned]
    final: LastCosigned | None


def witnesses_of(settings: Settings) -> list[Witness]:
    """Those whom the settings name, neighbours among them. Raises BadSettings."""
    found = [Witness(one.witness, one.url) for one in log_neighbours.neighbours(settings)]
    for line in settings.log_witnesses:
        vkey, _, url = line.strip().partition(" ")
        try:
            key = tlog.WitnessKey.parse(vkey)
        except plain.Malformed as error:
            raise BadSettings(f"log_witnesses: {line}: {error.message}") from error
        if not url.strip().startswith(("https://", "http://")):
            raise BadSettings(f"log_witnesses: {line}: after the key, the address of the witness")
        found.append(Witness(key, url.strip().rstrip("/")))
    if len({witness.key.name for witness in found}) < len(found):
        raise BadSettings("log_witnesses, log_neighbours: two have the same name")
    return found


async def sign_due(court: Court, client: "httpx2.AsyncClient | None" = None) -> bool:
    """Sign the batch whose hour has come; whether one had. An errand of the server. Raises SetBack as `check_seen` does."""
    if not await log_batches.is_due(court):
        return False
    await check_seen(court, client)
    return await log_batches.publish_due(court)


async def check_seen(court: Court, client: "httpx2.AsyncClient | None" = None) -> None:
    """Raises SetBack where a witness has signed more of our log than the store has. One that cannot be reached is passed over, `TIMEOUT`
    later at most.
    """
    sizes, size = await sizes_seen(court, client)
    for who, seen in sizes:
        if seen > size:
            raise log_seen.set_back(
                f"The witness {who.key.name} has signed {seen} entries (where it is wrong, take it out of the settings)",
                size,
            )


async def sizes_seen(court: Court, client: "httpx2.AsyncClient | None" = None) -> tuple[list[tuple[Witness, int]], int]:
    """How many entries each witness says that it has seen where they are others than it should have, and how many are signed here. One
    without https is not believed that it has seen more.

    Where nothing is signed yet it is asked about the log's beginning, which every log of ours goes on from.
    """
    asked = witnesses_of(court.settings)
    if not asked:
        return [], 0
    async with court.work.of_one_moment() as reading:
        kept = await ledger.last_checkpoint(reading) or await log_batches.beginning(court, reading)
        known = await witnesses.last_by(reading)
    async with _client(client) as opened:
        sizes = await asyncio.gather(*(_seen_by(court, opened, who, kept, known) for who in asked))
    async with court.work.reading() as reading:  # another process may have signed one meanwhile
        size = await log_batches.signed_size(court, reading)
    found: list[tuple[Witness, int]] = []
    for who, seen in zip(asked, sizes, strict=True):
        # A size is not signed: over plain http whoever sits on the line could have said it, and stopped the log.
        if seen > size and not who.url.startswith("https://"):
            log.error(
                "a witness without https says that it has signed more", witness=who.key.name, size=seen, ours=size
            )
        else:
            found.append((who, seen))
    return found, size


async def ask_witnesses(court: Court, client: "httpx2.AsyncClient | None" = None) -> int:
    """Hand the newest checkpoint to every witness that has not signed it; how many did now.

    An errand, done again and again: a witness that cannot be reached is asked again the next time.
    """
    asked = witnesses_of(court.settings)
    if not asked:
        return 0
    try:
        kept = await log_batches.newest(court)
    except log_batches.NotYet:
        return 0
    async with court.work.reading() as reading:
        known = await witnesses.last_by(reading)
    waiting = [who for who in asked if who.key.name not in known or known[who.key.name].size < kept.size]
    async with _client(client) as opened:
        return sum(await asyncio.gather(*(_ask(court, opened, who, kept, known) for who in waiting)))


@asynccontextmanager
async def _client(client: "httpx2.AsyncClient | None") -> "AsyncGenerator[httpx2.AsyncClient]":
    """The one that was given, or one for as long as this lasts."""
    if client is not None:
        yield client
        return
    import httpx2

    async with httpx2.AsyncClient(timeout=TIMEOUT, trust_env=False, follow_redirects=False) as opened:
        yield opened


async def status(court: Court) -> LogStatus | None:
    """How the log stands; None where nothing is signed yet."""
    settings = court.settings
    async with court.work.reading() as reading:
        kept = await ledger.last_checkpoint(reading)
        if kept is None:
            return None
        changes, known = await log_batches.key_changes(reading), await witnesses.last_by(reading)
        needed = settings.log_witnesses_needed
        final = await witnesses.final(reading, needed) if needed else LastCosigned("", kept.size, kept.at)
    head, *_ = tlog.parse_checkpoint(kept.note)
    names = [who.key.name for who in witnesses_of(settings)]
    return LogStatus(
        origin=head.origin,
        key=str(await log_batches.public_key(court)),
        size=head.size,
        root=head.root.hex(),
        signed_at=kept.at,
        key_changes=len(changes),
        needed=needed,
        witnesses=[known.get(name, LastCosigned(name, 0, 0)) for name in names],
        final=final,
    )


async def policy(court: Court) -> str:
    """Whom we ask to witness us, as the file of a policy (c2sp.org/tlog-policy) that visitors can check us against.

    It comes from us, so it is worth as much as we are, until a visitor has compared its keys with those who hold them.
    """
    settings = court.settings
    log = tlog.Party(await log_batches.public_key(court), f"{settings.origin}/log")
    asked = [tlog.Party(who.key, who.url) for who in witnesses_of(settings)]
    return tlog.write_policy([log], asked, settings.log_witnesses_needed)


class Witnessing(msgspec.Struct, frozen=True):
    """By how many of those `asked` the checkpoint of `size` entries, the one that is served, is witnessed; 0 asked: by nobody.

    `older`: the logs of which it has only what was kept; `back`: (entry that says so, the entries that came back from a copy).
    """

    size: int
    signed: int
    asked: int
    needed: int
    older: Sequence[log_seen.OlderLog] = ()
    back: Sequence[tuple[int, range]] = ()

    @property
    def witnessed(self) -> bool:
        """Whether as many signed as the settings ask for, and at least one did."""
        return self.signed >= max(self.needed, 1)


async def standing(court: Court) -> Witnessing | None:
    """How the newest checkpoint stands before its witnesses; None where nothing is signed yet."""
    names = {who.key.name for who in witnesses_of(court.settings)}
    async with court.work.reading() as reading:
        kept = await ledger.last_checkpoint(reading)
        known = {} if kept is None else await witnesses.last_by(reading)
        older, back = await log_seen.older(reading), await ledger.refilled(reading)
    if kept is None:
        return None
    signed = sum(name in known and known[name].size == kept.size for name in names)
    return Witnessing(kept.size, signed, len(names), court.settings.log_witnesses_needed, older, back)


async def _ask(
    court: Court, client: "httpx2.AsyncClient", who: Witness, kept: KeptCheckpoint, known: dict[str, LastCosigned]
) -> bool:
    """Whether this witness signed it. Asked anew once, where it has seen us further (or less far) than we remember."""
    old = _known_size(who, known)
    said, seen = await _submit(court, client, who, kept, old)
    if seen is not None and seen != old and seen <= kept.size:
        said, seen = await _submit(court, client, who, kept, seen)
    if seen is not None:
        log.error("a witness has seen another history of our log", witness=who.key.name, size=seen, ours=kept.size)
    return await _keep(court, who, kept, said)


async def _seen_by(
    court: Court, client: "httpx2.AsyncClient", who: Witness, kept: KeptCheckpoint, known: dict[str, LastCosigned]
) -> int:
    """How many entries this witness says that it has seen where they are others than it should have; 0: nothing of the kind."""
    _, seen = await _submit(court, client, who, kept, _known_size(who, known))
    return seen or 0


def _known_size(who: Witness, known: dict[str, LastCosigned]) -> int:
    return known[who.key.name].size if who.key.name in known else 0


async def _submit(
    court: Court, client: "httpx2.AsyncClient", who: Witness, kept: KeptCheckpoint, old: int
) -> tuple[str, int | None]:
    """As `_handed`; of a witness that cannot be asked nothing is known."""
    import httpx2

    try:
        return await _handed(court, client, who, kept, old)
    except (httpx2.HTTPError, httpx2.InvalidURL, plain.Malformed, plain.Unsound, ValueError, TimeoutError) as error:
        log.warning("a witness could not be asked", witness=who.key.name, error=error)
        return "", None


async def _handed(
    court: Court, client: "httpx2.AsyncClient", who: Witness, kept: KeptCheckpoint, old: int
) -> tuple[str, int | None]:
    """(signature lines, None), or ("", the size that the witness saw last)."""
    body = tlog.Submission(old, await _proof(court, old, kept.size), kept.note).text
    address = f"{who.url}/add-checkpoint"
    # The client's own limit is for each read: who sends a byte now and then would be listened to for days.
    async with asyncio.timeout(TIMEOUT), client.stream("POST", address, content=body.encode()) as answer:
        text = bytearray()
        async for chunk in answer.aiter_bytes():
            text += chunk
            if len(text) > MOST_BYTES:
                raise plain.Malformed("the answer is too long")
    if answer.status_code == 409 and answer.headers.get("content-type", "").startswith(SIZE_TYPE):
        return "", int(text.decode("ascii"))
    if answer.status_code != 200:
        raise plain.Malformed(f"it answered {answer.status_code}")
    return text.decode(), None


async def _proof(court: Court, old: int, size: int) -> list[bytes]:
    async with court.work.reading() as reading:
        known = await log_tree.nodes(reading, tlog.nodes_needed_for_consistency(old, size))
    return tlog.consistency_proof(old, size, known.__getitem__)


async def _keep(court: Court, who: Witness, kept: KeptCheckpoint, said: str) -> bool:
    """Keep the line by this witness's key, if it is good; lines by other keys are ignored."""
    _, text, _ = tlog.parse_checkpoint(kept.note)
    line = _good_line(who, text, said)
    if line is None:
        return False
    async with court.work.writing() as w:
        await witnesses.keep(w, kept.size, who.key.name, line, w.now())
    return True


def _good_line(who: Witness, text: str, said: str) -> str | None:
    try:
        lines: Sequence[tuple[str, tlog.Signature]] = tlog.parse_lines(said) if said else ()
    except plain.Malformed:
        lines = ()
    found = next((line for line, signature in lines if who.key.cosigned(signature, text) is not None), None)
    if found is None and said:
        log.warning("a witness answered without a good cosignature", witness=who.key.name)
    return found

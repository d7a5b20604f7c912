"""Servers witness each other's logs: by the paper's own status codes, never two histories, and never twice at once."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import msgspec
import pytest
from sqlalchemy import delete

from chaupal.app.wiring import RunningHouse, open_house
from chaupal.governance.context import Court
from chaupal.governance.log import batches as log_batches, cosigned as log_cosigned, log, seen, witness as log_witness
from chaupal.kernel.clock import HOUR, StillClock
from chaupal.kernel.errors import Unavailable
from chaupal.kernel.settings import BadSettings, Settings, load_settings
from chaupal.store.machine.dialect import statement
from chaupal.store.tables.log import cosignatures, log_checkpoints
from chaupal_audit import tlog
from logs import ENTRIES, KEY, Mirror

LOG = Mirror(ENTRIES)
STRANGER = tlog.SigningKey.from_seed("chaupal.example/governance", bytes(32))


def submission(size: int, old: int, **changes: object) -> str:
    log = Mirror(ENTRIES[:size])
    proof = tlog.consistency_proof(old, size, log.nodes.__getitem__) if old <= size else []
    given: dict[str, Any] = {"proof": proof, "note": log.note} | changes
    return tlog.Submission(old, given["proof"], given["note"]).text


@pytest.fixture
async def witness(settings: Settings, clock: StillClock) -> AsyncIterator[RunningHouse]:
    """A server that witnesses the log of `logs.py`, on both databases."""
    running = await open_house(
        msgspec.structs.replace(settings, witness_logs=(LOG.files["key"].decode(),)), clock=clock, run=False
    )
    yield running
    await running.close()


def client_of(running: RunningHouse) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app=running.app), base_url="http://witness.example")


async def submit(running: RunningHouse, body: str) -> httpx2.Response:
    async with client_of(running) as client:
        return await client.post("/log/add-checkpoint", content=body.encode())


async def test_a_log_that_only_grows_is_cosigned(witness, clock):
    key = log_witness.cosigner(witness.house.court).public
    for size, old in ((100, 0), (100, 100), (256, 100), (600, 256)):
        answer = await submit(witness, submission(size, old))
        assert (answer.status_code, answer.text.count("\n")) == (200, 1), answer.text
        note = Mirror(ENTRIES[:size]).note
        _, text, signatures = tlog.parse_checkpoint(note + answer.text)
        assert [key.cosigned(signature, text) for signature in signatures] == [None, clock() // 1000]
    async with client_of(witness) as client:
        assert tlog.WitnessKey.parse((await client.get("/log/witness")).text) == key


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (submission(300, 0), 409),  # it has seen 256
        (submission(300, 255), 409),
        (submission(256, 256, note=tlog.sign_checkpoint(tlog.Checkpoint(KEY.name, 256, bytes(32)), KEY)), 409),
        (submission(300, 256, proof=[bytes(32)]), 422),
        (submission(300, 256, proof=[]), 422),
        (submission(300, 256, note=Mirror([*ENTRIES[:9], ENTRIES[0], *ENTRIES[10:300]]).note), 422),
        (submission(300, 256, note=Mirror(ENTRIES[:300], STRANGER).note), 403),
        (submission(300, 256, note=Mirror(ENTRIES[:300], tlog.SigningKey.generate("other.example/log")).note), 404),
        (submission(300, 256, note=Mirror(ENTRIES[:200]).note), 400),  # older than the old size
        ("", 400),
        ("old 256", 400),
        ("old 0256\n\n" + LOG.note, 400),
        ("old -1\n\n" + LOG.note, 400),
        ("old 256\nAAAA\n\n" + LOG.note, 400),
        (submission(300, 256, proof=[bytes(32)] * 64), 400),
        ("old 256\n\nnot a note", 400),
    ],
)
async def test_each_refusal_has_the_papers_status(witness, body, status):
    assert (await submit(witness, submission(256, 0))).status_code == 200
    answer = await submit(witness, body)
    assert answer.status_code == status, answer.text
    if status == 409:
        assert (answer.text, answer.headers["content-type"]) == ("256\n", "text/x.tlog.size")
    assert (await submit(witness, submission(600, 256))).status_code == 200, "what was refused changed nothing"


async def test_an_empty_log_has_one_root(witness):
    assert (await submit(witness, submission(0, 0))).status_code == 200
    false = tlog.sign_checkpoint(tlog.Checkpoint(KEY.name, 0, bytes(32)), KEY)
    assert (await submit(witness, submission(0, 0, note=false))).status_code == 409


async def test_bytes_that_are_no_text_are_refused(witness):
    async with client_of(witness) as client:
        assert (await client.post("/log/add-checkpoint", content=b"\xff\xfe")).status_code == 400
        assert (await client.post("/log/add-checkpoint", content=b"old 0\n" * 20_000)).status_code == 413


async def test_of_two_who_race_one_history_is_cosigned(witness):
    assert (await submit(witness, submission(256, 0))).status_code == 200
    fork = Mirror([*ENTRIES[:256], *ENTRIES[300:350]])
    forked = tlog.Submission(256, tlog.consistency_proof(256, 306, fork.nodes.__getitem__), fork.note).text
    answers = await asyncio.gather(*(submit(witness, body) for body in [submission(306, 256), forked] * 8))
    good = [answer for answer in answers if answer.status_code == 200]
    assert len(good) == 1 and {answer.status_code for answer in answers} == {200, 409}


# --- a log before its witnesses ---


@pytest.fixture
async def watched(settings: Settings, clock: StillClock, tmp_path: Path) -> AsyncIterator[tuple[Court, RunningHouse]]:
    """A log with two witnesses named, one of which can be reached; it needs one."""
    first = await open_house(settings, clock=clock, run=False)
    origin_key = first.house.court.keys.current.public
    other = load_settings(
        environ={},
        data=str(tmp_path / "witness"),
        public_url="https://witness.example",
        witness_logs=(str(origin_key),),
        log_batch_minutes=0,
    )
    witness = await open_house(other, clock=clock, run=False)
    gone = tlog.Cosigner.from_seed("gone.example/witness", bytes(32)).public
    named = (
        f"{log_witness.cosigner(witness.house.court).public} http://witness.example/log",
        f"{gone} http://gone.invalid",
    )
    court = msgspec.structs.replace(
        first.house.court,
        settings=msgspec.structs.replace(settings, log_witnesses=named, log_witnesses_needed=1, log_batch_minutes=60),
    )
    assert await log_batches.publish_due(court)
    yield court, witness
    await first.close()
    await witness.close()


class Reachable(httpx2.AsyncBaseTransport):
    """The witness's server; every other host is away."""

    def __init__(self, running: RunningHouse) -> None:
        self.inner = httpx2.ASGITransport(app=running.app)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        if request.url.host != "witness.example":
            raise httpx2.ConnectError("away")
        return await self.inner.handle_async_request(request)


async def ask(court: Court, witness: RunningHouse) -> int:
    async with httpx2.AsyncClient(transport=Reachable(witness)) as client:
        return await log_cosigned.ask_witnesses(court, client)


async def test_cosignatures_are_asked_for_kept_and_served(watched, clock):
    court, witness = watched
    before = await log_cosigned.status(court)
    assert before is not None and (before.final, [w.size for w in before.witnesses]) == (None, [0, 0])
    assert await ask(court, witness) == 1
    assert await ask(court, witness) == 0, "it has signed this one"
    for _ in range(2):
        clock.move(HOUR)
        assert await log_batches.publish_due(court)
        assert await ask(court, witness) == 1
    note = await log.checkpoint(court)
    head, text, signatures = tlog.parse_checkpoint(note)
    key = log_witness.cosigner(witness.house.court).public
    assert [key.cosigned(found, text) for found in signatures] == [None, clock() // 1000]
    assert tlog.verify_checkpoint(note, court.keys.current.public).size == head.size
    receipt = await log.receipt(court, 3)
    assert receipt.endswith(note)
    status = await log_cosigned.status(court)
    assert status is not None and status.final is not None
    assert (status.size, status.final.size, status.needed, [w.size for w in status.witnesses]) == (
        head.size,
        head.size,
        1,
        [head.size, 0],
    )


async def test_a_witness_that_remembers_more_than_we_do_is_asked_again(watched, clock):
    """We lost what it told us: it says where it stands."""
    court, witness = watched
    assert await ask(court, witness) == 1
    async with court.work.writing() as w:
        await w.run(statement(delete(cosignatures)))
    clock.move(HOUR)
    assert await log_batches.publish_due(court)
    assert await ask(court, witness) == 1


async def test_a_lying_witness_adds_nothing(watched):
    court, _ = watched
    thief = tlog.Cosigner.from_seed("witness.example/witness", bytes(32))

    def lies(request: httpx2.Request) -> httpx2.Response:
        _, text, _ = tlog.parse_checkpoint(request.content.decode().partition("\n\n")[2])
        return httpx2.Response(200, text=thief.cosign(text, 1))

    for answering in (
        lies,
        lambda _: httpx2.Response(200, text="— x y\n"),
        lambda _: httpx2.Response(409, text="99\n", headers={"content-type": "text/x.tlog.size"}),
        lambda _: httpx2.Response(409, text="many\n", headers={"content-type": "text/x.tlog.size"}),
        lambda _: httpx2.Response(409, text="-1\n", headers={"content-type": "text/x.tlog.size"}),
        lambda _: httpx2.Response(302, headers={"location": "http://elsewhere"}),
        lambda _: httpx2.Response(200, text="x" * 100_000),
    ):
        async with httpx2.AsyncClient(transport=httpx2.MockTransport(answering)) as client:
            assert await log_cosigned.ask_witnesses(court, client) == 0
    assert (await log.checkpoint(court)).count("\u2014") == 1


def says(size: int) -> httpx2.AsyncClient:
    """To witnesses that have all seen so many entries."""
    answer = httpx2.Response(409, text=f"{size}\n", headers={"content-type": "text/x.tlog.size"})
    return httpx2.AsyncClient(transport=httpx2.MockTransport(lambda _: answer))


def by_https(court: Court) -> Court:
    named = tuple(line.replace("http://", "https://") for line in court.settings.log_witnesses)
    return msgspec.structs.replace(court, settings=msgspec.structs.replace(court.settings, log_witnesses=named))


async def test_who_has_seen_less_or_is_slow_or_not_surely_itself_keeps_nothing_from_being_signed(
    watched, clock, monkeypatch
):
    court, witness = watched
    assert await ask(court, witness) == 1
    # Over plain http it is whoever sits on the line that says so.
    for asked, size in ((by_https(court), 1), (court, 999_999_999)):
        clock.move(HOUR)
        async with says(size) as client:
            assert await log_cosigned.sign_due(asked, client)

    async def dripping() -> AsyncIterator[bytes]:
        while True:
            await asyncio.sleep(0)
            yield b"\n"

    monkeypatch.setattr(log_cosigned, "TIMEOUT", 0.01)
    monkeypatch.setattr(log_cosigned, "MOST_BYTES", 10**9)
    clock.move(HOUR)
    slow = httpx2.MockTransport(lambda _: httpx2.Response(200, content=dripping()))
    async with httpx2.AsyncClient(transport=slow) as client:
        assert await log_cosigned.sign_due(court, client)


async def test_a_store_in_which_nothing_is_signed_yet_signs_nothing_where_a_witness_has_seen_it(watched):
    court = by_https(watched[0])
    async with court.work.writing() as w:
        await w.run(statement(delete(log_checkpoints)))
    async with says(16) as client:
        with pytest.raises(seen.SetBack, match="has signed 16 entries"):
            await log_cosigned.sign_due(court, client)
    async with says(0) as client:
        assert await log_cosigned.sign_due(court, client)


async def test_where_the_log_is_signed_on_demand_witnesses_are_asked_before_a_process_signs_for_the_first_time(
    watched, clock, monkeypatch
):
    court = by_https(watched[0])
    at_once = msgspec.structs.replace(court, settings=msgspec.structs.replace(court.settings, log_batch_minutes=0))
    async with court.work.writing() as w:
        await log_batches.append(at_once, w, [("key", ENTRIES[0])])
    asked, now = list[int](), 0.0
    monkeypatch.setattr(log_batches, "monotonic", lambda: now)  # by no clock that somebody sets back
    for size in (999, 999, 0):
        clock.move(-HOUR)
        now += log_batches.ASK_AGAIN
        monkeypatch.setattr(
            log_cosigned, "_client", lambda _, size=size: asked.append(size) or contextlib.nullcontext(says(size))
        )
        if size:
            refused = await asyncio.gather(*(log.checkpoint(at_once) for _ in range(3)), return_exceptions=True)
            assert [type(one) for one in refused] == [Unavailable] * 3
    assert asked == [999, 999], "once for all, and not again for a while"
    before = tlog.parse_checkpoint(await log.checkpoint(at_once))[0].size
    monkeypatch.setattr(log_cosigned, "_client", None)  # not again
    async with court.work.writing() as w:
        await log_batches.append(at_once, w, [("key", ENTRIES[1])])
    assert tlog.parse_checkpoint(await log.checkpoint(at_once))[0].size == before + 1


@pytest.mark.parametrize(
    "bad",
    [
        {"log_witnesses": ("nonsense http://x",)},
        {"log_witnesses": (str(tlog.Cosigner.from_seed("w", bytes(32)).public),)},  # no address
        {"log_witnesses": (f"{tlog.SigningKey.from_seed('w', bytes(32)).public} http://x",)},  # a log's key
        {"witness_logs": (str(tlog.Cosigner.from_seed("w", bytes(32)).public),)},  # a witness's key
    ],
)
async def test_settings_that_name_no_witness_are_refused_at_the_start(settings, clock, bad):
    with pytest.raises(BadSettings, match=next(iter(bad))):
        await open_house(msgspec.structs.replace(settings, **bad), clock=clock, run=False)


def test_more_witnesses_cannot_be_asked_for_than_are_named():
    named = f"{tlog.Cosigner.from_seed('w', bytes(32)).public} https://w.example/log"
    environ = {"CHAUPAL_LOG_WITNESSES": f"{named}, {named}", "CHAUPAL_LOG_WITNESSES_NEEDED": "2"}
    assert len(load_settings(environ=environ).log_witnesses) == 2
    with pytest.raises(BadSettings, match="fewer log_witnesses"):
        load_settings(environ=environ | {"CHAUPAL_LOG_WITNESSES_NEEDED": "3"})
    with pytest.raises(BadSettings, match="same name"):
        log_cosigned.witnesses_of(load_settings(environ=environ))

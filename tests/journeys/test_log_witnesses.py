"""Witnesses that are not ours cosign our log: Debian's litewitness, a program in Go that knows only the papers, and neighbours."""

import os
import shutil
import socket
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_ssh_public_key

from chaupal.app.wiring import RunningHouse, open_house
from chaupal.governance.context import Court
from chaupal.governance.log import batches as log_batches, cosigned as log_cosigned, log, witness as log_witness
from chaupal.kernel.clock import HOUR, StillClock
from chaupal.kernel.settings import Settings, load_settings
from chaupal_audit import tlog
from chaupal_audit.log.fetching import Fetch
from chaupal_audit.log.findings import Broken, Fault
from chaupal_audit.log.verify import verify_log
from go_built import go_built
from ports import free_port
from waiting import PATIENCE, eventually

SOURCE = Path(__file__).parent / "witness/main.go"
SEED = "07" * 32


@dataclass
class Foreign:
    """A witness that runs: its key and its address."""

    key: tlog.WitnessKey
    url: str

    @property
    def line(self) -> str:
        return f"{self.key} {self.url}"


@pytest.fixture
async def court(settings: Settings, clock: StillClock) -> AsyncIterator[Court]:
    """A house whose log is signed by the hour, with its first checkpoint."""
    running = await open_house(settings, clock=clock, run=False)
    found = msgspec.structs.replace(
        running.house.court, settings=msgspec.structs.replace(settings, log_batch_minutes=60)
    )
    assert await log_batches.publish_due(found)
    yield found
    await running.close()


def asking(court: Court, *witnesses: Foreign, needed: int = 1) -> Court:
    lines = tuple(witness.line for witness in witnesses)
    changed = msgspec.structs.replace(court.settings, log_witnesses=lines, log_witnesses_needed=needed)
    return msgspec.structs.replace(court, settings=changed)


async def serving(court: Court) -> Fetch:
    """The log's files as a visitor is served them."""
    note = await log.checkpoint(court)
    head, *_ = tlog.parse_checkpoint(note)
    files = {"checkpoint": note.encode(), "key": str(court.keys.current.public).encode()}
    for level, n, width in tlog.tiles(head.size):
        for path in {tlog.tile_path(level, n, width), *([tlog.tile_path(None, n, width)] if level == 0 else [])}:
            files[path] = await log.tile(court, path)

    def fetch(url: str, limit: int) -> bytes:
        body = files.get(url.partition("/log/")[2])
        if body is None:
            raise Broken(Fault.missing, url)
        return body[:limit]

    return fetch


async def grown(court: Court, clock: StillClock) -> None:
    clock.move(HOUR)
    assert await log_batches.publish_due(court)


async def check_cosigns(court: Court, clock: StillClock, witness: Foreign) -> None:
    """It cosigns every checkpoint that follows, which a verifier that asks for it finds; and no other history."""
    court = asking(court, witness)
    for _ in range(3):
        assert await log_cosigned.ask_witnesses(court) == 1
        found = verify_log(
            "https://our.example/log", policy=tlog.policy_of([str(witness.key)]), fetch=await serving(court)
        )
        assert found.ok, found
        assert list(found.witnessed) == [witness.key.name]
        standing = await log_cosigned.standing(court)
        assert standing is not None
        assert (standing.signed, standing.asked, standing.witnessed) == (1, 1, True)
        await grown(court, clock)
    standing = await log_cosigned.standing(court)
    assert standing is not None and not standing.witnessed
    fork = tlog.sign_checkpoint(tlog.Checkpoint(court.keys.name, 10_000, bytes(32)), court.keys.current)
    async with httpx2.AsyncClient(timeout=PATIENCE) as client:
        body = tlog.Submission(standing.size, [bytes(32)] * 5, fork).text
        answer = await client.post(f"{witness.url}/add-checkpoint", content=body.encode())
    assert answer.status_code in (409, 422), answer.text


# --- a program in Go ---


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return go_built(SOURCE, tmp_path_factory.mktemp("witness") / "witness")


@pytest.fixture
def go_witness(program: Path, court: Court) -> Iterator[Foreign]:
    key = str(court.keys.current.public)
    command = [str(program), "127.0.0.1:0", "go.example/witness", SEED, key]
    with running(subprocess.Popen(command, stdout=subprocess.PIPE, text=True)) as started:
        assert started.stdout is not None
        vkey, _, url = started.stdout.readline().strip().partition(" ")
        yield Foreign(tlog.WitnessKey.parse(vkey), url)


async def test_a_witness_in_go_that_knows_only_the_papers_cosigns_our_log(court, clock, go_witness):
    assert go_witness.key == tlog.Cosigner.from_seed("go.example/witness", bytes.fromhex(SEED)).public
    await check_cosigns(court, clock, go_witness)


# --- Debian's litewitness ---


@pytest.fixture
def litewitness(tmp_path: Path, court: Court) -> Iterator[Foreign]:
    """It keeps its key in an agent of ssh, as its operators do."""
    if not all(map(shutil.which, ("litewitness", "witnessctl", "ssh-agent", "ssh-add", "ssh-keygen"))):
        pytest.skip("no litewitness here: make services")
    name, key, agent = "lite.example/witness", tmp_path / "key", tmp_path / "a"
    db = ("-db", str(tmp_path / "w.db"))
    program = os.environ.get("LITEWITNESS", "litewitness")
    run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)])
    public = load_ssh_public_key(key.with_suffix(".pub").read_bytes())
    assert isinstance(public, Ed25519PublicKey)
    origin, vkey = court.keys.name, str(court.keys.current.public)
    run(["witnessctl", "add-log", *db, "-origin", origin])
    run(["witnessctl", "add-key", *db, "-origin", origin, "-key", vkey])
    where = f"127.0.0.1:{free_port()}"
    with running(subprocess.Popen(["ssh-agent", "-D", "-a", str(agent)], stdout=subprocess.DEVNULL)):
        eventually(lambda: agent_listens(agent), str(agent))
        run(["ssh-add", "-q", str(key)], SSH_AUTH_SOCK=str(agent))
        fingerprint = run(["ssh-keygen", "-lf", str(key)]).split()[1]
        started = [program, *db, "-name", name, "-key", fingerprint, "-ssh-agent", str(agent), "-listen", where]
        # Debian builds it without its go.mod, so that its routes ("POST /…") are read as Go of old would: this says otherwise.
        environ = os.environ | {"GODEBUG": "httpmuxgo121=0"}
        said = tmp_path / "said"
        with said.open("wb") as heard, running(subprocess.Popen(started, stderr=heard, env=environ)):
            eventually(lambda: listens(where), f"somebody who listens at {where}")
            skip_where_it_cannot_store(court, where, said)
            yield Foreign(tlog.WitnessKey(name, public.public_bytes_raw()), f"http://{where}")


@contextmanager
def running[P: subprocess.Popen[Any]](process: P) -> Iterator[P]:
    """A program that is ended whatever happens."""
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def skip_where_it_cannot_store(court: Court, where: str, said: Path) -> None:
    """Debian 13's build (0.4.3-3+b3) panics as it stores the first checkpoint of any log, once it has verified it."""
    empty = tlog.sign_checkpoint(tlog.Checkpoint(court.keys.name, 0, tlog.EMPTY_ROOT), court.keys.current)
    try:
        httpx2.post(
            f"http://{where}/add-checkpoint", content=tlog.Submission(0, [], empty).text.encode(), timeout=PATIENCE
        )
    except httpx2.HTTPError:
        assert "persistTreeHead" in said.read_text("utf-8")
        pytest.skip("this litewitness panics when it stores a checkpoint; name one that does not as LITEWITNESS")


def run(command: list[str], **environ: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ | environ, check=False)
    assert done.returncode == 0, f"{command}: {done.stderr}"
    return done.stdout


def agent_listens(agent: Path) -> bool:
    """Its socket is there a moment before it takes anybody."""
    with socket.socket(socket.AF_UNIX) as found:
        return found.connect_ex(str(agent)) == 0


def listens(where: str) -> bool:
    host, _, port = where.partition(":")
    with socket.socket() as found:
        return found.connect_ex((host, int(port))) == 0


async def test_debians_litewitness_cosigns_our_log(court, clock, litewitness):
    await check_cosigns(court, clock, litewitness)


async def test_two_of_three_witnesses_are_enough_where_one_is_away(court, clock, go_witness, litewitness):
    gone = Foreign(tlog.Cosigner.from_seed("gone.example/witness", bytes(32)).public, f"http://127.0.0.1:{free_port()}")
    trusted = [str(one.key) for one in (go_witness, litewitness, gone)]
    court = asking(court, go_witness, litewitness, gone, needed=2)
    assert await log_cosigned.ask_witnesses(court) == 2
    fetch = await serving(court)
    assert verify_log("https://our.example/log", policy=tlog.policy_of(trusted), fetch=fetch).ok
    assert not verify_log("https://our.example/log", policy=tlog.policy_of(trusted, 3), fetch=fetch).ok
    # What the server says of itself is a policy that anybody's program can read.
    shipped = tlog.parse_policy(await log_cosigned.policy(court))
    assert (shipped.least, len(shipped.witnesses)) == (2, 3)
    assert verify_log("https://our.example/log", shipped.key, policy=shipped, fetch=fetch).ok


# --- neighbours ---


async def neighbour(folder: Path, name: str, clock: StillClock, *lines: str) -> RunningHouse:
    settings = load_settings(
        environ={},
        data=str(folder / name),
        public_url=f"https://{name}",
        log_batch_minutes=60,
        log_neighbours=lines,
        log_witnesses_needed=len(lines),
    )
    return await open_house(settings, clock=clock, run=False)


class Street(httpx2.AsyncBaseTransport):
    """Both houses' servers, by their names."""

    def __init__(self, **houses: RunningHouse) -> None:
        self.inner = {f"{name}.example": httpx2.ASGITransport(app=running.app) for name, running in houses.items()}

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        return await self.inner[request.url.host].handle_async_request(request)


async def test_two_houses_witness_one_another_by_one_line_each(tmp_path, clock):
    """The line that a house gives at /log/neighbour is all that the other's settings need, both ways."""
    one, two = await neighbour(tmp_path, "one.example", clock), await neighbour(tmp_path, "two.example", clock)
    lines = [await log_witness.card(house.house.court) for house in (one, two)]
    await one.close()
    await two.close()
    one = await neighbour(tmp_path, "one.example", clock, lines[1])
    two = await neighbour(tmp_path, "two.example", clock, lines[0])
    async with httpx2.AsyncClient(transport=Street(one=one, two=two)) as client:
        assert (await client.get("https://one.example/log/neighbour")).text.strip() == lines[0]
        for house in (one, two):
            assert await log_batches.publish_due(house.house.court)
            assert await log_cosigned.ask_witnesses(house.house.court, client) == 1
            standing = await log_cosigned.standing(house.house.court)
            assert standing is not None and standing.witnessed
        served = tlog.parse_policy((await client.get("https://two.example/log/policy")).text)
        note = (await client.get("https://two.example/log/checkpoint")).text
        assert list(served.signed_by(note)) == ["one.example/witness"]
        assert served.holds(served.signed_by(note))
    await one.close()
    await two.close()

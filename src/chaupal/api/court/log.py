"""The public log as files (c2sp.org/tlog-tiles): checkpoint, key, tiles, entries, receipts. No words of people are in it."""

from typing import Any

import msgspec

from chaupal.governance.laws import laws
from chaupal.governance.log import batches as log_batches, cosigned as log_cosigned, log, witness as log_witness
from chaupal.http.call import Answer, Call, Route, Shape, get, json, post
from chaupal.kernel.errors import NotFound
from chaupal.policy.viewer import Surface

SUBMISSION = 20_000  # bytes: 63 hashes and a checkpoint with many signatures
TEXT = "text/plain; charset=utf-8"
BRIEFLY = [("cache-control", "no-cache"), ("access-control-allow-origin", "*")]
# What was signed never changes, so whoever has a tile may keep it.
FOR_GOOD = [("cache-control", "public, max-age=31536000, immutable"), ("access-control-allow-origin", "*")]


class TileAsked(msgspec.Struct):
    """`0/x001/234`, `entries/000.p/7`: the path below `/log/tile/`."""

    path: str


class CheckpointSent(msgspec.Struct):
    """The body of `add-checkpoint`."""

    body: str = ""


class EntryAsked(msgspec.Struct):
    """An entry by its index."""

    index: str

    @property
    def number(self) -> int:
        """Raises NotFound for what cannot be an index."""
        if not (self.index.isascii() and self.index.isdigit() and len(self.index) <= 18):
            raise NotFound
        return int(self.index)


async def checkpoint(call: Call[Any]) -> Answer:
    """Origin, size and root, signed by the log and by its witnesses (c2sp.org/tlog-checkpoint)."""
    return Answer((await log.checkpoint(call.house.court)).encode(), mime=TEXT, headers=list(BRIEFLY))


async def key(call: Call[Any]) -> Answer:
    """The key that signs now; `/log/change/<n>` leads from an earlier one to it."""
    return Answer(f"{await log_batches.public_key(call.house.court)}\n".encode(), mime=TEXT, headers=list(BRIEFLY))


async def change(call: Call[EntryAsked]) -> Answer:
    """The proof of the n-th change of the log's key, counted from 1; the old and the new one signed its checkpoint."""
    proof = await log.key_change(call.house.court, call.args.number)
    return Answer(proof.encode(), mime=TEXT, headers=list(BRIEFLY))


async def older(call: Call[EntryAsked]) -> Answer:
    """The last checkpoint of the n-th log from which this one goes on, counted from 1."""
    note = await log.older_checkpoint(call.house.court, call.args.number)
    return Answer(note.encode(), mime=TEXT, headers=list(BRIEFLY))


async def tile(call: Call[TileAsked]) -> Answer:
    """Hashes, or (`entries/…`) entries, 256 to a file (c2sp.org/tlog-tiles)."""
    body = await log.tile(call.house.court, f"tile/{call.args.path}")
    return Answer(body, mime="application/octet-stream", headers=list(FOR_GOOD))


async def entry(call: Call[EntryAsked]) -> Answer:
    """One entry as it was logged, for people who follow a link; verifiers read entry tiles."""
    return Answer(await log.entry(call.house.court, call.args.number), headers=list(FOR_GOOD))


async def openings(call: Call[EntryAsked]) -> Answer:
    """What is read beside the entries of a tile: index -> disclosures, each of which its entry commits to by its hash."""
    return json(await log.openings(call.house.court, call.args.number), headers=list(BRIEFLY))


async def receipt(call: Call[EntryAsked]) -> Answer:
    """The proof of one entry, to be kept and verified offline."""
    body = (await log.receipt(call.house.court, call.args.number)).encode()
    saved = ("content-disposition", f'attachment; filename="{call.args.number}.tlog-proof"')
    return Answer(body, mime=TEXT, headers=[*BRIEFLY, saved])


async def add_checkpoint(call: Call[CheckpointSent]) -> Answer:
    """A witness's part of c2sp.org/tlog-witness: the statuses of its refusals are that paper's."""
    try:
        line = await log_witness.cosign(call.house.court, call.args.body)
    except log_witness.SeenOther as other:
        return Answer(f"{other.size}\n".encode(), other.status, log_cosigned.SIZE_TYPE)
    return Answer(line.encode(), mime=TEXT)


async def witness(call: Call[Any]) -> Answer:
    """The key by which this server cosigns other logs, for their operators to put beside its address."""
    vkey = log_witness.cosigner(call.house.court).public
    return Answer(f"{vkey}\n".encode(), mime=TEXT, headers=list(BRIEFLY))


async def neighbour(call: Call[Any]) -> Answer:
    """The line by which another server makes us its neighbour: put it into its setting `log_neighbours`, and its into ours."""
    return Answer(f"{await log_witness.card(call.house.court)}\n".encode(), mime=TEXT, headers=list(BRIEFLY))


async def policy(call: Call[Any]) -> Answer:
    """Whom we ask to witness us and how many must, as a file for `chaupal-audit --policy` (c2sp.org/tlog-policy)."""
    return Answer((await log_cosigned.policy(call.house.court)).encode(), mime=TEXT, headers=list(BRIEFLY))


class DigestAsked(msgspec.Struct):
    """The SHA-256 of a file, in hexadecimal."""

    digest: str


async def law(call: Call[DigestAsked]) -> Answer:
    """A file of law or of the house's rules that an entry of the log cites by its hash, to the byte."""
    return Answer(await laws.text(call.house.court, call.args.digest), mime=TEXT, headers=list(FOR_GOOD))


async def laws_listed(call: Call[Any]) -> Answer:
    """Every file of law that the log cites: its SHA-256, and what it is."""
    lines = sorted(f"{digest}  {ref}\n" for digest, ref in (await laws.kept(call.house.court)).items())
    return Answer("".join(lines).encode(), mime=TEXT, headers=list(BRIEFLY))


FILE = {"shape": Shape.FILE, "public": True}

ROUTES: tuple[Route, ...] = (
    get("/log/checkpoint", checkpoint, Surface.RECORD, **FILE),
    get("/log/key", key, Surface.RECORD, **FILE),
    get("/log/change/{index}", change, Surface.RECORD, **FILE),
    get("/log/older/{index}", older, Surface.RECORD, **FILE),
    get("/log/witness", witness, Surface.RECORD, **FILE),
    get("/log/laws", laws_listed, Surface.RECORD, **FILE),
    get("/log/laws/{digest}", law, Surface.RECORD, **FILE),
    get("/log/neighbour", neighbour, Surface.RECORD, **FILE),
    get("/log/policy", policy, Surface.RECORD, **FILE),
    post("/log/add-checkpoint", add_checkpoint, Surface.RECORD, raw=True, body=SUBMISSION, public=True),
    get("/log/tile/{path}", tile, Surface.RECORD, **FILE),
    get("/log/entry/{index}", entry, Surface.RECORD, **FILE),
    get("/log/openings/{index}", openings, Surface.RECORD, **FILE),
    get("/log/receipt/{index}", receipt, Surface.RECORD, **FILE),
)

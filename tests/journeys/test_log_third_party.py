"""A log served as plain files is verified by two programs that are not ours, and refused by both once it is spoiled."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import aics_tlog
import pytest
from aics_tlog.verified import AuditReport
from cryptography.exceptions import InvalidSignature
from tlog_scales import backend, reader, signing, tiles, tlog as scales

from chaupal_audit import tlog
from chaupal_audit.log.findings import Fault
from chaupal_audit.log.verify import verify_log
from waiting import PATIENCE

SIZE, EARLIER = 600, 333
KEY = tlog.SigningKey.from_seed("chaupal.example/governance", bytes(range(32)))
ENTRIES = [
    tlog.leaf("decision", f"dec-{i}", "2021-02-10T05:30Z", {"n": i}, private={"issuer": "MeitY"}).entry
    for i in range(SIZE)
]
ROWS = tlog.nodes_for_appends(0, map(tlog.leaf_hash, ENTRIES), {}.__getitem__)
NODES = {(level, index): digest for level, index, digest in ROWS}


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


def checkpoint(size: int) -> str:
    return tlog.sign_checkpoint(tlog.Checkpoint(KEY.name, size, tlog.root(size, NODES.__getitem__)), KEY)


@dataclass
class Served:
    folder: Path
    url: str

    def spoil(self, path: str, at: int = 100) -> None:
        body = bytearray((self.folder / path).read_bytes())
        body[at] ^= 1
        (self.folder / path).write_bytes(body)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    """The log as a folder of files behind the simplest web server there is."""
    for path, body in tlog.static_files(SIZE, NODES.__getitem__, ENTRIES.__getitem__):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(body)
    (tmp_path / "checkpoint").write_text(checkpoint(SIZE), "utf-8")
    (tmp_path / "key").write_text(f"{KEY.public}\n", "utf-8")
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(tmp_path)))
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield Served(tmp_path, f"http://127.0.0.1:{server.server_port}")
    server.shutdown()
    thread.join()
    server.server_close()


def run(program: str, *args: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [Path(sys.executable).with_name(program), *args], capture_output=True, timeout=PATIENCE, check=False
    )


def aics(command: str, served: Served, *args: str) -> dict[str, object]:
    done = run("aics-tlog", command, "--tiles", served.url, "--log-key", str(KEY.public), *args)
    answer = json.loads(done.stdout)
    assert (done.returncode == 0) is answer["ok"]
    return answer


def aics_audit(served: Served) -> AuditReport:
    head = tlog.verify_checkpoint((served.folder / "checkpoint").read_text("utf-8"), KEY.public)
    return aics_tlog.audit_tiles(aics_tlog.HttpTileReader([served.url]), head.size, head.root)


def scales_reader(served: Served) -> tuple[reader.TilesReader, scales.Checkpoint]:
    log = reader.TilesReader(backend.make_backend(served.url))
    head = log.get_checkpoint()
    head.verify(signing.Vkey.from_string(str(KEY.public)))
    return log, head


def test_our_own_verifier_accepts_the_log_over_http(served):
    report = verify_log(served.url, previous_checkpoint=checkpoint(EARLIER))
    assert (report.fault, report.entries) == (None, {"decision": SIZE})


def test_aics_tlog_accepts_the_log(served, tmp_path):
    assert aics("verify-checkpoint", served)["size"] == SIZE
    out = tmp_path / "entry.json"
    assert aics("verify-inclusion", served, "--index", "300", "--entry-out", str(out))["ok"]
    assert out.read_bytes() == ENTRIES[300]
    old = tmp_path / "old-checkpoint"
    old.write_text(checkpoint(EARLIER), "utf-8")
    assert aics("verify-consistency", served, "--old-checkpoint", str(old))["old_size"] == EARLIER
    found = aics_audit(served)
    assert (found.size, found.tiles, found.bundles) == (SIZE, 4, 3)


def test_tlog_scales_accepts_the_log(served):
    log, head = scales_reader(served)
    assert log.calculate_root_hash() == head.root_hash
    for index in (0, 255, 256, SIZE - 1):
        log.get_inclusion_proof(index, SIZE).check(tiles.leaf_hash(log.get_entry(index)), head.root_hash)
    old = scales.Checkpoint.from_text(checkpoint(EARLIER))
    log.get_consistency_proof(EARLIER, SIZE).check(old.root_hash, head.root_hash)
    done = run("tlog-tiles", "get-leaf", "--check", served.url, "300")
    assert (done.returncode, done.stdout) == (0, ENTRIES[300])


def test_our_proofs_and_receipts_are_theirs(served):
    receipt = tlog.Receipt(300, tlog.inclusion_proof(300, SIZE, NODES.__getitem__), checkpoint(SIZE))
    text = tlog.build_receipt(receipt)
    assert run("tlog-tiles", "gen-proof", served.url, "300").stdout.decode() == text
    root = tlog.root(SIZE, NODES.__getitem__)
    assert aics_tlog.verify_leaf_inclusion(ENTRIES[300], 300, SIZE, receipt.proof, root)
    proof = tlog.consistency_proof(EARLIER, SIZE, NODES.__getitem__)
    assert aics_tlog.verify_consistency(EARLIER, SIZE, tlog.root(EARLIER, NODES.__getitem__), root, proof)


def test_all_three_refuse_a_changed_entry(served):
    at = (served.folder / "tile/entries/001").read_bytes().index(b'"dec-300"') + 5
    served.spoil("tile/entries/001", at)
    assert not aics("verify-inclusion", served, "--index", "300")["ok"]
    with pytest.raises(aics_tlog.TileVerificationError):
        aics_audit(served)
    assert run("tlog-tiles", "get-leaf", "--check", served.url, "300").returncode != 0
    assert verify_log(served.url).fault is Fault.entry_differs


def test_all_three_refuse_a_changed_tile(served):
    served.spoil("tile/0/001", 44 * 32)
    assert not aics("verify-inclusion", served, "--index", "300")["ok"]
    log, head = scales_reader(served)
    with pytest.raises(scales.InclusionProofInvalid):
        log.get_inclusion_proof(301, SIZE).check(tlog.leaf_hash(ENTRIES[301]), head.root_hash)
    assert verify_log(served.url).fault is Fault.tile_differs


def test_all_three_refuse_a_checkpoint_that_was_not_signed(served):
    path = served.folder / "checkpoint"
    path.write_text(path.read_text("utf-8").replace("\n600\n", "\n512\n"), "utf-8")
    assert not aics("verify-checkpoint", served)["ok"]
    with pytest.raises(InvalidSignature):
        scales_reader(served)
    assert verify_log(served.url).fault is Fault.not_signed


# --- batches, witnesses, a change of keys ---

NEW = tlog.SigningKey.from_seed(KEY.name, bytes(range(1, 33)))
WITNESSES = [tlog.Cosigner.from_seed(f"{name}.example/witness", name.encode() * 32) for name in "ab"]


def batched(served: Served, *keys: tlog.SigningKey, cosigned_by: int = 2, seconds: int | None = None) -> list[bytes]:
    """Put in the folder a log of one batch: open entries, secret ones, a change of keys, and what fills it up."""
    at = "2021-02-10T05:00Z"
    kept = [
        *ENTRIES[:20],
        *(tlog.secret_leaf(at, at, "order", f"IN-{n}", {"law": "69A"}, {"officer": "A"}).entry for n in range(3)),
        tlog.leaf("key", "key", at, {"step": "rotated", "old": str(KEY.public), "new": str(NEW.public)}).entry,
    ]
    kept += [tlog.cover_leaf(at).entry for _ in range(-len(kept) % 16)]
    nodes = {
        (level, i): digest for level, i, digest in tlog.nodes_for_appends(0, map(tlog.leaf_hash, kept), {}.__getitem__)
    }
    for path, body in tlog.static_files(len(kept), nodes.__getitem__, kept.__getitem__):
        (served.folder / path).parent.mkdir(parents=True, exist_ok=True)
        (served.folder / path).write_bytes(body)
    head = tlog.Checkpoint(KEY.name, len(kept), tlog.root(len(kept), nodes.__getitem__))
    note = tlog.sign_checkpoint(head, *keys)
    note += "".join(w.cosign(head.text, seconds or int(time.time())) for w in WITNESSES[:cosigned_by])
    (served.folder / "checkpoint").write_text(note, "utf-8")
    return kept


def witnessed(served: Served, key: tlog.SigningKey, quorum: int) -> dict[str, object]:
    """What aics-tlog says of the checkpoint, asked for so many of our witnesses."""
    named = [word for witness in WITNESSES for word in ("--witness-key", str(witness.public))]
    done = run(
        "aics-tlog",
        "verify-checkpoint",
        "--tiles",
        served.url,
        "--log-key",
        str(key.public),
        *named,
        "--quorum",
        str(quorum),
    )
    return json.loads(done.stdout)


def test_both_accept_a_batch_with_secret_entries_and_covers(served):
    kept = batched(served, KEY)
    assert aics("verify-checkpoint", served)["size"] == len(kept) == 32
    for index in (21, 31):
        assert aics("verify-inclusion", served, "--index", str(index))["ok"]
        done = run("tlog-tiles", "get-leaf", "--check", served.url, str(index))
        assert (done.returncode, done.stdout) == (0, kept[index])
    assert len(kept[21]) == len(kept[31]), "one is secret, the other says nothing"
    assert verify_log(served.url, str(KEY.public)).entries == {"decision": 20, "cover": 11, "key": 1}


@pytest.mark.parametrize("key", [KEY, NEW], ids=["old", "new"])
def test_a_checkpoint_at_a_change_of_keys_is_accepted_under_either(served, key):
    batched(served, KEY, NEW)
    done = run("aics-tlog", "verify-checkpoint", "--tiles", served.url, "--log-key", str(key.public))
    assert json.loads(done.stdout)["ok"]
    signing_key = signing.Vkey.from_string(str(key.public))
    reader.TilesReader(backend.make_backend(served.url)).get_checkpoint().verify(signing_key)


def test_after_the_change_only_the_new_key_is_accepted(served):
    batched(served, NEW)
    assert not aics("verify-checkpoint", served)["ok"]
    assert witnessed(served, NEW, 0)["ok"]


def test_a_program_that_is_not_ours_counts_our_witnesses(served):
    batched(served, KEY)
    assert witnessed(served, KEY, 2)["ok"]
    batched(served, KEY, cosigned_by=1)
    assert witnessed(served, KEY, 1)["ok"]
    assert not witnessed(served, KEY, 2)["ok"]


def test_a_cosignature_under_another_root_is_not_counted(served):
    batched(served, KEY, cosigned_by=0)
    path = served.folder / "checkpoint"
    note = path.read_text("utf-8")
    other = tlog.Checkpoint(KEY.name, 32, bytes(32))
    path.write_text(note + WITNESSES[0].cosign(other.text, int(time.time())), "utf-8")
    assert not witnessed(served, KEY, 1)["ok"]

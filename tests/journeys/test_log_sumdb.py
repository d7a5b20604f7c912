"""A log's files are verified by the code with which Go verifies its module database, and every tampering is refused by it."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from chaupal_audit import tlog
from go_built import go_built
from logs import ENTRIES, KEY, SIZE, VKEY, Mirror
from waiting import PATIENCE

SOURCE = Path(__file__).parent / "sumdb/main.go"
EARLIER = 333
OTHER = tlog.SigningKey.from_seed(KEY.name, bytes(range(1, 33)))

type Verify = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def verifier(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return go_built(SOURCE, tmp_path_factory.mktemp("sumdb") / "verify")


@pytest.fixture
def verify(verifier: Path, tmp_path: Path) -> Verify:
    """Write a log's files into a folder and let the program look at them."""

    def run(log: Mirror, *more: str, key: str = VKEY) -> subprocess.CompletedProcess[str]:
        for path, body in log.files.items():
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_bytes(body)
        return subprocess.run(
            [verifier, tmp_path, key, *more], capture_output=True, text=True, timeout=PATIENCE, check=False
        )

    return run


def earlier(folder: Path, entries: list[bytes]) -> str:
    """The file of a checkpoint that somebody kept when the log was smaller."""
    path = folder / "kept"
    path.write_text(Mirror(entries[:EARLIER]).note, "utf-8")
    return str(path)


def test_sumdb_accepts_the_log_and_that_it_grew(verify, tmp_path_factory):
    log = Mirror(ENTRIES)
    done = verify(log, earlier(tmp_path_factory.mktemp("kept"), ENTRIES))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.split()[0] == str(SIZE)


@pytest.mark.parametrize("size", [1, 255, 256, 257, 512])
def test_sumdb_accepts_logs_that_end_beside_a_tile(verify, size):
    assert verify(Mirror(ENTRIES[:size])).returncode == 0


def test_sumdb_accepts_a_checkpoint_at_a_change_of_keys_under_either(verify):
    log = Mirror(ENTRIES)
    log.files["checkpoint"] = tlog.sign_checkpoint(log.head, KEY, OTHER).encode()
    assert verify(log).returncode == 0
    assert verify(log, key=str(OTHER.public)).returncode == 0


def spoiled_entry(log: Mirror) -> None:
    log.flip("tile/entries/001", log.files["tile/entries/001"].index(b'"ord-300"') + 5)


def dropped_entry(log: Mirror) -> None:
    log.files["tile/entries/002.p/88"] = log.files["tile/entries/002.p/88"][: -2 - len(ENTRIES[-1])]


def added_entry(log: Mirror) -> None:
    log.files["tile/entries/002.p/88"] += len(ENTRIES[0]).to_bytes(2) + ENTRIES[0]


def swapped_entries(log: Mirror) -> None:
    log.files["tile/entries/000"] = Mirror([ENTRIES[1], ENTRIES[0], *ENTRIES[2:]]).files["tile/entries/000"]


def false_entry_with_its_hashes(log: Mirror) -> None:
    false = Mirror([*ENTRIES[:300], ENTRIES[0], *ENTRIES[301:]]).files
    log.files |= {path: body for path, body in false.items() if path.startswith("tile/")}


def another_root(log: Mirror) -> None:
    log.files["checkpoint"] = log.files["checkpoint"].replace(b"\n600\n", b"\n512\n")


def another_signer(log: Mirror) -> None:
    log.files["checkpoint"] = tlog.sign_checkpoint(log.head, OTHER).encode()


def flipped_signature(log: Mirror) -> None:
    log.flip("checkpoint", len(log.files["checkpoint"]) - 20)


@pytest.mark.parametrize(
    "tamper",
    [
        spoiled_entry,
        dropped_entry,
        added_entry,
        swapped_entries,
        false_entry_with_its_hashes,
        another_root,
        another_signer,
        flipped_signature,
    ],
)
def test_sumdb_refuses_a_log_that_was_tampered_with(verify, tamper):
    log = Mirror(ENTRIES)
    tamper(log)
    done = verify(log)
    assert done.returncode == 1 and done.stderr


@pytest.mark.parametrize("path", ["tile/0/001", "tile/0/002.p/88", "tile/1/000.p/2"])
def test_sumdb_refuses_a_changed_tile(verify, path):
    log = Mirror(ENTRIES)
    log.flip(path, 40)
    assert verify(log).returncode == 1


def test_sumdb_refuses_a_history_that_was_rewritten_and_signed_anew(verify, tmp_path_factory):
    kept = earlier(tmp_path_factory.mktemp("kept"), ENTRIES)
    log = Mirror([ENTRIES[1], ENTRIES[0], *ENTRIES[2:]])
    assert verify(log).returncode == 0, "by itself it holds"
    assert verify(log, kept).returncode == 1

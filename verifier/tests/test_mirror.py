"""A mirror fetches only what is missing, verifies what it holds, and keeps nothing of a log that does not hold."""

import asyncio
import json
from collections import Counter
from itertools import islice
from pathlib import Path

import pytest

from chaupal_audit import tlog
from chaupal_audit.log.findings import Broken, Fault, KeySource, LogReport
from chaupal_audit.log.mirror import after, entries, entries_opened, first_unlike, mirror, mirrored_size
from logs import ENTRIES, KEY, SIZE, URL, VKEY, Mirror, entry


def copied(log: Mirror, into: Path, key: str | None = VKEY) -> tuple[LogReport, Counter[str]]:
    """The report, and what was asked of the log."""
    asked: Counter[str] = Counter()

    def fetch(url: str, limit: int) -> bytes:
        asked[url.removeprefix(URL + "/")] += 1
        return log.fetch(url, limit)

    return asyncio.run(mirror(URL, key, into, fetch=fetch)), asked


def test_a_mirror_holds_every_entry_in_order(tmp_path):
    report, asked = copied(Mirror(ENTRIES), tmp_path)
    assert (report.fault, report.size, report.entries) == (None, SIZE, {"cover": 200, "order": 400})
    assert list(entries(tmp_path)) == list(enumerate(ENTRIES))
    assert mirrored_size(tmp_path) == SIZE
    assert set(asked.values()) == {1}


def test_only_what_is_new_is_fetched_again(tmp_path):
    copied(Mirror(ENTRIES[:300]), tmp_path)
    report, asked = copied(Mirror(ENTRIES), tmp_path)
    assert (report.fault, report.earlier[0][0]) == (None, 300)
    assert "tile/entries/000" not in asked and "tile/0/000" not in asked
    assert asked["tile/entries/001"] == asked["tile/entries/002.p/88"] == 1
    assert not (tmp_path / "tile/entries/001.p").exists(), "a partial tile that grew full is dropped"
    again, asked = copied(Mirror(ENTRIES), tmp_path)
    beside = {
        *(f"openings/{n}" for n in range(3)),
        "older/1",
    }  # what is read there grows and shrinks under the same checkpoint
    assert (again.ok, set(asked)) == (True, {"checkpoint", *beside})


def test_a_mirror_is_a_log_that_others_verify(tmp_path):
    copied(Mirror(ENTRIES), tmp_path)
    files = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    assert files == {*Mirror(ENTRIES).files, *(f"openings/{n}" for n in range(3))}
    assert {(tmp_path / f"openings/{n}").read_bytes() for n in range(3)} == {b"{}"}, "this log opens nothing beside it"
    assert (tmp_path / "checkpoint").read_text("utf-8") == Mirror(ENTRIES).note


def test_what_is_erased_beside_the_log_goes_from_the_mirror_too(tmp_path):
    why = tlog.leaf("order", "ord-600", "2021-02-10T15:00Z", {}, private={"reason": "It names somebody."})
    log = Mirror([*ENTRIES, why.entry])
    log.files["openings/2"] = json.dumps({str(SIZE): list(why.disclosures.values())}).encode()
    assert copied(log, tmp_path)[0].opened == 1
    assert [beside for index, _, beside in entries_opened(tmp_path) if index == SIZE] == [[*why.disclosures.values()]]
    log.files["openings/2"] = b"{}"
    assert copied(log, tmp_path)[0].opened == 0
    assert [beside for *_, beside in entries_opened(tmp_path) if beside] == []
    log.files["openings/2"] = json.dumps({str(SIZE): [tlog.disclose("reason", "Another.")]}).encode()
    report, _ = copied(log, tmp_path)
    assert (report.fault, report.where) == (Fault.opening_differs, f"openings/2: entry {SIZE}")
    # One entry by many names would be read once for each.
    log.files["openings/2"] = json.dumps({str(SIZE): [], f"0{SIZE}": []}).encode()
    assert copied(log, tmp_path)[0].where == f"openings/2: entry 0{SIZE}"


def test_a_log_that_does_not_hold_is_not_kept(tmp_path):
    copied(Mirror(ENTRIES[:300]), tmp_path)
    spoiled = Mirror(ENTRIES)
    spoiled.flip("tile/entries/001", spoiled.files["tile/entries/001"].index(b'"ord-400"') + 5)
    report, _ = copied(spoiled, tmp_path)
    assert (report.fault, report.where, mirrored_size(tmp_path)) == (Fault.entry_differs, "400", 300)
    assert copied(Mirror(ENTRIES), tmp_path)[0].ok, "what was false is asked for again"


def test_a_log_that_signs_for_more_than_it_serves_ends_with_the_first_file_that_is_missing(tmp_path, monkeypatch):
    """Its files are never listed: those of 10^17 entries fill any memory."""
    log = Mirror(ENTRIES)
    log.files["checkpoint"] = tlog.sign_checkpoint(tlog.Checkpoint(KEY.name, 10**17, bytes(32)), KEY).encode()
    listed = islice(tlog.tiles(10**17), 5_000)  # enough here to stand for all of them
    monkeypatch.setattr(tlog, "tiles", lambda _: listed)
    assert copied(log, tmp_path)[0].fault is Fault.missing
    assert next(listed, None) is not None, "all were listed before the first was fetched"


@pytest.mark.parametrize(
    ("older", "first"), [(ENTRIES[:300], None), ([*ENTRIES[:270], entry(9_999), *ENTRIES[271:300]], 270)]
)
def test_two_copies_are_alike_as_far_as_the_older_one_goes(older: list[bytes], first: int | None, tmp_path: Path):
    """Whoever looked in last before a backup was made has fewer entries than were kept."""
    copied(Mirror(ENTRIES), tmp_path / "new")
    copied(Mirror(older), tmp_path / "older")
    assert first_unlike(tmp_path / "new", tmp_path / "older", 400) == first


def test_another_history_is_found_and_not_kept(tmp_path):
    copied(Mirror(ENTRIES[:300]), tmp_path)
    forked = Mirror([*ENTRIES[:270], entry(9_999), *ENTRIES[271:]])
    assert copied(forked, tmp_path)[0].fault is Fault.forked
    assert copied(Mirror(ENTRIES[:100]), tmp_path)[0].fault is Fault.stale
    assert list(entries(tmp_path)) == list(enumerate(ENTRIES[:300]))


def test_the_first_key_is_kept(tmp_path):
    report, _ = copied(Mirror(ENTRIES[:300]), tmp_path, key=None)
    assert (report.ok, report.key_source) == (True, KeySource.first_use)
    stranger = tlog.SigningKey.from_seed("chaupal.example/governance", bytes(32))
    assert copied(Mirror(ENTRIES, stranger), tmp_path, key=None)[0].fault is Fault.not_signed


def test_a_copy_that_lost_a_file_says_so(tmp_path):
    copied(Mirror(ENTRIES), tmp_path)
    (tmp_path / "tile/entries/001").unlink()
    with pytest.raises(Broken) as broken:
        list(entries(tmp_path))
    assert broken.value.fault is Fault.missing
    assert copied(Mirror(ENTRIES), tmp_path)[0].ok
    assert len(list(entries(tmp_path))) == SIZE


def test_an_empty_log_is_mirrored(tmp_path):
    assert copied(Mirror([]), tmp_path)[0].ok
    assert list(entries(tmp_path)) == []


def test_what_only_another_copy_has_is_told_though_it_cannot_be_read(tmp_path: Path):
    deep = b'{"at":"2021-02-10T05:30Z","public":{"x":%s},"ref":"","t":"role","v":2}' % (b"[" * 30_000 + b"]" * 30_000)
    for path, body in Mirror([*ENTRIES[:3], deep, b"no entry"]).files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(body)
    told, covers = after(tmp_path, 1)
    assert ([one.t for _, one in told], covers) == (["order", "order", "unreadable", "unreadable"], 0)

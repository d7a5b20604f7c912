"""Batches: nobody who reads the log can count, time or find secret acts; nothing is served before its hour."""

import json
import sqlite3
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

import asyncpg
import msgspec
import pytest

from chaupal.governance.context import Court
from chaupal.governance.laws.house_rules import HouseRules
from chaupal.governance.log import batches as log_batches, beginning, log
from chaupal.governance.log.batches import NotYet
from chaupal.governance.regimes import Duration
from chaupal.governance.report import snapshots
from chaupal.kernel.clock import DAY, HOUR, MINUTE, StillClock
from chaupal.kernel.errors import Conflict, NotFound, Unsound
from chaupal.kernel.settings import BadSettings, Settings
from chaupal.store.court import ledger
from chaupal.store.machine.work import Reading, Work
from chaupal.store.machine.work_postgres import PostgresWork
from chaupal_audit import tlog
from chaupal_audit.log import entries
from chaupal_audit.log.findings import Broken, Fault, LogReport
from chaupal_audit.log.verify import verify_log
from chaupal_audit.minutes import month_start
from chaupal_audit.rule_of_law import try_log
from court import order_of
from neighbours import LAWS, RULES

AN_HOUR = 60


@pytest.fixture
async def court(work: Work, settings: Settings, clock: StillClock) -> Court:
    batched = msgspec.structs.replace(settings, log_batch_minutes=AN_HOUR)
    keys = await log.open_keys(work, batched)
    return Court(batched, work, clock, iter(range(1, 10_000)).__next__, keys, LAWS, RULES)


async def enter(
    court: Court, n: int = 1, *, secret: bool = False, sealed: dict[str, object] | None = None, **more: Any
) -> tuple[int, tlog.Leaf]:
    said = log.EntryContent(entries.Order(reference=str(n)), sealed or {})
    matter = order_of(secrecy="gag" if secret else "none")
    async with court.work.writing() as w:
        return await as_kept(w, await log.append(court, w, f"IN-{n}", said, matter=matter, **more))


async def as_kept(reading: Reading, index: int) -> tuple[int, tlog.Leaf]:
    """An entry that was appended, with what opens it."""
    opens = {name: text for name, (text, _) in (await ledger.disclosures_of(reading, index)).items()}
    return index, tlog.Leaf(await ledger.entry(reading, index), opens)


async def hour_passes(court: Court, clock: StillClock) -> int:
    clock.move(HOUR)
    assert await log_batches.publish_due(court)
    return tlog.parse_checkpoint(await log.checkpoint(court))[0].size


async def all_entries(court: Court) -> list[bytes]:
    async with court.work.reading() as reading:
        return list(await ledger.entries(reading, 0, 10_000))


async def test_an_entry_asks_for_the_edge_of_the_tree_in_one_look_and_the_next_of_its_unit_for_nothing(court: Court):
    on_demand = msgspec.structs.replace(court, settings=msgspec.structs.replace(court.settings, log_batch_minutes=0))
    for n in range(7):
        await enter(on_demand, n)
    async with court.work.writing() as w:
        asked, fetch = list[str](), w.fetch

        async def counted(stmt: Any, **params: Any) -> Any:
            asked.extend(name for name in ("log_nodes", "log_entries") if f"FROM {name}" in stmt.sqlite.text)
            return await fetch(stmt, **params)

        w.fetch = counted
        for n in (8, 9):
            await log.append(on_demand, w, f"IN-{n}", entries.Order(reference=str(n)))
        assert (asked.count("log_nodes"), asked.count("log_entries")) == (1, 1)
    await log.check_log(on_demand)


async def test_nothing_is_served_before_its_hour(court: Court, clock: StillClock):
    clock.at += 23 * MINUTE  # 15:23
    with pytest.raises(NotYet):
        await log.checkpoint(court)
    assert await log_batches.publish_due(court)
    index, _ = await enter(court)
    for ask in (log.entry(court, index), log.receipt(court, index), log.entry(court, 999)):
        with pytest.raises(NotYet, match="2021-02-10 16:00 UTC"):
            await ask
    with pytest.raises(NotFound):
        await log.tile(court, f"tile/entries/000.p/{index + 1}")
    clock.move(36 * MINUTE)
    assert not await log_batches.publish_due(court), "15:59 is not 16:00"
    clock.move(1 * MINUTE)
    assert await log_batches.publish_due(court)
    assert not await log_batches.publish_due(court), "once"
    entry = await log.entry(court, index)
    assert tlog.verify_receipt(await log.receipt(court, index), entry, court.keys.current.public)[0] == index


async def test_each_batch_ends_at_a_multiple_of_sixteen_also_where_nothing_happened(court: Court, clock: StillClock):
    sizes = [await hour_passes(court, clock) for _ in range(2)]
    await enter(court)
    sizes.append(await hour_passes(court, clock))
    for n in range(16):
        await enter(court, n)
    sizes.append(await hour_passes(court, clock))
    assert sizes == [16, 32, 48, 80], "sixteen entries, and as many that say nothing"


async def test_a_secret_entry_is_like_one_that_says_nothing(court: Court, clock: StillClock):
    await hour_passes(court, clock)
    secrets = [
        await enter(court, n, secret=True, sealed={"officer": "A. Sharma" * n}, regime="IN-69A@2021", prev=3)
        for n in range(1, 6)
    ]
    clock.move(5 * HOUR)  # the server slept through five hours
    assert await log_batches.publish_due(court)
    opaque = (await all_entries(court))[16:]
    assert len(opaque) % 16 == 0 and len(opaque) > len(secrets)
    read = [tlog.read_entry(entry) for entry in opaque]
    assert len(set(map(len, opaque))) == 1, "all have one length"
    assert {tuple(sorted(fields)) for fields in read} == {("_sd", "_sd_alg", "at", "public", "ref", "t", "v")}
    assert {(f["t"], f["ref"], f["at"], json.dumps(f["public"])) for f in read} == {("cover", "", read[0]["at"], "{}")}
    assert {len(fields["_sd"]) for fields in read} == {16}
    for index, leaf in secrets:
        opened: dict[str, Any] = {
            name: tlog.open_disclosure(leaf.disclosures[name], leaf.entry)[1] for name in tlog.SEALED
        }
        act = {"t": "order", "at": "2021-02-10T16:00Z", "regime": "IN-69A@2021", "prev": 3, "size": 16}
        assert opened["act"] == act | {"ref": f"IN-{opened['public']['reference']}"}
        assert opened["sd"] == [tlog.disclosure_digest(leaf.disclosures["officer"])]
        with pytest.raises(Unsound):
            tlog.open_disclosure(leaf.disclosures["officer"], leaf.entry)
        assert tlog.open_disclosure(leaf.disclosures["officer"], leaf.entry, opened["sd"])[0] == "officer"
        assert (await all_entries(court))[index] == leaf.entry


async def test_a_period_is_frozen_once_all_its_entries_are_signed(court: Court, clock: StillClock):
    await hour_passes(court, clock)
    clock.at = month_start(2021 * 12 + 2) * MINUTE - 5 * MINUTE  # of March
    assert await log_batches.publish_due(court)
    await enter(court)
    clock.move(10 * MINUTE)
    with pytest.raises(Conflict, match="Entries of this period are waiting"):
        await snapshots.freeze(court, "2021-02")
    await hour_passes(court, clock)
    frozen = await snapshots.freeze(court, "2021-02")
    held = await all_entries(court)
    assert not {one.code for one in try_log(lambda: enumerate(held), {}.get).findings if one.index == frozen.index}


async def test_two_secret_entries_that_commit_to_the_same_do_not_betray_each_other(court: Court):
    """What carries a secret proposal out repeats its digests: within, where nobody sees them."""
    first, leaf = await enter(court, secret=True, sealed={"officer": "A. Sharma"})
    async with court.work.reading() as reading:
        carried = await log.carried(reading, first)
    assert carried.digests == [tlog.disclosure_digest(leaf.disclosures["officer"])]
    said = log.EntryContent(entries.Order(), carried=carried)
    async with court.work.writing() as w:
        _, again = await as_kept(w, await log.append(court, w, "IN-1", said, matter=order_of(secrecy="gag")))
    assert not set(tlog.digests_of(tlog.read_entry(leaf.entry))) & set(tlog.digests_of(tlog.read_entry(again.entry)))
    assert len(again.entry) == len(leaf.entry) == len(tlog.cover_leaf("2021-02-10T15:00Z").entry)
    assert tlog.open_disclosure(again.disclosures["sd"], again.entry)[1] == carried.digests


async def test_every_second_place_says_nothing_so_that_a_place_proves_nothing(court: Court, clock: StillClock):
    await hour_passes(court, clock)
    for n in range(64):
        await enter(court, n, secret=n % 3 == 0)
    kinds = [tlog.read_entry(entry)["t"] for entry in (await all_entries(court))[16:]]
    assert kinds[::2] == ["order"] * 42 and set(kinds[1::2]) == {"cover"}


async def test_what_waits_when_a_log_is_begun_anew_is_not_found_in_the_older_one(court: Court, clock: StillClock):
    """That one may have come to its place in what is lost: the same digests in both would show that this cover says something."""
    await hour_passes(court, clock)
    waited = dict([await enter(court, n, secret=True, sealed={"officer": str(n)}) for n in range(20)])
    (Path(court.settings.data) / "log.signed").unlink()  # a backup has none
    clock.move(3 * HOUR)
    begun = await beginning.begin_anew(court, [], "The disk was lost.")
    anew = msgspec.structs.replace(court, keys=await log.open_keys(court.work, court.settings))
    assert anew.keys.name == begun.name != court.keys.name
    size = tlog.parse_checkpoint(await log.checkpoint(anew))[0].size
    assert size >= 4 * anew.settings.log_batch_entries, "what waits comes no later for hours without a batch"
    while await hour_passes(anew, clock) <= max(waited):
        pass
    await log.recount(anew)
    for index, was in waited.items():
        async with court.work.reading() as reading:
            _, leaf = await as_kept(reading, index)
        digests = [set(tlog.digests_of(tlog.read_entry(entry))) for entry in (was.entry, leaf.entry)]
        assert not digests[0] & digests[1] and len(leaf.entry) == len(was.entry)
        for name in tlog.SEALED:
            said = tlog.open_disclosure(leaf.disclosures[name], leaf.entry)
            assert said == tlog.read_disclosure(was.disclosures[name])


async def test_a_key_that_was_to_sign_next_when_the_store_was_lost_is_none_of_the_new_log(court: Court):
    """It signed what is lost, on the disk that is. Of a log that had signed nothing there is no checkpoint, and an empty file."""
    old, lost = await log_batches.change_key(court, "machine")
    begun = await beginning.begin_anew(court, [], "The disk was lost.")
    anew = msgspec.structs.replace(court, keys=await log.open_keys(court.work, court.settings))
    new = await log_batches.public_key(anew)
    assert (begun.said.previous, begun.said.new) == (str(old), str(new)) and new.public != lost.public
    assert lost in court.keys.all(), "what it has signed is known"
    assert await log.older_checkpoint(anew, 1) == ""
    with pytest.raises(NotFound):
        await log.older_checkpoint(anew, 2)
    held = await all_entries(anew)
    assert try_log(lambda: enumerate(held), {}.get).broken == []


async def test_what_is_secret_waits_and_the_log_grows_by_what_is_public_alone(court: Court, clock: StillClock):
    """A secret order larger than a batch's padding showed in the log's size."""
    await hour_passes(court, clock)
    entered = [await enter(court, n, secret=True, sealed={"officer": str(n)}) for n in range(60)]
    places = [index for index, _ in entered]
    assert places == list(range(17, 137, 2)), "each has its place at once"
    opened, _ = await enter(court, 99)
    assert opened == 16, "what is public comes first"
    assert len(await all_entries(court)) == 17
    async with court.work.reading() as reading:
        assert (await log.carried(reading, places[-1])).digests, "what waits can be carried out"
    await log.check_log(court)
    sizes = [await hour_passes(court, clock) for _ in range(8)]
    assert sizes == list(range(32, 32 + 8 * 16, 16))
    said = await all_entries(court)
    batch = {tlog.read_entry(said[n])["at"] for n in range(48, 64)}
    assert len(batch) == 1, "what waited bears the time of the batch in which it is logged"
    assert len({len(entry) for n, entry in enumerate(said) if n != opened}) == 1
    for index, leaf in entered:
        assert tlog.open_disclosure(leaf.disclosures["act"], said[index])[0] == "act"
    assert await log.recount(court) == sizes[-1]


async def begun_until_full(court: Court) -> int:
    """How many secret orders are entered until one is refused."""
    begun = 0
    with pytest.raises(Conflict, match="larger batches"):
        for begun in range(10_000):
            await enter(court, begun, secret=True)
    return begun


@pytest.mark.parametrize(("entries_each", "days"), [(16, 1), (16, 3), (32, 1)])
async def test_nothing_begins_in_secret_that_would_come_into_the_log_later_than_the_rules_allow(
    court: Court, clock: StillClock, entries_each: int, days: int
):
    """Of a batch half is for what is secret, and of the time a third for what follows: notices and ends are never refused."""
    said = lasting(court, days, entries_each)
    await hour_passes(said, clock)
    began = clock()
    assert await begun_until_full(said) == entries_each // 2 * (days * 24 * 2 // 3)
    follows = [
        entries.Notice(),
        entries.Reversal(),
        entries.Measure(cause="resumed"),
        entries.Decision(step="reviewed"),
    ]
    for public in follows:
        async with said.work.writing() as w:
            await log.append(said, w, "IN-1", public, matter=order_of(secrecy="gag"))
    for public in (entries.Measure(), entries.Decision(step="proposed")):
        with pytest.raises(Conflict):
            async with said.work.writing() as w:
                await log.append(said, w, "IN-1", public, matter=order_of(secrecy="gag"))
    assert (await enter(said))[0] == entries_each, "what is public has no such bound"
    await log_batches.check_waiting(said)
    async with said.work.reading() as reading:
        reach = await ledger.reach(reading)
    while await hour_passes(said, clock) < reach:
        assert clock() - began < days * DAY, "all of it is logged in time"


async def test_a_start_with_batches_too_small_for_what_waits_is_refused(court: Court, clock: StillClock):
    said = lasting(court, 1, 64)
    await hour_passes(said, clock)
    for n in range(400):
        await enter(said, n, secret=True)
    await log_batches.check_waiting(said)
    with pytest.raises(BadSettings, match="log_batch_entries"):
        await log_batches.check_waiting(lasting(court, 1, 16))
    await log_batches.check_waiting(lasting(court, 30, 16))


async def test_hours_that_the_server_slept_through_are_made_up_for(court: Court, clock: StillClock):
    """So that what waits comes when it was to come; and with and without a secret the log has grown by as much."""
    await hour_passes(court, clock)
    for n in range(20):
        await enter(court, n, secret=True)
    clock.move(4 * HOUR)
    assert await hour_passes(court, clock) == 16 + 5 * 16
    clock.move(365 * DAY)
    assert await hour_passes(court, clock) == 96 + 31 * 24 * 16, "of a year a month"


def lasting(court: Court, days: int, entries_each: int) -> Court:
    """The court with rules by which what is secret is logged within so many days, and batches of so many entries."""
    book = msgspec.structs.replace(court.rules.current(court.clock()), logged_within=Duration(f"P{days}D"))
    settings = msgspec.structs.replace(court.settings, log_batch_entries=entries_each)
    return msgspec.structs.replace(court, settings=settings, rules=HouseRules([book]))


async def test_what_waits_is_let_in_where_batches_are_given_up(court: Court, clock: StillClock):
    await hour_passes(court, clock)
    places = [(await enter(court, n, secret=True))[0] for n in range(20)]
    at_once = msgspec.structs.replace(court, settings=msgspec.structs.replace(court.settings, log_batch_minutes=0))
    opened, _ = await enter(at_once, 99)
    assert opened == max(places) + 1
    await log.checkpoint(at_once)
    assert await log.recount(at_once) == opened + 1


async def test_where_a_full_disk_lets_nothing_be_signed_what_was_signed_before_is_served(
    court: Court, monkeypatch: pytest.MonkeyPatch
):
    at_once = msgspec.structs.replace(court, settings=msgspec.structs.replace(court.settings, log_batch_minutes=0))
    index, _ = await enter(at_once)
    before = await log.checkpoint(at_once)
    await enter(at_once)

    async def keep_checkpoint(*_: Any) -> None:
        if isinstance(court.work, PostgresWork):
            raise asyncpg.DiskFullError
        full = sqlite3.OperationalError()
        full.sqlite_errorcode = sqlite3.SQLITE_FULL
        raise full

    with monkeypatch.context() as patch:
        patch.setattr(ledger, "keep_checkpoint", keep_checkpoint)
        assert await log.checkpoint(at_once) == before
        assert (await log.receipt(at_once, index)).endswith(before)
    assert tlog.parse_checkpoint(await log.checkpoint(at_once))[0].size == index + 2


async def test_disclosures_are_kept_with_their_entry(court: Court):
    index, leaf = await enter(court, secret=True)
    async with court.work.reading() as reading:
        kept = await ledger.disclosures_of(reading, index)
    assert set(kept) == set(tlog.SEALED)
    assert all(opened_at is None for _, opened_at in kept.values())
    assert all(tlog.disclosure_digest(text) in tlog.read_entry(leaf.entry)["_sd"] for text, _ in kept.values())


async def test_a_clock_that_was_put_right_does_not_silence_the_log(court: Court, clock: StillClock):
    clock.move(300 * HOUR)
    assert await log_batches.publish_due(court)
    clock.move(-300 * HOUR)
    await enter(court)
    assert await log_batches.publish_due(court)
    assert not await log_batches.publish_due(court)


# --- keys ---


async def test_a_change_of_keys_is_signed_by_both_and_then_by_the_new_one(court: Court, clock: StillClock):
    await hour_passes(court, clock)
    before = court.keys.pseudonyms
    old, new = await log_batches.change_key(court, "staff-1")
    with pytest.raises(Conflict):
        await log_batches.change_key(court, "staff-1")
    assert await log_batches.public_key(court) == old
    await hour_passes(court, clock)
    proof = tlog.parse_receipt(await log.key_change(court, 1))
    assert tlog.read_entry(proof.extra)["public"] == {
        "step": "rotated",
        "old": str(old),
        "new": str(new),
        "by": "staff-1",
    }
    both = proof.checkpoint
    assert tlog.verify_checkpoint(both, old) == tlog.verify_checkpoint(both, new)
    await hour_passes(court, clock)
    note = await log.checkpoint(court)
    assert tlog.verify_checkpoint(note, new).size == 48
    with pytest.raises(tlog.NotSigned):
        tlog.verify_checkpoint(note, old)
    assert await log_batches.public_key(court) == new == court.keys.current.public
    assert (court.keys.folder / "log.key.1").stat().st_mode & 0o077 == 0
    await log.check_log(court)
    again = await log.open_keys(court.work, court.settings)
    assert (again.current.public, again.pseudonyms, again.name) == (new, before, old.name)
    with pytest.raises(NotFound):
        await log.key_change(court, 2)


async def test_a_change_of_keys_that_was_cut_short_is_completed_at_the_next_start(court: Court, clock: StillClock):
    await hour_passes(court, clock)
    _, new = await log_batches.change_key(court, "staff-1")
    court.keys.follow = lambda vkey: None  # the lights go out between the commit and the files
    await hour_passes(court, clock)
    assert court.keys.current.public != new
    assert (await log.open_keys(court.work, court.settings)).current.public == new


async def test_a_backup_from_before_the_change_works_with_the_keys_from_after_it(court: Court, clock: StillClock):
    """The database is copied first, the keys a moment later; between the two the key was changed."""
    await hour_passes(court, clock)
    old, new = await log_batches.change_key(court, "staff-1")
    court.keys.follow(str(new))
    reopened = msgspec.structs.replace(court, keys=await log.open_keys(court.work, court.settings))
    await log.check_log(reopened)
    assert await log_batches.public_key(reopened) == old
    await hour_passes(reopened, clock)
    assert await log_batches.public_key(reopened) == new


async def test_the_secret_behind_pseudonyms_is_the_one_it_always_was(court: Court):
    assert court.keys.pseudonyms == sha256(b"staff pseudonyms" + court.keys.current.seed).digest()


# --- seen from outside ---


async def files_of(court: Court) -> dict[str, bytes]:
    """What the log serves, as a web server would."""
    note = await log.checkpoint(court)
    files = {"checkpoint": note.encode(), "key": f"{await log_batches.public_key(court)}\n".encode()}
    for level, n, width in tlog.tiles(tlog.parse_checkpoint(note)[0].size):
        for path in [tlog.tile_path(level, n, width), *([tlog.tile_path(None, n, width)] if level == 0 else [])]:
            files[path] = await log.tile(court, path)
    for number in range(1, 10):
        with suppress(NotFound):
            files[f"change/{number}"] = (await log.key_change(court, number)).encode()
    return files


def verified(files: dict[str, bytes], key: tlog.VerifyingKey, earlier: str | None = None) -> LogReport:
    def fetch(url: str, limit: int) -> bytes:
        path = url.removeprefix("https://log.example/log/")
        if path not in files:
            raise Broken(Fault.missing, url)
        return files[path]

    return verify_log("https://log.example/log", str(key), previous_checkpoint=earlier, fetch=fetch)


async def changed_twice(court: Court, clock: StillClock) -> tuple[tlog.VerifyingKey, tlog.VerifyingKey, str]:
    """(first key, last key, a checkpoint that the first one signed)."""
    await hour_passes(court, clock)
    earlier = await log.checkpoint(court)
    first, _ = await log_batches.change_key(court, "staff-1")
    await hour_passes(court, clock)
    await enter(court)
    await hour_passes(court, clock)
    _, last = await log_batches.change_key(court, "staff-2")
    await hour_passes(court, clock)
    await hour_passes(court, clock)
    return first, last, earlier


async def test_whoever_trusts_the_first_key_is_led_to_the_last(court: Court, clock: StillClock):
    first, last, earlier = await changed_twice(court, clock)
    files = await files_of(court)
    report = verified(files, first, earlier)
    assert (report.fault, report.vkey, report.earlier[0][0]) == (None, str(last), 16)
    assert [change.size for change in report.changes] == [32, 64]
    assert report.entries["key"] == 2
    assert verified(files, last).changes == []
    middle = tlog.VerifyingKey.parse(report.changes[0].new)
    assert verified(files, middle).vkey == str(last)


async def test_a_change_that_is_not_proven_leads_nowhere(court: Court, clock: StillClock):
    first, last, _ = await changed_twice(court, clock)
    files = await files_of(court)
    thief = tlog.SigningKey.generate(first.name)
    proof = tlog.parse_receipt(files["change/1"].decode())
    said = tlog.leaf("key", "log-key", "2021-02-10T15:00Z", {"old": str(first), "new": str(thief.public)}).entry
    head = tlog.parse_checkpoint(proof.checkpoint)[0]
    by_thief = tlog.sign_checkpoint(head, thief)
    for forged in (
        tlog.Receipt(proof.index, proof.proof, proof.checkpoint, said),
        tlog.Receipt(proof.index, proof.proof, by_thief, said),
        tlog.Receipt(proof.index + 1, proof.proof, proof.checkpoint, proof.extra),
        tlog.Receipt(proof.index, proof.proof[:-1], proof.checkpoint, proof.extra),
    ):
        report = verified(files | {"change/1": tlog.build_receipt(forged).encode()}, first)
        assert report.fault in (Fault.bad_change, Fault.not_signed)
    only_old = (
        head.text
        + "\n"
        + "".join(line for line in proof.checkpoint.splitlines(keepends=True)[4:] if _is_of(line, first))
    )
    lone = tlog.Receipt(proof.index, proof.proof, only_old, proof.extra)
    assert verified(files | {"change/1": tlog.build_receipt(lone).encode()}, first).fault is Fault.bad_change
    del files["change/2"]
    assert verified(files, first).fault is Fault.not_signed
    assert verified(files, last).ok


def _is_of(line: str, key: tlog.VerifyingKey) -> bool:
    return tlog.parse_lines(line)[0][1].key_id == key.id


async def test_a_change_that_is_in_another_history_is_found(court: Court, clock: StillClock):
    """The old key's owner proves a change to outsiders under a tree that the log does not extend."""
    await hour_passes(court, clock)
    first, _ = await log_batches.change_key(court, "staff-1")
    await hour_passes(court, clock)
    await hour_passes(court, clock)
    files = await files_of(court)
    old = court.keys.signing_key(str(first))
    said = tlog.parse_receipt(files["change/1"].decode()).extra
    root = tlog.leaf_hash(said)
    note = tlog.sign_checkpoint(tlog.Checkpoint(first.name, 1, root), old, court.keys.current)
    files["change/1"] = tlog.build_receipt(tlog.Receipt(0, [], note, said)).encode()
    report = verified(files, first)
    assert (report.fault, report.where) == (Fault.bad_change, "1")

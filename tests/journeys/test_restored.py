"""A house brought back from a backup of before a ruling that outsiders have seen: it signs no second history, and says what is missing."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NamedTuple

import httpx2
import msgspec
import pytest

import forked
from chaupal.app import backup, static_mirror
from chaupal.app.check import check_house, doubts
from chaupal.app.wiring import RunningHouse, open_house
from chaupal.governance.context import Court
from chaupal.governance.log import batches, beginning, cosigned, log, opening, refilling, seen, witness as log_witness
from chaupal.governance.orders import publishing
from chaupal.kernel.clock import HOUR, StillClock, iso
from chaupal.kernel.errors import Conflict
from chaupal.kernel.settings import Settings
from chaupal.policy.viewer import Role
from chaupal.store.court import ledger, rulings
from chaupal.store.court.rulings import RulingRow
from chaupal_audit import rule_of_law, tlog
from chaupal_audit.log import entries, mirror
from chaupal_audit.log.findings import Broken, Fault, LogReport
from conftest import plain_settings
from court import order_of
from scribe import BY_HASH
from services import Postgres
from village import Village, VillagePost, open_again
from waiting import PATIENCE


class Story(NamedTuple):
    """`published`: the order of the ruling on `post`; `copy`: of the log with it; `restored`: the settings of what was brought back, with a
    ruling (order `lifted`) on an `other` one that was lifted since, and a secret entry that waits for its place, `waits`.
    """

    published: str
    copy: Path
    restored: Settings
    witness: RunningHouse
    post: VillagePost
    other: VillagePost
    waits: int
    lifted: str


def by_the_hour(court: Court, witness: Court) -> Court:
    """The court with a batch each hour and this witness, as no village has it."""
    line = f"{log_witness.cosigner(witness).public} https://witness.example/log"
    settings = msgspec.structs.replace(court.settings, village=False, log_batch_minutes=60, log_witnesses=(line,))
    return msgspec.structs.replace(court, settings=settings)


def asking(witness: RunningHouse) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app=witness.app), base_url="https://witness.example")


async def copied(house: RunningHouse, into: Path) -> LogReport:
    """A stranger's copy of the log, brought up to what is served now."""
    loop = asyncio.get_running_loop()
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=house.app)) as client:

        def fetch(url: str, limit: int) -> bytes:
            answer = asyncio.run_coroutine_threadsafe(client.get(url), loop).result(PATIENCE)
            if answer.status_code != 200:
                raise Broken(Fault.missing, url)
            return answer.content[:limit]

        return await mirror.mirror(f"{house.house.settings.origin}/log", None, into, fetch=fetch)


async def signs(court: Court, witness: RunningHouse, clock: StillClock) -> None:
    """The next batch, also by the witness."""
    clock.move(HOUR)
    async with asking(witness) as client:
        assert await cosigned.sign_due(court, client)
        assert await cosigned.ask_witnesses(court, client) == 1


async def ruling_of(court: Court, owner: int) -> RulingRow:
    """The one ruling on what is somebody's."""
    async with court.work.reading() as reading:
        (row,) = await rulings.of_owner(reading, owner)
    return row


async def meets_in_secret(court: Court) -> int:
    """The place of an entry that waits for it."""
    async with court.work.writing() as w:
        return await log.append(court, w, "IN-2021-0009", entries.Step(step="meeting"), matter=order_of(secrecy="gag"))


@pytest.fixture
async def story(
    village: Village, settings: Settings, clock: StillClock, tmp_path: Path, request: pytest.FixtureRequest
) -> AsyncIterator[Story]:
    fresh = ""
    if settings.postgres:
        request.getfixturevalue("postgres_programs")
        server: Postgres = request.getfixturevalue("postgres_server")
        fresh = server.fresh()
    court = village.running.house.court
    watches = plain_settings(tmp_path / "witness", "")
    logs = (str(await batches.public_key(court)),)
    witness = await open_house(msgspec.structs.replace(watches, witness_logs=logs), clock=clock, run=False)
    hourly = by_the_hour(court, witness.house.court)
    await signs(hourly, witness, clock)
    lifted = await village.withhold(post=village.ravi.latest, by=village.chitra, second=village.dev)
    kept = {"by": village.chitra, "second": village.dev, "gag_until": iso(clock() + HOUR)}
    secret = await village.withhold(post=await village.says(village.meera, "यह छिपा रहा"), **kept)
    waits = await meets_in_secret(hourly)
    await backup.backup(settings, tmp_path / "before.tar.gz")
    await village.lift(lifted, by=village.dev)
    erased = (await ruling_of(court, village.ravi.id)).log_index
    for field in ("reason", "subject"):  # by an entry each
        await opening.erase(court, village.owner.viewer, erased, (field,), "Somebody was named in it by mistake.")
    await village.joins("naya", role=Role.CLERK)
    await meets_in_secret(hourly)
    await signs(hourly, witness, clock)
    assert await publishing.publish(hourly, secret)
    hidden = (await ruling_of(court, village.meera.id)).log_index
    await opening.erase(court, village.owner.viewer, hidden, ("reason",), "Somebody was named in it by mistake.")
    order = await village.withhold(post=village.asha.latest, by=village.chitra, second=village.dev)
    await signs(hourly, witness, clock)
    assert (await copied(village.running, tmp_path / "copy")).ok
    restored = plain_settings(tmp_path / "again", fresh)
    await backup.restore(restored, tmp_path / "before.tar.gz")
    yield Story(order, tmp_path / "copy", restored, witness, village.asha.latest, village.ravi.latest, waits, lifted)
    await witness.close()


async def test_it_signs_no_second_history_and_says_what_is_missing(story: Story, clock: StillClock):
    restored, witness = story.restored, story.witness
    again = await open_house(msgspec.structs.replace(restored, village=True), clock=clock, run=False)
    court = by_the_hour(again.house.court, witness.house.court)
    clock.move(HOUR)
    async with asking(witness) as client:
        with pytest.raises(seen.SetBack, match=r"witness has signed \d+ entries .* it is of an earlier moment"):
            await cosigned.sign_due(court, client)
    # Whoever holds a copy of the log against it learns which acts are gone.
    environ = os.environ | {"CHAUPAL_DATABASE": restored.database}
    said = forked.run(["--data", restored.data, "log", "against", str(story.copy)], environ)
    assert said.returncode == 1 and "it is of an earlier moment" in said.stderr
    missing = [line for line in said.stderr.splitlines() if line.startswith("  not here: entry ")]
    assert any(line.endswith(f", measure, {story.published}") for line in missing), said.stderr
    assert "places that may hold what was secret" in said.stderr
    if restored.postgres:  # somebody has it open: a new log is begun by nobody meanwhile
        words = ["--data", restored.data, "log", "anew", "--reason", "The disk was lost.", str(story.copy)]
        said = forked.run(words, environ)
        assert said.returncode == 1 and "This database is being served" in said.stderr
    # It is shorter than the copy; and goes on otherwise where its operator asks no witness.
    assert (await copied(again, story.copy)).fault is Fault.stale
    alone = msgspec.structs.replace(court.settings, log_witnesses=())
    for _ in range(4):
        clock.move(HOUR)
        assert await cosigned.sign_due(msgspec.structs.replace(court, settings=alone))
    assert (await copied(again, story.copy)).fault is Fault.forked
    await again.close()


@asynccontextmanager
async def begun(story: Story, clock: StillClock) -> AsyncIterator[tuple[Village, Court]]:
    """The restored village, its log begun anew by what a stranger and a witness have seen; the court signs by the hour."""
    settings = msgspec.structs.replace(story.restored, village=True)
    again = await open_house(settings, clock=clock, run=False)
    clock.move(HOUR)
    note = (story.copy / "checkpoint").read_text("utf-8")
    async with asking(story.witness) as client:
        court = by_the_hour(again.house.court, story.witness.house.court)
        await beginning.begin_anew(court, [note], "The disk was lost.", client=client)
    await again.close()
    async with open_again(settings, clock) as village:
        yield village, by_the_hour(village.running.house.court, story.witness.house.court)


async def test_a_new_log_begins_with_what_was_kept_and_says_what_is_missing(
    story: Story, clock: StillClock, tmp_path: Path
):
    older, new = mirror.mirrored_size(story.copy), tmp_path / "new"
    async with begun(story, clock) as (village, court):
        # Store and log agree, and new acts go on from what was kept, under numbers that nobody had.
        assert await check_house(village.running.house) == []
        said = await village.says(village.asha, "फिर से")
        ref = await village.withhold(post=said, by=village.chitra, second=village.dev)
        assert ref.rpartition("-")[0] == story.published.rpartition("-")[0] and int(ref.rpartition("-")[2]) > 1_000
        clock.move(HOUR)
        async with asking(story.witness) as client:
            assert await cosigned.sign_due(
                court, client
            )  # and is no longer held against what the witness saw of the older one
        # A stranger sees that it begins with what the older key signed, and what it says of the rest.
        found = await copied(village.running, new)
        assert found.ok, found
        ((index, origin),) = found.origins
        assert origin.size <= origin.kept <= index and origin.kept < older == origin.seen == origin.told
        assert found.origin.endswith("/log-2") and found.vkey == origin.new
        verdict = rule_of_law.try_log(lambda: mirror.entries(new), BY_HASH.get)
        assert not verdict.broken, verdict.broken
        # Pages say it in the reader's language, and the older log's last checkpoint is served as its witness signed it.
        lost = older - origin.kept
        for language, words in (("en", f"of which {lost} entries are lost"), ("hi", f"जिसकी {lost} प्रविष्टियाँ खो गई हैं")):
            for path in ("/log", f"/log/entries/{index}", "/transparency"):
                page = await village.client.get(path, headers={"cookie": f"language={language}"})
                assert words in page.text, (path, page.text)
        page = await village.client.get(f"/log/entries/{index}")
        assert "The disk was lost." in page.text
        note = (await village.client.get("/log/older/1")).text
        assert tlog.verify_checkpoint(note, tlog.VerifyingKey.parse(origin.previous)).size == origin.size
        assert log_witness.cosigner(story.witness.house.court).public.name in note
        assert (await village.client.get("/log/older/2")).status_code == 404
        # With a copy of the older one they see which acts are missing.
        assert mirror.first_unlike(new, story.copy, origin.kept) is None
        told, _ = mirror.after(story.copy, origin.kept)
        assert any(entry.t == "measure" and entry.ref == story.published for _, entry in told)
        # Whoever trusts the older key is not led over to the new one, and keeps their copy.
        assert (await copied(village.running, story.copy)).fault is Fault.wrong_origin
        assert mirror.mirrored_size(story.copy) == older


async def test_entries_that_somebody_has_a_copy_of_come_back_under_the_old_name(
    story: Story, clock: StillClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    settings, older = msgspec.structs.replace(story.restored, village=True), mirror.mirrored_size(story.copy)
    again = await open_house(settings, clock=clock, run=False)
    clock.move(HOUR)
    async with asking(story.witness) as client:
        court = by_the_hour(again.house.court, story.witness.house.court)
        asks = msgspec.structs.replace(court, settings=msgspec.structs.replace(court.settings, log_witnesses_needed=2))
        with pytest.raises(Conflict, match="1 witnesses have signed the checkpoint of this copy, and 2 are needed"):
            await refilling.refill(asks, story.copy, "The disk was lost.", "a neighbour's", client)
        done = await refilling.refill(court, story.copy, "The disk was lost.", "a neighbour's", client)
    await again.close()
    assert [(one.ref, one.said.measure) for one in done.lost] == [(story.published, "withhold_post")]
    assert [head.t for _, head in done.standing] == ["role"]
    assert done.ended == 1, "what was lifted since the backup is lifted"
    (hidden,) = [of for _, of in done.erased]
    assert done.blanked == 2, "and what was erased is erased, but for what nobody could read then"
    (published,) = done.published
    async with open_again(settings, clock) as village:
        court = by_the_hour(village.running.house.court, story.witness.house.court)
        # It goes on as everybody saw it, under its name, also for the witness and for whoever kept a copy.
        await signs(court, story.witness, clock)
        found = await copied(village.running, story.copy)
        assert found.ok and found.size > older, found
        ((index, refilled),) = found.refills
        assert refilled.to == older <= index
        async with court.work.reading() as reading:
            known, said = await ledger.disclosures_of(reading, story.waits), await ledger.entry(reading, story.waits)
        assert done.first <= story.waits < done.to
        act = tlog.open_disclosure(known["act"][0], said)[1]
        assert isinstance(act, dict) and act["t"] == "step", (
            "what waited stands where it was published, and opens as before"
        )
        # Of what came back the store knows by the log alone: nothing binds by it, and it is said what waits to be decided anew.
        faults = await check_house(village.running.house)
        assert len(faults) == 1 and story.published in faults[0] and "nobody has decided anew" in faults[0], faults
        for post in (story.post, story.other):
            assert post.text in await village.page_as("IN", post)
        verdict = rule_of_law.try_log(lambda: mirror.entries(story.copy), BY_HASH.get)
        assert not verdict.broken, verdict.broken
        assert [one.code for one in verdict.late].count("lost_not_anew") == 1, verdict.late
        # Whoever keeps copies was told that it is withheld, and is told that it is back.
        for since, many in ((done.lost[0].index, 1), (done.entry, 1), (older * 2, 0)):
            told = (await village.client.get(f"/api/v1/withheld?since={since}")).json()
            known = [(one["event"], one["id"], one["order_ref"], one["countries"]) for one in told["changes"]]
            assert known == [("restored", str(story.post.id), story.published, ["IN"])] * many, (since, told)
        # Numbers of what came back are given to nothing else; and once two have decided about the same thing nothing waits.
        ref = await village.withhold(post=story.post, by=village.chitra, second=village.dev)
        assert int(ref.rpartition("-")[2]) > 1_000
        assert await check_house(village.running.house) == []
        await signs(court, story.witness, clock)
        assert (await copied(village.running, story.copy)).ok
        beside = {at: texts for at, _, texts in mirror.entries_opened(story.copy)}
        verdict = rule_of_law.try_log(lambda: mirror.entries(story.copy), BY_HASH.get, beside)
        assert not verdict.broken, verdict.broken
        assert "lost_not_anew" not in [one.code for one in verdict.late]
        for language, words in (
            ("en", f"this server had lost {older - refilled.start} entries"),
            ("hi", f"इस सर्वर से {older - refilled.start} प्रविष्टियाँ"),
        ):
            for path in ("/log", "/transparency"):
                page = await village.client.get(path, headers={"cookie": f"language={language}"})
                assert "data-back" in page.text and words in page.text, (path, page.text)
        page = await village.client.get(f"/log/entries/{index}")
        assert "The disk was lost." in page.text and "a neighbour&#39;s" in page.text and "closed" not in page.text
        # The page of an order that is here no more leads to its entry; of one whose measure ended meanwhile it is as it was.
        for order, lead in ((story.published, "/log/entries/"), (story.lifted, None), ("IN-2021-0999", None)):
            page = await village.client.get(f"/orders/{order}")
            assert (page.headers.get("location") or "").startswith(lead or "") and bool(lead) == (
                page.status_code == 303
            ), page
        with pytest.raises(Conflict):
            await village.lift(story.lifted, by=village.dev)
        row = await ruling_of(court, village.ravi.id)
        async with court.work.reading() as reading:
            assert row.reason == "" and "reason" not in await ledger.disclosures_of(reading, row.log_index)
            shown = (await ledger.beside(reading, hidden, hidden + 1))[hidden]
            assert {tlog.read_disclosure(text)[0] for text in shown} == {*tlog.SEALED}, "no word of it, but what it is"
        # What was secret when the backup was made and was published since is public by the number that it got then, and no other.
        assert published in (await village.client.get(f"/orders/{published}")).text
        assert await publishing.publish_due(court) == 0
        await village.settle()
        told = (await village.api(village.meera, "GET", "/api/v1/notifications")).text
        assert published in told, (
            "as on the day on which an order is secret no more: other servers are told by the same event"
        )
        # Its case has ended with it, and says that the log says so.
        told = (await village.client.get(f"/api/v1/transparency/orders/{story.lifted}")).json()
        assert [one["state"] for one in told["targets"]] == ["ended_by_log"], told
        for language, words in (("en", "ended, as the log says"), ("hi", "समाप्त, जैसा लॉग कहता है")):
            page = await village.client.get(f"/orders/{story.lifted}", headers={"cookie": f"language={language}"})
            assert words in page.text, page.text
        # What nobody could read, of an order that is not here, is no fault for good: nobody could ever mend it.
        (lost,) = [one.index for one in done.lost]
        async with court.work.writing() as w:
            subject, _ = (await ledger.disclosures_of(w, lost))["subject"]
            await ledger.destroy_disclosures(w, [subject])
        assert await check_house(village.running.house) == []
        (said,) = [line for line in await doubts(village.running.house) if line.startswith("log: ")]
        assert "nobody can say whether it was decided anew" in said and story.published in said
        # A mirror has it, too, where something leads there.
        monkeypatch.setattr(static_mirror, "SEEDS", (f"/orders/{story.published}",))
        await static_mirror.write_mirror(village.running.house, tmp_path / "record", "en", lambda *_: None)
        page = (tmp_path / "record" / "orders" / story.published / "index.html").read_text("utf-8")
        assert "of the log" in page and story.published in page

"""What is limited is held, sealed, for as long as its law says; whoever deletes it deletes it for everybody else."""

from unittest.mock import AsyncMock

import msgspec
import pytest

from chaupal.governance import keyring
from chaupal.governance.appeals import appeals
from chaupal.governance.cases import evidence
from chaupal.governance.cases.evidence import KEY
from chaupal.governance.people import access_audit as looks, report_desk, reports
from chaupal.governance.people.reports import Report
from chaupal.kernel.clock import DAY, SECOND
from chaupal.kernel.errors import Invalid, NotAllowed, NotFound, Problem
from chaupal.kernel.key_files import load_or_make_seed
from chaupal.policy.facts import Visibility
from chaupal.policy.viewer import Role
from chaupal.social.media import media
from chaupal.social.posts import posts
from chaupal.store.court import evidence as held, impact, ledger
from chaupal.store.court.evidence import HeldEvidence
from chaupal.store.court.reports import ReportRow
from chaupal.store.square import media as media_store
from disputes import send
from painted import picture
from surfaces.insiders import binding
from village import REASON, Village, VillagePost, Villager

SECRET = "सरसों"  # of asha's first post


async def outlast(v: Village, ref: str) -> None:
    """Until what is held for an order is held no longer."""
    court = v.running.house.court
    (one,) = await evidence.of_order(court, v.chitra.viewer, ref)
    v.clock.move(max(0, one.hold_until - v.clock()))
    await evidence.purge_due(court)


async def test_a_deleted_post_is_gone_for_everybody_and_held_for_the_court(village: Village):
    v = village
    court, said = v.running.house.court, v.asha.latest
    ref = await v.withhold(post=said, by=v.chitra, second=v.dev)
    await posts.delete(v.running.house.square, v.asha.viewer, said.id)
    await v.settle()
    for country in ("IN", "DE"):
        assert (await v.look(country, said)).status_code == 404
    (one,) = await evidence.of_order(court, v.chitra.viewer, ref)
    opened = await evidence.open_for_staff(court, v.chitra.viewer, one.id, "the court asks for it")
    assert SECRET in opened.says["post"]["text"]
    (look,) = await looks.listed(court, v.lakshmi.viewer, what="evidence")
    assert (look.by, look.of, look.purpose) == (v.chitra.id, str(one.id), "the court asks for it")


async def test_it_is_sealed_and_taken_once_for_each_order(village: Village):
    """The second order's was the first one's: it was not found there, and was emptied by the law of either."""
    v = village
    said = v.asha.latest
    first = await v.withhold(post=said, by=v.chitra, second=v.dev)
    await v.lift(first, by=v.chitra)
    v.clock.move(DAY)
    second = await v.withhold(post=said, by=v.chitra, second=v.dev)
    async with v.running.house.court.work.reading() as reading:
        kept = await held.live_of(reading, said.id)
    assert [one.order_ref for one in kept] == [first, second]
    assert all(one.body is not None and SECRET.encode() not in one.body for one in kept)
    assert kept[1].hold_until >= kept[0].hold_until + DAY


async def test_what_a_secret_order_holds_is_its_own(village: Village):
    """The open order's evidence was the secret one's: it was not found there, and was emptied in silence."""
    v, court = village, village.running.house.court
    said = v.asha.latest
    secret = await v.withhold(post=said, by=v.chitra, second=v.dev, gag_until="2021-06-01T00:00")
    opened = await v.withhold(post=said, by=v.chitra, second=v.dev)
    for ref in (secret, opened):
        assert [one.order_ref for one in await evidence.of_order(court, v.chitra.viewer, ref)] == [ref]


async def test_an_account_is_held_with_what_it_says_of_itself_and_its_open_posts(
    village: Village, monkeypatch: pytest.MonkeyPatch
):
    """Also of what was sealed while all was held that it wrote, no more is opened."""
    v = village
    everybody_s = v.asha.latest
    ours = await v.says(v.asha, "यहाँ के लोगों से", visibility=Visibility.LOCAL)
    few = [await v.says(v.asha, "@ravi कल शाम", visibility=whom) for whom in (Visibility.PRIVATE, Visibility.DIRECT)]
    court = v.running.house.court
    for held_then in (impact.open_posts, AsyncMock(return_value=[one.id for one in (*few, ours, everybody_s)])):
        monkeypatch.setattr(impact, "open_posts", held_then)
        ref = await v.withhold_account(v.asha, by=v.chitra, second=v.dev)
        (one,) = await evidence.of_order(court, v.chitra.viewer, ref)
        says = (await evidence.open_for_staff(court, v.chitra.viewer, one.id, "an appeal")).says
        assert says["person"]["handle"] == "asha"
        assert [post["id"] for post in says["posts"]] == [ours.id, everybody_s.id]


async def test_who_may_not_and_who_says_no_purpose_sees_nothing(village: Village):
    v = village
    ref = await v.withhold(post=v.asha.latest, by=v.chitra, second=v.dev)
    court = v.running.house.court
    (one,) = await evidence.of_order(court, v.chitra.viewer, ref)
    with pytest.raises(NotAllowed):
        await evidence.open_for_staff(court, v.asha.viewer, one.id, "I am curious")
    with pytest.raises(Invalid):
        await evidence.open_for_staff(court, v.chitra.viewer, one.id, " ")
    with pytest.raises(NotFound):
        await evidence.open_for_staff(court, v.chitra.viewer, 1, "something that is not there")
    assert await looks.listed(court, v.lakshmi.viewer, what="evidence") == []


async def test_once_its_time_is_over_it_is_emptied_with_a_word_in_the_log(village: Village):
    v = village
    court = v.running.house.court
    ref = await v.withhold(post=v.asha.latest, by=v.chitra, second=v.dev)
    (one,) = await evidence.of_order(court, v.chitra.viewer, ref)
    assert await evidence.purge_due(court) == 0
    async with court.work.writing() as w:  # nor by whoever found it due before it was held longer
        assert not await held.purge(w, one.id, court.clock(), None)
    v.clock.move(one.hold_until - v.clock())
    assert (await evidence.purge_due(court), await evidence.purge_due(court)) == (1, 0)
    with pytest.raises(NotFound):
        await evidence.open_for_staff(court, v.chitra.viewer, one.id, "the court asks for it")
    (gone,) = await evidence.of_order(court, v.chitra.viewer, ref)
    assert gone.purged_at == v.clock() and gone.log_index is not None
    async with court.work.reading() as reading:
        (entry,) = await ledger.entries(reading, gone.log_index, 1)
    assert b'"step":"purged"' in entry and b'"t":"evidence"' in entry


async def test_pictures_of_what_is_held_are_not_swept(village: Village):
    v = village
    square = v.running.house.square
    kept = await media.attach(square, v.asha.viewer, picture(), description="तंबू")
    await media.attach(square, v.asha.viewer, picture(), description="और")
    said = await v.says(v.asha, "तंबू में", pictures=[kept])
    ref = await v.withhold(post=said, by=v.chitra, second=v.dev)
    await posts.delete(square, v.asha.viewer, said.id)
    await v.settle()
    v.clock.move(3 * DAY)
    assert await media.sweep(square) == 1  # the one that was in no post
    with pytest.raises(NotFound):
        await media.withdraw(square, v.asha.viewer, kept)
    await outlast(v, ref)
    assert await media.sweep(square) == 1


async def test_what_is_held_stays_though_its_author_wants_the_pictures_gone_with_the_post(village: Village):
    v = village
    square = v.running.house.square
    kept, own = [await media.attach(square, v.asha.viewer, picture()) for _ in range(2)]
    whole, part = await v.says(v.asha, "तंबू", pictures=[kept]), await v.says(v.asha, "सड़क", pictures=[own])
    ref = await v.withhold(post=whole, by=v.chitra, second=v.dev)
    for said in (whole, part):
        answer = await v.api(v.asha, "DELETE", f"/api/v1/statuses/{said.id}", delete_media=True)
        assert answer.status_code == 200, answer.text
    await v.settle()
    async with square.work.reading() as reading:
        assert await media_store.state_of(reading, kept) == "ready"
        assert await media_store.state_of(reading, own) is None
    assert await square.files.size(media_store.file_keys(kept, "image/png")[0]) is not None
    await outlast(v, ref)
    assert await media.sweep(square) == 1


async def test_pictures_of_an_account_that_is_held_stay_with_what_it_had_posted_by_then(village: Village):
    v = village
    square = v.running.house.square
    before, never, after = [await media.attach(square, v.asha.viewer, picture()) for _ in range(3)]
    said = await v.says(v.asha, "तंबू में", pictures=[before])
    ref = await v.withhold_account(v.asha, by=v.chitra, second=v.dev)
    later = await v.says(v.asha, "उसके बाद", pictures=[after])
    for one in (said, later):
        answer = await v.api(v.asha, "DELETE", f"/api/v1/statuses/{one.id}", delete_media=True)
        assert answer.status_code == 200, answer.text
    await v.settle()
    v.clock.move(3 * DAY)
    await media.sweep(square)
    async with square.work.reading() as reading:
        assert [await media_store.state_of(reading, id_) for id_ in (before, never, after)] == ["ready", None, None]
    await outlast(v, ref)
    assert await media.sweep(square) == 1


async def test_a_lost_key_is_said_and_no_new_one_made(village: Village):
    v = village
    court = v.running.house.court
    # Older than the house's own key, so it does not follow from that.
    load_or_make_seed(court.keys.folder / KEY, bytes(range(32)))
    await keyring.check(court.work, court.settings)
    ref = await v.withhold(post=v.asha.latest, by=v.chitra, second=v.dev)
    (one,) = await evidence.of_order(court, v.chitra.viewer, ref)
    (court.keys.folder / KEY).unlink()
    with pytest.raises(Problem, match="restore it from a backup"):
        await evidence.open_for_staff(court, v.chitra.viewer, one.id, "the court asks for it")
    assert not (court.keys.folder / KEY).exists()


# --- what is reported ---


async def report_of(v: Village, by: Villager, said: VillagePost) -> ReportRow:
    v.clock.move(SECOND)
    return await reports.file(v.running.house.court, by.viewer, Report(account=v.asha.id, posts=(said.id,)))


async def held_for(v: Village, row: ReportRow) -> list[HeldEvidence]:
    return await evidence.of_report(v.running.house.court, v.owner.viewer, row)


async def test_what_is_reported_is_held_for_the_desk_though_its_author_edits_and_deletes_it(village: Village):
    v, court, square = village, village.running.house.court, village.running.house.square
    shown = await media.attach(square, v.asha.viewer, picture(), description="तंबू")
    direct = {"visibility": Visibility.DIRECT, "pictures": [shown]}
    said = await v.says(v.asha, "@ravi तुझे देख लूँगी", **direct)
    await v.api(v.asha, "PUT", f"/api/v1/statuses/{said.id}", status="@ravi कल मिलते हैं", media_ids=[str(shown)])
    row = await report_of(v, v.ravi, said)
    await v.api(v.asha, "PUT", f"/api/v1/statuses/{said.id}", status="@ravi परसों", media_ids=[str(shown)])
    assert (await report_of(v, v.ravi, said)).id == row.id
    await v.api(v.asha, "DELETE", f"/api/v1/statuses/{said.id}", delete_media=True)
    await v.settle()
    assert (await v.look("IN", said, v.ravi)).status_code == 404
    one, _by_then = await held_for(v, row)  # once more as it stood when they reported it again
    form, way = f"/office/reports/{row.id}", f"/office/reports/{row.id}/evidence/{one.id}"
    page = await v.page_as("IN", form, v.owner)
    assert way in page and "कल मिलते हैं" not in page
    file = f"/office/evidence/{one.id}/files/{shown}"
    assert (await v.look("IN", file, v.owner)).status_code == 404  # nobody has said yet what for
    wrong = await send(v, v.owner, form, way, purpose=" ")
    assert wrong.status_code == 422 and f'action="{way}"' in wrong.text
    opened = (await send(v, v.owner, form, way, purpose="what was reported")).text
    assert "कल मिलते हैं" in opened and "तुझे देख लूँगी" in opened and file in opened
    seen = await v.look("IN", file, v.owner)
    assert (seen.status_code, seen.headers["content-type"]) == (200, "image/png")
    assert (await v.look("IN", file.replace(str(shown), "1"), v.owner)).status_code == 404
    (look,) = await looks.listed(court, v.owner.viewer, what="evidence")
    assert (look.of, look.purpose) == (str(one.id), "what was reported")
    clerk = await v.joins("kiran", role=Role.CLERK)
    assert await evidence.of_report(court, clerk.viewer, row) == []
    with pytest.raises(NotAllowed):  # nor is its file to whoever opened it and is something else now
        await evidence.file_in(court, msgspec.structs.replace(v.owner.viewer, role=Role.CLERK), one.id, shown)
    with pytest.raises(NotAllowed):
        await evidence.open_reported(court, clerk.viewer, row.id, one.id, "what was reported")
    with pytest.raises(NotFound):  # by no other way, and by no other report
        await evidence.open_for_staff(court, v.chitra.viewer, one.id, "what was reported")
    other = await report_of(v, v.ravi, v.asha.said[0])
    with pytest.raises(NotFound):
        await evidence.open_reported(court, v.chitra.viewer, other.id, one.id, "what was reported")


async def test_what_is_reported_is_held_once_until_all_is_decided_and_the_time_to_appeal_is_over(village: Village):
    v, court = village, village.running.house.court
    said = v.asha.latest
    first = await report_of(v, v.ravi, said)
    await v.api(v.meera, "POST", f"/api/v1/statuses/{said.id}/favourite")
    second = await report_of(v, v.meera, said)
    (one,) = await held_for(v, second)  # a like makes no other copy
    ref = await v.withhold(post=said, by=v.chitra, second=v.dev)
    (of_order,) = await evidence.of_order(court, v.chitra.viewer, ref)
    assert of_order.id != one.id  # that one's end stands in the log
    await report_desk.resolve(court, v.owner.viewer, first.id, outcome="none")
    v.clock.move(one.hold_until - v.clock() + DAY)
    assert (await evidence.purge_due(court), (await held_for(v, second))[0].purged_at) == (1, None)  # the order's
    await report_desk.resolve(court, v.owner.viewer, second.id, outcome="none")
    (held_on,) = await held_for(v, second)
    assert held_on.hold_until >= v.clock() + 180 * DAY
    entries = await ledger_size(v)
    v.clock.move(held_on.hold_until - v.clock())
    assert (await evidence.purge_due(court), await ledger_size(v)) == (1, entries)
    assert (await held_for(v, first))[0].purged_at == v.clock()


async def test_what_an_appeal_waits_about_is_held_until_it_is_decided(village: Village):
    v, court = village, village.running.house.court
    ref = await v.withhold(post=v.asha.latest, by=v.chitra, second=v.dev)
    v.clock.move(170 * DAY)
    (ruling,) = await binding(v, v.asha)
    appeal = await appeals.file(court, v.asha.viewer, ruling.id, REASON)
    await outlast(v, ref)
    (one,) = await evidence.of_order(court, v.chitra.viewer, ref)
    assert one.purged_at is None
    await appeals.withdraw(court, v.asha.viewer, appeal.id)
    await outlast(v, ref)
    (one,) = await evidence.of_order(court, v.chitra.viewer, ref)
    assert one.purged_at is not None


async def ledger_size(v: Village) -> int:
    async with v.running.house.court.work.reading() as reading:
        return await ledger.size(reading)

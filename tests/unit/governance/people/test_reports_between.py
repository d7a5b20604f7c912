"""Reports between servers: what others send enters the desk as any report, and ours are sent on where somebody asks for it."""

import json

import msgspec
import pytest

import others
from chaupal.governance.people import report_desk, reports
from chaupal.governance.people.reports import Report
from chaupal.kernel.clock import DAY
from chaupal.kernel.errors import NotFound, TooMany
from chaupal.store.court import ledger
from chaupal.store.federation import reached
from court import Bench
from neighbours import PRIVATE, by
from remotes import federating


async def last_entries(bench: Bench, n: int) -> list[dict[str, object]]:
    async with bench.court.work.reading() as reading:
        size = await ledger.size(reading)
        return [json.loads(entry) for entry in await ledger.entries(reading, size - n, size)]


async def there(bench: Bench) -> int:
    return await others.server(bench.street, "other.example")


async def test_what_another_server_reports_enters_the_desk_as_a_report_of_that_server(bench: Bench):
    server = await there(bench)
    sent = Report(account=bench.meera, posts=(bench.post,), comment="It calls for violence.\x00")
    row = await reports.file_from_server(bench.court, server, None, sent)
    (shown,) = await report_desk.queue(bench.court, bench.owner)
    assert (shown.id, shown.post_ids, shown.comment, shown.guest) == (
        row.id,
        (bench.post,),
        "It calls for violence.",
        False,
    )
    assert await report_desk.server_of(bench.court, shown) == "other.example"
    (unnamed,) = await report_desk.queue(bench.court, bench.clerk)
    assert unnamed.comment == shown.comment and await report_desk.server_of(bench.court, unnamed) is None
    received, acknowledged = await last_entries(bench, 2)
    assert (received["public"]["via"], acknowledged["public"]["step"]) == ("server", "acknowledged")


async def test_whoever_reports_on_another_server_is_named_where_their_server_names_them(bench: Bench):
    moham = await others.met(bench.street)
    row = await reports.file_from_server(bench.court, await there(bench), moham, Report(account=bench.meera))
    assert (row.reporter_id, row.guest, row.via) == (moham, False, "server")


async def test_the_same_said_again_is_one_report_and_another_server_says_it_for_itself(bench: Bench):
    server, sent = await there(bench), Report(account=bench.meera, posts=(bench.post,))
    other = await others.server(bench.street, "third.example")
    first = await reports.file_from_server(bench.court, server, None, sent)
    assert (await reports.file_from_server(bench.court, server, None, sent)).id == first.id
    assert (await reports.file_from_server(bench.court, other, None, sent)).id != first.id


async def test_a_post_of_which_a_server_cannot_know_is_left_out_and_one_that_was_sent_to_it_is_not(bench: Bench):
    server = await there(bench)
    private = await bench.street.say(bench.meera, "केवल मित्रों से", visibility=PRIVATE)
    sent_there = await bench.street.say(bench.meera, "यह वहाँ भी गया", visibility=PRIVATE)
    others = await bench.street.say(bench.asha.me, "asha's")
    async with bench.court.work.writing() as w:
        await reached.note(w, [sent_there], server, 1)
    sent = Report(account=bench.meera, posts=(private, sent_there, others, 12345))
    row = await reports.file_from_server(bench.court, server, None, sent)
    assert row.post_ids == (sent_there,)


async def test_a_server_reports_nobody_but_people_of_ours(bench: Bench):
    server, moham = await there(bench), await others.met(bench.street)
    for nobody in (moham, 12345):
        with pytest.raises(NotFound):
            await reports.file_from_server(bench.court, server, None, Report(account=nobody))


async def test_a_server_that_reports_without_end_is_heard_again_the_next_day(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(reports, "SERVER_PER_DAY", 1)
    server = await there(bench)
    await reports.file_from_server(bench.court, server, None, Report(account=bench.meera))
    with pytest.raises(TooMany):
        await reports.file_from_server(bench.court, server, None, Report(account=bench.asha.me))
    bench.street.clock.move(DAY + 1)
    await reports.file_from_server(bench.court, server, None, Report(account=bench.asha.me))


@pytest.mark.parametrize(
    ("of_another_server", "asked", "federates", "sent_on"),
    [(True, True, True, True), (True, False, True, False), (False, True, True, False), (True, True, False, False)],
)
async def test_a_report_is_sent_on_where_somebody_asks_for_it_and_there_is_a_server_to_send_it_to(
    bench: Bench, of_another_server: bool, asked: bool, federates: bool, sent_on: bool
):
    whom = await others.met(bench.street) if of_another_server else bench.meera
    court = (
        msgspec.structs.replace(bench.court, settings=federating(bench.court.settings)) if federates else bench.court
    )
    row = await reports.file(court, by(bench.dev.me), Report(account=whom, forward=asked))
    async with bench.court.work.reading() as reading:
        kept = await reports.reports.report(reading, row.id)
    assert kept is not None and (row.forward, kept.forward) == (sent_on, sent_on)
    later = await reports.file(court, by(bench.dev.me), Report(account=whom, forward=True))
    assert (later.id != row.id) == (of_another_server and federates and not asked), (
        "who wants it sent on after all is heard"
    )

"""Reports that other servers send enter the desk as reports, of whom they name or of the server, and do nothing by themselves."""

from urllib.parse import urlsplit

from chaupal.governance.people import report_desk
from chaupal.policy.facts import Visibility
from chaupal.store.court.reports import ReportRow
from far import Far
from remotes import waiting


async def on_the_desk(far: Far) -> list[ReportRow]:
    court = far.village.running.house.court
    return await report_desk.queue(court, far.village.owner.viewer)


async def test_a_report_of_somebody_there_is_one_report_however_often_it_comes(far: Far):
    v = far.village
    flag = far.bob.act("Flag", [far.uri(v.asha), far.post(v.asha)], content="<p>वह धमकी देती है</p>")
    for _ in range(3):
        await far.tells(far.bob, flag)
    (row,) = await on_the_desk(far)
    assert (row.account_id, row.post_ids, row.comment) == (v.asha.id, (v.asha.latest.id,), "वह धमकी देती है")
    assert (row.reporter_id, row.via) == (await far.account(far.bob), "server")
    page = await v.page_as("IN", f"/office/reports/{row.id}", v.owner)
    assert urlsplit(far.bob.uri).netloc in page and "वह धमकी देती है" in page
    shown = await far.ask(v.owner, f"/api/v1/admin/reports/{row.id}")
    assert shown["from_server"] == urlsplit(far.bob.uri).netloc
    assert not (await far.status(v.ravi, v.asha.latest.id))["sensitive"], "nothing follows from it by itself"


async def test_a_server_that_speaks_for_itself_names_nobody(far: Far):
    v = far.village
    far.there.documents["/eve"] = far.eve.actor(type="Application")
    await far.tells(far.eve, far.eve.act("Flag", far.post(v.asha), content="spam"))
    (row,) = await on_the_desk(far)
    assert (row.account_id, row.reporter_id, row.guest, row.post_ids) == (v.asha.id, None, False, (v.asha.latest.id,))


async def test_what_they_cannot_have_seen_is_left_out_and_who_is_not_ours_is_no_report(far: Far):
    v = far.village
    await v.says(v.asha, "केवल अपनों से", visibility=Visibility.PRIVATE)
    await far.tells(far.bob, far.bob.act("Flag", [far.uri(v.asha), far.post(v.asha), far.post(v.ravi)]))
    (row,) = await on_the_desk(far)
    assert row.post_ids == ()
    for nobody in ([far.eve.uri], [f"{far.uri(v.asha)}x"], ["https://third.example/users/a"]):
        await far.tells(far.bob, far.bob.act("Flag", nobody))
    assert len(await on_the_desk(far)) == 1


async def test_whoever_reported_is_told_what_became_of_it_by_a_message_to_their_server(far: Far):
    v = far.village
    await far.tells(far.bob, far.bob.act("Flag", far.uri(v.asha), content="spam"))
    (row,) = await on_the_desk(far)
    await report_desk.resolve(v.running.house.court, v.owner.viewer, row.id, outcome="none")
    await v.settle()
    bob = await far.account(far.bob)
    said = [sent for sent in await waiting(v.running) if sent.kind == "Create" and far.bob.uri in sent.says["to"]]
    assert bob and len(said) == 1 and row.ref in said[0].of["content"]

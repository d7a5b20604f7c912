"""How deliveries leave: in order for each server, none lost and none held up by a server that does not answer."""

import asyncio
from collections import defaultdict
from typing import Any

import msgspec
import pytest
from sqlalchemy import update

from chaupal.fanout.federation.delivering import AT_ONCE, HELD, Deliverer, InboxAnswer
from chaupal.federation.signing.keys import public_key
from chaupal.governance.context import Court
from chaupal.governance.gauges import gauges
from chaupal.governance.http_client import NotAnswered
from chaupal.kernel.clock import DAY, HOUR, MINUTE, SECOND
from chaupal.policy.facts import Visibility
from chaupal.policy.measures import Measure
from chaupal.social.events import AccountChanged
from chaupal.social.people import graph
from chaupal.social.posts import posts
from chaupal.store.federation import servers
from chaupal.store.federation.deliveries import DueServer, Parcel
from chaupal.store.machine.dialect import statement
from chaupal.store.machine.shelves import PEOPLE
from chaupal.store.tables.federation import remote_people
from chaupal.store.tables.identity import accounts
from journeys.test_picture_files import shows
from measures import begin
from remotes import meet, waiting
from village import Village
from waiting import PATIENCE


class Net:
    """Servers that answer, or do not: `down` do not, and `says` is what an inbox answers instead of 202."""

    def __init__(self) -> None:
        self.heard: dict[str, list[str]] = defaultdict(list)
        self.down: set[str] = set()
        self.says: dict[str, InboxAnswer] = {}
        self.asked = 0

    async def post(self, due: DueServer, parcel: Parcel) -> InboxAnswer:
        self.asked += 1
        await asyncio.sleep(0)
        if due.domain in self.down:
            raise NotAnswered("did not answer in time")
        answer = self.says.get(parcel.inbox, InboxAnswer(202))
        if answer.status == 202:
            self.heard[due.domain].append(msgspec.json.decode(parcel.body)["id"])
        return answer


async def heard_by(village: Village, *handles: str, shared: bool = True) -> None:
    """Asha's followers elsewhere."""
    for handle in handles:
        remote = await meet(village.running, handle, shared=shared)
        await graph.follow(village.running.house.square, remote.viewer, village.asha.id)
    await village.settle()


def deliverer(village: Village, net: Net) -> Deliverer:
    return Deliverer(village.running.carrier, net.post)


async def said(village: Village, text: str, **draft: Any) -> str:
    """The id of the activity of a new post."""
    return f"http://127.0.0.1:8000{(await village.says(village.asha, text, **draft)).path}/activity"


async def figures(village: Village) -> dict[str, float]:
    """What `/metrics` tells of deliveries."""
    return await told_of(village.running.house.court)


async def told_of(court: Court) -> dict[str, float]:
    told = await gauges(court)
    return {one.name: one.samples[0].value for one in told if one.name.startswith(("deliveries_", "servers_"))}


async def test_each_server_hears_everything_in_order_and_once(village: Village):
    net = Net()
    await heard_by(village, "bina@far.example", "dina@else.example")
    ids = [await said(village, f"बात {n}") for n in range(30)]
    await deliverer(village, net).settle()
    await deliverer(village, net).settle()
    assert [id_ for id_ in net.heard["far.example"] if "#" not in id_] == ids
    assert [id_ for id_ in net.heard["else.example"] if "#" not in id_] == ids
    assert await waiting(village.running) == []


async def test_whoever_watches_sees_what_waits_how_late_it_is_and_how_many_servers_do_not_answer(village: Village):
    net = Net()
    await heard_by(village, "bina@far.example", "dina@else.example")
    delivers = deliverer(village, net)
    await delivers.settle()
    net.down = {"far.example"}
    await said(village, "बात")
    village.clock.move(7 * SECOND)
    assert await figures(village) == {"deliveries_waiting": 2, "deliveries_late_seconds": 7, "servers_failing": 0}
    await delivers.settle()
    village.clock.move(7 * SECOND)
    assert await figures(village) == {"deliveries_waiting": 1, "deliveries_late_seconds": 0, "servers_failing": 1}


async def test_where_no_server_is_talked_to_any_more_nothing_that_waits_is_late(village: Village):
    """Nobody could do anything about it, and the alert would never end."""
    await heard_by(village, "bina@far.example")
    await said(village, "एक")
    village.clock.move(HOUR)
    court = village.running.house.court
    assert (await figures(village))["deliveries_late_seconds"] >= HOUR / SECOND
    off = msgspec.structs.replace(court, settings=msgspec.structs.replace(court.settings, federation="off"))
    told = await told_of(off)
    assert told["deliveries_late_seconds"] == 0 < told["deliveries_waiting"]


async def test_a_server_that_is_down_for_a_day_hears_all_of_it_in_order_when_it_is_back(village: Village):
    net = Net()
    await heard_by(village, "bina@far.example", "dina@else.example")
    delivers = deliverer(village, net)
    await delivers.settle()
    net.heard.clear()
    net.down = {"far.example"}
    ids = list[str]()
    for hour in range(24):
        ids.append(await said(village, f"घंटा {hour}"))
        await delivers.settle()
        village.clock.move(HOUR)
        await delivers.settle()
    assert net.heard["else.example"] == ids and net.heard["far.example"] == []
    net.down.clear()
    village.clock.move(12 * HOUR)
    await delivers.settle()
    assert net.heard["far.example"] == ids


async def test_a_server_that_is_down_is_asked_less_and_less(village: Village):
    net = Net()
    await heard_by(village, "bina@far.example", "dina@else.example")
    delivers = deliverer(village, net)
    await delivers.settle()
    net.down, asked = {"far.example"}, list[int]()
    fed = village.running.house.federation
    assert fed is not None
    server = (await meet(village.running, "carl@far.example")).server
    fed.remembered.heard.put(server, village.clock())
    await said(village, "एक")
    for _ in range(3):
        net.asked = 0
        for _ in range(120):
            await delivers.settle()
            village.clock.move(MINUTE // village.running.house.settings.hurry)
        asked.append(net.asked)
    assert asked[0] > asked[1] >= asked[2] and asked[2] <= 2
    assert server not in fed.remembered.heard.items  # as soon as it speaks again it is well
    assert len(net.heard["else.example"]) == 2


async def test_after_a_week_a_server_is_gone_until_it_is_heard_from(village: Village):
    net = Net()
    await heard_by(village, "bina@far.example")
    delivers = deliverer(village, net)
    await delivers.settle()
    net.down = {"far.example"}
    await said(village, "एक")
    for _ in range(16):
        await delivers.settle()
        village.clock.move(DAY // 2)
    await delivers.settle()
    assert await waiting(village.running) == []
    await said(village, "दो")
    assert await waiting(village.running) == []  # nothing is kept for whom it never reaches
    net.down.clear()
    server = (await meet(village.running, "eva@far.example")).server
    async with village.running.house.square.work.writing() as w:
        await servers.heard_from(w, server)
    three = await said(village, "तीन")
    await delivers.settle()
    assert net.heard["far.example"][-1] == three


async def test_what_is_refused_holds_up_nothing_behind_it(village: Village):
    net = Net()
    await heard_by(village, "bina@far.example", "carl@far.example", shared=False)
    delivers = deliverer(village, net)
    await delivers.settle()
    net.heard.clear()
    net.says = {"http://far.example/users/bina/inbox": InboxAnswer(422)}
    ids = [await said(village, "एक"), await said(village, "दो")]
    await delivers.settle()
    assert net.heard["far.example"] == ids  # carl's
    assert await waiting(village.running) == []


async def test_an_inbox_that_is_gone_is_sent_nothing_more(village: Village):
    net = Net()
    await heard_by(village, "bina@far.example", shared=False)
    delivers = deliverer(village, net)
    net.says = {"http://far.example/users/bina/inbox": InboxAnswer(410)}
    await said(village, "एक")
    await delivers.settle()
    await said(village, "दो")
    assert await waiting(village.running) == []


async def test_a_post_that_was_deleted_before_it_left_is_left_unsaid(village: Village):
    net = Net()
    await heard_by(village, "bina@far.example")
    delivers = deliverer(village, net)
    await delivers.settle()
    net.heard.clear()
    id_ = await said(village, "ग़लती से")
    await posts.delete(village.running.house.square, village.asha.viewer, village.asha.latest.id)
    await village.settle()
    await delivers.settle()
    assert net.heard["far.example"] == [id_.removesuffix("/activity") + "#delete"]


async def test_a_post_that_was_withheld_everywhere_before_it_left_is_left_unsaid(village: Village):
    net = Net()
    await heard_by(village, "bina@far.example")
    delivers = deliverer(village, net)
    await delivers.settle()
    net.heard.clear()
    await said(village, "यह हर जगह रुकेगा")
    await begin(village, Measure.REMOVE_POST, village.asha.latest.id)
    await delivers.settle()
    assert net.heard["far.example"] == []


@pytest.mark.parametrize("visibility", [Visibility.PUBLIC, Visibility.PRIVATE])
async def test_a_picture_that_was_withheld_everywhere_before_it_left_leaves_neither_itself_nor_what_was_said_of_it(
    village: Village, visibility: Visibility
):
    net, bodies = Net(), list[str]()

    async def post(due: DueServer, parcel: Parcel) -> InboxAnswer:
        bodies.append(parcel.body)
        return await net.post(due, parcel)

    await heard_by(village, "bina@far.example")
    delivers = Deliverer(village.running.carrier, post)
    await delivers.settle()
    for measure, leaves in (("", True), ("XX", False)):
        bodies.clear()
        post_ = await shows(village, village.asha, visibility=visibility)
        (picture,) = post_["media_attachments"]
        if measure:
            await begin(village, Measure.WITHHOLD_MEDIA, int(picture["id"]), measure, basis="copyright")
        await delivers.settle()
        (body,) = bodies
        assert (f"media/{picture['id']}" in body, "एक पेड़" in body) == (leaves, leaves)
        said = msgspec.json.decode(body)
        assert said["type"] == "Create" and "@context" in said and "देखो" in said["object"]["content"]
        assert (said["object"]["attachment"] != []) == leaves


async def test_a_thousand_servers_that_do_not_answer_leave_room_for_those_that_do(village: Village):
    """Whoever is slow is not among those that others wait for."""
    net, never = Net(), asyncio.Event()

    async def post(due: DueServer, parcel: Parcel) -> InboxAnswer:
        if due.domain.startswith("dead"):
            await never.wait()
        return await net.post(due, parcel)

    await heard_by(village, *[f"a@dead{n}.example" for n in range(AT_ONCE + 10)])
    await heard_by(village, "dina@else.example")
    delivers = Deliverer(village.running.carrier, post)
    await village.says(village.asha, "सबको")
    async with asyncio.timeout(PATIENCE):
        while not net.heard["else.example"]:
            await delivers.step()
            await asyncio.sleep(0.05)
    never.set()
    await delivers.settle()


async def test_a_server_that_is_shut_out_hears_nothing_more_not_even_what_waits(village: Village):
    net = Net()
    await heard_by(village, "bina@far.example", "dina@else.example")
    delivers = deliverer(village, net)
    await delivers.settle()
    net.heard.clear()
    one = await said(village, "एक")
    async with village.running.house.square.work.reading() as reading:
        server = await servers.id_of(reading, "far.example")
    await begin(village, Measure.SUSPEND_SERVER, server or 0)
    two = await said(village, "दो")
    assert {sent.host for sent in await waiting(village.running) if sent.says["id"] == two} == {"else.example"}
    await delivers.settle()
    assert net.heard["far.example"] == []
    assert net.heard["else.example"] == [one, two]
    assert await waiting(village.running) == []


async def test_two_processes_tell_each_server_everything_once_and_in_order(village: Village):
    net = Net()
    await heard_by(village, *[f"a@s{n}.example" for n in range(20)])
    first, second = deliverer(village, net), deliverer(village, net)
    ids = [await said(village, f"बात {n}") for n in range(5)]
    await asyncio.gather(first.settle(), second.settle())
    for n in range(20):
        assert [id_ for id_ in net.heard[f"s{n}.example"] if "#" not in id_] == ids


async def test_what_a_process_had_taken_up_when_it_died_is_told_by_another(village: Village):
    net, never = Net(), asyncio.Event()

    async def stuck(due: DueServer, parcel: Parcel) -> InboxAnswer:
        await never.wait()
        return InboxAnswer(202)

    await heard_by(village, "bina@far.example")
    dies = Deliverer(village.running.carrier, stuck)
    assert await dies.step() == 1
    lives = deliverer(village, net)
    await lives.settle()
    assert net.heard["far.example"] == []  # it may still be at it
    village.clock.move(HELD + 1)
    await lives.settle()
    assert len(net.heard["far.example"]) == 1
    never.set()
    await dies.close()
    await lives.settle()
    assert len(net.heard["far.example"]) == 1
    assert await waiting(village.running) == []


async def test_a_server_that_is_slow_stays_with_the_process_that_is_telling_it(village: Village):
    net, taken = Net(), list[int]()
    await heard_by(village, "bina@far.example")
    ids = [await said(village, f"बात {n}") for n in range(5)]
    other = deliverer(village, net)

    async def slowly(due: DueServer, parcel: Parcel) -> InboxAnswer:
        village.clock.move(HELD // 2)
        taken.append(await other.step())
        return await net.post(due, parcel)

    await Deliverer(village.running.carrier, slowly).settle()
    assert not any(taken)
    assert [id_ for id_ in net.heard["far.example"] if "#" not in id_] == ids


async def test_what_waits_for_followers_and_named_ones_is_unsaid_where_they_are_so_no_more(village: Village):
    """A server that was down comes back after whoever was there has been let go, or blocked."""
    net, square, asha = Net(), village.running.house.square, village.asha
    bina = await meet(village.running, "bina@far.example")
    carl = await meet(village.running, "carl@else.example", shared=False)
    dina = await meet(village.running, "dina@third.example")
    for one in (bina, carl, dina):
        await graph.follow(square, one.viewer, asha.id)
    await village.settle()
    delivers = deliverer(village, net)
    await delivers.settle()
    net.heard.clear()
    net.down = {"far.example", "else.example", "third.example"}
    private = await said(village, "साथियों से", visibility=Visibility.PRIVATE)
    direct = await said(village, "@carl@else.example @dina@third.example सुनो", visibility=Visibility.DIRECT)
    await delivers.settle()
    await graph.drop_follower(square, asha.viewer, bina.id)
    await graph.block(square, asha.viewer, carl.id)
    await village.settle()
    net.down.clear()
    village.clock.move(HOUR)
    await delivers.settle()
    assert [id_ for id_ in net.heard["third.example"] if "#" not in id_] == [private, direct]
    for host in ("far.example", "else.example"):
        assert [id_ for id_ in net.heard[host] if "#" not in id_] == []
    assert await waiting(village.running) == []


async def test_what_a_profile_said_is_unsaid_where_its_account_has_been_suspended_before_it_left(village: Village):
    net, asha = Net(), village.asha
    await heard_by(village, "bina@far.example")
    fed = village.running.house.federation
    assert fed is not None
    await public_key(fed, asha.id)
    delivers = deliverer(village, net)
    await delivers.settle()
    net.down = {"far.example"}
    await village.api(asha, "PATCH", "/api/v1/accounts/update_credentials", display_name="बुरी बात")
    await village.settle()
    await delivers.settle()
    assert [sent.kind for sent in await waiting(village.running)] == ["Update"]
    await begin(village, Measure.SUSPEND, asha.id)
    async with village.running.house.square.work.writing() as w:
        w.tell(AccountChanged(account=asha.id))
    await village.settle()
    net.down.clear()
    net.heard.clear()
    (_, said_so) = await waiting(village.running)
    village.clock.move(HOUR)
    await delivers.settle()
    assert net.heard["far.example"] == [said_so.says["id"]] and said_so.of["suspended"]


async def test_what_waits_for_a_follower_whose_server_has_one_inbox_for_all_by_now_goes_where_it_was_going(
    village: Village,
):
    net = Net()
    await heard_by(village, "bina@far.example", shared=False)
    delivers = deliverer(village, net)
    await delivers.settle()
    private = await said(village, "साथियों से", visibility=Visibility.PRIVATE)
    async with village.running.house.square.work.writing() as w:
        await w.run(statement(update(remote_people).values(shared_inbox="http://far.example/inbox")))
    await delivers.settle()
    assert net.heard["far.example"][-1] == private


async def test_what_a_profile_said_is_unsaid_where_its_account_has_gone_before_it_left(village: Village):
    net, asha = Net(), village.asha
    await heard_by(village, "bina@far.example")
    fed = village.running.house.federation
    assert fed is not None
    await public_key(fed, asha.id)
    delivers = deliverer(village, net)
    await delivers.settle()
    net.heard.clear()
    await village.api(asha, "PATCH", "/api/v1/accounts/update_credentials", display_name="बुरी बात")
    await village.settle()
    assert [sent.kind for sent in await waiting(village.running)] == ["Update"]
    async with village.running.house.square.work.writing() as w:
        await w.run(statement(update(accounts).where(accounts.c.id == asha.id).values(state="deleted")))
        w.touch(PEOPLE, asha.id)
    await delivers.settle()
    assert net.heard["far.example"] == [] and await waiting(village.running) == []

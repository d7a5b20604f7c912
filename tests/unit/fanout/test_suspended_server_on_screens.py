"""What open screens show of a server goes when that is suspended."""

from sqlalchemy import insert

from chaupal.fanout import placing
from chaupal.governance.events import DecisionServed
from chaupal.policy.measures import Measure
from chaupal.store.machine.dialect import param, statement
from chaupal.store.machine.tables import elsewhere
from chaupal.wire.listening import Ruled
from neighbours import Street
from other_servers import from_there

ELSEWHERE = statement(insert(elsewhere).values(post_id=param("post"), server_id=param("there"), language="hi"))


async def test_open_screens_hear_of_the_newest_posts_of_a_server_that_is_suspended_and_of_those_below_it(
    street: Street,
):
    ravi, om = await street.person("ravi@far.example"), await street.person("om@x.far.example")
    near = await street.person("near@farther.example")
    said = [await street.say(who, "a word") for who in (ravi, om, near)]
    domains = ("far.example", "x.far.example", "farther.example")
    there = [
        await from_there(street.work, street.make_id, who, domain, post)
        for who, domain, post in zip((ravi, om, near), domains, said, strict=True)
    ]
    async with street.work.writing() as w:
        for post, server in zip(said, there, strict=True):
            await w.run(ELSEWHERE, post=post, there=server)
    event = DecisionServed(
        order="RULES-2021-0001",
        target=1,
        kind="server",
        territory=("XX",),
        ruling=1,
        subject=there[0],
        owner=None,
        measure=Measure.SUSPEND_SERVER.value,
    )
    placed = await placing.PLACING[DecisionServed](street.carrier.streams, event)
    [(_, tiding)] = [one for one in placed if isinstance(one[1], Ruled)]
    assert set(tiding.posts) == set(said[:2])

"""What open screens show of a server goes when that is suspended."""

from chaupal.fanout import placing
from chaupal.governance.events import DecisionServed
from chaupal.http.listening import RulingTiding
from chaupal.policy.measures import Measure
from neighbours import Street
from others import from_there


async def test_open_screens_hear_of_the_newest_posts_of_a_server_that_is_suspended_and_of_those_below_it(
    street: Street,
):
    ravi, om = await street.person("ravi@far.example"), await street.person("om@x.far.example")
    near = await street.person("near@farther.example")
    said = [await street.say(who, "a word") for who in (ravi, om, near)]
    domains = ("far.example", "x.far.example", "farther.example")
    there = [
        await from_there(street, who, domain, post)
        for who, domain, post in zip((ravi, om, near), domains, said, strict=True)
    ]
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
    [tiding] = [one for _, one in placed if isinstance(one, RulingTiding)]
    assert set(tiding.posts) == set(said[:2])

"""What the server that a thing came from says of it, ready for a page: it stands beside the thing, as that server's words."""

from typing import Any, NamedTuple

from chaupal.http.call import Call
from chaupal.policy.placeholders import country_names
from chaupal.policy.things import Person, Post
from chaupal.reads.court import stated


class Line(NamedTuple):
    """`country` in the viewer's language; empty where it says that somebody is suspended there. `until` in ms, 0: no end is said."""

    server: str
    country: str
    order: str
    until: int


async def lines(call: Call[Any], thing: Post | Person) -> list[Line]:
    """In the order in which it says them; of ours none."""
    language = call.viewer.language
    return [
        Line(one.domain, country_names((one.country,), language) if one.country else "", one.order, one.until)
        for one in await stated.statements_about(call.house.reads, thing)
    ]

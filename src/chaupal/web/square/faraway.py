"""Between servers: following somebody of this one from one's own, what is to be opened here that was met elsewhere, and what the
server that a thing came from says of it.
"""

from typing import Any, NamedTuple

import msgspec

from chaupal.http.call import OPEN_PAGE, Answer, Call, Route, Shape, get, post, redirect
from chaupal.kernel.errors import Invalid, NotFound
from chaupal.policy.sealed import Visible
from chaupal.policy.sentences.placeholders import country_names
from chaupal.policy.things import Person, Post
from chaupal.policy.viewer import Surface
from chaupal.reads.court import visibility
from chaupal.reads.people import people
from chaupal.reads.timelines import thread
from chaupal.social.people import elsewhere
from chaupal.text import handles
from chaupal.web import links, pages
from chaupal.web.square.cards import face
from chaupal.web.words import N_, sentence

ASKED = (20, 300)  # times somebody may ask other servers in so many seconds


class RemoteFollowAsked(msgspec.Struct, kw_only=True):
    """Who is to be followed, and who wants to: `from_` is a name on another server."""

    handle: str
    from_: str = msgspec.field(name="from", default="")


class RemoteAsked(msgspec.Struct, kw_only=True):
    """Somebody or something that was met elsewhere: `acct:ravi@other.example`, or an address."""

    uri: str = ""


async def ask(call: Call[RemoteFollowAsked]) -> Answer:
    """From which server one wants to follow. Raises NotFound where other servers are not talked to."""
    return await _ask(call, await _followed(call))


async def _ask(
    call: Call[RemoteFollowAsked],
    seen: Visible[Person],
    problem: Invalid | None = None,
    *,
    way: str = "",
    host: str = "",
) -> Answer:
    wrong = {"from": sentence(problem, call.viewer.language)} if problem else {}
    return await pages.render(
        call,
        "follow_from.html",
        face=face(call, seen),
        typed=call.args.from_,
        errors=wrong,
        way=way,
        host=host,
        titled=N_("Follow from your server"),
    )


async def send(call: Call[RemoteFollowAsked]) -> Answer:
    """The way to that server, with whom it is to follow."""
    seen, settings, there = await _followed(call), call.house.settings, call.house.square.elsewhere
    name = handles.stored(call.args.from_, settings.domain)
    if there is None:
        raise NotFound
    if not handles.host_of(name):
        return await _ask(call, seen, Invalid("name_elsewhere"))
    template = await there.subscribe(name)
    if not template.startswith(("https://", "http://")):
        return await _ask(call, seen, Invalid("server_silent", name=handles.host_of(name)))
    # A link, and no redirect: browsers let a form lead to this site only.
    way = template.replace("{uri}", links.quoted(f"{seen.item.handle}@{settings.domain}"))
    return await _ask(call, seen, way=way, host=handles.host_of(name))


async def met(call: Call[RemoteAsked]) -> Answer:
    """What was met elsewhere, on its page here: people are followed there, posts answered. Raises NotFound."""
    house, what = call.house, call.args.uri.strip()
    own = handles.stored(what.removeprefix("acct:"), house.settings.domain)
    if own and not handles.host_of(own):
        return redirect(links.person(own))
    if what.startswith(f"{house.settings.origin}/"):
        return redirect(links.back(what.removeprefix(house.settings.origin)))
    found = await elsewhere.look_up(house.square, call.viewer, what)
    if found is not None and found.person:
        return redirect(links.person((await people.person(house.reads, call.viewer, found.person)).item.handle))
    if found is None:
        raise NotFound
    seen = await thread.post(house.reads, call.viewer, found.post)
    authors = await people.of_posts(house.reads, call.viewer, [seen])
    return redirect(links.path_of(seen.item, authors[seen.item.author].item))


async def _followed(call: Call[RemoteFollowAsked]) -> Visible[Person]:
    seen = await people.named(call.house.reads, call.viewer, call.args.handle)
    if seen.item.server or seen.withheld or not call.house.settings.federates:
        raise NotFound
    return seen


ROUTES: tuple[Route, ...] = (
    get("/@{handle}/follow", ask, Surface.PROFILE, **OPEN_PAGE),
    post("/@{handle}/follow", send, Surface.PROFILE, limit=ASKED, **OPEN_PAGE),
    get("/authorize_interaction", met, Surface.PROFILE, shape=Shape.PAGE, limit=ASKED),
)


class StatedLine(NamedTuple):
    """`country` in the viewer's language; empty where it says that somebody is suspended there. `until` in ms, 0: no end is said."""

    server: str
    country: str
    order: str
    until: int


async def statements(call: Call[Any], thing: Post | Person) -> list[StatedLine]:
    """In the order in which it says them; of ours none."""
    language = call.viewer.language
    return [
        StatedLine(one.domain, country_names((one.country,), language) if one.country else "", one.order, one.until)
        for one in await visibility.statements_about(call.house.reads, thing)
    ]

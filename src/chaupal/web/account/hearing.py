"""From whom one hears: the policy of one's notifications, and those who were kept apart, to be let in or not."""

from typing import Any

import msgspec

from chaupal.http.call import PAGE, Answer, Call, Route, get, post, redirect
from chaupal.http.paging import Number, Paged
from chaupal.kernel.errors import NotFound
from chaupal.policy.surface import Surface
from chaupal.reads.people import notifications
from chaupal.reads.people.notifications import Policy
from chaupal.social.people import listening
from chaupal.web import pages
from chaupal.web.pages import SavedAsked
from chaupal.web.square.cards import cards, face
from chaupal.web.square.reading import pager
from chaupal.web.words import N_, translated

CLASSES = {
    "not_following": N_("People you do not follow"),
    "not_followers": N_("People who do not follow you"),
    "new_accounts": N_("Accounts less than a month old"),
    "private_mentions": N_("Messages from people you do not follow"),
    "limited_accounts": N_("Accounts that this server has limited"),
}
WAYS = {listening.ACCEPT: N_("Tell me"), listening.FILTER: N_("Keep apart"), listening.DROP: N_("Never tell me")}


class PolicyTyped(msgspec.Struct, kw_only=True):
    """The form as it comes back."""

    not_following: str | None = None
    not_followers: str | None = None
    new_accounts: str | None = None
    private_mentions: str | None = None
    limited_accounts: str | None = None


class RequestDecided(msgspec.Struct):
    """What to do about somebody who was kept apart: accept or dismiss."""

    id: Number
    act: str


async def policy(call: Call[SavedAsked]) -> Answer:
    found, waiting, _ = await notifications.policy(call.house.reads, call.viewer)
    return await _policy(call, found, waiting, saved=call.args.saved)


async def wish(call: Call[PolicyTyped]) -> Answer:
    """Another policy from now on. A choice that is none of the three is refused."""
    await listening.wish(call.house.square, call.viewer, **msgspec.structs.asdict(call.args))
    return redirect("/notifications/policy?saved=1")


async def requests(call: Call[Paged]) -> Answer:
    """Those who were kept apart, newest first."""
    page = await notifications.requests(call.house.reads, call.viewer, call.args.cursor())
    drawn = {card.key: card for card in await cards(call, [r.post for r in page.items if r.post is not None])}
    rows = [(r, face(call, r.person), drawn.get(r.post.item.id) if r.post else None) for r in page.items]
    return await pages.render(
        call, "hearing_requests.html", rows=rows, pager=pager(call, page), titled=N_("Kept apart")
    )


async def act(call: Call[RequestDecided]) -> Answer:
    """Let in for good, or sent away."""
    acts = {"accept": listening.accept, "dismiss": listening.dismiss}
    if call.args.act not in acts:
        raise NotFound
    await acts[call.args.act](call.house.square, call.viewer, [call.args.id])
    return redirect("/notifications/requests")


async def _policy(call: Call[Any], chosen: Policy, waiting: int, *, saved: bool) -> Answer:
    return await pages.render(
        call,
        "hearing.html",
        chosen=msgspec.structs.asdict(chosen),
        saved=saved,
        waiting=waiting,
        classes=[(name, translated(call, text)) for name, text in CLASSES.items()],
        ways=[(way, translated(call, text)) for way, text in WAYS.items()],
        titled=N_("Who can notify you"),
    )


ROUTES: tuple[Route, ...] = (
    get("/notifications/policy", policy, Surface.OWN, **PAGE),
    post("/notifications/policy", wish, Surface.OWN, **PAGE),
    get("/notifications/requests", requests, Surface.NOTIFICATIONS, **PAGE),
    post("/notifications/requests/{id}/{act}", act, Surface.NOTIFICATIONS, **PAGE),
)

"""A post in a frame on somebody else's page: judged each time, for a stranger from where its reader is."""

import msgspec

from chaupal.http.call import Answer, Call
from chaupal.http.headers import CSP, FRAMED_CSP
from chaupal.http.route import OPEN_PAGE, Route, get
from chaupal.kernel.errors import NotFound
from chaupal.policy.facts import Visibility
from chaupal.policy.surface import Surface
from chaupal.policy.viewer import stranger
from chaupal.reads.posts import quotes
from chaupal.reads.timelines import thread
from chaupal.web import pages
from chaupal.web.square.cards import cards
from chaupal.web.square.persons import gone_with
from chaupal.web.square.threads import PostAddress

# As other pages, but that anybody may frame it. An empty header is not sent.
FRAMED = [("x-frame-options", ""), (CSP, FRAMED_CSP)]


async def embed(call: Call[PostAddress]) -> Answer:
    """The post alone. Whoever is signed in is a stranger here, too: the page around it is not theirs. Raises NotFound."""
    reads, caller = call.house.reads, call.viewer
    call.viewer, call.caller = stranger(caller), None
    seen = await thread.post(reads, call.viewer, call.args.id)
    (card,) = await cards(call, [seen]) or (None,)
    # Where the browser says who asks, whom an author has blocked meets nothing of theirs.
    if caller.account is not None:
        await thread.post(reads, caller, call.args.id)
        if card is not None and card.quoted is not None:
            known = await quotes.within(reads, caller, [seen])
            card = card if card.quoted.key in known.seen else msgspec.structs.replace(card, quoted=None)
    if card is None or seen.item.boost_of is not None or card.author.handle != call.args.handle:
        raise NotFound
    if card.post.visibility > Visibility.UNLISTED or card.post.server:
        raise NotFound  # what another server's people say, that server shows
    status, headers = gone_with(call, card.gone) if card.gone else (200, [])
    answer = await pages.render(call, "embed.html", status, headers, card=card)
    # No cookie for a frame: it has no forms, and its reader is somebody else's guest.
    answer.headers = [*((name, value) for name, value in answer.headers if name != "set-cookie"), *FRAMED]
    return answer


ROUTES: tuple[Route, ...] = (get("/@{handle}/{id}/embed", embed, Surface.THREAD, **OPEN_PAGE),)

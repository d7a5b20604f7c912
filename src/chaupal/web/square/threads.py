"""The page of one post: the conversation around it, and a place to answer; and the post alone, in a frame on somebody else's page. Withheld
ones answer 451.
"""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from chaupal.http.call import OPEN_PAGE, Answer, Call, Route, get, redirect
from chaupal.http.headers import CSP, FRAMED_CSP
from chaupal.http.paging import Paged
from chaupal.kernel.errors import NotFound
from chaupal.policy.facts import Visibility
from chaupal.policy.sealed import Visible
from chaupal.policy.sentences import placeholders
from chaupal.policy.sentences.placeholders import country_names
from chaupal.policy.things import Person, Post
from chaupal.policy.viewer import Surface, stranger
from chaupal.reads.court import visibility
from chaupal.reads.page import Page
from chaupal.reads.people import people_lists
from chaupal.reads.posts import quotes
from chaupal.reads.timelines import thread
from chaupal.text.length import truncate
from chaupal.web import links, pages
from chaupal.web.square import faraway, writing
from chaupal.web.square.cards import Card, cards, tree
from chaupal.web.square.persons import gone_with, people_page
from chaupal.web.words import N_, words

TITLE = 60  # letters of a post in the title of its page
MOST = 200  # answers on a page, and posts before it
# As other pages, but that anybody may frame it. An empty header is not sent.
FRAMED = [("x-frame-options", ""), (CSP, FRAMED_CSP)]


class PostAddress(msgspec.Struct):
    """A post by its address."""

    handle: str
    id: int


class ThreadAsked(PostAddress, kw_only=True):
    """A post in its conversation. `past`: the answer after which it goes on."""

    past: Annotated[int, Meta(ge=0, le=2**63 - 1)] = 0


class PeopleListAsked(Paged, kw_only=True):
    """A page of those who did something to a post."""

    handle: str
    id: int


async def permalink(call: Call[ThreadAsked]) -> Answer:
    """The post in its conversation. Raises NotFound; an address under another's name leads to the right one."""
    reads, viewer = call.house.reads, call.viewer
    seen = await thread.post(reads, viewer, call.args.id)
    (card,) = await cards(call, [seen]) or (None,)
    if card is None:
        raise NotFound
    if (card.post.id, card.author.handle) != (call.args.id, call.args.handle):
        return redirect(links.path_of(card.post, card.author))
    if call.house.federation is not None:
        from chaupal.federation import conversations  # brought in where other servers are talked to

        await conversations.looked_at(call.house.federation, viewer, seen.item)
    found = await thread.context(reads, viewer, card.post.id, most=MOST, past=call.args.past)
    before, above = await cards(call, found.ancestors), await cards(call, found.above)
    after = tree(await cards(call, found.descendants), card.post.id, above)
    may_answer = viewer.account is not None and card.gone is None
    form: dict[str, Any] = writing.form(call, await writing.answer_to(call, card)) if may_answer else {"compose": None}
    status, headers = gone_with(call, card.gone) if card.gone else (200, [])
    return await pages.render(
        call,
        "thread.html",
        status,
        headers,
        card=card,
        before=before,
        after=after,
        more=found.more,
        cut=found.cut and found.more is None,
        title=title_of(call, card),
        shared=links.preview_of_post(card.post, card.author),
        stated=await faraway.statements(call, seen.item),
        abroad=[] if card.gone else await _abroad(call, seen.item),
        **form,
    )


async def _abroad(call: Call[Any], post: Post) -> list[tuple[str, str]]:
    """In which countries a post is withheld that is shown here, in the viewer's language, and where the order's page is."""
    found = await visibility.withheld_abroad(call.house.reads, call.viewer, post)
    told = [
        (country_names(one.territory, call.viewer.language), page)
        for one in found
        if (page := placeholders.notice_path(one)) != placeholders.ABOUT_LIMITS
    ]
    return [*dict.fromkeys(told)]  # an order may name the post and its author


def title_of(call: Call[Any], card: Card) -> str:
    """Who says what, as far as a title goes; of a withheld post and behind a warning it says nothing."""
    if card.gone is not None:
        return card.gone.title
    text = card.post.spoiler or card.post.text
    short = truncate(" ".join(text.split()), TITLE)
    return f"{card.author.shown_name}: {short}" if short else card.author.shown_name


async def likers(call: Call[PeopleListAsked]) -> Answer:
    page = await people_lists.liked_by(call.house.reads, call.viewer, call.args.id, call.args.cursor())
    return await _people_list(call, page, N_("Liked by"))


async def reposters(call: Call[PeopleListAsked]) -> Answer:
    page = await people_lists.reposted_by(call.house.reads, call.viewer, call.args.id, call.args.cursor())
    return await _people_list(call, page, N_("Reposted by"))


async def _people_list(call: Call[PeopleListAsked], page: Page[Visible[Person]], title: str) -> Answer:
    back = links.post(call.args.handle, call.args.id)
    return await people_page(call, page, words(call.viewer.language).gettext(title), back=back)


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


ROUTES: tuple[Route, ...] = (
    get("/@{handle}/{id}", permalink, Surface.THREAD, **OPEN_PAGE, **pages.KEPT),
    get("/@{handle}/{id}/likes", likers, Surface.PEOPLE, **OPEN_PAGE),
    get("/@{handle}/{id}/reposts", reposters, Surface.PEOPLE, **OPEN_PAGE),
    get("/@{handle}/{id}/embed", embed, Surface.THREAD, **OPEN_PAGE),
)

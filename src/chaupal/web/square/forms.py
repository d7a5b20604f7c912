"""Forms of one button: what one does to posts and people, and the choice of language. Each leads back where it stood, or answers
a script with the part of the page that changes.
"""

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from chaupal.http.call import Answer, Call, Route, Shape, post, redirect
from chaupal.http.headers import set_cookie
from chaupal.http.paging import Number
from chaupal.kernel.errors import NotFound, or_not_found
from chaupal.policy.viewer import Surface, Viewer
from chaupal.reads.people import people
from chaupal.reads.timelines import thread
from chaupal.social.context import Square
from chaupal.social.people import graph
from chaupal.social.posts import posts, reactions
from chaupal.social.signin import logins
from chaupal.web import links, pages
from chaupal.web.square.cards import cards
from chaupal.web.words import LANGUAGES

type Act = Callable[[Square, Viewer, int], Awaitable[Any]]

TO_POSTS: dict[str, Act] = {
    "like": reactions.like,
    "unlike": reactions.unlike,
    "save": reactions.save,
    "unsave": reactions.unsave,
    "repost": posts.repost,
    "unrepost": posts.unrepost,
    "pin": reactions.pin,
    "unpin": reactions.unpin,
    "hush": reactions.mute,
    "hear": reactions.unmute,
}
TO_PEOPLE: dict[str, Act] = {
    "follow": graph.follow,
    "unfollow": graph.unfollow,
    "mute": graph.mute,
    "unmute": graph.unmute,
    "block": graph.block,
    "unblock": graph.unblock,
    "grant": graph.grant,
    "refuse": graph.refuse,
    "endorse": graph.endorse,
    "unendorse": graph.unendorse,
    "drop": graph.drop_follower,
    "unsuggest": graph.unsuggest,
}
YEAR = 31_536_000  # seconds


class ActTyped(msgspec.Struct, kw_only=True):
    """An act on one thing, and where to go then."""

    id: Number
    act: str
    next: str = "/"


class UndoTyped(msgspec.Struct, kw_only=True):
    """Something of one's own, and where to go when it is gone."""

    id: Number
    next: str = "/"


class LanguageTyped(msgspec.Struct, kw_only=True):
    """A language of pages."""

    language: str
    next: str = "/"


async def to_post(call: Call[ActTyped]) -> Answer:
    await _act(call, TO_POSTS)
    return await of_post(call, call.args.id, call.args.next)


async def delete_post(call: Call[UndoTyped]) -> Answer:
    # Nothing on the pages writes a deleted post anew, so its pictures need not wait for that.
    await posts.delete(call.house.square, call.viewer, call.args.id, uploads=True)
    return redirect(links.back(call.args.next))


async def to_person(call: Call[ActTyped]) -> Answer:
    await _act(call, TO_PEOPLE)
    return await of_person(call, call.args.id, call.args.next)


async def _act(call: Call[ActTyped], acts: dict[str, Act]) -> None:
    act = or_not_found(acts.get(call.args.act))
    await act(call.house.square, call.viewer, call.args.id)


class NoteTyped(msgspec.Struct, kw_only=True):
    """A note about somebody; empty: none."""

    id: Number
    note: str = ""
    next: str = "/"


async def note(call: Call[NoteTyped]) -> Answer:
    await graph.note(call.house.square, call.viewer, call.args.id, call.args.note)
    return redirect(links.back(call.args.next))


async def speak(call: Call[LanguageTyped]) -> Answer:
    """Pages speak this language from now on: in this browser, and to this account wherever it signs in."""
    if call.args.language not in LANGUAGES:
        raise NotFound
    if call.viewer.account is not None:
        await logins.choose_language(call.house.square, call.viewer, call.args.language)
    cookie = set_cookie(call.house.settings, "language", call.args.language, YEAR)
    return redirect(links.back(call.args.next), headers=[cookie])


ROUTES: tuple[Route, ...] = (
    post("/posts/{id}/delete", delete_post, Surface.STATUS, shape=Shape.PAGE, takes_back=True),
    post("/posts/{id}/{act}", to_post, Surface.STATUS, shape=Shape.PAGE),
    post("/people/{id}/{act}", to_person, Surface.PROFILE, shape=Shape.PAGE),
    post("/people/{id}/note", note, Surface.PROFILE, shape=Shape.PAGE),
    post("/language", speak, Surface.NONE, shape=Shape.PAGE, public=True, unready=True),
)


ASKED = "x-part"  # the header by which a script says that it wants a part; a form cannot send it


async def of_post(call: Call[Any], id_: int, next_: str) -> Answer:
    """The row of deeds of a post as it is now; without a script, back to where it stood."""
    if ASKED not in call.headers:
        return redirect(links.back(next_))
    where, _, mark = next_.partition("#p")
    found = await cards(call, [await thread.post(call.house.reads, call.viewer, id_)])
    if not found:
        raise NotFound
    key = int(mark) if mark.isascii() and mark.isdigit() else found[0].key
    return await pages.render(call, "parts/deeds.html", card=found[0], key=key, here=links.back(where))


async def of_person(call: Call[Any], id_: int, next_: str) -> Answer:
    """What one can do about a person, as it is now; without a script, back to where it stood."""
    if ASKED not in call.headers:
        return redirect(links.back(next_))
    seen = await people.person(call.house.reads, call.viewer, id_)
    found = await people.between(call.house.reads, call.viewer, [id_])
    return await pages.render(
        call, "parts/ties.html", person=seen.item, ties=found[0][1] if found else None, here=links.back(next_)
    )

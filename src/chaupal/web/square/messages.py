"""Messages: one conversation for each person or group, one of them with a place to write, and a new one. They say who can read them."""

import secrets
from contextlib import suppress
from typing import Any

import msgspec

from chaupal.http.call import PAGE, Answer, Call, Route, get, post, redirect
from chaupal.http.limits import POSTING
from chaupal.http.paging import ById, Number, Paged
from chaupal.kernel.errors import Invalid, NotFound
from chaupal.policy.sealed import Visible
from chaupal.policy.things import Person, Post
from chaupal.policy.viewer import Surface
from chaupal.reads.people import people
from chaupal.reads.timelines import conversations as reads
from chaupal.reads.timelines.conversations import Party
from chaupal.social.posts import conversations
from chaupal.social.posts.conversations import MOST_PEOPLE
from chaupal.text.length import MAX_GRAPHEMES
from chaupal.web import pages
from chaupal.web.square.cards import Card, cards
from chaupal.web.square.reading import pager
from chaupal.web.words import N_, beside, translated


class TalkRow(msgspec.Struct, frozen=True):
    """What is said with one person, or one group, in the list: whom it is with, and its newest post."""

    party: Party
    people: list[Person]
    card: Card


class MessageSheet(msgspec.Struct, kw_only=True):
    """The form: `to` handles, with blanks or commas between; `key` makes a form that was sent twice one message."""

    to: str = ""
    text: str = ""
    key: str = ""
    reply_to: Number | None = None
    talk: Number | None = None


class MessageAsked(msgspec.Struct):
    """Whom a new message is for."""

    to: str = ""


async def listed(call: Call[Paged]) -> Answer:
    """One row for each person or group, who wrote last first."""
    page = await reads.parties(call.house.reads, call.viewer, call.args.cursor())
    drawn = {card.key: card for card in await cards(call, [one.talk.last for one in page.items])}
    rows = [
        TalkRow(one, _people(one.talk.people), drawn[one.talk.last.item.id])
        for one in page.items
        if one.talk.last.item.id in drawn
    ]
    return await pages.render(call, "messages.html", rows=rows, pager=pager(call, page), titled=N_("Messages"))


async def new(call: Call[MessageAsked]) -> Answer:
    """The form; with whom one talks already, what was said before."""
    to = call.args.to[:500]
    if to and (known := await _party_of(call, to)):
        return redirect(f"/messages/{known.roots[0]}")
    return await _form(call, MessageSheet(to=to, key=secrets.token_urlsafe(12)))


async def show(call: Call[ById]) -> Answer:
    """What was said, and a place to answer; having looked, one has read it."""
    party = await _party(call, call.args.id)
    answer = await _talk(call, call.args.id, MessageSheet(key=secrets.token_urlsafe(12)), party=party)
    for root in party.unread if party else ():
        await conversations.read(call.house.square, call.viewer, root)
    return answer


async def write(call: Call[MessageSheet]) -> Answer:
    """Send it and show the conversation; or the form again, with what was typed and what is wrong beside its field."""
    typed = call.args
    handles = _handles(typed.to)
    if typed.talk is None and (known := await _party_of(call, typed.to)):
        # What one begins with somebody goes on where it was left.
        typed.talk, typed.reply_to = known.roots[0], await _last(call, known)
    try:
        id_ = await conversations.write(
            call.house.square,
            call.viewer,
            handles,
            typed.text,
            reply_to=typed.reply_to,
            key=f"page-{typed.key}"[:200] if typed.key else "",
        )
    except Invalid as problem:
        return await (_talk(call, typed.talk, typed, problem) if typed.talk else _form(call, typed, problem))
    return redirect(f"/messages/{typed.talk}#p{id_}" if typed.talk not in (None, id_) else f"/messages/{id_}")


async def remove(call: Call[ById]) -> Answer:
    """Off the list, with all that was said between the same people."""
    party = await _party(call, call.args.id)
    for root in party.roots if party else (call.args.id,):
        await conversations.remove(call.house.square, call.viewer, root)
    return redirect("/messages")


async def _talk(
    call: Call[Any], root: int, sheet: MessageSheet, problem: Invalid | None = None, party: Party | None = None
) -> Answer:
    party = party or await _party(call, root)
    posts = await reads.posts_in(call.house.reads, call.viewer, *(party.roots if party else (root,)))
    shown = await cards(call, posts)
    if not shown:
        raise NotFound
    people = _people(party.talk.people) if party else await _addressed(call, posts)
    sheet.talk, sheet.to = root, " ".join(person.handle for person in people)
    # Answers what was said last and may be seen; a placeholder cannot be answered.
    sheet.reply_to = next((card.post.id for card in reversed(shown) if not card.gone), None)
    names = ", ".join(person.shown_name for person in people)
    return await _message_page(
        call,
        "message.html",
        sheet,
        problem,
        title=names or translated(call, N_("Messages")),
        cards=shown,
        people=people,
        fresh=_fresh(party, shown, call.viewer.me),
        seen=await reads.readers(call.house.reads, call.viewer, party) if party else {},
    )


async def _addressed(call: Call[Any], posts: list[Visible[Post]]) -> list[Person]:
    """Whom a conversation is for that stands on no list: it has just begun and is not placed yet, or was taken off."""
    named = dict.fromkeys(
        m.handle for one in posts if not one.withheld for m in one.item.mentions if m.id != call.viewer.account
    )
    found: list[Person] = []
    for handle in list(named)[:MOST_PEOPLE]:
        with suppress(NotFound):
            found.append((await people.named(call.house.reads, call.viewer, handle)).item)
    return found


async def _party(call: Call[Any], root: int) -> Party | None:
    """The conversation, or None where it was taken off the list and is opened by its address."""
    try:
        return await reads.party(call.house.reads, call.viewer, root)
    except NotFound:
        return None


def _handles(to: str) -> list[str]:
    return to.replace(",", " ").split()


async def _party_of(call: Call[Any], to: str) -> Party | None:
    """What was said before with exactly these people (handles)."""
    handles = _handles(to)
    try:
        named = [
            (await people.named(call.house.reads, call.viewer, handle)).item.id for handle in handles[:MOST_PEOPLE]
        ]
        return await reads.party_with(call.house.reads, call.viewer, named) if named else None
    except NotFound:
        return None


async def _last(call: Call[Any], party: Party) -> int | None:
    seen = await reads.posts_in(call.house.reads, call.viewer, *party.roots)
    return next((one.item.id for one in reversed(seen) if not one.withheld), None)


def _fresh(party: Party | None, shown: list[Card], me: int) -> int | None:
    """Above which post the line stands that says what is new: the first that came after one's own last word."""
    if party is None or not party.unread:
        return None
    mine = next((n for n in range(len(shown) - 1, -1, -1) if shown[n].post.author == me), -1)
    return shown[mine + 1].key if mine + 1 < len(shown) else None


async def _form(call: Call[Any], sheet: MessageSheet, problem: Invalid | None = None) -> Answer:
    return await _message_page(call, "message_new.html", sheet, problem, titled=N_("New message"))


async def _message_page(
    call: Call[Any], template: str, sheet: MessageSheet, problem: Invalid | None, **context: Any
) -> Answer:
    return await pages.render(
        call,
        template,
        problem.status if problem else 200,
        sheet=sheet,
        errors=beside(call, problem, {"to": "to"}, "text"),
        most=MAX_GRAPHEMES,
        **context,
    )


def _people(seen: Any) -> list[Person]:
    found: list[Visible[Person]] = list(seen)
    return [one.item for one in found]


ROUTES: tuple[Route, ...] = (
    get("/messages", listed, Surface.MESSAGES, **PAGE),
    get("/messages/new", new, Surface.OWN, **PAGE),
    get("/messages/{id}", show, Surface.MESSAGES, **PAGE),
    post("/messages", write, Surface.MESSAGES, limit=POSTING, **PAGE),
    post("/messages/{id}/remove", remove, Surface.MESSAGES, takes_back=True, **PAGE),
)

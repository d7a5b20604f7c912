"""Messages: one's conversations, one of them with a place to write, and a new one. They say plainly who can read them."""

import secrets
from typing import Any

import msgspec

from chaupal.kernel.errors import Invalid, NotFound
from chaupal.policy.sealed import Visible
from chaupal.policy.surface import Surface
from chaupal.policy.things import Person
from chaupal.reads.timelines import conversations as reads
from chaupal.reads.timelines.conversations import Talk
from chaupal.social.posts import conversations
from chaupal.text.length import MAX_GRAPHEMES
from chaupal.web import pages
from chaupal.web.said import sentence
from chaupal.web.square.cards import Card, cards
from chaupal.web.square.reading import pager, said
from chaupal.web.words import N_
from chaupal.wire.call import Answer, Call, redirect
from chaupal.wire.paging import Number, Paged
from chaupal.wire.route import Route, Shape, get, post


class Row(msgspec.Struct, frozen=True):
    """A conversation in the list: whom it is with, and its newest post."""

    talk: Talk
    people: list[Person]
    card: Card


class Sheet(msgspec.Struct, kw_only=True):
    """The form: `to` handles, with blanks or commas between; `key` makes a form that was sent twice one message."""

    to: str = ""
    text: str = ""
    key: str = ""
    reply_to: Number | None = None
    talk: Number | None = None


class Begun(msgspec.Struct):
    """Whom a new message is for."""

    to: str = ""


class Of(msgspec.Struct):
    """A conversation."""

    id: Number


async def listed(call: Call[Paged]) -> Answer:
    """One's conversations, the newest post first."""
    page = await reads.page(call.house.reads, call.viewer, call.args.cursor())
    drawn = {card.key: card for card in await cards(call, [talk.last for talk in page.items])}
    rows = [
        Row(talk, _people(talk.people), drawn[talk.last.item.id]) for talk in page.items if talk.last.item.id in drawn
    ]
    return await pages.render(
        call, "messages.html", rows=rows, pager=pager(call, page), title=said(call, N_("Messages"))
    )


async def new(call: Call[Begun]) -> Answer:
    return await _form(call, Sheet(to=call.args.to[:500], key=secrets.token_urlsafe(12)))


async def one(call: Call[Of]) -> Answer:
    """What was said, and a place to answer; having looked, one has read it."""
    answer = await _talk(call, call.args.id, Sheet(key=secrets.token_urlsafe(12)))
    await conversations.read(call.house.square, call.viewer, call.args.id)
    return answer


async def write(call: Call[Sheet]) -> Answer:
    """Send it and show the conversation; or the form again, with what was typed and what is wrong beside its field."""
    typed = call.args
    handles = typed.to.replace(",", " ").split()
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
    return redirect(f"/messages/{typed.talk}#p{id_}" if typed.talk else f"/messages/{id_}")


async def remove(call: Call[Of]) -> Answer:
    """Off the list."""
    await conversations.remove(call.house.square, call.viewer, call.args.id)
    return redirect("/messages")


async def _talk(call: Call[Any], root: int, sheet: Sheet, problem: Invalid | None = None) -> Answer:
    posts = await reads.said(call.house.reads, call.viewer, root)
    shown = await cards(call, posts)
    if not shown:
        raise NotFound
    people = await _with(call, root)
    sheet.talk, sheet.to = root, " ".join(person.handle for person in people)
    # Answers what was said last and may be seen; a placeholder cannot be answered.
    sheet.reply_to = next((card.post.id for card in reversed(shown) if not card.gone), None)
    names = ", ".join(person.shown_name for person in people)
    return await _render(
        call, "message.html", sheet, problem, title=names or said(call, N_("Messages")), cards=shown, people=people
    )


async def _with(call: Call[Any], root: int) -> list[Person]:
    try:
        return _people((await reads.one(call.house.reads, call.viewer, root)).people)
    except NotFound:  # taken off the list, and opened by its address
        return []


async def _form(call: Call[Any], sheet: Sheet, problem: Invalid | None = None) -> Answer:
    return await _render(call, "message_new.html", sheet, problem, title=said(call, N_("New message")))


async def _render(call: Call[Any], template: str, sheet: Sheet, problem: Invalid | None, **context: Any) -> Answer:
    text = sentence(problem, call.viewer.language) if problem else ""
    field = "to" if problem and "to" in problem.details else "text"
    return await pages.render(
        call, template, problem.status if problem else 200, sheet=sheet, errors={field: text} if text else {}, most=MAX_GRAPHEMES,
        **context,
    )  # fmt: skip


def _people(seen: Any) -> list[Person]:
    found: list[Visible[Person]] = list(seen)
    return [one.item for one in found]


PAGE: dict[str, Any] = {"shape": Shape.PAGE}

ROUTES: tuple[Route, ...] = (
    get("/messages", listed, Surface.MESSAGES, takes=Paged, **PAGE),
    get("/messages/new", new, Surface.OWN, takes=Begun, **PAGE),
    get("/messages/{id}", one, Surface.MESSAGES, takes=Of, **PAGE),
    post("/messages", write, Surface.MESSAGES, takes=Sheet, limit=(300, 10_800), **PAGE),
    post("/messages/{id}/remove", remove, Surface.MESSAGES, takes=Of, takes_back=True, **PAGE),
)

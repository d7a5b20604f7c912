"""Pages of what became of a post's words: edit it, see what it said before, vote in its poll, and what waits to be said."""

from typing import Any

import msgspec
from markupsafe import Markup
from msgspec.structs import replace

from chaupal.http.call import PAGE, Answer, Call, Route, get, post, redirect
from chaupal.http.paging import ById, Number
from chaupal.kernel.alike import like
from chaupal.kernel.errors import Invalid, NotFound
from chaupal.policy.drafts_and_scheduled import DAY
from chaupal.policy.things import Post
from chaupal.policy.viewer import Surface
from chaupal.reads.page import Cursor
from chaupal.reads.posts import drafts_and_scheduled
from chaupal.reads.timelines import thread
from chaupal.social.posts import drafts_and_scheduled as scheduling, editing, polls
from chaupal.web import links, pages
from chaupal.web.pages import or_again
from chaupal.web.square import writing
from chaupal.web.square.cards import Limit, limits, local
from chaupal.web.square.sheet import PostTyped, Sheet, from_local, poll_of, to_local, typed_again
from chaupal.web.square.threads import PostAddress
from chaupal.web.words import N_, sentence

MOST = 300


class EditTyped(PostTyped, kw_only=True):
    """The form of a post, sent back for one that is there."""

    id: Number


class Ballot(msgspec.Struct, kw_only=True):
    """What was chosen in a poll, and where to go then."""

    id: Number
    choices: list[Number] = []
    next: str = "/"


class ScheduleTyped(msgspec.Struct, kw_only=True):
    """When to say a scheduled post instead."""

    id: Number
    at: str = ""


class Wording(msgspec.Struct, frozen=True):
    """What a post said from a moment (ms) on."""

    post: Post
    at: int
    html: Markup
    gone: Limit | None


async def form(call: Call[ById]) -> Answer:
    """The post's words in the form that wrote them. Raises NotFound for anybody else's."""
    post = await _own_post(call, call.args.id)
    begun = Sheet(
        text=post.text,
        spoiler=post.spoiler,
        visibility=post.visibility.wire,
        language=post.language,
        sensitive=post.sensitive,
        kept=list(post.pictures),
        action=f"/posts/{post.id}/edit",
        quote_policy=post.quote_policy,
        poll_for=0 if post.poll else DAY,
        options=[option.title for option in post.poll.options] if post.poll else [],
        multiple=bool(post.poll and post.poll.multiple),
        hide_totals=bool(post.poll and post.poll.hide_totals),
    )
    return await _show(call, begun)


async def edit(call: Call[EditTyped]) -> Answer:
    """Take the new words in; or show the form again with what is wrong with them."""
    typed = call.args
    post = await _own_post(call, typed.id)
    try:
        await writing.attach(call, typed, there=True)
        wish = like(
            editing.Edit,
            typed,
            language=typed.language or None,
            pictures=typed.kept,
            described=await _described(call, typed),
            poll=poll_of(typed),
            ends_as_before=not typed.poll_for,
        )
        await editing.edit(call.house.square, call.viewer, typed.id, wish)
    except Invalid as problem:
        kept = await drafts_and_scheduled.pictures(call.house.reads, call.viewer, typed.kept)
        sheet = typed_again(typed, kept, problem, call.viewer.language)
        sheet.visibility, sheet.action = post.visibility.wire, f"/posts/{post.id}/edit"
        return await _show(call, sheet, problem.status)
    return redirect(links.post(call.caller.handle if call.caller else "", typed.id))


async def _described(call: Call[Any], typed: EditTyped) -> list[editing.NewDescription]:
    """New words for pictures, and for the film of the post what came to be read along and what of that stays."""
    found = {id_: editing.NewDescription(id_, said) for id_, said in zip(typed.pictured, typed.described, strict=False)}
    film = await writing.film_of(call, typed)
    if film is not None:
        stay = typed.captioned if typed.captions_of == film.id else None
        told = writing.captions_sent(call, typed)
        found[film.id] = replace(found.get(film.id, editing.NewDescription(film.id)), captions=told, captioned=stay)
    return [*found.values()]


async def history(call: Call[PostAddress]) -> Answer:
    """Every wording, the present one first."""
    found = await thread.wordings(call.house.reads, call.viewer, call.args.id)
    shown = [
        Wording(
            seen.item,
            seen.item.edited_at or seen.item.created_at,
            local(call, seen.item.html),
            limits(call, seen.verdict)[0],
        )
        for seen in reversed(found)
    ]
    back = links.post(call.args.handle, call.args.id)
    return await pages.render(call, "writing/history.html", wordings=shown, back=back, titled=N_("What this post said"))


async def vote(call: Call[Ballot]) -> Answer:
    await polls.vote(call.house.square, call.viewer, call.args.id, call.args.choices)
    return redirect(links.back(call.args.next))


async def waiting(call: Call[Any], problem: Invalid | None = None) -> Answer:
    """One's scheduled posts."""
    page = await drafts_and_scheduled.scheduled(call.house.reads, call.viewer, Cursor(limit=MOST))
    wrong = call.args if problem else ScheduleTyped(id=0)
    if problem is not None and all(one.id != wrong.id for one in page.items):
        raise NotFound
    return await pages.render(
        call,
        "writing/scheduled.html",
        problem.status if problem else 200,
        waiting=page.items,
        error=sentence(problem, call.viewer.language) if problem else "",
        wrong=wrong,
        titled=N_("Scheduled posts"),
        times={one.id: to_local(one.at) for one in page.items},
    )


@or_again(waiting, Invalid)
async def move(call: Call[ScheduleTyped]) -> Answer:
    """At another time; or the list again with what is wrong with it."""
    await scheduling.move(call.house.square, call.viewer, call.args.id, from_local(call.args.at))
    return redirect("/scheduled")


async def cancel(call: Call[ById]) -> Answer:
    await scheduling.cancel(call.house.square, call.viewer, call.args.id)
    return redirect("/scheduled")


async def _own_post(call: Call[Any], id_: int) -> Post:
    seen = await thread.post(call.house.reads, call.viewer, id_)
    if seen.item.author != call.me or seen.item.boost_of is not None:
        raise NotFound
    return seen.item


async def _show(call: Call[Any], sheet: Sheet, status: int = 200) -> Answer:
    sheet.require_alt = await writing.asks_for_alts(call)
    return await pages.render(
        call, "compose.html", status, card=None, titled=N_("Edit the post"), **writing.form(call, sheet)
    )


ROUTES: tuple[Route, ...] = (
    get("/posts/{id}/edit", form, Surface.STATUS, **PAGE),
    post("/posts/{id}/edit", edit, Surface.STATUS, body=66_000_000, **PAGE),
    post("/posts/{id}/vote", vote, Surface.STATUS, **PAGE),
    get("/@{handle}/{id}/history", history, Surface.STATUS, public=True, **PAGE),
    get("/scheduled", waiting, Surface.OWN, **PAGE),
    post("/scheduled/{id}/move", move, Surface.OWN, **PAGE),
    post("/scheduled/{id}/delete", cancel, Surface.OWN, takes_back=True, **PAGE),
)

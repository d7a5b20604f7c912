"""Filters on pages: what one does not want to meet, where, and for how long. An error keeps what was typed."""

from typing import Any

import msgspec
import regex

from chaupal.http.call import PAGE, Answer, Call, Route, get, post, redirect
from chaupal.http.paging import Number
from chaupal.kernel.clock import DAY, HOUR, SECOND
from chaupal.kernel.errors import Invalid
from chaupal.policy.viewer import Surface
from chaupal.reads.people import filtering
from chaupal.reads.people.filtering import Filter
from chaupal.reads.timelines import thread
from chaupal.social.people import filters
from chaupal.social.people.filters import FilterWish, KeywordWish
from chaupal.web import links, pages
from chaupal.web.pages import or_again
from chaupal.web.square.cards import cards
from chaupal.web.words import N_, beside, words

CONTEXTS = {
    "home": N_("Home and lists"),
    "notifications": N_("Notifications"),
    "public": N_("Local, languages and hashtags"),
    "thread": N_("Conversations"),
    "account": N_("Profiles"),
}
ACTIONS = {
    "warn": N_("Fold the post away; the filter's name says why"),
    "blur": N_("Put its pictures behind a cover"),
    "hide": N_("Leave the post out"),
}
SPANS = (
    (0, N_("Until I delete it")),
    (HOUR, N_("One hour")),
    (DAY, N_("One day")),
    (7 * DAY, N_("One week")),
    (30 * DAY, N_("One month")),
)
AS_BEFORE = "as_before"


class FilterTyped(msgspec.Struct, kw_only=True):
    """The form of a filter. `keywords`: one on each line; `lasts`: seconds, `0` for no end, or `as_before`."""

    title: str = ""
    keywords: str = ""
    whole: bool = False
    was_whole: bool = False
    context: list[str] = []
    does: str = "warn"
    lasts: str = "0"


class FilterChanged(FilterTyped, kw_only=True):
    id: Number


class FiltersAsked(msgspec.Struct, kw_only=True):
    """`like`: a post whose words the form is to be filled with."""

    done: bool = False
    like: Number | None = None


class FilterChosen(msgspec.Struct, kw_only=True):
    id: Number
    next: str = "/settings/filters"


# What is offered for "posts like this": whoever asks strikes out what they do not mean.
MOST_OFFERED, SHORT = 5, 3
_WORD = regex.compile(r"(?<![@#/:.\p{L}\p{M}\p{N}])[\p{L}\p{M}]++(?![/:.]\S)")

NEW = FilterTyped(whole=True, context=["home", "notifications", "public", "thread"])


async def every(call: Call[FiltersAsked], problem: Invalid | None = None) -> Answer:
    """All filters, and the form for a new one."""
    args = call.args
    typed = args if isinstance(args, FilterTyped) else await _begun(call, args.like)
    return await pages.render(
        call,
        "keeping/filters.html",
        filters=(await filtering.of_viewer(call.house.reads, call.viewer)).every,
        titled=N_("Filters"),
        done=getattr(args, "done", False),
        whole=True,
        **_form(call, typed, problem),
    )


@or_again(every, Invalid)
async def create(call: Call[FilterTyped]) -> Answer:
    typed = call.args
    words_ = [KeywordWish(text=line, whole=typed.whole) for line in _lines(typed)]
    await filters.create(call.house.square, call.viewer, _wish(typed), words_)
    return redirect("/settings/filters?done=1")


async def show(call: Call[FilterChosen], problem: Invalid | None = None) -> Answer:
    """One filter, to be changed."""
    found = (await filtering.of_viewer(call.house.reads, call.viewer)).one(call.args.id)
    as_it_is = FilterTyped(
        title=found.title,
        keywords="\n".join(k.text for k in found.keywords),
        whole=_whole(found),
        context=list(found.contexts),
        does=found.action,
        lasts=AS_BEFORE if found.ends_at else "0",
    )
    typed = call.args if isinstance(call.args, FilterTyped) else as_it_is
    return await pages.render(
        call,
        "keeping/filter.html",
        filter=found,
        title=found.title,
        whole=_whole(found),
        **_form(call, typed, problem, before=found.ends_at is not None),
    )


@or_again(show, Invalid)
async def change(call: Call[FilterChanged]) -> Answer:
    typed = call.args
    found = (await filtering.of_viewer(call.house.reads, call.viewer)).one(typed.id)
    await filters.change(call.house.square, call.viewer, found.id, _wish(typed), _changes(found, typed))
    return redirect("/settings/filters?done=1")


async def remove(call: Call[FilterChosen]) -> Answer:
    await filters.remove(call.house.square, call.viewer, call.args.id)
    return redirect("/settings/filters")


async def remove_post(call: Call[FilterChosen]) -> Answer:
    await filters.remove_post(call.house.square, call.viewer, call.args.id)
    return redirect(links.back(call.args.next))


async def by_id(call: Call[FilterChosen]) -> Answer:
    """To the page of a post of which only the id is known. Raises NotFound."""
    seen = await thread.post(call.house.reads, call.viewer, call.args.id)
    card = next(iter(await cards(call, [seen])), None)
    return redirect(links.path_of(card.post, card.author) if card else "/")


async def _begun(call: Call[Any], post: int | None) -> FilterTyped:
    """The form with what the post is recognised by: its hashtags, else its longest words. Nothing of one that is withheld."""
    if post is None:
        return NEW
    seen = await thread.post(call.house.reads, call.viewer, post)
    card = next(iter(await cards(call, [seen])), None)
    if card is None or card.gone is not None:
        return NEW
    tags = [f"#{tag.name}" for tag in card.post.tags]
    words_ = dict.fromkeys(word for word in _WORD.findall(f"{card.post.spoiler} {card.post.text}") if len(word) > SHORT)
    found = tags or sorted(words_, key=len, reverse=True)
    return msgspec.structs.replace(NEW, keywords="\n".join(found[:MOST_OFFERED]))


def _lines(typed: FilterTyped) -> list[str]:
    """Each keyword once."""
    return list(dict.fromkeys(word for line in typed.keywords.splitlines() if (word := " ".join(line.split()))))


def _changes(filter_: Filter, typed: FilterTyped) -> list[KeywordWish]:
    """Words that stay keep how they are looked for, unless the box was switched: apps set it for each."""
    wanted, known = _lines(typed), {k.text: k for k in filter_.keywords}
    whole = typed.whole if typed.whole != typed.was_whole else None
    dropped = [KeywordWish(id=k.id, drop=True) for k in filter_.keywords if k.text not in wanted]
    kept = [KeywordWish(id=k.id, whole=whole) for k in filter_.keywords if k.text in wanted and whole is not None]
    return [*dropped, *kept, *(KeywordWish(text=word, whole=typed.whole) for word in wanted if word not in known)]


def _wish(typed: FilterTyped) -> FilterWish:
    lasts = int(typed.lasts) if typed.lasts.isascii() and typed.lasts.isdigit() and len(typed.lasts) < 12 else None
    return FilterWish(title=typed.title, contexts=typed.context, action=typed.does, lasts=lasts)


def _whole(filter_: Filter) -> bool:
    return all(k.whole for k in filter_.keywords)


def _form(call: Call[Any], typed: FilterTyped, problem: Invalid | None, *, before: bool = False) -> dict[str, Any]:
    said = words(call.viewer.language).gettext
    spans = [(str(ms // SECOND), said(text)) for ms, text in SPANS]
    return {
        "typed": typed,
        "spans": [(AS_BEFORE, said(N_("As before"))), *spans] if before else spans,
        "contexts": {name: said(text) for name, text in CONTEXTS.items()},
        "actions": {name: said(text) for name, text in ACTIONS.items()},
        "errors": beside(call, problem, PLACES),
    }


# Which field of the form a detail of a problem stands beside.
PLACES = {"title": "title", "keyword": "keywords", "keywords_attributes": "keywords", "context": "context"}

ROUTES: tuple[Route, ...] = (
    get("/settings/filters", every, Surface.STATUS, **PAGE),
    post("/settings/filters", create, Surface.OWN, **PAGE),
    post("/settings/filters/posts/{id}/remove", remove_post, Surface.OWN, **PAGE),
    get("/settings/filters/{id}", show, Surface.OWN, **PAGE),
    post("/settings/filters/{id}", change, Surface.OWN, **PAGE),
    post("/settings/filters/{id}/remove", remove, Surface.OWN, **PAGE),
    get("/posts/{id}", by_id, Surface.STATUS, public=True, **PAGE),
)

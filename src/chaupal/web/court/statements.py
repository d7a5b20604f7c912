"""Statements: what the house said about orders, what the authority replied beside it, and the form they are written in."""

from functools import partial
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from chaupal.governance.context import Court
from chaupal.governance.orders import authorities, statements
from chaupal.governance.orders.statements import StatementForm
from chaupal.http.call import OPEN_PAGE, Answer, Call, Nothing, Route, Shape, get, post, redirect
from chaupal.kernel.errors import Conflict, Invalid, Problem
from chaupal.policy.viewer import Surface
from chaupal.web.court import courtly
from chaupal.web.pages import or_again, typed_of
from chaupal.web.words import N_

Slug = Annotated[str, Meta(max_length=80)]
LARGE = 200_000  # bytes


class StatementAsked(msgspec.Struct, kw_only=True):
    """A statement by its slug."""

    slug: Slug


class AuthorityReply(msgspec.Struct, kw_only=True):
    """What an authority (its id) replied."""

    slug: Slug
    authority: Annotated[str, Meta(max_length=20)] = ""
    reply: str = ""


async def listed(call: Call[Nothing]) -> Answer:
    found = await statements.listed(call.house.court)
    return await _statement_page(call, "statements/list.html", N_("Statements"), found=found)


async def show(call: Call[StatementAsked]) -> Answer:
    said = await statements.by_slug(call.house.court, call.args.slug)
    title = in_language(said.statement.title, said.statement.title_hi, call.viewer.language)
    return await _statement_page(call, "statements/one.html", title, said=said)


async def office(call: Call[Any], problem: Problem | None = None) -> Answer:
    typed = typed_of(call, StatementForm)
    found = await statements.listed(call.house.court)
    return await _statement_page(call, "statements/office.html", N_("Statements"), problem, typed=typed, found=found)


@or_again(office, Invalid, Conflict)
async def publish(call: Call[StatementForm]) -> Answer:
    new = await statements.publish(call.house.court, call.viewer, call.args)
    return redirect(f"/statements/{new.slug}")


async def edit(call: Call[StatementAsked], problem: Problem | None = None) -> Answer:
    court, args = call.house.court, call.args
    names = {
        "slug": args.slug,
        "typed": args if isinstance(args, StatementForm) else await _as_it_is(court, args.slug),
        "known": await authorities.every(court, call.viewer),
        "replied": args if isinstance(args, AuthorityReply) else AuthorityReply(slug=args.slug),
    }
    return await _statement_page(call, "statements/edit.html", N_("Revise the statement"), problem, **names)


@or_again(edit, Invalid, Conflict)
async def revise(call: Call[StatementForm]) -> Answer:
    await statements.revise(call.house.court, call.viewer, call.args.slug, call.args)
    return redirect(f"/statements/{call.args.slug}")


@or_again(edit, Invalid)
async def reply(call: Call[AuthorityReply]) -> Answer:
    args = call.args
    await statements.enter_reply(call.house.court, call.viewer, args.slug, authority=args.authority, body=args.reply)
    return redirect(f"/statements/{args.slug}#replies")


async def _as_it_is(court: Court, slug: str) -> StatementForm:
    one = (await statements.by_slug(court, slug)).statement
    return StatementForm(**statements.text_of(one), slug=one.slug, orders=" ".join(one.orders))


def in_language(english: str, hindi: str, language: str) -> str:
    return (hindi if language == "hi" else "") or english


async def _statement_page(
    call: Call[Any], template: str, title: str, problem: Problem | None = None, **context: Any
) -> Answer:
    spoken = partial(in_language, language=call.viewer.language)
    return await courtly.render(call, template, title, problem, spoken=spoken, paragraphs=paragraphs, **context)


def paragraphs(text: str) -> list[str]:
    return [part.strip() for part in text.split("\n\n") if part.strip()]


OFFICE: dict[str, Any] = {"shape": Shape.PAGE, "may": "publish_statement", "body": LARGE}

ROUTES: tuple[Route, ...] = (
    get("/statements", listed, Surface.RECORD, **OPEN_PAGE),
    get("/statements/{slug}", show, Surface.RECORD, **OPEN_PAGE),
    get("/office/statements", office, Surface.OFFICE, **OFFICE),
    post("/office/statements", publish, Surface.OFFICE, **OFFICE),
    get("/office/statements/{slug}", edit, Surface.OFFICE, **OFFICE),
    post("/office/statements/{slug}", revise, Surface.OFFICE, **OFFICE),
    post("/office/statements/{slug}/reply", reply, Surface.OFFICE, **OFFICE),
)

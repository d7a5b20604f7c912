"""Pages for a new password (by a link from a mail, or by the old one) and for another e-mail address, confirmed by the link sent there."""

from typing import Any

import msgspec

from chaupal.http.call import Answer, Call, Nothing, Route, Shape, get, post, redirect
from chaupal.kernel.errors import Invalid, NotFound, Problem
from chaupal.policy.viewer import Surface
from chaupal.social.signin import password_and_email, sessions
from chaupal.web import pages
from chaupal.web.account.joining import NOT_YET, OPEN, came, keep
from chaupal.web.pages import MailLink, or_again, typed_of
from chaupal.web.words import N_, errors_of

DEAD = "dead"  # a link that leads nowhere any more


class ResetAsked(msgspec.Struct, kw_only=True):
    email: str = ""


class ResetTyped(MailLink, kw_only=True):
    """A link from a mail, and the password chosen on its page."""

    password: str = ""


class PasswordChange(msgspec.Struct, kw_only=True):
    old: str = ""
    password: str = ""


async def show_forgotten(call: Call[Nothing]) -> Answer:
    return await pages.render(call, "joining/forgotten.html", titled=N_("Forgotten password"), sent=False)


async def forgotten(call: Call[ResetAsked]) -> Answer:
    """The same answer whether or not anybody has the address."""
    await password_and_email.ask_reset(call.house.square, call.args.email)
    return await pages.render(call, "joining/forgotten.html", titled=N_("Forgotten password"), sent=True)


async def _reset_page(call: Call[Any], problem: Problem | None = None, step: str = "ask") -> Answer:
    return await _step(call, "joining/reset.html", N_("A new password"), problem, step)


async def show_reset(call: Call[MailLink]) -> Answer:
    works = await password_and_email.may_reset(call.house.square, call.args.secret)
    return await _reset_page(call, step="ask" if works else DEAD)


@or_again(_reset_page, NotFound, Invalid)
async def reset(call: Call[ResetTyped]) -> Answer:
    await password_and_email.reset_password(call.house.square, call.args.secret, call.args.password)
    return await _reset_page(call, step="done")


async def show_change(call: Call[Any], problem: Invalid | None = None) -> Answer:
    return await pages.render(
        call, "joining/password.html", titled=N_("Change password"), errors=errors_of(call, problem)
    )


@or_again(show_change, Invalid)
async def change(call: Call[PasswordChange]) -> Answer:
    args = call.args
    agent = came(call)["agent"]
    session = await password_and_email.change_password(
        call.house.square, call.viewer, args.old, args.password, agent=agent
    )
    return redirect("/settings?saved=1", headers=await keep(call, session))


EMAIL = "/settings/email"


class AddressTyped(msgspec.Struct, kw_only=True):
    email: str = ""
    password: str = ""


async def show_address(call: Call[Any], problem: Invalid | None = None, *, sent: bool = False) -> Answer:
    return await pages.render(
        call,
        "settings/email.html",
        login=await sessions.login_of(call.house.square, call.viewer),
        errors=errors_of(call, problem),
        typed=typed_of(call, AddressTyped).email if problem else "",
        sent=sent,
        titled=N_("Email address"),
    )


@or_again(show_address, Invalid)
async def ask_address(call: Call[AddressTyped]) -> Answer:
    args = call.args
    await password_and_email.ask_email(call.house.square, call.viewer, args.password, args.email)
    return await show_address(call, sent=True)


async def _confirm_page(call: Call[Any], problem: Problem | None = None, step: str = "ask") -> Answer:
    dead = step == DEAD or isinstance(problem, NotFound)
    title = N_("This link does not work any more") if dead else N_("Email address")
    return await _step(call, "joining/email.html", title, problem, step)


async def show_confirm(call: Call[MailLink]) -> Answer:
    """A page with a button: mail scanners follow links, and must not confirm for somebody."""
    works = await password_and_email.email_link_works(call.house.square, call.args.secret)
    return await _confirm_page(call, step="ask" if works else DEAD)


@or_again(_confirm_page, NotFound, Invalid)
async def confirm(call: Call[MailLink]) -> Answer:
    await password_and_email.confirm_email(call.house.square, call.args.secret)
    return await _confirm_page(call, step="done")


async def _step(call: Call[Any], template: str, title: str, problem: Problem | None, step: str) -> Answer:
    """What a link from a mail leads to: it asks, is done, or is dead."""
    step = DEAD if isinstance(problem, NotFound) else step
    errors = {} if step == DEAD else errors_of(call, problem)
    told: dict[str, Any] = {"step": step, "errors": errors, "secret": call.args.secret}
    return await pages.render(call, template, 404 if step == DEAD else 0, titled=title, **told)


# Whoever is suspended is told by mail, too, what was decided about them.
EVEN_SUSPENDED: dict[str, Any] = {"shape": Shape.PAGE, "suspended": True}


ROUTES: tuple[Route, ...] = (
    get("/reset", show_forgotten, Surface.NONE, **OPEN),
    post("/reset", forgotten, Surface.NONE, limit=(5, 1_800), guards="email", **OPEN),
    get("/reset/{secret}", show_reset, Surface.NONE, **OPEN),
    post("/reset/{secret}", reset, Surface.NONE, limit=(20, 1_800), **OPEN),
    get("/password", show_change, Surface.OWN, **NOT_YET),
    post("/password", change, Surface.OWN, limit=(10, 1_800), **NOT_YET),
    get(EMAIL, show_address, Surface.OWN, **EVEN_SUSPENDED),
    post(EMAIL, ask_address, Surface.OWN, limit=(5, 1_800), **EVEN_SUSPENDED),
    get("/email/{secret}", show_confirm, Surface.NONE, suspended=True, **OPEN),
    post("/email/{secret}", confirm, Surface.NONE, limit=(20, 1_800), suspended=True, **OPEN),
)

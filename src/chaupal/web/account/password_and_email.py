"""Pages for a new password (by a link from a mail, or by the old one) and for another e-mail address, confirmed by the link sent there."""

from typing import Any

import msgspec

from chaupal.http.call import Answer, Call, Nothing, Route, Shape, get, post, redirect
from chaupal.kernel.errors import Invalid, NotFound
from chaupal.policy.surface import Surface
from chaupal.social.signin import password_and_email, sessions
from chaupal.web import pages
from chaupal.web.account.joining import NOT_YET, OPEN, agent, keep
from chaupal.web.pages import MailLink
from chaupal.web.words import N_, errors_of


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


async def show_reset(call: Call[MailLink]) -> Answer:
    works = await password_and_email.may_reset(call.house.square, call.args.secret)
    return await _reset_page(call, "ask" if works else "dead", {})


async def reset(call: Call[ResetTyped]) -> Answer:
    try:
        await password_and_email.reset_password(call.house.square, call.args.secret, call.args.password)
    except NotFound:
        return await _reset_page(call, "dead", {})
    except Invalid as problem:
        return await _reset_page(call, "ask", errors_of(call, problem))
    return await _reset_page(call, "done", {})


async def show_change(call: Call[Nothing]) -> Answer:
    return await pages.render(call, "joining/password.html", titled=N_("Change password"), errors={})


async def change(call: Call[PasswordChange]) -> Answer:
    args = call.args
    try:
        session = await password_and_email.change_password(
            call.house.square, call.viewer, args.old, args.password, agent=agent(call)
        )
    except Invalid as problem:
        errors = errors_of(call, problem)
        return await pages.render(call, "joining/password.html", titled=N_("Change password"), errors=errors)
    return redirect("/settings?saved=1", headers=await keep(call, session))


async def _reset_page(call: Call[Any], step: str, errors: dict[str, str]) -> Answer:
    told: dict[str, Any] = {"step": step, "errors": errors, "secret": call.args.secret}
    status = 404 if step == "dead" else 0
    return await pages.render(call, "joining/reset.html", status, titled=N_("A new password"), **told)


EMAIL = "/settings/email"


class AddressTyped(msgspec.Struct, kw_only=True):
    email: str = ""
    password: str = ""


async def show_address(call: Call[Nothing]) -> Answer:
    return await _page(call)


async def ask_address(call: Call[AddressTyped]) -> Answer:
    args = call.args
    try:
        await password_and_email.ask_email(call.house.square, call.viewer, args.password, args.email)
    except Invalid as problem:
        return await _page(call, errors=errors_of(call, problem), typed=args.email)
    return await _page(call, sent=True)


async def _page(call: Call[Any], **told: Any) -> Answer:
    login = await sessions.login_of(call.house.square, call.viewer)
    told: dict[str, Any] = {"errors": {}, "typed": "", "sent": False} | told
    return await pages.render(call, "settings/email.html", login=login, titled=N_("Email address"), **told)


async def show_confirm(call: Call[MailLink]) -> Answer:
    """A page with a button: mail scanners follow links, and must not confirm for somebody."""
    works = await password_and_email.email_link_works(call.house.square, call.args.secret)
    return await _confirm_page(call, "ask" if works else "dead")


async def confirm(call: Call[MailLink]) -> Answer:
    try:
        await password_and_email.confirm_email(call.house.square, call.args.secret)
    except NotFound:
        return await _confirm_page(call, "dead")
    except Invalid as problem:
        return await _confirm_page(call, "ask", errors_of(call, problem))
    return await _confirm_page(call, "done")


async def _confirm_page(call: Call[MailLink], step: str, errors: dict[str, str] | None = None) -> Answer:
    told: dict[str, Any] = {"step": step, "secret": call.args.secret, "errors": errors or {}}
    status, title = (404, N_("This link does not work any more")) if step == "dead" else (0, N_("Email address"))
    return await pages.render(call, "joining/email.html", status, titled=title, **told)


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

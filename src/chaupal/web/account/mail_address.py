"""One's e-mail address: the one of now, and another one, which is confirmed behind the link that goes there."""

from typing import Any

import msgspec

from chaupal.http.call import Answer, Call, Nothing, Route, Shape, get, post
from chaupal.kernel.errors import Invalid, NotFound
from chaupal.policy.surface import Surface
from chaupal.social.signin import email_changes, sessions
from chaupal.web import pages
from chaupal.web.account.joining import OPEN
from chaupal.web.pages import MailLink
from chaupal.web.words import N_, errors_of

HERE = "/settings/email"


class AddressTyped(msgspec.Struct, kw_only=True):
    email: str = ""
    password: str = ""


async def show(call: Call[Nothing]) -> Answer:
    return await _page(call)


async def ask(call: Call[AddressTyped]) -> Answer:
    args = call.args
    try:
        await email_changes.ask(call.house.square, call.viewer, args.password, args.email)
    except Invalid as problem:
        return await _page(call, errors=errors_of(call, problem), typed=args.email)
    return await _page(call, sent=True)


async def _page(call: Call[Any], **told: Any) -> Answer:
    login = await sessions.login_of(call.house.square, call.viewer)
    told = {"errors": {}, "typed": "", "sent": False} | told
    return await pages.render(call, "settings/email.html", login=login, titled=N_("Email address"), **told)


async def show_confirm(call: Call[MailLink]) -> Answer:
    """A page with a button: mail scanners follow links, and must not confirm for somebody."""
    works = await email_changes.works(call.house.square, call.args.secret)
    return await _confirm_page(call, "ask" if works else "dead")


async def confirm(call: Call[MailLink]) -> Answer:
    try:
        await email_changes.confirm(call.house.square, call.args.secret)
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
PAGE: dict[str, Any] = {"shape": Shape.PAGE, "suspended": True}

ROUTES: tuple[Route, ...] = (
    get(HERE, show, Surface.OWN, **PAGE),
    post(HERE, ask, Surface.OWN, limit=(5, 1_800), **PAGE),
    get("/email/{secret}", show_confirm, Surface.NONE, suspended=True, **OPEN),
    post("/email/{secret}", confirm, Surface.NONE, limit=(20, 1_800), suspended=True, **OPEN),
)

"""The authority portal's door: enrolling by a link, coming in with a password and a code, and the token for programs."""

import functools
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from chaupal.governance.orders import portal
from chaupal.governance.orders.portal import Enrolment, Filing
from chaupal.http.call import Answer, Call, Nothing, Route, Shape, get, post, redirect
from chaupal.http.headers import set_cookie
from chaupal.kernel.clock import SECOND
from chaupal.kernel.errors import Invalid, NotFound, Problem
from chaupal.policy.viewer import Surface
from chaupal.social.signin import sessions
from chaupal.web.account.joining import been_here
from chaupal.web.court import courtly
from chaupal.web.pages import MailLink, or_again, typed_of
from chaupal.web.words import N_, translated

LOGIN = "/portal/login"
WRONG = N_("Wrong email address, password or code.")


class LogIn(msgspec.Struct, kw_only=True):
    email: str = ""
    password: str = ""
    code: str = ""


class Enrol(MailLink, kw_only=True):
    password: str = ""
    code: str = ""


class TokenAct(msgspec.Struct, kw_only=True):
    """`act`: make or end."""

    act: str = ""


type Inside = Callable[[Call[Any], Filing], Awaitable[Answer]]


def inside(run: Inside) -> Callable[[Call[Any]], Awaitable[Answer]]:
    """A handler for whoever is logged in to the portal; others are led to where one logs in."""

    @functools.wraps(run)
    async def guarded(call: Call[Any]) -> Answer:
        return await run(call, await portal.by_cookie(call.house.court, call.cookies.get(portal.COOKIE, "")))

    return guarded


async def render(
    call: Call[Any],
    template: str,
    title: str,
    problem: Problem | None = None,
    who: Filing | None = None,
    **context: Any,
) -> Answer:
    """A page of the portal. `title` is a msgid."""
    return await courtly.render(call, template, title, problem, filing=who, **context)


async def show_login(call: Call[Any], problem: Invalid | None = None) -> Answer:
    # Which of the three is wrong is told to nobody.
    told: dict[str, Any] = {"errors": {}, "stopped": translated(call, WRONG)} if problem else {}
    title, sent = N_("Authority portal"), typed_of(call, LogIn)
    return await render(call, "portal/login.html", title, problem, sent=sent, **told)


@or_again(show_login, Invalid)
async def log_in(call: Call[LogIn]) -> Answer:
    args = call.args
    secret = await portal.log_in(call.house.court, args.email, args.password, args.code)
    return redirect("/portal", headers=_keep(call, secret, args.email))


async def log_out(call: Call[Nothing]) -> Answer:
    await portal.log_out(call.house.court, call.cookies.get(portal.COOKIE, ""))
    return redirect(LOGIN, headers=[set_cookie(call.house.settings, portal.COOKIE, "", 0)])


async def show_enrol(call: Call[MailLink], problem: Problem | None = None) -> Answer:
    """What the invited sees; a dead link is told so. Following the link changes nothing: mail scanners do."""
    shown: Enrolment | None = None
    try:
        shown = await portal.enrolment(call.house.court, call.args.secret)
    except NotFound as dead:
        problem = dead
    answer = await render(
        call, "portal/enrol.html", N_("Enrol for the authority portal"), problem, shown=shown, link=call.args.secret
    )
    # The page holds a secret; its address must not go along to wherever a link on it leads.
    return Answer(answer.body, answer.status, answer.mime, [*answer.headers, ("referrer-policy", "no-referrer")])


@or_again(show_enrol, NotFound, Invalid)
async def enrol(call: Call[Enrol]) -> Answer:
    args = call.args
    shown = await portal.enrolment(call.house.court, args.secret)
    secret = await portal.enrol(call.house.court, args.secret, args.password, args.code)
    return redirect("/portal", headers=_keep(call, secret, shown.user.email))


@inside
async def show_token(call: Call[Nothing], who: Filing) -> Answer:
    return await _token(call, who, "")


@inside
async def token(call: Call[TokenAct], who: Filing) -> Answer:
    """Make a token, shown this once, or end it."""
    court = call.house.court
    if call.args.act == "make":
        made = await portal.new_token(court, who)
        return await _token(call, await portal.by_token(court, made), made)
    await portal.end_token(court, who)
    return redirect("/portal/token")


async def _token(call: Call[Any], who: Filing, made: str) -> Answer:
    return await render(call, "portal/token.html", N_("Filing by program"), who=who, made=made)


def _keep(call: Call[Any], secret: str, email: str) -> list[tuple[str, str]]:
    cookie = set_cookie(call.house.settings, portal.COOKIE, secret, portal.SESSION_LASTS // SECOND)
    return [cookie, been_here(call, sessions.OFFICE + sessions.plain_name(email))]


DOOR: dict[str, Any] = {"shape": Shape.PAGE, "public": True, "unready": True, "offices": True}

ROUTES: tuple[Route, ...] = (
    get(LOGIN, show_login, Surface.NONE, **DOOR),
    post(LOGIN, log_in, Surface.NONE, limit=(20, 300), guards="email", **DOOR),
    post("/portal/logout", log_out, Surface.NONE, **DOOR),
    get("/portal/enrol/{secret}", show_enrol, Surface.NONE, limit=(30, 300), **DOOR),
    post("/portal/enrol/{secret}", enrol, Surface.NONE, limit=(20, 300), guards="secret", **DOOR),
    get("/portal/token", show_token, Surface.NONE, **DOOR),
    post("/portal/token", token, Surface.NONE, **DOOR),
)

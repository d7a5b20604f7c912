"""Joining and leaving a browser: sign-up, the e-mail that must be confirmed, the first steps, log-out; and staff who let people in."""

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from chaupal.http.call import PAGE, Answer, Call, Nothing, Route, Shape, get, post, redirect
from chaupal.http.headers import set_cookie
from chaupal.http.paging import ById
from chaupal.kernel.alike import like
from chaupal.kernel.clock import DAY, SECOND
from chaupal.kernel.errors import Conflict, Invalid, NotFound, TooMany
from chaupal.policy.viewer import Surface, Viewer
from chaupal.social.context import Square
from chaupal.social.people import accounts
from chaupal.social.people.accounts import NewAccount
from chaupal.social.signin import sessions
from chaupal.social.signin.sessions import COOKIE, COOKIE_LASTS, Session
from chaupal.social.signin.signin_mails import UNTAKEN_KEPT
from chaupal.web import pages
from chaupal.web.account import appearance
from chaupal.web.pages import MailLink
from chaupal.web.square import explore, writing
from chaupal.web.words import N_, errors_of, words

MEET = 5  # people
# What was answered to somebody who asks to join -> what is said of it.
ANSWERED = {
    "in": N_("They are let in."),
    "away": N_("They are turned away."),
    "before": N_("Somebody else has answered them already."),
}
STEP_LANGUAGES, STEP_PEOPLE, STEP_POST = "/welcome/languages", "/welcome/people", "/welcome/post"


class SignUp(msgspec.Struct, kw_only=True):
    handle: str = ""
    email: str = ""
    password: str = ""
    reason: str = ""


class Answered(msgspec.Struct, kw_only=True):
    """`done`: what has just been answered, of ANSWERED."""

    done: str = ""


class MailAgain(msgspec.Struct, kw_only=True):
    """`email`: another address, where the one that was given is wrong."""

    email: str | None = None


async def log_out(call: Call[Nothing]) -> Answer:
    if call.caller is not None:
        await sessions.sign_out(call.house.square, call.caller)
    return redirect("/", headers=[set_cookie(call.house.settings, COOKIE, "", 0)])


async def show_signup(call: Call[Nothing]) -> Answer:
    if call.viewer.account is not None:
        return redirect("/")
    return await _signup_page(call, SignUp(), {})


async def sign_up(call: Call[SignUp]) -> Answer:
    args = call.args
    new = like(NewAccount, args, language=call.viewer.language)
    try:
        account = await accounts.sign_up(call.house.square, new, call.address)
    except Invalid as problem:
        account = await accounts.joined_before(call.house.square, new, problem)
        if account is None:
            return await _signup_page(call, args, errors_of(call, problem))
    session = await sessions.begin_session(call.house.square, account, **came(call))
    return redirect("/welcome", headers=await keep(call, session))


async def welcome(call: Call[Nothing]) -> Answer:
    """What is still to be done before the account is open; whose is open takes the first steps, once."""
    login = await sessions.login_of(call.house.square, call.viewer)
    if login.confirmed_at is not None and login.approved_at is not None:
        return redirect("/" if pages.reads_of(call) is not None else STEP_LANGUAGES)
    return await _welcome_page(call)


async def mail_again(call: Call[MailAgain]) -> Answer:
    wished = call.args.email
    try:
        if wished is None:
            await accounts.ask_confirmation(call.house.square, call.viewer)
        else:
            await accounts.correct_email(call.house.square, call.viewer, wished, call.address)
    except Conflict:
        return redirect("/welcome")
    except Invalid as problem:
        return await _welcome_page(call, errors=errors_of(call, problem), wished=wished)
    return await _welcome_page(call, again=True)


async def _welcome_page(call: Call[Any], **told: Any) -> Answer:
    login = await sessions.login_of(call.house.square, call.viewer)
    told: dict[str, Any] = {"again": False, "errors": {}, "wished": ""} | told
    return await pages.render(call, "joining/welcome.html", login=login, titled=N_("Almost there"), **told)


async def show_confirm(call: Call[MailLink]) -> Answer:
    """A page with a button: mail scanners follow links, and must not confirm for somebody."""
    works = await accounts.may_confirm(call.house.square, call.args.secret)
    return await _confirm_page(call, "ask") if works else await _used(call)


async def confirm(call: Call[MailLink]) -> Answer:
    try:
        is_open = await accounts.confirm(call.house.square, call.args.secret)
    except NotFound:
        return await _used(call)
    if is_open and call.viewer.account is not None:
        return redirect(STEP_LANGUAGES)
    return await _confirm_page(call, "open" if is_open else "waiting")


async def _used(call: Call[MailLink]) -> Answer:
    """The link does nothing any more: those who are logged in learn whether that matters, others where to have a new one."""
    if call.viewer.account is None:
        return await _confirm_page(call, "dead")
    login = await sessions.login_of(call.house.square, call.viewer)
    return await _confirm_page(call, "late" if login.confirmed_at is None else "done")


async def waiting(call: Call[Answered]) -> Answer:
    """For staff: who asks to join."""
    asking = await accounts.waiting(call.house.square, call.viewer)
    done = ANSWERED.get(call.args.done, "")
    told = {"done": done, "told": call.args.done in ("in", "away"), "days": UNTAKEN_KEPT // DAY}
    return await pages.render(call, "joining/waiting.html", asking=asking, titled=N_("Who asks to join"), **told)


async def approve(call: Call[ById]) -> Answer:
    return await _answered(call, accounts.approve, "in")


async def reject(call: Call[ById]) -> Answer:
    return await _answered(call, accounts.reject, "away")


async def _answered(call: Call[ById], answer: Callable[[Square, Viewer, int], Awaitable[None]], done: str) -> Answer:
    """Whoever may not answer has no such page: one who is not there any more was answered by another."""
    try:
        await answer(call.house.square, call.viewer, call.args.id)
    except NotFound:
        done = "before"
    return redirect(f"/office/joining?done={done}")


async def keep(call: Call[Any], session: Session) -> list[tuple[str, str]]:
    """The headers by which the browser keeps its session, and is known again when that is over. The one that it had ends: nobody
    else may go on with a copy of its cookie.
    """
    settings = call.house.settings
    if call.caller is not None:
        await sessions.sign_out(call.house.square, call.caller)
    return [
        set_cookie(settings, COOKIE, session.secret, COOKIE_LASTS // SECOND),
        been_here(call, session.handle, session.email),
    ]


def been_here(call: Call[Any], *names: str) -> tuple[str, str]:
    """The header by which a browser is known again as one in which whoever has these names came in."""
    mark = sessions.remembered(call.house.square, call.cookies.get(sessions.KNOWN_COOKIE, ""), *names)
    return set_cookie(call.house.settings, sessions.KNOWN_COOKIE, mark, sessions.KNOWN_DAYS * DAY // SECOND)


def came(call: Call[Any]) -> dict[str, Any]:
    """With which browser, and from where; empty where that is not known."""
    country = call.viewer.country if call.viewer.country_known else ""
    return {"agent": call.headers.get("user-agent", ""), "country": country}


async def too_often(call: Call[Any], problem: TooMany) -> Answer:
    """What was typed again, without the password, and for how long they must wait."""
    errors = {"form": tries_said(call, problem)}
    return await _signup_page(call, pages.unread_of(call, SignUp), errors, problem.status)


def tries_said(call: Call[Any], problem: TooMany) -> str:
    """Why a form was not looked at, and when it will be."""
    said = words(call.viewer.language).gettext(N_("Too many tries for now. Try again in %(span)s."))
    return said % {"span": pages.wait_for(call, problem)}


async def _signup_page(call: Call[Any], sent: SignUp, errors: dict[str, str], status: int = 0) -> Answer:
    mode = call.house.settings.registrations
    if "reason" in errors:  # their net is let in by staff alone
        mode = "approval"
    return await pages.render(
        call, "joining/signup.html", status, sent=sent, errors=errors, mode=mode, titled=N_("Sign up")
    )


# The heading says what is so, not what was asked for.
STEPS = {
    "ask": N_("Confirm your email address"),
    "open": N_("Your account is open"),
    "waiting": N_("Your address is confirmed"),
    "done": N_("Your address is confirmed"),
    "late": N_("This link does not work any more"),
    "dead": N_("This link does not work any more"),
}


async def _confirm_page(call: Call[MailLink], step: str) -> Answer:
    status = 404 if step in ("dead", "late") else 200
    return await pages.render(
        call, "joining/confirm.html", status, step=step, secret=call.args.secret, titled=STEPS[step]
    )


# --- the first steps of a new member, each on a page that may be passed over ---


async def languages(call: Call[Nothing]) -> Answer:
    return await _step(call, 1, N_("Which languages do you read?"), **appearance.strip(call))


async def people(call: Call[Nothing]) -> Answer:
    """Five whom one may like to follow; those who are followed already make room for others."""
    return await _step(call, 2, N_("Follow a few people"), meet=await explore.introduced(call, MEET))


async def first_post(call: Call[Nothing]) -> Answer:
    return await _step(call, 3, N_("Say something"), **writing.form(call, await writing.blank(call)))


async def _step(call: Call[Nothing], step: int, title: str, **context: Any) -> Answer:
    steps = (STEP_LANGUAGES, STEP_PEOPLE, STEP_POST)
    return await pages.render(call, "joining/first_steps.html", step=step, steps=steps, titled=title, **context)


OPEN: dict[str, Any] = {"shape": Shape.PAGE, "public": True, "unready": True}
NOT_YET: dict[str, Any] = {"shape": Shape.PAGE, "unready": True}

ROUTES: tuple[Route, ...] = (
    post("/logout", log_out, Surface.NONE, **OPEN),
    get("/signup", show_signup, Surface.NONE, **OPEN),
    # A class, or a village behind one address, joins together, and mistypes.
    post("/signup", sign_up, Surface.NONE, limit=(25, 1_800), guards="email", **OPEN),
    get("/welcome", welcome, Surface.OWN, **NOT_YET),
    post("/welcome", mail_again, Surface.OWN, limit=(3, 900), **NOT_YET),
    get("/confirm/{secret}", show_confirm, Surface.NONE, **OPEN),
    post("/confirm/{secret}", confirm, Surface.NONE, **OPEN),
    get("/office/joining", waiting, Surface.OFFICE, may="approve_accounts", **PAGE),
    post("/office/joining/{id}", approve, Surface.OFFICE, may="approve_accounts", **PAGE),
    post("/office/joining/{id}/reject", reject, Surface.OFFICE, may="approve_accounts", **PAGE),
    get(STEP_LANGUAGES, languages, Surface.OWN, **PAGE),
    get(STEP_PEOPLE, people, Surface.SUGGEST, **PAGE),
    get(STEP_POST, first_post, Surface.OWN, **PAGE),
)

"""Logging in: a password, and beside it a code, a recovery code or what a device signs; or a passkey alone."""

import contextlib
from typing import Any

import msgspec

from chaupal.http.call import Answer, Call, Route, get, post, redirect
from chaupal.kernel.errors import GuessedAt, Invalid, NotSignedIn, Problem, TooMany
from chaupal.policy.viewer import Surface
from chaupal.social.signin import logins, passkeys, sessions, two_factor as second
from chaupal.social.signin.logins import HalfLogin
from chaupal.social.signin.sessions import Session
from chaupal.web import links, pages
from chaupal.web.account.joining import OPEN, came, keep, tries_said
from chaupal.web.pages import or_again
from chaupal.web.words import N_, errors_of


class LogInAsked(msgspec.Struct, kw_only=True):
    """Where to go afterwards, on this site."""

    next: str = "/"
    again: bool = False  # an app wants to be sure who it is: the form is shown even to those who are logged in


class LogIn(msgspec.Struct, kw_only=True):
    name: str = ""
    password: str = ""
    code: str = ""  # sent along at once, while somebody guesses at the name
    next: str = "/"


class SecondStepTyped(msgspec.Struct, kw_only=True):
    """`half` stands for the password that was right; `name` is whose, by which guesses are counted."""

    half: str = ""
    name: str = ""
    code: str = ""
    answer: str = ""
    next: str = "/"


class PasskeySigned(msgspec.Struct, kw_only=True):
    """Without a password: what a device signed."""

    answer: str = ""
    next: str = "/"


async def show_login(call: Call[LogInAsked]) -> Answer:
    if call.viewer.account is not None and not call.args.again:
        return redirect(links.back(call.args.next))
    return await _login_page(call, LogIn(next=call.args.next), {})


async def log_in(call: Call[LogIn]) -> Answer:
    args, square = call.args, call.house.square
    try:
        if args.code:
            session = await logins.sign_in_at_once(square, args.name, args.password, args.code, **came(call))
        else:
            session = await logins.sign_in(square, args.name, args.password, **came(call))
    except Invalid as problem:
        return await _login_page(call, args, errors_of(call, problem), at_once=bool(args.code))
    if isinstance(session, HalfLogin):
        return await ask(call, session)
    return await _in(call, session)


async def _in(call: Call[Any], session: Session) -> Answer:
    return redirect(links.back(call.args.next), headers=await keep(call, session))


async def ask(call: Call[Any], half: HalfLogin, problem: Invalid | None = None) -> Answer:
    """The page of the second step."""
    square = call.house.square
    options = await passkeys.ask_to_prove(square, half.secret) if half.keys else ""
    return await pages.render(
        call,
        "joining/second.html",
        half=half,
        leads=call.args.next,
        options=options,
        errors=errors_of(call, problem),
        titled=N_("One more step"),
    )


async def _again(call: Call[SecondStepTyped], problem: Problem) -> Answer:
    """The second step once more; the first where the time for it is over."""
    with contextlib.suppress(NotSignedIn):
        if isinstance(problem, Invalid):
            return await ask(call, await logins.half_of(call.house.square, call.args.half), problem)
    return redirect(links.query("/login", next=call.args.next))


@or_again(_again, Invalid, NotSignedIn)
async def by_code(call: Call[SecondStepTyped]) -> Answer:
    args = call.args
    session = await logins.second_step(call.house.square, args.half, args.name, args.code, **came(call))
    return await _in(call, session)


@or_again(_again, Invalid, NotSignedIn)
async def by_key(call: Call[SecondStepTyped]) -> Answer:
    square = call.house.square
    login = await passkeys.prove(square, call.args.half, call.args.answer)
    return await _in(call, await sessions.begin_session(square, login.account, known=login, **came(call)))


async def show_passkey(call: Call[PasskeySigned], problem: Invalid | None = None) -> Answer:
    options = await passkeys.ask_to_enter(call.house.square)
    return await pages.render(
        call,
        "joining/passkey.html",
        options=options,
        leads=call.args.next,
        errors=errors_of(call, problem),
        titled=N_("Log in with a passkey"),
    )


@or_again(show_passkey, Invalid)
async def come_in(call: Call[PasskeySigned]) -> Answer:
    square = call.house.square
    account = await passkeys.enter(square, call.args.answer)
    return await _in(call, await sessions.begin_session(square, account, **came(call)))


async def too_often(call: Call[Any], problem: TooMany) -> Answer:
    """What was typed again, without the password. Where the name is shut to browsers that have not been there: how its owner comes in all
    the same.
    """
    guessed = isinstance(problem, GuessedAt)
    errors = {} if guessed else {"form": tries_said(call, problem)}
    wait = pages.wait_for(call, problem) if guessed else ""
    return await _login_page(call, pages.unread_of(call, LogIn), errors, problem.status, at_once=guessed, wait=wait)


async def _login_page(
    call: Call[Any], sent: LogIn, errors: dict[str, str], status: int = 0, *, at_once: bool = False, wait: str = ""
) -> Answer:
    told: dict[str, Any] = {"sent": sent, "errors": errors, "at_once": at_once, "wait": wait}
    return await pages.render(call, "joining/login.html", status, titled=N_("Log in"), **told)


async def guesses_password(call: Call[LogIn]) -> bool:
    """With a code beside it nothing is learnt of the password: those are counted where they are looked at."""
    return not call.args.code


async def guesses_code(call: Call[SecondStepTyped]) -> bool:
    return await second.is_waiting(call.house.square, call.args.half, call.args.name)


# Whoever is in a blocked net comes in to read what was decided about them.
ENTRY = OPEN | {"unblocked": True}

ROUTES: tuple[Route, ...] = (
    get("/login", show_login, Surface.NONE, **ENTRY),
    post("/login", log_in, Surface.NONE, limit=(20, 300), guards="name", guesses=guesses_password, **ENTRY),
    post("/login/code", by_code, Surface.NONE, limit=(20, 300), guards="name", guesses=guesses_code, **ENTRY),
    # A signature cannot be guessed: no `guards`.
    post("/login/key", by_key, Surface.NONE, limit=(20, 300), **ENTRY),
    get("/login/passkey", show_passkey, Surface.NONE, limit=(30, 300), **ENTRY),
    post("/login/passkey", come_in, Surface.NONE, limit=(20, 300), **ENTRY),
)

"""Logging in: a password, and beside it a code, a recovery code or what a device signs; or a passkey alone."""

from collections.abc import Awaitable
from typing import Any

import msgspec

from chaupal.http.call import Answer, Call, Route, get, post, redirect
from chaupal.kernel.errors import Invalid, NotSignedIn
from chaupal.policy.surface import Surface
from chaupal.social.signin import logins, passkeys, sessions, two_factor as second
from chaupal.social.signin.logins import HalfLogin
from chaupal.social.signin.sessions import Session
from chaupal.web import links, pages
from chaupal.web.account.joining import OPEN, agent, country, keep
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
    args, square, came = call.args, call.house.square, {"agent": agent(call), "country": country(call)}
    try:
        if args.code:
            session = await logins.sign_in_at_once(square, args.name, args.password, args.code, **came)
        else:
            session = await logins.sign_in(square, args.name, args.password, **came)
    except Invalid as problem:
        return await _login_page(call, args, errors_of(call, problem), at_once=bool(args.code))
    if isinstance(session, HalfLogin):
        return await ask(call, session, args.next)
    return redirect(links.back(args.next), headers=await keep(call, session))


async def ask(call: Call[Any], half: HalfLogin, leads: str, errors: dict[str, str] | None = None) -> Answer:
    """The page of the second step."""
    square = call.house.square
    options = await passkeys.ask_to_prove(square, half.secret) if half.keys else ""
    return await pages.render(
        call,
        "joining/second.html",
        half=half,
        leads=leads,
        options=options,
        errors=errors or {},
        titled=N_("One more step"),
    )


async def by_code(call: Call[SecondStepTyped]) -> Answer:
    args = call.args
    came = {"agent": agent(call), "country": country(call)}
    return await _enter(call, logins.second_step(call.house.square, args.half, args.name, args.code, **came))


async def by_key(call: Call[SecondStepTyped]) -> Answer:
    async def enter() -> Session:
        square = call.house.square
        login = await passkeys.prove(square, call.args.half, call.args.answer)
        return await sessions.begin_session(
            square, login.account, known=login, agent=agent(call), country=country(call)
        )

    return await _enter(call, enter())


async def _enter(call: Call[SecondStepTyped], entering: Awaitable[Session]) -> Answer:
    """In; or the second step once more, or the first where the time for it is over."""
    try:
        session = await entering
    except Invalid as problem:
        return await _again(call, errors_of(call, problem))
    except NotSignedIn:
        return redirect(links.query("/login", next=call.args.next))
    return redirect(links.back(call.args.next), headers=await keep(call, session))


async def show_passkey(call: Call[PasskeySigned], errors: dict[str, str] | None = None) -> Answer:
    options = await passkeys.ask_to_enter(call.house.square)
    return await pages.render(
        call,
        "joining/passkey.html",
        options=options,
        leads=call.args.next,
        errors=errors or {},
        titled=N_("Log in with a passkey"),
    )


async def come_in(call: Call[PasskeySigned]) -> Answer:
    square = call.house.square
    try:
        account = await passkeys.enter(square, call.args.answer)
    except Invalid as problem:
        return await show_passkey(call, errors_of(call, problem))
    session = await sessions.begin_session(square, account, agent=agent(call), country=country(call))
    return redirect(links.back(call.args.next), headers=await keep(call, session))


async def _again(call: Call[SecondStepTyped], errors: dict[str, str]) -> Answer:
    args = call.args
    try:
        half = await logins.half_of(call.house.square, args.half)
    except NotSignedIn:
        return redirect(links.query("/login", next=args.next))
    return await ask(call, half, args.next, errors)


async def guessed_at(call: Call[Any]) -> Answer:
    """The name is shut to browsers that have not been there: how its owner comes in all the same."""
    sent: Any = call.args if isinstance(call.args, LogIn) else LogIn()
    return await _login_page(call, sent, {}, 429, at_once=True)


async def _login_page(
    call: Call[Any], sent: LogIn, errors: dict[str, str], status: int = 0, *, at_once: bool = False
) -> Answer:
    return await pages.render(
        call, "joining/login.html", status, sent=sent, errors=errors, at_once=at_once, titled=N_("Log in")
    )


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

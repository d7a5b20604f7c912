"""What guards one's account: codes and passkeys beside the password, recovery codes, the browsers and apps that are in."""

from functools import partial
from typing import Any

import msgspec

from chaupal.http.call import PAGE, Answer, Call, Route, Shape, get, post, redirect
from chaupal.http.paging import ById
from chaupal.kernel.errors import Conflict, Invalid, Problem
from chaupal.policy.sentences import placeholders
from chaupal.policy.viewer import Role, Surface
from chaupal.social.signin import passkeys, sessions, two_factor as second
from chaupal.web import pages
from chaupal.web.account.consent import wishes
from chaupal.web.pages import SavedAsked, or_again
from chaupal.web.words import N_, errors_of, words

SECURITY, SESSIONS = "/settings/security", "/settings/sessions"


class PasswordTyped(msgspec.Struct, kw_only=True):
    password: str = ""


class CodeTyped(msgspec.Struct, kw_only=True):
    code: str = ""


class PasskeyNamed(PasswordTyped, kw_only=True):
    """A passkey to be made, and what its owner calls it."""

    name: str = ""


class PasskeyMade(msgspec.Struct, kw_only=True):
    """What the browser answered, as JSON."""

    answer: str = ""
    name: str = ""


class PasskeyAsked(PasswordTyped, kw_only=True):
    credential: str = ""


class SessionAsked(msgspec.Struct, kw_only=True):
    key: str = ""


async def show(call: Call[SavedAsked], problem: Problem | None = None, *, at: str = "") -> Answer:
    """`at`: beside which form the problem stands. What is so already by now is no problem."""
    if isinstance(problem, Conflict):
        return redirect(SECURITY)
    square, args, errors = call.house.square, call.args, errors_of(call, problem)
    login = await sessions.login_of(square, call.viewer)

    def wrong(form: str) -> dict[str, str]:
        return errors if form == at else {}

    return await pages.render(
        call,
        "settings/security.html",
        422 if errors else 200,
        login=login,
        keys=await passkeys.of_viewer(square, call.viewer),
        left=await second.recovery_left(square, call.viewer),
        wrong=wrong,
        saved=getattr(args, "saved", False),
        named=args.name if isinstance(args, PasskeyNamed) else "",
        staff_must=_is_staff(call) and call.house.settings.staff_second_step and not login.second,
        titled=N_("Codes and passkeys"),
    )


@or_again(partial(show, at="codes"), Conflict, Invalid)
async def begin_codes(call: Call[PasswordTyped]) -> Answer:
    await second.begin(call.house.square, call.viewer, call.args.password)
    return redirect(f"{SECURITY}/codes")


async def show_codes(call: Call[Any], problem: Invalid | None = None) -> Answer:
    setup = await second.pending(call.house.square, call.viewer)
    if setup is None:
        return redirect(SECURITY)
    import segno  # draws for the few who turn codes on

    drawn = segno.make(setup.address, error="m").svg_inline(scale=5, border=4, light="#fff", omitsize=False)
    return await pages.render(
        call,
        "settings/codes.html",
        setup=setup,
        drawn=drawn,
        errors=errors_of(call, problem),
        titled=N_("Codes from your phone"),
    )


@or_again(show_codes, Invalid)
async def turn_on_codes(call: Call[CodeTyped]) -> Answer:
    return await _recovery(call, await second.turn_on(call.house.square, call.viewer, call.args.code))


@or_again(partial(show, at="codes"), Invalid)
async def turn_off_codes(call: Call[PasswordTyped]) -> Answer:
    await second.turn_off(call.house.square, call.viewer, call.args.password)
    return redirect(f"{SECURITY}?saved=1")


@or_again(partial(show, at="recovery"), Conflict, Invalid)
async def renew_recovery(call: Call[PasswordTyped]) -> Answer:
    return await _recovery(call, await second.renew_recovery(call.house.square, call.viewer, call.args.password))


@or_again(partial(show, at="passkeys"), Conflict, Invalid)
async def ask_passkey(call: Call[PasskeyNamed]) -> Answer:
    """The page on which the browser makes the key: it needs a script, as passkeys do."""
    options = await passkeys.ask_to_add(call.house.square, call.viewer, call.args.password, call.args.name)
    return await pages.render(
        call, "settings/passkey.html", options=options, name=call.args.name, titled=N_("A new passkey")
    )


@or_again(partial(show, at="passkeys"), Invalid)
async def add_passkey(call: Call[PasskeyMade]) -> Answer:
    codes = await passkeys.add(call.house.square, call.viewer, call.args.answer, call.args.name)
    return await _recovery(call, codes) if codes else redirect(f"{SECURITY}?saved=1")


@or_again(partial(show, at="passkeys"), Invalid)
async def remove_passkey(call: Call[PasskeyAsked]) -> Answer:
    await passkeys.remove(call.house.square, call.viewer, call.args.credential, call.args.password)
    return redirect(f"{SECURITY}?saved=1")


async def show_sessions(call: Call[SavedAsked]) -> Answer:
    square, said = call.house.square, words(call.viewer.language).gettext
    here = call.caller.key if call.caller else ""
    browsers = [
        (one, called(one.agent) or said(N_("A browser")), _country(call, one.country), one.hash == here)
        for one in await sessions.sessions_of(square, call.viewer)
    ]
    apps = [(one, wishes(call, one.scopes)) for one in await sessions.apps_of(square, call.viewer)]
    return await pages.render(
        call,
        "settings/sessions.html",
        browsers=browsers,
        apps=apps,
        saved=call.args.saved,
        titled=N_("Browsers and apps"),
    )


async def end_session(call: Call[SessionAsked]) -> Answer:
    """One that is named, or all the others."""
    if call.args.key:
        await sessions.end_session(call.house.square, call.viewer, call.args.key)
    elif call.caller is not None:
        await sessions.end_others(call.house.square, call.caller)
    return redirect(f"{SESSIONS}?saved=1")


async def end_app(call: Call[ById]) -> Answer:
    await sessions.end_app(call.house.square, call.viewer, call.args.id)
    return redirect(f"{SESSIONS}?saved=1")


def _country(call: Call[Any], code: str) -> str:
    return placeholders.country_names((code,), call.viewer.language) if code else ""


async def _recovery(call: Call[Any], codes: list[str]) -> Answer:
    return await pages.render(call, "settings/recovery.html", codes=codes, titled=N_("Your recovery codes"))


GUARDED: dict[str, Any] = {"shape": Shape.PAGE, "limit": (20, 900)}  # guesses at a password or a code
# Whoever is suspended or frozen may still look after who acts in their name.
OPEN: dict[str, Any] = {"shape": Shape.PAGE, "suspended": True}


def _is_staff(call: Call[Any]) -> bool:
    """By their account: as a viewer they are a member until something is asked beside the password."""
    return call.caller is not None and call.caller.role is not Role.MEMBER


ROUTES: tuple[Route, ...] = (
    get(SECURITY, show, Surface.OWN, **PAGE),
    post(f"{SECURITY}/codes", begin_codes, Surface.OWN, **GUARDED),
    get(f"{SECURITY}/codes", show_codes, Surface.OWN, **PAGE),
    post(f"{SECURITY}/codes/on", turn_on_codes, Surface.OWN, **GUARDED),
    post(f"{SECURITY}/codes/off", turn_off_codes, Surface.OWN, **GUARDED),
    post(f"{SECURITY}/recovery", renew_recovery, Surface.OWN, **GUARDED),
    post(f"{SECURITY}/passkeys/new", ask_passkey, Surface.OWN, **GUARDED),
    post(f"{SECURITY}/passkeys", add_passkey, Surface.OWN, **GUARDED),
    post(f"{SECURITY}/passkeys/remove", remove_passkey, Surface.OWN, **GUARDED),
    get(SESSIONS, show_sessions, Surface.OWN, **OPEN),
    post(SESSIONS, end_session, Surface.OWN, **OPEN),
    post(f"{SESSIONS}/apps/{{id}}", end_app, Surface.OWN, **OPEN),
)


# The first that stands in the header decides: Edge and Opera say they are Chrome, Chrome says it is Safari.
BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("UCBrowser", "UC Browser"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("KAIOS", "KaiOS"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


def called(agent: str) -> str:
    """`Firefox · Android`; one of the two, or nothing, where the header does not say."""
    found = (next((name for mark, name in names if mark in agent), "") for names in (BROWSERS, SYSTEMS))
    return " · ".join(name for name in found if name)

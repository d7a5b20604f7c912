"""Sessions of browsers and tokens of apps: begun, known again, listed and ended; and browsers that somebody came in with before."""

import hashlib
import hmac
import secrets
from pathlib import Path

import msgspec

from chaupal.kernel.base64url import text_of
from chaupal.kernel.clock import DAY, HOUR
from chaupal.kernel.errors import Invalid, NotFound, NotSignedIn, or_not_found
from chaupal.kernel.key_files import load_or_make_seed
from chaupal.kernel.secrets import digest, new_secret
from chaupal.policy.viewer import Caller, Viewer
from chaupal.social.context import SAME_ROLE, Square
from chaupal.store.identity import accounts, apps, logins, two_factor as factors
from chaupal.store.identity.apps import AppToken, OpenSession
from chaupal.store.identity.logins import Login, is_password
from chaupal.store.machine.work import Writing

COOKIE = "chaupal"
SESSION_LASTS = 30 * DAY  # without being used
COOKIE_LASTS = 400 * DAY  # the longest that browsers keep one: the session ends before, here
KEPT_AFTER_END = DAY  # used codes and links, so that their replay is noticed; and apps that nobody lets in
OWN_TOKEN_LASTS = 30 * DAY  # an app's own, in nobody's name: it may have another
AT_ONCE = 500  # tokens in one commit


class Session(msgspec.Struct, frozen=True):
    """A browser that came in: what its cookie must hold, and who it now is."""

    secret: str
    account: int
    handle: str
    email: str


async def caller_by_token(square: Square, token_digest: str) -> Caller | None:
    """Who calls with an app's token; None for one that never was, or was revoked. Remembered: about a microsecond."""
    async with square.work.reading() as reading:
        return await apps.caller_by_token(reading, token_digest)


async def caller_by_cookie(square: Square, cookie_digest: str) -> Caller | None:
    """Whose browser this is; None when the session has ended."""
    async with square.work.reading() as reading:
        return await apps.caller_by_cookie(reading, cookie_digest)


async def begin_session(
    square: Square, account: int, *, known: Login | None = None, agent: str = "", country: str = ""
) -> Session:
    """A session without a question asked: for those who just proved who they are, and for the village. Raises NotFound.

    `known`: their login when their password was looked at. Raises Invalid where it is another meanwhile, which ended all they had.
    """
    secret = new_secret()
    async with square.work.writing() as w:
        if known is not None:
            await check_proved(w, known)
        login = or_not_found(await logins.login_of(w, account))
        await apps.add_session(
            w,
            digest(secret),
            account,
            csrf=secrets.token_urlsafe(24),
            until=w.now() + SESSION_LASTS,
            agent=agent[:200],
            country=country,
        )
    return Session(secret, account, login.handle, login.email)


async def sign_out(square: Square, caller: Caller) -> None:
    """This session ends; others go on."""
    async with square.work.writing() as w:
        await apps.drop_session(w, caller.key)


async def note_seen(square: Square, caller: Caller, country: str) -> None:
    """A session is in use and lasts on: written down once an hour, with the country it comes from, and no address."""
    if caller.csrf and caller.seen_at + HOUR <= square.clock():
        async with square.work.writing() as w:
            await apps.seen(w, caller.key, country, until=w.now() + SESSION_LASTS)


async def login_of(square: Square, viewer: Viewer) -> Login:
    """The viewer's own way in: address, language, defaults. Raises NotSignedIn."""
    async with square.work.reading() as reading:
        login = await logins.login_of(reading, viewer.me)
    if login is None:
        raise NotSignedIn
    return login


async def proved(square: Square, viewer: Viewer, password: str, field: str = "") -> Login:
    """Their login, once the password was typed: whoever sits at a browser that was left open must not change what guards the account.

    Raises Invalid.
    """
    login = await login_of(square, viewer)
    if not await is_password(login.password_hash, password):
        raise Invalid("wrong_password", field=field)
    return login


async def check_proved(w: Writing, login: Login, field: str = "") -> None:
    """In the unit that acts on it: the password that was typed is theirs still. Raises Invalid."""
    await accounts.hold(w, login.account)  # until the unit ends: who changes it meanwhile ends what is begun here
    now = await logins.login_of(w, login.account)
    if now is None or now.password_hash != login.password_hash:
        raise Invalid("wrong_password", field=field)


async def sessions_of(square: Square, viewer: Viewer) -> list[OpenSession]:
    """The browsers that are logged in as the viewer."""
    async with square.work.reading() as reading:
        return await apps.open_sessions(reading, viewer.me)


async def apps_of(square: Square, viewer: Viewer) -> list[AppToken]:
    """The apps that may act for the viewer, a token each."""
    async with square.work.reading() as reading:
        return await apps.allowed(reading, viewer.me)


async def end_session(square: Square, viewer: Viewer, key: str) -> None:
    """One of one's own sessions ends. Raises NotFound."""
    async with square.work.writing() as w:
        if key not in (one.hash for one in await apps.open_sessions(w, viewer.me)):
            raise NotFound
        await apps.drop_session(w, key)


async def end_others(square: Square, caller: Caller) -> int:
    """Every other session of whoever asks ends; how many did. Apps go on."""
    async with square.work.writing() as w:
        others = [one.hash for one in await apps.open_sessions(w, caller.account or 0) if one.hash != caller.key]
        for key in others:
            await apps.drop_session(w, key)
    return len(others)


async def end_app(square: Square, viewer: Viewer, token: int) -> None:
    """An app may act no more. Raises NotFound."""
    async with square.work.writing() as w:
        if not await apps.revoke_own(w, viewer.me, token):
            raise NotFound


async def issue_token(square: Square, account: int, scopes: str, *, app: int = 0, told: bool = False) -> str:
    """A token that acts for the account. `app` 0: made by the operator, on the command line; `told`: of the staff the log says so."""
    token = new_secret()
    async with square.work.writing() as w:
        await apps.add_token(w, square.make_id(), apps.Token(digest(token), app, account, scopes))
        if told and square.enlist is not None:
            await square.enlist(w, account, SAME_ROLE)
    return token


async def tidy(square: Square) -> None:
    """Sessions, codes, links and tokens that ended some time ago are dropped, and apps that nobody lets in."""
    async with square.work.writing() as w:
        before = w.now() - KEPT_AFTER_END
        await apps.drop_expired(w, before)
        await logins.drop_old_links(w, before)
        await factors.drop_challenges(w, before)
    went = AT_ONCE
    while went >= AT_ONCE:
        async with square.work.writing() as w:
            went = await apps.end_old_tokens(w, w.now() - OWN_TOKEN_LASTS, AT_ONCE)
            went += await apps.drop_ended_tokens(w, before, AT_ONCE)
            if went < AT_ONCE:
                await apps.drop_unused(w, before)


# The cookie opens nothing. It says that whoever holds it once proved to be somebody; what is typed there is counted by the cookie and
# not by the name, so that guesses from elsewhere do not shut out its owner. It holds no name in clear.
KNOWN_COOKIE = "been_here"
KNOWN_DAYS = 400  # as long as browsers keep a cookie at most
MOST_KNOWN = 5  # people who share a browser; whoever came in last stands first
BETWEEN = "~"
OFFICE = "office "  # before the names of the portal's people, so that nobody becomes one of them by signing up with their address
SIGNED = 16  # bytes


def plain_name(typed: str) -> str:
    """A handle or an address as it is compared, whatever was typed around it."""
    return typed.strip().lower().removeprefix("@")


def remembered(square: Square, cookie: str, *names: str) -> str:
    """The cookie of a browser in which whoever has these names came in just now."""
    first = f"{secrets.token_urlsafe(9)}.{square.clock() // DAY}"
    signed = [_sign(square, first, plain_name(name)) for name in names if name]
    others = [mark for mark in cookie.split(BETWEEN)[:MOST_KNOWN] if _is_mark(square, mark)]
    kept = [mark for mark in others if not any(_signs(square, mark, plain_name(name)) for name in names if name)]
    return BETWEEN.join([".".join([first, *signed]), *kept][:MOST_KNOWN])


def mark_for(square: Square, cookie: str, name: str) -> str:
    """By what guesses of this browser at this name are counted; empty where nobody of this name came in with it."""
    found = (mark for mark in cookie.split(BETWEEN)[:MOST_KNOWN] if _is_mark(square, mark))
    return next((mark.split(".")[0] for mark in found if _signs(square, mark, plain_name(name))), "")


def _is_mark(square: Square, mark: str) -> bool:
    """Whether it has the form of a mark, and is not too old."""
    nonce, _, rest = mark.partition(".")
    day = rest.partition(".")[0]
    return (
        0 < len(nonce) <= 20
        and day.isascii()
        and day.isdigit()
        and len(day) < 8
        and int(day) + KNOWN_DAYS > square.clock() // DAY
    )


def _signs(square: Square, mark: str, name: str) -> bool:
    nonce, day, *signed = mark.split(".")
    right = _sign(square, f"{nonce}.{day}", name)
    return any(hmac.compare_digest(one.encode(), right.encode()) for one in signed)


def _sign(square: Square, first: str, name: str) -> str:
    key = load_or_make_seed(Path(square.settings.data) / "keys" / "browsers.key")
    made = hmac.digest(key, f"{first}\n{name}".encode(), hashlib.sha256)[:SIGNED]
    return text_of(made)

"""Coming in and going out: sessions of browsers, tokens of apps, passwords changed and reset."""

import secrets

import msgspec

from chaupal.kernel.clock import DAY, HOUR
from chaupal.kernel.errors import Invalid, NotFound, NotSignedIn, or_not_found
from chaupal.kernel.secrets import digest, new_secret
from chaupal.policy.viewer import Caller, Viewer
from chaupal.social.context import Square
from chaupal.social.events import PasswordResetAsked
from chaupal.social.people.accounts import confirm_login
from chaupal.social.signin import letters, two_factor as second
from chaupal.store.identity import apps, devices, logins, two_factor as factors
from chaupal.store.identity.devices import Allowed, Open
from chaupal.store.identity.logins import Login
from chaupal.store.identity.passwords import check_password, hash_password, is_password

COOKIE = "chaupal"
SESSION_LASTS = 30 * DAY
RESET_LASTS = HOUR
RESET = "reset"
TRIES = 20  # codes beside the right password, for as long as half of a session lasts, where they come at once
KEPT_AFTER_END = DAY  # used codes and links stay a while, so that their replay is noticed


class Session(msgspec.Struct, frozen=True):
    """A browser that came in: what its cookie must hold, and who it now is."""

    secret: str
    account: int
    handle: str
    email: str


class Half(msgspec.Struct, frozen=True):
    """The password was right, and something beside it is asked for: what stands for that until it comes."""

    secret: str
    account: int
    handle: str
    keys: bool = False  # a passkey would do, too


async def caller_by_token(square: Square, token_digest: str) -> Caller | None:
    """Who calls with an app's token; None for one that never was, or was revoked. Remembered: about a microsecond."""
    async with square.work.reading() as reading:
        return await apps.caller_by_token(reading, token_digest)


async def caller_by_cookie(square: Square, cookie_digest: str) -> Caller | None:
    """Whose browser this is; None when the session has ended."""
    async with square.work.reading() as reading:
        return await apps.caller_by_cookie(reading, cookie_digest)


async def sign_in(square: Square, name: str, password: str, *, agent: str = "", country: str = "") -> Session | Half:
    """A new session for whoever knows the password; half of one where more is asked for. Raises Invalid, never saying why.

    `name` is a handle or an e-mail.
    """
    async with square.work.reading() as reading:
        login = await logins.named(reading, name.strip().lower().removeprefix("@"))
    known = await is_password(login.password_hash if login else None, password)
    if login is None or not known:  # one sentence for every reason, here and below: it must not tell which names exist
        raise Invalid("wrong_login")
    if login.second:
        half = Half(new_secret(), login.account, login.handle, login.passkeys > 0)
        async with square.work.writing() as w:
            await second.half_way(w, login.account, half.secret)
        return half
    return await begin_session(square, login.account, agent=agent, country=country)


async def sign_in_at_once(
    square: Square, name: str, password: str, code: str, *, agent: str = "", country: str = ""
) -> Session:
    """A new session for whoever has both secrets, also while somebody guesses at the name. Raises Invalid, never saying why.

    Which of the two was wrong is not told, so both must be guessed together; and of codes beside the right password only so
    many are looked at, so that whoever has learnt the password cannot go through all of them.
    """
    async with square.work.reading() as reading:
        login = await logins.named(reading, name.strip().lower().removeprefix("@"))
    known = await is_password(login.password_hash if login else None, password)
    if login is None or not known or not login.second:
        raise Invalid("wrong_login")
    secret = new_secret()
    async with square.work.writing() as w:
        tried = await logins.tries(w, login.account, second.HALF)
        await second.half_way(w, login.account, secret)
    try:
        if tried >= TRIES:
            raise Invalid("wrong_login")
        await second.check(square, secret, login.handle, code)
    except (Invalid, NotSignedIn):
        raise Invalid("wrong_login") from None
    return await begin_session(square, login.account, agent=agent, country=country)


async def half_of(square: Square, secret: str) -> Half:
    """Who is half way in. Raises NotSignedIn where the time is over."""
    async with square.work.reading() as reading:
        login = await second.waiting(reading, secret)
    if login is None:
        raise NotSignedIn("log_in_again")
    return Half(secret, login.account, login.handle, login.passkeys > 0)


async def second_step(
    square: Square, half: str, name: str, code: str, *, agent: str = "", country: str = ""
) -> Session:
    """The code beside the password: a session. Raises Invalid for a wrong one, NotSignedIn where the time is over."""
    account = await second.check(square, half, name, code)
    return await begin_session(square, account, agent=agent, country=country)


async def begin_session(square: Square, account: int, *, agent: str = "", country: str = "") -> Session:
    """A session without a question asked: for those who just proved who they are, and for the village. Raises NotFound."""
    secret = new_secret()
    async with square.work.writing() as w:
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
    """A session is in use: written down once an hour, with the country it comes from, and no address."""
    if caller.csrf and caller.seen_at + HOUR <= square.clock():
        async with square.work.writing() as w:
            await devices.seen(w, caller.key, country)


async def sessions_of(square: Square, viewer: Viewer) -> list[Open]:
    """The browsers that are logged in as the viewer."""
    async with square.work.reading() as reading:
        return await devices.open_sessions(reading, viewer.me)


async def apps_of(square: Square, viewer: Viewer) -> list[Allowed]:
    """The apps that may act for the viewer, a token each."""
    async with square.work.reading() as reading:
        return await devices.allowed(reading, viewer.me)


async def end_session(square: Square, viewer: Viewer, key: str) -> None:
    """One of one's own sessions ends. Raises NotFound."""
    async with square.work.writing() as w:
        if key not in (one.hash for one in await devices.open_sessions(w, viewer.me)):
            raise NotFound
        await apps.drop_session(w, key)


async def end_others(square: Square, caller: Caller) -> int:
    """Every other session of whoever asks ends; how many did. Apps go on."""
    async with square.work.writing() as w:
        others = [one.hash for one in await devices.open_sessions(w, caller.account or 0) if one.hash != caller.key]
        for key in others:
            await apps.drop_session(w, key)
    return len(others)


async def end_app(square: Square, viewer: Viewer, token: int) -> None:
    """An app may act no more. Raises NotFound."""
    async with square.work.writing() as w:
        if not await devices.revoke_own(w, viewer.me, token):
            raise NotFound


async def issue_token(square: Square, account: int, scopes: str, *, app: int = 0) -> str:
    """A token that acts for the account. `app` 0: made by the operator, on the command line."""
    token = new_secret()
    async with square.work.writing() as w:
        await apps.add_token(w, square.make_id(), apps.Token(digest(token), app, account, scopes))
    return token


async def change_password(square: Square, viewer: Viewer, old: str, new: str, *, agent: str = "") -> Session:
    """Every session and token ends; the one who changed it gets a new session. Raises Invalid with the field."""
    check_password(new)
    async with square.work.reading() as reading:
        login = await logins.login_of(reading, viewer.me)
    if login is None or not await is_password(login.password_hash, old):
        raise Invalid("wrong_password", field="old")
    await _set_password(square, login.account, new)
    return await begin_session(square, login.account, agent=agent)


async def ask_reset(square: Square, email: str) -> None:
    """A mail with a reset link will be sent, if anybody has this address; the asker learns nothing either way."""
    async with square.work.writing() as w:
        login = await logins.named(w, email.strip().lower()) if "@" in email else None
        w.tell(PasswordResetAsked(account=login.account if login else 0))


async def mail_reset(sender: letters.Sender, account: int) -> None:
    """Send the link: it works once, for an hour. To be called outside any unit of work. Raises OSError from the carrier."""
    secret = new_secret()
    async with sender.work.writing() as w:
        login = await logins.login_of(w, account)
        if login is None:
            return
        await logins.add_link(w, digest(secret), account, RESET, w.now() + RESET_LASTS)
    await sender.mail.send(letters.letter(letters.RESET, sender.settings, login, f"/reset/{secret}"))


async def may_reset(square: Square, secret: str) -> bool:
    """Whether the link would still work."""
    async with square.work.reading() as reading:
        return await logins.link(reading, digest(secret), RESET) is not None


async def reset_password(square: Square, secret: str, new: str) -> None:
    """The new password holds; the link, every session and every token end. Raises NotFound for a dead link, Invalid."""
    if not await may_reset(square, secret):
        raise NotFound
    hash_ = await hash_password(new)
    async with square.work.writing() as w:
        account = await logins.link(w, digest(secret), RESET)
        if account is None or not await logins.use_link(w, digest(secret)):
            raise NotFound
        # Whoever reads the mails of an address has shown that it is theirs.
        await confirm_login(w, account)
        await logins.set_password(w, account, hash_)
        await apps.end_all(w, account)


async def login_of(square: Square, viewer: Viewer) -> Login:
    """The viewer's own way in: address, language, defaults. Raises NotSignedIn."""
    async with square.work.reading() as reading:
        login = await logins.login_of(reading, viewer.me)
    if login is None:
        raise NotSignedIn
    return login


async def choose_language(square: Square, viewer: Viewer, language: str) -> None:
    """Pages speak this language to the account from now on."""
    async with square.work.writing() as w:
        await logins.set_language(w, viewer.me, language)
        await apps.forget_callers(w, viewer.me)


async def tidy(square: Square) -> None:
    """Sessions, codes and links that ended some time ago are dropped."""
    async with square.work.writing() as w:
        before = w.now() - KEPT_AFTER_END
        await apps.drop_expired(w, before)
        await logins.drop_old_links(w, before)
        await factors.drop_challenges(w, before)


async def _set_password(square: Square, account: int, password: str) -> None:
    hash_ = await hash_password(password)
    async with square.work.writing() as w:
        await logins.set_password(w, account, hash_)
        await apps.end_all(w, account)

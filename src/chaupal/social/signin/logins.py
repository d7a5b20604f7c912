"""Coming in: by a password, and by what is asked for beside it."""

import msgspec

from chaupal.kernel.errors import Invalid, NotSignedIn
from chaupal.kernel.secrets import new_secret
from chaupal.policy.viewer import Viewer
from chaupal.social.context import Square
from chaupal.social.signin import two_factor as second
from chaupal.social.signin.sessions import Session, begin_session, check_proved
from chaupal.store.identity import apps, logins
from chaupal.store.identity.logins import Login, is_password

MOST_CODES = 20  # beside the right password, for as long as half of a session lasts, where both come at once


class HalfLogin(msgspec.Struct, frozen=True):
    """The password was right, and something beside it is asked for: what stands for that until it comes."""

    secret: str
    account: int
    handle: str
    keys: bool = False  # a passkey would do, too


async def sign_in(
    square: Square, name: str, password: str, *, agent: str = "", country: str = ""
) -> Session | HalfLogin:
    """A new session for whoever knows the password; half of one where more is asked for. Raises Invalid, never saying why.

    `name` is a handle or an e-mail.
    """
    login = await _knowing(square, name, password)
    if login.second:
        half = HalfLogin(new_secret(), login.account, login.handle, login.passkeys > 0)
        async with square.work.writing() as w:
            await check_proved(w, login)
            await second.half_way(w, login.account, half.secret)
        return half
    return await begin_session(square, login.account, known=login, agent=agent, country=country)


async def _knowing(square: Square, name: str, password: str) -> Login:
    """Whose name and password these are. One sentence for every reason: it must not tell which names exist. Raises Invalid."""
    async with square.work.reading() as reading:
        login = await logins.named(reading, name.strip().lower().removeprefix("@"))
    known = await is_password(login.password_hash if login else None, password)
    if login is None or not known:
        raise Invalid("wrong_login")
    return login


async def sign_in_at_once(
    square: Square, name: str, password: str, code: str, *, agent: str = "", country: str = ""
) -> Session:
    """A new session for whoever has both secrets, also while somebody guesses at the name. Raises Invalid, never saying why.

    Which of the two was wrong is not told, so both must be guessed together; and of codes beside the right password only so
    many are looked at, so that whoever has learnt the password cannot go through all of them.
    """
    login = await _knowing(square, name, password)
    if not login.second:
        raise Invalid("wrong_login")
    secret = new_secret()
    async with square.work.writing() as w:
        await check_proved(w, login)
        tried = await logins.tries(w, login.account, second.HALF)
        await second.half_way(w, login.account, secret)
    try:
        if tried >= MOST_CODES:
            raise Invalid("wrong_login")
        await second.check(square, secret, login.handle, code)
    except (Invalid, NotSignedIn):
        raise Invalid("wrong_login") from None
    return await begin_session(square, login.account, known=login, agent=agent, country=country)


async def half_of(square: Square, secret: str) -> HalfLogin:
    """Who is half way in. Raises NotSignedIn where the time is over."""
    login = await second.who_waits(square, secret)
    return HalfLogin(secret, login.account, login.handle, login.passkeys > 0)


async def second_step(
    square: Square, half: str, name: str, code: str, *, agent: str = "", country: str = ""
) -> Session:
    """The code beside the password: a session. Raises Invalid for a wrong one, NotSignedIn where the time is over."""
    login = await second.check(square, half, name, code)
    return await begin_session(square, login.account, known=login, agent=agent, country=country)


async def choose_language(square: Square, viewer: Viewer, language: str) -> None:
    """Pages speak this language to the account from now on."""
    async with square.work.writing() as w:
        await logins.set_language(w, viewer.me, language)
        await apps.forget_callers(w, viewer.me)

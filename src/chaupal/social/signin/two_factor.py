"""The second step of coming in: codes of an authenticator (RFC 6238) and recovery codes, beside the password."""

import base64
import secrets
from pathlib import Path

import msgspec
from pyotp import random_base32
from pyotp.totp import TOTP

from chaupal.kernel.clock import MINUTE
from chaupal.kernel.errors import Conflict, Invalid, NotSignedIn, Problem
from chaupal.kernel.key_files import load_or_make_seed, sealed, unsealed
from chaupal.kernel.secrets import digest
from chaupal.policy.passwords import code_step, plain_code
from chaupal.policy.viewer import Viewer
from chaupal.social.context import Square
from chaupal.social.events import CodesGuessed
from chaupal.social.signin.sessions import check_proved, login_of, proved
from chaupal.store.identity import accounts, apps, logins, two_factor as factors
from chaupal.store.identity.logins import Login
from chaupal.store.machine.work import Reading, Writing

HALF_LASTS = 10 * MINUTE
HALF = "second"  # what such a link is for, beside confirmations and resets
CODES = 10
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # without those that look alike


class Setup(msgspec.Struct, frozen=True):
    """What an authenticator must be given: the secret, and the same as an address."""

    secret: str
    address: str


async def begin(square: Square, viewer: Viewer, password: str) -> Setup:
    """A new secret, which is in use once a code of it was typed. Raises Invalid, Conflict where one is in use."""
    login = await proved(square, viewer, password)
    if login.totp_since is not None:
        raise Conflict("codes_on")
    secret = random_base32()
    async with square.work.writing() as w:
        await check_proved(w, login)
        await factors.set_secret(w, login.account, _seal(square, login.account, secret))
    return _setup(square, login, secret)


async def pending(square: Square, viewer: Viewer) -> Setup | None:
    """The secret that waits for its first code; None where there is none, or it is in use."""
    login = await login_of(square, viewer)
    if login.totp_since is not None or not login.totp_secret:
        return None
    return _setup(square, login, _unseal(square, login))


async def turn_on(square: Square, viewer: Viewer, code: str) -> list[str]:
    """From now on a code is asked for; the recovery codes, said this once. Raises Invalid."""
    login = await login_of(square, viewer)
    number = _number(square, login, code) if login.totp_secret and login.totp_since is None else None
    if number is None:
        raise Invalid("wrong_code")
    async with square.work.writing() as w:
        await factors.turn_on(w, login.account, number)
        await apps.forget_callers(w, login.account)
        return await new_recovery(w, login.account)


async def turn_off(square: Square, viewer: Viewer, password: str) -> None:
    """Codes are asked for no more. Raises Invalid."""
    login = await proved(square, viewer, password)
    async with square.work.writing() as w:
        await check_proved(w, login)
        await factors.set_secret(w, login.account, "")
        if not login.passkeys:
            await factors.set_recovery(w, login.account, ())
        await apps.forget_callers(w, login.account)


async def renew_recovery(square: Square, viewer: Viewer, password: str) -> list[str]:
    """New recovery codes; the old ones are good for nothing. Raises Invalid, Conflict where no second step is asked."""
    login = await proved(square, viewer, password)
    if not login.second:
        raise Conflict("second_step_off")
    async with square.work.writing() as w:
        await check_proved(w, login)
        return await new_recovery(w, login.account)


async def recovery_left(square: Square, viewer: Viewer) -> int:
    async with square.work.reading() as reading:
        return await factors.recovery_left(reading, viewer.me)


# --- coming in ---


async def half_way(w: Writing, account: int, secret: str) -> None:
    """The password was right; `secret` stands for that until the code is typed."""
    await logins.add_link(w, digest(secret), account, HALF, w.now() + HALF_LASTS)


async def waiting(reading: Reading, half: str) -> Login | None:
    """The account that is half way in; None where the time for the second step is over."""
    account = await logins.link(reading, digest(half), HALF) if half else None
    return await logins.login_of(reading, account) if account else None


async def who_waits(square: Square, half: str) -> Login:
    """The same. Raises NotSignedIn where the time is over."""
    async with square.work.reading() as reading:
        login = await waiting(reading, half)
    if login is None:
        raise NotSignedIn("log_in_again")
    return login


async def is_waiting(square: Square, half: str, name: str) -> bool:
    """Whether this secret is that of a half login, and whose; else a code typed beside it is not counted as a guess."""
    async with square.work.reading() as reading:
        login = await waiting(reading, half)
    return login is not None and login.handle == name


async def check(square: Square, half: str, name: str, code: str) -> Login:
    """Who is in now. `name`: whose handle was said, by which guesses are counted. Raises Invalid; NotSignedIn when it is over."""
    login = await who_waits(square, half)
    if login.handle != name:
        raise NotSignedIn("log_in_again")
    number = _number(square, login, code) if login.totp_since is not None else None
    async with square.work.writing() as w:
        known = (
            await factors.use_code(w, login.account, number)
            if number is not None
            else await factors.use_recovery(w, login.account, digest(plain_code(code)))
        )
        if known and not await logins.use_link(w, digest(half)):
            raise NotSignedIn("log_in_again")
        if not known:
            await _note_missed(w, login.account)
    if not known:
        raise Invalid("wrong_code")
    return login


async def _note_missed(w: Writing, account: int) -> None:
    """Whoever types codes here knows the password."""
    await accounts.hold(w, account)
    if await logins.code_missed(w, account):
        w.tell(CodesGuessed(account=account))


def _number(square: Square, login: Login, code: str) -> int | None:
    return code_step(_unseal(square, login), code, square.clock(), login.totp_used)


async def new_recovery(w: Writing, account: int) -> list[str]:
    """New recovery codes as they are shown once; their digests are kept."""
    codes = ["".join(secrets.choice(LETTERS) for _ in range(12)) for _ in range(CODES)]
    await factors.set_recovery(w, account, [digest(code) for code in codes])
    return ["-".join((code[:4], code[4:8], code[8:])) for code in codes]


def _setup(square: Square, login: Login, secret: str) -> Setup:
    return Setup(secret, TOTP(secret, name=login.handle, issuer=square.settings.domain).provisioning_uri())


def _seal(square: Square, account: int, secret: str) -> str:
    return base64.b64encode(sealed(_key(square), secret.encode(), account)).decode()


def _unseal(square: Square, login: Login) -> str:
    try:
        return unsealed(_key(square), base64.b64decode(login.totp_secret), login.account).decode()
    except ValueError as error:
        raise Problem("Codes cannot be checked: codes.key is another key; restore it") from error


def _key(square: Square) -> bytes:
    return load_or_make_seed(Path(square.settings.data) / "keys" / "codes.key")

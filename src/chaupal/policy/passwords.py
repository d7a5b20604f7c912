"""What is taken for a password and for a one-time code, of accounts and of authorities' people alike."""

from pyotp.totp import TOTP
from pyotp.utils import strings_equal

from chaupal.kernel.clock import SECOND
from chaupal.kernel.errors import Invalid
from chaupal.text.clean import nfc

SHORTEST = 8
LONGEST = 256
STEP = 30  # seconds that a code holds (RFC 6238, with SHA-1 and 6 digits, as authenticators expect)


def check_password(password: str) -> str:
    """The password, in the one form in which it is hashed. Raises Invalid for one too short or too long.

    NFC (RFC 8265 §4.2.2): two keyboards may write the same Hindi word in different code points.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        code = "password_too_short" if len(password) < SHORTEST else "password_too_long"
        raise Invalid(code, fewest=SHORTEST, most=LONGEST)
    try:
        nfc(password).encode()
    except UnicodeEncodeError as error:
        raise Invalid("password_unreadable") from error
    return nfc(password)


def plain_code(code: str) -> str:
    """As typed, without what people put between; digits of every script are digits."""
    kept = "".join(c for c in code[:60] if c.isalnum()).lower()
    return "".join(str(int(c)) if c.isdecimal() else c for c in kept)


def code_step(secret: str, code: str, now: int, used: int) -> int | None:
    """The number of the step whose code this is: that of `now` (ms), or one off, and after the last one that was `used`."""
    step, totp, typed = now // SECOND // STEP, TOTP(secret), plain_code(code)
    near = (step, step - 1, step + 1)
    return next((n for n in near if n > used and strings_equal(totp.generate_otp(n), typed)), None)

"""What is taken for a password, of accounts and of authorities' people alike: how short, how long, and in which form."""

from chaupal.kernel.errors import Invalid
from chaupal.text.clean import nfc

SHORTEST = 8
LONGEST = 256


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

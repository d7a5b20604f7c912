"""What somebody typed, in the form in which it is stored."""

from chaupal.kernel.errors import Invalid
from chaupal.text.clean import BadText, normalise_post
from chaupal.text.length import MAX_NAME, clean_name, fits_name


def typed(text: str, code: str, *, field: str = "") -> str:
    """As `normalise_post` has it. Raises Invalid, by that code, where it holds what no one types."""
    try:
        return normalise_post(text)
    except BadText as error:
        raise Invalid(code, field=field, why=str(error), reason=error.reason) from error


def display_name(text: str, *, field: str = "") -> str:
    """As `clean_name` has it. Raises Invalid for one that is too long: what other servers say is cut, what somebody typed here is not."""
    if not fits_name(text):
        raise Invalid("name_too_long", field=field, most=MAX_NAME)
    return clean_name(text)

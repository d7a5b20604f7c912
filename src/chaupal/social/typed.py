"""What somebody typed, in the form in which it is stored."""

from chaupal.kernel.errors import Invalid
from chaupal.text.clean import BadText, normalise_post


def typed(text: str, code: str, *, field: str = "") -> str:
    """As `normalise_post` has it. Raises Invalid, by that code, where it holds what no one types."""
    try:
        return normalise_post(text)
    except BadText as error:
        raise Invalid(code, field=field, why=str(error), reason=error.reason) from error

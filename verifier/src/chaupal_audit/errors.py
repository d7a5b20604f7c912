"""What can be wrong with what was read. A server that answers with one finds in it a status of HTTP, and a name to translate by."""

from collections.abc import Iterable
from typing import ClassVar


class Problem(Exception):
    """What went wrong, in words safe to show. `slug` names the message for translation; `status` is its HTTP kin."""

    status: ClassVar[int] = 500
    slug: ClassVar[str] = "problem"

    def __init__(self, message: str = "", **details: str) -> None:
        super().__init__(message or self.slug)
        self.message = message or self.slug.replace("_", " ")
        self.details = details


class Unsound(Problem):
    """It can be read, and does not hold: `details` maps a field to what is wrong with it."""

    status = 422
    slug = "invalid"


class Malformed(Problem):
    """It cannot be read at all."""

    status = 400
    slug = "malformed"


class NotFound(Problem):
    """Missing or forbidden: from outside they look the same."""

    status = 404
    slug = "not_found"

    def __init__(self, message: str = "Record not found", **details: str) -> None:
        super().__init__(message, **details)


class TooLarge(Problem):
    """More bytes than are taken here."""

    status = 413
    slug = "too_large"


class BadLaw(Problem):
    """Files of law that cannot be used; `faults` are all that is wrong with them, `file: field: what` each."""

    slug = "bad_law"

    def __init__(self, faults: Iterable[str]) -> None:
        self.faults = tuple(faults)
        super().__init__(f"The files of law cannot be used: {'; '.join(self.faults)}")


class Faults:
    """What is wrong, collected."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def add(self, file: str, field: str, about: str) -> None:
        self.said.append(": ".join(part for part in (file, field, about) if part))

    def check(self) -> None:
        """Raises BadLaw with all of them, where there are any."""
        if self.said:
            raise BadLaw(self.said)

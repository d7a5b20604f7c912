"""What is wrong with files of law, collected: all of it is said at once."""

from collections.abc import Iterable

from chaupal_audit.errors import Problem


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

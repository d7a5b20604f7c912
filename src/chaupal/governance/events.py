"""What the court does to the square."""

from chaupal.kernel.event import Event


class DecisionServed(Event, frozen=True):
    """Two people decided and it is in force: `subject` (a post or account of `owner`) is withheld in `territory`."""

    order: str
    target: int
    ruling: int
    subject: int
    kind: str
    owner: int | None
    measure: str
    territory: tuple[str, ...]


class RulingLifted(Event, frozen=True):
    """A ruling ended, by a person or (`lapsed`) by the clock; its subject is back."""

    order: str
    target: int
    ruling: int
    subject: int
    kind: str
    owner: int | None
    measure: str
    territory: tuple[str, ...]
    lapsed: bool = False

"""What the court does to the square."""

from chaupal.kernel.event import Event


class RulingChanged(Event, frozen=True):
    """What the gate obeys is another now: `ruling` on `subject` (a post or account of `owner`) in `territory`.

    It was made about target number `target` of the order with the reference `order`.
    """

    order: str
    target: int
    ruling: int
    subject: int
    kind: str
    owner: int | None
    measure: str
    territory: tuple[str, ...]


class DecisionServed(RulingChanged, frozen=True):
    """Two people decided and it is in force: the subject is withheld in the territory."""


class RulingLifted(RulingChanged, frozen=True):
    """The ruling ended, by a person or (`lapsed`) by the clock; its subject is back."""

    lapsed: bool = False

"""Who held which role when, from the log's own entries: people are pseudonyms, and a role that no entry gave is none."""

from collections.abc import Iterable, Iterator

from chaupal_audit.law.roles import MAY
from chaupal_audit.rule_of_law.patience import Patience

MEMBER, OWNER = "member", "owner"
CLOCK, MACHINE, AUTHORITY = "clock", "machine", "authority"
HELD = 1 << 62  # later than any place of a log


class People:
    """The roles as they stand, and those that somebody held before."""

    def __init__(self, patience: Patience) -> None:
        self._patience = patience
        self._roles: dict[str, str] = {}
        # Each role that somebody has held, and the place of the act that took it last; `HELD`: none did.
        self._held: dict[str, dict[str, int]] = {}

    def role(self, person: str | None) -> str:
        return self._roles.get(person or "", MEMBER)

    def give(self, person: str, role: str, place: int) -> None:
        held = self._held.setdefault(person, {})
        if person in self._roles:
            held[self._roles[person]] = place
        self._roles[person], held[role] = role, HELD

    def may(self, person: str | None, *acts: str) -> bool:
        """Whether their role, as it stands, opens one of `acts` (law/roles.py)."""
        return any(self.role(person) in MAY[act] for act in acts)

    def same_role(self, person: str | None, others: Iterable[str | None], since: int) -> bool:
        """Whether somebody else of these has, or has had since that place, a role that the person has had since then."""
        own = [role for role, until in self._roles_of(person) if role != MEMBER and until >= since]
        others = (other for other in self._patience.each(others) if other and other != person)
        return any(role in own and until >= since for other in others for role, until in self._roles_of(other))

    def _roles_of(self, person: str | None) -> Iterator[tuple[str, int]]:
        return self._patience.each(self._held.get(person or "", {}).items())

    def known(self, person: str | None) -> bool:
        """Whether any entry ever gave them a role."""
        return person in self._held

    def might(self, person: str | None, *acts: str) -> bool:
        """Whether a role that they held once opened one of `acts`."""
        return any(role in MAY[act] for role in self._held.get(person or "", ()) for act in acts)


def different(people: Iterable[str | None]) -> bool:
    """Whether these are all somebody, and nobody twice."""
    named = list(people)
    return all(named) and len(set(named)) == len(named)

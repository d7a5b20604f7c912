"""Who held which role when, from the log's own entries: people are pseudonyms, and a role that no entry gave is none."""

from collections.abc import Iterable

from chaupal_audit.law.roles import MAY

MEMBER, OWNER = "member", "owner"
CLOCK, MACHINE, AUTHORITY = "clock", "machine", "authority"


class People:
    """The roles as they stand, and those that somebody held before."""

    def __init__(self) -> None:
        self._roles: dict[str, str] = {}
        self._held: dict[str, list[tuple[int, str]]] = {}  # (the place of the act that gave it, role)
        self._once: dict[str, set[str]] = {}  # the same roles, each once

    def role(self, person: str | None) -> str:
        return self._roles.get(person or "", MEMBER)

    def give(self, person: str, role: str, place: int) -> None:
        self._roles[person] = role
        self._held.setdefault(person, []).append((place, role))
        self._once.setdefault(person, set()).add(role)

    def may(self, person: str | None, *acts: str) -> bool:
        """Whether their role, as it stands, opens one of `acts` (law/roles.py)."""
        return any(self.role(person) in MAY[act] for act in acts)

    def same_role(self, person: str | None, others: Iterable[str | None], since: int) -> bool:
        """Whether somebody else of these has, or has had since that place, a role that the person has had since then."""
        own = self._since(person, since)
        return any(own & self._since(other, since) for other in others if other and other != person)

    def _since(self, person: str | None, place: int) -> set[str]:
        held = self._held.get(person or "", [])
        before = [role for at, role in held if at < place][-1:]
        return {*before, *(role for at, role in held if at >= place)} - {MEMBER}

    def known(self, person: str | None) -> bool:
        """Whether any entry ever gave them a role."""
        return person in self._held

    def might(self, person: str | None, *acts: str) -> bool:
        """Whether a role that they held once opened one of `acts`."""
        return any(role in MAY[act] for role in self._once.get(person or "", ()) for act in acts)


def different(people: Iterable[str | None]) -> bool:
    """Whether these are all somebody, and nobody twice."""
    named = list(people)
    return all(named) and len(set(named)) == len(named)

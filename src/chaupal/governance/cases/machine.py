"""A state machine as a table that checks itself when it is made: every state can be reached, none is a dead end by mistake."""

from collections import Counter
from collections.abc import Iterable, Iterator
from enum import StrEnum

from chaupal.kernel.errors import Conflict
from chaupal_audit.law.procedure import Move as Move

DRAWN_FROM = 5  # a verb from more states than this is in no diagram


class Machine[S: StrEnum]:
    """The moves of one kind of thing, from `start`; `final` states have no way on.

    Raises ValueError with everything that is wrong with the table. `what` names the thing where a move is refused, by the
    code `moved`.
    """

    def __init__(self, what: str, moved: str, moves: Iterable[Move[S]], start: S, final: Iterable[S]) -> None:
        self.what, self.moved, self.moves, self.start, self.final = what, moved, tuple(moves), start, frozenset(final)
        if found := list(faults(self.moves, start, self.final)):
            raise ValueError("; ".join(found))
        self._states = type(start)
        self._ways = {(move.source, move.verb): move for move in self.moves}
        self._pairs = {(move.source, move.to) for move in self.moves}
        self._words = {move.verb: (move.may, move.own or move.may) for move in self.moves}

    def move(self, source: S, verb: str) -> Move[S]:
        """The move that a verb means in a state. Raises Conflict where there is none: the thing stands elsewhere."""
        found = self._ways.get((source, verb))
        if found is None:
            raise Conflict(self.moved, what=self.what, state=source.replace("_", " ") or "new")
        return found

    def may(self, verb: str, *, own: bool = False) -> str:
        """The word of `roles.MAY` that opens a verb: asked first, so that who may not is not told where the thing stands.

        `own`: under the house's own rules. Raises Conflict for a verb that the table does not know.
        """
        if verb not in self._words:
            raise Conflict("no_such_move", what=self.what)
        return self._words[verb][own]

    def verbs(self, source: S) -> frozenset[str]:
        """What can be done in a state."""
        return frozenset(move.verb for move in self.moves if move.source is source)

    def fold(self, states: Iterable[str]) -> S:
        """Where a thing stands after its events. Raises ValueError where one does not follow from the one before."""
        standing = self.start
        for came_to in map(self._states, states):
            if (standing, came_to) not in self._pairs:
                raise ValueError(f"no move leads from {standing.name} to {came_to.name}")
            standing = came_to
        return standing

    def drawn(self, besides: frozenset[str] = frozenset()) -> str:
        """The table in Markdown, for the docs: a verb that is the same from several states has one row for all of them.

        `besides`: needs and guards that go without saying.
        """
        rows: dict[tuple[str, ...], list[str]] = {}
        for m in self.moves:
            to = "(stays)" if m.source is m.to else m.to.value
            told = (", ".join(one for one in of if one not in besides) for of in (m.needs, m.guards))
            rest = _words(m.may, m.own), *(of.replace("_", " ") or "·" for of in told)
            rows.setdefault((m.verb, to, *rest), []).append(m.source.value or "·")
        lines = (f"| {verb} | {', '.join(sources)} | {' | '.join(rest)} |" for (verb, *rest), sources in rows.items())
        return "\n".join(("| verb | from | to | who may | needs | guards |", "|---|---|---|---|---|---|", *lines))

    def diagram(self) -> str:
        """The usual ways as a Mermaid state diagram; verbs that lead the same way share an arrow. What leads on from nearly
        everywhere would hide them, and stands in the table."""
        sources = Counter(m.verb for m in self.moves)
        arrows: dict[tuple[str, str], list[str]] = {}
        for m in self.moves:
            if m.source is not m.to and sources[m.verb] <= DRAWN_FROM:
                arrows.setdefault((m.source.value or "[*]", m.to.value), []).append(m.verb)
        lines = [f"    {source} --> {to} : {', '.join(verbs)}" for (source, to), verbs in arrows.items()]
        return "\n".join(("stateDiagram-v2", *lines))


def _words(may: str, own: str) -> str:
    return f"{may}, own rules: {own}" if own and own != may else may or "by itself"


def faults[S: StrEnum](moves: Iterable[Move[S]], start: S, final: frozenset[S]) -> Iterator[str]:
    """What is wrong with a table: states out of reach or without a way on, verbs that lead two ways or are two people's."""
    moves = tuple(moves)
    states: type[S] = type(start)
    reached = {start}
    while more := {m.to for m in moves if m.source in reached} - reached:
        reached |= more
    yield from (f"{state.name} cannot be reached" for state in states if state not in reached)
    if len({(m.source, m.verb) for m in moves}) < len(moves):
        yield "a move is written twice"
    if len({(m.verb, m.may, m.own) for m in moves}) > len({m.verb for m in moves}):
        yield "a verb is opened by two words"
    yield from (
        f"{m.verb} is guarded against nothing of one's own" for m in moves if m.may and "not_own" not in m.guards
    )
    sources = {m.source for m in moves}
    yield from (f"{state.name} has no way on" for state in states if state not in final and state not in sources)
    yield from (f"{state.name} is final and has a way on" for state in states if state in final and state in sources)

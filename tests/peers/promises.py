"""What people of a server were promised in a storm, and which words on the wire are about it."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum

from peers.wire import Word


class Kind(StrEnum):
    """What somebody did."""

    POST = "post"
    LIKE = "like"
    BOOST = "boost"
    FOLLOW = "follow"


SAID = {Kind.POST: ("Create",), Kind.LIKE: ("Like",), Kind.BOOST: ("Announce",), Kind.FOLLOW: ("Follow", "Undo Follow")}


@dataclass(frozen=True)
class Promise:
    """How it is to be in the end. `uri`: of the post that is said, liked or boosted; of who follows. `on`: False: no more."""

    kind: Kind
    uri: str
    on: bool

    def is_about(self, word: Word, star: str) -> bool:
        """Whether it was said with this. `star`: who is followed."""
        kind, actor, thing = word.what
        if kind not in SAID[self.kind]:
            return False
        return (actor, thing) == (self.uri, star) if self.kind is Kind.FOLLOW else thing == self.uri

    def is_kept_by(self, word: Word, star: str) -> bool:
        """Whether nothing but this had to be said. `star`: who is followed, and named."""
        if self.kind is Kind.POST:
            return word.names(star)
        return word.what[0].startswith("Undo") is not self.on


@dataclass
class Promises:
    """What is to be, by what it is about; None: nobody was answered, so it may be either way."""

    states: dict[tuple[Kind, str], bool | None] = field(default_factory=dict[tuple[Kind, str], bool | None])
    in_hand: set[tuple[Kind, str]] = field(default_factory=set[tuple[Kind, str]])

    def sure(self, kind: Kind, uri: str) -> None:
        self.states[kind, uri] = True

    @contextmanager
    def trying(self, kind: Kind, uri: str, *, on: bool) -> Generator[None]:
        """It is promised where what is done within goes well."""
        self.states[kind, uri] = None
        self.in_hand.add((kind, uri))
        try:
            yield
            self.states[kind, uri] = on
        finally:
            self.in_hand.discard((kind, uri))

    def busy(self, kind: Kind, uri: str) -> bool:
        return (kind, uri) in self.in_hand

    def state(self, kind: Kind, uri: str) -> bool | None:
        return self.states.get((kind, uri))

    def tried(self, kind: Kind, uri: str) -> bool:
        return (kind, uri) in self.states

    def posts(self) -> list[str]:
        return [uri for kind, uri in self.states if kind is Kind.POST]

    def kept(self) -> list[Promise]:
        """All that are to be kept."""
        return [Promise(kind, uri, on) for (kind, uri), on in self.states.items() if on is not None]

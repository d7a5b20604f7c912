"""What the law must know: of the thing looked at, of the viewer's ties, of the rulings in force."""

from collections.abc import Mapping
from enum import IntEnum

import msgspec

from chaupal.policy.rulings import NO_RULINGS, RulingIndex
from chaupal.text.language import is_among


class Visibility(IntEnum):
    """Whom a post is for; the numbers are stored. LOCAL: whoever is signed in at this server, and no other server."""

    PUBLIC = 0
    UNLISTED = 1
    PRIVATE = 2
    DIRECT = 3
    LOCAL = 4

    @property
    def wire(self) -> str:
        return WIRE[self]

    @property
    def as_mastodon(self) -> str:
        """The nearest that apps of Mastodon know: beside it stands `local_only`."""
        return WIRE[Visibility.UNLISTED if self is Visibility.LOCAL else self]


# The widest first.
WIRE = {
    Visibility.PUBLIC: "public",
    Visibility.UNLISTED: "unlisted",
    Visibility.LOCAL: "local",
    Visibility.PRIVATE: "private",
    Visibility.DIRECT: "direct",
}
FROM_WIRE = {name: visibility for visibility, name in WIRE.items()}


def narrowest(*of: Visibility) -> Visibility:
    """The one of these that is for the fewest. LOCAL and PRIVATE do not hold each other, since followers may be elsewhere: DIRECT is
    left of both.
    """
    if Visibility.LOCAL in of and Visibility.PRIVATE in of:
        return Visibility.DIRECT
    return max(of, key=tuple(WIRE).index)


def answering(asked: Visibility, *to: Visibility) -> Visibility:
    """Whom an answer is for, or a quote: never more people than what it answers or quotes. One for followers may answer what stays
    here, and goes where they are, for it does not say there what it answers.
    """
    return narrowest(asked, *(one for one in to if (asked, one) != (Visibility.PRIVATE, Visibility.LOCAL)))


class Subject(msgspec.Struct, frozen=True):
    """A post or a person, as the law sees it.

    `names` are all ids a ruling or a block could name to reach it: itself, its author, its media and what these show, its server.
    A person is a Subject whose `id` and `author` are the same and whose visibility is PUBLIC.
    """

    id: int
    author: int
    visibility: Visibility
    names: frozenset[int]
    mentions: tuple[int, ...] = ()
    media: tuple[int, ...] = ()
    contents: tuple[int, ...] = ()  # of each of these, what it is whoever uploaded it how often; empty: as `media`
    terms: tuple[str, ...] = ()  # count keys of its tags
    inner: "Subject | None" = None  # what it reposts
    server: int = 0  # from which it came; 0: from ours

    @property
    def person(self) -> bool:
        return self.id == self.author


class Relations(msgspec.Struct, frozen=True):
    """The viewer's ties, as sets of account ids, and what else makes their home. `stranger` to all when nobody is signed in."""

    following: frozenset[int] = frozenset()
    blocking: frozenset[int] = frozenset()
    blocked_by: frozenset[int] = frozenset()
    muting: frozenset[int] = frozenset()
    apart: frozenset[int] = frozenset()  # blocking, blocked by, muting, hidden servers: the union, for one quick look
    quiet: frozenset[int] = frozenset()  # followed, but without their reposts
    until: int = 2**63 - 1  # ms: when the next timed mute ends
    hidden_servers: frozenset[int] = frozenset()  # of which they want nothing but whom they follow there
    languages: Mapping[int, frozenset[str]] = {}  # of those who are followed in some languages only: codes of these
    aside: frozenset[int] = frozenset()  # who stands in an exclusive list instead of the home
    at_home: frozenset[int] = frozenset()  # themselves, and whom they follow without those
    tags: frozenset[str] = frozenset()  # count keys of those that they follow
    home_in: tuple[str, ...] = ()  # codes of the languages that their home is in; none: all

    def wants_in(self, language: str, author: int) -> bool:
        """Whether what somebody says in a language is wanted of them."""
        wanted = self.languages.get(author)
        return wanted is None or is_among(language, wanted)


STRANGER = Relations()


class Facts(msgspec.Struct, frozen=True):
    """All that a verdict may rest on beside the viewer, the surface and the subject."""

    relations: Relations = STRANGER
    rulings: RulingIndex = NO_RULINGS

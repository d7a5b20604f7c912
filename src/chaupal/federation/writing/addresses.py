"""Where things of ours are for other servers: an id is the address of the page, and what hangs on a thing begins with its id."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec

PUBLIC = "https://www.w3.org/ns/activitystreams#Public"  # everybody, as an address (ActivityPub §5.6)


class ActorNamed(NamedTuple):
    """Somebody as servers name them: the actor's id, the page, and the handle, which has a host where they are not ours."""

    handle: str
    uri: str
    url: str
    server: int = 0

    @property
    def username(self) -> str:
        """The handle without its host."""
        return self.handle.partition("@")[0]


class NoteAddresses(msgspec.Struct, frozen=True, kw_only=True):
    """What a post points at, as addresses: nobody's words. Empty where it points at nothing.

    `people`: its author and whom it names, by id. `thread`: the collection of its conversation, where that began here.
    `stamp`: what lets it quote (FEP-044f). `reader`: for whom the addresses of its files are written; 0: they are for everybody.
    `withheld`: what is said of where it, or a picture of it, is withheld, by its id.
    """

    people: Mapping[int, ActorNamed]
    answers: str = ""
    thread: str = ""
    quotes: str = ""
    stamp: str = ""
    carries: str = ""
    reader: int = 0
    withheld: Mapping[int, dict[str, Any]] = {}


def person(origin: str, handle: str) -> str:
    """Somebody of ours."""
    return f"{origin}/@{handle}"


def post(origin: str, handle: str, id_: int) -> str:
    """A post of ours, or a repost: then it is the activity's id."""
    return f"{origin}/@{handle}/{id_}"


def house(origin: str) -> str:
    """The server itself, which asks other servers for things."""
    return f"{origin}/actor"


def house_name(domain: str) -> str:
    """The server's own name, before the @: its host, without the port that names are not made of."""
    return domain.partition(":")[0]


def inbox(origin: str) -> str:
    """The inbox that all our people share."""
    return f"{origin}/inbox"


def followers(actor: str) -> str:
    """Those who follow somebody of ours."""
    return f"{actor}/followers"


def key(actor: str) -> str:
    """The key that one of our actors signs with."""
    return f"{actor}#main-key"


def stamp(quoted: str, quoting: int) -> str:
    """What lets a post quote one of ours. `quoted`: the address of ours; `quoting`: the id that the other has here."""
    return f"{quoted}/quotes/{quoting}"


def acct(domain: str, named: ActorNamed) -> str:
    """`asha@this.server`, as it is written in mentions and in WebFinger."""
    return named.handle if named.server else f"{named.handle}@{domain}"

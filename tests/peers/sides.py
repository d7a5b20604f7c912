"""A side of a meeting: what any server's people can do and see, however that server is spoken to."""

import html
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Protocol

PUBLIC = ("https://www.w3.org/ns/activitystreams#Public", "as:Public", "Public")

type Json = dict[str, Any]


class NotKnown(Exception):
    """This server has no such thing; the words say what is known of it instead."""


@dataclass(frozen=True)
class Person:
    """Somebody on one of the servers."""

    name: str
    uri: str
    address: str  # name@host


@dataclass(frozen=True)
class PostToSay:
    """What somebody is to say; `names` are mentioned, `answers` and `quotes` are addresses of posts, `of` their author."""

    text: str
    visibility: str = "public"
    warning: str = ""
    names: tuple[Person, ...] = ()
    answers: str = ""
    quotes: str = ""
    of: Person | None = None
    picture: bytes = b""
    described: str = ""
    options: tuple[str, ...] = ()


@dataclass(frozen=True)
class PostSeen:
    """A post as a server shows it to somebody, in plain words."""

    text: str
    visibility: str = ""
    warning: str = ""
    described: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    votes: dict[str, int] = field(default_factory=dict[str, int])
    answers: str = ""
    quotes: str = ""


class Side(Protocol):
    """One server. Addresses (`uri`) are those that servers use with one another."""

    name: str

    async def join(self, name: str) -> Person: ...
    async def finds(self, who: Person, what: str) -> bool:
        """Whether `who` finds a person by address or uri."""
        ...

    async def follow(self, who: Person, whom: Person) -> None: ...
    async def unfollow(self, who: Person, whom: Person) -> None: ...
    async def follows(self, who: Person, whom: Person) -> bool:
        """Whether the other side has agreed."""
        ...

    async def followed(self, who: Person, by: Person) -> bool: ...
    async def say(self, who: Person, said: PostToSay) -> str: ...
    async def edit(self, who: Person, uri: str, text: str) -> None: ...
    async def delete(self, who: Person, uri: str) -> None: ...
    async def sees(self, who: Person, uri: str) -> PostSeen | None:
        """The post as it came to `who`: in their timeline, or because it names them. None: it did not."""
        ...

    async def like(self, who: Person, uri: str, of: Person) -> None: ...
    async def unlike(self, who: Person, uri: str, of: Person) -> None: ...
    async def boost(self, who: Person, uri: str, of: Person) -> None: ...
    async def unboost(self, who: Person, uri: str, of: Person) -> None: ...
    async def likes(self, who: Person, uri: str) -> int: ...
    async def boosts(self, who: Person, uri: str) -> int: ...
    async def vote(self, who: Person, uri: str, of: Person, choice: str) -> None: ...
    async def votes(self, uri: str) -> list[str]:
        """Each vote that came for one of its own polls, by the name of its option."""
        ...

    async def block(self, who: Person, whom: Person) -> None: ...
    async def blocked(self, who: Person, by: Person) -> bool:
        """Whether this server knows that `by` has blocked its own `who`."""
        ...

    async def report(self, who: Person, whom: Person, uri: str, text: str) -> None: ...
    async def reports(self) -> list[str]: ...
    async def told(self, who: Person) -> list[str]:
        """The words of posts that name `who`."""
        ...

    async def states(self, who: Person, uri: str) -> bool:
        """Whether it came here that the post's own server withholds it somewhere."""
        ...

    async def alias(self, who: Person, other: Person) -> None: ...
    async def move(self, who: Person, to: Person) -> None: ...


def listed(value: Any) -> list[Any]:
    """ActivityStreams: one, several or nothing."""
    return [] if value is None else value if isinstance(value, list) else [value]


def plain(content: str) -> str:
    """HTML as words."""
    return html.unescape(re.sub(r"<[^>]+>", "", re.sub(r"<(br|/p|p)[^>]*>", " ", content))).strip()


def visibility(thing: Json) -> str:
    """By the word that clients use, as Mastodon reads `to` and `cc`."""
    to, cc = listed(thing.get("to")), listed(thing.get("cc"))
    if any(one in PUBLIC for one in to):
        return "public"
    if any(one in PUBLIC for one in cc):
        return "unlisted"
    return "private" if any(str(one).endswith("/followers") for one in (*to, *cc)) else "direct"


def seen(thing: Json) -> PostSeen:
    """A Note or Question, as a server that keeps what it was sent would show it."""
    options = [*listed(thing.get("oneOf")), *listed(thing.get("anyOf"))]
    return PostSeen(
        plain(thing.get("content") or next(iter((thing.get("contentMap") or {}).values()), "")),
        visibility(thing),
        plain(thing.get("summary") or ""),
        tuple(one.get("name") or one.get("summary") or "" for one in listed(thing.get("attachment"))),
        tuple(one["name"] for one in options),
        {one["name"]: int((one.get("replies") or {}).get("totalItems") or 0) for one in options},
        _uri(thing.get("inReplyTo")),
        _uri(thing.get("quote") or thing.get("quoteUrl") or thing.get("_misskey_quote")),
    )


def _uri(value: Any) -> str:
    return next((one if isinstance(one, str) else one.get("id", "") for one in listed(value)), "")


def mentioned(text: str, names: Iterable[Person], spelled: Callable[[Person], str] = lambda one: one.address) -> str:
    """The text with those whom it names before it, as people type."""
    return " ".join([*(f"@{spelled(one)}" for one in names), text])

"""People of other servers and what they say, as rows: for tests in which no server is asked."""

from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import update

from chaupal.kernel.clock import SECOND
from chaupal.policy.facts import Visibility
from chaupal.policy.things import Mention, Post, Tag
from chaupal.policy.viewer import Viewer
from chaupal.social.context import Elsewhere, FoundElsewhere
from chaupal.social.posts import posts
from chaupal.store.machine.dialect import param, statement, text_param
from chaupal.store.tables.identity import accounts
from chaupal.text.fold import count_key
from others import met, server
from village import Village

ALSO = statement(
    update(accounts)
    .where(accounts.c.id == param("of"))
    .values(language=text_param("language"), followers_count=param("followers"))
)


@dataclass(frozen=True)
class Far:
    """Somebody on another server, as they are known here."""

    id: int
    handle: str
    server: int

    @property
    def host(self) -> str:
        return self.handle.partition("@")[2]

    @property
    def uri(self) -> str:
        return f"https://{self.host}/users/{self.handle.partition('@')[0]}"

    @property
    def url(self) -> str:
        return f"https://{self.host}/@{self.handle.partition('@')[0]}"

    @property
    def path(self) -> str:
        return f"/@{self.handle}"

    @property
    def viewer(self) -> Viewer:
        return Viewer(account=self.id, country="ZZ")


async def comes(
    v: Village,
    handle: str = "gita@other.example",
    name: str = "Gita Elsewhere",
    *,
    language: str = "en",
    followers: int = 0,
) -> Far:
    """Somebody of another server is known here from now on."""
    square = v.running.house.square
    v.clock.move(SECOND)
    far = Far(await met(square, handle, name=name), handle, await server(square, handle.partition("@")[2]))
    async with square.work.writing() as w:
        await w.run(ALSO, of=far.id, language=language, followers=followers)
    return far


async def says(
    v: Village, who: Far, text: str = "Rain on the other side of the river.", *, tags: tuple[str, ...] = (), **post: Any
) -> Post:
    """What somebody of another server says comes here."""
    square = v.running.house.square
    v.clock.move(SECOND)
    id_ = square.make_id()
    told: dict[str, Any] = {
        "visibility": Visibility.PUBLIC,
        "spoiler": "",
        "language": "en",
        "sensitive": False,
        "reply_to": None,
        "reply_to_account": None,
        "root": id_,
        "html": f"<p>{text}</p>",
        "uri": f"{who.uri}/statuses/{id_}",
        "url": f"{who.url}/{id_}",
        "tags": tuple(Tag(name, count_key(name)) for name in tags),
    } | post
    said = Post(id=id_, author=who.id, created_at=v.clock(), text=text, server=who.server, **told)
    async with square.work.writing() as w:
        await posts.enter(w, said)
    await v.settle()
    return said


def naming(*whom: tuple[int, str]) -> tuple[Mention, ...]:
    return tuple(Mention(id_, handle) for id_, handle in whom)


@dataclass
class AskedOfOthers:
    """What was asked of other servers, and what they answer."""

    found: dict[str, FoundElsewhere]
    names: list[str]
    templates: dict[str, str]


def answering(v: Village) -> AskedOfOthers:
    """Other servers answer what is in the lists of `AskedOfOthers`, without a network."""
    asked = AskedOfOthers({}, [], {})

    async def find(what: str) -> FoundElsewhere | None:
        asked.names.append(what)
        return asked.found.get(what)

    async def subscribe(name: str) -> str:
        asked.names.append(name)
        return asked.templates.get(name, "")

    msgspec.structs.force_setattr(v.running.house.square, "elsewhere", Elsewhere(find, subscribe, find))
    return asked

"""Pictures that stand for `:names:` with the people of other servers: one for each name of a server, fetched when it is looked at."""

import hashlib
from collections.abc import Sequence
from typing import NamedTuple

from chaupal.kernel.ids import MakeId
from chaupal.policy.facts import Subject, Visibility
from chaupal.policy.filed import Filed
from chaupal.policy.sealed import Sealed
from chaupal.policy.things import Emoji
from chaupal.store.machine.dialect import among, listed
from chaupal.store.machine.statements import selects, upserts
from chaupal.store.machine.work import Reading, Writing
from chaupal.store.tables.federation import emojis

OF_SERVER = selects(emojis, "name id url").where(among(emojis.c.name, "names"), server_id="server")
KEEP = upserts(emojis, "server_id name", kept="id", id="new", server_id="server", name="name", url="url")
ONE = selects(emojis, "server_id name url").where(id="of")


class KnownEmoji(NamedTuple):
    """One of a server. `key`: of its file here, another one for another picture."""

    server: int
    name: str
    url: str
    key: str


def key_of(id_: int, url: str) -> str:
    return f"emoji/{id_}/{hashlib.sha256(url.encode()).hexdigest()[:16]}.webp"


async def keep(w: Writing, make_id: MakeId, server: int, found: Sequence[tuple[str, str]]) -> tuple[Emoji, ...]:
    """(name, address) of each as a server has them now."""
    if not found:
        return ()
    known = await _of(w, server, [name for name, _ in found])
    for name, url in sorted(found):  # one order, so that two do not wait for each other
        if name not in known or known[name][1] != url:
            await w.run(KEEP, new=make_id(), server=server, name=name, url=url)
    known = await _of(w, server, [name for name, _ in found])
    return tuple(Emoji(name, key_of(*known[name])) for name, _ in found if name in known)


async def _of(reading: Reading, server: int, names: Sequence[str]) -> dict[str, tuple[int, str]]:
    rows = await reading.fetch(OF_SERVER, server=server, names=listed(names))
    return {row[0]: (row[1], row[2]) for row in rows}


async def by_id(reading: Reading, id_: int) -> KnownEmoji | None:
    row = await reading.first(ONE, of=id_)
    return None if row is None else KnownEmoji(row[0], row[1], row[2], key_of(id_, row[2]))


async def sealed_file(reading: Reading, id_: int) -> tuple[Sealed[Filed], str] | None:
    """Its file, judged as all that is of its server, and the key of the file."""
    known = await by_id(reading, id_)
    if known is None:
        return None
    subject = Subject(
        id=known.server,
        author=known.server,
        visibility=Visibility.PUBLIC,
        names=frozenset((known.server,)),
        server=known.server,
    )
    return Sealed(Filed(id_, "image/webp", subject, key=known.key)), known.key

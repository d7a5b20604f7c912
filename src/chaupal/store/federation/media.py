"""Pictures, films and sounds of other servers as rows: known by where they lie, fetched, and let go of again; so are those that stand for
`:names:`.
"""

import hashlib
from collections.abc import Sequence
from typing import NamedTuple

import msgspec
from sqlalchemy import exists, or_, text

from chaupal.kernel.ids import MakeId
from chaupal.policy.facts import Subject, Visibility
from chaupal.policy.filed import Filed
from chaupal.policy.sealed import Sealed
from chaupal.policy.things import Emoji, Picture, Post
from chaupal.store.identity import loose_files
from chaupal.store.machine.dialect import among, in_json, listed, param
from chaupal.store.machine.statements import deletes, same, selects, updates, upserts
from chaupal.store.machine.work import Reading, Writing
from chaupal.store.square.media import (
    COLUMNS as PICTURE_COLUMNS,
    MEASURED,
    NOT_HELD,
    enter,
    know_late,
    measured,
    picture_of,
)
from chaupal.store.square.posting import touch_with_reposts
from chaupal.store.square.posts import as_written
from chaupal.store.tables.federation import emojis, fetched_portraits
from chaupal.store.tables.identity import accounts
from chaupal.store.tables.square import media, posts

REMOTE = "remote"  # the state of what was not fetched

ADDRESSES = selects(media.c.id, media.c.remote_url).where(among(media.c.id, "ids"))
AWAY = (
    selects(media, "id remote_url kind post_id account_id", accounts.c.server, media, "tries held_until")
    .join(accounts, accounts.c.id == media.c.account_id)
    .where(media.c.id == param("of"), media.c.state == "remote")
)
HOLD = updates(media, held_until="until", tries=media.c.tries + 1).where(
    media.c.state == "remote", media.c.held_until <= param("at"), id="of"
)
KNOWN = selects(media.c.id).where(id="of")
FETCHED = (
    updates(media, **MEASURED, mime="kept_as", kind="shown_as", created_at="at", held_until=0, tries=0)
    .where(media.c.state == "remote", id="of")
    .values(state="ready")
)
LATER = updates(media, held_until="until").where(media.c.state == "remote", id="of")
TO_PAINT = (
    updates(media, mime="kept_as", kind="shown_as", demuxer="read_by", held_until=0, tries=0)
    .where(media.c.state == "remote", id="of")
    .values(state="waiting")
)
AS_PAINTED = updates(media, created_at="at").where(media.c.state == "ready", id="of")
# It could not be painted: it is where it was.
back = (
    updates(media)
    .where(or_(media.c.state == "failed", media.c.state == "waiting"), id="of")
    .values(state="remote")
    .run_of
)
ONE = selects(*PICTURE_COLUMNS).where(same(media, id="of"))
KEEP_PORTRAIT = upserts(fetched_portraits, "key", key="key", at="at")
OLD_PORTRAITS = (
    selects(fetched_portraits.c.key).where(fetched_portraits.c.at < param("before")).ordered("at").limit("n")
)
FORGET_PORTRAITS = deletes(fetched_portraits).where(among(fetched_portraits.c.key, "keys"))
IN_POST = updates(posts, pictures="shown").where(id="of")
# Fetched so long ago that it is let go of; what is held as evidence stays.
OLD = (
    selects(media, "id mime post_id")
    .where(text("remote_url <> ''"), media.c.state == "ready", media.c.created_at < param("before"), NOT_HELD)
    .ordered("created_at")
    .limit("n")
)
LET_GO = (
    updates(media, size=0)
    .where(media.c.state == "ready", text("remote_url <> ''"), NOT_HELD, id="of")
    .values(state="remote")
)
# Those of a server whose media are not wanted any more.
OF_SERVER = (
    selects(media, "id mime post_id")
    .where(
        text("remote_url <> ''"),
        media.c.state == "ready",
        NOT_HELD,
        exists().where(accounts.c.id == media.c.account_id, accounts.c.server == param("server")),
    )
    .limit("n")
)


class FileElsewhere(NamedTuple):
    """A file that lies on another server. `held_until` (ms): nobody asks for it before then."""

    id: int
    url: str
    kind: str
    post: int | None
    owner: int
    server: int
    tries: int
    held_until: int


class FetchedFile(NamedTuple):
    """A file that was fetched. `post`: that it is in."""

    id: int
    mime: str
    post: int | None


async def add(w: Writing, picture: Picture, address: str, *, owner: int) -> None:
    """A file of a post that comes; nothing of it is here yet."""
    gone = {"state": REMOTE, "remote_url": address, "frame_rate": "", "bitrate": 0, "root": 0}
    await enter(w, msgspec.structs.replace(picture, **gone), owner)


async def addresses(reading: Reading, ids: Sequence[int]) -> dict[int, str]:
    """Where each of these lies, of those that are another server's."""
    rows = await reading.fetch(ADDRESSES, ids=listed(ids)) if ids else ()
    return {row[0]: row[1] for row in rows if row[1]}


async def away(reading: Reading, id_: int) -> FileElsewhere | None:
    """None where it is here, or unknown."""
    row = await reading.first(AWAY, of=id_)
    return None if row is None else FileElsewhere(*row)


async def hold(w: Writing, id_: int, until: int) -> bool:
    """Whether it is this caller's to fetch now; until then it is nobody else's."""
    return await w.run(HOLD, of=id_, at=w.now(), until=until) == 1


async def is_known(reading: Reading, id_: int) -> bool:
    """Whether there is such a file, here or elsewhere; not once its post has gone."""
    return await reading.value(KNOWN, of=id_) is not None


async def fetched(w: Writing, picture: Picture, post: int | None, size: int, digest: str) -> None:
    """It is here, painted anew, unless it is gone or was here before. `size`, `digest` (SHA-256): of its original."""
    changed = await w.run(
        FETCHED, of=picture.id, kept_as=picture.mime, shown_as=picture.kind, at=w.now(), **measured(picture, size)
    )
    if changed:
        await know_late(w, picture.id, digest)
        await _show(w, post, picture)


async def later(w: Writing, id_: int, until: int) -> None:
    """It could not be had: nobody asks for it before then (ms)."""
    await w.run(LATER, of=id_, until=until)


async def to_paint(w: Writing, id_: int, mime: str, kind: str, demuxer: str) -> bool:
    """A film or sound that was fetched waits to be painted, as an upload does; False where it is not away any more."""
    return await w.run(TO_PAINT, of=id_, kept_as=mime, shown_as=kind, read_by=demuxer) == 1


async def painted(w: Writing, id_: int, post: int | None) -> None:
    """It was painted just now."""
    await w.run(AS_PAINTED, of=id_, at=w.now())
    row = await w.first(ONE, of=id_)
    if row is not None:
        await _show(w, post, picture_of(row))


async def keep_portrait(w: Writing, key: str) -> None:
    """It was fetched just now."""
    await w.run(KEEP_PORTRAIT, key=key, at=w.now())
    await loose_files.named(w, [key])


async def old_portraits(reading: Reading, before: int, at_most: int) -> list[str]:
    """Keys of those that were fetched before that time (ms), the oldest first."""
    return [row[0] for row in await reading.fetch(OLD_PORTRAITS, before=before, n=at_most)]


async def forget_portraits(w: Writing, keys: Sequence[str]) -> None:
    await w.run(FORGET_PORTRAITS, keys=listed(keys))


async def old(reading: Reading, before: int, at_most: int) -> list[FetchedFile]:
    """Those that were fetched before that time (ms), the oldest first."""
    return [FetchedFile(*row) for row in await reading.fetch(OLD, before=before, n=at_most)]


async def of_server(reading: Reading, server: int, at_most: int) -> list[FetchedFile]:
    """Those of a server's people that are here."""
    return [FetchedFile(*row) for row in await reading.fetch(OF_SERVER, server=server, n=at_most)]


async def let_go(w: Writing, one: FetchedFile) -> bool:
    """It is away again, until somebody asks for it; False where it may not be."""
    if not await w.run(LET_GO, of=one.id):
        return False
    post = await as_written(w, one.post) if one.post is not None else None
    kept = next((picture for picture in post.pictures if picture.id == one.id), None) if post is not None else None
    if kept is not None:
        await _show(w, one.post, msgspec.structs.replace(kept, state=REMOTE))
    return True


async def _show(w: Writing, post_id: int | None, changed: Picture) -> None:
    """The post holds what is known of its pictures. What is said of them is the post's own."""
    post: Post | None = await as_written(w, post_id) if post_id is not None else None
    if post is None or all(picture.id != changed.id for picture in post.pictures):
        return
    shown = tuple(_as_in(picture, changed) if picture.id == changed.id else picture for picture in post.pictures)
    await w.run(IN_POST, of=post.id, shown=in_json(shown))
    await touch_with_reposts(w, post.id)


def _as_in(before: Picture, changed: Picture) -> Picture:
    return msgspec.structs.replace(
        changed,
        description=before.description,
        focus=before.focus,
        key=before.key,
        root=before.root,
        captions=before.captions,
    )


EMOJIS_OF_SERVER = selects(emojis, "name id url").where(among(emojis.c.name, "names"), server_id="server")
KEEP = upserts(emojis, "server_id name", kept="id", id="new", server_id="server", name="name", url="url")
ONE_EMOJI = selects(emojis, "server_id name url").where(id="of")


class KnownEmoji(NamedTuple):
    """One of a server. `key`: of its file here, another one for another picture."""

    server: int
    name: str
    url: str
    key: str


def emoji_key(id_: int, url: str) -> str:
    return f"emoji/{id_}/{hashlib.sha256(url.encode()).hexdigest()[:16]}.webp"


async def keep_emojis(w: Writing, make_id: MakeId, server: int, found: Sequence[tuple[str, str]]) -> tuple[Emoji, ...]:
    """(name, address) of each as a server has them now."""
    if not found:
        return ()
    known = await _emojis_of(w, server, [name for name, _ in found])
    for name, url in sorted(found):  # one order, so that two do not wait for each other
        if name not in known or known[name][1] != url:
            await w.run(KEEP, new=make_id(), server=server, name=name, url=url)
    known = await _emojis_of(w, server, [name for name, _ in found])
    return tuple(Emoji(name, emoji_key(*known[name])) for name, _ in found if name in known)


async def _emojis_of(reading: Reading, server: int, names: Sequence[str]) -> dict[str, tuple[int, str]]:
    rows = await reading.fetch(EMOJIS_OF_SERVER, server=server, names=listed(names))
    return {row[0]: (row[1], row[2]) for row in rows}


async def emoji_by_id(reading: Reading, id_: int) -> KnownEmoji | None:
    row = await reading.first(ONE_EMOJI, of=id_)
    return None if row is None else KnownEmoji(row[0], row[1], row[2], emoji_key(id_, row[2]))


async def sealed_emoji(reading: Reading, id_: int) -> tuple[Sealed[Filed], str] | None:
    """Its file, judged as all that is of its server, and the key of the file."""
    known = await emoji_by_id(reading, id_)
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

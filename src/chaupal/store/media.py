"""Uploaded pictures: their rows, the sealed file for whoever asks, and the loose ones that time may sweep away."""

import hmac

import msgspec
from msgspec.structs import replace
from sqlalchemy import delete, insert, select, text, update

from chaupal.policy.facts import Subject, Visibility
from chaupal.policy.filed import Filed
from chaupal.policy.gate import subjects_of
from chaupal.policy.sealed import Sealed
from chaupal.policy.things import Picture
from chaupal.store.dialect import among, listed, param, statement, words
from chaupal.store.posts import sealed_posts
from chaupal.store.tables import media
from chaupal.store.work import Reading, Row, Writing

COLUMNS = (
    media.c.id, media.c.mime, media.c.description, media.c.blurhash, media.c.width, media.c.height, media.c.small_width,
    media.c.small_height, media.c.focus, media.c.key,
)  # fmt: skip

INSERT = statement(insert(media))
MINE = statement(select(*COLUMNS, media.c.post_id).where(media.c.id == param("of"), media.c.account_id == param("me")))
DESCRIBE = statement(
    update(media)
    .where(media.c.id == param("of"), media.c.account_id == param("me"), media.c.post_id.is_(None))
    .values(description=words("said"), focus=words("aim"))
)
DROP_MINE = statement(
    delete(media).where(media.c.id == param("of"), media.c.account_id == param("me"), media.c.post_id.is_(None))
)
FILED = statement(
    select(media.c.mime, media.c.account_id, media.c.post_id, media.c.was_of, media.c.key).where(
        media.c.id == param("of")
    )
)
LOOSE = text("post_id IS NULL")
LOOSE_SINCE = statement(
    select(media.c.id)
    .where(LOOSE, media.c.loose_at < param("before"))
    .order_by(media.c.loose_at, media.c.id)
    .limit(param("n"))
)
DROP_LOOSE = statement(delete(media).where(among(media.c.id, "ids"), LOOSE).returning(media.c.id, media.c.mime))
AFTER = statement(
    select(media.c.id, media.c.mime).where(media.c.id > param("above")).order_by(media.c.id).limit(param("n"))
)


# What an original may be kept as, and how its file's name ends.
SUFFIX = {"image/jpeg": ".jpg", "image/png": ".png", "image/webp": ".webp", "image/gif": ".gif"}
SMALL = "image/webp"  # what every small rendition is


class Kept(msgspec.Struct, frozen=True):
    """One's own upload, and the post that it is in (None: not yet, or no longer)."""

    picture: Picture
    post: int | None


async def add(w: Writing, picture: Picture, *, owner: int, size: int) -> None:
    """A new upload, not yet in any post. `size`: bytes of its original."""
    now = w.now()
    await w.run(
        INSERT, id=picture.id, account_id=owner, key=picture.key, mime=picture.mime, description=picture.description,
        blurhash=picture.blurhash, width=picture.width, height=picture.height, small_width=picture.small_width,
        small_height=picture.small_height, size=size, focus=written_focus(picture.focus), created_at=now, loose_at=now,
    )  # fmt: skip


async def own(reading: Reading, id_: int, owner: int) -> Kept | None:
    """The owner's upload, or None."""
    row = await reading.first(MINE, of=id_, me=owner)
    return None if row is None else Kept(picture_of(row), row[10])


async def describe(w: Writing, picture: Picture, owner: int) -> bool:
    """Keep a loose upload's new description and focus; False where it is not the owner's, or in a post."""
    changed = await w.run(DESCRIBE, of=picture.id, me=owner, said=picture.description, aim=written_focus(picture.focus))
    return changed == 1


async def drop(w: Writing, id_: int, owner: int) -> bool:
    """Forget a loose upload; False where it is not the owner's, or in a post."""
    return await w.run(DROP_MINE, of=id_, me=owner) == 1


async def sealed_file(reading: Reading, id_: int, key: str) -> Sealed[Filed] | None:
    """A picture's file, sealed. The right `key` stands for being in its audience, whatever that is; rulings stay."""
    row = await reading.first(FILED, of=id_)
    if row is None:
        return None
    mime, owner, post_id, was_of, kept_key = row
    subject = await _subject(reading, id_, owner, post_id, was_of)
    if subject is None:
        return None
    if kept_key and hmac.compare_digest(key.encode("utf-8", "replace"), kept_key.encode()):
        subject = replace(subject, visibility=Visibility.PUBLIC)
    return Sealed(Filed(id_, mime, subject))


async def _subject(reading: Reading, id_: int, owner: int, post_id: int | None, was_of: int | None) -> Subject | None:
    if post_id is not None:
        found = subjects_of(await sealed_posts(reading, [post_id]))
        return replace(found[0], media=(id_,), names=frozenset((post_id, owner, id_)), terms=()) if found else None
    # In no post: its owner's alone. What was ruled on the post that it came from still binds it.
    post = was_of or id_
    return Subject(
        id=post, author=owner, visibility=Visibility.DIRECT, names=frozenset((post, owner, id_)), media=(id_,)
    )


async def drop_loose(w: Writing, before: int, at_most: int) -> list[tuple[int, str]]:
    """Forget uploads that have been in no post since before that time (ms): (id, type) of those that went."""
    ids = [row[0] for row in await w.fetch(LOOSE_SINCE, before=before, n=at_most)]
    # Asked again while deleting: on PostgreSQL a post may have taken one meanwhile.
    return [(row[0], row[1]) for row in await w.fetch(DROP_LOOSE, ids=listed(ids))] if ids else []


async def after(reading: Reading, above: int, at_most: int) -> list[tuple[int, str]]:
    """(id, type) of all uploads in order of id, to walk through them."""
    return [(row[0], row[1]) for row in await reading.fetch(AFTER, above=above, n=at_most)]


def file_keys(id_: int, mime: str) -> tuple[str, str]:
    """Where a picture's original (of that type) and its small rendition lie."""
    return f"media/{id_}/original{SUFFIX[mime]}", f"media/{id_}/small{SUFFIX[SMALL]}"


def picture_of(row: Row) -> Picture:
    """A row that begins with COLUMNS, as a Picture."""
    id_, mime, description, blurhash, width, height, small_width, small_height, focus, key = row[:10]
    return Picture(
        id_, mime, description, blurhash, width, height, small_width, small_height, read_focus(focus), key=key
    )


def written_focus(focus: tuple[float, float]) -> str:
    return f"{focus[0]:g},{focus[1]:g}"


def read_focus(text_: str) -> tuple[float, float]:
    x, _, y = text_.partition(",")
    return float(x or 0), float(y or 0)

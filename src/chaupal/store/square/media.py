"""Uploads: their rows, what waits to be painted, the sealed file for whoever asks, and the loose ones that time sweeps away."""

import zlib
from collections.abc import Iterable, Sequence

import msgspec
from msgspec.structs import replace
from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select, text

from chaupal.policy.facts import Subject, Visibility
from chaupal.policy.filed import Filed
from chaupal.policy.gate import subjects_of
from chaupal.policy.sealed import Sealed
from chaupal.policy.things import Picture
from chaupal.store.machine.dialect import among, listed, param
from chaupal.store.machine.shelves import EVERY, POSTS, RULINGS
from chaupal.store.machine.statements import Form, deletes, inserts, inserts_once, same, selects, updates
from chaupal.store.machine.work import Reading, Row, Writing
from chaupal.store.square.posts import sealed_posts
from chaupal.store.tables.court import evidence, rulings
from chaupal.store.tables.square import captions, kept_media, media, media_contents, media_uses, posts

COLUMNS = [media.c[name] for name in Picture.__struct_fields__]
POST_AT = len(COLUMNS)  # where the post stands in a row that has it behind these


def _focus(text_: str) -> tuple[float, float]:
    x, _, y = text_.partition(",")
    return float(x or 0), float(y or 0)


PICTURES = Form(Picture, {"focus": (_focus, lambda focus: f"{focus[0]:g},{focus[1]:g}")})

LOOSE = text("post_id IS NULL")
COMING = "coming"  # the state of an upload whose files are being put


def _of(subject: ColumnElement[int], made: ColumnElement[int]) -> ColumnElement[bool]:
    """Whether that is the upload, the post that it was in, or whoever had posted it by then (ids grow with time)."""
    owner = and_(subject == media.c.account_id, media.c.was_of < made)
    return or_(subject == media.c.id, subject == media.c.was_of, owner)


# What is held as evidence stays, whoever lets go of it.
NOT_HELD = ~exists().where(evidence.c.purged_at.is_(None), _of(evidence.c.subject_id, evidence.c.id))
# A draft or a scheduled post still needs it.
NOT_NEEDED = ~exists().where(kept_media.c.media_id == media.c.id)
INSERT = inserts(media)
MINE = selects(*COLUMNS, media.c.post_id).where(same(media, id="of", account_id="me"))
DESCRIBE = updates(media, "description focus captions").where(id="of", account_id="me", post_id=None)
NEW_SMALL = updates(media, blurhash="blurhash", small_width="width", small_height="height").where(
    media.c.state == "ready", id="of", account_id="me", post_id=None
)
_waiting = selects(media, "id kind mime tries demuxer blurhash small_width small_height").where(
    text("state = 'waiting'"), media.c.held_until <= param("at")
)
WAITING_ONE = _waiting.where(id="of")
WAITING = _waiting.ordered("id").limit("n")
HOLD = updates(media, held_until="until", tries=media.c.tries + 1).where(
    media.c.state == "waiting", media.c.held_until <= param("at"), id="of"
)
HOLD_ON = updates(media, held_until="until").where(media.c.state == "waiting", id="of")
# Not painted after all: somebody else may.
let_go = updates(media, held_until=0).where(media.c.state == "waiting", id="of").run_of
# What is known of a file once it is painted anew: the column, and the parameter of its statements (`measured`).
MEASURED = {
    "blurhash": "hash",
    "width": "wide",
    "height": "high",
    "small_width": "small_wide",
    "small_height": "small_high",
    "size": "bytes",
    "length": "ms",
    "frame_rate": "rate",
    "bitrate": "bits",
}
PAINTED = updates(media, **MEASURED).where(media.c.state == "waiting", id="of").values(state="ready")
# It cannot be painted; its owner is told when they ask for it.
failed = updates(media).where(media.c.state == "waiting", id="of").values(state="failed").run_of
CAME = updates(media, state="as_it_is").where(media.c.state == COMING, id="of")
DROP_MINE = (
    deletes(media)
    .where(NOT_HELD, id="of", account_id="me", post_id=None)
    .returning(media.c.id, media.c.mime, media.c.root)
)
FILED = selects(media, "mime account_id post_id was_of key blurhash state root").where(id="of")
LOOSE_SINCE = (
    selects(media.c.id)
    .where(LOOSE, media.c.loose_at < param("before"), NOT_HELD, NOT_NEEDED)
    .ordered("loose_at id")
    .limit("n")
)
DROP_LOOSE = (
    deletes(media)
    .where(among(media.c.id, "ids"), LOOSE, NOT_HELD, NOT_NEEDED)
    .returning(media.c.id, media.c.mime, media.c.root)
)
# What a ruling binds is held a moment after it was decided, when its beginning is carried on: until then it is not dropped at once.
NOT_BOUND = ~exists().where(rulings.c.lifted_at.is_(None), _of(rulings.c.subject_id, rulings.c.id))
# The uploads in a post, those that an edit took out of it among them.
ids_of = selects(media.c.id).where(post_id="of").ids_of
DROP_NOW = (
    deletes(media)
    .where(among(media.c.id, "ids"), LOOSE, NOT_HELD, NOT_NEEDED, NOT_BOUND)
    .returning(media.c.id, media.c.mime, media.c.root)
)
KNOWN_AS = selects(func.min(media_contents.c.root)).where(
    same(media_contents, account_id="me"), among(media_contents.c.sha256, "digests")
)
KNOW = inserts_once(media_contents, account_id="me", sha256="digest", root="root")
USE = inserts_once(media_uses, post_id="of", root="root")
RULED = selects(rulings.c.id).where(subject_id="of", lifted_at=None)
OF_WHOM = selects(media.c.account_id, media.c.root).where(id="of")
# The newest other posts that show what one of these does, by its content.
CONTENTS_OF = (
    selects(media_uses.c.root)
    .where(among(media_uses.c.post_id, "ids"))
    .union(select(case((media.c.root == 0, media.c.id), else_=media.c.root)).where(media.c.id == param("picture")))
)
SHARING = (
    selects(posts, "id author visibility reply_to_account")
    .where(
        posts.c.id.in_(select(media_uses.c.post_id).where(among(media_uses.c.root, "roots"))), ~among(posts.c.id, "but")
    )
    .ordered("-id")
    .limit("n")
)
# Uploads of which nobody knows yet what they are known by: taken in before that was written down, or since it could be read.
UNKNOWN = (
    selects(media, "id account_id mime root")
    .where(
        media.c.id > param("above"),
        media.c.state == "ready",
        ~exists().where(media_contents.c.root == case((media.c.root == 0, media.c.id), else_=media.c.root)),
    )
    .ordered("id")
    .limit("n")
)
MERGE = updates(media, root="into").where(media.c.root == 0, id="of")
USES_OF = selects(media_uses.c.post_id).where(root="of")
UNUSE = deletes(media_uses).where(root="of")


def _unused(root: ColumnElement[int]) -> tuple[ColumnElement[bool], ...]:
    """No upload shows it any more, and nothing withholds it."""
    used = media_uses.alias("used")
    bound = exists().where(used.c.root == root, rulings.c.subject_id == used.c.post_id, rulings.c.lifted_at.is_(None))
    named = exists().where(rulings.c.subject_id == root, rulings.c.lifted_at.is_(None))
    return ~exists().where(or_(media.c.root == root, media.c.id == root)), ~bound, ~named


DROP_CAPTIONS = deletes(captions).where(among(captions.c.media_id, "ids"))
FORGET_CONTENTS = deletes(media_contents).where(among(media_contents.c.root, "ids"), *_unused(media_contents.c.root))
FORGET_USES = deletes(media_uses).where(among(media_uses.c.root, "ids"), *_unused(media_uses.c.root))
AFTER = selects(media, "id mime state").where(media.c.id > param("above")).ordered("id").limit("n")


# What an original may be kept as, and how its file's name ends.
SUFFIX = {
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/webp": ".webp",
    "image/gif": ".gif",
    "video/mp4": ".mp4",
    "audio/mpeg": ".mp3",
}
SMALL = "image/webp"  # what every small rendition is


class UnpaintedUpload(msgspec.Struct, frozen=True):
    """An upload that is to be painted, and how often that was tried. `demuxer`: by which it is read.

    A small rendition there may be already, where its owner chose one: `blurhash` and sizes are that one's.
    """

    id: int
    kind: str
    mime: str
    tries: int
    demuxer: str
    blurhash: str
    small_width: int
    small_height: int

    @property
    def has_small(self) -> bool:
        return self.small_width > 0


class OwnUpload(msgspec.Struct, frozen=True):
    """One's own upload, and the post that it is in (None: not yet, or no longer)."""

    picture: Picture
    post: int | None


async def add(
    w: Writing, picture: Picture, *, owner: int, size: int, demuxer: str = "", digests: Sequence[str] = ()
) -> None:
    """A new upload, not yet in any post, whose files are coming. `size`: bytes of its original; `demuxer`: by which it is read, once.

    `digests`: SHA-256 (hex) of what was sent and of what is kept, by which it is the same as what this account uploaded before.
    """
    root = await known_as(w, owner, digests)
    await know(w, owner, digests, root or picture.id)
    await enter(w, replace(picture, state=COMING, root=root or 0, remote_url=""), owner, size, demuxer)


async def enter(w: Writing, picture: Picture, owner: int, size: int = 0, demuxer: str = "") -> None:
    """The row of a file that is in no post."""
    now = w.now()
    more = {"account_id": owner, "size": size, "demuxer": demuxer, "created_at": now, "loose_at": now, "held_until": 0}
    await w.run(INSERT, tries=0, **more, **PICTURES.written(picture))


async def came(w: Writing, picture: Picture) -> bool:
    """All its files are there: it is in its own state from now on. False where nobody wants it any more."""
    return await w.run(CAME, of=picture.id, as_it_is=picture.state) == 1


async def known_as(reading: Reading, owner: int, digests: Sequence[str]) -> int | None:
    """The first upload by the account of what has one of these digests, or None."""
    return await reading.value(KNOWN_AS, me=owner, digests=listed(digests)) if digests else None


async def know(w: Writing, owner: int, digests: Sequence[str], root: int) -> None:
    """What has one of these digests is the same as that upload."""
    for digest in dict.fromkeys(digests):
        await w.run(KNOW, me=owner, digest=digest, root=root)


async def sharing(
    reading: Reading, ids: Sequence[int], picture: int, at_most: int
) -> list[tuple[int, int, int, int | None]]:
    """(post, author, visibility, whom it answers) of the newest other posts with what these or the picture show (0: none)."""
    rows = await reading.fetch(CONTENTS_OF, ids=listed(ids), picture=picture)
    roots = [row[0] for row in rows]
    found = await reading.fetch(SHARING, roots=listed(roots), but=listed(ids), n=at_most) if roots else ()
    return [(row[0], row[1], row[2], row[3]) for row in found]


async def unknown(reading: Reading, above: int, at_most: int) -> list[tuple[int, int, str]]:
    """(upload, owner, MIME type) above an id, of which no digest is known: they were taken in before that was written down."""
    rows = await reading.fetch(UNKNOWN, above=above, n=at_most)
    return [(row[0], row[1], row[2]) for row in rows]


async def know_late(w: Writing, id_: int, digest: str) -> None:
    """Its file has this digest. Where its owner uploaded the same again, the two are one from now on, with all their uses."""
    row = await w.first(OF_WHOM, of=id_)
    if row is None:
        return
    owner, root = row[0], row[1] or id_
    same = await known_as(w, owner, [digest])
    if same is None or same == root or not await w.run(MERGE, of=id_, into=same):
        await know(w, owner, [digest], root)
        return
    used = [row[0] for row in await w.fetch(USES_OF, of=id_)]
    await w.run(UNUSE, of=id_)
    for post in used:
        await use(w, post, [same])
    for subject in (id_, same, *[row[0] for row in await w.fetch(USES_OF, of=same)]):
        for ruled in await w.fetch(RULED, of=subject):
            w.touch(RULINGS, ruled[0])
    w.touch(POSTS, EVERY)  # each holds what its pictures are known by


async def use(w: Writing, post: int, contents: Iterable[int]) -> None:
    """Pictures are in a post; what is, or will be, ruled on it goes with them wherever else their owner uses them."""
    added = [await w.run(USE, of=post, root=content) for content in dict.fromkeys(contents)]
    if any(added):
        for row in await w.fetch(RULED, of=post):
            w.touch(RULINGS, row[0])


async def own(reading: Reading, id_: int, owner: int) -> OwnUpload | None:
    """The owner's upload, or None."""
    row = await reading.first(MINE, of=id_, me=owner)
    return None if row is None else OwnUpload(picture_of(row), row[POST_AT])


async def describe(w: Writing, picture: Picture, owner: int) -> bool:
    """Keep a loose upload's new description and focus; False where it is not the owner's, or in a post."""
    return await w.run(DESCRIBE, of=picture.id, me=owner, **PICTURES.written(picture)) == 1


async def new_small(w: Writing, picture: Picture, owner: int) -> bool:
    """Another small rendition has been painted; False where the upload is not the owner's, not loose or not ready."""
    changed = await w.run(
        NEW_SMALL,
        of=picture.id,
        me=owner,
        blurhash=picture.blurhash,
        width=picture.small_width,
        height=picture.small_height,
    )
    return changed == 1


async def waiting(reading: Reading, at: int, at_most: int) -> list[UnpaintedUpload]:
    """Uploads that nobody paints at that time (ms), the oldest first."""
    return [UnpaintedUpload(*row) for row in await reading.fetch(WAITING, at=at, n=at_most)]


async def waiting_one(reading: Reading, id_: int, at: int) -> UnpaintedUpload | None:
    """The same for one upload."""
    row = await reading.first(WAITING_ONE, of=id_, at=at)
    return None if row is None else UnpaintedUpload(*row)


async def hold_on(w: Writing, id_: int, until: int) -> None:
    """It takes longer: nobody else may take it up before then."""
    await w.run(HOLD_ON, of=id_, until=until)


async def hold(w: Writing, id_: int, until: int) -> bool:
    """Take it upon oneself to paint an upload; False where another process has, or it is painted."""
    return await w.run(HOLD, of=id_, at=w.now(), until=until) == 1


async def painted(w: Writing, picture: Picture, size: int, digest: str) -> bool:
    """An upload that waited is ready; False where it is gone, or was ready before. `size`, `digest` (SHA-256): of its original."""
    row = await w.first(OF_WHOM, of=picture.id)
    if row is not None:
        await know(w, row[0], [digest], row[1] or picture.id)
    return await w.run(PAINTED, of=picture.id, **measured(picture, size)) == 1


def measured(picture: Picture, size: int) -> dict[str, object]:
    """Parameters of a statement that sets `MEASURED`; `size` in bytes, of the original."""
    return {name: size if column == "size" else getattr(picture, column) for column, name in MEASURED.items()}


async def drop(w: Writing, id_: int, owner: int) -> bool:
    """Forget a loose upload; False where it is not the owner's, or in a post."""
    return bool(await _gone(w, await w.fetch(DROP_MINE, of=id_, me=owner)))


async def sealed_file(reading: Reading, id_: int) -> tuple[Sealed[Filed], str] | None:
    """A picture's file, sealed with what holds it now, and the key that passes to it are signed with."""
    row = await reading.first(FILED, of=id_)
    if row is None or row[6] not in ("ready", "remote"):
        return None
    mime, owner, post_id, was_of, key, blurhash, state, root = row
    subject = await _subject(reading, id_, root or id_, owner, post_id, was_of)
    stamp = f"{zlib.crc32(blurhash.encode()):x}"
    return None if subject is None else (Sealed(Filed(id_, mime, subject, stamp, away=state == "remote")), key)


async def _subject(
    reading: Reading, id_: int, content: int, owner: int, post_id: int | None, was_of: int | None
) -> Subject | None:
    if post_id is not None:
        found = subjects_of(await sealed_posts(reading, [post_id]))
        names = frozenset((post_id, owner, id_, content))
        return replace(found[0], media=(id_,), contents=(content,), names=names, terms=()) if found else None
    # In no post: its owner's alone. What was ruled on the post that it came from still binds it.
    post = was_of or id_
    return Subject(
        id=post,
        author=owner,
        visibility=Visibility.DIRECT,
        names=frozenset((post, owner, id_, content)),
        media=(id_,),
        contents=(content,),
    )


async def drop_loose(w: Writing, before: int, at_most: int) -> list[tuple[int, str]]:
    """Forget uploads that have been in no post since before that time (ms): (id, type) of those that went."""
    ids = [row[0] for row in await w.fetch(LOOSE_SINCE, before=before, n=at_most)]
    # Asked again while deleting: on PostgreSQL a post may have taken one meanwhile.
    return await _gone(w, await w.fetch(DROP_LOOSE, ids=listed(ids))) if ids else []


async def _gone(w: Writing, rows: Sequence[Row]) -> list[tuple[int, str]]:
    """What they were known by is forgotten with them, but for what a ruling still withholds: that is known again."""
    await w.run(DROP_CAPTIONS, ids=listed([row[0] for row in rows]))
    roots = listed(sorted({row[2] or row[0] for row in rows}))
    for stmt in (FORGET_CONTENTS, FORGET_USES):
        await w.run(stmt, ids=roots)
    return [(row[0], row[1]) for row in rows]


async def drop_now(w: Writing, ids: list[int]) -> list[tuple[int, str]]:
    """Forget uploads whose post is gone, without the day that is left to write it anew: (id, type) of those that went.

    What is held, needed or under a ruling stays for the sweep to decide.
    """
    return await _gone(w, await w.fetch(DROP_NOW, ids=listed(ids))) if ids else []


async def post_of(reading: Reading, id_: int) -> int | None:
    """The post that a picture is in."""
    row = await reading.first(FILED, of=id_)
    return None if row is None else row[2]


async def state_of(reading: Reading, id_: int) -> str | None:
    """Whether an upload is waiting, ready or failed; None where it is gone."""
    row = await reading.first(FILED, of=id_)
    return None if row is None else row[6]


async def after(reading: Reading, above: int, at_most: int) -> list[tuple[int, str, str]]:
    """(id, type, state) of all uploads in order of id, to walk through them."""
    return [(row[0], row[1], row[2]) for row in await reading.fetch(AFTER, above=above, n=at_most)]


def file_keys(id_: int, mime: str) -> tuple[str, str]:
    """Where a picture's original (of that type) and its small rendition lie."""
    return f"media/{id_}/original{SUFFIX[mime]}", f"media/{id_}/small{SUFFIX[SMALL]}"


def sent_key(id_: int) -> str:
    """Where an upload lies as it was sent, until it is painted."""
    return f"media/{id_}/sent"


def keys_in(id_: int, mime: str, state: str) -> tuple[str, ...]:
    """The files that an upload in this state must have."""
    return {"ready": file_keys(id_, mime), "waiting": (sent_key(id_),)}.get(state, ())


def picture_of(row: Row) -> Picture:
    """A row that begins with COLUMNS, as a Picture."""
    return PICTURES.read(row[:POST_AT])

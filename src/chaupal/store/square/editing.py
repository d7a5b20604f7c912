"""Edits as rows: what a post said before, each wording one revision, and the row of the post as it is now."""

from typing import Any

import msgspec

from chaupal.policy.narrow import LISTED_PUBLICLY
from chaupal.policy.sealed import Sealed
from chaupal.policy.things import Mention, Option, Picture, Poll, Post
from chaupal.store.machine.dialect import listed
from chaupal.store.machine.statements import inserts, rows_of, updates
from chaupal.store.machine.work import Reading, Writing
from chaupal.store.square import posting
from chaupal.store.square.media import PICTURES
from chaupal.store.square.posts import BY_IDS, post_of
from chaupal.store.tables.square import media, posts, revisions

KEEP = inserts(revisions)
CHANGE = updates(
    posts, "text html spoiler language sensitive mentions tags pictures emojis edited_at poll quote_policy"
).where(id="of")
DESCRIBE = updates(media, "description focus captions").where(id="of", account_id="me")


class _Wording(msgspec.Struct, frozen=True):
    """What a post said from `at` (ms) on. `options`: of its poll."""

    at: int
    text: str
    html: str
    spoiler: str
    sensitive: bool
    language: str
    pictures: tuple[Picture, ...]
    mentions: tuple[Mention, ...]
    options: tuple[str, ...]


# Fields that are called alike in a post.
ALIKE = ("text", "html", "spoiler", "sensitive", "language", "pictures", "mentions")
WORDINGS = rows_of(_Wording, revisions)
OF = WORDINGS.where(post_id="of").ordered("id").limit("n")


async def change(w: Writing, before: Post, after: Post, revision: int) -> None:
    """The post says something else; what it said is kept. The caller holds it. Raises Invalid for a picture that is taken."""
    await w.run(KEEP, id=revision, post_id=before.id, **WORDINGS.written(_wording_of(before)))
    await w.run(CHANGE, of=after.id, **posting.written(after))
    await posting.name_anew(w, before, after, public=after.visibility in LISTED_PUBLICLY)
    for picture in after.pictures:
        if picture not in before.pictures:
            await w.run(DESCRIBE, of=picture.id, me=after.author, **PICTURES.written(picture))
    await posting.touch_with_reposts(w, after.id)


async def history(reading: Reading, post_id: int, at_most: int) -> list[Sealed[Post]]:
    """Every wording of a post, the first one first and the present one last: sealed, and judged as the post itself is, but
    for whom it named then: whoever is addressed by a later wording was not by those before it."""
    row = await reading.first(BY_IDS, ids=listed([post_id]))
    if row is None:
        return []
    now = post_of(row)
    return [*map(Sealed, await wordings_before(reading, now, at_most)), Sealed(now)]


async def wordings_before(reading: Reading, post: Post, at_most: int) -> list[Post]:
    """What a post said before, for `history` and for the unit that keeps it as evidence; nobody looks at it here."""
    return [_reworded(post, was) for was in await OF.all(reading, of=post.id, n=at_most)]


def _wording_of(post: Post) -> _Wording:
    options = tuple(option.title for option in post.poll.options) if post.poll else ()
    return _Wording(at=post.edited_at or post.created_at, options=options, **_alike(post))


def _reworded(post: Post, was: _Wording) -> Post:
    poll = Poll(tuple(map(Option, was.options)), was.at) if was.options else None
    return msgspec.structs.replace(post, edited_at=was.at, poll=poll, card=None, **_alike(was))


def _alike(one: Post | _Wording) -> dict[str, Any]:
    return {name: getattr(one, name) for name in ALIKE}

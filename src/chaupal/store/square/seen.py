"""Read marks: up to which message somebody has read, told to whoever wrote it where both want it, from when both did."""

from collections.abc import Iterable

import msgspec
from sqlalchemy import and_, func

from chaupal.kernel.event import Event
from chaupal.kernel.ids import first_id_at
from chaupal.policy.facts import Visibility
from chaupal.store.machine.dialect import among, listed, param
from chaupal.store.machine.shelves import TALKS, WROTE
from chaupal.store.machine.statements import deletes, same, selects, updates, upserts
from chaupal.store.machine.work import Reading, Writing
from chaupal.store.tables.identity import logins
from chaupal.store.tables.square import mentions, posts, read_marks

SINCE = selects(logins.c.marks_since).where(account_id="me")
SET_SINCE = updates(logins, marks_since="at").where(account_id="me")
FORGET = deletes(read_marks).where(account_id="me")
UP_TO = selects(read_marks.c.post).where(account_id="me", root="of")
MARK = upserts(
    read_marks, "account_id root", only=read_marks.c.post < param("post"), account_id="me", root="of", post="post"
)
# Written when both already wanted to know and to be known: `floor` is the viewer's own time, as an id.
_OF_BOTH = (
    posts.c.visibility == int(Visibility.DIRECT),
    posts.c.id >= param("floor"),
    posts.c.id >= logins.c.marks_since * first_id_at(1),
)
SEEN = (
    selects(read_marks.c.account_id, posts.c.root, func.max(posts.c.id))
    .select_from(
        read_marks.join(logins, logins.c.account_id == read_marks.c.account_id)
        .join(mentions, mentions.c.account_id == read_marks.c.account_id)
        .join(posts, and_(posts.c.id == mentions.c.post_id, posts.c.root == read_marks.c.root))
    )
    .where(among(read_marks.c.root, "roots"), same(posts, author="me"), posts.c.id <= read_marks.c.post, *_OF_BOTH)
    .group_by(read_marks.c.account_id, posts.c.root)
)
WRITERS = (
    selects(posts.c.author)
    .select_from(
        posts.join(logins, logins.c.account_id == posts.c.author).join(
            mentions, and_(mentions.c.post_id == posts.c.id, mentions.c.account_id == param("me"))
        )
    )
    .where(posts.c.id > param("before"), posts.c.id <= param("post"), *_OF_BOTH, root="of")
    .distinct()
)


class MessageSeen(Event, frozen=True):
    """`by` has read up to `post` in a conversation of `account`; heard by its open connections, and by nobody later."""

    lasting = False

    account: int
    root: int
    post: int
    by: int


class Mark(msgspec.Struct, frozen=True):
    """The newest of somebody's messages in a conversation that `who` has read."""

    who: int
    root: int
    post: int


async def since(reading: Reading, account: int) -> int | None:
    """Since when (ms) the account wants read marks; None: not at all."""
    return await reading.by(TALKS, account).value(SINCE, me=account)


async def choose(w: Writing, account: int, *, wanted: bool) -> bool:
    """Whether it wants them from now on; False where it did (or did not) before. What was marked is forgotten without them."""
    if (await since(w, account) is not None) == wanted:
        return False
    await w.run(SET_SINCE, me=account, at=w.now() if wanted else None)
    if not wanted:
        await w.run(FORGET, me=account)
    w.touch(TALKS, account)
    return True


async def mark(w: Writing, account: int, root: int, post: int) -> list[int]:
    """The account has read up to there; who gets to know it now. Nobody, and nothing is kept, where it wants no marks."""
    wanted = await since(w, account)
    if wanted is None:
        return []
    before = await w.value(UP_TO, me=account, of=root) or 0
    if before >= post:
        return []
    await w.run(MARK, me=account, of=root, post=post)
    w.touch(TALKS, account)
    rows = await w.fetch(WRITERS, me=account, of=root, before=before, post=post, floor=first_id_at(wanted))
    return [row[0] for row in rows if row[0] != account]


async def seen(reading: Reading, account: int, roots: Iterable[int], people: Iterable[int]) -> list[Mark]:
    """Which of the account's own messages these people have read, in conversations that are one for it."""
    wanted, whom = await since(reading, account), frozenset(people) - {account}
    if wanted is None or not whom:
        return []
    # Their messages, and whom these name: an edit may name somebody no more.
    keyed = reading.by(WROTE, account).by(TALKS, account, *whom)
    rows = await keyed.fetch(SEEN, me=account, roots=listed(roots), floor=first_id_at(wanted))
    return [Mark(*row) for row in rows if row[0] in whom]

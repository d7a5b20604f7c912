"""Conversations of direct posts, as each of their people has them, how far each has read (told where both want it), and which are muted."""

from collections.abc import Collection, Iterable, Sequence

import msgspec
from sqlalchemy import and_, func, select, union

from chaupal.kernel.event import Event
from chaupal.kernel.ids import first_id_at
from chaupal.policy.facts import Visibility
from chaupal.store.machine.dialect import among, listed, param, statement
from chaupal.store.machine.shelves import REACTIONS, TALKS, WROTE
from chaupal.store.machine.statements import deletes, inserts_once, rows_of, same, selects, updates, upserts
from chaupal.store.machine.work import Reading, Writing
from chaupal.store.square.posts import ROOT_OF, Pages
from chaupal.store.tables.identity import logins
from chaupal.store.tables.square import conversations, mentions, posts, read_marks, thread_mutes

MOST = 2_000  # posts of one conversation that are looked at


class ConversationMoved(Event, frozen=True):
    """Something new stands in a conversation of `account`; heard by its open connections, and by nobody later."""

    lasting = False

    account: int
    root: int
    post: int


class Conversation(msgspec.Struct, frozen=True):
    """`root`: the post it began with, by which it is named. `people`: whom its newest post is between."""

    root: int
    last_post: int
    unread: bool
    people: tuple[int, ...]


_MINE = conversations.c.account_id == param("me")
ALL = rows_of(Conversation, conversations)
OF = Pages(
    conversations.c.last_post, _MINE, base=select(*(conversations.c[name] for name in Conversation.__struct_fields__))
)
ONE = ALL.where(_MINE, root="of")
PUT = upserts(
    conversations, "account_id root", "unread people", only=conversations.c.last_post <= param("post"), last_post="post"
)
READ = updates(conversations, unread="new").where(_MINE, root="of")
REMOVE = deletes(conversations).where(_MINE, root="of")
UNREAD = selects(conversations.c.last_post).where(_MINE, conversations.c.unread == 1).ordered("-last_post").limit("n")
BROUGHT = (
    selects(conversations.c.account_id, conversations.c.root)
    .where(among(conversations.c.last_post, "ids"))
    .with_for_update()  # what is said in it meanwhile comes after
)
# What somebody wrote or is named in, of the direct posts of one conversation.
_DIRECT = (posts.c.root == param("of"), posts.c.visibility == int(Visibility.DIRECT))
IN_IT = statement(
    union(
        select(posts.c.id).where(*_DIRECT, posts.c.author == param("me")),
        select(posts.c.id)
        .join(mentions, mentions.c.post_id == posts.c.id)
        .where(*_DIRECT, mentions.c.account_id == param("me")),
    )
    .order_by("id")
    .limit(param("n"))
)
ROOT_AND_PEOPLE = selects(posts, "root author mentions").where(id="of")


async def add_post(w: Writing, root: int, post: int, author: int, people: Sequence[int], here: Collection[int]) -> None:
    """A direct post was published: it is the newest of its conversation, which is between `people`, for those of them who read it
    `here`."""
    between, readers = listed(people), [one for one in people if one in here]
    new = {"root": root, "post": post, "people": between}
    await w.run_many(PUT, [new | {"account_id": one, "unread": int(one != author)} for one in readers])
    w.touch(TALKS, *readers)
    w.tell(*[ConversationMoved(account=account, root=root, post=post) for account in readers])


async def remove_posts(w: Writing, gone: Sequence[int]) -> None:
    """Posts are gone: conversations go back to what was said before, or are there no more."""
    for account, root in await w.fetch(BROUGHT, ids=listed(gone)):
        left = await inside(w, account, root)
        await w.run(REMOVE, me=account, of=root)
        row = await w.first(ROOT_AND_PEOPLE, of=left[-1]) if left else None
        if row is not None:
            between = listed(people_of(row[1], [m["id"] for m in msgspec.json.decode(row[2])]))
            await w.run(PUT, account_id=account, root=root, post=left[-1], unread=0, people=between)
        w.touch(TALKS, account)


def people_of(author: int, named: Sequence[int]) -> tuple[int, ...]:
    """Each once, the author first."""
    return tuple(dict.fromkeys((author, *named)))


async def root_of(reading: Reading, post: int) -> int | None:
    row = await reading.first(ROOT_AND_PEOPLE, of=post)
    return None if row is None else row[0]


async def page(
    reading: Reading, account: int, *, below: int, above: int, limit: int, upward: bool
) -> list[Conversation]:
    """By their newest posts, the newest first, one more than `limit`."""
    keyed = reading.by(TALKS, account)
    return [*map(ALL.read, await OF.page(keyed, me=account, below=below, above=above, limit=limit, upward=upward))]


async def by_root(reading: Reading, account: int, root: int) -> Conversation | None:
    return await ONE.first(reading.by(TALKS, account), me=account, of=root)


async def inside(reading: Reading, account: int, root: int) -> list[int]:
    """The direct posts of a conversation that somebody wrote or is named in, oldest first."""
    return [row[0] for row in await reading.fetch(IN_IT, me=account, of=root, n=MOST)]


async def unread(reading: Reading, account: int, at_most: int) -> list[int]:
    """The newest posts of conversations that were not read yet."""
    return [row[0] for row in await reading.by(TALKS, account).fetch(UNREAD, me=account, n=at_most)]


async def mark(w: Writing, account: int, root: int, *, unread: bool) -> bool:
    """False where there is no such conversation."""
    w.touch(TALKS, account)
    return await w.run(READ, me=account, of=root, new=int(unread)) == 1


async def remove(w: Writing, account: int, root: int) -> bool:
    """Out of the account's list; its posts stay, and whoever writes in it brings it back."""
    w.touch(TALKS, account)
    return await w.run(REMOVE, me=account, of=root) == 1


# --- of which somebody wants to hear nothing: known by the post they began with ---

MUTE = inserts_once(thread_mutes, account_id="me", root="root")
UNMUTE = deletes(thread_mutes).where(account_id="me", root="root")
MUTED_BY = (
    selects(thread_mutes.c.account_id)
    .join(posts, posts.c.root == thread_mutes.c.root)
    .where(same(posts, id="of"), among(thread_mutes.c.account_id, "ids"))
)


async def mute(w: Writing, me: int, post: int) -> None:
    """The conversation that the post stands in."""
    await w.run(MUTE, me=me, root=await w.value(ROOT_OF, of=post))
    w.touch(REACTIONS, me)


async def unmute(w: Writing, me: int, post: int) -> None:
    await w.run(UNMUTE, me=me, root=await w.value(ROOT_OF, of=post))
    w.touch(REACTIONS, me)


async def muted_by(reading: Reading, post: int, accounts: Sequence[int]) -> frozenset[int]:
    """Those of the accounts that have muted the post's conversation."""
    return frozenset(row[0] for row in await reading.fetch(MUTED_BY, of=post, ids=listed(accounts)))


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


async def mark_seen(w: Writing, account: int, root: int, post: int) -> list[int]:
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

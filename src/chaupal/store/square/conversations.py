"""Conversations of direct posts, as each of their people has them; and conversations that somebody wants to hear nothing from."""

from collections.abc import Collection, Sequence

import msgspec
from sqlalchemy import select, union

from chaupal.kernel.event import Event
from chaupal.policy.facts import Visibility
from chaupal.store.machine.dialect import among, listed, param, statement
from chaupal.store.machine.shelves import REACTIONS, TALKS
from chaupal.store.machine.statements import deletes, inserts_once, same, selects, updates, upserts
from chaupal.store.machine.work import Reading, Row, Writing
from chaupal.store.square.posts import ROOT_OF, Pages
from chaupal.store.tables.square import conversations, mentions, posts, thread_mutes

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


_COLUMNS = (conversations.c.root, conversations.c.last_post, conversations.c.unread, conversations.c.people)
_MINE = conversations.c.account_id == param("me")
OF = Pages(conversations.c.last_post, _MINE, base=select(*_COLUMNS))
ONE = selects(*_COLUMNS).where(_MINE, same(conversations, root="of"))
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


async def add_post(
    w: Writing, root: int, post: int, author: int, people: Sequence[int], here: Collection[int] | None = None
) -> None:
    """A direct post was published: it is the newest of its conversation for everybody it is between. `here`: those of them who
    read here; None: all."""
    between, readers = listed(people), [one for one in people if here is None or one in here]
    for account in readers:
        await w.run(PUT, account_id=account, root=root, post=post, unread=int(account != author), people=between)
        w.touch(TALKS, account)
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
    rows = await reading.by(TALKS, account).fetch(
        OF.up if upward else OF.down, me=account, below=below, above=above, n=limit + 1
    )
    found = [_conversation(row) for row in rows]
    return found[::-1] if upward else found


async def by_root(reading: Reading, account: int, root: int) -> Conversation | None:
    row = await reading.by(TALKS, account).first(ONE, me=account, of=root)
    return None if row is None else _conversation(row)


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


def _conversation(row: Row) -> Conversation:
    return Conversation(row[0], row[1], bool(row[2]), tuple(msgspec.json.decode(row[3], type=list[int])))


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

"""Lists of people, each its owner's own: rows of lists and of who stands in them."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import exists, select, text as sql

from chaupal.policy.facts import Visibility
from chaupal.store.machine.dialect import among, listed, param
from chaupal.store.machine.shelves import RELATIONS
from chaupal.store.machine.statements import counts_of, deletes, inserts_once, rows_of, same, selects, updates
from chaupal.store.machine.work import Reading, Writing
from chaupal.store.square.posts import Pages, Widening
from chaupal.store.tables.square import list_members, lists, posts


class ListRow(msgspec.Struct, frozen=True, rename={"owner": "account_id", "replies": "replies_policy"}):
    """`replies`: whose answers stand in it (`list`: to its people, `followed`: to whom one follows, `none`)."""

    id: int
    owner: int
    title: str
    replies: str
    exclusive: bool


ALL = rows_of(ListRow, lists)
of_account = ALL.where(account_id="of").ordered("title id").all_of
ONE = ALL.where(id="which", account_id="me")
HOLDING = (
    ALL.join(list_members, list_members.c.list_id == lists.c.id)
    .where(same(list_members, account_id="them"), account_id="me")
    .ordered("title id")
)
count = counts_of(lists).where(account_id="of").number_of
CHANGE = updates(lists, "title replies_policy exclusive").where(id="which", account_id="me")
REMOVE = deletes(lists).where(id="which", account_id="me")
EMPTY = deletes(list_members).where(list_id="which")
# Everybody in a list.
members = selects(list_members.c.account_id).where(list_id="of").set_of
ENTER = inserts_once(list_members, list_id="which", account_id="them", id="new")
LEAVE = deletes(list_members).where(among(list_members.c.account_id, "ids"), list_id="which")
# A list holds people whom its owner follows, or has asked to.
UNFOLLOWED = deletes(list_members).where(
    exists().where(lists.c.id == list_members.c.list_id, lists.c.account_id == param("me")), account_id="them"
)
IN_LIST = Pages(
    list_members.c.id,
    list_members.c.list_id == param("which"),
    base=select(list_members.c.id, list_members.c.account_id),
)
POSTS = Widening(posts.c.id, among(posts.c.author, "authors"), sql(f"visibility <> {int(Visibility.DIRECT)}"))


async def by_id(reading: Reading, me: int, id_: int) -> ListRow | None:
    """One of the account's lists; None where it has no such list."""
    return await ONE.first(reading, me=me, which=id_)


async def holding(reading: Reading, me: int, them: int) -> list[ListRow]:
    """Those of the account's lists in which somebody stands."""
    return await HOLDING.all(reading, me=me, them=them)


async def add(w: Writing, made: ListRow) -> None:
    await ALL.add(w, made, created_at=w.now())


async def change(w: Writing, made: ListRow) -> None:
    await w.run(CHANGE, which=made.id, me=made.owner, **ALL.written(made))
    w.touch(RELATIONS, made.owner)


async def remove(w: Writing, me: int, id_: int) -> bool:
    """False where the account has no such list."""
    if not await w.run(REMOVE, which=id_, me=me):
        return False
    await w.run(EMPTY, which=id_)
    w.touch(RELATIONS, me)
    return True


async def enter(w: Writing, me: int, id_: int, them: int, new: int) -> None:
    await w.run(ENTER, which=id_, them=them, new=new)
    w.touch(RELATIONS, me)


async def leave(w: Writing, me: int, id_: int, them: Sequence[int]) -> None:
    await w.run(LEAVE, which=id_, ids=listed(them))
    w.touch(RELATIONS, me)


async def unfollowed(w: Writing, me: int, them: int) -> None:
    """Whom the account follows no more, and does not ask to, goes out of all its lists."""
    if await w.run(UNFOLLOWED, me=me, them=them):
        w.touch(RELATIONS, me)

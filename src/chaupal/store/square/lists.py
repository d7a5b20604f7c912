"""Lists of people, each its owner's own: rows of lists and of who stands in them."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import delete, exists, func, insert, select, text as sql, update

from chaupal.policy.facts import Visibility
from chaupal.store.machine.dialect import among, listed, param, statement, upsert, words
from chaupal.store.machine.shelves import WANTS
from chaupal.store.machine.tables import list_members, lists, posts
from chaupal.store.machine.work import Reading, Writing
from chaupal.store.square.posts import Pages


class ListRow(msgspec.Struct, frozen=True):
    """`replies`: whose answers stand in it (`list`: to its people, `followed`: to whom one follows, `none`)."""

    id: int
    owner: int
    title: str
    replies: str
    exclusive: bool


COLUMNS = (lists.c.id, lists.c.account_id, lists.c.title, lists.c.replies_policy, lists.c.exclusive)
OF = statement(select(*COLUMNS).where(lists.c.account_id == param("me")).order_by(lists.c.title, lists.c.id))
ONE = statement(select(*COLUMNS).where(lists.c.id == param("which"), lists.c.account_id == param("me")))
HOLDING = statement(
    select(*COLUMNS)
    .join(list_members, list_members.c.list_id == lists.c.id)
    .where(lists.c.account_id == param("me"), list_members.c.account_id == param("them"))
    .order_by(lists.c.title, lists.c.id)
)
COUNT = statement(select(func.count()).select_from(lists).where(lists.c.account_id == param("me")))
ADD = statement(
    insert(lists).values(
        id=param("new"), account_id=param("me"), title=words("title"), replies_policy=words("policy"),
        exclusive=param("alone"), created_at=param("at"),
    )
)  # fmt: skip
CHANGE = statement(
    update(lists)
    .where(lists.c.id == param("which"), lists.c.account_id == param("me"))
    .values(title=words("name"), replies_policy=words("policy"), exclusive=param("alone"))
)
REMOVE = statement(delete(lists).where(lists.c.id == param("which"), lists.c.account_id == param("me")))
EMPTY = statement(delete(list_members).where(list_members.c.list_id == param("which")))
MEMBERS = statement(select(list_members.c.account_id).where(list_members.c.list_id == param("which")))
ENTER = upsert(
    lambda i: (
        i(list_members)
        .values(list_id=param("which"), account_id=param("them"), id=param("new"))
        .on_conflict_do_nothing()
    )
)
LEAVE = statement(
    delete(list_members).where(list_members.c.list_id == param("which"), among(list_members.c.account_id, "ids"))
)
# A list holds people whom its owner follows.
UNFOLLOWED = statement(
    delete(list_members).where(
        list_members.c.account_id == param("them"),
        exists().where(lists.c.id == list_members.c.list_id, lists.c.account_id == param("me")),
    )
)
IN_LIST = Pages(
    list_members.c.id,
    list_members.c.list_id == param("which"),
    base=select(list_members.c.id, list_members.c.account_id),
)
POSTS = Pages(posts.c.id, among(posts.c.author, "authors"), sql(f"visibility <> {int(Visibility.DIRECT)}"))


def _row(id_: int, owner: int, title: str, replies: str, exclusive: int) -> ListRow:
    return ListRow(id_, owner, title, replies, bool(exclusive))


async def of(reading: Reading, me: int) -> list[ListRow]:
    """The account's lists, by title."""
    return [_row(*row) for row in await reading.fetch(OF, me=me)]


async def one(reading: Reading, me: int, id_: int) -> ListRow | None:
    """One of the account's lists; None where it has no such list."""
    row = await reading.first(ONE, me=me, which=id_)
    return None if row is None else _row(*row)


async def holding(reading: Reading, me: int, them: int) -> list[ListRow]:
    """Those of the account's lists in which somebody stands."""
    return [_row(*row) for row in await reading.fetch(HOLDING, me=me, them=them)]


async def count(reading: Reading, me: int) -> int:
    found: int = await reading.value(COUNT, me=me)
    return found


async def members(reading: Reading, id_: int) -> frozenset[int]:
    """Everybody in a list."""
    return frozenset(row[0] for row in await reading.fetch(MEMBERS, which=id_))


async def add(w: Writing, made: ListRow) -> None:
    await w.run(
        ADD, new=made.id, me=made.owner, title=made.title, policy=made.replies, alone=int(made.exclusive), at=w.now()
    )


async def change(w: Writing, made: ListRow) -> None:
    await w.run(
        CHANGE, which=made.id, me=made.owner, name=made.title, policy=made.replies, alone=int(made.exclusive)
    )  # fmt: skip
    w.touch(WANTS, made.owner)


async def remove(w: Writing, me: int, id_: int) -> bool:
    """False where the account has no such list."""
    if not await w.run(REMOVE, which=id_, me=me):
        return False
    await w.run(EMPTY, which=id_)
    w.touch(WANTS, me)
    return True


async def enter(w: Writing, me: int, id_: int, them: int, new: int) -> None:
    await w.run(ENTER, which=id_, them=them, new=new)
    w.touch(WANTS, me)


async def leave(w: Writing, me: int, id_: int, them: Sequence[int]) -> None:
    await w.run(LEAVE, which=id_, ids=listed(them))
    w.touch(WANTS, me)


async def unfollowed(w: Writing, me: int, them: int) -> None:
    """Whom the account follows no more goes out of all its lists."""
    if await w.run(UNFOLLOWED, me=me, them=them):
        w.touch(WANTS, me)

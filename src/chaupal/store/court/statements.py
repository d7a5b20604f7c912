"""Public statements of the house about orders, and what authorities replied: kept as they were said, in their last revision."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import insert, select, update

from chaupal.store.machine.dialect import param, statement, upsert, words
from chaupal.store.machine.tables import replies, statements
from chaupal.store.machine.work import Reading, Row, Writing


class Statement(msgspec.Struct, frozen=True, kw_only=True):
    """A statement about `orders` (their references). Times in ms; `log_index`: the entry of its last revision."""

    id: int
    slug: str
    title: str
    title_hi: str
    body: str
    body_hi: str
    orders: tuple[str, ...]
    published_at: int
    by: int
    log_index: int
    revision: int = 1


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """What an authority said to a statement; `by`: the account that entered it."""

    id: int
    statement_id: int
    authority_id: int
    body: str
    at: int
    by: int
    log_index: int


_columns = [statements.c[name] for name in Statement.__struct_fields__]
_all = select(*_columns)
ADD = upsert(lambda i: i(statements).on_conflict_do_nothing())
REVISE = statement(
    update(statements)
    .where(statements.c.id == param("of"), statements.c.revision == param("was"))
    .values(
        title=words("new_title"), title_hi=words("new_title_hi"), body=words("new_body"), body_hi=words("new_body_hi"),
        orders=words("new_orders"), log_index=param("entry"), revision=param("now"),
    )
)  # fmt: skip
BY_SLUG = statement(_all.where(statements.c.slug == words("named")))
NEWEST = statement(_all.order_by(statements.c.published_at.desc(), statements.c.id.desc()).limit(param("n")))
ABOUT = statement(_all.where(statements.c.orders.like(words("mentioned"))).order_by(statements.c.published_at))
ADD_REPLY = statement(insert(replies))
REPLIES = statement(
    select(*(replies.c[name] for name in Reply.__struct_fields__))
    .where(replies.c.statement_id == param("of"))
    .order_by(replies.c.at, replies.c.id)
)

ORDERS = Statement.__struct_fields__.index("orders")
_refs = msgspec.json.Decoder(tuple[str, ...]).decode


async def add(w: Writing, new: Statement) -> bool:
    """False where there is one under that slug already."""
    return await w.run(ADD, **msgspec.structs.asdict(new) | {"orders": _listed(new.orders)}) == 1


async def revise(w: Writing, new: Statement) -> bool:
    """`new` in the place of the revision before it; False where somebody else has revised it meanwhile."""
    return await w.run(
        REVISE, of=new.id, was=new.revision - 1, now=new.revision, new_title=new.title, new_title_hi=new.title_hi,
        new_body=new.body, new_body_hi=new.body_hi, new_orders=_listed(new.orders), entry=new.log_index,
    ) == 1  # fmt: skip


async def by_slug(reading: Reading, slug: str) -> Statement | None:
    row = await reading.first(BY_SLUG, named=slug)
    return None if row is None else _statement(row)


async def newest(reading: Reading, at_most: int) -> list[Statement]:
    """The last published first."""
    return [_statement(row) for row in await reading.fetch(NEWEST, n=at_most)]


async def about(reading: Reading, ref: str) -> list[Statement]:
    """Those that are about an order, in the order they were published."""
    if not ref.replace("-", "").isalnum():  # what no reference is must not become a pattern
        return []
    return [_statement(row) for row in await reading.fetch(ABOUT, mentioned=f'%"{ref}"%')]


async def add_reply(w: Writing, new: Reply) -> None:
    await w.run(ADD_REPLY, **msgspec.structs.asdict(new))


async def replies_to(reading: Reading, statement_id: int) -> list[Reply]:
    """In the order they came."""
    return [
        Reply(**dict(zip(Reply.__struct_fields__, row, strict=True)))
        for row in await reading.fetch(REPLIES, of=statement_id)
    ]


def _statement(row: Row) -> Statement:
    found = Statement(**dict(zip(Statement.__struct_fields__, row, strict=True)))
    return msgspec.structs.replace(found, orders=_refs(row[ORDERS]))


def _listed(refs: Sequence[str]) -> str:
    return msgspec.json.encode(refs).decode()

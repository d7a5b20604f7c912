"""Public statements of the house about orders, and what authorities replied: kept as they were said, in their last revision."""

import msgspec

from chaupal.store.machine.dialect import text_param
from chaupal.store.machine.statements import rows_of, updates
from chaupal.store.machine.work import Reading, Writing
from chaupal.store.tables.court import replies, statements


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


ALL = rows_of(Statement, statements)
# False where there is one under that slug already.
add = ALL.add_once
ALL_REPLIES = rows_of(Reply, replies)
add_reply = ALL_REPLIES.add
REVISE = updates(statements, "title title_hi body body_hi orders log_index revision").where(id="of", revision="was")
by_slug = ALL.where(slug="of").first_of
NEWEST = ALL.order_by(statements.c.published_at.desc(), statements.c.id.desc()).limit("n")
ABOUT = ALL.where(statements.c.orders.like(text_param("mentioned"))).order_by(statements.c.published_at)
replies_to = ALL_REPLIES.where(statement_id="of").ordered("at id").all_of

every, every_reply = ALL.ordered("id").all, ALL_REPLIES.ordered("id").all


async def revise(w: Writing, new: Statement) -> bool:
    """`new` in the place of the revision before it; False where somebody else has revised it meanwhile."""
    return await w.run(REVISE, of=new.id, was=new.revision - 1, **ALL.written(new)) == 1


async def newest(reading: Reading, at_most: int) -> list[Statement]:
    """The last published first."""
    return await NEWEST.all(reading, n=at_most)


async def about(reading: Reading, ref: str) -> list[Statement]:
    """Those that are about an order, in the order they were published."""
    if not ref.replace("-", "").isalnum():  # what no reference is must not become a pattern
        return []
    return await ABOUT.all(reading, mentioned=f'%"{ref}"%')

"""What people are told: one row per account and cause, however often its event is handled."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import delete, select

from chaupal.store.dialect import among, listed, param, statement, upsert, words
from chaupal.store.posts import Pages
from chaupal.store.tables import accounts, logins, notices
from chaupal.store.work import Reading, Row, Writing

KINDS = ("mention", "status", "reblog", "follow", "follow_request", "favourite", "poll", "moderation_warning")


class Notice(msgspec.Struct, frozen=True):
    """Somebody did something that concerns the account. `body`: JSON of ids, for notices of the court."""

    id: int
    kind: str
    from_id: int
    post_id: int | None
    body: str
    created_at: int


COLUMNS = (notices.c.id, notices.c.kind, notices.c.from_id, notices.c.post_id, notices.c.body, notices.c.created_at)

ADD = upsert(
    lambda i: (
        i(notices)
        .values(
            id=param("new"), account_id=param("me"), kind=words("what"), from_id=param("whose"), post_id=param("of"),
            cause=words("why"), body=words("more"), created_at=param("at"),
        )
        .on_conflict_do_nothing(index_elements=["account_id", "cause"])
    )
)  # fmt: skip
_MINE = (notices.c.account_id == param("me"), among(notices.c.kind, "kinds"))
OF = Pages(notices.c.id, *_MINE, base=select(*COLUMNS))
OF_FROM = Pages(notices.c.id, *_MINE, notices.c.from_id == param("whose"), base=select(*COLUMNS))
ONE = statement(select(*COLUMNS).where(notices.c.account_id == param("me"), notices.c.id == param("of")))
DROP = statement(delete(notices).where(notices.c.account_id == param("me"), notices.c.cause == words("why")))
DISMISS = statement(delete(notices).where(notices.c.account_id == param("me"), notices.c.id == param("of")))
CLEAR = statement(delete(notices).where(notices.c.account_id == param("me")))
DROP_ON = statement(delete(notices).where(among(notices.c.post_id, "ids")))
ADDRESS = statement(
    select(logins.c.email, logins.c.ui_language, accounts.c.handle)
    .join(accounts, accounts.c.id == logins.c.account_id)
    .where(logins.c.account_id == param("me"))
)


async def add(
    w: Writing, new: int, account: int, kind: str, *, by: int, cause: str, post: int | None = None, body: str = ""
) -> bool:
    """Tell `account` once for each `cause`; False when it was told before."""
    return bool(
        await w.run(ADD, new=new, me=account, what=kind, whose=by, of=post, why=cause, more=body, at=w.now())
    )  # fmt: skip


async def drop(w: Writing, account: int, cause: str) -> None:
    """What caused it was taken back."""
    await w.run(DROP, me=account, why=cause)


async def drop_on(w: Writing, posts: Sequence[int]) -> None:
    """The posts are gone, and what was said about them with them."""
    await w.run(DROP_ON, ids=listed(posts))


async def dismiss(w: Writing, account: int, id_: int) -> bool:
    return bool(await w.run(DISMISS, me=account, of=id_))


async def clear(w: Writing, account: int) -> None:
    await w.run(CLEAR, me=account)


async def page(
    reading: Reading, account: int, kinds: Sequence[str], by: int | None, *, below: int, above: int, limit: int, upward: bool
) -> list[Notice]:  # fmt: skip
    """Newest first, one more than `limit`; of these kinds, and by one account where `by` names it."""
    pages = OF if by is None else OF_FROM
    more = {} if by is None else {"whose": by}
    rows = await reading.fetch(
        pages.up if upward else pages.down, me=account, kinds=listed(kinds), below=below, above=above, n=limit + 1, **more
    )  # fmt: skip
    found = [_notice(row) for row in rows]
    return found[::-1] if upward else found


async def one(reading: Reading, account: int, id_: int) -> Notice | None:
    row = await reading.first(ONE, me=account, of=id_)
    return None if row is None else _notice(row)


async def address(reading: Reading, account: int) -> tuple[str, str, str] | None:
    """(e-mail, language of pages, handle) of the account's login; None for one that nobody logs into."""
    row = await reading.first(ADDRESS, me=account)
    return None if row is None else (row[0], row[1], row[2])


def _notice(row: Row) -> Notice:
    return Notice(*row)

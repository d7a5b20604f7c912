"""Whose notifications an account wants: its policy, those it let in for good, and those kept apart that wait for its word."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import func, select

from chaupal.kernel.clock import DAY
from chaupal.kernel.event import Event
from chaupal.kernel.ids import MakeId
from chaupal.store.machine.dialect import among, listed, param, statement
from chaupal.store.machine.shelves import NOTIFICATIONS
from chaupal.store.machine.statements import columns_of, deletes, inserts_once, rows_of, same, selects, updates, upserts
from chaupal.store.machine.work import Reading, Writing
from chaupal.store.square.posts import Pages
from chaupal.store.tables.identity import accounts
from chaupal.store.tables.notifications import (
    notification_permits,
    notification_policies,
    notification_requests,
    notifications,
)

ACCEPT, FILTER, DROP = "accept", "filter", "drop"
NEW = 30 * DAY  # so long an account is new


class NotificationsMerged(Event, frozen=True):
    """Notifications that were kept apart stand among the account's others now; heard by its open connections."""

    lasting = False

    account: int
    at: int


class Policy(msgspec.Struct, frozen=True):
    """Accept, filter or drop, by class of whom a notification is from."""

    not_following: str = ACCEPT
    not_followers: str = ACCEPT
    new_accounts: str = ACCEPT
    private_mentions: str = ACCEPT
    limited_accounts: str = FILTER


class NotificationRequest(msgspec.Struct, frozen=True):
    """Somebody whose notifications are kept apart: how many, and the newest post among them. Times in ms."""

    id: int
    from_id: int
    created_at: int
    updated_at: int
    count: int
    last_post: int | None


_CLASSES = " ".join(Policy.__struct_fields__)
OF = rows_of(Policy, notification_policies).where(account_id="of")
OF_MANY = selects(notification_policies, f"account_id {_CLASSES}").where(
    among(notification_policies.c.account_id, "ids")
)
SET = upserts(notification_policies, "account_id", _CLASSES, account_id="me")
PERMIT = inserts_once(notification_permits, account_id="me", from_id="them")
PERMITTED = selects(notification_permits.c.from_id).where(account_id="me", from_id="them")
ASK = upserts(
    notification_requests,
    "account_id from_id",
    kept="id created_at",
    id="new",
    account_id="me",
    from_id="them",
    created_at="at",
    updated_at="at",
)
_APART = (
    notifications.c.account_id == notification_requests.c.account_id,
    notifications.c.from_id == notification_requests.c.from_id,
    notifications.c.filtered == 1,
)
_ASKING = select(
    *columns_of(
        notification_requests,
        "id from_id created_at updated_at",
        select(func.count()).select_from(notifications).where(*_APART).scalar_subquery(),
        select(func.max(notifications.c.post_id)).where(*_APART).scalar_subquery(),
    )
)
REQUESTS = Pages(notification_requests.c.id, notification_requests.c.account_id == param("me"), base=_ASKING)
REQUEST = statement(
    _ASKING.where(notification_requests.c.account_id == param("me"), notification_requests.c.id == param("of"))
)
COUNTS = selects(func.count(), func.count(func.distinct(notifications.c.from_id))).where(
    same(notifications, account_id="me"), notifications.c.filtered == 1
)
CLOSE = deletes(notification_requests).where(account_id="me", from_id="them")
MERGE = updates(notifications, filtered=0).where(notifications.c.filtered == 1, account_id="me", from_id="them")
DISCARD = deletes(notifications).where(notifications.c.filtered == 1, account_id="me", from_id="them")
# Since when (ms) the account is here.
made_at = selects(accounts.c.created_at).where(id="of").number_of


async def policy_of(reading: Reading, account: int) -> Policy:
    return await OF.first_of(reading, account) or Policy()


async def of_many(reading: Reading, ids: Sequence[int]) -> dict[int, Policy]:
    """Those among `ids` that have one of their own."""
    return {row[0]: Policy(*row[1:]) for row in await reading.fetch(OF_MANY, ids=listed(ids))}


async def keep(w: Writing, account: int, policy: Policy) -> None:
    await w.run(SET, me=account, **msgspec.structs.asdict(policy))


async def permitted(reading: Reading, account: int, them: int) -> bool:
    """Whether the account has let `them` in for good."""
    return await reading.value(PERMITTED, me=account, them=them) is not None


async def ask(w: Writing, make_id: MakeId, account: int, them: int) -> None:
    """A notification from `them` was kept apart."""
    await w.run(ASK, new=make_id(), me=account, them=them, at=w.now())


async def asking(
    reading: Reading, account: int, *, below: int, above: int, limit: int, upward: bool
) -> list[NotificationRequest]:
    """Newest first, one more than `limit`."""
    rows = await REQUESTS.page(reading, me=account, below=below, above=above, limit=limit, upward=upward)
    return [NotificationRequest(*row) for row in rows]


async def request(reading: Reading, account: int, id_: int) -> NotificationRequest | None:
    row = await reading.first(REQUEST, me=account, of=id_)
    return None if row is None else NotificationRequest(*row)


async def counts(reading: Reading, account: int) -> tuple[int, int]:
    """How many notifications are kept apart, and from how many people."""
    row = await reading.first(COUNTS, me=account)
    return (row[0], row[1]) if row else (0, 0)


async def accept(w: Writing, account: int, them: int) -> None:
    """They are let in for good; what was kept apart stands among the others from this commit on."""
    await w.run(PERMIT, me=account, them=them)
    await w.run(CLOSE, me=account, them=them)
    if await w.run(MERGE, me=account, them=them):
        w.tell(NotificationsMerged(account=account, at=w.now()))
    w.touch(NOTIFICATIONS, account)


async def dismiss(w: Writing, account: int, them: int) -> None:
    """What was kept apart goes; what comes later is kept apart again."""
    await w.run(CLOSE, me=account, them=them)
    await w.run(DISCARD, me=account, them=them)

"""Devices that want to be told, and the pushes that are still to be made: ids only, in the commit of their notification."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import case, select

from chaupal.store.machine.dialect import holds, param, upsert
from chaupal.store.machine.shelves import TOKENS
from chaupal.store.machine.statements import deletes, rows_of, selects, updates
from chaupal.store.machine.work import Reading, Writing
from chaupal.store.tables.notifications import push_calls as calls, push_subscriptions as subscriptions

POLICIES = ("all", "followed", "follower", "none")


class Subscription(msgspec.Struct, frozen=True, kw_only=True):
    """One device. `key`: hash of the token or session behind it; `token`: that token, sealed; empty for a browser's session.

    `failures`: pushes given up in a row, the first of them at `failing_since` (ms; 0: the last one went).

    `country`: where whoever has it was when they last came by the same token or session, `language`: as they last asked:
    as such a viewer the gate judges what leaves.
    """

    id: int
    account_id: int
    key: str
    endpoint: str
    p256dh: str
    auth: str
    standard: bool
    alerts: tuple[str, ...]
    policy: str
    country: str
    language: str
    token: str
    created_at: int
    failures: int = 0
    failing_since: int = 0


class DuePush(msgspec.Struct, frozen=True):
    """A push to be made: `tries` were in vain. Times in ms."""

    subscription_id: int
    notice_id: int
    at: int
    tries: int
    due_at: int


def _said(alerts: Sequence[str]) -> str:
    """Blanks on both sides of each, so that SQL finds one by LIKE."""
    return f" {' '.join(alerts)} " if alerts else ""


ALL = rows_of(Subscription, subscriptions, alerts=(lambda text: tuple(text.split()), _said))
subscription = ALL.by_id
of_key = ALL.where(key="of").first_of
WISH = updates(subscriptions, alerts="wanted", policy="by", country="where_now", language="tongue").where(key="of")
PLACE = updates(subscriptions, country="where_now").where(key="of")
REMOVE = deletes(subscriptions).where(key="of")
REMOVE_ID = deletes(subscriptions).where(id="of")
WENT = updates(subscriptions, failures=0, failing_since=0).where(id="of")
_since = subscriptions.c.failing_since
GIVEN_UP = updates(
    subscriptions, failures=subscriptions.c.failures + 1, failing_since=case((_since == 0, param("at")), else_=_since)
).where(id="of")
# In the unit of the notification: nothing where nobody asked for such ones.
QUEUE = upsert(
    lambda i: (
        i(calls)
        .from_select(
            ["subscription_id", "notice_id", "at", "tries", "due_at"],
            select(subscriptions.c.id, param("notification"), param("at"), param("none"), param("at")).where(
                subscriptions.c.account_id == param("me"),
                holds(subscriptions.c.alerts, "kind"),
                subscriptions.c.policy != "none",
            ),
        )
        .on_conflict_do_nothing()
    )
)
DUE = selects(*calls.c).where(calls.c.due_at <= param("at")).order_by(calls.c.due_at, calls.c.notice_id).limit("n")
_THIS = (calls.c.subscription_id == param("of"), calls.c.notice_id == param("notification"))
CLAIM = updates(calls, due_at="until").where(*_THIS, due_at="was")
AGAIN = updates(calls, tries=calls.c.tries + 1, due_at="when_next").where(*_THIS)
DONE = deletes(calls).where(*_THIS)
ORPHANS = deletes(calls).where(calls.c.subscription_id.not_in(select(subscriptions.c.id)))


async def replace(w: Writing, found: Subscription) -> None:
    """In place of what the same token or session had asked for before."""
    w.touch(TOKENS, found.key)
    await w.run(REMOVE, of=found.key)
    await ALL.add(w, found)


async def wish(w: Writing, key: str, alerts: Sequence[str], policy: str, country: str, language: str) -> bool:
    """Told of other things from now on; False where there is no such device."""
    w.touch(TOKENS, key)
    return await w.run(WISH, of=key, wanted=_said(alerts), by=policy, where_now=country, tongue=language) == 1


async def move(w: Writing, key: str, country: str) -> None:
    """Whoever has the device is in another country now."""
    w.touch(TOKENS, key)
    await w.run(PLACE, of=key, where_now=country)


async def remove(w: Writing, key: str) -> None:
    w.touch(TOKENS, key)
    await w.run(REMOVE, of=key)


async def remove_gone(w: Writing, gone: Subscription) -> bool:
    """Nobody is behind it any more; what its token or session has asked for since stays. False where it was removed before."""
    w.touch(TOKENS, gone.key)
    return await w.run(REMOVE_ID, of=gone.id) == 1


async def queue(w: Writing, account: int, notification: int, kind: str) -> None:
    """A push to every device of the account that wants such notifications."""
    await w.run(QUEUE, me=account, notification=notification, at=w.now(), none=0, kind=f" {kind} ")


async def due(reading: Reading, at: int, at_most: int) -> list[DuePush]:
    """Pushes to be made now, in the order in which they fell due."""
    return [DuePush(*row) for row in await reading.fetch(DUE, at=at, n=at_most)]


async def claim(w: Writing, call: DuePush, until: int) -> bool:
    """Take a push upon oneself; False where another process has."""
    found = await w.run(CLAIM, of=call.subscription_id, notification=call.notice_id, was=call.due_at, until=until)
    return found == 1


async def done(w: Writing, call: DuePush, *, went: bool) -> None:
    """It is made, or (not `went`) must not be made any more."""
    await w.run(DONE, of=call.subscription_id, notification=call.notice_id)
    if went:
        await w.run(WENT, of=call.subscription_id)


async def failed(w: Writing, call: DuePush, again_at: int | None) -> None:
    """In vain; it is made again at `again_at` (ms), or (None) never."""
    if again_at is None:
        await w.run(DONE, of=call.subscription_id, notification=call.notice_id)
        await w.run(GIVEN_UP, of=call.subscription_id, at=w.now())
    else:
        await w.run(AGAIN, of=call.subscription_id, notification=call.notice_id, when_next=again_at)


async def drop_orphans(w: Writing) -> None:
    """Pushes to devices that are gone."""
    await w.run(ORPHANS)

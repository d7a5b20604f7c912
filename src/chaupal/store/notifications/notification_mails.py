"""Notifications by mail: which kinds an account wants so, when its next letter is due, up to what it was told. Ids only."""

from collections.abc import Iterable

import msgspec
from sqlalchemy import and_, case, exists, func, or_, select, text as sql

from chaupal.kernel.clock import DAY, HOUR, MINUTE
from chaupal.kernel.ids import first_id_at
from chaupal.store.machine.dialect import holds, param, text_param
from chaupal.store.machine.statements import selects, updates
from chaupal.store.machine.work import Reading, Writing
from chaupal.store.tables.identity import accounts, logins
from chaupal.store.tables.notifications import markers, notifications

# What somebody can have by mail or not. What the court tells is not here: it always comes.
KINDS = (
    "mention",
    "follow_request",
    "follow",
    "quote",
    "status",
    "reblog",
    "favourite",
    "poll",
    "update",
    "quoted_update",
)
# From the first notification to its letter: what is read meanwhile needs none, and what comes meanwhile is in it.
WAIT = 30 * MINUTE
# The same as long as nobody has looked at what the last letter told of: who is away finds a few letters, and not one for each half hour.
AWAY = 6 * HOUR
# And once what they have not read has waited for LONG: a letter a day at most.
LONG, LONG_AWAY = 3 * DAY, DAY

CHOSEN = selects(logins.c.mail_kinds).where(account_id="me")
CHOOSE = updates(logins, mail_kinds="kinds", mail_due_at=None).where(account_id="me")
_read = (
    select(markers.c.last_read)
    .where(markers.c.account_id == param("me"), markers.c.timeline == sql("'notifications'"))
    .scalar_subquery()
)
_looked = func.coalesce(_read, sql("0"))
_is_away = logins.c.mailed > _looked
_is_long = exists().where(
    notifications.c.account_id == param("me"), notifications.c.id > _looked, notifications.c.id < param("long_ago")
)
_due = case((and_(_is_away, _is_long), param("tomorrow")), (_is_away, param("later")), else_=param("at"))
WANT = updates(logins, mail_due_at=_due).where(
    logins.c.confirmed_at.is_not(None),
    logins.c.unreached_at.is_(None),
    holds(text_param("blank") + logins.c.mail_kinds + text_param("blank"), "kind"),
    or_(logins.c.mail_due_at.is_(None), and_(logins.c.mail_due_at > param("at"), ~_is_away)),
    account_id="me",
)
DUE = (
    selects(logins.c.account_id, accounts.c.handle, logins, "email ui_language mail_kinds mailed")
    .join_from(logins, accounts, accounts.c.id == logins.c.account_id)
    .where(logins.c.mail_due_at <= param("now"))
    .ordered("mail_due_at")
    .limit("n")
)
CLAIM = updates(logins, mail_due_at=None, mailed=func.coalesce(param("upto"), logins.c.mailed)).where(
    logins.c.mail_due_at <= param("now"), account_id="me"
)


class DueMail(msgspec.Struct, frozen=True):
    """Somebody for whom a letter is due. `mailed`: the last notification that a letter told of."""

    account: int
    handle: str
    email: str
    language: str
    kinds: str
    mailed: int


async def chosen(reading: Reading, account: int) -> frozenset[str]:
    """Which kinds come to the account by mail."""
    return frozenset((await reading.value(CHOSEN, me=account) or "").split())


async def choose(w: Writing, account: int, kinds: Iterable[str]) -> bool:
    """These from now on, and no letter for what waits; False where nobody logs in so."""
    return bool(await w.run(CHOOSE, me=account, kinds=" ".join(kinds)))


async def want(w: Writing, account: int, kind: str) -> None:
    """In the commit of a notification: a letter is due in a while, where the account wants such by mail and none is due by then."""
    if kind in KINDS:
        now = w.now()
        after = {"at": now + WAIT, "later": now + AWAY, "tomorrow": now + LONG_AWAY}
        await w.run(WANT, me=account, blank=" ", kind=f" {kind} ", long_ago=first_id_at(now - LONG), **after)


async def due(reading: Reading, at_most: int) -> list[DueMail]:
    return [DueMail(*row) for row in await reading.fetch(DUE, now=reading.now(), n=at_most)]


async def claim(w: Writing, account: int, upto: int | None) -> bool:
    """Their letter is this unit's; False where another process has it. `upto`: the last notification in it; None: none is."""
    return bool(await w.run(CLAIM, me=account, now=w.now(), upto=upto))

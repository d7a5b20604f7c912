"""What people are told: one row per account and cause, however often its event is handled, in groups; and how far one has read."""

from collections.abc import Sequence
from heapq import merge
from operator import itemgetter
from typing import Any

import msgspec
from sqlalchemy import exists, or_, select, text as sql

from chaupal.kernel.clock import HOUR, MINUTE
from chaupal.kernel.event import Event
from chaupal.kernel.ids import first_id_at
from chaupal.store.machine.dialect import among, listed, param, text_param, upsert
from chaupal.store.machine.shelves import MARKERS, NOTIFICATIONS
from chaupal.store.machine.statements import columns_of, counts_of, deletes, inserts_once, same, selects
from chaupal.store.machine.work import Reading, Row, Writing
from chaupal.store.notifications import notification_mails, push
from chaupal.store.square.posts import Pages
from chaupal.store.tables.identity import accounts, logins
from chaupal.store.tables.notifications import markers, notifications

KINDS = (
    "mention",
    "status",
    "reblog",
    "follow",
    "follow_request",
    "favourite",
    "poll",
    "update",
    "quote",
    "quoted_update",
    "moderation_warning",
    "severed_relationships",
    "admin.sign_up",
    "admin.report",
)
# https://docs.joinmastodon.org/methods/push/
ALERTS = tuple(kind for kind in KINDS if kind not in ("moderation_warning", "severed_relationships"))


class NotificationMade(Event, frozen=True):
    """`account` is told of something; heard by its open connections, and by nobody later."""

    lasting = False

    account: int
    notification: int


class Notification(msgspec.Struct, frozen=True):
    """Somebody did something that concerns the account. `body`: JSON of ids, for notifications of the court."""

    id: int
    kind: str
    from_id: int
    post_id: int | None
    body: str
    created_at: int
    group_key: str = ""  # empty: it stands alone
    apart: int = 0  # whether it waits until the account lets in whom it is from


COLUMNS = columns_of(notifications, "id kind from_id post_id body created_at group_key filtered")

ADD = inserts_once(
    notifications, "id account_id kind from_id post_id cause body created_at group_key filtered", "account_id cause"
)
_MINE = (notifications.c.account_id == param("me"), notifications.c.filtered <= param("apart"))
# Of one kind, by an index of its own: who is told of a hundred thousand likes has few mentions among them.
_OF_KIND = (*_MINE, notifications.c.kind == text_param("kind"))
_OF_KINDS = (*_MINE, among(notifications.c.kind, "kinds"))
FEW = 3  # kinds that are asked for one by one
LOOKED_AT = 120  # notifications of all kinds, among the next of which several kinds are looked for first
# The newest of each group stands for it, so pages move by ids like any other.
_newer = notifications.alias("newer")
_ALONE = or_(among(notifications.c.kind, "together", negate=True), notifications.c.group_key == sql("''"))


def _told(*where: Any) -> Pages:
    return Pages(notifications.c.id, *where, base=select(*COLUMNS), kind=NOTIFICATIONS, key="me")


class Heads(Pages):
    """Of each group its newest.

    Whether there is a newer one was asked for each: of a hundred thousand likes of one post for all but one in vain. Downwards the first
    of each group is taken, and the rest of it is passed over.
    """

    def __init__(self, *where: Any, same_as: Any = ()) -> None:
        later = exists().where(
            _newer.c.account_id == notifications.c.account_id,
            _newer.c.group_key == notifications.c.group_key,
            _newer.c.id > notifications.c.id,
            _newer.c.filtered <= param("apart"),
            *same_as,
        )
        head = or_(_ALONE, ~later)
        super().__init__(notifications.c.id, *where, head, base=select(*COLUMNS), kind=NOTIFICATIONS, key="me")
        self._next = _told(or_(among(notifications.c.group_key, "seen", negate=True), _ALONE), *where)
        self._among = selects(notifications.c.id).where(among(notifications.c.id, "ids"), head)

    async def rows(self, reading: Reading, *, upward: bool, **params: Any) -> Sequence[Row]:
        """As `Pages.rows`."""
        if upward:
            return await super().rows(reading, upward=True, **params)
        together = frozenset(msgspec.json.decode(params["together"]))
        n, several, below = params["n"], 2 * params["n"], params["below"]
        found: list[Row] = []
        seen: dict[str, None] = {}
        while len(found) < n:
            asked = params | {"below": below, "n": several, "seen": listed(seen)}
            rows = await self._next.rows(reading, upward=False, **asked)
            fresh: list[Row] = []
            for row in rows:
                kind, group = row[_KIND], row[_GROUP]
                if not group or kind not in together:
                    fresh.append(row)
                elif group not in seen:
                    seen[group] = None
                    fresh.append(row)
            # Further down it may stand on a page before.
            found += await self._heads(reading, fresh, params) if params["below"] < NEWEST else fresh
            if len(rows) < several:
                break
            below = rows[-1][0]
        return found[:n]

    async def _heads(self, reading: Reading, rows: Sequence[Row], params: dict[str, Any]) -> list[Row]:
        look = reading.by(NOTIFICATIONS, params["me"])
        heads = {row[0] for row in await look.fetch(self._among, **params, ids=listed([row[0] for row in rows]))}
        return [row for row in rows if row[0] in heads]


_KIND, _GROUP = 1, 6  # their places in a row of COLUMNS
NEWEST = 2**63 - 1
_FROM = notifications.c.from_id == param("whose")
_SAME_FROM = (_newer.c.from_id == notifications.c.from_id,)
# Of one kind, and of some; by whether they are of one account, and whether groups are told once.
PAGES: dict[tuple[bool, bool], tuple[Pages, Pages]] = {
    (False, False): (_told(*_OF_KIND), _told(*_OF_KINDS)),
    (True, False): (_told(*_OF_KIND, _FROM), _told(*_OF_KINDS, _FROM)),
    (False, True): (Heads(*_OF_KIND), Heads(*_OF_KINDS)),
    (True, True): (Heads(*_OF_KIND, _FROM, same_as=_SAME_FROM), Heads(*_OF_KINDS, _FROM, same_as=_SAME_FROM)),
}
MEMBERS = (
    selects(*COLUMNS)
    .where(
        same(notifications, account_id="me"),
        among(notifications.c.group_key, "keys"),
        notifications.c.filtered <= param("apart"),
    )
    .order_by(notifications.c.id.desc())
    .limit("n")
)
# The notification of any kind that is so many further on.
_on = selects(notifications.c.id).where(
    *_MINE, notifications.c.id < param("below"), notifications.c.id > param("above")
)
FURTHER_ON = {
    upward: _on.order_by(notifications.c.id if upward else notifications.c.id.desc()).offset(param("on")).limit(1)
    for upward in (False, True)
}
DISMISS_GROUP = deletes(notifications).where(account_id="me", group_key="key")
WHOSE_ON = selects(notifications.c.account_id).where(among(notifications.c.post_id, "ids")).distinct()
ONE = selects(*COLUMNS).where(same(notifications, account_id="me", id="of"))
DROP = deletes(notifications).where(account_id="me", cause="why")
DISMISS = deletes(notifications).where(account_id="me", id="of")
CLEAR = deletes(notifications).where(account_id="me")
DROP_ON = deletes(notifications).where(among(notifications.c.post_id, "ids"))
SINCE = counts_of(notifications).where(notifications.c.id >= param("after"), account_id="me", kind="what")
ADDRESS = (
    selects(logins.c.email, logins.c.ui_language, accounts.c.handle)
    .join(accounts, accounts.c.id == logins.c.account_id)
    .where(account_id="me")
)
handle = selects(accounts.c.handle).where(id="of").word_of


async def add(
    w: Writing,
    new: int,
    account: int,
    kind: str,
    *,
    by: int,
    cause: str,
    post: int | None = None,
    body: str = "",
    filtered: bool = False,
    mailed: bool = False,
    about: int | None = None,
) -> bool:
    """Tell `account` once for each `cause`; False when it was told before. `filtered`: kept apart until it accepts who it is from.

    `mailed`: it makes no letter due, as what the house writes has one of its own. `about`: what many such notifications have in
    common, where `post` is each one's own (a repost).
    """
    fresh = await w.run(
        ADD,
        id=new,
        account_id=account,
        kind=kind,
        from_id=by,
        post_id=post,
        cause=cause,
        body=body,
        created_at=w.now(),
        group_key=group_key(kind, about or post, w.now()),
        filtered=int(filtered),
    )
    if fresh:
        w.touch(NOTIFICATIONS, account)
    if fresh and not filtered:
        w.tell(NotificationMade(account=account, notification=new))
        await push.queue(w, account, new, kind)
        if not mailed:
            await notification_mails.want(w, account, kind)
    return bool(fresh)


async def drop(w: Writing, account: int, cause: str) -> None:
    """What caused it was taken back."""
    if await w.run(DROP, me=account, why=cause):
        w.touch(NOTIFICATIONS, account)


async def drop_on(w: Writing, posts: Sequence[int]) -> None:
    """The posts are gone, and what was said about them with them."""
    w.touch(NOTIFICATIONS, *[row[0] for row in await w.fetch(WHOSE_ON, ids=listed(posts))])
    await w.run(DROP_ON, ids=listed(posts))


async def dismiss(w: Writing, account: int, id_: int) -> bool:
    w.touch(NOTIFICATIONS, account)
    return bool(await w.run(DISMISS, me=account, of=id_))


async def dismiss_group(w: Writing, account: int, key: str) -> bool:
    """All that the group holds; False where there is none."""
    w.touch(NOTIFICATIONS, account)
    return bool(await w.run(DISMISS_GROUP, me=account, key=key))


async def clear(w: Writing, account: int) -> None:
    w.touch(NOTIFICATIONS, account)
    await w.run(CLEAR, me=account)


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which notifications: of these kinds, by one account where `by` names it, `apart`: those that are kept apart too.

    `together`: kinds whose groups are told once, each by its newest notification; none: every notification by itself.
    """

    kinds: Sequence[str] = KINDS
    by: int | None = None
    apart: bool = False
    together: Sequence[str] = ()


async def page(
    reading: Reading, account: int, wanted: Wanted, *, below: int, above: int, limit: int, upward: bool
) -> list[Notification]:
    """Newest first, one more than `limit`."""
    of_one, of_some = PAGES[wanted.by is not None, bool(wanted.together)]
    bounds: dict[str, Any] = {
        "me": account,
        "below": below,
        "above": above,
        "n": limit + 1,
        "apart": int(wanted.apart),
        "whose": wanted.by or 0,
        "together": listed(wanted.together),
    }
    rows = None if len(wanted.kinds) <= FEW else await _near(reading, of_some, wanted.kinds, bounds, upward=upward)
    if rows is None:
        each = [await of_one.rows(reading, upward=upward, kind=kind, **bounds) for kind in wanted.kinds]
        rows = [*merge(*each, key=itemgetter(0), reverse=not upward)][: limit + 1]
    found = [_notification(row) for row in rows]
    return found[::-1] if upward else found


async def _near(
    reading: Reading, pages: Pages, kinds: Sequence[str], bounds: dict[str, Any], *, upward: bool
) -> Sequence[Row] | None:
    """Of some kinds, where there are enough within the next few of all kinds: who is told of a hundred thousand likes has few others
    among them. None: each kind is to be looked for by itself.
    """
    edge = ()
    if len(kinds) < len(KINDS):
        asked = {name: bounds[name] for name in ("me", "apart", "below", "above")}
        edge = await reading.once(NOTIFICATIONS, asked["me"], FURTHER_ON[upward], on=LOOKED_AT, **asked)
    near = bounds | ({} if not edge else {"below": edge[0][0]} if upward else {"above": edge[0][0]})
    rows = await pages.rows(reading, upward=upward, kinds=listed(kinds), **near)
    return rows if not edge or len(rows) >= bounds["n"] else None


async def members(
    reading: Reading, account: int, keys: Sequence[str], at_most: int, *, apart: bool = False
) -> list[Notification]:
    """All notifications of these groups together, the newest first."""
    rows = await reading.by(NOTIFICATIONS, account).fetch(
        MEMBERS, me=account, keys=listed(keys), n=at_most, apart=int(apart)
    )
    return [_notification(row) for row in rows]


async def by_id(reading: Reading, account: int, id_: int) -> Notification | None:
    row = await reading.by(NOTIFICATIONS, account).first(ONE, me=account, of=id_)
    return None if row is None else _notification(row)


async def since(reading: Reading, account: int, kind: str, at: int) -> int:
    """How many of a kind came after a time (ms)."""
    return await reading.value(SINCE, me=account, what=kind, after=first_id_at(at))


async def address(reading: Reading, account: int) -> tuple[str, str, str] | None:
    """(e-mail, language of pages, handle) of the account's login; None for one that nobody logs into."""
    row = await reading.first(ADDRESS, me=account)
    return None if row is None else (row[0], row[1], row[2])


def _notification(row: Row) -> Notification:
    return Notification(*row)


# Many people's likes of one post are one line. Others stand alone.
GROUPED = ("favourite", "reblog", "follow", "admin.sign_up")
SPAN = 12 * HOUR


def group_key(kind: str, about: int | None, at: int) -> str:
    """Empty for a notification that stands alone. `about`: the post it is about, if any; `at`: ms since 1970 UTC."""
    if kind not in GROUPED:
        return ""
    return f"{kind}-{at // SPAN}" if about is None else f"{kind}-{about}-{at // SPAN}"


TIMELINES = ("home", "notifications")


class Marker(msgspec.Struct, frozen=True):
    """`version` grows with every change; `updated_at` in ms since 1970."""

    timeline: str
    last_read: int
    version: int
    updated_at: int


MARKERS_OF = (
    selects(markers, "timeline last_read version updated_at")
    .where(among(markers.c.timeline, "timelines"), account_id="me")
    .ordered("timeline")
)
AHEAD = MINUTE  # by which the clock of another process may be
FORWARD = or_(markers.c.timeline != "notifications", markers.c.last_read < param("read"))
SET_MARKER = upsert(
    lambda i: (
        i(markers)
        .values(
            account_id=param("me"),
            timeline=text_param("which"),
            last_read=param("read"),
            version=1,
            updated_at=param("at"),
        )
        .on_conflict_do_update(
            index_elements=["account_id", "timeline"],
            set_={"last_read": param("read"), "version": markers.c.version + 1, "updated_at": param("at")},
            where=FORWARD,
        )
    )
)


async def markers_of(reading: Reading, account: int, timelines: Sequence[str] = TIMELINES) -> list[Marker]:
    return [
        Marker(*row)
        for row in await reading.by(MARKERS, account).fetch(MARKERS_OF, me=account, timelines=listed(timelines))
    ]


async def set_marker(w: Writing, account: int, timeline: str, last_read: int) -> None:
    """One goes back in one's home; of notifications, what was read stays so, and none is read before it is there.

    Tuba reads ids as 32 bits and sends back what is left of them: by that, all would be new again in every app.
    """
    if timeline == "notifications":
        last_read = min(last_read, first_id_at(w.now() + AHEAD))
    w.touch(MARKERS, account)
    await w.run(SET_MARKER, me=account, which=timeline, read=last_read, at=w.now())

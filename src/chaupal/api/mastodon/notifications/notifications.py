"""Notifications and read markers in the API."""

import functools
from collections.abc import Sequence
from typing import Any, Literal

import msgspec
from msgspec import UNSET, Raw, UnsetType

from chaupal.api.court.disputes import STATES, AccountWarning, WarningAppeal, warned
from chaupal.api.court.reports import ReportShown, shown_report
from chaupal.api.mastodon.account_entity import account_bytes
from chaupal.api.mastodon.posts.status_answers import PLAIN_PARTS, array_of, joined, parts_of
from chaupal.http.call import Answer, Call, Nothing, Route, get, post
from chaupal.http.paging import ById, Number, Paged, link_header
from chaupal.kernel.clock import iso
from chaupal.policy.sealed import Visible
from chaupal.policy.things import Person
from chaupal.policy.verdict import PLAIN
from chaupal.policy.viewer import Surface
from chaupal.reads.people import notifications as reads, people
from chaupal.reads.people.notifications import NotificationsAsked, NotificationSeen
from chaupal.social.people import listening

MOST_COUNTED = 1_000
# In how many parts one is written that tells of a person alone, and of a person and a plain post.
PLAIN_SIZES = frozenset({3, 4 + PLAIN_PARTS})

_encode = msgspec.json.Encoder().encode


class NotificationsPaged(Paged, kw_only=True):
    """Which kinds, or all but which; by one account where `account_id` names it. Unknown kinds ask for nothing.

    `include_filtered`: those that the policy keeps apart, too.
    """

    types: tuple[str, ...] = ()
    exclude_types: tuple[str, ...] = ()
    account_id: Number | None = None
    include_filtered: bool = False

    @property
    def wanted(self) -> NotificationsAsked:
        return NotificationsAsked(
            kinds=self.types, without=self.exclude_types, by=self.account_id, apart=self.include_filtered
        )


class RelationshipSeveranceEvent(msgspec.Struct, kw_only=True):
    """https://docs.joinmastodon.org/entities/RelationshipSeveranceEvent/"""

    id: str
    type: Literal["domain_block", "user_domain_block"]
    purged: bool
    target_name: str
    followers_count: int
    following_count: int
    created_at: str


class Notification(msgspec.Struct, kw_only=True):
    """https://docs.joinmastodon.org/entities/Notification/; `account` is never null. `filtered`: kept apart by the policy, told as Mastodon
    tells it, of these alone.
    """

    id: str
    type: str
    created_at: str
    group_key: str
    filtered: bool | UnsetType = UNSET
    account: Raw
    status: Raw | UnsetType = UNSET
    moderation_warning: AccountWarning | UnsetType = UNSET
    report: ReportShown | UnsetType = UNSET
    event: RelationshipSeveranceEvent | UnsetType = UNSET


class ReadUpTo(msgspec.Struct):
    """The newest id that was read."""

    last_read_id: Number


class MarkersSent(msgspec.Struct):
    """How far one has read; a timeline that is not named stays as it is."""

    home: ReadUpTo | None = None
    notifications: ReadUpTo | None = None


class MarkersAsked(msgspec.Struct):
    """Whose markers."""

    timeline: list[Literal["home", "notifications"]] = []


class MarkerShown(msgspec.Struct):
    """https://docs.joinmastodon.org/entities/Marker/"""

    last_read_id: str
    version: int
    updated_at: str


class UnreadCount(msgspec.Struct):
    """How many came since the marker."""

    count: int


async def listed(call: Call[NotificationsPaged]) -> Answer:
    """One's notifications, newest first."""
    args = call.args
    page = await reads.page(call.house.reads, call.viewer, args.cursor(40, 80), args.wanted)
    found = await _fragments(call, page.items)
    plain = all(t.person.verdict is PLAIN for t in page.items) and {len(each) for each in found} <= PLAIN_SIZES
    return joined(call, array_of(found), link_header(call, page), plain=plain)


async def show(call: Call[ById]) -> Answer:
    """One notification."""
    told = await reads.by_id(call.house.reads, call.viewer, call.args.id)
    return Answer((await written(call, [told]))[0])


async def unread(call: Call[NotificationsPaged]) -> UnreadCount:
    """How many came since the marker, at most a hundred unless `limit` allows more."""
    most = call.args.cursor(reads.MOST_UNREAD, MOST_COUNTED).limit
    return UnreadCount(await reads.unread(call.house.reads, call.viewer, most, call.args.wanted))


async def clear(call: Call[Nothing]) -> None:
    """All of one's notifications go."""
    await listening.clear_notifications(call.house.square, call.viewer)


async def dismiss(call: Call[ById]) -> None:
    """A notification goes."""
    await listening.dismiss_notification(call.house.square, call.viewer, call.args.id)


async def marks(call: Call[MarkersAsked]) -> dict[str, MarkerShown]:
    """How far one has read."""
    return await _marks(call, call.args.timeline)


async def mark(call: Call[MarkersSent]) -> dict[str, MarkerShown]:
    """Remember how far one has read."""
    sent = {"home": call.args.home, "notifications": call.args.notifications}
    read = {name: up_to.last_read_id for name, up_to in sent.items() if up_to is not None}
    await listening.keep_markers(call.house.square, call.viewer, read)
    return await _marks(call, list(read))


async def _marks(call: Call[Any], timelines: Sequence[str]) -> dict[str, MarkerShown]:
    found = await reads.marks(call.house.reads, call.viewer, timelines)
    return {m.timeline: MarkerShown(str(m.last_read), m.version, iso(m.updated_at)) for m in found}


async def written(call: Call[Any], told: Sequence[NotificationSeen]) -> list[bytes]:
    """Each as JSON, as clients read them; one about a post whose author may not be seen is left out."""
    return [b"".join(parts) for parts in await _fragments(call, told)]


async def _fragments(call: Call[Any], told: Sequence[NotificationSeen]) -> list[list[bytes]]:
    """The same in parts, as they are joined to a page."""
    about = [t for t in told if t.post is not None and t.kind != reads.COURT]
    statuses = dict(zip([t.id for t in about], await parts_of(call, [t.post for t in about if t.post]), strict=True))
    me = (
        await people.person(call.house.reads, call.viewer, call.me)
        if len(about) < len(told) and any(t.kind == reads.COURT for t in told)
        else None
    )
    found: list[list[bytes]] = []
    for t in told:
        status = statuses.get(t.id)
        if status is None or status:
            found.append(_notification(call, t, status or (), me))
    return found


def _notification(
    call: Call[Any], notification: NotificationSeen, status: Sequence[bytes], me: Visible[Person] | None
) -> list[bytes]:
    account = account_bytes(call.house.settings, call.viewer, notification.person)
    head = _head(
        notification.id, notification.kind, notification.created_at, notification.group_key, apart=notification.apart
    )
    parts = [head, account]
    if status:
        parts += (b',"status":', *status)
    if (
        me is not None
        and notification.kind == reads.COURT
        and (warning := warning_of(call, notification, me)) is not UNSET
    ):
        parts += (b',"moderation_warning":', _encode(warning))
    if notification.reported is not None:
        parts += (b',"report":', _encode(report_of(call, notification)))
    if notification.severed is not None:
        parts += (b',"event":', _encode(event_of(notification)))
    parts.append(b"}")
    return parts


@functools.lru_cache(2_000)
def _head(id_: int, kind: str, created_at: int, group_key: str, *, apart: bool) -> bytes:
    """Up to whose account it tells: the same for as long as there is this notification."""
    said = {
        "id": str(id_),
        "type": kind,
        "created_at": iso(created_at),
        "group_key": group_key or f"{reads.ALONE}{id_}",
    } | ({"filtered": True} if apart else {})
    return _encode(said)[:-1] + b',"account":'


def report_of(call: Call[Any], notification: NotificationSeen) -> ReportShown | UnsetType:
    return (
        UNSET
        if notification.reported is None
        else shown_report(call, notification.reported.row, notification.reported.whom)
    )


def event_of(notification: NotificationSeen) -> RelationshipSeveranceEvent | UnsetType:
    """The list of those whose follows ended is kept for good, so it is never purged."""
    one = notification.severed
    if one is None:
        return UNSET
    return RelationshipSeveranceEvent(
        id=str(one.id),
        type="user_domain_block" if one.hidden else "domain_block",
        purged=False,
        target_name=one.domain,
        followers_count=one.followers,
        following_count=one.following,
        created_at=iso(notification.created_at),
    )


def warning_of(call: Call[Any], notification: NotificationSeen, me: Visible[Person]) -> AccountWarning | UnsetType:
    body, ruling, appeal = notification.body, notification.ruling, notification.appeal
    if ruling is None:
        return UNSET
    outcome = str(body.get("appeal", ""))
    appealed = WarningAppeal(appeal.text, STATES[appeal.outcome]) if appeal else None
    return warned(
        call,
        ruling,
        str(body.get("kind", "")),
        me,
        at=notification.created_at,
        ended=bool(body.get("ended")),
        appealed=appealed,
        outcome=outcome,
    )


ONE = "/api/v1/notifications/{id}"
READ: dict[str, Any] = {"scope": "read:notifications"}
HOT: dict[str, Any] = READ | {"kept": True}
WRITE: dict[str, Any] = {"scope": "write:notifications"}

ROUTES: tuple[Route, ...] = (
    get("/api/v1/notifications", listed, Surface.NOTIFICATIONS, gives=list[Notification], **HOT),
    get("/api/v1/notifications/unread_count", unread, Surface.NOTIFICATIONS, **HOT),
    post("/api/v1/notifications/clear", clear, Surface.NOTIFICATIONS, **WRITE),
    get(ONE, show, Surface.NOTIFICATIONS, gives=Notification, **READ),
    post(f"{ONE}/dismiss", dismiss, Surface.NOTIFICATIONS, **WRITE),
    get("/api/v1/markers", marks, Surface.OWN, scope="read:statuses"),
    post("/api/v1/markers", mark, Surface.OWN, scope="write:statuses"),
)

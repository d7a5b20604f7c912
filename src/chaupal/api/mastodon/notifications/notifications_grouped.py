"""Grouped notifications in the API: one entry for what many did. https://docs.joinmastodon.org/methods/grouped_notifications/"""

from collections.abc import Sequence
from typing import Any, Literal

import msgspec
from msgspec import UNSET, Raw, UnsetType

from chaupal.api.court.disputes import AccountWarning
from chaupal.api.court.reports import ReportShown
from chaupal.api.mastodon.account_entity import Account, account_bytes, account_of
from chaupal.api.mastodon.notifications import notifications as single
from chaupal.api.mastodon.posts.status_answers import are_plain, array_of, joined, parts_of
from chaupal.http.call import Answer, Call, Route, get, post
from chaupal.http.paging import link_header
from chaupal.kernel.clock import iso
from chaupal.policy.sealed import Visible
from chaupal.policy.things import Person
from chaupal.policy.verdict import PLAIN
from chaupal.policy.viewer import Surface
from chaupal.reads.people import notifications as reads, people
from chaupal.reads.people.notifications import GroupSeen, NotificationsAsked
from chaupal.social.people import listening

SAMPLE = 8  # people of a group who are shown with it

_encode = msgspec.json.Encoder().encode


class GroupsAsked(single.NotificationsPaged, kw_only=True):
    """`grouped_types`: which kinds are told in groups; those that can be, where none is named.

    `expand_accounts`: whether people beside the newest of each group come whole, or as name and portrait.
    """

    grouped_types: tuple[str, ...] = reads.GROUPED
    expand_accounts: Literal["full", "partial_avatars"] = "full"

    @property
    def wanted(self) -> NotificationsAsked:
        return msgspec.structs.replace(super().wanted, together=self.grouped_types)


class GroupKey(msgspec.Struct):
    """A group by its key."""

    group_key: str


class NotificationGroup(msgspec.Struct, kw_only=True):
    """https://docs.joinmastodon.org/methods/grouped_notifications/#NotificationGroup

    `most_recent_notification_id` is a number, alone of all ids: the documentation says string, but its examples and every
    Mastodon server send a number, and clients that decode strictly (Mastodon's own for iOS) lose the whole list over a string.
    """

    group_key: str
    notifications_count: int
    type: str
    most_recent_notification_id: int
    page_min_id: str
    page_max_id: str
    latest_page_notification_at: str
    sample_account_ids: list[str]
    status_id: str | UnsetType = UNSET
    moderation_warning: AccountWarning | UnsetType = UNSET
    report: ReportShown | UnsetType = UNSET
    event: single.RelationshipSeveranceEvent | UnsetType = UNSET


class PartialAccount(msgspec.Struct, kw_only=True):
    """https://docs.joinmastodon.org/methods/grouped_notifications/#PartialAccountWithAvatar"""

    id: str
    acct: str
    url: str
    avatar: str
    avatar_static: str
    avatar_description: str = ""
    locked: bool
    bot: bool


class GroupedNotifications(msgspec.Struct, kw_only=True):
    """People and posts once each, and the groups that name them by their ids."""

    accounts: list[Raw]
    statuses: list[Raw]
    notification_groups: list[NotificationGroup]
    partial_accounts: list[PartialAccount] | UnsetType = UNSET


async def listed(call: Call[GroupsAsked]) -> Answer:
    """One's notifications in groups, newest first."""
    args = call.args
    page = await reads.groups(call.house.reads, call.viewer, args.cursor(40, 80), args.wanted)
    return await _shown(call, page.items, link_header(call, page), partial=args.expand_accounts == "partial_avatars")


async def show(call: Call[GroupKey]) -> Answer:
    """One group of notifications."""
    return await _shown(call, [await reads.group(call.house.reads, call.viewer, call.args.group_key)])


async def accounts(call: Call[GroupKey]) -> list[Raw]:
    """Everybody of a group of notifications, the newest first."""
    group = await reads.group(call.house.reads, call.viewer, call.args.group_key)
    return [Raw(account_bytes(call.house.settings, call.viewer, person)) for person in _people(group)]


async def dismiss(call: Call[GroupKey]) -> None:
    """All notifications of a group go."""
    await listening.dismiss_group(call.house.square, call.viewer, call.args.group_key)


async def _shown(
    call: Call[Any], groups: Sequence[GroupSeen], headers: list[tuple[str, str]] | None = None, *, partial: bool = False
) -> Answer:
    me = await people.person(call.house.reads, call.viewer, call.me)
    posts = {g.newest.post.item.id: g.newest.post for g in groups if g.newest.post and g.newest.kind != reads.COURT}
    written = dict(zip(posts, await parts_of(call, [*posts.values()]), strict=True))
    # One about a post whose author may not be seen is left out.
    kept = [
        g for g in groups if g.newest.post is None or g.newest.kind == reads.COURT or written[g.newest.post.item.id]
    ]
    whole = {p.item.id: p for g in kept for p in (_people(g)[:1] if partial else _people(g)[:SAMPLE])}
    rest = {p.item.id: p for g in kept for p in _people(g)[:SAMPLE] if p.item.id not in whole}
    accounts = [(account_bytes(call.house.settings, call.viewer, person),) for person in whole.values()]
    pieces = [b'{"accounts":', *array_of(accounts), b',"statuses":', *array_of(written.values())]
    pieces += [b',"notification_groups":', _encode([_group(call, g, me) for g in kept])]
    if partial:
        pieces += [b',"partial_accounts":', _encode([_partial(call, person) for person in rest.values()])]
    plain = all(person.verdict is PLAIN for person in whole.values()) and all(map(_names_by_id, kept))
    return joined(call, [*pieces, b"}"], headers, plain=plain and are_plain(written.values()))


def _names_by_id(group: GroupSeen) -> bool:
    """Whether nobody's account stands within the group itself."""
    return group.newest.kind != reads.COURT and group.newest.reported is None


def _group(call: Call[Any], group: GroupSeen, me: Visible[Person]) -> NotificationGroup:
    newest, ids = group.newest, [t.id for t in group.told]
    court = newest.kind == reads.COURT
    return NotificationGroup(
        group_key=group.key,
        notifications_count=len(ids),
        type=newest.kind,
        most_recent_notification_id=newest.id,
        page_min_id=str(ids[-1]),
        page_max_id=str(ids[0]),
        latest_page_notification_at=iso(newest.created_at),
        sample_account_ids=[str(p.item.id) for p in _people(group)[:SAMPLE]],
        status_id=str(newest.post.item.id) if newest.post and not court else UNSET,
        moderation_warning=single.warning_of(call, newest, me) if court else UNSET,
        report=single.report_of(call, newest),
        event=single.event_of(newest),
    )


def _people(group: GroupSeen) -> list[Visible[Person]]:
    """Each once, the newest first."""
    return list({told.person.item.id: told.person for told in group.told}.values())


def _partial(call: Call[Any], seen: Visible[Person]) -> PartialAccount:
    whole = account_of(call.house.settings, call.viewer, seen)
    return msgspec.convert(whole, PartialAccount, from_attributes=True)


GROUPS = "/api/v2/notifications"
ONE = f"{GROUPS}/{{group_key}}"
READ: dict[str, Any] = {"scope": "read:notifications"}
HOT: dict[str, Any] = READ | {"kept": True}
WRITE: dict[str, Any] = {"scope": "write:notifications"}

ROUTES: tuple[Route, ...] = (
    get(GROUPS, listed, Surface.NOTIFICATIONS, gives=GroupedNotifications, **HOT),
    get(f"{GROUPS}/unread_count", single.unread, Surface.NOTIFICATIONS, takes=GroupsAsked, **HOT),
    get(ONE, show, Surface.NOTIFICATIONS, gives=GroupedNotifications, **READ),
    get(f"{ONE}/accounts", accounts, Surface.NOTIFICATIONS, gives=list[Account], **READ),
    post(f"{GROUPS}/clear", single.clear, Surface.NOTIFICATIONS, **WRITE),
    post(f"{ONE}/dismiss", dismiss, Surface.NOTIFICATIONS, **WRITE),
)

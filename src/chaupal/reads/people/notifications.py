"""What happened to the viewer, as the law stands now: a notification about a post they may not see (any more) is left out."""

from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec.structs import replace

from chaupal.kernel.errors import NotFound
from chaupal.kernel.ids import parse_id
from chaupal.policy.facts import Facts
from chaupal.policy.gate import reveal
from chaupal.policy.rulings import Ruling
from chaupal.policy.sealed import Visible
from chaupal.policy.things import Person, Post
from chaupal.policy.viewer import Surface, Viewer, may
from chaupal.reads.context import Reads
from chaupal.reads.page import Cursor, Page, rows_page
from chaupal.reads.people.filtering import not_hidden
from chaupal.store.court import appeals, reports, rulings
from chaupal.store.court.appeals import AppealRow
from chaupal.store.court.reports import ReportRow
from chaupal.store.federation import servers
from chaupal.store.identity.admin_accounts import sealed_in_any_state
from chaupal.store.identity.facts_cache import facts_for
from chaupal.store.machine.work import Reading
from chaupal.store.notifications import notification_policy, notifications
from chaupal.store.notifications.notification_policy import NotificationRequest, Policy as Policy
from chaupal.store.notifications.notifications import GROUPED, KINDS as KINDS, Marker, Notification, Wanted
from chaupal.store.square import graph
from chaupal.store.square.people import sealed_people
from chaupal.store.square.posts import sealed_posts

MOST_UNREAD = 100  # counted no further
MOST_MEMBERS = 1_000  # of the groups of one page together
COURT, SEVERED = "moderation_warning", "severed_relationships"
ALONE = "ungrouped-"
# What staff are told for their office -> what their role must open, when it is written and whenever it is looked at.
DUTIES = {"admin.sign_up": "approve_accounts", "admin.report": "handle_reports"}


class ReportedPerson(msgspec.Struct, frozen=True):
    """A report, and whom it is about."""

    row: ReportRow
    whom: Visible[Person]


class Severance(msgspec.Struct, frozen=True):
    """Follows of the viewer's that ended with a server. `hidden`: they hid it themselves, else it was suspended here."""

    id: int
    domain: str
    hidden: bool
    followers: int
    following: int


class NotificationSeen(msgspec.Struct, frozen=True):
    """One notification. `person` did it; `post` is what it is about. `body`: ids, for notifications of the court

    (`ruling`, `order`, `subject`, `kind` of subject, whether it `ended`; `appeal`: what an appeal came to).
    """

    id: int
    kind: str
    created_at: int
    person: Visible[Person]
    post: Visible[Post] | None
    body: dict[str, Any]
    group_key: str = ""  # empty: it stands alone
    ruling: Ruling | None = None  # for notifications of the court
    appeal: AppealRow | None = None  # against it
    reported: ReportedPerson | None = None  # for staff
    severed: Severance | None = None
    apart: bool = False  # it waits until whom it is from is let in


class NotificationsAsked(msgspec.Struct, frozen=True, kw_only=True):
    """Which notifications: of `kinds` (all, when empty) but `without`; by one account; those kept apart, too.

    `together`: the kinds that are told in groups.
    """

    kinds: Sequence[str] = ()
    without: Sequence[str] = ()
    by: int | None = None
    apart: bool = False
    together: Sequence[str] = ()

    @property
    def wanted(self) -> Wanted:
        kinds = [k for k in KINDS if (not self.kinds or k in self.kinds) and k not in self.without]
        return Wanted(kinds=kinds, by=self.by, apart=self.apart, together=[k for k in GROUPED if k in self.together])


ALL = NotificationsAsked()


class GroupSeen(msgspec.Struct, frozen=True):
    """One thing that happened, however many did it: `told` by each of those whom the viewer may see, the newest first."""

    key: str
    told: Sequence[NotificationSeen]

    @property
    def newest(self) -> NotificationSeen:
        return self.told[0]


async def page(
    reads: Reads, viewer: Viewer, cursor: Cursor, wanted: NotificationsAsked = ALL
) -> Page[NotificationSeen]:
    """The viewer's notifications, newest first, each by itself."""
    async with reads.work.reading() as reading:
        heads = await _heads(reading, viewer, cursor, wanted)
        return heads.map(await _tell(reading, viewer, heads.items))


async def groups(reads: Reads, viewer: Viewer, cursor: Cursor, wanted: NotificationsAsked) -> Page[GroupSeen]:
    """The same, in groups; the newest of each stands for it, so pages move by its id."""
    async with reads.work.reading() as reading:
        heads = await _heads(reading, viewer, cursor, wanted)
        keys = list(dict.fromkeys(n.group_key for n in heads.items if n.group_key and n.kind in wanted.together))
        members = (
            await notifications.members(reading, viewer.me, keys, MOST_MEMBERS, apart=wanted.apart) if keys else []
        )
        return heads.map(await _groups(reading, viewer, heads.items, members))


async def group(reads: Reads, viewer: Viewer, key: str) -> GroupSeen:
    """One group by its key; a notification that stands alone is one, too. Raises NotFound."""
    async with reads.work.reading() as reading:
        alone = parse_id(key.removeprefix(ALONE)) if key.startswith(ALONE) else None
        if alone is not None:
            item = await notifications.by_id(reading, viewer.me, alone)
            members = [item] if item else []
        else:
            members = await notifications.members(reading, viewer.me, [key], MOST_MEMBERS, apart=True) if key else []
        told = await _tell(reading, viewer, members)
    if not told:
        raise NotFound
    return GroupSeen(key, told)


async def _heads(reading: Reading, viewer: Viewer, cursor: Cursor, wanted: NotificationsAsked) -> Page[Notification]:
    return rows_page(await notifications.page(reading, viewer.me, wanted.wanted, **cursor.bounds), cursor)


async def _groups(
    reading: Reading, viewer: Viewer, heads: Sequence[Notification], members: Sequence[Notification]
) -> list[GroupSeen]:
    by_key: dict[str, list[int]] = {}
    for item in members:
        by_key.setdefault(item.group_key, []).append(item.id)
    every = {n.id: n for n in (*heads, *members)}
    told = {t.id: t for t in await _tell(reading, viewer, list(every.values()))}
    found: list[GroupSeen] = []
    for head in heads:
        grouped = head.group_key in by_key
        ids = by_key[head.group_key] if grouped else [head.id]
        if seen := [told[id_] for id_ in ids if id_ in told]:
            found.append(GroupSeen(head.group_key if grouped else f"{ALONE}{head.id}", seen))
    return found


async def by_id(reads: Reads, viewer: Viewer, id_: int) -> NotificationSeen:
    """One of the viewer's notifications. Raises NotFound."""
    async with reads.work.reading() as reading:
        item = await notifications.by_id(reading, viewer.me, id_)
        told = await _tell(reading, viewer, [item]) if item else []
    if not told:
        raise NotFound
    return told[0]


async def unread(reads: Reads, viewer: Viewer, most: int = MOST_UNREAD, wanted: NotificationsAsked = ALL) -> int:
    """How many came since the marker, at most `most`, in groups where it is so asked; what may not be seen is not counted."""
    async with reads.work.reading() as reading:
        mark = await notifications.markers_of(reading, viewer.me, ("notifications",))
    cursor = Cursor(since_id=mark[0].last_read if mark else None, limit=most)
    read = groups if wanted.together else page
    return len((await read(reads, viewer, cursor, wanted)).items)


async def policy(reads: Reads, viewer: Viewer) -> tuple[Policy, int, int]:
    """The viewer's policy; how many notifications are kept apart, and from how many people."""
    async with reads.work.reading() as reading:
        return await notification_policy.policy_of(reading, viewer.me), *await notification_policy.counts(
            reading, viewer.me
        )


class RequestSeen(msgspec.Struct, frozen=True):
    """Somebody whose notifications are kept apart, and the newest post among these where it may be seen."""

    asking: NotificationRequest
    person: Visible[Person]
    post: Visible[Post] | None


async def requests(reads: Reads, viewer: Viewer, cursor: Cursor) -> Page[RequestSeen]:
    """Those who wait for a word, newest first."""
    async with reads.work.reading() as reading:
        page = rows_page(await notification_policy.asking(reading, viewer.me, **cursor.bounds), cursor)
        return page.map(await _requests(reading, viewer, page.items))


async def request(reads: Reads, viewer: Viewer, id_: int) -> RequestSeen:
    """One of them. Raises NotFound."""
    async with reads.work.reading() as reading:
        asking = await notification_policy.request(reading, viewer.me, id_)
        found = await _requests(reading, viewer, [asking]) if asking else []
    if not found:
        raise NotFound
    return found[0]


async def _requests(reading: Reading, viewer: Viewer, found: Sequence[NotificationRequest]) -> list[RequestSeen]:
    facts = await _facts(reading, viewer)
    sealed = await sealed_people(reading, [asking.from_id for asking in found])
    people = {v.item.id: v for v in reveal(viewer, Surface.NOTIFICATIONS, sealed.values(), facts)}
    posts = await _posts(reading, viewer, facts, [a.last_post for a in found if a.last_post is not None])
    return [RequestSeen(a, people[a.from_id], posts.get(a.last_post or 0)) for a in found if a.from_id in people]


async def marks(reads: Reads, viewer: Viewer, timelines: Sequence[str] = notifications.TIMELINES) -> list[Marker]:
    """How far the viewer has read."""
    async with reads.work.reading() as reading:
        return await notifications.markers_of(reading, viewer.me, timelines)


async def _tell(reading: Reading, viewer: Viewer, found: Sequence[Notification]) -> list[NotificationSeen]:
    facts = await _facts(reading, viewer)
    sealed = await sealed_people(reading, dict.fromkeys(n.from_id for n in found))
    people = {v.item.id: v for v in reveal(viewer, Surface.NOTIFICATIONS, sealed.values(), facts)}
    # Blocking or muting the server's own account does not keep one from learning what was decided.
    court = [sealed[n.from_id] for n in found if n.kind == COURT and n.from_id in sealed]
    if court:
        people |= {v.item.id: v for v in reveal(viewer, Surface.PROFILE, court, facts)}
    bodies = {n.id: msgspec.json.decode(n.body, type=dict[str, Any]) for n in found if n.body}
    about = [n.post_id for n in found if n.post_id is not None]
    about += [body["subject"] for body in bodies.values() if body.get("kind") == "post"]
    posts = await _posts(reading, viewer, facts, about)
    duties = await _duties(reading, viewer, facts, found)
    told: list[NotificationSeen] = []
    for item in found:
        person = people.get(item.from_id)
        if item.kind in DUTIES:
            told += [duties[item.id]] if item.id in duties else []
        elif item.kind == SEVERED:
            if person is not None:
                told.append(await _of_severed(reading, item, person, bodies[item.id]))
        elif item.kind == COURT and person is not None:
            told.append(await _of_court(reading, item, person, bodies[item.id], posts))
        elif person is not None and (item.post_id is None or item.post_id in posts):
            post = None if item.post_id is None else posts[item.post_id]
            told.append(
                NotificationSeen(
                    item.id, item.kind, item.created_at, person, post, {}, item.group_key, apart=bool(item.apart)
                )
            )
    return told


async def _of_severed(
    reading: Reading, item: Notification, person: Visible[Person], body: dict[str, Any]
) -> NotificationSeen:
    domains = await servers.domains(reading, {body["server"]})
    severed = Severance(
        body["event"], domains.get(body["server"], ""), body["hidden"], body["followers"], body["following"]
    )
    return NotificationSeen(item.id, item.kind, item.created_at, person, None, {}, severed=severed)


async def _of_court(
    reading: Reading, item: Notification, person: Visible[Person], body: dict[str, Any], posts: dict[int, Visible[Post]]
) -> NotificationSeen:
    """Notifications of the court are shown whatever has become of the post: the limit remains a fact."""
    row = await rulings.ruling(reading, body["ruling"])
    post = posts.get(body["subject"])
    appeal = (await appeals.on_rulings(reading, [body["ruling"]])).get(body["ruling"])
    return NotificationSeen(
        item.id, item.kind, item.created_at, person, post, body, "", row.ruling if row else None, appeal
    )


async def _duties(
    reading: Reading, viewer: Viewer, facts: Facts, found: Sequence[Notification]
) -> dict[int, NotificationSeen]:
    """By the notification. Whoever has laid the office down reads no more of it; whom staff block for themselves signs up and
    reports all the same, so this is looked at as the office's own pages are."""
    mine = [item for item in found if item.kind in DUTIES and may(viewer, DUTIES[item.kind])]
    if not mine:
        return {}
    of = {n.id: msgspec.json.decode(n.body, type=dict[str, int])["report"] for n in mine if n.body}
    rows = await reports.by_ids(reading, [*of.values()])
    ids = {item.from_id for item in mine} | {row.account_id for row in rows.values()}
    sealed = await sealed_in_any_state(reading, ids)
    people = {v.item.id: v for v in reveal(viewer, Surface.OFFICE, sealed.values(), facts)}
    told: dict[int, NotificationSeen] = {}
    for n in mine:
        row = rows.get(of.get(n.id, 0))
        if n.from_id not in people or (n.id in of and (row is None or row.account_id not in people)):
            continue
        reported = ReportedPerson(row, people[row.account_id]) if row else None
        told[n.id] = NotificationSeen(
            n.id, n.kind, n.created_at, people[n.from_id], None, {}, n.group_key, reported=reported
        )
    return told


async def _posts(reading: Reading, viewer: Viewer, facts: Facts, ids: Sequence[int]) -> dict[int, Visible[Post]]:
    """By the id that the notification holds: a repost is there only so that the notification goes with it; its original is told of."""
    seen = reveal(viewer, Surface.NOTIFICATIONS, await sealed_posts(reading, dict.fromkeys(ids)), facts)
    found = {v.item.id: v for v in seen}
    reposts = {v.item.id: v.item.boost_of for v in seen if v.item.boost_of is not None}
    if reposts:
        inner = reveal(viewer, Surface.NOTIFICATIONS, await sealed_posts(reading, set(reposts.values())), facts)
        originals = {v.item.id: v for v in inner}
        for repost, original in reposts.items():
            if original in originals:
                found[repost] = originals[original]
            else:
                del found[repost]
    left = {v.item.id for v in await not_hidden(reading, viewer, "notifications", [*found.values()])}
    return {id_: v for id_, v in found.items() if v.item.id in left}


async def _facts(reading: Reading, viewer: Viewer) -> Facts:
    """The viewer's facts, in which mutes that leave notifications alone do not count."""
    facts = await facts_for(reading, viewer)
    ties = facts.relations
    heard = await graph.muted_but_heard(reading, viewer.me) if ties.muting else frozenset[int]()
    if not heard:
        return facts
    muting = ties.muting - heard
    apart = ties.blocking | ties.blocked_by | muting | ties.hidden_servers
    return Facts(replace(ties, muting=muting, apart=apart), facts.rulings)

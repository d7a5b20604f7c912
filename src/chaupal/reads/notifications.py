"""What happened to the viewer, as the law stands now: a notice about a post they may not see (any more) is left out."""

from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec.structs import replace

from chaupal.kernel.errors import NotFound
from chaupal.policy.facts import Facts
from chaupal.policy.gate import reveal
from chaupal.policy.rulings import Ruling
from chaupal.policy.sealed import Visible
from chaupal.policy.surface import Surface
from chaupal.policy.things import Person, Post
from chaupal.policy.viewer import Viewer
from chaupal.reads.context import Reads
from chaupal.reads.page import Cursor, Page, page_of
from chaupal.store import graph, markers, notices, rulings
from chaupal.store.knowledge import facts_for
from chaupal.store.markers import Marker
from chaupal.store.notices import KINDS, Notice
from chaupal.store.people import sealed_people
from chaupal.store.posts import sealed_posts
from chaupal.store.work import Reading

__all__ = ["COURT", "KINDS", "MOST_UNREAD", "Marker", "Told", "marks", "one", "page", "unread"]

MOST_UNREAD = 100  # counted no further
COURT = "moderation_warning"


class Told(msgspec.Struct, frozen=True):
    """One notification. `person` did it; `post` is what it is about. `body`: ids, for notices of the court

    (`ruling`, `order`, `target`, `subject`, `kind` of subject, whether it `ended`).
    """

    id: int
    kind: str
    created_at: int
    person: Visible[Person]
    post: Visible[Post] | None
    body: dict[str, Any]
    ruling: Ruling | None = None  # for notices of the court


async def page(
    reads: Reads, viewer: Viewer, cursor: Cursor, *,
    kinds: Sequence[str] = (), without: Sequence[str] = (), by: int | None = None,
) -> Page[Told]:  # fmt: skip
    """The viewer's notifications, newest first; only `kinds` (all, when empty) but not those in `without`."""
    wanted = [k for k in KINDS if (not kinds or k in kinds) and k not in without]
    async with reads.work.reading() as reading:
        found = await notices.page(
            reading, viewer.me, wanted, by,
            below=cursor.below, above=cursor.above, limit=cursor.limit, upward=cursor.upward,
        )  # fmt: skip
        ids = page_of([n.id for n in found], cursor)
        kept = set(ids.items)
        return ids.map(await _tell(reading, viewer, [n for n in found if n.id in kept]))


async def one(reads: Reads, viewer: Viewer, id_: int) -> Told:
    """One of the viewer's notifications. Raises NotFound."""
    async with reads.work.reading() as reading:
        notice = await notices.one(reading, viewer.me, id_)
        told = await _tell(reading, viewer, [notice]) if notice else []
    if not told:
        raise NotFound
    return told[0]


async def unread(reads: Reads, viewer: Viewer, most: int = MOST_UNREAD) -> int:
    """How many notifications came since the marker, at most `most`; what may not be seen is not counted."""
    async with reads.work.reading() as reading:
        mark = await markers.read(reading, viewer.me, ("notifications",))
    since = mark[0].last_read if mark else None
    return len((await page(reads, viewer, Cursor(since_id=since, limit=most))).items)


async def marks(reads: Reads, viewer: Viewer, timelines: Sequence[str] = markers.TIMELINES) -> list[Marker]:
    """How far the viewer has read."""
    async with reads.work.reading() as reading:
        return await markers.read(reading, viewer.me, timelines)


async def _tell(reading: Reading, viewer: Viewer, found: Sequence[Notice]) -> list[Told]:
    facts = await _facts(reading, viewer)
    sealed = await sealed_people(reading, dict.fromkeys(n.from_id for n in found))
    people = {v.item.id: v for v in reveal(viewer, Surface.NOTIFICATIONS, sealed.values(), facts)}
    # Blocking or muting the server's own account does not keep one from learning what was decided.
    court = [sealed[n.from_id] for n in found if n.kind == COURT and n.from_id in sealed]
    people |= {v.item.id: v for v in reveal(viewer, Surface.PROFILE, court, facts)}
    bodies = {n.id: msgspec.json.decode(n.body, type=dict[str, Any]) for n in found if n.body}
    about = [n.post_id for n in found if n.post_id is not None]
    about += [body["subject"] for body in bodies.values() if body.get("kind") == "post"]
    posts = await _posts(reading, viewer, facts, about)
    told: list[Told] = []
    for notice in found:
        person = people.get(notice.from_id)
        if notice.kind == COURT and person is not None:
            told.append(await _of_court(reading, notice, person, bodies[notice.id], posts))
        elif person is not None and (notice.post_id is None or notice.post_id in posts):
            post = None if notice.post_id is None else posts[notice.post_id]
            told.append(Told(notice.id, notice.kind, notice.created_at, person, post, {}))
    return told


async def _of_court(
    reading: Reading, notice: Notice, person: Visible[Person], body: dict[str, Any], posts: dict[int, Visible[Post]]
) -> Told:  # fmt: skip
    """Told whatever has become of the post: that a limit was made does not go away with it."""
    row = await rulings.ruling(reading, body["ruling"])
    post = posts.get(body["subject"])
    return Told(notice.id, notice.kind, notice.created_at, person, post, body, row.ruling if row else None)


async def _posts(reading: Reading, viewer: Viewer, facts: Facts, ids: Sequence[int]) -> dict[int, Visible[Post]]:
    """By the id that the notice holds: a repost is there only so that the notice goes with it; its original is told of."""
    seen = reveal(viewer, Surface.NOTIFICATIONS, await sealed_posts(reading, dict.fromkeys(ids)), facts)
    found = {v.item.id: v for v in seen}
    reposts = {v.item.id: v.item.boost_of for v in seen if v.item.boost_of is not None}
    inner = reveal(viewer, Surface.NOTIFICATIONS, await sealed_posts(reading, set(reposts.values())), facts)
    originals = {v.item.id: v for v in inner}
    for repost, original in reposts.items():
        if original in originals:
            found[repost] = originals[original]
        else:
            del found[repost]
    return found


async def _facts(reading: Reading, viewer: Viewer) -> Facts:
    """The viewer's facts, in which mutes that leave notifications alone do not count."""
    facts = await facts_for(reading, viewer)
    ties = facts.relations
    heard = await graph.muted_but_heard(reading, viewer.me) if ties.muting else frozenset[int]()
    if not heard:
        return facts
    muting = ties.muting - heard
    return Facts(replace(ties, muting=muting, apart=ties.blocking | ties.blocked_by | muting), facts.rulings)

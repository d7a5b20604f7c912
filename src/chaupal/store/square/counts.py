"""What is counted for staff and for the public: how much was said, liked and reported by day or week. Numbers only.

Everything here looks at many rows: for `scanning()`, and to be kept for a while. Deleted things are not counted, and nobody's
coming and going is: who is active is known by what they said or liked.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import and_, case, distinct, exists, func, literal_column, or_, select, text, union_all
from sqlalchemy.dialects import sqlite

from chaupal.kernel.ids import BROUGHT, LOW_BITS, first_id_at
from chaupal.store.machine.dialect import Statement, param, text_param, upsert
from chaupal.store.machine.statements import selects
from chaupal.store.machine.work import Reading
from chaupal.store.square.people import OURS
from chaupal.store.tables.court import reports
from chaupal.store.tables.identity import accounts
from chaupal.store.tables.square import likes, media, post_tags, posts


class Span(NamedTuple):
    """From `start` to before `end` (ms), in steps of `step`; steps begin at `offset` before 1970."""

    start: int
    end: int
    step: int
    offset: int = 0

    @property
    def firsts(self) -> list[int]:
        """When each step begins."""
        return list(range(self.start, self.end, self.step))

    def params(self) -> dict[str, int]:
        return {
            "begins": self.start,
            "ends": self.end,
            "since": first_id_at(self.start),
            "until": first_id_at(self.end),
            "step": self.step,
            "offset": self.offset,
        }


def _here(id_: Any) -> Any:
    """Made here in the span: what was brought from elsewhere is dated as it was said there."""
    return and_(id_ >= param("since"), id_ < param("until"), id_ % (2 * BROUGHT) < BROUGHT)


def _step(ms: Any) -> Any:
    return (ms + param("offset")) // param("step")


def _at(id_: Any) -> Any:
    return id_ // (1 << LOW_BITS)


def _timed(ms: Any) -> Any:
    return and_(ms >= param("begins"), ms < param("ends"))


def _by_step(ms: Any, counted: Any, *where: Any) -> Statement:
    when = _step(ms).label("step_of")
    # By its place: both databases would take the expression with other parameters for another one.
    return selects(when, counted).where(*where).group_by(literal_column("1"))


def _all(counted: Any, *where: Any) -> Statement:
    return selects(counted).where(*where)


# People of other servers are counted by theirs.
_person = (OURS, accounts.c.state == "active", accounts.c.role != "system", _timed(accounts.c.created_at))
# What the house itself says to people, of decisions and reports, is nobody's activity.
_somebodys = and_(
    posts.c.server == text("0"), posts.c.author.not_in(select(accounts.c.id).where(OURS, accounts.c.role == "system"))
)
_said = (posts.c.boost_of.is_(None), _here(posts.c.id), _somebodys)
_liked = (_here(likes.c.id), exists().where(OURS, accounts.c.id == likes.c.account_id))
_counts = reports.c.state != "unconfirmed"
_tagged = (post_tags.c.key == text_param("tag"), post_tags.c.listed == 1, _here(post_tags.c.post_id))
_acts = union_all(
    select(posts.c.author.label("who"), posts.c.id.label("id")).where(_here(posts.c.id), _somebodys),
    select(likes.c.account_id.label("who"), likes.c.id.label("id")).where(*_liked),
).subquery()
_open = posts.c.visibility <= text("1")
_open_acts = union_all(
    select(posts.c.author.label("who"), posts.c.id.label("id")).where(_here(posts.c.id), _somebodys, _open),
    select(likes.c.account_id.label("who"), likes.c.id.label("id")).where(
        *_liked, exists().where(posts.c.id == likes.c.post_id, _open)
    ),
).subquery()
_dealings = union_all(
    select(posts.c.id.label("id")).where(
        _here(posts.c.id), _somebodys, or_(posts.c.boost_of.is_not(None), posts.c.reply_to.is_not(None))
    ),
    select(likes.c.id.label("id")).where(*_liked),
).subquery()

# What can be counted -> by step, and altogether.
COUNTS: dict[str, tuple[Statement, Statement]] = {
    name: (_by_step(ms, counted, *where), _all(counted, *where))
    for name, ms, counted, where in (
        ("active_users", _at(_acts.c.id), func.count(distinct(_acts.c.who)), ()),
        ("new_users", accounts.c.created_at, func.count(accounts.c.id), _person),
        ("interactions", _at(_dealings.c.id), func.count(_dealings.c.id), ()),
        ("opened_reports", reports.c.received_at, func.count(reports.c.id), (_counts, _timed(reports.c.received_at))),
        ("resolved_reports", reports.c.resolved_at, func.count(reports.c.id), (_timed(reports.c.resolved_at),)),
        ("tag_accounts", _at(post_tags.c.post_id), func.count(distinct(post_tags.c.author)), _tagged),
        ("tag_uses", _at(post_tags.c.post_id), func.count(post_tags.c.post_id), _tagged),
        # Everybody reads these, so they tell nothing of what was said to a few.
        ("statuses", _at(posts.c.id), func.count(posts.c.id), (*_said, _open)),
        ("seen_users", _at(_open_acts.c.id), func.count(distinct(_open_acts.c.who)), ()),
    )
}


def _most(what: Any, counted: Any, *where: Any) -> Statement:
    number = counted.label("number")
    return selects(what, number).where(*where).group_by(what).order_by(number.desc(), what).limit("n")


# What there is most of: a word and how often.
MOST: dict[str, Statement] = {
    "languages": _most(posts.c.language, func.count(posts.c.id), *_said),
    "sources": _most(posts.c.app, func.count(posts.c.id), *_said),
    "tag_languages": _most(post_tags.c.language, func.count(post_tags.c.post_id), *_tagged),
}
MEDIA = selects(func.coalesce(func.sum(media.c.size), 0))
SIZE = upsert(
    lambda i: (
        select(text("page_count * page_size")).select_from(text("pragma_page_count(), pragma_page_size()"))
        if i is sqlite.insert
        else select(text("pg_database_size(current_database())"))
    )
)
VERSION = upsert(
    lambda i: select(text("sqlite_version()" if i is sqlite.insert else "current_setting('server_version')"))
)
_last_like = (
    select(func.max(likes.c.id)).where(likes.c.account_id == accounts.c.id).correlate(accounts).scalar_subquery()
)
COHORT = selects(
    accounts.c.created_at,
    case((accounts.c.last_post_at.is_(None), accounts.c.created_at), else_=accounts.c.last_post_at),
    func.coalesce(_last_like, 0),
).where(*_person)


async def by_step(reading: Reading, what: str, span: Span, tag: str = "") -> dict[int, int]:
    """When a step begins (ms) -> how many; steps with none are not there."""
    rows = await reading.fetch(COUNTS[what][0], **span.params(), tag=tag)
    return {int(row[0]) * span.step - span.offset: int(row[1]) for row in rows}


async def altogether(reading: Reading, what: str, span: Span, tag: str = "") -> int:
    return int(await reading.value(COUNTS[what][1], **span.params(), tag=tag) or 0)


async def most(reading: Reading, what: str, span: Span, n: int, tag: str = "") -> Sequence[tuple[str, int]]:
    """The most frequent first; an empty word for those that say nothing."""
    return [(row[0], int(row[1])) for row in await reading.fetch(MOST[what], **span.params(), tag=tag, n=n)]


async def space(reading: Reading) -> tuple[int, int]:
    """Bytes of the database, and of what was uploaded."""
    return int(await reading.value(SIZE)), int(await reading.value(MEDIA))


async def version(reading: Reading) -> str:
    """Of the database."""
    return str(await reading.value(VERSION))


async def joined(reading: Reading, span: Span) -> list[tuple[int, int]]:
    """(when they joined, when they were last known to do something) of everybody who joined in the span. Times in ms."""
    rows = await reading.fetch(COHORT, **span.params())
    return [(int(row[0]), max(int(row[0]), int(row[1]), int(row[2]) >> LOW_BITS)) for row in rows]

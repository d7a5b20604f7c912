"""What makes a home beside whom one follows: followed tags, people who stand in exclusive lists instead, and languages."""

from collections.abc import Iterable

import msgspec
from sqlalchemy import func, literal_column, select, union_all

from chaupal.policy.things import Post
from chaupal.store.machine.dialect import among, listed, param, statement
from chaupal.store.machine.shelves import WANTS
from chaupal.store.machine.statements import selects
from chaupal.store.machine.work import Reading
from chaupal.store.tables.identity import logins
from chaupal.store.tables.square import list_members, lists, post_tags, tag_follows


class Wants(msgspec.Struct, frozen=True):
    """`tags`: count keys that are followed; `aside`: members of exclusive lists, who are left out of the home; `languages`: codes of
    those that the home is in (none: all).
    """

    tags: frozenset[str] = frozenset()
    aside: frozenset[int] = frozenset()
    languages: tuple[str, ...] = ()

    def tagged(self, post: Post) -> bool:
        """Whether a post stands in the home for its tags: public ones do."""
        return post.boost_of is None and any(tag.key in self.tags for tag in post.tags)


NO_WANTS = Wants()

ALL_LANGUAGES = "all"
# A tag's key; who stands in an exclusive list; or (-1) the languages of the home.
ALL = statement(
    union_all(
        select(tag_follows.c.key, literal_column("0")).where(tag_follows.c.account_id == param("me")),
        select(literal_column("''"), list_members.c.account_id)
        .join_from(list_members, lists, lists.c.id == list_members.c.list_id)
        .where(lists.c.account_id == param("me"), lists.c.exclusive == 1),
        select(logins.c.reads, literal_column("-1")).where(
            logins.c.account_id == param("me"), logins.c.reads_at_home == 1, logins.c.reads != ALL_LANGUAGES
        ),
    )
)
_TAGGED = (
    selects(func.distinct(post_tags.c.post_id))
    .where(
        among(post_tags.c.key, "keys"),
        post_tags.c.listed > 0,
        post_tags.c.post_id < param("below"),
        post_tags.c.post_id > param("above"),
    )
    .limit("n")
)
NEWEST = _TAGGED.order_by(post_tags.c.post_id.desc())
NEXT_UP = _TAGGED.order_by(post_tags.c.post_id)


async def wants_of(reading: Reading, account: int) -> Wants:
    """The account's; from memory after the first look."""
    kept = reading.memory.wants.get(account)
    if kept is not None:
        return kept
    generation, look = reading.memory.generation, reading.by(WANTS, account)
    rows = await look.fetch(ALL, me=account)
    tags, aside = frozenset(key for key, who in rows if not who), frozenset(who for _, who in rows if who > 0)
    languages = next((tuple(codes.split(".")) for codes, who in rows if who < 0), ())
    found = Wants(tags, aside, languages) if rows else NO_WANTS
    if reading.memory.stands(WANTS, (account,), generation):
        reading.memory.wants.put(account, found)
    return found


async def newest_tagged(
    reading: Reading, keys: Iterable[str], *, below: int, above: int, limit: int, upward: bool = False
) -> list[int]:
    """Ids of public posts with one of the tags, newest first. `upward`: those next above `above`, in no order."""
    rows = await reading.fetch(
        NEXT_UP if upward else NEWEST, keys=listed(sorted(keys)), below=below, above=above, n=limit
    )
    return [row[0] for row in rows]

"""What answers are made from, by kind and key: the one registry of shelves of memory and of what is forgotten with them.

Each kind says how much of it is kept, which rows it rests on, and whether it is law. A unit of work names the keys that it
changes (`Writing.touch`). Where it names none of a kind whose rows it changed, the whole kind is forgotten: statements know
what they change.
"""

from collections.abc import Iterable
from typing import Any, Final

from sqlalchemy import Column, Delete, Executable, Insert, Table, Update

from chaupal.store.machine import tables as t


class Kind[K]:
    """A kind of thing that answers are made from, known by keys.

    `most`: how many of it memory holds; 0: none, it names what was read. `columns`: whose change changes it; `rows`: tables
    in which a new row, or one that goes, does. `law`: what the gate obeys. `lasting`: it never changes. `tracked`: its keys
    say when it changes; else whoever looks at it has looked at everything.
    """

    __slots__ = ("columns", "lasting", "law", "most", "name", "rows", "tracked")

    def __init__(
        self,
        name: str,
        *columns: "Column[Any]",
        rows: Iterable[Table] = (),
        most: int = 0,
        law: bool = False,
        lasting: bool = False,
        tracked: bool = True,
    ) -> None:
        self.name = name
        self.columns = frozenset(columns)
        self.rows = frozenset(rows)
        self.most = most
        self.law = law
        self.lasting = lasting
        self.tracked = tracked

    def __repr__(self) -> str:
        return self.name


class _Every:
    """In a key's place: all keys of the kind."""

    def __repr__(self) -> str:
        return "every"


EVERY: Final = _Every()
ONLY: Final = 0  # the key of what there is one of

type Touched = tuple[Kind[Any], Any]


def _whole[K](name: str, *tables: Table, most: int = 0, law: bool = False) -> "Kind[K]":
    """One that rests on all of these tables."""
    return Kind(name, *(column for table in tables for column in table.c), rows=tables, most=most, law=law)


# What the gate obeys, as a whole (`store/identity/facts_cache.py`).
RULINGS: Kind[int] = _whole("rulings", t.rulings, law=True)

# Things and ties, on shelves, by the id of what they are or of whose they are.
POSTS: Kind[int] = _whole("posts", t.posts, t.poll_votes, most=2_500)
CARRIED: Kind[int] = Kind("carried", most=50_000, lasting=True)  # what a post reposts, 0 for none
PEOPLE: Kind[int] = _whole("people", t.accounts, most=3_000)
RELATIONS: Kind[int] = _whole("relations", t.follows, t.blocks, t.mutes, t.domain_blocks, most=2_000)
FILTERS: Kind[int] = _whole("filters", t.filters, t.filter_keywords, t.filter_posts, most=2_000)
WANTS: Kind[int] = Kind("wants", t.lists.c.exclusive, rows=(t.tag_follows, t.list_members), most=5_000)
REACTIONS: Kind[int] = _whole("reactions", t.likes, t.bookmarks, t.pins, t.thread_mutes, most=1_000)
TOKENS: Kind[str] = Kind(
    "tokens",
    t.tokens.c.revoked_at,
    t.accounts.c.role,
    t.accounts.c.state,
    t.logins.c.ui_language,
    t.logins.c.appearance,
    t.logins.c.reads,
    t.logins.c.totp_since,
    t.logins.c.passkeys,
    t.logins.c.confirmed_at,
    t.logins.c.approved_at,
    most=10_000,
)
# By token or session: the country it last came from, as its device has it
PLACES: Kind[str] = Kind("places", most=10_000)
ANNOUNCED: Kind[int] = _whole("announced", t.announcements, most=1)  # what staff tell everybody now
DOORS: Kind[int] = _whole("doors", t.doors, most=1)  # those that are shut now
PAGES: Kind[Any] = Kind("pages", most=500, tracked=False)  # what is counted, and good for a while whatever happens

# What is read anew each time, and yet known by a key. (Of what everybody wrote, memory holds the newest in one.)
HOMES: Kind[int] = Kind("homes")  # the ids of a home, by whose it is; `ports.feed` says when they change
# What is listed for everybody
SQUARE: Kind[int] = Kind("square", t.posts.c.listed, t.posts.c.language, rows=(t.posts,))
ELSEWHERE: Kind[int] = _whole("elsewhere", t.elsewhere)  # and of what people of other servers say
WROTE: Kind[int] = Kind(
    "wrote", t.posts.c.author, t.posts.c.visibility, t.posts.c.answers, rows=(t.posts,), most=1
)  # what somebody wrote and reposted
TAGGED: Kind[str] = _whole("tagged", t.post_tags)  # by the tag's count key
# Which posts are found by a word (`finding.key_of`): the index, and who lets their posts be found. Versions that knew of one key for
# all words named it "found": each forgets everything where it hears the other's name.
FOUND: Kind[int] = Kind("found_by", t.accounts.c.indexable, rows=(t.posts,))
THREADS: Kind[int] = Kind("threads", t.posts.c.root, t.posts.c.reply_to, rows=(t.posts,))  # by the post they began with
NOTIFICATIONS: Kind[int] = _whole("notices", t.notifications)  # by whom they tell
TALKS: Kind[int] = Kind(  # conversations with their read marks, by whose they are
    "talks", *t.conversations.c, *t.read_marks.c, t.logins.c.marks_since, rows=(t.conversations, t.read_marks)
)
STATED: Kind[int] = _whole("stated", t.stated)  # what its server says of a thing, by the thing
KEYS: Kind[str] = _whole("keys", t.remote_keys, most=5_000)  # whose keys people of other servers sign by, by their ids
MARKERS: Kind[int] = _whole("markers", t.markers)  # how far somebody has read

KINDS: tuple[Kind[Any], ...] = tuple(kind for kind in tuple(globals().values()) if isinstance(kind, Kind))


# What processes hold between them: nobody is answered from it, so that it changes is no news.
UNSEEN = frozenset((t.outbox, t.seats, t.acts, t.spoken, t.deliveries, t.heard, t.arrivals, t.untold))
# And of rows that are seen otherwise: when a server is called next, and by whom.
UNSEEN_COLUMNS = frozenset((t.servers.c.due_at, t.servers.c.held_until, t.servers.c.fails, t.servers.c.failing_since))


def writes(stmt: Executable) -> bool:
    """Whether a statement changes anything that an answer may be made from, of a kind or of none."""
    if not isinstance(stmt, Insert | Update | Delete) or not isinstance(table := stmt.table, Table):
        return False
    return table not in UNSEEN and not (isinstance(stmt, Update) and _set_by(stmt, table) <= UNSEEN_COLUMNS)


def changed_by(stmt: Executable) -> frozenset[Kind[Any]]:
    """The kinds that rest on what a statement changes; none for one that only reads."""
    if not isinstance(stmt, Insert | Update | Delete) or not isinstance(table := stmt.table, Table):
        return frozenset()
    columns, rows = _set_by(stmt, table), frozenset[Table]() if isinstance(stmt, Update) else frozenset({table})
    return frozenset(kind for kind in KINDS if kind.rows & rows or kind.columns & columns)


def _set_by(stmt: Insert | Update | Delete, table: Table) -> frozenset[Any]:
    """The columns of rows that were there before. Where a statement does not name them: all of its table's."""
    every = frozenset[Any](table.c)
    if isinstance(stmt, Delete):
        return frozenset()
    if isinstance(stmt, Insert):
        # ON CONFLICT: each database has a class of its own for it.
        conflict = type(stmt._post_values_clause).__name__  # pyright: ignore[reportPrivateUsage]
        return every if conflict == "OnConflictDoUpdate" else frozenset()
    named: Any = stmt._values  # pyright: ignore[reportPrivateUsage]
    return frozenset(table.c[getattr(name, "name", name)] for name in named) if named else every

"""The registry of what answers are made from: each kind of thing, its keys, and which rows make it change; and the notes of the keys that
an answer is made from.

Each kind says how much of it is kept, which rows it rests on, and whether it is law. A unit of work names the keys that it
changes (`Writing.touch`). Where it names none of a kind whose rows it changed, the whole kind is forgotten: statements know
what they change.

Nobody has to remember what an answer rests on: shelves note the key that they are asked for, and a statement notes everything
unless it is run under a key (`Reading.by`). What rests on everything is good until any commit at all.
"""

from collections.abc import Iterable
from contextvars import ContextVar
from typing import Any, Final

from sqlalchemy import Column, Delete, Executable, Insert, Table, Update

from chaupal.store.tables.court import rulings
from chaupal.store.tables.federation import (
    arrivals,
    deliveries,
    elsewhere,
    heard,
    remote_keys,
    servers,
    spoken,
    stated,
    untold,
)
from chaupal.store.tables.identity import accounts, address_blocks, logins, tokens
from chaupal.store.tables.machine import acts, outbox, seats
from chaupal.store.tables.notifications import markers, notifications, push_subscriptions
from chaupal.store.tables.square import (
    announcements,
    blocks,
    bookmarks,
    conversations,
    domain_blocks,
    filter_keywords,
    filter_posts,
    filters,
    follows,
    likes,
    list_members,
    lists,
    mutes,
    pins,
    poll_votes,
    post_tags,
    posts,
    read_marks,
    tag_follows,
    thread_mutes,
)


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


class Every:
    """Stands in a key's place for all keys of the kind."""

    def __repr__(self) -> str:
        return "every"


EVERY: Final = Every()
ONLY: Final = 0  # the key of what there is one of

type Touched = tuple[Kind[Any], Any]


def _whole[K](
    name: str, *tables: Table, beside: "Iterable[Column[Any]]" = (), most: int = 0, law: bool = False
) -> "Kind[K]":
    """One that rests on all of these tables, and on these columns `beside`."""
    return Kind(name, *beside, *(column for table in tables for column in table.c), rows=tables, most=most, law=law)


# What the gate obeys, as a whole (`store/identity/facts_cache.py`).
RULINGS: Kind[int] = _whole("rulings", rulings, law=True)

# Things and ties, on shelves, by the id of what they are or of whose they are.
POSTS: Kind[int] = _whole("posts", posts, poll_votes, most=2_500)
CARRIED: Kind[int] = Kind("carried", most=50_000, lasting=True)  # what a post reposts, 0 for none
PEOPLE: Kind[int] = _whole("people", accounts, most=3_000)
_OF_HOME = (lists.c.exclusive, logins.c.reads, logins.c.reads_at_home)
RELATIONS: Kind[int] = _whole(
    "ties", follows, blocks, mutes, domain_blocks, tag_follows, list_members, beside=_OF_HOME, most=2_000
)
FILTERS: Kind[int] = _whole("filters", filters, filter_keywords, filter_posts, most=2_000)
REACTIONS: Kind[int] = _whole("reactions", likes, bookmarks, pins, thread_mutes, most=1_000)
# Processes tell each other kinds by name. These, and the ties above, rest on more than "tokens" and "relations" did: a process of an
# earlier version, beside which this one begins, does not know the new names and forgets everything.
TOKENS: Kind[str] = Kind(
    "callers",
    tokens.c.revoked_at,
    accounts.c.role,
    accounts.c.state,
    logins.c.ui_language,
    logins.c.appearance,
    logins.c.reads,
    logins.c.totp_since,
    logins.c.passkeys,
    logins.c.confirmed_at,
    logins.c.approved_at,
    logins.c.unreached_at,
    push_subscriptions.c.country,
    rows=(push_subscriptions,),
    most=10_000,
)
ANNOUNCED: Kind[int] = _whole("announced", announcements, most=1)  # what staff tell everybody now
ADDRESS_BLOCKS: Kind[int] = _whole("doors", address_blocks, most=1)  # those in force
PAGES: Kind[Any] = Kind("pages", most=500, tracked=False)  # what is counted, and good for a while whatever happens

# What is read anew each time, and yet known by a key. (Of what everybody wrote, memory holds the newest in one.)
HOMES: Kind[int] = Kind("homes")  # the ids of a home, by whose it is; `ports.homes` says when they change
# What is listed for everybody
SQUARE: Kind[int] = Kind("square", posts.c.listed, posts.c.language, rows=(posts,))
ELSEWHERE: Kind[int] = _whole("elsewhere", elsewhere)  # and of what people of other servers say
# What somebody wrote and reposted
WROTE: Kind[int] = Kind("wrote", posts.c.author, posts.c.visibility, posts.c.answers, rows=(posts,), most=1)
TAGGED: Kind[str] = _whole("tagged", post_tags)  # by the tag's count key
# Which posts are found by a word (`finding.key_of`): the index, and who lets their posts be found. Versions that knew of one key for
# all words named it "found": each forgets everything where it hears the other's name.
FOUND: Kind[int] = Kind("found_by", accounts.c.indexable, rows=(posts,))
THREADS: Kind[int] = Kind("threads", posts.c.root, posts.c.reply_to, rows=(posts,))  # by the post they began with
NOTIFICATIONS: Kind[int] = _whole("notices", notifications)  # by whom they tell
TALKS: Kind[int] = Kind(  # conversations with their read marks, by whose they are
    "talks", *conversations.c, *read_marks.c, logins.c.marks_since, rows=(conversations, read_marks)
)
STATED: Kind[int] = _whole("stated", stated)  # what its server says of a thing, by the thing
KEYS: Kind[str] = _whole("keys", remote_keys, most=5_000)  # whose keys people of other servers sign by, by their ids
MARKERS: Kind[int] = _whole("markers", markers)  # how far somebody has read

KINDS: tuple[Kind[Any], ...] = tuple(kind for kind in tuple(globals().values()) if isinstance(kind, Kind))


# What processes hold between them: nobody is answered from it, so that it changes is no news.
UNSEEN = frozenset((outbox, seats, acts, spoken, deliveries, heard, arrivals, untold))
# And of rows that are seen otherwise: when a server is called next, and by whom.
UNSEEN_COLUMNS = frozenset((servers.c.due_at, servers.c.held_until, servers.c.fails, servers.c.failing_since))


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


def _set_by(stmt: Insert | Update | Delete, table: "Table[Any]") -> frozenset[Any]:
    """The columns of rows that were there before. Where a statement does not name them: all of its table's."""
    every = frozenset[Any](table.c)
    if isinstance(stmt, Delete):
        return frozenset()
    if isinstance(stmt, Insert):
        # ON CONFLICT: each database has a class of its own for it.
        conflict = type(stmt._post_values_clause).__name__  # pyrefly: ignore[protected-access] - told nowhere else
        return every if conflict == "OnConflictDoUpdate" else frozenset()
    named: Any = stmt._values  # pyrefly: ignore[protected-access] - nor this
    return frozenset(table.c[getattr(name, "name", name)] for name in named) if named else every


NEVER = 2**63 - 1


class Noted:
    """`keys` by kind; `everything`: something without a key was read; `until`: ms, when the clock alone changes it.

    `lost`: something of it was forgotten while it was being made.
    """

    __slots__ = ("_open", "_outer", "_token", "everything", "forgotten", "keys", "missed", "until")

    def __init__(self, open_: "set[Noted]") -> None:
        self.keys: dict[Kind[Any], set[Any]] = {}
        self.everything = False
        self.until = NEVER
        self.missed = False  # anything at all was forgotten meanwhile
        self.forgotten: set[Touched] = set()
        self._open = open_

    def __enter__(self) -> "Noted":
        self._outer = NOTING.get()
        self._token = NOTING.set(self)
        self._open.add(self)
        return self

    def __exit__(self, *_: object) -> None:
        self._open.discard(self)
        NOTING.reset(self._token)
        if self._outer is not None:
            self._outer.note_all(self)

    def note_all(self, other: "Noted") -> None:
        """What else was looked at, for a part of it."""
        for kind, keys in other.keys.items():
            self.note(kind, keys)
        self.everything = self.everything or other.everything
        self.until = min(self.until, other.until)

    def note(self, kind: Kind[Any], keys: Iterable[Any]) -> None:
        if not kind.tracked:
            self.everything = True
        elif not kind.lasting:
            found = self.keys.get(kind)
            if found is None:
                self.keys[kind] = set(keys)
            else:
                found.update(keys)

    @property
    def lost(self) -> bool:
        """Whether anything of it was forgotten while it was being made."""
        if self.everything:
            return self.missed
        return any(kind in self.keys and (key is EVERY or key in self.keys[kind]) for kind, key in self.forgotten)


NOTING: ContextVar[Noted | None] = ContextVar("noting", default=None)


def note(kind: Kind[Any], *keys: Any) -> None:
    """These keys are looked at."""
    noted = NOTING.get()
    if noted is not None:
        noted.note(kind, keys)


def note_everything() -> None:
    """Something without a key is read: any commit makes the answer invalid."""
    noted = NOTING.get()
    if noted is not None:
        noted.everything = True


def note_until(ms: int) -> None:
    """The clock alone changes what is read now."""
    noted = NOTING.get()
    if noted is not None and ms < noted.until:
        noted.until = ms

"""Posts to read: sealed ones by id in one batch, and the skeletons (ids) of every list of them."""

import heapq
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any

import msgspec
from msgspec.structs import replace
from sqlalchemy import ColumnElement, and_, exists, func, or_, select, text
from sqlalchemy.sql import Select

from chaupal.kernel.clock import DAY
from chaupal.kernel.ids import first_id_at, made_at
from chaupal.policy.facts import Visibility
from chaupal.policy.narrow import FOR_EVERYBODY, Scope, open_to
from chaupal.policy.sealed import Sealed
from chaupal.policy.things import Emoji, LinkCard, Mention, Picture, Poll, Post, Tag
from chaupal.policy.viewer import Viewer
from chaupal.store.machine import shelves
from chaupal.store.machine.dialect import among, listed, param, statement, text_param
from chaupal.store.machine.newest import NewestPosts
from chaupal.store.machine.shelves import ELSEWHERE, ONLY, POSTS, SQUARE, TAGGED, THREADS, WROTE, Kind
from chaupal.store.machine.statements import same, selects
from chaupal.store.machine.together import loaded
from chaupal.store.machine.work import Reading, Row, Writing
from chaupal.store.tables.federation import elsewhere
from chaupal.store.tables.square import follows, mentions, post_tags, posts, tags

# Each field of a Post is a column of that name; what it carries of another post is a row of its own.
FIELDS = tuple(name for name in Post.__struct_fields__ if name != "inner")
COLUMNS = tuple(posts.c[name] for name in FIELDS)

BY_IDS = selects(*COLUMNS).where(among(posts.c.id, "ids"))
# What is listed for everybody: of our own people in the posts themselves, of others in a table beside them.
LISTED = text("listed = 1")


class Pages:
    """The two statements of one list: newest first, and oldest first for `min_id`.

    `kind`, and the parameter that holds its key : what is forgotten when the list changes; None: with everything.
    """

    def __init__(
        self,
        id_: ColumnElement[Any],
        *where: Any,
        base: "Select[*tuple[Any, ...]] | None" = None,
        kind: Kind[Any] | None = None,
        key: str = "",
    ) -> None:
        self._kind, self._key = kind, key
        chosen = (base if base is not None else select(id_)).where(*where, id_ < param("below"), id_ > param("above"))
        self.down = statement(chosen.order_by(id_.desc()).limit(param("n")))
        self.up = statement(chosen.order_by(id_.asc()).limit(param("n")))

    async def rows(self, reading: Reading, *, upward: bool, **params: Any) -> Sequence[Row]:
        """As the statements have them: newest first, or oldest first."""
        stmt = self.up if upward else self.down
        if self._kind is None:
            return await reading.fetch(stmt, **params)
        return await reading.once(self._kind, params[self._key] if self._key else ONLY, stmt, **params)

    async def page(
        self, reading: Reading, *, below: int, above: int, limit: int, upward: bool, **params: Any
    ) -> Sequence[Row]:
        """Newest first, one more than `limit`, so that whoever shows them knows whether there is a next one."""
        rows = await self.rows(reading, upward=upward, below=below, above=above, n=limit + 1, **params)
        return rows[::-1] if upward else rows


class Both(Pages):
    """Two lists read as one. Each is kept by itself, so that what changes in the one leaves the other as it is."""

    def __init__(self, *lists: Pages) -> None:
        self._lists = lists

    async def rows(self, reading: Reading, *, upward: bool, **params: Any) -> Sequence[Row]:
        """As `Pages.rows`."""
        found = [await one.rows(reading, upward=upward, **params) for one in self._lists]
        return list(heapq.merge(*found, key=lambda row: row[0], reverse=not upward))[: params["n"]]


# Most people have a first page within a day; only who follows few or quiet people needs to look further.
WINDOWS = (DAY, 4 * DAY, 16 * DAY, 64 * DAY, 256 * DAY)


def windows(reading: Reading, *, below: int, above: int, upward: bool) -> Iterator[tuple[int, int]]:
    """Ids (below, above) between which to look, one after the other until enough was found: ever more of what lies between two.

    Where a list is of several authors or tags, PostgreSQL reads all that lies between two ids, and sorts it. SQLite takes the first of
    each: for it there is but one window.
    """
    if not reading.embedded:
        edge = made_at(max(above, 0)) if upward else min(made_at(below), reading.now())
        for window in WINDOWS:
            narrow = (
                (min(below, first_id_at(edge + window)), above)
                if upward
                else (below, max(above, first_id_at(max(0, edge - window))))
            )
            if narrow == (below, above):
                break
            yield narrow
    yield below, above


class Widening(Pages):
    """A list that is looked for in `windows`."""

    async def rows(self, reading: Reading, *, upward: bool, **params: Any) -> Sequence[Row]:
        """As `Pages.rows`."""
        rows: Sequence[Row] = ()
        for below, above in windows(reading, below=params["below"], above=params["above"], upward=upward):
            rows = await super().rows(reading, upward=upward, **{**params, "below": below, "above": above})
            if len(rows) >= params["n"]:
                break
        return rows


def _of_all(here: Any = None, there: Any = None) -> dict[Scope, Pages]:
    """A list of what is public, by whose people said it; each narrowed by what its own table says."""
    ours = Pages(posts.c.id, LISTED, *([] if here is None else [here]), kind=SQUARE)
    theirs = Pages(elsewhere.c.post_id, *([] if there is None else [there]), kind=ELSEWHERE)
    return {"here": ours, "elsewhere": theirs, "all": Both(ours, theirs)}


async def skeleton(
    reading: Reading, pages: Pages, *, below: int, above: int, limit: int, upward: bool, **params: Any
) -> list[int]:
    """The ids of `Pages.page`."""
    rows = await pages.page(reading, below=below, above=above, limit=limit, upward=upward, **params)
    return [row[0] for row in rows]


_NAMES_ME = exists().where(mentions.c.account_id == param("me"), mentions.c.post_id == posts.c.id)
# Whose audience `me` (0: nobody) belongs to, as the rules have it: what pages would otherwise leave out only after they
# were cut leaves a gap, and whoever asks for one row at a time would find the gap.
FOR_ME = or_(
    among(posts.c.visibility, "open"),
    posts.c.author == param("me"),
    and_(
        posts.c.visibility == text(f"{int(Visibility.PRIVATE)}"),
        exists().where(follows.c.by == param("me"), follows.c.to == posts.c.author),
    ),
    _NAMES_ME,
)
OPEN = listed([int(visibility) for visibility in FOR_EVERYBODY])


def open_for(viewer: Viewer) -> Any:
    """What FOR_ME takes as `open`."""
    return listed([int(visibility) for visibility in open_to(here=viewer.here)])


ALL_LISTED = _of_all()
# In these words, of which indexes are (`posts_with_media`, `posts_listed_with_media`): a parameter would find neither.
_WITH_MEDIA = text("posts.pictures <> '[]'")
LISTED_MEDIA = _of_all(_WITH_MEDIA, exists().where(posts.c.id == elsewhere.c.post_id, _WITH_MEDIA))
LISTED_IN = _of_all(posts.c.language == text_param("language"), elsewhere.c.language == text_param("language"))
LISTED_IN_ANY = _of_all(among(posts.c.language, "languages"), among(elsewhere.c.language, "languages"))

# Tags of public posts (`listed`: 1 ours, 2 others'): one index holds them all by the key and the post, another by whose they are.
_TAGS_OF: dict[Scope, Any] = {
    "here": post_tags.c.listed == 1,
    "elsewhere": post_tags.c.listed == 2,
    "all": post_tags.c.listed > 0,
}


def _tagged(*where: Any) -> dict[Scope, Pages]:
    return {
        scope: Pages(post_tags.c.post_id, post_tags.c.key == text_param("key"), listed, *where, kind=TAGGED, key="key")
        for scope, listed in _TAGS_OF.items()
    }


_CARRIES_MEDIA = exists().where(posts.c.id == post_tags.c.post_id, _WITH_MEDIA)
_IN_LANGUAGE = post_tags.c.language == text_param("language")
# By whether those with media alone are asked for, and those in one language.
WITH_TAG = {
    (False, False): _tagged(),
    (False, True): _tagged(_IN_LANGUAGE),
    (True, False): _tagged(_CARRIES_MEDIA),
    (True, True): _tagged(_CARRIES_MEDIA, _IN_LANGUAGE),
}
_others = post_tags.alias("others")


def _how_many(name: str) -> Any:
    """Of these tags, on the same post. Counted, for whether there are any PostgreSQL finds out of all posts at once."""
    of_same = (_others.c.post_id == post_tags.c.post_id, among(_others.c.key, name))
    return select(func.count(_others.c.key)).where(*of_same).scalar_subquery()


class SeveralTags(Pages):
    """Posts with any of some tags, every one of some and none of some: lists of count keys in `any`, `every` and `none`.

    They are looked for by one tag at a time, in the order of its posts. By several at once both databases look at all posts that have
    any tag, or that have these.
    """

    def __init__(self, *where: Any) -> None:
        super().__init__(
            post_tags.c.post_id,
            post_tags.c.key == text_param("key"),
            *where,
            _how_many("any") > 0,
            _how_many("every") == param("count"),
            _how_many("none") == 0,
        )

    async def rows(self, reading: Reading, *, upward: bool, **params: Any) -> Sequence[Row]:
        """As `Pages.rows`."""
        asked = (
            params | {name: listed(params[name]) for name in ("any", "every", "none")} | {"count": len(params["every"])}
        )
        by = await self._fewest(reading, params["any"], params["every"])
        found = [await super(SeveralTags, self).rows(reading, upward=upward, key=key, **asked) for key in by]
        merged = heapq.merge(*found, key=lambda row: row[0], reverse=not upward)
        return [next(same) for _, same in groupby(merged, key=lambda row: row[0])][: params["n"]]

    async def _fewest(self, reading: Reading, some: Sequence[str], every: Sequence[str]) -> Sequence[str]:
        """The tags by which the fewest posts are looked at: one that each must have, or all of which each must have one."""
        if not every:
            return some
        uses = {row[0]: row[1] for row in await reading.fetch(TAG_USES, keys=listed([*some, *every]))}
        rarest = min(every, key=lambda key: uses.get(key, 0))
        return some if sum(uses.get(key, 0) for key in some) < uses.get(rarest, 0) else (rarest,)


TAG_USES = selects(tags, "key uses").where(among(tags.c.key, "keys"))
WITH_TAGS = {
    only_media: {scope: SeveralTags(where, *narrow) for scope, where in _TAGS_OF.items()}
    for only_media, narrow in ((False, ()), (True, (_CARRIES_MEDIA,)))
}
_BY: dict[str, Any] = {"kind": WROTE, "key": "author"}
_OF = (
    posts.c.author == param("author"),
    posts.c.visibility != param("never"),
    or_(among(posts.c.visibility, "visibilities"), _NAMES_ME),
)
OF_AUTHOR = Pages(posts.c.id, *_OF, **_BY)
OF_AUTHOR_NO_ANSWERS = Pages(posts.c.id, *_OF, posts.c.answers == 0, **_BY)
OF_AUTHOR_NO_REPOSTS = Pages(posts.c.id, *_OF, posts.c.boost_of.is_(None), **_BY)
OF_AUTHOR_PLAIN = Pages(posts.c.id, *_OF, posts.c.answers == 0, posts.c.boost_of.is_(None), **_BY)
OF_AUTHOR_MEDIA = Pages(posts.c.id, *_OF, _WITH_MEDIA, posts.c.boost_of.is_(None), **_BY)
OF_AUTHOR_TAGGED = Pages(
    post_tags.c.post_id,
    post_tags.c.author == param("author"),
    post_tags.c.key == text_param("key"),
    *_OF,
    base=select(post_tags.c.post_id).join(posts, posts.c.id == post_tags.c.post_id),
    **_BY,
)

# All that somebody posted and reposted, for whomever it was.
how_many = selects(func.count(posts.c.id)).where(same(posts, author="of")).number_of
CARRIED = selects(posts.c.id, posts.c.boost_of).where(among(posts.c.id, "ids"))
REPOSTS_OF = selects(posts.c.id).where(boost_of="of").ordered("-id").limit("n")
ROOT_OF = selects(posts.c.root).where(id="of")
_THREAD = selects(posts.c.id, posts.c.reply_to).where(root="root").limit("n")
IN_THREAD = _THREAD.ordered("id")
IN_THREAD_BEFORE = _THREAD.where(posts.c.id < param("of")).ordered("-id")
IN_THREAD_FROM = _THREAD.where(posts.c.id >= param("of")).ordered("id")

# Home, pulled: the posts of those who are followed, inside a window of ids.
_FROM_AUTHORS = (
    selects(posts.c.id)
    .where(
        among(posts.c.author, "authors"),
        posts.c.id < param("below"),
        posts.c.id > param("above"),
        text(f"visibility <> {int(Visibility.DIRECT)}"),
    )
    .limit("n")
)
FROM_AUTHORS = _FROM_AUTHORS.ordered("-id")
FROM_AUTHORS_UP = _FROM_AUTHORS.ordered("id")

# The newest posts of all with their authors, in memory: whoever opens their home has it picked from there. So many are the first page
# of whoever follows a fifth of those who write, with what tells a repeat on it.
LATEST = 400
NEWEST = (
    selects(posts.c.id, posts.c.author).where(text(f"visibility <> {int(Visibility.DIRECT)}")).ordered("-id").limit("n")
)


_mentions = msgspec.json.Decoder(tuple[Mention, ...]).decode
_tags = msgspec.json.Decoder(tuple[Tag, ...]).decode
_poll = msgspec.json.Decoder(Poll).decode
_pictures = msgspec.json.Decoder(tuple[Picture, ...]).decode
_emojis = msgspec.json.Decoder(tuple[Emoji, ...]).decode
_card = msgspec.json.Decoder(LinkCard).decode
# What is kept otherwise than it is said, by its place in a row.
_VISIBILITY, _SENSITIVE, _MENTIONS, _TAGS, _PICTURES, _POLL, _CARD, _EMOJIS = map(
    FIELDS.index, ("visibility", "sensitive", "mentions", "tags", "pictures", "poll", "card", "emojis")
)


async def sealed_posts(reading: Reading, ids: Iterable[int]) -> list[Sealed[Post]]:
    """Sealed posts in the order of `ids`, each repost with its original inside; at most two looks. Missing ones are left out."""
    wanted = list(ids)
    kept = reading.memory.posts.several(wanted)
    if all(kept):
        return kept  # pyrefly: ignore[bad-return] - none of them is None
    found = dict(zip(wanted, kept, strict=True))
    missing = [id_ for id_, sealed in found.items() if sealed is None]
    found |= await loaded(reading, reading.memory.posts, missing, _load)
    return [sealed for id_ in wanted if (sealed := found[id_]) is not None]


async def _load(reading: Reading, ids: list[int]) -> dict[int, Sealed[Post]]:
    generation = reading.memory.generation
    look = reading.by(POSTS, *ids)
    rows = [post_of(row) for row in await look.fetch(BY_IDS, ids=listed(ids))]
    originals = {p.boost_of for p in rows if p.boost_of is not None}
    inner = (
        {p.id: p for p in map(post_of, await look.fetch(BY_IDS, ids=listed(sorted(originals))))} if originals else {}
    )
    # A repost whose original is gone is gone too.
    whole = [
        replace(p, inner=inner[p.boost_of]) if p.boost_of is not None else p
        for p in rows
        if p.boost_of is None or p.boost_of in inner
    ]
    found = {p.id: Sealed(p) for p in whole}
    for post in whole:
        parts = (post.id,) if post.boost_of is None else (post.id, post.boost_of)
        if reading.memory.stands(POSTS, parts, generation):
            reading.memory.posts.put(post.id, found[post.id])
    return found


async def look_once_more(reading: Reading, id_: int) -> None:
    """Ask the store for a post that is known: one that is not for whoever asks takes as long to deny as one that is not there."""
    await reading.by(POSTS, id_).fetch(BY_IDS, ids=listed((id_,)))


async def newest_of(
    reading: Reading, authors: Iterable[int], *, below: int, above: int, limit: int, upward: bool = False
) -> list[int]:
    """Ids of what these people posted and reposted, newest first, but for direct posts. `upward`: those next above `above`,
    in no order."""
    if not upward and (found := await _picked(reading, frozenset(authors), below, above, limit)) is not None:
        return found
    stmt = FROM_AUTHORS_UP if upward else FROM_AUTHORS
    rows = await reading.fetch(stmt, authors=listed(sorted(authors)), below=below, above=above, n=limit)
    return [row[0] for row in rows]


async def _picked(reading: Reading, authors: frozenset[int], below: int, above: int, limit: int) -> list[int] | None:
    """Ids of what these people posted between two ids, newest first, but for direct posts; None where the store has to be asked."""
    if isinstance(reading, Writing):
        return None
    newest = reading.memory.newest.peek(ONLY) or await _newest(reading)
    return newest.of(authors, below=below, above=above, limit=limit)


async def _newest(reading: Reading) -> NewestPosts:
    """Read once, and anew where one of them went or became another: what is new comes to them."""
    generation = reading.memory.generation
    found = NewestPosts(await reading.by(WROTE).fetch(NEWEST, n=LATEST), LATEST)
    if generation == reading.memory.generation:
        reading.memory.newest.put(ONLY, found)
    return found


async def carried(reading: Reading, ids: Sequence[int]) -> dict[int, int]:
    """Which of the ids are reposts, and of what. It tells nobody's words, so it is looked up before anything is judged."""
    kept = reading.memory.carried
    known = kept.several(ids)
    if None in known:
        unknown = [id_ for id_, of in zip(ids, known, strict=True) if of is None]
        for id_, of in await reading.by(shelves.CARRIED, *unknown).fetch(CARRIED, ids=listed(unknown)):
            kept.put(id_, of or 0)
        known = kept.several(ids)
    return {id_: of for id_, of in zip(ids, known, strict=True) if of} if any(known) else {}


async def conversation(reading: Reading, id_: int, at_most: int) -> list[tuple[int, int | None]]:
    """(post, what it answers) of the whole conversation that a post stands in, oldest first; of one that has more than `at_most`,
    so many before the post and so many from it on.
    """
    found = await reading.once(POSTS, id_, ROOT_OF, of=id_)
    root = found[0][0] if found else 0
    rows = await reading.once(THREADS, root, IN_THREAD, root=root, n=at_most)
    if len(rows) == at_most and id_ != root:
        before = await reading.once(THREADS, root, IN_THREAD_BEFORE, root=root, of=id_, n=at_most)
        rows = [*before[::-1], *await reading.once(THREADS, root, IN_THREAD_FROM, root=root, of=id_, n=at_most)]
    return [(row[0], row[1]) for row in rows]


async def reposts_of(reading: Reading, id_: int, at_most: int) -> list[int]:
    """Ids of the newest reposts of a post."""
    return [row[0] for row in await reading.fetch(REPOSTS_OF, of=id_, n=at_most)]


async def as_written(w: Reading, id_: int) -> Post | None:
    """A post's own row, for the unit that takes it away; nobody looks at it here."""
    row = await w.first(BY_IDS, ids=listed([id_]))
    return None if row is None else post_of(row)


def post_of(row: Row) -> Post:
    """A row of COLUMNS as a Post (a repost without its original)."""
    cells: list[Any] = [*row]
    cells[_VISIBILITY], cells[_SENSITIVE] = Visibility(row[_VISIBILITY]), bool(row[_SENSITIVE])
    cells[_MENTIONS], cells[_TAGS], cells[_PICTURES] = (
        _mentions(row[_MENTIONS]),
        _tags(row[_TAGS]),
        _pictures(row[_PICTURES]),
    )
    cells[_EMOJIS] = _emojis(row[_EMOJIS]) if len(row[_EMOJIS]) > 2 else ()
    cells[_POLL] = _poll(row[_POLL]) if row[_POLL] else None
    cells[_CARD] = _card(row[_CARD]) if row[_CARD] else None
    return Post(*cells)

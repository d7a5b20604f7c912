"""Filters: what somebody does not want to meet, by words and by posts, remembered until they change them."""

from collections.abc import Sequence
from typing import Any

import msgspec

from chaupal.kernel.errors import or_not_found
from chaupal.kernel.shelf import Shelf
from chaupal.policy.things import Post
from chaupal.store.identity import accounts
from chaupal.store.machine.dialect import among, listed
from chaupal.store.machine.shelves import FILTERS, note_until
from chaupal.store.machine.statements import deletes, inserts, inserts_once, selects, updates
from chaupal.store.machine.work import Reading, Writing
from chaupal.store.tables.square import filter_keywords, filter_posts, filters
from chaupal.text.analyse import Phrase, phrase

NEVER = 2**63 - 1
SEEN = 400  # posts about which it is remembered what they met


class Keyword(msgspec.Struct, frozen=True):
    """One keyword of a filter, and the phrase it stands for."""

    id: int
    filter: int
    text: str
    whole: bool
    phrase: Phrase


class FilteredPost(msgspec.Struct, frozen=True):
    """A post that is filtered by itself."""

    id: int
    filter: int
    post: int


class Filter(msgspec.Struct, frozen=True):
    """`contexts`: where it works; `action`: warn, hide or blur; `ends_at` in ms, None: it does not end."""

    id: int
    title: str
    contexts: tuple[str, ...]
    action: str
    ends_at: int | None
    keywords: tuple[Keyword, ...] = ()
    posts: tuple[FilteredPost, ...] = ()


class Filters(msgspec.Struct, frozen=True):
    """All filters of one account. `seen`: what posts met, by post; `until`: when (ms) the next one runs out."""

    every: tuple[Filter, ...] = ()
    until: int = NEVER
    seen: Shelf[int, tuple[Post, Any]] = msgspec.field(default_factory=lambda: Shelf(SEEN))

    def one(self, id_: int) -> Filter:
        """Raises NotFound for what is in none of them, as the others do."""
        return or_not_found(next((f for f in self.every if f.id == id_), None))

    def keyword(self, id_: int) -> tuple[Filter, Keyword]:
        """A keyword and its filter."""
        return or_not_found(next(((f, k) for f in self.every for k in f.keywords if k.id == id_), None))

    def post(self, id_: int) -> FilteredPost:
        """The entry of a post that is filtered by itself."""
        return or_not_found(next((p for f in self.every for p in f.posts if p.id == id_), None))


NO_FILTERS = Filters()

OF = selects(filters, "id title context action ends_at").where(account_id="me").ordered("id")
KEYWORDS = (
    selects(filter_keywords, "id filter_id keyword whole_word")
    .where(among(filter_keywords.c.filter_id, "ids"))
    .ordered("id")
)
POSTS = selects(filter_posts, "id filter_id post_id").where(among(filter_posts.c.filter_id, "ids")).ordered("id")
ADD = inserts(filters, "id account_id title context action ends_at created_at")
CHANGE = updates(filters, title="name", context="where", action="does", ends_at="ends").where(
    id="which", account_id="me"
)
REMOVE = deletes(filters).where(id="which", account_id="me")
ADD_KEYWORD = inserts(filter_keywords, id="new", filter_id="which", keyword="keyword", whole_word="whole")
CHANGE_KEYWORD = updates(filter_keywords, keyword="word", whole_word="whole").where(id="which")
REMOVE_KEYWORDS = deletes(filter_keywords).where(among(filter_keywords.c.id, "ids"))
ADD_POST = inserts_once(filter_posts, id="new", filter_id="which", post_id="post")
REMOVE_POST = deletes(filter_posts).where(id="which")
EMPTY_KEYWORDS = deletes(filter_keywords).where(filter_id="which")
EMPTY_POSTS = deletes(filter_posts).where(filter_id="which")


async def filters_of(reading: Reading, account: int) -> Filters:
    """All of an account's filters, those that have run out too; one look for those who have none, and none from memory."""
    memory, now = reading.memory, reading.now()
    kept = memory.filters.get(account)
    if kept is not None and now < kept.until:
        note_until(kept.until)
        return kept
    generation = memory.generation
    found = await _load(reading.by(FILTERS, account), account, now)
    note_until(found.until)
    if memory.stands(FILTERS, (account,), generation):
        memory.filters.put(account, found)
    return found


async def held(w: Writing, account: int) -> Filters:
    """All of an account's filters as they stand in the store, and until the commit nobody else counts or changes them."""
    await accounts.hold(w, account)
    return await _load(w, account, w.now())


async def _load(reading: Reading, account: int, now: int) -> Filters:
    rows = await reading.fetch(OF, me=account)
    if not rows:
        return NO_FILTERS
    ids = listed([row[0] for row in rows])
    by_words = [
        Keyword(id_, of, text, bool(whole), phrase(text, whole=bool(whole)))
        for id_, of, text, whole in await reading.fetch(KEYWORDS, ids=ids)
    ]
    by_posts = [FilteredPost(*row) for row in await reading.fetch(POSTS, ids=ids)]
    every = tuple(
        Filter(
            id_,
            title,
            tuple(context.split(",")),
            action,
            ends,
            tuple(k for k in by_words if k.filter == id_),
            tuple(p for p in by_posts if p.filter == id_),
        )
        for id_, title, context, action, ends in rows
    )
    return Filters(every, min((f.ends_at for f in every if f.ends_at is not None and f.ends_at > now), default=NEVER))


async def add(w: Writing, me: int, made: Filter) -> None:
    """A new filter, without its keywords."""
    await w.run(
        ADD,
        id=made.id,
        account_id=me,
        title=made.title,
        context=",".join(made.contexts),
        action=made.action,
        ends_at=made.ends_at,
        created_at=w.now(),
    )
    w.touch(FILTERS, me)


async def change(w: Writing, me: int, made: Filter) -> None:
    """Title, contexts, action and end are these from now on."""
    await w.run(
        CHANGE,
        which=made.id,
        me=me,
        name=made.title,
        where=",".join(made.contexts),
        does=made.action,
        ends=made.ends_at,
    )
    w.touch(FILTERS, me)


async def remove(w: Writing, me: int, id_: int) -> bool:
    """The filter goes, with all that it held; False where the account has no such filter."""
    if not await w.run(REMOVE, which=id_, me=me):
        return False
    await w.run(EMPTY_KEYWORDS, which=id_)
    await w.run(EMPTY_POSTS, which=id_)
    w.touch(FILTERS, me)
    return True


async def add_keyword(w: Writing, me: int, filter_: int, new: int, text: str, *, whole: bool) -> None:
    await w.run(ADD_KEYWORD, new=new, which=filter_, keyword=text, whole=int(whole))
    w.touch(FILTERS, me)


async def change_keyword(w: Writing, me: int, id_: int, text: str, *, whole: bool) -> None:
    await w.run(CHANGE_KEYWORD, which=id_, word=text, whole=int(whole))
    w.touch(FILTERS, me)


async def remove_keywords(w: Writing, me: int, ids: Sequence[int]) -> None:
    await w.run(REMOVE_KEYWORDS, ids=listed(ids))
    w.touch(FILTERS, me)


async def add_post(w: Writing, me: int, filter_: int, new: int, post: int) -> None:
    await w.run(ADD_POST, new=new, which=filter_, post=post)
    w.touch(FILTERS, me)


async def remove_post(w: Writing, me: int, id_: int) -> None:
    await w.run(REMOVE_POST, which=id_)
    w.touch(FILTERS, me)

"""Filters: what somebody does not want to meet, by words and by posts, remembered until they change them."""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import delete, func, insert, select, update

from chaupal.kernel.shelf import Shelf
from chaupal.policy.things import Post
from chaupal.store.machine.dialect import among, listed, param, statement, upsert, words
from chaupal.store.machine.noted import note_until
from chaupal.store.machine.shelves import FILTERS
from chaupal.store.machine.tables import filter_keywords, filter_posts, filters
from chaupal.store.machine.work import Reading, Writing
from chaupal.text.phrases import Phrase, phrase

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


NO_FILTERS = Filters()

OF = statement(
    select(filters.c.id, filters.c.title, filters.c.context, filters.c.action, filters.c.ends_at)
    .where(filters.c.account_id == param("me"))
    .order_by(filters.c.id)
)
KEYWORDS = statement(
    select(filter_keywords.c.id, filter_keywords.c.filter_id, filter_keywords.c.keyword, filter_keywords.c.whole_word)
    .where(among(filter_keywords.c.filter_id, "ids"))
    .order_by(filter_keywords.c.id)
)
POSTS = statement(
    select(filter_posts.c.id, filter_posts.c.filter_id, filter_posts.c.post_id)
    .where(among(filter_posts.c.filter_id, "ids"))
    .order_by(filter_posts.c.id)
)
COUNT = statement(select(func.count()).select_from(filters).where(filters.c.account_id == param("me")))
ADD = statement(
    insert(filters).values(
        id=param("new"), account_id=param("me"), title=words("title"), context=words("context"), action=words("action"),
        ends_at=param("ends"), created_at=param("at"),
    )
)  # fmt: skip
CHANGE = statement(
    update(filters)
    .where(filters.c.id == param("which"), filters.c.account_id == param("me"))
    .values(title=words("name"), context=words("where"), action=words("does"), ends_at=param("ends"))
)
REMOVE = statement(delete(filters).where(filters.c.id == param("which"), filters.c.account_id == param("me")))
ADD_KEYWORD = statement(
    insert(filter_keywords).values(
        id=param("new"), filter_id=param("which"), keyword=words("keyword"), whole_word=param("whole")
    )
)
CHANGE_KEYWORD = statement(
    update(filter_keywords)
    .where(filter_keywords.c.id == param("which"))
    .values(keyword=words("word"), whole_word=param("whole"))
)
REMOVE_KEYWORDS = statement(delete(filter_keywords).where(among(filter_keywords.c.id, "ids")))
ADD_POST = upsert(
    lambda i: (
        i(filter_posts)
        .values(id=param("new"), filter_id=param("which"), post_id=param("post"))
        .on_conflict_do_nothing()
    )
)
REMOVE_POST = statement(delete(filter_posts).where(filter_posts.c.id == param("which")))
EMPTY_KEYWORDS = statement(delete(filter_keywords).where(filter_keywords.c.filter_id == param("which")))
EMPTY_POSTS = statement(delete(filter_posts).where(filter_posts.c.filter_id == param("which")))


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
            id_, title, tuple(context.split(",")), action, ends,
            tuple(k for k in by_words if k.filter == id_), tuple(p for p in by_posts if p.filter == id_),
        )
        for id_, title, context, action, ends in rows
    )  # fmt: skip
    return Filters(every, min((f.ends_at for f in every if f.ends_at is not None and f.ends_at > now), default=NEVER))


async def count(reading: Reading, me: int) -> int:
    found: int = await reading.value(COUNT, me=me)
    return found


async def add(w: Writing, me: int, made: Filter) -> None:
    """A new filter, without its keywords."""
    await w.run(
        ADD, new=made.id, me=me, title=made.title, context=",".join(made.contexts), action=made.action, ends=made.ends_at,
        at=w.now(),
    )  # fmt: skip
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

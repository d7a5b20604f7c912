"""Filters: what one does not want to meet, made, changed and dropped. Only their owner knows of them."""

from collections.abc import Sequence

import msgspec
from msgspec.structs import replace

from chaupal.kernel.errors import Invalid, NotFound, or_not_found
from chaupal.policy.viewer import Viewer
from chaupal.social.context import Square
from chaupal.social.events import FiltersChanged
from chaupal.social.seeing import seen_post
from chaupal.social.typed import typed
from chaupal.store.machine.work import Writing
from chaupal.store.square import filters
from chaupal.store.square.filters import Filter, Filters
from chaupal.text.clean import trimmed

CONTEXTS = ("home", "notifications", "public", "thread", "account")
ACTIONS = ("warn", "hide", "blur")
MOST_FILTERS, MOST_KEYWORDS, MOST_POSTS = 100, 200, 500  # of one account, and in one filter
MOST_IN_ALL = 2_000  # keywords and posts of one account's filters: after each change all are made ready anew, for each new post looked for
LONGEST = 256  # characters of a title or a keyword
LONGEST_TIME = 100 * 365 * 86_400  # seconds; beyond it a filter may as well have no end


class FilterWish(msgspec.Struct, frozen=True, kw_only=True):
    """What a filter is to be; None: as before. `lasts`: seconds from now, 0 for no end."""

    title: str | None = None
    contexts: Sequence[str] | None = None
    action: str | None = None
    lasts: int | None = None


class KeywordWish(msgspec.Struct, frozen=True, kw_only=True):
    """A keyword to add, or (with `id`) to change or to `drop`; None: as before."""

    id: int | None = None
    text: str | None = None
    whole: bool | None = None
    drop: bool = False


async def create(square: Square, viewer: Viewer, wish: FilterWish, keywords: Sequence[KeywordWish] = ()) -> int:
    """A new filter; its id. Raises Invalid by field."""
    me = viewer.me
    made = _filled(square, Filter(square.make_id(), "", (), "warn", None), wish)
    words = [(_checked(k.text or "", "keyword"), k.whole is not False) for k in keywords if not k.drop]
    _check_count(len(words), MOST_KEYWORDS, "keywords_attributes")
    async with square.work.writing() as w:
        known = await filters.held(w, me)
        _check_count(len(known.every) + 1, MOST_FILTERS, "base")
        _check_all(known, len(words), "keywords_attributes")
        await filters.add(w, me, made)
        for text, whole in words:
            await filters.add_keyword(w, me, made.id, square.make_id(), text, whole=whole)
        w.tell(FiltersChanged(account=me, change=square.make_id()))
    return made.id


async def merge(square: Square, viewer: Viewer, wish: FilterWish, keywords: Sequence[KeywordWish]) -> None:
    """A new filter; where one of this title works in these contexts already, its end, its action and further keywords. Raises Invalid."""
    made = _filled(square, Filter(0, "", (), "warn", None), wish)
    async with square.work.reading() as reading:
        mine = (await filters.filters_of(reading, viewer.me)).every
    old = next((one for one in mine if (one.title, one.contexts) == (made.title, made.contexts)), None)
    if old is None:
        await create(square, viewer, wish, keywords)
        return
    known = {word.text for word in old.keywords}
    further = [k for k in keywords if _checked(k.text or "", "keyword") not in known]
    await change(square, viewer, old.id, wish, further)


async def change(
    square: Square, viewer: Viewer, id_: int, wish: FilterWish, keywords: Sequence[KeywordWish] = ()
) -> None:
    """The filter is this from now on, with these changes of its keywords. Raises NotFound, Invalid by field."""
    me = viewer.me
    async with square.work.writing() as w:
        known = await filters.held(w, me)
        old = known.one(id_)
        await filters.change(w, me, _filled(square, old, wish))
        left = len(old.keywords)
        for k in keywords:
            left += await _change_keyword(square, w, me, old, k)
        _check_count(left, MOST_KEYWORDS, "keywords_attributes")
        _check_all(known, left - len(old.keywords), "keywords_attributes")
        w.tell(FiltersChanged(account=me, change=square.make_id()))


async def remove(square: Square, viewer: Viewer, id_: int) -> None:
    """Raises NotFound for a filter that is not the viewer's."""
    me = viewer.me
    async with square.work.writing() as w:
        if not await filters.remove(w, me, id_):
            raise NotFound
        w.tell(FiltersChanged(account=me, change=square.make_id()))


async def add_keyword(square: Square, viewer: Viewer, filter_: int, text: str, *, whole: bool = True) -> int:
    """One more keyword; its id. Raises NotFound, Invalid."""
    me, new = viewer.me, square.make_id()
    async with square.work.writing() as w:
        known = await filters.held(w, me)
        _check_count(len(known.one(filter_).keywords) + 1, MOST_KEYWORDS, "keyword")
        _check_all(known, 1, "keyword")
        await filters.add_keyword(w, me, filter_, new, _checked(text, "keyword"), whole=whole)
        w.tell(FiltersChanged(account=me, change=square.make_id()))
    return new


async def change_keyword(square: Square, viewer: Viewer, id_: int, text: str | None, whole: bool | None) -> None:
    """Raises NotFound, Invalid."""
    me = viewer.me
    async with square.work.writing() as w:
        old, keyword = (await filters.filters_of(w, me)).keyword(id_)
        await _change_keyword(square, w, me, old, KeywordWish(id=keyword.id, text=text, whole=whole))
        w.tell(FiltersChanged(account=me, change=square.make_id()))


async def remove_keyword(square: Square, viewer: Viewer, id_: int, *, last: bool = False) -> None:
    """`last`: the filter goes with its last keyword, as filters of the first version do. Raises NotFound."""
    me = viewer.me
    async with square.work.writing() as w:
        old, keyword = (await filters.filters_of(w, me)).keyword(id_)
        await filters.remove_keywords(w, me, [keyword.id])
        if last and len(old.keywords) == 1 and not old.posts:
            await filters.remove(w, me, old.id)
        w.tell(FiltersChanged(account=me, change=square.make_id()))


async def add_post(square: Square, viewer: Viewer, filter_: int, post: int) -> int:
    """Filter one post that the viewer may see; the id of the entry. Raises NotFound, Invalid."""
    me, new = viewer.me, square.make_id()
    async with square.work.reading() as reading:
        or_not_found(await seen_post(reading, viewer, post))
    async with square.work.writing() as w:
        known = await filters.held(w, me)
        old = known.one(filter_)
        there = next((p.id for p in old.posts if p.post == post), None)
        if there is not None:
            return there
        _check_count(len(old.posts) + 1, MOST_POSTS, "status_id")
        _check_all(known, 1, "status_id")
        await filters.add_post(w, me, filter_, new, post)
        w.tell(FiltersChanged(account=me, change=square.make_id()))
    return new


async def remove_post(square: Square, viewer: Viewer, id_: int) -> None:
    """Raises NotFound for an entry that is in none of the viewer's filters."""
    me = viewer.me
    async with square.work.writing() as w:
        await filters.remove_post(w, me, (await filters.filters_of(w, me)).post(id_).id)
        w.tell(FiltersChanged(account=me, change=square.make_id()))


async def _change_keyword(square: Square, w: Writing, me: int, old: Filter, wish: KeywordWish) -> int:
    """By how many the keywords of the filter become more."""
    if wish.id is None:
        if wish.drop:
            return 0
        text = _checked(wish.text or "", "keyword")
        await filters.add_keyword(w, me, old.id, square.make_id(), text, whole=wish.whole is not False)
        return 1
    keyword = or_not_found(next((k for k in old.keywords if k.id == wish.id), None))
    if wish.drop:
        await filters.remove_keywords(w, me, [keyword.id])
        return -1
    text = keyword.text if wish.text is None else _checked(wish.text, "keyword")
    await filters.change_keyword(w, me, keyword.id, text, whole=keyword.whole if wish.whole is None else wish.whole)
    return 0


def _filled(square: Square, old: Filter, wish: FilterWish) -> Filter:
    made = replace(old, title=_checked(old.title if wish.title is None else wish.title, "title"))
    contexts = old.contexts if wish.contexts is None else tuple(c for c in CONTEXTS if c in wish.contexts)
    if not contexts or (wish.contexts is not None and not set(wish.contexts) <= set(CONTEXTS)):
        raise Invalid("context_unknown")
    action = wish.action or old.action
    if action not in ACTIONS:
        raise Invalid("filter_action_unknown")
    ends = old.ends_at
    if wish.lasts is not None:
        ends = square.clock() + wish.lasts * 1000 if 0 < wish.lasts < LONGEST_TIME else None
    return replace(made, contexts=contexts, action=action, ends_at=ends)


def _checked(text: str, field: str) -> str:
    unreadable = "title_unreadable" if field == "title" else "keyword_unreadable"
    text = trimmed(" ".join(typed(text[: 4 * LONGEST], unreadable).split()))
    if not text:
        raise Invalid("list_unnamed" if field == "title" else "keyword_blank")
    if len(text) > LONGEST and field == "title":
        raise Invalid("list_name_too_long", most=LONGEST)
    if len(text) > LONGEST:
        raise Invalid("keyword_too_long")
    return text


def _check_all(known: Filters, more: int, field: str) -> None:
    """Raises Invalid where all filters together would hold too much; what there is can be changed and taken out whatever there is."""
    if more > 0:
        _check_count(sum(len(f.keywords) + len(f.posts) for f in known.every) + more, MOST_IN_ALL, field)


def _check_count(count: int, most: int, field: str) -> None:
    if count > most:
        raise Invalid("too_many_in_filter", most=most, field=field)

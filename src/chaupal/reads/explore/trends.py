"""Trends: which tags, posts and people are talked about, by language and by the viewer's country (formula: docs/trends.md).

Counted from public posts alone, by the law of the country: what is withheld or de-amplified there adds nothing there.
"""

import asyncio
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

import msgspec
from msgspec.structs import replace

from chaupal.kernel.clock import DAY, HOUR
from chaupal.kernel.ids import first_id_at, made_at
from chaupal.policy.facts import STRANGER, Facts, Subject, Visibility
from chaupal.policy.rules import judge, term_reach
from chaupal.policy.rulings import EVERYWHERE
from chaupal.policy.sealed import Visible
from chaupal.policy.sentences.placeholders import SQUARE_TIME
from chaupal.policy.things import Person, Post
from chaupal.policy.verdict import Reach, Show
from chaupal.policy.viewer import Surface, Viewer
from chaupal.reads.cached import cache_value, cached_by_law, cached_value, law_version
from chaupal.reads.context import Reads
from chaupal.reads.page import shown
from chaupal.reads.people import people as person_reads
from chaupal.store.identity.facts_cache import relations_of, rulings_in_force
from chaupal.store.square import trending
from chaupal.store.square.trending import Quiet, Use
from chaupal.text.language import check_language

WINDOW = DAY  # what counts as now
HALF_LIFE = 8 * HOUR  # an author's voice, and a post's likes, count half after this
LEAST_AUTHORS = 2  # one voice is no trend, however loud
LEAST_LIKES = 1
REPOST_WEIGHT = 2  # a repost says more than a like
MOST_USES = 60_000  # uses of tags that are looked at, the newest ones
MOST_POSTS = 400
MOST_TAGS = 40
IN_RESERVE = 3  # posts of each author that are looked at: where the best is not shown, the next may be
HISTORY_DAYS = 7
COUNTED_HERE = 2_000  # uses that are counted one by one
COUNTED_ANEW = 50  # uses that are counted for each who asks


type Backlog = dict[int | str, int]
NO_BACKLOG: Backlog = {}


class Day(msgspec.Struct, frozen=True):
    """One day (UTC) of a tag: when it began (ms), posts and authors."""

    at: int
    uses: int
    authors: int


class Here(msgspec.Struct, frozen=True):
    """By what is counted for a viewer: a country and its law. `place`, `version`: under which name, and for which version of the law
    in force (`cached.law_version`), what was counted so is kept.

    Whoever has something there that is limited in secret is told what they would be told if it were not.
    """

    country: str
    facts: Facts
    place: tuple[str, ...]
    version: int


class TrendingTag(msgspec.Struct, frozen=True):
    """A tag in its most used spelling. `authors`: how many people `talking` counts; `uses`: posts of the same time.

    `trendable`: whether it may be carried there. Of what is de-amplified in secret it is not told that it is.
    """

    key: str
    name: str
    score: float
    uses: int
    authors: int
    history: tuple[Day, ...] = ()
    trendable: bool = True


async def tags(reads: Reads, viewer: Viewer, language: str | None = None, limit: int = 10) -> list[TrendingTag]:
    """The tags that most people talk about more than before, hottest first."""
    language = check_language(language) if language else None

    async def count() -> list[TrendingTag]:
        here = await seen_from(reads, viewer)
        # Counting tens of thousands of uses takes a tenth of a second: not on the loop.
        quiet, now = backlog(await ran_out(reads), viewer), reads.clock()
        ranked = await asyncio.to_thread(rank, await _uses(reads), language, here.country, here.facts, now, quiet)
        people = await talking(reads, viewer)
        ranked = [replace(t, authors=people.get(t.key, t.authors)) for t in ranked[:MOST_TAGS]]
        return await with_history(reads, here, ranked)

    place = (await seen_from(reads, viewer)).place
    return (await cached_by_law(reads, count, "tags", language or "", *place))[:limit]


async def posts(
    reads: Reads, viewer: Viewer, language: str | None = None, limit: int = 20, offset: int = 0
) -> list[Visible[Post]]:
    """The posts that were liked and reposted most lately, at most one by each author."""
    language = check_language(language) if language else None

    async def count() -> list[int]:
        now = reads.clock()
        async with reads.work.scanning() as reading:
            warm = await trending.warm(reading, first_id_at(max(0, now - 2 * WINDOW)), MOST_POSTS)
        return _hottest(warm, language, now)

    ids = await cached_by_law(reads, count, "posts", language or "")
    async with reads.work.reading() as reading:
        seen = await shown(reading, viewer, Surface.TRENDS, ids[: IN_RESERVE * (offset + limit)])
    quiet = backlog(await ran_out(reads), viewer)
    if quiet:
        seen = [
            one for one in seen if not was_quiet(quiet, one.item.id, one.item.author, (t.key for t in one.item.tags))
        ]
    best: dict[int, Visible[Post]] = {}
    for one in seen:
        best.setdefault(one.item.author, one)
    return list(best.values())[offset : offset + limit]


async def people(reads: Reads, viewer: Viewer, limit: int = 40) -> list[Visible[Person]]:
    """Whom the viewer may like to follow: much followed people, those who write in the viewer's language first."""

    async def count() -> list[tuple[int, str]]:
        async with reads.work.scanning() as reading:
            return await trending.most_followed(reading, MOST_POSTS)

    ranked = await cached_by_law(reads, count, "people")
    me = viewer.account
    async with reads.work.reading() as reading:
        known = (await relations_of(reading, me)).following | {me} if me is not None else frozenset[int]()
        ids = [id_ for id_, _ in sorted(ranked, key=lambda r: r[1] != viewer.language) if id_ not in known]
        return (await person_reads.shown(reading, viewer, Surface.SUGGEST, ids[: 2 * limit]))[:limit]


# --- the formula -----------------------------------------------------------------------------------------------------


def rank(
    uses: Iterable[Use], language: str | None, country: str, facts: Facts, now: int, quiet: Backlog = NO_BACKLOG
) -> list[TrendingTag]:
    """Tags by heat² / (1 + authors of the day before), hottest first.

    heat is the sum over the last day's authors of ½^(age of their latest use / HALF_LIFE). What was said while a tag was
    de-amplified (`quiet`) adds no heat afterwards: it cannot bounce back. It still counts as what was said before.
    """
    start, before = first_id_at(max(0, now - WINDOW)), first_id_at(max(0, now - 2 * WINDOW))
    lately: dict[str, list[Use]] = {}
    earlier: dict[str, set[int]] = {}
    for use in counted(uses, country, Surface.TRENDS, facts):
        if language and use.language != language:
            continue
        if use.post >= start and not (quiet and was_quiet(quiet, use.post, use.author, (use.key,))):
            lately.setdefault(use.key, []).append(use)
        elif before <= use.post < start:
            earlier.setdefault(use.key, set()).add(use.author)
    found = [_score(key, used, len(earlier.get(key, ())), now) for key, used in lately.items()]
    kept = [t for t in found if t.authors >= LEAST_AUTHORS and term_reach(country, t.key, facts) is not Reach.NONE]
    return sorted(kept, key=lambda t: (-t.score, -t.authors, t.key))


def backlog(ran_out: Iterable[Quiet], viewer: Viewer) -> Backlog:
    """Until when (ms) terms, posts and people were de-amplified where the viewer is, of those that are so no more, as far as they may
    know of it."""
    found: dict[int | str, int] = {}
    for quiet in ran_out:
        if _is_secret_to(quiet, viewer):
            continue
        if {viewer.country, EVERYWHERE} & set(quiet.territory.split(",")):
            name = quiet.term or quiet.subject
            found[name] = max(found.get(name, 0), quiet.until)
    return found


def _is_secret_to(quiet: Quiet, viewer: Viewer) -> bool:
    return quiet.unknown_to is not None and quiet.unknown_to == viewer.account


def was_quiet(quiet: Backlog, post: int, author: int, terms: Iterable[str]) -> bool:
    at = made_at(post)
    return any(at < quiet.get(name, 0) for name in (post, author, *terms))


def told_trendable(facts: Facts, key: str, country: str) -> bool:
    """Whether a tag may be said to be trendable. Of one that is de-amplified in secret it is said, so that the list reveals no order."""
    ruling = facts.rulings.deamplified(key, country)
    return ruling is None or ruling.neutral


def _score(key: str, used: list[Use], before: int, now: int) -> TrendingTag:
    latest: dict[int, int] = {}
    for use in used:
        latest[use.author] = max(latest.get(use.author, 0), use.post)
    heat = sum(0.5 ** (max(0, now - made_at(post)) / HALF_LIFE) for post in latest.values())
    return TrendingTag(key, usual_name(used), heat * heat / (1 + before), len(used), len(latest))


def usual_name(used: Sequence[Use]) -> str:
    """The spelling that most posts use."""
    counts = Counter(use.name for use in used)
    return min(counts, key=lambda name: (-counts[name], name)) if counts else ""


def counted(uses: Iterable[Use], country: str, surface: Surface, facts: Facts) -> Iterable[Use]:
    """The uses that a stranger in `country` could meet on the surface, by the same rules as any post."""
    touched = facts.rulings.touched_in(country)
    anyone = Viewer(country=country)
    for use in uses:
        if use.post not in touched and use.author not in touched:
            yield use
            continue
        names = frozenset((use.post, use.author))
        subject = Subject(id=use.post, author=use.author, visibility=Visibility.PUBLIC, names=names)
        if isinstance(judge(anyone, surface, subject, facts), Show):
            yield use


def _hottest(warm: Sequence[trending.Warm], language: str | None, now: int) -> list[int]:
    def score(post: trending.Warm) -> float:
        return (post.likes + REPOST_WEIGHT * post.reposts) * 0.5 ** (max(0, now - made_at(post.post)) / HALF_LIFE)

    authors: Counter[int] = Counter()
    ids: list[int] = []
    for post in sorted(warm, key=lambda p: (-score(p), -p.post)):
        fits = (not language or post.language == language) and post.likes + post.reposts >= LEAST_LIKES
        if fits and authors[post.author] < IN_RESERVE:
            authors[post.author] += 1
            ids.append(post.post)
    return ids


# --- counting --------------------------------------------------------------------------------------------------------


async def with_history(reads: Reads, here: Here, found: Sequence[TrendingTag]) -> list[TrendingTag]:
    """The same tags with their last seven days, today first, as counted there."""
    today = reads.clock() // DAY
    since = first_id_at(max(0, (today - HISTORY_DAYS + 1) * DAY)) - 1
    days = await _days(reads, [t.key for t in found], since, here) if found else {}
    return [
        replace(
            t,
            trendable=told_trendable(here.facts, t.key, here.country),
            history=tuple(Day(d * DAY, *days.get((t.key, d), (0, 0))) for d in range(today, today - HISTORY_DAYS, -1)),
        )
        for t in found
    ]


async def said_today(reads: Reads, viewer: Viewer, key: str) -> int:
    """How many posts with a tag the viewer's country may find, since midnight where the square is.

    Pages tell all times in the square's zone (the server does not learn the reader's), and their days are those; apps are
    told days of UTC, as everywhere.
    """
    now = datetime.fromtimestamp(reads.clock() / 1_000, SQUARE_TIME)
    midnight = int(now.replace(hour=0, minute=0, second=0, microsecond=0).timestamp() * 1_000)
    days = await _days(reads, [key], first_id_at(max(0, midnight)) - 1, await seen_from(reads, viewer))
    return sum(uses for uses, _ in days.values())


async def talking(reads: Reads, viewer: Viewer) -> dict[str, int]:
    """Key of a tag -> how many people said it in public in the last day, in any language, as far as they are found in the
    viewer's country. The one count of a tag: in trends, beside pages, in search, on the tag's own page.
    """

    async def count() -> dict[str, int]:
        hidden = (await seen_from(reads, viewer)).facts.rulings.unfindable_in(viewer.country)
        since = first_id_at(max(0, reads.clock() - WINDOW))
        return await asyncio.to_thread(_people, await _uses(reads), since, hidden)

    return await cached_by_law(reads, count, "talking", *(await seen_from(reads, viewer)).place)


def _people(uses: Iterable[Use], since: int, hidden: Collection[int]) -> dict[str, int]:
    said: dict[str, set[int]] = {}
    for use in uses:
        if use.post >= since and use.post not in hidden and use.author not in hidden:
            said.setdefault(use.key, set()).add(use.author)
    return {key: len(authors) for key, authors in said.items()}


async def _days(reads: Reads, keys: Sequence[str], since: int, here: Here) -> dict[tuple[str, int], tuple[int, int]]:
    """(key, day) -> (uses, authors); of a tag with many uses, cached as trends are."""
    place = ("days", *here.place, " ".join((str(since), *keys)))
    kept: dict[tuple[str, int], tuple[int, int]] | None = cached_value(reads, place)
    if kept is not None:
        return kept
    async with reads.work.reading() as reading:
        said = await trending.uses_since(reading, keys, since, COUNTED_HERE + 1)
    if len(said) > COUNTED_HERE:
        async with reads.work.scanning() as reading:
            rows = await trending.history(reading, keys, since, hidden_here(reads, here))
        days = {(key, day): (uses, authors) for key, day, uses, authors in rows}
    else:
        days = _counted_here(said, here.facts.rulings.unfindable_in(here.country))
    if len(said) > COUNTED_ANEW:
        cache_value(reads, place, days, here.version)
    return days


def _counted_here(
    said: Sequence[tuple[str, int, int, int]], hidden: Collection[int]
) -> dict[tuple[str, int], tuple[int, int]]:
    """Count in Python: with many rulings in force, telling the database which posts to leave out costs more."""
    by_day = dict[tuple[str, int], list[int]]()
    for key, day, post, author in said:
        if post not in hidden and author not in hidden:
            by_day.setdefault((key, day), []).append(author)
    return {place: (len(authors), len(set(authors))) for place, authors in by_day.items()}


def hidden_in(country: str, facts: Facts) -> list[int]:
    """Ids of posts and people that nobody in `country` finds by searching."""
    return sorted(facts.rulings.unfindable_in(country))


def hidden_here(reads: Reads, here: Here) -> list[int]:
    place = ("hidden", *here.place)
    hidden: list[int] | None = cached_value(reads, place)
    if hidden is None:
        hidden = hidden_in(here.country, here.facts)
        cache_value(reads, place, hidden, here.version)
    return hidden


async def _uses(reads: Reads) -> list[Use]:
    async def count() -> list[Use]:
        since = first_id_at(max(0, reads.clock() - 2 * WINDOW))
        async with reads.work.scanning() as reading:
            return await trending.uses(reading, since, MOST_USES)

    return await cached_by_law(reads, count, "uses")


async def ran_out(reads: Reads) -> list[Quiet]:
    async def count() -> list[Quiet]:
        async with reads.work.reading() as reading:
            return await trending.ran_out(reading, reads.clock() - 2 * WINDOW)

    return await cached_by_law(reads, count, "quiet")


async def seen_from(reads: Reads, viewer: Viewer) -> Here:
    """By what is counted for this viewer."""
    facts = await law(reads)
    known = facts.rulings.as_known_to(viewer.account)
    over = any(_is_secret_to(quiet, viewer) for quiet in await ran_out(reads))
    whose = (str(viewer.account),) if over or known is not facts.rulings else ()
    return Here(viewer.country, Facts(STRANGER, known), (viewer.country, *whose), law_version(reads, facts))


async def law(reads: Reads) -> Facts:
    """The rulings in force without anybody's relations: what a stranger is judged by."""
    async with reads.work.reading() as reading:
        return Facts(STRANGER, await rulings_in_force(reading))

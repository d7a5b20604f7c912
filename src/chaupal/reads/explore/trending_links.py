"""Links that people talk about: counted as tags are (docs/trends.md), each shown with a post that the viewer may see.

What a link leads to is told by the card of that post, so no card comes to whom every post with it is withheld.
"""

import asyncio
import hashlib
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from chaupal.kernel.clock import DAY
from chaupal.kernel.errors import NotFound, or_not_found
from chaupal.kernel.ids import first_id_at, made_at
from chaupal.policy.facts import Facts
from chaupal.policy.sealed import Visible
from chaupal.policy.things import LinkCard, Post
from chaupal.policy.viewer import Surface, Viewer
from chaupal.reads.cached import cached_by_law
from chaupal.reads.context import Reads
from chaupal.reads.explore import trends
from chaupal.reads.explore.trends import HISTORY_DAYS, MOST_TAGS, MOST_USES, WINDOW, Backlog, Day, Here, TrendingTag
from chaupal.reads.page import Cursor, Page, listed_page, shown
from chaupal.store.square import trending
from chaupal.store.square.trending import Use
from chaupal.text.language import check_language

IN_RESERVE = 4  # newest posts of each link that are looked at: where the first is not shown, the next may be


class Ranked(msgspec.Struct, frozen=True):
    """A link as it is counted for a country, and the newest posts with it."""

    counted: TrendingTag
    posts: tuple[int, ...]


class TrendingLink(msgspec.Struct, frozen=True):
    """`seen`: the post by whose card the link is shown; `uses` and `authors` of the last day, as counted for the country."""

    id: int
    url: str
    seen: Visible[Post]
    card: LinkCard
    uses: int
    authors: int
    history: tuple[Day, ...]


async def links(reads: Reads, viewer: Viewer, language: str | None = None, limit: int = 10) -> list[TrendingLink]:
    """The links that most people share more than before, hottest first."""
    ranked = (await _ranked(reads, viewer, check_language(language) if language else None))[:limit]
    ids = [*dict.fromkeys(post for one in ranked for post in one.posts)]
    async with reads.work.reading() as reading:
        seen = {one.item.id: one for one in await shown(reading, viewer, Surface.TRENDS, ids)} if ids else {}
    return [found for one in ranked if (found := _link_seen(one, seen)) is not None]


async def by_id(reads: Reads, viewer: Viewer, id_: int) -> TrendingLink:
    """A link that trends, by its number. Raises NotFound."""
    return or_not_found(next((one for one in await links(reads, viewer, None, MOST_TAGS) if one.id == id_), None))


async def posts(reads: Reads, viewer: Viewer, url: str, cursor: Cursor) -> Page[Visible[Post]]:
    """Public posts with a link that trends, newest first. Raises NotFound for one that does not: this is no search."""
    if all(one.url != url for one in await links(reads, viewer, None, MOST_TAGS)):
        raise NotFound
    async with reads.work.reading() as reading:
        return await listed_page(reading, viewer, Surface.PUBLIC, trending.LINKING, cursor, url=url)


def number(url: str) -> int:
    """What a link is known by to programs."""
    return int.from_bytes(hashlib.sha256(url.encode()).digest()[:7])


async def _ranked(reads: Reads, viewer: Viewer, language: str | None) -> list[Ranked]:
    async def count() -> list[Ranked]:
        here, now = await trends.seen_from(reads, viewer), reads.clock()
        facts = here.facts
        quiet = trends.backlog(await trends.ran_out(reads), viewer)
        since = first_id_at(max(0, now - 2 * WINDOW))
        async with reads.work.scanning() as reading:
            uses = await trending.links(reading, since, MOST_USES)
            out = facts.rulings.terms_in(viewer.country)
            named = [*out, *(term for term in quiet if isinstance(term, str))]
            tagged = await trending.with_terms(reading, named, since)
        gone = _not_carried(tagged, frozenset(out), quiet, now)
        ranked = await asyncio.to_thread(_rank, uses, language, viewer.country, facts, now, quiet, gone)
        return await _with_history(reads, here, ranked)

    place = (await trends.seen_from(reads, viewer)).place
    return await cached_by_law(reads, count, "links", language or "", *place)


def _rank(
    uses: Iterable[Use],
    language: str | None,
    country: str,
    facts: Facts,
    now: int,
    quiet: Backlog,
    gone: frozenset[int],
) -> list[Ranked]:
    """Run in a thread, since it takes long."""
    counted = [use for use in trends.counted(uses, country, Surface.TRENDS, facts) if use.post not in gone]
    found = trends.rank(counted, language, country, facts, now, quiet)[:MOST_TAGS]
    newest: dict[str, list[int]] = {one.key: [] for one in found}
    for use in counted:
        held = newest.get(use.key)
        if held is not None and len(held) < IN_RESERVE:
            held.append(use.post)
    return [Ranked(one, tuple(newest[one.key])) for one in found]


def _not_carried(tagged: Iterable[tuple[int, str]], out: frozenset[str], quiet: Backlog, now: int) -> frozenset[int]:
    """Posts with a tag that is kept out of trends, and those of the last day that were said while it was."""
    start = first_id_at(max(0, now - WINDOW))
    return frozenset(
        post for post, term in tagged if term in out or (post >= start and made_at(post) < quiet.get(term, 0))
    )


async def _with_history(reads: Reads, here: Here, found: Sequence[Ranked]) -> list[Ranked]:
    today = reads.clock() // DAY
    since = first_id_at(max(0, (today - HISTORY_DAYS + 1) * DAY)) - 1
    hidden = trends.hidden_here(reads, here)
    async with reads.work.scanning() as reading:
        urls = [one.counted.key for one in found]
        rows = await trending.link_history(reading, urls, since, hidden) if urls else []
    days = {(url, day): (uses, authors) for url, day, uses, authors in rows}
    replace = msgspec.structs.replace
    return [
        replace(
            one,
            counted=replace(
                one.counted,
                history=tuple(
                    Day(d * DAY, *days.get((one.counted.key, d), (0, 0)))
                    for d in range(today, today - HISTORY_DAYS, -1)
                ),
            ),
        )
        for one in found
    ]


def _link_seen(ranked: Ranked, seen: Mapping[int, Visible[Post]]) -> TrendingLink | None:
    """By the newest of its posts that the viewer may see; None where they may see none."""
    counted = ranked.counted
    for id_ in ranked.posts:
        carrier = seen.get(id_)
        if carrier is not None and (card := carrier.item.card) is not None and card.url == counted.key:
            return TrendingLink(
                number(counted.key), counted.key, carrier, card, counted.uses, counted.authors, counted.history
            )
    return None

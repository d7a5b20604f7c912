"""What open connections are told, looked at through the gate as it stands at the moment of telling."""

from collections.abc import Sequence

import msgspec

from chaupal.policy.facts import Facts, Subject
from chaupal.policy.gate import reveal, subjects_of
from chaupal.policy.measures import SHADING, WITHHOLDING
from chaupal.policy.rulings import Ruling, told_countries
from chaupal.policy.sealed import Visible
from chaupal.policy.things import Person, Post
from chaupal.policy.viewer import Surface, Viewer
from chaupal.reads.context import Reads
from chaupal.reads.page import shown
from chaupal.reads.people.filtering import not_hidden
from chaupal.reads.timelines import lists
from chaupal.reads.timelines.home import at_home, repeated
from chaupal.store.identity.facts_cache import facts_for, relations_of
from chaupal.store.machine.work import Reading
from chaupal.store.square.people import sealed_people
from chaupal.store.square.posts import sealed_posts


class ScreenChanges(msgspec.Struct, frozen=True):
    """Of the posts on a screen: those that are not for its viewer (any more), and those that look otherwise than they did."""

    gone: list[int]
    changed: list[int]


class RulingEffect(msgspec.Struct, frozen=True):
    """How things stand for one viewer after a ruling: whether they may know of its posts, what shows, what is gone.

    `countries`: where the subject is withheld now, by this ruling and by others, as far as this viewer may know.
    """

    countries: tuple[str, ...]
    known: bool
    shown: list[Visible[Post]]
    gone: list[int]


async def post(
    reads: Reads, viewer: Viewer, id_: int, *, home: bool, context: str, of_list: int | None = None
) -> Visible[Post] | None:
    """The post, or None where it is not for this viewer's stream.

    `home`: only what belongs in their home; `of_list`: only what belongs in that list of theirs; `context`: where their
    filters must let it through.
    """
    async with reads.work.reading() as reading:
        seen = await shown(reading, viewer, Surface.STREAM, (id_,))
        if not seen or (home and not await _at_home(reads, reading, viewer, seen[0].item)):
            return None
        if of_list is not None and not await lists.holds(reading, viewer, of_list, seen[0].item):
            return None
        return next(iter(await not_hidden(reading, viewer, context, seen)), None)


async def _at_home(reads: Reads, reading: Reading, viewer: Viewer, item: Post) -> bool:
    if not at_home(item, viewer.me, await relations_of(reading, viewer.me)):
        return False
    return not await repeated(reads, reading, viewer, item)


async def person(reads: Reads, viewer: Viewer, id_: int) -> Visible[Person] | None:
    """Whom an account's ruling is about, as on a profile."""
    async with reads.work.reading() as reading:
        sealed = await sealed_people(reading, (id_,))
        found = reveal(viewer, Surface.PROFILE, sealed.values(), await facts_for(reading, viewer))
        return found[0] if found else None


async def knows(reads: Reads, viewer: Viewer, id_: int) -> bool:
    """Whether somebody would meet this person, were there no rulings."""
    async with reads.work.reading() as reading:
        sealed = await sealed_people(reading, (id_,))
        facts = await facts_for(reading, viewer)
        return bool(reveal(viewer, Surface.PROFILE, sealed.values(), Facts(facts.relations)))


async def away(reads: Reads, viewer: Viewer, ids: Sequence[int]) -> list[int]:
    """Of the people on somebody's screen, those whose names and words are not for them (any more)."""
    async with reads.work.reading() as reading:
        sealed = await sealed_people(reading, ids)
        shown_ = reveal(viewer, Surface.PROFILE, sealed.values(), await facts_for(reading, viewer))
        there = {seen.item.id for seen in shown_ if not seen.withheld}
        return [id_ for id_ in ids if id_ not in there]


async def standing(
    reads: Reads, viewer: Viewer, subject: int, posts: Sequence[int], reposts: Sequence[int]
) -> RulingEffect:
    """Of the posts under a ruling, and of the reposts that carry them.

    Who may know of a post is who would meet it, were there no rulings: a stranger is not told that a private post exists.
    """
    async with reads.work.reading() as reading:
        facts = await facts_for(reading, viewer)
        sealed = await sealed_posts(reading, posts)
        # Ids alone are taken from this look without the rulings: what one could have known of.
        known = [seen.item.id for seen in reveal(viewer, Surface.STATUS, sealed, Facts(facts.relations))]
        there = {seen.item.id for seen in reveal(viewer, Surface.STATUS, sealed, facts) if not seen.withheld}
        told = reveal(viewer, Surface.STREAM, sealed, facts)
        gone = [id_ for id_ in known if id_ not in there]
        if gone and reposts:
            carriers = reveal(viewer, Surface.STATUS, await sealed_posts(reading, reposts), Facts(facts.relations))
            gone += [seen.item.id for seen in carriers]
        hiding = [ruling for ruling in facts.rulings.on(subject) if ruling.measure in WITHHOLDING]
        countries = dict.fromkeys(code for ruling in hiding for code in told_countries(ruling, viewer.country))
        return RulingEffect(tuple(countries), bool(known), told, gone)


async def counts(reads: Reads, viewer: Viewer, ids: Sequence[int]) -> dict[int, tuple[int, int, int]]:
    """Answers, reposts and likes of the posts on somebody's screen, as far as they may see these; of a repost, of what it carries."""
    async with reads.work.reading() as reading:
        seen = reveal(viewer, Surface.STATUS, await sealed_posts(reading, ids), await facts_for(reading, viewer))
    shown_ = {one.item.id: one.item.inner or one.item for one in seen if not one.withheld}
    return {id_: (post_.replies_count, post_.boosts_count, post_.likes_count) for id_, post_ in shown_.items()}


async def moved(reads: Reads, viewer: Viewer, ids: Sequence[int], since: int) -> ScreenChanges:
    """How the posts on somebody's screen stand now; they were put there no earlier than `since` (ms)."""
    async with reads.work.reading() as reading:
        facts = await facts_for(reading, viewer)
        sealed = await sealed_posts(reading, ids)
        subjects = subjects_of(sealed)
        there = {seen.item.id: seen for seen in reveal(viewer, Surface.STATUS, sealed, facts) if not seen.withheld}

    def shaded(subject: Subject) -> bool:
        about = subject.names | (subject.inner.names if subject.inner else frozenset())
        own = viewer.account == subject.author

        def told(r: Ruling, name: int) -> bool:
            """What may name nobody is nothing new to its author, nor where another of its kind stands before it."""
            if r.neutral:
                return not own and facts.rulings.find(name, viewer.country, frozenset((r.measure,))) is r
            return own or r.binds(viewer.country)

        return any(
            r.measure in SHADING and r.starts_at >= since and told(r, name)
            for name in about
            for r in facts.rulings.on(name)
        )

    changed = {subject.id for subject in subjects if shaded(subject)}
    changed |= {id_ for id_, seen in there.items() if ((seen.item.inner or seen.item).edited_at or 0) >= since}
    return ScreenChanges(
        [id_ for id_ in ids if id_ not in there], [id_ for id_ in ids if id_ in there and id_ in changed]
    )

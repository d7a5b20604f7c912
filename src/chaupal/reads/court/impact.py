"""What a measure would do, looked at beforehand: whom it reaches, what goes from which surface, how it looks here and abroad.

Nothing is guessed: the gate itself judges the thing with the rulings that are not in force yet.
"""

from collections.abc import Sequence

import msgspec

from chaupal.policy.facts import Facts
from chaupal.policy.gate import reveal_one, subjects_of
from chaupal.policy.rules import CARRIED
from chaupal.policy.rulings import EVERYWHERE, Ruling, RulingIndex
from chaupal.policy.sealed import Judged, Sealed, Visible
from chaupal.policy.things import Person, Post
from chaupal.policy.viewer import ABROAD as NOBODY_KNOWS, Surface, Viewer
from chaupal.reads.context import Reads
from chaupal.reads.explore import trends
from chaupal.store.court import impact as counts
from chaupal.store.court.impact import Sum
from chaupal.store.identity.facts_cache import rulings_in_force
from chaupal.store.machine.work import Reading
from chaupal.store.square import media
from chaupal.store.square.people import sealed_people
from chaupal.store.square.posts import sealed_posts

# Where strangers could meet it; one's own pages, the office and the record are not touched by any measure.
OPEN_SURFACES = tuple(s for s in Surface if s not in (Surface.OFFICE, Surface.RECORD, Surface.OWN, Surface.NONE))
ABROAD = ("DE", "US", "GB")  # somewhere else to look from
MOST_TRENDS = 40


class ImpactOn(msgspec.Struct, frozen=True, kw_only=True):
    """The thing: its kind, its id, whose it is, the parts (posts or pictures) to which it is narrowed, or a tag's count key."""

    kind: str
    subject: int = 0
    owner: int | None = None
    parts: tuple[int, ...] = ()
    pictures: bool = False  # the parts are pictures
    term: str = ""

    @property
    def whole(self) -> bool:
        """A whole account."""
        return self.kind == "account" and not self.parts


class TagTouched(msgspec.Struct, frozen=True):
    """A tag in what would be limited: in how many posts of it, and whether people talk about it now."""

    name: str
    posts: int
    trending: bool


class SeenFrom(msgspec.Struct, frozen=True):
    """How it would look from a country: the thing as the gate would show it, or None where it would be gone."""

    country: str
    post: Visible[Post] | None = None
    person: Visible[Person] | None = None

    @property
    def shown(self) -> Visible[Post] | Visible[Person] | None:
        return self.post or self.person


class Impact(msgspec.Struct, frozen=True, kw_only=True):
    """What would be touched. `followers` are all there are: nobody keeps in which country people live."""

    followers: int
    sums: Sum
    authors: int  # of a tag
    languages: tuple[tuple[str, int], ...]
    tags: tuple[TagTouched, ...]
    surfaces: tuple[str, ...]
    looks: tuple[SeenFrom, ...]


async def impact(reads: Reads, viewer: Viewer, about: ImpactOn, supposed: Sequence[Ruling]) -> Impact:
    """What `supposed` (rulings that are not in force) would do to the thing."""
    hot = {tag.key for tag in await trends.tags(reads, viewer, limit=MOST_TRENDS)}
    async with reads.work.reading() as reading:
        posts = await _posts(reading, about)
        things = await _hydrated(reading, about, posts)
        before = await rulings_in_force(reading)
        after = _with(before, things, supposed, reading.now())
        sums, authors = await _sums(reading, about, posts)
        languages, tags = await _languages(reading, about, posts), await _tags(reading, about, posts, hot)
    territory = supposed[0].territory if supposed else ()
    here = next((code for code in territory if code != EVERYWHERE), reads.settings.home_country)
    return Impact(
        followers=_followers(viewer, things, before),
        sums=sums,
        authors=authors,
        languages=languages,
        tags=tags,
        surfaces=_surfaces(about, things, before, after, here),
        looks=_looks(things, after, territory, here),
    )


class _Things(msgspec.Struct, frozen=True):
    post: Sealed[Post] | None = None
    person: Sealed[Person] | None = None


async def _posts(reading: Reading, about: ImpactOn) -> list[int]:
    """The posts that are touched one by one; of a whole account the newest, which stands for all."""
    if about.kind == "tag":
        return []
    if about.whole:
        return await counts.open_posts(reading, about.subject, 1)
    ids = list(about.parts) or [about.subject]
    if about.kind == "media" or about.pictures:
        return [post for id_ in ids if (post := await media.post_of(reading, id_))]
    return ids


async def _hydrated(reading: Reading, about: ImpactOn, posts: Sequence[int]) -> _Things:
    sealed = await sealed_posts(reading, posts[:1])
    people = await sealed_people(reading, [about.owner]) if about.owner is not None else {}
    return _Things(sealed[0] if sealed else None, people.get(about.owner or 0))


def _with(index: RulingIndex, things: _Things, supposed: Sequence[Ruling], now: int) -> RulingIndex:
    """What is in force on these things, and what is supposed."""
    names: set[int] = set()
    if things.post is not None:
        names |= subjects_of([things.post])[0].names
    if things.person is not None:
        names |= subjects_of([things.person])[0].names
    standing = {ruling.id: ruling for name in names for ruling in index.on(name)}
    return RulingIndex([*standing.values(), *supposed], now)


async def _sums(reading: Reading, about: ImpactOn, posts: Sequence[int]) -> tuple[Sum, int]:
    if about.kind == "tag":
        many, authors = await counts.uses(reading, about.term)
        return Sum(many, 0, 0, 0), authors
    return await (counts.of_account(reading, about.subject) if about.whole else counts.of_posts(reading, posts)), 0


async def _languages(reading: Reading, about: ImpactOn, posts: Sequence[int]) -> tuple[tuple[str, int], ...]:
    if about.kind == "tag":
        return ()
    whole = about.subject if about.whole else 0
    found = await counts.tongues(reading, account=whole, ids=() if whole else posts)
    return tuple(sorted(found.items(), key=lambda pair: (-pair[1], pair[0])))


async def _tags(reading: Reading, about: ImpactOn, posts: Sequence[int], hot: set[str]) -> tuple[TagTouched, ...]:
    if about.kind == "tag":
        return ()
    whole = about.subject if about.whole else 0
    found = await counts.tags(reading, account=whole, ids=() if whole else posts)
    return tuple(TagTouched(name, many, key in hot) for key, name, many in found)


def _followers(viewer: Viewer, things: _Things, index: RulingIndex) -> int:
    seen = reveal_one(viewer, Surface.OFFICE, things.person, Facts(rulings=index))
    return 0 if seen is None else seen.item.followers_count


def _surfaces(
    about: ImpactOn, things: _Things, before: RulingIndex, after: RulingIndex, country: str
) -> tuple[str, ...]:
    """Where a stranger in that country would meet less than now."""
    if about.kind == "tag":
        return tuple(sorted(CARRIED))

    def touched(surface: Surface) -> bool:
        post, person = things.post, things.person
        return (post is not None and _differs(post, surface, before, after, country)) or (
            person is not None and _differs(person, surface, before, after, country)
        )

    return tuple(surface.value for surface in OPEN_SURFACES if touched(surface))


def _differs[T: Judged](
    thing: Sealed[T], surface: Surface, before: RulingIndex, after: RulingIndex, country: str
) -> bool:
    # Other servers are given what binds nowhere in particular: where their readers are nobody knows.
    stranger = Viewer(country=NOBODY_KNOWS if surface is Surface.PEER else country)
    was = reveal_one(stranger, surface, thing, Facts(rulings=before))
    now = reveal_one(stranger, surface, thing, Facts(rulings=after))
    return was is not None and (now is None or now.verdict != was.verdict)


def _looks(things: _Things, index: RulingIndex, territory: Sequence[str], here: str) -> tuple[SeenFrom, ...]:
    """From inside the territory, and from outside where there is an outside."""
    outside = next((code for code in ABROAD if code not in territory), "")
    places = [here] if EVERYWHERE in territory or not outside else [here, outside]
    return tuple(_seen_from(things, Facts(rulings=index), country) for country in places)


def _seen_from(things: _Things, facts: Facts, country: str) -> SeenFrom:
    stranger = Viewer(country=country)
    post = reveal_one(stranger, Surface.STATUS, things.post, facts)
    return SeenFrom(country, post, reveal_one(stranger, Surface.PROFILE, things.person, facts))

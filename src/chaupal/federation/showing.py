"""What other servers are shown of ours, once the gate has let them: a thing with the addresses of what it points at."""

from chaupal.federation.context import Federation
from chaupal.federation.writing import activities, actors, addresses, notes, withheld
from chaupal.federation.writing.addresses import ActorNamed, NoteAddresses
from chaupal.federation.writing.notes import Json
from chaupal.policy import quotes
from chaupal.policy.facts import Visibility
from chaupal.policy.sealed import Visible
from chaupal.policy.things import Person, Post
from chaupal.store.federation import addresses as store, uris
from chaupal.store.federation.addresses import AddressedPerson, AddressedPost
from chaupal.store.identity import moving
from chaupal.store.identity.facts_cache import rulings_in_force
from chaupal.store.machine.work import Reading

# A quote that stands, or for which leave was asked.
QUOTED = (quotes.ACCEPTED, quotes.PENDING)


async def creation(fed: Federation, reading: Reading, seen: Visible[Post], reader: int = 0) -> Json:
    """The activity by which a post, or a repost, came to be. `reader`: for whom the addresses of its files are written."""
    around = await around_of(fed, reading, seen.item, reader)
    if seen.item.boost_of is None:
        return activities.create(notes.note(fed.settings, seen, around, fed.clock()))
    return announced(fed, seen.item, around)


async def note(fed: Federation, reading: Reading, seen: Visible[Post], reader: int = 0) -> Json:
    """The post itself."""
    return notes.note(fed.settings, seen, await around_of(fed, reading, seen.item, reader), fed.clock())


async def actor(fed: Federation, reading: Reading, seen: Visible[Person], public_key: str) -> Json:
    """Somebody, with the accounts that they say are theirs too, and the one to which they have moved."""
    one = seen.item
    names = [] if seen.withheld else await moving.named_by(reading, one.id)
    there = await store.people(reading, {*names, one.moved_to or 0} - {0})
    at = {id_: named(fed.settings.origin, whose).uri for id_, whose in there.items()}
    made = actors.person(
        fed.settings,
        seen,
        public_key,
        moved_to=at.get(one.moved_to or 0, ""),
        aliases=[at[id_] for id_ in names if id_ in at],
    )
    return made | withheld.of_thing(fed.settings, await rulings_in_force(reading), one.id)


def announced(fed: Federation, repost: Post, around: NoteAddresses) -> Json:
    """A repost. Whoever wrote what it carries is among those whom it is for."""
    author = around.people[repost.author]
    audience = notes.audience(repost, around)
    if (original := around.people.get(repost.inner.author if repost.inner else 0)) is not None:
        audience["cc"] = [*audience["cc"], original.uri]
    where = addresses.post(fed.settings.origin, author.handle, repost.id)
    return activities.announce(where, author.uri, around.carries, repost.created_at, audience)


async def around_of(fed: Federation, reading: Reading, post: Post, reader: int = 0) -> NoteAddresses:
    """The addresses of all that a post points at."""
    inner = post.inner.author if post.inner else 0
    people = await store.people(reading, {post.author, inner, *(one.id for one in post.mentions)} - {0})
    quoted = post.quote_of if post.quote_state in QUOTED else None
    pointed = {post.reply_to, quoted, post.boost_of, post.root if post.reply_to else post.id} - {None}
    # What stays here has no address elsewhere.
    found = {
        id_: one
        for id_, one in (await store.of_posts(reading, {id_ for id_ in pointed if id_ is not None})).items()
        if one.visibility != Visibility.LOCAL
    }
    origin = fed.settings.origin
    root = found.get(post.root if post.reply_to else post.id)
    return NoteAddresses(
        people={id_: named(origin, whose) for id_, whose in people.items()},
        answers=_address(origin, found.get(post.reply_to or 0)),
        thread=f"{_address(origin, root)}/context" if root is not None and not root.server else "",
        quotes=_address(origin, found.get(quoted or 0)),
        stamp=await _stamp(reading, origin, post, found.get(quoted or 0)),
        carries=_address(origin, found.get(post.boost_of or 0)),
        reader=reader if post.visibility > Visibility.UNLISTED else 0,
        withheld=await _withheld(fed, reading, post),
    )


async def _withheld(fed: Federation, reading: Reading, post: Post) -> dict[int, Json]:
    index = await rulings_in_force(reading)
    said = {post.id: withheld.of_thing(fed.settings, index, post.id)}
    said |= {one.id: withheld.of_picture(fed.settings, index, one) for one in post.pictures}
    return {id_: told for id_, told in said.items() if told}


def named(origin: str, whose: AddressedPerson) -> ActorNamed:
    """Somebody by the addresses that servers know."""
    if not whose.server:
        own = addresses.person(origin, whose.handle)
        return ActorNamed(whose.handle, own, own)
    return ActorNamed(whose.handle, whose.uri, whose.url or whose.uri, whose.server)


def address(origin: str, where: AddressedPost) -> str:
    """The id of a post, for servers."""
    return where.uri if where.server else addresses.post(origin, where.handle, where.id)


def _address(origin: str, where: AddressedPost | None) -> str:
    return "" if where is None else address(origin, where)


async def _stamp(reading: Reading, origin: str, post: Post, quoted: AddressedPost | None) -> str:
    """What shows that it may quote: ours where the quoted post is ours, else what its author's server gave."""
    if quoted is None or post.quote_state != quotes.ACCEPTED:
        return ""
    if not quoted.server:
        return addresses.stamp(address(origin, quoted), post.id)
    return await uris.of_thing(reading, uris.STAMP, post.id)

"""What the lines of an order name, as whoever takes it in sees it: whose it is and its words; of what is for a few, neither."""

from collections.abc import Sequence

import msgspec

from chaupal.policy.facts import Visibility
from chaupal.policy.gate import reveal
from chaupal.policy.sealed import Visible
from chaupal.policy.things import Person, Post
from chaupal.policy.viewer import Surface, Viewer
from chaupal.reads.context import Reads
from chaupal.store.identity.facts_cache import facts_for
from chaupal.store.machine.work import Reading
from chaupal.store.square import media
from chaupal.store.square.people import sealed_people
from chaupal.store.square.posts import sealed_posts


class NamedThing(msgspec.Struct, frozen=True):
    """A thing that a line names. `apart`: it is not for everybody, so that its words are on its own page alone, where looking
    is written down."""

    post: Visible[Post] | None
    person: Visible[Person] | None
    apart: bool = False


type Thing = tuple[str, int | None, int | None]  # kind, subject, owner


async def named(reads: Reads, viewer: Viewer, things: Sequence[Thing]) -> list[NamedThing]:
    """In their order; one look for all of them together."""
    async with reads.work.reading() as reading:
        shown = [await _post_of(reading, kind, subject) for kind, subject, _ in things]
        facts = await facts_for(reading, viewer)
        posts = reveal(
            viewer, Surface.OFFICE, await sealed_posts(reading, sorted({id_ for id_ in shown if id_})), facts
        )
        sealed = await sealed_people(reading, sorted({owner for *_, owner in things if owner}))
        people = {seen.item.id: seen for seen in reveal(viewer, Surface.OFFICE, sealed.values(), facts)}
    by_id = {seen.item.id: seen for seen in posts}
    return [_named(by_id.get(id_ or 0), people.get(owner or 0)) for id_, (*_, owner) in zip(shown, things, strict=True)]


def _named(post: Visible[Post] | None, person: Visible[Person] | None) -> NamedThing:
    apart = post is not None and post.item.visibility > Visibility.UNLISTED
    return NamedThing(None if apart else post, person, apart)


async def _post_of(reading: Reading, kind: str, subject: int | None) -> int | None:
    """The post that shows a thing: itself, or the one that a picture is in."""
    if kind == "media" and subject is not None:
        return await media.post_of(reading, subject)
    return subject if kind == "post" else None

"""Everything else that is needed to write posts for one viewer (people, flags, votes, quotes), looked up once, for JSON and for pages."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec

from chaupal.policy import quotes as law
from chaupal.policy.sealed import Visible
from chaupal.policy.things import Person, Post
from chaupal.policy.viewer import Viewer
from chaupal.reads.context import Reads
from chaupal.reads.people import filtering, people
from chaupal.reads.people.filtering import NOTHING, Matches
from chaupal.reads.people.people import Bylines
from chaupal.reads.posts import quotes, reactions


class Quoted(NamedTuple):
    """How a quote stands for the viewer (`policy.quotes`), and what of it may be written; muted: to be folded."""

    state: str
    seen: Visible[Post] | None = None


class Around(msgspec.Struct, frozen=True):
    """Their people, the viewer's flags and votes, what they quote."""

    authors: Mapping[int, Visible[Person]]
    flags: Mapping[int, int] = {}
    votes: Mapping[int, tuple[int, ...]] = {}
    quoted: quotes.QuotedWithin = quotes.NOTHING
    following: frozenset[int] = frozenset()  # asked only where a post may be quoted by followers
    met: Matches = NOTHING  # the viewer's filters, by post
    bylines: Bylines = people.NO_BYLINES  # who wrote what a post's link leads to

    def quote(self, post: Post) -> Quoted:
        """Whom the viewer muted is handed over with that state. Whom they blocked is named so, without the post: a block
        lets nothing in."""
        if post.quote_state != law.ACCEPTED:
            return Quoted(post.quote_state)
        id_, within = post.quote_of or 0, self.quoted
        seen = within.seen.get(id_) or within.muted.get(id_)
        if seen is None or seen.item.author not in self.authors:
            return Quoted(law.BLOCKED if id_ in within.blocked else law.UNAUTHORIZED)
        return Quoted(law.MUTED if id_ in within.muted else law.ACCEPTED, seen)


async def around(
    reads: Reads, viewer: Viewer, posts: Sequence[Visible[Post]], beside: Sequence[Visible[Post]] = ()
) -> Around:
    """Everything that writing these posts needs, in two looks at most where none of them has a poll or quotes.

    `beside`: posts of which only the people are told.
    """
    quoted = await quotes.within(reads, viewer, posts)
    every = [*posts, *quoted.seen.values(), *quoted.muted.values()] if quoted is not quotes.NOTHING else posts
    authors = await people.of_posts(reads, viewer, [*every, *beside] if beside else every)
    shown = [seen.item.inner or seen.item for seen in every]
    flags: Mapping[int, int] = {}
    if viewer.account is not None:
        flags = await reactions.flags(reads, viewer, [post.id for post in shown])
    following = await quotes.following(reads, viewer, shown)
    met = await filtering.matches(reads, viewer, posts)
    votes, by = await reactions.votes(reads, viewer, shown), await people.bylines_of(reads, viewer, every)
    return Around(authors, flags, votes, quoted, following, met, by)

"""Who wrote what links lead to: whom a page names, where they say that its site is theirs, and as the gate shows them."""

from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from chaupal.policy.sealed import Visible
from chaupal.policy.surface import Surface
from chaupal.policy.things import LinkCard, Person, Post
from chaupal.policy.viewer import Viewer
from chaupal.reads.context import Reads
from chaupal.reads.people import people
from chaupal.text import hosts

type Bylines = Mapping[int, Visible[Person]]

NONE: Bylines = {}


async def of_posts(reads: Reads, viewer: Viewer, posts: Sequence[Visible[Post]]) -> Bylines:
    """Those whom cards of posts (or of what these repost) may be said to be by, by the post's id. None asks for nothing.

    To name somebody is to offer them, so whoever is withheld, suspended, limited or muted is not named.
    """
    cards = {post.id: post.card for seen in posts if (post := seen.item.inner or seen.item).card and post.card.creator}
    if not cards:
        return NONE
    found = await people.people(reads, viewer, Surface.SUGGEST, dict.fromkeys(card.creator for card in cards.values()))
    shown = {seen.item.id: seen for seen in found if not seen.withheld}
    return {
        id_: who
        for id_, card in cards.items()
        if (who := shown.get(card.creator)) is not None and hosts.stands_below(_site(card), who.item.sites)
    }


def _site(card: LinkCard) -> str:
    """Where the page was found, whatever its link said and its head says."""
    return hosts.plain(urlsplit(card.provider_url).hostname or "")

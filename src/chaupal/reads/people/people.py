"""Looking at people: one, several, and oneself; what stands between the viewer and others; and who wrote what links lead to."""

from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import urlsplit

from chaupal.kernel.clock import DAY
from chaupal.kernel.errors import NotFound, NotSignedIn, or_not_found
from chaupal.policy.gate import reveal, reveal_authors, reveal_one
from chaupal.policy.sealed import Visible
from chaupal.policy.things import LinkCard, Person, Post
from chaupal.policy.viewer import Surface, Viewer
from chaupal.reads.cached import cached_count
from chaupal.reads.context import Reads
from chaupal.store.federation import servers
from chaupal.store.identity import accounts, logins
from chaupal.store.identity.accounts import Census
from chaupal.store.identity.facts_cache import facts_for, relations_of
from chaupal.store.identity.logins import Login
from chaupal.store.machine.work import Reading
from chaupal.store.square import graph
from chaupal.store.square.graph import Ties as Ties
from chaupal.store.square.people import id_of, sealed_people
from chaupal.text import handles, hosts

ACTIVE_WITHIN = 30 * DAY

type Bylines = Mapping[int, Visible[Person]]

NO_BYLINES: Bylines = {}


async def person(reads: Reads, viewer: Viewer, id_: int) -> Visible[Person]:
    """The person, or the shell of one who is withheld here. Raises NotFound; missing and forbidden look the same."""
    async with reads.work.reading() as reading:
        return await _person(reading, viewer, id_)


async def named(reads: Reads, viewer: Viewer, handle: str) -> Visible[Person]:
    """By handle: `asha`, `@asha` or `asha@this.server`; `ravi@other.example` of those who are known here. Raises NotFound."""
    name = handles.stored(handle, reads.settings.domain)
    if not name:
        raise NotFound
    async with reads.work.reading() as reading:
        id_ = or_not_found(await id_of(reading, name))
        return await _person(reading, viewer, id_)


async def people(reads: Reads, viewer: Viewer, surface: Surface, ids: Iterable[int]) -> list[Visible[Person]]:
    """Those of `ids` whom the viewer may see on this surface, in order."""
    async with reads.work.reading() as reading:
        return await shown(reading, viewer, surface, ids)


async def whole(reads: Reads, viewer: Viewer, surface: Surface, ids: Iterable[int]) -> dict[int, Visible[Person]]:
    """Those of `ids` who are shown as they are, and not as a shell, by id."""
    return {one.item.id: one for one in await people(reads, viewer, surface, ids) if not one.withheld}


async def of_posts(reads: Reads, viewer: Viewer, posts: Sequence[Visible[Post]]) -> dict[int, Visible[Person]]:
    """The people behind posts that were revealed, and behind what these repost, by id."""
    ids = {seen.item.author for seen in posts}
    ids.update([seen.item.inner.author for seen in posts if seen.item.inner is not None])
    async with reads.work.reading() as reading:
        sealed = await sealed_people(reading, ids)
        # A post shown is not shown without its author: as on a profile, a withheld one is a shell and not a gap.
        return reveal_authors(viewer, posts, sealed, await facts_for(reading, viewer))


async def shown(reading: Reading, viewer: Viewer, surface: Surface, ids: Iterable[int]) -> list[Visible[Person]]:
    """As `people`, within a look that is already open."""
    wanted = tuple(ids)
    sealed = await sealed_people(reading, wanted)
    return reveal(viewer, surface, [sealed[i] for i in wanted if i in sealed], await facts_for(reading, viewer))


async def moved(reads: Reads, viewer: Viewer, seen: Iterable[Visible[Person]]) -> dict[int, Visible[Person]]:
    """Where those among `seen` have moved who have, by their own ids; as the gate shows that account, or not at all."""
    to = {v.item.id: v.item.moved_to for v in seen if v.item.moved_to is not None}
    if not to:
        return {}
    there = {v.item.id: v for v in await people(reads, viewer, Surface.PROFILE, dict.fromkeys(to.values()))}
    return {id_: there[target] for id_, target in to.items() if target in there}


async def me(reads: Reads, viewer: Viewer) -> tuple[Visible[Person], Login, int]:
    """Oneself, one's way in, and how many ask to follow. Raises NotSignedIn."""
    async with reads.work.reading() as reading:
        login = await logins.login_of(reading, viewer.me)
        if login is None:
            raise NotSignedIn
        return await _person(reading, viewer, viewer.me), login, await accounts.requests_to(reading, viewer.me)


async def census(reads: Reads) -> Census:
    """How many live here."""
    return await cached_count(reads, "census", lambda reading: accounts.census(reading, reads.clock() - ACTIVE_WITHIN))


async def peers(reads: Reads) -> Sequence[str]:
    """The hosts of the servers that are known here, in order."""
    return await cached_count(reads, "peers", servers.known) if reads.settings.federates else ()


async def contact(reads: Reads, viewer: Viewer) -> Visible[Person] | None:
    """The owner of the server, whom people can write to."""
    owner = (await census(reads)).owner
    if owner is None:
        return None
    found = await people(reads, viewer, Surface.PEOPLE, (owner,))
    return found[0] if found else None


async def _person(reading: Reading, viewer: Viewer, id_: int) -> Visible[Person]:
    sealed = (await sealed_people(reading, (id_,))).get(id_)
    return or_not_found(reveal_one(viewer, Surface.PROFILE, sealed, await facts_for(reading, viewer)))


MOST = 80  # people asked about at once


async def between(reads: Reads, viewer: Viewer, ids: Sequence[int]) -> list[tuple[int, Ties]]:
    """(account, ties) in the order of `ids`, for those who exist and may be seen. Raises NotSignedIn."""
    wanted = list(dict.fromkeys(ids))[:MOST]
    me = viewer.me
    async with reads.work.reading() as reading:
        found = await shown(reading, viewer, Surface.PROFILE, wanted)
        seen = [person.item.id for person in found]
        ties = await graph.ties(reading, me, seen) if seen else {}
        if seen:
            for id_, note in (await graph.notes(reading, me, seen)).items():
                ties[id_].note = note
            hidden = (await relations_of(reading, me)).hidden_servers
            for person in found:
                ties[person.item.id].hides_server = person.item.server in hidden
            for id_ in await graph.endorsed(reading, me, seen):
                ties[id_].endorsed = True
    return [(id_, ties[id_]) for id_ in seen]


async def bylines_of(reads: Reads, viewer: Viewer, posts: Sequence[Visible[Post]]) -> Bylines:
    """Those whom cards of posts (or of what these repost) may be said to be by, by the post's id. None asks for nothing.

    To name somebody is to offer them, so whoever is withheld, suspended, limited or muted is not named.
    """
    inner = [seen.item.inner or seen.item for seen in posts]
    cards = {post.id: card for post in inner if (card := post.card) and card.creator}
    if not cards:
        return NO_BYLINES
    found = await people(reads, viewer, Surface.SUGGEST, dict.fromkeys(card.creator for card in cards.values()))
    shown = {seen.item.id: seen for seen in found if not seen.withheld}
    return {
        id_: who
        for id_, card in cards.items()
        if (who := shown.get(card.creator)) is not None and hosts.stands_below(_site(card), who.item.sites)
    }


def _site(card: LinkCard) -> str:
    """Where the page was found, whatever its link said and its head says."""
    return hosts.plain(urlsplit(card.provider_url).hostname or "")

"""Posts that other servers say, say otherwise, or take back: held against whoever says it, and then taken in."""

from chaupal.federation import ours
from chaupal.federation.events import ThreadWanted
from chaupal.federation.reading.objects import PostRead, read_post
from chaupal.federation.reading.values import same_host
from chaupal.federation.taking import posts
from chaupal.federation.taking.acting import Deed
from chaupal.kernel.errors import NotAllowed, NotFound
from chaupal.store.federation import people, uris


async def create(deed: Deed) -> None:
    """A new post of theirs. What somebody else brought is as old as it is: nobody has others' old posts told of anew."""
    await _take(deed, await _read(deed), fresh=not deed.act.brought)


async def _take(deed: Deed, said: PostRead, *, fresh: bool) -> None:
    """What it answers is looked up afterwards, where it is not here."""
    post = await posts.take_post(deed.fed, said, deed.me, fresh=fresh)
    if (
        said.answers
        and await uris.find(deed.w, said.answers) is None
        and not ours.is_ours(deed.fed.settings, said.answers)
    ):
        deed.w.tell(ThreadWanted(post=post, uri=said.answers))


async def update(deed: Deed) -> None:
    """It says something else now, or its poll counts otherwise. One that is not here yet comes as it is now, and stands in its own
    time: what was said first still waits for something, or is sent again, and says no more when it comes.
    """
    said = await _read(deed)
    if await uris.find(deed.w, said.uri) is None:
        await _take(deed, said, fresh=False)
    else:
        await posts.change_post(deed.fed, said, deed.me)


async def delete(deed: Deed) -> None:
    """It is gone, and its id does not come again. Only its own author's server says so: of others' posts nobody is believed."""
    known = await uris.find(deed.w, deed.act.object)
    if known is None:
        if not same_host(deed.act.object, deed.by.actor):
            raise NotAllowed
        await uris.add(deed.w, deed.act.object, uris.POST, 0, deed.me)
        return
    if known.kind == uris.STAMP and known.by == deed.me and not known.gone:
        await uris.bury(deed.w, deed.act.object)
        # What says that it may is gone: it may no more (FEP-044f)
        await posts.quote_refused(deed.fed, known.of, deed.me)
        return
    if known.kind != uris.POST or known.gone:
        raise NotFound
    await posts.delete_post(deed.fed, known.of, deed.me)


async def _read(deed: Deed) -> PostRead:
    """What the post does not say of itself, its activity says: whose it is, and for whom.

    Raises NotAllowed where it is another's, or would be of another server; Unreadable.
    """
    if deed.act.whole is None:
        raise NotFound
    followers = await people.followers_at(deed.w, deed.me)
    said = read_post(deed.act.whole, around=deed.act.raw, followers=followers, now=deed.fed.clock())
    if said.by != deed.by.actor or not same_host(said.uri, deed.by.actor):
        raise NotAllowed
    return said

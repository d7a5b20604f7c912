"""Likes, reposts and pins that come from other servers, and their ends."""

from chaupal.federation import ours
from chaupal.federation.reading.values import PUBLIC, same_host, uri_of, value_of, word_of
from chaupal.federation.taking.acting import Deed
from chaupal.kernel.errors import NotAllowed, NotFound
from chaupal.policy.facts import Visibility
from chaupal.social.posts import polls, posts, reactions
from chaupal.store.federation import people, uris
from chaupal.store.machine.work import Reading
from chaupal.store.square.posts import as_written


async def known_post(deed: Deed, uri: str) -> int:
    """The post here with this id, ours or another server's. Raises NotFound."""
    found = ours.post_in(deed.fed.settings, uri)
    if found is None and (known := await uris.find(deed.w, uri)) is not None and known.kind == uris.POST and known.of:
        found = known.of
    if found is None:
        raise NotFound
    return found


async def like(deed: Deed) -> None:
    """They like a post that they can see; a picture by which they react is a like."""
    liked = await reactions.like(deed.fed.square, deed.viewer, await known_post(deed, deed.act.object))
    if deed.act.uri:
        await uris.keep(deed.w, deed.act.uri, uris.LIKE, liked, deed.me)


async def unlike(deed: Deed, post: int, uri: str) -> None:
    """`uri`: by which id they liked it, if they say so; it is good for nothing more."""
    await reactions.unlike(deed.fed.square, deed.viewer, post)
    known = await uris.find(deed.w, uri)
    if known is not None and known.kind == uris.LIKE and known.by == deed.me:
        await uris.forget(deed.w, uri)


async def announce(deed: Deed) -> None:
    """They repost a post that they can see. It has their id, by which it is taken back."""
    uri, known = deed.act.uri, await uris.find(deed.w, deed.act.uri)
    if not uri or (known is not None and known.gone):
        raise NotFound  # without an id nobody could take it back; one that was taken back does not come again
    original = await known_post(deed, deed.act.object)
    id_ = await posts.repost(
        deed.fed.square, deed.viewer, original, await _audience(deed), server=deed.by.server, uri=uri
    )
    await uris.keep(deed.w, uri, uris.POST, id_, deed.me)


async def unannounce(deed: Deed, uri: str) -> None:
    """Of what, by the id of the repost."""
    known = await uris.find(deed.w, uri)
    if known is None and same_host(uri, deed.by.actor) and await people.is_followed(deed.w, deed.me):
        # What it repeats may still be asked for: then it does not come
        await uris.add(deed.w, uri, uris.POST, 0, deed.me)
        return
    if known is None or known.by != deed.me or known.kind != uris.POST:
        raise NotFound
    post = await as_written(deed.w, known.of) if known.of else None
    if post is not None and post.boost_of is None:
        raise NotFound  # a post of theirs is deleted and not undone: its id is still good
    await uris.bury(deed.w, uri)
    if post is not None and post.author == deed.me and post.boost_of is not None:
        await posts.unrepost(deed.fed.square, deed.viewer, post.boost_of)


async def _audience(deed: Deed) -> Visibility:
    to, cc = {*deed.act.to}, {*deed.act.cc}
    if to & PUBLIC:
        return Visibility.PUBLIC
    if cc & PUBLIC:
        return Visibility.UNLISTED
    followers = await people.followers_at(deed.w, deed.me)
    if followers and followers in to | cc:
        return Visibility.PRIVATE
    raise NotAllowed("repost_forbidden")


async def pin(deed: Deed) -> None:
    """They keep one of their own posts at the top of their profile; as many as anybody here may."""
    await _check_featured(deed, deed.w)
    await reactions.pin(deed.fed.square, deed.viewer, await known_post(deed, deed.act.object))


async def unpin(deed: Deed) -> None:
    await _check_featured(deed, deed.w)
    await reactions.unpin(deed.fed.square, deed.viewer, await known_post(deed, deed.act.object))


async def _check_featured(deed: Deed, reading: Reading) -> None:
    """Raises NotFound where it is another collection than the one in which their server keeps what they pinned."""
    known = await people.remote_of(reading, deed.me)
    if known is None or not known.featured or deed.act.target != known.featured:
        raise NotFound


# --- answers to polls ---


async def vote(deed: Deed) -> None:
    """They choose, in a poll that they can see. Each choice of several comes by itself. Raises NotFound, Invalid, NotAllowed."""
    said = deed.act.whole or {}
    post_id = ours.post_in(deed.fed.settings, uri_of(value_of(said, "inReplyTo")))
    post = await as_written(deed.w, post_id) if post_id is not None else None
    if post is None or post.poll is None:
        raise NotFound
    titles = [option.title for option in post.poll.options]
    name = word_of(said, "name")
    if name not in titles:
        raise NotFound
    await polls.vote(deed.fed.square, deed.viewer, post.id, [titles.index(name)], one_by_one=True)

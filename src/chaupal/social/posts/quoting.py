"""Quotes: whoever quotes must see what they quote and be let; whoever is quoted may take it out of the quote again."""

from chaupal.kernel.errors import Invalid, NotAllowed, NotFound
from chaupal.policy import quotes
from chaupal.policy.facts import Facts, Visibility
from chaupal.policy.things import Post
from chaupal.policy.viewer import Viewer
from chaupal.social.context import Square
from chaupal.social.events import PostEdited, QuoteRevoked
from chaupal.social.seeing import seen_post
from chaupal.store.machine.work import Reading
from chaupal.store.square import posting, posts, quotes as store


async def quotable(reading: Reading, viewer: Viewer, post_id: int, facts: Facts) -> Post:
    """The post (of a repost: the original) that the viewer may quote. Raises NotFound, NotAllowed."""
    seen = await seen_post(reading, viewer, post_id, facts)
    if seen is None or seen.withheld:
        raise NotFound("quoted_missing")
    post = seen.item.inner or seen.item
    if not quotes.may_quote(viewer, post, facts):
        raise NotAllowed("quote_forbidden")
    return post


def check_told(post: Post, quoted: Post | None) -> None:
    """A direct post that quotes somebody names them; one that stays here quotes nobody elsewhere, who would have to be asked.

    Raises Invalid.
    """
    if quoted is not None and quoted.server and post.visibility is Visibility.LOCAL:
        raise Invalid("local_quotes_elsewhere")
    if quoted is None or post.visibility is not Visibility.DIRECT or quoted.author == post.author:
        return
    if all(mention.id != quoted.author for mention in post.mentions):
        raise Invalid("quoted_unnamed")


async def revoke(square: Square, viewer: Viewer, post_id: int, quoting: int) -> None:
    """Take one's own post out of another's that quotes it. Raises NotFound where it is not one's own, or not quoted."""
    me = viewer.me
    async with square.work.writing() as w:
        await posting.hold(w, me, quoting)
        mine, other = await posts.as_written(w, post_id), await posts.as_written(w, quoting)
        if mine is None or mine.author != me or other is None or other.quote_of != post_id:
            raise NotFound
        if await posting.end_quote(w, other, quotes.REVOKED):
            w.tell(QuoteRevoked(post=quoting, author=other.author, visibility=int(other.visibility), quoted=post_id))


async def allow(square: Square, viewer: Viewer, post_id: int, policy: str) -> None:
    """Who may quote one's post from now on; quotes that are there stay. Raises NotFound, Invalid."""
    me = viewer.me
    if policy not in quotes.POLICIES:
        raise Invalid("post_quotes_unknown")
    async with square.work.writing() as w:
        seen = await seen_post(w, viewer, post_id) if await posting.hold(w, me, post_id) else None
        if seen is None or seen.item.author != me or seen.item.boost_of is not None:
            raise NotFound
        post = seen.item
        await store.set_policy(w, post_id, quotes.policy_of(policy, post.visibility))
        w.tell(PostEdited(post=post_id, author=me, visibility=int(post.visibility), edited_at=0))

"""Answers to polls of ours, which other servers send as notes that have a name and no words."""

from chaupal.federation import ours
from chaupal.federation.reading.values import uri_of, value_of, word_of
from chaupal.federation.taking.acting import Deed
from chaupal.kernel.errors import NotFound
from chaupal.social.posts import polls
from chaupal.store.square.posts import as_written


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

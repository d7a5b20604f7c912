"""What happens to posts."""

from chaupal.kernel.event import Event


class PostPublished(Event, frozen=True):
    """A post, or a repost (`boost_of`), is in the square."""

    post: int
    author: int
    visibility: int
    mentions: tuple[int, ...] = ()
    reply_to: int | None = None
    reply_to_account: int | None = None
    boost_of: int | None = None
    boost_of_author: int | None = None


class PostDeleted(Event, frozen=True):
    """A post is gone, and the reposts of it: (post, author) of each."""

    post: int
    author: int
    gone: tuple[tuple[int, int], ...]

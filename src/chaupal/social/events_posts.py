"""What happens to posts."""

from chaupal.kernel.event import Event


class PostPublished(Event, frozen=True):
    """A post, or a repost (`boost_of`), is in the square. `quiet`: those it names are told of the same by a notification of its own.

    `server`: on which it was said (0: here). `files`: whether any came with it; `links`: whether any may be in it; `indexed`: whether
    it is found by its words already.
    """

    post: int
    author: int
    visibility: int
    mentions: tuple[int, ...] = ()
    reply_to: int | None = None
    reply_to_account: int | None = None
    boost_of: int | None = None
    boost_of_author: int | None = None
    tags: tuple[str, ...] = ()  # count keys, of a public post
    quote_of: int | None = None
    quiet: bool = False
    server: int = 0
    files: bool = False
    links: bool = True
    indexed: bool = False
    language: str = ""

    @property
    def concerns(self) -> object:
        return self.boost_of or self.post


class PostEdited(Event, frozen=True):
    """A post says something else now. `mentions`: whom it names that it did not name before.

    `tags`, `untagged`: where they are not as before, the count keys by which it stands in homes now, and those by which it did.
    `edited_at` (ms) tells one edit from the next; 0: its words are the same, and nobody need be told of it.
    """

    post: int
    author: int
    visibility: int
    edited_at: int
    mentions: tuple[int, ...] = ()
    reply_to_account: int | None = None
    tags: tuple[str, ...] = ()
    untagged: tuple[str, ...] = ()


class FilesUnwanted(Event, frozen=True):
    """Nothing names these files any more since the commit of this event: (id, type) of each. They are dropped after it."""

    files: tuple[tuple[int, str], ...]

    @property
    def concerns(self) -> object:
        return self.files[0][0]


class CardShown(Event, frozen=True):
    """What a post's link leads to is shown beneath it since `at` (ms). Its words are the same."""

    lasting = False

    post: int
    author: int
    visibility: int
    at: int
    reply_to_account: int | None = None


class VoteCast(Event, frozen=True):
    """Somebody voted: the counts of a poll are others. Which option it was is nobody's business."""

    post: int
    by: int


class PollEnded(Event, frozen=True):
    """A poll is over by the clock. `told`: up to which voter (by id) people have been told of it; 0: nobody yet."""

    post: int
    author: int
    told: int = 0


class QuoteRevoked(Event, frozen=True):
    """The post quotes `quoted` no more: whoever was quoted took it out."""

    post: int
    author: int
    visibility: int
    quoted: int


class PostDeleted(Event, frozen=True):
    """A post is gone, and the reposts of it: (post, author) of each. `visibility` and `mentions`: whom it had been for.

    `reserved`: those among `gone` that were not for everybody; a repost may be for fewer than what it carried.
    `boost_of`: what the post carried, where it was a repost. `reply_to_account`: whom it answered.
    """

    post: int
    author: int
    gone: tuple[tuple[int, int], ...]
    visibility: int = 3  # an event written before this was said is told to few
    mentions: tuple[int, ...] = ()
    tags: tuple[str, ...] = ()  # count keys, of a public post
    reserved: tuple[int, ...] = ()
    boost_of: int | None = None
    reply_to_account: int | None = None

    @property
    def concerns(self) -> object:
        return self.boost_of or self.post


class PinChanged(Event, frozen=True):
    """A post stands at the top of its author's profile now, or no more."""

    post: int
    author: int
    pinned: bool

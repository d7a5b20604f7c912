"""What happened in the square. Every event carries ids, never words: whoever handles it looks, through the gate."""

from chaupal.kernel.event import Event


class AccountEvent(Event, frozen=True):
    """Something happened to an account."""

    account: int


class PostEvent(Event, frozen=True):
    """Something happened to a post of `author`'s."""

    post: int
    author: int


# --- people ---


class AccountCreated(AccountEvent, frozen=True):
    """Somebody made an account; it may still wait for its e-mail to be confirmed and for approval."""


class AccountChanged(AccountEvent, frozen=True):
    """Name, note, pictures or settings of an account are others now."""


class AccountUnlocked(AccountEvent, frozen=True):
    """Nobody has to ask any more to follow an account: those who have asked are let in."""


class AccountMoved(AccountEvent, frozen=True):
    """An account of ours points at another one, here or on another server, from now on."""

    to: int


class LinksToVerify(AccountEvent, frozen=True):
    """A profile has links that may lead to pages which link back."""


class AccountOpened(AccountEvent, frozen=True):
    """Confirmed and, where that is asked for, approved: from here on it is a person of the square."""


class JoiningAsked(AccountEvent, frozen=True):
    """Somebody confirmed their address, and waits for staff to let them in."""


class LetIn(AccountEvent, frozen=True):
    """Staff let somebody in who had asked to join: word of it is due."""


class TurnedAway(Event, frozen=True):
    """Staff turned somebody away who had asked to join. All else of them is gone; this goes with the letter that tells them."""

    shared = False

    email: str
    handle: str
    language: str


class ConfirmationAsked(AccountEvent, frozen=True):
    """The address must be confirmed: a mail with a fresh link is due."""


class EmailChangeAsked(AccountEvent, frozen=True):
    """Somebody wants another mail address: a mail with a link is due there, and word of it to the one of now."""


class PasswordResetAsked(AccountEvent, frozen=True):
    """A reset link is due. 0: nobody has the address that was typed; told all the same, so that both take equally long."""


class CodesGuessed(AccountEvent, frozen=True):
    """Somebody knows the password, and goes through codes: word of it is due."""


class LeavingAsked(AccountEvent, frozen=True):
    """Somebody asked that their account be deleted, and may think again: word of it is due."""


class AccountDeleted(AccountEvent, frozen=True):
    """The last of an account is gone; its name stays taken."""


# --- what people arranged for themselves: what hangs on it is made anew ---


class FiltersChanged(AccountEvent, frozen=True):
    """What an account does not want to meet is something else now. `change`: an id, since it may happen again."""

    change: int


class HomeChanged(AccountEvent, frozen=True):
    """What stands in an account's home beside whom it follows is something else now."""


class TagFollowed(HomeChanged, frozen=True):
    """`key`: the tag's count key."""

    key: str


class TagUnfollowed(HomeChanged, frozen=True):
    """`key`: the tag's count key."""

    key: str


class ListChanged(HomeChanged, frozen=True):
    """A list, or who stands in it, is another one now, or gone. `change`: an id, since it may happen again."""

    list: int
    change: int


# --- between people, and between a person and a post ---


class TieChanged(Event, frozen=True):
    """Something between `by` and `to` (account ids) changed; homes that hang on it are built anew."""

    by: int
    to: int


class Followed(TieChanged, frozen=True):
    """`by` follows `to`, without having to ask."""


class FollowMoved(TieChanged, frozen=True):
    """`by` follows `to` because whom they followed before has moved there. Nobody is told."""


class Unfollowed(TieChanged, frozen=True):
    """`by` follows `to` no more, by whoever's doing."""


class FollowAsked(TieChanged, frozen=True):
    """`by` asks to follow `to`, whose account is locked."""


class FollowGranted(TieChanged, frozen=True):
    """`to` let `by` follow."""


class FollowRefused(TieChanged, frozen=True):
    """The request of `by` to follow `to` is gone: refused, withdrawn, or ended by a block."""


class Blocked(TieChanged, frozen=True):
    """`by` blocks `to`; follows and requests between them have ended in the same commit."""


class Unblocked(TieChanged, frozen=True):
    """`by` blocks `to` no more."""


class Muted(TieChanged, frozen=True):
    """`by` mutes `to`."""


class Unmuted(TieChanged, frozen=True):
    """`by` mutes `to` no more, by their own doing; a timed mute ends without an event."""


class ServerHidden(Event, frozen=True):
    """`by` wants nothing more of a server (id): whoever follows them from there does so no more. `hiding`: the row that says so."""

    by: int
    server: int
    hiding: int = 0


class LikeChanged(Event, frozen=True):
    """Whether `by` likes a post of `author` is another matter now."""

    by: int
    post: int
    author: int

    @property
    def concerns(self) -> object:
        return self.post


class Liked(LikeChanged, frozen=True):
    """`by` likes the post."""


class Unliked(LikeChanged, frozen=True):
    """`by` likes the post no more."""


# --- posts ---


class PostPublished(PostEvent, frozen=True):
    """A post, or a repost (`boost_of`), is in the square. `quiet`: those it names are told of the same by a notification of its own.

    `server`: on which it was said (0: here). `files`: whether any came with it; `links`: whether any may be in it; `indexed`: whether
    it is found by its words already. `quote_of`: where the quote stands; of one that waits for leave nobody is told.
    """

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


class PlanFailed(AccountEvent, frozen=True):
    """A scheduled post could not be said at its time: it waits for its author to look at it."""

    plan: int


class PostEdited(PostEvent, frozen=True):
    """A post says something else now. `mentions`: whom it names that it did not name before.

    `tags`, `untagged`: where they are not as before, the count keys by which it stands in homes now, and those by which it did.
    `edited_at` (ms) tells one edit from the next; 0: its words are the same, and nobody need be told of it. `quote_of`: what it
    quotes, where that quote waited for leave and stands from now on.
    """

    visibility: int
    edited_at: int
    mentions: tuple[int, ...] = ()
    reply_to_account: int | None = None
    tags: tuple[str, ...] = ()
    untagged: tuple[str, ...] = ()
    quote_of: int | None = None


class FilesUnwanted(Event, frozen=True):
    """Nothing names these files any more since the commit of this event: (id, type) of each. They are dropped after it."""

    files: tuple[tuple[int, str], ...]

    @property
    def concerns(self) -> object:
        return self.files[0][0]


class CardShown(PostEvent, frozen=True):
    """What a post's link leads to is shown beneath it since `at` (ms). Its words are the same."""

    lasting = False

    visibility: int
    at: int
    reply_to_account: int | None = None


class VoteCast(Event, frozen=True):
    """Somebody voted: the counts of a poll are others. Which option it was is nobody's business."""

    post: int
    by: int


class PollEnded(PostEvent, frozen=True):
    """A poll is over by the clock. `told`: up to which voter (by id) people have been told of it; 0: nobody yet."""

    told: int = 0


class QuoteRevoked(PostEvent, frozen=True):
    """The post quotes `quoted` no more: whoever was quoted took it out."""

    visibility: int
    quoted: int


class PostDeleted(PostEvent, frozen=True):
    """A post is gone, and the reposts of it: (post, author) of each. `visibility` and `mentions`: whom it had been for.

    `reserved`: those among `gone` that were not for everybody; a repost may be for fewer than what it carried.
    `boost_of`: what the post carried, where it was a repost. `reply_to_account`: whom it answered.
    """

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


class PinChanged(PostEvent, frozen=True):
    """A post stands at the top of its author's profile now, or no more."""

    pinned: bool

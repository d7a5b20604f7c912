"""What happened between people, and between a person and a post: ids only, in the past tense."""

from chaupal.kernel.event import Event


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


class Liked(Event, frozen=True):
    """`by` likes a post of `author`."""

    by: int
    post: int
    author: int

    @property
    def concerns(self) -> object:
        return self.post


class Unliked(Event, frozen=True):
    """`by` likes the post no more."""

    by: int
    post: int
    author: int

    @property
    def concerns(self) -> object:
        return self.post

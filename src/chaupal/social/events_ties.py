"""What happened between people, and between a person and a post: ids only, in the past tense."""

from chaupal.kernel.event import Event


class TieChanged(Event):
    """Something between `by` and `to` (account ids) changed; homes that hang on it are built anew."""

    by: int
    to: int


class Followed(TieChanged):
    """`by` follows `to`, without having to ask."""


class Unfollowed(TieChanged):
    """`by` follows `to` no more, by whoever's doing."""


class FollowAsked(TieChanged):
    """`by` asks to follow `to`, whose account is locked."""


class FollowGranted(TieChanged):
    """`to` let `by` follow."""


class FollowRefused(TieChanged):
    """The request of `by` to follow `to` is gone: refused, withdrawn, or ended by a block."""


class Blocked(TieChanged):
    """`by` blocks `to`; follows and requests between them have ended in the same commit."""


class Unblocked(TieChanged):
    """`by` blocks `to` no more."""


class Muted(TieChanged):
    """`by` mutes `to`."""


class Unmuted(TieChanged):
    """`by` mutes `to` no more, by their own doing; a timed mute ends without an event."""


class Liked(Event):
    """`by` likes a post of `author`."""

    by: int
    post: int
    author: int


class Unliked(Event):
    """`by` likes the post no more."""

    by: int
    post: int
    author: int

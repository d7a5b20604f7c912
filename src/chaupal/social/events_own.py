"""What people arranged for themselves: ids and keys only. What hangs on it is made anew."""

from chaupal.kernel.event import Event


class FiltersChanged(Event, frozen=True):
    """What an account does not want to meet is something else now. `change`: an id, since it may happen again."""

    account: int
    change: int


class HomeChanged(Event, frozen=True):
    """What stands in an account's home beside whom it follows is something else now."""

    account: int


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

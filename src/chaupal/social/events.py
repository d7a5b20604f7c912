"""What happened in the square. Every event carries ids, never words: whoever handles it looks, through the gate."""

from chaupal.kernel.event import Event

# --- people ----------------------------------------------------------------------------------------------------------


class AccountCreated(Event, frozen=True):
    """Somebody made an account; it may still wait for its e-mail to be confirmed and for approval."""

    account: int


class AccountChanged(Event, frozen=True):
    """Name, note, pictures or settings of an account are others now."""

    account: int


class AccountMoved(Event, frozen=True):
    """An account of ours points at another one, here or on another server, from now on."""

    account: int
    to: int


class LinksToVerify(Event, frozen=True):
    """A profile has links that may lead to pages which link back."""

    account: int


class AccountOpened(Event, frozen=True):
    """Confirmed and, where that is asked for, approved: from here on it is a person of the square."""

    account: int


class ConfirmationAsked(Event, frozen=True):
    """The address must be confirmed: a mail with a fresh link is due."""

    account: int


class PasswordResetAsked(Event, frozen=True):
    """A reset link is due. 0: nobody has the address that was typed; told all the same, so that both take equally long."""

    account: int


class AccountDeleted(Event, frozen=True):
    """The last of an account is gone; its name stays taken."""

    account: int


# --- what people arranged for themselves: what hangs on it is made anew ---


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

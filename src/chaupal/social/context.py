"""What the square needs to do its work; every change to it is a function that takes this first."""

from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import msgspec

from chaupal.kernel.clock import Clock
from chaupal.kernel.errors import Problem
from chaupal.kernel.ids import MakeId
from chaupal.kernel.settings import Settings
from chaupal.ports.files import Files
from chaupal.ports.mail import Mail
from chaupal.store.machine.work import Work, Writing


class FoundElsewhere(msgspec.Struct, frozen=True):
    """Somebody, or something that somebody said, on another server: the id of one of the two, 0 for the other."""

    person: int = 0
    post: int = 0


class Elsewhere(msgspec.Struct, frozen=True):
    """How other servers are asked. Calls go out, bounded in number, size and time: never within a unit.

    `find`: somebody by `ravi@other.example`, or what an address leads to; for whoever is signed in alone.
    `renew`: somebody by name, as their server has them now.
    `subscribe`: where the server of `ravi@other.example` lets Ravi follow, with `{uri}` in it; "" where it does not say.
    """

    find: Callable[[str], Coroutine[Any, Any, FoundElsewhere | None]]
    subscribe: Callable[[str], Coroutine[Any, Any, str]]
    renew: Callable[[str], Coroutine[Any, Any, FoundElsewhere | None]]


SAME_ROLE = ""  # of an account into which there is another way from now on
# With an account, and the role that it is made with, or `SAME_ROLE`.
type Enlist = Callable[[Writing, int, str], Awaitable[None]]


class Square(msgspec.Struct, frozen=True):
    """The store, the clock, and the places where files and mails go."""

    settings: Settings
    work: Work
    clock: Clock
    make_id: MakeId
    files: Files
    mail: Mail
    enlist: Enlist | None = None  # how a role is entered into the log, in the commit of what changes who has it
    elsewhere: Elsewhere | None = None  # None: this square speaks to no other

    def fault(self, error: BaseException) -> Problem | None:
        """What the machine is short of, where that is what an error says; None for any other."""
        return self.work.fault(error) or self.files.fault(error)

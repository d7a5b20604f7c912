"""What the square needs to do its work; every change to it is a function that takes this first."""

from collections.abc import Awaitable, Callable

import msgspec

from chaupal.kernel.clock import Clock
from chaupal.kernel.errors import Problem
from chaupal.kernel.ids import MakeId
from chaupal.kernel.settings import Settings
from chaupal.ports.files import Files
from chaupal.ports.mail import Mail
from chaupal.store.machine.work import Work, Writing

type Enlist = Callable[[Writing, int, str], Awaitable[None]]


class Square(msgspec.Struct, frozen=True):
    """The store, the clock, and the places where files and mails go."""

    settings: Settings
    work: Work
    clock: Clock
    make_id: MakeId
    files: Files
    mail: Mail
    enlist: Enlist | None = None  # how a role is entered into the log, in the commit of the account that has it

    def fault(self, error: BaseException) -> Problem | None:
        """What the machine is short of, where that is what an error says; None for any other."""
        return self.work.fault(error) or self.files.fault(error)

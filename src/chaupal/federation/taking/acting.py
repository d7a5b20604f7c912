"""Who acts: somebody of another server, in whose name the square's own functions are called, and how they see the square."""

from typing import NamedTuple

import msgspec

from chaupal.federation.context import Federation
from chaupal.federation.reading.activities import Activity
from chaupal.policy.viewer import ABROAD, Viewer
from chaupal.store.machine.work import Writing, within


class Doer(NamedTuple):
    """Whose activity it is, as the signature says, or as the server did from which it was fetched."""

    account: int
    server: int
    actor: str

    @property
    def viewer(self) -> Viewer:
        """As the law sees them: nobody knows where they are."""
        return Viewer(account=self.account, country=ABROAD)


class Deed(msgspec.Struct, frozen=True):
    """An activity that is being taken in. All of it is one unit: what raises leaves nothing behind.

    `name`: by which it is known again: its id, or what it says where it has none.
    """

    fed: Federation
    w: Writing
    by: Doer
    act: Activity

    @property
    def me(self) -> int:
        return self.by.account

    @property
    def viewer(self) -> Viewer:
        return self.by.viewer


def inside(fed: Federation, w: Writing) -> Federation:
    """The same rooms, each of whose changes is a part of this unit."""
    work = within(fed.work, w)
    return msgspec.structs.replace(
        fed,
        work=work,
        square=msgspec.structs.replace(fed.square, work=work),
        court=msgspec.structs.replace(fed.court, work=work),
        reads=msgspec.structs.replace(fed.reads, work=work),
    )

"""People of other servers in a test's store, and what is on its way to them: as if their servers had been met before."""

from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import select

from chaupal.app.wiring import RunningHouse
from chaupal.kernel.settings import Settings
from chaupal.policy.viewer import ABROAD, Viewer
from chaupal.store.federation import people
from chaupal.store.machine.dialect import statement
from chaupal.store.tables.federation import deliveries, servers, spoken
from others import met

ACTIVITY = "application/activity+json"
_WAITING = statement(
    select(servers.c.domain, deliveries.c.inbox, deliveries.c.by, spoken.c.body)
    .join(servers, servers.c.id == deliveries.c.server_id)
    .join(spoken, spoken.c.id == deliveries.c.spoken_id)
    .order_by(deliveries.c.id)
)


@dataclass(frozen=True)
class RemotePerson:
    """Somebody of another server. `viewer`: as whom they ask here."""

    id: int
    handle: str
    uri: str
    inbox: str
    server: int

    @property
    def viewer(self) -> Viewer:
        return Viewer(account=self.id, country=ABROAD)


@dataclass(frozen=True)
class Delivery:
    """A delivery: to which inbox, signed by whose account, and what it says."""

    host: str
    inbox: str
    by: int
    says: dict[str, Any]

    @property
    def kind(self) -> str:
        return self.says["type"]

    @property
    def of(self) -> Any:
        return self.says["object"]


def federating(settings: Settings, mode: str = "on") -> Settings:
    """The same house, talking to others on this machine."""
    return msgspec.structs.replace(settings, federation=mode, federation_test=True)


async def meet(running: RunningHouse, handle: str, *, shared: bool = True, at: str = "") -> RemotePerson:
    """`bina@far.example` is known here from now on. `at`: scheme and host of their server, http://HOST where nothing is said.

    `shared`: their server has an inbox for all of its people.
    """
    square = running.house.square
    at = at or f"http://{handle.partition('@')[2]}"
    id_ = await met(square, handle, at=at, **({} if shared else {"shared_inbox": ""}))
    async with square.work.reading() as reading:
        known = await people.remote_of(reading, id_)
    assert known is not None
    return RemotePerson(id_, handle, known.uri, known.shared_inbox or known.inbox, known.server)


async def waiting(running: RunningHouse) -> list[Delivery]:
    """All that is on its way to other servers, in order."""
    async with running.house.square.work.reading() as reading:
        rows = await reading.fetch(_WAITING)
    return [Delivery(host, inbox, by, msgspec.json.decode(body)) for host, inbox, by, body in rows]

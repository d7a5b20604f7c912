"""Servers by the names that people type: `bad.example`, `https://bad.example/`; what is below a name is meant with it."""

from collections.abc import Sequence

from chaupal.governance.orders.resolving import LineFault, Resolved
from chaupal.store.federation import servers
from chaupal.store.machine.work import Reading
from chaupal.text import hosts

SERVER = "server"  # the kind of a target


async def named(reading: Reading, lines: Sequence[str]) -> dict[int, Resolved]:
    """Which of these lines name a server, and which of those: by the line's place."""
    typed = {at: domain for at, line in enumerate(lines) if (domain := hosts.server_named(line))}
    known = await servers.ids_of(reading, sorted(set(typed.values())))
    first = dict[str, int]()
    found = dict[int, Resolved]()
    for at, domain in typed.items():
        id_, before = known.get(domain), first.setdefault(domain, at)
        wrong = LineFault.TWICE if before != at else LineFault.NOTHING if id_ is not None else LineFault.NOT_FOUND
        found[at] = Resolved(
            line=domain,
            kind=SERVER,
            subject=id_,
            public=True,
            wrong=wrong,
            name=(SERVER, domain, 0, ""),
            first=before if wrong is LineFault.TWICE else None,
        )
    return found

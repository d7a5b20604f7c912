"""What a server says of its own things that it withholds, or of people whom it has suspended: kept as its statement, whatever it is.

It is believed of the server whose thing it is and of no other, as everything that comes with a post or a person; it binds nobody here.
"""

from collections.abc import Iterable

from chaupal.federation.context import Federation
from chaupal.federation.reading.actors import Actor
from chaupal.federation.reading.objects import PostRead
from chaupal.federation.reading.withheld import WithheldThere
from chaupal.store.federation import servers
from chaupal.store.federation.servers import SUSPENDED, WITHHELD, Statement
from chaupal.store.machine.work import Writing


async def of_post(fed: Federation, w: Writing, post: int, server: int, said: PostRead) -> None:
    """In the place of what was said of the post before; without any, that is over."""
    await servers.keep_statements(w, post, server, tuple(_withheld(said.withheld)), fed.make_id, w.now())


async def of_person(fed: Federation, w: Writing, account: int, server: int, actor: Actor) -> None:
    """The same of somebody, who may be suspended there."""
    suspended = (Statement(SUSPENDED),) if actor.suspended else ()
    await servers.keep_statements(w, account, server, (*_withheld(actor.withheld), *suspended), fed.make_id, w.now())


def _withheld(found: Iterable[WithheldThere]) -> Iterable[Statement]:
    return (Statement(WITHHELD, one.country, one.order, one.since, one.until) for one in found)

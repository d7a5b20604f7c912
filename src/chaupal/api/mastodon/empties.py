"""Lists that clients ask for at every start and that are empty on this server, because it has no such thing yet."""

from typing import Any

from chaupal.policy.surface import Surface
from chaupal.wire.call import Answer, Call
from chaupal.wire.route import Route, get


async def nothing(call: Call[Any]) -> Answer:
    """An empty list: this server has no such thing."""
    return Answer(b"[]")


EMPTY = (("/api/v1/accounts/{id}/identity_proofs", ""),)

ROUTES: tuple[Route, ...] = (*(get(path, nothing, Surface.NONE, scope=scope) for path, scope in EMPTY),)

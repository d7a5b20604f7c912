"""Lists that clients ask for at every start and that are empty on this server, because it has no such thing yet."""

from typing import Any

from chaupal.policy.surface import Surface
from chaupal.wire.call import Answer, Call
from chaupal.wire.route import Route, get


async def nothing(call: Call[Any]) -> Answer:
    """An empty list: this server has no such thing."""
    return Answer(b"[]")


EMPTY = (
    ("/api/v1/filters", "read:filters"),
    ("/api/v2/filters", "read:filters"),
    ("/api/v1/lists", "read:lists"),
    ("/api/v1/followed_tags", "read:follows"),
    ("/api/v1/announcements", ""),
    ("/api/v1/conversations", "read:statuses"),
    ("/api/v1/featured_tags", "read:accounts"),
    ("/api/v1/featured_tags/suggestions", "read:accounts"),
    ("/api/v1/scheduled_statuses", "read:statuses"),
    ("/api/v1/domain_blocks", "read:blocks"),
    ("/api/v1/endorsements", "read:accounts"),
    ("/api/v1/accounts/{id}/lists", "read:lists"),
    ("/api/v1/accounts/{id}/identity_proofs", ""),
)

ROUTES: tuple[Route, ...] = (
    *(get(path, nothing, Surface.NONE, scope=scope) for path, scope in EMPTY),
    get("/api/v1/accounts/{id}/featured_tags", nothing, Surface.NONE, scope="read:accounts", public=True),
    get("/api/v1/accounts/{id}/endorsements", nothing, Surface.NONE, scope="read:accounts", public=True),
)

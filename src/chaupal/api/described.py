"""The API describes itself: `/openapi.json`, written from the route table."""

from importlib.metadata import version
from typing import Any

from chaupal.policy.surface import Surface
from chaupal.wire.call import Answer, Call, json
from chaupal.wire.openapi import document
from chaupal.wire.route import Nothing, Route, get


def routes(others: tuple[Route, ...]) -> tuple[Route, ...]:
    """The route that describes `others` (and itself)."""
    kept: dict[str, Answer] = {}

    async def openapi(call: Call[Nothing]) -> Answer:
        origin = call.house.settings.origin
        if origin not in kept:
            document_: dict[str, Any] = document((*others, own), call.house.settings.title, version("chaupal"), origin)
            kept[origin] = json(document_)
        return Answer(kept[origin].body)

    own = get("/openapi.json", openapi, Surface.NONE, public=True)
    return (own,)

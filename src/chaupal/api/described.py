"""The API describes itself: `/openapi.json`, written from the route table, with examples."""

from typing import Any

from chaupal.api.examples import EXAMPLES
from chaupal.http.call import Answer, Call, json
from chaupal.http.openapi import document
from chaupal.http.route import Nothing, Route, get
from chaupal.kernel.version import VERSION
from chaupal.policy.surface import Surface


def description(routes: tuple[Route, ...], title: str, origin: str) -> dict[str, Any]:
    """The published description of these routes; `x-example` holds a call of an operation."""
    whole: dict[str, Any] = document(routes, title, VERSION, origin)
    for name, example in EXAMPLES.items():
        method, path = name.split(" ")
        told = {"path": example.path, "query": example.query, "body": example.body}
        whole["paths"][path][method.lower()]["x-example"] = {key: value for key, value in told.items() if value}
    return whole


def routes(others: tuple[Route, ...]) -> tuple[Route, ...]:
    """The route that describes `others` (and itself)."""
    kept: dict[str, Answer] = {}

    async def openapi(call: Call[Nothing]) -> Answer:
        """This description."""
        origin = call.house.settings.origin
        if origin not in kept:
            kept[origin] = json(description((*others, own), call.house.settings.title, origin))
        return Answer(kept[origin].body)

    own = get("/openapi.json", openapi, Surface.NONE, public=True)
    return (own,)

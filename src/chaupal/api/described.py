"""The API describes itself: `/openapi.json`, written from the route table, with examples, each of which a test sends."""

from typing import Any

import msgspec

from chaupal.http.call import Answer, Call, Nothing, Route, get, json
from chaupal.http.openapi import document
from chaupal.kernel.version import VERSION
from chaupal.policy.viewer import Surface


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


class Example(msgspec.Struct, frozen=True, kw_only=True):
    """One call of an operation: what fills the holes of its path, its query, its JSON. `staff`: only they can make it."""

    path: dict[str, str] = {}
    query: dict[str, str] = {}
    body: dict[str, Any] | None = None
    staff: bool = False


ASHA = "asha"  # stands for anybody's name
REF = "IN-2021-0001"  # for any order's

# Operation -> its example.
EXAMPLES: dict[str, Example] = {
    "GET /api/v2/instance": Example(),
    "POST /api/v1/apps": Example(
        body={"client_name": "Khet", "redirect_uris": ["urn:ietf:wg:oauth:2.0:oob"], "scopes": "read write push"}
    ),
    "GET /api/v1/accounts/verify_credentials": Example(),
    "GET /api/v1/accounts/lookup": Example(query={"acct": ASHA}),
    "POST /api/v1/statuses": Example(body={"status": "नमस्ते चौपाल! #किसान", "language": "hi", "visibility": "public"}),
    "GET /api/v1/timelines/home": Example(query={"limit": "5"}),
    "GET /api/v1/timelines/public": Example(query={"local": "true", "limit": "5"}),
    "GET /api/v1/timelines/tag/{tag}": Example(path={"tag": "किसान"}),
    "GET /api/v1/trends/tags": Example(query={"language": "hi"}),
    "GET /api/v2/search": Example(query={"q": "नमस्ते", "type": "statuses"}),
    "GET /api/v2/notifications": Example(query={"limit": "10"}),
    "POST /api/v1/markers": Example(body={"home": {"last_read_id": "1"}}),
    "POST /api/v1/lists": Example(body={"title": "गाँव", "replies_policy": "followed"}),
    "POST /api/v2/filters": Example(
        body={"title": "क्रिकेट", "context": ["home"], "keywords_attributes": [{"keyword": "क्रिकेट", "whole_word": True}]}
    ),
    "GET /api/v1/announcements": Example(),
    "GET /api/v1/transparency/report.json": Example(),
    "GET /api/v1/transparency/orders": Example(),
    "GET /api/v1/admin/orders/{ref}/targets.csv": Example(path={"ref": REF}, query={"verb": "propose"}, staff=True),
    "POST /api/v1/admin/orders/{ref}/bulk": Example(
        path={"ref": REF},
        body={
            "verb": "propose",
            "rows": [
                {"number": 1, "seen": 1, "outcome": "withhold_post", "reason": "It calls for violence on a certain day."},
                {
                    "number": 2, "seen": 1, "outcome": "refuse", "code": "protected_expression",
                    "reason": "It reports what happened, and the law protects that.",
                },
            ],
        },
        staff=True,
    ),
    "POST /api/v1/admin/matters": Example(
        body={"targets": "@asha", "rule": "2@1", "grounds": "The same text was sent to two hundred people.", "outcome": "warn"}, staff=True
    ),
    "GET /api/v1/admin/bulk/{id}": Example(path={"id": "1"}, staff=True),
    "GET /api/v1/admin/orders/{ref}/targets/{number}": Example(path={"ref": REF, "number": "1"}, staff=True),
    "POST /api/v1/admin/orders/{ref}/targets/{number}/propose": Example(
        path={"ref": REF, "number": "1"}, body={"outcome": "withhold_post", "reason": "It calls for violence on a certain day."}, staff=True
    ),
}  # fmt: skip

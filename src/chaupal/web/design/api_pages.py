"""The description of the API as pages for people: its rooms, and each operation with what it takes, gives and an example."""

import json
from collections.abc import Callable
from typing import Annotated, Any
from urllib.parse import quote, urlencode

import msgspec
from msgspec import Meta

from chaupal.http.call import OPEN_PAGE, Answer, Call, Route, get
from chaupal.kernel.errors import NotFound
from chaupal.policy.viewer import Surface
from chaupal.web import pages
from chaupal.web.words import N_

# (title, origin) -> the description, as /openapi.json gives it.
type Describe = Callable[[str, str], dict[str, Any]]


class RoomAsked(msgspec.Struct, kw_only=True):
    """`room`: the operations of which part; none: all of them in short."""

    room: Annotated[str, Meta(max_length=40)] = ""


class Field(msgspec.Struct, frozen=True):
    """Something that is taken or given: its name, its type in words, whether it must be there."""

    name: str
    kind: str
    required: bool = False


class Operation(msgspec.Struct, frozen=True, kw_only=True):
    """One operation as the page shows it."""

    id: str
    method: str
    path: str
    summary: str
    open: bool
    scope: str
    takes: tuple[Field, ...]
    gives: tuple[Field, ...]
    example: str


def rooms_of(whole: dict[str, Any]) -> dict[str, list[Operation]]:
    """The description, room by room."""
    found: dict[str, list[Operation]] = {}
    for path, methods in whole["paths"].items():
        for method, told in methods.items():
            found.setdefault(told["tags"][0], []).append(_operation(whole, path, method, told))
    return dict(sorted(found.items()))


def command(origin: str, method: str, path: str, told: dict[str, Any]) -> str:
    """An example as one types it."""
    example = told["x-example"]
    for hole, value in example.get("path", {}).items():
        path = path.replace(f"{{{hole}}}", quote(value))
    asked = f"?{urlencode(example['query'])}" if "query" in example else ""
    lines = [f"curl{'' if method == 'get' else f' -X {method.upper()}'} '{origin}{path}{asked}'"]
    if "security" in told:
        lines.append("-H 'Authorization: Bearer TOKEN'")
    if "body" in example:
        lines += ["-H 'Content-Type: application/json'", f"-d '{json.dumps(example['body'], ensure_ascii=False)}'"]
    return " \\\n  ".join(lines)


def _operation(whole: dict[str, Any], path: str, method: str, told: dict[str, Any]) -> Operation:
    taken = [Field(p["name"], _kind(p["schema"]), p["required"]) for p in told["parameters"]]
    if body := told.get("requestBody"):
        schema = next(iter(body["content"].values()))["schema"]
        taken += _fields(schema)
    answer = told["responses"]["200"].get("content", {}).get("application/json", {}).get("schema", {})
    known = whole["components"]["schemas"].get(_name(answer.get("items", answer)), {})
    return Operation(
        id=told["operationId"],
        method=method.upper(),
        path=path,
        summary=told["summary"],
        open="security" not in told,
        scope=told.get("x-scope", ""),
        takes=tuple(taken),
        gives=tuple(_fields(known)),
        example=command(whole["servers"][0]["url"], method, path, told) if "x-example" in told else "",
    )


def _fields(schema: dict[str, Any]) -> list[Field]:
    needed = schema.get("required", ())
    return [Field(name, _kind(told), name in needed) for name, told in schema.get("properties", {}).items()]


def _kind(schema: dict[str, Any]) -> str:
    """A schema in a few words: `integer`, `array of string`, `string or null`, one of its values, or a named one."""
    if "enum" in schema:
        return " | ".join("null" if value is None else str(value) or '""' for value in schema["enum"])
    if several := schema.get("anyOf"):
        return " or ".join(dict.fromkeys(_kind(one) for one in several))
    if schema.get("type") == "array":
        inner = schema.get("items", {})
        return f"array of {_kind(inner)}" if inner else "array"
    return str(_name(schema) or schema.get("type", "anything"))


def _name(schema: dict[str, Any]) -> str:
    return schema.get("$ref", "").rpartition("/")[2]


def routes(describe: Describe) -> tuple[Route, ...]:
    """The page of what `describe` says."""
    kept: dict[str, dict[str, list[Operation]]] = {}

    async def show(call: Call[RoomAsked]) -> Answer:
        settings, room = call.house.settings, call.args.room
        if settings.origin not in kept:
            kept[settings.origin] = rooms_of(describe(settings.title, settings.origin))
        rooms = kept[settings.origin]
        if room and room not in rooms:
            raise NotFound
        return await pages.render(call, "api.html", titled=N_("The API"), rooms=rooms, room=room)

    return (get("/about/api", show, Surface.NONE, **OPEN_PAGE),)

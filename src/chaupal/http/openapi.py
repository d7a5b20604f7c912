"""The published description of the API (OpenAPI 3.1), written from the route table and the Structs that check calls."""

from typing import Any

import msgspec

from chaupal.http.call import Answer, Route, Shape

REF = "#/components/schemas/{name}"
FORMS = ("application/json", "application/x-www-form-urlencoded", "multipart/form-data")
ERROR: dict[str, Any] = {
    "type": "object",
    "required": ["error"],
    "properties": {"error": {"type": "string"}, "error_description": {"type": "string"}, "details": {"type": "object"}},
}
SCHEMES = {
    "token": {
        "type": "http",
        "scheme": "bearer",
        "description": "An app's, by OAuth (`/.well-known/oauth-authorization-server`); `x-scope` says what it must hold.",
    },
    "office": {"type": "http", "scheme": "bearer", "description": "An authority's, made at `/portal/token`."},
}
PROBLEMS = {
    "400": "The request cannot be read",
    "401": "Nobody is signed in",
    "403": "Outside the token's scopes, or not theirs to do",
    "404": "Missing, or not for this caller",
    "409": "It moved meanwhile",
    "412": "It is not the version that If-Match names",
    "413": "Too many bytes",
    "422": "Cannot be accepted",
    "429": "Too many requests",
    "451": "Withheld in the caller's country",
    "503": "The store could not keep it; nothing was half done",
    "507": "There is no room left on the server; nothing was kept",
}


def document(routes: tuple[Route, ...], title: str, version: str, origin: str) -> dict[str, Any]:
    """The whole document for every route of the API's shape."""
    # OpenAPI has no word for an answer that does not end: streams are described in docs/streaming.md.
    chosen = [route for route in routes if route.shape is Shape.API and not route.stream]
    kinds = {route.takes for route in chosen} | {route.gives for route in chosen if _is_json(route.gives)}
    ordered = sorted(kinds, key=repr)
    # Two rooms may call their Structs by one name: msgspec then tells them apart by their modules.
    found, components = msgspec.json.schema_components(ordered, ref_template=REF)
    schemas = dict(zip(ordered, found, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for route in chosen:
        for method in route.methods:
            paths.setdefault(route.path, {})[method.lower()] = _operation(route, method.lower(), schemas, components)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": title,
            "version": version,
            "description": "Streams (`/api/v1/streaming/…`), whose answers do not end, are Mastodon's, and have no place in here.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": origin}],
        "paths": paths,
        "components": {"schemas": {**components, "Error": ERROR}, "securitySchemes": SCHEMES},
    }


def _is_json(kind: Any) -> bool:
    return kind is not None and kind is not Answer


def part_of(route: Route) -> str:
    """The part of the API that a route belongs to, by its room and its file, whichever floor that is on: `mastodon_posting`."""
    names = route.run.__module__.split(".")[2:]
    return "_".join((*names[:1], *names[1:][-1:]))


def _operation(
    route: Route, method: str, schemas: dict[Any, dict[str, Any]], components: dict[str, Any]
) -> dict[str, Any]:
    schema = components[schemas[route.takes]["$ref"].rpartition("/")[2]]
    names = [part[1:-1] for part in route.path.split("/") if part.startswith("{")]
    properties: dict[str, Any] = schema.get("properties", {})
    parameters = [_parameter(n, "path", properties.get(n, {"type": "string"}), required=True) for n in names]
    rest = {n: s for n, s in properties.items() if n not in names}
    operation: dict[str, Any] = {
        "operationId": f"{method}_{route.path.strip('/').replace('/', '_').replace('{', '').replace('}', '')}",
        "summary": (route.run.__doc__ or "").strip().split("\n")[0],
        "tags": [part_of(route)],
        "parameters": parameters,
        "responses": _responses(route, schemas),
        "x-surface": str(route.surface),
    }
    if route.method == "GET":
        needed = schema.get("required", ())
        parameters += [
            _parameter(f"{n}[]" if s.get("type") == "array" else n, "query", s, required=n in needed)
            for n, s in rest.items()
        ]
    elif route.raw:
        operation["requestBody"] = {"required": True, "content": {"text/plain": {"schema": {"type": "string"}}}}
    elif rest:
        operation["requestBody"] = _body(schema, rest, names)
    if route.offices:
        operation["security"] = [{"office": []}]
    elif not route.public:
        operation["security"] = [{"token": []}]
        operation["x-scope"] = route.scope
    return operation


def _parameter(name: str, where: str, schema: dict[str, Any], *, required: bool) -> dict[str, Any]:
    clean = {key: value for key, value in schema.items() if key != "default" or value is not None}
    return {"name": name, "in": where, "required": required, "schema": clean}


def _body(schema: dict[str, Any], rest: dict[str, Any], names: list[str]) -> dict[str, Any]:
    needed = [n for n in schema.get("required", []) if n not in names]
    content = {"schema": {"type": "object", "properties": rest, **({"required": needed} if needed else {})}}
    return {"required": bool(needed), "content": dict.fromkeys(FORMS, content)}


def _responses(route: Route, schemas: dict[Any, dict[str, Any]]) -> dict[str, Any]:
    given: dict[str, Any] = {"description": "Done"}
    if _is_json(route.gives):
        given["content"] = {"application/json": {"schema": schemas[route.gives]}}
    problem = {"application/json": {"schema": {"$ref": REF.format(name="Error")}}}
    taken = {"202": given | {"description": "Taken in; it goes on"}} if route.method == "POST" else {}
    return {"200": given} | taken | {code: {"description": text, "content": problem} for code, text in PROBLEMS.items()}

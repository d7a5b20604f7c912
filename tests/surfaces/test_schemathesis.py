"""schemathesis over the published description of the API, against a real server: never a 5xx, always the promised shape."""

# schemathesis tells its types nothing of what it makes.
# pyright: reportArgumentType=false, reportMissingTypeArgument=false, reportUntypedFunctionDecorator=false, reportUnknownParameterType=false
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false

import json
from collections.abc import Iterator

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import response_schema_conformance, status_code_conformance

from chaupal.api.described import description
from chaupal.api.routes import ROUTES
from chaupal.app.wiring import ROUTES as EVERY
from chaupal.policy.viewer import Role
from chaupal.wire.route import Shape
from services import Postgres
from serving import SCOPES, Member, Served, join, served

ORIGIN = "http://127.0.0.1:8000"
PROMISES = (not_a_server_error, status_code_conformance, response_schema_conformance)

schema = schemathesis.openapi.from_dict(description(ROUTES, "Chaupal", ORIGIN))
# Where a member is refused at the door, nothing of what lies behind is tried: staff go in.
OFFICE = {route.path for route in ROUTES if route.scope.startswith("admin:")}
office = schema.include(path=sorted(OFFICE))
schema.config.phases.coverage.enabled = False  # thousands of cases; what they look for is in test_bad_input

few = settings(
    max_examples=12, derandomize=True, deadline=None, database=None, phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)  # fmt: skip


@pytest.fixture(scope="module", params=("sqlite", "postgres"))
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    dsn = ""
    if request.param == "postgres":
        postgres: Postgres = request.getfixturevalue("postgres_server")
        dsn = postgres.fresh(template=request.getfixturevalue("migrated"))
    with served(tmp_path_factory.mktemp("described"), database=dsn, log_level="error") as one:
        yield one


@pytest.fixture(scope="module")
def asha(server: Served) -> Member:
    member = join(server.settings, "asha")["asha"]
    with server.client(member) as client:
        client.post("/api/v1/statuses", json={"status": "कुछ तो है #चौपाल"}).raise_for_status()
    return member


@pytest.fixture(scope="module")
def owner(server: Served) -> Member:
    scopes = f"{SCOPES} admin:read admin:write"
    return join(server.settings, "lakshmi", role=Role.OWNER, scopes=scopes)["lakshmi"]


def check(case: schemathesis.Case, server: Served, headers: dict[str, str]) -> None:
    answer = case.call(base_url=server.url, headers=headers, timeout=30)
    case.validate_response(answer, checks=list(PROMISES))
    if answer.status_code >= 400:
        assert answer.headers["content-type"][0].startswith("application/json")
        said = answer.json()
        assert isinstance(said["error"], str) and said["error"]


@schema.parametrize()
@few
def test_a_member_is_answered_as_promised(case: schemathesis.Case, server: Served, asha: Member):
    check(case, server, {"Authorization": f"Bearer {asha.token}"})


@office.parametrize()
@few
def test_staff_are_answered_as_promised(case: schemathesis.Case, server: Served, owner: Member):
    check(case, server, {"Authorization": f"Bearer {owner.token}"})


@schema.parametrize()
@few
def test_anybody_is_answered_as_promised(case: schemathesis.Case, server: Served):
    check(case, server, {})


def test_every_route_of_the_api_is_described_and_so_tried():
    """But streams: OpenAPI has no word for an answer that does not end (test_streams.py)."""
    told = {f"{method.upper()} {path}" for path, methods in schema.raw_schema["paths"].items() for method in methods}
    routes = {
        f"{method} {route.path}"
        for route in EVERY
        if route.shape is Shape.API and not route.stream
        for method in route.methods
    }
    assert routes == told and {path.partition(" ")[2] for path in told} >= OFFICE


def test_the_description_is_the_one_that_is_served(server: Served):
    with server.client() as client:
        told = client.get("/openapi.json").json()
    described = json.loads(json.dumps(schema.raw_schema))  # tuples and lists are one in JSON
    assert told["paths"] == described["paths"] and told["components"] == described["components"]

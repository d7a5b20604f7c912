"""schemathesis over the published description of the API, against a real server: never a 5xx, always the promised shape."""

import json
from collections.abc import Iterator

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import response_schema_conformance, status_code_conformance

from chaupal.api.routes import ROUTES
from chaupal.wire.openapi import document
from services import Postgres
from serving import Member, Served, join, served

ORIGIN = "http://127.0.0.1:8000"
PROMISES = (not_a_server_error, status_code_conformance, response_schema_conformance)

schema = schemathesis.openapi.from_dict(document(ROUTES, "Chaupal", "0", ORIGIN))
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


@schema.parametrize()
@few
def test_anybody_is_answered_as_promised(case: schemathesis.Case, server: Served):
    check(case, server, {})


def test_the_description_is_the_one_that_is_served(server: Served):
    with server.client() as client:
        told = client.get("/openapi.json").json()
    described = json.loads(json.dumps(schema.raw_schema))  # tuples and lists are one in JSON
    assert told["paths"] == described["paths"] and told["components"] == described["components"]

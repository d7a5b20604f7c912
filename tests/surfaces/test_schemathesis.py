"""schemathesis over the published description of the API, against a real server: never a 5xx, always the promised shape."""

import json
from collections import Counter
from collections.abc import Generator, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from hypothesis.strategies import SearchStrategy
from requests.adapters import HTTPAdapter
from schemathesis.checks import not_a_server_error
from schemathesis.core import SCHEMATHESIS_TEST_CASE_HEADER
from schemathesis.specs.openapi.checks import response_schema_conformance, status_code_conformance
from urllib3.util import Retry

from chaupal.api.described import description
from chaupal.api.routes import ROUTES
from chaupal.app.wiring import ROUTES as EVERY
from chaupal.http.call import Shape
from chaupal.policy.viewer import Role
from services import Postgres
from serving import SCOPES, Member, Served, join, served
from waiting import PATIENCE

ORIGIN = "http://127.0.0.1:8000"
PROMISES = (not_a_server_error, status_code_conformance, response_schema_conformance)

schema = schemathesis.openapi.from_dict(description(ROUTES, "Chaupal", ORIGIN))
# Where somebody is refused at the door, nothing of what lies behind is tried: a member goes in, of an office staff do. Whoever stays
# outside asks once.
OFFICE = {route.path for route in ROUTES if route.scope.startswith("admin:")}
PUBLIC = {(method, route.path) for route in ROUTES if route.public for method in route.methods}
schema.config.phases.coverage.enabled = False  # thousands of cases; what they look for is in test_bad_input

# Whether values of a strategy may be used again Hypothesis works out of each, and schemathesis makes them anew for each case. Nothing
# but arrays of NumPy asks for it; it took a tenth of making up cases.
SearchStrategy.has_reusable_values = True  # pyrefly: ignore[bad-assignment] - a property


class Writer(requests.Session):
    """Sends nothing, and so has no cookies: what apps send with every request is written into each.

    But not the number that each case has, by which no two requests would be the same.
    """

    def prepare_request(self, request: requests.Request) -> requests.PreparedRequest:
        made = super().prepare_request(request)
        made.headers.pop(SCHEMATHESIS_TEST_CASE_HEADER, None)
        return made


WRITER = Writer()
WRITER.trust_env = False
# Where the server closed a kept connection meanwhile; "come again later" is an answer like any other.
ONCE_MORE = Retry(connect=0, read=1, allowed_methods=None, respect_retry_after_header=False)

# A sixth of what is made is the very same request once more: looking again shows nothing, and doing it finds what the first has left.
SENT = Counter[tuple[object, ...]]()
ENOUGH = {"GET": 1}
TRIED_DOORS = set[tuple[str, str]]()

few = settings(
    max_examples=12,
    derandomize=True,
    deadline=None,
    database=None,
    phases=(Phase.generate,),  # no route of the description brings examples, and to look for them takes a second
    suppress_health_check=list(HealthCheck),
)


@dataclass
class Tried:
    """A server on one database, who asks it, and a connection that is kept: a new one costs more than most answers."""

    server: Served
    asha: Member
    owner: Member
    session: requests.Session

    def check(self, case: schemathesis.Case, made: requests.PreparedRequest, who: Member | None) -> None:
        request = made.copy()
        request.url = str(made.url).replace(ORIGIN, self.server.url, 1)
        request.headers.update({"Authorization": f"Bearer {who.token}"} if who else {})
        answer = self.session.send(request, timeout=PATIENCE, allow_redirects=False)
        case.validate_response(answer, checks=list(PROMISES))
        if answer.status_code >= 400:
            assert answer.headers["content-type"].startswith("application/json")
            said = answer.json()
            assert isinstance(said["error"], str) and said["error"]


@pytest.fixture(scope="module", params=["sqlite and postgres"])
def both(
    postgres_server: Postgres, migrated: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Tried]]:
    """Each case goes to both databases: making one takes more time than both answers."""
    dsn = postgres_server.fresh(template=migrated)
    with ExitStack() as stack:
        yield {
            name: stack.enter_context(tried(tmp_path_factory.mktemp(name), at))
            for name, at in (("sqlite", ""), ("postgres", dsn))
        }
    postgres_server.drop(dsn)


@contextmanager
def tried(folder: Path, database: str) -> Generator[Tried]:
    with served(folder, database=database, log_level="error") as server, requests.Session() as session:
        session.trust_env = False
        session.mount("http://", HTTPAdapter(max_retries=ONCE_MORE))
        asha = join(server.settings, "asha")["asha"]
        scopes = f"{SCOPES} admin:read admin:write"
        owner = join(server.settings, "lakshmi", role=Role.OWNER, scopes=scopes)["lakshmi"]
        with server.client(asha) as client:
            client.post("/api/v1/statuses", json={"status": "कुछ तो है #चौपाल"}).raise_for_status()
        yield Tried(server, asha, owner, session)


@schema.parametrize()
@few
def test_whoever_asks_is_answered_as_promised(case: schemathesis.Case, both: dict[str, Tried]):
    """Each case is asked by a member, by anybody and, of an office, by staff: to make one takes longer than to answer it.

    The request is written once and sent to all: writing it takes as long as sending it.
    """
    made = WRITER.prepare_request(requests.Request(**case.as_transport_kwargs(base_url=ORIGIN)))
    request = (made.method, made.url, made.body, frozenset(made.headers.items()))
    if SENT[request] >= ENOUGH.get(case.method, 2):
        return
    door = (case.method, case.path)
    for database, one in both.items():
        goes_in = {
            "a member": (one.asha, case.path not in OFFICE),
            "anybody": (None, door in PUBLIC),
            "staff": (one.owner, case.path in OFFICE),
        }
        for name, (who, opens) in goes_in.items():
            if opens or (who is not one.owner and door not in TRIED_DOORS):
                try:
                    one.check(case, made, who)
                except Exception as error:
                    error.add_note(f"on {database}, asked by {name}")
                    raise
    TRIED_DOORS.add(door)
    SENT[request] += 1  # now that nothing was wrong: what was is sent again, and fails again, as it is made smaller


def test_the_same_request_is_known_again():
    cases = [schema["/api/v1/lists"]["POST"].Case(body={"title": "गाँव"}, media_type="application/json") for _ in "ab"]
    one, other = (
        WRITER.prepare_request(requests.Request(**case.as_transport_kwargs(base_url=ORIGIN))) for case in cases
    )
    assert cases[0].id != cases[1].id
    assert (one.url, one.body, one.headers) == (other.url, other.body, other.headers)


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


def test_the_description_is_the_one_that_is_served(both: dict[str, Tried]):
    described = json.loads(json.dumps(schema.raw_schema))  # tuples and lists are one in JSON
    for one in both.values():
        with one.server.client() as client:
            told = client.get("/openapi.json").json()
        assert told["paths"] == described["paths"] and told["components"] == described["components"]

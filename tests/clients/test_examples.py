"""The examples of the published description are true: each is sent, and its answer is what is described."""

import json
import shlex
from typing import Any

import httpx2
import jsonschema_rs
import pytest

from chaupal.api.described import EXAMPLES
from clients.conftest import Stage
from clients.entities import faults

# Answers that are written piece by piece are not in the description; Mastodon's documentation says what they are.
ENTITIES = {
    "GET /api/v1/timelines/home": ["Status"],
    "GET /api/v1/timelines/public": ["Status"],
    "GET /api/v1/timelines/tag/{tag}": ["Status"],
    "POST /api/v1/statuses": "Status",
    "GET /api/v1/trends/tags": ["Tag"],
    "GET /api/v2/search": "Search",
    "GET /api/v2/notifications": "GroupedNotifications",
    "GET /api/v2/instance": "Instance",
    "GET /api/v1/accounts/lookup": "Account",
    "GET /api/v1/accounts/verify_credentials": "CredentialAccount",
    "POST /api/v1/apps": "CredentialApplication",
}


@pytest.fixture(scope="module")
def described(stage: Stage) -> dict[str, Any]:
    with stage.anyone as client:
        return client.get("/openapi.json").json()


def sent(client: httpx2.Client, name: str, example: dict[str, Any]) -> httpx2.Response:
    method, path = name.split(" ")
    body = {"json": example["body"]} if "body" in example else {}
    return client.request(method, path.format(**example.get("path", {})), params=example.get("query"), **body)


# Those that only staff can send are sent by tests/unit/api/test_admin_bulk.py.
@pytest.mark.parametrize("name", [name for name, example in EXAMPLES.items() if not example.staff])
def test_an_example_is_answered_as_described(name: str, described: dict[str, Any], asha: httpx2.Client):
    method, path = name.split(" ")
    operation = described["paths"][path][method.lower()]
    answer = sent(asha, name, operation["x-example"])
    assert answer.status_code == 200, answer.text
    schema = operation["responses"]["200"].get("content", {}).get("application/json", {}).get("schema")
    if schema is not None:
        jsonschema_rs.validate({**schema, "components": described["components"]}, answer.json())
    match ENTITIES.get(name):
        case [entity]:
            assert [fault for one in answer.json() for fault in faults(entity, one)] == []
        case str(entity):
            assert faults(entity, answer.json()) == []
        case _:
            assert isinstance(answer.json(), list | dict)


def test_the_page_shows_the_command_that_was_sent_and_works_without_scripts(stage: Stage, anyone: httpx2.Client):
    english = {"cookie": "language=en"}
    index = anyone.get("/about/api", headers=english)
    assert "<code>GET /api/v1/timelines/home</code>" in index.text and "/openapi.json" in index.text
    page = anyone.get("/about/api", params={"room": "mastodon_posting"}, headers=english).text
    assert "curl -X POST" in page and "नमस्ते चौपाल! #किसान" in page and "write:statuses" in page
    assert (
        "उदाहरण"
        in anyone.get("/about/api", params={"room": "mastodon_posting"}, headers={"cookie": "language=hi"}).text
    )
    assert (
        "followers_count" in anyone.get("/about/api", params={"room": "mastodon_ties"}).text
    )  # in an answer that is a list
    assert anyone.get("/about/api", params={"room": "nothing"}).status_code == 404


def test_the_command_on_the_page_is_one_that_a_shell_takes(stage: Stage, anyone: httpx2.Client):
    page = anyone.get("/about/api", params={"room": "mastodon_lists"}).text
    told = page.split("<pre><code>")[1].split("</code>")[0].replace("&#39;", "'").replace("&#34;", '"')
    words = shlex.split(told)
    assert words[:3] == ["curl", "-X", "POST"] and words[3] == f"{stage.url}/api/v1/lists"
    assert json.loads(words[-1]) == EXAMPLES["POST /api/v1/lists"].body

"""Where a collector is named, a request can be followed to its statements and to what its events caused; else nothing is brought in."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple, override

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from chaupal.kernel.settings import BadSettings, load_settings
from serving import join, served

WORD = "guptshabd"
SERVER, CONSUMER = 2, 5  # opentelemetry.proto.trace.v1.Span.SpanKind


class Collector(NamedTuple):
    """An OTLP receiver. `raw`: every body that came."""

    url: str
    raw: list[bytes]

    @property
    def spans(self) -> list[Any]:
        sent = [ExportTraceServiceRequest.FromString(body) for body in self.raw]
        return [s for one in sent for r in one.resource_spans for scope in r.scope_spans for s in scope.spans]


@pytest.fixture
def collector() -> Iterator[Collector]:
    raw: list[bytes] = []

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            assert self.path == "/v1/traces"
            raw.append(self.rfile.read(int(self.headers["content-length"])))
            self.send_response(200)
            self.end_headers()

        @override
        def log_message(self, format: str, *args: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Receiver) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield Collector(f"http://127.0.0.1:{server.server_port}", raw)
        server.shutdown()


def said(span: Any) -> dict[str, Any]:
    return {one.key: one.value.string_value or one.value.int_value for one in span.attributes}


def test_a_request_is_followed_to_its_statements_and_to_what_it_caused(
    database: str, collector: Collector, tmp_path: Path
):
    with served(tmp_path, database=database, traces=collector.url) as server:
        asha = join(server.settings, "asha")["asha"]
        with server.client(asha) as client:
            made = client.post("/api/v1/statuses", json={"status": f"{WORD} #{WORD}"}).json()
            assert client.get(f"/api/v1/statuses/{made['id']}").json()["content"]
            assert client.get("/api/v1/statuses/17").status_code == 404
            client.get("/healthz")
        server.settle()
    spans = {span.name: span for span in collector.spans}
    posting = spans["POST /api/v1/statuses"]
    assert posting.kind == SERVER and said(posting)["http.response.status_code"] == 200
    parts = [span for span in collector.spans if span.parent_span_id == posting.span_id]
    texts = [said(span)["db.query.text"] for span in parts]
    assert any(text.startswith("INSERT INTO posts") for text in texts)
    assert {said(span)["db.system.name"] for span in parts} == {"postgresql" if database else "sqlite"}
    caused = spans["event PostPublished"]
    assert caused.kind == CONSUMER and caused.trace_id != posting.trace_id
    assert [(link.trace_id, link.span_id) for link in caused.links] == [(posting.trace_id, posting.span_id)]
    assert not [
        span.name for span in collector.spans if not span.parent_span_id and span.kind not in (SERVER, CONSUMER)
    ]
    assert "GET /healthz" not in spans
    everything = b"".join(collector.raw)
    assert WORD.encode() not in everything and asha.token.encode() not in everything


def test_whoever_reads_traces_is_not_of_the_office_and_learns_nothing_of_what_it_does(
    database: str, collector: Collector, tmp_path: Path
):
    """Neither that something is not there, which may be withheld in secret, nor what of its store the office reads and writes."""
    with served(tmp_path, database=database, traces=collector.url) as server:
        asha, bela = join(server.settings, "asha", "bela").values()
        with server.client(asha) as client:
            assert client.get("/api/v1/statuses/17").status_code == 404
            assert client.get("/api/v1/admin/accounts").status_code == 403
            assert client.post("/api/v1/reports", json={"account_id": str(bela.id)}).status_code == 200
        server.settle()
    spans = collector.spans
    assert {said(span).get("http.response.status_code") for span in spans if span.kind == SERVER} == {200, 403}
    office = [span for span in spans if span.name in ("office", "event office")]
    assert {span.name for span in office} == {"office", "event office"}
    assert not [span for span in office if span.links]
    within = {span.span_id for span in office}
    assert not [span.name for span in spans if span.parent_span_id in within]
    assert not [span.name for span in spans if "Report" in span.name]


def test_where_no_collector_is_named_nothing_of_it_is_brought_in():
    words = (
        "import sys, asyncio; from chaupal.app import server; from chaupal.kernel.settings import load_settings as s;"
        "server.tracing(s(environ={})).__enter__(); print(sorted(n for n in sys.modules if n.startswith('opentelemetry')))"
    )
    done = subprocess.run([sys.executable, "-c", words], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("address", ["collector:4318", "ftp://collector", "http://"])
def test_an_address_that_is_none_is_said_at_the_start(address: str):
    with pytest.raises(BadSettings, match="traces: the address of a collector"):
        load_settings(environ={}, traces=address)


def test_without_the_extra_it_is_said_what_to_install():
    words = (
        "import sys; sys.modules['opentelemetry'] = None; from chaupal.app import server;"
        "from chaupal.kernel.settings import load_settings as s; server.tracing(s(environ={}, traces='http://x:1'))"
    )
    done = subprocess.run([sys.executable, "-c", words], capture_output=True, text=True, check=False)
    assert done.returncode and "BadSettings: traces: needs the extra" in done.stderr

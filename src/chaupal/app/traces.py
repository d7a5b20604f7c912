"""Traces for whoever names a collector: a span for each request, for each of its statements, and for each event that it told.

Laid around the parts that do the work, from outside, as instrumentations of OpenTelemetry are: where no collector is named
nothing of it is brought in, and nothing is asked in any request. Spans name routes, kinds and statements without their
values; of errors they name the kind. Of the office, and of what its acts cause, they say that it is the office's and how long
it took: whoever reads traces is not of it (`kernel/vitals.py`). Which requests are sampled the variables OTEL_TRACES_SAMPLER
say, as everywhere.
"""

import contextlib
import functools
from collections.abc import Awaitable, Callable, Generator
from typing import Any

import msgspec
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Link, Span, SpanKind, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from chaupal.fanout.runner import Runner
from chaupal.governance import events
from chaupal.http.answer import Dispatcher, Request
from chaupal.http.call import OFFICE, Answer, Route
from chaupal.kernel.event import Event
from chaupal.kernel.settings import Settings
from chaupal.kernel.shelf import Shelf
from chaupal.kernel.vitals import shown
from chaupal.store.machine import outbox
from chaupal.store.machine.dialect import Statement
from chaupal.store.machine.work_sqlite import SqliteReading, SqliteScanning, SqliteWriting

TOLD_BY = "traceparent"  # https://www.w3.org/TR/trace-context/; in the body of an event, where readers know only its own fields
MOST_WAITING = 10_000  # events that were read and not yet carried out
STATEMENTS = ("fetch", "run", "run_many")

_written = TraceContextTextMapPropagator()
_tellers: Shelf[int, str] = Shelf(MOST_WAITING)  # by an event's identity while it is carried out


@contextlib.contextmanager
def traced(settings: Settings) -> Generator[None]:
    """Everything that is done inside is traced to the collector at `settings.traces`; what is left is sent at the end."""
    named = Resource.create({"service.name": "chaupal", "server.address": settings.domain})
    provider = TracerProvider(resource=named)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(f"{settings.traces.rstrip('/')}/v1/traces")))
    tracer = provider.get_tracer("chaupal")
    with contextlib.ExitStack() as laid:
        laid.callback(provider.shutdown)
        _lay(laid, Dispatcher, "answer", functools.partial(_request, tracer))
        for kind in _stores(settings):
            for name in STATEMENTS:
                if name in vars(kind):
                    _lay(laid, kind, name, functools.partial(_statement, tracer, settings))
        _lay(laid, outbox, "encode_event", _carrying_trace)
        _lay(laid, outbox, "decode_event", _read)
        for name in ("_handle", "_errand"):
            _lay(laid, Runner, name, functools.partial(_carried_out, tracer))
        yield


def _lay(laid: contextlib.ExitStack, on: Any, name: str, around: Callable[[Any], Any]) -> None:
    before = getattr(on, name)
    laid.callback(setattr, on, name, before)
    setattr(on, name, functools.wraps(before)(around(before)))


def _stores(settings: Settings) -> tuple[type, ...]:
    if not settings.postgres:
        return SqliteReading, SqliteScanning, SqliteWriting
    from chaupal.store.machine.work_postgres import PostgresReading, PostgresWriting

    return PostgresReading, PostgresWriting


def _request(tracer: trace.Tracer, answer: Callable[..., Awaitable[Answer]]) -> Any:
    """A server's span (semantic conventions for HTTP). The office's requests are one, as they are in /metrics."""

    async def answered(dispatcher: Dispatcher, route: Route, request: Request) -> Answer:
        if route.bare:
            return await answer(dispatcher, route, request)
        said = {
            "http.request.method": route.method,
            "http.route": route.counted_as.partition(" ")[2] or route.counted_as,
        }
        with _span(tracer, route.counted_as, said, SpanKind.SERVER) as span:
            with _unseen(route.counted_as == OFFICE):
                found = await answer(dispatcher, route, request)
            span.set_attribute("http.response.status_code", shown(found.status))
            if found.status >= 500:
                span.set_status(StatusCode.ERROR)
            return found

    return answered


def _statement(tracer: trace.Tracer, settings: Settings, run: Callable[..., Awaitable[Any]]) -> Any:
    """A span within another one: what nobody asked for (the outbox is looked into all the time) is none."""
    system = "postgresql" if settings.postgres else "sqlite"

    async def ran(on: Any, stmt: Statement, *rows: Any, **params: Any) -> Any:
        if not trace.get_current_span().is_recording():
            return await run(on, stmt, *rows, **params)
        text = (stmt.postgres if settings.postgres else stmt.sqlite).text
        said = {"db.system.name": system, "db.query.text": text}
        with _span(tracer, text.partition(" ")[0], said):
            return await run(on, stmt, *rows, **params)

    return ran


def _carrying_trace(encode: Callable[[Event], tuple[str, str]]) -> Any:
    """An event that is written takes along which request told it."""

    def encoded(event: Event) -> tuple[str, str]:
        name, body = encode(event)
        carrier: dict[str, str] = {}
        _written.inject(carrier)
        if TOLD_BY in carrier:
            rest = body[1:] if body == "{}" else f",{body[1:]}"
            body = f'{{"{TOLD_BY}":"{carrier[TOLD_BY]}"{rest}'
        return name, body

    return encoded


class _Teller(msgspec.Struct):
    traceparent: str = ""


def _read(decode: Callable[[str, str], Event | None]) -> Any:
    def decoded(name: str, body: str) -> Event | None:
        event = decode(name, body)
        if event is not None:
            _tellers.put(id(event), msgspec.json.decode(body, type=_Teller).traceparent)
        return event

    return decoded


def _carried_out(tracer: trace.Tracer, carry: Callable[..., Awaitable[None]]) -> Any:
    """A span of its own for each event, with a link to the request that told it, which was answered before."""

    async def carried(runner: Runner, at: Any, event: Event, **how: Any) -> None:
        by = _tellers.items.pop(id(event), "")
        told = trace.get_current_span(_written.extract({TOLD_BY: by})).get_span_context()
        links = [Link(told)] if told.is_valid else []
        courts = type(event).__module__ == events.__name__
        name = OFFICE if courts else type(event).__name__
        with (
            _span(tracer, f"event {name}", {"chaupal.event": name}, SpanKind.CONSUMER, [] if courts else links),
            _unseen(courts),
        ):
            await carry(runner, at, event, **how)

    return carried


def _unseen(so: bool) -> contextlib.AbstractContextManager[Any]:
    """Where `so`, nothing inside is traced, and events do not say which request wrote them."""
    return trace.use_span(trace.INVALID_SPAN) if so else contextlib.nullcontext()


@contextlib.contextmanager
def _span(
    tracer: trace.Tracer,
    name: str,
    said: dict[str, str],
    kind: SpanKind = SpanKind.INTERNAL,
    links: list[Link] | None = None,
) -> Generator[Span]:
    """A span that names the kind of what goes wrong in it, and not its words."""
    with tracer.start_as_current_span(
        name, kind=kind, attributes=said, links=links, record_exception=False, set_status_on_exception=False
    ) as span:
        try:
            yield span
        except Exception as error:
            span.set_attribute("error.type", type(error).__name__)
            span.set_status(Status(StatusCode.ERROR))
            raise

"""Limits of the server's connections: how many there are, how long a request may take to arrive, and how large it may be.

uvicorn reads HTTP and WebSockets and knows no limit of these. Whoever opens connections and sends half a request, or takes no
answer, holds each of them until here it is taken away.
"""

import asyncio
import resource
import socket
import struct
from http import HTTPStatus
from typing import Any, cast, override

import uvicorn
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from chaupal.app.request_heads import Heads, Target
from chaupal.http.asgi_scope import DROP, WHOLE, Pairs
from chaupal.kernel.nets import Net, nets_of
from chaupal.kernel.settings import Settings
from chaupal.ports.country import Locator

MOST_HEAD = 65_536  # bytes of a request's first line and headers
OTHER_FILES = 100  # that the process holds open beside its connections
GRACE = 0.1  # seconds
# Seconds that an idle connection stands, and new ones are taken, after this process was told to leave, where others serve on: whoever
# stands in front asks once a second whether it may be sent requests.
LINGER = 2.0
NOTHING, HEAD, BODY, UNKNOWN = range(4)  # what of a request has begun to come, and is not there yet


class Keeper:
    """Counts the open connections. From one net of addresses (unless it is a trusted proxy) only so many are let in."""

    def __init__(self, settings: Settings, locator: Locator) -> None:
        self.settings = settings
        files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        self._most = min(settings.connections, max(1, files - OTHER_FILES))
        self._each = settings.connections_per_address * settings.rate_limit_scale
        self._counts = settings.rate_limits
        self._trusts = locator.trusts
        self._seats: dict[asyncio.Transport, tuple[Net, ...]] = {}
        self._used: dict[str, int] = {}
        self.waiting: dict[asyncio.Transport, None] = {}  # of whom no whole head is here, the longest waiting first
        self.leaving = False  # whoever comes now is answered, and goes again
        self.heads = Heads()

    def open_count(self) -> int:
        """How many connections stand."""
        return len(self._seats)

    def enter(self, transport: asyncio.Transport, address: str) -> bool:
        """Whether one more is let in. Where all are taken, the one that has waited longest for a request is closed for it."""
        nets = nets_of(address) if self._counts and not self._trusts(address) else ()
        if any(self._used.get(net.name, 0) >= self._each * net.times for net in nets):
            return False
        if len(self._seats) >= self._most:
            oldest = next(iter(self.waiting), None)
            if oldest is None:
                return False
            self.leave(oldest)
            oldest.abort()
        self._seats[transport] = nets
        self.waiting[transport] = None
        for net in nets:
            self._used[net.name] = self._used.get(net.name, 0) + 1
        return True

    def leave(self, transport: asyncio.Transport) -> None:
        self.waiting.pop(transport, None)
        for net in self._seats.pop(transport, ()):
            self._used[net.name] -= 1
            if not self._used[net.name]:
                del self._used[net.name]


class Config(uvicorn.Config):
    """uvicorn's settings, with the Keeper that both protocols need."""

    def __init__(self, app: Any, keeper: Keeper, **more: Any) -> None:
        super().__init__(app, http=Http, ws=cast(Any, _web_sockets), **more)
        self.keeper = keeper


def _web_sockets(*args: Any, **more: Any) -> asyncio.Protocol:
    """The WebSocket protocol, imported when the first one is opened, so that a start is not slowed by it."""
    from chaupal.app.sockets import WebSockets

    return WebSockets(*args, **more)


class Http(HttpToolsProtocol):
    """uvicorn's HTTP protocol with deadlines for requests, and a way for handlers to drop the connection."""

    def __init__(self, config: uvicorn.Config, *args: Any, **more: Any) -> None:
        super().__init__(config, *args, **more)
        self._keeper = cast(Config, config).keeper
        self._limits = self._keeper.settings
        self._part = HEAD  # of whoever has just come, too, a head is awaited
        self._timed = NOTHING
        self._began = 0.0
        self._came = 0  # bytes of the part that is awaited
        self._alarm: asyncio.TimerHandle | None = None
        self._stall: asyncio.TimerHandle | None = None
        self._refused = False
        self._given_away = False  # to a WebSocket's protocol, which knows nothing of the alarms here
        self._leaving = False
        # Seconds of the loop: when the last answer was given, if nothing is asked since.
        self._rests_since: float | None = None
        self._reading = False
        self._asked: Any = None  # who is to answer what was read just now, and is not begun

    @override
    def connection_made(self, transport: asyncio.Transport) -> None:
        super().connection_made(transport)
        self._extensions: dict[str, dict[object, object]] = {
            DROP: {"drop": transport.abort},
            WHOLE: {"send": self._send_whole},
        }
        if not self._keeper.enter(transport, self.client[0] if self.client else ""):
            self._refuse(HTTPStatus.SERVICE_UNAVAILABLE)
            return
        if self._keeper.leaving:
            self._leaving = True
            self.loop.call_later(LINGER, self._leave_idle)
        self._time()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self._keeper.leave(self.transport)
        for alarm in (self._alarm, self._stall, self.timeout_keep_alive_task):
            if alarm is not None:
                alarm.cancel()
        super().connection_lost(exc)

    @override
    def data_received(self, data: bytes) -> None:
        if self._refused:
            return
        between = self._part == NOTHING and self._answered_all()
        if between and (known := self._keeper.heads.read(data)) is not None:
            self._ask(*known)
            return
        self._came += len(data)
        self._reading = True
        super().data_received(data)
        self._reading = False
        if self._given_away:
            return
        if between and self._part == NOTHING and self._asked is not None:
            self._keeper.heads.learn(data, self.headers)
        if self._part == HEAD and self._came > MOST_HEAD:
            self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
        else:
            if self._part == NOTHING and self._idle():
                self._part, self._came = HEAD, len(data)  # an empty line before the next request is the beginning of it
            if self._part != self._timed:
                self._time()
        if (app := self._asked) is not None:
            self._asked = None
            self._answer_now(self._answered, app)

    @override
    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        self._answered = cycle
        if self._reading:
            self._asked = app
        else:  # of many that came in one piece, each is answered in a round of its own
            super()._start_asgi_task(cycle, app)

    def _ask(self, target: Target, headers: Pairs) -> None:
        """Start a request whose head is known already (`request_heads.py`), as uvicorn does after parsing one."""
        self._unset_keepalive_if_required()
        self._came = 0
        self._keeper.waiting.pop(self.transport, None)
        asked = asyncio.Event()
        asked.set()
        self.headers = headers
        scope: Any = {
            "type": "http",
            "asgi": {"version": self.asgi_version, "spec_version": "2.3"},
            "http_version": "1.1",
            "server": self.server,
            "client": self.client,
            "scheme": self.scheme or "http",
            "root_path": "",
            "method": "GET",
            "path": target.path,
            "raw_path": target.raw,
            "query_string": target.query,
            "headers": headers,
            "state": {},
            "extensions": self._extensions,
        }
        self.scope = scope
        self.cycle = self._answered = cycle = RequestResponseCycle(
            scope,
            self.transport,
            self.flow,
            self.logger,
            self.access_logger,
            self.access_log,
            self.server_state.default_headers,
            message_event=asked,
            expect_100_continue=False,
            keep_alive=not self._leaving,
            on_response=self.on_response_complete,
        )
        cycle.more_body = False
        self._answer_now(cycle, self.app)

    def _answer_now(self, cycle: RequestResponseCycle, app: Any) -> None:
        """Run the app at once instead of in the next round of the loop: most answers wait for nothing."""
        task = asyncio.Task(cycle.run_asgi(app), loop=self.loop, eager_start=True)
        if not task.done():
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)

    def _send_whole(self, status: int, headers: bytes, body: bytes) -> bool:
        """What `RequestResponseCycle.send` does with two messages, for an answer whose length is known: one call of the system.

        False where whoever asked is slow to take what went before: then they are waited for.
        """
        cycle = self._answered
        if cycle.flow.write_paused:
            return False
        if cycle.disconnected:
            return True
        cycle.response_started = cycle.response_complete = True
        cycle.message_event.set()
        head = [STATUS_LINE[status]]
        for name, value in cycle.default_headers:
            head += (name, b": ", value, b"\r\n")
        head += (headers, b"\r\n" if cycle.keep_alive else b"connection: close\r\n\r\n")
        self.transport.writelines((b"".join(head), body))
        if not cycle.keep_alive:
            self.transport.close()
        cycle.on_response()
        return True

    def _idle(self) -> bool:
        """Whether no request is under way and its idle time does not run yet."""
        return self._answered_all() and self._rests_since is None

    def _answered_all(self) -> bool:
        cycle = self._answer()
        return cycle is None or cycle.response_complete

    def _answer(self) -> RequestResponseCycle | None:
        """The newest request, or None before the first one (which uvicorn's types leave out)."""
        return cast(RequestResponseCycle | None, self.cycle)

    @override
    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._part, self._came, self._timed = HEAD, 1, UNKNOWN  # something was asked, at least
        self.scope["extensions"] = self._extensions

    @override
    def on_headers_complete(self) -> None:
        self._part, self._came = BODY, 0
        self._keeper.waiting.pop(self.transport, None)
        super().on_headers_complete()
        if self._leaving and (cycle := self._answer()) is not None:
            cycle.keep_alive = False

    @override
    def on_message_complete(self) -> None:
        self._part = NOTHING
        super().on_message_complete()

    @override
    def on_response_complete(self) -> None:
        """As in uvicorn, but with one timer per connection instead of a new one for each answer."""
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            return
        self.flow.resume_reading()
        if self.pipeline:
            self._start_asgi_task(*self.pipeline.pop())
            return
        self._rests_since = self.loop.time()
        if self.timeout_keep_alive_task is None:
            self.timeout_keep_alive_task = self.loop.call_later(self.timeout_keep_alive, self._rested)
        self._keeper.waiting[self.transport] = None  # idle, and gives its seat up for whoever asks something

    @override
    def _unset_keepalive_if_required(self) -> None:
        self._rests_since = None

    def _rested(self) -> None:
        self.timeout_keep_alive_task = None
        if self._rests_since is None:  # something is asked, and its answer sets the alarm
            return
        left = self._rests_since + self.timeout_keep_alive - self.loop.time()
        if left > 0:
            self.timeout_keep_alive_task = self.loop.call_later(left, self._rested)
        else:
            self.timeout_keep_alive_handler()

    @override
    def shutdown(self) -> None:
        """Stop once what is under way is answered. Where other processes serve on, what may just be arriving is answered, too."""
        if self._leaving:  # and has been told before
            return
        self._leaving = True
        cycle = self._answer()
        if cycle is not None and not cycle.response_complete:
            cycle.keep_alive = False
        elif self._limits.many:
            self.loop.call_later(LINGER, self._leave_idle)
        else:
            self.transport.close()

    def _leave_idle(self) -> None:
        cycle, came = self._answer(), self._part == HEAD and self._came
        if not came and (cycle is None or cycle.response_complete):
            self.transport.close()

    @override
    def handle_websocket_upgrade(self) -> None:
        self._part = NOTHING
        self._given_away = True
        self._time()
        self._unwatch()
        super().handle_websocket_upgrade()

    # --- the time that a request may take ---

    def _time(self) -> None:
        """Set the timer for the part of the request that is awaited now."""
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
        self._timed = self._part
        if self._part != NOTHING:
            self._began = self.loop.time()
            wait = self._limits.head_seconds if self._part == HEAD else self._limits.body_seconds
            self._alarm = self.loop.call_later(wait, self._soon)

    def _soon(self) -> None:
        """Wait a moment longer: a busy loop runs timers before it reads what has arrived long since."""
        self._alarm = self.loop.call_later(GRACE, self._late)

    def _late(self) -> None:
        """Time is up. A head has a fixed time; a body has more for as long as it arrives fast enough, and while we do not
        read it ourselves.
        """
        self._alarm = None
        if self.transport.is_closing():
            return
        if self._part == BODY:
            allowed = self._limits.body_seconds + self._came / self._limits.body_rate
            left = 1.0 if self.flow.read_paused else self._began + allowed - self.loop.time()
            if left > 0:
                self._alarm = self.loop.call_later(max(left, 0.01), self._late)
                return
        self._refuse(HTTPStatus.REQUEST_TIMEOUT)

    def _refuse(self, status: HTTPStatus) -> None:
        """Close the connection, with an error where something was asked and no answer is under way."""
        self._refused = True
        cycle = self._answer()
        answering = cycle is not None and not cycle.response_complete
        began = cycle is not None and cycle.response_started
        silent = status is HTTPStatus.REQUEST_TIMEOUT and self._part == HEAD and not self._came
        if not (silent or (answering and (began or self._part == HEAD))):
            self.transport.write(
                f"HTTP/1.1 {status} {status.phrase}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n".encode()
            )
        self.transport.close()

    # --- the time that an answer may take to be taken ---

    @override
    def pause_writing(self) -> None:
        super().pause_writing()
        self._watch(self.transport.get_write_buffer_size())

    @override
    def resume_writing(self) -> None:
        super().resume_writing()
        self._unwatch()

    def _watch(self, size: int) -> None:
        self._stall = self.loop.call_later(self._limits.body_seconds, self._stalled, size)

    def _unwatch(self) -> None:
        if self._stall is not None:
            self._stall.cancel()
            self._stall = None

    def _stalled(self, before: int) -> None:
        """Drop the connection where the other side takes the answer too slowly."""
        size = self.transport.get_write_buffer_size()
        if before - size < min(before, self._limits.body_seconds * self._limits.body_rate):
            reset(self.transport)
        else:
            self._watch(size)

    @override
    def timeout_keep_alive_handler(self) -> None:
        if self.transport.get_write_buffer_size():  # closing would wait for them to take the rest
            reset(self.transport)
        super().timeout_keep_alive_handler()


def reset(transport: asyncio.Transport) -> None:
    """End it, and have the system forget what nobody takes (SO_LINGER with no time); else it would keep that for long."""
    door = transport.get_extra_info("socket")
    if door is not None:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()

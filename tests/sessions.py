"""Sessions of PostgreSQL that one test after the other is lent, as databases are: a new one takes a process, which knows no table yet.

Whoever connects to a database that is lent gets one that rests, if there is one, and with it the words with which the server
greeted it, and the statements that it has read. Whoever closes a connection does not end its session: all else that can be
left behind in it is taken out, at once.
"""

import os
import socket
import struct
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from asyncpg import Connection, connect_utils
from asyncpg.protocol import Protocol

from waiting import PATIENCE

type Address = tuple[str, int]

MOST = 8  # of a database; more at once are ended as they are closed
STATEMENTS = 500  # that a session has read: the driver gives up one after it for each more
# The last thing that a session has done which rests here. What it has counted is told as it comes to rest.
RESET = (
    "CLOSE ALL; RESET SESSION AUTHORIZATION; RESET ALL; UNLISTEN *; SELECT pg_advisory_unlock_all(); "
    "DISCARD TEMP; DISCARD SEQUENCES; SELECT pg_stat_force_next_flush()"
)
# Of its messages (https://www.postgresql.org/docs/current/protocol-message-formats.html): a letter, then how long it is.
HEAD, VERSION = 5, 196608
READY, ERROR, IDLE, END = b"Z", b"E", b"I", b"X\0\0\0\4"

_connect_anew = connect_utils._connect_addr
_give_up_statements = Connection._mark_stmts_as_closed


class Session:
    """One, and our end of the line to it. Raises OSError where the server has ended it, or does not want it."""

    def __init__(self, door: str, user: str, database: str) -> None:
        self.line = socket.socket(socket.AF_UNIX)
        self.statements = OrderedDict[Any, Any]()  # as the driver knows them
        words = f"user\0{user}\0database\0{database}\0client_encoding\0'utf-8'\0\0".encode()
        try:
            self.line.settimeout(PATIENCE)
            self.line.connect(door)
            self.greeting = self._ask(struct.pack("!ii", len(words) + 8, VERSION) + words)
        except OSError:
            self.line.close()
            raise

    def reset(self) -> None:
        """As it was when it had been greeted."""
        words = RESET.encode() + b"\0"
        self._ask(b"Q" + struct.pack("!i", len(words) + 4) + words)

    def is_alive(self) -> bool:
        """From one that rests there is nothing to be heard, but that its server has ended it."""
        self.line.setblocking(False)
        try:
            self.line.recv(1, socket.MSG_PEEK)
        except BlockingIOError:
            return True
        except OSError:
            pass
        return False

    def _ask(self, words: bytes) -> bytes:
        """All that it answers until it is ready for the next, and in no transaction."""
        self.line.settimeout(PATIENCE)  # whether it blocks is one for all its copies: loops do not want it to
        self.line.sendall(words)
        heard = b""
        with self.line.makefile("rb") as answers:
            while head := answers.read(HEAD):
                kind, body = head[:1], answers.read(int.from_bytes(head[1:]) + 1 - HEAD)
                heard += head + body
                if kind == ERROR or (kind == READY and body != IDLE):
                    raise ConnectionError(heard)
                if kind == READY:
                    return heard
        raise ConnectionError("ended")


class Resting:
    """Sessions of a database that nobody has. `door`: its server's own socket, by which each question takes a fifth less than by TCP."""

    def __init__(self, door: str) -> None:
        self._door = door
        self._free: list[Session] = []

    def take(self, user: str, database: str) -> Session | None:
        """One of them, or a new one. None where there is none to be had: the driver says why."""
        while (session := self._one()) is not None:
            if session.is_alive():
                return session
            session.line.close()
        try:
            return Session(self._door, user, database)
        except OSError:
            return None

    def give(self, session: Session) -> None:
        try:
            session.reset()
            self._free.append(session)
        except OSError:
            session.line.close()
        if len(self._free) > MOST and (one := self._one()) is not None:
            one.line.close()

    def close(self) -> None:
        while (one := self._one()) is not None:
            one.line.close()

    def _one(self) -> Session | None:
        """Not asked for first: a program that runs in a thread may take the last one meanwhile."""
        try:
            return self._free.pop()
        except IndexError:
            return None


RESTING: dict[tuple[Address, str], Resting] = {}
os.register_at_fork(after_in_child=RESTING.clear)


class Line:
    """The transport of a connection in a session that was greeted before, and is not ended."""

    def __init__(self, transport: Any, talk: "Talk") -> None:
        self._transport, self._talk = transport, talk
        self.write: Callable[[Any], None] = self._greet
        self.writelines = transport.writelines

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def _greet(self, _: object) -> None:
        self.write = self._write
        self._talk.soon(self._talk.data_received, self._talk.session.greeting)

    def _write(self, data: Any) -> None:
        if len(data) == len(END) and bytes(data) == END:
            # In the midst of a statement the driver breaks the line after this word; else it waits for its end.
            self._talk.soon(self._end)
        else:
            self._transport.write(data)

    def _end(self) -> None:
        if not self._transport.is_closing():
            self._transport.close()
            self._talk.rest()


class Talk(Protocol):
    """What the driver says on such a line."""

    def __init__(
        self, session: Session, resting: Resting, addr: Address, greeted: Any, params: Any, record: Any, loop: Any
    ) -> None:
        super().__init__(addr, greeted, params, record, loop)
        self.session, self.soon = session, loop.call_soon
        self._resting, self._rests = resting, False

    def connection_made(self, transport: Any) -> None:
        super().connection_made(Line(transport, self))

    def connection_lost(self, exc: Exception | None) -> None:
        if not self._rests:
            self.session.line.close()
        super().connection_lost(exc)

    def rest(self) -> None:
        self._rests = True
        self._resting.give(self.session)


async def _connect(**asked: Any) -> Any:
    """In place of the driver's own, and with its parameters."""
    addr, params, loop = asked["addr"], asked["params"], asked["loop"]
    resting = None if params.server_settings else RESTING.get((addr, params.database))
    session = resting and resting.take(params.user, params.database)
    if not resting or not session:
        return await _connect_anew(**asked)
    greeted = loop.create_future()
    transport, talk = await loop.create_unix_connection(
        lambda: Talk(session, resting, addr, greeted, params, asked["record_class"], loop), sock=session.line.dup()
    )
    try:
        await greeted
    except BaseException:
        transport.close()
        raise
    connection = asked["connection_class"](talk, transport, loop, addr, asked["config"], params)
    talk.set_connection(connection)
    if connection._stmt_cache_enabled:
        known = connection._stmt_cache
        known._entries, known._max_size, known._max_lifetime = session.statements, STATEMENTS, 0
    return connection


def _leave_statements(self: Any) -> None:
    """Of a connection that is closed the driver gives up its statements; those of a session are left to whoever is lent it next."""
    if isinstance(self._protocol, Talk):
        self._stmt_cache._entries = OrderedDict()
    _give_up_statements(self)


def keep() -> None:
    """From here on sessions of databases in RESTING are kept in this process."""
    connect_utils._connect_addr = _connect
    Connection._mark_stmts_as_closed = _leave_statements

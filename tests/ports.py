"""Ports for servers that tests start: nobody else on this machine gets one between its being found and its being bound.

A port that the system picks may be gone a moment later: to another process of tests that asked, or to any connection that
somebody opens, for those get theirs from the same range, and so it goes again each time that a server is stopped for a while.
"""

import socket
from contextlib import closing
from itertools import cycle
from threading import Lock

FIRST, END = 20_000, 32_000  # below what Linux (32768) and others give to connections, above what servers are known by
BLOCK = 200  # ports that one process has for itself
HOST = "127.0.0.1"


class Ports:
    """What is left of a block. `__next__`: the port that was handed out longest ago, and that nobody listens at."""

    def __init__(self, first: int = FIRST, end: int = END, many: int = BLOCK) -> None:
        """Takes the first block that no other process has, for as long as this lives. Raises RuntimeError where all are taken."""
        for at in range(first, end, many):
            held = socket.socket()
            if _binds(held, at):
                # Its first port stands for the whole block: it is bound and nothing listens there.
                self._held, self.block = held, range(at + 1, at + many)
                self._turn = cycle(self.block)
                return
            held.close()
        raise RuntimeError(f"no {many} ports are left between {first} and {end}")

    def __next__(self) -> int:
        for _ in self.block:
            port = next(self._turn)
            with closing(socket.socket()) as door:
                if _binds(door, port):
                    return port
        raise RuntimeError(f"all {len(self.block)} ports of this process are taken")

    def close(self) -> None:
        """Another process may have the block."""
        self._held.close()


def _binds(door: socket.socket, port: int) -> bool:
    try:
        door.bind((HOST, port))
    except OSError:
        return False
    return True


_ASKING = Lock()
_ours: list[Ports] = []


def free_port() -> int:
    """A port of this machine that nobody has, and that no other process of tests is given while this one lives."""
    with _ASKING:
        if not _ours:
            _ours.append(Ports())
        return next(_ours[0])

"""Who keeps the processes of an address has it for themselves, from before any of them listens."""

import socket

import pytest

from chaupal.app.supervisor import Supervisor
from chaupal.kernel.errors import Problem


def test_two_that_begin_at_one_address_do_not_share_it_in_silence():
    """The system gives an address on which nobody listens yet to both (SO_REUSEPORT), and connections to either."""
    first = Supervisor(["serve"], "127.0.0.1", 0, 2)
    port = first._doors[0].getsockname()[1]
    with pytest.raises(Problem, match=f"Cannot listen on 127.0.0.1:{port}: Address already in use"):
        Supervisor(["serve"], "127.0.0.1", port, 2)
    Supervisor(["serve"], "127.0.0.2", port, 1)
    with socket.socket() as door:  # and where one that stands alone listens
        door.bind(("127.0.0.3", port))
        door.listen()
        with pytest.raises(Problem, match="Cannot listen"):
            Supervisor(["serve"], "127.0.0.3", port, 1)
    del first
    Supervisor(["serve"], "127.0.0.1", port, 1)

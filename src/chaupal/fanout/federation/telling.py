"""What happened here and other servers are told of: an activity, and a delivery for each inbox, in the commit that carries it on."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from chaupal.fanout.context import Carrier
from chaupal.kernel.event import Event
from chaupal.ports.mail import Letter
from chaupal.store.machine.work import Writing

type Teller = Callable[[Carrier, Writing, Any], Awaitable[Sequence[Letter] | None]]

TOLD: dict[type[Event], tuple[Teller, ...]] = {}

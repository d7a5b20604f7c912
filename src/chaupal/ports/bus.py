"""The bus: tells whoever runs events that some are waiting, and carries ids between processes. It may lose anything."""

from collections.abc import Callable
from typing import Protocol

type Listener = Callable[[str], None]


class Bus(Protocol):
    def publish(self, channel: str, message: str) -> None:
        """Tell all listeners of a channel; a short text of ids, never words of people."""
        ...

    def publish_here(self, channel: str, message: str) -> None:
        """The same to those of this process alone."""
        ...

    def subscribe(self, channel: str, listener: Listener) -> Callable[[], None]:
        """Hear a channel; call what is returned to stop."""
        ...

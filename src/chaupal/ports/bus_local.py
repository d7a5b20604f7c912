"""The bus within one process: listeners are called at once."""

from collections.abc import Callable

from chaupal.ports.bus import Listener


class LocalBus:
    """See `ports.bus.Bus`."""

    def __init__(self) -> None:
        self._listeners: dict[str, list[Listener]] = {}

    def publish(self, channel: str, message: str) -> None:
        for listener in tuple(self._listeners.get(channel, ())):
            listener(message)

    def subscribe(self, channel: str, listener: Listener) -> Callable[[], None]:
        listeners = self._listeners.setdefault(channel, [])
        listeners.append(listener)
        return lambda: listeners.remove(listener)

"""The bus within one process: listeners are called at once."""

from collections.abc import Callable

from chaupal.kernel.logger import log
from chaupal.ports.bus import Listener


class LocalBus:
    """See `ports.bus.Bus`."""

    def __init__(self) -> None:
        self._listeners: dict[str, dict[object, Listener]] = {}

    def publish(self, channel: str, message: str) -> None:
        for listener in tuple(self._listeners.get(channel, {}).values()):
            try:
                listener(message)
            except Exception:  # whoever speaks is not to suffer for whoever listens
                log.exception("a listener failed", channel=channel)

    publish_here = publish

    def subscribe(self, channel: str, listener: Listener) -> Callable[[], None]:
        ticket = object()
        self._listeners.setdefault(channel, {})[ticket] = listener

        def stop() -> None:
            listeners = self._listeners.get(channel, {})
            listeners.pop(ticket, None)
            if not listeners:  # channels are many (one per reader): none is kept for nobody
                self._listeners.pop(channel, None)

        return stop

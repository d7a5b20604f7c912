"""The server's own log (`log.info(…)`). structlog is imported with the first line, since that takes a while."""

from collections.abc import Callable
from typing import Any


class _Log:
    """As `structlog.get_logger()`, which it becomes when it is first used."""

    def __init__(self) -> None:
        self._prepare: Callable[[], None] | None = None

    def prepared(self, by: Callable[[], None]) -> None:
        """How words are written (levels, form, where to) is set up by this, right before the next one."""
        self._prepare = by

    def __getattr__(self, name: str) -> Any:
        import structlog

        if (prepare := self._prepare) is not None:
            self._prepare = None
            prepare()
        return getattr(structlog.get_logger(), name)


log = _Log()

"""What the server says about itself: the logger, brought in with the first word, for structlog and what it draws with take a while."""

from typing import Any


class _Log:
    """As `structlog.get_logger()`, which it becomes when it is first used."""

    def __getattr__(self, name: str) -> Any:
        import structlog

        return getattr(structlog.get_logger(), name)


log: Any = _Log()

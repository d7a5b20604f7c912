"""What the server says about itself: one line per event on standard error, names of things and numbers, no words of people."""

import functools
import logging
import sys

from chaupal.kernel.saying import log


def set_up_logs(level: str) -> None:
    """`level`: debug, info, warning or error. It is done with the first word: many servers say none for a long time."""
    log.prepared(functools.partial(_set_up, level))


def _set_up(level: str) -> None:
    import structlog

    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.LogfmtRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )

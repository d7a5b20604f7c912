"""What the server says about itself: one line per event on standard error, names of things and numbers, no words of people.

An exception's own message may quote what was sent, what a row holds, or a token: of errors their kind is written, what the
machine says of itself, and where they happened. That holds for libraries, too: what they log goes the same way.
"""

import functools
import logging
import sys
import traceback
from collections.abc import Iterator, MutableMapping
from typing import Any, override

from chaupal.kernel.errors import Coded
from chaupal.kernel.logger import log

PLAIN_SPOKEN = ("asyncio", "uvicorn.error")  # loggers whose first line is the same each time
FRAMES = 12  # places of a traceback, the last ones
CHAIN = 4  # errors that are told of one that came of others

# Of PostgreSQL's classes of errors those whose message is about the machine: a connection, resources, an operator, the system.
# Others quote values (22P02 what could not be read, 23505 in its detail the whole key).
ABOUT_THE_MACHINE = ("08", "28", "3D", "53", "55", "57", "58")


def set_up_logs(level: str) -> None:
    """`level`: debug, info, warning or error. It is done with the first word: many servers say none for a long time."""
    log.prepared(functools.partial(_set_up, level))
    logging.basicConfig(handlers=[_handler()], level=logging.WARNING, force=True)


def _set_up(level: str) -> None:
    import structlog

    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            wordless,
            structlog.processors.LogfmtRenderer(bool_as_flag=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )


def wordless(_logger: Any, _method: str, said: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Errors among the values of an event, told without their words; where one is being handled, with the places, too."""
    handled = said.pop("exc_info", None)
    error = sys.exception() if handled is True else handled[1] if isinstance(handled, tuple) else handled
    for name, value in said.items():
        if isinstance(value, BaseException):
            said[name] = kind_of_error(value)
    if isinstance(error, BaseException):
        said["error"] = " < ".join(kind_of_error(one) for one in _chain(error))
        said["at"] = " ".join(_places(error))
    return said


def kind_of_error(error: BaseException) -> str:
    """Its kind, and what of it can hold no words of people: a code, an error of the system, a constraint."""
    return " ".join([type(error).__name__, *_message_parts(error)])


def _message_parts(error: BaseException) -> Iterator[str]:
    if isinstance(error, Coded):
        yield error.code
    elif isinstance(error, OSError) and error.errno is not None:
        yield f"[{error.errno}] {error.strerror}"
    for name in ("sqlite_errorname", "sqlstate", "schema_name", "table_name", "constraint_name"):
        if isinstance(value := getattr(error, name, None), str):
            yield value
    if str(getattr(error, "sqlstate", "")).startswith(ABOUT_THE_MACHINE):
        yield str(getattr(error, "message", ""))


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error, and what it came of."""
    one: BaseException | None = error
    for _ in range(CHAIN):
        if one is None:
            return
        yield one
        one = one.__cause__ or (None if one.__suppress_context__ else one.__context__)


def _places(error: BaseException) -> Iterator[str]:
    """Where it happened, the nearest last: `http/answer.py:118:answer`."""
    frames = traceback.extract_tb(error.__traceback__, limit=-FRAMES)
    return (f"{'/'.join(frame.filename.split('/')[-2:])}:{frame.lineno}:{frame.name}" for frame in frames)


def _handler() -> logging.Handler:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Wordless())
    return handler


def _constant_text(record: logging.LogRecord) -> str:
    """The text as it stands in the code: before values are put in. Where none are, they may stand in it already."""
    plain = record.args or record.name in PLAIN_SPOKEN
    return str(record.msg).strip().partition("\n")[0] if plain else "something"


class _Wordless(logging.Formatter):
    """What libraries log, in the same form: what they meant to say, without what they put into it."""

    @override
    def format(self, record: logging.LogRecord) -> str:
        said: dict[str, Any] = {"event": _constant_text(record), "logger": record.name}
        if record.exc_info:
            said["exc_info"] = record.exc_info
        found = wordless(None, "", said)
        words = " ".join(f'{name}="{value}"' for name, value in found.items())
        return f"level={record.levelname.lower()} {words}"

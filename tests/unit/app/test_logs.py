"""Whatever goes wrong, what the server says of it names no words of people and no tokens: of errors their kind and their place."""

import asyncio
import logging
import sqlite3

import asyncpg
import msgspec
import pytest

from chaupal.app.logs import kind_of_error, set_up_logs, wordless
from chaupal.kernel.errors import Invalid, NotFound
from chaupal.kernel.logger import log

WORDS = "बिनोद ने कहा hunter2"


class Row(msgspec.Struct):
    n: int


def raised(error: BaseException) -> BaseException:
    """As it comes to whoever handles it: with a place, and with what it came of."""
    try:
        try:
            raise ValueError(f"could not read {WORDS}")
        except ValueError as cause:
            error.add_note(WORDS)
            raise error from cause
    except BaseException as found:
        return found


def unreadable() -> BaseException:
    try:
        return msgspec.json.decode(f'{{"n": "{WORDS}"}}', type=Row)
    except msgspec.ValidationError as error:
        return error


def duplicate() -> asyncpg.PostgresError:
    fields = {
        "S": "ERROR",
        "C": "23505",
        "M": f"duplicate {WORDS}",
        "D": f"Key (handle)=({WORDS}) exists",
        "t": "accounts",
    }
    return asyncpg.PostgresError.new(fields)


ERRORS = [
    ValueError(WORDS),
    KeyError(WORDS),
    RuntimeError(WORDS, {"password": WORDS}),
    Invalid("handle_reserved", handle=WORDS),
    NotFound("no_account_called", handle=WORDS),
    unreadable(),
    duplicate(),
    sqlite3.IntegrityError(WORDS),
    OSError(WORDS),
    FileNotFoundError(2, "No such file or directory", WORDS),
    UnicodeDecodeError("utf-8", WORDS.encode(), 0, 1, "bad"),
]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_an_error_is_told_by_its_kind_and_place(error: BaseException):
    found = wordless(None, "", {"event": "failed", "why": error, "exc_info": raised(error)})
    assert "hunter2" not in repr(found) and "बिनोद" not in repr(found)
    assert found["why"].startswith(type(error).__name__)
    assert found["error"].startswith(type(error).__name__) and found["error"].endswith("ValueError")
    assert "app/test_logs.py" in found["at"] and ":raised" in found["at"]


def test_what_the_machine_says_of_itself_is_told():
    assert (
        kind_of_error(ConnectionRefusedError(111, "Connection refused"))
        == "ConnectionRefusedError [111] Connection refused"
    )
    assert kind_of_error(NotFound("no_account_called", handle="x")) == "NotFound no_account_called"
    assert kind_of_error(duplicate()) == "UniqueViolationError 23505 accounts"
    down = asyncpg.PostgresError.new({"S": "FATAL", "C": "57P03", "M": "the database system is starting up"})
    assert kind_of_error(down).endswith("57P03 the database system is starting up")


async def test_what_libraries_log_goes_the_same_way(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(log, "_prepare", None)  # put back when this ends: other tests have loggers of their own
    before = logging.root.handlers[:], logging.root.level
    set_up_logs("debug")
    try:
        logging.getLogger("websockets").error("a frame of %d bytes: %r", 5, WORDS)
        logging.getLogger("some.library").error(f"could not parse {WORDS}")
        logging.getLogger("some.library").error("broken", exc_info=ValueError(WORDS))
        asyncio.get_running_loop().call_exception_handler(
            {"message": "Task exception was never retrieved", "exception": ValueError(WORDS), "future": WORDS}
        )
        logging.getLogger("websockets").debug("< TEXT %r", WORDS)
    finally:
        logging.root.handlers[:], level = before
        logging.root.setLevel(level)
    said = capfd.readouterr().err
    assert "hunter2" not in said and "बिनोद" not in said
    assert "a frame of %d bytes" in said and "Task exception was never retrieved" in said and "ValueError" in said
    assert len(said.splitlines()) == 4

"""The shared read barrier: nobody passes by a look that began before they came, all share, and who cannot look does not pass."""

import asyncio
import contextlib

import pytest
from structlog.testing import capture_logs

from chaupal.kernel.errors import Unavailable
from chaupal.store.machine.tail import Barrier


class Eye:
    """Looks that last until they are let go of."""

    def __init__(self) -> None:
        self.begun = 0
        self.ends: list[asyncio.Future[None]] = []

    async def look(self) -> None:
        self.begun += 1
        end = asyncio.get_running_loop().create_future()
        self.ends.append(end)
        await end


async def turn() -> None:
    """Whatever can happen now has happened."""
    for _ in range(5):
        await asyncio.sleep(0)


async def test_who_comes_while_a_look_is_out_waits_for_the_next_and_all_of_them_share_it():
    eye = Eye()
    barrier = Barrier(eye.look)
    first = asyncio.create_task(barrier.passed())
    await turn()
    later = [asyncio.create_task(barrier.passed()) for _ in range(3)]
    await turn()
    assert eye.begun == 1
    eye.ends[0].set_result(None)
    await turn()
    assert first.done() and not any(task.done() for task in later)
    assert eye.begun == 2
    eye.ends[1].set_result(None)
    await asyncio.gather(*later)
    await turn()
    assert eye.begun == 2


async def test_who_was_let_pass_goes_on_before_the_next_look_and_shares_it_where_they_ask_again():
    eye = Eye()
    barrier = Barrier(eye.look)

    async def twice() -> None:
        await barrier.passed()
        await barrier.passed()

    asking = [asyncio.create_task(twice()) for _ in range(3)]
    await turn()
    later = asyncio.create_task(barrier.passed())
    await turn()
    for number in (0, 1):
        eye.ends[number].set_result(None)
        await turn()
    await asyncio.gather(*asking, later)
    assert eye.begun == 2


async def test_nobody_looks_where_nobody_waits_and_the_next_one_looks_anew():
    eye = Eye()
    barrier = Barrier(eye.look)
    for number in (1, 2):
        passing = asyncio.create_task(barrier.passed())
        await turn()
        assert eye.begun == number
        eye.ends[-1].set_result(None)
        await passing


async def test_who_goes_away_takes_nobody_along():
    eye = Eye()
    barrier = Barrier(eye.look)
    going, staying = (asyncio.create_task(barrier.passed()) for _ in range(2))
    await turn()
    going.cancel()
    await turn()
    eye.ends[0].set_result(None)
    await staying
    assert going.cancelled()


async def test_where_a_look_fails_nobody_passes_and_the_next_request_looks_again():
    eye = Eye()
    barrier = Barrier(eye.look)
    waiting = [asyncio.create_task(barrier.passed())]
    await turn()
    waiting.append(asyncio.create_task(barrier.passed()))  # came while it was out: it would wait as long for the same
    await turn()
    eye.ends[0].set_exception(ConnectionError("cut"))
    for found in await asyncio.gather(*waiting, return_exceptions=True):
        assert isinstance(found, Unavailable) and found.code == "not_up_to_date"
        assert isinstance(found.__cause__, ConnectionError)
    again = asyncio.create_task(barrier.passed())
    await turn()
    eye.ends[1].set_result(None)
    await again
    assert barrier.failed == 1


async def test_the_operator_is_told_once_why_nobody_passes_and_once_that_they_do_again():
    """Whoever is refused is told the same each time, and never by what."""
    errors: list[Exception | None] = [None, OSError(111, "refused"), TimeoutError(), None, None]

    async def look() -> None:
        if (error := errors.pop(0)) is not None:
            raise error

    barrier = Barrier(look)
    with capture_logs() as said:
        while errors:
            with contextlib.suppress(Unavailable):
                await barrier.passed()
    assert [(line["log_level"], type(line.get("error"))) for line in said] == [
        ("error", ConnectionRefusedError),
        ("warning", type(None)),
    ]


async def test_a_look_that_takes_too_long_has_failed():
    barrier = Barrier(Eye().look, patience=0.01)
    with pytest.raises(Unavailable):
        await barrier.passed()


async def test_a_barrier_that_is_closed_lets_nobody_wait():
    barrier = Barrier(Eye().look)
    waiting = [asyncio.create_task(barrier.passed())]
    await turn()
    waiting.append(asyncio.create_task(barrier.passed()))
    await turn()
    await barrier.close()
    found = await asyncio.gather(*waiting, return_exceptions=True)
    assert all(isinstance(one, Unavailable) for one in found)

"""A browser that never answers ends its own test, and no other."""

import signal

import pytest

from browser.conftest import Opens, ended_when_it_hangs


def test_a_call_without_an_answer_fails_and_the_browser_can_be_used_after_it(opens: Opens):
    page = opens()
    page.goto("/about")
    with pytest.raises(TimeoutError, match="did not answer"), ended_when_it_hangs(after=1):
        page.evaluate("new Promise(() => {})")
    assert page.evaluate("1 + 1") == 2
    assert signal.getitimer(signal.ITIMER_REAL)[0] > 0, "the watch over the whole test goes on"


def test_waiting_for_something_else_than_the_browser_fails_too():
    with pytest.raises(TimeoutError, match="in time"), ended_when_it_hangs(after=1):
        signal.pause()

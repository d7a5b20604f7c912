"""When staff are told of a deadline (of an order, an appeal, a report) that comes near or has passed."""

from chaupal.kernel.clock import HOUR

SHARES = (50, 80, 100)  # of the time between its start and its end, in per cent
CAME_IN = 0  # of it has passed when something comes in
SHORT = 36 * HOUR  # of so little time, or less, half can pass in a night: staff are told when it begins


def share_passed(starts_at: int, due_at: int, now: int) -> int:
    """The largest of SHARES that has passed by `now`, or 0. Times in ms."""
    span = max(1, due_at - starts_at)
    return max((share for share in SHARES if (now - starts_at) * 100 >= share * span), default=0)

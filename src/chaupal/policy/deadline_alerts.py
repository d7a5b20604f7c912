"""When staff are told of a deadline (of an order, an appeal, a report) that comes near or has passed."""

SHARES = (50, 80, 100)  # of the time between its start and its end, in per cent


def share_passed(starts_at: int, due_at: int, now: int) -> int:
    """The largest of SHARES that has passed by `now`, or 0. Times in ms."""
    span = max(1, due_at - starts_at)
    return max((share for share in SHARES if (now - starts_at) * 100 >= share * span), default=0)

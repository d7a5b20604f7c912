"""How much of other servers is taken in at once, and how often the same thing: what is beyond is not taken, and sent again later.

What waits for something has its place in the store; what changes and changes back leaves something behind each time (a wording, that
it was heard, a notification). Of one server, of all of them, and of one person about one thing there is so much and no more.
"""

from chaupal.federation.context import Federation
from chaupal.federation.reading.activities import Activity
from chaupal.federation.reading.values import uri_of, value_of
from chaupal.federation.taking.acting import Doer
from chaupal.kernel.clock import SECOND
from chaupal.kernel.errors import TooMany, Unavailable
from chaupal.store.federation import arrivals
from chaupal.store.federation.arrivals import WaitingArrivals
from chaupal.store.machine.work import Writing

# What may wait of one server, and of all: activities, and bytes.
OF_ONE = WaitingArrivals(10_000, 16 << 20)
OF_ALL = WaitingArrivals(50_000, 128 << 20)
COUNTED_EVERY = SECOND  # ms for which a process goes by what it knows of all, and by what it adds itself

# In an hour: of one person about one thing (Mastodon tells of a poll's counts twenty times), of one server, of all.
HOUR = 3_600  # seconds
OF_PERSON = 60
EDITS, EDITS_OF_ALL = 3_000, 30_000
TURNS, TURNS_OF_ALL = 40_000, 400_000
# What can be done to the same thing again and again. What is said, and what is deleted, is so once.
AGAIN = frozenset((
    "Follow", "Like", "EmojiReact", "Announce", "Block", "Undo", "Accept", "Reject", "Add", "Remove", "Move", "QuoteRequest",
))  # fmt: skip


def count(fed: Federation, by: Doer, act: Activity) -> None:
    """One more time. Raises TooMany where that was too often: nothing of it was done."""
    if not fed.settings.rate_limits or not (act.kind in AGAIN or act.kind == "Update"):
        return
    one, all_ = (EDITS, EDITS_OF_ALL) if act.kind == "Update" else (TURNS, TURNS_OF_ALL)
    what = "e" if act.kind == "Update" else "t"
    _spend(fed, f"s{what}{by.account} {_about(act)}", OF_PERSON)
    _spend(fed, f"s{what}{by.server}", one)
    _spend(fed, f"s{what}", all_)


def _about(act: Activity) -> str:
    """Of what is undone the thing itself: a follow and its end are about the same person."""
    undone = uri_of(value_of(act.whole, "object")) if act.kind == "Undo" and act.whole is not None else ""
    return undone or act.object


def _spend(fed: Federation, key: str, most: int) -> None:
    count = fed.meter.hit(key, HOUR)
    if count.used > most * fed.settings.rate_limit_scale:
        raise TooMany(retry_at=count.ends_at)


async def let_wait(fed: Federation, w: Writing, by: Doer, activity: bytes, new: int) -> None:
    """It waits from now on. Raises Unavailable where too much does already."""
    size, of_one = len(activity), await arrivals.of_server(w, by.server)
    of_all = await _in_all(fed, w)
    if _is_over(of_one.and_one_of(size), OF_ONE) or _is_over(of_all.and_one_of(size), OF_ALL):
        raise Unavailable
    await arrivals.add(w, new, by.server, by.account, activity.decode(), size)
    fed.remembered.waiting = (of_all.and_one_of(size), fed.remembered.waiting[1])


def _is_over(waiting: WaitingArrivals, most: WaitingArrivals) -> bool:
    return waiting.many > most.many or waiting.size > most.size


async def _in_all(fed: Federation, w: Writing) -> WaitingArrivals:
    known, at = fed.remembered.waiting
    if not 0 <= fed.clock() - at < COUNTED_EVERY:
        known = await arrivals.in_all(w)
        fed.remembered.waiting = (known, fed.clock())
    return known

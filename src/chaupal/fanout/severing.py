"""Follows end with a server that is suspended, or that somebody hides: a hundred in a commit, kept for who wants to ask again, and told.

As many begin in a commit where an account is locked no more.
"""

import msgspec

from chaupal.fanout.context import Carrier
from chaupal.governance.events import DecisionServed, RulingSeconded
from chaupal.kernel.event import Event
from chaupal.policy.measures import Measure
from chaupal.social.events import AccountUnlocked, FollowRefused, ServerHidden, Unfollowed
from chaupal.social.people.graph import let_in
from chaupal.store.court import rulings
from chaupal.store.machine.work import Row, Writing
from chaupal.store.notifications import notifications
from chaupal.store.square import graph, hidden_servers as kept
from chaupal.store.tables.square import follows

AT_ONCE = 100  # ties in one commit


class EndToTell(Event, frozen=True):
    """Follows have ended by a ruling: those of ours whose they were are to be told, from behind the account `after` on."""

    server: int
    ruling: int
    after: int = 0


class TiesToEnd(Event, frozen=True):
    """Follows between here and a suspended server (id) are left to be ended, for a ruling."""

    server: int
    ruling: int


async def suspended(carrier: Carrier, w: Writing, event: DecisionServed | RulingSeconded) -> None:
    """A server was suspended, or a second person agreed to that: what is between there and here begins to end."""
    if event.measure == Measure.SUSPEND_SERVER.value:
        for server in (event.subject, *await kept.below(w, event.subject)):
            w.tell(TiesToEnd(server=server, ruling=event.ruling))


async def go_on(carrier: Carrier, w: Writing, event: TiesToEnd) -> None:
    """The next hundred; nothing more once the suspension has been lifted.

    Nor anything while it stands on one person, in an emergency: that is over after a day, and no follow comes back with it.
    """
    row = await rulings.ruling(w, event.ruling)
    if row is None or row.approved_by is None:
        return
    if row.lifted_at is not None:
        w.tell(EndToTell(server=row.subject_id, ruling=event.ruling))
        return
    found = await kept.ties_with(w, event.server, AT_ONCE)
    for table, far, tie in found:
        if table == follows.name:
            await _end(carrier, w, tie, far, event.server, event.ruling)
        else:
            await _unask(w, tie[0], tie[1])
    w.tell(event if len(found) == AT_ONCE else EndToTell(server=row.subject_id, ruling=event.ruling))


async def tell(carrier: Carrier, w: Writing, event: EndToTell) -> None:
    """Whose follows have ended, once for each suspension: as Mastodon tells of severed relationships, when it is over."""
    found = await kept.whose(w, event.ruling, event.after, AT_ONCE)
    for account in found:
        many = await kept.counts(w, account, event.ruling, 0, 0)
        await _tell(carrier, w, account, event.server, event.ruling, event.ruling, many)
    if len(found) == AT_ONCE:
        w.tell(EndToTell(server=event.server, ruling=event.ruling, after=found[-1]))


async def hidden(carrier: Carrier, w: Writing, event: ServerHidden) -> None:
    """Who follows somebody from a server that they hide does so no more; whom they follow there they go on following.

    What is asked and not answered yet ends both ways, as Mastodon's AfterBlockDomainFromAccountService turns requests down: nobody
    could grant it any more.
    """
    found = await kept.followers_from(w, event.by, event.server, AT_ONCE)
    for tie in found:
        await _end(carrier, w, tie, "by", event.server, 0)
    asked = await kept.requests_with(w, event.by, event.server, AT_ONCE)
    for by, to in asked:
        await _unask(w, by, to)
    if AT_ONCE in (len(found), len(asked)):
        w.tell(event)
    elif sum(many := await kept.counts(w, event.by, 0, event.server, event.hiding)):
        await _tell(carrier, w, event.by, event.server, 0, event.hiding, many)


async def unlocked(carrier: Carrier, w: Writing, event: AccountUnlocked) -> None:
    """Whoever has asked to follow it does so, as Mastodon's UpdateAccountService has it; none of them any more once it is locked again."""
    asking = await graph.asking_in_vain(w, event.account, AT_ONCE)
    for by, terms in asking:
        await let_in(carrier.square, w, by, event.account, terms)
    if len(asking) == AT_ONCE:
        w.tell(event)


async def _tell(
    carrier: Carrier, w: Writing, account: int, server: int, ruling: int, cause: int, many: tuple[int, int]
) -> None:
    """In their own name, as Mastodon has it: nobody did it to them."""
    said = {"event": cause, "server": server, "hidden": not ruling, "followers": many[0], "following": many[1]}
    body = msgspec.json.encode(said).decode()
    await notifications.add(
        w, carrier.make_id(), account, "severed_relationships", by=account, cause=f"severed:{cause}", body=body
    )


async def _unask(w: Writing, by: int, to: int) -> None:
    if await graph.unask(w, by, to):
        w.tell(FollowRefused(by=by, to=to))


async def _end(carrier: Carrier, w: Writing, tie: Row, far: str, server: int, ruling: int) -> None:
    by, to, boosts, notify, languages = tie
    us, them, kind = (to, by, kept.FOLLOWER) if far == "by" else (by, to, kept.FOLLOWING)
    if await graph.unfollow(w, by, to):
        now, terms = carrier.clock(), (bool(boosts), bool(notify))
        await kept.sever(w, kept.Severed(carrier.make_id(), ruling, server, us, them, kind, *terms, now, languages))
        w.tell(Unfollowed(by=by, to=to))

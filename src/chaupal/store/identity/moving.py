"""Moving as rows: whom an account names as another of its own, where it points, and how far its followers have come."""

from collections.abc import Collection, Sequence
from typing import Any

import msgspec
from sqlalchemy import Table, or_, text as sql

from chaupal.store.machine.claims import HELD_FOR, HeldJobs
from chaupal.store.machine.dialect import among, listed, param, statement
from chaupal.store.machine.shelves import PEOPLE, RELATIONS, RULINGS
from chaupal.store.machine.statements import deletes, inserts_once, same, selects, updates
from chaupal.store.machine.triggers import accounts_of
from chaupal.store.machine.work import Reading, Writing
from chaupal.store.square import graph, lists
from chaupal.store.square.graph import FollowTerms
from chaupal.store.tables.identity import accounts, aliases, moves
from chaupal.store.tables.square import blocks, follows, list_members, lists as list_rows, mutes

WAITING, RUNNING, DONE, STOPPED = "waiting", "running", "done", "stopped"
# What comes along, one after the other: who blocks and who mutes the old account does so with the new one, then followers.
BLOCKS, MUTES, FOLLOWERS = "blocks", "mutes", "followers"
PHASES = (BLOCKS, MUTES, FOLLOWERS)
OVER = ""

NAME = inserts_once(aliases, by="me", to="them", id="new")
UNNAME = deletes(aliases).where(by="me", to="them")
MOVED = selects(moves.c.account_id, moves.c.to_id).where(
    or_(among(moves.c.account_id, "ids"), among(moves.c.to_id, "ids"))
)
# Which accounts `me` names as others of their own, in the order in which they were named.
named_by = selects(aliases.c.to).where(by="of").ordered("id").ids_of
FORGET = deletes(aliases).where(or_(aliases.c.by == param("me"), aliases.c.to == param("me")))
POINT = updates(accounts, moved_to="target").where(id="of")
POINTS = selects(accounts.c.moved_to).where(id="of")
SERVER = selects(accounts.c.server).where(id="of")
HEADCOUNT = selects(accounts.c.followers_count).where(id="of")


class Move(msgspec.Struct, frozen=True, rename={"account": "account_id", "to": "to_id"}):
    """One move: `done` of `total` followers have come along. `at`: the tie after which it goes on, in its `phase`."""

    id: int
    account: int
    to: int
    state: str
    phase: str
    at: int
    total: int
    done: int
    created_at: int

    @property
    def open(self) -> bool:
        return self.state in (WAITING, RUNNING)


_jobs = HeldJobs(moves, Move)
take_up = _jobs.take_up

ADVANCE = updates(moves, phase="to_phase", at="to_at", done=moves.c.done + param("more"), held_until="until").where(
    moves.c.state == sql("'running'"), id="of"
)
END = updates(moves, state="as").where(_jobs.open, id="of")
STOP = updates(moves, state="as").where(_jobs.open, account_id="me")
BARE = updates(moves).where(account_id="me").values(phase=OVER, at=0, total=0, done=0, created_at=0)
# One after the other: whoever moved twice is the same person at either end.
_LINE = accounts_of("CAST(:me AS BIGINT)")
BETWEEN = statement(sql(_LINE).bindparams(param("me")))
_ANYBODY = f"SELECT 1 FROM accounts WHERE id IN ({_LINE}) AND id <> :me AND state <> 'deleted'"  # noqa: S608 - words of ours
NEUTRAL = statement(
    sql(f"""
    SELECT r.id FROM rulings r JOIN targets t ON t.id = r.target_id
    WHERE r.neutral = 1 AND r.lifted_at IS NULL AND t.order_id IN (SELECT order_id FROM targets WHERE owner_id IN ({_LINE}))
    """).bindparams(param("me"))  # noqa: S608 - words of ours
)
DROP = statement(
    sql(f"DELETE FROM moves WHERE account_id IN ({_LINE}) AND NOT EXISTS ({_ANYBODY})").bindparams(param("me"))  # noqa: S608 - the same
)


def _behind(table: Table, *more: Any) -> Any:
    # Of ours: on other servers each looks after its own.
    return (
        selects(table.c.id, table.c.by, *more)
        .join(accounts, (accounts.c.id == table.c.by) & (accounts.c.server == 0))
        .where(table.c.id > param("above"), to="of")
        .ordered("id")
        .limit("n")
    )


BEHIND = {
    BLOCKS: _behind(blocks),
    MUTES: _behind(mutes, mutes.c.notifications, mutes.c.ends_at),
    FOLLOWERS: _behind(follows, follows.c.boosts, follows.c.notify, follows.c.languages),
}
MUTED = selects(mutes.c.id).where(by="me", to="them")
IN_LISTS = (
    selects(list_members.c.list_id)
    .join(list_rows, list_rows.c.id == list_members.c.list_id)
    .where(same(list_rows, account_id="me"), account_id="them")
)


# --- aliases ---------------------------------------------------------------------------------------------------------


async def name(w: Writing, me: int, them: int, new: int) -> None:
    await w.run(NAME, me=me, them=them, new=new)


async def unname(w: Writing, me: int, them: int) -> bool:
    """False where it was not named."""
    return bool(await w.run(UNNAME, me=me, them=them))


# --- moving ----------------------------------------------------------------------------------------------------------


async def points_to(reading: Reading, account: int) -> int | None:
    """Where an account points; None where it stays."""
    return await reading.value(POINTS, of=account)


async def point(w: Writing, account: int, target: int | None) -> None:
    """The account points there from now on; None: nowhere."""
    await w.run(POINT, of=account, target=target)
    w.touch(PEOPLE, account)


async def begin(w: Writing, new: int, account: int, to: int) -> None:
    """Its followers are to come along, beside everything else."""
    total = await w.value(HEADCOUNT, of=account) or 0
    await _jobs.add(w, Move(new, account, to, WAITING, BLOCKS, at=0, total=total, done=0, created_at=0))
    # Of these the other account may know no more than this one: `Ruling.concerned`.
    w.touch(RULINGS, *[row[0] for row in await w.fetch(NEUTRAL, me=account)])


async def latest(reading: Reading, account: int) -> Move | None:
    return next(iter(await _jobs.mine(reading, account, 1)), None)


async def moved_between(reading: Reading, me: int) -> set[int]:
    """`me`, and the accounts from which or to which it has ever moved, by however many moves: what was agreed to in each stays so."""
    return {row[0] for row in await reading.fetch(BETWEEN, me=me)}


async def lines_of(reading: Reading, several: Collection[int]) -> dict[int, frozenset[int]]:
    """The same of several accounts, each by itself; most have never moved."""
    moved = {id_ for row in await reading.fetch(MOVED, ids=listed(sorted(several))) for id_ in row}
    return {one: frozenset(await moved_between(reading, one) if one in moved else (one,)) for one in several}


async def stop(w: Writing, account: int) -> None:
    """Who has not come along yet stays."""
    await w.run(STOP, me=account, **{"as": STOPPED})


async def behind(w: Writing, move: Move, at_most: int) -> Sequence[Any]:
    """The next ties of the move's phase: (id, by, and what the tie says)."""
    return await w.fetch(BEHIND[move.phase], of=move.account, above=move.at, n=at_most)


async def advance(w: Writing, move: Move, phase: str, at: int, more: int) -> bool:
    """False where it was stopped meanwhile."""
    return bool(await w.run(ADVANCE, of=move.id, to_phase=phase, to_at=at, more=more, until=w.now() + HELD_FOR))


async def end(w: Writing, move: Move) -> None:
    await w.run(END, of=move.id, **{"as": DONE})


async def mutes_already(reading: Reading, me: int, them: int) -> bool:
    return await reading.value(MUTED, me=me, them=them) is not None


async def change_in_lists(w: Writing, owner: int, old: int, new: int, make_id: Any) -> None:
    """In the lists of `owner` the new account stands beside the old one, which goes with its follow."""
    for (list_id,) in await w.fetch(IN_LISTS, me=owner, them=old):
        await w.run(lists.ENTER, which=list_id, them=new, new=make_id())
        w.touch(RELATIONS, owner)


async def follow_instead(w: Writing, by: int, move: Move, terms: FollowTerms, make_id: Any) -> bool:
    """`by` follows the new account in place of the old one, as they wished it; False where they followed it already."""
    fresh = await graph.wanted(w, by, move.to) is None
    if fresh:
        await graph.follow(w, by, move.to, make_id(), terms)
        await graph.unask(w, by, move.to)
    await change_in_lists(w, by, move.account, move.to, make_id)
    await graph.unfollow(w, by, move.account)
    return fresh


async def is_elsewhere(reading: Reading, account: int) -> bool:
    """Whether an account is on another server."""
    return bool(await reading.value(SERVER, of=account))


async def ask_instead(w: Writing, by: int, move: Move, terms: FollowTerms, make_id: Any) -> bool:
    """`by` asks to follow the new account, and follows the old one no more; False where they followed or asked before."""
    fresh = await graph.wanted(w, by, move.to) is None and await graph.ask(w, by, move.to, make_id(), terms)
    await change_in_lists(w, by, move.account, move.to, make_id)
    await graph.unfollow(w, by, move.account)
    return fresh


async def forget(w: Writing, account: int) -> None:
    """Nothing is left of where an account came from or went, but which others are the same person's, while one of those is here:
    what it decided, or was decided about it, stays in the court, and by it nobody is two people (`moved_between`).
    """
    await w.run(FORGET, me=account)
    await stop(w, account)
    await w.run(BARE, me=account)
    await w.run(DROP, me=account)

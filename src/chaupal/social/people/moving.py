"""Moving: an account points at another one that has named it, here or on another server, and its followers come along, once each.

Only the pointing is public. While it lasts the old account reads, and neither posts nor follows anew; it can be taken back.
"""

from collections.abc import Sequence
from typing import Any

import msgspec

from chaupal.kernel.clock import DAY
from chaupal.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from chaupal.policy.facts import Facts
from chaupal.policy.sealed import Visible
from chaupal.policy.things import Person
from chaupal.policy.viewer import Role, Surface, Viewer
from chaupal.social.context import Square
from chaupal.social.events import AccountChanged, AccountMoved, Blocked, FollowAsked, FollowMoved, Muted, Unfollowed
from chaupal.social.people import elsewhere
from chaupal.social.seeing import seen_person
from chaupal.social.signin.sessions import check_proved, proved
from chaupal.store.identity import moving
from chaupal.store.identity.moving import Move
from chaupal.store.machine.work import Reading, Writing
from chaupal.store.square import graph
from chaupal.store.square.graph import FollowTerms
from chaupal.store.square.people import id_of

MOST_ALIASES = 10
AGAIN_AFTER = 30 * DAY  # as Mastodon: followers are not led about
AT_ONCE = 100  # ties in one commit


class MoveState(msgspec.Struct, frozen=True):
    """How it stands with somebody's moving. `aliases`: those they named, as they may see them; `to`: where they point.

    `may_move_at`: ms, when they may move again; None: at once.
    """

    aliases: tuple[Visible[Person], ...]
    to: Visible[Person] | None
    moved: bool
    move: Move | None
    may_move_at: int | None


async def stand(square: Square, viewer: Viewer) -> MoveState:
    """One's own aliases, and one's move where there is one."""
    async with square.work.reading() as reading:
        named = [await seen_person(reading, viewer, id_) for id_ in await moving.named_by(reading, viewer.me)]
        points = await moving.points_to(reading, viewer.me)
        to = await seen_person(reading, viewer, points) if points else None
        move = await moving.latest(reading, viewer.me)
    again = move.created_at + AGAIN_AFTER if move else 0
    return MoveState(
        tuple(filter(None, named)), to, points is not None, move, again if again > square.clock() else None
    )


async def name(square: Square, viewer: Viewer, handle: str) -> None:
    """Say that another account is one's own too, so that it may move to this one; one of another server is asked for there.

    Raises Invalid, Conflict.
    """
    me = viewer.me
    await elsewhere.renewed(square, handle)
    async with square.work.writing() as w:
        them = await _named(w, viewer, handle)
        if len(await moving.named_by(w, me)) >= MOST_ALIASES:
            raise Conflict("too_many_aliases", most=MOST_ALIASES)
        await moving.name(w, me, them.id, square.make_id())
        if them.server:  # who moves there looks here whether they may
            w.tell(AccountChanged(account=me))


async def unname(square: Square, viewer: Viewer, them: int) -> None:
    """It is not one's own any more; what has moved stays where it is. Raises NotFound."""
    async with square.work.writing() as w:
        if not await moving.unname(w, viewer.me, them):
            raise NotFound


async def move(square: Square, viewer: Viewer, handle: str, password: str) -> None:
    """Point at another account and have one's followers come along; one of another server is asked whom it names by now.

    Raises Invalid by field, Conflict.
    """
    me = viewer.me
    login = await proved(square, viewer, password)
    await elsewhere.renewed(square, handle)
    async with square.work.writing() as w:
        await check_proved(w, login)
        target = await _named(w, viewer, handle)
        if me not in await moving.named_by(w, target.id):
            raise Invalid("move_unnamed")
        if await moving.points_to(w, me) is not None:
            raise Conflict("moved_already")
        await _begin(square, w, me, target.id)
        w.tell(AccountMoved(account=me, to=target.id))


async def moved_elsewhere(square: Square, account: int, target: int) -> None:
    """Somebody of another server has moved, as both servers say: ours who follow them come along. Raises Conflict, NotAllowed.

    `account`: of another server; `target`: of any, which names it (`aliases`).
    """
    async with square.work.writing() as w:
        if account not in await moving.named_by(w, target) or await moving.points_to(w, target) is not None:
            raise NotAllowed("tie_forbidden")
        if await moving.points_to(w, account) == target:
            raise Conflict("moved_already")
        await _begin(square, w, account, target)


async def _begin(square: Square, w: Writing, account: int, target: int) -> None:
    """Raises Conflict where it has moved not long ago."""
    last = await moving.latest(w, account)
    if last is not None and last.created_at + AGAIN_AFTER > square.clock():
        raise Conflict("moved_lately")
    await moving.point(w, account, target)
    await moving.begin(w, square.make_id(), account, target)
    w.tell(AccountChanged(account=account))


async def take_back(square: Square, viewer: Viewer) -> None:
    """Point nowhere any more. Who has come along stays with the other account; who has not, stays here."""
    async with square.work.writing() as w:
        await moving.stop(w, viewer.me)
        await moving.point(w, viewer.me, None)
        w.tell(AccountChanged(account=viewer.me))


async def check_stays(reading: Reading, viewer: Viewer, facts: Facts) -> None:
    """Raises NotAllowed where the viewer's account points elsewhere. Costs nothing: one's own row is remembered."""
    mine = await seen_person(reading, viewer, viewer.me, facts, Surface.OWN)
    if mine is not None and mine.item.moved_to is not None:
        raise NotAllowed("move_gone")


# --- coming along ---


async def carry_on(square: Square) -> bool:
    """Bring along whom one move has still behind it, some at a time; killed, it goes on there. False: nothing waits."""
    async with square.work.writing() as w:
        held = await moving.take_up(w)
    if held is None:
        return False
    try:
        while held.phase != moving.OVER:
            held = await _step(square, held)
    except MoveTakenBack:
        pass
    return True


class MoveTakenBack(Exception):
    """The move was taken back meanwhile: this unit is rolled back."""


async def _step(square: Square, move: Move) -> Move:
    """Move some followers along, in one commit; the move as it is then."""
    async with square.work.writing() as w:
        rows = await moving.behind(w, move, AT_ONCE)
        came = sum([await _bring(square, w, move, row) for row in rows])
        phase, at = _after(move, rows)
        if not await moving.advance(w, move, phase, at, came):
            raise MoveTakenBack
        if phase == moving.OVER:
            await moving.end(w, move)
    return msgspec.structs.replace(move, phase=phase, at=at, done=move.done + came)


def _after(move: Move, rows: Sequence[Any]) -> tuple[str, int]:
    """The phase in which the move goes on, and the tie after which it does."""
    if len(rows) == AT_ONCE:
        return move.phase, rows[-1][0]
    later = (*moving.PHASES, moving.OVER)
    return later[later.index(move.phase) + 1], 0


async def _bring(square: Square, w: Writing, move: Move, tie: Sequence[Any]) -> bool:
    """One tie, as it stands in this commit; whether a follower has come along."""
    _, by, *more = tie
    if move.phase == moving.FOLLOWERS:
        reposts, notify, languages = more
        return await _follower(square, w, move, by, graph.terms_of(reposts, notify, languages))
    # Whoever follows the new account has said what they want of it.
    if by == move.to or await graph.wanted(w, by, move.to) is not None:
        return False
    if move.phase == moving.BLOCKS:
        if await graph.block(w, by, move.to, square.make_id()):
            w.tell(Blocked(by=by, to=move.to))
    elif not await moving.mutes_already(w, by, move.to):
        notifications, ends_at = more
        await graph.mute(w, by, move.to, square.make_id(), notifications=bool(notifications), ends_at=ends_at)
        w.tell(Muted(by=by, to=move.to))
    return False


async def _follower(square: Square, w: Writing, move: Move, by: int, terms: FollowTerms) -> bool:
    """Nobody is told: the new account knows whom it brings. Whom a block stands against stays with the old one.

    Another server has to say yes to each.
    """
    if by == move.to:
        await graph.unfollow(w, by, move.account)
        w.tell(Unfollowed(by=by, to=move.account))
        return True
    if await graph.apart(w, by, move.to):
        return False
    if await moving.is_elsewhere(w, move.to):
        asked = await moving.ask_instead(w, by, move, terms, square.make_id)
        w.tell(Unfollowed(by=by, to=move.account), *[FollowAsked(by=by, to=move.to)][: int(asked)])
        return True
    await moving.follow_instead(w, by, move, terms, square.make_id)
    w.tell(Unfollowed(by=by, to=move.account), FollowMoved(by=by, to=move.to))
    return True


# --- parts ---


async def _named(reading: Reading, viewer: Viewer, handle: str) -> Person:
    """Somebody else here whom the viewer may meet, and who has not moved. Raises Invalid.

    Withheld where the viewer is counts for nothing: they typed the name, and it may be their own account that they leave.
    """
    local = handle.strip().removeprefix("@").lower()
    found = await id_of(reading, local)
    seen = await seen_person(reading, viewer, found) if found is not None else None
    wrong = (
        "move_nobody"
        if seen is None or seen.suspended or seen.item.role == Role.SYSTEM
        else "move_itself"
        if seen.item.id == viewer.me
        else "move_elsewhere"
        if await moving.points_to(reading, seen.item.id) is not None
        else ""
    )
    if seen is None or wrong:
        raise Invalid(wrong or "move_nobody")
    return seen.item

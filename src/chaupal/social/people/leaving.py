"""Leaving: an account is deleted by its owner, after some days in which they may think again. Measures go on without them."""

from collections.abc import Awaitable, Callable

from chaupal.kernel.clock import DAY
from chaupal.kernel.errors import Conflict, Invalid
from chaupal.policy.viewer import Caller, Role, Viewer
from chaupal.social.context import Square
from chaupal.social.events import AccountDeleted, LeavingAsked, Unfollowed, Unliked
from chaupal.social.media import media
from chaupal.social.posts.posts import deleted
from chaupal.social.signin.sessions import check_proved, login_of, proved
from chaupal.store.federation import people
from chaupal.store.identity import accounts, apps, leaving
from chaupal.store.machine.work import Reading, Writing
from chaupal.store.square import graph, posting, posts, reactions

type Due = Callable[[Reading], Awaitable[int | None]]

GRACE = 14 * DAY
AT_ONCE = 50  # posts, likes, ties in one commit


async def leaves_at(square: Square, viewer: Viewer) -> int | None:
    """When the account goes (ms); None where it stays."""
    async with square.work.reading() as reading:
        return await leaving.leaves(reading, viewer.me)


async def ask(square: Square, viewer: Viewer, caller: Caller, password: str, word: str) -> int:
    """The account goes when the days of grace are over; when that is (ms). Every other session and every app ends now.

    Raises Invalid by field; Conflict for staff, whose part in decisions must first be handed on.
    """
    login = await login_of(square, viewer)
    if word.strip().lower().removeprefix("@") != login.handle:
        raise Invalid("not_your_name")
    login = await proved(square, viewer, password)
    at = square.clock() + GRACE
    async with square.work.writing() as w:
        await check_proved(w, login)  # it holds the account: whoever gives them a role meanwhile comes before or after
        if await accounts.role_of(w, login.account) != Role.MEMBER:
            raise Conflict("leaving_staff")
        await leaving.set_leaves(w, login.account, at)
        await apps.forget_callers(w, login.account)
        for one in await apps.open_sessions(w, login.account):
            if one.hash != caller.key:
                await apps.drop_session(w, one.hash)
        await apps.end_all_apps(w, login.account)
        w.tell(LeavingAsked(account=login.account))
    return at


async def stay(square: Square, viewer: Viewer) -> None:
    """They thought again."""
    async with square.work.writing() as w:
        await leaving.set_leaves(w, viewer.me, None)
        await apps.forget_callers(w, viewer.me)


async def carry_out(square: Square) -> bool:
    """Take one account whose time has come away, bit by bit; killed between two bits it goes on later. False: none is due.

    Those of other servers go when their server says that they are gone.
    """
    return await _take_away(square, leaving.due) or await _take_away(square, people.leaving)


async def _take_away(square: Square, due: Due) -> bool:
    async with square.work.reading() as reading:
        account = await due(reading)
    if account is None:
        return False
    while True:
        async with square.work.writing() as w:
            if await due(w) != account:
                return True  # they stay after all
            more = await _posts(w, account) or await _likes(w, account) or await _ties(w, account)
            if not more:
                portraits = await accounts.portraits(w, account)
                await media.name_portraits(w, (), portraits)
                await leaving.empty(w, account)
                await people.empty(w, account)
                await apps.end_all(w, account)
                w.tell(AccountDeleted(account=account))
                break
    for key in portraits:
        await media.drop_portrait(square, key)
    return True


async def _posts(w: Writing, account: int) -> bool:
    ids = await leaving.posts_of(w, account, AT_ONCE)
    for id_ in ids:
        post = await posts.as_written(w, id_)
        if post is None:  # a repost of it went with another one of these
            continue
        w.tell(deleted(post, await posting.remove(w, post)))
    return bool(ids)


async def _likes(w: Writing, account: int) -> bool:
    ids = await leaving.liked_by(w, account, AT_ONCE)
    for id_ in ids:
        found = await reactions.original(w, id_)
        if await reactions.unlike(w, account, id_) and found is not None:
            w.tell(Unliked(by=account, post=id_, author=found[1]))
    return bool(ids)


async def _ties(w: Writing, account: int) -> bool:
    ties = await leaving.tied_to(w, account, AT_ONCE)
    for by, to in ties:
        if await graph.unfollow(w, by, to):
            w.tell(Unfollowed(by=by, to=to))
    return bool(ties)

"""Ties between people: follow, ask, grant, block, mute, and their endings; servers that one hides; notes and endorsements.

Counts change in the same commit.
"""

from collections.abc import Sequence
from typing import Any

from chaupal.kernel.errors import Invalid, NotAllowed, NotFound, or_not_found
from chaupal.policy.sealed import Visible
from chaupal.policy.things import Person
from chaupal.policy.viewer import Viewer
from chaupal.social import events
from chaupal.social.context import Square
from chaupal.social.people import moving
from chaupal.social.seeing import seen_person
from chaupal.social.typed import typed
from chaupal.store.federation import servers
from chaupal.store.identity.facts_cache import facts_for, relations_of
from chaupal.store.machine.work import Writing
from chaupal.store.square import graph, hidden_servers as kept
from chaupal.store.square.graph import FollowTerms
from chaupal.text import hosts
from chaupal.text.clean import trimmed
from chaupal.text.language import check_language

MOST_LANGUAGES = 50  # that one wants of somebody
LONGEST_MUTE = 100 * 365 * 86_400_000  # ms; beyond it a mute may as well have no end


async def follow(
    square: Square,
    viewer: Viewer,
    them: int,
    *,
    reposts: bool | None = None,
    notify: bool | None = None,
    languages: Sequence[str] | None = None,
) -> None:
    """Follow, or ask to where the account is locked, or another server has to say yes; again: change what is wanted (None leaves it
    as it is). `languages`: codes; none of them: all.

    Raises NotFound for whom the viewer may not see and for the suspended, NotAllowed for oneself, where either blocks the other,
    and where either has moved; Invalid for a code that names no language.
    """
    said: dict[str, Any] = {
        "reposts": reposts,
        "notify": notify,
        "languages": None if languages is None else _checked(languages),
    }
    changed = {name: value for name, value in said.items() if value is not None}
    me, seen = await _me_and(square, viewer, them)
    async with square.work.reading() as reading:
        await moving.check_stays(reading, viewer, await facts_for(reading, viewer))
    if seen.suspended:
        raise NotFound
    async with square.work.writing() as w:
        # Looked up inside the unit: a block that comes at the same moment must not leave a follow behind.
        if await graph.apart(w, me, them):
            raise NotAllowed("tie_forbidden")
        standing = await graph.wanted(w, me, them)
        if standing is None and seen.item.moved_to is not None:
            raise NotAllowed("tie_forbidden")
        asked = await graph.wanted(w, me, them, asked=True) if standing is None else None
        terms = (standing or asked or FollowTerms())._replace(**changed)
        if standing is None and (seen.item.locked or seen.item.server != 0):
            if await graph.ask(w, me, them, square.make_id(), terms):
                w.tell(events.FollowAsked(by=me, to=them))
        elif asked is not None and await let_in(square, w, me, them, terms):
            return  # who asked before the account opened
        elif await graph.follow(w, me, them, square.make_id(), terms):
            w.tell(events.Followed(by=me, to=them))


def _checked(languages: Sequence[str]) -> tuple[str, ...]:
    """Codes as they are kept, each once."""
    codes = [check_language(code) for code in languages if code][:MOST_LANGUAGES]
    if None in codes:
        raise Invalid("follow_language_unknown")
    return tuple(code for code in dict.fromkeys(codes) if code)


async def unfollow(square: Square, viewer: Viewer, them: int) -> None:
    """Follow somebody no more, and withdraw a request. Letting go needs no leave: it works for whom one can no longer see."""
    me = viewer.me
    async with square.work.writing() as w:
        await _end_follow(w, me, them)


async def drop_follower(square: Square, viewer: Viewer, them: int) -> None:
    """Somebody follows the viewer no more, and is not told."""
    me = viewer.me
    async with square.work.writing() as w:
        if await graph.unfollow(w, them, me):
            w.tell(events.Unfollowed(by=them, to=me))


async def grant(square: Square, viewer: Viewer, them: int) -> None:
    """Let somebody who asked follow. Raises NotFound where nobody asked."""
    me = viewer.me
    async with square.work.writing() as w:
        if not await let_in(square, w, them, me, or_not_found(await graph.wanted(w, them, me, asked=True))):
            raise NotFound


async def let_in(square: Square, w: Writing, by: int, to: int, terms: FollowTerms) -> bool:
    """`by`, who has asked to follow `to`, does so; False where they ask no more by now."""
    if granted := await graph.grant(w, by, to, square.make_id(), terms):
        w.tell(events.FollowGranted(by=by, to=to))
    return granted


async def refuse(square: Square, viewer: Viewer, them: int) -> None:
    """Turn a request down. Raises NotFound where nobody asked."""
    me = viewer.me
    async with square.work.writing() as w:
        if not await graph.unask(w, them, me):
            raise NotFound
        w.tell(events.FollowRefused(by=them, to=me))


async def block(square: Square, viewer: Viewer, them: int) -> None:
    """Neither sees the other any more; follows and requests between the two end in the same commit."""
    me, _ = await _me_and(square, viewer, them)
    async with square.work.writing() as w:
        for by, to in ((me, them), (them, me)):
            await _end_follow(w, by, to)
        if await graph.block(w, me, them, square.make_id()):
            w.tell(events.Blocked(by=me, to=them))


async def unblock(square: Square, viewer: Viewer, them: int) -> None:
    """Somebody can see and follow one again."""
    me = viewer.me
    async with square.work.writing() as w:
        if await graph.unblock(w, me, them):
            w.tell(events.Unblocked(by=me, to=them))


async def mute(square: Square, viewer: Viewer, them: int, *, notifications: bool = True, duration: int = 0) -> None:
    """Mute for `duration` seconds (0: until unmuted); `notifications`: theirs too. Again: these terms instead."""
    me, _ = await _me_and(square, viewer, them)
    ms = duration * 1000
    ends_at = square.clock() + ms if 0 < ms < LONGEST_MUTE else None
    async with square.work.writing() as w:
        await graph.mute(w, me, them, square.make_id(), notifications=notifications, ends_at=ends_at)
        w.tell(events.Muted(by=me, to=them))


async def unmute(square: Square, viewer: Viewer, them: int) -> None:
    """Somebody is heard again."""
    me = viewer.me
    async with square.work.writing() as w:
        if await graph.unmute(w, me, them):
            w.tell(events.Unmuted(by=me, to=them))


async def _me_and(square: Square, viewer: Viewer, them: int) -> tuple[int, Visible[Person]]:
    """The viewer's account and the person to act on, as the gate shows them. Raises NotFound, NotAllowed for oneself."""
    me = viewer.me
    if me == them:
        raise NotAllowed("tie_forbidden")
    async with square.work.reading() as reading:
        seen = or_not_found(await seen_person(reading, viewer, them))
    return me, seen


async def _end_follow(w: Writing, by: int, to: int) -> None:
    # In this order: a request that is granted at this moment is a follow by the time the second is looked for.
    if await graph.unask(w, by, to):
        w.tell(events.FollowRefused(by=by, to=to))
    if await graph.unfollow(w, by, to):
        w.tell(events.Unfollowed(by=by, to=to))


async def hide_server(square: Square, viewer: Viewer, text: str) -> str:
    """Hide a server, met or not; whoever follows the viewer from there does so no more. Its domain. Raises Invalid."""
    me, domain = viewer.me, _server_named(square, text)
    async with square.work.writing() as w:
        if await kept.many(w, me) >= kept.MOST:
            raise Invalid("too_many_hidden", field="domain", most=kept.MOST)
        hiding = square.make_id()
        if await kept.hide(w, me, domain, hiding) and (server := await servers.id_of(w, domain)) is not None:
            w.tell(events.ServerHidden(by=me, server=server, hiding=hiding))
    return domain


async def show_server(square: Square, viewer: Viewer, text: str) -> None:
    """Hide it no more. Follows that ended have to be asked for again. Letting go of what was not hidden is no fault."""
    me = viewer.me
    async with square.work.writing() as w:
        await kept.show(w, me, hosts.server_named(text) or text.strip().lower())


def _server_named(square: Square, text: str) -> str:
    """The server that a text names. Raises Invalid for none, and for this one."""
    domain = hosts.server_named(text)
    if not domain:
        raise Invalid("no_server", field="domain")
    if domain == square.settings.domain.lower():
        raise Invalid("own_server", field="domain")
    return domain


LONGEST_NOTE = 2_000  # characters


async def note(square: Square, viewer: Viewer, them: int, text: str) -> None:
    """Keep a note about somebody; an empty one is none. Raises NotFound, Invalid."""
    me, text = viewer.me, trimmed(typed(text[: 4 * LONGEST_NOTE], "comment_unreadable"))
    if len(text) > LONGEST_NOTE:
        raise Invalid("comment_too_long")
    await _check_seen(square, viewer, them)
    async with square.work.writing() as w:
        await graph.note(w, me, them, text)


async def endorse(square: Square, viewer: Viewer, them: int) -> None:
    """Show somebody on one's profile whom one follows. Raises NotFound, Invalid."""
    me = viewer.me
    await _check_seen(square, viewer, them)
    async with square.work.writing() as w:
        if them not in (await relations_of(w, me)).following:
            raise Invalid("endorsed_unfollowed")
        await graph.endorse(w, me, them, square.make_id())


async def unendorse(square: Square, viewer: Viewer, them: int) -> None:
    """Somebody stands on one's profile no more."""
    async with square.work.writing() as w:
        await graph.unendorse(w, viewer.me, them)


async def unsuggest(square: Square, viewer: Viewer, them: int) -> None:
    """Somebody is not to be suggested again."""
    me = viewer.me
    async with square.work.writing() as w:
        await graph.unsuggest(w, me, them, square.make_id())


async def _check_seen(square: Square, viewer: Viewer, them: int) -> None:
    async with square.work.reading() as reading:
        or_not_found(await seen_person(reading, viewer, them))

"""Ties in the API: follow, block, mute, requests, hidden servers, and the lists of people around an account."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from chaupal.api.mastodon.account_entity import Account, MutedAccount, account_bytes, muted_account
from chaupal.http.call import Answer, Call, Nothing, Route, delete, get, json, post
from chaupal.http.paging import ById, ByIds, Number, Paged, PagedById, link_header
from chaupal.kernel.argument_sizes import Word
from chaupal.kernel.clock import iso_or_none
from chaupal.policy.sealed import Visible
from chaupal.policy.things import Person
from chaupal.policy.viewer import Surface, Viewer
from chaupal.reads.context import Reads
from chaupal.reads.court import servers as limited
from chaupal.reads.page import Cursor, Page
from chaupal.reads.people import hidden_servers as looks, people, people_lists
from chaupal.social.context import Square
from chaupal.social.people import graph
from chaupal.text import hosts


class FollowWanted(msgspec.Struct):
    """How to follow: with reposts (`reblogs`), being told of each post (`notify`), in some `languages` only (none: in all)."""

    id: Number
    reblogs: bool | None = None
    notify: bool | None = None
    languages: list[str] | None = None


class MuteWanted(msgspec.Struct):
    """How to mute: their notifications too, and for how many seconds (0: until unmuted)."""

    id: Number
    notifications: bool = True
    duration: Annotated[int, Meta(ge=0, le=2**53)] = 0


class Relationship(msgspec.Struct, kw_only=True):
    """https://docs.joinmastodon.org/entities/Relationship/ in full; what this server has not is its empty value."""

    id: str
    following: bool
    showing_reblogs: bool
    notifying: bool
    languages: list[str] | None
    followed_by: bool
    blocking: bool
    blocked_by: bool
    muting: bool
    muting_notifications: bool
    muting_expires_at: str | None
    requested: bool
    requested_by: bool
    domain_blocking: bool = False
    endorsed: bool = False
    note: str = ""


def relationship(id_: int, ties: people.Ties) -> Relationship:
    return Relationship(
        id=str(id_),
        following=ties.following,
        showing_reblogs=ties.following and ties.reposts,
        notifying=ties.following and ties.notify,
        languages=list(ties.languages) or None,
        followed_by=ties.followed_by,
        blocking=ties.blocking,
        blocked_by=ties.blocked_by,
        muting=ties.muting,
        muting_notifications=ties.muting and ties.mutes_notifications,
        muting_expires_at=iso_or_none(ties.mute_ends),
        requested=ties.requested,
        requested_by=ties.requested_by,
        endorsed=ties.endorsed,
        note=ties.note,
        domain_blocking=ties.hides_server,
    )


async def people_bytes(call: Call[Any], found: Sequence[Visible[Person]]) -> bytes:
    """A JSON array of Account, each with where it has moved."""
    settings, viewer = call.house.settings, call.viewer
    moved = await people.moved(call.house.reads, viewer, found)
    return b"[" + b",".join(account_bytes(settings, viewer, seen, moved) for seen in found) + b"]"


# --- acts ------------------------------------------------------------------------------------------------------------


async def _stands(call: Call[Any], id_: int) -> Relationship:
    """What stands between the two now; told even of somebody who can no longer be seen."""
    found = await people.between(call.house.reads, call.viewer, [id_])
    return relationship(id_, found[0][1] if found else people.Ties())


async def follow(call: Call[FollowWanted]) -> Relationship:
    """Follow somebody, or ask to."""
    args, square = call.args, call.house.square
    await graph.follow(square, call.viewer, args.id, reposts=args.reblogs, notify=args.notify, languages=args.languages)
    return await _stands(call, args.id)


async def mute(call: Call[MuteWanted]) -> Relationship:
    """Mute somebody, for a time or until unmuted."""
    args = call.args
    await graph.mute(call.house.square, call.viewer, args.id, notifications=args.notifications, duration=args.duration)
    return await _stands(call, args.id)


type Act = Callable[[Square, Viewer, int], Awaitable[None]]


def _act(act: Act) -> Callable[[Call[ById]], Awaitable[Relationship]]:
    async def run(call: Call[ById]) -> Relationship:
        await act(call.house.square, call.viewer, call.args.id)
        return await _stands(call, call.args.id)

    run.__name__, run.__doc__ = act.__name__, act.__doc__
    return run


# --- lists -----------------------------------------------------------------------------------------------------------


async def relationships(call: Call[ByIds]) -> list[Relationship]:
    """What stands between the viewer and each of the accounts."""
    found = await people.between(call.house.reads, call.viewer, call.args.id)
    return [relationship(id_, ties) for id_, ties in found]


class FamiliarFollowers(msgspec.Struct):
    """https://docs.joinmastodon.org/entities/FamiliarFollowers/"""

    id: str
    accounts: list[msgspec.Raw]


async def familiar_followers(call: Call[ByIds]) -> list[FamiliarFollowers]:
    """Of those whom one follows, who follows each of the accounts."""
    settings, viewer = call.house.settings, call.viewer
    found = await people_lists.familiar(call.house.reads, viewer, call.args.id)
    return [
        FamiliarFollowers(str(id_), [msgspec.Raw(account_bytes(settings, viewer, seen)) for seen in between])
        for id_, between in found
    ]


class NoteSent(msgspec.Struct):
    """A note about somebody, for oneself alone; empty: none."""

    id: Number
    comment: str = ""


async def note(call: Call[NoteSent]) -> Relationship:
    """Keep a note about somebody."""
    await graph.note(call.house.square, call.viewer, call.args.id, call.args.comment)
    return await _stands(call, call.args.id)


type Around = Callable[[Reads, Viewer, int, Cursor], Awaitable[Page[Visible[Person]]]]
type Own = Callable[[Reads, Viewer, Cursor], Awaitable[Page[Visible[Person]]]]


def around(read: Around) -> Callable[[Call[PagedById]], Awaitable[Answer]]:
    """The handler of a list around one thing (an account, a post)."""

    async def run(call: Call[PagedById]) -> Answer:
        page = await read(call.house.reads, call.viewer, call.args.id, call.args.cursor(40, 80))
        return Answer(await people_bytes(call, page.items), headers=link_header(call, page))

    run.__name__, run.__doc__ = read.__name__, read.__doc__
    return run


def _handler_of(read: Own) -> Callable[[Call[Paged]], Awaitable[Answer]]:
    async def run(call: Call[Paged]) -> Answer:
        page = await read(call.house.reads, call.viewer, call.args.cursor(40, 80))
        return Answer(await people_bytes(call, page.items), headers=link_header(call, page))

    run.__name__, run.__doc__ = read.__name__, read.__doc__
    return run


async def mutes(call: Call[Paged]) -> Answer:
    """Whom one mutes, each with the end of the mute."""
    reads, viewer, settings = call.house.reads, call.viewer, call.house.settings
    page = await people_lists.muted(reads, viewer, call.args.cursor(40, 80))
    ties = dict(await people.between(reads, viewer, [seen.item.id for seen in page.items]))
    ends = {id_: iso_or_none(t.mute_ends) for id_, t in ties.items()}
    muted = [muted_account(settings, seen, ends.get(seen.item.id)) for seen in page.items]
    return json(muted, headers=link_header(call, page))


ONE = "/api/v1/accounts/{id}"
PEOPLE: dict[str, Any] = {"gives": list[Account]}
AROUND: dict[str, Any] = PEOPLE | {"scope": "read:accounts", "public": True}


class DomainSent(msgspec.Struct):
    """A server by its domain."""

    domain: Word


class DomainBlockPreview(msgspec.Struct, kw_only=True):
    """What hiding a server would end. `following_count` is none: here one goes on following people of a server that one hides."""

    followers_count: int
    following_count: int = 0


class DomainBlock(msgspec.Struct, kw_only=True):
    """https://docs.joinmastodon.org/entities/DomainBlock/; `reference` and `entry`: its case, and where the log says so."""

    domain: str
    digest: str
    severity: str
    comment: str | None
    reject_media: bool
    reject_reports: bool
    reference: str
    entry: int


async def listed(call: Call[Paged]) -> Answer:
    """The domains that one hides, the newest first."""
    page = await looks.of_viewer(call.house.reads, call.viewer, call.args.cursor(100, 200))
    return json([one.domain for one in page.items], headers=link_header(call, page))


async def foreseen(call: Call[DomainSent]) -> DomainBlockPreview:
    """What hiding a server would end, asked by Mastodon's own apps before they hide one. Mastodon's documentation has it not."""
    return DomainBlockPreview(
        followers_count=await looks.followers_from(call.house.reads, call.viewer, call.args.domain)
    )


async def hide(call: Call[DomainSent]) -> None:
    """Hide a server: nothing of it is met but whom one follows there, and whoever follows one from there does so no more."""
    await graph.hide_server(call.house.square, call.viewer, call.args.domain)


async def show(call: Call[DomainSent]) -> None:
    """Hide a server no more."""
    await graph.show_server(call.house.square, call.viewer, call.args.domain)


async def public(call: Call[Nothing]) -> list[DomainBlock]:
    """What is limited of servers here, with the reason; where staff chose so, the name has gaps."""
    return [
        DomainBlock(
            domain=one.shown,
            digest=hosts.digest(one.domain),
            severity=one.severity,
            comment=one.reason or None,
            reject_media=one.refuses_media,
            reject_reports=one.refuses_reports,
            reference=one.ref,
            entry=one.leaf,
        )
        for one in await limited.limited(call.house.reads)
    ]


PATH = "/api/v1/domain_blocks"


ROUTES: tuple[Route, ...] = (
    post(f"{ONE}/follow", follow, Surface.PROFILE, scope="write:follows"),
    post(f"{ONE}/unfollow", _act(graph.unfollow), Surface.PROFILE, scope="write:follows"),
    post(f"{ONE}/remove_from_followers", _act(graph.drop_follower), Surface.PROFILE, scope="write:follows"),
    post(f"{ONE}/block", _act(graph.block), Surface.PROFILE, scope="write:blocks"),
    post(f"{ONE}/unblock", _act(graph.unblock), Surface.PROFILE, scope="write:blocks"),
    post(f"{ONE}/mute", mute, Surface.PROFILE, scope="write:mutes"),
    post(f"{ONE}/unmute", _act(graph.unmute), Surface.PROFILE, scope="write:mutes"),
    post("/api/v1/follow_requests/{id}/authorize", _act(graph.grant), Surface.PROFILE, scope="write:follows"),
    post("/api/v1/follow_requests/{id}/reject", _act(graph.refuse), Surface.PROFILE, scope="write:follows"),
    get("/api/v1/accounts/relationships", relationships, Surface.PROFILE, scope="read:follows", kept=True),
    get("/api/v1/accounts/familiar_followers", familiar_followers, Surface.PEOPLE, scope="read:follows", sent=True),
    post(f"{ONE}/note", note, Surface.PROFILE, scope="write:accounts"),
    post(f"{ONE}/endorse", _act(graph.endorse), Surface.PROFILE, scope="write:accounts"),
    post(f"{ONE}/unendorse", _act(graph.unendorse), Surface.PROFILE, scope="write:accounts"),
    post(f"{ONE}/pin", _act(graph.endorse), Surface.PROFILE, scope="write:accounts"),
    post(f"{ONE}/unpin", _act(graph.unendorse), Surface.PROFILE, scope="write:accounts"),
    get(f"{ONE}/endorsements", around(people_lists.endorsed), Surface.PEOPLE, **AROUND),
    get("/api/v1/endorsements", _handler_of(people_lists.endorsed_by_me), Surface.PROFILE, scope="read:accounts", **PEOPLE),
    get(f"{ONE}/followers", around(people_lists.followers), Surface.PEOPLE, kept=True, **AROUND),
    get(f"{ONE}/following", around(people_lists.following), Surface.PEOPLE, kept=True, **AROUND),
    get("/api/v1/follow_requests", _handler_of(people_lists.asking), Surface.PROFILE, scope="read:follows", kept=True, **PEOPLE),
    get("/api/v1/blocks", _handler_of(people_lists.blocked), Surface.PROFILE, scope="read:blocks", kept=True, **PEOPLE),
    get("/api/v1/mutes", mutes, Surface.PROFILE, scope="read:mutes", gives=list[MutedAccount], kept=True),
    get(PATH, listed, Surface.OWN, scope="read:blocks", gives=list[str]),
    get(f"{PATH}/preview", foreseen, Surface.NONE, scope="write:blocks"),
    post(PATH, hide, Surface.NONE, scope="write:blocks"),
    delete(PATH, show, Surface.NONE, scope="write:blocks"),
    get("/api/v1/instance/domain_blocks", public, Surface.RECORD, public=True),)  # fmt: skip

"""Announcements in the API, in the viewer's language. https://docs.joinmastodon.org/methods/announcements/"""

from typing import Any

import msgspec

from chaupal.http.call import Call, Route, delete, get, post, put
from chaupal.http.paging import ById, Number
from chaupal.kernel.clock import iso, iso_or_none
from chaupal.policy.surface import Surface
from chaupal.reads.people import announcements as reads
from chaupal.reads.people.announcements import AnnouncementSeen
from chaupal.social.people import announcements
from chaupal.text import html


class AnnouncementsAsked(msgspec.Struct):
    """`with_dismissed`: those that one has read, too."""

    with_dismissed: bool = False


class ReactionTo(msgspec.Struct):
    """An announcement and an emoji."""

    id: Number
    name: str


class Reaction(msgspec.Struct):
    """https://docs.joinmastodon.org/entities/Reaction/"""

    name: str
    count: int
    me: bool


class Announcement(msgspec.Struct, kw_only=True):
    """https://docs.joinmastodon.org/entities/Announcement/"""

    id: str
    content: str
    starts_at: str | None
    ends_at: str | None
    all_day: bool
    published_at: str
    updated_at: str
    read: bool
    mentions: list[Any]
    statuses: list[Any]
    tags: list[Any]
    emojis: list[Any]
    reactions: list[Reaction]


async def listed(call: Call[AnnouncementsAsked]) -> list[Announcement]:
    """What staff tell everybody now."""
    found = await reads.in_force(call.house.reads, call.viewer, dismissed=call.args.with_dismissed)
    return [shown(call, told) for told in found]


async def dismiss(call: Call[ById]) -> None:
    """It was read."""
    await announcements.dismiss(call.house.square, call.viewer, call.args.id)


async def react(call: Call[ReactionTo]) -> None:
    """With one emoji."""
    await announcements.react(call.house.square, call.viewer, call.args.id, call.args.name)


async def unreact(call: Call[ReactionTo]) -> None:
    """Take it back."""
    await announcements.unreact(call.house.square, call.viewer, call.args.id, call.args.name)


def shown(call: Call[Any], told: AnnouncementSeen) -> Announcement:
    one = told.announcement
    return Announcement(
        id=str(one.id),
        content=content(one.text_in(call.viewer.language), call.house.settings.origin),
        starts_at=iso_or_none(one.starts_at),
        ends_at=iso_or_none(one.ends_at),
        all_day=one.all_day,
        published_at=iso(one.told_at or one.at),
        updated_at=iso(one.updated_at),
        read=told.read,
        mentions=[],
        statuses=[],
        tags=[],
        emojis=[],
        reactions=[Reaction(r.name, r.count, r.me) for r in told.reactions],
    )


def content(words: str, origin: str) -> str:
    return html.render(words, lambda handle: (f"{origin}/@{handle}", handle), lambda tag: f"{origin}/tags/{tag}")


PATH = "/api/v1/announcements"

ROUTES: tuple[Route, ...] = (
    get(PATH, listed, Surface.NONE),
    post(f"{PATH}/{{id}}/dismiss", dismiss, Surface.NONE, scope="write:accounts"),
    put(f"{PATH}/{{id}}/reactions/{{name}}", react, Surface.NONE, scope="write:favourites"),
    delete(f"{PATH}/{{id}}/reactions/{{name}}", unreact, Surface.NONE, scope="write:favourites"),
)

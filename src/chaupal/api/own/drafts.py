"""Drafts in the API, Chaupal's own: what one has begun to write, on every device."""

from typing import Any

import msgspec

from chaupal.api.mastodon.posts.media import Attachment, attachment
from chaupal.api.mastodon.posts.scheduled import as_mastodon, audience_changed
from chaupal.http.call import Call, Nothing, Route, delete, get, post, put
from chaupal.http.paging import ById, Number
from chaupal.kernel.clock import iso, parse_time
from chaupal.kernel.errors import Invalid
from chaupal.policy.drafts_and_scheduled import PollAsked, Unsaid, UnsaidPost
from chaupal.policy.facts import Visibility
from chaupal.policy.things import Picture
from chaupal.policy.viewer import Surface
from chaupal.reads.posts import drafts_and_scheduled
from chaupal.social.posts import drafts_and_scheduled as drafts


class DraftSent(msgspec.Struct, kw_only=True):
    """The fields of a post, each of which may be missing, too long or not yet right."""

    status: str = ""
    spoiler_text: str = ""
    visibility: str | None = None
    local_only: bool | None = None
    language: str = ""
    sensitive: bool = False
    in_reply_to_id: Number | None = None
    quoted_status_id: Number | None = None
    quote_approval_policy: str = ""
    media_ids: list[Number] = []
    poll: PollAsked | None = None
    scheduled_at: str | None = None


class DraftChanged(DraftSent, kw_only=True):
    """A draft that is kept, and what it is to say."""

    id: Number


class DraftShown(msgspec.Struct, kw_only=True):
    """A draft as its author reads it; the names are those of `POST /api/v1/statuses`."""

    id: str
    created_at: str
    updated_at: str
    status: str
    spoiler_text: str
    visibility: str | None
    local_only: bool
    language: str | None
    sensitive: bool
    in_reply_to_id: str | None
    quoted_status_id: str | None
    quote_approval_policy: str | None
    poll: PollAsked | None
    scheduled_at: str | None
    media_attachments: list[Attachment]


async def listed(call: Call[Nothing]) -> list[DraftShown]:
    """One's drafts, the one saved last first."""
    found = await drafts_and_scheduled.all_drafts(call.house.reads, call.viewer)
    pictures = await drafts_and_scheduled.uploads(call.house.reads, call.viewer, found)
    return [_shown(call, one, pictures) for one in found]


async def show(call: Call[ById]) -> DraftShown:
    """One draft."""
    return await _draft(call, call.args.id)


async def begin(call: Call[DraftSent]) -> DraftShown:
    """A new draft."""
    return await _draft(call, await drafts.keep(call.house.square, call.viewer, body_of(call.args)))


async def change(call: Call[DraftChanged]) -> DraftShown:
    """A draft says this from now on, as a whole; who it is for stays where nothing is said of that."""
    id_ = call.args.id
    before = (await drafts_and_scheduled.draft(call.house.reads, call.viewer, id_)).body
    body = body_of(call.args, before.visibility)
    # The description has no series: what was begun on the pages is not lost by a program that changes its first post.
    body.then = before.then
    return await _draft(call, await drafts.keep(call.house.square, call.viewer, body, id_))


async def drop(call: Call[ById]) -> None:
    """A draft goes, and with the next sweep the uploads that were in it alone."""
    await drafts.drop(call.house.square, call.viewer, call.args.id)


def body_of(sent: DraftSent, audience: str = "") -> Unsaid:
    """What was sent, to be kept; `audience`: whom it was for. Raises Invalid for a time that is none."""
    at = parse_time(sent.scheduled_at) if sent.scheduled_at else None
    if sent.scheduled_at and at is None:
        raise Invalid("time_unreadable")
    return Unsaid(
        text=sent.status,
        spoiler=sent.spoiler_text,
        visibility=audience_changed(audience, sent.visibility and sent.visibility[:20], local_only=sent.local_only),
        language=sent.language[:20],
        sensitive=sent.sensitive,
        reply_to=sent.in_reply_to_id,
        pictures=sent.media_ids,
        poll=sent.poll,
        quoting=sent.quoted_status_id,
        quote_policy=sent.quote_approval_policy[:20],
        at=at,
    )


async def _draft(call: Call[Any], id_: int) -> DraftShown:
    found = await drafts_and_scheduled.draft(call.house.reads, call.viewer, id_)
    return _shown(call, found, await drafts_and_scheduled.uploads(call.house.reads, call.viewer, [found]))


def _shown(call: Call[Any], draft: UnsaidPost, pictures: dict[int, Picture]) -> DraftShown:
    body, settings = draft.body, call.house.settings
    return DraftShown(
        id=str(draft.id),
        created_at=iso(draft.created_at),
        updated_at=iso(draft.at),
        status=body.text,
        spoiler_text=body.spoiler,
        visibility=as_mastodon(body.visibility) or None,
        local_only=body.visibility == Visibility.LOCAL.wire,
        language=body.language or None,
        sensitive=body.sensitive,
        in_reply_to_id=str(body.reply_to) if body.reply_to else None,
        quoted_status_id=str(body.quoting) if body.quoting else None,
        quote_approval_policy=body.quote_policy or None,
        poll=body.poll,
        scheduled_at=iso(body.at) if body.at else None,
        media_attachments=[attachment(settings, pictures[id_], call.me) for id_ in body.pictures if id_ in pictures],
    )


ALL = "/api/v1/chaupal/drafts"
READ: dict[str, Any] = {"scope": "read:statuses"}
WRITE: dict[str, Any] = {"scope": "write:statuses"}

ROUTES: tuple[Route, ...] = (
    get(ALL, listed, Surface.OWN, **READ),
    post(ALL, begin, Surface.OWN, **WRITE),
    get(f"{ALL}/{{id}}", show, Surface.OWN, **READ),
    put(f"{ALL}/{{id}}", change, Surface.OWN, **WRITE),
    delete(f"{ALL}/{{id}}", drop, Surface.OWN, takes_back=True, **WRITE),
)

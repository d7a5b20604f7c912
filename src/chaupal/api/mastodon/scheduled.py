"""Scheduled posts at the wire: taken in, listed, moved, taken back."""

from typing import Any

import msgspec

from chaupal.api.mastodon.media import Attachment, attachment
from chaupal.kernel.clock import iso, parse_time
from chaupal.kernel.errors import Invalid
from chaupal.policy.surface import Surface
from chaupal.policy.things import Picture
from chaupal.policy.unsaid import PollAsked, Unsaid, Waiting
from chaupal.reads.posts import unsaid
from chaupal.social.posts import scheduling
from chaupal.wire.call import Answer, Call, json
from chaupal.wire.paging import Number, Paged, link_header
from chaupal.wire.route import Route, delete, get, put


class OneScheduled(msgspec.Struct):
    """A scheduled post by its id."""

    id: Number


class Moved(msgspec.Struct):
    """When to say it instead."""

    id: Number
    scheduled_at: str


class Params(msgspec.Struct, kw_only=True):
    """What will be said, in the names that Mastodon's clients read."""

    text: str
    poll: PollAsked | None
    media_ids: list[str] | None
    sensitive: bool
    spoiler_text: str | None
    visibility: str
    in_reply_to_id: int | None
    language: str | None
    quoted_status_id: str | None
    quote_approval_policy: str | None
    application_id: int
    scheduled_at: None = None
    idempotency: None = None
    with_rate_limit: bool = False


class ScheduledShown(msgspec.Struct):
    """https://docs.joinmastodon.org/entities/ScheduledStatus/; `failed`: why it was not said when it was due."""

    id: str
    scheduled_at: str
    params: Params
    media_attachments: list[Attachment]
    failed: str | None = None


async def schedule(call: Call[Any], body: Unsaid, when: str) -> Answer:
    """To be said later. Raises Invalid."""
    id_ = await scheduling.schedule(call.house.square, call.viewer, body, _time(when))
    return json(await _one(call, id_))


async def listed(call: Call[Paged]) -> Answer:
    """What waits to be said."""
    page = await unsaid.scheduled(call.house.reads, call.viewer, call.args.cursor())
    pictures = await unsaid.uploads(call.house.reads, call.viewer, page.items)
    return json([_shown(call, one, pictures) for one in page.items], headers=link_header(call, page))


async def show(call: Call[OneScheduled]) -> ScheduledShown:
    return await _one(call, call.args.id)


async def move(call: Call[Moved]) -> ScheduledShown:
    """At another time."""
    await scheduling.move(call.house.square, call.viewer, call.args.id, _time(call.args.scheduled_at))
    return await _one(call, call.args.id)


async def cancel(call: Call[OneScheduled]) -> dict[str, Any]:
    """Not at all."""
    await scheduling.cancel(call.house.square, call.viewer, call.args.id)
    return {}


def _time(text: str) -> int:
    at = parse_time(text)
    if at is None:
        raise Invalid("time_unreadable")
    return at


async def _one(call: Call[Any], id_: int) -> ScheduledShown:
    found = await unsaid.scheduled_post(call.house.reads, call.viewer, id_)
    return _shown(call, found, await unsaid.uploads(call.house.reads, call.viewer, [found]))


def _shown(call: Call[Any], waiting: Waiting, pictures: dict[int, Picture]) -> ScheduledShown:
    body, settings = waiting.body, call.house.settings
    params = Params(
        text=body.text, poll=body.poll, media_ids=[str(id_) for id_ in body.pictures] or None, sensitive=body.sensitive,
        spoiler_text=body.spoiler or None, visibility=body.visibility, in_reply_to_id=body.reply_to, language=body.language or None,
        quoted_status_id=str(body.quoting) if body.quoting else None, quote_approval_policy=body.quote_policy or None,
        application_id=body.app_id,
    )  # fmt: skip
    shown = [attachment(settings, pictures[id_], call.me) for id_ in body.pictures if id_ in pictures]
    return ScheduledShown(str(waiting.id), iso(waiting.at), params, shown, waiting.failed or None)


ALL = "/api/v1/scheduled_statuses"
READ: dict[str, Any] = {"scope": "read:statuses"}
WRITE: dict[str, Any] = {"scope": "write:statuses"}

ROUTES: tuple[Route, ...] = (
    get(ALL, listed, Surface.OWN, takes=Paged, **READ),
    get(f"{ALL}/{{id}}", show, Surface.OWN, takes=OneScheduled, gives=ScheduledShown, **READ),
    put(f"{ALL}/{{id}}", move, Surface.OWN, takes=Moved, gives=ScheduledShown, **WRITE),
    delete(f"{ALL}/{{id}}", cancel, Surface.OWN, takes=OneScheduled, takes_back=True, **WRITE),
)

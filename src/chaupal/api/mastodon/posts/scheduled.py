"""Scheduled posts in the API: taken in, listed, moved, taken back."""

from typing import Any, Literal

import msgspec
from msgspec.structs import replace

from chaupal.api.mastodon.posts.media import Attachment, attachment
from chaupal.http.call import Answer, Call, Route, delete, get, json, put
from chaupal.http.paging import ById, Number, Paged, link_header
from chaupal.kernel.clock import iso, parse_time
from chaupal.kernel.errors import Invalid
from chaupal.policy.drafts_and_scheduled import Further, PollAsked, Unsaid, UnsaidPost
from chaupal.policy.facts import FROM_WIRE, Visibility
from chaupal.policy.narrow import open_to
from chaupal.policy.things import Picture
from chaupal.policy.viewer import Surface
from chaupal.reads.posts import drafts_and_scheduled
from chaupal.social.posts import drafts_and_scheduled as scheduling


class FurtherSent(msgspec.Struct, kw_only=True):
    """A post that goes on from the one before it, Chaupal's own: its words and its uploads."""

    status: str = ""
    media_ids: list[Number] = []


class ScheduledChanged(msgspec.Struct, kw_only=True):
    """When to say it instead; and, Chaupal's own, what. What is not named stays as it is."""

    id: Number
    scheduled_at: str | None = None
    status: str | None = None
    spoiler_text: str | None = None
    media_ids: list[Number] | None = None
    language: str | None = None
    sensitive: bool | None = None
    visibility: Literal["public", "unlisted", "private", "direct"] | None = None
    local_only: bool | None = None
    then: list[FurtherSent] | None = None


class FurtherShown(msgspec.Struct):
    """One of the posts that go on from the first, in the names of `params`."""

    text: str
    media_ids: list[str]


class ScheduledParams(msgspec.Struct, kw_only=True):
    """What will be said, in the names that Mastodon's clients read."""

    text: str
    poll: PollAsked | None
    media_ids: list[str] | None
    sensitive: bool
    spoiler_text: str | None
    visibility: str
    local_only: bool
    in_reply_to_id: int | None
    language: str | None
    quoted_status_id: str | None
    quote_approval_policy: str | None
    application_id: int
    scheduled_at: None = None
    idempotency: None = None
    with_rate_limit: bool = False
    then: list[FurtherShown] = []


class ScheduledShown(msgspec.Struct):
    """https://docs.joinmastodon.org/entities/ScheduledStatus/; `failed`: why it was not said when it was due."""

    id: str
    scheduled_at: str
    params: ScheduledParams
    media_attachments: list[Attachment]
    failed: str | None = None


async def schedule(call: Call[Any], body: Unsaid, when: str, key: str) -> Answer:
    """To be said later. Raises Invalid."""
    id_ = await scheduling.schedule(call.house.square, call.viewer, body, _time(when), key=key)
    return json(await _scheduled(call, id_))


async def listed(call: Call[Paged]) -> Answer:
    """The posts that wait to be said."""
    page = await drafts_and_scheduled.scheduled(call.house.reads, call.viewer, call.args.cursor())
    pictures = await drafts_and_scheduled.uploads(call.house.reads, call.viewer, page.items)
    return json([_shown(call, one, pictures) for one in page.items], headers=link_header(call, page))


async def show(call: Call[ById]) -> ScheduledShown:
    """One scheduled post."""
    return await _scheduled(call, call.args.id)


async def change(call: Call[ScheduledChanged]) -> ScheduledShown:
    """A scheduled post at another time, or with other words, or more posts after it."""
    sent, square = call.args, call.house.square
    before = await drafts_and_scheduled.scheduled_post(call.house.reads, call.viewer, sent.id)
    at = _time(sent.scheduled_at) if sent.scheduled_at is not None else before.at
    body = _changed(before.body, sent)
    if body == before.body:
        await scheduling.move(square, call.viewer, sent.id, at)
    else:
        await scheduling.change(square, call.viewer, sent.id, body, at)
    return await _scheduled(call, sent.id)


async def cancel(call: Call[ById]) -> None:
    """A scheduled post is not said at all."""
    await scheduling.cancel(call.house.square, call.viewer, call.args.id)


def further_of(sent: list[FurtherSent]) -> tuple[Further, ...]:
    """The posts that go on from the first, as they wait."""
    return tuple(Further(text=one.status, pictures=tuple(one.media_ids)) for one in sent)


def audience_named(visibility: str, *, local_only: bool) -> str:
    """For whom it is, in one name; for all here where no more is said. Raises Invalid where it would be for few as well."""
    if not local_only:
        return visibility
    if visibility and FROM_WIRE.get(visibility) not in open_to(here=True):
        raise Invalid("local_for_few")
    return Visibility.LOCAL.wire


def as_mastodon(audience: str) -> str:
    """The nearest of it that apps of Mastodon know; another word as it is."""
    return FROM_WIRE[audience].as_mastodon if audience in FROM_WIRE else audience


def audience_changed(before: str, visibility: str | None, *, local_only: bool | None) -> str:
    """For whom it is from now on, as `audience_named` says it; what is not named stays as it was. Raises Invalid."""
    told = as_mastodon(before) if visibility is None else visibility
    # Apps read a local one as unlisted, and send back what they read.
    stays = before == Visibility.LOCAL.wire and told == as_mastodon(before)
    return audience_named(told, local_only=stays if local_only is None else local_only)


def _changed(body: Unsaid, sent: ScheduledChanged) -> Unsaid:
    named = {
        "text": sent.status,
        "spoiler": sent.spoiler_text,
        "pictures": sent.media_ids,
        "language": sent.language,
        "sensitive": sent.sensitive,
        "visibility": audience_changed(body.visibility, sent.visibility, local_only=sent.local_only),
        "then": None if sent.then is None else further_of(sent.then),
    }
    return replace(body, **{name: value for name, value in named.items() if value is not None})


def _time(text: str) -> int:
    at = parse_time(text)
    if at is None:
        raise Invalid("time_unreadable")
    return at


async def _scheduled(call: Call[Any], id_: int) -> ScheduledShown:
    found = await drafts_and_scheduled.scheduled_post(call.house.reads, call.viewer, id_)
    return _shown(call, found, await drafts_and_scheduled.uploads(call.house.reads, call.viewer, [found]))


def _shown(call: Call[Any], waiting: UnsaidPost, pictures: dict[int, Picture]) -> ScheduledShown:
    body, settings = waiting.body, call.house.settings
    params = ScheduledParams(
        text=body.text,
        poll=body.poll,
        media_ids=[str(id_) for id_ in body.pictures] or None,
        sensitive=body.sensitive,
        spoiler_text=body.spoiler or None,
        visibility=as_mastodon(body.visibility),
        local_only=body.visibility == Visibility.LOCAL.wire,
        in_reply_to_id=body.reply_to,
        language=body.language or None,
        quoted_status_id=str(body.quoting) if body.quoting else None,
        quote_approval_policy=body.quote_policy or None,
        application_id=body.app_id,
        then=[FurtherShown(one.text, list(map(str, one.pictures))) for one in body.then],
    )
    shown = [attachment(settings, pictures[id_], call.me) for id_ in body.uploads if id_ in pictures]
    return ScheduledShown(str(waiting.id), iso(waiting.at), params, shown, waiting.failed or None)


ALL = "/api/v1/scheduled_statuses"
READ: dict[str, Any] = {"scope": "read:statuses"}
WRITE: dict[str, Any] = {"scope": "write:statuses"}

ROUTES: tuple[Route, ...] = (
    get(ALL, listed, Surface.OWN, gives=list[ScheduledShown], **READ),
    get(f"{ALL}/{{id}}", show, Surface.OWN, **READ),
    put(f"{ALL}/{{id}}", change, Surface.OWN, **WRITE),
    delete(f"{ALL}/{{id}}", cancel, Surface.OWN, takes_back=True, **WRITE),
)

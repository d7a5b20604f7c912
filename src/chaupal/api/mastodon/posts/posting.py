"""Posts in the API: publish, look, thread, delete, repost."""

from typing import Literal

import msgspec

from chaupal.api.mastodon.posts.media import attachment
from chaupal.api.mastodon.posts.scheduled import FurtherSent, audience_named, further_of, schedule
from chaupal.api.mastodon.posts.status_answers import joined, pieces_of, status_answer, statuses_answer
from chaupal.api.mastodon.ties import people_bytes
from chaupal.api.mastodon.timelines import HOT
from chaupal.http.call import Answer, Call, Route, delete, get, json, post
from chaupal.http.limits import POSTING
from chaupal.http.paging import ById, ByIds, Number
from chaupal.policy.drafts_and_scheduled import PollAsked, Unsaid
from chaupal.policy.facts import FROM_WIRE
from chaupal.policy.surface import Surface
from chaupal.reads.people import people
from chaupal.reads.timelines import thread
from chaupal.social.posts import posts, scheduling
from chaupal.social.signin import sessions


class PostSent(msgspec.Struct, kw_only=True):
    """What `POST /api/v1/statuses` takes. `local_only`, as glitch-soc has it: for whoever is signed in here, and no other server.
    `then`, Chaupal's own: posts that go on from it, all in one commit or none.
    """

    status: str = ""
    spoiler_text: str = ""
    visibility: Literal["public", "unlisted", "private", "direct"] | None = None
    local_only: bool = False
    language: str | None = None
    sensitive: bool | None = None
    in_reply_to_id: Number | None = None
    media_ids: list[Number] = []
    scheduled_at: str | None = None
    poll: PollAsked | None = None
    quoted_status_id: Number | None = None
    quote_approval_policy: Literal["public", "followers", "nobody"] | None = None
    allowed_mentions: list[Number] | None = None
    then: list[FurtherSent] = []


class PostDeletion(msgspec.Struct):
    """A post to delete. `delete_media`: its uploads go at once, too; else they stay for a day, to be used anew."""

    id: Number
    delete_media: bool = False


class RepostSent(msgspec.Struct):
    """A post to repost, and for whom."""

    id: Number
    visibility: Literal["public", "unlisted", "private"] = "public"


async def publish(call: Call[PostSent]) -> Answer:
    """At once; or later, where `scheduled_at` says when. 422 with who they are, where it mentions others than `allowed_mentions`."""
    try:
        return await _publish(call)
    except posts.Unexpected as unexpected:
        seen = await people.people(call.house.reads, call.viewer, Surface.PROFILE, unexpected.accounts)
        told = {"error": unexpected.message, "unexpected_accounts": msgspec.Raw(await people_bytes(call, seen))}
        return json(told, unexpected.status)


async def _publish(call: Call[PostSent]) -> Answer:
    sent = call.args
    usual = await sessions.login_of(call.house.square, call.viewer)
    body = Unsaid(
        text=sent.status,
        spoiler=sent.spoiler_text,
        visibility=audience_named(
            sent.visibility or ("" if sent.local_only else usual.default_visibility), local_only=sent.local_only
        ),
        language=sent.language or usual.default_language or "",
        sensitive=bool(usual.default_sensitive) if sent.sensitive is None else sent.sensitive,
        reply_to=sent.in_reply_to_id,
        pictures=sent.media_ids,
        poll=sent.poll,
        quoting=sent.quoted_status_id,
        quote_policy=sent.quote_approval_policy or usual.default_quote_policy,
        only=None if sent.allowed_mentions is None else tuple(sent.allowed_mentions),
        then=further_of(sent.then),
    )
    if call.caller is not None:
        body.app, body.app_site, body.app_id = call.caller.app_name, call.caller.app_site, call.caller.app
    key = call.headers.get("idempotency-key", "")[:200]
    if sent.scheduled_at:
        return await schedule(call, body, sent.scheduled_at, key)
    draft = scheduling.draft_of(body)
    draft.key = key
    id_ = await posts.publish(call.house.square, call.viewer, draft, body.then)
    return await status_answer(call, await thread.post(call.house.reads, call.viewer, id_))


async def show(call: Call[ById]) -> Answer:
    return await status_answer(call, await thread.post(call.house.reads, call.viewer, call.args.id))


async def several(call: Call[ByIds]) -> Answer:
    found = await thread.several(call.house.reads, call.viewer, call.args.id[:40])
    return await statuses_answer(call, found)


async def context(call: Call[ById]) -> Answer:
    around = await thread.context(call.house.reads, call.viewer, call.args.id)
    if call.house.federation is not None:
        from chaupal.federation import conversations  # brought in where other servers are talked to

        looked = await thread.post(call.house.reads, call.viewer, call.args.id)
        await conversations.looked_at(call.house.federation, call.viewer, looked.item)
    before, plain_before = await pieces_of(call, around.ancestors)
    after, plain_after = await pieces_of(call, around.descendants)
    pieces = [b'{"ancestors":', *before, b',"descendants":', *after, b"}"]
    return joined(call, pieces, plain=plain_before and plain_after)


async def remove(call: Call[PostDeletion]) -> Answer:
    """Deletes, and gives back what was typed, so that a client can offer it for redrafting."""
    seen = await thread.post(call.house.reads, call.viewer, call.args.id)
    # Loose again, its pictures are their owner's alone: the client shows them while the post is written anew.
    files = [attachment(call.house.settings, picture, call.me) for picture in seen.item.pictures]
    answer = await status_answer(call, seen, {"text": seen.item.text, "media_attachments": files})
    await posts.delete(call.house.square, call.viewer, call.args.id, uploads=call.args.delete_media)
    return answer


async def repost(call: Call[RepostSent]) -> Answer:
    id_ = await posts.repost(call.house.square, call.viewer, call.args.id, FROM_WIRE[call.args.visibility])
    return await status_answer(call, await thread.post(call.house.reads, call.viewer, id_))


async def unrepost(call: Call[ById]) -> Answer:
    """Answers with the original, as Mastodon does."""
    seen = await thread.post(call.house.reads, call.viewer, call.args.id)
    original = seen.item.boost_of or seen.item.id
    await posts.unrepost(call.house.square, call.viewer, original)
    return await status_answer(call, await thread.post(call.house.reads, call.viewer, original))


def posts_in(sent: PostSent) -> int:
    """How many posts a call is."""
    return 1 + len(sent.then)


ROUTES: tuple[Route, ...] = (
    post("/api/v1/statuses", publish, Surface.STATUS, scope="write:statuses", limit=POSTING, counts=posts_in),
    get("/api/v1/statuses", several, Surface.STATUS, scope="read:statuses", public=True),
    get("/api/v1/statuses/{id}", show, Surface.STATUS, public=True, **HOT),
    delete("/api/v1/statuses/{id}", remove, Surface.STATUS, scope="write:statuses", limit=(30, 1_800), takes_back=True),
    get("/api/v1/statuses/{id}/context", context, Surface.THREAD, public=True, **HOT),
    post("/api/v1/statuses/{id}/reblog", repost, Surface.STATUS, scope="write:statuses"),
    post("/api/v1/statuses/{id}/unreblog", unrepost, Surface.STATUS, scope="write:statuses"),
)

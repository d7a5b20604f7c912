"""Posts at the wire: publish, look, thread, delete, repost."""

from typing import Any, Literal

import msgspec

from chaupal.api.statuses import status_answer, statuses_bytes
from chaupal.api.timelines import HOT
from chaupal.kernel.errors import Invalid, NotFound
from chaupal.policy.facts import FROM_WIRE
from chaupal.policy.surface import Surface
from chaupal.reads import thread
from chaupal.social import logins, posts
from chaupal.wire.call import Answer, Call
from chaupal.wire.paging import Number
from chaupal.wire.route import Route, delete, get, post


class Sent(msgspec.Struct, kw_only=True):
    """What `POST /api/v1/statuses` takes."""

    status: str = ""
    spoiler_text: str = ""
    visibility: Literal["public", "unlisted", "private", "direct"] | None = None
    language: str | None = None
    sensitive: bool | None = None
    in_reply_to_id: Number | None = None
    media_ids: list[Number] = []
    scheduled_at: str | None = None
    poll: dict[str, Any] | None = None


class One(msgspec.Struct):
    """A post by its id."""

    id: Number


class Several(msgspec.Struct):
    """Posts by their ids."""

    id: list[Number] = []


class Reposted(msgspec.Struct):
    """A post to repost, and for whom."""

    id: Number
    visibility: Literal["public", "unlisted", "private"] = "public"


async def publish(call: Call[Sent]) -> Answer:
    sent = call.args
    for name in ("scheduled_at", "poll"):
        if getattr(sent, name):
            raise Invalid(
                f"Validation failed: {name} is not supported by this server yet", **{name: "is not supported"}
            )
    usual = await logins.login_of(call.house.square, call.viewer)
    draft = posts.Draft(
        text=sent.status,
        spoiler=sent.spoiler_text,
        visibility=FROM_WIRE[sent.visibility or usual.default_visibility],
        language=sent.language or usual.default_language or None,
        sensitive=bool(usual.default_sensitive) if sent.sensitive is None else sent.sensitive,
        reply_to=sent.in_reply_to_id,
        pictures=sent.media_ids,
        app=call.caller.app_name if call.caller else "",
        key=call.headers.get("idempotency-key", "")[:200],
    )
    id_ = await posts.publish(call.house.square, call.viewer, draft)
    return await status_answer(call, await thread.post(call.house.reads, call.viewer, id_))


async def show(call: Call[One]) -> Answer:
    return await status_answer(call, await thread.post(call.house.reads, call.viewer, call.args.id))


async def several(call: Call[Several]) -> Answer:
    found = await thread.several(call.house.reads, call.viewer, call.args.id[:40])
    return Answer(await statuses_bytes(call, found))


async def context(call: Call[One]) -> Answer:
    around = await thread.context(call.house.reads, call.viewer, call.args.id)
    before, after = await statuses_bytes(call, around.ancestors), await statuses_bytes(call, around.descendants)
    return Answer(b'{"ancestors":' + before + b',"descendants":' + after + b"}")


async def remove(call: Call[One]) -> Answer:
    """Deletes, and gives back what was typed, so that a client can offer it for redrafting."""
    seen = await thread.post(call.house.reads, call.viewer, call.args.id)
    answer = await status_answer(call, seen, {"text": seen.item.text})
    await posts.delete(call.house.square, call.viewer, call.args.id)
    return answer


async def source(call: Call[One]) -> Any:
    seen = await thread.post(call.house.reads, call.viewer, call.args.id)
    if seen.item.author != call.viewer.account:
        raise NotFound
    return {"id": str(seen.item.id), "text": seen.item.text, "spoiler_text": seen.item.spoiler}


async def repost(call: Call[Reposted]) -> Answer:
    id_ = await posts.repost(call.house.square, call.viewer, call.args.id, FROM_WIRE[call.args.visibility])
    return await status_answer(call, await thread.post(call.house.reads, call.viewer, id_))


async def unrepost(call: Call[One]) -> Answer:
    """Answers with the original, as Mastodon does."""
    seen = await thread.post(call.house.reads, call.viewer, call.args.id)
    original = seen.item.boost_of or seen.item.id
    await posts.unrepost(call.house.square, call.viewer, original)
    return await status_answer(call, await thread.post(call.house.reads, call.viewer, original))


ROUTES: tuple[Route, ...] = (
    post("/api/v1/statuses", publish, Surface.STATUS, scope="write:statuses", takes=Sent, limit=(300, 10_800)),
    get("/api/v1/statuses", several, Surface.STATUS, scope="read:statuses", public=True, takes=Several),
    get("/api/v1/statuses/{id}", show, Surface.STATUS, public=True, takes=One, **HOT),
    delete("/api/v1/statuses/{id}", remove, Surface.STATUS, scope="write:statuses", takes=One, limit=(30, 1_800)),
    get("/api/v1/statuses/{id}/context", context, Surface.THREAD, public=True, takes=One, **HOT),
    get("/api/v1/statuses/{id}/source", source, Surface.STATUS, scope="read:statuses", takes=One),
    post("/api/v1/statuses/{id}/reblog", repost, Surface.STATUS, scope="write:statuses", takes=Reposted),
    post("/api/v1/statuses/{id}/unreblog", unrepost, Surface.STATUS, scope="write:statuses", takes=One),
)

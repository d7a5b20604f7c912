"""Posts in the API: publish, look, thread, delete, repost, edit; and who quotes a post, and may."""

from typing import Any, Literal

import msgspec
from msgspec import Raw

from chaupal.api.mastodon.account_entity import account_bytes
from chaupal.api.mastodon.posts.media import Attachment, MediaChanged, attachment, focus_of
from chaupal.api.mastodon.posts.scheduled import FurtherSent, audience_named, further_of, schedule
from chaupal.api.mastodon.posts.status_answers import joined, pieces_of, status_answer, statuses_answer
from chaupal.api.mastodon.posts.status_entity import placeholder_body, reader_of
from chaupal.api.mastodon.ties import people_bytes
from chaupal.api.mastodon.timelines import HOT
from chaupal.http.call import Answer, Call, Route, delete, get, json, post, put
from chaupal.http.limits import POSTING
from chaupal.http.paging import ById, ByIds, Number, PagedById, link_header
from chaupal.kernel.clock import iso
from chaupal.kernel.errors import NotFound, or_not_found
from chaupal.policy.drafts_and_scheduled import PollAsked, Unsaid
from chaupal.policy.facts import FROM_WIRE
from chaupal.policy.sealed import Visible
from chaupal.policy.things import Person, Post
from chaupal.policy.verdict import Placeholder
from chaupal.policy.viewer import Surface
from chaupal.reads.people import people
from chaupal.reads.posts import quotes
from chaupal.reads.timelines import thread
from chaupal.social.media import captions
from chaupal.social.posts import drafts_and_scheduled, editing, posts, quoting
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
    """Post at once; or later, where `scheduled_at` says when. 422 with who they are, where it mentions others than `allowed_mentions`."""
    try:
        return await _publish(call)
    except posts.Unexpected as unexpected:
        seen = await people.people(call.house.reads, call.viewer, Surface.PROFILE, unexpected.accounts)
        unexpected.beside["unexpected_accounts"] = msgspec.Raw(await people_bytes(call, seen))
        raise


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
    draft = drafts_and_scheduled.draft_of(body)
    draft.key = key
    id_ = await posts.publish(call.house.square, call.viewer, draft, body.then)
    return await status_answer(call, await thread.post(call.house.reads, call.viewer, id_))


async def show(call: Call[ById]) -> Answer:
    """A post; of one that is withheld where the caller is, the words that stand in its place."""
    return await status_answer(call, await thread.post(call.house.reads, call.viewer, call.args.id))


async def several(call: Call[ByIds]) -> Answer:
    """Several posts by their ids."""
    found = await thread.several(call.house.reads, call.viewer, call.args.id[:40])
    return await statuses_answer(call, found)


async def context(call: Call[ById]) -> Answer:
    """What a post answers, and what answers it."""
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
    """Delete a post, and give back what was typed, so that a client can offer it for redrafting."""
    try:
        seen = await thread.post(call.house.reads, call.viewer, call.args.id)
    except NotFound:  # one's own repost of what one may no longer see goes, and nothing of it is told
        await posts.delete(call.house.square, call.viewer, call.args.id)
        raise
    # Loose again, its pictures are their owner's alone: the client shows them while the post is written anew.
    files = [attachment(call.house.settings, picture, call.me) for picture in seen.item.pictures]
    answer = await status_answer(call, seen, {"text": seen.item.text, "media_attachments": files})
    await posts.delete(call.house.square, call.viewer, call.args.id, uploads=call.args.delete_media)
    return answer


async def repost(call: Call[RepostSent]) -> Answer:
    """Repost a post, for everybody or for fewer."""
    id_ = await posts.repost(call.house.square, call.viewer, call.args.id, FROM_WIRE[call.args.visibility])
    return await status_answer(call, await thread.post(call.house.reads, call.viewer, id_))


async def unrepost(call: Call[ById]) -> Answer:
    """Take a repost back; answers with the original, as Mastodon does."""
    original = await posts.unrepost(call.house.square, call.viewer, call.args.id)
    return await status_answer(call, await thread.post(call.house.reads, call.viewer, original))


def posts_in(sent: PostSent) -> int:
    """How many posts a call is."""
    return 1 + len(sent.then)


class EditSent(msgspec.Struct, kw_only=True):
    """All that the post says from now on."""

    id: Number
    status: str = ""
    spoiler_text: str = ""
    sensitive: bool = False
    language: str | None = None
    media_ids: list[Number] = []
    media_attributes: list[MediaChanged] = []
    poll: PollAsked | None = None
    quote_approval_policy: Literal["public", "followers", "nobody"] | None = None


class EarlierOption(msgspec.Struct):
    """An option of a poll as it was."""

    title: str


class EarlierPoll(msgspec.Struct):
    """The options of a poll as they were."""

    options: list[EarlierOption]


class EditShown(msgspec.Struct, kw_only=True):
    """https://docs.joinmastodon.org/entities/StatusEdit/"""

    content: str
    spoiler_text: str
    sensitive: bool
    created_at: str
    account: Raw
    media_attachments: list[Attachment]
    emojis: list[Any] = []
    poll: EarlierPoll | msgspec.UnsetType = msgspec.UNSET


async def edit(call: Call[EditSent]) -> Answer:
    """Edit a post; what is not sent goes: pictures, poll, warning. The language stays."""
    sent = call.args
    wish = editing.Edit(
        text=sent.status,
        spoiler=sent.spoiler_text,
        language=sent.language,
        sensitive=sent.sensitive,
        pictures=sent.media_ids,
        described=[
            editing.NewDescription(
                m.id, m.description, focus_of(m.focus), captions.sent(m.captions_language, m.captions)
            )
            for m in sent.media_attributes
        ],
        poll=sent.poll,
        quote_policy=sent.quote_approval_policy or "",
    )
    await editing.edit(call.house.square, call.viewer, sent.id, wish)
    return await status_answer(call, await thread.post(call.house.reads, call.viewer, sent.id))


async def history(call: Call[ById]) -> Answer:
    """Every wording of a post, the first one first. Where the post is withheld, each is the notice that stands in its place."""
    found = await thread.wordings(call.house.reads, call.viewer, call.args.id)
    authors = await people.of_posts(call.house.reads, call.viewer, found)
    author = or_not_found(authors.get(found[0].item.author))
    return json([_shown(call, seen, author) for seen in found])


async def source(call: Call[ById]) -> dict[str, str]:
    """What was typed of a post, for its author alone."""
    seen = await thread.post(call.house.reads, call.viewer, call.args.id)
    if seen.item.author != call.viewer.account:
        raise NotFound
    return {"id": str(seen.item.id), "text": seen.item.text, "spoiler_text": seen.item.spoiler}


def _shown(call: Call[Any], seen: Visible[Post], author: Visible[Person]) -> EditShown:
    settings, post = call.house.settings, seen.item
    content = post.html
    if isinstance(seen.verdict, Placeholder):
        content = placeholder_body(settings, call.viewer, post, seen.verdict)["content"]
    titles = [EarlierOption(option.title) for option in post.poll.options] if post.poll else []
    return EditShown(
        content=content,
        spoiler_text=post.spoiler,
        sensitive=post.sensitive,
        created_at=iso(post.edited_at or post.created_at),
        account=Raw(account_bytes(settings, call.viewer, author)),
        media_attachments=[attachment(settings, picture, reader_of(call.viewer, post)) for picture in post.pictures],
        poll=EarlierPoll(titles) if titles else msgspec.UNSET,
    )


ONE = "/api/v1/statuses/{id}"


class QuoteRevocation(msgspec.Struct):
    """One's own post, and the post that quotes it."""

    id: Number
    quote_id: Number


class QuotePolicySent(msgspec.Struct):
    """Who may quote one's post."""

    id: Number
    quote_approval_policy: Literal["public", "followers", "nobody"]


async def listed(call: Call[PagedById]) -> Answer:
    """The posts that quote a post, newest first."""
    page = await quotes.of_post(call.house.reads, call.viewer, call.args.id, call.args.cursor())
    return await statuses_answer(call, page.items, link_header(call, page))


async def revoke(call: Call[QuoteRevocation]) -> Answer:
    """Take one's post out of a post that quotes it; answers with that one, as it is now."""
    await quoting.revoke(call.house.square, call.viewer, call.args.id, call.args.quote_id)
    return await status_answer(call, await thread.post(call.house.reads, call.viewer, call.args.quote_id))


async def allow(call: Call[QuotePolicySent]) -> Answer:
    """Who may quote a post from now on; quotes that are there stay."""
    await quoting.allow(call.house.square, call.viewer, call.args.id, call.args.quote_approval_policy)
    return await status_answer(call, await thread.post(call.house.reads, call.viewer, call.args.id))


ROUTES: tuple[Route, ...] = (
    post("/api/v1/statuses", publish, Surface.STATUS, scope="write:statuses", limit=POSTING, counts=posts_in),
    get("/api/v1/statuses", several, Surface.STATUS, scope="read:statuses", public=True),
    get("/api/v1/statuses/{id}", show, Surface.STATUS, public=True, **HOT),
    delete("/api/v1/statuses/{id}", remove, Surface.STATUS, scope="write:statuses", limit=(30, 1_800), takes_back=True),
    get("/api/v1/statuses/{id}/context", context, Surface.THREAD, public=True, **HOT),
    post("/api/v1/statuses/{id}/reblog", repost, Surface.STATUS, scope="write:statuses"),
    post("/api/v1/statuses/{id}/unreblog", unrepost, Surface.STATUS, scope="write:statuses"),
    put(ONE, edit, Surface.STATUS, scope="write:statuses", limit=POSTING),
    get(f"{ONE}/history", history, Surface.STATUS, scope="read:statuses", public=True, gives=list[EditShown]),
    get(f"{ONE}/source", source, Surface.STATUS, scope="read:statuses"),
    get(f"{ONE}/quotes", listed, Surface.PUBLIC, scope="read:statuses", public=True),
    post(f"{ONE}/quotes/{{quote_id}}/revoke", revoke, Surface.STATUS, scope="write:statuses", takes_back=True),
    put(f"{ONE}/interaction_policy", allow, Surface.STATUS, scope="write:statuses"),
)

"""Edits in the API: change one's post, what it said before, and what was typed."""

from typing import Any, Literal

import msgspec
from msgspec import Raw

from chaupal.api.mastodon.account_entity import account_bytes
from chaupal.api.mastodon.posts.media import Attachment, MediaChanged, attachment, focus_of
from chaupal.api.mastodon.posts.status_answers import status_answer
from chaupal.api.mastodon.posts.status_entity import placeholder_body, reader_of
from chaupal.http.call import Answer, Call, Route, get, json, put
from chaupal.http.limits import POSTING
from chaupal.http.paging import ById, Number
from chaupal.kernel.clock import iso
from chaupal.kernel.errors import NotFound, or_not_found
from chaupal.policy.drafts_and_scheduled import PollAsked
from chaupal.policy.sealed import Visible
from chaupal.policy.surface import Surface
from chaupal.policy.things import Person, Post
from chaupal.policy.verdict import Placeholder
from chaupal.reads.people import people
from chaupal.reads.timelines import thread
from chaupal.social.media import captions
from chaupal.social.posts import editing


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
    """What is not sent goes: pictures, poll, warning. The language stays."""
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
    """Every wording, the first one first. Where the post is withheld, each is the notice that stands in its place."""
    found = await thread.wordings(call.house.reads, call.viewer, call.args.id)
    authors = await people.of_posts(call.house.reads, call.viewer, found)
    author = or_not_found(authors.get(found[0].item.author))
    return json([_shown(call, seen, author) for seen in found])


async def source(call: Call[ById]) -> dict[str, str]:
    """What was typed, for its author alone."""
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

ROUTES: tuple[Route, ...] = (
    put(ONE, edit, Surface.STATUS, scope="write:statuses", limit=POSTING),
    get(f"{ONE}/history", history, Surface.STATUS, scope="read:statuses", public=True, gives=list[EditShown]),
    get(f"{ONE}/source", source, Surface.STATUS, scope="read:statuses"),
)

"""Quotes in the API: who quotes a post, taking one's post out of a quote, and whom one lets quote."""

from typing import Literal

import msgspec

from chaupal.api.mastodon.posts.status_answers import status_answer, statuses_answer
from chaupal.http.call import Answer, Call, Route, get, post, put
from chaupal.http.paging import Number, PagedById, link_header
from chaupal.policy.surface import Surface
from chaupal.reads.posts import quotes
from chaupal.reads.timelines import thread
from chaupal.social.posts import quoting


class QuoteRevocation(msgspec.Struct):
    """One's own post, and the post that quotes it."""

    id: Number
    quote_id: Number


class QuotePolicySent(msgspec.Struct):
    """Who may quote one's post."""

    id: Number
    quote_approval_policy: Literal["public", "followers", "nobody"]


async def listed(call: Call[PagedById]) -> Answer:
    """The posts that quote it, newest first."""
    page = await quotes.of_post(call.house.reads, call.viewer, call.args.id, call.args.cursor())
    return await statuses_answer(call, page.items, link_header(call, page))


async def revoke(call: Call[QuoteRevocation]) -> Answer:
    """Answers with the post that quoted, as it is now."""
    await quoting.revoke(call.house.square, call.viewer, call.args.id, call.args.quote_id)
    return await status_answer(call, await thread.post(call.house.reads, call.viewer, call.args.quote_id))


async def allow(call: Call[QuotePolicySent]) -> Answer:
    """Quotes that are there stay."""
    await quoting.allow(call.house.square, call.viewer, call.args.id, call.args.quote_approval_policy)
    return await status_answer(call, await thread.post(call.house.reads, call.viewer, call.args.id))


ONE = "/api/v1/statuses/{id}"

ROUTES: tuple[Route, ...] = (
    get(f"{ONE}/quotes", listed, Surface.PUBLIC, scope="read:statuses", public=True),
    post(f"{ONE}/quotes/{{quote_id}}/revoke", revoke, Surface.STATUS, scope="write:statuses", takes_back=True),
    put(f"{ONE}/interaction_policy", allow, Surface.STATUS, scope="write:statuses"),
)

"""Suggestions in the API, with their reasons, and the directory of people who want to be found."""

from collections.abc import Sequence
from typing import Any, Literal

import msgspec
from msgspec import Raw

from chaupal.api.mastodon.account_entity import account_bytes
from chaupal.api.mastodon.ties import PEOPLE, people_bytes
from chaupal.http.call import Answer, Call, Route, delete, get, json
from chaupal.http.paging import ById, Number
from chaupal.policy.viewer import Surface
from chaupal.reads.people import suggestions
from chaupal.reads.people.suggestions import SuggestedPerson
from chaupal.social.people import graph


class SuggestionsAsked(msgspec.Struct, kw_only=True):
    """How many are wanted."""

    limit: Number = 40


class DirectoryAsked(msgspec.Struct, kw_only=True):
    """`order`: who wrote last, or who came last, first. `local`: of this server alone."""

    order: Literal["active", "new"] = "active"
    limit: Number = 40
    offset: Number = 0
    local: bool = False


class Reason(msgspec.Struct, kw_only=True):
    """Chaupal's own: why somebody is suggested. `account`: one of the friends; `tag`: one of the tags."""

    kind: str
    count: int
    account: str | None
    tag: str | None


class Suggestion(msgspec.Struct, kw_only=True):
    """https://docs.joinmastodon.org/entities/Suggestion/ with the reasons whole."""

    source: str
    sources: list[str]
    account: Raw
    reasons: list[Reason]


# The word that older clients know for each reason.
OLD = {suggestions.FRIENDS: "past_interactions", suggestions.TAGS: "past_interactions"}


def _suggestion(call: Call[Any], suggested: SuggestedPerson) -> Suggestion:
    reasons = [
        Reason(kind=w.kind, count=w.count, account=str(w.friend.item.id) if w.friend else None, tag=w.tag or None)
        for w in suggested.why
    ]
    account = Raw(account_bytes(call.house.settings, call.viewer, suggested.person))
    source = OLD.get(suggested.why[0].kind, "global")
    return Suggestion(source=source, sources=[w.kind for w in suggested.why], account=account, reasons=reasons)


async def _suggested(call: Call[SuggestionsAsked]) -> Sequence[SuggestedPerson]:
    return await suggestions.page(call.house.reads, call.viewer, max(1, min(call.args.limit, 80)))


async def page_v2(call: Call[SuggestionsAsked]) -> Answer:
    """Whom one may like to follow, and why."""
    return json([_suggestion(call, one) for one in await _suggested(call)])


async def page_v1(call: Call[SuggestionsAsked]) -> Answer:
    """Whom one may like to follow, as older clients read it."""
    return Answer(await people_bytes(call, [one.person for one in await _suggested(call)]))


async def turn_down(call: Call[ById]) -> None:
    """Somebody is not to be suggested again."""
    await graph.unsuggest(call.house.square, call.viewer, call.args.id)


async def directory(call: Call[DirectoryAsked]) -> Answer:
    """People who want to be found."""
    args = call.args
    limit, offset = max(1, min(args.limit, 80)), min(args.offset, 10_000)
    found = await suggestions.directory(
        call.house.reads,
        call.viewer,
        newest=args.order == "new",
        limit=limit,
        offset=offset,
        whence="here" if args.local else "all",
    )
    return Answer(await people_bytes(call, found))


ASKED: dict[str, Any] = {"scope": "read:accounts"}

ROUTES: tuple[Route, ...] = (
    get("/api/v2/suggestions", page_v2, Surface.SUGGEST, gives=list[Suggestion], **ASKED),
    get("/api/v1/suggestions", page_v1, Surface.SUGGEST, **ASKED, **PEOPLE),
    delete("/api/v1/suggestions/{id}", turn_down, Surface.NONE, scope="write:accounts"),
    get("/api/v1/directory", directory, Surface.SUGGEST, public=True, **PEOPLE),
)

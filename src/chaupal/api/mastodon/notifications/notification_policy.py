"""From whom one hears, in the API: the policy (v1 and v2) and the requests of those who were kept apart."""

from typing import Any

import msgspec
from msgspec import UNSET, Raw, UnsetType

from chaupal.api.mastodon.account_entity import account_bytes
from chaupal.api.mastodon.posts.status_entity import pen_for
from chaupal.http.call import Answer, Call, Nothing, Route, get, json, patch, post, put
from chaupal.http.paging import ById, ByIds, Paged, link_header
from chaupal.kernel.clock import iso
from chaupal.policy.viewer import Surface
from chaupal.reads.people import notifications as reads
from chaupal.reads.people.notifications import Policy, RequestSeen
from chaupal.social.people import listening


class PolicyWished(msgspec.Struct, kw_only=True):
    """Accept, filter or drop, by class; what is not named stays."""

    for_not_following: str | None = None
    for_not_followers: str | None = None
    for_new_accounts: str | None = None
    for_private_mentions: str | None = None
    for_limited_accounts: str | None = None


class PolicyV1Wished(msgspec.Struct, kw_only=True):
    """The policy of 4.3's first days: filter or not."""

    filter_not_following: bool | None = None
    filter_not_followers: bool | None = None
    filter_new_accounts: bool | None = None
    filter_private_mentions: bool | None = None


class PolicySummary(msgspec.Struct):
    """How much is kept apart."""

    pending_requests_count: int
    pending_notifications_count: int


class NotificationPolicy(msgspec.Struct, kw_only=True):
    """https://docs.joinmastodon.org/entities/NotificationPolicy/"""

    for_not_following: str
    for_not_followers: str
    for_new_accounts: str
    for_private_mentions: str
    for_limited_accounts: str
    summary: PolicySummary


class NotificationPolicyV1(msgspec.Struct, kw_only=True):
    """https://docs.joinmastodon.org/entities/V1_NotificationPolicy/"""

    filter_not_following: bool
    filter_not_followers: bool
    filter_new_accounts: bool
    filter_private_mentions: bool
    summary: PolicySummary


class NotificationRequest(msgspec.Struct, kw_only=True):
    """https://docs.joinmastodon.org/entities/NotificationRequest/"""

    id: str
    created_at: str
    updated_at: str
    notifications_count: str
    account: Raw
    last_status: Raw | UnsetType = UNSET


class RequestsMerged(msgspec.Struct):
    """Whether what was accepted stands among the rest; here it does in the same commit."""

    merged: bool = True


async def policy(call: Call[Any]) -> NotificationPolicy:
    """From whom one hears, and how many wait."""
    found, notifications, people = await reads.policy(call.house.reads, call.viewer)
    ways = {f"for_{name}": way for name, way in msgspec.structs.asdict(found).items()}
    return NotificationPolicy(**ways, summary=PolicySummary(people, notifications))


async def wish(call: Call[PolicyWished]) -> NotificationPolicy:
    """From whom one hears from now on; what is there already stays where it is."""
    wished = {name.removeprefix("for_"): value for name, value in msgspec.structs.asdict(call.args).items()}
    await listening.wish(call.house.square, call.viewer, **wished)
    return await policy(call)


async def old_policy(call: Call[Any]) -> NotificationPolicyV1:
    """From whom one hears, in Mastodon's first version: filtered or not."""
    found, notifications, people = await reads.policy(call.house.reads, call.viewer)
    return NotificationPolicyV1(
        filter_not_following=_strict(found.not_following),
        filter_not_followers=_strict(found.not_followers),
        filter_new_accounts=_strict(found.new_accounts),
        filter_private_mentions=_strict(found.private_mentions),
        summary=PolicySummary(people, notifications),
    )


async def old_wish(call: Call[PolicyV1Wished]) -> NotificationPolicyV1:
    """From whom one hears from now on, in older words."""
    wished = {
        name.removeprefix("filter_"): None if value is None else listening.FILTER if value else listening.ACCEPT
        for name, value in msgspec.structs.asdict(call.args).items()
    }
    await listening.wish(call.house.square, call.viewer, **wished)
    return await old_policy(call)


async def requests(call: Call[Paged]) -> Answer:
    """Those whose notifications are kept apart, newest first."""
    page = await reads.requests(call.house.reads, call.viewer, call.args.cursor(40, 80))
    return json([await _shown(call, found) for found in page.items], headers=link_header(call, page))


async def request(call: Call[ById]) -> NotificationRequest:
    """Somebody whose notifications are kept apart."""
    return await _shown(call, await reads.request(call.house.reads, call.viewer, call.args.id))


async def accept(call: Call[ById]) -> None:
    """Somebody is heard from now on, and what was kept apart of them stands with the rest."""
    await listening.accept(call.house.square, call.viewer, [call.args.id])


async def dismiss(call: Call[ById]) -> None:
    """What was kept apart of somebody goes."""
    await listening.dismiss(call.house.square, call.viewer, [call.args.id])


async def accept_many(call: Call[ByIds]) -> None:
    """Let several in for good, with what was kept apart of them."""
    await listening.accept(call.house.square, call.viewer, call.args.id)


async def dismiss_many(call: Call[ByIds]) -> None:
    """What was kept apart of several goes."""
    await listening.dismiss(call.house.square, call.viewer, call.args.id)


async def merged(call: Call[Nothing]) -> RequestsMerged:
    """Whether what was accepted stands among the rest: always, for it is one commit."""
    return RequestsMerged()


async def _shown(call: Call[Any], request: RequestSeen) -> NotificationRequest:
    body = (await pen_for(call, [request.post])).write(request.post) if request.post is not None else b""
    return NotificationRequest(
        id=str(request.asking.id),
        created_at=iso(request.asking.created_at),
        updated_at=iso(request.asking.updated_at),
        notifications_count=str(request.asking.count),
        account=Raw(account_bytes(call.house.settings, call.viewer, request.person)),
        last_status=Raw(body) if body else UNSET,
    )


def _strict(way: str) -> bool:
    return way != Policy().not_following


V1, V2, REQUESTS = "/api/v1/notifications/policy", "/api/v2/notifications/policy", "/api/v1/notifications/requests"
READ: dict[str, Any] = {"scope": "read:notifications"}
WRITE: dict[str, Any] = {"scope": "write:notifications"}

ROUTES: tuple[Route, ...] = (
    get(V2, policy, Surface.OWN, **READ),
    patch(V2, wish, Surface.OWN, **WRITE),
    get(V1, old_policy, Surface.OWN, **READ),
    put(V1, old_wish, Surface.OWN, **WRITE),
    get(REQUESTS, requests, Surface.NOTIFICATIONS, gives=list[NotificationRequest], **READ),
    get(f"{REQUESTS}/merged", merged, Surface.NONE, **READ),
    post(f"{REQUESTS}/accept", accept_many, Surface.NOTIFICATIONS, **WRITE),
    post(f"{REQUESTS}/dismiss", dismiss_many, Surface.NOTIFICATIONS, **WRITE),
    get(f"{REQUESTS}/{{id}}", request, Surface.NOTIFICATIONS, **READ),
    post(f"{REQUESTS}/{{id}}/accept", accept, Surface.NOTIFICATIONS, **WRITE),
    post(f"{REQUESTS}/{{id}}/dismiss", dismiss, Surface.NOTIFICATIONS, **WRITE),
)

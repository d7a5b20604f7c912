"""Webhooks in the API: registered, switched and removed by the owner; secrets are shown once."""

from typing import Any

import msgspec

from chaupal.governance import webhooks
from chaupal.governance.webhooks import NewWebhook, WebhookForm
from chaupal.http.call import Call, Nothing, Route, delete, get, post
from chaupal.http.paging import ById
from chaupal.kernel.clock import iso, iso_or_none
from chaupal.policy.viewer import Surface


class WebhookShown(msgspec.Struct, kw_only=True):
    """`failures`: tries in a row that were in vain; `last`: what came of the last one. `secret` only when it was just made."""

    id: str
    url: str
    events: list[str]
    enabled: bool
    disabled_at: str | None
    failures: int
    last: str
    created_at: str
    secret: str | msgspec.UnsetType = msgspec.UNSET


async def listed(call: Call[Nothing]) -> list[WebhookShown]:
    """All webhooks."""
    return [_shown(hook) for hook in await webhooks.listed(call.house.court, call.viewer)]


async def register(call: Call[WebhookForm]) -> WebhookShown:
    """A new webhook; its secret is shown this once."""
    return _with_secret(await webhooks.register(call.house.court, call.viewer, call.args))


async def enable(call: Call[ById]) -> WebhookShown:
    """A webhook is sent to again from now on."""
    return _shown(await webhooks.switch(call.house.court, call.viewer, call.args.id, on=True))


async def disable(call: Call[ById]) -> WebhookShown:
    """A webhook is sent nothing; what waits is dropped."""
    return _shown(await webhooks.switch(call.house.court, call.viewer, call.args.id, on=False))


async def rotate(call: Call[ById]) -> WebhookShown:
    """Another secret of a webhook from now on, shown this once."""
    return _with_secret(await webhooks.new_secret(call.house.court, call.viewer, call.args.id))


async def ping(call: Call[ById]) -> None:
    """Send a webhook a word that says nothing."""
    await webhooks.ping(call.house.court, call.viewer, call.args.id)


async def remove(call: Call[ById]) -> None:
    """Take a webhook away, with all that it was still to be sent."""
    await webhooks.remove(call.house.court, call.viewer, call.args.id)


def _with_secret(made: NewWebhook) -> WebhookShown:
    return msgspec.structs.replace(_shown(made.hook), secret=made.secret)


def _shown(hook: webhooks.Webhook) -> WebhookShown:
    return WebhookShown(
        id=str(hook.id),
        url=hook.url,
        events=list(hook.events),
        enabled=hook.disabled_at is None,
        failures=hook.failures,
        disabled_at=iso_or_none(hook.disabled_at),
        last=hook.last,
        created_at=iso(hook.created_at),
    )


API = "/api/v1/admin/webhooks"
MAY: dict[str, Any] = {"may": "manage_webhooks"}
WRITE: dict[str, Any] = {"scope": "admin:write:webhooks", **MAY}

ROUTES: tuple[Route, ...] = (
    get(API, listed, Surface.OFFICE, scope="admin:read:webhooks", **MAY),
    post(API, register, Surface.OFFICE, **WRITE),
    post(f"{API}/{{id}}/enable", enable, Surface.OFFICE, **WRITE),
    post(f"{API}/{{id}}/disable", disable, Surface.OFFICE, **WRITE),
    post(f"{API}/{{id}}/rotate_secret", rotate, Surface.OFFICE, **WRITE),
    post(f"{API}/{{id}}/ping", ping, Surface.OFFICE, **WRITE),
    delete(f"{API}/{{id}}", remove, Surface.OFFICE, **WRITE),
)

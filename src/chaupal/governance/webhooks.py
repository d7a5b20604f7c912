"""Webhooks: who is sent what happens in the court, with secrets shown once. What is secret never leaves by them."""

import asyncio
import secrets
from urllib.parse import urlsplit

import msgspec

from chaupal.governance.cases import guards
from chaupal.governance.context import Court
from chaupal.governance.orders.papers import Paper, check_may
from chaupal.kernel import key_files
from chaupal.kernel.errors import Conflict, NotFound, Problem, or_not_found
from chaupal.policy.viewer import Viewer
from chaupal.store.court import webhooks
from chaupal.store.court.webhooks import DueCall, Webhook as Webhook

EVENTS = (
    "order.received",
    "order.moved",
    "decision.served",
    "ruling.ended",
    "appeal.filed",
    "appeal.decided",
    "report.created",
    "clock.alert",
    "statement.published",
)
MAY = "manage_webhooks"
PING = "ping"
MOST = 20
MOST_URL = 500  # characters
KEY = "webhooks.key"
PREFIX = "whsec_"


class WebhookForm(msgspec.Struct, kw_only=True):
    """Where to send (https), and which of EVENTS; none: all of them."""

    url: str = ""
    events: tuple[str, ...] = ()


class NewWebhook(msgspec.Struct, frozen=True):
    """A webhook with its secret, which is shown this once."""

    hook: Webhook
    secret: str


async def register(court: Court, viewer: Viewer, form: WebhookForm) -> NewWebhook:
    """A new webhook. Raises NotAllowed, Invalid by field, Conflict where there are too many."""
    me = check_may(viewer, MAY)
    paper = Paper()
    url = _url(court, paper, form.url)
    if strange := sorted(set(form.events) - set(EVENTS)):
        paper.complain("events", "events_unknown", events=", ".join(word[:40] for word in strange[:5]))
    paper.check()
    secret, id_ = _secret(), court.make_id()
    sealed = await _sealed(court, id_, secret)
    hook = Webhook(
        id=id_,
        url=url,
        secret=sealed,
        events=tuple(e for e in EVENTS if e in form.events or not form.events),
        created_by=me,
        created_at=court.clock(),
    )
    async with court.work.writing() as w:
        await guards.act(w, viewer, MAY)
        if len(await webhooks.every(w)) >= MOST:
            raise Conflict("too_many_webhooks")
        await webhooks.add(w, hook)
    return NewWebhook(hook, secret)


async def listed(court: Court, viewer: Viewer) -> list[Webhook]:
    """All of them. Raises NotAllowed."""
    check_may(viewer, MAY)
    async with court.work.reading() as reading:
        return await webhooks.every(reading)


async def switch(court: Court, viewer: Viewer, id_: int, *, on: bool) -> Webhook:
    """Switch it on (its failures are forgotten) or off (what waits is dropped). Raises NotAllowed, NotFound."""
    await _found(court, viewer, id_)
    async with court.work.writing() as w:
        await guards.act(w, viewer, MAY)
        if on:
            await webhooks.switch_on(w, id_)
        else:
            await webhooks.switch_off(w, id_, court.clock())
    return await _found(court, viewer, id_)


async def new_secret(court: Court, viewer: Viewer, id_: int) -> NewWebhook:
    """Another secret from now on. Raises NotAllowed, NotFound."""
    hook = await _found(court, viewer, id_)
    secret = _secret()
    sealed = await _sealed(court, id_, secret)
    async with court.work.writing() as w:
        await guards.act(w, viewer, MAY)
        await webhooks.reseal(w, id_, sealed)
    return NewWebhook(hook, secret)


async def ping(court: Court, viewer: Viewer, id_: int) -> None:
    """Send a word that says nothing, to see whether it arrives. Raises NotAllowed, NotFound, Conflict where it is off."""
    hook = await _found(court, viewer, id_)
    if hook.disabled_at is not None:
        raise Conflict("webhook_off")
    now = court.clock()
    async with court.work.writing() as w:
        await guards.act(w, viewer, MAY)
        await webhooks.add_call(
            w, DueCall(id=court.make_id(), webhook_id=id_, event=PING, body="{}", order_ref="", at=now, due_at=now)
        )


async def remove(court: Court, viewer: Viewer, id_: int) -> None:
    """Raises NotAllowed, NotFound."""
    async with court.work.writing() as w:
        await guards.act(w, viewer, MAY)
        if not await webhooks.remove(w, id_):
            raise NotFound


async def unsealed(court: Court, hook: Webhook) -> str:
    """Its secret, to sign with. Raises Problem where it cannot be opened: the key file is another one."""
    try:
        return key_files.unsealed(await _key(court), bytes.fromhex(hook.secret), hook.id).decode()
    except ValueError as error:
        raise Problem(f"The secret of webhook {hook.id} cannot be opened with keys/{KEY}") from error


async def _found(court: Court, viewer: Viewer, id_: int) -> Webhook:
    check_may(viewer, MAY)
    async with court.work.reading() as reading:
        return or_not_found(await webhooks.webhook(reading, id_))


def _secret() -> str:
    return PREFIX + secrets.token_urlsafe(32)


async def _sealed(court: Court, id_: int, secret: str) -> str:
    return key_files.sealed(await _key(court), secret.encode(), id_).hex()


async def _key(court: Court) -> bytes:
    return await asyncio.to_thread(key_files.load_or_make_seed, court.keys.folder / KEY)


def _url(court: Court, paper: Paper, text: str) -> str:
    """An address that can be called. Where its name leads is looked at again at each call."""
    text, schemes = text.strip(), ("https", "http") if court.settings.webhooks_private else ("https",)
    try:
        parts = urlsplit(text)
        _ = parts.port  # a bad one is found when it is asked for
    except ValueError:
        paper.complain("url", "no_hook_address")
        return ""
    if not text.isascii() or not text.isprintable() or " " in text or len(text) > MOST_URL or not parts.hostname:
        paper.complain("url", "no_hook_address")
    elif parts.scheme not in schemes:
        paper.complain("url", "no_https")
    elif parts.username is not None or parts.password is not None or parts.fragment:
        paper.complain("url", "hook_holds_secret")
    return text

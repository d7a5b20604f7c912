"""Webhooks: what happens in the court is written down to be sent in the commit that carries it on, and sent when it is due.

Ids and references leave, never words of people; of what is secret or gagged nothing does, looked at when it is written
down and again when it is sent. docs/api-governance.md tells receivers what to expect.
"""

import asyncio
import hashlib
import hmac
from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from urllib.parse import urlsplit

import msgspec

from chaupal.fanout.context import Carrier
from chaupal.fanout.notifications import telling
from chaupal.governance import calling, events, webhooks as hooks
from chaupal.governance.cases import clocks
from chaupal.governance.http_client import NotAnswered
from chaupal.kernel.clock import HOUR, MINUTE, SECOND, iso, iso_or_none
from chaupal.kernel.errors import Problem
from chaupal.kernel.event import Event
from chaupal.policy.viewer import MAY
from chaupal.store.court import appeals, docket, reports, rulings, webhooks
from chaupal.store.court.docket import Order
from chaupal.store.court.webhooks import DueCall, Webhook
from chaupal.store.identity import accounts
from chaupal.store.machine.work import Reading, Writing

# How long after each vain try the next one comes; then the call is given up.
BACK_OFF = (30 * SECOND, 2 * MINUTE, 10 * MINUTE, HOUR, 6 * HOUR, 24 * HOUR)
OFF_AFTER = 20  # vain tries in a row, of whatever calls: then the webhook is switched off
AT_ONCE = 50  # calls taken up at one look
HELD = 2 * MINUTE  # a call is another's to make after this, where whoever took it up has died
AGENT = "Chaupal-Webhook/1"

type Said = tuple[str, str, dict[str, Any]]  # the event's name, the order that it speaks of, what is sent

_encode = msgspec.json.Encoder().encode


async def announce(carrier: Carrier, w: Writing, event: Event) -> None:
    """In the unit that carries the event on: a call for every webhook that wants to hear of it."""
    listening = [hook for hook in await webhooks.every(w) if hook.disabled_at is None]
    if not listening:
        return
    said = await SAYS[type(event)](carrier, w, event)
    if said is None:
        return
    name, ref, body = said
    if ref and await _hushed(carrier, w, ref):
        return
    for hook in listening:
        if name in hook.events:
            await webhooks.add_call(
                w,
                DueCall(
                    id=carrier.make_id(),
                    webhook_id=hook.id,
                    event=name,
                    body=_encode(body).decode(),
                    order_ref=ref,
                    at=carrier.clock(),
                    due_at=carrier.clock(),
                ),
            )


async def deliver_due(carrier: Carrier) -> int:
    """Make the calls that are due, those of one webhook one after the other. How many were made."""
    async with carrier.work.reading() as reading:
        found = await webhooks.due(reading, carrier.clock(), AT_ONCE)
        known = {hook.id: hook for hook in await webhooks.every(reading)} if found else {}
    by_hook: dict[int, list[DueCall]] = {}
    for call in found:
        by_hook.setdefault(call.webhook_id, []).append(call)
    await asyncio.gather(*(_deliver(carrier, known[id_], calls) for id_, calls in by_hook.items() if id_ in known))
    return len(found)


async def _deliver(carrier: Carrier, hook: Webhook, calls: Sequence[DueCall]) -> None:
    """After one that was in vain the rest waits for the next look: whoever does not answer is not asked fifty times at once."""
    for call in calls:
        async with carrier.work.writing() as w:
            if not await webhooks.claim(w, call, carrier.clock() + HELD):
                return
            if call.order_ref and await _hushed(carrier, w, call.order_ref):
                await webhooks.drop(w, call)
                continue
        try:
            status = await _call(carrier, hook, call)
        except (NotAnswered, Problem) as error:
            await _failed(carrier, hook, call, str(error))
            return
        async with carrier.work.writing() as w:
            await webhooks.went(w, call, f"{iso(carrier.clock())} {call.event}: {status}")


async def _call(carrier: Carrier, hook: Webhook, call: DueCall) -> int:
    body = b'{"id":"%d","event":"%s","created_at":"%s","object":%s}' % (
        call.id,
        call.event.encode(),
        iso(call.at).encode(),
        call.body.encode(),
    )
    headers = {
        "content-type": "application/json",
        "user-agent": AGENT,
        "x-chaupal-event": call.event,
        "x-chaupal-delivery": str(call.id),
        "x-chaupal-signature": signature(await hooks.unsealed(carrier.court, hook), carrier.clock() // 1_000, body),
    }
    # An owner set it up by hand, with whatever port
    private = carrier.settings.webhooks_private
    return await calling.post(hook.url, body, headers, private=private, any_port=True)


def signature(secret: str, at: int, body: bytes) -> str:
    """`t=<unix seconds>,v1=<hex>`: HMAC-SHA256 of `<t>.<body>`, so that a call that is kept cannot be sent again later."""
    return f"t={at},v1={hmac.digest(secret.encode(), b'%d.%s' % (at, body), hashlib.sha256).hex()}"


async def _failed(carrier: Carrier, hook: Webhook, call: DueCall, why: str) -> None:
    now = carrier.clock()
    again_at = now + BACK_OFF[call.tries] if call.tries < len(BACK_OFF) else None
    async with carrier.work.writing() as w:
        in_a_row = await webhooks.failed(w, call, f"{iso(now)} {call.event}: {why}", again_at)
        if in_a_row >= OFF_AFTER and await webhooks.switch_off(w, hook.id, now):
            await _tell_staff(carrier, w, hook, in_a_row)


async def _tell_staff(carrier: Carrier, w: Writing, hook: Webhook, tries: int) -> None:
    for account in await accounts.with_roles(w, sorted(MAY["manage_webhooks"])):
        to = await telling.ear(carrier, w, account)
        telling.answer(
            carrier,
            w,
            to,
            "webhook_off",
            path="/office/webhooks",
            key=f"webhook:{hook.id}:{carrier.clock()}",
            host=urlsplit(hook.url).hostname or "",
            tries=str(tries),
        )


async def _hushed(carrier: Carrier, reading: Reading, ref: str) -> bool:
    """Whether nothing of this matter may leave the house, now."""
    order = await docket.order(reading, ref)
    return order is None or order.secret_at(carrier.clock())


# --- what is sent ---


async def _order_moved(carrier: Carrier, w: Writing, event: events.OrderMoved) -> Said | None:
    order = await docket.order(w, event.order)
    if order is None or order.authority_id is None:  # a matter of the house: its decisions are told
        return None
    name = "order.received" if event.verb == "receive" else "order.moved"
    return name, order.ref, _order(carrier, order) | {"verb": event.verb, "stage": event.stage}


async def _ruling_changed(carrier: Carrier, w: Writing, event: events.RulingChanged) -> Said | None:
    row = await rulings.ruling(w, event.ruling)
    if row is None or row.neutral:
        return None
    over = isinstance(event, events.RulingLifted)
    body = {
        "ruling_id": str(event.ruling),
        "order_ref": event.order,
        "target": event.target,
        "countries": list(event.territory),
        "account_id": _id(event.owner),
        "basis": row.basis,
        "since": iso(row.starts_at),
        "until": iso_or_none(row.ends_at),
        "log_index": row.lift_log_index if over else row.log_index,
        "lapsed": event.lapsed if isinstance(event, events.RulingLifted) else None,
        "reason": row.reason,
        # As review consoles in the manner of Coop read it.
        "item": {"id": str(event.subject) if not row.term else row.term, "typeId": event.kind},
        "action": {"id": event.measure},
        "policies": [{"id": row.rule or row.regime or row.order_ref}],
    }
    return "ruling.ended" if over else "decision.served", event.order, body


async def _appeal(carrier: Carrier, w: Writing, event: events.AppealFiled | events.AppealDecided) -> Said | None:
    row = await rulings.ruling(w, event.ruling)
    appeal = await appeals.appeal(w, event.appeal)
    if row is None or row.neutral or appeal is None:
        return None
    decided = isinstance(event, events.AppealDecided)
    body = {
        "appeal_id": str(appeal.id),
        "ruling_id": str(row.id),
        "order_ref": row.order_ref,
        "account_id": str(event.account),
        "due_at": iso(appeal.due_at),
        "outcome": event.outcome if decided else None,
        # ACCEPT or REJECT, as Coop says it.
        "appealDecision": None if not decided else "REJECT" if event.outcome == "upheld" else "ACCEPT",
        "url": f"{carrier.settings.origin}/office/appeals/{appeal.id}",
    }
    return "appeal.decided" if decided else "appeal.filed", row.order_ref, body


async def _report(carrier: Carrier, w: Writing, event: events.ReportReceived) -> Said | None:
    """Neither who wrote it nor what: the console asks the API for that, with somebody's token."""
    row = await reports.report(w, event.report)
    if row is None:
        return None
    body = {
        "report_id": str(row.id),
        "ref": row.ref,
        "category": row.category,
        "target_account_id": str(row.account_id),
        "status_ids": [str(id_) for id_ in row.post_ids],
        "resolve_by": iso_or_none(row.resolve_due),
        "url": f"{carrier.settings.origin}/office/reports/{row.id}",
    }
    return "report.created", "", body


async def _alert(carrier: Carrier, w: Writing, event: events.ClockAlert) -> Said | None:
    ref = ""
    if event.what == clocks.ORDER:
        found = await docket.orders_by_id(w, [event.of])
        ref = found[0].ref if found else ""
    elif event.what == clocks.APPEAL:
        appeal = await appeals.appeal(w, event.of)
        row = None if appeal is None else await rulings.ruling(w, appeal.ruling_id)
        if row is None or row.neutral:
            return None
        ref = row.order_ref
    body = {
        "what": event.what,
        "id": str(event.of),
        "order_ref": ref or None,
        "clock": event.clock,
        "share": event.share,
        "due_at": iso(event.due_at),
        "overdue": event.share >= 100,
    }
    return "clock.alert", ref, body


async def _statement(carrier: Carrier, w: Writing, event: events.StatementPublished) -> Said | None:
    return "statement.published", "", {"slug": event.slug, "url": f"{carrier.settings.origin}/statements/{event.slug}"}


SAYS: dict[type[Event], Callable[[Carrier, Writing, Any], Awaitable[Said | None]]] = {
    events.OrderMoved: _order_moved,
    events.DecisionServed: _ruling_changed,
    events.RulingLifted: _ruling_changed,
    events.AppealFiled: _appeal,
    events.AppealDecided: _appeal,
    events.ReportReceived: _report,
    events.ClockAlert: _alert,
    events.StatementPublished: _statement,
}


def _order(carrier: Carrier, order: Order) -> dict[str, Any]:
    return {
        "order_ref": order.ref,
        "regime": order.regime_ref,
        "kind": order.kind,
        "territory": list(order.territory),
        "emergency": order.emergency,
        "act_by": iso_or_none(order.act_by),
        "url": f"{carrier.settings.origin}/orders/{order.ref}",
    }


def _id(id_: int | None) -> str | None:
    return None if id_ is None else str(id_)

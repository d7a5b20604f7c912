"""Webhooks as rows: where events are sent, and the calls that are still to be made."""

import msgspec

from chaupal.store.machine.dialect import param
from chaupal.store.machine.statements import deletes, rows_of, updates
from chaupal.store.machine.work import Reading, Writing
from chaupal.store.tables.court import webhook_calls as calls, webhooks


class Webhook(msgspec.Struct, frozen=True, kw_only=True):
    """Where events go. `secret` is sealed; `failures`: tries in a row that were in vain; `last`: what came of the last one.

    Times in ms; `disabled_at`: since when nothing is sent.
    """

    id: int
    url: str
    secret: str
    events: tuple[str, ...]
    created_by: int
    created_at: int
    disabled_at: int | None = None
    failures: int = 0
    last: str = ""


class DueCall(msgspec.Struct, frozen=True, kw_only=True):
    """A call to be made: `body` is the JSON to send, `order_ref` the matter that it speaks of, if any. Times in ms."""

    id: int
    webhook_id: int
    event: str
    body: str
    order_ref: str
    at: int
    tries: int = 0
    due_at: int


ALL = rows_of(Webhook, webhooks, events=(lambda text: tuple(text.split()), " ".join))
add = ALL.add
webhook = ALL.by_id
ALL_CALLS = rows_of(DueCall, calls)
add_call = ALL_CALLS.add
every = ALL.ordered("id").all
REMOVE = deletes(webhooks).where(id="of")
SWITCH_OFF = updates(webhooks, disabled_at="at").where(id="of", disabled_at=None)
switch_on = updates(webhooks, disabled_at=None, failures=0).where(id="of").run_of
RESEAL = updates(webhooks, secret="sealed").where(id="of")
WENT = updates(webhooks, failures=0, last="said").where(id="of")
FAILED = updates(webhooks, failures=webhooks.c.failures + 1, last="said").where(id="of")
DUE = (
    ALL_CALLS.join(webhooks, webhooks.c.id == calls.c.webhook_id)
    .where(calls.c.due_at <= param("at"), webhooks.c.disabled_at.is_(None))
    .ordered("due_at id")
    .limit("n")
)
# Whoever moves it makes the call; dies it meanwhile, the call is due again.
CLAIM = updates(calls, due_at="until").where(id="of", due_at="was")
AGAIN = updates(calls, tries=calls.c.tries + 1, due_at="when_next").where(id="of")
DONE = deletes(calls).where(id="of")
DROP_CALLS = deletes(calls).where(webhook_id="of")


async def remove(w: Writing, id_: int) -> bool:
    """With all calls that were still to be made; False where there is none."""
    await w.run(DROP_CALLS, of=id_)
    return await w.run(REMOVE, of=id_) == 1


async def switch_off(w: Writing, id_: int, at: int) -> bool:
    """Nothing is sent any more, and what waits is dropped; False where it is off already."""
    await w.run(DROP_CALLS, of=id_)
    return await w.run(SWITCH_OFF, of=id_, at=at) == 1


async def reseal(w: Writing, id_: int, sealed: str) -> None:
    """Another secret from now on, also for calls that wait."""
    await w.run(RESEAL, of=id_, sealed=sealed)


async def due(reading: Reading, at: int, at_most: int) -> list[DueCall]:
    """Calls to be made now, in the order in which they fell due."""
    return await DUE.all(reading, at=at, n=at_most)


async def claim(w: Writing, call: DueCall, until: int) -> bool:
    """Take a call upon oneself; False where another process has."""
    return await w.run(CLAIM, of=call.id, was=call.due_at, until=until) == 1


async def went(w: Writing, call: DueCall, said: str) -> None:
    """The call was answered."""
    await w.run(DONE, of=call.id)
    await w.run(WENT, of=call.webhook_id, said=said)


async def failed(w: Writing, call: DueCall, said: str, again_at: int | None) -> int:
    """The call was in vain; it is made again at `again_at` (ms), or (None) never. How many in a row that makes."""
    if again_at is None:
        await w.run(DONE, of=call.id)
    else:
        await w.run(AGAIN, of=call.id, when_next=again_at)
    await w.run(FAILED, of=call.webhook_id, said=said)
    hook = await webhook(w, call.webhook_id)
    return 0 if hook is None else hook.failures


async def drop(w: Writing, call: DueCall) -> None:
    """A call that must not be made any more."""
    await w.run(DONE, of=call.id)

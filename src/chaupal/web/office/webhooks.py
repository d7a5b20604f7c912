"""The office's page of webhooks: where events are sent, whether they arrive, and a secret shown once."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from chaupal.governance import webhooks
from chaupal.governance.webhooks import EVENTS, NewWebhook, WebhookForm
from chaupal.http.call import Answer, Call, Route, redirect
from chaupal.http.paging import Number
from chaupal.kernel.errors import Conflict, Invalid, NotFound, Problem
from chaupal.web.office import room as office_room
from chaupal.web.pages import or_again, typed_of
from chaupal.web.words import N_, words

# What happens, in words beside the event's name.
HAPPENS = {
    "order.received": N_("an order has come in"),
    "order.moved": N_("an order has moved on"),
    "decision.served": N_("something is limited"),
    "ruling.ended": N_("a limit has ended"),
    "appeal.filed": N_("somebody appeals"),
    "appeal.decided": N_("an appeal is decided"),
    "report.created": N_("somebody reports something"),
    "clock.alert": N_("a deadline comes near or has passed"),
    "statement.published": N_("a statement is published"),
}


class WebhookAct(msgspec.Struct, kw_only=True):
    """What to do with one of them: enable, disable, secret, ping or remove."""

    id: Number
    act: Annotated[str, Meta(max_length=20)]


async def show(call: Call[Any], problem: Problem | None = None, made: NewWebhook | None = None) -> Answer:
    tr = words(call.viewer.language).gettext
    return await office_room.render(
        call,
        "office/webhooks.html",
        N_("Webhooks"),
        problem,
        found=await webhooks.listed(call.house.court, call.viewer),
        typed=typed_of(call, WebhookForm) if problem else WebhookForm(),
        fresh=made.hook if made else None,
        secret=made.secret if made else "",
        happens=[(event, tr(HAPPENS[event])) for event in EVENTS],
    )


@or_again(show, Invalid, Conflict)
async def register(call: Call[WebhookForm]) -> Answer:
    return await show(call, made=await webhooks.register(call.house.court, call.viewer, call.args))


@or_again(show, Conflict)
async def act(call: Call[WebhookAct]) -> Answer:
    court, viewer, id_ = call.house.court, call.viewer, call.args.id
    match call.args.act:
        case "enable" | "disable" as how:
            await webhooks.switch(court, viewer, id_, on=how == "enable")
        case "ping":
            await webhooks.ping(court, viewer, id_)
        case "remove":
            await webhooks.remove(court, viewer, id_)
        case "secret":
            return await show(call, made=await webhooks.new_secret(court, viewer, id_))
        case _:
            raise NotFound
    return redirect("/office/webhooks")


ROUTES: tuple[Route, ...] = (
    office_room.page("/office/webhooks", show, "manage_webhooks"),
    office_room.form("/office/webhooks", register, "manage_webhooks"),
    office_room.form("/office/webhooks/{id}/{act}", act, "manage_webhooks"),
)

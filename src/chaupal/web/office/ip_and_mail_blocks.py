"""The office's page of blocked addresses: nets, domains of mails and single mails; blocked, and lifted again."""

from typing import Any

import msgspec

from chaupal.governance.people import ip_and_mail_blocks
from chaupal.governance.people.ip_and_mail_blocks import MAIL, AddressBlockForm
from chaupal.http.call import Answer, Call, Route, redirect
from chaupal.http.paging import ById
from chaupal.kernel.argument_sizes import Word
from chaupal.kernel.errors import Invalid, NotFound, Problem, or_not_found
from chaupal.reads.court import desk
from chaupal.social.people.ip_and_mail_blocks import plain_hash
from chaupal.web.office import room as office_room
from chaupal.web.pages import or_again, typed_of
from chaupal.web.words import N_

KINDS = {"ip": N_("a network"), "domain": N_("a domain of email addresses"), "email": N_("one email address")}
SEVERITIES = {
    "sign_up_requires_approval": N_("whoever joins from there waits for approval"),
    "sign_up_block": N_("nobody joins from there"),
    "no_access": N_("nothing is answered there"),
}


class AddressBlockTyped(msgspec.Struct, kw_only=True):
    """What to block. A mail is kept as its hash alone."""

    kind: Word = "ip"
    what: Word = ""
    severity: Word = "sign_up_block"
    comment: Word = ""


async def show(call: Call[Any], problem: Problem | None = None) -> Answer:
    found = await ip_and_mail_blocks.everything(call.house.court, call.viewer)
    return await office_room.render(
        call,
        "office/ip_and_mail_blocks.html",
        N_("Blocked addresses"),
        problem,
        typed=typed_of(call, AddressBlockTyped),
        found=found,
        kinds=KINDS,
        severities=SEVERITIES,
        names=await desk.handles(call.house.reads, call.viewer, [one.created_by for one in found]),
    )


@or_again(show, Invalid)
async def block(call: Call[AddressBlockTyped]) -> Answer:
    a = call.args
    if a.kind not in KINDS:
        raise NotFound
    what = plain_hash(a.what) if a.kind == MAIL and "@" in a.what else a.what
    form = AddressBlockForm(kind=a.kind, what=what, severity=a.severity, comment=a.comment)
    await ip_and_mail_blocks.block(call.house.court, call.viewer, form)
    return redirect("/office/blocked-addresses")


async def let_last(call: Call[ById]) -> Answer:
    await ip_and_mail_blocks.let_last(call.house.court, call.viewer, call.args.id)
    return redirect("/office/blocked-addresses")


async def end(call: Call[ById]) -> Answer:
    court, viewer = call.house.court, call.viewer
    kind = or_not_found(
        next((one.kind for one in await ip_and_mail_blocks.everything(court, viewer) if one.id == call.args.id), None)
    )
    await ip_and_mail_blocks.end(court, viewer, kind, call.args.id)
    return redirect("/office/blocked-addresses")


ROUTES: tuple[Route, ...] = (
    office_room.page("/office/blocked-addresses", show, "block_addresses"),
    office_room.form("/office/blocked-addresses", block, "block_addresses"),
    office_room.form("/office/blocked-addresses/{id}/let-last", let_last, "block_addresses"),
    office_room.form("/office/blocked-addresses/{id}/end", end, "block_addresses"),
)

"""The office's page of other servers: what is limited of each, lists taken in and out, and those that are let in by name."""

from collections.abc import Awaitable
from typing import Any

import msgspec

from chaupal.governance.orders.csv_files import BIGGEST
from chaupal.governance.servers import allowing, csv_blocks, limits
from chaupal.governance.servers.csv_blocks import TakenList
from chaupal.governance.servers.limits import NOOP, SILENCE, SUSPEND, ServerForm
from chaupal.http.call import Answer, Call, Nothing, Route, Shape, redirect
from chaupal.http.paging import Number
from chaupal.http.sending import csv_file
from chaupal.kernel.argument_sizes import Comment, Word
from chaupal.kernel.errors import Conflict, Invalid, NotAllowed, Problem
from chaupal.reads.court import desk
from chaupal.web.office import room as office_room
from chaupal.web.words import N_

SEVERITIES = {
    SUSPEND: N_("Suspend it: nothing is taken from there, shown or sent"),
    SILENCE: N_("Limit it: shown to followers and to whoever opens a profile, offered to nobody else"),
    NOOP: N_("Neither; only what is chosen below"),
}


class ServerAct(msgspec.Struct, kw_only=True):
    """A server, or its being let in, by its id; and why it is to be otherwise. `seen`: its newest entry on the page."""

    id: Number
    reason: Comment = ""
    seen: Number | None = None


class ServerWording(msgspec.Struct, kw_only=True):
    """How a server is told of."""

    id: Number
    obfuscate: bool = False
    public_comment: Comment = ""
    private_comment: Comment = ""


class LetInTyped(msgspec.Struct, kw_only=True):
    domain: Word = ""
    reason: Comment = ""


class ServerListSent(msgspec.Struct, kw_only=True):
    """A list of servers comes as a file."""

    reason: Comment = ""
    rule: Word = ""


async def show(call: Call[ServerForm]) -> Answer:
    return await _page(call, typed=call.args)


async def limit(call: Call[ServerForm]) -> Answer:
    return await _done_or_said(call, limits.limit(call.house.court, call.viewer, call.args), typed=call.args)


async def end(call: Call[ServerAct]) -> Answer:
    args = call.args
    return await _done_or_said(call, limits.end(call.house.court, call.viewer, args.id, args.reason), about=args.id)


async def tell(call: Call[ServerWording]) -> Answer:
    """How its name is told, and what staff noted: nothing is limited by it."""
    a = call.args
    form = ServerForm(obfuscate=a.obfuscate, public_comment=a.public_comment, private_comment=a.private_comment)
    return await _done_or_said(call, limits.told_so(call.house.court, call.viewer, a.id, form), about=a.id)


async def bring(call: Call[ServerListSent]) -> Answer:
    """A list that others made: its rows become matters, which go on by themselves."""
    file = call.files.get("csv")
    try:
        if file is None or file.empty:
            raise Invalid("csv_empty", field="csv")
        taken = await csv_blocks.take_in(call.house.court, call.viewer, file.data, call.args.reason, call.args.rule)
    except (Invalid, NotAllowed, Conflict) as problem:
        return await _page(call, problem, listed=call.args)
    return await _page(call, taken=taken)


async def out(call: Call[Nothing]) -> Answer:
    """What is in force, as the file that Mastodon's servers take in."""
    found = await limits.listed(call.house.court, call.viewer)
    return csv_file(csv_blocks.written(found), "domain_blocks")


async def let_in(call: Call[LetInTyped]) -> Answer:
    args = call.args
    letting = allowing.let_in(call.house.court, call.viewer, args.domain, args.reason)
    return await _done_or_said(call, letting, "#allowed", let_in=args)


async def take_off(call: Call[ServerAct]) -> Answer:
    args = call.args
    return await _done_or_said(
        call,
        allowing.take_off(call.house.court, call.viewer, args.id, args.reason, args.seen),
        "#allowed",
        about=args.id,
    )


async def keep(call: Call[ServerAct]) -> Answer:
    return await _done_or_said(
        call, allowing.keep(call.house.court, call.viewer, call.args.id), "#allowed", about=call.args.id
    )


async def _done_or_said(call: Call[Any], act: Awaitable[object], shown: str = "", **typed: Any) -> Answer:
    """Do it, and back to the list (`shown`: what of it). What cannot be done is said there, beside what was `typed`."""
    try:
        await act
    except (Invalid, NotAllowed, Conflict) as problem:
        return await _page(call, problem, **typed)
    return redirect(f"/office/servers{shown}")


async def _page(
    call: Call[Any],
    problem: Problem | None = None,
    *,
    typed: ServerForm | None = None,
    about: int = 0,
    listed: ServerListSent | None = None,
    let_in: LetInTyped | None = None,
    taken: TakenList | None = None,
) -> Answer:
    court, viewer = call.house.court, call.viewer
    found, allowed = await limits.listed(court, viewer), await allowing.listed(court, viewer)
    staff = [
        *(limit.row.decided_by for one in found for limit in one.limits),
        *(w.by for one in found for w in one.waiting),
        *(one.by for one in allowed),
        *(one.ending_by for one in allowed if one.ending_by is not None),
    ]
    return await office_room.render(
        call,
        "office/servers.html",
        N_("Other servers"),
        problem,
        typed=typed or ServerForm(),
        found=found,
        allowed=allowed,
        names=await desk.handles(call.house.reads, viewer, staff),
        about=about,
        listed=listed or ServerListSent(),
        severities=SEVERITIES,
        let_in=let_in or LetInTyped(),
        taken=taken,
        federation=call.house.settings.federation,
        outcome_of=limits.outcome_of,
        reason_proposed=limits.reason_proposed,
        book=court.rules.current(court.clock()),
    )


ROUTES: tuple[Route, ...] = (
    office_room.page("/office/servers", show),
    office_room.form("/office/servers", limit, "sanction"),
    office_room.form("/office/servers/{id}/end", end, "sanction"),
    office_room.form("/office/servers/{id}/told", tell, "sanction"),
    office_room.form("/office/servers/file", bring, "sanction", body=BIGGEST + 100_000),
    office_room.page("/office/servers.csv", out, shape=Shape.FILE),
    office_room.form("/office/servers/allowed", let_in, "sanction"),
    office_room.form("/office/servers/allowed/{id}/off", take_off, "sanction"),
    office_room.form("/office/servers/allowed/{id}/keep", keep, "sanction"),
)

"""Servers that one hides for oneself, on a page: hidden, shown again, taken along as a list; and the follows that ended with one."""

from typing import Any

import msgspec

from chaupal.http.call import PAGE, Answer, Call, Nothing, Route, Shape, get, post, redirect
from chaupal.http.sending import csv_file
from chaupal.kernel.argument_sizes import Word
from chaupal.kernel.errors import Invalid
from chaupal.policy.viewer import Surface
from chaupal.reads.exports import export_files
from chaupal.reads.people import hidden_servers as looks
from chaupal.social.people import graph
from chaupal.web import pages
from chaupal.web.pages import or_again, typed_of
from chaupal.web.words import N_, errors_of

MOST_SHOWN = 500
PATH = "/settings/servers"


class ServerTyped(msgspec.Struct, kw_only=True):
    domain: Word = ""


async def show(call: Call[Any], problem: Invalid | None = None) -> Answer:
    mine = await looks.newest(call.house.reads, call.viewer, MOST_SHOWN)
    return await pages.render(
        call,
        "settings/servers.html",
        mine=mine,
        typed=typed_of(call, ServerTyped).domain,
        errors=errors_of(call, problem),
        ended=await looks.severed(call.house.reads, call.viewer),
        titled=N_("Hidden servers"),
    )


@or_again(show, Invalid)
async def hide(call: Call[ServerTyped]) -> Answer:
    await graph.hide_server(call.house.square, call.viewer, call.args.domain)
    return redirect(PATH)


async def unhide(call: Call[ServerTyped]) -> Answer:
    await graph.show_server(call.house.square, call.viewer, call.args.domain)
    return redirect(PATH)


async def out(call: Call[Nothing]) -> Answer:
    """The list as Mastodon's servers take it in: a name to a line."""
    mine = await looks.newest(call.house.reads, call.viewer)
    return csv_file("".join(f"{one.domain}\n" for one in mine).encode(), "blocked_domains")


async def ended(call: Call[Nothing]) -> Answer:
    """Whom one followed on servers that were suspended, as a list that can be taken in to ask again."""
    found = await looks.severed(call.house.reads, call.viewer)
    rows: dict[str, tuple[str, ...]] = {}
    for one in found:
        if one.mine:
            rows.setdefault(one.handle, export_files.followed(one.handle, one.terms))
    return csv_file(export_files.sheet(export_files.FOLLOWING, rows.values()).encode(), "ended_follows")


ROUTES: tuple[Route, ...] = (
    get(PATH, show, Surface.OWN, **PAGE),
    post(PATH, hide, Surface.OWN, **PAGE),
    post(f"{PATH}/show", unhide, Surface.OWN, **PAGE),
    get(f"{PATH}/list.csv", out, Surface.OWN, shape=Shape.FILE),
    get(f"{PATH}/ended.csv", ended, Surface.OWN, shape=Shape.FILE),
)

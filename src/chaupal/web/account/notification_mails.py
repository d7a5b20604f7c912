"""Which notifications come by mail, on a page; and the page behind the link that ends them, which needs no log-in."""

from typing import Any

import msgspec

from chaupal.http.call import PAGE, Answer, Call, Route, Shape, get, post, redirect
from chaupal.policy.surface import Surface
from chaupal.social.people import listening
from chaupal.web import pages
from chaupal.web.pages import MailLink, SavedAsked
from chaupal.web.words import N_

HERE = "/settings/mail"
NAMES = {
    "mention": N_("Somebody mentions you or writes you a message"),
    "follow_request": N_("Somebody asks to follow you"),
    "follow": N_("Somebody follows you"),
    "quote": N_("Somebody quotes your post"),
    "status": N_("Somebody posts of whom you asked to be told"),
    "reblog": N_("Somebody reposts your post"),
    "favourite": N_("Somebody likes your post"),
    "poll": N_("A poll ends that you asked or answered"),
    "update": N_("A post is edited that you reposted"),
    "quoted_update": N_("A post is edited that you quoted"),
}


class MailKindsTyped(msgspec.Struct, kw_only=True):
    """The kinds that were ticked."""

    kinds: list[str] = []


async def show(call: Call[SavedAsked]) -> Answer:
    chosen = await listening.chosen(call.house.square, call.viewer)
    return await pages.render(
        call,
        "settings/mail.html",
        kinds=[(kind, NAMES[kind], kind in chosen) for kind in listening.KINDS],
        saved=call.args.saved,
        titled=N_("Email notifications"),
    )


async def choose(call: Call[MailKindsTyped]) -> Answer:
    await listening.choose(call.house.square, call.viewer, call.args.kinds)
    return redirect(f"{HERE}?saved=1")


async def ask_to_stop(call: Call[MailLink]) -> Answer:
    """A page with a button: mail scanners follow links, and must not end anything for somebody."""
    listening.owner_of(call.house.settings, call.args.secret)
    return await _stop_page(call, done=False)


async def stop(call: Call[MailLink]) -> Answer:
    """By the button, or by a mail program's own (RFC 8058), which has neither a session nor a form's word."""
    await listening.stop(call.house.square, call.args.secret)
    return await _stop_page(call, done=True)


async def _stop_page(call: Call[MailLink], *, done: bool) -> Answer:
    path = f"/mail/stop/{call.args.secret}"
    return await pages.render(
        call, "settings/mail_stop.html", done=done, action=path, titled=N_("No more email notifications")
    )


# The secret opens it, whoever holds it; it ends letters and shows nothing of anybody.
OPEN: dict[str, Any] = {"public": True, "unready": True, "suspended": True, "limit": (60, 600)}

ROUTES: tuple[Route, ...] = (
    get(HERE, show, Surface.OWN, **PAGE),
    post(HERE, choose, Surface.OWN, limit=(60, 3_600), **PAGE),
    get("/mail/stop/{secret}", ask_to_stop, Surface.NONE, **OPEN, **PAGE),
    post("/mail/stop/{secret}", stop, Surface.NONE, shape=Shape.FILE, **OPEN),
)

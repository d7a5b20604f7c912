"""Addresses that apps, buttons of other sites and password managers know from Mastodon, the web or before: they lead to ours."""

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from chaupal.http.call import Answer, Call, Nothing, Route, Shape, get, redirect
from chaupal.http.paging import ById
from chaupal.policy.viewer import Surface
from chaupal.web import links

KNOWN = {
    "/.well-known/change-password": "/password",
    "/auth/edit": "/settings/security",
    "/auth/password/new": "/reset",
    "/auth/sign_in": "/login",
    "/auth/sign_up": "/signup",
    "/admin/reports": "/office/reports",
    "/bookmarks": "/saved",
    "/conversations": "/messages",
    "/favourites": "/likes",
    "/home": "/",
    "/oauth/authorized_applications": "/settings/sessions",
    "/office/doors": "/office/blocked-addresses",
    "/privacy-policy": "/privacy",
    "/settings/preferences": "/settings",
    "/terms-of-service": "/terms",
}


class ShareAsked(msgspec.Struct):
    """What a button “share” of another site, or an app, hands over; each may be missing."""

    text: str = ""
    title: str = ""
    url: str = ""


def to(where: str) -> Callable[[Call[Any]], Awaitable[Answer]]:
    async def lead(call: Call[Nothing]) -> Answer:
        return redirect(where)

    return lead


async def share(call: Call[ShareAsked]) -> Answer:
    return redirect(links.query("/compose", text=call.args.text, title=call.args.title, url=call.args.url))


async def report(call: Call[ById]) -> Answer:
    return redirect(f"/office/reports/{call.args.id}")


OPEN: dict[str, Any] = {"shape": Shape.FILE, "public": True}

ROUTES: tuple[Route, ...] = (
    *(get(path, to(where), Surface.NONE, **OPEN) for path, where in KNOWN.items()),
    get("/share", share, Surface.NONE, **OPEN),
    get("/admin/reports/{id}", report, Surface.NONE, **OPEN),
)

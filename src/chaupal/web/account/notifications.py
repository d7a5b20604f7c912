"""How one is told: from whom one hears, which notifications come by mail (and the link that ends them), and by the pages' own push."""

from typing import Any

import msgspec

from chaupal.http.call import PAGE, Answer, Call, Nothing, Route, Shape, delete, get, json, post, redirect
from chaupal.http.paging import Number, Paged
from chaupal.kernel.errors import NotFound
from chaupal.policy.viewer import Surface
from chaupal.reads.people import notifications
from chaupal.reads.people.notifications import Policy
from chaupal.social.people import listening, push
from chaupal.social.people.push import DeviceWish
from chaupal.web import pages
from chaupal.web.pages import MailLink, SavedAsked
from chaupal.web.square.cards import cards, face
from chaupal.web.square.reading import pager
from chaupal.web.words import N_, translated

CLASSES = {
    "not_following": N_("People you do not follow"),
    "not_followers": N_("People who do not follow you"),
    "new_accounts": N_("Accounts less than a month old"),
    "private_mentions": N_("Messages from people you do not follow"),
    "limited_accounts": N_("Accounts that this server has limited"),
}
WAYS = {listening.ACCEPT: N_("Tell me"), listening.FILTER: N_("Keep apart"), listening.DROP: N_("Never tell me")}


class PolicyTyped(msgspec.Struct, kw_only=True):
    """The form as it comes back."""

    not_following: str | None = None
    not_followers: str | None = None
    new_accounts: str | None = None
    private_mentions: str | None = None
    limited_accounts: str | None = None


class RequestDecided(msgspec.Struct):
    """What to do about somebody who was kept apart: accept or dismiss."""

    id: Number
    act: str


async def policy(call: Call[SavedAsked]) -> Answer:
    found, waiting, _ = await notifications.policy(call.house.reads, call.viewer)
    return await _policy(call, found, waiting, saved=call.args.saved)


async def wish(call: Call[PolicyTyped]) -> Answer:
    """Another policy from now on. A choice that is none of the three is refused."""
    await listening.wish(call.house.square, call.viewer, **msgspec.structs.asdict(call.args))
    return redirect("/notifications/policy?saved=1")


async def requests(call: Call[Paged]) -> Answer:
    """Those who were kept apart, newest first."""
    page = await notifications.requests(call.house.reads, call.viewer, call.args.cursor())
    drawn = {card.key: card for card in await cards(call, [r.post for r in page.items if r.post is not None])}
    rows = [(r, face(call, r.person), drawn.get(r.post.item.id) if r.post else None) for r in page.items]
    return await pages.render(
        call, "hearing_requests.html", rows=rows, pager=pager(call, page), titled=N_("Kept apart")
    )


async def act(call: Call[RequestDecided]) -> Answer:
    """Let in for good, or sent away."""
    acts = {"accept": listening.accept, "dismiss": listening.dismiss}
    if call.args.act not in acts:
        raise NotFound
    await acts[call.args.act](call.house.square, call.viewer, [call.args.id])
    return redirect("/notifications/requests")


async def _policy(call: Call[Any], chosen: Policy, waiting: int, *, saved: bool) -> Answer:
    return await pages.render(
        call,
        "hearing.html",
        chosen=msgspec.structs.asdict(chosen),
        saved=saved,
        waiting=waiting,
        classes=[(name, translated(call, text)) for name, text in CLASSES.items()],
        ways=[(way, translated(call, text)) for way, text in WAYS.items()],
        titled=N_("Who can notify you"),
    )


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
    chosen = await listening.mails_chosen(call.house.square, call.viewer)
    return await pages.render(
        call,
        "settings/mail.html",
        kinds=[(kind, NAMES[kind], kind in chosen) for kind in listening.KINDS],
        saved=call.args.saved,
        titled=N_("Email notifications"),
    )


async def choose(call: Call[MailKindsTyped]) -> Answer:
    await listening.choose_mails(call.house.square, call.viewer, call.args.kinds)
    return redirect(f"{HERE}?saved=1")


async def ask_to_stop(call: Call[MailLink]) -> Answer:
    """A page with a button: mail scanners follow links, and must not end anything for somebody."""
    listening.owner_of_stop(call.house.settings, call.args.secret)
    return await _stop_page(call, done=False)


async def stop(call: Call[MailLink]) -> Answer:
    """By the button, or by a mail program's own (RFC 8058), which has neither a session nor a form's word."""
    await listening.stop_mails(call.house.square, call.args.secret)
    return await _stop_page(call, done=True)


async def _stop_page(call: Call[MailLink], *, done: bool) -> Answer:
    path = f"/mail/stop/{call.args.secret}"
    return await pages.render(
        call, "settings/mail_stop.html", done=done, action=path, titled=N_("No more email notifications")
    )


# The secret opens it, whoever holds it; it ends letters and shows nothing of anybody.
OPEN: dict[str, Any] = {"public": True, "unready": True, "suspended": True, "limit": (60, 600)}


# What a browser that names nothing is told of.
ALERTS = tuple(kind for kind in push.ALERTS if kind != "quoted_update")


class BrowserKeys(msgspec.Struct):
    """The browser's keys, in base64 for URLs."""

    p256dh: str
    auth: str


class BrowserSubscription(msgspec.Struct):
    """`PushSubscription.toJSON()`."""

    endpoint: str
    keys: BrowserKeys


class PushTyped(msgspec.Struct, kw_only=True):
    """`alerts`: of which kinds; all of them where none is named. `policy`: from whom."""

    subscription: BrowserSubscription
    alerts: list[str] = []
    policy: str = "all"


async def subscribe(call: Call[PushTyped]) -> Answer:
    """This browser is told from now on, until it is signed out."""
    sent, browser = call.args, call.args.subscription
    wish = DeviceWish(
        endpoint=browser.endpoint,
        p256dh=browser.keys.p256dh,
        auth=browser.keys.auth,
        standard=True,
        alerts=sent.alerts or ALERTS,
        policy=sent.policy,
    )
    found = await push.subscribe(call.house.square, call.viewer, call.caller, wish)
    return json({"id": str(found.id), "alerts": found.alerts, "policy": found.policy})


async def key(call: Call[Nothing]) -> Answer:
    """The server's key, as `applicationServerKey` wants it; empty as `told_key` says."""
    return json({"public_key": push.told_key(call.house.settings)})


async def remove(call: Call[Nothing]) -> Answer:
    """Told no more."""
    await push.remove(call.house.square, call.caller)
    return json({})


ROUTES: tuple[Route, ...] = (
    get("/notifications/policy", policy, Surface.OWN, **PAGE),
    post("/notifications/policy", wish, Surface.OWN, **PAGE),
    get("/notifications/requests", requests, Surface.NOTIFICATIONS, **PAGE),
    post("/notifications/requests/{id}/{act}", act, Surface.NOTIFICATIONS, **PAGE),
    get(HERE, show, Surface.OWN, **PAGE),
    post(HERE, choose, Surface.OWN, limit=(60, 3_600), **PAGE),
    get("/mail/stop/{secret}", ask_to_stop, Surface.NONE, **OPEN, **PAGE),
    post("/mail/stop/{secret}", stop, Surface.NONE, shape=Shape.FILE, **OPEN),
    get("/push/key", key, Surface.NONE, public=True, **PAGE),
    post("/push/subscription", subscribe, Surface.OWN, **PAGE),
    delete("/push/subscription", remove, Surface.OWN, **PAGE),
)

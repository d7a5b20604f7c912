"""Search, and what happened to oneself: two lists of mixed things."""

import msgspec

from chaupal.policy import epitaph, tidings
from chaupal.policy.surface import Surface
from chaupal.reads import notifications, search, tags
from chaupal.reads.notifications import Told
from chaupal.reads.search import Span
from chaupal.social import markers
from chaupal.web import links, pages
from chaupal.web.cards import Card, Face, cards, face
from chaupal.web.reading import beside, pager, said
from chaupal.web.words import N_
from chaupal.wire.call import Answer, Call
from chaupal.wire.paging import Paged
from chaupal.wire.route import Route, Shape, get

FEW = 5  # people and tags where posts are looked for too
MANY = 20
KINDS = ("", "posts", "people", "tags")


class Query(msgspec.Struct, kw_only=True):
    """What is looked for. `kind`: only `posts`, `people` or `tags`; `page` counts from 1."""

    q: str = ""
    kind: str = ""
    page: int = 1


class Notice(msgspec.Struct, frozen=True):
    """A notification as a page shows it. `decided`: what was decided, in words, and `order` where that stands."""

    told: Told
    face: Face
    card: Card | None
    decided: str = ""
    order: str = ""


async def found(call: Call[Query]) -> Answer:
    """People, tags and posts for a query; nothing yet where none was typed."""
    reads, viewer, args = call.house.reads, call.viewer, call.args
    q = args.q.strip()[:200]
    kind = args.kind if args.kind in KINDS else ""
    page = min(max(args.page, 1), 50)
    few = Span(MANY if kind else FEW, (page - 1) * MANY if kind else 0)
    many = Span(MANY, (page - 1) * MANY)
    people = await search.people(reads, viewer, q, few) if q and kind in ("", "people") else []
    named = await tags.find(reads, viewer, q, few.limit, few.offset) if q and kind in ("", "tags") else []
    posts = await search.posts(reads, viewer, q, many) if q and kind in ("", "posts") else []
    full = max(len(people) if kind else 0, len(named) if kind else 0, len(posts)) >= MANY
    return await pages.render(
        call, "search.html", q=q, kind=kind, people=[face(call, seen) for seen in people], tags=named,
        posts=await cards(call, posts), aside=await beside(call), title=q or said(call, N_("Search")),
        more=links.query("/search", q=q, kind=kind, page=page + 1) if full else "",
    )  # fmt: skip


async def told(call: Call[Paged]) -> Answer:
    """Notifications; having looked at the newest page, one has read them."""
    reads, viewer = call.house.reads, call.viewer
    page = await notifications.page(reads, viewer, call.args.cursor())
    marks = await notifications.marks(reads, viewer, ("notifications",))
    shown = await cards(call, [t.post for t in page.items if t.post is not None])
    by_id = {card.key: card for card in shown}
    notices = [_notice(call, t, by_id.get(t.post.item.id) if t.post else None) for t in page.items]
    if page.items and call.args.max_id is None:
        await markers.keep(call.house.square, viewer, {"notifications": page.items[0].id})
    return await pages.render(
        call, "notifications.html", notices=notices, read=marks[0].last_read if marks else 0, pager=pager(call, page),
        title=said(call, N_("Notifications")),
    )  # fmt: skip


def _notice(call: Call[Paged], told: Told, card: Card | None) -> Notice:
    ruling, body = told.ruling, told.body
    if ruling is None:
        return Notice(told, face(call, told.person), card)
    line = tidings.line(ruling, body.get("kind", ""), call.viewer.language, ended=bool(body.get("ended")))
    return Notice(told, face(call, told.person), card, line, epitaph.notice_path(ruling))


ROUTES: tuple[Route, ...] = (
    get("/search", found, Surface.SEARCH, shape=Shape.PAGE, public=True, takes=Query),
    get("/notifications", told, Surface.NOTIFICATIONS, shape=Shape.PAGE, takes=Paged),
)

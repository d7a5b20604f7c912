"""Search, and what happened to oneself: two lists of mixed things."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import msgspec
import regex

from chaupal.http.call import OPEN_PAGE, Answer, Call, Route, Shape, get, json
from chaupal.http.paging import Number, Paged
from chaupal.policy.sealed import Visible
from chaupal.policy.sentences import complaint_texts, push_texts, ruling_texts
from chaupal.policy.things import Person
from chaupal.policy.viewer import Surface, may
from chaupal.reads.explore import romanised, search
from chaupal.reads.explore.search import Span
from chaupal.reads.people import notifications
from chaupal.reads.people.notifications import GROUPED, GroupSeen, NotificationsAsked, NotificationSeen
from chaupal.social.people import elsewhere, listening
from chaupal.text.language import LANGUAGES, check_language
from chaupal.web import links, pages
from chaupal.web.square.cards import Card, Face, cards, face
from chaupal.web.square.composing import talking
from chaupal.web.square.reading import pager
from chaupal.web.words import N_, translated

FACES = 6  # of those who did the same
OFFERED = 4  # people, and hashtags, while one types
FEW = 5  # people and tags where posts are looked for too
MANY = 20
MOST_PAGES = 50  # of results: whoever wants what is further back names days
NONE: romanised.RomanisedFound[Any] = romanised.RomanisedFound([])
KINDS = ("", "posts", "people", "tags")


class Query(msgspec.Struct, kw_only=True):
    """What is looked for. `kind`: only `posts`, `people` or `tags`; `page` counts from 1.

    The others are the controls beside it, each the operator of its name (docs/keeping.md): whose posts (a handle), in which language,
    with media, from which day to which (YYYY-MM-DD), only by those whom one follows.
    """

    q: str = ""
    kind: str = ""
    page: int = 1
    by: str = ""
    language: str = ""
    media: bool = False
    since: str = ""
    until: str = ""
    followed: bool = False

    @property
    def operators(self) -> list[str]:
        """The controls as one would type them; what is no handle, language or day is left out."""
        by = self.by.strip().removeprefix("@")
        kept = [
            f"from:{by}" if _HANDLE.fullmatch(by) else "",
            f"language:{self.language}" if check_language(self.language) else "",
            "has:media" if self.media else "",
            f"after:{_day_shifted(self.since, -1)}" if _day_shifted(self.since, -1) else "",
            f"before:{_day_shifted(self.until, 1)}" if _day_shifted(self.until, 1) else "",
            "in:home" if self.followed else "",
        ]
        return [one for one in kept if one]


class QueryTyped(msgspec.Struct, kw_only=True):
    """What was typed so far."""

    q: str = ""


class SearchOffer(msgspec.Struct, frozen=True):
    """What one may mean: `text` as it is written, `about` it, and the page it leads to."""

    text: str
    about: str
    href: str


_HANDLE = regex.compile(r"[A-Za-z0-9_]{1,30}|[A-Za-z0-9_.-]{1,100}@[A-Za-z0-9.:-]{1,253}")


def _day_shifted(day: str, days: int) -> str:
    """The day so many days from a day: operators leave out the day they name, controls take it in. Empty for what is no day."""
    try:
        return (date.fromisoformat(day) + timedelta(days)).isoformat() if len(day) == 10 else ""
    except (ValueError, OverflowError):
        return ""


# The tabs of notifications: which kinds each shows.
TABS: dict[str, tuple[str, tuple[str, ...]]] = {
    "": (N_("All"), ()),
    "mentions": (N_("Mentions"), ("mention",)),
    "likes": (N_("Likes and reposts"), ("favourite", "reblog")),
    "follows": (N_("Follows"), ("follow", "follow_request", notifications.SEVERED)),
    "posts": (N_("Posts"), ("status", "poll", "update", "quote")),
    "decisions": (N_("Decisions"), (notifications.COURT,)),
    "office": (N_("Staff office"), tuple(notifications.DUTIES)),
}

OFFICE = "office"  # the tab of those who have one


class NotificationsOf(Paged, kw_only=True):
    """A page of one tab. `read`: how far one had read when one came to the first page, which moves the marker."""

    kind: str = ""
    read: Number | None = None


class Notification(msgspec.Struct, frozen=True):
    """A group of notifications as a page shows it. `decided`: what was decided, and `page` where all about it stands.

    `faces`: those who did it, the newest first; `others`: how many beside the first. `whom`: whom a report is about.
    `message`: its post is for those alone whom it names, as what the house tells somebody.
    """

    told: NotificationSeen
    face: Face
    card: Card | None
    decided: str = ""
    page: str = ""
    faces: Sequence[Face] = ()
    others: int = 0
    whom: Face | None = None
    message: bool = False


async def show_search(call: Call[Query]) -> Answer:
    """People, tags and posts for a query; nothing yet where none was typed."""
    reads, viewer, args = call.house.reads, call.viewer, call.args
    q, operators = args.q.strip()[:200], args.operators
    kind = args.kind if args.kind in KINDS else ""
    # What narrows posts asks for posts.
    kind = kind or ("posts" if operators else "")
    narrowed = " ".join((q, *operators)).strip()
    page = min(max(args.page, 1), MOST_PAGES)
    few = Span(MANY if kind else FEW, (page - 1) * MANY if kind else 0)
    many = Span(MANY, (page - 1) * MANY)
    named_so = await romanised.people(reads, viewer, q, few) if q and kind in ("", "people") else NONE
    named = await romanised.tags(reads, viewer, q, few.limit, few.offset) if q and kind in ("", "tags") else []
    said_so = await romanised.posts(reads, viewer, narrowed, many) if narrowed and kind in ("", "posts") else NONE
    people, posts = named_so.items, said_so.items
    full = max(len(people) if kind else 0, len(named) if kind else 0, len(posts)) >= MANY
    also = " ".join(word for word in (said_so.also or named_so.also).split() if word not in operators)
    chosen = {
        "by": args.by.strip(),
        "language": args.language,
        "media": "1" if args.media else "",
        "since": args.since,
        "until": args.until,
        "followed": "1" if args.followed else "",
    }
    return await pages.render(
        call,
        "search.html",
        q=q,
        kind=kind,
        chosen=chosen,
        filtered=bool(operators),
        tongues=LANGUAGES,
        people=[face(call, seen) for seen in people],
        tags=named,
        posts=await cards(call, posts),
        title=q or translated(call, N_("Search")),
        also=also,
        unknown=" ".join(search.parse(q).unknown),
        there=_host_to_ask(call, q, people),
        more=links.query("/search", q=q, kind=kind, page=page + 1, **chosen) if full and page < MOST_PAGES else "",
        cut=full and page == MOST_PAGES,
    )


def _host_to_ask(call: Call[Query], q: str, people: Sequence[Visible[Person]]) -> str:
    """The server on which one may look for what was typed, a name or an address of it, where it was not found here."""
    host = elsewhere.host_in(call.house.square, q)
    name = q.strip().removeprefix("@").lower()
    return "" if any(seen.item.handle == name for seen in people) else host


async def suggest(call: Call[QueryTyped]) -> Answer:
    """Hashtags and people that may be meant by what is typed; what is not to be offered here is not."""
    reads, viewer, q = call.house.reads, call.viewer, call.args.q.strip()[:100]
    if not q:
        return json([])
    tags = [] if q.startswith("@") else await romanised.tags(reads, viewer, q, OFFERED, suggest=True)
    named = [] if q.startswith("#") else await search.people(reads, viewer, q, Span(OFFERED), surface=Surface.SUGGEST)
    return json(
        [
            *(SearchOffer(f"#{tag.name}", talking(call, tag.authors), links.tag(tag.name)) for tag in tags),
            *(
                SearchOffer(one.item.shown_name, f"@{one.item.handle}", links.person(one.item.handle))
                for one in named
                if not one.withheld
            ),
        ]
    )


async def notifications_page(call: Call[NotificationsOf]) -> Answer:
    """Notifications in groups, by kinds; having looked at the newest page of all, one has read them."""
    reads, viewer = call.house.reads, call.viewer
    tabs = {name: tab for name, tab in TABS.items() if name != OFFICE or may(viewer, "see_office")}
    kind = call.args.kind if call.args.kind in tabs else ""
    page = await notifications.groups(
        reads, viewer, call.args.cursor(), NotificationsAsked(kinds=TABS[kind][1], together=GROUPED)
    )
    marks = await notifications.marks(reads, viewer, ("notifications",))
    read = call.args.read if call.args.read is not None else marks[0].last_read if marks else 0
    shown = await cards(call, [g.newest.post for g in page.items if g.newest.post is not None])
    by_id = {card.key: card for card in shown}
    found = [_notification(call, g, by_id.get(g.newest.post.item.id) if g.newest.post else None) for g in page.items]
    if page.items and call.args.max_id is None and not kind:
        await listening.keep_markers(call.house.square, viewer, {"notifications": page.items[0].newest.id})
    _, waiting, _ = await notifications.policy(reads, viewer)
    return await pages.render(
        call,
        "notifications.html",
        notifications=found,
        read=read,
        titled=N_("Notifications"),
        tabs=[(name, translated(call, text)) for name, (text, _) in tabs.items()],
        kind=kind,
        waiting=waiting,
        pager=pager(call, page, kind=kind, read=str(read)),
    )


def _notification(call: Call[NotificationsOf], group: GroupSeen, card: Card | None) -> Notification:
    told = group.newest
    ruling, body = told.ruling, told.body
    if ruling is None:
        people = {one.person.item.id: face(call, one.person) for one in group.told}
        faces = list(people.values())[:FACES]
        whom = face(call, told.reported.whom) if told.reported else None
        message = push_texts.is_message(told.kind, told.post.item if told.post else None)
        return Notification(
            told, face(call, told.person), card, faces=faces, others=len(people) - 1, whom=whom, message=message
        )
    language, outcome = call.viewer.language, body.get("appeal", "")
    line = ruling_texts.line(ruling, body.get("kind", ""), language, ended=bool(body.get("ended")))
    if outcome:
        line = complaint_texts.line(outcome, language)
    return Notification(told, face(call, told.person), card, line, ruling_texts.notice_page(ruling.id))


ROUTES: tuple[Route, ...] = (
    get("/search", show_search, Surface.SEARCH, **OPEN_PAGE),
    get("/search/suggest", suggest, Surface.SUGGEST, shape=Shape.FILE, public=True),
    get("/notifications", notifications_page, Surface.NOTIFICATIONS, shape=Shape.PAGE),
)

"""What an open page is told: ids of what came and of what is gone. The words come with a page, judged when it is asked for."""

from collections.abc import Callable, Sequence
from typing import Any, Literal

import msgspec

from chaupal.http import listening
from chaupal.http.call import OPEN_PAGE, Answer, Call, Nothing, Route, Shape, get, json
from chaupal.http.paging import ById, Number
from chaupal.kernel.clock import SECOND
from chaupal.kernel.errors import Malformed, NotFound
from chaupal.policy.viewer import Surface
from chaupal.reads.people import badges, notifications
from chaupal.reads.timelines import conversations, streams, thread
from chaupal.text import fold
from chaupal.web import pages
from chaupal.web.square.cards import cards
from chaupal.web.words import words

LIVE = "/live"
STREAM = "page"
OWN = {"notification": "notice", "conversation": "message"}  # what comes to the viewer alone, in the words of pages
MOST = 100  # posts that are asked after at once
MARGIN = 10 * SECOND  # a page says when it was drawn; what is on it was looked up a little before


class LiveList(msgspec.Struct, kw_only=True):
    """Which list the page shows (`here`: one to which nothing comes). `languages`: those whose posts it shows, parted by
    commas; empty: all."""

    of: Literal["home", "public", "everywhere", "tag", "notices", "here"] = "public"
    tag: str = ""
    languages: str = ""


class OnScreen(msgspec.Struct, kw_only=True):
    """Ids of the posts and of the people that stand on a page, parted by commas, and when (ms) the page was drawn."""

    ids: str = ""
    people: str = ""
    since: Number = 0


class PostsAsked(msgspec.Struct, kw_only=True):
    """Ids of posts, parted by commas."""

    ids: str = ""


class ScreenChanges(msgspec.Struct):
    """Posts that are not shown any more, posts that look otherwise now, people who are not shown; and when (ms) that was."""

    gone: list[str]
    changed: list[str]
    away: list[str]
    at: int


async def page(call: Call[LiveList]) -> listening.Hearing:
    """The list of a page, and what comes to whoever is signed in: on one connection. Raises NotSignedIn for home and notices,
    Malformed for a tag without a name."""
    heard, me = call.args, call.viewer.account
    if heard.of == "home":
        topic = listening.home_of(call.me)
    elif heard.of == "notices":
        topic = listening.notifications_of(call.me)
    elif heard.of in ("public", "here"):
        topic = listening.HERE
    elif heard.of == "everywhere":
        topic = listening.PUBLIC
    elif key := fold.count_key(heard.tag):
        topic = listening.tag_topic(key)
    else:
        raise Malformed("tag_missing")
    own = () if me is None else (listening.notifications_of(me), listening.direct_of(me))
    return listening.Hearing((STREAM,), tuple(dict.fromkeys((topic, *own))), compose, heard.languages)


async def compose(call: Call[LiveList], topic: str, tiding: listening.Tiding) -> Sequence[listening.Told]:
    """`update` and `delete` with an id, where it concerns this viewer by the law of this moment; `away` with the id of a
    person; `notice` for a notification, `message` with the conversation in which something was said."""
    if tiding.kind == "update" and call.args.of == "here":
        return ()
    if tiding.kind == "update":
        home = topic.startswith(listening.HOME)
        context = "home" if home else "public"
        seen = await streams.post(call.house.reads, call.viewer, tiding.id, home=home, context=context)
        wanted = [code for code in call.args.languages.split(",") if code]
        return [_id("update", tiding.id)] if seen and (not wanted or seen.item.language in wanted) else ()
    if isinstance(tiding, listening.RulingTiding):
        stands = await streams.standing(call.house.reads, call.viewer, tiding.id, tiding.posts, tiding.reposts)
        gone = [_id("delete", id_) for id_ in stands.gone]
        gone += [_id("away", id_) for id_ in await _away(call, tiding)]
        return gone + [_id("status.update", seen.item.id) for seen in stands.shown if tiding.anew]
    if tiding.kind in OWN and not await _is_news(call, tiding):
        return ()
    return [_id(OWN.get(tiding.kind, tiding.kind), tiding.id)]


async def _is_news(call: Call[LiveList], tiding: listening.Tiding) -> bool:
    """Whether a notification, or what was said last in a conversation, is for the viewer: an id alone tells that there is one, and when."""
    reads, viewer = call.house.reads, call.viewer
    try:
        if tiding.kind == "notification":
            return bool(await notifications.by_id(reads, viewer, tiding.id))
        return not (await conversations.by_root(reads, viewer, tiding.id)).last.withheld
    except NotFound:
        return False


async def standing(call: Call[OnScreen]) -> Answer:
    """What became of the posts and people on a page while nobody told it: before its connection opened, or while it had none."""
    reads, viewer, now = call.house.reads, call.viewer, call.house.reads.clock()
    found = await streams.moved(reads, viewer, _ids(call.args.ids), call.args.since - MARGIN)
    away = await streams.away(reads, viewer, _ids(call.args.people))
    return json(ScreenChanges(list(map(str, found.gone)), list(map(str, found.changed)), list(map(str, away)), now))


async def badge(call: Call[Nothing]) -> Answer:
    """How much is new, as the frame of a page writes it; empty: nothing."""
    found = await badges.badges_of(call.house.reads, call.viewer)
    say = _say(call, "number")
    return json(
        {name: _at_most(say, n) for name, n in (("notices", found.notifications), ("messages", found.messages))}
    )


async def counted(call: Call[PostsAsked]) -> Answer:
    """Answers, reposts and likes by the post's id, as pages write them; empty: none."""
    found = await streams.counts(call.house.reads, call.viewer, _ids(call.args.ids))
    say = _say(call, "compact")
    return json({str(id_): [say(n) if n else "" for n in three] for id_, three in found.items()})


async def talked_about(call: Call[Nothing]) -> Answer:
    """What stands beside a page of what is talked about now."""
    return await pages.render(call, "parts/trends.html", found=(await pages.sidebar(call)).trends)


def _say(call: Call[Any], how: Literal["number", "compact"]) -> Callable[[int], str]:
    said = words(call.viewer.language)
    say: Callable[..., str] = getattr(said, how)
    return said.in_digits(say) if pages.appearance_of(call).digits == "native" else say


def _at_most(say: Callable[[int], str], n: int) -> str:
    return (say(n) + ("+" if n >= badges.MOST else "")) if n else ""


async def _away(call: Call[LiveList], tiding: listening.RulingTiding) -> list[int]:
    """Whom the ruling took away; nobody learns that there was somebody whom they could not have met."""
    reads, viewer, who = call.house.reads, call.viewer, tiding.id
    if not tiding.account or not await streams.knows(reads, viewer, who):
        return []
    return await streams.away(reads, viewer, (who,))


def _ids(text: str) -> list[int]:
    return [int(one) for one in text.split(",")[:MOST] if one.isascii() and one.isdigit() and len(one) < 20]


async def show(call: Call[ById]) -> Answer:
    """A post as a page shows it now. Raises NotFound."""
    found = await cards(call, [await thread.post(call.house.reads, call.viewer, call.args.id)])
    if not found:
        raise NotFound
    return await pages.render(call, "parts/post.html", card=found[0], here="/")


def _id(event: str, id_: int) -> tuple[str, bytes]:
    return event, str(id_).encode()


OPEN: dict[str, Any] = {"shape": Shape.FILE, "public": True, "stream": STREAM}

ROUTES: tuple[Route, ...] = (
    get(LIVE, page, Surface.STREAM, **OPEN),
    get("/live/standing", standing, Surface.STATUS, shape=Shape.FILE, public=True),
    get("/live/badges", badge, Surface.NOTIFICATIONS, shape=Shape.FILE),
    get("/live/counts", counted, Surface.STATUS, shape=Shape.FILE, public=True),
    get("/live/trends", talked_about, Surface.TRENDS, shape=Shape.FILE, public=True),
    get("/live/posts/{id}", show, Surface.STATUS, **OPEN_PAGE),
)

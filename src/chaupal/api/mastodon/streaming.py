"""Streams in the API: which there are, what each hears, and how what happened is put into words for one viewer.

https://docs.joinmastodon.org/methods/streaming/ and, for what is withheld, the messages that Twitter's streams had.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import msgspec

from chaupal.api.mastodon.instance import shown as announcement_shown
from chaupal.api.mastodon.notifications.notifications import written
from chaupal.api.mastodon.posts.status_entity import Pen, pen_for
from chaupal.api.mastodon.timelines import shown as talks_shown
from chaupal.http import listening
from chaupal.http.call import Answer, Call, Nothing, Route, get
from chaupal.http.paging import Number
from chaupal.kernel.errors import Malformed, NotFound
from chaupal.policy.sealed import Visible
from chaupal.policy.things import Post
from chaupal.policy.viewer import Surface, allows
from chaupal.reads.people import announcements, filtering, notifications, people
from chaupal.reads.posts.around import Around
from chaupal.reads.timelines import conversations, lists, streams
from chaupal.text import fold

_encode = msgspec.json.Encoder().encode


class PublicHeard(msgspec.Struct):
    """What is said in the square; `only_media` leaves out posts without pictures."""

    only_media: bool = False


class TagHeard(msgspec.Struct):
    """A tag, in any spelling."""

    tag: str = ""


class ListHeard(msgspec.Struct):
    """A list by its id."""

    list: Number


class StatusWithheld(msgspec.Struct):
    """Twitter's message of a post that is withheld, in its very names; `withheld_in_countries` is empty once it is back."""

    id: str
    user_id: str
    withheld_in_countries: tuple[str, ...]


class UserWithheld(msgspec.Struct):
    """The same of an account."""

    id: str
    withheld_in_countries: tuple[str, ...]


# --- which streams there are -----------------------------------------------------------------------------------------


async def user(call: Call[Nothing]) -> listening.Hearing:
    """One's home, and one's notifications where the token may read them."""
    topics = (listening.home_of(call.me), listening.ANNOUNCED)
    if call.caller is None or allows(call.caller.scopes, "read:notifications"):
        topics += (listening.notifications_of(call.me),)
    return listening.Hearing(("user",), topics, compose)


async def notices(call: Call[Nothing]) -> listening.Hearing:
    """One's notifications alone."""
    return listening.Hearing(("user:notification",), (listening.notifications_of(call.me),), compose)


async def direct(call: Call[Nothing]) -> listening.Hearing:
    """What is said to oneself alone."""
    return listening.Hearing(("direct",), (listening.direct_of(call.me),), compose)


async def public(call: Call[PublicHeard]) -> listening.Hearing:
    """The square: all of it, what this server's people say, or what others' say. Each stream is a topic of its name."""
    name = call.route.stream
    topic = name + listening.MEDIA if call.args.only_media and not name.endswith(listening.MEDIA) else name
    return listening.Hearing((topic,), (topic,), compose)


async def tagged(call: Call[TagHeard]) -> listening.Hearing:
    """Posts with a tag. Raises Malformed where none is named."""
    tag = call.args.tag.strip().removeprefix("#")
    key = fold.count_key(tag)
    if not key:
        raise Malformed("tag_missing")
    topic = listening.tag_here_topic if call.route.stream == TAG_HERE else listening.tag_topic
    return listening.Hearing((call.route.stream, tag), (topic(key),), compose)


async def listed(call: Call[ListHeard]) -> listening.Hearing:
    """What the people of one's own list write. Raises NotFound."""
    own = await lists.by_id(call.house.reads, call.viewer, call.args.list)
    return listening.Hearing((call.route.stream, str(own.id)), (listening.list_topic(own.id),), compose)


async def health(call: Call[Nothing]) -> Answer:
    """Streams can be opened."""
    return Answer(b"OK", mime="text/plain; charset=utf-8")


async def door(call: Call[Nothing]) -> Answer:
    """The WebSocket's address, asked for without one."""
    raise Malformed("no_websocket")


# --- how it is told --------------------------------------------------------------------------------------------------


async def compose(call: Call[Any], topic: str, tiding: listening.Tiding) -> Sequence[listening.Told]:
    """What this viewer is told of it, by the law of this moment; nothing where it is not for them."""
    return await WORDS[tiding.kind](call, topic, tiding)


async def _update(call: Call[Any], topic: str, tiding: listening.Tiding) -> Sequence[listening.Told]:
    home = topic.startswith(listening.HOME)
    of_list = int(topic.removeprefix(listening.LIST)) if topic.startswith(listening.LIST) else None
    context = "home" if home or of_list else "public"
    seen = await streams.post(call.house.reads, call.viewer, tiding.id, home=home, context=context, of_list=of_list)
    return [("update", body)] if seen is not None and (body := await _status(call, seen)) else ()


async def _status(call: Call[Any], seen: Visible[Post]) -> bytes:
    post = seen.item
    if any((post.boost_of, post.poll, post.quote_state, post.card)):
        return (await pen_for(call, [seen])).write(seen)
    # What was said a moment ago nobody has liked or saved: the store need not be asked, for each of many listeners.
    reads, viewer = call.house.reads, call.viewer
    met = await filtering.matches(reads, viewer, [seen])
    return Pen(call, Around(await people.of_posts(reads, viewer, [seen]), met=met)).write(seen)


async def _changed(call: Call[Any], topic: str, tiding: listening.Tiding) -> Sequence[listening.Told]:
    """Itself, as it is now: its words, its poll, or whether it still quotes."""
    home = topic.startswith(listening.HOME)
    seen = await streams.post(call.house.reads, call.viewer, tiding.id, home=home, context="home" if home else "public")
    body = (await pen_for(call, [seen])).write(seen) if seen is not None else b""
    return [("status.update", body)] if body else ()


async def _delete(call: Call[Any], topic: str, tiding: listening.Tiding) -> Sequence[listening.Told]:
    return [("delete", str(tiding.id).encode())]


async def _notification(call: Call[Any], topic: str, tiding: listening.Tiding) -> Sequence[listening.Told]:
    try:
        told = await notifications.by_id(call.house.reads, call.viewer, tiding.id)
    except NotFound:
        return ()
    return [("notification", one) for one in await written(call, [told])]


async def _merged(call: Call[Any], topic: str, tiding: listening.Tiding) -> Sequence[listening.Told]:
    """What was kept apart stands among the rest: clients read their notifications anew."""
    return [("notifications_merged", b"1")]


async def _announcement(call: Call[Any], topic: str, tiding: listening.Tiding) -> Sequence[listening.Told]:
    told = await announcements.by_id(call.house.reads, call.viewer, tiding.id)
    return [("announcement", _encode(announcement_shown(call, told)))] if told else ()


async def _unannounced(call: Call[Any], topic: str, tiding: listening.Tiding) -> Sequence[listening.Told]:
    return [("announcement.delete", str(tiding.id).encode())]


async def _reacted(call: Call[Any], topic: str, tiding: listening.ReactionTiding) -> Sequence[listening.Told]:
    said = {"name": tiding.name, "count": tiding.count, "announcement_id": str(tiding.id)}
    return [("announcement.reaction", _encode(said))]


async def _conversation(call: Call[Any], topic: str, tiding: listening.Tiding) -> Sequence[listening.Told]:
    """What is withheld here is no news."""
    try:
        talk = await conversations.by_root(call.house.reads, call.viewer, tiding.id)
    except NotFound:
        return ()
    return [("conversation", _encode(one)) for one in await talks_shown(call, [talk]) if not talk.last.withheld]


async def _ruled(call: Call[Any], topic: str, tiding: listening.RulingTiding) -> Sequence[listening.Told]:
    """Where it is withheld now; to those who are there, that it is gone; to those to whom it has come back, itself."""
    stands = await streams.standing(call.house.reads, call.viewer, tiding.id, tiding.posts, tiding.reposts)
    told: list[listening.Told] = []
    if tiding.withheld == "status" and stands.known:
        withheld = StatusWithheld(str(tiding.id), str(tiding.owner), stands.countries)
        told.append(("status_withheld", _encode({"status_withheld": withheld})))
    elif tiding.withheld == "user" and await streams.person(call.house.reads, call.viewer, tiding.id):
        told.append(("user_withheld", _encode({"user_withheld": UserWithheld(str(tiding.id), stands.countries)})))
    told += [("delete", str(id_).encode()) for id_ in stands.gone]
    if tiding.anew:
        pen = await pen_for(call, stands.shown)
        told += [("status.update", body) for seen in stands.shown if (body := pen.write(seen))]
    return told


async def _refiltered(call: Call[Any], topic: str, tiding: listening.Tiding) -> Sequence[listening.Told]:
    """What is to be filtered is asked for anew; the message itself says nothing."""
    return [("filters_changed", b"{}")]  # libraries read every payload as JSON


WORDS: dict[str, Callable[[Call[Any], str, Any], Awaitable[Sequence[listening.Told]]]] = {
    "update": _update,
    "status.update": _changed,
    "delete": _delete,
    "notification": _notification,
    "merged": _merged,
    "announcement": _announcement,
    "announcement.delete": _unannounced,
    "announcement.reaction": _reacted,
    "conversation": _conversation,
    "ruled": _ruled,
    "filters_changed": _refiltered,
}


def _public(path: str, stream: str) -> Route:
    return get(f"{BASE}/{path}", public, Surface.STREAM, public=True, stream=stream)


BASE = "/api/v1/streaming"
TAG_HERE = "hashtag:local"
READ: dict[str, Any] = {"scope": "read:statuses"}

ROUTES: tuple[Route, ...] = (
    get(f"{BASE}/health", health, Surface.NONE, public=True),
    get(BASE, door, Surface.NONE, public=True),
    get(f"{BASE}/user", user, Surface.STREAM, stream="user", **READ),
    get(f"{BASE}/user/notification", notices, Surface.STREAM, stream="user:notification", scope="read:notifications"),
    _public("public", "public"),
    _public("public/media", "public:media"),
    _public("public/local", "public:local"),
    _public("public/local/media", "public:local:media"),
    _public("public/remote", "public:remote"),
    _public("public/remote/media", "public:remote:media"),
    get(f"{BASE}/hashtag", tagged, Surface.STREAM, public=True, stream="hashtag"),
    get(f"{BASE}/hashtag/local", tagged, Surface.STREAM, public=True, stream=TAG_HERE),
    get(f"{BASE}/direct", direct, Surface.STREAM, stream="direct", **READ),
    get(f"{BASE}/list", listed, Surface.STREAM, stream="list", scope="read:lists"),
)

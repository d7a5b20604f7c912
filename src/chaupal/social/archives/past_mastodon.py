"""Posts of a Mastodon archive: `outbox.json` (ActivityStreams) and the media beside it."""

from typing import Any

import msgspec
import regex

from chaupal.kernel.clock import parse_time
from chaupal.policy.facts import Visibility
from chaupal.social.archives.archives import Archive, BadArchive, from_json
from chaupal.social.archives.past_posts import BROKEN, OTHERS, POLL, UNDATED, Attached, Item, counted, text_in
from chaupal.text import foreign, html

OUTBOX = "outbox.json"
BOOKMARKS = "bookmarks.json"
MEDIA = "media_attachments/"
MOST_NAME = 500  # letters of somebody with their server
_NAMED = regex.compile(r"@<span>([^<]*)</span>")
PUBLIC = ("https://www.w3.org/ns/activitystreams#Public", "as:Public", "Public")


class Outbox(msgspec.Struct):
    """Activities, each looked at by itself: one that is broken does not spoil the rest."""

    orderedItems: list[Any] = []  # noqa: N815 - as ActivityStreams spells it


def is_one(archive: Archive) -> bool:
    return archive.has(OUTBOX)


def read(archive: Archive) -> list[Item]:
    """Raises BadArchive."""
    outbox = from_json(archive.read_json(OUTBOX), Outbox, OUTBOX)
    actor = _actor(archive)
    return [*counted(_item(archive, one, actor) for one in outbox.orderedItems)]


def saved(archive: Archive) -> bytes | None:
    """What was saved, as the list (CSV) that Mastodon exports of it; None where none is there. Raises BadArchive."""
    if not archive.has(BOOKMARKS):
        return None
    found = from_json(archive.read_json(BOOKMARKS), Outbox, BOOKMARKS)
    return "".join(f'"{one}"\n' for one in found.orderedItems if isinstance(one, str) and '"' not in one).encode()


def _actor(archive: Archive) -> str:
    """The address of the followers of whose archive this is, by which private posts are known; empty: not said."""
    try:
        actor = from_json(archive.read("actor.json", 1_000_000), dict[str, Any])
    except (KeyError, BadArchive):
        return ""
    return text_in(actor, "followers")


def _item(archive: Archive, activity: Any, followers: str) -> Item:
    if not isinstance(activity, dict):
        return Item(source="", why=BROKEN)
    note: Any = activity.get("object")
    source = text_in(activity, "id")
    if activity.get("type") == "Announce":
        return Item(source=source, why=OTHERS)
    if activity.get("type") != "Create" or not isinstance(note, dict):
        return Item(source=source, why=BROKEN)
    source = text_in(note, "id") or source
    at = parse_time(text_in(note, "published") or text_in(activity, "published"))
    if at is None:
        return Item(source=source, why=UNDATED)
    options = _options(note)
    return Item(
        source=source,
        at=at,
        text=html.to_text(_mentions_whole(note)) + options,
        spoiler=text_in(note, "summary"),
        language=_language(note),
        sensitive=note.get("sensitive") is True,
        visibility=_visibility(note, followers),
        answers=text_in(note, "inReplyTo"),
        files=tuple(_files(archive, note)),
        but=POLL if options else "",
    )


def _options(note: dict[Any, Any]) -> str:
    """What could be chosen in a poll, as lines: nobody can vote in it here, and its question says little without."""
    chosen = (text_in(one, "name") for one in (*_list(note, "oneOf"), *_list(note, "anyOf")))
    return "".join(f"\n• {name}" for name in chosen if name)[: foreign.MOST_READ]


def _mentions_whole(note: dict[Any, Any]) -> str:
    """The words, in which @bob of another server is @bob@there: the bob of this server is somebody else."""
    whole = dict[str, str]()
    for tag in _list(note, "tag"):
        name, href = text_in(tag, "name"), text_in(tag, "href")
        if tag.get("type") == "Mention" and name.count("@") == 2 and href and len(name) < MOST_NAME:
            whole.setdefault(name.split("@")[1], name)
            whole.setdefault(name[1:], name)
    words = text_in(note, "content")[: foreign.MOST_READ]
    # Once through the words, however many are named.
    return _NAMED.sub(lambda found: whole.get(found[1], found[0]), words)[: foreign.MOST_READ]


def _visibility(note: dict[Any, Any], followers: str) -> Visibility:
    if note.get("localOnly") is True:
        return Visibility.LOCAL
    to, cc = _addresses(note, "to"), _addresses(note, "cc")
    if any(one in PUBLIC for one in to):
        return Visibility.PUBLIC
    if any(one in PUBLIC for one in cc):
        return Visibility.UNLISTED
    if any(one == followers or one.endswith("/followers") for one in (*to, *cc)):
        return Visibility.PRIVATE
    return Visibility.DIRECT


def _files(archive: Archive, note: dict[Any, Any]) -> list[Attached]:
    found: list[Attached] = []
    for one in _list(note, "attachment"):
        told = tuple((text_in(t, "language"), _inside(archive, t)) for t in _list(one, "captions"))
        found.append(Attached(_inside(archive, one), text_in(one, "name"), told))
    return found


def _inside(archive: Archive, one: dict[Any, Any]) -> str:
    """Archives have their files in `media_attachments/…`; a server that keeps them in a bucket names them by its path before that."""
    name = text_in(one, "url").lstrip("/")
    kept = MEDIA + name.partition(f"/{MEDIA}")[2]
    return kept if archive.has(kept) else name


def _language(note: dict[Any, Any]) -> str:
    words = note.get("contentMap")
    return str(next(iter(words), "")) if isinstance(words, dict) else ""


def _addresses(note: dict[Any, Any], name: str) -> list[str]:
    value = note.get(name)
    return [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, str)]


def _list(note: dict[Any, Any], name: str) -> list[dict[Any, Any]]:
    value = note.get(name)
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []

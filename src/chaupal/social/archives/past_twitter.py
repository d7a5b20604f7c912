"""Posts of a Twitter (X) archive: `data/tweets.js` in its parts, `data/tweets_media`, and what was longer in `data/note-tweet.js`."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from html import unescape
from typing import Any

import msgspec
import regex

from chaupal.social.archives.archives import Archive, from_json
from chaupal.social.archives.past_posts import BROKEN, OTHERS, SHORT, UNDATED, Attached, Item, counted, text_in

PARTS = regex.compile(r"(?:data/)?tweets?(?:-part\d+)?\.js")  # without its folder where somebody packed it alone
NOTES = regex.compile(r"data/note-tweet(?:-part\d+)?\.js")
# A tweet of more than 280 letters stands in tweets.js with its beginning alone; its whole text is a note of the same second.
CUT = regex.compile(r"(.*)…(?:\s*https://t\.co/\w+)*\s*", regex.DOTALL)
NAMED = regex.compile(r"(?:@\w+\s+)+")
HTTP = ("http://", "https://")
LINK = regex.compile(r"https?://t\.co/[A-Za-z0-9]+")
MOST_LETTERS, MOST_LINK = 25_000, 2_000  # code points of one tweet, as Twitter takes, and of what a link leads to
MOST_NOTES = 10  # of one second: each is held against each tweet of that time
CUT_FROM = 200  # letters: what is shorter and ends in dots was written so
APART = 2_000  # ms between a tweet and its note, at most
FOLDERS = ("data/tweets_media/", "data/tweet_media/")
DATE = "%a %b %d %H:%M:%S %z %Y"  # Wed Feb 10 06:30:00 +0000 2021
UNKNOWN = ("und", "zxx", "qme", "qht", "art", "qam", "qct", "qst")  # what Twitter says where it knows no language


def is_one(archive: Archive) -> bool:
    return bool(_parts(archive))


def read(archive: Archive) -> list[Item]:
    """Raises BadArchive."""
    media = {name.rpartition("/")[2]: name for folder in FOLDERS for name in archive.under(folder)}
    notes = _notes(archive)
    return [*counted(_item(one, media, notes) for one in _rows(archive, _parts(archive)))]


def _parts(archive: Archive) -> list[str]:
    return sorted(name for name in archive.under("") if PARTS.fullmatch(name))


def _rows(archive: Archive, names: list[str]) -> Iterator[Any]:
    """What is in these files, one after the other. Raises BadArchive."""
    return (row for name in names for row in _rows_of(archive, name))


def _rows_of(archive: Archive, name: str) -> list[Any]:
    """What follows `window.YTD.tweets.part0 =`. Raises BadArchive."""
    data = archive.read_json(name)
    begin = data.find(b"[", 0, 1_000)
    return from_json(data[begin:] if begin >= 0 else b"", list[Any], name)


class NoteTweet(msgspec.Struct, frozen=True):
    """The whole text of a tweet that was too long for one. `at` in ms."""

    at: int
    text: str


def _notes(archive: Archive) -> dict[int, list[NoteTweet]]:
    """By the second in which they were written: the archive does not say of which tweet each is. Raises BadArchive."""
    found: dict[int, list[NoteTweet]] = {}
    for row in _rows(archive, sorted(name for name in archive.under("data/note-tweet") if NOTES.fullmatch(name))):
        note: Any = row.get("noteTweet") if isinstance(row, dict) else None
        core: Any = note.get("core") if isinstance(note, dict) else None
        if not isinstance(core, dict) or not isinstance(note, dict):
            continue
        try:
            at = int(datetime.fromisoformat(text_in(note, "createdAt")).astimezone(UTC).timestamp() * 1000)
        except (ValueError, OverflowError):
            continue
        urls = core.get("urls")
        links = [one for one in urls if isinstance(one, dict)] if isinstance(urls, list) else []
        text = _led(text_in(core, "text"), ((text_in(one, "shortUrl"), text_in(one, "expandedUrl")) for one in links))
        of_second = found.setdefault(at // 1_000, [])
        if len(of_second) < MOST_NOTES:
            of_second.append(NoteTweet(at, unescape(text).strip()))
    return found


def _whole(words: str, at: int, notes: dict[int, list[NoteTweet]]) -> tuple[str, bool]:
    """The whole of what was cut short, and whether it was; as it stands where it is whole, or its note is not there."""
    cut = CUT.fullmatch(words)
    if cut is None or len(words) < CUT_FROM:
        return words, False
    begins = _begins(cut.group(1))
    near = (note for second in range(at // 1_000 - 2, at // 1_000 + 3) for note in notes.get(second, ()))
    fitting = [note for note in near if abs(note.at - at) <= APART and _begins(note.text).startswith(begins)]
    return (fitting[0].text, False) if len(fitting) == 1 else (words, True)


def _begins(text: str) -> str:
    """Without the names before an answer, which a note may lack, and up to the first link, which it may write otherwise."""
    named = NAMED.match(text)
    return text[named.end() if named else 0 :].partition("http")[0].rstrip()


def _item(row: Any, media: dict[str, str], notes: dict[int, list[NoteTweet]]) -> Item:
    tweet: Any = row.get("tweet", row) if isinstance(row, dict) else None
    if not isinstance(tweet, dict):
        return Item(source="", why=BROKEN)
    id_, words = text_in(tweet, "id_str") or text_in(tweet, "id"), text_in(tweet, "full_text") or text_in(tweet, "text")
    if not id_.isdigit():
        return Item(source="", why=BROKEN)
    if words.startswith("RT @"):
        return Item(source=_source(id_), why=OTHERS)
    try:
        at = int(datetime.strptime(text_in(tweet, "created_at"), DATE).astimezone(UTC).timestamp() * 1000)
    except (ValueError, OverflowError):
        return Item(source=_source(id_), why=UNDATED)
    words, short = _whole(_plain_text(tweet, words), at, notes)
    language, parent = text_in(tweet, "lang"), text_in(tweet, "in_reply_to_status_id_str")
    return Item(
        source=_source(id_),
        at=at,
        text=words,
        but=SHORT if short else "",
        language="" if language in UNKNOWN else language,
        sensitive=tweet.get("possibly_sensitive") is True,
        answers=_source(parent) if parent.isdigit() else "",
        files=tuple(_files(tweet, id_, media)),
    )


def _source(id_: str) -> str:
    return f"twitter:{id_}"


def _plain_text(tweet: dict[Any, Any], words: str) -> str:
    """With links as they lead, without the links that stand for pictures, and `&amp;` as `&`."""
    links = [(text_in(one, "url"), text_in(one, "expanded_url")) for one in _entities(tweet, "urls")]
    pictures = (text_in(one, "url") for one in _entities(tweet, "media"))
    return unescape(_led(words, links, without=pictures)).strip()


def _led(words: str, leads: Iterable[tuple[str, str]], without: Iterable[str] = ()) -> str:
    """With links as they lead, where that is known. In one go: if what takes a link's place were looked through for the next, a few
    would fill any memory.
    """
    led = {short: whole[:MOST_LINK] for short, whole in leads if whole.startswith(HTTP)} | dict.fromkeys(without, "")
    return LINK.sub(lambda link: led.get(link[0], link[0]), words[:MOST_LETTERS])[:MOST_LETTERS]


def _files(tweet: dict[Any, Any], id_: str, media: dict[str, str]) -> list[Attached]:
    found: list[Attached] = []
    for one in _entities(tweet, "media"):
        name = f"{id_}-{text_in(one, 'media_url_https').rpartition('/')[2]}"
        found.append(Attached(media.get(name, name), unescape(text_in(one, "ext_alt_text"))))
    return found


def _entities(tweet: dict[Any, Any], kind: str) -> list[dict[Any, Any]]:
    """`extended_entities` has all of a tweet's pictures, `entities` the first only."""
    for name in ("extended_entities", "entities"):
        entities = tweet.get(name)
        found = entities.get(kind) if isinstance(entities, dict) else None
        if isinstance(found, list):
            return [one for one in found if isinstance(one, dict)]
    return []

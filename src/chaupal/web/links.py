"""Where things are on the pages: people, posts, tags, pictures, where a form may lead back to; what other sites show of a link."""

from collections.abc import Sequence
from urllib.parse import quote, urlencode, urlsplit

import msgspec
import regex
from markupsafe import Markup, escape

from chaupal.policy.narrow import FOR_EVERYBODY
from chaupal.policy.things import Captions, Emoji, Person, Picture, Post
from chaupal.text.length import truncate

MOST_TRANSLATED = 600  # letters, which are nine each in an address where they are Indian ones
WHOLE, SMALL = 400, 56  # sides of avatars
HUES = 6  # kinds of disks for people without a picture
RSS = ".rss"  # what Mastodon puts behind the address of a person or a tag for its feed
_LETTER = regex.compile(r"\X")
_TAGS = regex.compile(r"(<[^>]*>)")
_NAMES = regex.compile(r":[A-Za-z0-9_]+:")


def person(handle: str) -> str:
    return f"/@{handle}"


def post(handle: str, id_: int) -> str:
    return f"/@{handle}/{id_}"


def tag(name: str) -> str:
    return f"/tags/{quote(name, safe='')}"


def feed(page: str) -> str:
    """The posts of a person's or a tag's page as Atom, which every reader of RSS reads, too."""
    return f"{page}/feed.atom"


def tagged(handle: str, name: str) -> str:
    """What somebody wrote with a tag."""
    return f"{person(handle)}/tagged/{quote(name, safe='')}"


def quoted(text: str) -> str:
    """As it stands in the address of another site."""
    return quote(text, safe="")


def query(path: str, **words: object) -> str:
    """A path with a query of the words that have a value."""
    kept = {name: value for name, value in words.items() if value not in (None, "")}
    return f"{path}?{urlencode(kept)}" if kept else path


def back(where: str) -> str:
    """The path a form may lead back to: on this site only, else the front (`//other` and `/\\other` leave the site)."""
    parts = urlsplit(where) if where.startswith("/") and where.isprintable() else None
    ok = parts and not parts.scheme and not parts.netloc and "\\" not in where and not where.startswith("//")
    return quote(where, safe="/?&=%#@:+,;~!*'()[]$-._") if ok else "/"


def translated(template: str, shown: Post, to: str) -> str:
    """Where a post is read in another language, or "": what is not for everybody is sent nowhere, and what is in it already neither."""
    public = shown.visibility in FOR_EVERYBODY
    if not template or not public or not shown.text or shown.language in ("", to):
        return ""
    words = {"text": shown.text[:MOST_TRANSLATED], "from": shown.language, "to": to}
    return template.format_map({name: quote(value, safe="") for name, value in words.items()})


def initial(name: str) -> str:
    """The first letter of a name with its vowel signs: नी, not न."""
    found = _LETTER.match(name.strip())
    return found.group().upper() if found else "?"


def hue(id_: int) -> int:
    """Which disk stands for someone without a picture. The lowest bits of an id are a counter, so they spread."""
    return (id_ ^ (id_ >> 16)) % HUES


def picture(shown: Picture, size: str = "small") -> str:
    """The browser sends its cookie along, so the key of the audience is not needed on pages."""
    return f"/media/{shown.id}/{size}"


def captions(shown: Picture, captions: Captions) -> str:
    """What is said in a film or sound, to be read along."""
    return f"/media/{shown.id}/captions/{captions.id}"


def avatar(shown: Person, side: int = WHOLE) -> str:
    """At so many CSS px: beside posts a small one, which is a seventh of the bytes."""
    return f"/media/{shown.avatar}{'?small=1' if side <= SMALL else ''}" if shown.avatar else ""


def pictured(markup: str, emojis: Sequence[Emoji]) -> Markup:
    """HTML with the pictures of another server in the place of their `:names:`, where those are words and not in a tag."""
    if not emojis:
        return Markup(markup)  # noqa: S704 - the caller's HTML, made harmless before
    shown = {
        f":{one.name}:": f'<img class="emoji" src="/media/{escape(one.key)}" alt=":{escape(one.name)}:" title=":{escape(one.name)}:"'
        ' width="20" height="20" loading="lazy">'
        for one in emojis
    }
    pieces = _TAGS.split(markup)
    pieces[::2] = [_NAMES.sub(lambda found: shown.get(found[0], found[0]), words) for words in pieces[::2]]
    return Markup("".join(pieces))  # noqa: S704 - of harmless HTML, and of names that hold ASCII letters, digits and _


def called(shown: Person) -> Markup:
    """The name of somebody, with the pictures in it."""
    return pictured(str(escape(shown.shown_name)), shown.emojis)


def card_image(shown: Post) -> str:
    """The picture of what its link leads to; the cookie says who asks, as for pictures."""
    return f"/cards/{shown.id}" if shown.card and shown.card.image else ""


def header(shown: Person) -> str:
    return f"/media/{shown.header}" if shown.header else ""


def path_of(shown: Post, author: Person) -> str:
    return post(author.handle, shown.id)


# --- what other sites show of a link to a page here ---


WORDS = 200  # letters of a description


class PagePicture(msgspec.Struct, frozen=True):
    """A picture by its path on this server. `large`: the page is about it, not only signed by it."""

    address: str
    description: str = ""
    large: bool = False


class PagePreview(msgspec.Struct, frozen=True):
    """The words and the picture of a page."""

    words: str = ""
    picture: PagePicture | None = None


def preview_of_post(post: Post, author: Person) -> PagePreview:
    """A warning stands for the words and for the pictures behind it."""
    if post.spoiler:
        return PagePreview(_short(post.spoiler), _portrait(author))
    first = next((p for p in post.pictures if p.kind == "image"), None)
    if first is None or post.sensitive:
        return PagePreview(_short(post.text), _portrait(author))
    return PagePreview(_short(post.text), PagePicture(picture(first, "original"), first.description, large=True))


def preview_of_person(person: Person) -> PagePreview:
    return PagePreview(_short(person.note), _portrait(person))


def _portrait(person: Person) -> PagePicture | None:
    return PagePicture(avatar(person)) if person.avatar else None


def _short(text: str) -> str:
    return truncate(" ".join(text.split()), WORDS)

"""What other sites show of a link to a page here: words and one picture of what was revealed to whoever fetches it, and no more."""

import msgspec

from chaupal.policy.things import Person, Post
from chaupal.text.length import truncate
from chaupal.web import links

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


def of_post(post: Post, author: Person) -> PagePreview:
    """A warning stands for the words and for the pictures behind it."""
    if post.spoiler:
        return PagePreview(_short(post.spoiler), _portrait(author))
    first = next((p for p in post.pictures if p.kind == "image"), None)
    if first is None or post.sensitive:
        return PagePreview(_short(post.text), _portrait(author))
    return PagePreview(_short(post.text), PagePicture(links.picture(first, "original"), first.description, large=True))


def of_person(person: Person) -> PagePreview:
    return PagePreview(_short(person.note), _portrait(person))


def _portrait(person: Person) -> PagePicture | None:
    return PagePicture(links.avatar(person)) if person.avatar else None


def _short(text: str) -> str:
    return truncate(" ".join(text.split()), WORDS)

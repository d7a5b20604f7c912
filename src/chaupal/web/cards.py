"""What is revealed, made ready for a template: a post with its people, a person, and the words that stand in a gap."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from markupsafe import Markup

from chaupal.policy import epitaph
from chaupal.policy.rulings import Ruling
from chaupal.policy.sealed import Visible
from chaupal.policy.things import Person, Post
from chaupal.policy.verdict import Placeholder, Show
from chaupal.reads import people, reactions
from chaupal.wire.call import Call

DEEPEST = 4  # answers to answers are moved in so far and no further: a phone is narrow


class Limit(msgspec.Struct, frozen=True):
    """A ruling as it is told: what it says in the viewer's language, and where its story stands."""

    text: str
    path: str


class Card(msgspec.Struct, frozen=True):
    """A post as a page shows it. `by`: who reposted it. `gone`: told in its place. `beside`: told to its author or staff.

    `key` names the row of the list (a repost's id is not its post's), `depth` how far it is moved in within a thread.
    """

    key: int
    post: Post
    author: Person
    html: Markup
    by: Person | None = None
    gone: Limit | None = None
    beside: Limit | None = None
    pictures_gone: Limit | None = None
    flags: int = 0
    depth: int = 0
    answers: str = ""  # the handle of whom it answers

    @property
    def liked(self) -> bool:
        return bool(self.flags & reactions.LIKED)

    @property
    def reposted(self) -> bool:
        return bool(self.flags & reactions.REPOSTED)

    @property
    def saved(self) -> bool:
        return bool(self.flags & reactions.SAVED)


class Face(msgspec.Struct, frozen=True):
    """A person as a page shows them."""

    person: Person
    note: Markup
    gone: Limit | None = None
    beside: Limit | None = None


async def cards(call: Call[Any], posts: Sequence[Visible[Post]]) -> list[Card]:
    """Posts with their people and what the viewer has done to them; two looks for all of them together."""
    reads, viewer = call.house.reads, call.viewer
    if not posts:
        return []
    known = await people.of_posts(reads, viewer, posts)
    shown = [seen.item.inner or seen.item for seen in posts]
    flags = await reactions.flags(reads, viewer, [post.id for post in shown]) if viewer.account is not None else {}
    made = (_card(call, seen, known, flags) for seen in posts)
    return [card for card in made if card is not None]


def once(cards: Iterable[Card]) -> list[Card]:
    """Each post once: what three people reposted stands where the first of the list brought it."""
    first: dict[int, Card] = {}
    for card in cards:
        first.setdefault(card.post.id, card)
    return list(first.values())


def tree(cards: Iterable[Card], root: int) -> list[Card]:
    """The answers below `root`, each as deep as its place in the conversation."""
    depth = {root: -1}
    placed: list[Card] = []
    for card in cards:
        depth[card.post.id] = depth.get(card.post.reply_to or 0, -1) + 1
        placed.append(msgspec.structs.replace(card, depth=min(depth[card.post.id], DEEPEST)))
    return placed


def face(call: Call[Any], seen: Visible[Person]) -> Face:
    """A revealed person with the words that stand beside or instead of what they say of themselves."""
    gone, beside, _ = limits(call, seen.verdict)
    return Face(seen.item, local(call, seen.item.note_html), gone, beside)


def local(call: Call[Any], html: str) -> Markup:
    """Written by text.html, which escapes by construction; links to this server become paths, whatever name it is reached by."""
    return Markup(html.replace(f'href="{call.house.settings.origin}/', 'href="/'))  # noqa: S704


def limits(call: Call[Any], verdict: Show | Placeholder) -> tuple[Limit | None, Limit | None, Limit | None]:
    """What is told instead of a thing, beside it, and instead of its pictures."""
    if isinstance(verdict, Placeholder):
        return _instead(call, verdict.ruling, verdict.scope), None, None
    beside = verdict.banner and Limit(
        epitaph.banner(verdict.banner, call.viewer.language), epitaph.notice_path(verdict.banner)
    )
    pictures = verdict.without_media and _instead(call, verdict.without_media, "media")
    return None, beside, pictures


def _instead(call: Call[Any], ruling: Ruling, scope: str) -> Limit:
    viewer = call.viewer
    text = epitaph.placeholder(ruling, scope, viewer.language, country=viewer.country)
    return Limit(text, epitaph.notice_path(ruling))


def _card(
    call: Call[Any], seen: Visible[Post], known: dict[int, Visible[Person]], flags: dict[int, int]
) -> Card | None:
    post = seen.item.inner or seen.item
    author = known.get(post.author)
    if author is None:
        return None
    reposter = known.get(seen.item.author) if seen.item.inner else None
    gone, beside, pictures_gone = limits(call, seen.verdict)
    return Card(
        key=seen.item.id,
        post=post,
        author=author.item,
        html=local(call, post.html),
        by=reposter.item if reposter else None,
        gone=gone,
        beside=beside,
        pictures_gone=pictures_gone,
        flags=flags.get(post.id, 0),
        answers=next((m.handle for m in post.mentions if m.id == post.reply_to_account), ""),
    )

"""What is revealed, made ready for a template: a post with its people, a person, and the words that stand in a gap."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
from markupsafe import Markup

from chaupal.http.call import Call
from chaupal.policy.rulings import Ruling
from chaupal.policy.sealed import Visible
from chaupal.policy.sentences import placeholders, ruling_texts
from chaupal.policy.things import Person, Post
from chaupal.policy.verdict import Placeholder, Show
from chaupal.policy.viewer import Surface
from chaupal.reads.people import filtering
from chaupal.reads.people.filtering import CONTEXTS, Match
from chaupal.reads.posts import reactions
from chaupal.reads.posts.around import Around, around
from chaupal.web import links

DEEPEST = 4  # answers to answers are moved in so far and no further: a phone is narrow


class Limit(msgspec.Struct, frozen=True):
    """A ruling as it is told: what it says in the viewer's language, where its story stands, and its proof.

    `title` in a few words; `order`: that story is an order's; `suspended`: the account is closed everywhere; `mine`: the page of
    the decision about oneself, on which one appeals.
    """

    text: str
    path: str
    title: str = ""
    order: bool = True
    suspended: bool = False
    proof: "Proof | None" = None
    mine: str = ""


class Proof(msgspec.Struct, frozen=True):
    """Where the log says so: the measure's entry, the order that it must name, and the thing that it must be about.

    `opened`: of a measure that was secret, the entry that opens its own.
    """

    entry: int
    ref: str
    subject: int
    opened: int | None = None


class Card(msgspec.Struct, frozen=True):
    """A post as a page shows it. `by`: who reposted it, first things first. `gone`: told in its place. `beside`: told to its
    author or staff.

    `key` names the row of the list (a repost's id is not its post's), `depth` how far it is moved in within a thread. `apart`: where
    what it answers is found, if the place in the thread does not say it; empty where nothing leads there.
    """

    key: int
    post: Post
    author: Person
    html: Markup
    by: tuple[Person, ...] = ()
    gone: Limit | None = None
    beside: tuple[Limit, ...] = ()
    pictures_gone: Limit | None = None
    labels: tuple[Limit, ...] = ()
    flags: int = 0
    depth: int = 0
    apart: str | None = None
    quoted: "Card | None" = None
    quote_state: str = ""  # as it stands for the viewer
    votes: tuple[int, ...] = ()  # what the viewer chose in its poll
    answers: str = ""  # the handle of whom it answers
    folded: tuple[str, ...] = ()  # the viewer's filters (their titles) that fold it
    blurred: bool = False  # a filter puts its pictures behind a cover
    byline: Person | None = None  # who wrote what its link leads to

    @property
    def liked(self) -> bool:
        return bool(self.flags & reactions.LIKED)

    @property
    def pinned(self) -> bool:
        return bool(self.flags & reactions.PINNED)

    @property
    def hushed(self) -> bool:
        """Nothing from its conversation is told to the viewer."""
        return bool(self.flags & reactions.MUTED)

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
    beside: tuple[Limit, ...] = ()
    labels: tuple[Limit, ...] = ()


type Along = Mapping[int, Sequence[Visible[Post]]]  # by the id of what is shown, reposts that are told with it
NONE: Along = {}


async def cards(call: Call[Any], posts: Sequence[Visible[Post]], along: Along = NONE) -> list[Card]:
    """Posts with their people and what the viewer has done to them."""
    reads, viewer = call.house.reads, call.viewer
    if not posts:
        return []
    told = [reposts for seen in posts for reposts in along.get(seen.item.id, ())]
    found = await around(reads, viewer, posts, told)
    context = "account" if call.route.surface is Surface.PROFILE else CONTEXTS.get(call.route.surface, "")
    made = (
        _card(call, seen, found, filtering.in_context(found.met, seen.item.id, context) if found.met else ())
        for seen in posts
    )
    return [_with_reposters(card, along.get(card.key, ()), found) for card in made if card is not None]


def _with_reposters(card: Card, reposts: Sequence[Visible[Post]], found: Around) -> Card:
    others = tuple(found.authors[r.item.author].item for r in reposts if r.item.author in found.authors)
    return msgspec.structs.replace(card, by=card.by + others) if others else card


def once(cards: Iterable[Card]) -> list[Card]:
    """Each post once: what three people reposted stands where the first of the list brought it."""
    first: dict[int, Card] = {}
    for card in cards:
        first.setdefault(card.post.id, card)
    return list(first.values())


def tree(cards: Iterable[Card], root: int, above: Sequence[Card] = ()) -> list[Card]:
    """The answers below `root`, each as deep as its place in the conversation. `above`: the way down to the first of them, which
    stands on another page.
    """
    depth, ways, handles = {root: -1}, dict[int, str](), dict[int, str]()
    for deep, card in enumerate(above):
        depth[card.post.id] = deep
        ways[card.post.id], handles[card.post.id] = links.path_of(card.post, card.author), card.author.handle
    elsewhere, placed = set(ways), list[Card]()
    for card in cards:
        id_, of = card.post.id, card.post.reply_to or 0
        deep = depth[id_] = depth.get(of, -1) + 1
        ways[id_], handles[id_] = f"#p{card.key}", card.author.handle
        told = of == root or (of in ways and of not in elsewhere and deep <= DEEPEST)
        placed.append(
            msgspec.structs.replace(
                card,
                depth=min(deep, DEEPEST),
                apart=None if told else ways.get(of, ""),
                answers=card.answers if told else handles.get(of, card.answers),
            )
        )
    return placed


def face(call: Call[Any], seen: Visible[Person]) -> Face:
    """A revealed person with the words that stand beside or instead of what they say of themselves."""
    gone, beside, _, labels = limits(call, seen.verdict, seen.item.id)
    return Face(seen.item, local(call, seen.item.note_html), gone, beside, labels)


def local(call: Call[Any], html: str) -> Markup:
    """Written by text.html, which escapes by construction; links to this server become paths, whatever name it is reached by."""
    return Markup(html.replace(f'href="{call.house.settings.origin}/', 'href="/'))  # noqa: S704


type Told = tuple[Limit | None, tuple[Limit, ...], Limit | None, tuple[Limit, ...]]


def limits(call: Call[Any], verdict: Show | Placeholder, author: int | None = None) -> Told:
    """What is told instead of a thing, beside it, instead of its pictures, and what it is labelled with.

    `author`: whose thing it is; they are led to their own page about the decision, where they appeal.
    """
    language = call.viewer.language
    if isinstance(verdict, Placeholder):
        return _instead(call, verdict.ruling, verdict.scope), (), None, ()
    mine = author is not None and author == call.viewer.account
    beside = tuple(_own_limit(ruling, placeholders.banner(ruling, language), mine=mine) for ruling in verdict.banners)
    pictures = _instead(call, verdict.without_media, "media") if verdict.without_media else None
    labels = tuple(_limit(ruling, placeholders.label(ruling, language)) for ruling in verdict.labels)
    return None, beside, pictures, labels


def _instead(call: Call[Any], ruling: Ruling, scope: str) -> Limit:
    viewer = call.viewer
    text = placeholders.placeholder(ruling, scope, viewer.language, country=viewer.country)
    limit = _limit(ruling, text, placeholders.heading(ruling, scope, viewer.language))
    # What is gagged is sealed in the log as well, and its number would tell when it was done.
    told = not ruling.neutral and limit.order
    proof = Proof(ruling.log_index, ruling.order_ref, ruling.subject, ruling.opened_by) if told else None
    return msgspec.structs.replace(limit, suspended=scope == "suspended", proof=proof)


def _own_limit(ruling: Ruling, text: str, *, mine: bool) -> Limit:
    limit = _limit(ruling, text)
    # Of what may not be told yet there is no page; the general one explains.
    return (
        msgspec.structs.replace(limit, mine=ruling_texts.notice_page(ruling.id))
        if mine and not ruling.neutral
        else limit
    )


def _limit(ruling: Ruling, text: str, title: str = "") -> Limit:
    path = placeholders.notice_path(ruling)
    if path == placeholders.ABOUT_LIMITS:
        return Limit(text, path, title, order=False)
    return Limit(text, f"{path}?entry={ruling.log_index}#entry-{ruling.log_index}", title)


def _card(
    call: Call[Any], seen: Visible[Post], found: Around, met: tuple[Match, ...] = (), *, shallow: bool = False
) -> Card | None:
    """`met`: the viewer's filters. `shallow`: of what it quotes nothing, which is a link away."""
    post, known = seen.item.inner or seen.item, found.authors
    author = known.get(post.author)
    if author is None:
        return None
    reposter = known.get(seen.item.author) if seen.item.inner else None
    gone, beside, pictures_gone, labels = limits(call, seen.verdict, post.author)
    state, quoted = found.quote(post)
    byline = found.bylines.get(post.id)
    return Card(
        key=seen.item.id,
        post=post,
        author=author.item,
        html=links.pictured(local(call, post.html), post.emojis),
        by=(reposter.item,) if reposter else (),
        gone=gone,
        beside=beside,
        pictures_gone=pictures_gone,
        labels=labels,
        flags=found.flags.get(post.id, 0),
        answers=next((m.handle for m in post.mentions if m.id == post.reply_to_account), ""),
        folded=tuple(m.filter.title for m in met if m.filter.action == "warn"),
        blurred=any(m.filter.action == "blur" for m in met),
        votes=found.votes.get(post.id, ()),
        byline=byline.item if byline else None,
        quote_state=state,
        quoted=None if quoted is None or shallow else _card(call, quoted, found, shallow=True),
    )

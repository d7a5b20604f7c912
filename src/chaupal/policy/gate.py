"""The one gate: the only maker of Visible things, for every surface, at read time."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from chaupal.kernel.errors import Gone, WithheldByLaw
from chaupal.policy.facts import Facts, Subject
from chaupal.policy.rules import judge
from chaupal.policy.sealed import _KEY, Authored, Judged, Sealed, Visible
from chaupal.policy.sentences.placeholders import notice_path
from chaupal.policy.verdict import PLAIN, Hide, Placeholder, Show
from chaupal.policy.viewer import Surface, Viewer

# Where the rules ask for more than audience, ties and rulings on the names of a thing.
ASKS_MORE = frozenset({Surface.OFFICE, Surface.TRENDS, Surface.SUGGEST})


def reveal[T: Judged](viewer: Viewer, surface: Surface, things: Iterable[Sealed[T]], facts: Facts) -> list[Visible[T]]:
    """What the viewer may see of `things`, in order; hidden ones are left out, withheld ones have lost their words."""
    _check_surface(surface)
    touched, apart = facts.rulings.touched_in(viewer.country), facts.relations.apart
    me = viewer.account
    asks_more = surface in ASKS_MORE
    seen: list[Visible[T]] = []
    for sealed in things:
        subject = sealed._subject
        names = subject.names
        # Most things are plain: for everybody, no ruling here (of one's own: anywhere) names them, no tie concerns them. This
        # shortcut is held to the rules by `test_the_gate_says_what_the_rules_say`, and costs a tenth of them.
        if (
            sealed._open
            and (touched.isdisjoint(names) if subject.author != me else facts.rulings.silent_on(names))
            and apart.isdisjoint(names)
            and not asks_more
        ):
            seen.append(sealed._plain or _plain(sealed))
            continue
        verdict = judge(viewer, surface, subject, facts)
        if not isinstance(verdict, Hide):
            seen.append(_visible(sealed, verdict))
    return seen


def reveal_one[T: Judged](viewer: Viewer, surface: Surface, thing: Sealed[T] | None, facts: Facts) -> Visible[T] | None:
    """The thing as the viewer may see it, or None: missing and forbidden look the same."""
    return next(iter(reveal(viewer, surface, (thing,), facts)), None) if thing is not None else None


def reveal_authors[A: Authored, P: Judged](
    viewer: Viewer, posts: Sequence[Visible[A]], people: Mapping[int, Sealed[P]], facts: Facts
) -> dict[int, Visible[P]]:
    """The people behind posts that were revealed, and behind what these repost, as on their profiles, by id.

    Whoever's post is plain to a viewer is plain to them too (`test_the_author_of_a_plain_post_is_plain`).
    """
    found: dict[int, Visible[P]] = {}
    asked: list[Sealed[P]] = []
    for seen in posts:
        post = seen.item
        author = people.get(post.author)
        if author is not None and seen.verdict is PLAIN and post.inner is None:
            found[post.author] = author._plain or _plain(author)
            continue
        original = people.get(post.inner.author) if post.inner is not None else None
        asked += [sealed for sealed in (author, original) if sealed is not None]
    for sealed in asked:
        id_ = sealed._subject.id
        if id_ not in found and (one := reveal_one(viewer, Surface.PROFILE, sealed, facts)) is not None:
            found[id_] = one
    return found


def known_as_plain[T: Judged](things: Sequence[Sealed[T] | None]) -> list[Visible[T] | None]:
    """Each as whoever it is plain to sees it, where it was plain to somebody before: the author of what is plain to a viewer is plain
    to them, too (`test_the_author_of_a_plain_post_is_plain`).
    """
    return [thing and thing._plain for thing in things]


def still_plain[T: Judged](thing: Sealed[T] | None) -> Visible[T] | None:
    """What was plain to a viewer, and only counts otherwise since: no rule rests on what it counts (`Shelled.COUNTS`)."""
    return thing and (thing._plain or _plain(thing))


def subjects_of[T: Judged](things: Sequence[Sealed[T]]) -> list[Subject]:
    """What the law knows of sealed things: ids and audiences, no words."""
    return [thing._subject for thing in things]


def _plain[T: Judged](sealed: Sealed[T]) -> Visible[T]:
    """Made once: what is plain to many need not be made for each of them."""
    made = sealed._plain = Visible(sealed._item, PLAIN, _KEY)
    return made


def _visible[T: Judged](sealed: Sealed[T], verdict: Show | Placeholder) -> Visible[T]:
    if verdict is PLAIN:
        return sealed._plain or _plain(sealed)
    item = sealed._item
    if isinstance(verdict, Placeholder):
        return Visible(item.shell(), verdict, _KEY)
    return Visible(item.altered(verdict) if verdict.alters else item, verdict, _KEY)


def _check_surface(surface: object) -> None:
    # Missing facts and unknown surfaces get the stricter answer: none at all.
    if not isinstance(surface, Surface):
        raise TypeError(f"{surface!r} is not a surface")


def check_open(seen: Visible[Any], origin: str) -> None:
    """For what is shown whole or not at all: files, frames, what other servers are told.

    Raises Gone for somebody who is suspended, and WithheldByLaw with the address where one reads why.
    """
    if seen.suspended:
        raise Gone
    if isinstance(seen.verdict, Placeholder):
        raise WithheldByLaw(notice_url=origin + notice_path(seen.verdict.ruling))

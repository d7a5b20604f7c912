"""The one gate: the only maker of Visible things, for every surface, at read time."""

from collections.abc import Iterable, Sequence

from chaupal.policy.facts import Facts, Subject, Visibility
from chaupal.policy.rules import judge
from chaupal.policy.sealed import _KEY, Judged, Sealed, Visible  # pyright: ignore[reportPrivateUsage]
from chaupal.policy.surface import Surface
from chaupal.policy.verdict import PLAIN, Hide, Placeholder, Show, Verdict
from chaupal.policy.viewer import Viewer


def reveal[T: Judged](viewer: Viewer, surface: Surface, things: Iterable[Sealed[T]], facts: Facts) -> list[Visible[T]]:
    """What the viewer may see of `things`, in order; hidden ones are left out, withheld ones have lost their words."""
    _check_surface(surface)
    touched = facts.rulings.touched_in(viewer.country)
    apart = facts.relations.apart
    seen: list[Visible[T]] = []
    for sealed in things:
        item, subject = sealed._item, sealed._subject  # pyright: ignore[reportPrivateUsage]
        # Most posts are plain: no ruling here names them, no tie concerns them, they are for everybody.
        # `test_the_quick_look_agrees_with_the_rules` holds this shortcut to the rules below.
        if quickly_plain(viewer, surface, subject, facts, touched, apart):
            seen.append(Visible(item, PLAIN, _KEY))
        else:
            verdict = judge(viewer, surface, subject, facts)
            if not isinstance(verdict, Hide):
                seen.append(_visible(item, verdict))
    return seen


def reveal_one[T: Judged](viewer: Viewer, surface: Surface, thing: Sealed[T] | None, facts: Facts) -> Visible[T] | None:
    """The thing as the viewer may see it, or None: missing and forbidden look the same."""
    return next(iter(reveal(viewer, surface, (thing,), facts)), None) if thing is not None else None


def verdict_on[T: Judged](viewer: Viewer, surface: Surface, thing: Sealed[T], facts: Facts) -> Verdict:
    """The verdict alone, for those who must explain it (status codes, 'why can I not see this')."""
    _check_surface(surface)
    return judge(viewer, surface, thing._subject, facts)  # pyright: ignore[reportPrivateUsage]


def subjects_of[T: Judged](things: Sequence[Sealed[T]]) -> list[Subject]:
    """What the law knows of sealed things: ids and audiences, no words."""
    return [thing._subject for thing in things]  # pyright: ignore[reportPrivateUsage]


def quickly_plain(
    viewer: Viewer, surface: Surface, subject: Subject, facts: Facts, touched: frozenset[int], apart: frozenset[int]
) -> bool:
    """True only where `judge` would surely say PLAIN; False means: ask the rules."""
    return (
        subject.visibility <= Visibility.UNLISTED
        and viewer.account != subject.author
        and surface is not Surface.OFFICE
        and (not subject.terms or surface not in (Surface.TRENDS, Surface.SUGGEST))
        and touched.isdisjoint(subject.names)
        and apart.isdisjoint(subject.names)
        and (
            subject.inner is None
            or quickly_plain(viewer, surface, subject.inner, facts, touched, apart)
            or _own(viewer, subject.inner)
        )
    )


def _own(viewer: Viewer, inner: Subject) -> bool:
    return viewer.account is not None and viewer.account == inner.author


def _visible[T: Judged](item: T, verdict: Show | Placeholder) -> Visible[T]:
    loses = isinstance(verdict, Placeholder) or verdict.without_media is not None
    return Visible(item.redacted(verdict) if loses else item, verdict, _KEY)


def _check_surface(surface: object) -> None:
    # Missing facts and unknown surfaces get the stricter answer: none at all.
    if not isinstance(surface, Surface):
        raise TypeError(f"{surface!r} is not a surface")

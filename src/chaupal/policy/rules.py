"""The ordered rules. Personal before legal: a legal placeholder must not tell a stranger that a private post exists.

The order of RULES is the constitution: the first rule with an opinion decides. A rule is a few lines, does no I/O and
has a reason of its own. What no rule speaks against is shown. An unknown surface is refused before any rule is asked.
"""

from collections.abc import Callable

from chaupal.policy.facts import Facts, Subject, Visibility
from chaupal.policy.rulings import HIDING, Measure, Ruling
from chaupal.policy.surface import Surface
from chaupal.policy.verdict import PLAIN, Hide, Placeholder, Reach, Show, Verdict
from chaupal.policy.viewer import Viewer

type Rule = Callable[[Viewer, Surface, Subject, Facts], Verdict | None]

# Where a mute works: places one is shown people. Going to somebody's page or a thread is asking for them.
UNASKED = frozenset({
    Surface.HOME, Surface.PUBLIC, Surface.TAG, Surface.NOTIFICATIONS, Surface.SEARCH, Surface.TRENDS, Surface.SUGGEST,
    Surface.FEED, Surface.MAIL,
})  # fmt: skip

# Where a withheld post leaves a placeholder. Elsewhere it is left out: a list of placeholders informs nobody.
EXPLAINED = frozenset({Surface.HOME, Surface.STATUS, Surface.THREAD, Surface.SAVED, Surface.PROFILE, Surface.MEDIA})

# Lists that the server itself composes for people: reach decides there.
CARRIED = frozenset({Surface.TRENDS, Surface.SUGGEST})

POST_MEASURES = frozenset({Measure.WITHHOLD_POST})
ACCOUNT_MEASURES = frozenset({Measure.WITHHOLD_ACCOUNT})
MEDIA_MEASURES = frozenset({Measure.WITHHOLD_MEDIA})
SUSPENSION = frozenset({Measure.SUSPEND})
REACH_MEASURES = frozenset({Measure.DEAMPLIFY})


def authors_see_their_own(viewer: Viewer, surface: Surface, subject: Subject, facts: Facts) -> Verdict | None:
    """Whoever is limited sees what, and why: the ruling comes along as a banner, wherever it binds."""
    if viewer.account == subject.author and subject.inner is None:
        ruling = _any_ruling(subject, facts)
        return Show(banner=ruling) if ruling else PLAIN
    return None


def the_office_sees_all(viewer: Viewer, surface: Surface, subject: Subject, facts: Facts) -> Verdict | None:
    """Those who judge must see; only on the staff pages, and with the marker."""
    if surface is Surface.OFFICE and viewer.staff:
        return Show(banner=_any_ruling(subject, facts))
    return None


def only_its_audience(viewer: Viewer, surface: Surface, subject: Subject, facts: Facts) -> Verdict | None:
    if subject.visibility <= Visibility.UNLISTED or viewer.account == subject.author:
        return None
    if viewer.account is not None and viewer.account in subject.mentions:
        return None
    if subject.visibility is Visibility.PRIVATE and subject.author in facts.relations.following:
        return None
    return Hide("not_for_you")


def suspended_author(viewer: Viewer, surface: Surface, subject: Subject, facts: Facts) -> Verdict | None:
    if facts.rulings.find(subject.author, viewer.country, SUSPENSION):
        return Hide("account_suspended")
    return None


def blocked_by_its_author(viewer: Viewer, surface: Surface, subject: Subject, facts: Facts) -> Verdict | None:
    """Except the profile itself: a client must be able to show that one is blocked."""
    if subject.author in facts.relations.blocked_by and surface is not Surface.PROFILE:
        return Hide("blocked_by_author")
    return None


def blocked_by_the_viewer(viewer: Viewer, surface: Surface, subject: Subject, facts: Facts) -> Verdict | None:
    """Except where one manages one's blocks."""
    if subject.author in facts.relations.blocking and surface not in (Surface.PROFILE, Surface.OWN):
        return Hide("blocking_author")
    return None


def muted_by_the_viewer(viewer: Viewer, surface: Surface, subject: Subject, facts: Facts) -> Verdict | None:
    if subject.author in facts.relations.muting and surface in UNASKED:
        return Hide("muting_author")
    return None


def what_it_reposts(viewer: Viewer, surface: Surface, subject: Subject, facts: Facts) -> Verdict | None:
    """A repost shows no more than what it carries, and where that is withheld it is absent."""
    if subject.inner is None:
        return None
    inner = judge(viewer, surface, subject.inner, facts)
    if isinstance(inner, Hide | Placeholder):
        return Hide("carries_hidden")
    return inner if inner.without_media else None


def withheld_account(viewer: Viewer, surface: Surface, subject: Subject, facts: Facts) -> Verdict | None:
    ruling = facts.rulings.find(subject.author, viewer.country, ACCOUNT_MEASURES)
    if ruling is None:
        return None
    if viewer.staff:
        return Show(banner=ruling)
    if surface in EXPLAINED or surface is Surface.ACCOUNT:
        return Placeholder("withheld_in_your_country", "account", ruling)
    return Hide("withheld_in_your_country")


def withheld_post(viewer: Viewer, surface: Surface, subject: Subject, facts: Facts) -> Verdict | None:
    ruling = facts.rulings.find(subject.id, viewer.country, POST_MEASURES)
    if ruling is None:
        return None
    if viewer.staff:
        return Show(banner=ruling)
    if surface in EXPLAINED:
        return Placeholder("withheld_in_your_country", "post", ruling)
    return Hide("withheld_in_your_country")


def withheld_media(viewer: Viewer, surface: Surface, subject: Subject, facts: Facts) -> Verdict | None:
    """The words stay; the pictures do not. The file itself is refused where it is asked for."""
    found = (facts.rulings.find(id_, viewer.country, MEDIA_MEASURES) for id_ in subject.media)
    ruling = next((r for r in found if r), None)
    if ruling is None:
        return None
    if surface is Surface.MEDIA and not viewer.staff:
        return Placeholder("withheld_in_your_country", "media", ruling)
    return Show(banner=ruling) if viewer.staff else Show(without_media=ruling, reach=Reach.REDUCED)


def not_carried_further(viewer: Viewer, surface: Surface, subject: Subject, facts: Facts) -> Verdict | None:
    """De-amplified posts, people and tags stay where one looks for them, and are offered to nobody."""
    if surface not in CARRIED:
        return None
    return Hide("deamplified") if reach(viewer, subject, facts) is Reach.NONE else None


RULES: tuple[Rule, ...] = (
    authors_see_their_own,
    the_office_sees_all,
    only_its_audience,
    suspended_author,
    blocked_by_its_author,
    blocked_by_the_viewer,
    muted_by_the_viewer,
    what_it_reposts,
    withheld_account,
    withheld_post,
    withheld_media,
    not_carried_further,
)


def judge(viewer: Viewer, surface: Surface, subject: Subject, facts: Facts) -> Verdict:
    """The verdict on one thing for one viewer on one surface, by the first rule that speaks."""
    return next((v for rule in RULES if (v := rule(viewer, surface, subject, facts)) is not None), PLAIN)


def reach(viewer: Viewer, subject: Subject, facts: Facts) -> Reach:
    """How far the server carries it in the viewer's country."""
    named = (subject.id, subject.author)
    if any(facts.rulings.find(id_, viewer.country, REACH_MEASURES | HIDING) for id_ in named):
        return Reach.NONE
    return (
        Reach.NONE if any(term_reach(viewer.country, t, facts) is Reach.NONE for t in subject.terms) else Reach.NORMAL
    )


def term_reach(country: str, term: str, facts: Facts) -> Reach:
    """How far a tag (by its count key) is carried in a country: trends, autocomplete and suggestions read this."""
    return Reach.NONE if facts.rulings.deamplified(term, country) else Reach.NORMAL


def _any_ruling(subject: Subject, facts: Facts) -> Ruling | None:
    named = (subject.id, subject.author, *subject.media)
    return next((r for id_ in named for r in facts.rulings.on(id_)), None)

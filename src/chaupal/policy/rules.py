"""The ordered rules. Personal before legal: a legal placeholder must not tell a stranger that a private post exists.

The order of RULES is the constitution: the first rule with an opinion decides. A rule is a few lines, does no I/O and
has a reason of its own. What no rule speaks against is shown, as SHADES say: without pictures, behind a cover, with a
label; these add up. An unknown surface is refused before any rule is asked.
"""

from collections.abc import Callable, Iterable

from msgspec.structs import replace

from chaupal.policy.facts import Facts, Subject, Visibility
from chaupal.policy.measures import HIDING, UNFINDABLE, WITHHOLDING, Measure
from chaupal.policy.rulings import Ruling, RulingIndex, severity
from chaupal.policy.verdict import PLAIN, Hide, Placeholder, Reach, Show, Verdict
from chaupal.policy.viewer import Surface, Viewer, may_know_of

type Rule = Callable[[Viewer, Surface, Subject, Facts], Verdict | None]
type Shade = Callable[[Viewer, Subject, Facts], Show]

# Where a mute works: places one is shown people. Going to somebody's page or a thread is asking for them.
UNASKED = frozenset(
    {
        Surface.HOME,
        Surface.STREAM,
        Surface.PUBLIC,
        Surface.TAG,
        Surface.NOTIFICATIONS,
        Surface.SEARCH,
        Surface.TRENDS,
        Surface.SUGGEST,
        Surface.FEED,
        Surface.MAIL,
        Surface.MESSAGES,
        Surface.QUOTE,
    }
)

# Where a server that one wants nothing of stays out, as Mastodon has it: the same, and in threads.
UNSOUGHT = UNASKED | {Surface.THREAD}

# Where a withheld post leaves a placeholder. Elsewhere it is left out: a list of placeholders informs nobody. A server that asks
# for a thing is told why it is not given, and so can show again later what it has.
EXPLAINED = frozenset(
    {
        Surface.HOME,
        Surface.STATUS,
        Surface.THREAD,
        Surface.QUOTE,
        Surface.SAVED,
        Surface.PROFILE,
        Surface.MEDIA,
        Surface.MESSAGES,
        Surface.PEER,
    }
)

# Where one asked for this very thing, or kept it: a suspended account's things are told to be gone, elsewhere left out.
ASKED_FOR = EXPLAINED - {Surface.HOME}

# Lists that the server itself composes for people: reach decides there.
CARRIED = frozenset({Surface.TRENDS, Surface.SUGGEST})

# Where strangers' words come to people. What is limited goes there to followers only.
OFFERED = (UNASKED - {Surface.HOME}) | CARRIED

POST_MEASURES = frozenset(m for m in WITHHOLDING if m.row.hides == "post")
ACCOUNT_MEASURES = frozenset(m for m in WITHHOLDING if m.row.hides == "account")
MEDIA_MEASURES = frozenset(m for m in WITHHOLDING if m.row.hides == "media")
REMOVAL = frozenset(m for m in HIDING - WITHHOLDING if m.row.hides == "post")
SUSPENSION = frozenset(m for m in HIDING - WITHHOLDING if m.row.hides in ("account", "server"))
LIMITS = UNFINDABLE - HIDING
MEDIA_REFUSED = frozenset({Measure.REFUSE_MEDIA})
REACH_MEASURES = frozenset({Measure.DEAMPLIFY})
SENSITIVE = frozenset({Measure.MARK_SENSITIVE})
LABELS = frozenset({Measure.LABEL})


def authors_see_their_own(viewer: Viewer, surface: Surface, subject: Subject, facts: Facts) -> Verdict | None:
    """Whoever is limited sees what, and why: every ruling comes along as a banner, wherever it binds; but for one that may
    name nobody: of that they are told when they may be, and their own things tell nothing before. What they reposted is as it is
    for them where it stands by itself."""
    if viewer.account != subject.author:
        return None
    if subject.inner is not None:
        return what_it_reposts(viewer, surface, subject, facts) or judge(viewer, surface, subject.inner, facts)
    return _with_banners(tuple(ruling for ruling in _all_rulings(subject, facts) if not ruling.neutral))


def the_office_sees_all(viewer: Viewer, surface: Surface, subject: Subject, facts: Facts) -> Verdict | None:
    """Those who judge must see; only on the staff pages, and with the marker."""
    if surface is Surface.OFFICE and viewer.staff:
        return _with_banners(_for_staff(viewer, _all_rulings(subject, facts)))
    return None


def only_its_audience(viewer: Viewer, surface: Surface, subject: Subject, facts: Facts) -> Verdict | None:
    if subject.visibility <= Visibility.UNLISTED or viewer.account == subject.author:
        return None
    if subject.visibility is Visibility.LOCAL:  # whom it names elsewhere is not here
        return None if viewer.here else Hide("not_for_you")
    if viewer.account is not None and viewer.account in subject.mentions:
        return None
    if subject.visibility is Visibility.PRIVATE and subject.author in facts.relations.following:
        return None
    return Hide("not_for_you")


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


def hidden_server(viewer: Viewer, surface: Surface, subject: Subject, facts: Facts) -> Verdict | None:
    """Of a server that the viewer wants nothing of they meet those alone whom they follow there, or look for by their address."""
    if subject.server not in facts.relations.hidden_servers or subject.author in facts.relations.following:
        return None
    return Hide("hiding_server") if surface in UNSOUGHT else None


def suspended_author(viewer: Viewer, surface: Surface, subject: Subject, facts: Facts) -> Verdict | None:
    """Gone for everybody, as long as it lasts, by itself or with its whole server: who asks is told so, lists leave it out."""
    ruling = _on_author(viewer, subject, facts, SUSPENSION)
    if ruling is None:
        return None
    if surface not in ASKED_FOR:
        return Hide("account_suspended")
    return None if viewer.staff else Placeholder("account_suspended", "suspended", ruling)


def removed_post(viewer: Viewer, surface: Surface, subject: Subject, facts: Facts) -> Verdict | None:
    """As if it did not exist, but for its author and where staff ask for it."""
    if facts.rulings.find(subject.id, viewer.country, REMOVAL) is None or (viewer.staff and surface in ASKED_FOR):
        return None
    return Hide("removed")


def limited_author(viewer: Viewer, surface: Surface, subject: Subject, facts: Facts) -> Verdict | None:
    """Offered to nobody who did not ask: followers read on, and the profile and its posts stay open."""
    if surface not in OFFERED or subject.author in facts.relations.following:
        return None
    return Hide("limited") if _on_author(viewer, subject, facts, LIMITS) else None


def what_it_reposts(viewer: Viewer, surface: Surface, subject: Subject, facts: Facts) -> Verdict | None:
    """A repost shows no more than what it carries: where that is withheld it is absent, or gone as its author is."""
    if subject.inner is None:
        return None
    inner = judge(viewer, surface, subject.inner, facts)
    if isinstance(inner, Placeholder) and inner.scope == "suspended":
        return inner
    return Hide("carries_hidden") if isinstance(inner, Hide | Placeholder) else None


def withheld_account(viewer: Viewer, surface: Surface, subject: Subject, facts: Facts) -> Verdict | None:
    ruling = facts.rulings.find(subject.author, viewer.country, ACCOUNT_MEASURES)
    if ruling is None or viewer.staff:
        return None
    if surface in EXPLAINED or surface is Surface.ACCOUNT:
        return Placeholder("withheld_in_your_country", "account", ruling)
    return Hide("withheld_in_your_country")


def withheld_post(viewer: Viewer, surface: Surface, subject: Subject, facts: Facts) -> Verdict | None:
    ruling = facts.rulings.find(subject.id, viewer.country, POST_MEASURES)
    if ruling is None or viewer.staff:
        return None
    if surface in EXPLAINED:
        return Placeholder("withheld_in_your_country", "post", ruling)
    return Hide("withheld_in_your_country")


def withheld_file(viewer: Viewer, surface: Surface, subject: Subject, facts: Facts) -> Verdict | None:
    """The picture itself, asked for by its address. Where it stands in a post, the post stays (see SHADES)."""
    if surface is not Surface.MEDIA or viewer.staff:
        return None
    ruling = next(iter(_on_media(viewer, subject, facts).values()), None)
    return Placeholder("withheld_in_your_country", "media", ruling) if ruling else None


def not_carried_further(viewer: Viewer, surface: Surface, subject: Subject, facts: Facts) -> Verdict | None:
    """De-amplified posts, people and tags stay where one looks for them, and are offered to nobody."""
    if surface not in CARRIED:
        return None
    return Hide("deamplified") if reach(viewer, subject, facts) is Reach.NONE else None


RULES: tuple[Rule, ...] = (
    authors_see_their_own,
    the_office_sees_all,
    only_its_audience,
    blocked_by_its_author,
    blocked_by_the_viewer,
    muted_by_the_viewer,
    hidden_server,
    suspended_author,
    what_it_reposts,
    removed_post,
    withheld_account,
    withheld_post,
    withheld_file,
    limited_author,
    not_carried_further,
)


# --- How a thing is shown that no rule speaks against ---


def without_its_pictures(viewer: Viewer, subject: Subject, facts: Facts) -> Show:
    """The words stay, and every other picture. The file itself is refused where it is asked for."""
    gone = {} if viewer.staff else _on_media(viewer, subject, facts)
    return Show(without_media=next(iter(gone.values())), pictures_gone=frozenset(gone)) if gone else PLAIN


def behind_a_cover(viewer: Viewer, subject: Subject, facts: Facts) -> Show:
    """A post that was marked as sensitive, or everything by an account that was."""
    return Show(sensitive=next(iter(_binding(viewer, subject, facts, SENSITIVE)), None))


def with_labels(viewer: Viewer, subject: Subject, facts: Facts) -> Show:
    """What labels say about a post, and about whoever wrote it."""
    return Show(labels=_binding(viewer, subject, facts, LABELS))


def staff_see_the_marker(viewer: Viewer, subject: Subject, facts: Facts) -> Show:
    """Staff see what is hidden from others, and that it is."""
    return Show(banners=_for_staff(viewer, _binding(viewer, subject, facts, HIDING))) if viewer.staff else PLAIN


SHADES: tuple[Shade, ...] = (without_its_pictures, behind_a_cover, with_labels, staff_see_the_marker)


def judge(viewer: Viewer, surface: Surface, subject: Subject, facts: Facts) -> Verdict:
    """The verdict on one thing for one viewer on one surface: by the first rule that speaks, or shown as SHADES say."""
    verdict = next((v for rule in RULES if (v := rule(viewer, surface, subject, facts)) is not None), None)
    return _shaded(viewer, surface, subject, facts) if verdict is None else verdict


def reach(viewer: Viewer, subject: Subject, facts: Facts) -> Reach:
    """How far the server carries it in the viewer's country."""
    if any(facts.rulings.find(id_, viewer.country, REACH_MEASURES | HIDING) for id_ in _named(subject)):
        return Reach.NONE
    return (
        Reach.NONE if any(term_reach(viewer.country, t, facts) is Reach.NONE for t in subject.terms) else Reach.NORMAL
    )


def term_reach(country: str, term: str, facts: Facts) -> Reach:
    """How far a tag (by its count key) is carried in a country: trends, autocomplete and suggestions read this."""
    return Reach.NONE if facts.rulings.deamplified(term, country) else Reach.NORMAL


def _shaded(viewer: Viewer, surface: Surface, subject: Subject, facts: Facts) -> Show:
    if facts.rulings.touched_in(viewer.country).isdisjoint(subject.names):
        return PLAIN
    shades = [shade(viewer, subject, facts) for shade in SHADES]
    if subject.inner is not None and isinstance(inner := judge(viewer, surface, subject.inner, facts), Show):
        shades.append(inner)
    blended = Show(
        banners=_most_severe_first(r for shade in shades for r in shade.banners),
        without_media=next((shade.without_media for shade in shades if shade.without_media), None),
        pictures_gone=frozenset(id_ for shade in shades for id_ in shade.pictures_gone),
        sensitive=next((shade.sensitive for shade in shades if shade.sensitive), None),
        labels=tuple(dict.fromkeys(r for shade in shades for r in shade.labels)),
    )
    return PLAIN if blended == PLAIN else blended


def _for_staff(viewer: Viewer, rulings: tuple[Ruling, ...]) -> tuple[Ruling, ...]:
    """Without what is secret, where their part in the office does not open that."""
    return tuple(ruling for ruling in rulings if may_know_of(viewer, ruling))


def _with_banners(rulings: tuple[Ruling, ...]) -> Show:
    return Show(banners=rulings) if rulings else PLAIN


def _named(subject: Subject) -> Iterable[int]:
    return dict.fromkeys((subject.id, subject.author, *((subject.server,) if subject.server else ())))


def _binding(viewer: Viewer, subject: Subject, facts: Facts, measures: frozenset[Measure]) -> tuple[Ruling, ...]:
    """Rulings of these kinds on a thing, its author or its media that bind where the viewer is."""
    named = (*_named(subject), *subject.media)
    return tuple(r for id_ in named for r in facts.rulings.on(id_) if r.measure in measures and r.binds(viewer.country))


def _on_author(viewer: Viewer, subject: Subject, facts: Facts, measures: frozenset[Measure]) -> Ruling | None:
    """The ruling of these kinds that binds the author where the viewer is, or else everybody on the author's server."""
    found = facts.rulings.find(subject.author, viewer.country, measures)
    return found or (facts.rulings.find(subject.server, viewer.country, measures) if subject.server else None)


def _on_media(viewer: Viewer, subject: Subject, facts: Facts) -> dict[int, Ruling]:
    """One ruling for each picture that is withheld: by itself, with a post of its owner in which it has been, or with all
    that comes from its server."""
    found: dict[int, Ruling] = {}
    if subject.server and (refused := facts.rulings.find(subject.server, viewer.country, MEDIA_REFUSED)):
        return dict.fromkeys(subject.media, refused)
    for id_, content in zip(subject.media, subject.contents or subject.media, strict=True):
        by_itself = facts.rulings.find(id_, viewer.country, MEDIA_MEASURES)
        on_it = [by_itself] if by_itself else []
        on_it += [r for r in facts.rulings.covering(content) if r.binds(viewer.country)]
        if on_it:  # one that says whose it is, where there is one: see `severity`
            found[id_] = min(on_it, key=lambda r: r.neutral)
    return found


def _all_rulings(subject: Subject, facts: Facts) -> tuple[Ruling, ...]:
    return _most_severe_first(on_any(subject, facts.rulings))


def on_any(subject: Subject, rulings: RulingIndex) -> list[Ruling]:
    """Every ruling in force that reaches it, wherever it binds."""
    named = (*_named(subject), *subject.media)
    covering = (r for content in subject.contents for r in rulings.covering(content))
    return [*(r for id_ in named for r in rulings.on(id_)), *covering]


def as_known(country: str, subject: Subject, rulings: RulingIndex) -> Verdict:
    """As whoever may know of it meets it in a country, where they ask for it."""
    return judge(
        Viewer(country=country), Surface.STATUS, replace(subject, visibility=Visibility.PUBLIC), Facts(rulings=rulings)
    )


def _most_severe_first(rulings: Iterable[Ruling]) -> tuple[Ruling, ...]:
    return tuple(sorted(dict.fromkeys(rulings), key=severity))

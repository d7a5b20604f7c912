"""Small worlds for the law: hypothesis makes viewers, subjects, ties and rulings out of a handful of ids and countries."""

from collections.abc import Sequence
from itertools import chain, combinations

from hypothesis import strategies as st
from msgspec import structs

from chaupal.policy.facts import Facts, Relations, Subject, Visibility
from chaupal.policy.measures import Measure
from chaupal.policy.rulings import Ruling, RulingIndex
from chaupal.policy.viewer import Role, Viewer

PEOPLE = (1, 2, 3)
POSTS = (11, 12, 13)
MEDIA = (21, 22)
TERMS = ("किसान", "modi")
COUNTRIES = ("IN", "DE", "US")


def some[T](of: Sequence[T], least: int = 0, most: int | None = None) -> st.SearchStrategy[frozenset[T]]:
    """Any subset of so many. They are few: to draw one of them is a quarter of the work of drawing what is in one."""
    sizes = range(least, (len(of) if most is None else most) + 1)
    return st.sampled_from([frozenset(few) for few in chain.from_iterable(combinations(of, size) for size in sizes)])


# Made once: a strategy that is made where it is drawn from is looked through anew each time.
some_people, some_media, a_term, some_countries = some(PEOPLE), some(MEDIA), some(TERMS, most=1), some(COUNTRIES, 1, 2)
a_person, a_post, a_country, a_visibility = map(st.sampled_from, (PEOPLE, POSTS, COUNTRIES, Visibility))
an_account, a_role = st.none() | a_person, st.sampled_from([Role.MEMBER, Role.MEMBER, Role.REVIEWER, Role.OWNER])


@st.composite
def relations(draw) -> Relations:
    following, blocking, blocked_by, muting = (draw(some_people) for _ in range(4))
    return Relations(following, blocking, blocked_by, muting, blocking | blocked_by | muting)


@st.composite
def viewers(draw) -> Viewer:
    account = draw(an_account)
    role = draw(a_role) if account else Role.MEMBER
    return Viewer(account=account, country=draw(a_country), role=role)


@st.composite
def posts(draw, *, reposts: bool = True) -> Subject:
    id_, author = draw(a_post), draw(a_person)
    media = tuple(sorted(draw(some_media)))
    inner = draw(reposted) if reposts else None
    own = frozenset((id_, author, *media))
    return Subject(
        id=id_,
        author=author,
        visibility=draw(a_visibility),
        names=own | (inner.names if inner else frozenset()),
        mentions=tuple(draw(some_people)),
        media=media,
        terms=tuple(draw(a_term)),
        inner=inner,
    )


reposted = st.none() | posts(reposts=False)


def people():
    return st.sampled_from(PEOPLE).map(lambda id_: Subject(id_, id_, Visibility.PUBLIC, frozenset((id_,))))


def ruling(
    subject: int, measure: Measure, territory=("IN",), *, term: str = "", starts_at=0, ends_at=None, id_=1, **more
) -> Ruling:
    return Ruling(
        id=id_,
        subject=subject,
        measure=measure,
        territory=tuple(territory),
        starts_at=starts_at,
        ends_at=ends_at,
        order_ref="IN-2021-0001",
        authority="Ministry",
        authority_hi="मंत्रालय",
        legal_basis="IT Act s.69A",
        reason="public order",
        log_index=0,
        term=term,
        **more,
    )


SUBJECTS = {
    Measure.LABEL: PEOPLE + POSTS,
    Measure.MARK_SENSITIVE: PEOPLE + POSTS,
    Measure.DEAMPLIFY: PEOPLE + POSTS,
    Measure.LIMIT: PEOPLE,
    Measure.FREEZE: PEOPLE,
    Measure.REMOVE_POST: POSTS,
    Measure.WITHHOLD_MEDIA: MEDIA,
    Measure.WITHHOLD_POST: POSTS,
    Measure.WITHHOLD_ACCOUNT: PEOPLE,
    Measure.SUSPEND: PEOPLE,
}


measures, lowered = st.sampled_from(list(SUBJECTS)), st.sampled_from(["", *TERMS])
subjects = {measure: st.sampled_from(ids) for measure, ids in SUBJECTS.items()}


@st.composite
def rulings(draw) -> Ruling:
    measure = draw(measures)
    everywhere = measure in (Measure.SUSPEND, Measure.REMOVE_POST)
    territory = ("XX",) if everywhere else tuple(sorted(draw(some_countries)))
    term = draw(lowered) if measure is Measure.DEAMPLIFY else ""
    return ruling(draw(subjects[measure]), measure, territory, term=term)


def some_rulings():
    """Up to four, each with an id of its own."""
    return st.lists(rulings(), max_size=4).map(lambda rs: [structs.replace(r, id=n) for n, r in enumerate(rs)])


ties, in_force = relations(), some_rulings()


@st.composite
def facts(draw) -> Facts:
    return Facts(draw(ties), RulingIndex(draw(in_force), now=1))

"""Small worlds for the law: hypothesis makes viewers, subjects, ties and rulings out of a handful of ids and countries."""

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

some_people = st.frozensets(st.sampled_from(PEOPLE), max_size=3)


@st.composite
def relations(draw) -> Relations:
    following, blocking, blocked_by, muting = (draw(some_people) for _ in range(4))
    return Relations(following, blocking, blocked_by, muting, blocking | blocked_by | muting)


@st.composite
def viewers(draw) -> Viewer:
    account = draw(st.none() | st.sampled_from(PEOPLE))
    role = draw(st.sampled_from([Role.MEMBER, Role.MEMBER, Role.REVIEWER, Role.OWNER])) if account else Role.MEMBER
    return Viewer(account=account, country=draw(st.sampled_from(COUNTRIES)), role=role)


@st.composite
def posts(draw, *, reposts: bool = True) -> Subject:
    id_, author = draw(st.sampled_from(POSTS)), draw(st.sampled_from(PEOPLE))
    media = tuple(sorted(draw(st.frozensets(st.sampled_from(MEDIA), max_size=2))))
    inner = draw(st.none() | posts(reposts=False)) if reposts else None
    own = frozenset((id_, author, *media))
    return Subject(
        id=id_,
        author=author,
        visibility=draw(st.sampled_from(Visibility)),
        names=own | (inner.names if inner else frozenset()),
        mentions=tuple(draw(some_people)),
        media=media,
        terms=tuple(draw(st.frozensets(st.sampled_from(TERMS), max_size=1))),
        inner=inner,
    )


def people():
    return st.sampled_from(PEOPLE).map(lambda id_: Subject(id_, id_, Visibility.PUBLIC, frozenset((id_,))))


def ruling(
    subject: int, measure: Measure, territory=("IN",), *, term: str = "", starts_at=0, ends_at=None, id_=1, **more
) -> Ruling:
    return Ruling(
        id=id_, subject=subject, measure=measure, territory=tuple(territory), starts_at=starts_at, ends_at=ends_at,
        order_ref="IN-2021-0001", authority="Ministry", authority_hi="मंत्रालय", legal_basis="IT Act s.69A",
        reason="public order", log_index=0, term=term, **more,
    )  # fmt: skip


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


@st.composite
def rulings(draw) -> Ruling:
    measure = draw(st.sampled_from(list(SUBJECTS)))
    everywhere = measure in (Measure.SUSPEND, Measure.REMOVE_POST)
    territory = (
        ("XX",)
        if everywhere
        else tuple(sorted(draw(st.frozensets(st.sampled_from(COUNTRIES), min_size=1, max_size=2))))
    )
    term = draw(st.sampled_from(["", *TERMS])) if measure is Measure.DEAMPLIFY else ""
    return ruling(draw(st.sampled_from(SUBJECTS[measure])), measure, territory, term=term)


def some_rulings():
    """Up to four, each with an id of its own."""
    return st.lists(rulings(), max_size=4).map(lambda rs: [structs.replace(r, id=n) for n, r in enumerate(rs)])


@st.composite
def facts(draw) -> Facts:
    return Facts(draw(relations()), RulingIndex(draw(some_rulings()), now=1))

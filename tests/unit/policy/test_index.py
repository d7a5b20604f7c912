"""The index of rulings: kept up change by change, it says what one built anew would say."""

from hypothesis import given, strategies as st
from msgspec import structs

from chaupal.policy.facts import Facts, Subject, Visibility
from chaupal.policy.measures import Measure
from chaupal.policy.rules import judge
from chaupal.policy.rulings import FOREVER, RulingIndex
from chaupal.policy.verdict import Show
from chaupal.policy.viewer import Surface, Viewer
from unit.policy.worlds import COUNTRIES, MEDIA, PEOPLE, POSTS, TERMS, ruling, rulings

IDS = PEOPLE + POSTS + MEDIA


def said(index: RulingIndex):
    """Everything that an index can be asked."""
    return (
        {id_: index.on(id_) for id_ in IDS},
        {
            country: (set(index.touched_in(country)), set(index.unfindable_in(country)))
            for country in (*COUNTRIES, "NP")
        },
        {(term, country): index.deamplified(term, country) for term in TERMS for country in COUNTRIES},
    )


timed = st.builds(
    lambda r, id_, start, lasts, owner: structs.replace(
        r, id=id_, starts_at=start, ends_at=None if lasts is None else start + lasts, owner=owner
    ),
    rulings(),
    st.integers(1, 9),
    st.integers(0, 20),
    st.none() | st.integers(1, 20),
    st.sampled_from((0, 0, *PEOPLE)),
)
steps = st.lists(
    st.tuples(st.integers(0, 8), st.lists(timed, max_size=3), st.lists(st.integers(1, 9), max_size=2)), max_size=8
)


@given(steps, st.booleans())
def test_what_is_kept_up_says_what_is_built_anew(story, look):
    index, known, now = RulingIndex((), 0), {}, 0
    for passed, begun, ended in story:
        now += passed
        if look:
            said(index)  # countries that were asked about are kept up too
            for id_ in PEOPLE:
                index.as_known_to(id_)
        for id_ in ended:
            known.pop(id_, None)
        for one in begun:
            known[one.id] = one
        index.change(begun, ended, now)
        assert said(index) == said(RulingIndex(known.values(), now))
        assert index.as_known_to(None) is index
        for id_ in PEOPLE:
            others = [one for one in known.values() if one.owner != id_]
            assert said(index.as_known_to(id_)) == said(RulingIndex(others, now))


@given(st.lists(timed, max_size=6), st.integers(0, 45))
def test_nothing_changes_by_the_clock_before_it_is_said_to(some, later):
    some = list({r.id: r for r in some}.values())
    index = RulingIndex(some, 0)
    until = index.until
    index.advance(later)
    assert said(index) == said(RulingIndex(some, later))
    if later < until:
        assert said(index) == said(RulingIndex(some, 0))


@given(st.lists(timed, max_size=6).map(lambda rs: list({r.id: r for r in rs}.values())), st.sampled_from(COUNTRIES))
def test_what_is_not_found_by_searching_is_what_the_rules_hide_there(some, country):
    index = RulingIndex(some, 5)
    for id_ in IDS:
        thing = Subject(id_, id_, Visibility.PUBLIC, frozenset((id_,)))
        shown = isinstance(judge(Viewer(country=country), Surface.SEARCH, thing, Facts(rulings=index)), Show)
        assert (id_ in index.unfindable_in(country)) == (not shown)


def test_a_ruling_that_changes_its_end_is_held_by_the_new_one():
    first = ruling(11, Measure.WITHHOLD_POST, ends_at=10)
    index = RulingIndex([first], 0)
    index.change([structs.replace(first, ends_at=30)], (), 5)
    assert index.advance(10) is False or index.on(11)
    assert index.on(11) and index.until == 30
    assert index.advance(30) and not index.on(11) and index.until == FOREVER and len(index) == 0

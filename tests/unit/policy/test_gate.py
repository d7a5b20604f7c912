"""The gate: sealed things stay sealed, the quick look agrees with the rules, and SQL narrows without deciding."""

import json
import pickle
from dataclasses import dataclass, replace
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings, strategies as st

from chaupal.policy.facts import Facts, Subject, Visibility
from chaupal.policy.gate import reveal, reveal_one
from chaupal.policy.measures import Measure
from chaupal.policy.narrow import LISTED_PUBLICLY, profile_visibilities
from chaupal.policy.rules import judge
from chaupal.policy.rulings import RulingIndex
from chaupal.policy.sealed import Sealed, Visible
from chaupal.policy.things import LinkCard, Mention, Option, Picture, Poll, Post, Tag
from chaupal.policy.verdict import PLAIN, Hide, Placeholder
from chaupal.policy.viewer import Surface, Viewer
from unit.policy.worlds import facts, posts, ruling, viewers


@dataclass
class Thing:
    """Anything that the gate can judge."""

    subject: Subject
    words: str = "words"

    def shell(self):
        return replace(self, words="")

    def altered(self, verdict):
        return self


def a_post(**changes) -> Post:
    post = Post(
        id=11, author=1, created_at=0, visibility=Visibility.PUBLIC, text="चौपाल", html="<p>चौपाल</p>", spoiler="चेतावनी", language="hi",
        sensitive=True, reply_to=5, reply_to_account=2, root=5, boost_of=None, edited_at=7, app="toot", mentions=(Mention(2, "ravi"),),
        tags=(Tag("किसान", "किसान"),), pictures=(Picture(21, "image/png", "खेत", "LEHV", 10, 10, 5, 5),), replies_count=1,
        boosts_count=2, likes_count=3, poll=Poll((Option("हाँ", 2), Option("ना")), 9), quote_of=4, quote_state="accepted", quotes_count=1,
        card=LinkCard("https://example.org/", "खेत"), app_site="https://toot.example",
    )  # fmt: skip
    return msgspec.structs.replace(post, **changes)


def test_a_sealed_post_has_no_attributes_no_json_no_pickle_and_no_text():
    sealed: Any = Sealed(a_post())
    assert repr(sealed) == "<sealed Post>"
    assert "चौपाल" not in f"{sealed!s} {sealed!r}"
    with pytest.raises(AttributeError):
        sealed.text  # noqa: B018
    with pytest.raises(TypeError):
        pickle.dumps(sealed)
    with pytest.raises(TypeError):
        json.dumps(sealed)
    with pytest.raises(TypeError):
        msgspec.json.encode(sealed)
    with pytest.raises(TypeError):
        sealed == sealed  # noqa: B015, PLR0124 - it is refused


def test_only_the_gate_makes_visible_things():
    with pytest.raises(TypeError):
        Visible(a_post(), PLAIN, object())


def test_an_unknown_surface_is_refused():
    with pytest.raises(TypeError):
        reveal(Viewer(country="IN"), "everything", [Sealed(a_post())], Facts())


def test_a_withheld_post_keeps_its_shell_and_loses_its_words():
    law = Facts(rulings=RulingIndex([ruling(11, Measure.WITHHOLD_POST)], now=1))
    seen = reveal_one(Viewer(country="IN"), Surface.STATUS, Sealed(a_post()), law)
    assert seen is not None and isinstance(seen.verdict, Placeholder)
    kept = {f for f in Post.__struct_fields__ if getattr(seen.item, f) == getattr(a_post(), f)}
    assert kept == {
        "id",
        "author",
        "created_at",
        "visibility",
        "root",
        "boost_of",
        "replies_count",
        "boosts_count",
        "likes_count",
        "quotes_count",
        "quote_policy",
        "inner",
        "server",
        "uri",  # nothing, of a post of ours
        "url",
        "emojis",  # nothing, of a post of ours
    }
    elsewhere = reveal_one(Viewer(country="DE"), Surface.STATUS, Sealed(a_post()), law)
    assert elsewhere is not None and elsewhere.item == a_post()


@pytest.mark.parametrize(
    "field", [("diary", str), ("diary", str, ""), ("diary", tuple[str, ...], ()), ("diary", str | None)]
)
def test_a_field_added_to_a_post_is_hidden_where_it_is_withheld_by_itself(field):
    longer = msgspec.defstruct("Longer", [field], bases=(Post,), frozen=True, kw_only=True)
    kept = ("ए",) if field[1] == tuple[str, ...] else "ए"
    post: Any = longer(*(getattr(a_post(), name) for name in Post.__struct_fields__), diary=kept)
    law = Facts(rulings=RulingIndex([ruling(11, Measure.WITHHOLD_POST)], now=1))
    here, there = (reveal_one(Viewer(country=c), Surface.STATUS, Sealed(post), law) for c in ("IN", "DE"))
    assert here is not None and here.withheld and not here.item.diary
    assert there is not None and there.item.diary == kept


def test_a_field_that_knows_nothing_empty_is_refused_instead_of_shown():
    where = msgspec.defstruct("Where", [("place", Mention)], bases=(Post,), frozen=True, kw_only=True)
    post: Any = where(*(getattr(a_post(), name) for name in Post.__struct_fields__), place=Mention(1, "ए"))
    with pytest.raises(TypeError):
        post.shell()


@settings(max_examples=1500)
@given(viewers(), st.sampled_from(Surface), posts(), facts())
def test_the_gate_says_what_the_rules_say(viewer, surface, subject, known):
    thing: Any = Thing(subject)
    seen = reveal_one(viewer, surface, Sealed(thing), known)
    verdict = judge(viewer, surface, subject, known)
    assert (seen is None) == isinstance(verdict, Hide)
    if seen is not None:
        assert seen.verdict == verdict
        assert seen.item.words == ("" if isinstance(verdict, Placeholder) else "words")


@settings(max_examples=800)
@given(viewers(), st.sampled_from(Surface), posts(), facts())
def test_a_viewer_abroad_never_sees_less_because_of_a_ruling_elsewhere(viewer, surface, subject, known):
    """Narrow territory: rulings that do not bind in the viewer's country change nothing for them but a banner."""
    here = [r for s in subject.names for r in known.rulings.on(s) if r.binds(viewer.country)]
    terms = any(
        known.rulings.deamplified(t, viewer.country)
        for t in subject.terms + (subject.inner.terms if subject.inner else ())
    )
    if not here and not terms:
        free = judge(viewer, surface, subject, Facts(known.relations))
        assert type(judge(viewer, surface, subject, known)) is type(free)


@settings(max_examples=1500)
@given(viewers(), st.sampled_from(Surface), posts(reposts=False), facts())
def test_the_author_of_a_plain_post_is_plain(viewer, surface, subject, known):
    if surface is not Surface.OFFICE and judge(viewer, surface, subject, known) is PLAIN:
        author = Subject(subject.author, subject.author, Visibility.PUBLIC, frozenset((subject.author,)))
        assert judge(viewer, Surface.PROFILE, author, known) is PLAIN


@settings(max_examples=800)
@given(viewers(), posts(reposts=False), facts())
def test_what_narrows_in_sql_keeps_all_that_the_rules_would_show(viewer, subject, known):
    verdict = judge(viewer, Surface.ACCOUNT, subject, known)
    if not isinstance(verdict, Hide):
        follows = subject.author in known.relations.following
        own = viewer.account == subject.author
        named = viewer.account is not None and viewer.account in subject.mentions
        assert named or subject.visibility in profile_visibilities(own=own, follows=follows, here=viewer.here)
    stranger = Viewer(country=viewer.country)
    if subject.visibility in LISTED_PUBLICLY and not isinstance(
        judge(stranger, Surface.PUBLIC, subject, Facts(rulings=known.rulings)), Hide
    ):
        assert subject.visibility is Visibility.PUBLIC

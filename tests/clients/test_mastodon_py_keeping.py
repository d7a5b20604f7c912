"""Mastodon.py on what people arrange for themselves: lists, filters of both versions, hashtags, suggestions, notes, one's circle."""

import pytest
from mastodon import Mastodon, MastodonAPIError, MastodonNotFoundError

from clients.conftest import Stage
from clients.mastodons import asha, binod  # noqa: F401 - fixtures


def test_makes_a_list_fills_it_reads_it_and_drops_it(stage: Stage, asha: Mastodon, binod: Mastodon):
    binod_id = stage.cast["binod"].id
    made = asha.list_create("किसान", replies_policy="none", exclusive=True)
    assert (made.title, made.replies_policy, made.exclusive) == ("किसान", "none", True)
    changed = asha.list_update(made, "किसान मित्र", replies_policy="list", exclusive=False)
    assert asha.list(made) == changed and [one.title for one in asha.lists()] == ["किसान मित्र"]
    with pytest.raises(MastodonNotFoundError):
        asha.list_accounts_add(made, [binod_id])  # whom she does not follow yet
    asha.account_follow(binod_id)
    asha.list_accounts_add(made, [binod_id])
    assert [a.username for a in asha.list_accounts(made)] == ["binod"]
    assert [one.id for one in asha.account_lists(binod_id)] == [made.id]
    said = binod.status_post("गेहूँ पक गया")
    assert said.id in [s.id for s in asha.timeline_list(made)]
    asha.list_accounts_delete(made, [binod_id])
    assert list(asha.list_accounts(made)) == []
    with pytest.raises(MastodonNotFoundError):
        binod.list(made)
    asha.list_delete(made)
    assert asha.lists() == []


def test_keeps_filters_with_their_words_and_posts(asha: Mastodon, binod: Mastodon):
    made = asha.create_filter_v2(
        "मौसम",
        ["home", "public"],
        "warn",
        expires_in=3600,
        keywords_attributes=[{"keyword": "हिंदी", "whole_word": True}],
    )
    assert (made.title, made.filter_action, made.context) == ("मौसम", "warn", ["home", "public"])
    assert made.expires_at is not None
    word = asha.add_filter_keyword_v2(made, "ओले", whole_word=True)
    assert [k.keyword for k in asha.filter_keywords_v2(made)] == ["हिंदी", "ओले"]
    asha.delete_filter_keyword_v2(word)
    assert [k.keyword for k in asha.filter_v2(made).keywords] == ["हिंदी"]
    folded = binod.status_post("हिन्दी में लिखिए")
    found = next(s for s in asha.timeline_local() if s.id == folded.id).filtered
    assert [(f.filter.title, f.keyword_matches) for f in found] == [("मौसम", ["हिंदी"])]
    other = binod.status_post("और कुछ")
    kept = asha.add_filter_status_v2(made, other)
    assert [str(k.status_id) for k in asha.filter_statuses_v2(made)] == [str(other.id)]
    assert next(s for s in asha.timeline_local() if s.id == other.id).filtered[0].status_matches
    asha.delete_filter_status_v2(kept)
    hidden = asha.update_filter_v2(made, title="छिपा", filter_action="hide")
    assert (hidden.title, hidden.filter_action) == ("छिपा", "hide")
    asha.delete_filter_v2(made)
    assert asha.filters_v2() == []


def test_knows_filters_as_older_apps_do(asha: Mastodon):
    made = asha.filter_create("बारिश", ["home", "notifications"], whole_word=True)
    assert (made.phrase, made.whole_word, made.context) == ("बारिश", True, ["home", "notifications"])
    assert asha.filter(made).phrase == "बारिश" and [f.phrase for f in asha.filters()] == ["बारिश"]
    assert asha.filter_update(made, phrase="तूफ़ान", context=["home"]).phrase == "तूफ़ान"
    asha.filter_delete(made)
    assert asha.filters() == []


def test_follows_a_hashtag_and_finds_its_posts_at_home(asha: Mastodon, binod: Mastodon):
    assert asha.tag_follow("सरसों").following
    assert [t.name for t in asha.followed_tags()] == ["सरसों"]
    said = binod.status_post("पीला पीला #सरसों", language="hi")
    assert said.id in [s.id for s in asha.timeline_home()]
    assert not asha.tag_unfollow("सरसों").following
    assert list(asha.followed_tags()) == []


def test_shows_hashtags_on_a_profile(stage: Stage, asha: Mastodon, binod: Mastodon):
    binod.status_post("आज भी #चौपाल", language="hi")
    assert "चौपाल" in [t.name for t in binod.featured_tag_suggestions()]
    made = binod.featured_tag_create("चौपाल")
    assert made.name == "चौपाल" and int(made.statuses_count) >= 1
    assert [t.name for t in asha.account_featured_tags(stage.cast["binod"].id)] == ["चौपाल"]
    assert binod.session.get(made.url).status_code == 200
    binod.featured_tag_delete(made)
    assert binod.featured_tags() == []
    assert binod.tag_feature("चौपाल").featuring and not binod.tag_unfeature("चौपाल").featuring
    for number in range(binod.instance_v2().configuration.accounts.max_featured_tags):
        binod.tag_feature(f"number{number}")
    with pytest.raises(MastodonAPIError):
        binod.tag_feature("onemore")


def test_is_shown_whom_it_may_follow_and_may_turn_that_down(stage: Stage, asha: Mastodon, binod: Mastodon):
    chitra = stage.mastodon("chitra")
    asha.account_follow(stage.cast["binod"].id)
    binod.account_follow(chitra.me().id)
    found = {s.account.username: s for s in asha.suggestions_v2()}
    assert found["chitra"].sources[0] == "friends_of_friends"
    assert "chitra" in [a.username for a in asha.suggestions_v1()]
    assert [f.accounts[0].username for f in asha.account_familiar_followers([chitra.me().id])] == ["binod"]
    asha.suggestion_delete(stage.cast["chitra"].id)
    assert "chitra" not in [s.account.username for s in asha.suggestions_v2()]


def test_reads_the_directory(stage: Stage, asha: Mastodon):
    devika = stage.mastodon("devika")
    devika.account_update_credentials(discoverable=True)
    devika.status_post("सुनाई दे रहा है")
    assert "devika" in [a.username for a in asha.directory(order="new")]
    assert "devika" in [a.username for a in asha.directory(order="active", local=True, limit=5)]


def test_keeps_a_note_and_endorses(stage: Stage, asha: Mastodon):
    binod = stage.cast["binod"].id
    assert asha.account_note_set(binod, "मेले में मिले थे").note == "मेले में मिले थे"
    assert asha.account_note_set(binod, "").note == ""
    asha.account_follow(binod)
    assert asha.account_endorse(binod).endorsed
    assert [a.username for a in asha.endorsements()] == ["binod"]
    assert not asha.account_unpin(binod).endorsed
    assert list(asha.endorsements()) == []

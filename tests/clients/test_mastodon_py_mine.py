"""Mastodon.py on what a person sets about themselves: whether others find their posts and see their lists of people."""

from typing import Any

import pytest
from mastodon import Mastodon, MastodonAPIError

from clients.conftest import Stage
from clients.mastodons import asha, binod  # noqa: F401 - fixtures
from waiting import eventually


def found_by(who: Mastodon) -> list[Any]:
    return list(who.search_v2("अमलतास", result_type="statuses").statuses)


def test_says_whether_others_find_ones_posts_and_see_ones_lists_of_people(
    stage: Stage, asha: Mastodon, binod: Mastodon
):
    binod.account_follow(stage.cast["asha"].id)
    post = asha.status_post("अमलतास के पीले फूल")
    mine = asha.account_update_credentials(indexable=False, hide_collections=True, discoverable=False)
    assert (mine.indexable, mine.hide_collections, mine.discoverable) == (False, True, False)
    seen = binod.account(mine)
    assert (seen.indexable, seen.hide_collections, seen.moved) == (False, True, None)
    assert [one.id for one in eventually(lambda: found_by(asha))] == [post.id]
    assert found_by(binod) == []
    assert binod.account_followers(mine) == [] and asha.account_followers(mine) != []
    asha.account_update_credentials(indexable=True, hide_collections=False, discoverable=True)
    assert [one.id for one in found_by(binod)] == [post.id]


def test_says_which_sites_may_name_one_as_an_author(asha: Mastodon):
    mine = asha.account_update_credentials(attribution_domains=["Example.org", "https://blog.example.net/"])
    assert mine.source is not None and list(mine.source.attribution_domains) == ["example.org", "blog.example.net"]
    assert list(asha.profile().attribution_domains) == ["example.org", "blog.example.net"]
    with pytest.raises(MastodonAPIError, match="domain name"):
        asha.account_update_credentials(attribution_domains=["no site"])
    assert list(asha.profile_update(attribution_domains=[""]).attribution_domains) == []

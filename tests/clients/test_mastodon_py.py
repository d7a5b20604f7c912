"""Mastodon.py, as it is installed, against a real server: logs in by OAuth and does what people do."""

import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import mastodon.media
import pytest
from mastodon import Mastodon, MastodonAPIError, MastodonNotFoundError, MastodonUnauthorizedError
from mastodon.errors import MastodonIllegalArgumentError
from mastodon.return_types import Tag

from clients.conftest import Stage
from clients.images import png
from clients.mastodons import notification
from clients.visitor import Visitor
from films import film, sound
from waiting import eventually

SCOPES = ["read", "write", "follow", "push"]


def log_in(stage: Stage, handle: str) -> Mastodon:
    """Register an app, let the member allow it in a browser, hand the shown code to the library."""
    member = stage.cast[handle]
    id_, secret = Mastodon.create_app(f"for {handle}", scopes=SCOPES, api_base_url=stage.url)
    client = Mastodon(id_, secret, api_base_url=stage.url, version_check_mode="none", ratelimit_method="throw")
    address = client.auth_request_url(scopes=SCOPES, allow_http=True)
    code = Visitor(stage.url).code(address, member.email, member.password)
    client.log_in(code=code, scopes=SCOPES, allow_http=True)
    return client


@pytest.fixture(scope="module")
def people(stage: Stage) -> Iterator[dict[str, Mastodon]]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield {handle: log_in(stage, handle) for handle in ("asha", "binod")}


@pytest.fixture
def asha(people: dict[str, Mastodon]) -> Mastodon:
    return people["asha"]


@pytest.fixture
def binod(people: dict[str, Mastodon]) -> Mastodon:
    return people["binod"]


def bare(url: str) -> str:
    """An address without the pass of its reader: an upload has one, and what is posted for everybody needs none."""
    return url.partition("?")[0]


def test_logs_in_by_oauth_and_knows_who_it_is(stage: Stage, asha: Mastodon):
    assert str(asha.me().id) == stage.cast["asha"].id
    assert asha.account_verify_credentials().username == "asha"
    assert asha.app_verify_credentials().name == "for asha"


def test_learns_from_the_server_that_passwords_do_not_open_it(stage: Stage, asha: Mastodon):
    member = stage.cast["asha"]
    id_, secret = Mastodon.create_app("old ways", scopes=SCOPES, api_base_url=stage.url)
    client = Mastodon(id_, secret, api_base_url=stage.url)
    with pytest.raises(MastodonIllegalArgumentError, match="Password flow"):
        client.log_in(member.email, member.password, scopes=SCOPES, allow_http=True)


def test_is_signed_out_once_it_gives_its_token_back(stage: Stage):
    client = log_in(stage, "chitra")
    token = client.access_token
    client.revoke_access_token(allow_http=True)
    with pytest.raises(MastodonUnauthorizedError):
        Mastodon(access_token=token, api_base_url=stage.url).account_verify_credentials()


def test_understands_the_instance(stage: Stage, asha: Mastodon):
    assert asha.instance_v2().domain == stage.url.removeprefix("http://")
    assert asha.instance_v1().uri == stage.url.removeprefix("http://")
    assert asha.verify_minimum_version("4.0.0")
    assert asha.instance_nodeinfo().software.name == "chaupal"
    assert asha.custom_emojis() == []
    assert asha.preferences()["posting:default:visibility"] == "public"


def test_a_post_is_in_the_followers_home_on_the_next_read(stage: Stage, asha: Mastodon, binod: Mastodon):
    binod.account_follow(stage.cast["asha"].id)
    said = asha.status_post("पहली बारिश, पहली चाय", language="hi", spoiler_text="मौसम", sensitive=True)
    read = binod.timeline_home()[0]
    assert read.id == said.id
    assert (read.content, read.language, read.spoiler_text, read.sensitive) == (
        "<p>पहली बारिश, पहली चाय</p>",
        "hi",
        "मौसम",
        True,
    )
    assert said.id in [status.id for status in asha.timeline_home()]
    assert said.id in [status.id for status in asha.timeline_local()]


def test_replies_make_a_thread(asha: Mastodon, binod: Mastodon):
    first = asha.status_post("How was the harvest?")
    reply = binod.status_reply(first, "Better than last year")
    last = asha.status_reply(reply, "Good to hear")
    assert reply.in_reply_to_id == first.id and reply.in_reply_to_account_id == first.account.id
    assert [m.username for m in reply.mentions] == ["asha"]
    around = binod.status_context(reply)
    assert [s.id for s in around.ancestors] == [first.id]
    assert [s.id for s in around.descendants] == [last.id]
    assert asha.status(first).replies_count == 1


def test_reposts_and_takes_it_back(asha: Mastodon, binod: Mastodon):
    post = asha.status_post("worth passing on")
    repost = binod.status_reblog(post)
    assert repost.reblog is not None and repost.reblog.id == post.id and repost.id != post.id
    assert binod.status_reblog(post).id == repost.id, "a second repost is the first"
    seen = binod.status(post)
    assert (seen.reblogs_count, seen.reblogged) == (1, True)
    assert [a.username for a in asha.status_reblogged_by(post)] == ["binod"]
    back = binod.status_unreblog(post)
    assert (back.id, back.reblogs_count, back.reblogged) == (post.id, 0, False)


def test_likes_and_bookmarks(asha: Mastodon, binod: Mastodon):
    post = asha.status_post("like this one")
    assert binod.status_favourite(post).favourited
    assert binod.status_favourite(post).favourites_count == 1, "twice is once"
    assert binod.status_bookmark(post).bookmarked
    assert binod.favourites()[0].id == post.id
    assert binod.bookmarks()[0].id == post.id
    assert [a.username for a in asha.status_favourited_by(post)] == ["binod"]
    assert binod.status_unfavourite(post).favourites_count == 0
    assert not binod.status_unbookmark(post).bookmarked
    assert post.id not in [s.id for s in [*binod.favourites(), *binod.bookmarks()]]


def test_searches_in_hindi(asha: Mastodon, binod: Mastodon):
    post = asha.status_post("सरसों के खेत में बसंत #वसंत_पंचमी", language="hi")
    found = eventually(lambda: binod.search("सरसों", result_type="statuses").statuses)
    assert [s.id for s in found] == [post.id]
    tags = eventually(lambda: cast(list[Tag], binod.search("वसंत", result_type="hashtags").hashtags))
    assert [tag.name for tag in tags] == ["वसंत_पंचमी"]
    assert [a.username for a in binod.search("ash", result_type="accounts").accounts] == ["asha"]
    assert [s.id for s in binod.search(post.url, result_type="statuses").statuses] == [post.id]
    assert [s.id for s in binod.timeline_hashtag("वसंत_पंचमी")] == [post.id]


def test_uploads_an_image_with_alt_text_and_posts_it(asha: Mastodon, binod: Mastodon, tmp_path: Path):
    (tmp_path / "field.png").write_bytes(png(80, 60))
    media = asha.media_post(tmp_path / "field.png", description="सरसों का पीला खेत", focus=(0.5, -0.5))
    assert (media.type, media.description) == ("image", "सरसों का पीला खेत")
    assert asha.media_update(media, description="सरसों का खेत, दोपहर").description == "सरसों का खेत, दोपहर"
    post = asha.status_post("देखिए", media_ids=[media])
    seen = binod.status(post).media_attachments[0]
    assert seen.description == "सरसों का खेत, दोपहर"
    assert (seen.meta.original.width, seen.meta.original.height) == (80, 60)
    assert len(seen.blurhash) >= 6
    assert post.id in [s.id for s in binod.account_statuses(post.account, only_media=True)]
    for address in (seen.url, seen.preview_url):
        answer = binod.session.get(address)
        assert answer.status_code == 200 and answer.headers["content-type"].startswith("image/")


def test_uploads_a_film_waits_for_it_and_changes_what_stands_for_it(
    asha: Mastodon, binod: Mastodon, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    # It sleeps five seconds after each look, also after the last.
    monkeypatch.setattr(mastodon.media, "time", SimpleNamespace(sleep=lambda _: time.sleep(0.1)))
    (tmp_path / "dance.mp4").write_bytes(film())
    (tmp_path / "poster.png").write_bytes(png(80, 60))
    media = asha.media_post(tmp_path / "dance.mp4", description="नाचते बच्चे", synchronous=True)
    assert (media.type, media.description, media.meta.original.width) == ("video", "नाचते बच्चे", 320)
    changed = asha.media_update(media, focus=(0.1, -0.5), thumbnail=tmp_path / "poster.png")
    assert (changed.meta.focus.x, changed.meta.focus.y, changed.meta.small.width) == (0.1, -0.5, 80)
    post = asha.status_post("देखिए", media_ids=[media])
    seen = binod.status(post).media_attachments[0]
    assert bare(seen.url) == bare(changed.url) and seen.meta.original.frame_rate == "10/1"
    part = binod.session.get(seen.url, headers={"range": "bytes=4-7"})
    assert (part.status_code, part.content, part.headers["content-type"]) == (206, b"ftyp", "video/mp4")
    assert "video/mp4" in asha.instance_v2().configuration.media_attachments.supported_mime_types


def test_a_sound_is_asked_for_until_it_is_ready(asha: Mastodon, tmp_path: Path):
    (tmp_path / "song.ogg").write_bytes(sound(".ogg"))
    media = asha.media_post(tmp_path / "song.ogg")
    assert media.url is None and media.type == "audio"
    ready = eventually(lambda: asha.media(media), wanted=lambda found: found and found.url)
    assert bare(asha.status_post("सुनिए", media_ids=[media]).media_attachments[0].url) == bare(ready.url)


def test_is_notified_of_what_others_do(stage: Stage, asha: Mastodon, binod: Mastodon):
    asha.notifications_clear()
    binod.account_unfollow(stage.cast["asha"].id)
    binod.account_follow(stage.cast["asha"].id)
    post = asha.status_post("notify me")
    binod.status_favourite(post)
    binod.status_reblog(post)
    answer = binod.status_post("@asha सुनिए")

    def kinds() -> dict[str, int]:
        return {n.type: n.id for n in asha.notifications()}

    told = eventually(lambda: kinds() if len(kinds()) == 4 else {})
    assert set(told) == {"follow", "favourite", "reblog", "mention"}
    assert notification(asha, told["favourite"]).status.id == notification(asha, told["reblog"]).status.id == post.id
    mention = notification(asha, told["mention"])
    assert (mention.status.id, mention.account.username) == (answer.id, "binod")
    assert [n.type for n in asha.notifications(types=["mention"])] == ["mention"]
    assert "mention" not in {n.type for n in asha.notifications(exclude_types=["mention"])}
    asha.notifications_dismiss(told["mention"])
    assert set(kinds()) == {"follow", "favourite", "reblog"}
    asha.notifications_clear()
    assert asha.notifications() == []


def test_pages_end_and_hold_each_post_once(stage: Stage, people: dict[str, Mastodon], binod: Mastodon):
    devika = log_in(stage, "devika")
    posted = [devika.status_post(f"number {n}").id for n in range(45)]
    page = binod.account_statuses(stage.cast["devika"].id, limit=20)
    seen, pages = [s.id for s in page], 1
    while (page := binod.fetch_next(page)) is not None:
        seen += [s.id for s in page]
        pages += 1
        assert pages <= 3, "next does not end"
    assert seen == posted[::-1]
    all_of_them = binod.fetch_remaining(binod.timeline_local(limit=7))
    assert len({s.id for s in all_of_them}) == len(all_of_them) > 45
    newest = binod.account_statuses(stage.cast["devika"].id, limit=10)
    assert not binod.fetch_previous(newest), "there is nothing newer than the newest"
    gap = binod.account_statuses(stage.cast["devika"].id, min_id=posted[9], limit=5)
    assert [s.id for s in gap] == posted[10:15][::-1], "min_id gives what comes right after it"
    assert [s.id for s in binod.fetch_previous(gap)] == posted[15:20][::-1]


def test_deletes_and_offers_the_text_again(asha: Mastodon, binod: Mastodon):
    post = asha.status_post("written in haste #टैग")
    with pytest.raises(MastodonNotFoundError):
        binod.status_delete(post)
    assert asha.status_delete(post).text == "written in haste #टैग"
    with pytest.raises(MastodonNotFoundError):
        binod.status(post)


def test_lists_that_hold_nothing_are_empty(asha: Mastodon):
    empty = (
        asha.lists,
        asha.filters,
        asha.filters_v2,
        asha.blocks,
        asha.mutes,
        asha.follow_requests,
        asha.domain_blocks,
        asha.announcements,
        asha.scheduled_statuses,
        asha.featured_tags,
        asha.followed_tags,
        asha.endorsements,
        asha.trending_links,
    )
    assert {ask.__name__: list(ask()) for ask in empty} == {ask.__name__: [] for ask in empty}


def test_reads_trends_and_suggestions(asha: Mastodon):
    for ask in (asha.trending_tags, asha.trending_statuses, asha.suggestions):
        assert isinstance(ask(), list)


def test_keeps_markers(asha: Mastodon):
    post = asha.status_post("read up to here")
    first = asha.markers_set("home", post.id)["home"]
    assert first.last_read_id == post.id
    again = asha.markers_set(["home", "notifications"], [post.id, 1])
    assert again["home"].version == first.version + 1
    assert set(asha.markers_get(["home", "notifications"])) == {"home", "notifications"}


def test_changes_the_profile(asha: Mastodon, binod: Mastodon):
    asha.account_update_credentials(
        display_name="आशा",
        note="किसान और <b>पाठक</b>",
        fields=[("गाँव", "चौपाल")],
        avatar=png(120, 90),
        avatar_mime_type="image/png",
    )
    seen = binod.account_lookup("asha")
    assert seen.display_name == "आशा"
    assert seen.note == "<p>किसान और &lt;b&gt;पाठक&lt;/b&gt;</p>"
    assert [(f.name, f.value) for f in seen.fields] == [("गाँव", "चौपाल")]
    assert binod.session.get(seen.avatar).status_code == 200


def test_blocks_and_mutes(stage: Stage, asha: Mastodon):
    chitra = stage.cast["chitra"].id
    assert asha.account_block(chitra).blocking
    assert [a.username for a in asha.blocks()] == ["chitra"]
    assert not asha.account_unblock(chitra).blocking
    mute = asha.account_mute(chitra, notifications=False, duration=3600)
    assert mute.muting and not mute.muting_notifications
    assert [a.username for a in asha.mutes()] == ["chitra"] and asha.mutes()[0].mute_expires_at is not None
    assert not asha.account_unmute(chitra).muting


def test_asks_a_locked_account_and_is_let_in(stage: Stage, asha: Mastodon, binod: Mastodon):
    asha_id, binod_id = stage.cast["asha"].id, stage.cast["binod"].id
    binod.account_unfollow(asha_id)
    asha.account_update_credentials(locked=True)
    try:
        assert binod.account_follow(asha_id).requested
        assert [a.username for a in asha.follow_requests()] == ["binod"]
        asha.follow_request_authorize(binod_id)
        assert binod.account_relationships(asha_id)[0].following
        assert "binod" in [a.username for a in asha.account_followers(asha_id)]
    finally:
        asha.account_update_credentials(locked=False)


def test_what_is_refused_is_said(asha: Mastodon):
    with pytest.raises(MastodonAPIError) as refused:
        asha.status_post("")
    assert refused.value.args[1] == 422 and str(refused.value.args[3]).startswith("Validation failed")

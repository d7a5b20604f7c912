"""Mastodon.py's whole surface: what people and staff do with it, and a list that says why anything is not called."""

import ast
import inspect
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from mastodon import Mastodon, MastodonAPIError
from mastodon.errors import MastodonIllegalArgumentError

from chaupal.policy.viewer import Role
from clients.conftest import Stage
from clients.images import png
from clients.mastodons import asha, binod  # noqa: F401 - fixtures
from serving import SCOPES, join
from waiting import eventually


@pytest.fixture(scope="module")
def staff(stage: Stage) -> Mastodon:
    scopes = f"{SCOPES} admin:read admin:write"
    return stage.mastodon_with(join(stage.server.settings, "lakshmi", role=Role.OWNER, scopes=scopes)["lakshmi"].token)


def refused(call: Callable[..., Any], *args: Any, **more: Any) -> str:
    """What the server says to whoever asks for what it does not do."""
    with pytest.raises(MastodonAPIError) as caught:
        call(*args, **more)
    return str(caught.value)


# --- writing ---


def test_edits_a_post_and_reads_what_it_said_before(asha: Mastodon, binod: Mastodon):
    post = asha.status_post("पहली बात", language="hi")
    edited = asha.status_update(post.id, "दूसरी बात", spoiler_text="खेत")
    assert edited.edited_at and "दूसरी" in edited.content
    told = asha.status_source(post.id)
    assert (told.text, told.spoiler_text) == ("दूसरी बात", "खेत")
    history = binod.status_history(post.id)
    assert ["पहली" in history[0].content, "दूसरी" in history[-1].content] == [True, True]


def test_asks_and_answers_a_poll(asha: Mastodon, binod: Mastodon):
    asked = asha.make_poll(["चाय", "कॉफ़ी"], expires_in=3600, multiple=True)
    post = asha.status_post("क्या पिएँगे?", poll=asked)
    voted = binod.poll_vote(post.poll, [0, 1])
    assert (voted.voted, voted.own_votes, voted.votes_count) == (True, [0, 1], 2)
    assert asha.poll(post.poll.id).voters_count == 1
    refused(binod.poll_vote, post.poll, 0)


def test_schedules_a_post_moves_it_and_takes_it_back(asha: Mastodon):
    at = datetime.now(UTC) + timedelta(hours=2)
    waiting = asha.status_post("कल की बात", scheduled_at=at)
    assert waiting.params.text == "कल की बात"
    moved = asha.scheduled_status_update(waiting, at + timedelta(hours=1))
    assert moved.scheduled_at > waiting.scheduled_at
    assert asha.scheduled_status(waiting.id).id == waiting.id and len(asha.scheduled_statuses()) == 1
    # Tokodon's drafts
    asha.scheduled_status_update(waiting, at.replace(year=at.year + 3000, day=1))
    assert asha.scheduled_statuses()[0].scheduled_at.year == at.year + 3000
    asha.scheduled_status_delete(waiting)
    assert asha.scheduled_statuses() == []


def test_quotes_lists_quotes_and_takes_itself_out_of_one(asha: Mastodon, binod: Mastodon):
    post = asha.status_post("उद्धरण के लायक", quote_approval_policy="public")
    quote = binod.status_post("", spoiler_text="खेत", quoted_status_id=post.id)
    assert quote.quote.state == "accepted" and quote.quote.quoted_status.id == post.id
    assert [one.id for one in asha.status_quotes(post.id)] == [quote.id]
    assert asha.status_quote_revoke(post.id, quote.id).quote.state == "revoked"
    assert asha.status_update_quote_approval_policy(post.id, "nobody").quote_approval.automatic == []
    refused(binod.status_post, "फिर", quoted_status_id=post.id)


def test_deletes_with_the_pictures_or_leaves_them_to_be_used_anew(asha: Mastodon):
    kept, gone = [asha.media_post(png(), "image/png") for _ in range(2)]
    said = asha.status_post("तस्वीर के साथ", media_ids=[kept])
    assert [one.id for one in asha.status_delete(said).media_attachments] == [kept.id]
    again = asha.status_post("फिर से, तस्वीर के साथ", media_ids=[kept])
    assert [one.id for one in again.media_attachments] == [kept.id]
    asha.status_delete(asha.status_post("बिना सोचे", media_ids=[gone]), delete_media=True)
    assert "not found" in refused(asha.media, gone)


def test_says_whom_new_posts_let_quote(asha: Mastodon, binod: Mastodon):
    mine = asha.account_update_credentials(default_quote_policy="nobody")
    assert (mine.source.quote_policy, asha.preferences()["posting:default:quote_policy"]) == ("nobody", "nobody")
    refused(binod.status_post, "देखिए", quoted_status_id=asha.status_post("बस पढ़िए").id)
    assert asha.account_update_credentials(default_quote_policy="public").source.quote_policy == "public"
    assert binod.status_post("देखिए", quoted_status_id=asha.status_post("उद्धरण के लिए").id).quote.state == "accepted"


def test_what_a_quote_says_of_whom_one_muted_or_blocked(stage: Stage, asha: Mastodon, binod: Mastodon):
    chitra = stage.mastodon("chitra")
    quote = binod.status_post("देखिए", quoted_status_id=chitra.status_post("मूल बात").id)
    asha.account_mute(chitra.me().id)
    assert asha.status(quote.id).quote.state == "muted_account" and asha.status(quote.id).quote.quoted_status
    asha.account_unmute(chitra.me().id)
    asha.account_block(chitra.me().id)
    assert asha.status(quote.id).quote.state == "blocked_account"
    asha.account_unblock(chitra.me().id)


def test_pins_mutes_a_conversation_and_says_a_word(asha: Mastodon):
    post = asha.toot("नमस्ते")
    assert asha.status_pin(post.id).pinned and not asha.status_unpin(post.id).pinned
    assert asha.status_mute(post.id).muted and not asha.status_unmute(post.id).muted
    assert [one.id for one in asha.statuses([post.id])] == [post.id]
    refused(asha.status_translate, post.id, "en")
    assert asha.instance_translation_languages() == {}


# --- reading ---


def test_reads_timelines_by_every_name(asha: Mastodon):
    post = asha.status_post("चौराहे पर #समय")
    assert post.id in [one.id for one in asha.timeline_public()]
    assert post.id in [one.id for one in asha.timeline("local")]
    assert asha.timeline_is_available("public", local=True)
    assert asha.tag("समय").name == "समय"
    page = asha.timeline_local(limit=1)
    assert asha.get_pagination_info(page, "next")
    assert len([one for one, _ in zip(asha.pagination_iterator(page), range(3), strict=False)]) == 3
    assert next(iter(asha.pagination_page_iterator(page)))


def test_reads_trends_by_every_name(asha: Mastodon, staff: Mastodon):
    assert asha.trends() == asha.trending_tags() and asha.trending_links() == []
    assert "404" in refused(asha.timeline_link, "https://nobody.links.example/")
    assert staff.admin_trending_links() == [] and staff.admin_trending_statuses() is not None
    post = asha.status_post("रुझान #गन्ना")
    assert staff.admin_approve_trending_tag("गन्ना").name == "गन्ना" and staff.admin_trending_tags() is not None
    assert staff.admin_approve_trending_status(post.id).id == post.id
    for reject, of in ((staff.admin_reject_trending_tag, "गन्ना"), (staff.admin_reject_trending_status, post.id)):
        assert "/office/deamplified" in refused(reject, of)
    for act in (staff.admin_approve_trending_link, staff.admin_reject_trending_link):
        assert "404" in refused(act, 1)


def test_keeps_one_post_in_a_filter(asha: Mastodon):
    post = asha.status_post("मैच का स्कोर")
    made = asha.create_filter_v2("शोर", ["home"], "warn")
    kept = asha.add_filter_status_v2(made.id, post.id)
    assert asha.filter_status_v2(kept.id).status_id == str(post.id)
    asha.delete_filter_v2(made.id)


def test_searches_by_version_and_finds_people(asha: Mastodon):
    assert asha.search_v2("binod", result_type="accounts").accounts[0].username == "binod"
    assert asha.account_search("bino")[0].username == "binod"
    me = asha.me().id
    assert asha.account(me).username == asha.accounts([me])[0].username == "asha"


def test_learns_what_the_server_is(asha: Mastodon):
    assert asha.instance().domain and asha.instance_health() and asha.instance_rules()
    assert asha.instance_extended_description().content is not None and asha.instance_peers() is not None
    assert asha.instance_activity() is not None and asha.instance_domain_blocks() == []
    assert asha.retrieve_mastodon_version() and Mastodon.get_supported_version()
    assert asha.get_approx_server_time().timestamp() > 0
    assert asha.oauth_authorization_server_info().issuer
    asha.set_language("hi")
    asha.clear_caches()


# --- people ---


def test_follows_and_is_followed(stage: Stage, asha: Mastodon, binod: Mastodon):
    me, them = stage.cast["asha"].id, stage.cast["binod"].id
    binod.account_follow(me)
    asha.account_follow(them)
    assert them in [str(one.id) for one in asha.account_following(me)]
    assert asha.account_endorse(them).endorsed and not asha.account_unendorse(them).endorsed
    assert asha.account_pin(them).endorsed and not asha.account_unpin(them).endorsed
    assert not asha.account_remove_from_followers(them).followed_by
    asha.account_update_credentials(locked=True)
    binod.account_follow(me)
    assert [str(one.id) for one in asha.follow_requests()] == [them]
    asha.follow_request_reject(them)
    asha.account_update_credentials(locked=False)
    assert asha.follow_requests() == []


def test_changes_the_profile_as_newer_apps_do(asha: Mastodon):
    assert asha.profile_update(display_name="आशा देवी").display_name == "आशा देवी"
    assert asha.profile().display_name == "आशा देवी"
    asha.account_update_credentials(
        avatar=png(), avatar_mime_type="image/png", header=png(), header_mime_type="image/png"
    )
    assert asha.account_delete_avatar().id and asha.account_delete_header().id


def test_lets_strangers_notices_in_or_not(stage: Stage, asha: Mastodon):
    asha.account_unfollow(stage.cast["binod"].id)
    asha.update_notifications_policy(for_not_following="filter")
    for handle in ("binod", "chitra", "devika"):
        stage.mastodon(handle).status_post(f"@asha सुनिए, {handle}")
    asked = eventually(lambda: found if len(found := asha.notification_requests()) >= 3 else [])
    assert asha.notification_request(asked[0].id).id == asked[0].id
    asha.dismiss_notification_request(asked[0].id)
    asha.dismiss_multiple_notification_requests([asked[1].id])
    asha.accept_multiple_notification_requests([asked[2].id])
    assert asha.notification_requests() == []
    asha.update_notifications_policy(for_not_following="accept")


def test_an_app_makes_an_account_by_the_rules_of_the_page(stage: Stage):
    id_, secret = Mastodon.create_app("joins", scopes=["read", "write", "follow", "push"], api_base_url=stage.url)
    newcomer = Mastodon(id_, secret, api_base_url=stage.url, version_check_mode="none")
    with pytest.raises(MastodonIllegalArgumentError, match="Password must have"):
        newcomer.create_account("naya", "short", "naya@gaanv.example", agreement=True)
    assert newcomer.create_account("naya", "a long enough secret", "naya@gaanv.example", agreement=True)


def test_reads_and_answers_announcements(asha: Mastodon):
    assert "404" in refused(asha.announcement_dismiss, 1)
    for act in (asha.announcement_reaction_create, asha.announcement_reaction_delete):
        assert "404" in refused(act, 1, "🌾")


def test_reports_and_what_staff_do_with_it(stage: Stage, asha: Mastodon, staff: Mastodon):
    post = asha.status_post("शिकायत के लायक")
    devika = stage.mastodon("devika")
    report = devika.report(post.account.id, [post.id], comment="यह ठीक नहीं।", rule_ids=[1])
    assert staff.admin_report(report.id).target_account.username == "asha"
    assert report.id in [one.id for one in staff.admin_reports()]
    assert staff.admin_report_assign(report.id).assigned_account
    assert not staff.admin_report_unassign(report.id).assigned_account
    assert staff.admin_report_resolve(report.id).action_taken
    staff.admin_report_reopen(report.id)


def test_staff_look_at_accounts_and_act_under_the_rules(stage: Stage, staff: Mastodon):
    id_ = int(stage.cast["devika"].id)
    assert staff.admin_account(id_).username == "devika"
    assert staff.admin_accounts() and staff.admin_accounts_v1() and staff.admin_accounts_v2(status="active")
    for act in (staff.admin_account_approve, staff.admin_account_reject, staff.admin_account_delete):
        assert refused(act, id_), "nothing waits, and nobody is deleted by a click"
    staff.admin_account_moderate(
        id_, "silence", warning_preset_id=3, text="यह नियम बार-बार तोड़ा गया, इसलिए खाता सीमित रहे।"
    )
    staff.admin_account_unsilence(id_)
    for act in (staff.admin_account_enable, staff.admin_account_unsensitive, staff.admin_account_unsuspend):
        act(id_)


def test_staff_block_addresses_and_lift_it(staff: Mastodon):
    net = staff.admin_create_ip_block("192.0.2.0/24", "no_access", comment="शोर")
    assert staff.admin_ip_block(net.id).ip == "192.0.2.0/24" and len(staff.admin_ip_blocks()) == 1
    assert staff.admin_update_ip_block(net.id, comment="कम शोर").comment == "कम शोर"
    staff.admin_delete_ip_block(net.id)
    domain = staff.admin_create_email_domain_block("spam.example")
    assert staff.admin_email_domain_block(domain.id).domain == "spam.example" and staff.admin_email_domain_blocks()
    staff.admin_delete_email_domain_block(domain.id)
    mail = staff.admin_create_canonical_email_block(email="a.b@spam.example")
    assert staff.admin_canonical_email_block(mail.id) and staff.admin_canonical_email_blocks()
    assert staff.admin_test_canonical_email_block("ab@spam.example") is not None
    staff.admin_delete_canonical_email_block(mail.id)


def test_staff_limit_servers_and_let_them_in(staff: Mastodon):
    made = staff.admin_create_domain_block(
        "bad.example",
        severity="silence",
        reject_media=True,
        public_comment="वहाँ से धमकियाँ आती रहती हैं, और कोई जवाब नहीं देता।",
    )
    assert (made.domain, made.severity) == ("bad.example", "noop"), "two must agree"
    assert staff.admin_domain_blocks(made.id).domain == "bad.example" and len(staff.admin_domain_blocks()) == 1
    assert staff.admin_update_domain_block(made.id, obfuscate=True).obfuscate
    with pytest.raises(MastodonAPIError, match="a second person must decide"):
        staff.admin_delete_domain_block(made.id)
    let_in = staff.admin_create_domain_allow("good.example")
    assert staff.admin_domain_allow(let_in.id).domain == "good.example" and len(staff.admin_domain_allows()) == 1
    staff.admin_delete_domain_allow(let_in.id)
    assert staff.admin_domain_allow(let_in.id), "it takes a second person"


def test_one_hides_servers(asha: Mastodon):
    asha.domain_block("spam.example")
    assert asha.domain_blocks() == ["spam.example"]
    asha.domain_unblock("spam.example")
    assert asha.domain_blocks() == []


# --- what is not called ---

FOLLOWS = "Servers have not had `POST /api/v1/follows` for years: one looks people up, and follows them by their ids."
COLLECTIONS = "Collections are not here."
REFRESH = "Nothing here is fetched from elsewhere while one waits."
YEARLY = "There are no yearly reports here."
GONE = "Servers have not had it for years; the library keeps it for old ones."
FIGURES = "`/metrics` and the public report count what the server does; nobody's coming and going is kept."
HERE = "Asks no server: it works on what was fetched."
NOT_CALLED: dict[str, str] = {
    "follows": FOLLOWS,
    **dict.fromkeys(
        (
            "account_collections",
            "account_in_collections",
            "collection",
            "collection_create",
            "collection_delete",
            "collection_item_add",
            "collection_item_delete",
            "collection_item_revoke",
            "collection_update",
        ),
        COLLECTIONS,
    ),
    **dict.fromkeys(("await_async_refresh", "get_async_refresh_info", "get_async_refresh_status"), REFRESH),
    **dict.fromkeys(
        ("annual_report", "annual_report_generate", "annual_report_read", "annual_report_state", "annual_reports"),
        YEARLY,
    ),
    **dict.fromkeys(("reports", "search_v1", "status_card"), GONE),
    **dict.fromkeys(("decode_blurhash", "filters_apply", "get_status_length", "persistable_login_credentials"), HERE),
    **dict.fromkeys(("admin_dimensions", "admin_measures", "admin_retention"), FIGURES),
    "generate_media_edit_attributes": "The library breaks on handing it over; descriptions change by media_update.",
    "oauth_userinfo": "The library asks it over https alone; the routes are asked by themselves.",
    "instance_languages": "Mastodon's documentation has no such call; the instance names its languages.",
    "instance_terms_of_service": "Whoever runs the server writes them as a page; there are none until then.",
    "email_resend_confirmation": "Whoever has this library's token here has confirmed; test_joining_wire.py asks for it.",
    "stream_open_websocket": "The library's WebSocket needs https; test_streaming.py speaks WebSocket by itself.",
}
CLIENTS = frozenset(("asha", "binod", "chitra", "devika", "staff", "app", "client", "newcomer", "stranger", "Mastodon"))


def test_every_method_is_called_or_it_is_said_why_not():
    public = {name for name, _ in inspect.getmembers(Mastodon, callable) if not name.startswith("_")}
    called = {name for path in Path(__file__).parent.glob("test_*.py") for name in _called(path) if name in public}
    unknown = public - called - NOT_CALLED.keys()
    assert not unknown, f"neither called nor listed with a reason: {sorted(unknown)}"
    assert not NOT_CALLED.keys() - public, "the library has it no more"
    assert not NOT_CALLED.keys() & called, "listed as not called, and called"


def _called(path: Path) -> set[str]:
    """What is asked of one of this library's clients in a file that knows it."""
    tree = ast.parse(path.read_text())
    if not any(isinstance(node, ast.ImportFrom) and node.module == "mastodon" for node in ast.walk(tree)):
        return set()
    return {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in CLIENTS
    }

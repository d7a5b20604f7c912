"""What suspension and freezing do, line by line: each test is a sentence of the checklist (governance, 10.3)."""

import io
import json
import zipfile

import pytest

import measures
from chaupal.app.wiring import ROUTES
from chaupal.governance.appeals import appeals
from chaupal.governance.cases import decisions, house as own_rules
from chaupal.governance.cases.ladder import Draft
from chaupal.http.call import Shape
from chaupal.kernel.clock import DAY, iso as iso_time, iso_day
from chaupal.kernel.errors import Invalid, NotAllowed
from chaupal.kernel.secrets import digest
from chaupal.policy.measures import Measure
from chaupal.policy.viewer import Surface
from chaupal.social.media import media
from chaupal.social.posts import drafts_and_scheduled, posts
from chaupal.social.signin import logins, sessions
from chaupal.store.court import rulings
from chaupal.store.notifications import push
from exports import export
from painted import picture
from pushing import Device
from village import PASSWORD, SCOPES, Village, Villager

WORDS = "कौआकांवकांव"


@pytest.fixture
async def crow(village: Village) -> Villager:
    """Somebody whom asha follows, who has posted a picture and been answered and reposted."""
    v = village
    await v.joins("crow", "कौआ")
    await v.api(v.crow, "PATCH", "/api/v1/accounts/update_credentials", note=WORDS, display_name=f"{WORDS} कौआ")
    photo = await _upload(v, v.crow)
    await v.follows(v.asha, v.crow)
    await v.follows(v.crow, v.ravi)
    await v.says(v.crow, f"@asha {WORDS} #किसान_आंदोलन", pictures=[photo], language="hi")
    await v.says(v.ravi, "मेरे अपने शब्द।", reply_to=v.crow.latest.id)
    for path in ("reblog", "favourite", "bookmark"):
        assert (await v.api(v.ravi, "POST", f"/api/v1/statuses/{v.crow.latest.id}/{path}")).status_code == 200
    await v.settle()
    return v.crow


async def _upload(v: Village, who: Villager) -> int:
    return await media.attach(v.running.house.square, who.viewer, picture(), description=WORDS)


async def suspend(v: Village, whom: Villager, **more: object) -> int:
    ruling = await measures.begin(v, Measure.SUSPEND, whom.id, **more)
    await v.settle()
    return ruling


async def comes_in(v: Village, who: Villager) -> Villager:
    """A new session and a new token: the old ones ended."""
    square = v.running.house.square
    token = await sessions.issue_token(square, who.id, SCOPES)
    session = await logins.sign_in(square, who.handle, PASSWORD)
    again = Villager(who.handle, who.name, who.id, who.viewer, token, session.secret, who.said)
    v.cast[who.handle] = again
    return again


# --- 1 ---


@pytest.mark.parametrize("country", ["IN", "DE", "US"])
async def test_profile_posts_media_feeds_search_suggestions_lists_show_account_suspended_everywhere_in_all_countries(
    village: Village, crow: Villager, country: str
):
    v, post = village, crow.latest
    media = (await v.api(v.asha, "GET", f"/api/v1/statuses/{post.id}")).json()["media_attachments"][0]
    await suspend(v, crow)
    page = await v.look(country, crow)
    assert page.status_code == 410 and "निलंबित" in page.text and WORDS not in page.text
    assert (await v.look(country, post)).status_code == 410
    shell = (await v.api(None, "GET", f"/api/v1/accounts/{crow.id}", country)).json()
    assert shell["suspended"] is True and shell["username"] == "crow"
    assert (shell["display_name"], shell["note"], shell["followers_count"], shell["fields"]) == ("", "", 0, [])
    stub = (await v.api(None, "GET", f"/api/v1/statuses/{post.id}", country)).json()
    assert stub["account"]["suspended"] is True and stub["media_attachments"] == [] and "निलंबित" in stub["content"]
    for url in (media["url"], media["preview_url"]):
        path = url.removeprefix(v.running.house.settings.origin)
        assert (await v.look(country, path)).status_code == 410
    for path in (
        "/api/v1/timelines/home",
        "/api/v1/timelines/public",
        f"/api/v1/accounts/{crow.id}/statuses",
        "/api/v1/trends/statuses",
        "/api/v1/timelines/tag/किसान_आंदोलन",
        "/api/v1/notifications",
        "/api/v2/suggestions",
        f"/api/v1/accounts/{v.asha.id}/following",
    ):
        answer = await v.api(v.asha, "GET", path, country)
        assert answer.status_code == 200, path
        assert WORDS not in answer.text and '"crow"' not in answer.text, path
    found = (await v.api(v.asha, "GET", "/api/v2/search", country, q=WORDS)).json()
    assert found["statuses"] == found["accounts"] == []
    assert (await v.api(v.asha, "GET", "/api/v2/search", country, q="@crow")).json()["accounts"] == []


# --- 2 ---


async def test_sessions_tokens_app_passwords_oauth_grants_streaming_sockets_push_subscriptions_end_at_once(
    village: Village, crow: Villager
):
    v, square = village, village.running.house.square
    assert (await v.api(crow, "GET", "/api/v1/accounts/verify_credentials")).status_code == 200
    pushed = {"endpoint": "https://push.example/x", "keys": Device().subscription["keys"]}
    made = await v.api(crow, "POST", "/api/v1/push/subscription", subscription=pushed)
    await suspend(v, crow)
    async with square.work.reading() as reading:
        assert await push.subscription(reading, int(made.json()["id"])) is None
    assert (await v.api(crow, "GET", "/api/v1/accounts/verify_credentials")).status_code == 401
    home = await v.look("IN", "/settings", crow)
    assert home.status_code == 303 and home.headers["location"].startswith("/login")
    assert await sessions.caller_by_token(square, "x") is None


# --- 3 ---


async def test_sign_in_reaches_only_the_appeal_and_data_export_page(village: Village, crow: Villager):
    v = village
    ruling = await suspend(v, crow)
    crow = await comes_in(v, crow)
    for path in (
        "/",
        "/public",
        "/notifications",
        "/compose",
        "/settings",
        "/@asha",
        crow.path,
        "/saved",
        "/search?q=x",
    ):
        answer = await v.look("IN", path, crow)
        assert (answer.status_code, answer.headers["location"]) == (303, "/settings/standing"), path
    page = await v.look("IN", "/settings/standing", crow)
    assert page.status_code == 200
    assert "निलंबित" in page.text and "धमकी दी गई थी।" in page.text and f"/disputes/strikes/{ruling}" in page.text
    assert "/settings/export" in page.text
    assert (await v.look("IN", "/orders", crow)).status_code == 200  # the record has no words of people
    refused = await v.api(crow, "GET", "/api/v1/timelines/home")
    assert refused.status_code == 403
    assert "धमकी दी गई थी।" in refused.json()["error"] and f"/disputes/strikes/{ruling}" in refused.json()["error"]


async def test_an_app_that_a_suspended_person_lets_in_can_do_no_more_than_they(village: Village, crow: Villager):
    await suspend(village, crow)
    crow = await comes_in(village, crow)
    reached = [
        route.name
        for route in ROUTES
        if route.shape is Shape.API
        and route.method == "GET"
        and route.scope
        and not route.stream
        and "{" not in route.path
        and (await village.api(crow, "GET", route.path)).status_code == 200
    ]
    assert [name for name in reached if not _is_open(name)] == []


def _is_open(name: str) -> bool:
    return any(r.name == name and (r.suspended or r.unready or r.surface is Surface.RECORD) for r in ROUTES)


# --- 4 ---

# What may be written all the same: coming in and going out with all that is theirs, the tongue of the pages, appeals. The last
# line begins with people of authorities, who are no accounts of the square and are known by other means.
THEIR_OWN = (
    "/login", "/logout", "/language", "/signup", "/welcome", "/confirm", "/oauth/", "/village/", "/reset", "/password",
    "/disputes/", "/api/v1/disputes/", "/api/v1/appeals",
    "/portal", "/api/v1/orders", "/settings/export", "/api/v1/exports", "/settings/deletion", "/settings/appearance", "/settings/sessions",
    "/settings/email", "/email/",
    "/api/v1/emails/confirmations", "/mail/stop/",
)  # fmt: skip


# What takes away something of one's own, and says nothing to anybody.
TAKEN_BACK = {
    "DELETE /api/v1/statuses/{id}",
    "POST /posts/{id}/delete",
    "DELETE /api/v1/chaupal/drafts/{id}",
    "POST /drafts/{id}/delete",
    "DELETE /api/v1/scheduled_statuses/{id}",
    "POST /scheduled/{id}/delete",
    "DELETE /api/v1/conversations/{id}",
    "POST /messages/{id}/remove",
    "POST /api/v1/statuses/{id}/quotes/{quote_id}/revoke",
}


async def test_what_the_suspended_may_write_is_coming_in_and_appealing():
    writes = {route.path for route in ROUTES if route.method != "GET" and (route.suspended or route.unready)}
    assert {path for path in writes if not path.startswith(THEIR_OWN)} == set()
    takes_back = {route.name for route in ROUTES if route.takes_back}
    assert takes_back == TAKEN_BACK


@pytest.mark.parametrize("state", [Measure.SUSPEND, Measure.FREEZE])
async def test_no_post_like_vote_dm_follow_report_upload_profile_edit_list_edit_or_api_write_succeeds(
    village: Village, crow: Villager, state: Measure
):
    v = village
    await measures.begin(v, state, crow.id)
    await v.settle()
    crow = await comes_in(v, crow)
    names = {
        "id": [v.ravi.latest.id, v.asha.id],
        "act": ["like", "repost", "follow", "mute", "block"],
        "name": ["x"],
        "secret": ["x"],
        "ref": ["IN-2021-0001"],
        "number": [1],
        "handle": ["asha"],
        "language": ["hi"],
        "path": ["x"],
        "account": [v.asha.id],
        "index": [0],
        "tag": ["x"],
        "rendition": ["small"],
    }
    tried = 0
    for route in ROUTES:
        if route.method == "GET" or route.unready or route.suspended or (route.takes_back and state is Measure.FREEZE):
            continue
        for path in _filled(route.path, names):
            answer = await _write(v, crow, route.shape, route.method, path)
            assert answer.status_code == 403 or (route.may and answer.status_code == 404), (
                route.name,
                path,
                answer.text[:200],
            )
            tried += 1
    assert tried > 60


def _filled(path: str, names: dict[str, list[object]]) -> list[str]:
    holes = [part.strip("@")[1:-1] for part in path.split("/") if part.strip("@").startswith("{")]
    filled = [path]
    for hole in holes:
        values = names.get(hole, [1])
        filled = [one.replace(f"{{{hole}}}", str(value)) for one in filled for value in values]
    return filled


async def _write(v: Village, who: Villager, shape: Shape, method: str, path: str):
    if shape is Shape.API:
        return await v.api(who, method, path, status="शब्द", account_id=str(v.asha.id))
    caller = await sessions.caller_by_cookie(v.running.house.square, digest(who.cookie))
    assert caller is not None
    headers = {"cookie": f"chaupal={who.cookie}; look_as=IN"}
    return await v.client.request(
        method, path, headers=headers, data={"csrf": caller.csrf, "text": "शब्द", "language": "hi"}
    )


async def test_whoever_is_frozen_reads_exports_and_takes_back_their_own_and_is_told_why_they_cannot_write(
    village: Village, crow: Villager
):
    v, own = village, crow.latest
    ruling = await measures.begin(v, Measure.FREEZE, crow.id)
    for path in ("/api/v1/timelines/home", "/api/v1/notifications", f"/api/v1/statuses/{v.asha.latest.id}"):
        assert (await v.api(crow, "GET", path)).status_code == 200, path
    assert (await v.look("IN", "/", crow)).status_code == 200
    refused = await v.api(crow, "POST", "/api/v1/statuses", status="शब्द")
    assert refused.status_code == 403
    assert "धमकी दी गई थी।" in refused.json()["error"] and f"/disputes/strikes/{ruling}" in refused.json()["error"]
    assert (await export(v, crow)).status_code == 200
    assert (await v.api(crow, "DELETE", f"/api/v1/statuses/{own.id}")).status_code == 200
    await measures.lift(v, ruling)
    assert (await v.api(crow, "POST", "/api/v1/statuses", status="शब्द")).status_code == 200


# --- 5 ---


async def test_scheduled_posts_and_polls_stop(village: Village, crow: Villager):
    v, square = village, village.running.house.square
    later = {"status": WORDS, "scheduled_at": iso_time(v.clock() + DAY)}
    assert (await v.api(crow, "POST", "/api/v1/statuses", **later)).status_code == 200
    poll = {"options": ["हाँ", "नहीं"], "expires_in": 3 * 86_400}
    asked = (await v.api(crow, "POST", "/api/v1/statuses", status=f"{WORDS}?", poll=poll)).json()["id"]
    theirs = (await v.api(v.asha, "POST", "/api/v1/statuses", status="?", poll=poll)).json()["id"]
    await suspend(v, crow)
    v.clock.move(2 * DAY)
    assert await drafts_and_scheduled.publish_due(square) == 0
    vote = {"choices": [0]}
    assert (await v.api(v.ravi, "POST", f"/api/v1/polls/{asked}/votes", **vote)).status_code == 404
    again = await comes_in(v, crow)
    assert (await v.api(again, "POST", f"/api/v1/polls/{theirs}/votes", **vote)).status_code == 403


# --- 6 ---


async def test_reposts_by_others_show_tombstones_their_own_text_stays(village: Village, crow: Villager):
    v = village
    boost = (await v.api(v.ravi, "GET", f"/api/v1/accounts/{v.ravi.id}/statuses")).json()
    repost = next(one["id"] for one in boost if one["reblog"])
    answer = next(one["id"] for one in boost if "अपने शब्द" in one["content"])
    await suspend(v, crow)
    seen = (await v.api(v.meera, "GET", f"/api/v1/statuses/{repost}")).json()
    assert seen["reblog"] is None and "निलंबित" in seen["content"] and seen["account"]["username"] == "ravi"
    assert "अपने शब्द" in (await v.api(v.meera, "GET", f"/api/v1/statuses/{answer}")).json()["content"]
    thread = (await v.api(v.meera, "GET", f"/api/v1/statuses/{answer}/context")).json()
    assert [WORDS in json.dumps(one, ensure_ascii=False) for one in thread["ancestors"]] == [False]
    assert thread["ancestors"][0]["account"]["suspended"] is True
    saved = (await v.api(v.ravi, "GET", "/api/v1/bookmarks")).json()
    assert len(saved) == 1 and WORDS not in json.dumps(saved, ensure_ascii=False)  # the bookmark keeps its place


# --- 7 ---


async def test_counts_of_others_keep_the_suspended_until_the_account_is_deleted_and_reversal_restores_edges_posts_counts_handle(
    village: Village, crow: Villager
):
    """The documented schedule: ties are kept, so counts of ties are; who is suspended is left out of the lists themselves."""
    v, post = village, crow.latest
    before = await _numbers(v, crow)
    ruling = await suspend(v, crow)
    during = await _numbers(v, crow)
    assert during["asha"] == before["asha"] and during["ravi"] == before["ravi"]
    assert (await v.api(v.asha, "GET", "/api/v1/accounts/relationships", **{"id[]": crow.id})).json()[0][
        "following"
    ] is True
    await measures.lift(v, ruling)
    assert await _numbers(v, crow) == before
    back = (await v.api(v.asha, "GET", f"/api/v1/statuses/{post.id}")).json()
    assert WORDS in back["content"] and len(back["media_attachments"]) == 1 and back["reblogs_count"] == 1
    assert WORDS in (await v.api(v.asha, "GET", "/api/v1/timelines/home")).text
    assert (await v.api(None, "GET", "/api/v1/accounts/lookup", acct="crow")).json()["id"] == str(crow.id)
    assert crow.handle in (await v.api(v.asha, "GET", f"/api/v1/accounts/{v.asha.id}/following")).text


async def _numbers(v: Village, crow: Villager) -> dict[str, tuple[int, ...]]:
    found = {}
    for who in (v.asha, v.ravi, crow):
        account = (await v.api(None, "GET", f"/api/v1/accounts/{who.id}")).json()
        found[who.handle] = tuple(account[name] for name in ("followers_count", "following_count", "statuses_count"))
    return found


# --- 8 ---


async def test_handle_and_e_mail_of_the_suspended_are_not_given_to_others(village: Village, crow: Villager):
    await suspend(village, crow)
    with pytest.raises(Exception, match="taken"):
        await village.joins("crow", "another")


# --- 9 ---


async def test_temporary_suspension_ends_by_clock_without_staff(village: Village, crow: Villager):
    v = village
    await suspend(v, crow, ends_at=v.clock() + 7 * DAY)
    v.clock.move(7 * DAY)
    # From that very moment, before anything has written it down.
    assert (await v.look("DE", crow)).status_code == 200
    crow = await comes_in(v, crow)
    assert (await v.api(crow, "POST", "/api/v1/statuses", status="फिर यहाँ")).status_code == 200
    await measures.lapse(v, crow.id)
    assert (await v.api(crow, "GET", "/api/v1/accounts/verify_credentials")).status_code == 200


# --- 12 ---


@pytest.mark.parametrize("basis", ["legal_order", "legal_notice", "copyright"])
async def test_basis_legal_order_alone_can_never_produce_suspension(village: Village, basis: str):
    for measure in (Measure.SUSPEND, Measure.REMOVE_POST):
        with pytest.raises(Exception, match=r"(?i)constraint|rulings_no_order"):
            await measures.begin(village, measure, village.ravi.id, basis=basis)
    assert (await village.look("IN", village.ravi)).status_code == 200


async def test_permanent_suspension_needs_two_approvers(village: Village):
    for wrong in ({"approved_by": None}, {"approved_by": 1}):
        with pytest.raises(Exception, match=r"(?i)constraint|rulings_"):
            await measures.begin(village, Measure.SUSPEND, village.ravi.id, permanent=True, **wrong)


# --- 16 ---


async def test_suspended_users_data_export_still_works(village: Village, crow: Villager):
    v = village
    await v.says(crow, "सिर्फ़ मेरे लिए", visibility=3)
    await suspend(v, crow)
    crow = await comes_in(v, crow)
    answer = await export(v, crow)
    assert answer.status_code == 200 and answer.headers["content-type"] == "application/zip"
    assert answer.headers["cache-control"] == "private, no-store"
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    profile, said, pictures = (json.loads(archive.read(f"{name}.json")) for name in ("profile", "posts", "pictures"))
    assert profile["handle"] == "crow" and profile["note"] == WORDS and profile["email"] == "crow@gaanv.example"
    assert [post["text"] for post in said] == ["सिर्फ़ मेरे लिए", f"@asha {WORDS} #किसान_आंदोलन"]
    assert [one["description"] for one in pictures] == [WORDS]
    assert (await v.look("IN", "/settings/export")).status_code == 303  # nobody's is nobody's


async def test_the_export_is_of_everything_and_has_no_words_of_others(village: Village):
    v, square = village, village.running.house.square
    for n in range(205):
        v.clock.move(1)
        await posts.publish(square, v.ravi.viewer, posts.Draft(text=f"पोस्ट {n}"))
    await posts.repost(square, v.ravi.viewer, v.meera.latest.id)
    answer = await export(v, v.ravi, "DE")
    said = json.loads(zipfile.ZipFile(io.BytesIO(answer.content)).read("posts.json"))
    assert len(said) == 207 and said[0]["repost_of"] == str(v.meera.latest.id)
    assert v.meera.latest.text not in json.dumps(said, ensure_ascii=False)
    assert {post["text"] for post in said if "text" in post} >= {f"पोस्ट {n}" for n in range(205)}


# --- 18 ---


async def test_search_engines_get_410_noindex(village: Village, crow: Villager):
    post = crow.latest
    await suspend(village, crow)
    for thing in (crow, post):
        page = await village.look("", thing)
        assert page.status_code == 410
        assert page.headers["x-robots-tag"] == "noindex" and 'content="noindex"' in page.text
        assert page.headers["cache-control"] == "private, no-store"


# --- 9, 10, 11, 17: as the court hands it down ---

FORM = {"rule": "1@1", "grounds": "उसने एक पत्रकार को जान से मारने की धमकी दी।"}
REASON = "उसने एक पत्रकार को जान से मारने की धमकी दी, और हटाने के बाद फिर लिखी।"
FINDING = "एक पोस्ट हटाने से बात नहीं रुकी: वही धमकी तीन बार और लिखी गई।"


async def sanctioned(v: Village, whom: Villager, **more: object) -> int:
    """The ruling of a suspension that chitra proposed and dev approved."""
    court = v.running.house.court
    draft = Draft(outcome="suspend", reason=REASON, finding=FINDING, rule="1@1", **more)
    ref, done = await own_rules.sanction(
        court, v.chitra.viewer, own_rules.MatterForm(targets=f"@{whom.handle}", **FORM), draft
    )
    assert not done and (await v.look("DE", whom)).status_code == 200  # one person alone closes no account
    v.clock.move(1_000)
    with pytest.raises(NotAllowed):
        await decisions.approve(court, v.chitra.viewer, ref, 1)
    await decisions.approve(court, v.dev.viewer, ref, 1)
    await v.settle()
    async with v.running.house.square.work.reading() as reading:
        (row,) = await rulings.of_owner(reading, whom.id)
    return row.id


async def test_permanent_needs_two_approvers_rule_id_and_version_notice_and_an_appeal_window_of_180_days_before_purge(
    village: Village, crow: Villager
):
    v = village
    ruling = await sanctioned(v, crow, permanent=True)
    assert (await v.look("DE", crow)).status_code == 410
    async with v.running.house.square.work.reading() as reading:
        row = await rulings.ruling(reading, ruling)
    assert row is not None and row.permanent and row.rule == "1@1"
    assert {row.decided_by, row.approved_by} == {v.chitra.id, v.dev.id}
    assert row.preserve_until is None or row.preserve_until >= v.clock() + 180 * DAY
    crow = await comes_in(v, crow)
    page = await v.page_as("IN", f"/disputes/strikes/{ruling}", crow)
    assert REASON in page and 'name="text"' in page
    v.clock.move(179 * DAY)
    crow = await comes_in(v, crow)
    filed = await v.api(
        crow, "POST", f"/api/v1/disputes/strikes/{ruling}/appeal", text="मैंने धमकी नहीं दी, मैंने उसकी ख़बर दी थी।"
    )
    assert filed.status_code == 200, filed.text
    with pytest.raises(Invalid):  # without a rule there is no sanction
        await own_rules.open_matter(
            v.running.house.court, v.chitra.viewer, own_rules.MatterForm(targets="@ravi", grounds=FORM["grounds"])
        )


async def test_appeal_reversal_restores_everything_and_tells_whoever_was_told_of_the_suspension(
    village: Village, crow: Villager
):
    v, court = village, village.running.house.court
    before = await _numbers(v, crow)
    ruling = await sanctioned(v, crow, permanent=True)
    crow = await comes_in(v, crow)
    path = f"/api/v1/disputes/strikes/{ruling}/appeal"
    filed = (await v.api(crow, "POST", path, text="मैंने धमकी नहीं दी, मैंने उसकी ख़बर दी थी।")).json()
    with pytest.raises(NotAllowed):  # who decided does not hear the appeal
        await appeals.decide(court, v.dev.viewer, int(filed["id"]), appeals.Decision(outcome="reversed", reason=REASON))
    outcome = appeals.Decision(outcome="reversed", reason="वह धमकी नहीं, उसकी ख़बर थी।")
    await appeals.decide(court, v.lakshmi.viewer, int(filed["id"]), outcome)
    await v.settle()
    assert (await v.look("DE", crow)).status_code == 200 and await _numbers(v, crow) == before
    assert WORDS in (await v.api(v.asha, "GET", "/api/v1/timelines/home")).text
    assert (await v.api(crow, "POST", "/api/v1/statuses", status="फिर यहाँ")).status_code == 200
    told = (await v.api(crow, "GET", "/api/v1/notifications")).json()
    assert len([one for one in told if one["type"] == "moderation_warning"]) >= 1
    assert "अपील" in (await v.page_as("IN", "/notifications", crow))


async def test_temporary_suspension_by_the_court_ends_by_the_clocks_errand_and_is_written_down(
    village: Village, crow: Villager
):
    v, court = village, village.running.house.court
    until = iso_day(v.clock() + 3 * DAY)
    await sanctioned(v, crow, until=until)
    assert (await v.look("DE", crow)).status_code == 410
    v.clock.move(4 * DAY)
    assert await decisions.lapse_ended(court) == 1
    await v.settle()
    crow = await comes_in(v, crow)
    assert (await v.api(crow, "POST", "/api/v1/statuses", status="फिर यहाँ")).status_code == 200
    account = (await v.api(crow, "GET", "/api/v1/accounts/verify_credentials")).json()
    assert "withheld_banner" not in account and "suspended" not in account


async def test_strikes_expire_thresholds_are_shown_to_the_user(village: Village, crow: Villager):
    v, court = village, village.running.house.court
    draft = Draft(outcome="warn", reason=REASON, rule="1@1")
    _, done = await own_rules.sanction(court, v.chitra.viewer, own_rules.MatterForm(targets="@crow", **FORM), draft)
    assert done
    await v.settle()
    page = await v.page_as("IN", "/disputes/strikes", crow)
    async with v.running.house.square.work.reading() as reading:
        made = await rulings.of_owner(reading, crow.id)
    assert own_rules.tally(court, made).strikes == 3  # rule 1 weighs three
    book = court.rules.current(v.clock())
    assert all(str(threshold.strikes) in page for threshold in book.strikes.thresholds)
    v.clock.move(181 * DAY)
    assert own_rules.tally(court, made).strikes == 0

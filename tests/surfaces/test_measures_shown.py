"""How measures are shown, on pages and in the API: labels, covers, removal, limits, and several at once."""

import measures
from chaupal.policy.measures import Measure
from chaupal.social.media import media
from painted import picture
from village import Village

LABEL = "Disputed by a fact check / तथ्य-जाँच में विवादित"


async def test_a_label_stands_on_the_page_and_in_the_api_with_its_reason_and_story(village: Village):
    v, post = village, village.asha.latest
    await measures.begin(v, Measure.LABEL, post.id, "IN", text=LABEL)
    await measures.begin(v, Measure.LABEL, v.asha.id, "IN", text="State media / सरकारी मीडिया")
    page = await v.page_as("IN", post)
    assert "तथ्य-जाँच में विवादित" in page and "सरकारी मीडिया" in page and "Disputed" not in page
    assert "सरकारी मीडिया" in await v.page_as("IN", v.asha)
    assert "विवादित" not in await v.page_as("DE", post)
    labels = (await v.api(v.ravi, "GET", f"/api/v1/statuses/{post.id}")).json()["labels"]
    assert {one["text"] for one in labels} == {"तथ्य-जाँच में विवादित", "सरकारी मीडिया"}
    assert labels[0]["reason"] == "धमकी दी गई थी।" and labels[0]["notice_url"].startswith("http")
    account = (await v.api(v.ravi, "GET", f"/api/v1/accounts/{v.asha.id}")).json()
    assert [one["text"] for one in account["labels"]] == ["सरकारी मीडिया"]
    await v.api(v.ravi, "POST", f"/api/v1/statuses/{post.id}/reblog")
    found = (await v.api(v.meera, "GET", f"/api/v1/accounts/{v.ravi.id}/statuses")).json()
    assert next(one["reblog"]["labels"] for one in found if one["reblog"])


async def test_pictures_of_what_is_marked_as_sensitive_stand_behind_a_cover(village: Village):
    v = village
    photo = await media.attach(v.running.house.square, v.asha.viewer, picture(), description="खेत")
    post = await v.says(v.asha, "खेत में", pictures=[photo])
    ruling = await measures.begin(v, Measure.MARK_SENSITIVE, v.asha.id)
    seen = (await v.api(v.ravi, "GET", f"/api/v1/statuses/{post.id}")).json()
    assert seen["sensitive"] is True and len(seen["media_attachments"]) == 1
    assert 'class="warned"' in await v.page_as("IN", post)
    await measures.lift(v, ruling)
    assert (await v.api(v.ravi, "GET", f"/api/v1/statuses/{post.id}")).json()["sensitive"] is False


async def test_a_removed_post_is_as_if_it_did_not_exist_and_its_author_is_told_why(village: Village):
    v, post = village, village.asha.latest
    ruling = await measures.begin(v, Measure.REMOVE_POST, post.id)
    assert (await v.look("DE", post)).status_code == 404
    assert (await v.api(v.ravi, "GET", f"/api/v1/statuses/{post.id}")).status_code == 404
    mine = (await v.api(v.asha, "GET", f"/api/v1/statuses/{post.id}")).json()
    assert "धमकी दी गई थी।" in mine["withheld_banner"]
    assert "धमकी दी गई थी।" in await v.page_as("IN", post, v.asha)
    assert "कानूनी आदेश" not in mine["withheld_banner"]
    await measures.lift(v, ruling)
    assert (await v.look("DE", post)).status_code == 200


async def test_a_limited_stranger_does_not_notify_and_is_not_offered_and_their_page_stays_open(village: Village):
    v = village
    await v.joins("quail", "बटेर")
    await measures.begin(v, Measure.LIMIT, v.quail.id)
    post = await v.says(v.quail, "@asha @karl सुनो")
    assert "quail" not in (await v.api(v.asha, "GET", "/api/v1/notifications")).text
    assert str(post.id) not in (await v.api(v.asha, "GET", "/api/v1/timelines/public")).text
    assert (await v.look("IN", post)).status_code == 200 and (await v.look("IN", v.quail)).status_code == 200
    # No search finds them, and what they are told promises none.
    assert (await v.api(v.asha, "GET", "/api/v2/search", q="@quail")).json()["accounts"] == []
    own = (await v.look("IN", v.quail, v.quail)).text
    assert "प्रोफ़ाइल खोलने वालों को दिखता है" in own and "ढूँढने वाल" not in own
    await v.follows(v.asha, v.quail)
    assert "quail" in (await v.api(v.asha, "GET", "/api/v1/notifications")).text
    assert str(post.id) in (await v.api(v.asha, "GET", "/api/v1/timelines/public")).text


async def test_several_measures_the_author_reads_every_reason_and_lifting_one_leaves_the_other(village: Village):
    v, post = village, village.asha.latest
    first = await measures.begin(v, Measure.WITHHOLD_POST, post.id, reason="पहला कारण")
    await measures.begin(v, Measure.WITHHOLD_POST, post.id, "DE", reason="दूसरा कारण", order_ref="DE-2021-0001")
    await measures.begin(v, Measure.DEAMPLIFY, post.id, reason="तीसरा कारण")
    page = await v.page_as("IN", post, v.asha)
    mine = (await v.api(v.asha, "GET", f"/api/v1/statuses/{post.id}")).json()["withheld_banner"]
    assert all(reason in page and reason in mine for reason in ("पहला कारण", "दूसरा कारण", "तीसरा कारण"))
    assert [(await v.look(country, post)).status_code for country in ("IN", "DE", "US")] == [451, 451, 200]
    await measures.lift(v, first)
    assert [(await v.look(country, post)).status_code for country in ("IN", "DE", "US")] == [200, 451, 200]


async def test_a_placeholder_of_the_houses_own_rules_names_no_order_and_a_gagged_one_names_nobody(village: Village):
    v, post = village, village.asha.latest
    own = await measures.begin(
        v, Measure.WITHHOLD_POST, post.id, basis="own_rules", authority="", authority_hi="", legal_basis=""
    )
    page = await v.look("IN", post)
    assert page.status_code == 451 and "नियमों के तहत" in page.text and "/about#withheld" in page.headers["link"]
    assert "कानूनी आदेश" not in page.text.partition("<main")[2].partition("</main")[0]
    await measures.lift(v, own)
    await measures.begin(v, Measure.WITHHOLD_POST, post.id, neutral=True)
    page = await v.look("IN", post)
    main = page.text.partition("<main")[2].partition("</main")[0]
    assert page.status_code == 451 and 'rel="blocked-by"' in page.headers["link"]
    for named in ("CH-2021-0007", "मंत्रालय", "Ministry", "69A", "आदेश"):
        assert named not in main + page.headers["link"], named
    stub = (await v.api(v.ravi, "GET", f"/api/v1/statuses/{post.id}")).text
    assert "CH-2021-0007" not in stub and "Ministry" not in stub and "/about#withheld" in stub

"""The notifications page says in words what was decided about one's post or account, and where the order stands."""

import pytest
import regex

from chaupal.policy.measures import Measure
from chaupal.policy.rulings import Ruling
from chaupal.policy.sentences import placeholders, ruling_texts
from chaupal.web.words import words
from village import Village


@pytest.mark.parametrize(
    ("what", "begun", "ended"),
    [
        ("post", "कारण आपकी पोस्ट", "आपकी पोस्ट भारत में फिर दिख रही है"),
        ("account", "कारण आपका खाता", "आपका खाता भारत में फिर दिख रहा है"),
    ],
)
async def test_a_decision_is_told_in_words(village: Village, what: str, begun: str, ended: str):
    asha, court = village.asha, {"by": village.chitra, "second": village.dev}
    ref = await (
        village.withhold(post=asha.latest, **court) if what == "post" else village.withhold_account(asha, **court)
    )
    page = await village.page_as("IN", "/notifications", asha)
    assert ref in page and begun in page and "सूचना मंत्रालय" in page and 'href="/disputes/strikes/' in page
    assert ended not in page
    await village.lift(ref, by=village.dev)
    assert ended in await village.page_as("IN", "/notifications", asha)
    assert begun not in await village.page_as("IN", "/notifications", village.ravi)


async def test_what_is_said_to_somebody_alone_is_a_message_and_no_mention_whoever_says_it(village: Village):
    """The house tells of a demand by a post for its author alone: that it mentioned them would say nothing."""
    v = village
    before = await v.page_as("IN", "/notifications", v.asha)
    ref = await v.receives(v.asha.latest.path)
    await v.settle()
    told = await v.page_as("IN", "/notifications", v.asha)
    assert ref in told and told.count("का संदेश") == before.count("का संदेश") + 1 and "ज़िक्र किया" not in told
    await v.says(v.ravi, "@asha राम-राम")
    assert "ज़िक्र किया" in await v.page_as("IN", "/notifications", v.asha)


async def test_a_decision_is_one_notification_and_its_direct_post_stands_among_the_messages(village: Village):
    v = village
    await v.withhold(post=v.asha.latest, by=v.chitra, second=v.dev)
    found = (await v.api(v.asha, "GET", "/api/v1/notifications")).json()
    about = [one["type"] for one in found if "2021-0001" in str(one)]
    assert about.count("moderation_warning") == 1
    told = [one for one in found if one["type"] == "mention" and "/disputes/strikes/" in one["status"]["content"]]
    assert told == []
    talks = (await v.api(v.asha, "GET", "/api/v1/conversations")).json()
    assert any("/disputes/strikes/" in one["last_status"]["content"] for one in talks)


async def test_the_authors_notice_leads_to_their_own_appeal_form(village: Village):
    v = village
    post = v.asha.latest
    ref = await v.withhold(post=post, by=v.chitra, second=v.dev)
    own, other = await v.page_as("IN", post, v.asha), await v.page_as("IN", post, v.ravi)
    (link,) = regex.findall(r'href="(/disputes/strikes/\d+)"', own)
    form = await v.page_as("IN", link, v.asha)
    assert f'action="{link}/appeal"' in form
    assert form.index('href="#appeal"') < form.index('<dl class="facts">'), "the way stands before the particulars"
    await v.api(v.asha, "POST", f"/api/v1{link}/appeal", text="यह मेरा खेत है।")
    heard = await v.page_as("IN", link, v.asha)
    assert heard.index("आपकी अपील सुनी जा रही है") < heard.index('<dl class="facts">'), "and so does what came of it"
    order = await v.page_as("IN", f"/orders/{ref}")
    assert order.index('href="#done"') < order.index('<dl class="facts">'), "and so does what came of it"
    assert "/disputes/strikes/" not in other and "/disputes/strikes/" not in await v.page_as("IN", post, v.chitra)
    profile = await v.page_as("IN", f"/@{v.asha.handle}", v.asha)
    assert f'href="{link}"' in profile


async def test_how_ones_account_stands_says_what_stands_and_no_more_once_it_has_ended(village: Village):
    v = village
    nothing = words("hi").gettext("Nothing limits you or what you wrote.")
    assert nothing in await v.page_as("IN", "/settings/standing", v.asha)
    ref = await v.withhold(post=v.asha.latest, by=v.chitra, second=v.dev)
    page = await v.page_as("IN", "/settings/standing", v.asha)
    assert ref in page and nothing not in page and "#appeal" in page
    assert nothing in await v.page_as("IN", "/settings/standing", v.ravi)
    await v.lift(ref, by=v.dev)
    assert nothing in await v.page_as("IN", "/settings/standing", v.asha)


async def test_what_may_not_be_told_yet_stands_on_no_page_of_its_author(village: Village):
    v = village
    before = await v.page_as("IN", "/settings/standing", v.asha)
    await v.withhold(post=v.asha.latest, by=v.chitra, second=v.dev, gag_until="2031-01-01T00:00")
    after = await v.page_as("IN", "/settings/standing", v.asha)
    assert _same(after) == _same(before)
    assert "/disputes/strikes/" not in await v.page_as("IN", v.asha.latest, v.asha)


def _same(page: str) -> str:
    """Without what changes by the clock and by the visit."""
    main = page.partition("<main")[2].partition("</main>")[0]
    return regex.sub(r'(data-made|name="csrf" value)="[^"]*"', "", main)


@pytest.mark.parametrize("language", ["hi", "en"])
@pytest.mark.parametrize(
    ("measure", "kind"),
    [
        (Measure.WITHHOLD_POST, "post"),
        (Measure.WITHHOLD_ACCOUNT, "account"),
        (Measure.LABEL, "post"),
        (Measure.SUSPEND, "account"),
    ],
)
def test_until_when_a_limit_without_an_end_holds_cannot_be_misread(measure: Measure, kind: str, language: str):
    """ "हटाए जाने तक" beside "your post" reads as if the post were to be deleted; so does "until it is lifted" of a person."""
    ruling = Ruling(
        id=1,
        subject=2,
        measure=measure,
        territory=("IN",),
        starts_at=0,
        ends_at=None,
        order_ref="IN-1",
        authority="A",
        authority_hi="अ",
        legal_basis="s. 69A",
        reason="",
        log_index=0,
    )
    told = ruling_texts.line(ruling, kind, language, ended=False) + placeholders.banner(ruling, language)
    assert placeholders.until(None, language) in told
    assert "हटाए" not in told and "lifted" not in told and "deleted" not in told

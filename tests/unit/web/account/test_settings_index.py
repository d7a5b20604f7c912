"""All settings on one page: nothing that can be set is missing there, and what limits one now stands on top."""

from chaupal.app.wiring import ROUTES
from chaupal.policy.measures import Measure
from chaupal.web.places import GROUPS
from chaupal.web.square.addresses import KNOWN
from measures import begin
from village import Village

LISTED = [place.path for group in GROUPS for place in group.places]
# Reached from a page that is listed, not by themselves.
WITHIN = ("/settings/security/", "/settings/sessions/", "/settings/deletion/", "/settings/servers/")


def test_every_settings_page_is_listed_once_and_every_listed_page_is_there():
    pages = {r.path for r in ROUTES if r.method == "GET" and r.path.startswith("/settings/") and "{" not in r.path}
    pages = {path for path in pages - set(KNOWN) if not path.startswith(WITHIN)}  # what leads to a page of ours is none
    assert pages - set(LISTED) == set()
    assert set(LISTED) <= {r.path for r in ROUTES if r.method == "GET"}
    assert len(LISTED) == len(set(LISTED))


async def test_the_menu_and_ones_own_profile_lead_to_the_settings_and_each_page_of_them_back(village: Village):
    assert 'href="/settings"' in await village.page_as("IN", village.asha, village.asha)
    for path in LISTED:
        page = await village.page_as("IN", path, village.asha)
        assert not path.startswith("/settings/") or 'class="way-back"' in page, path


async def test_what_limits_somebody_stands_on_top_of_their_settings_and_leads_to_the_reasons(village: Village):
    assert 'class="gap"' not in await village.page_as("IN", "/settings", village.asha)
    await begin(village, Measure.LIMIT, village.asha.id, owner_id=village.asha.id)
    page = await village.page_as("IN", "/settings", village.asha)
    assert 'class="gap"' in page and "1 फ़ैसला" in page
    assert page.index("/disputes/strikes") < page.index("/settings/profile")

"""Programs and pages write the same posts: what stands around them is looked up once, so neither knows less."""

from unit.fanout.outside.test_bylines import PLACE, lists, shares, village  # noqa: F401 (the fixture: previews are on)
from village import Village, VillagePost, Villager


async def quotes(v: Village, by: Villager, said: VillagePost) -> str:
    return (await v.api(by, "POST", "/api/v1/statuses", status="देखिए", quoted_status_id=str(said.id))).json()["id"]


async def read(v: Village, who: Villager, id_: str) -> tuple[dict, str]:
    """The quote as an app reads it, and the page on which it stands."""
    app = (await v.api(who, "GET", f"/api/v1/statuses/{id_}")).json()["quote"]
    return app, (await v.page_as("IN", f"/@meera/{id_}", who)).partition("<main")[2]


async def test_whoever_wrote_what_a_quoted_post_links_to_is_named_on_both(village: Village):
    v = village
    await lists(v, v.asha, PLACE)
    said = await shares(v, v.asha)
    app, page = await read(v, v.karl, await quotes(v, v.meera, said))
    assert [one["account"]["acct"] for one in app["quoted_status"]["card"]["authors"]] == ["asha"]
    assert f'data-who="{v.asha.id}"' in page and "मंडी में भाव" in page


async def test_a_quote_of_somebody_muted_is_folded_and_of_somebody_blocked_named_so_on_both(village: Village):
    v = village
    said = await v.says(v.ravi, "गेहूँ का भाव बढ़ गया")
    id_ = await quotes(v, v.meera, said)
    await v.api(v.karl, "POST", f"/api/v1/accounts/{v.ravi.id}/mute")
    app, page = await read(v, v.karl, id_)
    assert app["state"] == "muted_account" and said.text in app["quoted_status"]["content"]
    before, folded, inside = page.partition(
        '<details class="warned"><summary><span>यहाँ किसी ऐसे व्यक्ति का कोट है जिसे आपने म्यूट किया है'
    )
    assert folded and said.text in inside and said.text not in before
    await v.api(v.karl, "POST", f"/api/v1/accounts/{v.ravi.id}/block")
    app, page = await read(v, v.karl, id_)
    assert (app["state"], app["quoted_status"]) == ("blocked_account", None)
    assert said.text not in page and "उसे लिखने वाले को आपने ब्लॉक किया है" in page

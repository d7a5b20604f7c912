"""Moving on pages and in the API: what others see of it is decided by the gate, in both languages."""

from typing import Any

from chaupal.policy.measures import Measure
from chaupal.social.people import moving
from chaupal.store.identity import moving as rows
from measures import begin
from unit.web.test_pages import found, get, send
from village import PASSWORD, Village, Villager

HERE = "/settings/moving"


async def moved(v: Village) -> None:
    """Ravi has moved to Meera."""
    assert (await send(v, f"{HERE}/aliases", v.meera, alias="@ravi")).status_code == 303
    async with v.running.house.square.work.writing() as w:
        await rows.point(w, v.ravi.id, v.meera.id)


async def account(v: Village, of: Villager, who: Villager | None = None, country: str = "IN") -> dict[str, Any]:
    return (await v.api(who, "GET", f"/api/v1/accounts/{of.id}", country)).json()


async def test_what_cannot_be_taken_stands_beside_its_field_and_what_was_typed_is_kept(village: Village):
    v = village
    nobody = await send(v, f"{HERE}/aliases", v.meera, alias="@kahin")
    assert nobody.status_code == 422 and 'id="alias-error"' in nobody.text and 'value="@kahin"' in nobody.text
    unnamed = await send(v, HERE, v.ravi, handle="meera", password=PASSWORD)
    assert unnamed.status_code == 422 and 'id="handle-error"' in unnamed.text and 'value="meera"' in unnamed.text
    await send(v, f"{HERE}/aliases", v.meera, alias="ravi")
    wrong = await send(v, HERE, v.ravi, handle="meera", password="nahin")
    assert wrong.status_code == 422 and 'id="password-error"' in wrong.text and "nahin" not in wrong.text
    assert "moved" not in await account(v, v.ravi)


async def test_an_account_is_moved_on_the_page_and_taken_back_and_each_says_what_it_brought(village: Village):
    v = village
    for fan in (v.asha, v.karl):
        await v.api(fan, "POST", f"/api/v1/accounts/{v.ravi.id}/follow")
    await v.api(v.karl, "POST", f"/api/v1/accounts/{v.meera.id}/block")
    await send(v, f"{HERE}/aliases", v.meera, alias="ravi")
    assert (await send(v, HERE, v.ravi, handle="@meera", password=PASSWORD)).status_code == 303
    page = await v.page_as("IN", HERE, v.ravi)
    assert "@meera" in page and "http-equiv" in page and "<progress" in page
    await moving.carry_on(v.running.house.square)
    over = await v.page_as("IN", HERE, v.ravi)
    assert "http-equiv" not in over and "जिन्हें कोई ब्लॉक" in over, "why not all of them came"
    following = (await v.api(v.asha, "GET", f"/api/v1/accounts/{v.asha.id}/following")).json()
    names = {one["acct"] for one in following}
    assert "meera" in names and "ravi" not in names
    assert "इशारा" in await v.page_as("IN", "/", v.ravi), "every page tells who has moved"
    said = await v.api(v.ravi, "POST", "/api/v1/statuses", status="नई बात")
    assert said.status_code == 403
    assert (await send(v, f"{HERE}/back", v.ravi)).status_code == 303
    assert (await v.api(v.ravi, "POST", "/api/v1/statuses", status="फिर यहाँ")).status_code == 200
    assert "moved" not in await account(v, v.ravi)


async def test_a_profile_says_where_its_owner_is_in_both_languages_and_apps_read_it(village: Village):
    v = village
    await moved(v)
    hindi, english = await v.page_as("IN", "/@ravi"), (await get(v, "/@ravi", language="en")).text
    assert found(r"यह खाता अब <a href=\"(/@meera)\">", hindi) and "This account has moved to <a" in english
    for seen in (
        await account(v, v.ravi),
        (await v.api(None, "GET", "/api/v1/accounts/lookup", acct="ravi")).json(),
        (await v.api(v.ravi, "GET", "/api/v1/accounts/verify_credentials")).json(),
        (await v.api(v.asha, "GET", "/api/v2/search", q="@ravi")).json()["accounts"][0],
    ):
        assert seen["moved"]["acct"] == "meera" and "moved" not in seen["moved"], seen
    await v.api(v.asha, "POST", f"/api/v1/accounts/{v.ravi.id}/unfollow")
    for who in (v.asha, None):
        page = await v.page_as("IN", "/@ravi", who)
        assert f"/people/{v.ravi.id}/follow" not in page and 'class="button" href="/login' not in page, (
            "it could do nothing"
        )
    assert (await v.api(v.asha, "POST", f"/api/v1/accounts/{v.ravi.id}/follow")).status_code == 403


async def test_where_to_is_shown_as_far_as_the_gate_shows_that_account(village: Village):
    v = village
    await moved(v)
    await begin(v, Measure.WITHHOLD_ACCOUNT, v.meera.id)
    here, abroad = await account(v, v.ravi, country="IN"), await account(v, v.ravi, country="DE")
    assert here["moved"]["display_name"] == "" and here["moved"]["withheld_in_countries"] == ["IN"]
    assert abroad["moved"]["display_name"] == v.meera.name and "withheld_in_countries" not in abroad["moved"]
    page = await v.page_as("IN", "/@ravi")
    assert "@meera" not in page and "यहाँ नहीं दिखाया जाता" in page
    assert "@meera" in await v.page_as("DE", "/@ravi")
    await begin(v, Measure.WITHHOLD_ACCOUNT, v.ravi.id)
    assert "moved" not in await account(v, v.ravi, country="IN"), "the shell of a withheld account leads nowhere"
    assert "@meera" not in await v.page_as("IN", "/@ravi")


async def test_a_kept_profile_is_drawn_anew_when_the_account_it_points_at_is_limited(village: Village):
    v = village
    await moved(v)
    assert "@meera" in await v.page_as("DE", "/@ravi")
    await begin(v, Measure.SUSPEND, v.meera.id)
    assert "@meera" not in await v.page_as("DE", "/@ravi")
    assert (await account(v, v.ravi, country="DE"))["moved"]["suspended"] is True


async def test_who_is_frozen_does_not_move(village: Village):
    v = village
    await send(v, f"{HERE}/aliases", v.meera, alias="ravi")
    await begin(v, Measure.FREEZE, v.ravi.id)
    assert (await send(v, HERE, v.ravi, handle="meera", password=PASSWORD)).status_code == 403
    assert "moved" not in await account(v, v.ravi)


async def test_withheld_where_one_is_one_can_move_away_and_to_there(village: Village):
    """One's own account is always there for oneself: to name it, to point from it and to point at it."""
    v = village
    await begin(v, Measure.WITHHOLD_ACCOUNT, v.ravi.id)
    assert (await v.look("IN", v.ravi, v.meera)).status_code == 451
    assert (await send(v, f"{HERE}/aliases", v.meera, alias="@ravi")).status_code == 303
    assert 'href="/@ravi"' in await v.page_as("IN", HERE, v.meera)
    assert (await send(v, HERE, v.ravi, handle="@meera", password=PASSWORD)).status_code == 303
    await moving.carry_on(v.running.house.square)
    assert (await account(v, v.ravi, country="DE"))["moved"]["acct"] == "meera"
    again = await send(v, f"{HERE}/aliases", v.asha, alias="ravi")
    assert again.status_code == 422, "that it points elsewhere already is known though it is withheld"
    await begin(v, Measure.WITHHOLD_ACCOUNT, v.karl.id)
    assert (await send(v, f"{HERE}/aliases", v.karl, alias="@asha")).status_code == 303
    assert (await send(v, HERE, v.asha, handle="@karl", password=PASSWORD)).status_code == 303
    assert '<a href="/@karl"><bdi>@karl</bdi></a>' in await v.page_as("IN", HERE, v.asha)

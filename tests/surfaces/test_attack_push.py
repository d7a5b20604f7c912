"""Pushes, attacked: whoever may not see a post any more when the push leaves is not sent its words; nor is another's device."""

from collections.abc import AsyncIterator

import msgspec
import pytest

import measures
from chaupal.fanout.notifications import push
from chaupal.kernel.clock import StillClock
from chaupal.kernel.settings import Settings
from chaupal.policy.measures import Measure
from chaupal.policy.viewer import Role
from chaupal.store.notifications.notifications import ALERTS
from pushing import Device, device
from village import Village, Villager, open_village

PATH = "/api/v1/push/subscription"
SECRET = "गुप्तशब्द"


@pytest.fixture
async def village(settings: Settings, clock: StillClock) -> AsyncIterator[Village]:
    async with open_village(msgspec.structs.replace(settings, push_private=True), clock) as opened:
        yield opened


@pytest.fixture
async def phone() -> AsyncIterator[Device]:
    async with device() as found:
        yield found


async def subscribes(v: Village, who: Villager, phone: Device, country: str = "IN") -> None:
    sent = {"alerts": dict.fromkeys(ALERTS, True)}
    answer = await v.api(who, "POST", PATH, country, subscription=phone.subscription | {"standard": True}, data=sent)
    assert answer.status_code == 200, answer.text


async def told(v: Village, phone: Device) -> str:
    """All that the device was told."""
    await v.settle()
    await push.deliver_due(v.running.carrier)
    return str(phone.opened())


async def test_a_private_post_that_waits_is_not_sent_to_whom_it_is_not_for_any_more(village: Village, phone: Device):
    v = village
    await subscribes(v, v.ravi, phone)
    await v.says(v.asha, f"@ravi {SECRET} अपनों के लिए", visibility=2)
    assert (await v.api(v.asha, "POST", f"/api/v1/accounts/{v.ravi.id}/block")).status_code == 200
    assert SECRET not in await told(v, phone)


async def test_whoever_bells_for_a_person_is_not_sent_what_that_one_says_to_others(village: Village, phone: Device):
    v = village
    await subscribes(v, v.ravi, phone)
    await v.api(v.ravi, "POST", f"/api/v1/accounts/{v.asha.id}/follow", notify=True)
    await v.says(v.asha, f"@meera {SECRET}", visibility=3)
    assert SECRET not in await told(v, phone)
    await v.says(v.asha, f"{SECRET} सब अपनों के लिए", visibility=2)
    await v.api(v.asha, "POST", f"/api/v1/accounts/{v.ravi.id}/remove_from_followers")
    assert SECRET not in await told(v, phone)


async def test_words_that_were_taken_out_while_the_push_waited_are_not_sent(village: Village, phone: Device):
    v = village
    await subscribes(v, v.ravi, phone)
    post = await v.says(v.asha, f"@ravi {SECRET}", visibility=3)
    assert (await v.api(v.asha, "PUT", f"/api/v1/statuses/{post.id}", status="@ravi कुछ नहीं")).status_code == 200
    assert SECRET not in await told(v, phone)
    post = await v.says(v.asha, f"@ravi फिर {SECRET}", visibility=3)
    assert (await v.api(v.asha, "PUT", f"/api/v1/statuses/{post.id}", status=f"@meera {SECRET}")).status_code == 200
    assert SECRET not in await told(v, phone)  # it is not for ravi any more


MEASURES = (Measure.WITHHOLD_POST, Measure.WITHHOLD_ACCOUNT, Measure.REMOVE_POST, Measure.SUSPEND)


@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize("gagged", [False, True])
async def test_what_is_withheld_while_it_waits_is_not_sent_under_any_measure(
    village: Village, phone: Device, measure: Measure, gagged: bool
):
    v = village
    await subscribes(v, v.ravi, phone)
    post = await v.says(v.meera, f"@ravi {SECRET}")
    about = post.id if measure in (Measure.WITHHOLD_POST, Measure.REMOVE_POST) else v.meera.id
    await measures.insert(v, measure, about, territory="XX" if measure in measures.OWN else "IN", neutral=int(gagged))
    assert SECRET not in await told(v, phone)


async def test_what_is_withheld_in_one_country_is_not_sent_to_a_device_from_nowhere(village: Village, phone: Device):
    v = village
    await subscribes(v, v.karl, phone, "ZZ")  # which is no country: it counts as the server's own
    post = await v.says(v.meera, f"@karl {SECRET}")
    await v.withhold(post=post, by=v.chitra, second=v.dev)
    assert SECRET not in await told(v, phone)


async def test_a_quote_does_not_carry_withheld_words_to_a_device(village: Village, phone: Device):
    v = village
    await subscribes(v, v.ravi, phone)
    quoted = await v.says(v.meera, f"{SECRET} मूल बात")
    await v.withhold(post=quoted, by=v.chitra, second=v.dev)
    await v.says(v.karl, "@ravi यह देखो", quoting=quoted.id)
    assert SECRET not in await told(v, phone)


async def test_no_device_is_told_anything_of_a_secret_order(village: Village, phone: Device):
    """From its receipt to its end: neither staff of any role, nor its author, nor who reads them; and nobody by its silence."""
    v = village
    owner = await v.joins("malik", role=Role.OWNER)
    moderator = await v.joins("manav", role=Role.MODERATOR)
    said = await v.says(v.asha, f"@ravi {SECRET}")
    await v.settle()
    for who in (v.asha, v.ravi, owner, moderator, v.chitra):
        await subscribes(v, who, phone)
    assert await told(v, phone) == "[]"
    ref = await v.withhold(post=said, by=v.chitra, second=v.dev, gag_until="2021-06-01T00:00")
    await v.lift(ref, by=v.dev)
    heard = await told(v, phone)
    assert heard == "[]" and ref not in heard
    await subscribes(v, v.meera, phone)
    await v.withhold(post=v.meera.latest, by=v.chitra, second=v.dev)
    assert await told(v, phone) != "[]", "what is no secret is told to its author"

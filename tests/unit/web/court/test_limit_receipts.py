"""A withheld placeholder carries its receipt, on pages and in the API; a gagged one carries nothing that could be looked up."""

import regex

from chaupal.fanout.notifications import served
from chaupal.governance.log import batches as log_batches
from chaupal.governance.orders import publishing
from chaupal.kernel.clock import DAY
from chaupal_audit import tlog
from village import Village


async def test_the_placeholder_of_a_withheld_post_names_its_entry_and_its_receipt(village: Village):
    ref = await village.withhold(post=village.asha.latest, by=village.chitra, second=village.dev)
    page = await village.page_as("IN", village.asha.latest)
    found = regex.search(r'data-entry="(\d+)" data-ref="([^"]+)" data-subject="(\d+)"', page)
    assert found
    assert (found[2], found[3]) == (ref, str(village.asha.latest.id))
    assert f'href="/log/receipt/{found[1]}"' in page
    receipt = await village.look("IN", f"/log/receipt/{found[1]}")
    assert receipt.text.startswith("c2sp.org/tlog-proof@v1")
    stub = (await village.api(village.ravi, "GET", f"/api/v1/statuses/{village.asha.latest.id}")).json()
    assert stub["withheld_receipt"].endswith(f"/log/receipt/{found[1]}")
    assert "proof-of" not in await village.page_as("DE", village.asha.latest)
    there = (await village.api(village.ravi, "GET", f"/api/v1/statuses/{village.asha.latest.id}", country="DE")).json()
    assert "withheld_receipt" not in there


async def test_the_placeholder_of_a_withheld_account_carries_its_receipt_on_its_page_and_in_the_api(village: Village):
    v = village
    ref = await v.withhold_account(v.asha, by=v.chitra, second=v.dev)
    found = regex.search(r'data-entry="(\d+)" data-ref="([^"]+)" data-subject="(\d+)"', await v.page_as("IN", v.asha))
    assert found and (found[2], found[3]) == (ref, str(v.asha.id))
    entry = (await v.look("IN", f"/log/entry/{found[1]}")).json()
    assert (entry["ref"], entry["public"]["measure"]) == (ref, "withhold_account")
    shells = [
        (await v.api(v.ravi, "GET", f"/api/v1/accounts/{v.asha.id}")).json(),
        (await v.api(v.ravi, "GET", f"/api/v1/statuses/{v.asha.latest.id}")).json()["account"],
        (await v.api(v.ravi, "GET", "/api/v1/accounts/lookup", acct="asha")).json(),
    ]
    assert {shell["withheld_receipt"].rpartition("/log/receipt/")[2] for shell in shells} == {found[1]}
    there = (await v.api(v.ravi, "GET", f"/api/v1/accounts/{v.asha.id}", country="DE")).json()
    assert "withheld_receipt" not in there
    await v.lift(ref, by=v.chitra)
    await v.withhold_account(v.asha, by=v.chitra, second=v.dev, gag_until="2021-06-01")
    gagged = (await v.api(v.ravi, "GET", f"/api/v1/accounts/{v.asha.id}")).json()
    assert gagged["withheld_in_countries"] == ["IN"] and "withheld_receipt" not in gagged


async def test_what_is_gagged_carries_no_receipt(village: Village):
    await village.withhold(post=village.asha.latest, by=village.chitra, second=village.dev, gag_until="2021-06-01")
    page = await village.page_as("IN", village.asha.latest)
    assert 'class="gap' in page
    assert "data-entry" not in page and "/log/receipt/" not in page
    stub = (await village.api(village.ravi, "GET", f"/api/v1/statuses/{village.asha.latest.id}")).json()
    assert "withheld_receipt" not in stub


async def test_once_it_is_public_a_placeholder_that_was_secret_carries_the_receipts_of_both_its_entries(
    village: Village,
):
    """The one that said nothing, and the one that opened it: each is in the log, and the second belongs to the first."""
    v, court = village, village.running.house.court
    await v.withhold(post=v.asha.latest, by=v.chitra, second=v.dev, gag_until="2021-06-01")
    assert "moderation_warning" not in await told_of(v), "the author is told nothing yet"
    v.clock.at += 120 * DAY
    assert await publishing.publish_due(court) == 1
    await v.settle()
    page = await v.page_as("IN", v.asha.latest)
    found = regex.search(r'data-entry="(\d+)" data-ref="([^"]+)" data-subject="(\d+)" data-opened="(\d+)"', page)
    assert found and (found[2], found[3]) == ("IN-2021-0001", str(v.asha.latest.id)), "the number is given then"
    key = await log_batches.public_key(court)
    said: list[dict[str, object]] = []
    for index in (int(found[1]), int(found[4])):
        entry = (await v.look("IN", f"/log/entry/{index}")).content
        receipt = (await v.look("IN", f"/log/receipt/{index}")).text
        assert tlog.verify_receipt(receipt, entry, key)[0] == index
        said.append(tlog.read_entry(entry))
    assert (said[0]["t"], said[1]["t"], said[1]["prev"], said[1]["ref"]) == ("cover", "open", int(found[1]), found[2])
    await served.release(v.running.carrier)
    await v.settle()
    assert "moderation_warning" in await told_of(v), "at the end the author is told"


async def told_of(v: Village) -> list[str]:
    """Of what kinds of things their notices tell the author."""
    return [one["type"] for one in (await v.api(v.asha, "GET", "/api/v1/notifications")).json()]

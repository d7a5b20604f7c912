"""The log as pages for people: its newest entries in words, a page for each, nothing of what is closed."""

import json

import msgspec
import pytest
import regex

from chaupal.governance.log import batches as log_batches, log
from chaupal.kernel.clock import StillClock
from chaupal.kernel.settings import Settings
from chaupal.web.court import logtale
from chaupal.web.words import words
from chaupal_audit.log import entries
from desk import AtDesk
from village import Village, open_village

ENTRY = regex.compile(r'href="/log/entries/(\d+)"')


async def test_the_log_is_a_page_for_people_and_its_entries_have_pages(village: Village):
    v = village
    ref = await v.withhold(post=v.asha.latest, by=v.chitra, second=v.dev)
    page = await v.page_as("DE", "/log")
    assert f"/orders/{ref}" in page and "/verify" in page and "chaupal-audit http" in page
    assert "क्रमांक 1 पर रोक शुरू" in page and "भारत" in page
    newest = int(ENTRY.findall(page)[0])
    for index in range(newest + 1):
        shown = await v.page_as("IN", f"/log/entries/{index}")
        raw = json.loads((await v.client.get(f"/log/entry/{index}")).text)
        assert f"/log/receipt/{index}" in shown and f"/verify?entry={index}" in shown, raw
        assert words("hi").gettext(logtale.OTHER) not in shown, raw
        if raw.get("prev") is not None:
            assert f'href="/log/entries/{raw["prev"]}"' in shown


async def test_older_entries_are_turned_to_and_none_is_left_out(village: Village):
    v = village
    await v.withhold(post=v.asha.latest, by=v.chitra, second=v.dev)
    seen: list[int] = []
    link: str | None = "/log"
    while link:
        page = await v.page_as("IN", link)
        seen += [int(n) for n in ENTRY.findall(page)]
        found = regex.search(r'href="(/log\?before=\d+)', page)
        link = found[1] if found else None
    assert seen == list(range(len(seen)))[::-1] and len(seen) > 5


async def test_what_is_not_signed_is_on_no_page(settings: Settings, clock: StillClock):
    """Whether there is something at a number is not said before it is signed: for any number the same."""
    async with open_village(msgspec.structs.replace(settings, log_batch_minutes=60), clock, bar=False) as v:
        await log_batches.publish_due(v.running.house.court)
        signed = await v.page_as("IN", "/log")
        await v.withhold(post=v.asha.latest, by=v.chitra, second=v.dev)
        size = await log.recount(v.running.house.court)
        there, beyond = [await v.look("IN", f"/log/entries/{n}") for n in (size - 1, size + 5)]
        assert there.status_code == beyond.status_code == 404
        assert _said(there.text, size - 1) == _said(beyond.text, size + 5)
        assert ENTRY.findall(await v.page_as("IN", "/log")) == ENTRY.findall(signed)


def _said(page: str, number: int) -> str:
    main = page.partition("<main")[2].partition("</main>")[0]
    return regex.sub(r'data-made="\d+"', "", main).replace(str(number), "N")


@pytest.mark.parametrize("language", ["hi", "en"])
@pytest.mark.parametrize("kind", [t for one in entries.ALL for t in one.TYPES])
def test_every_type_of_entry_has_its_words(kind: str, language: str):
    steps = [step for type_, step in logtale.TALES if type_ == kind]
    assert steps
    for step in steps:
        said = logtale.sentence({"t": kind, "public": {"step": step}}, words(language))
        assert said and "%(" not in said and said != words(language).gettext(logtale.OTHER)


@pytest.mark.parametrize("language", ["hi", "en"])
def test_every_public_field_of_every_entry_has_a_name_for_people(language: str):
    said = words(language)
    fields = {field.encode_name for kind in entries.ALL for field in msgspec.structs.fields(kind)}
    assert fields == set(logtale.LABELS)
    assert not [name for name in fields if "_" in logtale.label(name, said)]
    assert logtale.label("of_a_later_version", said) == "of_a_later_version"


async def test_the_fields_of_an_entry_are_named_in_words_beside_their_names_in_the_log(village: Village):
    v = village
    await v.withhold(post=v.asha.latest, by=v.chitra, second=v.dev)
    newest = int(ENTRY.findall(await v.page_as("DE", "/log"))[0])
    raws = [json.loads((await v.client.get(f"/log/entry/{at}")).text) for at in range(newest + 1)]
    at = next(at for at, raw in enumerate(raws) if raw["t"] == "measure")
    page = await v.page_as("IN", f"/log/entries/{at}")
    assert "किन देशों में" in page and ">territory</code>" in page


async def test_a_row_of_an_order_has_one_mark_that_leads_to_its_newest_entry(village: Village):
    v = village
    ref = await v.withhold(post=v.asha.latest, by=v.chitra, second=v.dev)
    row = (await v.page_as("IN", f"/orders/{ref}")).partition('id="target-1"')[2].partition("</article>")[0]
    (mark,) = ENTRY.findall(row)
    assert json.loads((await v.client.get(f"/log/entry/{mark}")).text)["t"] == "measure"
    assert row.count('class="seal"') == 1
    desk = await AtDesk(v, v.chitra).get(f"/office/orders/{ref}/1")
    assert f"/log/entries/{mark}" in desk.text

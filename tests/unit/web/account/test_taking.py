"""What one takes along: whole, in a shape that others take in, without words of others, and again whenever one likes."""

import asyncio
import csv
import io
import json
import random
import tracemalloc
import zipfile

import pytest

from chaupal.fanout import exporting
from chaupal.kernel.errors import Conflict
from chaupal.policy.drafts_and_scheduled import PollAsked
from chaupal.policy.facts import Visibility
from chaupal.social.archives import exports, past_mastodon
from chaupal.social.archives.archives import Archive
from chaupal.social.media import media
from chaupal.social.posts import posts
from exports import export
from painted import picture
from village import Village, Villager


async def taken(v: Village, who: Villager, country: str = "IN") -> bytes:
    answer = await export(v, who, country)
    assert answer.status_code == 200
    return answer.content


async def test_an_export_is_an_archive_that_can_be_brought_elsewhere(village):
    v, square = village, village.running.house.square
    shown = await media.attach(square, v.asha.viewer, picture(), description="सरसों")
    first = await v.says(v.asha, "देखो & सुनो #खेत", pictures=[shown], sensitive=True, language="hi")
    draft = posts.Draft(
        text="@ravi और",
        reply_to=first.id,
        visibility=Visibility.PRIVATE,
        poll=PollAsked(options=("<कल>", "आज"), expires_in=300),
    )
    await posts.publish(square, v.asha.viewer, draft)
    archive = Archive(await taken(v, v.asha))
    items = past_mastodon.read(archive)
    whom = f"@ravi@{square.settings.domain}"  # the ravi of the server to which it is brought is somebody else
    assert [item.text for item in items[-2:]] == ["देखो & सुनो #खेत", f"{whom} और\n• <कल>\n• आज"]
    told = json.loads(archive.read("posts.json"))
    assert [one["title"] for post in told if post.get("poll") for one in post["poll"]["options"]] == ["<कल>", "आज"]
    assert items[-1].answers == items[-2].source and items[-1].visibility is Visibility.PRIVATE
    [file] = items[-2].files
    assert file.description == "सरसों" and archive.read(file.name)
    page = archive.read("index.html").decode()
    assert "देखो &amp; सुनो" in page and f'src="{file.name}" alt="सरसों"' in page and page.count("<article>") == 3
    assert "· एक जवाब · केवल फ़ॉलोअर के लिए</p>" in page and '<li dir="auto">&lt;कल&gt; · 0</li>' in page
    assert f'चित्र, वीडियो या आवाज़</summary><p><img loading="lazy" src="{file.name}"' in page
    assert not any(item.why for item in items)


async def test_ties_and_marks_come_as_lists_and_what_is_withheld_is_a_stub(village):
    v = village
    made = (await v.api(v.asha, "POST", "/api/v1/lists", title='खेत, "गाँव"')).json()["id"]
    await v.api(
        v.asha, "POST", f"/api/v1/accounts/{v.ravi.id}/follow", reblogs=False, notify=True, languages=["hi", "bn"]
    )
    await v.api(v.asha, "POST", f"/api/v1/lists/{made}/accounts", account_ids=[str(v.ravi.id)])
    await v.api(v.asha, "POST", f"/api/v1/accounts/{v.dev.id}/mute", notifications=False)
    await v.api(
        v.asha, "POST", "/api/v2/filters", title="शोर", context=["home"], keywords_attributes=[{"keyword": "मैच"}]
    )
    for said in (v.ravi.latest, v.meera.latest):
        await v.api(v.asha, "POST", f"/api/v1/statuses/{said.id}/bookmark")
        await v.api(v.asha, "POST", f"/api/v1/statuses/{said.id}/favourite")
    await v.api(v.asha, "POST", f"/api/v1/accounts/{v.karl.id}/block")
    await v.withhold(post=v.meera.latest, by=v.chitra, second=v.dev)
    files = zipfile.ZipFile(io.BytesIO(await taken(v, v.asha)))
    domain = v.running.house.settings.domain
    assert f'ravi@{domain},false,true,"hi, bn"' in files.read("following_accounts.csv").decode()
    assert files.read("blocked_accounts.csv").decode().split() == [f"karl@{domain}"]
    assert f"dev@{domain},false" in files.read("muted_accounts.csv").decode()
    assert [*csv.reader(io.StringIO(files.read("lists.csv").decode()))] == [['खेत, "गाँव"', f"ravi@{domain}"]]
    assert json.loads(files.read("lists.json"))[0]["people"] == [f"ravi@{domain}"]
    [noise] = json.loads(files.read("filters.json"))["custom_filters"]
    assert (noise["context"], noise["keywords_attributes"][0]["keyword"]) == (["home"], "मैच")
    for name in ("bookmarks.json", "likes.json"):
        found = {one["id"]: one for one in json.loads(files.read(name))}
        assert found[str(v.meera.latest.id)] == {"id": str(v.meera.latest.id), "withheld": True}
        assert found[str(v.ravi.latest.id)]["address"].endswith(v.ravi.latest.path)
    everything = b"".join(files.read(name) for name in files.namelist()).decode("utf-8", "ignore")
    assert v.meera.latest.text not in everything and v.ravi.latest.text not in everything
    abroad = zipfile.ZipFile(io.BytesIO(await taken(v, v.asha, "DE")))
    assert v.meera.latest.path in abroad.read("bookmarks.csv").decode()


async def test_a_file_is_its_owners_alone_where_it_was_made_and_goes_after_some_days(village):
    v, square = village, village.running.house.square
    await export(v, v.asha)
    [one] = await exports.of_viewer(square, v.asha.viewer)
    link = f"/settings/export/{one.id}"
    assert (await v.look("IN", link, v.asha)).status_code == 200
    assert (await v.look("DE", link, v.asha)).status_code == 404  # what it says of others was looked at in India
    assert (await v.look("IN", link, v.ravi)).status_code == 404
    assert (await v.look("IN", link)).status_code == 303
    v.clock.move(exports.KEPT_FOR - 1)
    assert await exports.sweep(square) == 0 and await square.files.size(one.key)
    v.clock.move(1)
    assert (await v.look("IN", link, v.asha)).status_code == 404
    assert await exports.sweep(square) == 1 and await square.files.size(one.key) is None


async def test_one_file_is_made_at_a_time_and_what_a_dead_process_left_is_made_anew(village):
    v, square = village, village.running.house.square
    both = await asyncio.gather(*(exports.ask(square, v.asha.viewer) for _ in range(2)), return_exceptions=True)
    assert {type(one) for one in both} == {int, Conflict}
    with pytest.raises(Conflict):
        await exports.ask(square, v.asha.viewer)
    held = await exports.take_up(square)  # and then the process is no more
    assert held is not None and not await exporting.carry_on(v.running.carrier)
    v.clock.move(61_000)
    assert await exporting.carry_on(v.running.carrier)
    assert [one.state for one in await exports.of_viewer(square, v.asha.viewer)] == ["done"]
    assert not await exporting.carry_on(v.running.carrier)


async def test_memory_stays_small_however_large_the_films_are(village):
    v, square = village, village.running.house.square
    shown = await media.attach(square, v.asha.viewer, picture(), description="सरसों")
    said = await v.says(v.asha, "देखो", pictures=[shown])
    [key] = [key async for key in square.files.every() if key.startswith(f"media/{shown}/original")]
    await square.files.put(key, random.Random(1).randbytes(60_000_000))
    await exports.ask(square, v.asha.viewer)
    tracemalloc.start()
    assert await exporting.carry_on(v.running.carrier)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    [one] = await exports.of_viewer(square, v.asha.viewer)
    assert said.text and one.size > 60_000_000 and peak < 15_000_000

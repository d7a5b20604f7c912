"""Taking one's data along by program: asked for, awaited and fetched, by whoever may read all of it and by nobody else."""

import io
import json
import zipfile

from chaupal.fanout import exporting
from chaupal.kernel.clock import HOUR, iso
from chaupal.policy.drafts_and_scheduled import Further, PollAsked, Unsaid
from chaupal.social.posts import drafts_and_scheduled
from chaupal.social.signin import sessions
from village import Village

API = "/api/v1/exports"


async def test_a_program_asks_waits_and_fetches(village: Village):
    v = village
    asked = (await v.api(v.asha, "POST", API)).json()
    assert (asked["state"], asked["url"], asked["expires_at"]) == ("waiting", None, None)
    assert (await v.api(v.asha, "POST", API)).status_code == 409
    assert (await v.api(v.asha, "GET", f"{API}/{asked['id']}/file")).status_code == 404
    assert await exporting.carry_on(v.running.carrier)
    done = (await v.api(v.asha, "GET", f"{API}/{asked['id']}")).json()
    assert done["state"] == "done" and done["looked_at"] == done["total"] and done["size"] > 0 and done["expires_at"]
    assert (await v.api(v.asha, "GET", API)).json() == [done]
    file = await v.api(v.asha, "GET", done["url"].removeprefix(v.running.house.settings.origin))
    assert file.headers["content-type"] == "application/zip" and len(file.content) == done["size"]
    assert file.headers["cache-control"] == "private, no-store"
    said = json.loads(zipfile.ZipFile(io.BytesIO(file.content)).read("posts.json"))
    assert v.asha.latest.text in json.dumps(said, ensure_ascii=False)


async def test_what_is_not_said_yet_comes_along_threads_whole(village: Village):
    v, at = village, iso(village.clock() + HOUR)
    then = [{"status": "दूसरी"}, {"status": "तीसरी"}]
    await v.api(v.asha, "POST", "/api/v1/statuses", status="पहली", scheduled_at=at, then=then, visibility="private")
    draft = Unsaid(text="अधूरी", then=(Further(text="और अधूरी"),), poll=PollAsked(options=("हाँ", "ना")))
    await drafts_and_scheduled.keep(v.running.house.square, v.asha.viewer, draft)
    await v.api(v.asha, "POST", API)
    assert await exporting.carry_on(v.running.carrier)
    (done,) = (await v.api(v.asha, "GET", API)).json()
    file = await v.api(v.asha, "GET", f"{API}/{done['id']}/file")
    with zipfile.ZipFile(io.BytesIO(file.content)) as archive:
        (waits,), (kept,) = (json.loads(archive.read(name)) for name in ("scheduled.json", "drafts.json"))
    assert (waits["due_at"], waits["text"], waits["visibility"]) == (at, "पहली", "private")
    assert [one["text"] for one in waits["then"]] == ["दूसरी", "तीसरी"]
    assert [one["text"] for one in kept["then"]] == ["और अधूरी"] and kept["options"] == ["हाँ", "ना"]


async def test_it_is_its_owners_alone_where_they_were_and_takes_the_whole_scope(village: Village):
    v = village
    id_ = (await v.api(v.asha, "POST", API)).json()["id"]
    assert await exporting.carry_on(v.running.carrier)
    for path in (f"{API}/{id_}", f"{API}/{id_}/file"):
        assert (await v.api(v.ravi, "GET", path)).status_code == 404
        assert (await v.api(None, "GET", path)).status_code == 401
    assert (await v.api(v.asha, "GET", f"{API}/{id_}/file", "DE")).status_code == 404
    assert (await v.api(v.asha, "GET", f"{API}/{id_}", "DE")).json()["url"] is None
    token = await sessions.issue_token(v.running.house.square, v.asha.id, "read:accounts read:statuses write")
    for method, path in (("POST", API), ("GET", API), ("GET", f"{API}/{id_}"), ("GET", f"{API}/{id_}/file")):
        answer = await v.client.request(method, path, headers={"authorization": f"Bearer {token}"})
        assert answer.status_code == 403, (method, path)

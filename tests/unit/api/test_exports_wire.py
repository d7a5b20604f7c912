"""Taking one's data along by program: asked for, awaited and fetched, by whoever may read all of it and by nobody else."""

import io
import json
import zipfile

from chaupal.fanout import exporting
from chaupal.social.signin import logins
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


async def test_it_is_its_owners_alone_where_they_were_and_takes_the_whole_scope(village: Village):
    v = village
    id_ = (await v.api(v.asha, "POST", API)).json()["id"]
    assert await exporting.carry_on(v.running.carrier)
    for path in (f"{API}/{id_}", f"{API}/{id_}/file"):
        assert (await v.api(v.ravi, "GET", path)).status_code == 404
        assert (await v.api(None, "GET", path)).status_code == 401
    assert (await v.api(v.asha, "GET", f"{API}/{id_}/file", "DE")).status_code == 404
    assert (await v.api(v.asha, "GET", f"{API}/{id_}", "DE")).json()["url"] is None
    token = await logins.issue_token(v.running.house.square, v.asha.id, "read:accounts read:statuses write")
    for method, path in (("POST", API), ("GET", API), ("GET", f"{API}/{id_}"), ("GET", f"{API}/{id_}/file")):
        answer = await v.client.request(method, path, headers={"authorization": f"Bearer {token}"})
        assert answer.status_code == 403, (method, path)

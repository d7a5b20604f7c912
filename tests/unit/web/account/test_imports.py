"""Bringing one's past along by page and by API: what was chosen is kept, what is wrong is said, and it is one's own alone."""

from typing import Any

import httpx2
import pytest
import regex

from archives import mastodon, note, zipped
from chaupal.api.own import imports as wire
from chaupal.kernel.faults import Wrong
from chaupal.kernel.faults.archives import FAULTS
from chaupal.kernel.faults.written import write
from chaupal.social.archives import imports
from chaupal.web.account import imports as pages
from chaupal.web.account.imports import reason
from village import Village, Villager

ARCHIVE = zipped(mastodon(note(1, "<p>पुरानी बात</p>"), "nonsense", "nonsense"))


async def send(v: Village, who: Villager, data: bytes | None, **fields: Any) -> httpx2.Response:
    cookie = {"cookie": f"chaupal={who.cookie}; language=en"}
    page = await v.client.get("/settings/import", headers=cookie)
    assert page.status_code == 200
    word = page.text.split('name="csrf" value="')[1].split('"')[0]
    files = {"file": ("archive.zip", data or b"", "application/zip")}
    return await v.client.post("/settings/import", data=fields | {"csrf": word}, files=files, headers=cookie)


async def test_an_archive_is_brought_by_form_and_its_page_tells_how_far_it_is(
    village: Village, monkeypatch: pytest.MonkeyPatch
):
    v = village
    monkeypatch.setattr(imports, "SHOWN_FAULTS", 2)
    sent = await send(v, v.asha, ARCHIVE, visibility="unlisted")
    assert sent.status_code == 303
    page = await v.page_as("IN", sent.headers["location"], v.asha)
    assert 'http-equiv="refresh"' in page
    newer = "नए संस्करण ने लिया है"
    assert newer not in page
    with monkeypatch.context() as patched:  # as a process of the version before has it, which knows no such kind
        patched.delitem(pages.KINDS, "archive")
        assert newer in await v.page_as("IN", sent.headers["location"], v.asha), "it says why it waits"
    await imports.carry_on(v.running.house.square)
    with monkeypatch.context() as patched:
        patched.delitem(pages.KINDS, "archive")
        assert newer not in await v.page_as("IN", sent.headers["location"], v.asha), "what was brought waits for nobody"
    page = await v.page_as("IN", sent.headers["location"], v.asha)
    assert 'http-equiv="refresh"' not in page and "पूरा हुआ" in page
    assert '<summary><bdi>यह पढ़ी नहीं जा सकती।</bdi> <span class="soft">(2)</span></summary>' in page
    file, more = f"{sent.headers['location']}/faults.csv", "और भी हैं; ये पहली हैं।"
    assert more not in page
    monkeypatch.setattr(imports, "SHOWN_FAULTS", 1)
    assert more in await v.page_as("IN", sent.headers["location"], v.asha)
    assert f'href="{file}"' in page
    rows = (await v.look("IN", file, v.asha)).text.splitlines()
    assert len(rows) == 3 and rows[1].startswith("1,") and rows[1].endswith("यह पढ़ी नहीं जा सकती।")
    for path in (sent.headers["location"], file):
        assert (await v.look("IN", path, v.ravi)).status_code == 404
    assert "पुरानी बात" in await v.page_as("IN", "/@asha", v.asha)


async def test_what_is_wrong_with_a_file_stands_beside_it_and_the_choice_is_kept(village: Village):
    v = village
    empty = await send(v, v.asha, None, kind="blocks")
    assert empty.status_code == 422 and "Choose a file." in empty.text
    assert '<option value="blocks" selected>' in empty.text
    strange = await send(v, v.asha, b"what is this")
    assert strange.status_code == 422 and "Choose it yourself" in strange.text
    part = await send(v, v.asha, b"window.YTD.tweets.part0 = []")
    assert part.status_code == 422 and "Send it packed, as a ZIP file." in part.text


async def test_a_program_brings_an_archive_and_asks_after_it(village: Village):
    v = village
    headers = {"authorization": f"Bearer {v.asha.token}"}
    files = {"file": ("a.zip", ARCHIVE, "application/zip")}
    sent = (await v.client.post("/api/v1/imports", files=files, headers=headers)).json()
    assert (sent["state"], sent["kind"]) == ("waiting", "archive")
    again = await v.client.post("/api/v1/imports", files=files, headers=headers)
    assert again.status_code == 409
    await imports.carry_on(v.running.house.square)
    done = (await v.api(v.asha, "GET", f"/api/v1/imports/{sent['id']}")).json()
    assert (done["state"], done["done"], done["failed"]) == ("done", 1, 2)
    assert [fault["number"] for fault in done["faults"]] == [1, 2]
    assert [one["id"] for one in (await v.api(v.asha, "GET", "/api/v1/imports")).json()] == [sent["id"]]
    assert (await v.api(v.ravi, "GET", f"/api/v1/imports/{sent['id']}")).status_code == 404
    assert (await v.api(v.ravi, "DELETE", f"/api/v1/imports/{sent['id']}")).status_code == 404


PLACES = regex.compile(r"%\((\w+)\)s")
WHYS = (
    *(write(Wrong(code, dict.fromkeys(PLACES.findall(fault.page), 50000))) for code, fault in FAULTS.items()),
    write(Wrong("past_many_files", {"most": 4}, "कुआँ.png"), Wrong("picture_unknown", {}, "b.png")),
    "words of an older version",
    "",
)


@pytest.mark.parametrize("why", WHYS)
def test_every_reason_is_told_in_the_language_of_the_page(why: str):
    told = regex.sub(
        r"[\w]+\.png|ZIP|CSV|UTF-8|UTF-16|tar\.gz|Mastodon|Twitter|outbox\.json|data/tweets\.js", "", reason(why, "hi")
    )
    assert regex.search(r"\p{Devanagari}", told) and not regex.search(r"[A-Za-z]", told), told
    assert reason(why, "en")


def test_a_move_of_nine_files_fits_into_an_hour_with_each_once_more():
    """Ties, lists, bookmarks and the archive, each a file; and what was the wrong one is sent again."""
    wanted = {("POST", wire.API), ("POST", "/settings/import")}
    limits = [one.limit for one in (*wire.ROUTES, *pages.ROUTES) if (one.method, one.path) in wanted]
    assert [limit is not None and limit[0] >= 2 * 9 and limit[1] == 3_600 for limit in limits] == [True, True]

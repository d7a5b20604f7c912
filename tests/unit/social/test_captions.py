"""Captions of films and sounds: taken with an upload or later, read by whoever may see the film, gone when that is gone."""

import asyncio
import io
import zipfile
from collections.abc import Callable
from typing import Any

import httpx2
import pytest
import regex

import measures
from archives import zipped
from chaupal.governance.cases import evidence
from chaupal.kernel.clock import DAY
from chaupal.policy.facts import Visibility
from chaupal.policy.measures import Measure
from chaupal.policy.viewer import Viewer
from chaupal.reads.posts import media as looked
from chaupal.social.archives import imports
from chaupal.social.archives.imports import ImportFile
from chaupal.social.media import captions, media
from chaupal.store.machine.dialect import statement
from chaupal.store.tables.square import captions as rows
from chaupal.text.captions import MOST_BYTES
from exports import export
from films import film, films_are_painted_once, long_gif, sound  # noqa: F401 - fixture
from painted import picture
from village import Village, VillagePost, Villager

HI = "WEBVTT\n\n00:00.100 --> 00:00.900\n<b>झूला</b> घूमता है\n"
EN = "WEBVTT\n\n00:00.100 --> 00:00.900\nThe wheel turns\n"
WRITTEN = "WEBVTT\n\n00:00:00.100 --> 00:00:00.900\nझूला घूमता है\n"


async def send(v: Village, data: bytes, told: str | bytes, language: str = "hi") -> httpx2.Response:
    files: Any = {"file": ("a", data, "x/y"), "captions": ("a.vtt", told if isinstance(told, bytes) else told.encode())}
    return await v.client.post(
        "/api/v1/media",
        files=files,
        data={"captions_language": language},
        headers={"authorization": f"Bearer {v.asha.token}"},
    )


async def filmed(v: Village, **draft: Any) -> tuple[VillagePost, str, str]:
    """A post with a film in which something is said; the film's id and where its words are."""
    sent = (await send(v, film(), HI)).json()
    said = await v.says(v.asha, "मेले में", pictures=[int(sent["id"])], **draft)
    return said, sent["id"], path_of(sent["captions"][0]["url"])


def path_of(address: str) -> str:
    return "/" + address.split("/", 3)[3].partition("?")[0]


async def read(v: Village, path: str, who: Villager | None = None, country: str = "IN") -> httpx2.Response:
    cookies = f"look_as={country}" + (f"; chaupal={who.cookie}" if who else "")
    return await v.client.get(path, headers={"cookie": cookies})


def said_in(answer: httpx2.Response, path: str) -> str:
    """What it says, but for its own address and words that differ from one asking to the next."""
    return regex.sub(r'value="[^"]*"', "", answer.text.replace(path, ""))


async def kept(v: Village) -> int:
    async with v.running.house.square.work.reading() as reading:
        return len(await reading.fetch(statement(rows.select())))


async def shown(v: Village, said: VillagePost, who: Villager) -> list[tuple[str, str]]:
    """Language and text of a post's captions, as an app reads them."""
    post = (await v.api(who, "GET", f"/api/v1/statuses/{said.id}")).json()
    found = post["media_attachments"][0]["captions"]
    return [(one["language"], (await v.client.get(one["url"])).text) for one in found]


@pytest.mark.parametrize("made", ["video", "audio"])
async def test_captions_come_with_an_upload_are_written_anew_and_stand_in_the_player(village: Village, made: str):
    v = village
    sent = (await send(v, film() if made == "video" else sound(), HI)).json()
    assert sent["type"] == made and [one["language"] for one in sent["captions"]] == ["hi"]
    said = await v.says(v.asha, "मेले में", pictures=[int(sent["id"])])
    path = path_of(sent["captions"][0]["url"])
    answer = await read(v, path)
    assert answer.text == WRITTEN and answer.headers["content-type"] == "text/vtt; charset=utf-8"
    mark = {"if-none-match": answer.headers["etag"]}
    assert (await v.client.get(path, headers=mark)).status_code == 304
    assert await shown(v, said, v.ravi) == [("hi", WRITTEN)]
    page = await v.page_as("IN", said)
    assert f'<track kind="captions" srclang="hi" label="हिन्दी" src="{path}" default>' in page
    assert "<video controls" in page  # a sound, too: browsers show captions in no other player


async def test_an_upload_gets_them_later_in_several_languages_and_loses_them_again(village: Village):
    v = village
    id_ = await media.attach(v.running.house.square, v.asha.viewer, film())
    where = f"/api/v1/media/{id_}"
    assert (await v.api(v.asha, "GET", where)).json()["captions"] == []
    for language, told in (("hi", HI), ("en", EN)):
        answer = await v.api(v.asha, "PUT", where, captions=told, captions_language=language)
        assert answer.status_code == 200, answer.text
    found = (await v.api(v.asha, "GET", where)).json()["captions"]
    assert [one["language"] for one in found] == ["en", "hi"]
    assert (await v.api(v.ravi, "PUT", where, captions=EN, captions_language="mr")).status_code == 404
    await v.api(v.asha, "PUT", where, captions=EN, captions_language="hi")  # in the place of the others
    await v.api(v.asha, "PUT", where, captions="", captions_language="en")
    (left,) = (await v.api(v.asha, "GET", where)).json()["captions"]
    assert left["language"] == "hi" and "turns" in (await read(v, path_of(left["url"]), v.asha)).text
    assert await kept(v) == 1


@pytest.mark.parametrize(
    ("told", "language"),
    [
        (b"1\n00:00:01,000 --> 00:00:02,000\nSRT", "hi"),
        (b"\xff\xfe", "hi"),
        (b"WEBVTT\n\n", "hi"),
        (HI, ""),
        (HI, "nothing"),
        (HI.replace("00:00.900", "00:00.100"), "hi"),
        ("WEBVTT\n\n00:05.000 --> 00:06.000\nदेर\n", "hi"),
        (HI + "\0", "hi"),
        (b"WEBVTT\n\n" + b"x" * MOST_BYTES, "hi"),
        (b"WEBVTT\n\n" + b"x" * 3_000_000, "hi"),
    ],
)
async def test_what_are_no_captions_is_refused_and_no_upload_is_left(
    village: Village, told: str | bytes, language: str
):
    v = village
    answer = await send(v, film(), told, language)
    assert answer.status_code == 422 and "aptions" in answer.json()["error"], answer.text
    assert await kept(v) == 0
    v.clock.move(2 * DAY)
    assert await media.sweep(v.running.house.square) == 0


@pytest.mark.parametrize("made", [picture, long_gif])
async def test_what_has_no_sound_has_no_captions(village: Village, made: Callable[[], bytes]):
    data = made()
    assert (await send(village, data, HI)).status_code == 422
    plain = await village.client.post(
        "/api/v1/media", files={"file": ("a", data)}, headers={"authorization": f"Bearer {village.asha.token}"}
    )
    assert "captions" not in plain.json()


async def test_a_post_gets_and_changes_its_captions_by_an_edit_and_its_history_keeps_them(village: Village):
    v = village
    said, id_, path = await filmed(v)
    told = {"id": id_, "captions": EN, "captions_language": "en"}
    where = f"/api/v1/statuses/{said.id}"
    sent: dict[str, Any] = {"status": "मेले में", "media_ids": [id_]}
    assert (await v.api(v.asha, "PUT", where, **sent, media_attributes=[told])).status_code == 200
    assert [language for language, _ in await shown(v, said, v.ravi)] == ["en", "hi"]
    same = await v.api(v.asha, "PUT", where, **sent, media_attributes=[told])
    assert same.json()["edited_at"] == (await v.api(v.asha, "GET", where)).json()["edited_at"]
    assert len((await v.api(v.asha, "GET", f"{where}/history")).json()) == 2  # the same words again are no edit
    gone = [{"id": id_, "captions": "", "captions_language": one} for one in ("hi", "en")]
    for one in gone:
        await v.api(v.asha, "PUT", where, **sent, media_attributes=[one])
    assert await shown(v, said, v.ravi) == []
    assert "<track" not in await v.page_as("IN", said)
    first = (await v.api(v.ravi, "GET", f"{where}/history")).json()[0]["media_attachments"][0]["captions"]
    assert [path_of(one["url"]) for one in first] == [path] and (await read(v, path)).text == WRITTEN
    wrong = await v.api(v.asha, "PUT", where, **sent, media_attributes=[{"id": id_, "captions": "no"}])
    assert wrong.status_code == 422


async def test_captions_are_judged_as_their_film_is(village: Village):
    """Two worlds: whoever may not see the film gets of its captions what they get of captions that never were."""
    v = village
    said, id_, path = await filmed(v)
    private, _, hidden = await filmed(v, visibility=Visibility.PRIVATE)
    assert (await read(v, path, v.ravi)).status_code == 200
    never = f"{hidden.rpartition('/')[0]}/{v.running.house.square.make_id()}"
    for who in (None, await v.joins("pari")):
        one, other = await read(v, hidden, who), await read(v, never, who)
        assert one.status_code == other.status_code == 404
        assert said_in(one, hidden) == said_in(other, never)
    assert (await read(v, hidden, v.asha)).text == WRITTEN and private
    # Another film's address opens none of them.
    assert (await read(v, f"/media/{id_}/captions/{hidden.rpartition('/')[2]}", v.asha)).status_code == 404
    await v.withhold(post=said, by=v.chitra, second=v.dev)
    assert (await read(v, path)).status_code == 451 and (await read(v, path, country="DE")).text == WRITTEN
    assert (await read(v, path, v.asha)).text == WRITTEN
    page = await v.page_as("IN", said)
    assert path not in page and "<track" not in page
    await measures.begin(v, Measure.SUSPEND, v.asha.id)
    assert (await read(v, path, country="DE")).status_code == 410


async def test_a_film_that_is_withheld_alone_takes_its_captions_along(village: Village):
    v = village
    said, id_, path = await filmed(v)
    await measures.begin(v, Measure.WITHHOLD_MEDIA, int(id_))
    assert (await read(v, path)).status_code == 451
    assert path not in await v.page_as("IN", said) and path in await v.page_as("DE", said)


async def test_captions_go_with_the_film_and_what_is_held_is_held_with_its_words(village: Village):
    v, square = village, village.running.house.square
    said, _, path = await filmed(v)
    gone, _, _ = await filmed(v)
    ref = await v.withhold(post=said, by=v.chitra, second=v.dev)
    assert await kept(v) == 2
    for one in (gone, said):
        await v.api(v.asha, "DELETE", f"/api/v1/statuses/{one.id}", delete_media=True)
    await v.settle()
    assert await kept(v) == 1 and (await read(v, path)).status_code in (404, 451)
    court = v.running.house.court
    (one,) = await evidence.of_order(court, v.chitra.viewer, ref)
    opened = await evidence.open_for_staff(court, v.chitra.viewer, one.id, "the court asks for it")
    assert list(opened.says["captions"].values()) == [WRITTEN]
    v.clock.move(max(0, one.hold_until - v.clock()))
    await evidence.purge_due(court)
    await media.sweep(square)
    assert await kept(v) == 0


async def test_an_archive_takes_captions_along_and_brings_them_back(village: Village):
    v, square = village, village.running.house.square
    said, id_, _ = await filmed(v)
    packed = await export(v, v.asha)
    with zipfile.ZipFile(io.BytesIO(packed.content)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    assert files[f"media_attachments/{id_}.hi.vtt"].decode() == WRITTEN
    await v.api(v.asha, "DELETE", f"/api/v1/statuses/{said.id}", delete_media=True)
    # As from another server: what is of this one is not brought again.
    there = {
        name: data.replace(square.settings.origin.encode(), b"https://else.example") for name, data in files.items()
    }
    viewer = Viewer(account=v.ravi.id, country="IN")
    await imports.take_in(square, viewer, ImportFile("archive.zip", zipped(there)))
    while await imports.carry_on(square):
        pass
    await v.settle()
    mine = (await v.api(v.ravi, "GET", f"/api/v1/accounts/{v.ravi.id}/statuses", only_media=True)).json()
    (brought,) = [one for post in mine for one in post["media_attachments"] if one.get("captions")]
    assert (await v.client.get(brought["captions"][0]["url"])).text == WRITTEN
    broken = there | {f"media_attachments/{id_}.hi.vtt": b"no"}
    number = await imports.take_in(square, Viewer(account=v.karl.id, country="IN"), ImportFile("a.zip", zipped(broken)))
    while await imports.carry_on(square):
        pass
    one, faults = await imports.by_id(square, Viewer(account=v.karl.id, country="IN"), number)
    assert one.state == "done" and any("vtt" in fault.why for fault in faults)


# --- the form ---


async def typed(v: Village, path: str, form_at: str, files: dict[str, Any], **form: Any) -> httpx2.Response:
    headers = {"cookie": f"chaupal={v.asha.cookie}; look_as=IN; language=hi"}
    page = (await v.client.get(form_at, headers=headers)).text
    word = page.partition('name="csrf" value="')[2].partition('"')[0]
    answer = await v.client.post(
        path, data={"visibility": "public", **form, "csrf": word}, files=files, headers=headers
    )
    await v.settle()
    return answer


async def test_without_a_script_captions_are_put_to_a_film_in_the_form_and_by_an_edit(village: Village):
    v = village
    files = {"picture1": ("a.mp4", film(), "video/mp4"), "captions": ("a.vtt", HI.encode(), "text/vtt")}
    sent = await typed(v, "/compose", "/compose", files, text="मेले में", captions_language="hi")
    assert sent.status_code == 303, sent.text
    post = (await v.api(v.asha, "GET", f"/api/v1/accounts/{v.asha.id}/statuses")).json()[0]
    (film_,) = post["media_attachments"]
    (told,) = film_["captions"]
    edit = f"/posts/{post['id']}/edit"
    headers = {"cookie": f"chaupal={v.asha.cookie}; look_as=IN; language=hi"}
    form = (await v.client.get(edit, headers=headers)).text
    assert (
        f'name="captioned[]" value="{told["id"]}" checked' in form
        and f'name="captions_of" value="{film_["id"]}"' in form
    )
    same: dict[str, Any] = {"text": "मेले में", "kept[]": film_["id"], "captions_of": film_["id"]}
    more = {"captions": ("b.vtt", EN.encode(), "text/vtt")}
    added = await typed(v, edit, edit, more, **same, **{"captioned[]": told["id"]}, captions_language="en")
    assert added.status_code == 303, added.text
    now = (await v.api(v.asha, "GET", f"/api/v1/statuses/{post['id']}")).json()["media_attachments"][0]["captions"]
    assert [one["language"] for one in now] == ["en", "hi"]
    left = await typed(v, edit, edit, {}, **same, **{"captioned[]": now[0]["id"]})
    assert left.status_code == 303
    now = (await v.api(v.asha, "GET", f"/api/v1/statuses/{post['id']}")).json()["media_attachments"][0]["captions"]
    assert [one["language"] for one in now] == ["en"]


async def test_what_is_wrong_with_captions_is_said_beside_them_and_film_and_words_are_kept(village: Village):
    v = village
    late = HI.replace("00:00.100 --> 00:00.900", "00:09.000 --> 00:10.000").encode()
    files = {"picture1": ("a.mp4", film(), "video/mp4"), "captions": ("a.vtt", late, "text/vtt")}
    sent = await typed(v, "/compose", "/compose", files, text="मेले में", captions_language="mr")
    assert sent.status_code == 422 and 'id="captions-error"' in sent.text and "पंक्ति 3" in sent.text
    assert (
        ">मेले में</textarea>" in sent.text
        and 'name="kept[]"' in sent.text
        and 'value="mr" lang="mr" selected' in sent.text
    )
    alone = await typed(v, "/compose", "/compose", {"captions": files["captions"]}, text="मेले में")
    assert alone.status_code == 422 and "सिर्फ़ वीडियो या ऑडियो" in alone.text


async def test_two_at_once_leave_one_of_the_same_language_and_both_of_two(village: Village):
    v, square = village, village.running.house.square
    id_ = await media.attach(square, v.asha.viewer, film())
    told = [("hi_IN", HI), ("hi_IN", EN), ("en", EN), ("ta", HI), ("bn", EN)]
    await asyncio.gather(
        *[captions.change(square, v.asha.viewer, id_, captions.CaptionsSent(*one)) for one in told],
        media.describe(square, v.asha.viewer, id_, "मेले में", None),
    )
    after = await looked.own_upload(v.running.house.reads, v.asha.viewer, id_)
    assert [one.language for one in after.captions] == ["bn", "en", "hi", "ta"] and after.description == "मेले में"
    assert await kept(v) == 4

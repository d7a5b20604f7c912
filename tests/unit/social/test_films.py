"""Films and sounds: taken in, painted once in their own time, and nothing but what is seen and heard survives."""

import asyncio
import os
from pathlib import Path
from typing import Any

import httpx2
import pytest
from msgspec.structs import replace

from chaupal.kernel.clock import MINUTE
from chaupal.kernel.errors import Invalid
from chaupal.kernel.settings import load_settings
from chaupal.social.media import films, media, painting
from chaupal.social.media.upload_types import HEAD, demuxer_of
from chaupal.store.square import media as store
from films import SECRET, film, films_are_painted_once, long_gif, sound  # noqa: F401 - fixture
from painted import picture
from village import Village
from waiting import PATIENCE


async def send(v: Village, data: bytes, version: int = 2, **files: bytes) -> httpx2.Response:
    sent: Any = {"file": ("a", data, "application/octet-stream")} | {n: (n, d, "x/y") for n, d in files.items()}
    return await v.client.post(
        f"/api/v{version}/media",
        files=sent,
        data={"description": "एक फ़िल्म", "focus": "0.5,0"},
        headers={"authorization": f"Bearer {v.asha.token}"},
    )


async def look(v: Village, id_: str) -> httpx2.Response:
    return await v.api(v.asha, "GET", f"/api/v1/media/{id_}")


def kept(v: Village) -> set[str]:
    files = Path(v.running.house.settings.data) / "files"
    return {str(path.relative_to(files)) for path in files.rglob("*") if path.is_file()}


async def _free(v: Village) -> int:
    """How many wait that nobody paints."""
    async with v.running.house.square.work.reading() as reading:
        return len(await store.waiting(reading, v.clock(), 10))


async def test_a_film_is_painted_in_its_own_time_and_asked_for_until_it_is_ready(village: Village):
    v = village
    sent = await send(v, film())
    assert sent.status_code == 202 and sent.json()["url"] is None and sent.json()["type"] == "video"
    id_ = sent.json()["id"]
    assert (await look(v, id_)).status_code == 206
    assert (await v.api(v.asha, "GET", f"/compose/pictures/{id_}")).json()["waits"] is True
    early = await v.api(v.asha, "POST", "/api/v1/statuses", status="देखो", media_ids=[id_])
    assert early.status_code == 422 and "not finished processing" in early.json()["error"]
    assert await painting.paint_waiting(v.running.house.square) == 1
    told = (await v.api(v.asha, "GET", f"/compose/pictures/{id_}")).json()
    assert told == {"id": id_, "src": f"/media/{id_}/small", "heard": True, "waits": False}
    ready = (await look(v, id_)).json()
    assert ready["description"] == "एक फ़िल्म" and len(ready["blurhash"]) > 10
    original, small = ready["meta"]["original"], ready["meta"]["small"]
    assert (original["width"], original["height"], original["frame_rate"]) == (320, 180, "10/1")
    assert 0.9 < original["duration"] < 1.3 and original["bitrate"] > 0
    assert (small["width"], small["height"]) == (320, 180) and ready["meta"]["fps"] == 10
    assert ready["meta"]["length"].startswith("0:00:01") and ready["meta"]["focus"] == {"x": 0.5, "y": 0.0}
    posted = await v.api(v.asha, "POST", "/api/v1/statuses", status="देखो", media_ids=[id_])
    # Its owner has an address of their own, before and after; everybody else has one.
    shared = {name: ready[name].partition("?")[0] for name in ("url", "preview_url")}
    assert posted.json()["media_attachments"] == [ready]
    theirs = await v.api(v.ravi, "GET", f"/api/v1/statuses/{posted.json()['id']}")
    assert theirs.json()["media_attachments"] == [ready | shared] != [ready]
    assert kept(v) == {f"media/{id_}/original.mp4", f"media/{id_}/small.webp"}
    page = await v.page_as("IN", f"/@asha/{posted.json()['id']}")
    assert f'<video controls playsinline preload="none" src="/media/{id_}/original"' in page and "एक फ़िल्म" in page


async def test_the_first_version_of_the_api_waits(village: Village):
    sent = await send(village, sound(), version=1)
    assert sent.status_code == 200 and sent.json()["type"] == "audio"
    assert set(sent.json()["meta"]["original"]) == {"duration", "bitrate"}
    got = await village.client.get(sent.json()["url"], headers={"cookie": "look_as=IN"})
    assert got.headers["content-type"] == "audio/mpeg" and got.content[:2] in (b"\xff\xfb", b"\xff\xf3")


@pytest.mark.parametrize("kind", [".webm", ".mov", ".mkv"])
async def test_films_of_many_kinds_become_one_kind(village: Village, kind: str):
    sent = await send(village, film(kind, 0.5), version=1)
    assert sent.status_code == 200, sent.text
    got = await village.client.get(sent.json()["url"])
    assert got.headers["content-type"] == "video/mp4" and got.content[4:8] == b"ftyp"


@pytest.mark.parametrize("kind", [".ogg", ".wav", ".flac", ".m4a", ".aac", ".opus"])
def test_sounds_of_many_kinds_are_known_by_their_first_bytes(kind: str):
    assert demuxer_of(sound(kind, 0.5)[:HEAD])


async def test_nothing_survives_but_what_is_seen_and_heard(village: Village):
    for data in (film(), sound()):
        assert SECRET.encode() in data
        sent = (await send(village, data + b"<script>alert(1)</script>", version=1)).json()
        for address in (sent["url"], sent["preview_url"]):
            got = (await village.client.get(address)).content
            assert not any(word in got for word in (SECRET.encode(), b"+28.61", b"script"))


async def test_an_animation_too_long_for_a_picture_becomes_a_film_without_sound(village: Village):
    sent = await send(village, long_gif(), version=1)
    assert sent.json()["type"] == "gifv"
    posted = await village.says(village.asha, "देखो", pictures=[int(sent.json()["id"])])
    assert " loop muted" in await village.page_as("IN", posted)


async def test_each_is_painted_once_however_many_look(village: Village):
    square = village.running.house.square
    # Of its own on each database, so that painting takes its time.
    own = film(seconds=0.6 if square.settings.postgres else 0.7)
    ids = [(await send(village, own)).json()["id"] for _ in range(2)]
    done = await asyncio.gather(*(painting.paint_waiting(square) for _ in range(3)))
    assert sum(done) == 2
    assert [(await look(village, id_)).status_code for id_ in ids] == [200, 200]


async def test_what_a_process_left_unpainted_is_painted_by_the_next_one(
    village: Village, monkeypatch: pytest.MonkeyPatch
):
    v, square = village, village.running.house.square
    id_ = (await send(v, film(seconds=0.5))).json()["id"]
    at_it = asyncio.Event()

    async def paint(*_: object) -> None:
        at_it.set()
        await asyncio.Event().wait()

    with monkeypatch.context() as patch:
        patch.setattr(films, "paint", paint)
        closing = asyncio.create_task(painting.paint_waiting(square))
        await asyncio.wait_for(at_it.wait(), PATIENCE)
        assert not await _free(v)
        closing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await closing
    assert await _free(v)
    assert (await look(v, id_)).status_code == 206
    assert await painting.paint_waiting(square) == 1
    assert (await look(v, id_)).status_code == 200


async def test_what_a_process_held_when_it_was_killed_is_free_after_a_minute(village: Village):
    v, square = village, village.running.house.square
    id_ = (await send(v, film(seconds=0.5))).json()["id"]
    async with square.work.writing() as w:
        assert await store.hold(w, int(id_), v.clock() + painting.HELD)
    assert await painting.paint_waiting(square) == 0
    v.clock.move(2 * MINUTE)
    assert await painting.paint_waiting(square) == 1
    assert (await look(v, id_)).status_code == 200


async def test_a_film_that_cannot_be_painted_is_said_to_have_failed_and_is_swept(village: Village):
    v, square = village, village.running.house.square
    id_ = (await send(v, film())).json()["id"]
    await square.files.put(store.sent_key(int(id_)), film()[:2_000])  # a disk that loses what it keeps
    await painting.paint_waiting(square)
    failed = await look(v, id_)
    assert failed.status_code == 422 and "could not be processed" in failed.json()["error"]
    assert (await v.api(v.asha, "POST", "/api/v1/statuses", status="x", media_ids=[id_])).status_code == 422
    assert kept(v) == set()
    v.clock.move(media.LOOSE_FOR + 1)
    assert await media.sweep(square) == 1
    assert (await look(v, id_)).status_code == 404


async def test_one_that_is_taken_back_while_it_waits_leaves_nothing(village: Village):
    v = village
    id_ = (await send(v, film())).json()["id"]
    assert (await v.api(v.asha, "DELETE", f"/api/v1/media/{id_}")).status_code == 200
    assert await painting.paint_waiting(v.running.house.square) == 0
    await v.settle()
    assert kept(v) == set()


async def test_a_picture_chosen_to_stand_for_it_stands_for_it(village: Village):
    v = village
    sent = (await send(v, film(), version=1, thumbnail=picture(100, 50))).json()
    assert (sent["meta"]["small"]["width"], sent["meta"]["small"]["height"]) == (100, 50)
    before = await v.client.get(sent["preview_url"])
    changed = await v.client.put(
        f"/api/v1/media/{sent['id']}",
        files={"thumbnail": ("t.png", picture(60, 60), "image/png")},
        data={"focus": "-1,1"},
        headers={"authorization": f"Bearer {v.asha.token}"},
    )
    assert changed.json()["meta"]["small"]["size"] == "60x60" and changed.json()["meta"]["focus"] == {
        "x": -1.0,
        "y": 1.0,
    }
    after = await v.client.get(sent["preview_url"], headers={"if-none-match": before.headers["etag"]})
    assert after.status_code == 200 and after.content != before.content


async def test_a_film_is_attached_alone(village: Village):
    v = village
    one = (await send(v, film(), version=1)).json()["id"]
    other = (await send(v, picture(), version=1)).json()["id"]
    both = await v.api(v.asha, "POST", "/api/v1/statuses", status="x", media_ids=[one, other])
    assert both.status_code == 422 and "alone" in both.json()["error"]


async def test_a_film_is_sent_from_the_page_without_a_script(village: Village):
    v = village
    session = {"cookie": f"chaupal={v.asha.cookie}; language=hi"}
    form = await v.client.get("/compose", headers=session)
    assert 'accept="image/*,video/*,audio/*"' in form.text
    csrf = form.text.partition('name="csrf" value="')[2].partition('"')[0]
    done = await v.client.post(
        "/compose",
        data={"csrf": csrf, "text": "देखो", "alt1": "झंडा फहरता है", "key": "k"},
        files={"picture1": ("a.mp4", film(), "video/mp4")},
        headers=session,
    )
    assert done.status_code == 303, done.text
    page = await v.page_as("IN", "/@asha")
    assert "<video" in page and "झंडा फहरता है" in page


async def test_where_there_is_no_ffmpeg_that_is_said(village: Village):
    v, house = village, village.running.house
    assert "video/mp4" in (await v.api(None, "GET", "/api/v2/instance")).text
    without = replace(house.settings, ffmpeg="off")
    assert films.ffmpeg(without) is None and films.ffmpeg(replace(without, ffmpeg="no-such-program")) is None
    with pytest.raises(Invalid, match="takes none"):
        await media.attach(replace(house.square, settings=without), v.asha.viewer, film())
    assert kept(v) == set()


@pytest.mark.parametrize(
    ("setting", "data", "said"),
    [
        ("max_film_bytes", film, "larger"),
        ("max_film_seconds", lambda: film(seconds=3.0), "longer"),
        ("max_film_pixels", film, "pixels"),
    ],
)
async def test_what_is_too_much_is_refused(village: Village, setting: str, data: Any, said: str):
    square = village.running.house.square
    low = load_settings(environ={}, data=square.settings.data, **{setting: {"max_film_seconds": 1}.get(setting, 1_024)})
    with pytest.raises(Invalid, match=said):
        await media.attach(replace(square, settings=low), village.asha.viewer, data())
    assert kept(village) == set()


async def test_a_large_file_is_handed_out_whole_in_pieces_and_in_parts(village: Village):
    v = village
    sent = (await send(v, film(), version=1)).json()
    data = os.urandom(5_300_000)
    await v.running.house.square.files.put(f"media/{sent['id']}/original.mp4", data)
    whole = await v.client.get(sent["url"])
    assert whole.content == data and whole.headers["content-length"] == str(len(data))
    head = await v.client.head(sent["url"])
    assert head.content == b"" and head.headers["content-length"] == str(len(data))
    got, at = b"", 0
    while at < len(data):  # as a browser plays it
        part = await v.client.get(sent["url"], headers={"range": f"bytes={at}-", "if-range": whole.headers["etag"]})
        assert part.status_code == 206 and len(part.content) <= 2_000_000
        got, at = got + part.content, at + len(part.content)
    assert got == data

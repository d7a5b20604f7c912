"""What belongs to others, what is missing and what is forbidden: neither seen, used nor told apart; and what comes too late."""

from urllib.parse import quote

import pytest

from chaupal.kernel.clock import HOUR, StillClock
from clients.images import png
from surfaces.square import Square, check_refused


async def test_anothers_drafts_cannot_be_seen_used_or_changed(square: Square):
    async with square.app("asha") as asha, square.app("binod") as binod:
        draft = (
            await asha.post(
                "/api/v2/media", files={"file": ("a.png", png(), "image/png")}, data={"description": "mine"}
            )
        ).json()
        before = await square.rows()
        check_refused(await binod.get(f"/api/v1/media/{draft['id']}"), 404)
        check_refused(await binod.put(f"/api/v1/media/{draft['id']}", json={"description": "stolen"}), 404)
        check_refused(await binod.delete(f"/api/v1/media/{draft['id']}"), 404)
        check_refused(await binod.post("/api/v1/statuses", json={"status": "x", "media_ids": [draft["id"]]}), 404, 422)
        unknown = await binod.post("/api/v1/statuses", json={"status": "x", "media_ids": [int(draft["id"]) + 1]})
        taken = await binod.post("/api/v1/statuses", json={"status": "x", "media_ids": [draft["id"]]})
        assert (unknown.status_code, unknown.content) == (taken.status_code, taken.content)
        assert await square.rows() == before
        assert (await asha.get(f"/api/v1/media/{draft['id']}")).json()["description"] == "mine"


async def test_a_picture_of_one_post_cannot_be_put_into_another(square: Square):
    async with square.app("asha") as asha:
        media = (await asha.post("/api/v2/media", files={"file": ("a.png", png(), "image/png")})).json()["id"]
        assert (await asha.post("/api/v1/statuses", json={"status": "first", "media_ids": [media]})).status_code == 200
        before = await square.rows()
        check_refused(await asha.post("/api/v1/statuses", json={"status": "second", "media_ids": [media]}), 422)
        check_refused(await asha.put(f"/api/v1/media/{media}", json={"description": "too late"}), 404, 422)
        assert await square.rows() == before


async def test_anothers_posts_and_notices_cannot_be_touched(square: Square):
    async with square.app("asha") as asha, square.app("binod") as binod:
        await binod.post(f"/api/v1/statuses/{square.public}/favourite")
        await square.house.runner.settle()
        notice = (await asha.get("/api/v1/notifications")).json()[0]["id"]
        before = await square.rows()
        check_refused(await binod.delete(f"/api/v1/statuses/{square.public}"), 404)
        check_refused(await binod.get(f"/api/v1/notifications/{notice}"), 404)
        assert (await binod.post(f"/api/v1/notifications/{notice}/dismiss")).status_code in (200, 404)
        assert await square.rows() == before


# --- missing and forbidden look the same -------------------------------------------------------------------------------

LOOKS = [
    ("GET", "/api/v1/statuses/{id}"),
    ("GET", "/api/v1/statuses/{id}/context"),
    ("GET", "/api/v1/statuses/{id}/favourited_by"),
    ("GET", "/api/v1/statuses/{id}/reblogged_by"),
    ("GET", "/api/v1/statuses/{id}/source"),
    ("GET", "/api/v1/statuses?id[]={id}"),
    ("POST", "/api/v1/statuses/{id}/favourite"),
    ("POST", "/api/v1/statuses/{id}/unfavourite"),
    ("POST", "/api/v1/statuses/{id}/reblog"),
    ("POST", "/api/v1/statuses/{id}/unreblog"),
    ("POST", "/api/v1/statuses/{id}/bookmark"),
    ("POST", "/api/v1/statuses/{id}/unbookmark"),
    ("DELETE", "/api/v1/statuses/{id}"),
    ("POST", "/api/v1/statuses?status=x&in_reply_to_id={id}"),
    ("GET", "/api/v2/search?q=" + quote("http://127.0.0.1:8000/@asha/") + "{id}"),
    ("GET", "/@asha/{id}"),
    ("GET", "/@asha/{id}/likes"),
    ("GET", "/@asha/{id}/reposts"),
]


@pytest.mark.parametrize(("method", "path"), LOOKS)
async def test_missing_and_forbidden_look_the_same(square: Square, method: str, path: str):
    unknown = square.secret + 1
    for client in (square.app("binod"), square.app(), square.browser("binod"), square.browser()):
        async with client as asking:
            seen = [await asking.request(method, path.format(id=id_)) for id_ in (square.secret, unknown)]
        forbidden, missing = (
            (a.status_code, a.content.replace(str(i).encode(), b"ID"))
            for a, i in zip(seen, (square.secret, unknown), strict=True)
        )
        assert without_words(forbidden) == without_words(missing), path
        assert "किसी के लिए नहीं" not in seen[0].text


def without_words(seen: tuple[int, bytes]) -> tuple[int, bytes]:
    """A page carries a word against forgery, another for each anonymous visit."""
    status, body = seen
    head, mark, rest = body.partition(b'name="csrf" value="')
    while mark:
        head, _, rest = head + mark, *rest.partition(b'"')[1:]
        more, mark, rest = rest.partition(b'name="csrf" value="')
        head += more
    return status, head


# --- again, and too late -----------------------------------------------------------------------------------------------


async def test_a_key_is_remembered_for_an_hour(square: Square, clock: StillClock):
    async with square.app("asha") as asha:

        async def say() -> str:
            return (
                await asha.post("/api/v1/statuses", json={"status": "again"}, headers={"idempotency-key": "k"})
            ).json()["id"]

        first = await say()
        clock.move(HOUR - 1)
        assert await say() == first
        clock.move(2)
        assert await say() != first

"""The files of pictures over HTTP: what an order does to addresses that were given out before it, and to browsers' copies."""

import io
from typing import Any

import httpx2
import pytest
from PIL import Image

from chaupal.policy.facts import FROM_WIRE, Visibility
from village import Village, Villager


def png(width: int = 90, height: int = 60) -> bytes:
    file = io.BytesIO()
    Image.effect_noise((width, height), 50).save(file, "PNG")
    return file.getvalue()


async def api(village: Village, who: Villager, method: str, path: str, **more: Any) -> httpx2.Response:
    return await village.client.request(method, path, headers={"authorization": f"Bearer {who.token}"}, **more)


async def ask(
    village: Village, url: str, country: str, method: str = "GET", who: Villager | None = None, **headers: str
) -> httpx2.Response:
    """As a browser asks for a picture: no token; a cookie where somebody is signed in."""
    session = f"; chaupal={who.cookie}" if who else ""
    return await village.client.request(method, url, headers={"cookie": f"look_as={country}{session}"} | headers)


async def shows(village: Village, who: Villager, text: str = "देखो", **draft: Any) -> dict[str, Any]:
    """A post with a picture, as its author's app sees it."""
    sent = await api(
        village, who, "POST", "/api/v2/media", files={"file": ("a.png", png())}, data={"description": "एक पेड़"}
    )
    assert sent.status_code == 200, sent.text
    post = await village.says(who, text, pictures=[int(sent.json()["id"])], **draft)
    return (await api(village, who, "GET", f"/api/v1/statuses/{post.id}")).json()


async def test_the_entity_is_complete_and_its_addresses_work(village: Village):
    status = await shows(village, village.asha)
    (media,) = status["media_attachments"]
    assert set(media) == {
        "id",
        "type",
        "url",
        "preview_url",
        "remote_url",
        "preview_remote_url",
        "meta",
        "description",
        "blurhash",
    }
    assert (media["type"], media["description"], len(media["blurhash"])) == ("image", "एक पेड़", 28)
    assert media["meta"]["original"] == {"width": 90, "height": 60, "size": "90x60", "aspect": 1.5}
    for url, kind in ((media["url"], "PNG"), (media["preview_url"], "WEBP")):
        answer = await ask(village, url, "DE")
        assert (answer.status_code, answer.headers["content-type"]) == (200, f"image/{kind.lower()}")
        assert Image.open(io.BytesIO(answer.content)).format == kind
        assert answer.headers["cache-control"] == "private, no-cache"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["access-control-allow-origin"] == "*"
        assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("visibility", ["public", "private"])
@pytest.mark.parametrize("what", ["post", "account"])
async def test_addresses_given_out_before_the_order_stop_working_there_and_only_there(
    village: Village, visibility: str, what: str
):
    asha, court = village.asha, {"by": village.chitra, "second": village.dev}
    # The address of what is for a few is of whoever it was written for; its author sees their own, so a follower's is tried.
    await village.api(village.meera, "POST", f"/api/v1/accounts/{asha.id}/follow")
    status = await shows(village, asha, visibility=FROM_WIRE[visibility])
    (media,) = (await village.api(village.meera, "GET", f"/api/v1/statuses/{status['id']}")).json()["media_attachments"]
    urls = [media["url"], media["preview_url"]]
    marks = [(await ask(village, url, "IN")).headers["etag"] for url in urls]
    ref = await (
        village.withhold(post=asha.latest, **court) if what == "post" else village.withhold_account(asha, **court)
    )
    for url, mark in zip(urls, marks, strict=True):
        for method, headers in (
            ("GET", {}),
            ("HEAD", {}),
            ("GET", {"range": "bytes=0-9"}),
            ("GET", {"if-none-match": mark}),
            ("GET", {"if-none-match": "*"}),
        ):
            answer = await ask(village, url, "IN", method, **headers)
            assert answer.status_code == 451, (method, headers)
            assert answer.headers["cache-control"] == "private, no-store"
            assert answer.headers["link"] == f'<http://127.0.0.1:8000/orders/{ref}>; rel="blocked-by"'
            assert "etag" not in answer.headers
            assert b"PNG" not in answer.content
        assert (await ask(village, url, "DE")).status_code == 200
        assert (await ask(village, url, "IN", who=asha)).status_code == 200
        assert (await ask(village, url, "IN", who=village.ravi)).status_code == 451
    await village.lift(ref, by=village.chitra)
    assert [(await ask(village, url, "IN")).status_code for url in urls] == [200, 200]


async def test_a_browsers_copy_is_good_until_it_is_ruled_on_and_tells_of_no_other_ruling(village: Village):
    status = await shows(village, village.asha)
    url = status["media_attachments"][0]["url"]
    mark = (await ask(village, url, "DE")).headers["etag"]
    for given in (mark, f'"x", {mark}', f"W/{mark}"):
        kept = await ask(village, url, "DE", **{"if-none-match": given})
        assert (kept.status_code, kept.content, kept.headers["etag"]) == (304, b"", mark)
    await village.withhold(post=village.ravi.latest, by=village.chitra, second=village.dev)
    assert (await ask(village, url, "DE", **{"if-none-match": mark})).status_code == 304
    await village.withhold(post=village.asha.latest, by=village.chitra, second=village.dev)
    assert (await ask(village, url, "IN", **{"if-none-match": mark})).status_code == 451


async def test_head_and_range_are_answered_as_get(village: Village):
    status = await shows(village, village.asha)
    url = status["media_attachments"][0]["url"]
    whole = await ask(village, url, "DE")
    head = await ask(village, url, "DE", "HEAD")
    assert (head.status_code, head.content, head.headers) == (200, b"", whole.headers)
    part = await ask(village, url, "DE", range="bytes=0-9")
    assert (part.status_code, part.content) == (206, whole.content[:10])
    assert part.headers["cache-control"] == whole.headers["cache-control"]


async def test_without_its_key_a_private_picture_looks_like_none(village: Village):
    status = await shows(village, village.asha, visibility=Visibility.PRIVATE)
    url = status["media_attachments"][0]["url"]
    bare = url.partition("?")[0]
    missing = bare.replace(status["media_attachments"][0]["id"], "42")
    for wrong in ("", "?k=", "?k=guess", "?k[]=x", "?k=%00", "?k=%ff"):
        answer, none = await ask(village, bare + wrong, "DE"), await ask(village, missing + wrong, "DE")
        assert answer.status_code == none.status_code == (422 if wrong in ("?k[]=x", "?k=%00") else 404)
        assert answer.headers["cache-control"] == none.headers["cache-control"] == "private, no-store"
    assert (await ask(village, bare, "DE", who=village.ravi)).status_code == 200  # follows asha
    assert (await ask(village, bare, "DE", who=village.dev)).status_code == 404
    assert (await ask(village, url, "DE")).status_code == 200


NO_FILES = [
    "0/original",
    "x/small",
    "99999999999999999999/small",
    "1/huge",
    "1/small%00",
    "-1/small",
    "portraits/1/x.webp",
    "portraits/x/y",
    "portraits/1/..%2f..%2fchaupal.db",
]


@pytest.mark.parametrize("path", NO_FILES)
async def test_what_is_no_file_is_not_found(village: Village, path: str):
    answer = await ask(village, f"/media/{path}", "DE")
    assert 400 <= answer.status_code < 500
    assert answer.headers["cache-control"] == "private, no-store"


async def test_an_avatar_goes_with_its_account(village: Village):
    asha = village.asha
    me = (
        await api(
            village,
            asha,
            "PATCH",
            "/api/v1/accounts/update_credentials",
            files={"avatar": ("a.png", png()), "header": ("h.png", png())},
        )
    ).json()
    await village.settle()
    url = me["avatar"]
    assert Image.open(io.BytesIO((await ask(village, url, "IN")).content)).size == (400, 400)
    # Beside posts it stands small, and no address that shows it is judged less.
    small = f"{url}?small=1"
    assert (
        small.removeprefix(village.running.house.settings.origin) in (await ask(village, asha.latest.path, "IN")).text
    )
    answer = await ask(village, small, "IN")
    assert Image.open(io.BytesIO(answer.content)).size == (132, 132)
    for large in (f"{url}?small=0", f"{me['header']}?small=1"):
        assert Image.open(io.BytesIO((await ask(village, large, "IN")).content)).width >= 400
    assert (await ask(village, small, "IN")).content == answer.content
    again = await village.client.get(small, headers={"cookie": "look_as=IN", "if-none-match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    await village.withhold_account(asha, by=village.chitra, second=village.dev)
    for address in (url, small):
        assert (await ask(village, address, "IN")).status_code == 451
    assert (await ask(village, url, "DE")).status_code == 200
    seen = (await village.client.get(f"/api/v1/accounts/{asha.id}", headers={"cookie": "look_as=IN"})).json()
    assert url not in str(seen)


async def test_an_old_avatar_is_gone_when_a_new_one_is_there(village: Village):
    urls: list[str] = []
    for _ in range(2):
        answer = await api(
            village, village.asha, "PATCH", "/api/v1/accounts/update_credentials", files={"avatar": ("a.png", png())}
        )
        urls.append(answer.json()["avatar"])
    assert [(await ask(village, url, "DE")).status_code for url in urls] == [404, 200]

"""What withholding a picture does, line by line: each test is a sentence of the checklist (governance, 10.1, 18-22)."""

import html
from typing import Any

import httpx2
import pytest
from sqlalchemy import text

import measures
from chaupal.http.asgi_scope import DROP
from chaupal.kernel.clock import DAY
from chaupal.policy.measures import Measure
from chaupal.reads.posts import media as looked
from chaupal.social.media import contents, media
from chaupal.social.people import graph
from chaupal.store.machine.dialect import statement
from films import film, films_are_painted_once, sound  # noqa: F401 - fixture
from painted import picture
from village import Village, VillagePost, Villager

WORDS = "खेत में ट्रैक्टर"
ALT = "बुलबुलचित्र"
METHODS = (
    ("GET", {}),
    ("HEAD", {}),
    ("GET", {"range": "bytes=0-9"}),
    ("HEAD", {"range": "bytes=0-9"}),
    ("GET", {"if-none-match": "*"}),
)


@pytest.fixture
async def shown(village: Village) -> dict[str, Any]:
    """A post with a picture, as everybody reads it before anything is decided."""
    return await _post(village, village.asha, ALT)


async def _post(v: Village, who: Villager, *alts: str) -> dict[str, Any]:
    square = v.running.house.square
    sizes = enumerate(alts)  # not the same picture twice: that would be withheld twice
    photos = [await media.attach(square, who.viewer, picture(64 + 8 * n), description=alt) for n, alt in sizes]
    said = await v.says(who, WORDS, pictures=photos, language="hi")
    await v.api(v.ravi, "POST", f"/api/v1/statuses/{said.id}/reblog")
    await v.settle()
    return await _status(v, "IN", said.id)


async def _status(v: Village, country: str, id_: int | str, who: Villager | None = None) -> dict[str, Any]:
    return (await v.api(who, "GET", f"/api/v1/statuses/{id_}", country)).json()


async def withhold(v: Village, status: dict[str, Any], which: int = 0, **more: Any) -> int:
    return await measures.begin(v, Measure.WITHHOLD_MEDIA, int(status["media_attachments"][which]["id"]), **more)


async def ask(v: Village, url: str, country: str, method: str = "GET", **headers: str) -> httpx2.Response:
    """A file's address, asked for without a token as apps do."""
    path = url.removeprefix(v.running.house.settings.origin)
    return await v.client.request(method, path, headers={"cookie": f"look_as={country}", **headers})


# --- 18 ---


async def test_m_only_text_shown_media_placeholder_alt_text_blurhash_file_name_size_hidden(
    village: Village, shown: dict[str, Any]
):
    v, (attached,) = village, shown["media_attachments"]
    await withhold(v, shown)
    here = await _status(v, "IN", shown["id"])
    assert WORDS in here["content"] and here["media_attachments"] == []
    assert here["withheld_scope"] == "media" and here["withheld_in_countries"] == ["IN"]
    assert "CH-2021-0007" in here["withheld_text"] and "चित्र" in here["withheld_text"]
    page = await v.page_as("IN", f"/@asha/{shown['id']}")
    assert WORDS in page and here["withheld_text"] in page
    # Its number is what the log says of a measure that everybody sees: the proof beside it names it, and nothing else does.
    proof = f'data-subject="{attached["id"]}"'
    assert page.count(proof) == 1
    page = page.replace(proof, "")
    for hidden in (ALT, attached["blurhash"], attached["id"], attached["meta"]["original"]["size"]):
        assert hidden not in str(here) and hidden not in page
    assert (await _status(v, "DE", shown["id"]))["media_attachments"] == [attached]
    assert ALT in await v.page_as("DE", f"/@asha/{shown['id']}")


async def test_m_is_hidden_in_lists_and_in_reposts_too(village: Village, shown: dict[str, Any]):
    v, (attached,) = village, shown["media_attachments"]
    await withhold(v, shown)
    for path in ("/api/v1/timelines/home", "/api/v1/timelines/public", f"/api/v1/accounts/{v.ravi.id}/statuses"):
        there = await v.api(v.meera, "GET", path)
        assert WORDS in there.text and ALT not in there.text and attached["id"] not in there.text, path
    found = (await v.api(v.meera, "GET", f"/api/v1/accounts/{v.ravi.id}/statuses")).json()
    carried = next(one["reblog"] for one in found if one["reblog"])
    assert carried["withheld_scope"] == "media" and carried["media_attachments"] == []


async def test_the_author_and_staff_see_the_picture_with_a_banner(village: Village, shown: dict[str, Any]):
    await withhold(village, shown)
    for who in (village.asha, village.chitra):
        seen = await _status(village, "IN", shown["id"], who)
        assert len(seen["media_attachments"]) == 1 and "CH-2021-0007" in seen["withheld_banner"], who.handle


async def test_of_two_pictures_only_the_one_that_is_named_is_withheld(village: Village):
    v = village
    both = await _post(v, v.asha, ALT, "दूसरा चित्र")
    await withhold(v, both, 0)
    here = await _status(v, "IN", both["id"])
    assert [one["description"] for one in here["media_attachments"]] == ["दूसरा चित्र"]
    assert (await ask(v, both["media_attachments"][1]["url"], "IN")).status_code == 200
    second = await withhold(v, both, 1)
    assert (await _status(v, "IN", both["id"]))["media_attachments"] == []
    await measures.lift(v, second)
    assert len((await _status(v, "IN", both["id"]))["media_attachments"]) == 1


# --- 19, 20, 21 ---


@pytest.mark.parametrize("rendition", ["url", "preview_url"])
@pytest.mark.parametrize(("method", "headers"), METHODS)
async def test_direct_media_url_all_renditions_and_the_original_return_451_in_in_head_and_range_as_get(
    village: Village, shown: dict[str, Any], rendition: str, method: str, headers: dict[str, str]
):
    v, url = village, shown["media_attachments"][0][rendition]
    before = await ask(v, url, "IN", method, **headers)
    assert before.status_code in (200, 206, 304)
    ruling = await withhold(v, shown)
    for address in (url, url.partition("?")[0]):  # with the key that apps were given, and as pages have it
        here = await ask(v, address, "IN", method, **headers)
        assert here.status_code == 451
        assert here.headers["cache-control"] == "private, no-store" and "etag" not in here.headers
        assert here.headers["link"].endswith('/orders/CH-2021-0007>; rel="blocked-by"')
        assert not here.headers["content-type"].startswith("image/")
        assert (await ask(v, address, "DE", method, **headers)).status_code == before.status_code
    await measures.lift(v, ruling)
    assert (await ask(v, url, "IN", method, **headers)).status_code in (200, 206, 304)


async def test_signed_media_urls_issued_before_the_order_stop_working_in_in(village: Village, shown: dict[str, Any]):
    url = shown["media_attachments"][0]["url"]
    mark = (await ask(village, url, "IN")).headers["etag"]
    await withhold(village, shown)
    again = await ask(village, url, "IN", **{"if-none-match": mark})
    assert again.status_code == 451 and "etag" not in again.headers


async def test_a_gagged_order_answers_451_and_names_nobody(village: Village, shown: dict[str, Any]):
    await withhold(village, shown, neutral=True)
    here = await ask(village, shown["media_attachments"][0]["url"], "IN")
    assert here.status_code == 451 and here.headers["link"].endswith('/about#withheld>; rel="blocked-by"')
    assert "CH-2021-0007" not in here.text and "मंत्रालय" not in here.text and "Ministry" not in here.text
    assert "आदेश देखें" not in here.text
    status = await _status(village, "IN", shown["id"])
    assert "CH-2021-0007" not in str(status) and "Ministry" not in str(status) and status["withheld_text"]


async def test_a_film_and_a_sound_return_451_in_in_whole_in_part_and_by_their_posters(village: Village):
    v, square = village, village.running.house.square
    for data in (film(), sound()):
        attached = await media.attach(square, v.asha.viewer, data, description=ALT)
        status = await _status(v, "DE", (await v.says(v.asha, WORDS, pictures=[attached])).id)
        (shown,) = status["media_attachments"]
        ruling = await withhold(v, status)
        for address in (shown["url"], shown["preview_url"], shown["url"].partition("?")[0]):
            for method, headers in METHODS:
                assert (await ask(v, address, "IN", method, **headers)).status_code == 451, (address, method, headers)
                assert (await ask(v, address, "DE", method, **headers)).status_code in (200, 206, 304)
        here = await _status(v, "IN", status["id"])
        assert here["media_attachments"] == [] and "length" not in str(here["media_attachments"])
        page = await v.page_as("IN", f"/@asha/{status['id']}")
        assert WORDS in page and ALT not in page and "<video" not in page and "<audio" not in page
        await measures.lift(v, ruling)


async def test_a_film_that_is_playing_stops_where_it_is_withheld(village: Village):
    """It is asked for in parts, and each part is judged."""
    v, square = village, village.running.house.square
    attached = await media.attach(square, v.asha.viewer, film(), description=ALT)
    status = await _status(v, "DE", (await v.says(v.asha, WORDS, pictures=[attached])).id)
    url = status["media_attachments"][0]["url"]
    assert (await ask(v, url, "IN", range="bytes=0-99")).status_code == 206
    await withhold(v, status)
    assert (await ask(v, url, "IN", range="bytes=100-199")).status_code == 451


# --- 22 ---


async def test_identical_media_by_others_is_not_withheld_unless_listed(village: Village, shown: dict[str, Any]):
    other = await _post(village, village.meera, ALT)
    await withhold(village, shown)
    assert len((await _status(village, "IN", other["id"]))["media_attachments"]) == 1
    assert (await ask(village, other["media_attachments"][0]["url"], "IN")).status_code == 200


# --- 46 ---


async def test_oembed_embed_iframe_no_text_for_in_by_the_readers_country_and_not_kept(village: Village):
    v, alt = village, "बुलबुलफ़्रेम"
    photo = await media.attach(v.running.house.square, v.asha.viewer, picture(), description=alt)
    said = await v.says(v.asha, WORDS, pictures=[photo])
    url = f"{v.running.house.settings.origin}{said.path}"
    # Another site is given the address of the post, and finds there where to ask (oembed.com, "Discovery").
    said_there = html.unescape((await v.look("IN", said)).text)
    asked = said_there.partition('type="application/json+oembed" href="')[2].partition('"')[0]
    told = (await v.api(None, "GET", asked.removeprefix(v.running.house.settings.origin))).json()
    assert (told["type"], told["version"], told["cache_age"], told["author_name"]) == ("rich", "1.0", 0, "आशा देवी")
    assert f'src="{v.running.house.settings.origin}{said.path}/embed"' in told["html"] and WORDS not in str(told)
    framed = await v.look("IN", f"{said.path}/embed")
    assert framed.status_code == 200 and WORDS in framed.text and alt in framed.text
    assert (
        "x-frame-options" not in framed.headers and "frame-ancestors" not in framed.headers["content-security-policy"]
    )
    assert "set-cookie" not in framed.headers and "<form" not in framed.text
    ref = await v.withhold(post=said, by=v.chitra, second=v.dev)
    for who in (None, v.asha):  # its author is a stranger in a frame
        here = await v.look("IN", f"{said.path}/embed", who)
        assert here.status_code == 451 and 'rel="blocked-by"' in here.headers["link"]
        assert (WORDS not in here.text and alt not in here.text and "CH-2021" in here.text) or ref in here.text
        assert here.headers["cache-control"] == "private, no-store"
    assert "json+oembed" not in (await v.look("IN", said)).text
    assert (await v.api(None, "GET", "/api/oembed", url=url)).status_code == 451
    assert (await v.api(None, "GET", "/api/oembed", "DE", url=url)).status_code == 200
    assert WORDS in (await v.look("DE", f"{said.path}/embed")).text
    await v.withhold_account(v.asha, by=v.chitra, second=v.dev)
    assert "आशा देवी" not in (await v.api(None, "GET", "/api/oembed", url=url)).text


@pytest.mark.parametrize("visibility", [2, 3])
async def test_what_is_not_for_everybody_is_in_no_frame(village: Village, visibility: int):
    v = village
    said = await v.says(v.asha, f"@ravi {WORDS}", visibility=visibility)
    for who in (None, v.ravi, v.asha):
        assert (await v.look("IN", f"{said.path}/embed", who)).status_code == 404
        url = f"{v.running.house.settings.origin}{said.path}"
        assert (await v.api(who, "GET", "/api/oembed", url=url)).status_code == 404


async def test_a_frame_shows_no_quote_that_its_reader_does_not_get_elsewhere(village: Village):
    """A blocker's, and one that is withheld where the reader is."""
    v = village
    quoted = await v.says(v.asha, WORDS)
    around = await v.says(v.ravi, "इसे देखिए", quoting=quoted.id)
    frame = f"{around.path}/embed"
    for who in (None, v.karl, v.meera):
        assert WORDS in (await v.look("IN", frame, who)).text
    await graph.block(v.running.house.square, v.asha.viewer, v.karl.id)
    await v.settle()
    theirs = await v.look("IN", frame, v.karl)
    assert theirs.status_code == 200 and "इसे देखिए" in theirs.text and WORDS not in theirs.text
    assert quoted.path not in theirs.text and "आशा देवी" not in theirs.text
    assert WORDS in (await v.look("IN", frame)).text, "whoever does not say who they are is a stranger"
    own = f"{v.running.house.settings.origin}{quoted.path}"
    assert (await v.look("IN", f"{quoted.path}/embed", v.karl)).status_code == 404
    assert (await v.api(v.karl, "GET", "/api/oembed", url=own)).status_code == 404
    ref = await v.withhold(post=quoted, by=v.chitra, second=v.dev)
    for who in (None, v.meera, v.asha, v.ravi, v.karl):
        here = await v.look("IN", frame, who)
        assert here.status_code == 200 and WORDS not in here.text, who
        assert (
            WORDS
            not in (await v.api(who, "GET", "/api/oembed", url=f"{v.running.house.settings.origin}{around.path}")).text
        )
    assert WORDS in (await v.look("DE", frame)).text and WORDS not in (await v.look("DE", frame, v.karl)).text
    await v.lift(ref, by=v.dev)
    assert WORDS in (await v.look("IN", frame)).text
    await v.withhold(post=around, by=v.chitra, second=v.dev)
    for who in (None, v.ravi):
        gone = await v.look("IN", frame, who)
        assert gone.status_code == 451 and WORDS not in gone.text and "इसे देखिए" not in gone.text


async def test_a_quote_of_what_is_for_followers_is_in_no_frame(village: Village):
    v = village
    private = await v.says(v.asha, WORDS, visibility=2)
    own = await v.says(v.asha, "फिर से", quoting=private.id)
    for who in (None, v.asha, v.ravi):
        assert (await v.look("IN", f"{own.path}/embed", who)).status_code == 404


@pytest.mark.parametrize(
    "url", ["", "x", "https://other.example/@asha/1", "/@asha/1", "/@asha", "/orders", "//x/@asha/1"]
)
async def test_oembed_of_what_is_no_post_is_not_there(village: Village, url: str):
    origin = village.running.house.settings.origin
    for asked in (url, origin + url):
        assert (await village.api(None, "GET", "/api/oembed", url=asked)).status_code == 404


# --- long answers ---


async def taken(v: Village, path: str, after_first: Any, **headers: str) -> tuple[int, int, bool]:
    """(status, bytes that came, whether the connection was cut) of a download during which something happens."""
    came, cut = [0, 0], [False]
    where, _, query = path.partition("?")

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(sent: Any) -> None:
        if sent["type"] == "http.response.start":
            came[0] = sent["status"]
        else:
            first = not came[1]
            came[1] += len(sent.get("body", b""))
            if first:
                await after_first()

    def drop() -> None:
        cut[0] = True

    scope: dict[str, Any] = {
        "type": "http",
        "method": "GET",
        "path": where,
        "query_string": query.encode(),
        "client": ("127.0.0.1", 1),
        "headers": [(b"cookie", b"look_as=IN"), *((k.encode(), w.encode()) for k, w in headers.items())],
        "extensions": {DROP: {"drop": drop}},
    }
    await v.running.app(scope, receive, send)
    return came[0], came[1], cut[0]


LONG, PART = 3_500_000, 1_000_000


@pytest.mark.parametrize(
    ("asked", "status", "length"), [({}, 200, LONG), ({"range": "bytes=0-1999999"}, 206, 2_000_000)]
)
async def test_a_download_under_way_ends_with_the_order_within_a_megabyte(
    village: Village, shown: dict[str, Any], asked: dict[str, str], status: int, length: int
):
    v, attached = village, shown["media_attachments"][0]
    original = f"media/{attached['id']}/original"
    (key,) = [key async for key in v.running.house.reads.files.every() if key.startswith(original)]
    await v.running.house.reads.files.put(key, b"x" * LONG)
    path = attached["url"].removeprefix(v.running.house.settings.origin)

    async def nothing() -> None: ...

    async def order() -> None:
        await withhold(v, shown)

    assert await taken(v, path, nothing, **asked) == (status, length, False)
    assert await taken(v, path, order, **asked) == (status, PART, True)
    assert (await ask(v, attached["url"], "IN")).status_code == 451
    assert len((await ask(v, attached["url"], "DE")).content) == LONG


async def test_what_goes_out_in_pieces_is_judged_anew_before_each_but_the_first(village: Village):
    v = village
    asked: list[int] = []

    async def again() -> None:
        asked.append(1)

    await v.running.house.reads.files.put("media/1/original.jpg", b"x" * LONG)
    file = looked.MediaFile("media/1/original.jpg", "image/jpeg", "", again)
    pieces = [len(piece) async for piece in looked.pieces(v.running.house.reads, file, 0, LONG)]
    assert pieces == [PART, PART, PART, LONG - 3 * PART] and len(asked) == 3


# --- 74 ---


async def shows(v: Village, post: VillagePost, country: str) -> tuple[int, set[int]]:
    """How many pictures of a post are shown somewhere, and how its files answer there."""
    here, elsewhere = await _status(v, country, post.id), await _status(v, "DE", post.id)
    files = {(await ask(v, one["url"], country)).status_code for one in elsewhere["media_attachments"]}
    return len(here["media_attachments"]), files


GONE, THERE = (0, {451}), (1, {200})


@pytest.mark.parametrize("measure", [Measure.WITHHOLD_MEDIA, Measure.WITHHOLD_POST])
async def test_a_withheld_picture_stays_withheld_wherever_its_owner_uses_it(village: Village, measure: Measure):
    """Before and after the ruling, uploaded anew, or downloaded and uploaded; and is back with all its uses when it is lifted."""
    v, square, data = village, village.running.house.square, picture()

    async def posts_it(who: Villager, sent: bytes) -> VillagePost:
        return await v.says(who, WORDS, pictures=[await media.attach(square, who.viewer, sent)])

    before, named = await posts_it(v.asha, data), await posts_it(v.asha, data)
    attached = (await _status(v, "DE", named.id))["media_attachments"][0]
    subject = int(attached["id"]) if measure is Measure.WITHHOLD_MEDIA else named.id
    ruling = await measures.begin(v, measure, subject)
    kept = (await ask(v, attached["url"], "DE")).content
    uses = [before, await posts_it(v.asha, data), await posts_it(v.asha, kept)]
    other, another = await posts_it(v.meera, data), await posts_it(v.asha, picture(80, 60))
    for post in uses:
        assert await shows(v, post, "IN") == GONE
        here = await _status(v, "IN", post.id)
        assert (
            WORDS in here["content"] and here["withheld_scope"] == "media" and here["withheld_in_countries"] == ["IN"]
        )
        assert (await shows(v, post, "DE")) == THERE
        assert (await _status(v, "IN", post.id, v.asha))["media_attachments"], "their author sees them, and is told"
    for post in (other, another):
        assert await shows(v, post, "IN") == THERE
    await measures.lift(v, ruling)
    for post in uses:
        assert await shows(v, post, "IN") == THERE


@pytest.mark.parametrize("measure", [Measure.WITHHOLD_MEDIA, Measure.WITHHOLD_POST])
async def test_what_was_taken_in_before_digests_were_kept_is_known_once_they_are(village: Village, measure: Measure):
    """As a migration leaves old uploads: each known by its row alone. One walk in the background, and the law holds for all."""
    v, square, data = village, village.running.house.square, picture()
    old = [await v.says(v.asha, WORDS, pictures=[await media.attach(square, v.asha.viewer, data)]) for _ in range(2)]
    other = await v.says(v.meera, WORDS, pictures=[await media.attach(square, v.meera.viewer, data)])
    before = "DELETE FROM media_contents", "DELETE FROM media_uses", "UPDATE media SET root = 0"
    async with square.work.writing() as w:
        for line in (
            *before,
            "INSERT INTO media_uses (post_id, root) SELECT post_id, id FROM media WHERE post_id IS NOT NULL",
        ):
            await w.run(statement(text(line)))
    square.work.memory.forget_all()
    named = old[1]
    subject = int((await _status(v, "DE", named.id))["media_attachments"][0]["id"])
    ruling = await measures.begin(v, measure, subject if measure is Measure.WITHHOLD_MEDIA else named.id)
    assert await shows(v, old[0], "IN") == THERE, "nobody knows yet that it is the same picture"
    walk = contents.Walk(square)
    assert await walk.step() == 3 and walk.done and await walk.step() == 0
    assert await contents.Walk(square).step() == 0, "once is enough"
    anew = await v.says(v.asha, WORDS, pictures=[await media.attach(square, v.asha.viewer, data)])
    for post in (*old, anew):
        assert await shows(v, post, "IN") == GONE and await shows(v, post, "DE") == THERE
    assert await shows(v, other, "IN") == THERE, "somebody else's"
    await measures.lift(v, ruling)
    for post in (*old, anew):
        assert await shows(v, post, "IN") == THERE


async def test_the_picture_of_a_withheld_post_is_not_opened_by_writing_the_post_anew(village: Village):
    """Deleted and written again with the same upload, twice; and taken up a day later, when nothing of it was left but the ruling."""
    v, square = village, village.running.house.square
    data = picture()
    upload = await media.attach(square, v.asha.viewer, data)
    said = await v.says(v.asha, WORDS, pictures=[upload])
    await measures.begin(v, Measure.WITHHOLD_POST, said.id)
    for _ in range(2):
        await v.api(v.asha, "DELETE", f"/api/v1/statuses/{said.id}")
        said = await v.says(v.asha, WORDS, pictures=[upload])
        assert await shows(v, said, "IN") == GONE
    await v.api(v.asha, "DELETE", f"/api/v1/statuses/{said.id}")
    v.clock.move(3 * DAY)
    assert await media.sweep(square) == 1
    anew = await v.says(v.asha, WORDS, pictures=[await media.attach(square, v.asha.viewer, data)])
    assert await shows(v, anew, "IN") == GONE and await shows(v, anew, "DE") == THERE


async def test_what_an_edit_adds_to_a_withheld_post_is_withheld_with_it_elsewhere_too(village: Village):
    v, square, data = village, village.running.house.square, picture()
    other = await v.says(v.asha, WORDS, pictures=[await media.attach(square, v.asha.viewer, data)])
    named = await v.says(v.asha, WORDS)
    await measures.begin(v, Measure.WITHHOLD_POST, named.id)
    assert await shows(v, other, "IN") == THERE
    added = await media.attach(square, v.asha.viewer, data)
    answer = await v.api(v.asha, "PUT", f"/api/v1/statuses/{named.id}", status=WORDS, media_ids=[str(added)])
    assert answer.status_code == 200
    assert await shows(v, other, "IN") == GONE


async def test_what_an_upload_was_known_by_is_forgotten_with_it(village: Village):
    v, square, data = village, village.running.house.square, picture()
    upload = await media.attach(square, v.asha.viewer, data)
    await media.withdraw(square, v.asha.viewer, upload)
    async with square.work.reading() as reading:
        assert list(await reading.fetch(statement(text("SELECT * FROM media_contents")))) == []

"""Pages of people of other servers, their posts in threads and lists, and the ways between servers."""

import msgspec
import pytest

from chaupal.kernel.settings import Settings
from chaupal.social.context import FoundElsewhere
from faraway import AskedOfOthers, answering, comes, says
from remotes import federating
from village import Village


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return federating(settings)


async def test_a_profile_of_another_server_says_where_it_is_and_that_it_is_only_a_part(village: Village):
    v = village
    gita = await comes(v)
    said = await says(v, gita)
    answer = await v.look("IN", "/@gita@other.example", v.asha)
    assert answer.status_code == 200
    page = answer.text
    assert f'href="{gita.url}"' in page and "<bdi>other.example</bdi> से" in page and "यहाँ आया है" in page
    assert said.text in page and 'name="robots" content="noindex"' in page
    assert "feed.atom" not in page and 'rel="canonical"' not in page and "og:title" not in page
    assert (await v.look("IN", "/@Gita@OTHER.example")).headers["location"] == "/@gita@other.example"
    assert (await v.look("IN", "/@nobody@other.example")).status_code == 404


async def test_an_own_handle_with_the_name_of_this_server_leads_to_the_profile(village: Village):
    v = village
    answer = await v.look("IN", f"/@asha@{v.running.house.settings.domain}")
    assert (answer.status_code, answer.headers["location"]) == (303, "/@asha")


async def test_a_post_of_another_server_stands_in_its_thread_with_the_way_to_it_there(village: Village):
    v = village
    gita = await comes(v)
    answer = await says(
        v, gita, "I read you over here.", reply_to=v.asha.latest.id, reply_to_account=v.asha.id, root=v.asha.latest.id
    )
    page = await v.page_as("IN", v.asha.latest)
    assert answer.text in page and "@gita@other.example" in page
    own = (await v.look("IN", f"{gita.path}/{answer.id}")).text
    assert f'href="{answer.url}"' in own and "noindex" in own and "og:title" not in own
    assert v.asha.latest.text.split()[0] in own
    assert (await v.look("IN", f"{gita.path}/{answer.id}/embed")).status_code == 404


async def test_no_feed_and_no_frame_is_made_of_what_other_servers_tell_themselves(village: Village):
    v = village
    gita = await comes(v)
    said = await says(v, gita, "#harvest there", tags=("harvest",))
    assert (await v.look("IN", f"{gita.path}/feed.atom")).status_code == 404
    assert said.text not in (await v.look("IN", "/tags/harvest/feed.atom")).text
    origin = v.running.house.settings.origin
    assert (await v.api(None, "GET", "/api/oembed", url=f"{origin}{gita.path}/{said.id}")).status_code == 404
    found = await v.api(None, "GET", "/.well-known/webfinger", resource="acct:gita@other.example")
    assert found.status_code == 404


async def test_the_square_is_this_servers_own_and_everywhere_is_beside_it(village: Village):
    v = village
    gita = await comes(v)
    said = await says(v, gita)
    here, everywhere = await v.page_as("IN", "/public?all=1"), await v.page_as("IN", "/everywhere?all=1")
    assert said.text not in here and 'href="/everywhere"' in here
    assert said.text in everywhere and v.asha.latest.text.split()[0] in everywhere
    assert said.text in await v.page_as("IN", "/everywhere/en") and said.text not in await v.page_as(
        "IN", "/everywhere/hi"
    )
    assert said.text not in await v.page_as("IN", "/")


async def test_without_other_servers_there_is_no_everywhere(village: Village):
    v = village
    msgspec.structs.force_setattr(
        v.running.house, "settings", msgspec.structs.replace(v.running.house.settings, federation="off")
    )
    assert (await v.look("IN", "/everywhere")).status_code == 404
    assert "/everywhere" not in await v.page_as("IN", "/public")
    assert (await v.look("IN", "/@asha/follow")).status_code == 404
    assert 'href="/@asha/follow"' not in await v.page_as("IN", "/@asha")


# --- between servers ---


@pytest.fixture
def asked(village: Village) -> AskedOfOthers:
    return answering(village)


async def test_a_stranger_follows_from_their_own_server(village: Village, asked: AskedOfOthers):
    v = village
    assert 'href="/@asha/follow"' in await v.page_as("IN", "/@asha")
    form = await v.look("IN", "/@asha/follow")
    assert form.status_code == 200 and "@asha" in form.text
    asked.templates["sunil@third.example"] = "https://third.example/authorize_interaction?uri={uri}"
    way = await sent(v, "@Sunil@Third.example")
    domain = v.running.house.settings.domain.replace(":", "%3A")
    assert way.status_code == 200
    assert f'href="https://third.example/authorize_interaction?uri=asha%40{domain}"' in way.text


async def test_what_is_no_name_elsewhere_and_a_server_that_does_not_say_are_told_beside_the_field(
    village: Village, asked: AskedOfOthers
):
    v = village
    for typed in ("sunil", "https://third.example/@sunil", f"@asha@{v.running.house.settings.domain}", "@sunil@"):
        answer = await sent(v, typed)
        assert answer.status_code == 422 and "from-error" in answer.text, typed
    assert asked.names == []
    answer = await sent(v, "@sunil@third.example")
    assert (
        answer.status_code == 422 and "third.example" in answer.text and 'value="@sunil@third.example"' in answer.text
    )


async def test_a_way_that_is_no_address_of_the_web_is_not_offered(village: Village, asked: AskedOfOthers):
    asked.templates["sunil@third.example"] = "javascript:alert('{uri}')"
    answer = await sent(village, "@sunil@third.example")
    assert answer.status_code == 422 and "javascript:" not in answer.text


async def test_whoever_comes_from_elsewhere_is_led_to_the_page_here(village: Village, asked: AskedOfOthers):
    v = village
    gita = await comes(v)
    said = await says(v, gita)
    asked.found[said.url] = FoundElsewhere(post=said.id)
    for uri, path in (
        ("acct:gita@other.example", gita.path),
        ("gita@other.example", gita.path),
        (said.url, f"{gita.path}/{said.id}"),
        (f"acct:asha@{v.running.house.settings.domain}", "/@asha"),
        (f"{v.running.house.settings.origin}/@asha", "/@asha"),
    ):
        answer = await v.client.get(
            "/authorize_interaction", params={"uri": uri}, headers={"cookie": f"chaupal={v.asha.cookie}"}
        )
        assert (answer.status_code, answer.headers["location"]) == (303, path), uri
    answer = await v.client.get(
        "/authorize_interaction",
        params={"uri": "https://third.example/x"},
        headers={"cookie": f"chaupal={v.asha.cookie}"},
    )
    assert answer.status_code == 404
    guest = await v.client.get("/authorize_interaction", params={"uri": "https://third.example/y"})
    assert guest.status_code == 303 and guest.headers["location"].startswith("/login")
    assert "https://third.example/y" not in asked.names


async def test_search_offers_to_look_where_somebody_may_be(village: Village, asked: AskedOfOthers):
    v = village
    page = await v.page_as("IN", "/search?q=@sunil@third.example", v.asha)
    assert "/authorize_interaction?uri=%40sunil%40third.example" in page and asked.names == []
    await comes(v)
    page = await v.page_as("IN", "/search?q=@gita@other.example", v.asha)
    assert "authorize_interaction" not in page and "Gita Elsewhere" in page
    assert "authorize_interaction" not in await v.page_as("IN", "/search?q=asha", v.asha)


async def test_a_known_name_is_offered_while_one_types_it(village: Village):
    v = village
    await comes(v)
    for typed in ("@gita", "@gita@", "@gita@oth", "@Gita@other.example"):
        answer = await v.client.get(
            "/compose/suggest", params={"q": typed}, headers={"cookie": f"chaupal={v.asha.cookie}"}
        )
        assert [one["text"] for one in answer.json()] == ["@gita@other.example"], typed


async def sent(v: Village, name: str):
    """The answer to the form by which a stranger says where they are."""
    form = await v.client.get("/@asha/follow", headers={"cookie": "language=hi"})
    csrf = form.text.split('name="csrf" value="')[1].split('"')[0]
    kept = "; ".join(f"{key}={value}" for key, value in v.client.cookies.items())
    return await v.client.post(
        "/@asha/follow", data={"csrf": csrf, "from": name}, headers={"cookie": f"language=hi; {kept}"}
    )

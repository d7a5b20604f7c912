"""Heads of requests and answers: what is found out once for each head is what it says, and no more than it says."""

from collections.abc import Mapping

import msgspec
import pytest

from chaupal.api.mastodon import timelines
from chaupal.http import asker
from chaupal.http.asker import Askers
from chaupal.http.call import Answer, Shape
from chaupal.http.headers import head_of, lines_of
from chaupal.kernel.secrets import digest
from chaupal.kernel.settings import Settings
from chaupal.policy.viewer import Role
from chaupal.ports.country import Locator
from chaupal.social.signin import logins
from chaupal.store.identity import accounts, apps
from village import Village, Villager

HOME, ME = "/api/v1/timelines/home", "/api/v1/accounts/verify_credentials"


@pytest.mark.parametrize("shape", Shape)
@pytest.mark.parametrize(
    "headers",
    [
        [],
        [("link", '<https://example.org/?max_id=1>; rel="next"'), ("x-ratelimit-limit", "300")],
        [("cache-control", "public, max-age=60"), ("vary", "accept")],
        [("cache-control", "")],
    ],
)
def test_the_lines_that_go_out_at_once_are_those_that_any_server_is_given(shape: Shape, headers: list[tuple[str, str]]):
    route = msgspec.structs.replace(timelines.ROUTES[0], shape=shape)
    answer = Answer("बात".encode(), 200, "text/plain; charset=utf-8", headers)
    told = [b"%s: %s" % pair for pair in head_of(route, answer)]
    assert sorted(lines_of(route, answer).split(b"\r\n")[:-1]) == sorted(told)
    assert b"content-length: 9" in told


def test_no_header_goes_out_that_would_end_and_another_begin():
    answer = Answer(b"", 200, headers=[("location", "/a\r\nset-cookie: b")])
    for of in (lines_of, head_of):
        with pytest.raises(ValueError, match="location"):
            of(timelines.ROUTES[0], answer)


async def _me(v: Village, who: Villager, headers: Mapping[str, str]) -> tuple[int, str]:
    answer = await v.client.get(ME, headers={"authorization": f"Bearer {who.token}", **headers})
    return answer.status_code, answer.json().get("error", answer.json().get("username", ""))


async def test_a_head_that_is_known_says_no_more_than_it_did_of_whoever_has_gone(village: Village):
    v = village
    for _ in (1, 2):
        assert await _me(v, v.asha, {}) == (200, "asha")
        assert await _me(v, v.ravi, {}) == (200, "ravi")
    async with v.running.house.square.work.writing() as w:
        await apps.revoke(w, digest(v.asha.token))
    assert (await _me(v, v.asha, {}))[0] == 401
    assert await _me(v, v.ravi, {}) == (200, "ravi")


async def test_a_head_that_is_known_stands_for_somebody_as_they_are_by_now(village: Village):
    v, staff = village, {"cookie": f"chaupal={village.chitra.cookie}"}
    for _ in (1, 2):
        assert (await v.client.get("/office", headers=staff)).status_code == 200
        assert 'lang="hi"' in (await v.client.get("/about", headers=staff)).text
    await logins.choose_language(v.running.house.square, v.chitra.viewer, "en")
    assert 'lang="en"' in (await v.client.get("/about", headers=staff)).text
    async with v.running.house.square.work.writing() as w:
        await accounts.set_role(w, v.chitra.id, Role.MEMBER)
    assert (await v.client.get("/office", headers=staff)).status_code == 404


async def test_of_two_heads_with_one_token_each_says_its_own_language_and_country(village: Village):
    v = village
    await v.withhold(post=v.meera.latest, by=v.chitra, second=v.dev)
    word = v.meera.latest.text[:10]
    for _ in (1, 2):
        for country in ("IN", "DE"):
            found = await v.client.get(
                "/api/v1/timelines/public",
                headers={"authorization": f"Bearer {v.asha.token}", "cookie": f"look_as={country}"},
            )
            assert (word in found.text) is (country == "DE")


def test_only_who_is_known_is_remembered_and_by_no_head_that_is_long(settings: Settings):
    askers = Askers(settings, Locator(settings, lambda address: None))
    pairs = [(b"authorization", b"Bearer abc"), (b"accept-language", b"hi")]
    nobody = askers.of_head("192.0.2.1", pairs)
    assert askers.of_head("192.0.2.1", pairs) is not nobody
    caller = asker.Caller(account=1)
    askers.came_as(nobody, caller, nobody.stranger)
    assert askers.of_head("192.0.2.1", [*pairs]) is nobody and nobody.caller is caller
    assert askers.of_head("192.0.2.2", pairs) is not nobody
    assert askers.of_head("192.0.2.1", [pairs[0]]) is not nobody
    long = [*pairs, (b"x-long", b"a" * asker.LONGEST)]
    askers.came_as(askers.of_head("192.0.2.1", long), caller, nobody.stranger)
    assert askers.of_head("192.0.2.1", long).caller is None

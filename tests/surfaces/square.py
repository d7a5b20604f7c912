"""A small square asked in-process over ASGI: two members, somebody's secrets, and a count of every row there is."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx2
from sqlalchemy import func, select

from chaupal.app.wiring import RunningHouse
from chaupal.kernel.secrets import digest
from chaupal.policy.facts import Visibility
from chaupal.policy.viewer import Viewer
from chaupal.social.people import accounts
from chaupal.social.posts import posts
from chaupal.social.signin import sessions
from chaupal.store.machine.dialect import statement
from chaupal.store.tables.columns import meta
from inside import Inside

ORIGIN = "http://127.0.0.1:8000"
SCOPES = "read write follow push admin:read admin:write"
COUNTS = {table.name: statement(select(func.count()).select_from(table)) for table in meta.sorted_tables}


@dataclass
class Square:
    """asha and binod, their apps' tokens and browsers; `secret` is a post of asha's that nobody else may see."""

    house: RunningHouse
    asha: Viewer
    binod: Viewer
    tokens: dict[str, str]
    cookies: dict[str, str]
    forms: dict[str, str]
    public: int
    secret: int

    def app(self, who: str = "") -> httpx2.AsyncClient:
        """A client of the API."""
        return self._client({"authorization": f"Bearer {self.tokens[who]}"} if who else {})

    def browser(self, who: str = "") -> httpx2.AsyncClient:
        """A browser: the session's cookie, and the language spoken."""
        return self._client({"accept-language": "en", **({"cookie": self.cookies[who]} if who else {})})

    def _client(self, headers: Mapping[str, str]) -> httpx2.AsyncClient:
        return Inside(self.house.app, ORIGIN, headers=headers)

    async def rows(self) -> dict[str, int]:
        """How many rows each table has."""
        async with self.house.house.square.work.reading() as reading:
            return {name: await reading.value(count) for name, count in COUNTS.items()}


async def found(house: RunningHouse) -> Square:
    """The square as it stands before anybody misbehaves."""
    square = house.house.square
    ids = [
        await accounts.create(square, handle=h, email=f"{h}@example.org", password="long enough", name=h)
        for h in ("asha", "binod")
    ]
    asha, binod = [Viewer(account=id_, country="IN", language="en") for id_ in ids]
    tokens, cookies, forms = {}, {}, {}
    for handle, id_ in zip(("asha", "binod"), ids, strict=True):
        tokens[handle] = await sessions.issue_token(square, id_, SCOPES)
        session = await sessions.begin_session(square, id_)
        caller = await sessions.caller_by_cookie(square, digest(session.secret))
        assert caller is not None
        cookies[handle], forms[handle] = f"{sessions.COOKIE}={session.secret}", caller.csrf
    public = await posts.publish(square, asha, posts.Draft(text="सबके लिए #चौपाल"))
    secret = await posts.publish(square, asha, posts.Draft(text="किसी के लिए नहीं @asha", visibility=Visibility.DIRECT))
    await house.runner.settle()
    return Square(house, asha, binod, tokens, cookies, forms, public, secret)


def check_refused(answer: httpx2.Response, *codes: int, about: str = "") -> None:
    """A clear 4xx in the shape that is promised to programs."""
    assert 400 <= answer.status_code < 500, (about, answer.status_code, answer.text[:300])
    assert not codes or answer.status_code in codes, (about, answer.status_code, answer.text[:300])
    said: Any = answer.json()
    assert isinstance(said, dict) and isinstance(said["error"], str) and said["error"], said


async def press(client: httpx2.AsyncClient, path: str, **typed: str) -> httpx2.Response:
    """Open a page as a visitor who keeps cookies, and press its form."""
    return await client.post(path, data={**typed, "csrf": word_of(await client.get(path))})


def word_of(page: httpx2.Response) -> str:
    """The word against forgery in a page's forms."""
    return page.text.partition('name="csrf" value="')[2].partition('"')[0]

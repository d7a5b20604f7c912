"""A Chaupal as a side of a meeting, spoken to as clients do: by Mastodon's API, and by the office's for what staff decide."""

import asyncio
import re
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2

from chaupal.app.rooms import visiting
from chaupal.policy.viewer import Role
from chaupal.store.federation import deliveries
from chaupal.store.machine import outbox
from clients.visitor import Visitor
from peers.ordering import proposed, viewers
from peers.sides import Json, Person, PostSeen, PostToSay, plain
from ports import free_port
from serving import SCOPES, Member, Served, join, served
from waiting import PATIENCE

AS_PEERS_DO = {"accept": "application/activity+json"}
STAFF = {"manav": Role.MODERATOR, "chitra": Role.REVIEWER, "dev": Role.APPROVER, "lakshmi": Role.OWNER}
OF_STAFF = f"{SCOPES} admin:read admin:write"
FROM = "x-country"  # the header that says where a reader is


class Chaupal:
    """A served house of its own process, and its people's apps."""

    def __init__(self, server: Served, name: str) -> None:
        self.server, self.name = server, name
        self.http = httpx2.AsyncClient(base_url=server.url, timeout=PATIENCE, verify=False)
        self.start, self.kill = server.start, server.kill
        self.members: dict[str, Member] = {}
        self.deciding = asyncio.Lock()

    @property
    def host(self) -> str:
        return self.server.settings.origin.partition("://")[2]

    async def settle(self, *names: str) -> None:
        """People who are here, and staff: made at once, for each time a house is opened beside the server."""
        self.members |= await asyncio.to_thread(join, self.server.settings, *names)
        for name, role in STAFF.items():
            self.members |= await asyncio.to_thread(join, self.server.settings, name, role=role, scopes=OF_STAFF)

    async def join(self, name: str) -> Person:
        if name not in self.members:
            self.members |= await asyncio.to_thread(join, self.server.settings, name)
        told = await self.ask(name, "GET", "/api/v1/accounts/verify_credentials")
        return Person(name, told["uri"], f"{name}@{self.host}")

    async def ask(self, name: str, method: str, path: str, **words: Any) -> Any:
        """What an app of `name` is answered; lists in `params` are spelled as clients do. Raises AssertionError."""
        answer = await self.answer(name, method, path, **words)
        assert answer.status_code < 300, (method, path, str(words)[:300], answer.status_code, answer.text[:500])
        return answer.json()

    async def answer(self, name: str, method: str, path: str, **words: Any) -> httpx2.Response:
        headers = {"authorization": f"Bearer {self.members[name].token}"} if name else {}
        return await self.http.request(method, path, headers=headers, **words)

    # Things of other servers, by the ids that they have here.

    async def _person(self, who: Person, whom: Person) -> str:
        found = await self._search(who, whom.uri, "accounts")
        assert found, f"{self.name} does not find {whom.uri}"
        return str(found[0]["id"])

    async def post(self, who: Person, uri: str) -> Json:
        """A post as `who` is shown it. Raises AssertionError where it is not found."""
        found = [one for one in await self._search(who, uri, "statuses") if one["uri"] == uri]
        assert found, f"{self.name} does not find {uri}"
        return found[0]

    async def _search(self, who: Person, what: str, kind: str) -> list[Json]:
        params = {"q": what, "resolve": "true", "type": kind}
        return (await self.ask(who.name, "GET", "/api/v2/search", params=params))[kind]

    async def _relationship(self, who: Person, whom: Person) -> Json:
        id_ = await self._person(who, whom)
        return (await self.ask(who.name, "GET", "/api/v1/accounts/relationships", params={"id[]": id_}))[0]

    async def finds(self, who: Person, what: str) -> bool:
        return bool(await self._search(who, what, "accounts"))

    async def follow(self, who: Person, whom: Person) -> None:
        await self.ask(who.name, "POST", f"/api/v1/accounts/{await self._person(who, whom)}/follow")

    async def unfollow(self, who: Person, whom: Person) -> None:
        await self.ask(who.name, "POST", f"/api/v1/accounts/{await self._person(who, whom)}/unfollow")

    async def follows(self, who: Person, whom: Person) -> bool:
        return bool((await self._relationship(who, whom))["following"])

    async def followed(self, who: Person, by: Person) -> bool:
        return bool((await self._relationship(who, by))["followed_by"])

    async def say(self, who: Person, said: PostToSay) -> str:
        words: Json = {"status": " ".join([*(f"@{one.address}" for one in said.names), said.text])}
        words |= {"visibility": said.visibility, "spoiler_text": said.warning}
        if said.picture:
            sent = await self.ask(
                who.name,
                "POST",
                "/api/v1/media",
                files={"file": ("picture.png", said.picture, "image/png")},
                data={"description": said.described},
            )
            words["media_ids"] = [sent["id"]]
        if said.options:
            words["poll"] = {"options": list(said.options), "expires_in": 3600}
        if said.answers:
            words["in_reply_to_id"] = (await self.post(who, said.answers))["id"]
        if said.quotes:
            words["quoted_status_id"] = (await self.post(who, said.quotes))["id"]
        return str((await self.ask(who.name, "POST", "/api/v1/statuses", json=words))["uri"])

    async def _own(self, who: Person, uri: str) -> str:
        return f"/api/v1/statuses/{(await self.post(who, uri))['id']}"

    async def edit(self, who: Person, uri: str, text: str) -> None:
        await self.ask(who.name, "PUT", await self._own(who, uri), json={"status": text})

    async def delete(self, who: Person, uri: str) -> None:
        await self.ask(who.name, "DELETE", await self._own(who, uri))

    async def sees(self, who: Person, uri: str) -> PostSeen | None:
        home = await self.ask(who.name, "GET", "/api/v1/timelines/home", params={"limit": 40})
        told = await self.ask(who.name, "GET", "/api/v1/notifications", params={"limit": 40})
        things = [*home, *(one["status"] for one in told if one.get("status"))]
        things += [one["reblog"] for one in things if one.get("reblog")]
        found = next((one for one in things if one["uri"] == uri), None)
        return await self._seen(who, found) if found else None

    async def _seen(self, who: Person, one: Json) -> PostSeen:
        poll = one.get("poll") or {"options": []}
        answers = ""
        if one.get("in_reply_to_id"):
            parent = await self.answer(who.name, "GET", f"/api/v1/statuses/{one['in_reply_to_id']}")
            answers = parent.json()["uri"] if parent.status_code == 200 else "?"
        quoted = (one.get("quote") or {}).get("quoted_status") or {}
        return PostSeen(
            plain(one["content"]),
            one["visibility"],
            one["spoiler_text"],
            tuple(each["description"] or "" for each in one["media_attachments"]),
            tuple(each["title"] for each in poll["options"]),
            {each["title"]: each["votes_count"] or 0 for each in poll["options"]},
            answers,
            quoted.get("uri", ""),
        )

    async def came(self, who: Person) -> Counter[str]:
        """How often each post that names `who`, of those whom they follow, stands in their home and among their notices, read to
        their ends; 0 where it is missing from either.
        """
        home = Counter([one["uri"] async for one in self._pages(who, "/api/v1/timelines/home")])
        told = [one async for one in self._pages(who, "/api/v1/notifications")]
        notices = Counter([one["status"]["uri"] for one in told if one["type"] == "mention"])
        return Counter({uri: max(home[uri], notices[uri]) for uri in home.keys() & notices.keys()})

    async def _pages(self, who: Person, path: str) -> AsyncGenerator[Json]:
        last = ""
        while page := await self.ask(who.name, "GET", path, params={"limit": 40} | ({"max_id": last} if last else {})):
            for one in page:
                yield one
            last = page[-1]["id"]

    async def waiting(self) -> int:
        """How much is to be carried out and told to others yet."""
        async with visiting(self.server.settings) as house, house.square.work.reading() as reading:
            return (await outbox.depth(reading)).waiting + (await deliveries.depth(reading)).waiting

    async def _press(self, who: Person, uri: str, what: str) -> None:
        await self.ask(who.name, "POST", f"{await self._own(who, uri)}/{what}")

    async def like(self, who: Person, uri: str, of: Person) -> None:
        await self._press(who, uri, "favourite")

    async def unlike(self, who: Person, uri: str, of: Person) -> None:
        await self._press(who, uri, "unfavourite")

    async def boost(self, who: Person, uri: str, of: Person) -> None:
        await self._press(who, uri, "reblog")

    async def unboost(self, who: Person, uri: str, of: Person) -> None:
        await self._press(who, uri, "unreblog")

    async def likes(self, who: Person, uri: str) -> int:
        return int((await self.post(who, uri))["favourites_count"])

    async def boosts(self, who: Person, uri: str) -> int:
        return int((await self.post(who, uri))["reblogs_count"])

    async def vote(self, who: Person, uri: str, of: Person, choice: str) -> None:
        poll = (await self.post(who, uri))["poll"]
        at = [one["title"] for one in poll["options"]].index(choice)
        await self.ask(who.name, "POST", f"/api/v1/polls/{poll['id']}/votes", json={"choices": [at]})

    async def votes(self, uri: str) -> list[str]:
        """Each vote that was counted here, by the name of its option."""
        poll = (await self.post(await self.join(uri.split("@")[1].split("/")[0]), uri))["poll"]
        return [one["title"] for one in poll["options"] for _ in range(one["votes_count"] or 0)]

    async def block(self, who: Person, whom: Person) -> None:
        await self.ask(who.name, "POST", f"/api/v1/accounts/{await self._person(who, whom)}/block")

    async def blocked(self, who: Person, by: Person) -> bool:
        return bool((await self._relationship(who, by))["blocked_by"])

    async def report(self, who: Person, whom: Person, uri: str, text: str) -> None:
        words: Json = {"account_id": await self._person(who, whom), "comment": text, "forward": True}
        words |= {"category": "violation", "rule_ids": ["1"]} if not uri else {}
        if uri:
            words["status_ids"] = [(await self.post(who, uri))["id"]]
        await self.ask(who.name, "POST", "/api/v1/reports", json=words)

    async def reports(self) -> list[str]:
        return [one["comment"] for one in await self.ask("manav", "GET", "/api/v1/admin/reports")]

    async def alias(self, who: Person, other: Person) -> None:
        await asyncio.to_thread(self._moving, who, "/settings/moving/aliases", alias=other.address)

    async def move(self, who: Person, to: Person) -> None:
        secret = self.members[who.name].password
        await asyncio.to_thread(self._moving, who, "/settings/moving", handle=to.address, password=secret)

    def _moving(self, who: Person, action: str, **typed: str) -> None:
        """Fill in a form of the page for moving; apps have none."""
        member, visitor = self.members[who.name], Visitor(self.server.url)
        door = next(form for form in visitor.open("/login").forms if "password" in form.kinds.values())
        name = next(field for field, kind in door.kinds.items() if kind in ("text", "email"))
        visitor.press(door, None, **{name: member.email, door.named("password"): member.password})
        page = visitor.open("/settings/moving")
        form = next(form for form in page.forms if urlsplit(form.action).path == action)
        answer = visitor.send(form, None, **typed)
        assert answer.status_code < 400, (action, re.findall(r'class="wrong"[^>]*>([^<]*)', answer.text))

    # Orders.

    async def withhold(self, uri: str) -> str:
        """Withheld in India by an order; its reference."""
        staff = viewers(self.members, STAFF)
        async with self.deciding:
            ref = await asyncio.to_thread(lambda: asyncio.run(proposed(self.server.settings, staff, uri)))
        await self.ask("dev", "POST", f"/api/v1/admin/orders/{ref}/targets/1/approve", json={})
        return ref

    async def shown(self, id_: str, country: str) -> tuple[str, Json]:
        """The words of a public post as anybody in a country is shown them, and what is in force and stated of it there."""
        path = f"/api/v1/statuses/{id_}"
        there = {FROM: country}
        post = await self.http.get(path, headers=there)
        why = await self.http.get(f"{path}/visibility", headers=there)
        assert why.status_code == 200, why.text
        return plain(post.json().get("content") or ""), why.json()

    async def told(self, who: Person) -> list[str]:
        told = await self.ask(who.name, "GET", "/api/v1/notifications", params={"types[]": "mention", "limit": 40})
        return [plain(one["status"]["content"]) for one in told]

    async def states(self, who: Person, uri: str) -> bool:
        return bool((await self.shown((await self.post(who, uri))["id"], "IN"))[1]["stated"])

    # As other servers ask.

    async def asked(self, uri: str, **headers: str) -> httpx2.Response:
        """What an unsigned server is answered about an address here."""
        return await self.http.get(uri, headers=AS_PEERS_DO | headers, follow_redirects=False)


@asynccontextmanager
async def chaupal(folder: Path, name: str, **settings: object) -> AsyncGenerator[Chaupal]:
    """A house that speaks with servers on this machine; settings as in `kernel/settings.py`."""
    port = free_port()
    given: dict[str, object] = {"federation": "on", "federation_test": True, "port": port, "confirm_emails": False}
    given |= {"public_url": f"http://localhost:{port}", "country_header": FROM, "trusted_proxies": ("127.0.0.1/32",)}
    house = served(folder, Served, **given | settings)
    server = Chaupal(await asyncio.to_thread(house.__enter__), name)  # others come up meanwhile
    try:
        yield server
    finally:
        await server.http.aclose()
        await asyncio.to_thread(house.__exit__, None, None, None)

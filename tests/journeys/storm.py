"""Who is out in the storm: members who write at once, and an office that has posts withheld; and what they were promised."""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx2

from chaupal.app.rooms import visiting
from chaupal.governance.orders import authorities
from chaupal.governance.orders.authorities import AuthorityForm
from chaupal.kernel.secrets import digest
from chaupal.kernel.settings import Settings
from chaupal.policy.viewer import Role, Viewer
from chaupal.social.signin import sessions
from serving import Member, Served
from waiting import PATIENCE, until

SHORTEST, LONGEST = 0.05, 0.6  # seconds from the first post of a storm to the kill
AT_ONCE = 40  # ids that one request may ask for
REASON = "The post names a person as armed, which the order shows to be false."
DESPITE = "The office was asked for what is missing, and answered on the telephone."

type Pair = tuple[str, str]  # (member's handle, post id)
type Draft = tuple[str, dict[str, Any]]  # (member's handle, what was sent)


@dataclass
class Remembered:
    """What the members know to have said and done, by what the server answered; and of what they heard nothing."""

    said: dict[str, str] = field(default_factory=dict[str, str])  # word -> post id
    drafts: dict[str, Draft] = field(default_factory=dict[str, Draft])
    unsure: set[str] = field(default_factory=set[str])
    liked: set[Pair] = field(default_factory=set[Pair])
    unsure_likes: set[Pair] = field(default_factory=set[Pair])
    reposted: set[Pair] = field(default_factory=set[Pair])
    unsure_reposts: set[Pair] = field(default_factory=set[Pair])


class Crowd:
    """Members who post, answer, like and repost at once, and who ask again after a crash, as clients do."""

    def __init__(self, url: str, members: dict[str, Member], chance: random.Random) -> None:
        self.url, self.members, self.chance = url, members, chance
        self.handles = list(members)
        self.knows = Remembered()

    def client(self, handle: str) -> httpx2.AsyncClient:
        bearer = {"authorization": f"Bearer {self.members[handle].token}"}
        return httpx2.AsyncClient(base_url=self.url, headers=bearer, timeout=PATIENCE)

    async def write(self, handle: str, number: int) -> None:
        """Until the server is gone."""
        async with self.client(handle) as client:
            count = 0
            while True:
                count += 1
                await self._say(client, handle, f"r{number}{handle}{count}x")
                if count % 2 and (pair := self._somebody_elses(handle)):
                    await self._do(client, "favourite", pair, self.knows.unsure_likes, self.knows.liked)
                if count % 5 == 0 and (pair := self._somebody_elses(handle)):
                    await self._do(client, "reblog", pair, self.knows.unsure_reposts, self.knows.reposted)

    async def _say(self, client: httpx2.AsyncClient, handle: str, word: str) -> None:
        draft = self.knows.drafts.setdefault(word, (handle, self._draft(handle, word)))
        self.knows.unsure.add(word)
        answer = await client.post("/api/v1/statuses", json=draft[1], headers={"idempotency-key": word})
        assert answer.status_code == 200, answer.text
        self.knows.said[word] = answer.json()["id"]
        self.knows.unsure.discard(word)

    def _draft(self, handle: str, word: str) -> dict[str, Any]:
        mentioned = self.handles[(self.handles.index(handle) + 1) % len(self.handles)]
        draft: dict[str, Any] = {"status": f"{word} @{mentioned} #तूफ़ान"}
        if self.knows.said and self.chance.random() < 0.3:
            draft["in_reply_to_id"] = self.chance.choice(list(self.knows.said.values()))
        return draft

    def _somebody_elses(self, handle: str) -> Pair | None:
        others = [word for word in list(self.knows.said)[-30:] if self.knows.drafts[word][0] != handle]
        return (handle, self.knows.said[self.chance.choice(others)]) if others else None

    async def _do(self, client: httpx2.AsyncClient, act: str, pair: Pair, unsure: set[Pair], done: set[Pair]) -> None:
        unsure.add(pair)
        answer = await client.post(f"/api/v1/statuses/{pair[1]}/{act}")
        assert answer.status_code == 200, answer.text
        done.add(pair)
        unsure.discard(pair)

    async def ask_again(self) -> None:
        """Whatever was not answered is sent once more, with its key; it must come out as one."""
        knows = self.knows
        for handle in self.handles:
            async with self.client(handle) as client:
                for word in [w for w in knows.unsure if knows.drafts[w][0] == handle]:
                    await self._say(client, handle, word)
                for pair in [p for p in knows.unsure_likes if p[0] == handle]:
                    await self._do(client, "favourite", pair, knows.unsure_likes, knows.liked)
                for pair in [p for p in knows.unsure_reposts if p[0] == handle]:
                    await self._do(client, "reblog", pair, knows.unsure_reposts, knows.reposted)

    async def missing(self, words: list[str]) -> list[str]:
        """Which of these acknowledged posts the server does not have, or has otherwise."""
        lost: list[str] = []
        async with self.client(self.handles[0]) as client:
            for start in range(0, len(words), AT_ONCE):
                asked = {self.knows.said[word]: word for word in words[start : start + AT_ONCE]}
                answer = await client.get("/api/v1/statuses", params={"id[]": list(asked)})
                there = {status["id"]: status["content"] for status in answer.raise_for_status().json()}
                lost += [word for id_, word in asked.items() if f"<p>{word} " not in there.get(id_, "")]
        return lost


@dataclass
class Office:
    """Three people of the staff who take orders in and carry them out, in browsers; meera's posts are the targets."""

    url: str
    authority: int
    browsers: dict[str, tuple[str, str]]  # handle -> (cookie, the word of its forms)
    meera: Member
    withheld: list[str] = field(default_factory=list[str])  # post ids, acknowledged
    checkpoint: str = ""  # the last that was served

    async def work(self, number: int) -> None:
        """Until the server is gone: a post, an order about it, a proposal, an approval, a look at the log."""
        async with httpx2.AsyncClient(base_url=self.url, timeout=PATIENCE) as client:
            count = 0
            while True:
                count += 1
                post = await self._target(client, f"target {number} {count}")
                where = await self._press(client, "clerk", "/office/orders", **self._order(post))
                ref = where.rpartition("/")[2]
                await self._press(client, "clerk", f"/office/orders/{ref}/step", verb="check")
                await self._press(
                    client,
                    "ravi",
                    f"/office/orders/{ref}/1/propose",
                    outcome="withhold_post",
                    reason=REASON,
                    despite=DESPITE,
                )
                await self._press(client, "dev", f"/office/orders/{ref}/1/approve")
                self.withheld.append(post)
                self.checkpoint = (await client.get("/log/checkpoint")).raise_for_status().text

    async def _target(self, client: httpx2.AsyncClient, text: str) -> str:
        bearer = {"authorization": f"Bearer {self.meera.token}"}
        answer = await client.post("/api/v1/statuses", json={"status": text}, headers=bearer)
        return str(answer.raise_for_status().json()["id"])

    def _order(self, post: str) -> dict[str, str]:
        return {
            "authority": str(self.authority),
            "officer": "A. Sharma",
            "officer_rank": "Joint Secretary",
            "reference_no": post,
            "regime": "IN-69A",
            "role": "designated_officer",
            "bases[]": "public_order",
            "legal_basis": "IT Act 2000, s. 69A",
            "grounds": "public order",
            "territory": "IN",
            "dated": "2021-02-04",
            "origin_note": "The office confirmed it on the telephone.",
            "targets": f"{self.url}/@meera/{post}",
        }

    async def _press(self, client: httpx2.AsyncClient, who: str, path: str, **typed: str) -> str:
        """Where the pressed form leads; it must have been taken in."""
        cookie, word = self.browsers[who]
        answer = await client.post(path, data=typed | {"csrf": word}, headers={"cookie": cookie})
        assert answer.status_code == 303, (path, answer.status_code, answer.text.partition("<main")[2][:2_000])
        return answer.headers["location"].partition("?")[0]

    async def still_shown(self) -> list[str]:
        """Which posts whose withholding was acknowledged are shown to somebody here all the same."""
        async with httpx2.AsyncClient(base_url=self.url, timeout=PATIENCE) as client:
            shown: list[str] = []
            for start in range(0, len(self.withheld), AT_ONCE):
                asked = self.withheld[start : start + AT_ONCE]
                answer = await client.get("/api/v1/statuses", params={"id[]": asked})
                stubs = {s["id"] for s in answer.raise_for_status().json() if s.get("withheld_in_countries") == ["IN"]}
                shown += [post for post in asked if post not in stubs]
            return shown


async def open_office(settings: Settings, staff: dict[str, Member], meera: Member) -> Office:
    """An authority is registered, and the staff are logged in."""
    browsers: dict[str, tuple[str, str]] = {}
    async with visiting(settings) as house:
        clerk = Viewer(account=int(staff["clerk"].id), country="IN", role=Role.CLERK)
        ministry = await authorities.register(house.court, clerk, AuthorityForm(name="Ministry", jurisdiction="IN"))
        approver = Viewer(account=int(staff["dev"].id), country="IN", role=Role.APPROVER)
        ministry = await authorities.agree(house.court, approver, ministry.id)
        for handle, member in staff.items():
            session = await sessions.begin_session(house.square, int(member.id))
            caller = await sessions.caller_by_cookie(house.square, digest(session.secret))
            assert caller is not None
            browsers[handle] = (f"{sessions.COOKIE}={session.secret}", caller.csrf)
    return Office(settings.origin, ministry.id, browsers, meera)


async def storm(number: int, crowd: Crowd, office: Office, server: Served, enough: Callable[[], object]) -> None:
    """Everybody is at work until the server is killed under them: at some moment, but not before it was `enough`."""

    async def until_it_is_gone(work: Any) -> None:
        try:
            await work
        except httpx2.TransportError:
            return

    works = [crowd.write(handle, number) for handle in crowd.handles] + [office.work(number)]
    tasks = [asyncio.create_task(until_it_is_gone(work)) for work in works]
    await asyncio.sleep(crowd.chance.uniform(SHORTEST, LONGEST))
    await until(enough, "a storm")
    await asyncio.to_thread(server.kill)
    await asyncio.wait_for(asyncio.gather(*tasks), PATIENCE)

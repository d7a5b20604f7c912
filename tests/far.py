"""A village, and another server that speaks to it: what it signs is brought to the village's inbox as any server would bring it."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest

from chaupal.federation.context import Federation
from chaupal.kernel.clock import StillClock
from chaupal.kernel.settings import Settings
from chaupal.policy.viewer import ABROAD, Viewer
from chaupal.store.federation import uris
from peers.hostile import Hostile, Liar, hostile, signed
from remotes import federating
from village import Village, Villager, open_village


@dataclass
class Far:
    """`there` serves documents and counts what it is asked for; `bob` and `eve` are people of it."""

    village: Village
    there: Hostile
    bob: Liar
    eve: Liar

    @property
    def fed(self) -> Federation:
        found = self.village.running.house.federation
        assert found is not None
        return found

    def uri(self, who: Villager) -> str:
        return f"{self.village.running.house.settings.origin}/@{who.handle}"

    def post(self, who: Villager) -> str:
        """The address of their newest post."""
        return f"{self.uri(who)}/{who.latest.id}"

    async def brings(self, by: Liar, activity: Any, *, inbox: str = "/inbox", **more: Any) -> httpx2.Response:
        """POST to an inbox, signed by `by`; `more` as of `signed`."""
        body = activity if isinstance(activity, bytes) else json.dumps(activity).encode()
        given = {"key_id": by.key_id, "key": by.key} | more
        origin = self.village.running.house.settings.origin
        headers = signed(body, origin + inbox, self.village.clock() / 1_000, **given)
        return await self.village.client.post(inbox, content=body, headers=headers)

    async def tells(self, by: Liar, activity: Any, status: int = 202, **more: Any) -> None:
        """The same, answered with `status`, and everything that follows from it has happened."""
        answer = await self.brings(by, activity, **more)
        assert answer.status_code == status, (answer.status_code, answer.text)
        await self.village.settle()

    async def hears(self) -> None:
        """What follows from what was done has happened, and what is on its way there has come."""
        await self.village.settle()
        assert self.village.running.deliverer is not None
        await self.village.running.deliverer.settle()

    async def account(self, who: Liar) -> int:
        """Who somebody there is here; 0: nobody."""
        async with self.fed.work.reading() as reading:
            known = await uris.find(reading, who.uri)
        return known.of if known is not None else 0

    async def viewer(self, who: Liar) -> Viewer:
        return Viewer(account=await self.account(who), country=ABROAD)

    async def ask(self, who: Villager | None, path: str, method: str = "GET", **params: Any) -> Any:
        answer = await self.village.api(who, method, path, **params)
        assert answer.status_code == 200, (path, answer.status_code, answer.text)
        return answer.json()

    async def status(self, who: Villager, id_: int | str) -> Any:
        return await self.ask(who, f"/api/v1/statuses/{id_}")

    async def tie(self, who: Villager, them: int) -> Any:
        """Their relationship to an account."""
        return (await self.ask(who, "/api/v1/accounts/relationships", **{"id[]": str(them)}))[0]

    async def here(self, uri: str) -> int:
        """Which post of there this is here; 0: none."""
        async with self.fed.work.reading() as reading:
            known = await uris.find(reading, uri)
        return known.of if known is not None and known.kind == uris.POST else 0

    def told(self, kind: str) -> list[Any]:
        """What their inboxes were brought, of a kind."""
        return [activity for _, activity in self.there.told if activity.get("type") == kind]


@pytest.fixture
async def far(settings: Settings, clock: StillClock) -> AsyncIterator[Far]:
    """On both databases."""
    settings = federating(settings)
    async with hostile() as there, open_village(settings, clock) as village:
        bob, eve = there.liar("bob", 0), there.liar("eve", 1)
        there.names(bob, eve)
        yield Far(village, there, bob, eve)

"""The desk in tests: a member of staff at the pages of the office, who opens a page and fills in the form that stands on it."""

from typing import Any

import httpx2

from village import Village, Villager

REASON = "The post names a person as armed, which is shown to be false."


class AtDesk:
    """One of the staff (`who`), who reads `language`."""

    def __init__(self, village: Village, who: Villager, language: str = "en") -> None:
        self.village, self.who = village, who
        self.headers = {"cookie": f"chaupal={who.cookie}; look_as=IN; language={language}"}
        self.word = ""

    async def get(self, path: str) -> httpx2.Response:
        """A page as they see it."""
        answer = await self.village.client.get(path, headers=self.headers)
        if not self.word:
            self.word = answer.text.partition('name="csrf" value="')[2].partition('"')[0]
        return answer

    async def send(self, path: str, data: dict[str, Any] | None = None, **typed: Any) -> httpx2.Response:
        """A form sent (`data`: fields whose names are no names in Python); what follows from it has happened."""
        if not self.word:
            await self.get("/settings")
        fields = {"csrf": self.word, **(data or {}), **typed}
        answer = await self.village.client.post(path, data=fields, headers=self.headers)
        await self.village.settle()
        return answer

"""A server made with Fedify (tests/peers/fedify/server.mjs), as a side of a meeting."""

import asyncio
import base64
import os
import select
import signal
import subprocess
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2

from peers.sides import Json, NotKnown, Person, PostSeen, PostToSay, listed, seen
from ports import free_port
from services import NODE, ending_with_us
from waiting import PATIENCE

SERVER = Path(__file__).parent / "fedify" / "server.mjs"


class Fedify:
    """Its people do what they are told; what it heard is looked at."""

    name = "Fedify"

    def __init__(self, folder: Path, port: int, reached_at: int, environ: dict[str, str]) -> None:
        self.log, self.port, self.environ = folder / "fedify.log", port, environ
        self.host = f"localhost:{reached_at or port}"
        # Node closes a connection that has rested for five seconds, as httpx does: neither knows who is first.
        once = httpx2.Limits(max_keepalive_connections=0)
        self.http = httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=PATIENCE, limits=once)
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Raises RuntimeError with its words when it does not come up."""
        with self.log.open("ab") as said:
            self.process = subprocess.Popen(
                ending_with_us([NODE, SERVER, self.port, self.host.partition(":")[2]], signal.SIGKILL),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=said,
                env={**os.environ, **self.environ},
            )
        assert self.process.stdout is not None
        comes, _, _ = select.select([self.process.stdout], [], [], PATIENCE)
        if not comes or b"ready" not in self.process.stdout.readline():
            raise RuntimeError(f"Fedify did not start:\n{self.log.read_text(errors='replace')[-2000:]}")

    def kill(self) -> None:
        self._end(signal.SIGKILL)

    def end(self) -> None:
        self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> None:
        if self.process is not None:
            self.process.send_signal(how)
            self.process.communicate(timeout=PATIENCE)
            self.process = None

    async def do(self, do: str, **words: Any) -> Any:
        answer = await self.http.post("/do", json={"do": do, **words})
        if answer.status_code != 200:
            raise RuntimeError(f"Fedify could not {do}: {answer.text[:500]}")
        return answer.json()

    async def join(self, name: str) -> Person:
        return Person(name, (await self.do("person", who=name))["uri"], f"{name}@{self.host}")

    async def finds(self, who: Person, what: str) -> bool:
        # A handle is looked up by https alone, as Fedify has it: only addresses can be tried on one machine.
        if "://" not in what:
            raise NotKnown("WebFinger is asked by https only; by the person's address it is tried")
        return bool((await self.do("find", what=what))["uri"])

    async def follow(self, who: Person, whom: Person) -> None:
        await self.do("follow", who=who.name, whom=whom.uri)

    async def unfollow(self, who: Person, whom: Person) -> None:
        await self.do("unfollow", who=who.name, whom=whom.uri)

    async def follows(self, who: Person, whom: Person) -> bool:
        return (await self.do("people"))[who.name]["following"].get(whom.uri) == "granted"

    async def followed(self, who: Person, by: Person) -> bool:
        return by.uri in (await self.do("people"))[who.name]["followers"]

    async def say(self, who: Person, said: PostToSay) -> str:
        pictures: list[Json] = []
        if said.picture:
            kept = await self.do("picture", bytes=base64.b64encode(said.picture).decode())
            pictures = [{"url": kept["url"], "type": "image/png", "text": said.described}]
        answer = await self.do(
            "post",
            who=who.name,
            text=said.text,
            visibility=said.visibility,
            warning=said.warning or None,
            named=[{"uri": one.uri, "name": one.address} for one in said.names],
            answers=said.answers or None,
            answered=said.of.uri if said.of and said.answers else None,
            quote=said.quotes or None,
            quotes=said.of.uri if said.of and said.quotes else None,
            pictures=pictures,
            poll={"options": said.options} if said.options else None,
        )
        return str(answer["uri"])

    async def edit(self, who: Person, uri: str, text: str) -> None:
        await self.do("edit", what=uri, text=text)

    async def delete(self, who: Person, uri: str) -> None:
        await self.do("delete", what=uri)

    async def sees(self, who: Person, uri: str) -> PostSeen | None:
        known = (await self.do("known")).get(uri)
        if not known:
            return None
        there = (await self.do("people"))[who.name]["following"]
        to = [*listed(known.get("to")), *listed(known.get("cc"))]
        author = listed(known.get("attributedTo"))[0]
        author = author if isinstance(author, str) else author["id"]
        return seen(known) if who.uri in to or there.get(author) == "granted" else None

    async def came(self, who: Person) -> Counter[str]:
        """What came, each once: it is kept by its address."""
        return Counter(await self.do("came"))

    async def like(self, who: Person, uri: str, of: Person) -> None:
        await self.do("like", who=who.name, what=uri, whom=of.uri)

    async def unlike(self, who: Person, uri: str, of: Person) -> None:
        await self.do("unlike", who=who.name, what=uri, whom=of.uri)

    async def boost(self, who: Person, uri: str, of: Person) -> None:
        await self.do("boost", who=who.name, what=uri, whom=of.uri)

    async def unboost(self, who: Person, uri: str, of: Person) -> None:
        await self.do("unboost", who=who.name, what=uri, whom=of.uri)

    async def likes(self, who: Person, uri: str) -> int:
        return len(await self.do("standing", kind="Like", what=uri))

    async def boosts(self, who: Person, uri: str) -> int:
        return len(await self.do("standing", kind="Announce", what=uri))

    async def vote(self, who: Person, uri: str, of: Person, choice: str) -> None:
        await self.do("vote", who=who.name, what=uri, whom=of.uri, choice=choice)

    async def votes(self, uri: str) -> list[str]:
        """Names of options for which Notes came."""
        notes = [act["object"] for act in await self.do("told") if act["type"] == "Create"]
        return [
            one["name"] for one in notes if isinstance(one, dict) and one.get("name") and one.get("inReplyTo") == uri
        ]

    async def block(self, who: Person, whom: Person) -> None:
        await self.do("block", who=who.name, whom=whom.uri)

    async def blocked(self, who: Person, by: Person) -> bool:
        return any(
            act["type"] == "Block" and (act["actor"], act["object"]) == (by.uri, who.uri)
            for act in await self.do("told")
        )

    async def report(self, who: Person, whom: Person, uri: str, text: str) -> None:
        await self.do("report", who=who.name, whom=whom.uri, what=uri or None, text=text)

    async def reports(self) -> list[str]:
        return [act.get("content") or "" for act in await self.do("told") if act["type"] == "Flag"]

    async def told(self, who: Person) -> list[str]:
        known = (await self.do("known")).values()
        return [seen(one).text for one in known if who.uri in (*listed(one.get("to")), *listed(one.get("cc")))]

    async def states(self, who: Person, uri: str) -> bool:
        """By the Update that came: Fedify keeps nothing of what it knows no term for."""
        updates = [act["object"] for act in await self.do("told") if act["type"] == "Update"]
        return any(one["id"] == uri and one.get("withheldIn") for one in updates if isinstance(one, dict))

    async def alias(self, who: Person, other: Person) -> None:
        await self.do("alias", who=who.name, whom=other.uri)

    async def move(self, who: Person, to: Person) -> None:
        await self.do("move", who=who.name, whom=to.uri)


@asynccontextmanager
async def fedify(
    folder: Path, *, kept: bool = False, port: int = 0, reached_at: int = 0, **environ: str
) -> AsyncGenerator[Fedify]:
    """The server, listening. `kept`: it can be killed and goes on; `reached_at`: the port at which others reach it.

    Raises RuntimeError with its words when it does not come up.
    """
    server = Fedify(
        folder, port or free_port(), reached_at, environ | ({"FEDIFY_KEPT": str(folder / "kept")} if kept else {})
    )
    try:
        await asyncio.to_thread(server.start)
        yield server
    finally:
        server.end()
        await server.http.aclose()

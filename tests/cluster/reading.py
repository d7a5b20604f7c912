"""Readers in a storm: they look at what law hides and shows, at what others wrote, at the log; and listen to streams."""

import asyncio
import json
import random
import time
from collections.abc import Awaitable, Callable

from cluster.asking import Answer, Asker, Broke, Notebook
from cluster.cast import READERS, SHUNNED, SUSPECTS, Cast
from cluster.history import SeenCheckpoint
from cluster.judging import DOORS, NET, Judges

AT_ONCE = 20  # posts that one request asks for


class Readers:
    """All of them. `pause`: seconds between two looks of one; `checkpoints`: of the log, as they were served."""

    def __init__(
        self, cast: Cast, book: Notebook, judges: Judges, chance: random.Random, over: asyncio.Event, pause: float
    ) -> None:
        self.cast, self.book, self.judges, self.chance, self.over, self.pause = cast, book, judges, chance, over, pause
        self.checkpoints: list[SeenCheckpoint] = []
        self.heard: dict[tuple[int, str], list[float]] = {}  # (listener, post id) -> when it was told that it is hidden

    def lives(self, many: int) -> list[Awaitable[None]]:
        law = (
            self.posts,
            self.posts,
            self.posts,
            self.one_post,
            self.timeline,
            self.account,
            self.shunned,
            self.door,
            self.token,
        )
        looks = (*law, self.others)
        return [*(self._forever(looks) for _ in range(many)), self._forever((self.checkpoint,))]

    def listeners(self, many: int) -> list[Awaitable[None]]:
        """Until they are cancelled: a stream does not end by itself."""
        return [self._listen(number) for number in range(many)]

    async def _forever(self, looks: tuple[Callable[[Asker], Awaitable[None]], ...]) -> None:
        with self.book.asker() as asker:
            while not self.over.is_set():
                before = self.book.broke
                await self.chance.choice(looks)(asker)
                # Whoever finds a shut door does not knock a thousand times a second.
                await asyncio.sleep(self.pause if self.book.broke == before else 0.1)

    def who(self) -> str:
        return self.chance.choice(READERS)

    # --- law ---

    async def posts(self, asker: Asker) -> None:
        ids = self.judges.posts[-AT_ONCE * 2 :]
        ids = self.chance.sample(ids, min(len(ids), AT_ONCE))
        if not ids:
            return
        who, query = self.who(), "&".join(f"id[]={id_}" for id_ in ids)

        def read(answer: Answer) -> dict[str, str]:
            there = {status["id"]: status for status in answer.json()} if answer.status == 200 else {}
            found = (
                {f"post {self.cast.words[id_]}": "there" if id_ in there else "gone" for id_ in ids} if there else {}
            )
            return found | self._laws(list(there.values()))

        await self.book.see(asker, who, f"/api/v1/statuses?{query}", read, token=self.cast.token(who))

    def _laws(self, statuses: list[dict[str, object]]) -> dict[str, str]:
        """What statuses show of the law about them."""
        hidden = {str(status["id"]): "IN" in (status.get("withheld_in_countries") or ()) for status in statuses}
        known = {id_: self.cast.words[id_] for id_ in hidden if self.cast.words.get(id_, "").startswith("law")}
        return {f"law post {word}": "hidden" if hidden[id_] else "shown" for id_, word in known.items()}

    async def one_post(self, asker: Asker) -> None:
        if self.judges.posts:
            id_ = self.chance.choice(self.judges.posts[-10:])

            def read(answer: Answer) -> dict[str, str]:
                return self._laws([answer.json()]) if answer.status == 200 else {}

            # Strangers, whose answers are kept longest.
            await self.book.see(asker, "stranger", f"/api/v1/statuses/{id_}", read)

    async def timeline(self, asker: Asker) -> None:
        meera, who = self.cast.members["meera"].id, self.who()
        path = self.chance.choice(("/api/v1/timelines/public?limit=40", f"/api/v1/accounts/{meera}/statuses?limit=20"))

        def read(answer: Answer) -> dict[str, str]:
            return self._laws(answer.json()) if answer.status == 200 else {}

        await self.book.see(asker, who, path, read, token=self.cast.token(who))

    async def account(self, asker: Asker) -> None:
        whom = self.chance.choice(SUSPECTS)

        def read(answer: Answer) -> dict[str, str]:
            return (
                {f"law account {whom}": "hidden" if answer.json().get("suspended") else "shown"}
                if answer.status == 200
                else {}
            )

        await self.book.see(asker, "stranger", f"/api/v1/accounts/{self.cast.members[whom].id}", read)

    async def shunned(self, asker: Asker) -> None:
        """Whether whoever is blocked is told so; asked by the one who blocks, too, whose own act it is."""
        who, whom = self.chance.choice(SHUNNED)
        other = self.cast.members[who].id

        def read(answer: Answer) -> dict[str, str]:
            return (
                {f"law block {who} {whom}": "hidden" if answer.json()[0]["blocked_by"] else "shown"}
                if answer.status == 200
                else {}
            )

        await self.book.see(
            asker, whom, f"/api/v1/accounts/relationships?id[]={other}", read, token=self.cast.token(whom)
        )

    async def door(self, asker: Asker) -> None:
        address = f"{NET}{self.chance.randint(1, DOORS)}"

        def read(answer: Answer) -> dict[str, str]:
            return {f"law door {address}": "hidden" if answer.status == 403 else "shown"}

        await self.book.see(
            asker, address, "/api/v1/timelines/public?limit=1", read, headers={"x-forwarded-for": address}
        )

    async def token(self, asker: Asker) -> None:
        number = self.chance.randint(
            max(self.cast.first_token, self.cast.revoked - 3), min(self.cast.revoked, len(self.cast.tokens) - 1)
        )

        def read(answer: Answer) -> dict[str, str]:
            return {f"law token {number}": "hidden" if answer.status == 401 else "shown"}

        await self.book.see(asker, "teja", "/api/v1/accounts/verify_credentials", read, token=self.cast.tokens[number])

    # --- the rest ---

    async def others(self, asker: Asker) -> None:
        """Posts that were acknowledged, whoever wrote them, wherever."""
        known = [(id_, word) for id_, word in list(self.cast.words.items())[-60:] if word.startswith("say")]
        ids = dict(self.chance.sample(known, min(len(known), AT_ONCE)))
        if not ids:
            return
        who, query = self.who(), "&".join(f"id[]={id_}" for id_ in ids)

        def read(answer: Answer) -> dict[str, str]:
            there = {status["id"] for status in answer.json()} if answer.status == 200 else set(ids)
            return (
                {f"post {word}": "there" if id_ in there else "gone" for id_, word in ids.items()}
                if answer.status == 200
                else {}
            )

        await self.book.see(asker, who, f"/api/v1/statuses?{query}", read, token=self.cast.token(who))

    async def checkpoint(self, asker: Asker) -> None:
        answer = await self.book.ask(asker, "GET", "/log/checkpoint")
        if answer is not None and answer.status == 200:
            self.checkpoints.append(SeenCheckpoint(answer.body.decode(), answer.start, answer.end, answer.server))
        await asyncio.sleep(0.1)

    async def _listen(self, number: int) -> None:
        """A stream, opened again whenever it ends."""
        who = READERS[number % len(READERS)]
        while not self.over.is_set():
            try:
                await self._hear(number, who)
            except (OSError, EOFError, ValueError, Broke, asyncio.LimitOverrunError):
                await asyncio.sleep(0.3)

    async def _hear(self, number: int, who: str) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.book.port)
        try:
            head = f"GET /api/v1/streaming/public HTTP/1.1\r\nhost: storm\r\nauthorization: Bearer {self.cast.token(who)}\r\n\r\n"
            writer.write(head.encode())
            kind = ""
            while not self.over.is_set():
                line = await reader.readline()
                if not line:
                    return
                name, _, said = line.decode().strip().partition(": ")
                if name == "event":
                    kind = said
                elif name == "data":
                    self._note(number, kind, said)
        finally:
            writer.close()

    def _note(self, number: int, kind: str, said: str) -> None:
        id_ = said if kind == "delete" else ""
        if kind in ("update", "status.update"):
            status = json.loads(said)
            id_ = str(status["id"]) if "IN" in (status.get("withheld_in_countries") or ()) else ""
        if id_:
            self.heard.setdefault((number, id_), []).append(time.monotonic())

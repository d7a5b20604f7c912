"""Members in a storm: they write, like, follow, rename themselves, upload, report and delete, and look at once for what they did.

Each look goes wherever the balancer sends it, seldom to the server that took the act in.
"""

import asyncio
import random
from typing import Any

from cluster.asking import Answer, Asker, Notebook
from cluster.cast import WRITERS, Cast
from painted import picture

REST = (0.02, 0.25)  # seconds between two acts of one member
MOST_TRIES = 200
BOUNDARY = "storm-boundary"


class Writer:
    """One member, on one connection at a time. `over` ends them between two acts."""

    def __init__(self, cast: Cast, book: Notebook, handle: str, chance: random.Random, over: asyncio.Event) -> None:
        self.cast, self.book, self.handle, self.chance, self.over = cast, book, handle, chance, over
        self.me = cast.members[handle]
        self.next = WRITERS[(WRITERS.index(handle) + 1) % len(WRITERS)]
        self.count = 0
        self.follows = False

    async def live(self) -> None:
        acts = (
            self.say,
            self.say,
            self.say,
            self.like,
            self.like,
            self.like,
            self.follow,
            self.rename,
            self.upload,
            self.regret,
            self.report,
        )
        with self.book.asker() as asker:
            await self.follow(asker, begins=False)
            await self.rename(asker)
            while not self.over.is_set():
                await self.chance.choice(acts)(asker)
                await asyncio.sleep(self.chance.uniform(*REST))

    def word(self, kind: str) -> str:
        self.count += 1
        return f"{kind}{self.handle}{self.cast.mark}{self.count}x"

    # --- acts ---

    async def say(self, asker: Asker) -> None:
        word = self.word("say")
        brings = (f"post {word}", f"notice mention {self.handle} {self.next} {word}")
        id_ = await self.publish(asker, word, f"{word} @{self.next} #तूफ़ान", brings)
        if id_:
            await self.look_home(asker, word, id_)

    async def publish(self, asker: Asker, word: str, text: str, brings: tuple[str, ...], media: str = "") -> str:
        """Say something, asking again with the same key until it is answered, as clients do; its id, "" where it was refused."""
        said = {"status": text} | ({"media_ids": [media]} if media else {})
        while True:
            answer = await self.book.do(
                asker,
                self.handle,
                f"post {word}",
                "there",
                "POST",
                "/api/v1/statuses",
                token=self.me.token,
                body=said,
                headers={"idempotency-key": word},
                brings=brings,
            )
            if answer is not None and answer.status == 200:
                id_ = str(answer.json()["id"])
                self.cast.words[id_] = word
                await self.look(asker, id_)
                return id_
            if answer is not None and answer.status not in (409, 429):
                self.book.strange.append(f"{answer.status} to a post: {answer.body[:200]!r}")
                return ""
            await asyncio.sleep(0.2)

    async def look(self, asker: Asker, id_: str) -> None:
        """Is there what was just said?"""

        def read(answer: Answer) -> dict[str, str]:
            return {f"post {self.cast.words[id_]}": "there" if answer.status == 200 else "gone"}

        await self.book.see(asker, self.handle, f"/api/v1/statuses/{id_}", read, token=self.me.token)

    async def look_home(self, asker: Asker, word: str, id_: str) -> None:
        """Does one's own home begin with it, or with what came since?"""

        def read(answer: Answer) -> dict[str, str]:
            ids = [status["id"] for status in answer.json()] if answer.status == 200 else []
            if answer.status != 200 or (len(ids) == 40 and int(ids[-1]) > int(id_)):
                return {}
            return {f"post {word}": "there" if id_ in ids else "gone"}

        await self.book.see(asker, self.handle, "/api/v1/timelines/home?limit=40", read, token=self.me.token)

    async def like(self, asker: Asker) -> None:
        others = [
            (id_, word)
            for id_, word in list(self.cast.words.items())[-40:]
            if word.startswith("say") and self.handle not in word
        ]
        if not others:
            return
        id_, word = self.chance.choice(others)
        author = next(handle for handle in WRITERS if handle in word)
        what = f"like {self.handle} {word}"
        brings = (what, f"notice favourite {self.handle} {author} {word}")
        path = f"/api/v1/statuses/{id_}/favourite"
        await self.until_known(asker, what, "on", path, brings)

        def read(answer: Answer) -> dict[str, str]:
            return {what: "on" if answer.json()["favourited"] else ""} if answer.status == 200 else {}

        await self.book.see(asker, self.handle, f"/api/v1/statuses/{id_}", read, token=self.me.token)

    async def follow(self, asker: Asker, *, begins: bool | None = None) -> None:
        other = self.cast.members[self.next].id
        self.follows = not self.follows if begins is None else begins
        what, verb = f"follow {self.handle} {self.next}", "follow" if self.follows else "unfollow"
        await self.until_known(asker, what, "on" if self.follows else "", f"/api/v1/accounts/{other}/{verb}", ())

        def read(answer: Answer) -> dict[str, str]:
            return {what: "on" if answer.json()[0]["following"] else ""} if answer.status == 200 else {}

        await self.book.see(
            asker, self.handle, f"/api/v1/accounts/relationships?id[]={other}", read, token=self.me.token
        )

    async def rename(self, asker: Asker) -> None:
        name, what = self.word("name"), f"name {self.handle}"
        path, said = "/api/v1/accounts/update_credentials", {"display_name": name}
        await self.until_known(asker, what, name, path, (), "PATCH", body=said)

        def read(answer: Answer) -> dict[str, str]:
            return {what: answer.json()["display_name"]} if answer.status == 200 else {}

        await self.book.see(asker, self.handle, f"/api/v1/accounts/{self.me.id}", read)

    async def upload(self, asker: Asker) -> None:
        """A picture that nobody uploaded before, in a post of its own."""
        word = self.word("pic")
        size = 40 + self.count % 400
        part = f'--{BOUNDARY}\r\ncontent-disposition: form-data; name="file"; filename="a.png"\r\ncontent-type: image/png\r\n\r\n'
        raw = part.encode() + picture(size, 30) + f"\r\n--{BOUNDARY}--\r\n".encode()
        kind = {"content-type": f"multipart/form-data; boundary={BOUNDARY}"}
        answer = await self.book.ask(asker, "POST", "/api/v2/media", token=self.me.token, raw=raw, headers=kind)
        if answer is None or answer.status != 200:
            return
        shown = answer.json()
        brings = (f"post {word}", f"media {word}")
        if await self.publish(asker, word, f"{word} 📷", brings, shown["id"]):
            await self.look_at_picture(asker, word, shown["url"])

    async def look_at_picture(self, asker: Asker, word: str, url: str) -> None:
        path = "/" + url.split("/", 3)[3]

        def read(answer: Answer) -> dict[str, str]:
            return {f"post {word}": "there" if answer.status in (200, 302, 307) else "gone"}

        await self.book.see(asker, self.handle, path, read)

    async def regret(self, asker: Asker) -> None:
        """Something is said and taken back."""
        word = self.word("oops")
        id_ = await self.publish(asker, word, word, ())
        if id_:
            await self.until_known(
                asker, f"post {word}", "gone", f"/api/v1/statuses/{id_}", (), "DELETE", done=(200, 404)
            )
            await self.look(asker, id_)

    async def report(self, asker: Asker) -> None:
        """Somebody is reported, once: who says the same again is told of the report that is open."""
        whom = next(
            (
                handle
                for handle in self.cast.members
                if handle != self.handle and (self.handle, handle) not in self.cast.reported
            ),
            "",
        )
        if not whom:
            return
        self.cast.reported.add((self.handle, whom))
        what = f"report {self.handle} {whom}"
        sent = {"account_id": self.cast.members[whom].id, "comment": what, "category": "spam"}
        await self.until_known(asker, what, "there", "/api/v1/reports", (what,), body=sent)

    async def until_known(
        self,
        asker: Asker,
        what: str,
        value: str,
        path: str,
        brings: tuple[str, ...],
        method: str = "POST",
        done: tuple[int, ...] = (200,),
        body: Any = None,
    ) -> None:
        """Do what can be done twice, until one knows that it is done; but not while everything breaks for long."""
        for _ in range(MOST_TRIES):
            answer = await self.book.do(
                asker, self.handle, what, value, method, path, token=self.me.token, brings=brings, done=done, body=body
            )
            if answer is not None and answer.status not in (409, 429):
                return
            await asyncio.sleep(0.2)

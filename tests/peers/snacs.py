"""snac2, as Debian has it, as a side of a meeting: told what to do by its forms, and looked at in its files.

It speaks plain http when its settings say so. Names with ports it takes everywhere but in words: `@somebody@host:8000` in
a post stops at the colon. So people here are mentioned as being at a name without one, whose WebFinger leads to their own
address; `Names` is the server of such names, reached as a proxy is.
"""

import asyncio
import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
from collections import Counter
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

import httpx2

from peers.sides import Json, NotKnown, Person, PostSeen, PostToSay, listed, mentioned, plain, seen
from ports import free_port
from services import ending_with_us
from waiting import PATIENCE, until

PROGRAM = shutil.which("snac")
NAMES = "names.test"  # all people of other servers, as far as words in snac go
HTTP_ONLY = {
    "protocol": "http",
    "dbglevel": 1,
    "queue_retry_minutes": 0,
    "queue_retry_max": 100_000,
    "disable_email_notifications": True,
}


class Names:
    """Answers WebFinger for names without ports by leading to the server that the person is really at."""

    def __init__(self) -> None:
        self.people: dict[str, Person] = {}
        self.port = 0

    def spelled(self, person: Person) -> str:
        self.people[person.name] = person
        return f"{person.name}@{NAMES}"

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        asked = parse_qs(urlsplit(head.split()[1]).query).get("resource", [""])[0]
        name = asked.removeprefix("acct:").partition("@")[0]
        there = self.people.get(name)
        if there:
            host = there.address.partition("@")[2]
            to = f"http://{host}/.well-known/webfinger?resource={quote(f'acct:{there.address}')}"
            writer.write(
                f"HTTP/1.1 301 Moved\r\nLocation: {to}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode()
            )
        else:
            writer.write(b"HTTP/1.1 404 Nobody\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.close()


class Snac:
    """Its people, by their passwords; its store, by its files."""

    name = "snac2"

    def __init__(self, folder: Path, port: int, reached_at: int, names: Names) -> None:
        self.folder, self.host, self.names = folder, f"localhost:{reached_at}", names
        # It ends each connection after its answer, and does not say so.
        once = httpx2.Limits(max_keepalive_connections=0)
        self.http = httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=PATIENCE, limits=once)
        self.passwords: dict[str, str] = {}
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        # What is not on this machine goes to the server of names; curl asks it as a proxy.
        door = {"http_proxy": f"http://127.0.0.1:{self.names.port}", "no_proxy": "localhost,127.0.0.1"}
        with (self.folder.parent / "snac.log").open("ab") as log:
            self.process = subprocess.Popen(
                ending_with_us([PROGRAM, "httpd", self.folder], signal.SIGKILL),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**os.environ, **door},
            )

    def kill(self) -> None:
        self._end(signal.SIGKILL)

    def end(self) -> None:
        self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> None:
        if self.process is not None:
            self.process.send_signal(how)
            try:
                self.process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                # Its threads finish what they are at, and may wait for somebody who is dead.
                self.process.kill()
                self.process.wait()
            self.process = None

    def command(self, *words: str) -> str:
        done = subprocess.run(
            [str(PROGRAM), *words], capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
        )
        return done.stdout + done.stderr

    async def join(self, name: str) -> Person:
        told = await asyncio.to_thread(self.command, "adduser", str(self.folder), name)
        found = re.search(r"password is (\S+)", told)
        assert found, told
        self.passwords[name] = found[1]
        return Person(name, f"http://{self.host}/{name}", f"{name}@{self.host}")

    async def _form(self, who: Person, form: str, files: dict[str, bytes] | None = None, **fields: str) -> None:
        """Press a button of its pages. Every form is sent by parts, as its pages send them."""
        parts = [(name, (None, value.encode())) for name, value in fields.items()]
        parts += [(name, ("picture.png", content, "image/png")) for name, content in (files or {}).items()]
        answer = await self.http.post(
            f"/{who.name}/admin/{form}", files=parts, auth=(who.name, self.passwords[who.name]), follow_redirects=False
        )
        assert answer.status_code == 303, (form, fields, answer.status_code, answer.text[:300])

    async def _act(self, who: Person, action: str, **fields: str) -> None:
        await self._form(who, "action", None, action=action, **fields)

    # What it keeps.

    def object(self, uri: str) -> Json | None:
        return self._json(self._file(uri, ".json"))

    def _file(self, uri: str, end: str) -> Path:
        name = hashlib.md5(uri.encode(), usedforsecurity=False).hexdigest()
        return self.folder / "object" / name[:2] / (name + end)

    def _json(self, path: Path) -> Json | None:
        try:
            return json.loads(path.read_text())
        except (FileNotFoundError, ValueError):  # being written
            return None

    def objects(self) -> Iterator[Json]:
        for path in (self.folder / "object").glob("*/*.json"):
            if one := self._json(path):
                yield one

    def _has(self, who: Person, kind: str, uri: str) -> Path | None:
        name = hashlib.md5(uri.encode(), usedforsecurity=False).hexdigest()
        return next((self.folder / "user" / who.name / kind).glob(f"{name}*"), None)

    def _count(self, uri: str, end: str) -> int:
        try:
            return sum(not line.startswith("-") for line in self._file(uri, end).read_text().split())
        except FileNotFoundError:
            return 0

    # What its people do and see.

    async def finds(self, who: Person, what: str) -> bool:
        told = await asyncio.to_thread(self.command, "webfinger", str(self.folder), what)
        return "actor:" in told.lower() and "http" in told.lower()

    async def follow(self, who: Person, whom: Person) -> None:
        await self._act(who, "Follow", actor=whom.uri)

    async def unfollow(self, who: Person, whom: Person) -> None:
        await self._act(who, "Unfollow", actor=whom.uri)

    async def follows(self, who: Person, whom: Person) -> bool:
        name = hashlib.md5(whom.uri.encode(), usedforsecurity=False).hexdigest()
        kept = self._json(self.folder / "user" / who.name / "following" / f"{name}.json")
        return bool(kept) and kept.get("type") == "Accept"

    async def followed(self, who: Person, by: Person) -> bool:
        return self._has(who, "followers", by.uri) is not None

    async def say(self, who: Person, said: PostToSay) -> str:
        if said.visibility == "private":
            raise NotKnown("its people cannot write to their followers alone (2.75: “implement scope 3”)")
        if said.quotes:
            raise NotKnown("it knows no quotes")
        text = mentioned(said.text, said.names, self.names.spelled)
        if said.visibility == "unlisted":
            await asyncio.to_thread(self.command, "note_unlisted", str(self.folder), who.name, text)
        else:
            fields = {"content": text}
            if said.visibility == "direct":
                fields["mentioned_only"] = "on"
            if said.warning:
                fields |= {"sensitive": "on", "summary": said.warning}
            if said.answers:
                fields["in_reply_to"] = said.answers
            if said.options:
                fields |= {"poll_options": "\n".join(said.options), "poll_end_secs": "3600"}
            if said.described:
                fields["alt_text_0"] = said.described
            await self._form(who, "note", {"attach_0": said.picture} if said.picture else None, **fields)
        return await self._said(who, said.text)

    async def _said(self, who: Person, text: str) -> str:
        async def written() -> str:
            return next(
                (
                    str(one["id"])
                    for one in self.objects()
                    if one.get("attributedTo") == who.uri and text in plain(one.get("content") or "")
                ),
                "",
            )

        return await until(written, f"snac2 writes {text!r}")

    async def edit(self, who: Person, uri: str, text: str) -> None:
        await self._form(who, "note", content=text, edit_id=uri)

    async def delete(self, who: Person, uri: str) -> None:
        await self._act(who, "Delete", id=uri)

    async def sees(self, who: Person, uri: str) -> PostSeen | None:
        kept = self.object(uri)
        return seen(kept) if kept and self._has(who, "private", uri) else None

    async def came(self, who: Person) -> Counter[str]:
        """How often each post stands in the list that `who` reads."""
        ids = [str(one["id"]) for one in self.objects() if "id" in one]
        named = {hashlib.md5(id_.encode(), usedforsecurity=False).hexdigest(): id_ for id_ in ids}
        index = self.folder / "user" / who.name / "private.idx"
        lines = index.read_text().split() if index.exists() else []
        return Counter(named[line] for line in lines if line in named)

    async def like(self, who: Person, uri: str, of: Person) -> None:
        await self._act(who, "Like", id=uri)

    async def unlike(self, who: Person, uri: str, of: Person) -> None:
        await self._act(who, "Unlike", id=uri)

    async def boost(self, who: Person, uri: str, of: Person) -> None:
        await self._act(who, "Boost", id=uri)

    async def unboost(self, who: Person, uri: str, of: Person) -> None:
        await self._act(who, "Unboost", id=uri)

    async def likes(self, who: Person, uri: str) -> int:
        return self._count(uri, "_l.idx")

    async def boosts(self, who: Person, uri: str) -> int:
        return self._count(uri, "_a.idx")

    async def vote(self, who: Person, uri: str, of: Person, choice: str) -> None:
        await self._form(who, "vote", irt=uri, question=choice, actor=of.uri)

    async def votes(self, uri: str) -> list[str]:
        return [one["name"] for one in self.objects() if one.get("name") and one.get("inReplyTo") == uri]

    async def block(self, who: Person, whom: Person) -> None:
        raise NotKnown("it mutes people and tells nobody")

    async def blocked(self, who: Person, by: Person) -> bool:
        raise NotKnown("it takes a Block and does nothing with it")

    async def report(self, who: Person, whom: Person, uri: str, text: str) -> None:
        raise NotKnown("it knows no reports")

    async def reports(self) -> list[str]:
        raise NotKnown("it knows no reports")

    async def told(self, who: Person) -> list[str]:
        return [seen(one).text for one in self.objects() if who.uri in (*listed(one.get("to")), *listed(one.get("cc")))]

    async def states(self, who: Person, uri: str) -> bool:
        return bool((self.object(uri) or {}).get("withheldIn"))

    async def alias(self, who: Person, other: Person) -> None:
        told = await asyncio.to_thread(self.command, "alias", str(self.folder), who.name, other.uri)
        assert "error" not in told.lower(), told

    async def move(self, who: Person, to: Person) -> None:
        await self.alias(who, to)
        told = await asyncio.to_thread(self.command, "migrate", str(self.folder), who.name)
        assert "cannot" not in told.lower(), told

    def moved_along(self, who: Person, to: Person) -> bool:
        """Whether the follow of `who` has gone over; it answers a Move by following anew."""
        return self._has(who, "following", to.uri) is not None


@asynccontextmanager
async def snac(folder: Path, *, quiet: bool = False, port: int = 0, reached_at: int = 0) -> AsyncGenerator[Snac]:
    """The server, listening; `quiet`: it says as little as when it was installed; `reached_at`: the port at which others reach it.

    Raises RuntimeError where the package is not there.
    """
    if PROGRAM is None:
        raise RuntimeError("no snac here: make services")
    port, names = port or free_port(), Names()
    door = await asyncio.start_server(names.answer, "127.0.0.1", 0)
    names.port = door.sockets[0].getsockname()[1]
    reached_at = reached_at or port
    begun = _begun(folder / "snac", port, reached_at, {"dbglevel": 0} if quiet else {})
    server = Snac(begun, port, reached_at, names)
    try:
        server.start()
        await _listens(server)
        yield server
    finally:
        server.end()
        await server.http.aclose()
        door.close()


def _begun(data: Path, port: int, reached_at: int, more: Json) -> Path:
    """A store of its own, with the settings of a server on this machine."""
    answers = f"127.0.0.1\n{port}\nlocalhost:{reached_at}\n\n\n"
    subprocess.run([str(PROGRAM), "init", str(data)], input=answers, text=True, check=True, capture_output=True)
    settings = data / "server.json"
    settings.write_text(json.dumps(json.loads(settings.read_text()) | HTTP_ONLY | more))
    return data


async def _listens(server: Snac) -> None:
    async def answers() -> bool:
        try:
            await server.http.get("/")
        except httpx2.TransportError:
            return False
        return True

    try:
        await until(answers, "snac2 answers")
    except AssertionError:
        log = (server.folder.parent / "snac.log").read_text(errors="replace")
        raise RuntimeError(f"snac2 did not come up:\n{log[-2000:]}") from None

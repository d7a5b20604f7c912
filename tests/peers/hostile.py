"""A server that lies: it serves what it is told to, signs what it likes, and counts what it is asked for.

It signs by its own few lines (draft-cavage-http-signatures-12), so that ours are not tested against themselves.
"""

import asyncio
import base64
import hashlib
import json
from collections import Counter
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Any
from urllib.parse import quote, urlsplit

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from fediverse import a_key
from peers.sides import Json

ACTIVITY = "application/activity+json"
NAMES = "/.well-known/webfinger"
CONTEXT = "https://www.w3.org/ns/activitystreams"
PUBLIC = "https://www.w3.org/ns/activitystreams#Public"

# A document; bytes as they are; an address to be sent to; made when asked
type Answer = Json | bytes | str | Callable[[str], Json]


def public_of(key: rsa.RSAPrivateKey) -> str:
    kind = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_key().public_bytes(serialization.Encoding.PEM, kind).decode()


@dataclass
class Liar:
    """Somebody on the hostile server, who signs with `key`."""

    uri: str
    key: rsa.RSAPrivateKey

    @property
    def key_id(self) -> str:
        return f"{self.uri}#main-key"

    def actor(self, **more: Any) -> Json:
        """Their document as it would be of an honest one."""
        name = self.uri.rpartition("/")[2]
        return {
            "@context": [CONTEXT, "https://w3id.org/security/v1"],
            "id": self.uri,
            "type": "Person",
            "preferredUsername": name,
            "name": name,
            "inbox": f"{self.uri}/inbox",
            "outbox": f"{self.uri}/outbox",
            "followers": f"{self.uri}/followers",
            "publicKey": {"id": self.key_id, "owner": self.uri, "publicKeyPem": public_of(self.key)},
        } | more

    def note(self, name: str, **more: Any) -> Json:
        """A post of theirs; `name` is what it says, and (escaped) where it stands."""
        return {
            "@context": CONTEXT,
            "id": f"{self.uri}/notes/{quote(name)}",
            "type": "Note",
            "attributedTo": self.uri,
            "content": f"<p>{name}</p>",
            "to": [PUBLIC],
            "cc": [f"{self.uri}/followers"],
            "published": "2026-11-01T10:00:00Z",
        } | more

    def act(self, kind: str, thing: Any, name: str = "", **more: Any) -> Json:
        """An activity of theirs."""
        id_ = f"{self.uri}/acts/{name or hashlib.sha256(json.dumps([kind, thing, more]).encode()).hexdigest()[:12]}"
        return {"@context": CONTEXT, "id": id_, "type": kind, "actor": self.uri, "object": thing} | more


def signed(
    body: bytes, target: str, at: float, *, key_id: str, key: rsa.RSAPrivateKey, method: str = "post", **wrong: str
) -> dict[str, str]:
    """Headers of a request as an honest server signs it, at Unix time `at`; `wrong` puts other values after the signing."""
    url = urlsplit(target)
    headers = {
        "host": url.netloc,
        "date": formatdate(at, usegmt=True),
        "digest": "SHA-256=" + base64.b64encode(hashlib.sha256(body).digest()).decode(),
        "content-type": ACTIVITY,
    }
    covered = ("(request-target)", "host", "date", "digest")
    path = url.path + (f"?{url.query}" if url.query else "")
    lines = [f"{name}: {f'{method} {path}' if name.startswith('(') else headers[name]}" for name in covered]
    signature = base64.b64encode(key.sign("\n".join(lines).encode(), padding.PKCS1v15(), hashes.SHA256())).decode()
    said = f'keyId="{key_id}",algorithm="rsa-sha256",headers="{" ".join(covered)}",signature="{signature}"'
    return headers | {"signature": said} | wrong


@dataclass
class Hostile:
    """Documents by path; what was asked for."""

    port: int = 0
    documents: dict[str, Answer] = field(default_factory=dict[str, Answer])
    asked: Counter[str] = field(default_factory=Counter[str])
    told: list[tuple[str, Json]] = field(default_factory=list[tuple[str, Json]])
    slow: set[str] = field(default_factory=set[str])  # paths whose answers never end
    away: int | None = None  # nothing is heard: it answers with this status, or (0) hangs up

    @property
    def origin(self) -> str:
        return f"http://localhost:{self.port}"

    def liar(self, name: str, key: int = 0, **more: Any) -> Liar:
        """Somebody whose document can be fetched."""
        one = Liar(f"{self.origin}/{name}", a_key(key))
        self.documents[f"/{name}"] = one.actor(**more)
        return one

    def names(self, *people: Liar) -> None:
        """Let these be found by name (RFC 7033)."""
        for one in people:
            acct = f"acct:{one.uri.rpartition('/')[2]}@localhost:{self.port}"
            self.documents[f"{NAMES}?resource={quote(acct, safe='')}"] = {
                "subject": acct,
                "links": [{"rel": "self", "type": ACTIVITY, "href": one.uri}],
            }

    def serves(self, document: Json) -> str:
        """Let a document be fetched at its id, which is returned."""
        self.documents[urlsplit(document["id"]).path] = document
        return str(document["id"])

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._answer(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        method, target, _ = head.split("\r\n")[0].split(" ")
        length = next((int(line[15:]) for line in head.lower().split("\r\n") if line.startswith("content-length:")), 0)
        body = await reader.readexactly(length)
        if self.away is not None:
            return await self._give(writer, self.away, b"") if self.away else None
        path = target.partition("?")[0]
        self.asked[path if path in self.documents or method != "GET" else target] += 1
        if method == "POST":
            self.told.append((path, json.loads(body)))
            return await self._give(writer, 202, b"")
        if path in self.slow:
            await self._drip(writer)
            return None
        found = self.documents.get(target, self.documents.get(path))
        if callable(found):
            found = found(target)
        if found is None:
            return await self._give(writer, 404, b"{}")
        if isinstance(found, str):
            return await self._give(writer, 302, b"", f"Location: {found}\r\n")
        kind = "application/jrd+json" if path == NAMES else ACTIVITY
        body = found if isinstance(found, bytes) else json.dumps(found).encode()
        return await self._give(writer, 200, body, kind=kind)

    async def _give(
        self, writer: asyncio.StreamWriter, status: int, body: bytes, more: str = "", *, kind: str = ACTIVITY
    ) -> None:
        head = f"HTTP/1.1 {status} So\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n{more}Connection: close\r\n\r\n"
        writer.write(head.encode() + body)
        await writer.drain()

    async def _drip(self, writer: asyncio.StreamWriter) -> None:
        """A byte now and then, for as long as anybody listens."""
        writer.write(f"HTTP/1.1 200 So\r\nContent-Type: {ACTIVITY}\r\nContent-Length: 1000000\r\n\r\n".encode())
        while True:
            writer.write(b" ")
            await writer.drain()
            await asyncio.sleep(0.05)


@asynccontextmanager
async def hostile() -> AsyncGenerator[Hostile]:
    """The server, listening on a port of this machine."""
    one = Hostile()
    server = await asyncio.start_server(one.answer, "127.0.0.1", 0, limit=1 << 20)
    one.port = server.sockets[0].getsockname()[1]
    try:
        yield one
    finally:
        server.close()

"""A push service on loopback, and a device behind it that can open what arrives."""

import asyncio
import json
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

CREATED = b"HTTP/1.1 201 Created\r\ncontent-length: 0\r\n\r\n"


def said(status: int) -> bytes:
    return f"HTTP/1.1 {status} Said\r\ncontent-length: 0\r\n\r\n".encode()


def unpadded(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass
class Device:
    """Its keys, what its push service was sent, and how that answers."""

    port: int = 0
    answer: bytes = CREATED
    heard: list[tuple[dict[str, str], bytes]] = field(default_factory=list[tuple[dict[str, str], bytes]])
    private: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    auth: bytes = field(default_factory=lambda: os.urandom(16))

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}/wpush/v2/abc"

    @property
    def point(self) -> bytes:
        return self.private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    @property
    def subscription(self) -> dict[str, Any]:
        """As a browser's `PushSubscription.toJSON()`."""
        keys = {"p256dh": self.point, "auth": self.auth}
        shown = {name: urlsafe_b64encode(key).decode().rstrip("=") for name, key in keys.items()}
        return {"endpoint": self.endpoint, "expirationTime": None, "keys": shown}

    def opened(self) -> list[dict[str, Any]]:
        """Everything that arrived, as the device reads it."""
        return [json.loads(self._open(headers, body)) for headers, body in self.heard]

    def _open(self, headers: dict[str, str], body: bytes) -> bytes:
        if headers["content-encoding"] == "aes128gcm":
            return http_ece.decrypt(body, private_key=self.private, auth_secret=self.auth, version="aes128gcm")
        salt = unpadded(headers["encryption"].removeprefix("salt="))
        dh = unpadded(headers["crypto-key"].partition(";")[0].removeprefix("dh="))
        return http_ece.decrypt(
            body, salt=salt, private_key=self.private, dh=dh, auth_secret=self.auth, version="aesgcm"
        )

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = {k.lower(): v for k, _, v in (line.partition(": ") for line in head[1:] if line)}
        self.heard.append((headers, await reader.readexactly(int(headers["content-length"]))))
        writer.write(self.answer)
        await writer.drain()
        writer.close()


@asynccontextmanager
async def device() -> AsyncIterator[Device]:
    """A device whose push service listens."""
    found = Device()
    server = await asyncio.start_server(found.serve, "127.0.0.1", 0)
    found.port = server.sockets[0].getsockname()[1]
    try:
        yield found
    finally:
        server.close()

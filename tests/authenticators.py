"""An authenticator in software, for tests of passkeys."""

import hashlib
import json
import os
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

PRESENT, VERIFIED, ATTESTED = 1, 4, 64


def text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")


@dataclass
class Device:
    """An authenticator of ES256 in software: it signs what it is asked to, for whatever origin it is told that it is at."""

    origin: str
    site: str
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    id: bytes = field(default_factory=lambda: os.urandom(32))
    uses: int = 0

    def makes(self, options: str) -> str:
        asked = json.loads(options)
        point = self.key.public_key().public_numbers()
        public = cbor2.dumps({1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32), -3: point.y.to_bytes(32)})
        told = self._told(PRESENT | VERIFIED | ATTESTED) + bytes(16) + len(self.id).to_bytes(2) + self.id + public
        attested = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": told})
        client = self._client("webauthn.create", asked["challenge"])
        return self._answer({"clientDataJSON": text(client), "attestationObject": text(attested)})

    def signs(self, options: str, *, uses: int | None = None, verified: bool = True, **other: Any) -> str:
        """`uses`: what its counter says; `other`: what it claims instead."""
        self.uses = self.uses + 1 if uses is None else uses
        client = self._client(
            "webauthn.get", other.get("challenge") or json.loads(options)["challenge"], other.get("origin", "")
        )
        told = self._told(PRESENT | (VERIFIED if verified else 0), other.get("site", ""))
        signature = self.key.sign(told + hashlib.sha256(client).digest(), ec.ECDSA(SHA256()))
        return self._answer(
            {"clientDataJSON": text(client), "authenticatorData": text(told), "signature": text(signature)},
            other.get("id"),
        )

    def _client(self, kind: str, challenge: str, origin: str = "") -> bytes:
        return json.dumps(
            {"type": kind, "challenge": challenge, "origin": origin or self.origin, "crossOrigin": False}
        ).encode()

    def _told(self, flags: int, site: str = "") -> bytes:
        return hashlib.sha256((site or self.site).encode()).digest() + bytes([flags]) + self.uses.to_bytes(4)

    def _answer(self, response: dict[str, str], id_: bytes | None = None) -> str:
        named = text(id_ or self.id)
        return json.dumps(
            {"id": named, "rawId": named, "type": "public-key", "response": response, "clientExtensionResults": {}}
        )

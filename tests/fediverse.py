"""Somebody on another server, as small as may be: their actor can be found and fetched, and they sign what they send."""

import json
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key

from chaupal.federation.signing import outgoing
from chaupal.federation.signing.algorithms import pem_of
from chaupal.federation.signing.asked import RFC9421
from chaupal.federation.signing.keys import SigningKey
from chaupal.governance.http_client import Place, place
from elsewhere import Site

ACTIVITY = "application/activity+json"
_KEYS: list[RSAPrivateKey] = []


def a_key(at: int) -> RSAPrivateKey:
    """One of a few, each made once: that takes a tenth of a second."""
    while len(_KEYS) <= at:
        _KEYS.append(generate_private_key(65_537, 2_048))
    return _KEYS[at]


class Stranger:
    """Of `localhost:PORT`. `document`: their actor, as it is said at `uri`."""

    def __init__(self, site: Site, name: str = "ravi", key: int = 0) -> None:
        self.site, self.name = site, name
        self.host = f"localhost:{site.port}"
        self.uri = f"http://{self.host}/users/{name}"
        self.key_id = f"{self.uri}#main-key"
        self.key = a_key(key)
        self.document: dict[str, Any] = {
            "@context": ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1"],
            "id": self.uri,
            "type": "Person",
            "preferredUsername": name,
            "inbox": f"{self.uri}/inbox",
            "outbox": f"{self.uri}/outbox",
            "followers": f"{self.uri}/followers",
            "publicKey": {"id": self.key_id, "owner": self.uri, "publicKeyPem": pem_of(self.key.public_key())},
        }
        self.appear()

    def appear(self) -> None:
        """Say what the document is now."""
        self.says(f"/users/{self.name}", self.document)
        link = {"rel": "self", "type": ACTIVITY, "href": self.uri}
        name = f"acct%3A{self.name}%40localhost%3A{self.site.port}"
        jrd = {"subject": f"acct:{self.name}@{self.host}", "links": [link]}
        # As a site of plain files serves what has no ending.
        self.says(f"/.well-known/webfinger?resource={name}", jrd, "application/octet-stream")

    def says(self, path: str, document: object, kind: str = ACTIVITY) -> str:
        return self.site.says(path, json.dumps(document), kind)

    def signed(
        self, method: str, url: str, body: bytes = b"", *, now: int, way: str = RFC9421, key: str = ""
    ) -> dict[str, str]:
        """The headers of a request to one of our addresses. `now` in ms; `key`: another's id."""
        there: Place = place(url, plain=True, any_port=True)
        by = SigningKey(key or self.key_id, self.key)
        return {"host": there.authority, **outgoing.sign(method, there, body, by, way, now)}

    def asked(self, path: str) -> int:
        """How often somebody asked for this."""
        return [one for one, _ in self.site.asked].count(path)

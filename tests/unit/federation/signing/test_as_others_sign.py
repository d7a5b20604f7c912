"""Requests as other programs of the field sign them are believed, and no longer where anything in them is exchanged.

`fedify_signed.json`: what Fedify 2.3.6 makes of four requests (`signRequest` with each `spec`, at a time that was given).
"""

import json
from base64 import b64encode
from hashlib import sha256
from pathlib import Path

import pytest

from chaupal.federation.signing import cavage, messages
from chaupal.federation.signing.algorithms import holds, read_public, sign
from chaupal.federation.signing.asked import NotSigned, SignedRequest
from fediverse import a_key

FEDIFY: dict[str, dict[str, str]] = json.loads((Path(__file__).parent / "fedify_signed.json").read_text())
FEDIFY_KEY = """-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAuU8WDOX0zr9YhmYGPYt6
eZFDOMwNO/onfVW8hw/JsULHWDA1H0PImywQS/2npGn6Ntq84feZcll4NbrY0dMw
0LEboNkpfWgMg8joyJcTPpixFIAoJKmtvT7KAffqmFnZbiWN8wo533VwtC1ZgNNY
ENPITFcFKMP0bNHdH2si/HoBuvF12CNv5UjkS4q7oIqPPNkOp2gFzA9MfQOAFhQ7
s5S9xn8I+4J7dRWnVxpWMbsqgVoU32xEJSbiGWE8DAff19VYwaGZK67+2spLlDXo
MPU7BlYR9pvjxDjLZZJn+5W/UxflfUYoHHSCjS6VN9EbXoawyCiFjeWDnT6ulaXD
aQIDAQAB
-----END PUBLIC KEY-----
"""
BODY = b'{"type":"Follow"}'
HERE = "https://here.example"
REQUESTS = {"post": ("POST", "/inbox", BODY), "get": ("GET", "/@asha/outbox?page=1", b"")}
DIGEST = f"SHA-256={b64encode(sha256(BODY).digest()).decode()}"
DATE = "Wed, 10 Feb 2021 15:00:00 GMT"


def holds_so(asked: SignedRequest, pem: str) -> bool:
    try:
        claim = messages.claims(asked)[0] if "signature-input" in asked.headers else cavage.claim(asked)
        return any(
            holds(read_public(pem), claim.algorithm, claim.signature, base) for base in (claim.base, *claim.others)
        )
    except NotSigned:
        return False


@pytest.mark.parametrize("name", FEDIFY)
def test_what_fedify_signs_is_believed(name: str):
    method, target, body = REQUESTS[name.split()[1]]
    asked = SignedRequest(method, HERE, target, FEDIFY[name], body)
    assert holds_so(asked, FEDIFY_KEY)
    assert not holds_so(asked._replace(target="/@ravi/outbox?page=1"), FEDIFY_KEY)
    assert not holds_so(asked._replace(origin="https://another.example"), FEDIFY_KEY)
    assert not holds_so(asked._replace(headers={**asked.headers, "date": "Wed, 10 Feb 2021 15:00:01 GMT"}), FEDIFY_KEY)
    assert not holds_so(asked._replace(body=b"{}"), FEDIFY_KEY) or not body


# By whom, under which name of an algorithm, and which headers in which order.
PROGRAMS = {
    "Mastodon": ("rsa-sha256", "(request-target) host date digest content-type"),
    "snac": ("rsa-sha256", "(request-target) host digest date"),
    "Pleroma": ("rsa-sha256", "(request-target) content-length date digest host"),
    "Misskey": ("rsa-sha256", "(request-target) date host digest"),
    "Lemmy": ("hs2019", "(request-target) content-type date digest host"),
    "GoToSocial": ("hs2019", "(request-target) host date digest"),
    "by created and expires": ("hs2019", "(request-target) (created) (expires) host digest"),
}


@pytest.mark.parametrize("program", PROGRAMS)
def test_what_programs_of_the_field_sign_in_the_old_form_is_believed(program: str):
    algorithm, names = PROGRAMS[program]
    headers = {
        "host": "here.example",
        "date": DATE,
        "digest": DIGEST,
        "content-type": "application/activity+json",
        "content-length": "17",
    }
    said = headers | {"(request-target)": "post /inbox", "(created)": "1612969200", "(expires)": "1612969500"}
    signature = sign(a_key(0), "\n".join(f"{name}: {said[name]}" for name in names.split()).encode())
    times = ",created=1612969200,expires=1612969500" if "(created)" in names else ""
    headers["signature"] = (
        f'keyId="https://there.example/actor#main-key",algorithm="{algorithm}"{times},headers="{names}",'
        f'signature="{b64encode(signature).decode()}"'
    )
    asked = SignedRequest("POST", HERE, "/inbox", headers, BODY)
    claim = cavage.claim(asked)
    assert (claim.made, claim.ends) == (1_612_969_200, 1_612_969_500 if times else 0)
    assert holds(a_key(0).public_key(), claim.algorithm, claim.signature, claim.base)

"""Signatures that the standards themselves give as examples hold here: RFC 9421, and the draft before it."""

from base64 import b64decode

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from chaupal.federation.signing import cavage, fields, messages
from chaupal.federation.signing.algorithms import BadKey, holds, pem_of, read_multikey, read_public
from chaupal.federation.signing.asked import NotSigned, SignedRequest

# RFC 9421, appendix B.1.
RSA = """-----BEGIN RSA PUBLIC KEY-----
MIIBCgKCAQEAhAKYdtoeoy8zcAcR874L8cnZxKzAGwd7v36APp7Pv6Q2jdsPBRrw
WEBnez6d0UDKDwGbc6nxfEXAy5mbhgajzrw3MOEt8uA5txSKobBpKDeBLOsdJKFq
MGmXCQvEG7YemcxDTRPxAleIAgYYRjTSd/QBwVW9OwNFhekro3RtlinV0a75jfZg
kne/YiktSvLG34lw2zqXBDTC5NHROUqGTlML4PlNZS5Ri2U4aCNx2rUPRcKIlE0P
uKxI4T+HIaFpv8+rdV6eUgOrB2xeI1dSFFn/nnv5OoZJEIB+VmuKn3DCUcCZSFlQ
PSXSfBDiUGhwOw76WuSSsf1D4b/vLoJ10wIDAQAB
-----END RSA PUBLIC KEY-----
"""
RSA_PSS = """-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAr4tmm3r20Wd/PbqvP1s2
+QEtvpuRaV8Yq40gjUR8y2Rjxa6dpG2GXHbPfvMs8ct+Lh1GH45x28Rw3Ry53mm+
oAXjyQ86OnDkZ5N8lYbggD4O3w6M6pAvLkhk95AndTrifbIFPNU8PPMO7OyrFAHq
gDsznjPFmTOtCEcN2Z1FpWgchwuYLPL+Wokqltd11nqqzi+bJ9cvSKADYdUAAN5W
Utzdpiy6LbTgSxP7ociU4Tn0g5I6aDZJ7A8Lzo0KSyZYoA485mqcO0GVAdVw9lq4
aOT9v6d+nb4bnNkQVklLQ3fVAvJm+xdDOp9LCNCN48V2pnDOkFV6+U9nV5oyc6XI
2wIDAQAB
-----END PUBLIC KEY-----
"""
ED25519 = """-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEAJrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=
-----END PUBLIC KEY-----
"""
BODY = b'{"hello": "world"}'
SHA512 = "sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:"
ASKED = SignedRequest(
    "POST",
    "https://example.com",
    "/foo?param=Value&Pet=dog",
    {
        "host": "example.com",
        "date": "Tue, 20 Apr 2021 02:07:55 GMT",
        "content-type": "application/json",
        "content-digest": SHA512,
        "content-length": "18",
    },
    BODY,
)
MINIMAL = (
    'sig-b21=();created=1618884473;keyid="test-key-rsa-pss";nonce="b3k2pp5k7z-50gnwp.yemd"',
    "sig-b21=:d2pmTvmbncD3xQm8E9ZV2828BjQWGgiwAaw5bAkgibUopemLJcWDy/lkbbHAve4cRAtx31Iq786U7it++wgGxbtRxf8Udx7zFZsckzXaJMkA7ChG"
    "52eSkFxykJeNqsrWH5S+oxNFlD4dzVuwe8DhTSja8xxbR/Z2cOGdCbzR72rgFWhzx2VjBqJzsPLMIQKhO4DGezXehhWwE56YCE+O6c0mKZsfxVrogUvA4HEL"
    "jVKWmAvtl6UnCh8jYzuVG5WSb/QEVPnP5TmcAnLH1g+s++v6d4s8m0gCw1fV5/SITLq9mhho8K3+7EPYTU8IU1bLhdxO5Nyt8C8ssinQ98Xw9Q==:",
    RSA_PSS,
    "rsa-pss-sha512",
)
FULL = (
    'sig-b23=("date" "@method" "@path" "@query" "@authority" "content-type" "content-digest" "content-length")'
    ';created=1618884473;keyid="test-key-rsa-pss"',
    "sig-b23=:bbN8oArOxYoyylQQUU6QYwrTuaxLwjAC9fbY2F6SVWvh0yBiMIRGOnMYwZ/5MR6fb0Kh1rIRASVxFkeGt683+qRpRRU5p2voTp768ZrCUb38K0fU"
    "xN0O0iC59DzYx8DFll5GmydPxSmme9v6ULbMFkl+V5B1TP/yPViV7KsLNmvKiLJH1pFkh/aYA2HXXZzNBXmIkoQoLd7YfW91kE9o/CCoC1xMy7JA1ipwvKvf"
    "rs65ldmlu9bpG6A9BmzhuzF8Eim5f8ui9eH8LZH896+QIF61ka39VBrohr9iyMUJpvRX2Zbhl5ZJzSRxpJyoEZAFL2FUo5fTIztsDZKEgM4cUA==:",
    RSA_PSS,
    "rsa-pss-sha512",
)
TAGGED = (
    'sig-b27=("date" "@method" "@path" "@authority" "content-type" "content-length")'
    ';created=1618884473;keyid="test-key-ed25519";tag="tag-b27"',
    "sig-b27=:pDPhW4vxi28JZfogrM4NLeYhZKW+TYDko8KtzCFoTOFeGCCSivD0iVcIuT9gqM6AtGfgzqQU/GaoLqh8sC6bCg==:",
    ED25519,
    "ed25519",
)
OLD = (
    'sig-b26=("date" "@method" "@path" "@authority" "content-type" "content-length");created=1618884473;keyid="test-key-ed25519"',
    "sig-b26=:wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==:",
    ED25519,
    "",
)
# §4.3: what a proxy signed, after it had changed the host and the date.
PROXIED = (
    'proxy_sig=("@method" "@authority" "@path" "content-digest" "content-type" "content-length" "forwarded")'
    ';created=1618884480;keyid="test-key-rsa";alg="rsa-v1_5-sha256";expires=1618884540',
    "proxy_sig=:S6ZzPXSdAMOPjN/6KXfXWNO/f7V6cHm7BXYUh3YD/fRad4BCaRZxP+JH+8XY1I6+8Cy+CM5g92iHgxtRPz+MjniOaYmdkDcnL9cCpXJleXsOckpURl"
    "49GwiyUpZ10KHgOEe11sx3G2gxI8S0jnxQB+Pu68U9vVcasqOWAEObtNKKZd8tSFu7LB5YAv0RAGhB8tmpv7sFnIm9y+7X5kXQfi8NMaZaA8i2ZHwpBdg7a6CMfwnn"
    "rtflzvZdXAsD3LH2TwevU+/PBPv0B6NMNk93wUs/vfJvye+YuI87HU38lZHowtznbLVdp770I6VHR6WfgS9ddzirrswsE1w5o0LV/g==:",
    RSA,
    "rsa-v1_5-sha256",
)


def sealed(asked: SignedRequest, told: tuple[str, str, str, str]) -> tuple[SignedRequest, bytes, bytes]:
    """The request with its headers, what was signed by our reading of it, and the signature."""
    said, signature, _, _ = told
    [item] = fields.dictionary(said).values()
    [signed] = fields.dictionary(signature).values()
    assert isinstance(signed.value, bytes)
    headers = {**asked.headers, "signature-input": said, "signature": signature}
    return asked._replace(headers=headers), messages.base(asked, item), signed.value


@pytest.mark.parametrize("told", [MINIMAL, FULL, OLD, TAGGED], ids=["B.2.1", "B.2.3", "B.2.6", "B.2.6 with a tag"])
def test_examples_of_the_standard_hold_and_hold_no_longer_where_a_letter_is_another(told: tuple[str, str, str, str]):
    _, base, signature = sealed(ASKED, told)
    key = read_public(told[2])
    assert holds(key, told[3], signature, base)
    assert not holds(key, told[3], signature, base.replace(b"1618884473", b"1618884474"))


def test_what_a_proxy_signed_holds_and_is_refused_since_the_query_can_be_exchanged():
    asked = ASKED._replace(
        origin="https://origin.host.internal.example",
        headers={**ASKED.headers, "forwarded": "for=192.0.2.123;host=example.com;proto=https"},
    )
    asked, base, signature = sealed(asked, PROXIED)
    assert holds(read_public(RSA), "rsa-v1_5-sha256", signature, base)
    with pytest.raises(NotSigned):
        messages.claims(asked)
    [claim] = messages.claims(asked._replace(target="/foo"))
    assert (claim.key, claim.made, claim.ends) == ("test-key-rsa", 1618884480, 1618884540)


def test_the_full_example_of_the_standard_has_all_in_it_that_we_ask_for():
    asked, base, signature = sealed(ASKED, FULL)
    [claim] = messages.claims(asked)
    assert (claim.key, claim.signature, claim.base) == ("test-key-rsa-pss", signature, base)


@pytest.mark.parametrize("told", [MINIMAL, OLD, TAGGED], ids=["B.2.1", "B.2.6", "B.2.6 with a tag"])
def test_examples_that_leave_out_the_target_or_the_body_are_refused(told: tuple[str, str, str, str]):
    with pytest.raises(NotSigned):
        messages.claims(sealed(ASKED, told)[0])


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ('"@method"', "POST"),
        ('"@target-uri"', "https://example.com/foo?param=Value&Pet=dog"),
        ('"@authority"', "example.com"),
        ('"@scheme"', "https"),
        ('"@request-target"', "/foo?param=Value&Pet=dog"),
        ('"@path"', "/foo"),
        ('"@query"', "?param=Value&Pet=dog"),
        ('"@query-param";name="Pet"', "dog"),
        ('"content-length"', "18"),
    ],
)
def test_each_part_that_can_be_signed_is_written_as_the_standard_writes_it(part: str, value: str):
    """§2.2, by its own example (https://www.rfc-editor.org/rfc/rfc9421#section-2.2)."""
    [item] = fields.dictionary(f"sig=({part});created=1").values()
    assert messages.base(ASKED, item).decode() == f'{part}: {value}\n"@signature-params": ({part});created=1'


def test_a_query_that_is_not_there_is_a_question_mark_and_an_encoded_parameter_is_read_as_a_form():
    [item] = fields.dictionary('s=("@query")').values()
    assert b'"@query": ?\n' in messages.base(ASKED._replace(target="/path"), item)
    # §2.2.8
    query = "var=this%20is%20a%20big%0Amultiline%20value&bar=with+plus+whitespace&fa%C3%A7ade%22%3A%20=something"
    asked = ASKED._replace(target=f"/parameters?{query}")
    [item] = fields.dictionary(
        's=("@query-param";name="var" "@query-param";name="bar" "@query-param";name="fa%C3%A7ade%22%3A%20")'
    ).values()
    lines = messages.base(asked, item).decode().splitlines()
    assert [line.rpartition(": ")[2] for line in lines[:3]] == [
        "this%20is%20a%20big%0Amultiline%20value",
        "with%20plus%20whitespace",
        "something",
    ]


# draft-cavage-http-signatures-12, appendix C. Its key has 1024 bits, which are not taken from anybody any more.
OLD_KEY = """-----BEGIN PUBLIC KEY-----
MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDCFENGw33yGihy92pDjZQhl0C3
6rPJj+CvfSC8+q28hxA161QFNUd13wuCTUcq0Qd2qsBe/2hFyc2DCJJg0h1L78+6
Z4UMR7EOcpfdUE9Hf3m/hs+FUR45uBJeDK1HSFHD8bHKD6kv8FPGfJTotc+2xjJw
oYi+1hqp1fIekaxsyQIDAQAB
-----END PUBLIC KEY-----
"""
OLD_ASKED = SignedRequest(
    "POST",
    "https://example.com",
    "/foo?param=value&pet=dog",
    {
        "host": "example.com",
        "date": "Sun, 05 Jan 2014 21:31:40 GMT",
        "content-type": "application/json",
        "digest": "SHA-256=X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=",
        "content-length": "18",
    },
    BODY,
)
BY_DATE = (
    ("date",),
    "SjWJWbWN7i0wzBvtPl8rbASWz5xQW6mcJmn+ibttBqtifLN7Sazz6m79cNfwwb8DMJ5cou1s7uEGKKCs+FLEEaDV5lp7q25WqS+lavg7T8hc0GppauB6hbgEKTwblDH"
    "YGEtbGmtdHgVCk9SuS13F0hZ8FD0k/5OxEPXe5WozsbM=",
)
BASIC = (
    ("(request-target)", "host", "date"),
    "qdx+H7PHHDZgy4y/Ahn9Tny9V3GP6YgBPyUXMmoxWtLbHpUnXS2mg2+SbrQDMCJypxBLSPQR2aAjn7ndmw2iicw3HMbe8VfEdKFYRqzic+efkb3nndiv/x1xSHDJWeSW"
    "kx3ButlYSuBskLu6kd9Fswtemr3lgdDEmn04swr2Os0=",
)


@pytest.mark.parametrize(("names", "signature"), [BY_DATE, BASIC], ids=["C.1", "C.2"])
def test_examples_of_the_draft_hold_and_are_refused_for_what_they_leave_out(names: tuple[str, ...], signature: str):
    key: object = load_pem_public_key(OLD_KEY.encode())
    assert holds(key, "rsa-v1_5-sha256", b64decode(signature), cavage.base(OLD_ASKED, names))
    said = f'keyId="Test",algorithm="rsa-sha256",headers="{" ".join(names)}",signature="{signature}"'
    with pytest.raises(NotSigned):
        cavage.claim(OLD_ASKED._replace(headers={**OLD_ASKED.headers, "signature": said}))


def test_a_key_of_1024_bits_is_not_taken():
    with pytest.raises(BadKey, match="size"):
        read_public(OLD_KEY)


def test_a_multikey_is_read():
    """By the key of the examples of did:key (https://w3c-ccg.github.io/did-method-key/), as FEP-521a writes keys."""
    key = read_multikey("z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK")
    assert pem_of(key) == pem_of(read_public(pem_of(key)))
    assert isinstance(key, Ed25519PublicKey)
    assert key.public_bytes_raw().hex() == "2e6fcce36701dc791488e0d0b1745cc1e33a4c1c9fcc41c63bd343dbbe0970e6"


@pytest.mark.parametrize(
    "said", ["", "z", "z0", "u6Mk", "z6Mk", "z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2d", "z" + "1" * 5_000]
)
def test_what_is_no_multikey_is_none(said: str):
    with pytest.raises(BadKey):
        read_multikey(said)


@pytest.mark.parametrize("behind", ["\x05", "\nGV", "\n\ufffdU"])
def test_what_stands_behind_a_key_is_not_looked_at(behind: str):
    """snac2 of Debian 13 publishes a few bytes of its memory there."""
    key = read_multikey("z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK")
    assert pem_of(read_public(pem_of(key) + behind)) == pem_of(key)

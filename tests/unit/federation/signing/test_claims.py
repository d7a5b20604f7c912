"""What a signature has to say to be heard at all, and whatever else may come in its headers: refused in words, never a fault."""

from base64 import b64encode
from collections.abc import Mapping
from functools import cache
from hashlib import sha256

import pytest
from hypothesis import given, strategies as st

from chaupal.federation.signing import cavage, digests, fields, messages, outgoing
from chaupal.federation.signing.algorithms import holds, sign
from chaupal.federation.signing.asked import CAVAGE, RFC9421, Claim, NotSigned, SignedRequest
from chaupal.federation.signing.keys import SigningKey
from chaupal.governance.http_client import place
from fediverse import a_key

INBOX = place("https://here.example/inbox")
OUTBOX = place("https://here.example/@asha/outbox?page=1")
BODY = b'{"type":"Follow"}'
NOW = 1_612_969_200_000
WAYS = (RFC9421, CAVAGE)


@cache
def theirs() -> SigningKey:
    return SigningKey("https://there.example/users/ravi#main-key", a_key(0))


def signed(way: str, body: bytes = BODY) -> SignedRequest:
    headers = outgoing.sign("POST", INBOX, body, theirs(), way, NOW)
    return SignedRequest("POST", INBOX.origin, INBOX.target, headers | {"host": INBOX.authority}, body)


def looked(way: str) -> SignedRequest:
    headers = outgoing.sign("GET", OUTBOX, b"", theirs(), way, NOW)
    return SignedRequest("GET", OUTBOX.origin, OUTBOX.target, headers | {"host": OUTBOX.authority})


def claim_of(asked: SignedRequest) -> Claim:
    return messages.claims(asked)[0] if "signature-input" in asked.headers else cavage.claim(asked)


def believed(asked: SignedRequest) -> bool:
    """Whether somebody who has the key would believe it."""
    claim = claim_of(asked)
    return any(
        holds(theirs().key.public_key(), claim.algorithm, claim.signature, base) for base in (claim.base, *claim.others)
    )


def heard(asked: SignedRequest) -> bool:
    """Whether it can be read at all, and is believed then."""
    try:
        return believed(asked)
    except NotSigned:
        return False


def with_headers(asked: SignedRequest, more: Mapping[str, str]) -> SignedRequest:
    return asked._replace(headers={**asked.headers, **more})


def without(asked: SignedRequest, name: str) -> SignedRequest:
    return asked._replace(headers={key: value for key, value in asked.headers.items() if key != name})


@pytest.mark.parametrize("way", WAYS)
def test_what_we_sign_is_what_we_believe(way: str):
    claim = claim_of(signed(way))
    assert (claim.key, claim.made) == (theirs().id, NOW // 1_000)
    assert believed(signed(way))
    assert believed(looked(way))


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    "swapped",
    [
        {"method": "PUT"},
        {"target": "/@asha/inbox"},
        {"target": "/inbox?for=ravi"},
        {"origin": "https://elsewhere.example"},
        {"body": b'{"type":"Block"}'},
        {"body": b""},
    ],
    ids=lambda swapped: next(iter(swapped)),
)
def test_nothing_that_matters_can_be_exchanged(way: str, swapped: dict[str, str | bytes]):
    assert not heard(signed(way)._replace(**swapped))


@pytest.mark.parametrize("way", WAYS)
def test_every_header_of_ours_is_under_the_signature(way: str):
    asked = signed(way)
    for name in asked.headers:
        changed = with_headers(asked, {name: f"x{asked.headers[name]}"})
        # The host is what we say of ourselves, whatever the header says: a proxy may have written another.
        assert heard(changed) == (name == "host"), name


def test_the_query_is_under_the_signature_too():
    """But for what some forget: in the old form a GET may be signed without it, and then without it alone."""
    assert not believed(looked(RFC9421)._replace(target="/@asha/outbox?page=2"))
    assert not believed(looked(CAVAGE)._replace(target="/@asha/outbox?page=2"))
    bare = place("https://here.example/@asha/outbox")
    forgot = SignedRequest("GET", bare.origin, OUTBOX.target, outgoing.sign("GET", bare, b"", theirs(), CAVAGE, NOW))
    assert believed(forgot)
    assert not believed(forgot._replace(target="/@ravi/outbox?page=1"))
    assert not believed(signed(CAVAGE)._replace(target="/inbox?page=1"))


@pytest.mark.parametrize("name", ["(request-target)", "host", "date", "digest"])
def test_an_old_signature_that_leaves_something_out_is_refused(name: str):
    asked = signed(CAVAGE)
    names = tuple(one for one in ("(request-target)", "host", "date", "digest") if one != name)
    said = cavage.header(theirs().id, names, sign(theirs().key, cavage.base(asked, names)))
    with pytest.raises(NotSigned, match=name.strip("()")):
        cavage.claim(with_headers(asked, {"signature": said}))


@pytest.mark.parametrize(
    ("parts", "taken"),
    [
        (("@method", "@target-uri", "content-digest"), True),
        (("@method", "@path", "@authority", "content-digest"), True),
        (("@method", "@path", "host", "content-digest"), True),
        (("@method", "@request-target", "@authority", "content-digest"), True),
        (("@method", "@target-uri", "@authority", "host", "date", "content-digest"), True),
        (("@target-uri", "content-digest"), False),
        (("@method", "content-digest"), False),
        (("@method", "@path", "content-digest"), False),
        (("@method", "@authority", "content-digest"), False),
        (("@method", "@target-uri"), False),
        (("@method", "@target-uri", "content-digest", "content-digest"), False),
        (("@method", "@target-uri", "content-digest", "@status"), False),
        (("@method", "@target-uri", "content-digest", "x-none"), False),
        (("@method", "@target-uri", "content-digest", "Date"), False),
    ],
)
def test_a_signature_by_the_standard_covers_method_target_host_and_body(parts: tuple[str, ...], taken: bool):
    asked = with_headers(signed(RFC9421), {"date": "Wed, 10 Feb 2021 15:00:00 GMT"})
    item = fields.Item(tuple(fields.Item(name, {}) for name in parts), {"created": NOW // 1_000, "keyid": theirs().id})
    pair = messages.header_pair(item, b"x")
    if taken:
        assert messages.claims(with_headers(asked, pair))[0].base == messages.base(asked, item)
    else:
        with pytest.raises(NotSigned):
            messages.claims(with_headers(asked, pair))


def test_the_query_has_to_be_covered_where_there_is_one():
    asked = looked(RFC9421)
    for parts, taken in ((("@method", "@path", "@authority"), False), (("@method", "@path", "@query", "host"), True)):
        item = fields.Item(tuple(fields.Item(name, {}) for name in parts), {"created": 1, "keyid": theirs().id})
        try:
            messages.claims(with_headers(asked, messages.header_pair(item, b"x")))
        except NotSigned:
            assert not taken
        else:
            assert taken


def test_of_several_labels_those_that_are_good_are_heard():
    asked = signed(RFC9421)
    said = {
        "signature-input": f'weak=("@method");created=1;keyid="x", {asked.headers["signature-input"]}',
        "signature": f"weak=:eA==:, {asked.headers['signature']}",
    }
    [claim] = messages.claims(with_headers(asked, said))
    assert claim.key == theirs().id
    assert believed(with_headers(asked, said))


def test_a_label_or_a_word_that_stands_there_twice_is_refused():
    """A repeated header is one list: whoever slips a second one in before or after it, is heard with neither."""
    asked = signed(RFC9421)
    with pytest.raises(NotSigned, match="twice"):
        messages.claims(with_headers(asked, {"signature-input": ", ".join([asked.headers["signature-input"]] * 2)}))
    asked = signed(CAVAGE)
    with pytest.raises(NotSigned, match="twice"):
        cavage.claim(with_headers(asked, {"signature": ",".join([asked.headers["signature"]] * 2)}))


def test_created_is_no_time_by_the_old_names_of_algorithms():
    asked = signed(CAVAGE)
    said = (
        'keyId="k",algorithm="rsa-sha256",created=1,headers="(request-target) (created) host digest",signature="eA=="'
    )
    with pytest.raises(NotSigned, match="hs2019"):
        cavage.claim(with_headers(asked, {"signature": said}))
    claim = cavage.claim(with_headers(asked, {"signature": said.replace("rsa-sha256", "hs2019")}))
    assert (claim.made, claim.algorithm) == (1, "")
    assert b"\n(created): 1\n" in claim.base


def test_an_old_signature_may_stand_in_the_header_for_logging_in():
    asked = signed(CAVAGE)
    moved = with_headers(without(asked, "signature"), {"authorization": f"Signature {asked.headers['signature']}"})
    assert believed(moved)


def test_every_digest_that_is_given_has_to_be_right():
    right, wrong = b64encode(sha256(BODY).digest()).decode(), b64encode(sha256(b"another").digest()).decode()
    digests.check_digest(f"SHA-256={right}", BODY)
    with pytest.raises(NotSigned, match="twice"):  # a header full of them would be reckoned for whoever sends it
        digests.check_digest(",".join([f"SHA-256={right}"] * 3), BODY)
    digests.check_digest(f"md5=x,sha-256={right}", BODY)
    digests.check_content_digest(f"sha-256=:{right}:", BODY)
    for said in (
        f"SHA-256={wrong}",
        f"SHA-256={right},SHA-256={wrong}",
        f"SHA-256={right},SHA-512={wrong}",
        "md5=x",
        "",
        "SHA-256",
    ):
        with pytest.raises(NotSigned):
            digests.check_digest(said, BODY)
    twice = (f"sha-256=:{right}:, sha-512=:{wrong}:",)
    for said in (f"sha-256=:{wrong}:", *twice, f"sha-256={right}", 'sha-256="x"', "md5=:eA==:", ""):
        with pytest.raises(NotSigned):
            digests.check_content_digest(said, BODY)


def test_an_algorithm_that_is_none_of_the_keys_is_refused():
    for algorithm in ("ed25519", "hmac-sha256", "ecdsa-p256-sha256", "none"):
        with pytest.raises(NotSigned):
            holds(theirs().key.public_key(), algorithm, b"x", b"x")
    assert not holds(a_key(1).public_key(), "", sign(theirs().key, b"x"), b"x")


@given(st.text(st.characters(max_codepoint=255)), st.text(st.characters(max_codepoint=255)), st.binary(max_size=20))
def test_whatever_the_headers_hold_it_is_a_claim_or_refused(said: str, signature: str, body: bytes):
    for headers in (
        {"signature-input": said, "signature": signature},
        {"signature": said, "digest": signature, "date": signature},
        {"authorization": f"Signature {said}"},
    ):
        asked = SignedRequest("POST", "https://here.example", "/inbox", headers, body)
        try:
            claim_of(asked)
        except NotSigned as refused:
            assert refused.status == 401  # noqa: PT017 - either is right


_BARE = st.one_of(
    st.integers(-(10**15) + 1, 10**15 - 1),
    st.booleans(),
    st.binary(max_size=40),
    st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=40),
    st.from_regex(r"[A-Za-z*][A-Za-z0-9!#$%&'*+.^_`|~:/-]{0,20}", fullmatch=True).map(fields.BareToken),
)
_NAMES = st.from_regex(r"[a-z*][a-z0-9_.*-]{0,10}", fullmatch=True)
_ITEMS = st.builds(fields.Item, _BARE, st.dictionaries(_NAMES, _BARE, max_size=4))
_LISTS = st.builds(fields.Item, st.lists(_ITEMS, max_size=5).map(tuple), st.dictionaries(_NAMES, _BARE, max_size=4))


@given(st.dictionaries(_NAMES, st.one_of(_ITEMS, _LISTS), max_size=4))
def test_a_structured_field_that_is_written_is_read_as_it_was(members: dict[str, fields.Item]):
    said = ", ".join(f"{name}={fields.written(item)}" for name, item in members.items())
    assert fields.dictionary(said) == members


_NO_FIELDS = (
    "a=1,", "a=", "a=(", "a=(1", 'a="', "a=:x", "A=1", "a=1 b=2", "a=(1  2", "a=1;", "a=1;B", "a=(1)(2)", "a=é", "a=1;b;b",
    "a=0123456789012345", "a=1.", "a=1.1234", "a=--1", "a=?2", 'a=("x""y")', "a=" + "(" * 100, "a=(" + "1 " * 100 + ")", "x" * 9_000,
)  # fmt: skip


@pytest.mark.parametrize("said", _NO_FIELDS, ids=range(len(_NO_FIELDS)))
def test_what_is_no_structured_field_is_refused(said: str):
    with pytest.raises(NotSigned):
        fields.dictionary(said)

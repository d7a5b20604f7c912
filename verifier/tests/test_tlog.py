"""The public log's maths and formats, against published vectors and against a naive second computation."""

import json
from base64 import b64encode, urlsafe_b64decode
from hashlib import sha256

import pytest
import rfc8785
from hypothesis import given, settings, strategies as st

from chaupal_audit import tlog
from chaupal_audit.errors import Malformed, TooLarge, Unsound

# The reference leaves and roots of the Certificate Transparency test data.
LEAVES = [bytes.fromhex(h) for h in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657")]
LEAVES.append(bytes(range(0x60, 0x70)))
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
INCLUSION_0_OF_8 = [
    "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
    "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
    "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
]
MOST = 600
ENTRIES = [f"entry {i}".encode() for i in range(MOST)]
sizes = st.integers(1, MOST)


def grown(entries: list[bytes]) -> dict[tuple[int, int], bytes]:
    nodes: dict[tuple[int, int], bytes] = {}
    for size, entry in enumerate(entries):
        for level, index, digest in tlog.nodes_for_append(size, tlog.leaf_hash(entry), nodes.__getitem__):
            assert (level, index) not in nodes  # rows are only ever added
            nodes[level, index] = digest
    return nodes


NODES = grown(ENTRIES)


def naive_root(entries: list[bytes]) -> bytes:
    """RFC 6962 §2.1, word for word."""
    if len(entries) < 2:
        return sha256(b"\x00" + entries[0]).digest() if entries else sha256(b"").digest()
    k = 1
    while k * 2 < len(entries):
        k *= 2
    return sha256(b"\x01" + naive_root(entries[:k]) + naive_root(entries[k:])).digest()


def only(nodes: list[tuple[int, int]]):
    """A store that has fetched these nodes and no others."""
    return {node: NODES[node] for node in nodes}.__getitem__


def flipped(data: bytes, bit: int) -> bytes:
    return bytes([*data[: bit // 8], data[bit // 8] ^ 1 << bit % 8, *data[bit // 8 + 1 :]])


@pytest.mark.parametrize("size", range(9))
def test_roots_are_the_published_ones(size):
    assert tlog.root(size, grown(LEAVES).__getitem__).hex() == ROOTS[size]


def test_an_inclusion_proof_is_the_published_one():
    proof = tlog.inclusion_proof(0, 8, grown(LEAVES).__getitem__)
    assert [digest.hex() for digest in proof] == INCLUSION_0_OF_8


@given(sizes)
def test_the_root_needs_only_the_nodes_it_names(size):
    assert tlog.root(size, only(tlog.nodes_needed_for_root(size))) == naive_root(ENTRIES[:size])


@given(st.integers(0, MOST - 1), st.integers(1, 40))
def test_many_appends_at_once_are_the_same_as_one_by_one(size, more):
    leaves = [tlog.leaf_hash(entry) for entry in ENTRIES[size : size + more]]
    rows = tlog.nodes_for_appends(size, leaves, only(tlog.nodes_needed_for_root(size)))
    assert all(NODES[level, index] == digest for level, index, digest in rows)
    assert len(rows) == len(grown(ENTRIES[: size + len(leaves)])) - len(grown(ENTRIES[:size]))


@given(st.integers(0, MOST - 1))
def test_an_append_needs_only_the_nodes_it_names(size):
    rows = tlog.nodes_for_append(size, tlog.leaf_hash(ENTRIES[size]), only(tlog.nodes_needed_for_append(size)))
    assert all(NODES[level, index] == digest for level, index, digest in rows)


@settings(max_examples=300)
@given(sizes, st.data())
def test_every_inclusion_proof_verifies_and_a_tampered_one_does_not(size, data):
    index = data.draw(st.integers(0, size - 1))
    proof = tlog.inclusion_proof(index, size, only(tlog.nodes_needed_for_inclusion(index, size)))
    leaf, root = tlog.leaf_hash(ENTRIES[index]), naive_root(ENTRIES[:size])
    assert tlog.verify_inclusion(leaf, index, size, proof, root)
    bit = data.draw(st.integers(0, 255))
    assert not tlog.verify_inclusion(flipped(leaf, bit), index, size, proof, root)
    assert not tlog.verify_inclusion(leaf, index, size, proof, flipped(root, bit))
    assert not tlog.verify_inclusion(leaf, index, size, [*proof, root], root)
    assert not tlog.verify_inclusion(leaf, size, size, proof, root)
    if proof:
        at = data.draw(st.integers(0, len(proof) - 1))
        bad = [*proof[:at], flipped(proof[at], bit), *proof[at + 1 :]]
        assert not tlog.verify_inclusion(leaf, index, size, bad, root)
        assert not tlog.verify_inclusion(leaf, index, size, proof[:-1], root)
        assert not tlog.verify_inclusion(leaf, index ^ 1, size, proof, root)


@settings(max_examples=300)
@given(sizes, st.data())
def test_every_consistency_proof_verifies_and_a_tampered_one_does_not(size, data):
    old = data.draw(st.integers(0, size))
    proof = tlog.consistency_proof(old, size, only(tlog.nodes_needed_for_consistency(old, size)))
    before, after = naive_root(ENTRIES[:old]), naive_root(ENTRIES[:size])
    assert tlog.verify_consistency(old, size, before, after, proof)
    bit = data.draw(st.integers(0, 255))
    assert not tlog.verify_consistency(old, size, flipped(before, bit), after, proof)
    assert not tlog.verify_consistency(old, size, before, after, [*proof, after])
    assert not tlog.verify_consistency(size + 1, size, before, after, proof)
    if old:  # the empty tree is the beginning of any tree
        assert not tlog.verify_consistency(old, size, before, flipped(after, bit), proof)
    if proof:
        at = data.draw(st.integers(0, len(proof) - 1))
        bad = [*proof[:at], flipped(proof[at], bit), *proof[at + 1 :]]
        assert not tlog.verify_consistency(old, size, before, after, bad)
        assert not tlog.verify_consistency(old, size, before, after, proof[1:])


def test_proofs_out_of_range_are_refused():
    with pytest.raises(Unsound):
        tlog.inclusion_proof(5, 5, NODES.__getitem__)
    with pytest.raises(Unsound):
        tlog.consistency_proof(6, 5, NODES.__getitem__)


@given(sizes)
def test_tiles_are_what_a_naive_computation_gives(size):
    found = dict(tlog.static_files(size, NODES.__getitem__, ENTRIES.__getitem__))
    wanted: dict[str, bytes] = {}
    for level in (0, 1, 2):
        span = 256**level
        hashes = [naive_root(ENTRIES[i * span : (i + 1) * span]) for i in range(size // span)]
        for n in range(-(-len(hashes) // 256)):
            part = hashes[n * 256 : n * 256 + 256]
            name = f"{n:03d}" + (f".p/{len(part)}" if len(part) < 256 else "")
            wanted[f"tile/{level}/{name}"] = b"".join(part)
            if level == 0:
                inside = ENTRIES[n * 256 : min(size, n * 256 + 256)]
                wanted[f"tile/entries/{name}"] = b"".join(len(e).to_bytes(2, "big") + e for e in inside)
    assert found == wanted


def test_a_tile_needs_only_the_nodes_it_names():
    assert tlog.tile(1, 0, 2, only(tlog.nodes_needed_for_tile(1, 0, 2))) == NODES[8, 0] + NODES[8, 1]


def test_the_tiles_of_seventy_thousand_entries_are_those_of_the_specification():
    by_level = [[t for t in tlog.tiles(70_000) if t[0] == level] for level in range(4)]
    assert [len(level) for level in by_level] == [274, 2, 1, 0]
    assert [level[-1][2] for level in by_level[:3]] == [112, 17, 1]


@given(st.lists(st.binary(max_size=300), max_size=256))
def test_entry_tiles_split_into_what_they_were_made_of(entries):
    assert tlog.split_entries(tlog.entries_tile(0, len(entries), entries.__getitem__)) == entries


@pytest.mark.parametrize("data", [b"\x00", b"\x00\x02a", b"\xff\xff", b"\x00\x00" * 257])
def test_a_broken_entry_tile_is_refused(data):
    with pytest.raises(Malformed):
        tlog.split_entries(data)


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("tile/0/000", (0, 0, 256)),
        ("tile/0/x001/x234/067", (0, 1_234_067, 256)),
        ("tile/63/999.p/1", (63, 999, 1)),
        ("tile/entries/x001/000.p/255", (None, 1000, 255)),
    ],
)
def test_tile_paths_are_read_as_they_are_written(path, place):
    assert tlog.parse_tile_path(path) == place
    assert tlog.tile_path(*place) == path


@pytest.mark.parametrize(
    "path",
    [
        "tile/0/0",
        "tile/00/000",
        "tile/64/000",
        "tile/-1/000",
        "tile/0/x000/001",
        "tile/0/001/000",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/01",
        "tile/0/000/",
        "tile/0/../000",
        "tile/0/०००",
        "tile/data/000",
        "tile/0/" + "x999/" * 40 + "999",
    ],
)
def test_no_other_spelling_of_a_tile_path_is_taken(path):
    with pytest.raises(Malformed):
        tlog.parse_tile_path(path)


KEY = tlog.SigningKey.from_seed("chaupal.example/governance", bytes(range(32)))
HEAD = tlog.Checkpoint("chaupal.example/governance", 600, tlog.root(600, NODES.__getitem__))

# From the tests of Go's golang.org/x/mod/sumdb/note.
GO_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_NOTE = (
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)


def test_a_note_signed_by_go_is_read_and_verified():
    key = tlog.VerifyingKey.parse(GO_KEY)
    text, signatures = tlog.parse_note(GO_NOTE)
    assert (signatures[0].name, signatures[0].key_id) == (key.name, key.id)
    assert key.signed(signatures[0].signature, text)
    assert str(key) == GO_KEY


def test_a_checkpoint_comes_back_as_it_was_signed():
    note = tlog.sign_checkpoint(HEAD, KEY)
    assert note.startswith("chaupal.example/governance\n600\n")
    assert tlog.verify_checkpoint(note, tlog.VerifyingKey.parse(str(KEY.public))) == HEAD


def test_on_a_change_of_keys_either_key_verifies_and_a_third_does_not():
    new, other = tlog.SigningKey.generate(KEY.name), tlog.SigningKey.generate(KEY.name)
    note = tlog.sign_checkpoint(HEAD, KEY, new)
    assert tlog.verify_checkpoint(note, KEY.public) == tlog.verify_checkpoint(note, new.public) == HEAD
    with pytest.raises(tlog.NotSigned):
        tlog.verify_checkpoint(note, other.public)


def test_a_bad_signature_by_the_known_key_spoils_the_note_and_an_unknown_one_does_not():
    note = tlog.sign_checkpoint(HEAD, KEY)
    stranger = "— witness.example " + b64encode(b"\x01\x02\x03\x04" + bytes(72)).decode() + "\n"
    assert tlog.verify_checkpoint(note + stranger, KEY.public) == HEAD
    bad = f"— {KEY.name} " + b64encode(KEY.public.id + bytes(64)).decode() + "\n"
    with pytest.raises(tlog.NotSigned):
        tlog.verify_checkpoint(note + bad, KEY.public)


def test_a_checkpoint_of_another_log_is_not_ours():
    note = tlog.sign_checkpoint(tlog.Checkpoint("other.example", 1, bytes(32)), KEY)
    with pytest.raises(tlog.WrongOrigin):
        tlog.verify_checkpoint(note, KEY.public)
    assert tlog.verify_checkpoint(note, KEY.public, "other.example").size == 1


@given(st.data())
def test_no_changed_character_of_a_checkpoint_verifies(data):
    note = tlog.sign_checkpoint(HEAD, KEY)
    at = data.draw(st.integers(0, len(note) - 1))
    changed = note[:at] + data.draw(st.characters().filter(lambda c: c != note[at])) + note[at + 1 :]
    with pytest.raises((Malformed, tlog.NotSigned)):
        tlog.verify_checkpoint(changed, KEY.public)


@given(st.text())
def test_any_text_is_read_or_refused_but_never_breaks(text):
    for read in (tlog.parse_checkpoint, tlog.parse_receipt, tlog.parse_note, tlog.VerifyingKey.parse):
        with pytest.raises(Malformed):
            read(text)


@pytest.mark.parametrize("size", ["01", "-1", "+1", "1.0", "१", "9" * 30, ""])
def test_a_size_is_a_plain_decimal(size):
    with pytest.raises(Malformed):
        tlog.parse_checkpoint(tlog.sign_checkpoint(HEAD, KEY).replace("\n600\n", f"\n{size}\n"))


def test_keys_are_kept_raw_and_do_not_print_their_secret():
    assert tlog.SigningKey.from_seed(KEY.name, KEY.seed).public == KEY.public
    assert KEY.seed.hex() not in repr(KEY)
    with pytest.raises(Malformed):
        tlog.SigningKey.generate("two words")


@pytest.mark.parametrize("vkey", ["", "a", "a+b+c", str(KEY.public).replace("+", "+0", 1), str(KEY.public)[:-4]])
def test_a_key_that_does_not_fit_together_is_refused(vkey):
    with pytest.raises(Malformed):
        tlog.VerifyingKey.parse(vkey)


@given(st.integers(0, MOST - 1), st.binary(max_size=20))
def test_a_receipt_proves_its_entry_and_no_other(index, extra):
    proof = tlog.inclusion_proof(index, MOST, NODES.__getitem__)
    text = tlog.build_receipt(tlog.Receipt(index, proof, tlog.sign_checkpoint(HEAD, KEY), extra))
    assert tlog.parse_receipt(text).extra == extra
    assert tlog.verify_receipt(text, ENTRIES[index], KEY.public) == (index, HEAD)
    with pytest.raises(Unsound):
        tlog.verify_receipt(text, ENTRIES[index - 1], KEY.public)


def test_the_only_entry_of_a_log_has_a_receipt_without_hashes():
    head = tlog.Checkpoint(KEY.name, 1, tlog.leaf_hash(b"one"))
    text = tlog.build_receipt(tlog.Receipt(0, [], tlog.sign_checkpoint(head, KEY)))
    assert text.startswith("c2sp.org/tlog-proof@v1\nindex 0\n\nchaupal.example/governance\n1\n")
    assert tlog.verify_receipt(text, b"one", KEY.public) == (0, head)


PRIVATE = {"issuer": "गृह मंत्रालय", "reference": "27(12)/2021", "targets": [1, 2]}


def secret_order() -> tlog.Leaf:
    public = {"territory": ["IN"], "count": 257}
    return tlog.leaf("order", "ord-1", "2021-01-31T04:30Z", public, "IN-69A@3", 7, PRIVATE, decoys=2)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.floats(-1e9, 1e9) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(VALUES, st.sampled_from(["sort", "indent", "ascii", "as it is"]))
def test_the_quick_reading_takes_only_the_one_spelling(value, how):
    """Whatever is taken as canonical is byte for byte what RFC 8785 writes."""
    body = {"v": 2, "t": "order", "x": value}
    as_written = {"sort": {"sort_keys": True}, "indent": {"indent": 1}, "ascii": {"ensure_ascii": True}, "as it is": {}}
    try:
        canonical = rfc8785.dumps(body)
    except ValueError:
        canonical = b""  # a number past 2**53, or half a character
    more = {"separators": (",", ":"), "ensure_ascii": False} | as_written[how]
    for entry in (canonical, json.dumps(body, **more).encode("utf-8", "surrogatepass")):
        try:
            tlog.read_entry(entry)
        except Malformed:
            assert entry != canonical or not canonical
        else:
            assert entry == canonical


@given(VALUES | st.just(float("inf")) | st.builds(object) | st.just({1: 2}) | st.just(b"a") | st.just((1, "a")))
def test_an_entry_is_written_as_the_rfc_asks_or_not_at_all(value):
    body = {"v": 2, "t": "order", "ref": "o", "at": "2021-01-31T04:30Z", "public": {"x": value}}
    try:
        canonical = rfc8785.dumps(body)
    except (ValueError, TypeError):
        with pytest.raises(Unsound):
            tlog.leaf("order", "o", body["at"], body["public"])
    else:
        assert tlog.leaf("order", "o", body["at"], body["public"]).entry == canonical


def test_an_entry_is_canonical_and_says_nothing_confidential():
    entry = secret_order().entry
    fields = tlog.read_entry(entry)
    assert entry.startswith(b'{"_sd":[')
    assert entry.endswith(b'"v":2}')
    assert {name: fields[name] for name in ("t", "regime", "prev", "_sd_alg")} == {
        "t": "order",
        "regime": "IN-69A@3",
        "prev": 7,
        "_sd_alg": "sha-256",
    }
    assert len(fields["_sd"]) == 5
    assert fields["_sd"] == sorted(fields["_sd"])
    assert "गृह" not in entry.decode()
    assert "reference" not in entry.decode()


def test_each_disclosure_opens_its_own_field_and_only_in_its_own_entry():
    order, again = secret_order(), secret_order()
    assert dict(tlog.open_disclosure(d, order.entry) for d in order.disclosures.values()) == PRIVATE
    with pytest.raises(Unsound):
        tlog.open_disclosure(order.disclosures["issuer"], again.entry)
    with pytest.raises(Unsound):
        tlog.open_disclosure("", order.entry)


def test_salts_are_fresh_and_have_128_bits():
    salts = [
        json.loads(urlsafe_b64decode(disclosure + "=="))[0]
        for _ in range(20)
        for disclosure in secret_order().disclosures.values()
    ]
    assert len(set(salts)) == 60
    assert all(len(urlsafe_b64decode(salt + "==")) == 16 for salt in salts)


def test_a_disclosure_has_the_digest_of_rfc_9901():
    disclosure = "WyI2cU1RdlJMNWhhaiIsICJmYW1pbHlfbmFtZSIsICJNw7ZiaXVzIl0"
    assert tlog.disclosure_digest(disclosure) == "uutlBuYeMDyjLLTpf6Jxi7yNkEF35jdyWMn9U7b_RYY"


def test_an_open_entry_has_no_commitments():
    entry = tlog.leaf("policy", "pol-2", tlog.at_minute(1_795_514_400_000), {}).entry
    assert entry == b'{"at":"2026-11-24T10:00Z","public":{},"ref":"pol-2","t":"policy","v":2}'


def test_an_entry_longer_than_its_length_field_is_refused():
    room = 65_535 - len(tlog.leaf("order", "o", "2021-01-31T04:30Z", {"x": ""}).entry)
    assert len(tlog.leaf("order", "o", "2021-01-31T04:30Z", {"x": "a" * room}).entry) == 65_535
    with pytest.raises(TooLarge, match="65535"):
        tlog.leaf("order", "o", "2021-01-31T04:30Z", {"x": "a" * (room + 1)})


@pytest.mark.parametrize(
    ("given_t", "at", "public", "private"),
    [
        ("Order", "2021-01-31T04:30Z", {}, None),
        ("order", "2021-01-31T04:30:00Z", {}, None),
        ("order", "2021-01-31T04:30Z", {"x": float("nan")}, None),
        ("order", "2021-01-31T04:30Z", {"x": 2**53}, None),
        ("order", "2021-01-31T04:30Z", {"x": object()}, None),
        ("order", "2021-01-31T04:30Z", {}, {"public": 1}),
        ("order", "2021-01-31T04:30Z", {}, {"_sd": 1}),
    ],
)
def test_what_cannot_be_an_entry_is_refused(given_t, at, public, private):
    with pytest.raises(Unsound):
        tlog.leaf(given_t, "o", at, public, private=private)


@pytest.mark.parametrize(
    "entry",
    [
        b"",
        b"[]",
        b"{}",
        b'{"v":1,"t":"order"}',
        b'{"t":"order","v":2} ',
        b'{"v":2,"t":"order"}',
        b'{"t":"order","t":"order","v":2}',
        b'{"t":"order","v":2.0}',
        b'{"t":"order","v":2,"x":NaN}',
        b'{"t":"order","v":2,"x":' + b"9" * 5000 + b"}",
        b"[" * 60_000,
        b'{"t":"\xff","v":2}',
    ],
)
def test_an_entry_has_one_spelling(entry):
    with pytest.raises(Malformed):
        tlog.read_entry(entry)

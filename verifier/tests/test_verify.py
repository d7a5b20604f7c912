"""The outside verifier: a good log passes, and every way of tampering gets its own reason."""

import gzip
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from threading import Event
from typing import Any

import httpx2
import pytest
from hypothesis import given, settings, strategies as st

from chaupal_audit import tlog
from chaupal_audit.log import fetching
from chaupal_audit.log.fetching import ENTRIES_LIMIT, KEY_LIMIT, NOTE_LIMIT, TILE_LIMIT, bounded, http_fetch
from chaupal_audit.log.findings import Broken, Fault, KeySource
from chaupal_audit.log.verify import verify_log
from chaupal_audit.spans import Spans
from logs import ENTRIES, KEY, SIZE, URL, VKEY, Mirror, entry


@pytest.fixture
def mirror() -> Mirror:
    return Mirror(ENTRIES)


def test_a_good_log_verifies_and_is_counted(mirror):
    report = mirror.verify()
    assert report.ok
    assert (report.size, report.verified, report.root) == (SIZE, SIZE, mirror.head.root.hex())
    assert report.entries == {"cover": 200, "order": 400}
    assert (report.origin, report.vkey, report.checkpoint) == (KEY.name, VKEY, mirror.note)


def test_the_report_says_where_the_key_came_from(mirror):
    assert mirror.verify().key_source is KeySource.given
    report = verify_log(URL + "/", fetch=mirror.fetch)
    assert (report.ok, report.key_source, report.vkey) == (True, KeySource.first_use, VKEY)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, SIZE), st.data())
def test_logs_of_any_size_verify_and_extend_any_earlier_one(size, data):
    old = data.draw(st.integers(0, size))
    report = Mirror(ENTRIES[:size]).verify(previous_checkpoint=Mirror(ENTRIES[:old]).note)
    assert (report.fault, report.verified, report.earlier[0][0]) == (None, size, old)


@pytest.mark.parametrize("size", [255, 256, 257, 65_536, 65_537])
def test_the_edges_of_tiles_verify(size):
    one = entry(0)
    assert Mirror([one] * size).verify().ok


def test_a_partial_tile_that_grew_full_is_read_from_the_full_one():
    old, new = Mirror(ENTRIES[:300]), Mirror(ENTRIES[:512])
    files = {path: body for path, body in new.files.items() if "tile/" in path}
    old.files = {"checkpoint": old.files["checkpoint"], **files, "tile/1/000.p/1": old.files["tile/1/000.p/1"]}
    report = old.verify()
    assert (report.fault, report.verified) == (None, 300)


def expect(mirror: Mirror, fault: Fault, where: str = "", **more: str) -> None:
    report = mirror.verify(**more)
    assert (report.fault, report.ok) == (fault, False)
    assert where in report.where


def test_a_flipped_byte_in_an_entry_is_found_and_named(mirror):
    at = mirror.files["tile/entries/001"].index(b'"ord-300"') + 5
    mirror.flip("tile/entries/001", at)
    expect(mirror, Fault.entry_differs, "300")


def test_a_flipped_byte_in_the_last_partial_tile_is_found(mirror):
    mirror.flip("tile/entries/002.p/88", -5)
    expect(mirror, Fault.entry_differs, "599")


@pytest.mark.parametrize("path", ["tile/0/001", "tile/0/002.p/88", "tile/1/000.p/2"])
def test_a_flipped_byte_in_a_hash_tile_is_found_and_named(mirror, path):
    mirror.flip(path, 40)
    expect(mirror, Fault.tile_differs, path)


def test_a_tile_that_follows_a_false_entry_does_not_hide_it(mirror):
    forged = Mirror([*ENTRIES[:300], entry(9_999), *ENTRIES[301:]])
    mirror.files = forged.files | {"checkpoint": mirror.files["checkpoint"]}
    expect(mirror, Fault.root_differs)


def test_a_flipped_byte_in_the_signature_is_found(mirror):
    mirror.files["checkpoint"] = mirror.files["checkpoint"][:-10] + b"AAAA" + mirror.files["checkpoint"][-6:]
    expect(mirror, Fault.not_signed)


def test_another_root_under_the_same_signature_is_found(mirror):
    false = replace(mirror.head, root=bytes(32))
    mirror.files["checkpoint"] = mirror.files["checkpoint"].replace(mirror.head.text.encode(), false.text.encode())
    expect(mirror, Fault.not_signed)


def test_a_signed_root_that_is_not_the_tree_s_is_found(mirror):
    mirror.files["checkpoint"] = tlog.sign_checkpoint(replace(mirror.head, root=bytes(32)), KEY).encode()
    expect(mirror, Fault.root_differs)


def test_a_dropped_entry_is_found(mirror):
    entries = tlog.split_entries(mirror.files["tile/entries/001"])
    del entries[44]
    mirror.files["tile/entries/001"] = tlog.entries_tile(0, 255, entries.__getitem__)
    expect(mirror, Fault.wrong_count, "tile/entries/001")


def test_an_added_entry_is_found(mirror):
    mirror.files["tile/entries/002.p/88"] += b"\x00\x01x"
    expect(mirror, Fault.wrong_count, "tile/entries/002.p/88")


def test_two_entries_that_changed_places_are_found(mirror):
    entries = tlog.split_entries(mirror.files["tile/entries/001"])
    entries[44], entries[45] = entries[45], entries[44]
    mirror.files["tile/entries/001"] = tlog.entries_tile(0, 256, entries.__getitem__)
    expect(mirror, Fault.entry_differs, "300")


def test_a_checkpoint_older_than_one_already_seen_is_stale(mirror):
    expect(Mirror(ENTRIES[:500]), Fault.stale, "500 < 600", previous_checkpoint=mirror.note)


@pytest.mark.parametrize("changed", [0, 299, 511, 599])
def test_a_history_rewritten_and_signed_anew_is_a_fork(mirror, changed):
    rewritten = Mirror([*ENTRIES[:changed], entry(9_999), *ENTRIES[changed + 1 :], entry(600)])
    assert rewritten.verify().ok  # without the earlier checkpoint nobody could tell
    expect(rewritten, Fault.forked, "600", previous_checkpoint=mirror.note)


def test_an_earlier_checkpoint_must_be_signed_by_the_same_key(mirror):
    other = Mirror(ENTRIES[:10], tlog.SigningKey.generate(KEY.name))
    expect(mirror, Fault.not_signed, "earlier", previous_checkpoint=other.note)
    expect(mirror, Fault.bad_earlier, previous_checkpoint="nonsense")


def test_the_log_of_another_key_is_not_the_one_asked_for():
    expect(Mirror(ENTRIES[:10], tlog.SigningKey.generate(KEY.name)), Fault.not_signed)


def test_a_checkpoint_for_another_origin_is_refused(mirror):
    head = replace(mirror.head, origin="elsewhere.example")
    mirror.files["checkpoint"] = tlog.sign_checkpoint(head, KEY).encode()
    expect(mirror, Fault.wrong_origin)
    assert mirror.verify(origin="elsewhere.example").ok


# --- a log that goes on from an older one, of which entries are lost ---

ANEW = tlog.SigningKey.from_seed(f"{KEY.name}-2", bytes([7] * 32))


def said_so(kind: str, public: dict[str, Any]) -> bytes:
    return tlog.leaf(kind, kind, "2021-02-11T05:30Z", public).entry


def begun_anew(key: tlog.SigningKey = ANEW, kept: list[bytes] = ENTRIES[:300], **more: Any) -> Mirror:
    """300 entries of the older log, of which its key signed 200 and somebody has seen 350, and what came after that."""
    last = Mirror(ENTRIES[:200])
    said: dict[str, Any] = {"previous": VKEY, "size": 200, "root": last.head.root.hex(), "kept": 300, "seen": 350}
    said |= {"new": str(ANEW.public)} | more
    made = Mirror([*kept, said_so("origin", said), *ENTRIES[500:]], key)
    made.files["older/1"] = last.files["checkpoint"]
    return made


def test_a_log_begun_anew_verifies_and_says_what_is_missing():
    report = begun_anew().verify(vkey=str(ANEW.public))
    assert report.ok, report
    assert [(index, said.kept, said.known) for index, said in report.origins] == [(300, 300, 350)]


@pytest.mark.parametrize(("size", "fault"), [(200, None), (300, None), (350, None), (351, Fault.older_had_more)])
def test_whoever_kept_a_checkpoint_of_the_older_log_sees_whether_it_had_more(size: int, fault: Fault | None):
    note = Mirror(ENTRIES[:size]).note
    assert begun_anew().verify(vkey=str(ANEW.public), previous_checkpoint=note).fault is fault


def test_an_entry_that_was_kept_and_is_another_is_found_by_whoever_kept_a_checkpoint_of_it():
    changed = begun_anew(kept=[*ENTRIES[:250], entry(9_999), *ENTRIES[251:300]])
    assert changed.verify(vkey=str(ANEW.public)).ok, "the older key signed the first 200"
    expect(changed, Fault.forked, "300", vkey=str(ANEW.public), previous_checkpoint=Mirror(ENTRIES[:300]).note)
    strange = Mirror(ENTRIES[:300], tlog.SigningKey.generate(KEY.name)).note
    expect(changed, Fault.not_signed, "earlier", vkey=str(ANEW.public), previous_checkpoint=strange)


@pytest.mark.parametrize(
    "lie",
    [
        {"kept": [*ENTRIES[:100], entry(9_999), *ENTRIES[101:300]]},  # the older key signed another one
        {"root": "00" * 32},
        {"size": 199},
        {"previous": str(tlog.SigningKey.generate(KEY.name).public)},
        {"new": str(tlog.SigningKey.generate("another.example/log").public)},
        {"size": 301},
    ],
)
def test_what_a_log_says_of_the_older_one_is_held_against_what_that_signed(lie: dict[str, Any]):
    expect(begun_anew(**lie), Fault.bad_older, vkey=str(ANEW.public))


def test_a_log_that_withholds_the_older_ones_checkpoint_does_not_verify():
    log = begun_anew()
    del log.files["older/1"]
    expect(log, Fault.bad_older, "older/1", vkey=str(ANEW.public))


THIRD = tlog.SigningKey.from_seed(f"{KEY.name}-3", bytes([8] * 32))


def test_a_log_begun_anew_twice_is_held_against_each_older_one_under_its_own_name():
    """The first had signed nothing: its file is empty. The second had changed its key, and was longer than the first one ever was."""
    changed = tlog.SigningKey.from_seed(ANEW.name, bytes([9] * 32))
    first = {"previous": VKEY, "kept": 300, "seen": 350, "new": str(ANEW.public)}
    key = {"step": "rotated", "old": str(ANEW.public), "new": str(changed.public), "by": "machine"}
    line = [*ENTRIES[:300], said_so("origin", first), *ENTRIES[400:500], said_so("key", key)]
    last = Mirror(line, changed)
    second = {"previous": str(changed.public), "size": len(line), "root": last.head.root.hex(), "kept": len(line)}
    log = Mirror([*line, said_so("origin", second | {"new": str(THIRD.public)})], THIRD)
    log.files |= {"older/1": b"", "older/2": last.files["checkpoint"]}
    for note in (Mirror(line[:360], ANEW).note, last.note, Mirror(ENTRIES[:350]).note):
        assert log.verify(vkey=str(THIRD.public), previous_checkpoint=note).fault is None
    expect(log, Fault.older_had_more, vkey=str(THIRD.public), previous_checkpoint=Mirror(ENTRIES[:351]).note)


def test_a_log_that_names_many_keys_and_older_logs_is_judged_in_as_many_steps(monkeypatch: pytest.MonkeyPatch):
    """Each key was tried for each older log: a log of a million such entries was never verified to its end."""
    most, tried = 20, list[object]()
    verify = tlog.verify_checkpoint

    def counted(note: str, key: tlog.VerifyingKey, *more: Any) -> tlog.Checkpoint:
        tried.append(key)
        return verify(note, key, *more)

    strange = [str(tlog.SigningKey.generate(KEY.name).public) for _ in range(most)]
    named = [said_so("key", {"step": "rotated", "old": one, "new": one, "by": "machine"}) for one in strange]
    older = [said_so("origin", {"previous": one}) for one in strange]
    monkeypatch.setattr(tlog, "verify_checkpoint", counted)
    log = Mirror([*ENTRIES[:10], *named, *older], ANEW)
    expect(log, Fault.not_signed, "earlier", vkey=str(ANEW.public), previous_checkpoint=Mirror(ENTRIES[:5]).note)
    assert 3 * most <= len(tried) < 4 * most  # each old and new key, and each older log's


def test_what_came_back_many_times_is_looked_up_in_a_few_steps():
    """Each look went through every time that a log says that entries came back, which may be every second entry."""

    class Looked(int):
        steps = 0

        def __lt__(self, other: int) -> bool:
            Looked.steps += 1
            return int(self) < other

    apart, nested = Spans(), Spans()
    for n in range(1_000):
        assert apart.add(4 * n + 3, range(4 * n, 4 * n + 2)) and nested.add(n + 1, range(n + 1))
    assert [at in apart for at in range(4)] == [True, True, False, False] and len(apart.each) == 1_000
    assert nested.each == [(1_000, range(1_000))], "and each entry is read once, by the newest that says so"
    assert not apart.add(4_001, range(5, 9)) and 4_000 not in apart, "before what came back last nothing comes back"
    assert Looked(3_997) in apart and Looked.steps < 20


def test_a_line_that_breaks_is_no_lie_about_an_older_log():
    log = begun_anew()

    def fetch(url: str, limit: int) -> bytes:
        if "/older/" in url:
            raise Broken(Fault.unreachable, url)
        return log.fetch(url, limit)

    assert verify_log(URL, str(ANEW.public), fetch=fetch).fault is Fault.unreachable
    log = Mirror(ENTRIES)
    assert verify_log(URL, VKEY, fetch=fetch).ok, "most logs have none"


def test_whoever_trusts_the_older_key_is_not_led_to_the_new_one():
    expect(begun_anew(), Fault.wrong_origin, ANEW.name)


@pytest.mark.parametrize("odd", [b'{"v":2,"t":"order"}', b"not json", b'{"t":"order","v":2}\n', b"[" * 60_000])
def test_an_entry_that_is_not_canonical_is_found_even_when_the_tree_is_right(odd):
    expect(Mirror([*ENTRIES[:5], odd, *ENTRIES[5:]]), Fault.not_canonical, "5")


@pytest.mark.parametrize("path", ["checkpoint", "tile/0/001", "tile/entries/002.p/88", "tile/1/000.p/2"])
def test_a_missing_file_is_named(mirror, path):
    del mirror.files[path]
    expect(mirror, Fault.missing, path)


@pytest.mark.parametrize("path", ["tile/0/001", "tile/entries/001", "tile/1/000.p/2"])
@pytest.mark.parametrize("spoil", [lambda body: body[:-1], lambda body: body + b"\x00"])
def test_a_tile_of_the_wrong_length_is_refused(mirror, path, spoil: Callable[[bytes], bytes]):
    mirror.files[path] = spoil(mirror.files[path])
    report = mirror.verify()
    assert report.fault in (Fault.bad_tile, Fault.too_large)
    assert path in report.where


def test_a_log_may_not_fill_the_report_with_invented_types():
    names = [a + b for a in "abcdefghij" for b in "abcdefghij"]
    report = Mirror([tlog.leaf(name, "x", "2021-02-10T05:30Z", {}).entry for name in names]).verify()
    assert report.ok
    assert len(report.entries) == 65
    assert sum(report.entries.values()) == 100


@pytest.mark.parametrize("key", [b"", b"\xff", b"a+b+c", VKEY.encode()[:-4]])
def test_a_key_that_cannot_be_read_is_a_fault(mirror, key):
    mirror.files["key"] = key
    assert verify_log(URL, fetch=mirror.fetch).fault is Fault.bad_key
    if b"\xff" not in key:
        assert mirror.verify(vkey=key.decode()).fault is Fault.bad_key


@pytest.mark.parametrize("url", ["", "file:///etc/passwd", "chaupal.example", "https://", "http://[", "https://a/?b"])
def test_only_a_web_address_is_verified(url):
    assert verify_log(url, VKEY).fault is Fault.bad_url


@settings(max_examples=150)
@given(
    st.binary(max_size=200), st.sampled_from(["checkpoint", "key", "tile/0/000", "tile/entries/000", "tile/1/000.p/2"])
)
def test_whatever_a_server_sends_is_reported_and_never_raised(body, path):
    mirror = Mirror(ENTRIES[:512])
    mirror.files[path] = body
    assert verify_log(URL, fetch=mirror.fetch).fault is not None


# --- Over HTTP ---


def over_http(answer: Callable[[httpx2.Request], httpx2.Response], limit: int = 100) -> bytes:
    with httpx2.Client(transport=httpx2.MockTransport(answer)) as client:
        return http_fetch(client)(f"{URL}/checkpoint", limit)


def fault_of(answer: httpx2.Response, limit: int = 100) -> Fault:
    with pytest.raises(Broken) as broken:
        over_http(lambda _: answer, limit)
    return broken.value.fault


def body(data: bytes, encoding: str = "identity") -> httpx2.Response:
    return httpx2.Response(200, headers={"content-encoding": encoding}, stream=httpx2.ByteStream(data))


def test_plain_and_packed_answers_are_read():
    assert over_http(lambda _: body(b"a" * 100)) == b"a" * 100
    assert over_http(lambda _: body(gzip.compress(b"a" * 100), "gzip")) == b"a" * 100


def test_an_answer_past_its_bound_is_cut_off_packed_or_not():
    assert fault_of(body(b"a" * 101)) is Fault.too_large
    assert fault_of(body(gzip.compress(bytes(10_000_000)), "gzip")) is Fault.too_large


def test_what_is_published_beside_the_log_is_read_within_a_bound_too_whatever_its_status():
    def asked(answer: httpx2.Response) -> httpx2.Response:
        with httpx2.Client(transport=httpx2.MockTransport(lambda _: answer)) as client:
            return bounded(client, f"{URL}/report.json", 100)

    assert asked(body(gzip.compress(b"a" * 100), "gzip")).content == b"a" * 100
    elsewhere = httpx2.Response(302, headers={"location": "https://x.example"}, stream=httpx2.ByteStream(b""))
    assert asked(elsewhere).status_code == 302
    for answer, fault in (
        (body(b"a" * 101), Fault.too_large),
        (body(gzip.compress(bytes(10_000_000)), "gzip"), Fault.too_large),
        (body(b"junk", "gzip"), Fault.unreachable),
    ):
        with pytest.raises(Broken) as broken:
            asked(answer)
        assert broken.value.fault is fault


def test_a_redirect_is_not_followed():
    seen: list[str] = []

    def elsewhere(request: httpx2.Request) -> httpx2.Response:
        seen.append(request.url.host)
        return httpx2.Response(302, headers={"location": "https://elsewhere.example/checkpoint"})

    with pytest.raises(Broken, match="elsewhere") as broken:
        over_http(elsewhere)
    assert broken.value.fault is Fault.redirected
    assert seen == ["chaupal.example"]


@pytest.mark.parametrize(
    ("answer", "fault", "why"),
    [
        (httpx2.Response(404), Fault.missing, ""),
        (httpx2.Response(500), Fault.unreachable, ": status 500"),
        (body(b"x", "br"), Fault.unreachable, ": packed as br"),
        (httpx2.ConnectError("[SSL: WRONG_VERSION_NUMBER] wrong version number"), Fault.unreachable, "perhaps http"),
    ],
)
def test_other_answers_have_their_reason(answer: httpx2.Response | Exception, fault: Fault, why: str):
    def asked(_: httpx2.Request) -> httpx2.Response:
        if isinstance(answer, Exception):
            raise answer
        return answer

    with pytest.raises(Broken) as broken:
        over_http(asked)
    assert broken.value.fault is fault
    assert why in broken.value.where


def test_broken_packing_and_a_broken_line_are_unreachable():
    def cut(_: httpx2.Request) -> httpx2.Response:
        raise httpx2.ConnectError("refused")

    with pytest.raises(Broken) as broken:
        over_http(cut)
    assert broken.value.fault is Fault.unreachable
    assert fault_of(body(b"junk", "gzip")) is Fault.unreachable


def test_an_answer_that_never_comes_to_its_end_is_waited_for_no_longer_than_that(monkeypatch: pytest.MonkeyPatch):
    """Headers that come one by one begin the client's own patience anew each time."""
    monkeypatch.setattr(fetching, "FETCH_SECONDS", 0.05)
    ended = Event()

    def slowly(_: httpx2.Request) -> httpx2.Response:
        ended.wait(2)
        return httpx2.Response(200)

    with httpx2.Client(transport=httpx2.MockTransport(slowly)) as client:
        for asked in (http_fetch(client), partial(bounded, client)):
            with pytest.raises(Broken, match="not here within") as broken:
                asked(f"{URL}/checkpoint", 100)
            assert broken.value.fault is Fault.unreachable
    ended.set()


def test_a_server_that_answers_whatever_it_is_asked_for_is_not_asked_a_thousand_times(mirror):
    asked = list[str]()

    def page(url: str, limit: int) -> bytes:
        asked.append(url)
        return b"<html>" if "/older/" in url else mirror.fetch(url, limit)

    assert verify_log(URL, VKEY, fetch=page).fault is None
    assert sum("/older/" in url for url in asked) == 1


def test_the_bounds_are_those_of_the_format():
    assert (TILE_LIMIT, ENTRIES_LIMIT) == (8_192, 256 * (2 + 65_535))
    assert (KEY_LIMIT, NOTE_LIMIT) == (1_000, 100_000)

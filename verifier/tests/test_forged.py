"""What a forger could try on a stranger who audits, with the log's key and without it: each is said in a sentence, and ends with 1."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import rfc8785
from click.testing import CliRunner, Result

from chaupal_audit import tlog
from chaupal_audit.cli import audit
from chaupal_audit.fold.fold import Fold
from chaupal_audit.report.filters import EVERYTHING, Filters, period
from chaupal_audit.report.report import files, report
from logs import KEY, VKEY, Mirror
from scribe import PROPOSER, Scribe, sha256
from served import WITNESS, Served, served

TILE = "log/tile/entries/000.p/"
REPORT = "api/v1/transparency/report.json"
FROZEN = "api/v1/transparency/frozen/2021-02/1/report.json"
OTHER_WITNESS = tlog.Cosigner.from_seed("x.example/witness", bytes([8] * 32))
BOTH = ("--witness", str(WITNESS.public), "--witness", str(OTHER_WITNESS.public))

type Files = dict[str, bytes]


def counted(entries: list[bytes], filters: Filters = EVERYTHING) -> Files:
    fold = Fold()
    for one in entries:
        fold.add(one)
    return files(report(fold.facts, filters))


class House:
    """A log of a court that obeyed its law, with one report frozen and the newest published."""

    def __init__(self) -> None:
        self.scribe = Scribe()
        self.scribe.begin()
        self.scribe.open_order()
        self.made = self.scribe.decide()
        self.scribe.later(days=40)
        self.frozen = counted(self.scribe.entries, period("2021-02"))
        self.snapshot = self.freeze(len(self.scribe.entries), 1)

    def freeze(self, size: int, revision: int, **changes: object) -> int:
        named = {name: sha256(body) for name, body in self.frozen.items()}
        public = {"period": "2021-02", "revision": revision, "size": size, "sha256": named.pop("report.json")}
        return self.scribe.write("snapshot", "2021-02", public | {"files": named, "at": self.scribe.minute()} | changes)

    def files(self, key: tlog.SigningKey = KEY) -> Files:
        """All that it serves, signed with `key`."""
        log = Mirror(self.scribe.entries, key)
        laws = {f"log/laws/{digest}": body for digest, body in self.scribe.files.items()}
        beside = {REPORT: counted(self.scribe.entries)["report.json"], FROZEN: self.frozen["report.json"]}
        return {f"log/{path}": body for path, body in log.files.items()} | laws | beside

    def said(self, index: int, **changes: object) -> None:
        """Another `public` in an entry that is there."""
        fields: Any = self.scribe.fields(index)
        self.scribe.entries[index] = rfc8785.dumps(fields | {"public": fields["public"] | changes})


def tile(house: House, change: Callable[[list[bytes]], list[bytes]]) -> Files:
    """Other entries below the checkpoint that was signed: what anybody can do who carries the files."""
    entries = change(list(house.scribe.entries))
    path = f"{TILE}{len(house.scribe.entries)}"
    return house.files() | {path: tlog.entries_tile(0, len(entries), entries.__getitem__)}


def swapped(entries: list[bytes]) -> list[bytes]:
    return [*entries[:5], entries[6], entries[5], *entries[7:]]


def cut(house: House) -> Files:
    path = f"{TILE}{len(house.scribe.entries)}"
    return house.files() | {path: house.files()[path][:-100]}


def without_a_file(house: House) -> Files:
    return {path: body for path, body in house.files().items() if not path.startswith(TILE)}


def wider(house: House) -> Files:
    house.said(house.made, territory=["IN", "NP"])
    return house.files()


def longer(house: House) -> Files:
    house.said(house.made, until="2031-01-01T00:00Z")
    return house.files()


def shorter(house: House) -> Files:
    del house.scribe.entries[-2:]
    return house.files()


def one_fewer(house: House) -> Files:
    """An entry is gone from the midst, and another one makes up for the size."""
    del house.scribe.entries[3]
    house.scribe.role("staff-0000000000bb", "clerk")
    return house.files()


def undecided(house: House) -> Files:
    house.scribe.measure(target=2)
    return house.files()


def earlier(house: House) -> Files:
    house.scribe.later(days=-3)
    house.scribe.role("staff-0000000000bb", "clerk")
    return house.files()


def alone(house: House) -> Files:
    house.scribe.decide(target=2, second=PROPOSER)
    return house.files()


def other_key(house: House) -> Files:
    return house.files(tlog.SigningKey.from_seed(KEY.name, bytes(32)))


def unlogged_key(house: House) -> Files:
    """The entry of a change names a key to which no entry led."""
    vkeys = [str(tlog.SigningKey.from_seed(KEY.name, bytes([n] * 32)).public) for n in range(3)]
    house.scribe.write("key", "key", {"step": "rotated", "old": VKEY, "new": vkeys[0], "by": "machine"})
    house.scribe.write("key", "key", {"step": "rotated", "old": vkeys[1], "new": vkeys[2], "by": "machine"})
    return house.files()


def witnessed_apart(house: House) -> Files:
    """Each of two witnesses was shown a history of its own."""
    here, there = Mirror(house.scribe.entries), Mirror(house.scribe.entries[:-1])
    signed = WITNESS.cosign(here.head.text, 1_700_000_000) + OTHER_WITNESS.cosign(there.head.text, 1_700_000_000)
    return house.files() | {"log/checkpoint": (here.note + signed).encode()}


def figure(house: House) -> Files:
    made = json.loads(house.files()[REPORT])
    t19 = next(table for table in made["tables"] if table["id"] == "T19")
    t19["rows"][0][-1] += 1
    return house.files() | {REPORT: rfc8785.dumps(made)}


def of_another(house: House) -> Files:
    return house.files() | {REPORT: counted([*house.scribe.entries, *house.scribe.entries])["report.json"]}


def old(house: House) -> Files:
    return house.files() | {REPORT: counted(house.scribe.entries[: house.made])["report.json"]}


def never_counted(house: House) -> Files:
    return house.files() | {REPORT: counted([])["report.json"]}


def made_anew(house: House) -> Files:
    """What readers are given as the frozen report was made by other rules than the one that the log holds the hash of."""
    return house.files() | {FROZEN: house.frozen["report.json"].replace(b'"form":1', b'"form":2')}


def taken_away(house: House) -> Files:
    return {path: body for path, body in house.files().items() if path != FROZEN}


def frozen_by_other_rules(house: House) -> Files:
    house.freeze(house.snapshot, 2, sha256="00" * 32)
    return house.files() | {FROZEN.replace("/1/", "/2/"): b"{}"}


class Forgery(NamedTuple):
    forge: Callable[[House], Files]
    says: str
    with_copy: bool = False  # the auditor was here before, and kept a copy
    more: tuple[str, ...] = ()


FORGERIES = {
    # By who carries the files, and has no key.
    "an entry is dropped": Forgery(lambda h: tile(h, lambda e: e[:-1]), "a tile has the wrong number of entries"),
    "entries change places": Forgery(lambda h: tile(h, swapped), "an entry was changed (5)"),
    "a download is cut off": Forgery(cut, "a tile cannot be read"),
    "a file is not served": Forgery(without_a_file, "a file that the log must serve is missing"),
    "another key signs": Forgery(other_key, "the checkpoint is not signed by this key"),
    # By who has the key, before somebody who was here before.
    "a scope is rewritten": Forgery(wider, "the log signed two histories", with_copy=True),
    "an end is rewritten": Forgery(longer, "the log signed two histories", with_copy=True),
    "another entry takes a place": Forgery(one_fewer, "the log signed two histories", with_copy=True),
    "the newest entries are gone": Forgery(shorter, "entries that it signed are gone", with_copy=True),
    # By who has the key, before somebody who comes for the first time.
    "a scope beyond the order": Forgery(wider, "The measure binds where neither order nor law reach. (IN, NP)"),
    "a ruling without a decision": Forgery(undecided, "The measure follows from no proposal."),
    "one person for two": Forgery(alone, "One and the same person proposed the measure and approved it."),
    "an entry of an earlier day": Forgery(earlier, "The entry bears an earlier time than one before it."),
    "a key without its entry": Forgery(unlogged_key, "a change is missing. [key_unlike]"),
    "two witnesses, two views": Forgery(witnessed_apart, "it could be one that only you are shown", more=BOTH),
    # By who publishes the report.
    "a figure": Forgery(figure, "DIFFERS (the log, the server): T19", more=("--compare",)),
    "another house's report": Forgery(of_another, "it is of another log", more=("--compare",)),
    "a report from before": Forgery(old, "LEAVES OUT the newest", more=("--compare",)),
    "a report of nothing": Forgery(never_counted, "LEAVES OUT the newest", more=("--compare",)),
    "a frozen report made anew": Forgery(made_anew, "IS NOT what readers are given", more=("--compare",)),
    "a frozen report taken away": Forgery(taken_away, "IS NOT what readers are given", more=("--compare",)),
    "a report frozen by other rules": Forgery(frozen_by_other_rules, "revision 2: IS NOT what its hash says"),
}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("forged") / "served") as running:
        yield running


def asked(place: Served, shown: Files, *more: str) -> Result:
    """The program as a stranger runs it, on these files and no others."""
    for path in [path for path in place.folder.rglob("*") if path.is_file()]:
        path.unlink()
    for path, body in shown.items():
        (place.folder / path).parent.mkdir(parents=True, exist_ok=True)
        (place.folder / path).write_bytes(body)
    return CliRunner().invoke(audit, [place.url, "--key", VKEY, "--tables", "T19", *more])


def test_the_house_itself_holds(place: Served):
    done = asked(place, House().files(), "--compare")
    assert done.exit_code == 0, done.stderr
    assert "1 frozen reports hold; the published report is the same, cell by cell" in done.stderr


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forgery_is_said_and_ends_with_1(place: Served, tmp_path: Path, name: str):
    forgery, house = FORGERIES[name], House()
    more = ["--into", str(tmp_path / "copy")] if forgery.with_copy else []
    if forgery.with_copy:
        assert asked(place, house.files(), *more).exit_code == 0
    done = asked(place, forgery.forge(house), *more, *forgery.more)
    assert (done.exit_code, forgery.says in done.stderr) == (1, True), done.stderr


def test_of_two_histories_both_signed_texts_are_kept_and_two_people_can_compare_theirs(place: Served, tmp_path: Path):
    house, copy = House(), tmp_path / "copy"
    mine = house.files()["log/checkpoint"]
    assert asked(place, house.files(), "--into", str(copy)).exit_code == 0
    forged = wider(house)
    assert (
        f"{copy / 'checkpoint.other'}: with the earlier checkpoint it is the proof"
        in asked(place, forged, "--into", str(copy)).stderr
    )
    assert ((copy / "checkpoint").read_bytes(), (copy / "checkpoint.other").read_bytes()) == (
        mine,
        forged["log/checkpoint"],
    )
    done = asked(place, forged, "--seen", str(copy / "checkpoint"))
    assert (done.exit_code, "the log signed two histories" in done.stderr) == (1, True), done.stderr
    assert asked(place, House().files(), "--seen", str(copy / "checkpoint")).exit_code == 0


def test_a_copy_that_was_changed_here_accuses_nobody(place: Served, tmp_path: Path):
    house, copy = House(), tmp_path / "copy"
    assert asked(place, house.files(), "--into", str(copy)).exit_code == 0
    [kept] = (path for path in (copy / "tile" / "entries").rglob("*") if path.is_file())
    kept.write_bytes(kept.read_bytes().replace(b'"t":"policy"', b'"t":"police"', 1))
    done = asked(place, house.files(), "--into", str(copy))
    assert (done.exit_code, "a file of the copy was changed since" in done.stderr) == (1, True), done.stderr

"""What `chaupal-audit` does: asks for the published report, counts a mirror's entries, and holds the one against the other."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote, urlencode

import httpx2
import msgspec

from chaupal_audit.errors import Problem, Unsound
from chaupal_audit.fold.facts import Facts, Snapshot
from chaupal_audit.fold.fold import Fold
from chaupal_audit.law.reading import BIGGEST
from chaupal_audit.log.fetching import bounded
from chaupal_audit.minutes import DAY
from chaupal_audit.report.compare import Difference, differences
from chaupal_audit.report.filters import Filters, period
from chaupal_audit.report.report import WHOLE, document, files, hashes, report
from chaupal_audit.rule_of_law import Files

MOST_BYTES = 64 * 1024 * 1024  # of a published report
TIMEOUT, PAUSE, TRIES = 60, 2, 900  # seconds for an answer, between questions to a server that still counts; how many
WAIT = (202, 429)  # statuses of an answer that is to come
SHA256_HEX = 64
MOST_FROZEN = 2_000  # reports that are counted again: a house of many years has some hundreds
EVERY = 20_000  # entries between two words of progress

type Tell = Callable[[str], None]
# The log from its beginning, each entry with what is read beside it, as often as it is asked for.
type Entries = Callable[[], Iterable[tuple[int, bytes, Sequence[str]]]]
type Document = dict[str, Any]
type Get = Callable[[str], httpx2.Response]


class Counted(msgspec.Struct, frozen=True):
    """What was found: the facts of the whole log; `published` counted anew, where one was given; what differs."""

    facts: Facts
    differs: tuple[Difference, ...] = ()
    broken: tuple[Snapshot, ...] = ()  # frozen reports that are not what their hash says
    ahead: int = 0  # the published report is made of so many entries, which the log does not have
    # So many entries it leaves out, though the newest that it counts is older than a day beside them and by the clock of whoever audits.
    behind: int = 0
    uncounted: int = 0  # frozen reports beyond `MOST_FROZEN`, which were not counted again

    @property
    def good(self) -> bool:
        return not (self.differs or self.broken or self.ahead or self.behind or self.uncounted)


# --- what is published ---


def published(server: str, filters: Filters, tell: Tell, get: Get | None = None) -> Document:
    """The server's own report. Waits while it is still being counted. Raises Problem where there is none."""
    url = f"{server}/api/v1/transparency/report.json"
    url += f"?{urlencode(filters.asked())}" if filters.asked() else ""
    with httpx2.Client(timeout=TIMEOUT, trust_env=False) as client:
        return _document(url, _answer(url, tell, get or _within(client)))


def served_otherwise(server: str, frozen: Iterable[Snapshot], tell: Tell) -> list[Snapshot]:
    """Frozen reports that the server does not give to readers as its log says that it froze them."""
    with httpx2.Client(timeout=TIMEOUT, trust_env=False) as client:
        return [one for one in frozen if _served(server, one, tell, _within(client)) != one.sha256]


def _within(client: httpx2.Client) -> Get:
    """A question whose answer is read no further than a report can be long."""
    return lambda url: bounded(client, url, MOST_BYTES)


def _served(server: str, frozen: Snapshot, tell: Tell, get: Get) -> str:
    url = f"{server}/api/v1/transparency/frozen/{quote(frozen.period, safe='')}/{frozen.revision}/{WHOLE}"
    answer = _answer(url, tell, get)
    return sha256(answer.content).hexdigest() if answer.status_code == 200 else ""


def _answer(url: str, tell: Tell, get: Get) -> httpx2.Response:
    """What the server says, once it has counted and others have had their turn."""
    for _ in range(TRIES):
        answer = get(url)
        if answer.status_code not in WAIT:
            return answer
        tell(f"the server is counting: {_progress(answer)}")
        time.sleep(PAUSE)
    raise Problem(f"{url}: the server does not come to an end with its report")


def _document(url: str, answer: httpx2.Response) -> Document:
    if answer.status_code != 200:
        raise Problem(f"{url}: there is no report (status {answer.status_code})")
    try:
        found: object = msgspec.json.decode(answer.content)
    except (msgspec.DecodeError, RecursionError) as error:
        raise Problem(f"{url}: this is no report: {error}") from error
    if not isinstance(found, dict):
        raise Problem(f"{url}: this is no report")
    made = cast("Document", found)
    if size_of(made) is None:
        raise Problem(f"{url}: the report does not say how many entries it is made of")
    return made


def _progress(answer: httpx2.Response) -> str:
    try:
        found = cast("dict[str, object]", msgspec.json.decode(answer.content, type=dict))
    except (msgspec.DecodeError, RecursionError):
        return "…"
    return f"{found.get('done')} of {found.get('of')} entries"


def size_of(made: Document) -> int | None:
    """How many entries a published report says that it is made of."""
    log = made.get("log")
    size = cast("dict[str, object]", log).get("size") if isinstance(log, dict) else None
    return size if isinstance(size, int) and size >= 0 else None


# --- laws ---


def laws_of(server: str, into: Path) -> Files:
    """The files of law that a server serves, each asked for once and kept in `into`. What they hash to is looked at by whoever reads."""

    def file(digest: str) -> bytes | None:
        place = into / digest
        if len(digest) != SHA256_HEX or not digest.isalnum():
            return None
        if not place.is_file():
            with httpx2.Client(timeout=TIMEOUT, trust_env=False) as client:
                answer = bounded(client, f"{server}/log/laws/{digest}", BIGGEST)
            if answer.status_code != 200:
                return None
            if sha256(answer.content).hexdigest() != digest:
                return answer.content  # said to be another file, and not kept
            into.mkdir(parents=True, exist_ok=True)
            place.write_bytes(answer.content)
        return place.read_bytes()

    return file


# --- counting ---


def count(
    entries: Entries,
    theirs: Document | None,
    filters: Filters,
    ids: tuple[str, ...],
    tell: Tell,
    *,
    now: int | None = None,
) -> Counted:
    """Fold the log; hold the published report, and every frozen one, against what the log says. `now`: a minute, else by the clock."""
    size, ours, newest = None if theirs is None else size_of(theirs), None, 0
    left_out = now = (
        int(time.time()) // 60 if now is None else now
    )  # when the first entry that it leaves out was written
    fold = Fold()
    if size == 0:
        ours = document(report(fold.facts, filters))
    for facts in _stops(fold, entries(), set() if size is None else {size, size + 1}, tell):
        if facts.size == size:
            ours, newest = document(report(facts, filters)), facts.last
        else:
            left_out = facts.last
    ahead = size or 0 if theirs is not None and ours is None else 0
    # Between the report and the log that is copied afterwards some entries come; what a day brings is left out on purpose.
    late = min(fold.facts.last - newest, now - left_out) > DAY
    behind = fold.size - (size or 0) if ours is not None and late else 0
    differs = () if theirs is None or ours is None else tuple(_differences(ours, theirs, ids))
    asked = _asked(fold.facts.snapshots)
    broken = tuple(_broken(entries, asked, tell))
    return Counted(fold.facts, differs, broken, ahead, behind, len(fold.facts.snapshots) - len(asked))


def _differences(ours: Document, theirs: Document, ids: tuple[str, ...]) -> list[Difference]:
    found = differences(ours, theirs)
    return [one for one in found if not ids or one.table in ids]


def _asked(frozen: list[Snapshot]) -> list[Snapshot]:
    """Those that are counted again: the newest revision of each period before older ones. Each costs a whole report, and whoever
    writes a log can freeze as many as it has entries.
    """
    newest = {snapshot.period: snapshot for snapshot in frozen}
    older = (snapshot for snapshot in reversed(frozen) if newest[snapshot.period] is not snapshot)
    return [*newest.values(), *older][:MOST_FROZEN]


def _broken(entries: Entries, frozen: list[Snapshot], tell: Tell) -> Iterator[Snapshot]:
    """Frozen reports that cannot be counted again from the entries that they say they are made of."""
    waiting: dict[int, list[Snapshot]] = {}
    for snapshot in frozen:
        waiting.setdefault(snapshot.size, []).append(snapshot)
    if not frozen:
        return
    fold = Fold()
    for facts in _stops(fold, entries(), set(waiting), tell):
        yield from (s for s in waiting.pop(facts.size) if not _holds(s, facts))
    yield from (s for late in waiting.values() for s in late)  # made of entries that are not there


def _holds(snapshot: Snapshot, facts: Facts) -> bool:
    try:
        filters = period(snapshot.period)
    except Unsound:
        return False
    named = hashes(files(report(facts, filters)))
    return named.pop(WHOLE) == snapshot.sha256 and named == snapshot.files


def _stops(
    fold: Fold, entries: Iterable[tuple[int, bytes, Sequence[str]]], sizes: set[int], tell: Tell
) -> Iterator[Facts]:
    """Fold all entries; the facts whenever there are as many as one of `sizes`. Raises ValueError for a gap."""
    for index, entry, beside in entries:
        if index != fold.size:
            raise ValueError(f"entry {fold.size} is missing")
        fold.add(entry, beside)
        if fold.size % EVERY == 0:
            tell(f"counting: {fold.size} entries")
        if fold.size in sizes:
            yield fold.facts

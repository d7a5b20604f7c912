"""Lists of limited servers as servers share them (Mastodon's CSV): written out, and taken in as matters that go on by themselves."""

import csv
import io
from collections.abc import Iterable, Sequence

import msgspec

from chaupal.governance.cases import bulk, bulk_jobs, house
from chaupal.governance.context import Court
from chaupal.governance.orders import csv_files
from chaupal.governance.orders.papers import REASON_AT_LEAST, Paper, check_may
from chaupal.governance.orders.resolving import MOST_TARGETS
from chaupal.governance.people.account_desk import rule_of
from chaupal.governance.servers import limits
from chaupal.governance.servers.limits import SEVERITIES, SUSPEND, ServerStanding, measures_of, severity_of
from chaupal.kernel.errors import Invalid
from chaupal.kernel.faults import Wrong
from chaupal.policy.measures import Measure
from chaupal.policy.viewer import Viewer
from chaupal.store.federation import limits as kept, servers
from chaupal.text import hosts
from chaupal.text.clean import letters_seen

HEADERS = ("#domain", "#severity", "#reject_media", "#reject_reports", "#public_comment", "#obfuscate")
MOST_SAID = 50  # complaints about rows in one answer
AT_ONCE = 200  # servers written down in one commit


class BlockRow(msgspec.Struct, frozen=True, kw_only=True):
    """A server and what a list says of it. `line`: of the file, as a spreadsheet shows it."""

    line: int
    domain: str
    severity: str = SUSPEND  # what Mastodon takes where a list does not say
    reject_media: bool = False
    reject_reports: bool = False
    comment: str = ""
    obfuscate: bool = False

    @property
    def measures(self) -> tuple[Measure, ...]:
        return measures_of(self.severity, media=self.reject_media, reports=self.reject_reports)


class StartedMatter(msgspec.Struct, frozen=True):
    """A matter of all servers that are to be limited in one way, and the call that carries it on by itself."""

    measure: Measure
    ref: str
    job: int
    many: int


class TakenList(msgspec.Struct, frozen=True):
    """What became of a list. `known`: servers of which nothing new was asked."""

    started: tuple[StartedMatter, ...]
    known: int


def written(standings: Iterable[ServerStanding]) -> bytes:
    """What is in force, a row for each server; the file that Mastodon's servers take in."""
    out = io.StringIO(newline="")
    rows = csv.writer(out)
    rows.writerow(HEADERS)
    for one in standings:
        if one.limits:
            suspended = Measure.SUSPEND_SERVER in one.measures
            media, reports = (
                suspended or Measure.REFUSE_MEDIA in one.measures,
                suspended or Measure.REFUSE_REPORTS in one.measures,
            )
            why = one.words.public_comment or one.limits[0].row.reason
            rows.writerow(
                [
                    one.domain,
                    severity_of(one.measures),
                    _word(media),
                    _word(reports),
                    csv_files.safe(" ".join(why.split())),
                    _word(one.words.obfuscate),
                ]
            )
    return out.getvalue().encode()


async def take_in(court: Court, viewer: Viewer, data: bytes, reason: str, rule: str = "") -> TakenList:
    """Limit what a list says, as matters whose cases are carried on by themselves, a matter for each kind of measure.

    `reason`: of those of which the list gives none. Nothing is opened where a row is wrong. Of a server that is limited already
    the list adds what is done, and changes nothing of how staff have it told. Raises NotAllowed, Invalid by field.
    """
    me, paper = check_may(viewer, "sanction"), Paper()
    reason = paper.reason("reason", reason)
    paper.check()
    rows = read(court, data)
    async with court.work.reading() as reading:
        before = {one.domain: one.measures | one.proposed for one in await limits.standings(reading)}
        rules = {
            measure: (await rule_of(court, reading, measure, rule))[0]
            for measure in {m for row in rows for m in row.measures}
        }
    fresh = [row for row in rows if set(row.measures) - before.get(row.domain, frozenset())]
    await _write_down(court, [row for row in fresh if row.domain not in before], me)
    started: list[StartedMatter] = []
    for measure, cited in rules.items():
        named = [row for row in fresh if measure in row.measures and measure not in before.get(row.domain, frozenset())]
        if named:
            started.append(await _start(court, viewer, measure, cited, named, reason))
    return TakenList(tuple(started), len(rows) - len(fresh))


def read(court: Court, data: bytes) -> list[BlockRow]:
    """The rows of a file, each server once. Raises Invalid (field `csv`) with every row that is wrong."""
    found = csv_files.rows_of(data, MOST_TARGETS + 2)
    columns = _columns(found[0][1]) if found else {}
    body = found[1:] if columns else found
    if not body:
        raise csv_files.bad("csv_empty")
    if len(body) > MOST_TARGETS:
        raise csv_files.bad("csv_too_many_rows", most=MOST_TARGETS)
    rows = [_row(line, cells, columns or {HEADERS[0]: 0}) for line, cells in body]
    wrong = [
        Wrong(code, {}, f"{row.line}: {cells[0][:200]}")
        for row, (_, cells) in zip(rows, body, strict=True)
        if (code := _wrong(court, row))
    ]
    if wrong:
        raise Invalid("rows_cannot_be_taken", many=len(wrong)).about({"csv": wrong[:MOST_SAID]})
    return list({row.domain: row for row in reversed(rows)}.values())[::-1]  # of two of one server the first


def _columns(cells: Sequence[str]) -> dict[str, int]:
    """Column -> where it stands; nothing where the first row is no header."""
    named = {f"#{cell.strip().lower().removeprefix('#')}": at for at, cell in enumerate(cells)}
    return named if HEADERS[0] in named else {}


def _row(line: int, cells: Sequence[str], columns: dict[str, int]) -> BlockRow:
    def cell(name: str) -> str:
        at = columns.get(name)
        return csv_files.plain(cells[at]).strip()[:4_000] if at is not None and at < len(cells) else ""

    def yes(name: str) -> bool:
        return cell(name).lower() in ("true", "1", "yes", "t")

    return BlockRow(
        line=line,
        domain=hosts.server_named(cell(HEADERS[0])),
        severity=cell(HEADERS[1]).lower() or SUSPEND,
        reject_media=yes(HEADERS[2]),
        reject_reports=yes(HEADERS[3]),
        comment=cell(HEADERS[4]),
        obfuscate=yes(HEADERS[5]),
    )


def _wrong(court: Court, row: BlockRow) -> str:
    if not row.domain:
        return "no_server"
    if row.domain == court.settings.domain.lower():
        return "own_server"
    if row.severity not in SEVERITIES:
        return "no_choice"
    return "" if row.measures else "limits_nothing"


async def _write_down(court: Court, rows: Sequence[BlockRow], me: int) -> None:
    """Every server that a matter will name for the first time has a row, and is told of as the list has it."""
    for start in range(0, len(rows), AT_ONCE):
        async with court.work.writing() as w:
            for row in rows[start : start + AT_ONCE]:
                id_ = await servers.met(w, court.make_id, row.domain)
                said = kept.ServerWords(
                    server_id=id_, obfuscate=row.obfuscate, public_comment=row.comment, by=me, at=court.clock()
                )
                await kept.say(w, said)


async def _start(
    court: Court, viewer: Viewer, measure: Measure, rule: str, rows: Sequence[BlockRow], reason: str
) -> StartedMatter:
    matter = house.MatterForm(targets="\n".join(row.domain for row in rows), rule=rule, source="staff", grounds=reason)
    ref = await house.open_matter(court, viewer, matter)
    items = [
        bulk.Item(
            number=number,
            line=row.line,
            seen=1,
            outcome=measure,
            rule=rule,
            reason=row.comment if letters_seen(row.comment) >= REASON_AT_LEAST else reason,
        )
        for number, row in enumerate(rows, 1)
    ]
    job = await bulk_jobs.start(court, viewer, ref, bulk.ACT, items, what_can=True)
    return StartedMatter(measure, ref, job.id, len(rows))


def _word(yes: bool) -> str:
    return "true" if yes else "false"

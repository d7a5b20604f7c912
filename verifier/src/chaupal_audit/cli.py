"""`chaupal-audit`: mirrors somebody's log, verifies it, holds it against the law, counts the report anew, says what differs.

It stands by itself: it knows nothing of the database or of the server's rooms, only of the log and of how to count it.
"""

import asyncio
import sys
import tempfile
from pathlib import Path
from typing import Any

import click
import httpx2
import msgspec

from chaupal_audit import cli_witnesses, counting as counting, rule_of_law, tlog
from chaupal_audit.clock import SECOND
from chaupal_audit.counting import Counted
from chaupal_audit.errors import Malformed, Problem, Unsound
from chaupal_audit.fold.facts import Snapshot
from chaupal_audit.log import mirror
from chaupal_audit.log.entries import BY_TYPE
from chaupal_audit.log.findings import MEANS, Broken, Fault, KeySource, LogReport
from chaupal_audit.log.openings import read_openings
from chaupal_audit.minutes import minute_text
from chaupal_audit.report.filters import Filters, parse_filters
from chaupal_audit.report.report import TABLES, Report, canonical, document, plain, report, table_csv
from chaupal_audit.report.tables.cells import Table
from chaupal_audit.rule_of_law import Finding, Verdict
from chaupal_audit.tlog.entries import COVER

SHOWN = 50  # differences and findings that are printed


class ProgressLine:
    """What is going on, on standard error: one line that is written over, where somebody is looking."""

    def __init__(self, *, quiet: bool) -> None:
        self.quiet = quiet
        self.live = sys.stderr.isatty()

    def __call__(self, text: str) -> None:
        if not self.quiet:
            click.echo(f"\r\x1b[K{text}" if self.live else text, err=True, nl=not self.live)

    def line(self, text: str) -> None:
        if not self.quiet:
            click.echo(f"\r\x1b[K{text}" if self.live else text, err=True)


@click.command(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.argument("url")
@click.option(
    "--key", default=None, help="The log's key, name+id+base64, as you noted it before. Else its own is taken."
)
@click.option("--into", type=click.Path(path_type=Path, file_okay=False), help="Keep the copy here for the next time.")
@click.option("--tables", default="", help="Only these, such as T1,T2. Else all.")
@click.option("--format", "form", type=click.Choice(["text", "csv", "json"]), default="text", show_default=True)
@click.option("--compare", is_flag=True, help="Say cell by cell where the published report differs.")
@click.option("--from", "start", default="", help="First month, such as 2021-02.")
@click.option("--to", default="", help="Last month.")
@click.option("--country", default="", help="A country's two letters, such as IN.")
@click.option("--language", default="", help="A language's code, such as hi.")
@click.option("--regime", default="", help="A regime, such as IN-69A.")
@click.option(
    "--law-dir",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="Take the files of law from here, by what they hash to. Else the server's own, by the same hashes.",
)
@click.option(
    "--openings",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="What entries committed to and somebody has let you read: a file in the form of /log/openings/<n>.",
)
@click.option(
    "--findings",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="How it is said which rule of law an entry breaks; json: alone, on standard output.",
)
@cli_witnesses.witness_options
@click.option(
    "--seen",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    multiple=True,
    help="A checkpoint that somebody else was shown, as a file: the log must have the same history for both. Repeat it.",
)
@click.option(
    "--older",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="Your copy (--into) of a log from which this one goes on: what that had and this has not is listed.",
)
@click.option("--quiet", is_flag=True, help="No progress and no findings on standard error.")
@click.pass_context
def audit(
    context: click.Context,
    url: str,
    key: str | None,
    into: Path | None,
    tables: str,
    form: str,
    compare: bool,
    start: str,
    quiet: bool,
    law_dir: Path | None,
    openings: Path | None,
    findings: str,
    witnesses: tuple[str, ...],
    quorum: int | None,
    policy_file: Path | None,
    seen: tuple[Path, ...],
    older: Path | None,
    **asked: str,
) -> None:
    """Copy the log at URL (a server's address, or its log's), verify all of it, hold it against the law, count the report anew.

    Exits with 1 where the log does not verify, is not what it says of an older one, an entry breaks a rule of law, a frozen report is
    not what it was, or a published number differs. What was only late is told, and breaks nothing.
    """
    filters, ids, progress = _filters(start, asked), _ids(tables), ProgressLine(quiet=quiet)
    server, shown = _server(url), _shown(openings)
    policy = cli_witnesses.read_policy(witnesses, quorum, policy_file)
    key = _key(key) or (policy.key if policy else None)
    notes = [_note(path) for path in (*seen, *([older / "checkpoint"] if older else []))]
    with tempfile.TemporaryDirectory() as passing:
        place = into or Path(passing)
        # What is published is fetched first: the log that is copied afterwards holds all that it is made of.
        theirs = counting.published(server, filters, progress) if compare else None
        found = asyncio.run(
            mirror.mirror(
                f"{server}/log",
                key,
                place,
                lambda n, of: progress(f"copying: {n} of {of} files"),
                policy=policy,
                seen=notes,
            )
        )
        if not _verified(found, progress, into):
            context.exit(1)
        whole = _say_older(found, place, older, progress)
        tried = _try(server, place, law_dir, shown, progress, found)
        counted = counting.count(lambda: mirror.entries_opened(place), theirs, filters, ids, progress)
    progress.line(f"counted: {counted.facts.size} entries, the newest of {minute_text(counted.facts.last)}")
    replaced = counting.served_otherwise(server, counted.facts.snapshots, progress) if compare else []
    if findings == "json":
        click.echo(msgspec.json.encode(tried).decode())
    else:
        _print(report(counted.facts, filters, ids), form)
        _say_broken(tried, progress)
    _say_findings(counted, replaced, progress, compare=compare)
    context.exit(0 if counted.good and not replaced and not tried.broken and whole else 1)


def _try(
    server: str,
    place: Path,
    law_dir: Path | None,
    shown: dict[str, list[str]],
    progress: ProgressLine,
    found: LogReport,
) -> Verdict:
    """The copy, held against the law. `shown`: what is opened to whoever asks, beside what is to everybody."""
    files = counting.laws_of(server, place / "laws") if law_dir is None else rule_of_law.folder(law_dir)
    read = ((index, [*texts, *shown.get(str(index), ())]) for index, _, texts in mirror.entries_opened(place))
    beside = {index: texts for index, texts in read if texts}
    return rule_of_law.try_log(
        lambda: mirror.entries(place),
        files,
        beside,
        lambda n: progress(f"judging: {n} entries"),
        # The last of them to sign is believed: one whose clock is slow accuses nobody.
        [(found.size, max(found.witnessed.values()) * SECOND)] if found.witnessed else (),
    )


def _say_broken(tried: Verdict, progress: ProgressLine) -> None:
    """What breaks a rule is said even where nothing else is; what was late, beside it."""
    for finding in tried.broken[:SHOWN]:
        click.echo(f"AGAINST THE LAW: {_said(finding)}", err=True)
    for finding in tried.late[:SHOWN]:
        progress.line(f"late: {_said(finding)}")
    for found in (tried.broken, tried.late):
        if len(found) > SHOWN:
            click.echo(f"… and {len(found) - SHOWN} more", err=True)
    many = f"{tried.entries} entries, {tried.orders} orders, {tried.measures} measures"
    progress.line(f"held against the law: {many}; {len(tried.broken)} break a rule, {len(tried.late)} were late")


def _said(finding: Finding) -> str:
    about = f" ({finding.ref})" if finding.ref else ""
    return _printable(f"entry {finding.index}{about}: {finding.text_in()} [{finding.code}]")


def _server(url: str) -> str:
    """The address of a server, from that of its log. Raises click.BadParameter for what is none."""
    if not url.startswith(("https://", "http://")) or not url.isprintable() or " " in url:
        raise click.BadParameter(f"{_printable(url)!r} is no address: write it as https://the.server")
    return url.rstrip("/").removesuffix("/log")


def _key(key: str | None) -> str | None:
    """A key as it was noted. Raises click.BadParameter for what is none."""
    try:
        if key is not None:
            tlog.VerifyingKey.parse(key)
        return key
    except Malformed as error:
        raise click.BadParameter(f"--key is none that can be read, as name+id+base64: {error}") from error


def _shown(openings: Path | None) -> dict[str, list[str]]:
    """What somebody was let read, by entry. Raises click.BadParameter for a file that holds nothing such."""
    try:
        return {} if openings is None else read_openings(openings.read_bytes(), openings.name)
    except Broken as error:
        raise click.BadParameter(f"{openings} holds no openings that can be read") from error


def _note(path: Path) -> str:
    """A checkpoint that was kept. Raises click.BadParameter for a file that holds none."""
    try:
        text = path.read_text("utf-8")
        tlog.parse_checkpoint(text)
    except (OSError, UnicodeDecodeError, Malformed) as error:
        raise click.BadParameter(f"{path} holds no checkpoint that can be read") from error
    return text


def _filters(start: str, asked: dict[str, str]) -> Filters:
    try:
        return parse_filters({"from": start, **asked})
    except Unsound as problem:
        raise click.BadParameter(problem.message) from problem


def _ids(tables: str) -> tuple[str, ...]:
    known = {id_.lower(): id_ for id_ in TABLES}
    named = [word.strip().lower() for word in tables.split(",") if word.strip()]
    if unknown := [word for word in named if word not in known]:
        raise click.BadParameter(f"--tables: there is no {', '.join(unknown)}; there are {', '.join(TABLES)}")
    return tuple(known[word] for word in named)


# --- what is said ---


def _verified(found: LogReport, progress: ProgressLine, into: Path | None) -> bool:
    if found.fault is not None:
        what = "was not verified" if found.fault is Fault.unreachable else "DOES NOT VERIFY"  # that accuses nobody
        click.echo(f"{found.url}: {what}: {_means(found.fault)} ({_printable(found.where)})", err=True)
        if found.fault is Fault.forked and into is not None:
            click.echo(
                f"What it signed now is kept as {into / mirror.OTHER}: with the earlier checkpoint it is the proof.",
                err=True,
            )
        return False
    progress.line(f"{found.url}: verified, {found.size} entries\nroot: {found.root}\nkey: {found.vkey}")
    progress.line("\n".join(map(_printable, cli_witnesses.signers_text(found).split("\n"))))
    if unknown := sorted(found.entries.keys() - {*BY_TYPE, COVER}):
        many, kinds = sum(found.entries[kind] for kind in unknown), _printable(", ".join(unknown))
        progress.line(f"{many} entries are of kinds that this program does not know and holds against nothing: {kinds}")
    if found.key_source is KeySource.first_use:
        progress.line("The key came from the log itself: note it, and give it with --key the next time.")
    return True


def _say_older(found: LogReport, place: Path, older: Path | None, progress: ProgressLine) -> bool:
    """From which logs this one goes on and what of them is not here. Whether a copy of one of them begins as it says."""
    for index, said in found.origins:
        begins = f"it begins with {said.kept} entries of that, {said.size} of them under its last checkpoint"
        lost = f"{said.known - said.kept} of the {said.known} entries that it is known to have had are not here"
        progress.line(_printable(f"entry {index}: the log goes on from {said.older}; {begins}; {lost}"))
    for index, back in found.refills:
        what = f"the server had lost the {back.to - back.start} entries from {back.start} on, and has them from a copy of the log"
        progress.line(f"entry {index}: {what}; what they began is carried out no more")
    if older is None:
        return True
    name = (older / "checkpoint").read_text("utf-8").partition("\n")[0]
    kept = next((said.kept for _, said in found.origins if said.older == name), None)
    if kept is None:
        click.echo(_printable(f"{older} is no copy of a log from which this one goes on"), err=True)
        return False
    told, covers = mirror.after(older, kept)
    for index, entry in told:
        click.echo(
            _printable(f"not here: entry {index} of the older log, {entry.at}, {entry.t}, {entry.ref}"), err=True
        )
    progress.line(f"of {older} are not here {len(told)} entries and {covers} places that may hold what was secret")
    unlike = mirror.first_unlike(place, older, kept)
    if unlike is not None:
        click.echo(f"entry {unlike} IS NOT the one of the older log: it was not kept as the log says", err=True)
    return unlike is None


def _say_findings(counted: Counted, replaced: list[Snapshot], progress: ProgressLine, *, compare: bool) -> None:
    """Faults are said even where nothing else is."""
    for snapshots, wrong in (
        (counted.broken, "IS NOT what its hash says: counted from the log it has other numbers"),
        (replaced, "IS NOT what readers are given: the server shows another file, or none"),
    ):
        for one in snapshots:
            click.echo(_printable(f"frozen report {one.period}, revision {one.revision}: {wrong}"), err=True)
    if counted.uncounted:
        click.echo(
            f"{counted.uncounted} more frozen reports were NOT counted again: no house freezes so many", err=True
        )
    if counted.ahead:
        click.echo(
            f"the published report is made of {counted.ahead} entries; the log has {counted.facts.size}: it is of another log",
            err=True,
        )
    if counted.behind:
        click.echo(f"the published report LEAVES OUT the newest {counted.behind} entries of the log", err=True)
    for difference in counted.differs[:SHOWN]:
        click.echo(f"DIFFERS (the log, the server): {_printable(str(difference))}", err=True)
    if len(counted.differs) > SHOWN:
        click.echo(f"… and {len(counted.differs) - SHOWN} more cells", err=True)
    if counted.good and not replaced:
        frozen = len(counted.facts.snapshots)
        progress.line(
            f"{frozen} frozen reports hold" + ("; the published report is the same, cell by cell" if compare else "")
        )


def _print(made: Report, form: str) -> None:
    if form == "json":
        click.echo(canonical(document(made)).decode())
        return
    for table in made.tables:
        heading = f"# {table.id}" if form == "csv" else f"\n{table.id}: {table.title}"
        if form == "text" or len(made.tables) > 1:
            click.echo(heading)
        click.echo(table_csv(table) if form == "csv" else _text(table), nl=form == "text")


def _text(table: Table) -> str:
    """Columns side by side; what a foreign log calls things does not steer the terminal."""
    total = [] if table.total is None else [("total", *table.total[1:])]
    rows = [[c.name for c in table.columns], *([_cell(v) for v in row] for row in [*table.rows, *total])]
    wide = [max(len(row[at]) for row in rows) for at in range(len(table.columns))]
    return "\n".join("  ".join(cell.ljust(n) for cell, n in zip(row, wide, strict=True)).rstrip() for row in rows)


def _cell(value: Any) -> str:
    shown = plain(value)
    return "" if shown is None else _printable(str(shown))


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else "?" for c in text)[:300]


def _means(fault: str) -> str:
    return MEANS.get(fault, str(fault).replace("_", " "))


def main() -> None:
    """One clear line for what cannot be done, never a traceback. Exits with 2 for wrong words, 1 for what is wrong."""
    try:
        code: Any = audit(standalone_mode=False)
        sys.exit(code if isinstance(code, int) else 0)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)
    except Broken as broken:
        _fail(f"{_means(broken.fault)} ({broken.where})")
    except Problem as problem:
        _fail(problem.message)
    except OSError as error:
        _fail(f"{error.filename}: {error.strerror}" if error.filename and error.strerror else str(error))
    except (ValueError, httpx2.HTTPError, httpx2.InvalidURL) as error:
        _fail(f"{type(error).__name__}: {error}")


def _fail(text: str) -> None:
    click.echo("chaupal-audit: " + _printable(" ".join(text.split())), err=True)
    sys.exit(1)


if __name__ == "__main__":
    main()

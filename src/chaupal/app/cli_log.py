"""`chaupal log`: verify a public log from outside, trusting only its key; and look after one's own."""

import tempfile
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import click

from chaupal.app.cli import data_option, gc_frozen, in_house, settings_of, visit
from chaupal.app.cli_staff import by_staff
from chaupal.kernel.clock import iso
from chaupal.kernel.errors import Problem
from chaupal_audit import cli_witnesses
from chaupal_audit.log.findings import MEANS, Fault, KeySource, LogReport
from chaupal_audit.log.verify import verify_log

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from chaupal.governance.context import Court
    from chaupal.governance.log.cosigned import LogStatus
    from chaupal.governance.log.reconcile import Reconciled
    from chaupal.http.call import House
    from chaupal.policy.viewer import Viewer
    from chaupal.store.machine.work import Reading


@click.group()
def log() -> None:
    """The public log: verify anybody's from outside, look after one's own."""


@log.command()
@click.argument("url")
@click.option(
    "--key", default=None, help="The log's key, name+id+base64, as you noted it before. Else the log's own is taken."
)
@click.option(
    "--earlier",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="A checkpoint kept from an earlier visit.",
)
@click.option(
    "--keep", type=click.Path(path_type=Path, dir_okay=False), help="Keep the checkpoint here for the next visit."
)
@click.option("--origin", default=None, help="The log's name, where it is not the key's.")
@cli_witnesses.witness_options
@click.pass_context
def verify(
    context: click.Context,
    url: str,
    key: str | None,
    earlier: Path | None,
    keep: Path | None,
    origin: str | None,
    witnesses: tuple[str, ...],
    quorum: int | None,
    policy_file: Path | None,
) -> None:
    """Fetch the whole log at URL, count it again, and say whether it holds; exits with 1 where it does not."""
    previous = _read_kept(earlier) if earlier else None
    # /log is where a server has it, so the server's address is enough.
    where = url.rstrip("/") if url.rstrip("/").endswith("/log") else f"{url.rstrip('/')}/log"
    policy = cli_witnesses.read_policy(witnesses, quorum, policy_file)
    key = key or (policy.key if policy else None)
    report = verify_log(where, key, previous_checkpoint=previous, origin=origin, policy=policy)
    _tell(report)
    if report.ok and keep:
        keep.write_text(report.checkpoint, "utf-8")
    context.exit(0 if report.ok else 1)


@log.command("rotate-key")
@in_house
async def rotate_key(house: "House") -> None:
    """Sign with a new key from the next checkpoint on, which both keys sign; the old one stays in DATA/keys."""
    from chaupal.governance.context import MACHINE
    from chaupal.governance.log import batches as log_batches

    court = house.court
    old, new = await log_batches.change_key(court, MACHINE)
    click.echo(f"old: {old}\nnew: {new}")
    if log_batches.batch_ms(court.settings):
        click.echo(
            f"The checkpoint of {iso(log_batches.next_batch(court))} is signed by both, those after it by the new."
        )
    else:
        await log_batches.newest(court)
        click.echo("Both signed a checkpoint; the new key signs from here on.")


@log.command()
@data_option
@click.pass_context
def reconcile(context: click.Context, data: str | None) -> None:
    """Hold every ruling against the log and the log against the rulings; exits with 1 where they do not agree."""
    from chaupal.governance.log import reconcile as reconciling

    found: Reconciled = visit(context, lambda house: reconciling.reconcile(house.court), data=data)
    for fault in found.faults:
        click.echo(fault, err=True)
    click.echo(f"{found.entries} entries, {found.rulings} rulings, {found.failures} faults")
    context.exit(1 if found.failures else 0)


FIELDS = click.option(
    "--field", "names", multiple=True, help="Which confidential field; repeat it. None: all that are left."
)


@log.command("open")
@click.argument("index", type=click.IntRange(0))
@FIELDS
@click.option("--reason", required=True, help="Why; it becomes public.")
@click.option("--ref", default="", help="The order that it is about, if that may be said.")
@by_staff
async def open_(house: "House", viewer: "Viewer", index: int, names: tuple[str, ...], reason: str, ref: str) -> None:
    """Publish confidential fields of entry INDEX, by an entry of its own against which anybody can check them."""
    from chaupal.governance.log import opening

    fields = names or tuple(await opening.sealed(house.court, viewer, index))
    opened = await opening.open_(house.court, viewer, index, fields, reason, ref)
    click.echo(f"entry {opened} opens {', '.join(fields)}")


@log.command()
@click.argument("index", type=click.IntRange(0))
@FIELDS
@click.option("--reason", required=True, help="Why; it becomes public.")
@by_staff
async def erase(house: "House", viewer: "Viewer", index: int, names: tuple[str, ...], reason: str) -> None:
    """Destroy what would open confidential fields of entry INDEX; that it was done is an entry, too.

    What a secret entry says of the act itself (act, public, sd) is never destroyed.
    """
    from chaupal.governance.log import opening

    known = await opening.sealed(house.court, viewer, index)
    fields = names or tuple(name for name in known if name not in opening.LASTING)
    erased = await opening.erase(house.court, viewer, index, fields, reason)
    click.echo(f"entry {erased} says that {len(fields)} fields of entry {index} were erased")


@log.command()
@click.argument("checkpoint", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--key", "vkey", required=True, help="The older log's key (name+hash+base64), as it signed last.")
@click.option("--name", default="", help="The new log's name; none: the older one's with the next number.")
@in_house
async def origin(house: "House", checkpoint: Path, vkey: str, name: str) -> None:
    """Begin a new log that goes on from an older one: its first entry commits to the last CHECKPOINT of that, a file.

    For a house whose log was written by an earlier version: before the new data directory is used for anything else.
    """
    from chaupal.governance.log import beginning

    begun = await beginning.begin(house.court, _read_kept(checkpoint), vkey, name)
    click.echo(f"{begun} begins with an entry that commits to {checkpoint}")


@log.command()
@click.argument("seen", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option("--reason", required=True, help="What happened; it becomes public.")
@click.option("--name", default="", help="The new log's name; none: the older one's with the next number.")
@data_option
@click.pass_context
def anew(context: click.Context, seen: tuple[Path, ...], reason: str, name: str, data: str | None) -> None:
    """Begin a new log over a store that was brought back from a backup, where entries are lost that outsiders have seen.

    SEEN: what anybody has kept of the older log, checkpoints (files) or copies (directories of chaupal-audit); name the newest, for
    by them the new log says how much is missing. It begins with all entries that are here, and is signed by a new key.
    """
    if not reason.strip():
        raise click.BadParameter("say what happened", param_hint="--reason")
    _visit_restored(context, partial(_begin_anew, seen=seen, reason=reason, name=name), data, stopped=True)


def _visit_restored(
    context: click.Context, act: "Callable[[House], Awaitable[Any]]", data: str | None, *, stopped: bool
) -> Any:
    """Run `act` in the rooms of a store that was brought back; `stopped`: while nothing serves it. Where none is there, because bringing it
    back failed or the directory was mistyped, none begins.
    """
    with gc_frozen():
        from chaupal.app.backup import check_there
        from chaupal.app.rooms import alone
    settings = settings_of(context, data=data)
    check_there(settings)
    with alone(settings) if stopped else nullcontext():
        return visit(context, act, begin=False, data=data)


async def _begin_anew(house: "House", seen: tuple[Path, ...], reason: str, name: str) -> None:
    from chaupal.governance.log import beginning

    await _check_unserved(house)
    notes = [_read_kept(path / "checkpoint" if path.is_dir() else path) for path in seen]
    begun = await beginning.begin_anew(house.court, notes, reason.strip(), name)
    said = begun.said
    lost = (
        f"{said.known - said.kept} are known to be missing"
        if said.known > said.kept
        else "nobody knows how many are missing"
    )
    click.echo(
        f"{begun.name} begins with the {said.kept} entries that are here; {lost}, and entry {begun.entry} says so"
    )
    click.echo(f"key: {said.new}")
    click.echo(f"Numbers of orders and reports go on after {begun.skipped} that are left out.")


@log.command()
@click.option(
    "--from", "where", required=True, help="A directory of chaupal-audit or of a mirror, or the address of one."
)
@click.option(
    "--reason", required=True, help="What happened; it becomes public, and so does the copy's address or name."
)
@data_option
@click.pass_context
def refill(context: click.Context, where: str, reason: str, data: str | None) -> None:
    """Bring entries back that a restored store lacks, from somebody's copy of its log: the log goes on under its name.

    The rows of which these entries tell do not come back: what was in force by them is listed, to be decided anew by two.
    """
    if not reason.strip():
        raise click.BadParameter("say what happened", param_hint="--reason")
    _visit_restored(context, partial(_refill, where=where, reason=reason.strip()), data, stopped=True)


WEB = ("https://", "http://")


def whose(where: str) -> str:
    """The address or the name of a copy as it may be told: whoever reads it there by a password does not publish that."""
    if not where.startswith(WEB):
        return Path(where).resolve().name
    parts = urlsplit(where)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


async def _refill(house: "House", where: str, reason: str) -> None:
    from chaupal.governance.log import batches as log_batches, refilling
    from chaupal_audit.log import mirror

    await _check_unserved(house)
    copy, web = Path(where), where.startswith(WEB)
    if not web and not (copy / "checkpoint").exists():
        copy /= "log"  # of a whole mirror
    url = where.rstrip("/") if web else "http://copy.invalid/log"
    with tempfile.TemporaryDirectory() as place:
        # Whoever has an older copy is to be told so, and not that it is signed by another key.
        keys = [await log_batches.public_key(house.court), *house.court.keys.all()]
        fetch = None if web else mirror.reading(copy, url)
        report = await mirror.mirror(url, str(keys[0]), Path(place), fetch=fetch)
        if web and (report.fault, report.where) == (Fault.missing, f"{url}/checkpoint"):  # of a whole mirror, too
            url = f"{url}/log"
            report = await mirror.mirror(url, str(keys[0]), Path(place))
        for key in keys[1:]:
            if report.fault is not Fault.not_signed:
                break
            report = await mirror.mirror(url, str(key), Path(place), fetch=fetch)
        if report.fault is not None:
            raise Problem(f"{where} does not verify: {MEANS[report.fault]} ({_printable(report.where)})")
        found = await refilling.refill(house.court, Path(place), reason, whose(where))
    click.echo(f"Entries {found.first} to {found.to - 1} are here again, byte for byte; entry {found.entry} says so.")
    click.echo("The orders, cases and reports of which they tell are not: they are known by the log alone.")
    if found.ended:
        click.echo(f"{found.ended} measures that are here had ended by them, and have ended now.")
    for index, head in found.standing:
        click.echo(f"Stands here as it did before: entry {index}, {head.at}, {head.t}, {head.ref}")
    for ref in found.published:
        click.echo(f"{ref} had been published by them, and is public here, too.")
    if found.blanked:
        click.echo(f"{found.blanked} fields that had been erased by them are erased here, too.")
    for said, erased in found.erased:
        click.echo(
            f"By entry {said} words of entry {erased} had been erased, which may be here again: erase them anew."
        )
    for one in found.lost:
        click.echo(f"Carried out no more, and to be decided anew: {one.in_words()}")
    if found.lost:
        click.echo("`chaupal check` names these until somebody has decided about the same thing.")


async def _check_unserved(house: "House") -> None:
    """Raises Problem where a process serves this database from another directory."""
    if not house.settings.postgres:
        return
    from chaupal.store.machine import seats

    async with house.court.work.reading() as reading:
        if await seats.is_served(reading):
            raise Problem("This database is being served: stop every process that serves it or works for it")


@log.command()
@click.argument("checkpoints", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@data_option
@click.pass_context
def against(context: click.Context, checkpoints: tuple[Path, ...], data: str | None) -> None:
    """Hold one's own log against CHECKPOINTS that were seen outside, files: of visitors, mirrors, witnesses. Or against whole copies,
    directories that chaupal-audit keeps (--into): then what is missing is listed.

    After a store was restored, before it is served: exits with 1 where the log is not a continuation of each.
    """

    copies = {path for path in checkpoints if path.is_dir()}

    async def act(house: "House") -> bool:
        async with house.court.work.reading() as reading:
            return all([await _held(house.court, reading, path, copy=path in copies) for path in checkpoints])

    context.exit(0 if _visit_restored(context, act, data, stopped=False) else 1)


async def _held(court: "Court", reading: "Reading", path: Path, *, copy: bool) -> bool:
    """Say whether our log goes on from a checkpoint, or a copy of it."""
    from chaupal.governance.log import seen

    try:
        said, has = await seen.hold(court, reading, _read_kept(path / "checkpoint" if copy else path))
    except Problem as problem:
        click.echo(f"{path}: {problem.message}", err=True)
        told, covers = await seen.lacking(reading, path) if copy and isinstance(problem, seen.SetBack) else ([], 0)
        for index, entry in told:
            click.echo(f"  not here: entry {index}, {entry.at}, {entry.t}, {entry.ref}", err=True)
        if covers:
            click.echo(f"  and {covers} places that may hold what was secret", err=True)
        return False
    click.echo(f"{path}: its {said} entries are here, as they were signed; {has - said} came after them")
    return True


@log.command()
@in_house
async def status(house: "House") -> None:
    """How one's own log stands: what is signed, by which key, and how far its witnesses have followed."""
    from chaupal.governance.log import cosigned as log_cosigned, witness as log_witness

    found = await log_cosigned.status(house.court)
    click.echo("nothing is signed yet" if found is None else _status(found))
    settings = house.court.settings
    # An address that nobody named: `serve` may have been told another port.
    if settings.origin == f"http://{settings.host}:{settings.port}":
        click.echo(
            "our key as a witness: as /log/witness says; it is named after our address, which public_url does not fix"
        )
    else:
        click.echo(f"our key as a witness: {log_witness.cosigner(house.court).public}")


def _status(status: "LogStatus") -> str:
    final = "none yet" if status.final is None else f"{status.final.size} entries, {iso(status.final.at)}"
    lines = [
        f"{status.origin}: {status.size} entries, signed {iso(status.signed_at)}",
        f"root: {status.root}",
        f"key: {status.key} (changed {status.key_changes} times)",
        *(f"witness {who.name}: {who.size} entries" for who in status.witnesses),
        *([f"signed by {status.needed} witnesses: {final}"] if status.needed else []),
    ]
    return "\n".join(lines)


def _read_kept(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Problem(f"{file}: {error}") from error


def _tell(report: LogReport) -> None:
    if report.fault is not None:
        click.echo(f"{report.url}: DOES NOT VERIFY: {MEANS[report.fault]} ({_printable(report.where)})", err=True)
        return
    kinds = ", ".join(f"{many} {kind}" for kind, many in sorted(report.entries.items()))
    click.echo(f"{report.url}: verified, {report.size} entries{f' ({kinds})' if kinds else ''}")
    click.echo(f"root: {report.root}\nkey: {report.vkey}")
    click.echo(_printable(cli_witnesses.signers_text(report), lines=True))
    for size, _ in report.earlier:
        click.echo(f"extends the earlier checkpoint of {size} entries")
    if report.key_source is KeySource.first_use:
        click.echo("The key came from the log itself: note it, and give it with --key the next time.")


def _printable(text: str, *, lines: bool = False) -> str:
    """What a foreign server sent does not steer the terminal."""
    return "".join(c if c.isprintable() or (lines and c == "\n") else "?" for c in text)[: 3_000 if lines else 300]

"""`chaupal log`: verify a public log from outside, trusting only its key."""

from pathlib import Path

import click

from chaupal.governance.findings import KeySource, LogReport
from chaupal.governance.verify import verify_log
from chaupal.kernel.errors import Problem

# `Fault` -> what it means to whoever verifies; the place follows.
MEANS = {
    "log_bad_url": "this is not the address of a log",
    "log_unreachable": "the log cannot be reached",
    "log_redirected": "the log leads elsewhere, which a verifier does not follow",
    "log_missing": "a file that the log must serve is missing",
    "log_too_large": "a file is larger than the log's formats allow",
    "log_bad_key": "the key cannot be read",
    "log_bad_checkpoint": "the checkpoint cannot be read",
    "log_not_signed": "the checkpoint is not signed by this key",
    "log_wrong_origin": "the checkpoint speaks for another log",
    "log_bad_earlier": "the earlier checkpoint cannot be read",
    "log_stale": "the log is shorter than it was before",
    "log_forked": "the log has another history than it had before",
    "log_bad_tile": "a tile cannot be read",
    "log_wrong_count": "a tile has the wrong number of entries",
    "log_entry_differs": "an entry was changed",
    "log_tile_differs": "a tile was changed",
    "log_not_canonical": "an entry is not in its one spelling",
    "log_root_differs": "the signed root is not the root of what is served",
}


@click.group()
def log() -> None:
    """The public log, seen from outside."""


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
@click.pass_context
def verify(
    context: click.Context, url: str, key: str | None, earlier: Path | None, keep: Path | None, origin: str | None
) -> None:
    """Fetch the whole log at URL, count it again, and say whether it holds; exits with 1 where it does not."""
    previous = _kept(earlier) if earlier else None
    # /log is where a server has it, so the server's address is enough.
    where = url.rstrip("/") if url.rstrip("/").endswith("/log") else f"{url.rstrip('/')}/log"
    report = verify_log(where, key, previous_checkpoint=previous, origin=origin)
    _tell(report)
    if report.ok and keep:
        keep.write_text(report.checkpoint, "utf-8")
    context.exit(0 if report.ok else 1)


def _kept(file: Path) -> str:
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
    if report.earlier is not None:
        click.echo(f"extends the earlier checkpoint of {report.earlier} entries")
    if report.key_source is KeySource.first_use:
        click.echo("The key came from the log itself: note it, and give it with --key the next time.")


def _printable(text: str) -> str:
    """What a foreign server sent does not steer the terminal."""
    return "".join(c if c.isprintable() else "?" for c in text)[:300]

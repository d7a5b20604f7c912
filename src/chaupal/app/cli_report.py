"""`chaupal report`: freeze a period's report into the log, list what is frozen, write the whole record as files."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from chaupal.app.cli import data_option, in_house, visit
from chaupal.kernel.page_languages import LANGUAGES

if TYPE_CHECKING:
    from chaupal.http.call import House

SHOWN = 30  # changed cells


@click.group()
def report() -> None:
    """The transparency report."""


@report.command()
@click.argument("period")
@in_house
async def freeze(house: "House", period: str) -> None:
    """Put the hash of PERIOD's report (2021-02, or 2021) into the log; a second time it is a new revision."""
    from chaupal.governance.report import snapshots

    frozen = await snapshots.freeze(house.court, period, lambda n: _tell(f"counting: {n} entries"))
    _over()
    click.echo(
        f"{frozen.period}, revision {frozen.revision}: sha256 {frozen.sha256} of {frozen.size} entries, entry {frozen.index}"
    )
    for difference in frozen.changed[:SHOWN]:
        click.echo(f"  changed: {difference}")
    if len(frozen.changed) > SHOWN:
        click.echo(f"  … and {len(frozen.changed) - SHOWN} more cells")


@report.command("list")
@in_house
async def list_(house: "House") -> None:
    """What is frozen: period, revision, hash, entry."""
    from chaupal.governance.report import reported

    facts = await reported.caught_up(house.court)
    for s in facts.snapshots:
        click.echo(f"{s.period}\t{s.revision}\t{s.sha256}\t{s.index}")


@report.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--language", type=click.Choice(LANGUAGES), default="hi", show_default=True, help="Of the pages.")
@data_option
@click.pass_context
def mirror(context: click.Context, folder: Path, language: str, data: str | None) -> None:
    """Write the whole record into FOLDER: the log, the tables, the pages of orders and statements."""
    from chaupal.app import static_mirror
    from chaupal.governance.report import reported

    async def act(house: "House") -> int:
        await reported.caught_up(house.court, lambda n: _tell(f"counting: {n} entries"))
        return await static_mirror.write_mirror(house, folder, language, lambda part, n: _tell(f"{part}: {n} files"))

    written: int = visit(context, act, data=data, rate_limit_scale=1_000_000)
    _over()
    click.echo(f"{folder}: {written} files")


def _tell(text: str) -> None:
    if sys.stderr.isatty():
        click.echo(f"\r\x1b[K{text}", err=True, nl=False)


def _over() -> None:
    if sys.stderr.isatty():
        click.echo("\r\x1b[K", err=True, nl=False)

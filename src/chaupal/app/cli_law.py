"""`chaupal law`: the laws and house rules that this server would judge by, listed, shown, and checked before a restart."""

from pathlib import Path

import click

from chaupal.governance.laws import house_rules
from chaupal.governance.laws.house_rules import HouseRules, load_house_rules
from chaupal.governance.regimes import SHIPPED, BadLaw, Regimes, load_regimes
from chaupal.governance.regimes.loading import drawn
from chaupal.kernel.errors import NotFound


@click.group()
def law() -> None:
    """The laws and the house's rules, as files."""


@law.command("list")
@click.pass_context
def list_(context: click.Context) -> None:
    """Every version of every law, in force or not."""
    click.echo(drawn(_laws(_data(context))[0]))


@law.command()
@click.argument("ref")
@click.pass_context
def show(context: click.Context, ref: str) -> None:
    """The file of a law (IN-79-3B@3) or of the house's rules (house-rules@1), to read or to copy and change."""
    data = _data(context)
    regimes, rules = _laws(data)
    books = {book.ref: book.file for book in rules.all()}
    try:
        places = (data / "rules", house_rules.SHIPPED) if ref in books else (data / "regimes", SHIPPED)
        name = books.get(ref) or regimes.cited(ref).file
    except NotFound as problem:
        raise click.ClickException(f"{problem.message}; see chaupal law list") from None
    path = next(place / name for place in places if (place / name).exists())
    click.echo(path.read_text("utf-8"), nl=False)


@law.command()
@click.pass_context
def check(context: click.Context) -> None:
    """Read all files as the server would at its start, and say everything that is wrong with them, or misleads."""
    regimes, rules = _laws(_data(context))
    for regime in regimes.all():
        fewer = [one.value for one in regime.measures_allowed if one not in regime.two_person]
        if regime.two_person and fewer and regime.basis_kind != "own_rules":
            click.echo(
                f"{regime.file}: two_person leaves out {', '.join(fewer)}; by law each takes two people all the same"
            )
    click.echo(f"{len(regimes.all())} versions of laws, {len(rules.all())} of the house's rules: all can be used.")


def _data(context: click.Context) -> Path:
    from chaupal.app.cli import settings_of

    return Path(settings_of(context).data)


def _laws(data: Path) -> tuple[Regimes, HouseRules]:
    """Both, or all that is wrong with either."""
    faults: list[str] = []
    regimes = rules = None
    try:
        regimes = load_regimes(data / "regimes")
    except BadLaw as bad:
        faults += bad.faults
    try:
        rules = load_house_rules(data / "rules")
    except BadLaw as bad:
        faults += bad.faults
    if regimes is None or rules is None:
        raise click.ClickException("\n".join(("The files of law cannot be used:", *faults)))
    return regimes, rules

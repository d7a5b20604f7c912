"""`chaupal order step`: steps of an order as a whole, or of some of the things that it names."""

from typing import TYPE_CHECKING

import click

from chaupal.app.cli import in_house
from chaupal.app.cli_staff import as_option, seen_option, staff
from chaupal.governance.cases.ladder import REFUSALS
from chaupal.governance.orders import procedure

if TYPE_CHECKING:
    from chaupal.http.call import House

VERBS = tuple(verb for verb in procedure.LOGGED if verb not in procedure.BY_DECISION)


@click.command()
@click.argument("ref")
@click.argument("verb", type=click.Choice(VERBS))
@as_option
@seen_option
@click.option("--reason", default="", help="Why; it may become public.")
@click.option("--text", default="", help="The letter, the question or the minutes; only staff read it.")
@click.option("--body", default="", help="Which court or committee.")
@click.option("--until", default="", help="The day of a hearing.")
@click.option("--code", "codes", type=click.Choice(REFUSALS), multiple=True, help="What is wrong with it; repeat it.")
@click.option(
    "--target",
    "targets",
    type=int,
    multiple=True,
    help="About these targets only: to withdraw, set aside, stay, end a stay, confirm.",
)
@click.option(
    "--confirms", default="", help="To confirm an emergency order: the reference of the order that confirms it."
)
@in_house
async def step(
    house: "House",
    ref: str,
    verb: str,
    who: str,
    seen: int | None,
    reason: str,
    text: str,
    body: str,
    until: str,
    codes: tuple[str, ...],
    targets: tuple[int, ...],
    confirms: str,
) -> None:
    """Take a step of an order as a whole: acknowledge, check, return_order, ask, stay, withdraw, and so on; prints where it stands."""
    from chaupal.governance.orders import steps
    from chaupal.governance.orders.steps import StepForm

    form = StepForm(
        verb=verb, reason=reason, text=text, codes=codes, body=body, until=until, targets=targets, confirms=confirms
    )
    click.echo(await steps.take(house.court, await staff(house, who), ref, form, seen=seen))

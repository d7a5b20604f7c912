"""`chaupal order step`, `concur`, `glass`, `keep`: steps of an order as a whole, what three people decide or one, and what is kept."""

from typing import TYPE_CHECKING

import click

from chaupal.app.cli import data_option, visit
from chaupal.app.cli_staff import about_a_target, as_option, staff
from chaupal.governance import procedure
from chaupal.governance.ladder import REFUSALS
from chaupal.policy.rulings import Measure

if TYPE_CHECKING:
    from chaupal.wire.call import House

VERBS = tuple(verb for verb in procedure.LOGGED)


@click.command()
@click.argument("ref")
@click.argument("verb", type=click.Choice(VERBS))
@as_option
@click.option("--reason", default="", help="Why; it may become public.")
@click.option("--text", default="", help="The letter, the question or the minutes; only staff read it.")
@click.option("--body", default="", help="Which court or committee.")
@click.option("--until", default="", help="The day of a hearing.")
@click.option("--code", "codes", type=click.Choice(REFUSALS), multiple=True, help="What is wrong with it; repeat it.")
@data_option
@click.pass_context
def step(
    context: click.Context, ref: str, verb: str, who: str, reason: str, text: str, body: str, until: str, codes: tuple[str, ...],
    data: str | None,
) -> None:  # fmt: skip
    """Take a step of an order as a whole: acknowledge, check, return_order, ask, stay, withdraw, and so on; prints where it stands."""
    from chaupal.governance import steps
    from chaupal.governance.steps import StepForm

    async def act(house: "House") -> None:
        form = StepForm(verb=verb, reason=reason, text=text, codes=codes, body=body, until=until)
        click.echo(await steps.take(house.court, await staff(house, who), ref, form))

    visit(context, act, data=data)


@click.command()
@about_a_target
@data_option
@click.pass_context
def concur(context: click.Context, ref: str, number: int, who: str, data: str | None) -> None:
    """Agree as second reviewer, where a protected speaker is concerned; a third person approves."""
    from chaupal.governance import decisions

    async def act(house: "House") -> None:
        await decisions.concur(house.court, await staff(house, who), ref, number)
        click.echo("agreed")

    visit(context, act, data=data)


@click.command()
@about_a_target
@data_option
@click.pass_context
def second(context: click.Context, ref: str, number: int, who: str, data: str | None) -> None:
    """Stand behind what one person did alone in an emergency; without it that is over after a day."""
    from chaupal.governance import decisions

    async def act(house: "House") -> None:
        click.echo(await decisions.approve(house.court, await staff(house, who), ref, number))

    visit(context, act, data=data)


@click.command()
@about_a_target
@click.option(
    "--outcome",
    type=click.Choice([measure.value for measure in Measure]),
    required=True,
    help="What to do about this target.",
)
@click.option("--reason", required=True, help="Why; it becomes public.")
@click.option("--finding", default="", help="For a whole account: why withholding single posts would not do.")
@data_option
@click.pass_context
def glass(
    context: click.Context, ref: str, number: int, who: str, outcome: str, reason: str, finding: str, data: str | None
) -> None:
    """Act alone in an emergency: in force at once, over after a day unless a second person agrees."""
    from chaupal.governance import decisions
    from chaupal.governance.ladder import Draft

    async def act(house: "House") -> None:
        draft = Draft(outcome=outcome, reason=reason, finding=finding)
        await decisions.break_glass(house.court, await staff(house, who), ref, number, draft)
        click.echo("in force")

    visit(context, act, data=data)


@click.command()
@about_a_target
@click.option("--reason", required=True, help="Why it is still needed; it becomes public.")
@data_option
@click.pass_context
def keep(context: click.Context, ref: str, number: int, who: str, reason: str, data: str | None) -> None:
    """Look again at what is in force, and keep it until its next day."""
    from chaupal.governance import reviews

    async def act(house: "House") -> None:
        await reviews.keep(house.court, await staff(house, who), ref, number, reason=reason)
        click.echo("kept")

    visit(context, act, data=data)


COMMANDS = (step, concur, second, glass, keep)

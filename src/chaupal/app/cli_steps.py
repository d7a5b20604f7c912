"""`chaupal order step`, `concur`, `glass`, `keep`: steps of an order as a whole, what three people decide or one, and what is kept."""

from typing import TYPE_CHECKING, Any

import click

from chaupal.app.cli import data_option, visit
from chaupal.app.cli_staff import about_a_target, as_option, staff
from chaupal.governance.cases.ladder import REFUSALS
from chaupal.governance.orders import procedure
from chaupal.governance.orders.changes import AMEND, EXTEND, RENEW
from chaupal.policy.measures import Measure

if TYPE_CHECKING:
    from chaupal.wire.call import House

VERBS = tuple(verb for verb in procedure.LOGGED if verb not in procedure.BY_DECISION)


@click.command()
@click.argument("ref")
@click.argument("verb", type=click.Choice(VERBS))
@as_option
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
@data_option
@click.pass_context
def step(
    context: click.Context, ref: str, verb: str, who: str, reason: str, text: str, body: str, until: str, codes: tuple[str, ...],
    targets: tuple[int, ...], confirms: str, data: str | None,
) -> None:  # fmt: skip
    """Take a step of an order as a whole: acknowledge, check, return_order, ask, stay, withdraw, and so on; prints where it stands."""
    from chaupal.governance.orders import steps
    from chaupal.governance.orders.steps import StepForm

    async def act(house: "House") -> None:
        form = StepForm(
            verb=verb, reason=reason, text=text, codes=codes, body=body, until=until, targets=targets, confirms=confirms
        )
        click.echo(await steps.take(house.court, await staff(house, who), ref, form))

    visit(context, act, data=data)


@click.command()
@about_a_target
@data_option
@click.pass_context
def concur(context: click.Context, ref: str, number: int, who: str, seen: int | None, data: str | None) -> None:
    """Agree as second reviewer, where a protected speaker is concerned; a third person approves."""
    from chaupal.governance.cases import decisions

    async def act(house: "House") -> None:
        await decisions.concur(house.court, await staff(house, who), ref, number, seen=seen)
        click.echo("agreed")

    visit(context, act, data=data)


@click.command()
@about_a_target
@data_option
@click.pass_context
def second(context: click.Context, ref: str, number: int, who: str, seen: int | None, data: str | None) -> None:
    """Stand behind what one person did alone in an emergency; without it that is over after a day."""
    from chaupal.governance.cases import decisions

    async def act(house: "House") -> None:
        click.echo(await decisions.approve(house.court, await staff(house, who), ref, number, seen=seen))

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
@click.option("--despite", default="", help="Why, in spite of what the order lacks on its face.")
@data_option
@click.pass_context
def glass(
    context: click.Context,
    ref: str,
    number: int,
    who: str,
    seen: int | None,
    outcome: str,
    reason: str,
    finding: str,
    despite: str,
    data: str | None,
) -> None:
    """Act alone in an emergency: in force at once, over after a day unless a second person agrees."""
    from chaupal.governance.cases import decisions
    from chaupal.policy.draft import Draft

    async def act(house: "House") -> None:
        draft = Draft(outcome=outcome, reason=reason, finding=finding, despite=despite)
        await decisions.break_glass(house.court, await staff(house, who), ref, number, draft, seen=seen)
        click.echo("in force")

    visit(context, act, data=data)


@click.command()
@about_a_target
@click.option("--reason", required=True, help="Why it is still needed; it becomes public.")
@data_option
@click.pass_context
def keep(
    context: click.Context, ref: str, number: int, who: str, seen: int | None, reason: str, data: str | None
) -> None:  # fmt: skip
    """Look again at what is in force, and keep it until its next day."""
    from chaupal.governance.cases import reviews

    async def act(house: "House") -> None:
        await reviews.keep(house.court, await staff(house, who), ref, number, reason=reason, seen=seen)
        click.echo("kept")

    visit(context, act, data=data)


@click.command()
@about_a_target
@click.option("--kind", type=click.Choice([EXTEND, RENEW, AMEND]), required=True, help="Longer, renewed, or less.")
@click.option("--reason", required=True, help="Why; it becomes public once it is approved.")
@click.option(
    "--body", default="", help="Whose act it is: authority, court, review_committee, secretary, house, other."
)
@click.option("--until", default="", help="Until when it holds then.")
@click.option("--territory", default="", help="Fewer countries.")
@click.option("--outcome", default="", help="A narrower measure.")
@click.option("--part", "parts", type=int, multiple=True, help="A post or picture to which it is narrowed; repeat it.")
@click.option("--text", default="", help="What a label says.")
@data_option
@click.pass_context
def change(
    context: click.Context, ref: str, number: int, who: str, seen: int | None, data: str | None, **fields: Any
) -> None:  # fmt: skip
    """Propose that what is in force lasts longer, or is made less; nothing happens until another person approves."""
    from chaupal.governance.cases import decisions
    from chaupal.governance.orders.changes import ChangeForm

    async def act(house: "House") -> None:
        await decisions.propose_change(
            house.court, await staff(house, who), ref, number, ChangeForm(**fields), seen=seen
        )  # fmt: skip
        click.echo("proposed")

    visit(context, act, data=data)


COMMANDS = (step, change, concur, second, glass, keep)

"""`chaupal order decide`, `approve`, `lift` and so on: a command for each act about one target, made from the table of acts; and
`order step`, for an order as a whole or some of the things that it names.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from chaupal.app.cli_staff import about_a_target, by_staff, seen_option
from chaupal.governance.cases import acts
from chaupal.governance.cases.acts import Act, Field
from chaupal.governance.cases.ladder import refusals
from chaupal.governance.orders import procedure, steps
from chaupal.policy.viewer import Viewer

if TYPE_CHECKING:
    from chaupal.http.call import House


def commands() -> Iterator[click.Command]:
    """One for each act, and one for each second name."""
    for act in acts.by_way("shell").values():
        yield command(act)
        if act.also is not None:
            yield command(act, *act.also)


def command(act: Act, name: str = "", about: str = "") -> click.Command:
    """`NAME REF NUMBER --as HANDLE`, with an option for each thing that is said; prints what came of it."""

    @click.command(name or act.command or act.name, help=about or act.help)
    @about_a_target
    @by_staff
    async def run(house: "House", viewer: Viewer, ref: str, number: int, seen: int | None, **said: Any) -> None:
        await perform(house, viewer, act, ref, number, seen, **said)

    run.params += [_option(field) for field in act.fields if not field.looked]
    return run


async def perform(
    house: "House", viewer: Viewer, act: Act, ref: str, number: int, seen: int | None, **said: Any
) -> None:
    """Do it, and print what came of it."""
    state = await acts.perform(house.court, viewer, act, ref, number, FormTyped(said), seen=seen)
    click.echo(act.told or state)


class FormTyped:
    """What was typed, by the names of the fields."""

    def __init__(self, said: dict[str, Any]) -> None:
        vars(self).update({name: value for name, value in said.items() if value is not None})


def _option(field: Field) -> click.Option:
    flags = (f"--{field.flag or field.name.replace('_', '-')}", field.name)
    if field.kind == "yes":
        return click.Option(flags, is_flag=True, help=field.hint)
    if field.kind == "ids":
        return click.Option(flags, type=int, multiple=True, help=field.hint)
    kind = click.Choice(field.choices) if field.choices else str
    return click.Option(flags, type=kind, required=field.needed, help=field.hint)


VERBS = tuple(verb for verb in procedure.LOGGED if verb not in procedure.BY_DECISION)


@click.command()
@click.argument("ref")
@click.argument("verb", type=click.Choice(VERBS))
@seen_option
@click.option("--reason", default="", help="Why; it may become public.")
@click.option("--text", default="", help="The letter, the question or the minutes; only staff read it.")
@click.option("--body", default="", help="Which court or committee.")
@click.option("--until", default="", help="The day of a hearing.")
@click.option(
    "--code", "codes", type=click.Choice(refusals(own=False)), multiple=True, help="What is wrong with it; repeat it."
)
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
@by_staff
async def step(house: "House", viewer: Viewer, ref: str, seen: int | None, **said: Any) -> None:
    """Take a step of an order as a whole: acknowledge, check, return_order, ask, stay, withdraw, and so on; prints where it stands."""
    click.echo(await steps.take(house.court, viewer, ref, steps.StepForm(**said), seen=seen))

"""`chaupal order decide`, `approve`, `lift` and so on: a command for each act about one target, made from the table of acts."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from chaupal.app.cli import in_house
from chaupal.app.cli_staff import about_a_target, staff
from chaupal.governance.cases import acts
from chaupal.governance.cases.acts import Act, Field

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
    @in_house
    async def run(house: "House", ref: str, number: int, who: str, seen: int | None, **said: Any) -> None:
        viewer = await staff(house, who)
        state = await acts.perform(house.court, viewer, act, ref, number, Said(said), seen=seen)
        click.echo(act.told or state)

    run.params += [_option(field) for field in act.fields if not field.looked]
    return run


class Said:
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

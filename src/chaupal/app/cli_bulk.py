"""`chaupal order decide FILE` and its kin: what a spreadsheet says about many targets, checked whole, then entered by the hundred."""

import asyncio
import sys
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, BinaryIO

import click

from chaupal.app.cli_staff import by_staff
from chaupal.governance.cases.bulk import VERBS, BulkOutcome, Outcome
from chaupal.governance.orders.orders import SOURCES
from chaupal.kernel.errors import Invalid
from chaupal.policy.draft import Draft
from chaupal.policy.viewer import Viewer

if TYPE_CHECKING:
    from chaupal.http.call import House

FLAGS = frozenset({"--what-can", "--check", "--permanent", "-h", "--help"})
# Each act by its name on the command line.
ACTS = {act.command or act.name: act.name for act in VERBS.values()}
ABOUT = """With one word, a FILE (or - for standard input), it is about many: `chaupal order {name} FILE --as HANDLE`. The FILE is what
`chaupal order export` writes, filled in. --check only looks; --what-can enters the rows that are right, where some are not."""


class OneOrMany(click.Command):
    """`REF NUMBER …` is about one target, `FILE …` about many; both are the same act."""

    def __init__(self, command: click.Command, many: click.Command) -> None:
        super().__init__(command.name, help=command.help, short_help=command.short_help)
        command.epilog = ABOUT.format(name=command.name)
        self.one, self.many = command, many
        self.params = command.params

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        chosen = self.many if len(words_of(args)) == 1 else self.one
        return chosen.make_context(info_name, args, parent, **extra)


def words_of(args: Sequence[str]) -> list[str]:
    """What is no option and no option's value."""
    found: list[str] = []
    rest = iter(args)
    for arg in rest:
        if not arg.startswith("-") or arg == "-":
            found.append(arg)
        elif arg not in FLAGS and "=" not in arg:
            next(rest, None)
    return found


def many(name: str) -> click.Command:
    """The command that does an act about all rows of a file."""

    @click.command(name)
    @click.argument("file", type=click.File("rb"))
    @click.option(
        "--what-can", is_flag=True, help="Enter the rows that are right, where others are wrong or have moved."
    )
    @click.option("--check", "only_check", is_flag=True, help="Only say what would become of each row; enter nothing.")
    @by_staff
    async def command(house: "House", viewer: Viewer, file: BinaryIO, what_can: bool, only_check: bool) -> None:
        await _run(house, viewer, ACTS[name], file.read(), what_can=what_can, only_check=only_check)

    command.help = (
        f"{name.capitalize()} what the rows of FILE (CSV) say; nothing is entered where one of them is wrong."
    )
    return command


@contextmanager
def _bar() -> Generator[Callable[[str, int, int], None]]:
    """A bar on the terminal, and what moves it: the phase, how many are done, and of how many."""
    with click.progressbar(length=1, file=sys.stderr) as bar:

        def progress(phase: str, done: int, of: int) -> None:
            bar.label, bar.length = phase, max(of, 1)
            bar.update(done - bar.pos)

        yield progress


async def _run(house: "House", viewer: Viewer, verb: str, sent: bytes, *, what_can: bool, only_check: bool) -> None:
    from chaupal.governance.cases import bulk, csv_cases

    read = await asyncio.to_thread(csv_cases.read, sent, verb)
    if not (read.items or read.wrong):
        raise Invalid("csv_nothing_filled_in", field="csv")
    if not read.ref and verb != bulk.APPEAL:
        raise Invalid("csv_no_column", field="csv", column="order")
    with _bar() as progress:
        if only_check:
            checked = await bulk.check(house.court, viewer, read.ref, verb, read.items, progress)
            found = Outcome((*read.wrong, *checked), entered=False)
        else:
            found = await bulk.run(
                house.court, viewer, read.ref, verb, read.items, wrong=read.wrong, what_can=what_can, progress=progress
            )
    _say_outcome(found, read.left, only_check=only_check)


def _say_outcome(outcome: Outcome, left: int, *, only_check: bool) -> None:
    """Every bad row by line and column, then how many there are of each; an error where nothing was entered for them."""
    for one in outcome.bad:
        click.echo(row_text(one), err=True)
    counts = outcome.counts | ({"left": left} if left else {})
    click.echo(", ".join(f"{many} {word}" for word, many in counts.items()))
    if outcome.bad and not outcome.entered:
        raise Invalid("rows_cannot_be_done" if only_check else "rows_left_undone", many=len(outcome.bad))


def row_text(done: BulkOutcome) -> str:
    """`line 5, reason: say why in a whole sentence`."""
    from chaupal.governance.cases.csv_cases import column

    problem = done.problem
    where = f"line {done.item.line}"
    if problem is None:
        return where
    if problem.details:
        return "\n".join(f"{where}, {column(field)}: {about}" for field, about in problem.details.items())
    return f"{where}: target {done.item.number}: {problem.message}"


@click.command()
@click.argument("ref", required=False, default="")
@click.option(
    "--for",
    "name",
    type=click.Choice([*ACTS]),
    default=None,
    help="Only the targets about which this can be done, with its columns.",
)
@click.option("--output", type=click.File("wb"), default="-", help="Where to write it; else standard output.")
@by_staff
async def export(house: "House", viewer: Viewer, ref: str, name: str | None, output: BinaryIO) -> None:
    """Write the targets of order REF as CSV, to be filled in and sent back; without REF the appeals that wait."""
    from chaupal.governance.cases import csv_cases

    if name == "appeal" or not ref:
        output.write(await csv_cases.export_appeals(house.court, viewer))
    else:
        output.write(await csv_cases.export(house.court, viewer, ref, verb=ACTS[name] if name else ""))


@click.command()
@click.option("--rule", required=True, help="Which rule is broken, by number and version, such as 2@1.")
@click.option("--grounds", required=True, help="What happened, and why this follows; it becomes public.")
@click.option("--source", type=click.Choice(SOURCES), default="staff", show_default=True, help="How it came to light.")
@click.option(
    "--flagged-by", default="", help="The name of the authority whose hint is followed (--source state_flag)."
)
@click.option(
    "--outcome", default="warn", show_default=True, help="What to do about each target whose row does not say it."
)
@click.option("--until", default="", help="Until when (Indian time where no offset is given).")
@click.option(
    "--target", "lines", multiple=True, help="Address of a post or profile here, a handle or a #tag; repeat it."
)
@click.option("--csv", "listing", type=click.File("rb"), help="A list of targets as CSV: columns target and measure.")
@by_staff
async def matter(
    house: "House",
    viewer: Viewer,
    rule: str,
    grounds: str,
    source: str,
    flagged_by: str,
    outcome: str,
    until: str,
    lines: tuple[str, ...],
    listing: BinaryIO | None,
) -> None:
    """Open a matter under the house's own rules; what one person may is carried out, the rest proposed. Prints its reference."""
    from chaupal.app.cli_order import authority_called
    from chaupal.governance.cases import house as matters
    from chaupal.governance.cases.house import MatterForm

    whose = (await authority_called(house, viewer, flagged_by)).id if flagged_by else None
    form = MatterForm(targets="\n".join(lines), rule=rule, source=source, flagged_by=whose, grounds=grounds)
    outcomes: tuple[str, ...] = ()
    if listing and (sent := listing.read()):
        form, outcomes = await matters.with_list(house.court, form, sent)
    draft = Draft(outcome=outcome, reason=grounds, until=until, rule=rule)
    with _bar() as progress:
        done = await matters.open_and_decide(house.court, viewer, form, draft, outcomes=outcomes, progress=progress)
    stands = "undecided" if done.problem is not None else "in force" if done.in_force else "proposed"
    click.echo(f"{done.ref}: {done.targets} targets, {stands}")
    if done.problem is not None:
        raise done.problem


def widened(group: click.Group) -> None:
    """Let each act of the group take a file, too."""
    for name in ACTS:
        one = group.commands.get(name)
        group.add_command(many(name) if one is None else OneOrMany(one, many(name)), name)
    group.add_command(export)
    group.add_command(matter)

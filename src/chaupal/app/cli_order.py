"""`chaupal order`: authorities, orders and decisions from the command line, by the very functions behind the pages."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TextIO

import click

from chaupal.app.cli import data_option, visit
from chaupal.governance.authorities import AuthorityForm
from chaupal.governance.decisions import OUTCOMES, REFUSALS
from chaupal.governance.orders import OrderForm
from chaupal.kernel.clock import iso
from chaupal.kernel.errors import NotAllowed, NotFound
from chaupal.policy.epitaph import iso_date
from chaupal.policy.facts import Facts
from chaupal.policy.gate import reveal
from chaupal.policy.surface import Surface
from chaupal.policy.viewer import Role, Viewer

if TYPE_CHECKING:
    from chaupal.reads.dossier import Dossier
    from chaupal.reads.record import Counts
    from chaupal.wire.call import House

as_option = click.option("--as", "who", required=True, metavar="HANDLE", help="The member of staff who does this.")


def about_a_target[F: Callable[..., Any]](command: F) -> F:
    """`REF NUMBER --as HANDLE`: what every command takes that moves the case of one target."""
    number = click.argument("number", type=click.IntRange(1, 1_000_000))
    return click.argument("ref")(number(as_option(command)))


async def staff(house: "House", handle: str) -> Viewer:
    """The member of staff with this handle, in their own role. Raises NotFound, or NotAllowed where the account is not open."""
    from chaupal.social import accounts
    from chaupal.store.people import sealed_people

    try:
        id_ = await accounts.account_id(house.square, handle)
    except NotFound:
        raise NotFound(f"There is no account {handle}") from None
    viewer = Viewer(account=id_, country=house.settings.home_country)
    async with house.court.work.reading() as reading:
        sealed = await sealed_people(reading, [id_])
    for seen in reveal(viewer, Surface.OWN, sealed.values(), Facts()):
        if seen.item.state == "active":
            return Viewer(account=id_, country=viewer.country, role=Role(seen.item.role))
    raise NotAllowed(f"The account {handle} is not open")


@click.group()
def order() -> None:
    """Orders of authorities: take them in, decide about each target in twos, lift what was withheld."""


@order.group()
def authority() -> None:
    """Who may order."""


@authority.command("add")
@as_option
@click.option("--name", required=True, help="Its name in English.")
@click.option("--name-hi", default="", help="Its name in Hindi.")
@click.option("--jurisdiction", required=True, help="Its country, such as IN.")
@click.option("--office", default="", help="The office that issues its orders.")
@click.option("--email-domain", default="", help="The domain of its mails.")
@data_option
@click.pass_context
def authority_add(context: click.Context, who: str, data: str | None, **fields: str) -> None:
    """Register an authority; prints its name."""
    from chaupal.governance import authorities

    async def act(house: "House") -> None:
        added = await authorities.register(house.court, await staff(house, who), AuthorityForm(**fields))
        click.echo(added.name)

    visit(context, act, data=data)


@authority.command("list")
@as_option
@data_option
@click.pass_context
def authority_list(context: click.Context, who: str, data: str | None) -> None:
    """All authorities."""
    from chaupal.governance import authorities

    async def act(house: "House") -> None:
        for one in await authorities.every(house.court, await staff(house, who)):
            click.echo(f"{one.jurisdiction}  {one.name}")

    visit(context, act, data=data)


@order.command()
@as_option
@click.option("--authority", "issuer", required=True, help="The name of a registered authority.")
@click.option("--officer", required=True, help="Who signed; kept for the file, never public.")
@click.option("--rank", "officer_rank", required=True, help="The officer's rank.")
@click.option("--reference", "reference_no", required=True, help="The authority's own number of the order.")
@click.option("--law", "legal_basis", required=True, help="Under which law; in both languages as 'English / हिन्दी'.")
@click.option("--grounds", required=True, help="On which ground.")
@click.option("--reasons", default="", help="The authority's reasons; kept for the file, never public.")
@click.option("--territory", required=True, help="The authority's own country.")
@click.option("--dated", required=True, help="Date of the order, such as 2026-11-24.")
@click.option("--act-by", default="", help="Until when to decide (Indian time where no offset is given).")
@click.option("--ends-at", default="", help="Until when it is in force; without it until it is lifted.")
@click.option("--target", "lines", multiple=True, help="Address of a post or profile here, or a handle; repeat it.")
@click.option(
    "--targets",
    "file",
    type=click.File(encoding="utf-8"),
    help="A file of targets, one to a line; - is standard input.",
)
@click.option("--record-unknown", is_flag=True, help="Record what does not exist here as not found.")
@data_option
@click.pass_context
def receive(
    context: click.Context, who: str, issuer: str, lines: tuple[str, ...], file: TextIO | None,
    record_unknown: bool, data: str | None, **fields: str,
) -> None:  # fmt: skip
    """Take an order in; prints its public reference."""
    from chaupal.governance import authorities, orders

    targets = "\n".join([*lines, *(file.read().splitlines() if file else ())])

    async def act(house: "House") -> None:
        viewer = await staff(house, who)
        known = await authorities.named(house.court, viewer, issuer)
        form = OrderForm(
            authority=known.id if known else None, targets=targets, record_unknown=record_unknown, **fields
        )
        click.echo(await orders.receive(house.court, viewer, form))

    visit(context, act, data=data)


@order.command("list")
@click.option(
    "--limit", type=click.IntRange(1, 1000), default=50, show_default=True, help="At most so many, newest first."
)
@data_option
@click.pass_context
def list_(context: click.Context, limit: int, data: str | None) -> None:
    """Orders, newest first, with what was done."""
    from chaupal.reads import record
    from chaupal.reads.page import Cursor

    async def act(house: "House") -> None:
        for line in (await record.register(house.reads, Cursor(limit=limit))).items:
            click.echo(
                f"{line.order.ref}  {iso_date(line.order.dated)}  {line.authority.name}: {_counted(line.counts)}"
            )

    visit(context, act, data=data)


@order.command()
@click.argument("ref")
@as_option
@data_option
@click.pass_context
def show(context: click.Context, ref: str, who: str, data: str | None) -> None:
    """One order and its targets, as staff see them."""
    from chaupal.governance.papers import check_may
    from chaupal.reads import dossier

    async def act(house: "House") -> None:
        viewer = await staff(house, who)
        check_may(viewer, "see_office")
        try:
            _show(await dossier.dossier(house.reads, viewer, ref, most=100_000))
        except NotFound:
            raise NotFound(f"There is no order {ref}") from None

    visit(context, act, data=data)


@order.command()
@about_a_target
@click.option("--outcome", type=click.Choice(OUTCOMES), required=True, help="What to do about this target.")
@click.option("--reason", required=True, help="Why; it becomes public once it is approved.")
@click.option("--ground", "code", type=click.Choice(REFUSALS), default=None, help="For a refusal: on which ground.")
@data_option
@click.pass_context
def decide(
    context: click.Context, ref: str, number: int, who: str, outcome: str, reason: str, code: str | None, data: str | None
) -> None:  # fmt: skip
    """Propose what to do about target NUMBER; nothing happens until another person approves."""
    from chaupal.governance import decisions

    async def act(house: "House") -> None:
        viewer = await staff(house, who)
        await decisions.propose(house.court, viewer, ref, number, outcome=outcome, reason=reason, code=code or "")
        click.echo("proposed")

    visit(context, act, data=data)


@order.command()
@about_a_target
@click.option("--ground", "code", type=click.Choice(REFUSALS), required=True, help="On which ground.")
@click.option("--reason", required=True, help="Why; it becomes public once it is approved.")
@data_option
@click.pass_context
def refuse(context: click.Context, ref: str, number: int, who: str, code: str, reason: str, data: str | None) -> None:
    """Propose to refuse target NUMBER: short for `decide --outcome refuse`."""
    context.invoke(decide, ref=ref, number=number, who=who, outcome="refuse", reason=reason, code=code, data=data)


@order.command()
@about_a_target
@data_option
@click.pass_context
def approve(context: click.Context, ref: str, number: int, who: str, data: str | None) -> None:
    """Approve what another person proposed: it is carried out at once."""
    from chaupal.governance import decisions

    async def act(house: "House") -> None:
        click.echo(await decisions.approve(house.court, await staff(house, who), ref, number))

    visit(context, act, data=data)


@order.command("return")
@about_a_target
@click.option("--reason", required=True, help="What should be looked at again.")
@data_option
@click.pass_context
def return_(context: click.Context, ref: str, number: int, who: str, reason: str, data: str | None) -> None:
    """Send another person's proposal back."""
    from chaupal.governance import decisions

    async def act(house: "House") -> None:
        await decisions.return_(house.court, await staff(house, who), ref, number, reason=reason)
        click.echo("returned")

    visit(context, act, data=data)


@order.command()
@about_a_target
@click.option("--reason", required=True, help="Why; it becomes public.")
@data_option
@click.pass_context
def lift(context: click.Context, ref: str, number: int, who: str, reason: str, data: str | None) -> None:
    """End what is withheld: everything is back as it was."""
    from chaupal.governance import decisions

    async def act(house: "House") -> None:
        await decisions.lift(house.court, await staff(house, who), ref, number, reason=reason)
        click.echo("lifted")

    visit(context, act, data=data)


def _counted(counts: "Counts") -> str:
    named = {
        "demanded": counts.asked, "withheld": counts.withheld, "refused": counts.refused, "restored": counts.ended,
        "under review": counts.pending, "not found": counts.not_found,
    }  # fmt: skip
    return ", ".join(f"{many} {what}" for what, many in named.items() if many)


def _show(found: "Dossier") -> None:
    order = found.order
    click.echo(
        f"{order.ref}  {found.authority.name}, {order.officer_rank}: {order.reference_no} of {iso_date(order.dated)}"
    )
    click.echo(f"officer: {order.officer}")
    click.echo(f"law: {order.legal_basis}\ngrounds: {order.grounds}\nterritory: {', '.join(order.territory)}")
    click.echo(f"in force until: {iso(order.ends_at) if order.ends_at else 'lifted'}")
    for file in found.files:
        click.echo(f"{file.target.number:>4}  {file.state:<21} {file.target.kind:<8} {file.target.as_written}")
        if file.proposal is not None:
            by = found.names.get(file.proposal.by, "?")
            click.echo(f"      {file.proposal.body.outcome} (@{by}): {file.proposal.body.reason}")

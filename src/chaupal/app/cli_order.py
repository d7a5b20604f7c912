"""`chaupal order`: authorities, orders and decisions from the command line, by the very functions behind the pages."""

from typing import TYPE_CHECKING, Any, BinaryIO, TextIO

import click

from chaupal.app import cli_acts, cli_bulk
from chaupal.app.cli import in_house
from chaupal.app.cli_staff import about_a_target, by_staff
from chaupal.governance.cases.acts import ACTS
from chaupal.governance.cases.ladder import REFUSALS
from chaupal.governance.orders import authorities, orders
from chaupal.governance.orders.authorities import Authority, AuthorityForm
from chaupal.governance.orders.order_forms import OrderForm
from chaupal.governance.orders.papers import check_may
from chaupal.kernel.clock import iso
from chaupal.kernel.errors import NotFound
from chaupal.policy.sentences.placeholders import iso_date
from chaupal.policy.viewer import Viewer
from chaupal.store.court.case_events import CaseEventBody

if TYPE_CHECKING:
    from chaupal.http.call import House
    from chaupal.reads.court.dossier import Dossier
    from chaupal.reads.court.record import Counts


@click.group()
def order() -> None:
    """Orders of authorities: take them in, decide about each target in twos, lift what was withheld."""


order.add_command(cli_acts.step)
for command in cli_acts.commands():
    order.add_command(command)


@order.group()
def authority() -> None:
    """Who may order."""


@authority.command("add")
@click.option("--name", required=True, help="Its name in English.")
@click.option("--name-hi", default="", help="Its name in Hindi.")
@click.option("--jurisdiction", required=True, help="Its country, such as IN.")
@click.option("--office", default="", help="The office that issues its orders.")
@click.option("--email-domain", default="", help="The domain of its mails.")
@click.option(
    "--class",
    "issuer_class",
    type=click.Choice(["court", "government", "police", "other"]),
    default="government",
    help="What it is.",
)
@click.option("--contact", default="", help="A mail address of its own, told of every change that is proposed.")
@click.option("--keys", type=click.File(), help="A file of certificates (PEM) by which its documents are known.")
@click.option(
    "--sure", is_flag=True, help="You looked twice: its name or domain is close to another's, and it is not that one."
)
@by_staff
async def authority_add(house: "House", viewer: Viewer, keys: TextIO | None, **fields: Any) -> None:
    """Propose an authority; prints its name. Another agrees to it: `authority agree`."""
    known_by = keys.read() if keys else ""
    added = await authorities.register(house.court, viewer, AuthorityForm(keys=known_by, **fields))
    click.echo(added.name)


@authority.command("change")
@click.argument("name")
@click.option("--name-hi", help="Its name in Hindi.")
@click.option("--office", help="The office that issues its orders.")
@click.option("--email-domain", help="The domain of its mails.")
@click.option(
    "--class", "issuer_class", type=click.Choice(["court", "government", "police", "other"]), help="What it is."
)
@click.option("--contact", help="A mail address of its own.")
@click.option("--keys", type=click.File(), help="A file of certificates (PEM) by which its documents are known.")
@click.option("--sure", is_flag=True, help="You looked twice at its domain.")
@by_staff
async def authority_change(
    house: "House", viewer: Viewer, name: str, keys: TextIO | None, sure: bool, **fields: Any
) -> None:
    """Propose what is to be known of NAME; what is not named stays. Another agrees to it."""
    old = await authority_called(house, viewer, name)
    said = {field: getattr(old, field) if value is None else value for field, value in fields.items()}
    known_by = keys.read() if keys else "\n".join(old.keys)
    form = AuthorityForm(name=name, jurisdiction=old.jurisdiction, keys=known_by, sure=sure, **said)
    await authorities.change(house.court, viewer, old.id, form)


@authority.command("agree")
@click.argument("name")
@click.option("--seen", type=click.IntRange(0), help="The entry of the proposal that you looked at (`authority list`).")
@by_staff
async def authority_agree(house: "House", viewer: Viewer, name: str, seen: int | None) -> None:
    """Agree to what another proposed of NAME: that it is an authority, or a change."""
    await authorities.agree(house.court, viewer, (await authority_called(house, viewer, name)).id, seen)


@authority.command("drop")
@click.argument("name")
@by_staff
async def authority_drop(house: "House", viewer: Viewer, name: str) -> None:
    """Take back what is proposed of NAME."""
    await authorities.drop(house.court, viewer, (await authority_called(house, viewer, name)).id)


async def authority_called(house: "House", viewer: Viewer, name: str) -> Authority:
    """The authority of this name. Raises NotFound."""
    found = await authorities.named(house.court, viewer, name)
    if found is None:
        raise NotFound("no_authority_called", name=name)
    return found


@authority.command("list")
@by_staff
async def authority_list(house: "House", viewer: Viewer) -> None:
    """All authorities, and what is proposed of each."""
    for one in await authorities.every(house.court, viewer):
        click.echo(f"{one.jurisdiction}  {one.name}{'' if one.agreed_by is not None else '  (proposed)'}")
        waits = await authorities.proposed_of(house.court, viewer, one.id)
        if waits is not None or one.agreed_by is None:
            known, entry = (one, one.log_index) if waits is None else (waits.body, waits.log_index)
            click.echo(f"    waits for a second person (--seen {entry}):")
            for field in ("name_hi", "office", "email_domain", "issuer_class", "contact", "keys"):
                said = getattr(known, field)
                click.echo(f"    {field}: {' '.join(said) if field == 'keys' else said}")


@order.command()
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
@click.option("--target", "lines", multiple=True, help="Address of a post or profile, or a handle; repeat it.")
@click.option(
    "--targets",
    "file",
    type=click.File(encoding="utf-8"),
    help="A file of targets, one to a line; - is standard input.",
)
@click.option(
    "--regime", default="", help="The law that it came under, such as `chaupal law list` shows; none: the general one."
)
@click.option("--role", default="", help="The issuing office by that law.")
@click.option("--interim-until", default="", help="Of an emergency order: until when it holds unless it is confirmed.")
@click.option("--confirms", default="", help="The reference of the emergency order that it says it confirms.")
@click.option(
    "--replaces", default="", help="The reference of the order, sent back, of which it is the mended version."
)
@click.option(
    "--origin-note", default="", help="How you made sure that it is genuine; without it nothing can be withheld."
)
@click.option("--record-unknown", is_flag=True, help="Record what does not exist here as not found.")
@click.option("--channel", default="letter", show_default=True, help="How it came, as its law calls it.")
@click.option("--basis", "bases", multiple=True, help="The code of a ground that its law names; repeat it.")
@click.option(
    "--csv", "listing", type=click.File("rb"), help="A list of targets as CSV: columns target, demanded, note."
)
@click.option(
    "--document",
    "papers",
    type=click.Path(exists=True, dir_okay=False),
    multiple=True,
    help="A letter that came with it; repeat it.",
)
@click.option(
    "--record-all",
    is_flag=True,
    help="Record rows of the list that cannot be read, too, as not found; else nothing is filed.",
)
@click.option(
    "--check", "only_check", is_flag=True, help="Only look at it: say what it lacks and names, and file nothing."
)
@click.option(
    "--look-up",
    is_flag=True,
    help="With --check: ask other servers for what is named of them; they then see that we look.",
)
@by_staff
async def receive(
    house: "House",
    viewer: Viewer,
    issuer: str,
    lines: tuple[str, ...],
    file: TextIO | None,
    listing: BinaryIO | None,
    papers: tuple[str, ...],
    record_all: bool,
    only_check: bool,
    look_up: bool,
    **fields: Any,
) -> None:
    """Take an order in; prints its public reference. A line may end in the measure that it demands: `@asha withhold_account`.

    What it names of other servers, as @user@host or by its address, is asked for there where it is not known here.
    """
    from chaupal.app import cli_order_intake as intake

    targets = "\n".join([*lines, *(file.read().splitlines() if file else ())])
    form = await intake.form_of(house, viewer, issuer, OrderForm(targets=targets, **fields))
    rows = b"" if listing is None else listing.read()
    if look_up or not only_check:
        await intake.look_up(house, viewer, form, rows)
    if listing is not None:
        form = await intake.with_list(house, form, rows, record_all=record_all or only_check)
    brought = await intake.bring(house, viewer, form, papers)
    if only_check:
        await intake.check(house, form, brought)
    else:
        click.echo(await orders.receive(house.court, viewer, form, brought))


@order.command("list")
@click.option(
    "--limit", type=click.IntRange(1, 1000), default=50, show_default=True, help="At most so many, newest first."
)
@in_house
async def list_(house: "House", limit: int) -> None:
    """Orders, newest first, with what was done."""
    from chaupal.reads.court import record
    from chaupal.reads.page import Cursor

    for line in (await record.register(house.reads, Cursor(limit=limit))).items:
        click.echo(f"{line.order.ref}  {iso_date(line.order.dated)}  {line.authority.name}: {_counted(line.counts)}")


@order.command()
@click.argument("ref")
@by_staff
async def show(house: "House", viewer: Viewer, ref: str) -> None:
    """One order and its targets, as staff see them."""
    from chaupal.governance.cases import desk
    from chaupal.reads.court import dossier

    check_may(viewer, "see_office")
    try:
        found = await desk.matter(house.court, viewer, ref)
        _show(await dossier.dossier(house.reads, viewer, ref, most=100_000), found.seen)
    except NotFound:
        raise NotFound("no_such_order", ref=ref) from None


@order.command()
@about_a_target
@click.option("--ground", "code", type=click.Choice(REFUSALS), required=True, help="On which ground.")
@click.option("--reason", required=True, help="Why; it becomes public once it is approved.")
@by_staff
async def refuse(house: "House", viewer: Viewer, ref: str, number: int, seen: int | None, **said: str) -> None:
    """Propose to refuse target NUMBER: short for `decide --outcome refuse`."""
    await cli_acts.perform(house, viewer, ACTS["propose"], ref, number, seen, outcome="refuse", **said)


cli_bulk.widened(order)


def _counted(counts: "Counts") -> str:
    named = {
        "demanded": counts.asked,
        "withheld": counts.withheld,
        "refused": counts.refused,
        "restored": counts.ended,
        "under review": counts.pending,
        "not found": counts.not_found,
        "named twice, elsewhere or unreadable": counts.unread,
        "acted on under own rules": counts.own_rules,
        "over undecided": counts.undecided,
    }
    return ", ".join(f"{many} {what}" for what, many in named.items() if many)


def _show(found: "Dossier", seen: int) -> None:
    order = found.order
    day = iso_date(order.dated)
    if order.authority_id is None:
        whose = f", whose hint it was: {found.flagger.name}" if found.flagger else ""
        click.echo(f"{order.ref}  by rule {order.rule} of the house, {day}; noticed by: {order.source}{whose}")
    else:
        click.echo(f"{order.ref}  {found.authority.name}, {order.officer_rank}: {order.reference_no} of {day}")
        click.echo(f"officer: {order.officer}")
    click.echo(f"law: {order.legal_basis}\ngrounds: {order.grounds}\nterritory: {', '.join(order.territory)}")
    click.echo(
        f"in force until: {iso(order.ends_at) if order.ends_at else 'lifted'}\nversion: {seen}  (step --seen {seen})"
    )
    for file in found.files:
        version = f"  (--seen {file.number})" if file.number else ""
        click.echo(f"{file.target.number:>4}  {file.state:<21} {file.target.kind:<8} {file.target.as_written}{version}")
        if file.proposal is not None:
            by = found.names.get(file.proposal.by, "?")
            click.echo(f"      {file.proposal.body.outcome} (@{by}): {file.proposal.body.reason}")
            if told := [f"{name}: {value}" for name, value in _particulars(file.proposal.body).items() if value]:
                click.echo(f"      {'; '.join(told)}")


def _particulars(said: CaseEventBody) -> dict[str, str]:
    """What whoever approves a proposal agrees to besides its measure and its reason."""
    return {
        "change": said.change,
        "territory": ", ".join(said.territory),
        "until": iso(said.ends_at) if said.ends_at else "",
        "for good": "yes" if said.permanent else "",
        "parts": ", ".join(map(str, said.subjects)),
        "label": said.text,
        "rule": said.rule,
        "ground": said.code,
        "finding": said.finding,
        "despite": said.despite,
    }

"""`chaupal server`: limits of whole servers and the list of those that are let in, by the very functions behind the pages."""

from typing import TYPE_CHECKING, BinaryIO

import click

from chaupal.app.cli import data_option, visit
from chaupal.app.cli_staff import as_option, staff

if TYPE_CHECKING:
    from chaupal.governance.servers.limits import Standing
    from chaupal.wire.call import House


@click.group()
def server() -> None:
    """Other servers: limit them, lift that, let them in by name."""


@server.command("list")
@as_option
@data_option
@click.pass_context
def listed(context: click.Context, who: str, data: str | None) -> None:
    """Servers that are limited, or of which that is proposed."""
    from chaupal.governance.servers import limits

    async def act(house: "House") -> None:
        for one in await limits.listed(house.court, await staff(house, who)):
            _say(one)

    visit(context, act, data=data)


@server.command("limit")
@click.argument("domain")
@as_option
@click.option(
    "--severity",
    type=click.Choice(["suspend", "silence", "noop"]),
    default="silence",
    show_default=True,
    help="How firmly.",
)
@click.option("--no-media", "reject_media", is_flag=True, help="Take no pictures and films from there.")
@click.option("--no-reports", "reject_reports", is_flag=True, help="Take no reports from there.")
@click.option("--reason", "public_comment", required=True, help="Why; it becomes public.")
@click.option("--note", "private_comment", default="", help="For the staff only.")
@click.option("--gaps", "obfuscate", is_flag=True, help="Tell its name with gaps.")
@click.option("--rule", default="", help="Which rule of the house; else the one that the rules keep for that.")
@click.option("--until", default="", help="Until which day; without it two people must agree.")
@data_option
@click.pass_context
def limit(context: click.Context, domain: str, who: str, data: str | None, **said: str | bool) -> None:
    """Limit DOMAIN and what is below it; proposed where two people must agree."""
    from chaupal.governance.servers import limits
    from chaupal.governance.servers.limits import ServerForm

    async def act(house: "House") -> None:
        form = ServerForm(domain=domain, **said)  # pyright: ignore[reportArgumentType]
        _say(await limits.limit(house.court, await staff(house, who), form))

    visit(context, act, data=data)


@server.command("lift")
@click.argument("domain")
@as_option
@click.option("--reason", required=True, help="Why; it becomes public.")
@data_option
@click.pass_context
def lift(context: click.Context, domain: str, who: str, reason: str, data: str | None) -> None:
    """End all that is in force on DOMAIN, and send back what is proposed."""
    from chaupal.governance.servers import limits

    async def act(house: "House") -> None:
        viewer = await staff(house, who)
        found = await limits.named(house.court, viewer, domain)
        await limits.end(house.court, viewer, found.id, reason)
        click.echo(f"{found.domain}: lifted")

    visit(context, act, data=data)


@server.command("export")
@as_option
@click.argument("file", type=click.File("wb"))
@data_option
@click.pass_context
def export(context: click.Context, who: str, file: BinaryIO, data: str | None) -> None:
    """What is in force into FILE, as Mastodon's servers share it (CSV)."""
    from chaupal.governance.servers import csv_blocks, limits

    async def act(house: "House") -> None:
        file.write(csv_blocks.written(await limits.listed(house.court, await staff(house, who))))

    visit(context, act, data=data)


@server.command("import")
@as_option
@click.argument("file", type=click.File("rb"))
@click.option("--reason", required=True, help="Of those of which the list gives none.")
@click.option("--rule", default="", help="Which rule of the house; else the one that the rules keep for that.")
@data_option
@click.pass_context
def import_(context: click.Context, who: str, file: BinaryIO, reason: str, rule: str, data: str | None) -> None:
    """Limit what FILE lists (Mastodon's CSV): a matter for each kind of measure, every row a case."""
    from chaupal.governance.cases import bulk_jobs
    from chaupal.governance.servers import csv_blocks

    body = file.read()

    async def act(house: "House") -> None:
        viewer = await staff(house, who)
        taken = await csv_blocks.take_in(house.court, viewer, body, reason, rule)
        while await bulk_jobs.carry_on(house.court):
            pass
        for one in taken.started:
            progress = await bulk_jobs.look(house.court, viewer, one.job)
            click.echo(f"{one.ref} {one.measure.value}: {progress.entered} of {one.many}")
            for bad in progress.bad:
                click.echo(f"  line {bad.item.line}: {bad.problem}", err=True)
        if taken.known:
            click.echo(f"limited so already, or proposed: {taken.known}")

    visit(context, act, data=data)


@server.command("allow")
@click.argument("domain")
@as_option
@click.option("--reason", required=True, help="Why; it becomes public.")
@data_option
@click.pass_context
def allow(context: click.Context, domain: str, who: str, reason: str, data: str | None) -> None:
    """Let DOMAIN in by name."""
    from chaupal.governance.servers import allowing

    async def act(house: "House") -> None:
        click.echo((await allowing.let_in(house.court, await staff(house, who), domain, reason)).domain)

    visit(context, act, data=data)


@server.command("disallow")
@click.argument("domain")
@as_option
@click.option("--reason", required=True, help="Why; it becomes public.")
@data_option
@click.pass_context
def disallow(context: click.Context, domain: str, who: str, reason: str, data: str | None) -> None:
    """Propose to let DOMAIN in no more; or, where another did, agree."""
    from chaupal.governance.servers import allowing

    async def act(house: "House") -> None:
        viewer = await staff(house, who)
        found = await allowing.named(house.court, viewer, domain)
        off = await allowing.take_off(house.court, viewer, found.id, reason)
        click.echo(f"{found.domain}: {'off the list' if off else 'proposed'}")

    visit(context, act, data=data)


def _say(one: "Standing") -> None:
    held = [f"{limit.row.measure} ({limit.row.order_ref})" for limit in one.limits]
    asked = [f"{measure.value} proposed" for measure in sorted(one.proposed)]
    refs = [w.ref for w in one.waiting]
    click.echo(f"{one.domain}: {', '.join([*held, *asked])}{' ' + ' '.join(refs) if refs else ''}")

"""`chaupal server`: limits of whole servers and the list of those that are let in, by the very functions behind the pages."""

from typing import TYPE_CHECKING, Any, BinaryIO

import click

from chaupal.app.cli_staff import by_staff

if TYPE_CHECKING:
    from chaupal.governance.servers.limits import ServerStanding
    from chaupal.http.call import House
    from chaupal.policy.viewer import Viewer


@click.group()
def server() -> None:
    """Other servers: limit them, lift that, let them in by name."""


@server.command("list")
@by_staff
async def listed(house: "House", viewer: "Viewer") -> None:
    """Servers that are limited, or of which that is proposed."""
    from chaupal.governance.servers import limits

    for one in await limits.listed(house.court, viewer):
        _say(one)


@server.command("limit")
@click.argument("domain")
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
@by_staff
async def limit(house: "House", viewer: "Viewer", domain: str, **said: Any) -> None:
    """Limit DOMAIN and what is below it; proposed where two people must agree."""
    from chaupal.governance.servers import limits
    from chaupal.governance.servers.limits import ServerForm

    form = ServerForm(domain=domain, **said)
    _say(await limits.limit(house.court, viewer, form))


@server.command("lift")
@click.argument("domain")
@click.option("--reason", required=True, help="Why; it becomes public.")
@by_staff
async def lift(house: "House", viewer: "Viewer", domain: str, reason: str) -> None:
    """End all that is in force on DOMAIN, and send back what is proposed."""
    from chaupal.governance.servers import limits

    found = await limits.named(house.court, viewer, domain)
    await limits.end(house.court, viewer, found.id, reason)
    click.echo(f"{found.domain}: lifted")


@server.command("export")
@click.argument("file", type=click.File("wb"))
@by_staff
async def export(house: "House", viewer: "Viewer", file: BinaryIO) -> None:
    """What is in force into FILE, as Mastodon's servers share it (CSV)."""
    from chaupal.governance.servers import csv_blocks, limits

    file.write(csv_blocks.written(await limits.listed(house.court, viewer)))


@server.command("import")
@click.argument("file", type=click.File("rb"))
@click.option("--reason", required=True, help="Of those of which the list gives none.")
@click.option("--rule", default="", help="Which rule of the house; else the one that the rules keep for that.")
@by_staff
async def import_(house: "House", viewer: "Viewer", file: BinaryIO, reason: str, rule: str) -> None:
    """Limit what FILE lists (Mastodon's CSV): a matter for each kind of measure, every row a case."""
    from chaupal.governance.cases import bulk_jobs
    from chaupal.governance.servers import csv_blocks

    body = file.read()
    taken = await csv_blocks.take_in(house.court, viewer, body, reason, rule)
    while await bulk_jobs.carry_on(house.court):
        pass
    for one in taken.started:
        progress = await bulk_jobs.progress(house.court, viewer, one.job)
        click.echo(f"{one.ref} {one.measure.value}: {progress.entered} of {one.many}")
        for bad in progress.bad:
            click.echo(f"  line {bad.item.line}: {bad.problem}", err=True)
    if taken.known:
        click.echo(f"limited so already, or proposed: {taken.known}")


@server.command("allow")
@click.argument("domain")
@click.option("--reason", required=True, help="Why; it becomes public.")
@by_staff
async def allow(house: "House", viewer: "Viewer", domain: str, reason: str) -> None:
    """Let DOMAIN in by name."""
    from chaupal.governance.servers import allowing

    click.echo((await allowing.let_in(house.court, viewer, domain, reason)).domain)


@server.command("disallow")
@click.argument("domain")
@click.option("--reason", required=True, help="Why; it becomes public.")
@by_staff
async def disallow(house: "House", viewer: "Viewer", domain: str, reason: str) -> None:
    """Propose to let DOMAIN in no more; or, where another did, agree."""
    from chaupal.governance.servers import allowing

    found = await allowing.named(house.court, viewer, domain)
    off = await allowing.take_off(house.court, viewer, found.id, reason)
    click.echo(f"{found.domain}: {'off the list' if off else 'proposed'}")


def _say(standing: "ServerStanding") -> None:
    held = [f"{limit.row.measure} ({limit.row.order_ref})" for limit in standing.limits]
    asked = [f"{measure.value} proposed" for measure in sorted(standing.proposed)]
    refs = [w.ref for w in standing.waiting]
    click.echo(f"{standing.domain}: {', '.join([*held, *asked])}{' ' + ' '.join(refs) if refs else ''}")

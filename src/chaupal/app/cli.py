"""The `chaupal` command: serve, accounts, orders, the log, backups; it works beside a running server."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import click

from chaupal.app import backup as keeping
from chaupal.app.check import check_house
from chaupal.app.cli_log import log
from chaupal.app.cli_order import order
from chaupal.app.logs import set_up_logs
from chaupal.app.wiring import visiting
from chaupal.kernel.errors import NotFound, Problem
from chaupal.kernel.settings import Settings, load_settings
from chaupal.policy.viewer import Role
from chaupal.social import accounts, logins
from chaupal.store.people import id_of
from chaupal.wire.call import House

SCOPES = "read write follow push"


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.option(
    "--config", type=click.Path(path_type=Path, dir_okay=False), envvar="CHAUPAL_CONFIG", help="TOML file of settings."
)
@click.option("--data", type=click.Path(file_okay=False), help="Data directory; overrides the setting.")
@click.pass_context
def cli(context: click.Context, config: Path | None, data: str | None) -> None:
    """Chaupal: a microblog server in which every limit on speech is decided in the open."""
    context.obj = {"config": config, "data": data}


def settings_of(context: click.Context, **overrides: object) -> Settings:
    """Settings as the file, the environment and the command line give them; the command line wins."""
    given = context.obj or {}
    found = {"data": given.get("data")} | {name: value for name, value in overrides.items() if value is not None}
    return load_settings(given.get("config"), **found)


def visit(context: click.Context, act: Callable[[House], Awaitable[Any]], **overrides: object) -> Any:
    """Run `act` in the rooms of this store, beside a server that may be running."""

    async def inside() -> Any:
        async with visiting(settings_of(context, **overrides)) as house:
            return await act(house)

    return asyncio.run(inside())


data_option = click.option("--data", type=click.Path(file_okay=False), help="Data directory; overrides the setting.")


@cli.command()
@data_option
@click.option("--host", help="Address to listen on.")
@click.option("--port", type=int, help="Port to listen on.")
@click.option(
    "--village",
    is_flag=True,
    default=None,
    help="Seed an empty data directory with a lively square, and its cast to log in as.",
)
@click.pass_context
def serve(context: click.Context, data: str | None, host: str | None, port: int | None, village: bool | None) -> None:
    """Serve until told to stop."""
    from chaupal.app.server import run  # noqa: PLC0415 - uvicorn is not needed by the other commands

    settings = settings_of(context, data=data, host=host, port=port, village=village)
    set_up_logs(settings.log_level)
    run(settings)


async def _id_of(house: House, handle: str) -> int:
    async with house.square.work.reading() as reading:
        id_ = await id_of(reading, handle.removeprefix("@"))
    if id_ is None:
        raise NotFound(f"There is no account {handle}")
    return id_


@cli.group()
def account() -> None:
    """Make accounts and tokens, and say what they may do."""


@account.command("create")
@click.argument("handle")
@click.option("--email", required=True, help="Where mails to the account go.")
@click.option("--password", required=True, help="At least 8 characters.")
@click.option(
    "--role",
    type=click.Choice([r.value for r in Role if r is not Role.SYSTEM]),
    default=Role.MEMBER.value,
    show_default=True,
)
@click.option("--name", default="", help="The name shown.")
@data_option
@click.pass_context
def account_create(
    context: click.Context, handle: str, email: str, password: str, role: str, name: str, data: str | None
) -> None:
    """Make an account that is confirmed and approved; prints its id and a token."""

    async def act(house: House) -> None:
        id_ = await accounts.create(
            house.square, handle=handle, email=email, password=password, role=Role(role), name=name
        )
        token = await logins.issue_token(house.square, id_, SCOPES)
        click.echo(f"id: {id_}\ntoken: {token}")

    visit(context, act, data=data)


@account.command("token")
@click.argument("handle")
@click.option("--scopes", default=SCOPES, show_default=True, help="What the token opens, separated by spaces.")
@data_option
@click.pass_context
def account_token(context: click.Context, handle: str, scopes: str, data: str | None) -> None:
    """Make a token that acts for an account; prints only the token."""

    async def act(house: House) -> None:
        id_ = await _id_of(house, handle)
        click.echo(await logins.issue_token(house.square, id_, scopes))

    visit(context, act, data=data)


@account.command("role")
@click.argument("handle")
@click.argument("role", type=click.Choice([r.value for r in Role if r is not Role.SYSTEM]))
@data_option
@click.pass_context
def account_role(context: click.Context, handle: str, role: str, data: str | None) -> None:
    """Say what an account may do."""

    async def act(house: House) -> None:
        await accounts.set_role(house.square, await _id_of(house, handle), Role(role))

    visit(context, act, data=data)


cli.add_command(order)
cli.add_command(log)


@cli.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@data_option
@click.pass_context
def backup(context: click.Context, file: Path, data: str | None) -> None:
    """Write database, uploads and keys into one FILE, while the server runs."""
    size = asyncio.run(keeping.backup(settings_of(context, data=data), file))
    click.echo(f"{file}: {size} bytes")


@cli.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@data_option
@click.pass_context
def restore(context: click.Context, file: Path, data: str | None) -> None:
    """Bring back what `backup` wrote into FILE; the data directory must be empty."""
    settings = settings_of(context, data=data)
    asyncio.run(keeping.restore(settings, file))
    click.echo(f"restored into {settings.data}")


@cli.command()
@data_option
@click.pass_context
def check(context: click.Context, data: str | None) -> None:
    """Look whether the store, the uploads and the log are whole; exits with 1 where they are not."""

    async def act(house: House) -> list[str]:
        return await check_house(house)

    faults = visit(context, act, data=data)
    for fault in faults:
        click.echo(fault, err=True)
    click.echo("all is whole" if not faults else f"{len(faults)} faults")
    context.exit(1 if faults else 0)


@cli.command()
@click.pass_context
def settings(context: click.Context) -> None:
    """Print every setting, what it is for, and its value here."""
    from chaupal.app.described import settings_table  # noqa: PLC0415

    click.echo(settings_table(settings_of(context)))


def main() -> None:
    """One clear line for what cannot be done, never a traceback."""
    try:
        cli(standalone_mode=False)
    except click.exceptions.Exit as done:
        sys.exit(done.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.Abort:
        sys.exit(130)
    except Problem as problem:
        click.echo(f"chaupal: {problem.message}", err=True)
        sys.exit(1)
    except (OSError, ValueError) as error:
        click.echo(f"chaupal: {error}", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()

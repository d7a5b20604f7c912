"""The `chaupal` command: serve, accounts, orders, the log, backups; it works beside a running server."""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from functools import partial, wraps
from importlib import import_module
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click
import msgspec

from chaupal.app.gc_frozen import gc_frozen
from chaupal.kernel.errors import Invalid, NotFound, Problem, coded
from chaupal.kernel.settings import BadSettings, Settings, load_settings, strange_words
from chaupal.policy.viewer import Role, Viewer

# The rooms take a second to bring in; what does not need them (help, a mistyped word, settings) does not wait for it.
if TYPE_CHECKING:
    from chaupal.http.call import House

MOST_WAITING = 100_000
MOST_PROCESSES = 64
SCOPES = "read write follow push"
OF_STAFF = f"{SCOPES} admin:read admin:write"


def scopes_of(role: Role) -> str:
    """What the token of an account opens that is made here: all that its role may do; an auditor changes nothing."""
    if role is Role.MEMBER:
        return SCOPES
    return OF_STAFF.removesuffix(" admin:write") if role is Role.AUDITOR else OF_STAFF


# Groups in modules of their own, and what the list of commands says of each: a list needs not bring them in.
GROUPS = {
    "report": ("chaupal.app.cli_report", "The transparency report."),
    "law": ("chaupal.app.cli_law", "The laws and the house's rules, as files."),
    "log": ("chaupal.app.cli_log", "The public log: verify anybody's from outside, look after one's own."),
    "server": ("chaupal.app.cli_server", "Other servers: limit them, lift that, let them in by name."),
    "order": (
        "chaupal.app.cli_order",
        "Orders of authorities: take them in, decide about each target in twos, lift what was withheld.",
    ),
}


class Commands(click.Group):
    """Brings in the groups that lie in modules of their own when they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*super().list_commands(ctx), *GROUPS})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in GROUPS:
            with gc_frozen():
                return getattr(import_module(GROUPS[cmd_name][0]), cmd_name)
        return super().get_command(ctx, cmd_name)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        room = formatter.width - 6 - max(map(len, self.list_commands(ctx)))
        lines = {name: command.get_short_help_str(room) for name, command in self.commands.items()}
        with formatter.section("Commands"):
            formatter.write_dl(sorted((lines | {name: told for name, (_, told) in GROUPS.items()}).items()))


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
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
    given: dict[str, Any] = context.obj or {}
    if overrides.get("data") is None:
        overrides["data"] = given.get("data")
    for word in strange_words(os.environ):
        click.echo(f"chaupal: {word} is not a setting, and is not used", err=True)
    return load_settings(given.get("config"), None, **overrides)


def visit(
    context: click.Context, act: "Callable[[House], Awaitable[Any]]", *, begin: bool = True, **overrides: object
) -> Any:
    """Run `act` in the rooms of this store, beside a server that may be running. `begin`: as `visiting` takes it."""
    with gc_frozen():
        from chaupal.app.rooms import visiting

    async def inside() -> Any:
        async with visiting(settings_of(context, **overrides), begin=begin) as house:
            return await act(house)

    return asyncio.run(inside())


data_option = click.option("--data", type=click.Path(file_okay=False), help="Data directory; overrides the setting.")


def in_house(act: Callable[..., Awaitable[None]]) -> Callable[..., None]:
    """A command out of what is done in the rooms of this store: `act` is given the house, and by name what was typed."""

    @data_option
    @click.pass_context
    @wraps(act)
    def command(context: click.Context, /, data: str | None, **typed: Any) -> None:
        visit(context, partial(act, **typed), data=data)

    return command


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
@click.option(
    "--processes",
    type=click.IntRange(1, MOST_PROCESSES),
    default=1,
    show_default=True,
    help="How many serve this address; more than one need a PostgreSQL and a Valkey. SIGHUP replaces them one by one.",
)
@click.option("--no-work", is_flag=True, help="Leave what changes cause, and what time does, to `chaupal work`.")
@click.option("--handed", default="", hidden=True, help="Sockets of the process that supervises this one.")
@click.pass_context
def serve(
    context: click.Context,
    data: str | None,
    host: str | None,
    port: int | None,
    village: bool | None,
    processes: int,
    no_work: bool,
    handed: str,
) -> None:
    """Serve until told to stop."""
    from chaupal.app.logs import set_up_logs

    settings = settings_of(context, data=data, host=host, port=port, village=village)
    if (processes > 1 or no_work) and not settings.many:
        word = "--processes" if processes > 1 else "--no-work"
        raise BadSettings(f"{word}: many processes need a PostgreSQL and a Valkey; name them in database and valkey")
    set_up_logs(settings.log_level)
    if processes > 1 and not handed:
        from chaupal.app import supervisor

        context.exit(supervisor.run(sys.argv[1:], settings.host, settings.port, processes))
    with gc_frozen():
        from chaupal.app import server

    server.run(server.serve(settings, work=not no_work, handed=server.handed_on(handed)))


@cli.command()
@data_option
@click.option("--host", help="Address to say at how the work goes.")
@click.option("--port", type=int, default=0, help="Port to say it on, at /healthz, /readyz and /metrics. 0: nowhere.")
@click.pass_context
def work(context: click.Context, data: str | None, host: str | None, port: int) -> None:
    """Carry out what changes cause and what time does, beside servers on the same PostgreSQL and Valkey."""
    from chaupal.app.logs import set_up_logs

    settings = settings_of(context, data=data)
    if not settings.many:
        raise BadSettings("work: it is done beside servers; name their PostgreSQL and Valkey in database and valkey")
    # The house's own address stays as the servers have it.
    settings = msgspec.structs.replace(settings, host=host or settings.host, port=port)
    set_up_logs(settings.log_level)
    with gc_frozen():
        from chaupal.app import server

    server.run(server.work(settings))


async def id_of(house: "House", handle: str) -> int:
    """The account with this handle. Raises NotFound, by its name."""
    from chaupal.social.people import accounts

    try:
        return await accounts.account_id(house.square, handle)
    except NotFound:
        raise NotFound("no_account_called", handle=handle) from None


async def operator(house: "House") -> Viewer:
    """Whoever runs commands on this machine has every role."""
    from chaupal.social.people import accounts

    house_itself = await accounts.ensure_system_account(house.square)
    return Viewer(account=house_itself, country=house.settings.home_country, role=Role.OWNER)


async def _grant(house: "House", account: int, role: str) -> None:
    from chaupal.governance.people import role_grants

    await role_grants.grant(house.court, await operator(house), account, Role(role))


@cli.group()
def account() -> None:
    """Make accounts and tokens, and say what they may do."""


@account.command("create")
@click.argument("handle")
@click.option("--email", required=True, help="Where mails to the account go.")
@click.option("--password", required=True, help="8 to 256 letters, in any script.")
@click.option(
    "--role",
    type=click.Choice([r.value for r in Role if r is not Role.SYSTEM]),
    default=Role.MEMBER.value,
    show_default=True,
)
@click.option("--name", default="", help="The name shown.")
@in_house
async def account_create(house: "House", handle: str, email: str, password: str, role: str, name: str) -> None:
    """Make an account that is confirmed and approved; prints its id and a token with what its role may do."""
    from chaupal.social.people import accounts
    from chaupal.social.signin import sessions

    id_ = await accounts.create(house.square, handle=handle, email=email, password=password, role=Role(role), name=name)
    token = await sessions.issue_token(house.square, id_, scopes_of(Role(role)))
    click.echo(f"id: {id_}\ntoken: {token}")


@account.command("token")
@click.argument("handle")
@click.option("--scopes", default=SCOPES, show_default=True, help="What the token opens, separated by spaces.")
@in_house
async def account_token(house: "House", handle: str, scopes: str) -> None:
    """Make a token that acts for an account; prints only the token. Of the staff the log says so."""
    from chaupal.social.signin import sessions
    from chaupal.social.signin.oauth import KNOWN

    if unknown := set(scopes.split()) - KNOWN:
        raise Invalid("no_such_scope", scopes=" ".join(sorted(unknown)))
    id_ = await id_of(house, handle)
    click.echo(await sessions.issue_token(house.square, id_, scopes, told=True))


@account.command("role")
@click.argument("handle")
@click.argument("role", type=click.Choice([r.value for r in Role if r is not Role.SYSTEM]))
@in_house
async def account_role(house: "House", handle: str, role: str) -> None:
    """Say what an account may do."""
    await _grant(house, await id_of(house, handle), role)


@account.command("recover")
@click.argument("handle")
@in_house
async def account_recover(house: "House", handle: str) -> None:
    """Let an owner in again whom the house itself froze or suspended; the log says that it was done on the machine."""
    from chaupal.governance.people import recovering

    many = await recovering.let_in(house.court, await id_of(house, handle))
    click.echo(f"{handle} can sign in again; ended: {many}")


@account.command("email")
@click.argument("handle")
@click.argument("address")
@in_house
async def account_email(house: "House", handle: str, address: str) -> None:
    """Give an account another mail address, for whoever has lost the mailbox and the password. Of the staff the log says so."""
    from chaupal.social.signin import password_and_email

    await password_and_email.change_email(house.square, await id_of(house, handle), address)


@account.command("unlock")
@click.argument("handle")
@in_house
async def account_unlock(house: "House", handle: str) -> None:
    """Ask an account for its password alone again, for whoever lost phone, keys and recovery codes."""
    from chaupal.governance.people import recovering

    await recovering.unlock(house.court, await operator(house), await id_of(house, handle), "chaupal account unlock")


@account.command("approve")
@click.argument("handle")
@in_house
async def account_approve(house: "House", handle: str) -> None:
    """Let somebody in who asked to join."""
    from chaupal.social.people import accounts

    by = await operator(house)
    wanted = handle.strip().lower().removeprefix("@")
    waiting = await accounts.waiting(house.square, by, MOST_WAITING)
    found = next((login.account for login in waiting if login.handle == wanted), None)
    if found is None:
        raise NotFound("not_waiting", handle=handle)
    await accounts.approve(house.square, by, found)


@cli.command()
@click.argument("file", type=click.File("rb"), default="-")
@in_house
async def bounced(house: "House", file: IO[bytes]) -> None:
    """Read a report of mail that came back (RFC 3464) from FILE or standard input, and note whom it did not reach."""
    from chaupal.fanout.notifications import letters

    click.echo(f"noted: {await letters.take_report(house.court, file.read(letters.LONGEST))}")


@cli.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@data_option
@click.pass_context
def backup(context: click.Context, file: Path, data: str | None) -> None:
    """Write database, uploads and keys into one FILE, while the server runs."""
    from chaupal.app import backup as keeping

    if not file.absolute().parent.is_dir():
        raise Problem(f"{file}: there is no such folder")
    size = asyncio.run(keeping.backup(settings_of(context, data=data), file))
    click.echo(f"{file}: {size} bytes")


@cli.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@data_option
@click.pass_context
def restore(context: click.Context, file: Path, data: str | None) -> None:
    """Bring back what `backup` wrote into FILE; the data directory must be empty."""
    from chaupal.app import backup as keeping

    settings = settings_of(context, data=data)
    asyncio.run(keeping.restore(settings, file))
    click.echo(f"restored into {settings.data}")
    click.echo("Before it is served: `chaupal check`, and `chaupal log against` what others have seen of its log.")


@cli.command()
@data_option
@click.pass_context
def check(context: click.Context, data: str | None) -> None:
    """Look whether the store, the uploads and the log are whole; exits with 1 where they are not."""
    from chaupal.app.backup import check_there
    from chaupal.app.check import check_and_doubts

    settings = settings_of(context, data=data)
    check_there(settings)

    faults, doubtful = visit(context, check_and_doubts, begin=False, data=data)
    for doubt in doubtful:
        click.echo(doubt)
    for fault in faults:
        click.echo(fault, err=True)
    click.echo("all is whole" if not faults else f"{len(faults)} faults")
    context.exit(1 if faults else 0)


@cli.command()
@click.pass_context
def settings(context: click.Context) -> None:
    """Print every setting, what it is for, and its value here."""
    from chaupal.app.described import settings_table

    click.echo(settings_table(settings_of(context)))


def main() -> None:
    """One clear line for what cannot be done, never a traceback. Exits with 2 for wrong words and settings, else with 1."""
    try:
        # Outside its standalone mode click gives back the code of `context.exit`.
        code: Any = cli(standalone_mode=False)
        sys.exit(code if isinstance(code, int) else 0)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)
    except BadSettings as problem:
        _say(f"settings: {problem.message}")
        sys.exit(2)
    except Problem as problem:
        _say("; ".join([problem.message.removeprefix(coded(problem).before), *_not_said(problem)]))
        sys.exit(1)
    except Exception as error:
        if os.environ.get("CHAUPAL_LOG_LEVEL") == "debug":
            raise
        match error:
            case OSError(filename=str(file), strerror=str(wrong)):
                _say(f"{file}: {wrong}")
            case _:
                _say(f"{type(error).__name__}: {error}")
        sys.exit(1)


def _not_said(problem: Problem) -> list[str]:
    """What is wrong with fields where the message is about the whole: else it says that itself."""
    known = coded(problem)
    if any(one.code == known.code for found in known.wrong.values() for one in found):
        return []
    return [f"{field}: {text}" for field, text in problem.details.items()]


def _say(text: str) -> None:
    click.echo("chaupal: " + " ".join(text.split()), err=True)


if __name__ == "__main__":
    main()

"""`--witness`, `--quorum`, `--policy`: whom a visitor trusts to have seen the same log, and how that is said."""

from collections.abc import Callable
from pathlib import Path

import click

from chaupal_audit import tlog
from chaupal_audit.clock import SECOND, iso
from chaupal_audit.errors import Malformed
from chaupal_audit.log.findings import LogReport


def witness_options[F: Callable[..., object]](command: F) -> F:
    """The three options, for every command that verifies a log."""
    for option in (
        click.option(
            "--policy",
            "policy_file",
            type=click.Path(path_type=Path, dir_okay=False, exists=True),
            help="A file of keys and a quorum (c2sp.org/tlog-policy), in place of --witness and --quorum.",
        ),
        click.option(
            "--quorum", type=click.IntRange(0), help="How many of these must have signed. Else more than half."
        ),
        click.option("--witness", "witnesses", multiple=True, help="A witness's key, name+id+base64. Repeat it."),
    ):
        command = option(command)
    return command


def read_policy(witnesses: tuple[str, ...], quorum: int | None, file: Path | None) -> tlog.Policy | None:
    """What was asked for; None where nothing was. Raises click.BadParameter."""
    if file is not None and (witnesses or quorum is not None):
        raise click.BadParameter("--policy says all that --witness and --quorum would")
    if quorum and not witnesses and file is None:
        raise click.BadParameter("--quorum: name the witnesses, with --witness")
    try:
        if file is not None:
            return tlog.parse_policy(file.read_text("utf-8"))
        return tlog.policy_of(witnesses, quorum) if witnesses else None
    except UnicodeDecodeError as error:
        raise click.BadParameter(f"{file} is no text") from error
    except Malformed as error:
        raise click.BadParameter(str(error)) from error


def signers_text(report: LogReport) -> str:
    """Who signed the checkpoint beside the log; and that nobody did, where nobody did."""
    if report.witnesses is None:
        known = (
            f"{report.cosignatures} signed it whose keys were not given" if report.cosignatures else "nobody signed it"
        )
        return f"UNWITNESSED: {known}. Without --witness this log could be one that only you are shown."
    rows = [f"witnessed by {len(report.witnessed)} of {report.witnesses}"]
    rows += [f"  {name}, {iso(at * SECOND)}" for name, at in sorted(report.witnessed.items())]
    return "\n".join(rows)

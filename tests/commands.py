"""The `chaupal` command in this process, on a house's own data."""

from pathlib import Path

from click.testing import CliRunner, Result

from chaupal.app.cli import cli


def run(data: Path, *words: str) -> Result:
    return CliRunner().invoke(cli, ["--data", str(data), *words])


def done(data: Path, *words: str) -> str:
    """What it prints where nothing went wrong."""
    result = run(data, *words)
    assert result.exit_code == 0, result.output
    return result.stdout

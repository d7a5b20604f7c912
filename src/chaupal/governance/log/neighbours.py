"""Neighbours: servers that witness one another's logs, each named by one line in the other's settings."""

from typing import NamedTuple

from chaupal.kernel.settings import BadSettings, Settings
from chaupal_audit import errors as plain, tlog


class Neighbour(NamedTuple):
    """Another server: the key of its log, which we cosign; the key by which it cosigns ours; and where both are."""

    log: tlog.VerifyingKey
    witness: tlog.WitnessKey
    url: str  # below which its log and its add-checkpoint are

    @property
    def line(self) -> str:
        """What the other's settings say of this one."""
        return f"{self.log} {self.witness} {self.url}"


def neighbours(settings: Settings) -> list[Neighbour]:
    """Those whom the settings name. Raises BadSettings."""
    return [_read(line) for line in settings.log_neighbours]


def _read(line: str) -> Neighbour:
    words = line.split()
    if len(words) != 3 or not words[2].startswith(("https://", "http://")):
        raise BadSettings(
            f"log_neighbours: {line}: the log's key, the witness's key, and the address, as /log/neighbour gives them"
        )
    try:
        return Neighbour(tlog.VerifyingKey.parse(words[0]), tlog.WitnessKey.parse(words[1]), words[2].rstrip("/"))
    except plain.Malformed as error:
        raise BadSettings(f"log_neighbours: {line}: {error.message}") from error
